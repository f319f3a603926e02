/*
 * paretonbd.h
 *		The Pareto/NBD model.
 */
#ifndef CLV_PARETONBD_H
#define CLV_PARETONBD_H

#include "models/dropout/dropout.h"

extern const ClvModel clv_paretonbd;

#endif							/* CLV_PARETONBD_H */
