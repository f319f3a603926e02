/*
 * interval.h
 *		How sure a value is: what one customer and many have in common.
 */
#ifndef CLV_INTERVAL_H
#define CLV_INTERVAL_H

#include "draw/future_value.h"
#include "model_value.h"

/* Arguments of both functions, from the first model on. */
enum
{
	CLV_ARG_MODEL,
	CLV_ARG_SPEND,
	CLV_ARG_FREQUENCY,
	CLV_ARG_RECENCY,
	CLV_ARG_T,
	CLV_ARG_MONETARY,
	CLV_ARG_RATE,
	CLV_ARG_HORIZON,
	CLV_ARG_LEVEL,
	CLV_ARG_DRAWS,
	CLV_ARG_SEED,
	CLV_INTERVAL_ARGS
};

/*
 * "first" is the number of the argument that CLV_ARG_MODEL stands for.  As in
 * clv.value, monetary may be NULL; with any other NULL there is no value.
 */
extern bool clv_interval_args(FunctionCallInfo fcinfo, int first);

/* What is asked of these two models. */
extern void clv_interval_terms(FunctionCallInfo fcinfo, int first,
							   const ClvModelValue *model,
							   const ClvModelValue *spend, ClvTerms *terms);

/* The same question, if it is of the same models? */
extern bool clv_interval_same(const ClvTerms *a, const ClvTerms *b);

/* False: what the customer spends is not known, or has no finite mean. */
extern bool clv_interval_customer(FunctionCallInfo fcinfo, int first,
								  const ClvModelValue *model,
								  const ClvModelValue *spend,
								  ClvCustomer *customer);

/* The answer, as the row type that the function returns. */
extern Datum clv_interval_answer(FunctionCallInfo fcinfo,
								 const ClvTerms *terms,
								 const ClvCustomer *customer, Size n);

#endif							/* CLV_INTERVAL_H */
