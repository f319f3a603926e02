/*
 * interval_agg.c
 *		How sure the value of many customers together is: an aggregate, of
 *		customers for whom one model holds, or one with covariates of their own.
 *
 * The state holds each customer as it came.  Nothing depends on their order:
 * the final function sorts them, and draws from them as they are sorted.
 */
#include "clv.h"

#include "libpq/pqformat.h"
#include "utils/memutils.h"
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

#include "interval.h"
#include "vectors.h"

#define PORTFOLIO_VERSION	1
#define PORTFOLIO_START		32	/* customers that the first allocation holds */

/* The first argument of a transition is the state; the last may be covariates. */
#define FIRST_ARG			1
#define COVARIATES_ARG		(FIRST_ARG + CLV_INTERVAL_ARGS)

typedef struct Portfolio
{
	MemoryContext context;		/* all of it lives here */
	struct varlena *bytes[2];	/* of the two models, as they came */
	ClvModelValue model[2];		/* transactions, spend */
	ClvTerms	terms;
	ClvCustomer *customer;
	Vectors    *vectors;		/* of covariates; NULL: of a model without */
	uint32	   *number;			/* which of them each customer has */
	Size		n;
	Size		size;			/* room in "customer", and in "number" */
} Portfolio;

/* Bytes of a customer in a serialized state. */
static Size
customer_bytes(const Portfolio *portfolio)
{
	return 4 * sizeof(double) + (portfolio->vectors ? sizeof(uint32) : 0);
}

/* Keep a model, decoded and as it is. */
static void
portfolio_model(Portfolio *portfolio, int i, const struct varlena *v)
{
	Size		size = VARSIZE_ANY_EXHDR(v);
	struct varlena *copy = MemoryContextAlloc(portfolio->context, VARHDRSZ + size);
	ClvError	err;

	SET_VARSIZE(copy, VARHDRSZ + size);
	memcpy(VARDATA(copy), VARDATA_ANY(v), size);
	if (clv_model_decode((unsigned char *) VARDATA(copy), size,
						 &portfolio->model[i], &err) != CLV_OK)
		clv_raise(&err);
	portfolio->bytes[i] = copy;
}

/* Says what clv.with_covariates() says of a model without. */
static void
require_covariates(const ClvModelValue *value)
{
	ClvFitted	at;
	ClvError	err;

	clv_kind_require(value->fit.model, CLV_TRANSACTION);
	if (value->fit.ncov == 0 &&
		clv_fitted_at(&value->fit, NULL, &at, &err) != CLV_OK)
		clv_raise(&err);
}

/* "mixed": its customers have covariates. */
static Portfolio *
portfolio_new(MemoryContext context, const struct varlena *model,
			  const struct varlena *spend, bool mixed, Size size)
{
	Portfolio  *portfolio = MemoryContextAlloc(context, sizeof(Portfolio));

	portfolio->context = context;
	portfolio_model(portfolio, 0, model);
	portfolio_model(portfolio, 1, spend);
	if (mixed)
		require_covariates(&portfolio->model[0]);
	else
		clv_value_require(&portfolio->model[0], CLV_TRANSACTION);
	clv_value_require(&portfolio->model[1], CLV_SPEND);
	portfolio->n = 0;
	portfolio->size = Max(size, PORTFOLIO_START);
	portfolio->customer = MemoryContextAllocHuge(context, portfolio->size * sizeof(ClvCustomer));
	portfolio->vectors = NULL;
	portfolio->number = NULL;
	if (mixed)
	{
		portfolio->vectors = clv_vectors_new(context, portfolio->model[0].fit.ncov);
		portfolio->number = MemoryContextAllocHuge(context, portfolio->size * sizeof(uint32));
	}
	return portfolio;
}

/* The terms of another portfolio, asked of this one's models. */
static void
portfolio_terms(Portfolio *portfolio, const ClvTerms *terms)
{
	portfolio->terms = *terms;
	portfolio->terms.model = &portfolio->model[0].fit;
	portfolio->terms.spend = &portfolio->model[1].fit;
}

static bool
same_bytes(const struct varlena *a, const struct varlena *b)
{
	Size		size = VARSIZE_ANY_EXHDR(a);

	return size == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), size) == 0;
}

static void
portfolio_require_same(const Portfolio *portfolio,
					   const struct varlena *model,
					   const struct varlena *spend, const ClvTerms *terms)
{
	if (!same_bytes(portfolio->bytes[0], model) ||
		!same_bytes(portfolio->bytes[1], spend) ||
		!clv_interval_same(&portfolio->terms, terms))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("models, annual rate, horizon, level, draws and seed must be the same in every row"),
				 errhint("Group by what they depend on.")));
}

