-- clv.compare: several models fitted to one base.

CREATE FUNCTION clv.compare(cbs clv.cbs, models text[], OUT model text,
							OUT status text, OUT loglik float8,
							OUT parameters integer, OUT aic float8,
							OUT bic float8, OUT lr_vs_nbd float8,
							OUT p_value float8, OUT seconds float8)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 1000000 ROWS 5
	AS 'MODULE_PATHNAME', 'clv_compare';
COMMENT ON FUNCTION clv.compare(clv.cbs, text[]) IS
	'transaction models fitted to one base by maximum likelihood, one row each in the order given: clv.status, log-likelihood, number of parameters, AIC and BIC (lower is better), lr_vs_nbd (twice the log-likelihood above that of nbd, in which nobody ever leaves; NULL of a model that counts opportunities), the seconds that the fit took. p_value is NULL: nbd lies on the boundary of these models, so that the ratio is not chi-squared; clv.compare_bootstrap finds it. NULLs where no customer tells anything; no rows for a NULL base; 22023 for a model of another kind, 54000 for more than 100 of them';

CREATE FUNCTION clv.compare_bootstrap(cbs clv.cbs, models text[],
									  draws integer DEFAULT 199, seed bigint DEFAULT 1,
									  OUT model text, OUT status text,
									  OUT loglik float8,
									  OUT parameters integer, OUT aic float8,
									  OUT bic float8, OUT lr_vs_nbd float8,
									  OUT p_value float8, OUT seconds float8)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 5
	AS 'MODULE_PATHNAME', 'clv_compare_by_draws';
COMMENT ON FUNCTION clv.compare_bootstrap(clv.cbs, text[], integer, bigint) IS
	'the same with p_value, the chance of so high a ratio if nobody ever left: (1 + draws whose ratio is at least lr_vs_nbd) / (1 + draws), where each draw is a base of as many customers, seen as long, whose purchases come from the fitted nbd, and all models are fitted to it (parametric bootstrap, Davison & Hinkley 1997, section 4.2). NULL for nbd itself. The same seed gives the same answer. draws from 1 to 100000, or 22023; 54000 for a base of more than 2^30 customers';
