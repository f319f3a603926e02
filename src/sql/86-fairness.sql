-- Is the rule by which customers are treated fair to groups of them?

CREATE FUNCTION @extschema@.fairness(view regclass, attribute name, holdout name DEFAULT NULL, min_customers int DEFAULT 30,
	min_cell int DEFAULT 5, value name DEFAULT NULL, tier name DEFAULT 'tier')
RETURNS TABLE (group_value text, customers bigint, tier_or_better text, share float8, ratio_to_best float8, below_four_fifths boolean,
	mean_value float8, mean_ratio float8, predicted numeric, actual numeric, actual_to_predicted float8, note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	of_value	name := coalesce(value, CASE WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = view AND a.attname = 'clv_net')
		THEN 'clv_net' ELSE 'clv' END);
	one			name;
	numbers		text[];		-- the value and what was brought, as numeric
BEGIN
	IF view IS NULL OR attribute IS NULL OR tier IS NULL OR (min_customers >= 1 AND min_cell >= 1) IS NOT TRUE THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN view IS NULL OR attribute IS NULL THEN 'fairness needs a view and the name of a column with groups'
				WHEN tier IS NULL THEN 'fairness needs the name of the column with tiers'
				ELSE format('min_customers and min_cell must be at least 1, but are "%s" and "%s"', coalesce(min_customers::text, 'NULL'), coalesce(min_cell::text, 'NULL')) END;
	END IF;
	PERFORM @extschema@._column_type(view, attribute);
	PERFORM @extschema@._column_type(view, tier);
	FOREACH one IN ARRAY array_remove(ARRAY[of_value, holdout], NULL) LOOP
		PERFORM @extschema@._check_type(view, one, @extschema@._numbers(), 'a number'::text, 'It is a column with values.'::text);
		numbers := numbers || format(CASE WHEN @extschema@._column_type(view, one) = 'float8'::regtype
			THEN '@extschema@._numeric(v.%I::float8)' ELSE 'v.%I::numeric' END, one);
	END LOOP;
	RETURN QUERY EXECUTE format(
$sql$
WITH rows AS (
	-- one column to group by, of which few values are expected
	SELECT ARRAY[v.%1$I::text, v.%2$I::text] AS cell, %3$s AS value, %4$s AS actual FROM %5$s AS v WHERE v.%2$I IS NOT NULL OFFSET '0'
), counted AS MATERIALIZED (
	SELECT r.cell[1] AS grp, r.cell[2] AS tier, count(*) AS n, count(r.value) AS valued, sum(r.value) AS value,
		   sum(r.value) FILTER (WHERE r.actual IS NOT NULL) AS predicted, sum(r.actual) AS actual
	FROM rows AS r
	GROUP BY r.cell
), tiers AS MATERIALIZED (
	-- best first, by what is in them
	SELECT c.tier, row_number() OVER (ORDER BY sum(c.value) / nullif(sum(c.valued), 0) DESC, c.tier) AS place FROM counted AS c GROUP BY c.tier
), groups AS MATERIALIZED (
	SELECT c.grp, sum(c.n)::bigint AS n, sum(c.value) / nullif(sum(c.valued), 0) AS mean, sum(c.predicted) AS predicted, sum(c.actual) AS actual
	FROM counted AS c
	GROUP BY c.grp
), hidden AS MATERIALIZED (
	-- a single small group could be told from the total and the others: the next one is hidden too
	SELECT g.*, g.n < $1 OR (count(*) FILTER (WHERE g.n < $1) OVER () = 1 AND row_number() OVER (ORDER BY g.n < $1 DESC, g.n, g.grp) = 2
							 AND count(*) OVER () > 2) AS is_hidden
	FROM groups AS g
), cells AS (
	SELECT h.grp, h.n, t.tier, t.place, h.mean, h.predicted, h.actual,
		   coalesce(sum(c.n) OVER (PARTITION BY h.grp ORDER BY t.place), 0)::bigint AS held
	FROM hidden AS h CROSS JOIN tiers AS t LEFT JOIN counted AS c ON c.grp IS NOT DISTINCT FROM h.grp AND c.tier = t.tier
	WHERE NOT h.is_hidden
), shares AS (
	SELECT c.*, CASE WHEN c.held = 0 OR (c.held >= $2 AND (c.n - c.held >= $2 OR c.held = c.n)) THEN c.held / c.n::float8 END AS share FROM cells AS c
), ratios AS (
	SELECT s.*, s.share / nullif(max(s.share) OVER (PARTITION BY s.place), 0) AS ratio, (s.mean / nullif(max(s.mean) OVER (), 0))::float8 AS mean_ratio FROM shares AS s
)
SELECT r.grp, r.n, r.tier, r.share, r.ratio, r.ratio < 0.8, r.mean::float8, r.mean_ratio, trim_scale(round(r.predicted, 9)), trim_scale(round(r.actual, 9)),
	   (r.actual / nullif(r.predicted, 0))::float8, CASE WHEN r.last = 1 THEN 'suppressed: too few customers' WHEN r.share IS NULL THEN 'suppressed: fewer than ' || $2 || ' customers in or outside these tiers' END
FROM (
	SELECT r.*, 0 AS last FROM ratios AS r
	UNION ALL
	SELECT h.grp, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1 FROM hidden AS h WHERE h.is_hidden
) AS r
ORDER BY r.last, r.place, r.grp
$sql$, attribute, tier, numbers[1], coalesce(numbers[2], 'NULL::numeric'), @extschema@._relation(view))
	USING min_customers, min_cell;
END
$$;
COMMENT ON FUNCTION @extschema@.fairness(regclass, name, name, int, int, name, name) IS
	'how groups of customers fare under a rule: for each value of an attribute and each tier the share of the group that is in this tier or a better one, its ratio to the best-treated group''s, whether that is below four fifths, '
	'the mean value (clv_net or clv unless named), its ratio to the best, and, with a column of what customers really brought in a holdout, that against what was predicted for them. '
	'view is any relation with a tier, a value and the attribute, such as a join of a view of customer values with a customer table; customers without a tier are not counted. '
	'Groups of fewer than min_customers are suppressed (a last row with NULLs), and with a single one the next smallest too; shares of fewer than min_cell customers in or outside the tiers are NULL. '
	'42703: no such column; 42804: a value that is no number. Four fifths: Uniform Guidelines on Employee Selection Procedures (1978)';
