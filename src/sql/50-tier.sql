-- Tiers and concentration.
--
-- Values are customers' values, one a row.  A customer whose value is NULL is
-- not counted; NaN and infinities raise 22023.  The answers do not depend on
-- the order of the rows, nor on how many processes read them.

-- The state of these aggregates is an array of the values, so that one
-- serialize pair and one combine function serve them.

CREATE FUNCTION @extschema@.sample_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_sample_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sample_combine(internal, internal) IS
	'support: merges two states of clv.cutoffs, gini, top_share, lorenz or _score_limits';

CREATE FUNCTION @extschema@.sample_serialize(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_sample_serialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sample_serialize(internal) IS
	'support: writes a state of clv.cutoffs, gini, top_share, lorenz or _score_limits for another process';

CREATE FUNCTION @extschema@.sample_deserialize(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_sample_deserialize'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sample_deserialize(bytea, internal) IS
	'support: reads a state of clv.cutoffs, gini, top_share, lorenz or _score_limits from another process';

CREATE FUNCTION @extschema@.concentration_final(internal) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_concentration_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.concentration_final(internal) IS
	'support: answer of clv.gini and clv.top_share';

CREATE FUNCTION @extschema@.concentration_array_final(internal) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'clv_concentration_array_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.concentration_array_final(internal) IS
	'support: answer of clv.cutoffs and clv.lorenz';

-- cutoffs(value, method, shares): the values at which tiers begin, descending.

CREATE FUNCTION @extschema@.cutoffs_accum(internal, value float8, method text, shares float8[])
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_cutoffs_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.cutoffs_accum(internal, float8, text, float8[]) IS
	'support: adds a row to clv.cutoffs';

CREATE AGGREGATE @extschema@.cutoffs(value float8, method text, shares float8[])
(
	SFUNC = @extschema@.cutoffs_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.concentration_array_final,
	COMBINEFUNC = @extschema@.sample_combine,
	SERIALFUNC = @extschema@.sample_serialize,
	DESERIALFUNC = @extschema@.sample_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.cutoffs(float8, text, float8[]) IS
	'values at which tiers begin, descending, one a share; method quantile, value or natural (breaks, Fisher 1958); shares '
	'cumulative from the top, in (0, 1]. NULL without a value. 22023: another method, bad shares, a value that is not '
	'finite';

-- tier(value, cutoffs, labels, unprofitable): the label of the first tier
-- whose cut-off the value reaches.

CREATE FUNCTION @extschema@.tier(value float8, cutoffs float8[],
		labels text[] DEFAULT '{platinum,gold,silver,bronze}',
		unprofitable text DEFAULT 'unprofitable')
	RETURNS text
	AS 'MODULE_PATHNAME', 'clv_tier'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.tier(float8, float8[], text[], text) IS
	'label of the first tier whose cut-off the value reaches; unprofitable for a negative value. NULL for a NULL value or '
	'NULL cut-offs. 22023: a value that is not finite, cut-offs that do not descend, too few labels; 54000: above 1000 '
	'cut-offs';

-- The labels as an untyped literal, which the overload with a previous tier
-- would make ambiguous.

CREATE FUNCTION @extschema@.tier(value float8, cutoffs float8[], labels text, unprofitable text)
	RETURNS text
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT @extschema@.tier(value, cutoffs, labels::text[], unprofitable);
END;
COMMENT ON FUNCTION @extschema@.tier(float8, float8[], text, text) IS
	'the same with the labels as text, an array written as a literal: so that four arguments without types mean a value, cut-offs, labels and unprofitable';

-- tier(value, cutoffs, previous, band): a tier that is not left for a trifle.

CREATE FUNCTION @extschema@.tier(value float8, cutoffs float8[], previous text, band float8,
		labels text[] DEFAULT '{platinum,gold,silver,bronze}',
		unprofitable text DEFAULT 'unprofitable')
	RETURNS text
	AS 'MODULE_PATHNAME', 'clv_tier_kept'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.tier(float8, float8[], text, float8, text[], text) IS
	'the same of a customer who was in the tier previous and leaves it only when the value is beyond a cut-off by the part '
	'band of it (0.1: 10 %). A previous tier that is NULL or no label is ignored. 22023: a band below 0 or at least 1, and '
	'as there';

-- gini(value): how unequal values are.

CREATE FUNCTION @extschema@.gini_accum(internal, value float8) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_gini_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gini_accum(internal, float8) IS
	'support: adds a row to clv.gini';

CREATE AGGREGATE @extschema@.gini(value float8)
(
	SFUNC = @extschema@.gini_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.concentration_final,
	COMBINEFUNC = @extschema@.sample_combine,
	SERIALFUNC = @extschema@.sample_serialize,
	DESERIALFUNC = @extschema@.sample_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.gini(float8) IS
	'Gini coefficient: sum over all pairs of |xi - xj| / (2 n^2 mean); 0 when all are equal, (n - 1)/n when one has '
	'everything. NULL without a value or when the mean is <= 0. 22023: a value that is not finite';

-- top_share(value, fraction): what part of the total the best customers hold.

CREATE FUNCTION @extschema@.top_share_accum(internal, value float8, fraction float8)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_top_share_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.top_share_accum(internal, float8, float8) IS
	'support: adds a row to clv.top_share';

CREATE AGGREGATE @extschema@.top_share(value float8, fraction float8)
(
	SFUNC = @extschema@.top_share_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.concentration_final,
	COMBINEFUNC = @extschema@.sample_combine,
	SERIALFUNC = @extschema@.sample_serialize,
	DESERIALFUNC = @extschema@.sample_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.top_share(float8, float8) IS
	'part of the total that the ceil(fraction * n) largest of the n values hold; 0.2: the top 20 %. NULL without a value '
	'or when the total is <= 0. 22023: a fraction outside 0 .. 1, a value that is not finite';

-- lorenz(value, points): the Lorenz curve.

CREATE FUNCTION @extschema@.lorenz_accum(internal, value float8, points int) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_lorenz_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.lorenz_accum(internal, float8, int) IS
	'support: adds a row to clv.lorenz';

CREATE AGGREGATE @extschema@.lorenz(value float8, points int)
(
	SFUNC = @extschema@.lorenz_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.concentration_array_final,
	COMBINEFUNC = @extschema@.sample_combine,
	SERIALFUNC = @extschema@.sample_serialize,
	DESERIALFUNC = @extschema@.sample_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.lorenz(float8, int) IS
	'Lorenz curve: points + 1 cumulative shares of the total, the least valuable customers first, from 0 to 1. NULL '
	'without a value or when the total is <= 0. 22023: points outside 1 .. 100000, a value that is not finite';
