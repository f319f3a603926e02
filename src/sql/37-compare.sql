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
	'transaction models fitted to one base, a row each in the order given; lr_vs_nbd is twice the log-likelihood above '
	'that of nbd; p_value is NULL (clv.compare_bootstrap finds it). No rows for a NULL base; 22023 for another kind of '
	'model';

CREATE FUNCTION clv.compare_bootstrap(cbs clv.cbs, models text[],
									  draws integer, seed bigint,
									  OUT model text, OUT status text,
									  OUT loglik float8,
									  OUT parameters integer, OUT aic float8,
									  OUT bic float8, OUT lr_vs_nbd float8,
									  OUT p_value float8, OUT seconds float8)
	RETURNS SETOF record
	LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10000000 ROWS 5
	AS 'MODULE_PATHNAME', 'clv_compare_by_draws';
COMMENT ON FUNCTION clv.compare_bootstrap(clv.cbs, text[], integer, bigint) IS
	'the same with p_value, the chance of so high a ratio if nobody ever left, by parametric bootstrap (Davison & Hinkley '
	'1997, section 4.2); the same for the same seed. 22023: draws not from 1 to 100000';
