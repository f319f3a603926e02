/*
 * cells.h
 *		The stored form of a customer base, and how bases are made and merged.
 *
 * A base is stored as its distinct cells with their counts, in one canonical
 * encoding: the same customers give the same bytes, whatever the order in
 * which they came.  docs/storage.md has the layout.  The encoding is the value
 * behind clv.cbs without its varlena header, and its binary form on the wire.
 *
 * All memory is malloc'd.  Work that grows with the base is done in slices:
 * call the step function until it returns something else than CLV_CONTINUE.
 */
#ifndef CLV_CELLS_H
#define CLV_CELLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/base.h"
#include "base/customer.h"
#include "bytes/codec.h"
#include "history/history.h"
#include "status.h"

#define CLV_CELLS_VERSION	1
#define CLV_CELLS_SLICE		65536	/* cells or rows a step, < 2 ms */
#define CLV_CELLS_MAX_WHOLE	9007199254740992.0	/* 2^53 */

/* Counts are added up in float8 by the models: exact up to here. */
#define CLV_CELLS_MAX_CUSTOMERS INT64_C(9007199254740992)	/* 2^53 */

/*
 * One customer on the way into a base: checked, no number -0.  "monetary" may
 * be NULL; of the second only the spend is known.
 */
extern ClvStatus clv_cells_row(const ClvCustomer *row, const double *monetary,
							   ClvCustomer *out, ClvError *err);
extern ClvStatus clv_cells_spend_row(double x, const double *monetary,
									 ClvCustomer *out, ClvError *err);

/*
 * The row after a row may say how many more customers have the same values: it
 * has this x, their number in t_x, and nothing else.  What looks for values in
 * rows finds none in it.
 */
#define CLV_CELLS_MORE	(-1.0)

extern void clv_cells_more(double more, ClvCustomer *out);

/* May a row, or a base, stand for so many customers? */
extern ClvStatus clv_cells_count(int64_t customers, ClvError *err);

/* The covariates of a customer. */
typedef struct ClvCustomerCovariates
{
	int			n;				/* 0: none */
	double		v[CLV_MAX_COVARIATES];
} ClvCustomerCovariates;

/* v[0..n-1] were given; checked, normalised. */
extern ClvStatus clv_cells_covariates(const double *v, int n,
									  ClvCustomerCovariates *out, ClvError *err);

/* Numbers of covariates that cannot be in one base, 0 being none. */
extern ClvStatus clv_cells_covariates_differ(int a, int b, ClvError *err);

/* A base with what models do not look at. */
typedef struct ClvCells
{
	ClvBase		base;			/* without groups */
	ClvLogSum	gaps;			/* exact, void unless base.has_log_gaps */
	unsigned char *request;		/* what a one-step fit is asked; opaque here */
	size_t		request_size;
	ClvSpan		covariates;		/* encoded (cells_groups.h); not owned */
} ClvCells;

extern void clv_cells_free(ClvCells *cells);

/* What can be told of an encoding without decoding its cells. */
typedef struct ClvCellsHead
{
	int64_t		customers;		/* the following three together */
	int64_t		spenders;
	int64_t		no_repeat;
	int64_t		no_spend;
	bool		has_log_gaps;	/* every customer came from a history */
	ClvLogSum	gaps;
	ClvSpan		request;		/* points into the encoding */
	ClvSpan		covariates;		/* the same */
	int			ncov;			/* covariates of a customer, 0: none */
	size_t		ngroup;			/* distinct vectors of them */
} ClvCellsHead;

extern ClvStatus clv_cells_head(const unsigned char *data, size_t size,
								ClvCellsHead *head, ClvError *err);

