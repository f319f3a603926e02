/*
 * golden_quantity.h
 *		The predictions that golden tables of transaction models have, in their
 *		order.
 */
#ifndef CLV_GOLDEN_QUANTITY_H
#define CLV_GOLDEN_QUANTITY_H

enum
{
	LOGLIK, P_ALIVE, P_ALIVE_AHEAD, P_ACTIVE, PURCHASES, DISCOUNTED,
	DISCOUNTED_EVER, LIFETIME, LIFETIME_DISCOUNTED, LIFETIME_EVER, PMF,
	NEXT_PURCHASE, QUANTITIES
};

#endif							/* CLV_GOLDEN_QUANTITY_H */
