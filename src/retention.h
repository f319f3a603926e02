/*
 * retention.h
 *		The type clv.retention as other files see it: a varlena around the
 *		bytes of survivors.h.
 */
#ifndef CLV_RETENTION_H
#define CLV_RETENTION_H

#include "clv.h"

#include "base/survivors.h"

/*
 * The subscribers of a value, in ascending order of tenure; a survivor table
 * that is not complete raises.
 */
extern ClvTenureRow *clv_retention_rows(Datum retention, size_t *n);

#endif							/* CLV_RETENTION_H */