/* Make room for more customers; doubling, so that one is moved but twice. */
static void
portfolio_reserve(Portfolio *portfolio, Size more)
{
	if (more > CLV_MAX_CROWD - portfolio->n)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than \"%u\" customers", CLV_MAX_CROWD),
				 errhint("Draw for groups of them.")));
	if (more <= portfolio->size - portfolio->n)
		return;
	portfolio->size = Max(portfolio->size * 2, portfolio->n + more);
	portfolio->customer = repalloc_huge(portfolio->customer,
										portfolio->size * sizeof(ClvCustomer));
	if (portfolio->number != NULL)
		portfolio->number = repalloc_huge(portfolio->number,
										  portfolio->size * sizeof(uint32));
}

/* The number of a customer's covariates; new ones must make a model. */
static uint32
portfolio_vector(Portfolio *portfolio, const double *v)
{
	const ClvFitted *fit = &portfolio->model[0].fit;
	ClvFitted	at;
	ClvError	err;
	bool		is_new;
	uint32		number = clv_vectors_add(portfolio->vectors, v, &is_new);

	if (is_new && clv_fitted_at(fit, v, &at, &err) != CLV_OK)
		clv_raise(&err);
	return number;
}

/* Find or make the state, see to it that the question is the same, add a row. */
PG_FUNCTION_INFO_V1(clv_total_interval_accum);
Datum
clv_total_interval_accum(PG_FUNCTION_ARGS)
{
	MemoryContext context = clv_aggregate_context(fcinfo);
	Portfolio  *portfolio = PG_ARGISNULL(0) ? NULL : (Portfolio *) PG_GETARG_POINTER(0);
	struct varlena *model,
			   *spend;
	ClvTerms	terms;
	ClvCustomer customer;
	bool		mixed = PG_NARGS() > COVARIATES_ARG;
	const double *v = NULL;

	if (!clv_interval_args(fcinfo, FIRST_ARG) ||
		(mixed && PG_ARGISNULL(COVARIATES_ARG)))
	{
		if (portfolio == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(portfolio);
	}
	model = PG_GETARG_VARLENA_PP(FIRST_ARG + CLV_ARG_MODEL);
	spend = PG_GETARG_VARLENA_PP(FIRST_ARG + CLV_ARG_SPEND);
	if (portfolio == NULL)
	{
		portfolio = portfolio_new(context, model, spend, mixed, 0);
		clv_interval_terms(fcinfo, FIRST_ARG, &portfolio->model[0],
						   &portfolio->model[1], &portfolio->terms);
	}
	else
	{
		clv_interval_terms(fcinfo, FIRST_ARG, &portfolio->model[0],
						   &portfolio->model[1], &terms);
		portfolio_require_same(portfolio, model, spend, &terms);
	}
	if (mixed)
		v = clv_covariates_arg(fcinfo, COVARIATES_ARG,
							   &portfolio->model[0].fit);
	if (clv_interval_customer(fcinfo, FIRST_ARG, &portfolio->model[0],
							  &portfolio->model[1], &customer))
	{
		portfolio_reserve(portfolio, 1);
		if (mixed)
			portfolio->number[portfolio->n] = portfolio_vector(portfolio, v);
		portfolio->customer[portfolio->n++] = customer;
	}
	PG_RETURN_POINTER(portfolio);
}

/* The answer for customers with covariates of their own. */
static Datum
answer_mixed(FunctionCallInfo fcinfo, const Portfolio *portfolio)
{
	const ClvFitted *fit = &portfolio->model[0].fit;
	ClvFitted  *first = palloc(sizeof(ClvFitted));
	ClvTerms	terms = portfolio->terms;
	ClvMixture	mixture;
	ClvError	err;
	Datum		answer;

	clv_vectors_mixture(portfolio->vectors, portfolio->number, portfolio->n,
						fit, &mixture);
	if (clv_fitted_at(fit, mixture.v, first, &err) != CLV_OK)
		clv_raise(&err);
	terms.model = first;
	terms.mixture = &mixture;
	answer = clv_interval_answer(fcinfo, &terms, portfolio->customer,
								 portfolio->n);
	pfree((void *) mixture.v);
	pfree((void *) mixture.of);
	pfree(first);
	return answer;
}

PG_FUNCTION_INFO_V1(clv_total_interval_final);
Datum
clv_total_interval_final(PG_FUNCTION_ARGS)
{
	const Portfolio *portfolio;

	(void) clv_aggregate_context(fcinfo);
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	portfolio = (const Portfolio *) PG_GETARG_POINTER(0);
	if (portfolio->n == 0)
		PG_RETURN_NULL();
	if (portfolio->vectors != NULL)
		return answer_mixed(fcinfo, portfolio);
	return clv_interval_answer(fcinfo, &portfolio->terms, portfolio->customer,
							   portfolio->n);
}

/* The numbers of the covariates of customers that join, from the n-th on. */
static void
combine_vectors(Portfolio *into, const Portfolio *from)
{
	Size		nvector = clv_vectors_count(from->vectors);
	uint32	   *now = MemoryContextAllocHuge(CurrentMemoryContext,
											 Max(nvector, 1) * sizeof(uint32));
	bool		is_new;
	Size		i;

	for (i = 0; i < nvector; i++)
		now[i] = clv_vectors_add(into->vectors,
								 clv_vectors_get(from->vectors, i), &is_new);
	for (i = 0; i < from->n; i++)
		into->number[into->n + i] = now[from->number[i]];
	pfree(now);
}

PG_FUNCTION_INFO_V1(clv_total_interval_combine);
Datum
clv_total_interval_combine(PG_FUNCTION_ARGS)
{
	MemoryContext context = clv_aggregate_context(fcinfo);
	Portfolio  *into = PG_ARGISNULL(0) ? NULL : (Portfolio *) PG_GETARG_POINTER(0);
	Portfolio  *from = PG_ARGISNULL(1) ? NULL : (Portfolio *) PG_GETARG_POINTER(1);

	if (from == NULL)
	{
		if (into == NULL)
			PG_RETURN_NULL();
		PG_RETURN_POINTER(into);
	}
	if (into == NULL)
	{
		into = portfolio_new(context, from->bytes[0], from->bytes[1],
							 from->vectors != NULL, from->n);
		portfolio_terms(into, &from->terms);
	}
	else
		portfolio_require_same(into, from->bytes[0], from->bytes[1],
							   &from->terms);
	portfolio_reserve(into, from->n);
	memcpy(into->customer + into->n, from->customer,
		   from->n * sizeof(ClvCustomer));
	if (from->vectors != NULL)
		combine_vectors(into, from);
	into->n += from->n;
	PG_RETURN_POINTER(into);
}

static void
send_model(StringInfo buf, const struct varlena *v)
{
	pq_sendint32(buf, (uint32) VARSIZE_ANY_EXHDR(v));
	pq_sendbytes(buf, VARDATA_ANY(v), (int) VARSIZE_ANY_EXHDR(v));
}

/* Their number, and if there are any the distinct ones. */
static void
send_vectors(StringInfo buf, const Vectors *vectors)
{
	int			ncov = vectors == NULL ? 0 : clv_vectors_ncov(vectors);
	Size		n = vectors == NULL ? 0 : clv_vectors_count(vectors);
	Size		i;
	int			c;

	pq_sendbyte(buf, vectors != NULL);
	pq_sendint64(buf, n);
	for (i = 0; i < n; i++)
	{
		const double *v = clv_vectors_get(vectors, i);

		for (c = 0; c < ncov; c++)
			pq_sendfloat8(buf, v[c]);
	}
}

PG_FUNCTION_INFO_V1(clv_total_interval_serialize);
Datum
clv_total_interval_serialize(PG_FUNCTION_ARGS)
{
	const Portfolio *portfolio = (const Portfolio *) PG_GETARG_POINTER(0);
	const ClvTerms *terms = &portfolio->terms;
	Size		bytes = portfolio->n * customer_bytes(portfolio);
	StringInfoData buf;
	Size		i;

	(void) clv_aggregate_context(fcinfo);
	if (portfolio->vectors != NULL)
		bytes += clv_vectors_count(portfolio->vectors) *
			clv_vectors_ncov(portfolio->vectors) * sizeof(double);
	if (bytes > MaxAllocSize - 4 * CLV_MODEL_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("\"%zu\" customers are too many for a parallel worker to hand over",
						portfolio->n),
				 errhint("Set max_parallel_workers_per_gather to 0.")));

	pq_begintypsend(&buf);
	enlargeStringInfo(&buf, (int) bytes);
	pq_sendbyte(&buf, PORTFOLIO_VERSION);
	send_model(&buf, portfolio->bytes[0]);
	send_model(&buf, portfolio->bytes[1]);
	pq_sendfloat8(&buf, terms->delta);
	pq_sendfloat8(&buf, terms->h);
	pq_sendfloat8(&buf, terms->level);
	pq_sendint32(&buf, (uint32) terms->draws);
	pq_sendint64(&buf, terms->seed);
	send_vectors(&buf, portfolio->vectors);
	pq_sendint64(&buf, portfolio->n);
	for (i = 0; i < portfolio->n; i++)
	{
		const ClvCustomer *customer = &portfolio->customer[i];

		pq_sendfloat8(&buf, customer->x);
		pq_sendfloat8(&buf, customer->tx);
		pq_sendfloat8(&buf, customer->t);
		pq_sendfloat8(&buf, customer->m);
		if (portfolio->vectors != NULL)
			pq_sendint32(&buf, portfolio->number[i]);
	}
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

static struct varlena *
receive_model(StringInfo buf)
{
	int			size = (int) pq_getmsgint(buf, 4);
	struct varlena *v;

	if (size < 0 || size > CLV_MODEL_MAX_BYTES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("model of %d bytes in a portfolio of customers", size)));
	v = palloc(VARHDRSZ + size);
	SET_VARSIZE(v, VARHDRSZ + size);
	pq_copymsgbytes(buf, VARDATA(v), size);
	return v;
}

