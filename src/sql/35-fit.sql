-- clv.fit: a model fitted to a base in two steps, or to rows in one.

CREATE FUNCTION clv.fit(cbs clv.cbs, model text DEFAULT 'mbgnbd',
						unit_days float8 DEFAULT 1, prior jsonb DEFAULT NULL,
						options jsonb DEFAULT NULL)
	RETURNS clv.model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_fit';
COMMENT ON FUNCTION clv.fit(clv.cbs, text, float8, jsonb, jsonb) IS
	'the model fitted to the base by maximum likelihood (in a WITH that is MATERIALIZED where rows are scored with it: otherwise PostgreSQL may fit once a row); model ''auto'' is mbgnbd or paretonbd, whichever has the lower BIC; unit_days: length in days of the unit that recency and t are in (1 for histories). With prior ''{"mean": {"r": 0.5}, "sd": 2}'' the mode of the posterior: each ln(parameter - lower) is normal with this standard deviation (a number, or by parameter; default 2) around the logarithm of this median (by parameter, in the unit of the fit, or a clv.model as jsonb; default as in docs/priors.md); ''{}'' is the default prior; a covariate''s coefficient is normal itself, around 0 unless the mean says otherwise. NULL when no customer tells anything; never raises on valid data: clv.status() says how it ended. options sets what is a whole number, ''{"k": 2}'' of bgcnbd and mbgcnbd, which is found by the fit otherwise, and names covariates: a base that has any is fitted with them by bgnbd, mbgnbd and paretonbd (options ''{"covariates": ["channel", "gender"]}''; v1, v2, ... without names; ''{"covariates": []}'' without covariates), ''auto'' and all other models take it without. 22023 for an unknown key of prior or options';

CREATE FUNCTION clv._fit_accum(clv.cbs, text, float8, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_transition';
CREATE FUNCTION clv._fit_accum(clv.cbs, text, float8, float8, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_transition';
CREATE FUNCTION clv._fit_accum(clv.cbs, text, float8, float8)
	RETURNS clv.cbs
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_fit_spend_transition';
CREATE FUNCTION clv._fit_final(clv.cbs) RETURNS clv.model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_fit_final';

COMMENT ON FUNCTION clv._fit_accum(clv.cbs, text, float8, float8, float8) IS
	'transition function of clv.fit(model, frequency, recency, t)';
COMMENT ON FUNCTION clv._fit_accum(clv.cbs, text, float8, float8, float8, float8) IS
	'transition function of clv.fit(model, frequency, recency, t, unit_days)';
COMMENT ON FUNCTION clv._fit_accum(clv.cbs, text, float8, float8) IS
	'transition function of clv.fit(model, frequency, monetary)';
COMMENT ON FUNCTION clv._fit_final(clv.cbs) IS
	'final function of the aggregates clv.fit';

-- FINALFUNC_MODIFY = SHAREABLE although the state is only read: a fit a row is
-- not what anybody means by OVER, and this refuses it.

CREATE AGGREGATE clv.fit(model text, frequency float8, recency float8, t float8) (
	SFUNC = clv._fit_accum,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv._fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv._cbs_combine,
	PARALLEL = SAFE
);
CREATE AGGREGATE clv.fit(model text, frequency float8, recency float8, t float8,
						 unit_days float8) (
	SFUNC = clv._fit_accum,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv._fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv._cbs_combine,
	PARALLEL = SAFE
);
CREATE AGGREGATE clv.fit(model text, frequency float8, monetary float8) (
	SFUNC = clv._fit_accum,
	STYPE = clv.cbs,
	SSPACE = 4096,
	FINALFUNC = clv._fit_final,
	FINALFUNC_MODIFY = SHAREABLE,
	COMBINEFUNC = clv._cbs_combine,
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
	'the fits of one model to several groups, each drawn to their pool, the more the less its own data say (empirical Bayes, Morris 1983, on ln(parameter - lower): pool mean and covariance between groups by restricted maximum likelihood from each fit and its covariance, a prior of the fits taken out again; it stays where fewer than two groups tell as much as it does). Same order, NULLs stay; clv.message() says that a model is shrunk, its prior is the pool, and it has no log-likelihood. With fewer than two fits that have a covariance the models come back as they were. All of one model and one unit_days, fitted and not shrunk before, or 22023; 54000 for more than 10000';
