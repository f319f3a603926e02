/*
 * simulate.c
 *		Order logs drawn from models.
 */
#include "clv.h"

#include "common/int.h"
#include "funcapi.h"
#include "utils/date.h"
#include "utils/tuplestore.h"

#include "draw/simulate.h"
#include "model_value.h"

/* Columns of clv.simulate; clv.simulate_customer leaves the first one out. */
#define ORDER_COLUMNS	3

typedef struct Log
{
	ReturnSetInfo *rsinfo;
	ClvSimulation simulation;
	Timestamp	start;
	bool		with_customer;
} Log;

/*
 * Arguments of both functions: 0 model, 1 spend, 2 customers or customer,
 * 3 start, 4 births, 5 days, 6 seed.  False: one is NULL that may not be, and
 * the log is empty.
 */
static bool
log_begin(FunctionCallInfo fcinfo, Log *log, bool with_customer)
{
	const ClvModelValue *value;
	ClvSimulation *simulation = &log->simulation;
	int64		length;
	Timestamp	end;
	ClvError	err;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	log->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	log->with_customer = with_customer;
	for (i = 0; i < PG_NARGS(); i++)
	{
		if (i != 1 && PG_ARGISNULL(i))
			return false;
	}

	value = clv_model_arg(fcinfo, 0);
	clv_value_require(value, CLV_TRANSACTION);
	simulation->model = value->fit.model;
	simulation->par = value->fit.par;
	simulation->unit_days = value->unit_days;
	simulation->spend = NULL;
	if (!PG_ARGISNULL(1))
	{
		value = clv_model_arg(fcinfo, 1);
		clv_value_require(value, CLV_SPEND);
		simulation->spend = value->fit.model;
		simulation->spend_par = value->fit.par;
	}
	simulation->births = PG_GETARG_INT32(4);
	simulation->days = PG_GETARG_INT32(5);
	simulation->seed = (uint64) PG_GETARG_INT64(6);
	if (clv_simulation_check(simulation, PG_GETARG_INT64(2), &err) != CLV_OK)
		clv_raise(&err);

	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("start date must be finite, but is \"%s\"",
						DatumGetCString(DirectFunctionCall1(date_out, PG_GETARG_DATUM(3))))));
	log->start = DatumGetTimestamp(DirectFunctionCall1(date_timestamp, PG_GETARG_DATUM(3)));
	if (pg_mul_s64_overflow(simulation->days, USECS_PER_DAY, &length) ||
		pg_add_s64_overflow(log->start, length, &end) ||
		!IS_VALID_TIMESTAMP(end))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("\"%d\" days from the start date are out of range for a timestamp",
						(int) simulation->days)));
	return true;
}

/* One customer's orders, in the order in which they come. */
static void
log_customer(Log *log, int64 customer)
{
	Datum		value[ORDER_COLUMNS];
	bool		isnull[ORDER_COLUMNS] = {false, false, false};
	int			skip = log->with_customer ? 0 : 1;
	ClvShopper	shopper;
	ClvOrder	order;

	value[0] = Int64GetDatum(customer);
	isnull[2] = log->simulation.spend == NULL;
	clv_shopper_begin(&shopper, &log->simulation, customer);
	while (clv_shopper_next(&shopper, &order))
	{
		CHECK_FOR_INTERRUPTS();
		value[1] = TimestampGetDatum(log->start + order.at);
		value[2] = Float8GetDatum(order.amount);
		tuplestore_putvalues(log->rsinfo->setResult, log->rsinfo->setDesc,
							 value + skip, isnull + skip);
	}
	if (shopper.status != CLV_OK)
		clv_raise(&shopper.err);
}

PG_FUNCTION_INFO_V1(clv_simulate);
Datum
clv_simulate(PG_FUNCTION_ARGS)
{
	Log			log;
	int64		customers;
	int64		customer;

	if (!log_begin(fcinfo, &log, true))
		return (Datum) 0;
	customers = PG_GETARG_INT64(2);
	for (customer = 1; customer <= customers; customer++)
	{
		CHECK_FOR_INTERRUPTS();
		log_customer(&log, customer);
	}
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(clv_simulate_customer);
Datum
clv_simulate_customer(PG_FUNCTION_ARGS)
{
	Log			log;

	if (log_begin(fcinfo, &log, false))
		log_customer(&log, PG_GETARG_INT64(2));
	return (Datum) 0;
}
