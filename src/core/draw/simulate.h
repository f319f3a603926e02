/*
 * simulate.h
 *		Customers drawn from a model, one at a time and one purchase at a time.
 *
 * Every customer has streams of its own (random.h), so that the same customer
 * comes out whoever else is drawn, in whatever order.
 */
#ifndef CLV_SIMULATE_H
#define CLV_SIMULATE_H

#include <stdint.h>

#include "model/model.h"

#define CLV_USECS_PER_DAY	INT64_C(86400000000)

typedef struct ClvSimulation
{
	const ClvModel *model;		/* a transaction model */
	const double *par;
	double		unit_days;		/* days in its unit of time */
	const ClvModel *spend;		/* a spend model; NULL: no amounts */
	const double *spend_par;
	int32_t		births;			/* days in which first purchases fall */
	int32_t		days;			/* days observed */
	uint64_t	seed;
} ClvSimulation;

typedef struct ClvShopper
{
	const ClvSimulation *simulation;
	ClvRandom	timing;
	ClvRandom	money;
	ClvLife		life;
	double		birth;			/* in days */
	double		rate;			/* of the spend model */
	int64_t		orders;			/* so far */
	ClvStatus	status;			/* not CLV_OK: the rest cannot be drawn, */
	ClvError	err;			/* for this reason */
} ClvShopper;

typedef struct ClvOrder
{
	int64_t		at;				/* microseconds since the start */
	double		amount;			/* to the cent; NaN without a spend model */
} ClvOrder;

/*
 * Are the numbers in order?  "customer" is the last one to be drawn.  (The
 * models are the caller's to check, by clv_model_check().)
 */
extern ClvStatus clv_simulation_check(const ClvSimulation *simulation,
									  int64_t customer, ClvError *err);

extern void clv_shopper_begin(ClvShopper *shopper,
							  const ClvSimulation *simulation,
							  int64_t customer);

/*
 * The next order before the end; false: there are no more, or shopper->status
 * is not CLV_OK.
 */
extern bool clv_shopper_next(ClvShopper *shopper, ClvOrder *order);

#endif							/* CLV_SIMULATE_H */
