/*
 * rfm_first.c
 *		What a purchase history begins with: the part of clv.acquisition that is
 *		asked of each customer, in one walk through the history.
 */
#include "rfm.h"

#include "funcapi.h"

PG_FUNCTION_INFO_V1(clv_rfm_beginning);

/* clv._beginning(rfm, as_of, refunds) */
Datum
clv_rfm_beginning(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_CLV_RFM(0);
	DateADT		as_of = PG_GETARG_DATEADT(1);
	ClvRefunds	policy = clv_rfm_policy(as_of, PG_GETARG_TEXT_PP(2));
	ClvBeginning beginning;
	ClvError	err;
	Datum		values[5];
	bool		nulls[5] = {0};
	TupleDesc	desc;

	if (clv_history_beginning(CLV_RFM_DATA(value), CLV_RFM_SIZE(value), as_of,
							  policy, &beginning, &err) != CLV_OK)
		clv_raise(&err);
	PG_FREE_IF_COPY(value, 0);
	if (beginning.purchases == 0)
		PG_RETURN_NULL();
	values[0] = DateADTGetDatum(beginning.first);
	values[1] = DateADTGetDatum(beginning.second);
	values[2] = DateADTGetDatum(beginning.last);
	values[3] = Float8GetDatum(beginning.spend);
	values[4] = BoolGetDatum(beginning.refunded);
	nulls[1] = beginning.purchases < 2;
	nulls[3] = !beginning.has_money;

	desc = clv_rfm_result_type(fcinfo);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(desc, values, nulls)));
}
