/*
 * aggregate.c
 *		What every support function of an aggregate begins with.
 */
#include "clv.h"

/*
 * The memory context of the aggregate that calls this function.  A transition
 * function may change its state in place and an internal state is a pointer:
 * neither may be given a value by anybody else than the executor.
 */
MemoryContext
clv_aggregate_context(FunctionCallInfo fcinfo)
{
	MemoryContext context;

	if (!AggCheckCallContext(fcinfo, &context))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("a support function of an aggregate cannot be called directly"),
				 errhint("Call the aggregate that it belongs to.")));
	return context;
}
