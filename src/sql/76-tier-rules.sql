-- What are the tiers, who is in each and what are they worth?

-- Who is in each tier.  A value below 0 is unprofitable whatever the cut-offs: a
-- tier begins at 0 where its cut-off is lower, and where that of the tier above
-- is not above 0 nobody is left for it.
CREATE FUNCTION clv._tier_criteria(
	cutoffs float8[], labels text[], tier_method text, shares float8[], band float8, value_name text)
RETURNS TABLE (ordinal int, tier text, threshold float8, method text, share float8, criterion text)
LANGUAGE sql STABLE PARALLEL SAFE
ROWS 6
BEGIN ATOMIC
SELECT l.ordinal::int, l.label,
	   CASE WHEN l.ordinal = 1 OR cutoffs[l.ordinal - 1] > 0 THEN CASE WHEN cutoffs[l.ordinal] < 0 THEN 0 ELSE cutoffs[l.ordinal] END END,
	   tier_method, CASE WHEN tier_method <> 'natural' THEN shares[l.ordinal] END,
	   CASE WHEN cutoffs IS NULL
			THEN 'nobody: no customer had a value when the thresholds were to be found'
			WHEN l.ordinal > cardinality(cutoffs) + 1
			THEN 'nobody: there are fewer tiers than labels'
			WHEN cutoffs[l.ordinal - 1] <= 0
			THEN format('nobody: the cut-off above, %s, is not above 0, and a %s below 0 is unprofitable', cutoffs[l.ordinal - 1], value_name)
			WHEN cutoffs[l.ordinal] < 0
			THEN format('%s of at least 0%s: the cut-off is %s, and what is below 0 is unprofitable', value_name, CASE WHEN l.ordinal > 1 THEN ', below the tiers above' END, cutoffs[l.ordinal])
			WHEN l.ordinal <= cardinality(cutoffs)
			THEN format('%s of at least %s', value_name, cutoffs[l.ordinal])
			ELSE format('%s of at least 0%s', value_name, CASE WHEN l.ordinal > 1 THEN ', below the tiers above' END) END
	   || CASE WHEN band IS NOT NULL AND cutoffs[l.ordinal] > 0
			THEN format('; from below, of %s; from above or within, of %s', cutoffs[l.ordinal] + band * abs(cutoffs[l.ordinal]), cutoffs[l.ordinal] - band * abs(cutoffs[l.ordinal]))
			ELSE '' END
FROM unnest(labels) WITH ORDINALITY AS l (label, ordinal)
UNION ALL
SELECT cardinality(labels) + 1, 'unprofitable', 0, tier_method, NULL, value_name || ' below 0'
UNION ALL
SELECT cardinality(labels) + 2, NULL, NULL, NULL, NULL, 'without a value, or opted out';
END;
COMMENT ON FUNCTION clv._tier_criteria(float8[], text[], text, float8[], float8, text) IS
	'part of clv.tier_rules: a row a tier, one for unprofitable customers and one for those without a tier, given the thresholds that are kept, the band of hysteresis or NULL, and the name of the value';

-- tier_rules(view): what the tiers are, to be shown to the customers in them.
CREATE FUNCTION clv.tier_rules(view regclass)
RETURNS TABLE (
	ordinal int, tier text, criterion text, threshold float8, method text, share float8, as_of date,
	customers bigint, share_of_customers float8, value numeric, share_of_value float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
BEGIN
	RETURN QUERY EXECUTE format(
$sql$
WITH rules AS (
	SELECT r.*
	FROM %2$s AS m
	CROSS JOIN LATERAL clv._tier_criteria(m.cutoffs, m.tier_labels, m.tier_method, m.tier_shares, (m.options #>> '{hysteresis,band}')::float8, '%3$s'::text) AS r
), tier_totals AS (
	SELECT v.tier, count(*) AS customers, coalesce(sum(clv._numeric(v.%3$s::float8)), 0) AS value, max(v.as_of) AS as_of
	FROM %1$s AS v
	GROUP BY v.tier
), total AS (
	SELECT sum(h.customers) AS customers, sum(h.value) AS value, max(h.as_of) AS as_of FROM tier_totals AS h
)
SELECT r.ordinal, r.tier, r.criterion, CASE WHEN r.tier <> 'unprofitable' OR r.method IS NULL THEN r.threshold END,
	   r.method, r.share, t.as_of, coalesce(h.customers, 0),
	   coalesce(h.customers, 0)::float8 / nullif(t.customers, 0)::float8,
	   coalesce(h.value, 0), (coalesce(h.value, 0) / nullif(t.value, 0))::float8
FROM rules AS r
CROSS JOIN total AS t
LEFT JOIN tier_totals AS h ON h.tier IS NOT DISTINCT FROM r.tier
WHERE r.tier IS NOT NULL OR h.customers > 0
ORDER BY r.ordinal
$sql$, pair.customers, pair.models, pair.value);
END
$$;
COMMENT ON FUNCTION clv.tier_rules(regclass) IS
	'the tiers of a view of values, best first: criterion, threshold, how it was found, customers and their value; a last '
	'row for those without a tier, so that rows add up to all. 42809: not such a view';
