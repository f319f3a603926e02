-- clv.with_covariates: a model with covariates as it is for some customers.

CREATE FUNCTION clv.with_covariates(model clv.model, covariates float8[])
	RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_with_covariates';
COMMENT ON FUNCTION clv.with_covariates(clv.model, float8[]) IS
	'the plain model of customers with these covariates, in the order of the fit''s names, for every prediction; no '
	'log-likelihood. 22023: a model without covariates, other values than it has; 22003: a parameter out of range. Note 019';