/* Decoding: safe on any bytes, but only clv_cells_check() trusts nobody. */
typedef struct ClvCellsReader
{
	ClvSpan		in;
	ClvCells   *cells;			/* to be freed by the caller, even on error */
	int			stage;
	size_t		i;				/* next element of the present stage */
	bool		raw;			/* dictionary of raw float8 */
	ClvCell		last;			/* predecessor of the next cell */
	uint64_t	cents;			/* predecessor of the next spend cell */
	int64_t		left;			/* customers not seen yet */
	bool		later;			/* a later version has written them */
} ClvCellsReader;

extern void clv_cells_read_begin(ClvCellsReader *reader, ClvCells *cells,
								 const unsigned char *data, size_t size);
extern ClvStatus clv_cells_read_step(ClvCellsReader *reader, ClvError *err);

/* All of it at once, groups included. */
extern ClvStatus clv_cells_decode(const unsigned char *data, size_t size,
								  ClvBase *base, ClvError *err);

/* Encoding */
typedef struct ClvCellsWriter
{
	unsigned char *data;		/* the encoding, once done */
	size_t		size;
	ClvWriter	out;			/* in the room for it */
	const ClvCells *cells;
	int			stage;
	size_t		i;
	bool		raw;
	ClvCell		last;
	uint64_t	cents;
} ClvCellsWriter;

extern void clv_cells_write_begin(ClvCellsWriter *writer,
								  const ClvCells *cells);
extern ClvStatus clv_cells_write_step(ClvCellsWriter *writer, ClvError *err);

/*
 * Are these bytes what the encoder would have written, of customers that can
 * be?  For bytes from outside.  Stepped.
 */
typedef struct ClvCellsCheck ClvCellsCheck;

extern ClvCellsCheck *clv_cells_check_new(const unsigned char *data,
										  size_t size);
extern ClvStatus clv_cells_check_step(ClvCellsCheck *check, ClvError *err);
extern void clv_cells_check_free(ClvCellsCheck *check);

/* Sorting rows into cells (cells_sort.c). */
typedef struct ClvCellsSort ClvCellsSort;

extern ClvCellsSort *clv_cells_sort_new(ClvCells *out, const ClvCustomer *row,
										size_t n);
extern ClvStatus clv_cells_sort_step(ClvCellsSort *sort, ClvError *err);
extern void clv_cells_sort_free(ClvCellsSort *sort);

/* Two bases become one (cells_merge.c). */
typedef struct ClvCellsMerge ClvCellsMerge;

extern ClvCellsMerge *clv_cells_merge_new(ClvCells *out, const ClvCells *a,
										  const ClvCells *b);
extern ClvStatus clv_cells_merge_step(ClvCellsMerge *merge, ClvError *err);
extern void clv_cells_merge_free(ClvCellsMerge *merge);

/*
 * Any number of rows and encodings become one encoding (cells_pack.c).  What
 * is added must stay where it is until the last step.
 */
typedef struct ClvCellsPack ClvCellsPack;

extern ClvCellsPack *clv_cells_pack_new(void);

/*
 * "gaps" is NULL for customers that came without a history.  Where ncov > 0
 * each row is followed by as many doubles, and "gaps" must be NULL.
 */
extern ClvStatus clv_cells_pack_rows(ClvCellsPack *pack,
									 const ClvCustomer *row, size_t n,
									 int ncov, const ClvLogSum *gaps);
extern ClvStatus clv_cells_pack_base(ClvCellsPack *pack,
									 const unsigned char *data, size_t size);
extern ClvStatus clv_cells_pack_request(ClvCellsPack *pack,
										const unsigned char *request,
										size_t size, ClvError *err);
extern ClvStatus clv_cells_pack_step(ClvCellsPack *pack, ClvError *err);
extern const unsigned char *clv_cells_pack_result(const ClvCellsPack *pack,
												  size_t *size);

/* How many cells it has; about as many, where there are covariates. */
extern size_t clv_cells_pack_cells(const ClvCellsPack *pack);
extern void clv_cells_pack_free(ClvCellsPack *pack);

#endif							/* CLV_CELLS_H */
