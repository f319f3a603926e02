/*
 * cbs_agg.c
 *		The aggregates that build a base: clv.cbs, clv.cbs_weighted and
 *		clv.rollup.
 */
#include "cbs_state.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/date.h"

#include "rfm.h"

PG_FUNCTION_INFO_V1(clv_cbs_add);
PG_FUNCTION_INFO_V1(clv_cbs_add_covariates);
PG_FUNCTION_INFO_V1(clv_cbs_add_weighted);
PG_FUNCTION_INFO_V1(clv_cbs_add_rfm);
PG_FUNCTION_INFO_V1(clv_cbs_combine);
PG_FUNCTION_INFO_V1(clv_cbs_close);

struct varlena *
clv_cbs_state(FunctionCallInfo fcinfo)
{
	struct varlena *state;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		return NULL;
	state = (struct varlena *) PG_GETARG_POINTER(0);
	return VARATT_IS_EXTENDED(state) ? pg_detoast_datum(state) : state;
}

static struct varlena *
return_state(struct varlena *state, FunctionCallInfo fcinfo)
{
	fcinfo->isnull = state == NULL;
	return state;
}

static struct varlena *
add_row(struct varlena *state, const ClvCustomer *row, const double *monetary,
		const ClvCustomerCovariates *covariates)
{
	ClvCustomer checked;
	ClvError	err;

	if (clv_cells_row(row, monetary, &checked, &err) != CLV_OK)
		clv_raise(&err);
	return clv_cbs_append(state, &checked, covariates, NULL);
}

struct varlena *
clv_cbs_add_row(struct varlena *state, double frequency, double recency,
				double t, const double *monetary)
{
	ClvCustomer row = {frequency, recency, t, 0};

	return add_row(state, &row, monetary, NULL);
}

struct varlena *
clv_cbs_add_spend(struct varlena *state, double frequency,
				  const double *monetary)
{
	ClvCustomer checked;
	ClvError	err;

	if (clv_cells_spend_row(frequency, monetary, &checked, &err) != CLV_OK)
		clv_raise(&err);
	return clv_cbs_append(state, &checked, NULL, NULL);
}

/* clv.cbs(frequency, recency, t [, monetary]) */
Datum
clv_cbs_add(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);
	double		monetary = 0;
	bool		has_monetary = PG_NARGS() > 4 && !PG_ARGISNULL(4);

	if (has_monetary)
		monetary = PG_GETARG_FLOAT8(4);
	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) && !PG_ARGISNULL(3))
		state = clv_cbs_add_row(state, PG_GETARG_FLOAT8(1),
								PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3),
								has_monetary ? &monetary : NULL);
	return PointerGetDatum(return_state(state, fcinfo));
}

/* The covariates of a customer; false: one is NULL. */
static bool
get_covariates(ArrayType *array, ClvCustomerCovariates *covariates)
{
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	ClvError	err;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("covariates must be an array of one dimension, but it has %d",
						ARR_NDIM(array))));
	if (array_contains_nulls(array))
		return false;
	if (clv_cells_covariates((const double *) ARR_DATA_PTR(array), n,
							 covariates, &err) != CLV_OK)
		clv_raise(&err);
	return true;
}

/* clv.cbs(frequency, recency, t, monetary, covariates) */
Datum
clv_cbs_add_covariates(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);
	ClvCustomer row;
	double		monetary = 0;
	ArrayType  *array;
	ClvCustomerCovariates covariates;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_ARGISNULL(5))
		return PointerGetDatum(return_state(state, fcinfo));
	row.x = PG_GETARG_FLOAT8(1);
	row.tx = PG_GETARG_FLOAT8(2);
	row.t = PG_GETARG_FLOAT8(3);
	row.m = 0.0;
	if (!PG_ARGISNULL(4))
		monetary = PG_GETARG_FLOAT8(4);
	array = PG_GETARG_ARRAYTYPE_P(5);
	if (get_covariates(array, &covariates))
		state = add_row(state, &row, PG_ARGISNULL(4) ? NULL : &monetary,
						&covariates);
	PG_FREE_IF_COPY(array, 5);
	return PointerGetDatum(return_state(state, fcinfo));
}

/*
 * clv.cbs_weighted(frequency, recency, t [, monetary [, covariates]], customers)
 */
