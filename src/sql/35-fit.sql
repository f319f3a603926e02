-- clv.fit: a model fitted to a base in two steps, or to rows in one.

CREATE FUNCTION clv.fit(cbs clv.cbs, model text DEFAULT 'mbgnbd',
						unit_days float8 DEFAULT 1, prior jsonb DEFAULT NULL,
						options jsonb DEFAULT NULL)
	RETURNS clv.model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_fit';
COMMENT ON FUNCTION clv.fit(clv.cbs, text, float8, jsonb, jsonb) IS
	'the model fitted to the base by maximum likelihood, or with a prior the mode of the posterior; model auto: mbgnbd or '
	'paretonbd by BIC. NULL when there is nothing to fit; clv.status says how it ended. In a WITH write AS MATERIALIZED';

CREATE FUNCTION clv.fit_transition(clv.cbs, text, float8, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_transition';
CREATE FUNCTION clv.fit_transition(clv.cbs, text, float8, float8, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_transition';
CREATE FUNCTION clv.fit_transition(clv.cbs, text, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_spend_transition';
CREATE FUNCTION clv.fit_final(clv.cbs) RETURNS clv.model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_fit_final';

COMMENT ON FUNCTION clv.fit_transition(clv.cbs, text, float8, float8, float8) IS
	'transition function of clv.fit(model, frequency, recency, t)';
COMMENT ON FUNCTION clv.fit_transition(clv.cbs, text, float8, float8, float8, float8) IS
	'transition function of clv.fit(model, frequency, recency, t, unit_days)';
COMMENT ON FUNCTION clv.fit_transition(clv.cbs, text, float8, float8) IS
	'transition function of clv.fit(model, frequency, monetary)';
COMMENT ON FUNCTION clv.fit_final(clv.cbs) IS
	'final function of the aggregates clv.fit';

-- FINALFUNC_MODIFY = SHAREABLE although the state is only read: a fit a row is
-- not what anybody means by OVER, and this refuses it.

CREATE AGGREGATE clv.fit(model text, frequency float8, recency float8, t float8) (
	SFUNC = clv.fit_transition,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv.fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv.cbs_combine,
	PARALLEL = SAFE
);
CREATE AGGREGATE clv.fit(model text, frequency float8, recency float8, t float8,
						 unit_days float8) (
	SFUNC = clv.fit_transition,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv.fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv.cbs_combine,
	PARALLEL = SAFE
);
CREATE AGGREGATE clv.fit(model text, frequency float8, monetary float8) (
	SFUNC = clv.fit_transition,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv.fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv.cbs_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE clv.fit(text, float8, float8, float8) IS
	'a transaction model fitted to the rows in one step, recency and t in days: for GROUP BY. Rows with a NULL are skipped, NULL when none is left; model must be the same in every row, or 22023';
COMMENT ON AGGREGATE clv.fit(text, float8, float8, float8, float8) IS
	'the same with recency and t in units of unit_days days, which must be the same in every row, or 22023';
COMMENT ON AGGREGATE clv.fit(text, float8, float8) IS
	'a spend model fitted to the rows in one step. Rows without a repeat purchase or with monetary NULL or not above 0 are left out and counted; NULL when none is left; model must be the same in every row, or 22023';

-- Fits of groups, drawn to what the groups have in common.

CREATE FUNCTION clv.shrink(models clv.model[]) RETURNS clv.model[]
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_shrink';
COMMENT ON FUNCTION clv.shrink(clv.model[]) IS
	'the fits of one model to several groups, shrunk toward their pool (empirical Bayes, Morris 1983); same order, NULLs '
	'stay; unchanged with fewer than two fits that have a covariance. 22023: not fits of one model and unit; 54000: above '
	'10000';
