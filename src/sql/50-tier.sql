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
	'values at which tiers begin, descending, one a share; shares are cumulative from the top, ascending, in (0, 1]. '
	'Method quantile: the ceil(share * n)-th largest value of the n counted, negatives included; '
	'value: the value at which the running total of positive values, from the top, first reaches the share of their sum; '
	'natural: the breaks of the optimal one-dimensional k-means of the values >= 0 into one class more than there are shares '
	'(at most 256; the shares themselves are ignored), fewer when there are fewer distinct values; '
	'of equally good breaks those with the larger top class (Fisher 1958). '
	'NULL without a value, with method value when no value is positive, with natural when all are negative. '
	'22004: a NULL method, shares or share; 22023: unknown method, bad shares, arguments that change from row to row, a value that is not finite; 54000: more than 1000 shares';

-- tier(value, cutoffs, labels, unprofitable): the label of the first tier
-- whose cut-off the value reaches.

CREATE FUNCTION @extschema@.tier(value float8, cutoffs float8[],
		labels text[] DEFAULT '{platinum,gold,silver,bronze}',
		unprofitable text DEFAULT 'unprofitable')
	RETURNS text
	AS 'MODULE_PATHNAME', 'clv_tier'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.tier(float8, float8[], text[], text) IS
	'label of the first tier whose cut-off the value reaches: cut-offs descend, a value equal to one reaches it, and a value that reaches none '
	'has the label after that of the last cut-off. Labels beyond that one stay unused (natural breaks may find fewer tiers than asked for). '
	'A negative value has the label unprofitable, whatever the cut-offs (none when that is NULL). '
	'NULL for a NULL value, and for a value of at least 0 when the cut-offs are NULL. '
	'22023: a value that is not finite, cut-offs that do not descend, fewer labels than cut-offs plus one; 54000: more than 1000 cut-offs';

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
	'as clv.tier(value, cutoffs, labels, unprofitable) of a customer who was in the tier previous and leaves it only when the value is beyond a cut-off '
	'by more than the part band of it: up at cut-off * (1 + band), down below cut-off * (1 - band); 0.1 is 10 %. '
	'No band around 0: a negative value is unprofitable, and who was comes back as anyone else. '
	'A previous tier that is NULL or not among the labels leaves no trace. 22004: a NULL band; 22023: one below 0 or at least 1, and as there';

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
	'Gini coefficient: sum over all pairs of |xi - xj| / (2 n^2 mean). 0 when all are equal, (n - 1)/n when one customer has everything; '
	'above 1 is possible when values are negative. NULL without a value or when the mean is <= 0. 22023: a value that is not finite';

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
	'part of the total that the ceil(fraction * n) largest of the n values hold; 0.2 asks for the top 20 % of customers. '
	'Above 1 is possible when values are negative. NULL without a value or when the total is <= 0. '
	'22004: a NULL fraction; 22023: one outside 0 .. 1 or changes from row to row, a value that is not finite';

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
	'Lorenz curve at 0/points, 1/points ... points/points of the customers, the least valuable first: points + 1 cumulative shares of the total, '
	'from 0 to 1; between two customers the curve is a straight line. It dips below 0 when values are negative. '
	'NULL without a value or when the total is <= 0. '
	'22004: NULL points; 22023: points outside 1 .. 100000 or that change from row to row, a value that is not finite';
