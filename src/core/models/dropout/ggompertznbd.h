/*
 * ggompertznbd.h
 *		The GGompertz/NBD model.
 */
#ifndef CLV_GGOMPERTZNBD_H
#define CLV_GGOMPERTZNBD_H

#include "models/dropout/dropout.h"

extern const ClvModel clv_ggompertznbd;

#endif							/* CLV_GGOMPERTZNBD_H */
