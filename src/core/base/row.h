/*
 * row.h
 *		One customer as the models see it.
 */
#ifndef CLV_ROW_H
#define CLV_ROW_H

#include "status.h"

/* One customer's history, in the model's unit of time. */
typedef struct ClvRow
{
	double		x;				/* repeat purchases, whole */
	double		tx;				/* recency, 0 <= tx <= t */
	double		t;				/* age; in a discrete model opportunities so
								 * far, and tx the number of the last taken */
} ClvRow;

/* Can such a history be?  Used for every row that enters from outside. */
extern ClvStatus clv_row_check(const ClvRow *row, ClvError *err);

#endif							/* CLV_ROW_H */
