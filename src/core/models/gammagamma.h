/*
 * gammagamma.h
 *		The Gamma-Gamma model of spend per purchase.
 */
#ifndef CLV_GAMMAGAMMA_H
#define CLV_GAMMAGAMMA_H

#include "model/model.h"

#define CLV_GAMMAGAMMA_NPARAM	3

extern const ClvModel clv_gammagamma;

#endif							/* CLV_GAMMAGAMMA_H */
