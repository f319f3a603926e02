-- clv.model: a model with its parameters, fitted to a base or given.

CREATE TYPE clv.model;

CREATE FUNCTION clv.model_in(cstring) RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_in';
CREATE FUNCTION clv.model_out(clv.model) RETURNS cstring
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_out';
CREATE FUNCTION clv.model_recv(internal) RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_recv';
CREATE FUNCTION clv.model_send(clv.model) RETURNS bytea
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_send';

COMMENT ON FUNCTION clv.model_in(cstring) IS
	'text input of clv.model: the JSON of docs/storage.md; 22P02 for anything else';
COMMENT ON FUNCTION clv.model_out(clv.model) IS
	'text output of clv.model: JSON that reads back bit for bit';
COMMENT ON FUNCTION clv.model_recv(internal) IS
	'binary input of clv.model; 22P03 for bytes that clv.model_send cannot have written';
COMMENT ON FUNCTION clv.model_send(clv.model) IS
	'binary output of clv.model: versioned, network byte order';

CREATE TYPE clv.model (
	INPUT = clv.model_in,
	OUTPUT = clv.model_out,
	RECEIVE = clv.model_recv,
	SEND = clv.model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE clv.model IS
	'a customer-base model with its parameters, the length of its unit of time and, when it was fitted, covariance, log-likelihood and status; text form is JSON';

CREATE CAST (clv.model AS jsonb) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (clv.model AS jsonb) IS 'the text form of the model as jsonb';
CREATE CAST (jsonb AS clv.model) WITH INOUT AS ASSIGNMENT;
COMMENT ON CAST (jsonb AS clv.model) IS
	'the model whose text form this is; 22P02 when it is none';

-- Comparison: by bytes, so that materialized views can be refreshed
-- concurrently and rows be grouped.  The order has no meaning.

CREATE FUNCTION clv.model_eq(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_eq';
CREATE FUNCTION clv.model_ne(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_ne';
CREATE FUNCTION clv.model_lt(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_lt';
CREATE FUNCTION clv.model_le(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_le';
CREATE FUNCTION clv.model_gt(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_gt';
CREATE FUNCTION clv.model_ge(clv.model, clv.model) RETURNS boolean
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_ge';
CREATE FUNCTION clv.model_cmp(clv.model, clv.model) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_cmp';
CREATE FUNCTION clv.model_hash(clv.model) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_hash';
CREATE FUNCTION clv.model_hash_extended(clv.model, bigint) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_hash_extended';

COMMENT ON FUNCTION clv.model_eq(clv.model, clv.model) IS 'implementation of = operator';
COMMENT ON FUNCTION clv.model_ne(clv.model, clv.model) IS 'implementation of <> operator';
COMMENT ON FUNCTION clv.model_lt(clv.model, clv.model) IS 'implementation of < operator';
COMMENT ON FUNCTION clv.model_le(clv.model, clv.model) IS 'implementation of <= operator';
COMMENT ON FUNCTION clv.model_gt(clv.model, clv.model) IS 'implementation of > operator';
COMMENT ON FUNCTION clv.model_ge(clv.model, clv.model) IS 'implementation of >= operator';
COMMENT ON FUNCTION clv.model_cmp(clv.model, clv.model) IS 'btree comparison of clv.model, by bytes';
COMMENT ON FUNCTION clv.model_hash(clv.model) IS 'hash of clv.model';
COMMENT ON FUNCTION clv.model_hash_extended(clv.model, bigint) IS 'seeded hash of clv.model';

CREATE OPERATOR clv.= (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_eq,
	COMMUTATOR = OPERATOR(clv.=), NEGATOR = OPERATOR(clv.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR clv.<> (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_ne,
	COMMUTATOR = OPERATOR(clv.<>), NEGATOR = OPERATOR(clv.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR clv.< (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_lt,
	COMMUTATOR = OPERATOR(clv.>), NEGATOR = OPERATOR(clv.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR clv.<= (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_le,
	COMMUTATOR = OPERATOR(clv.>=), NEGATOR = OPERATOR(clv.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR clv.> (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_gt,
	COMMUTATOR = OPERATOR(clv.<), NEGATOR = OPERATOR(clv.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR clv.>= (
	LEFTARG = clv.model, RIGHTARG = clv.model, FUNCTION = clv.model_ge,
	COMMUTATOR = OPERATOR(clv.<=), NEGATOR = OPERATOR(clv.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

COMMENT ON OPERATOR clv.= (clv.model, clv.model) IS 'same model, same bits';
COMMENT ON OPERATOR clv.<> (clv.model, clv.model) IS 'not the same model to the bit';
COMMENT ON OPERATOR clv.< (clv.model, clv.model) IS 'earlier in an order without meaning';
COMMENT ON OPERATOR clv.<= (clv.model, clv.model) IS 'equal or earlier in an order without meaning';
COMMENT ON OPERATOR clv.> (clv.model, clv.model) IS 'later in an order without meaning';
COMMENT ON OPERATOR clv.>= (clv.model, clv.model) IS 'equal or later in an order without meaning';

CREATE OPERATOR CLASS clv.model_ops
	DEFAULT FOR TYPE clv.model USING btree AS
		OPERATOR 1 clv.<,
		OPERATOR 2 clv.<=,
		OPERATOR 3 clv.=,
		OPERATOR 4 clv.>=,
		OPERATOR 5 clv.>,
		FUNCTION 1 clv.model_cmp(clv.model, clv.model);
COMMENT ON OPERATOR CLASS clv.model_ops USING btree IS
	'btree operators of clv.model: order of bytes';
CREATE OPERATOR CLASS clv.model_ops
	DEFAULT FOR TYPE clv.model USING hash AS
		OPERATOR 1 clv.=,
		FUNCTION 1 clv.model_hash(clv.model),
		FUNCTION 2 clv.model_hash_extended(clv.model, bigint);
COMMENT ON OPERATOR CLASS clv.model_ops USING hash IS
	'hash operators of clv.model';
COMMENT ON OPERATOR FAMILY clv.model_ops USING btree IS 'btree operators of clv.model';
COMMENT ON OPERATOR FAMILY clv.model_ops USING hash IS 'hash operators of clv.model';

-- A model from known parameters, and what there is to know about a model.

CREATE FUNCTION clv.model(name text, params jsonb, unit_days float8 DEFAULT 1)
	RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_make';
COMMENT ON FUNCTION clv.model(text, jsonb, float8) IS
	'the model of that name with known parameters, such as ''{"r": 0.243, ...}''; unit_days: length in days of the unit that recency and t are in. Every parameter and no other, finite and above 0, or 22023';

CREATE FUNCTION clv.models(OUT name text, OUT kind text, OUT parameters text[],
						   OUT reference text)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10
	AS 'MODULE_PATHNAME', 'clv_models_list';
COMMENT ON FUNCTION clv.models() IS
	'the models there are: name, kind (transaction, spend or contract), parameters, and the paper each is from';

CREATE FUNCTION clv.coefficients(model clv.model, OUT name text,
								 OUT estimate float8, OUT std_error float8,
								 OUT lower float8, OUT upper float8)
	RETURNS SETOF record
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 4
	AS 'MODULE_PATHNAME', 'clv_coefficients';
COMMENT ON FUNCTION clv.coefficients(clv.model) IS
	'each parameter, and each coefficient of a covariate, with its standard error and 95 % interval; NULLs where the fit '
	'has no covariance (given parameters, a fit at a boundary) and where a number is beyond every double';

CREATE FUNCTION clv.param(model clv.model, name text) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_param';
COMMENT ON FUNCTION clv.param(clv.model, text) IS
	'one parameter of the model, in its unit of time, or one coefficient of a covariate, such as alpha.channel; 22023 when it has none of that name';

CREATE FUNCTION clv.model_name(model clv.model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_name';
COMMENT ON FUNCTION clv.model_name(clv.model) IS
	'which model it is, as in clv.models()';

CREATE FUNCTION clv.unit_days(model clv.model) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_unit_days';
COMMENT ON FUNCTION clv.unit_days(clv.model) IS
	'length in days of the unit that recency and t are in: 1 for days, 7 for weeks';

CREATE FUNCTION clv.loglik(model clv.model) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_loglik';
COMMENT ON FUNCTION clv.loglik(clv.model) IS
	'log-likelihood at the fitted parameters, of purchase times in the model''s unit, without the prior if there was one; NULL when parameters were given or shrunk, and after clv.with_covariates';

CREATE FUNCTION clv.aic(model clv.model) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_aic';
COMMENT ON FUNCTION clv.aic(clv.model) IS
	'Akaike''s criterion, 2 k - 2 loglik for k parameters, coefficients included (Akaike 1974); lower is better, between fits to the same base in the same unit; NULL when clv.loglik is';

CREATE FUNCTION clv.bic(model clv.model) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_bic';
COMMENT ON FUNCTION clv.bic(clv.model) IS
	'Bayesian criterion, k ln(customers) - 2 loglik for k parameters, coefficients included (Schwarz 1978); lower is better, between fits to the same base in the same unit; NULL when clv.loglik is';

CREATE FUNCTION clv.customers(model clv.model) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_customers';
COMMENT ON FUNCTION clv.customers(clv.model) IS
	'customers that the model was fitted to; NULL when parameters were given';

CREATE FUNCTION clv.excluded(model clv.model) RETURNS bigint
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_model_excluded';
COMMENT ON FUNCTION clv.excluded(clv.model) IS
	'customers of the base that the fit left out (a spend model: without a repeat purchase or with spend not above 0); NULL when parameters were given';

CREATE FUNCTION clv.iterations(model clv.model) RETURNS integer
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_iterations';
COMMENT ON FUNCTION clv.iterations(clv.model) IS
	'steps the fit took; NULL when parameters were given';

CREATE FUNCTION clv.status(model clv.model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_status';
COMMENT ON FUNCTION clv.status(clv.model) IS
	'how the fit ended: converged, boundary (the optimum is at a limit of a parameter) or not_converged; NULL when parameters were given';

CREATE FUNCTION clv.message(model clv.model) RETURNS text
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_message';
COMMENT ON FUNCTION clv.message(clv.model) IS
	'what the status means when it is not converged, or that the model was shrunk; NULL otherwise';
