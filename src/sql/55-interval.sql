-- Intervals: how sure a value is, of one customer and of many together.

CREATE TYPE clv.value_range AS (
	lower float8,
	median float8,
	upper float8,
	mean float8,
	p_zero float8
);
COMMENT ON TYPE clv.value_range IS
	'what value may turn out to be, in the money of the spend model: the quantiles (1 - level) / 2, one half and (1 + level) / 2 of the draws, their mean, and the share of them that are 0';

-- without_uncertainty(model): so that only chance is left.

CREATE FUNCTION clv.without_uncertainty(model clv.model) RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_without_uncertainty';
COMMENT ON FUNCTION clv.without_uncertainty(clv.model) IS
	'the model as if its parameters were known: without the covariance, which clv.value_interval and clv.total_interval draw parameters from; a model that has none is given back as it is';

-- draw_model(model, seed, draw): parameters as they may be just as well.

CREATE FUNCTION clv.draw_model(model clv.model, seed bigint, draw int) RETURNS clv.model
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100
	AS 'MODULE_PATHNAME', 'clv_draw_model';
COMMENT ON FUNCTION clv.draw_model(clv.model, bigint, int) IS
	'the model with parameters drawn from the normal distribution of its estimate, as if known; the same for the same seed '
	'and draw; a model without a covariance keeps its parameters. 22023: a number below 0';

-- Where a share of what may be lies among so many draws, for percentile_cont.

CREATE FUNCTION clv._draw_share(share float8, draws int) RETURNS float8
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT least(greatest((share * (draws + 1.0::float8) - 1) / greatest(draws - 1, 1), 0), 1);
END;
COMMENT ON FUNCTION clv._draw_share(float8, int) IS
	'part of clv.equity and clv.acquisition: what to ask of percentile_cont so that share (1 - level) / 2 of what may be lies below, place share * (draws + 1) of the draws in order, the first or the last where that is before or after them; NULL for NULL';

-- value_interval(...): of one customer.

CREATE FUNCTION clv.value_interval(model clv.model, spend clv.model,
								   frequency float8, recency float8, t float8,
								   monetary float8, annual_rate float8,
								   horizon interval, level float8, draws int,
								   seed bigint)
	RETURNS clv.value_range
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000
	AS 'MODULE_PATHNAME', 'clv_value_interval';
COMMENT ON FUNCTION clv.value_interval(clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, int, bigint) IS
	'what the value of a customer may turn out to be, from futures drawn given the history, with the uncertainty of the '
	'fit; the same for the same seed. NULL where clv.value is. 22023: level not in (0, 1), draws not from 1 to 1000000; '
	'54000';

-- total_interval(...): of many customers together.

CREATE FUNCTION @extschema@.total_interval_accum(internal, model clv.model, spend clv.model,
		frequency float8, recency float8, t float8, monetary float8, annual_rate float8,
		horizon interval, level float8, draws int, seed bigint)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_total_interval_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.total_interval_accum(internal, clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, int, bigint) IS
	'support: adds a row to clv.total_interval';

CREATE FUNCTION @extschema@.total_interval_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_total_interval_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.total_interval_combine(internal, internal) IS
	'support: merges two states of clv.total_interval';

CREATE FUNCTION @extschema@.total_interval_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_total_interval_serialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.total_interval_serialize(internal) IS
	'support: writes a state of clv.total_interval for another process';

CREATE FUNCTION @extschema@.total_interval_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_total_interval_deserialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.total_interval_deserialize(bytea, internal) IS
	'support: reads a state of clv.total_interval from another process';

CREATE FUNCTION @extschema@.total_interval_final(internal) RETURNS clv.value_range
	AS 'MODULE_PATHNAME', 'clv_total_interval_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.total_interval_final(internal) IS
	'support: answer of clv.total_interval';

CREATE AGGREGATE @extschema@.total_interval(model clv.model, spend clv.model,
		frequency float8, recency float8, t float8, monetary float8, annual_rate float8,
		horizon interval, level float8, draws int, seed bigint)
(
	SFUNC = @extschema@.total_interval_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.total_interval_final,
	COMBINEFUNC = @extschema@.total_interval_combine,
	SERIALFUNC = @extschema@.total_interval_serialize,
	DESERIALFUNC = @extschema@.total_interval_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.total_interval(clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, int, bigint) IS
	'what the values of all customers together may turn out to be: as clv.value_interval, each draw a sum of one future of '
	'each. The same for the same seed, in any order. NULL without a value. 22023: as for clv.value_interval';

-- total_interval(..., covariates): of customers with covariates of their own.

CREATE FUNCTION @extschema@._total_interval_accum(internal, model clv.model, spend clv.model,
		frequency float8, recency float8, t float8, monetary float8, annual_rate float8,
		horizon interval, level float8, draws int, seed bigint, covariates float8[])
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_total_interval_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._total_interval_accum(internal, clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, int, bigint, float8[]) IS
	'support: adds a row with covariates to clv.total_interval';

CREATE AGGREGATE @extschema@.total_interval(model clv.model, spend clv.model,
		frequency float8, recency float8, t float8, monetary float8, annual_rate float8,
		horizon interval, level float8, draws int, seed bigint, covariates float8[])
(
	SFUNC = @extschema@._total_interval_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.total_interval_final,
	COMBINEFUNC = @extschema@.total_interval_combine,
	SERIALFUNC = @extschema@.total_interval_serialize,
	DESERIALFUNC = @extschema@.total_interval_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.total_interval(clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, int, bigint, float8[]) IS
	'the same of customers with covariates of their own, of a model that has covariates: each draw has one set of '
	'parameters and coefficients for all. A customer whose covariates are NULL is not counted. 22023, 2202E, 22003 as for '
	'clv.with_covariates';