/* Are there so many elements left, of so many bytes each? */
static void
require_left(const StringInfoData *buf, Size n, Size bytes)
{
	if (n > (Size) (buf->len - buf->cursor) / Max(bytes, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("portfolio of customers is cut short")));
}

static void
receive_vectors(StringInfo buf, Size n, Vectors *vectors)
{
	double		v[CLV_MAX_COVARIATES];
	bool		is_new;
	Size		i;
	int			c;

	require_left(buf, n, clv_vectors_ncov(vectors) * sizeof(double));
	for (i = 0; i < n; i++)
	{
		for (c = 0; c < clv_vectors_ncov(vectors); c++)
			v[c] = pq_getmsgfloat8(buf);
		(void) clv_vectors_add(vectors, v, &is_new);
	}
}

static void
receive_customers(StringInfo buf, Size n, Portfolio *portfolio)
{
	Size		i;

	for (i = 0; i < n; i++)
	{
		ClvCustomer *customer = &portfolio->customer[i];

		customer->x = pq_getmsgfloat8(buf);
		customer->tx = pq_getmsgfloat8(buf);
		customer->t = pq_getmsgfloat8(buf);
		customer->m = pq_getmsgfloat8(buf);
		if (portfolio->vectors == NULL)
			continue;
		portfolio->number[i] = pq_getmsgint(buf, 4);
		if (portfolio->number[i] >= clv_vectors_count(portfolio->vectors))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
					 errmsg("a customer of a portfolio has no covariates")));
	}
	portfolio->n = n;
}

