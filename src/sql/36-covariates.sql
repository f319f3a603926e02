-- clv.with_covariates: a model with covariates as it is for some customers.

CREATE FUNCTION clv.with_covariates(model clv.model, covariates float8[])
	RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_with_covariates';
COMMENT ON FUNCTION clv.with_covariates(clv.model, float8[]) IS
	'the plain model of customers with these covariates, in the order of the fit''s names, for every prediction: alpha e^(-g''v), beta e^(-g''v), a e^(g''v), b e^(g''v) in place of alpha, beta, a and b, with coefficients g of their own (Fader & Hardie 2007, note 019), their covariance, and the fit''s status; without a log-likelihood, which is NULL. 22023 for a model without covariates, another number of values than it has or one that is not finite; 22004 for a NULL among them; 22003 when a parameter is out of range for them';