Datum
clv_cbs_add_weighted(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);
	int			last = PG_NARGS() - 1;
	bool		has_monetary = last > 4 && !PG_ARGISNULL(4);
	int64		customers;
	ClvCustomer row;
	double		monetary = 0;
	ClvCustomer checked;
	ClvCustomerCovariates covariates = {0};
	ClvError	err;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_ARGISNULL(last) || (last > 5 && PG_ARGISNULL(5)))
		return PointerGetDatum(return_state(state, fcinfo));
	customers = PG_GETARG_INT64(last);
	if (clv_cells_count(customers, &err) != CLV_OK)
		clv_raise(&err);
	if (last > 5)
	{
		ArrayType  *array = PG_GETARG_ARRAYTYPE_P(5);
		bool		known = customers > 0 && get_covariates(array, &covariates);

		PG_FREE_IF_COPY(array, 5);
		if (!known)
			return PointerGetDatum(return_state(state, fcinfo));
	}
	if (customers == 0)
		return PointerGetDatum(return_state(state, fcinfo));
	row.x = PG_GETARG_FLOAT8(1);
	row.tx = PG_GETARG_FLOAT8(2);
	row.t = PG_GETARG_FLOAT8(3);
	row.m = 0.0;
	if (has_monetary)
		monetary = PG_GETARG_FLOAT8(4);
	if (clv_cells_row(&row, has_monetary ? &monetary : NULL, &checked,
					  &err) != CLV_OK)
		clv_raise(&err);
	state = clv_cbs_append_many(state, &checked,
								last > 5 ? &covariates : NULL, customers);
	return PointerGetDatum(return_state(state, fcinfo));
}

/* A history as of a day: a customer, unless there is no purchase by then. */
static struct varlena *
add_history(struct varlena *state, const struct varlena *history,
			DateADT as_of, ClvRefunds policy)
{
	const unsigned char *data = CLV_RFM_DATA(history);
	size_t		size = CLV_RFM_SIZE(history);
	ClvSummary	summary;
	ClvLogSum	gaps = {0, 0};
	ClvCustomer row;
	ClvCustomer checked;
	ClvError	err;

	if (clv_history_summary(data, size, as_of, policy, &summary,
							&err) != CLV_OK)
		clv_raise(&err);
	if (summary.purchases == 0)
		return state;
	row.x = (double) (summary.purchases - 1);
	row.tx = (double) summary.last - summary.first;
	row.t = (double) as_of - summary.first;
	row.m = 0.0;
	if (clv_cells_row(&row, summary.has_monetary ? &summary.monetary : NULL,
					  &checked, &err) != CLV_OK ||
		(row.x > 0 && clv_history_log_gaps(data, size, as_of, policy, &gaps,
										   &err) != CLV_OK))
		clv_raise(&err);
	return clv_cbs_append(state, &checked, NULL, &gaps);
}

/* clv.cbs(rfm, as_of [, refunds]) */
Datum
clv_cbs_add_rfm(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);
	bool		has_refunds = PG_NARGS() > 3;

	if (!PG_ARGISNULL(1) && !PG_ARGISNULL(2) &&
		!(has_refunds && PG_ARGISNULL(3)))
	{
		struct varlena *history = PG_GETARG_CLV_RFM(1);
		DateADT		as_of = PG_GETARG_DATEADT(2);
		ClvRefunds	policy = clv_rfm_policy(as_of, has_refunds ?
											PG_GETARG_TEXT_PP(3) : NULL);

		state = add_history(state, history, as_of, policy);
		PG_FREE_IF_COPY(history, 1);
	}
	return PointerGetDatum(return_state(state, fcinfo));
}

/* A base joins the state: the transition of rollup, and every combine. */
Datum
clv_cbs_combine(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);

	if (!PG_ARGISNULL(1))
		state = clv_cbs_absorb(state, PG_GETARG_DATUM(1));
	return PointerGetDatum(return_state(state, fcinfo));
}

Datum
clv_cbs_close(PG_FUNCTION_ARGS)
{
	struct varlena *state = clv_cbs_state(fcinfo);

	if (state != NULL)
		state = clv_cbs_canonical(PointerGetDatum(state));
	return PointerGetDatum(return_state(state, fcinfo));
}