PG_FUNCTION_INFO_V1(clv_total_interval_deserialize);
Datum
clv_total_interval_deserialize(PG_FUNCTION_ARGS)
{
	bytea	   *bytes = PG_GETARG_BYTEA_PP(0);
	StringInfoData buf;
	Portfolio  *portfolio;
	struct varlena *model,
			   *spend;
	ClvTerms	terms;
	Size		nvector,
				n;
	bool		mixed;

	(void) clv_aggregate_context(fcinfo);
	buf.data = VARDATA_ANY(bytes);
	buf.len = VARSIZE_ANY_EXHDR(bytes);
	buf.maxlen = buf.len;
	buf.cursor = 0;

	if (pq_getmsgbyte(&buf) != PORTFOLIO_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("unrecognized version of a portfolio of customers")));
	model = receive_model(&buf);
	spend = receive_model(&buf);
	terms.delta = pq_getmsgfloat8(&buf);
	terms.h = pq_getmsgfloat8(&buf);
	terms.level = pq_getmsgfloat8(&buf);
	terms.draws = (int) pq_getmsgint(&buf, 4);
	terms.seed = (uint64) pq_getmsgint64(&buf);
	terms.mixture = NULL;
	mixed = pq_getmsgbyte(&buf);
	nvector = (Size) pq_getmsgint64(&buf);
	portfolio = portfolio_new(CurrentMemoryContext, model, spend, mixed, 0);
	portfolio_terms(portfolio, &terms);
	if (mixed)
		receive_vectors(&buf, nvector, portfolio->vectors);
	n = (Size) pq_getmsgint64(&buf);
	require_left(&buf, n, customer_bytes(portfolio));	/* before any allocation */
	portfolio_reserve(portfolio, n);
	receive_customers(&buf, n, portfolio);
	pq_getmsgend(&buf);
	PG_RETURN_POINTER(portfolio);
}
