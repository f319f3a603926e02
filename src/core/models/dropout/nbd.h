/*
 * nbd.h
 *		The NBD model.
 */
#ifndef CLV_NBD_H
#define CLV_NBD_H

#include "models/dropout/dropout.h"

extern const ClvModel clv_nbd;

#endif							/* CLV_NBD_H */
