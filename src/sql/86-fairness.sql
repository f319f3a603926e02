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
	-- Totals by tier are no secret (clv.tier_rules), so what is left of them when
	-- the groups shown are taken off is that of the groups hidden: these are two
	-- at least, and together as many as one has to be to be shown.
	SELECT g.*, g.n < $1 OR (bool_or(g.n < $1) OVER () AND (row_number() OVER w <= 2 OR sum(g.n) OVER w - g.n < $1)) AS is_hidden
	FROM groups AS g
	WINDOW w AS (ORDER BY g.n, g.grp ROWS UNBOUNDED PRECEDING)
), cells AS (
	SELECT h.grp, h.n, t.tier, t.place, h.mean, h.predicted, h.actual,
		   coalesce(sum(c.n) OVER (PARTITION BY h.grp ORDER BY t.place), 0)::bigint AS held
	FROM hidden AS h CROSS JOIN tiers AS t LEFT JOIN counted AS c ON c.grp IS NOT DISTINCT FROM h.grp AND c.tier = t.tier
	WHERE NOT h.is_hidden
), sides AS (
	SELECT c.*, least(c.held, c.n - c.held) AS fewer FROM cells AS c
), withheld AS (
	-- so with shares in these tiers: a share that is withheld is not alone, and those
	-- withheld together are of enough customers, in the tiers and outside
	SELECT s.*, s.fewer BETWEEN 1 AND $2 - 1 AS is_small,
		   s.fewer BETWEEN 1 AND $2 - 1 OR (bool_or(s.fewer BETWEEN 1 AND $2 - 1) OVER (PARTITION BY s.place)
											AND (row_number() OVER w <= 2 OR sum(s.fewer) OVER w - s.fewer < 2 * $2)) AS is_withheld
	FROM sides AS s
	WINDOW w AS (PARTITION BY s.place ORDER BY s.fewer = 0, s.fewer, s.n, s.grp ROWS UNBOUNDED PRECEDING)
), shares AS (
	SELECT c.*, CASE WHEN NOT c.is_withheld THEN c.held / c.n::float8 END AS share FROM withheld AS c
), ratios AS (
	SELECT s.*, s.share / nullif(max(s.share) OVER (PARTITION BY s.place), 0) AS ratio, (s.mean / nullif(max(s.mean) OVER (), 0))::float8 AS mean_ratio FROM shares AS s
)
SELECT r.grp, r.n, r.tier, r.share, r.ratio, r.ratio < 0.8, r.mean::float8, r.mean_ratio, trim_scale(round(r.predicted, 9)), trim_scale(round(r.actual, 9)),
	   (r.actual / nullif(r.predicted, 0))::float8, r.note
FROM (
	SELECT r.grp, r.n, r.tier, r.place, r.share, r.ratio, r.mean, r.mean_ratio, r.predicted, r.actual, 0 AS last,
		   CASE WHEN r.is_small THEN 'suppressed: fewer than ' || $2 || ' customers in or outside these tiers' WHEN r.is_withheld THEN 'suppressed: it would tell that of another group' END AS note
	FROM ratios AS r
	UNION ALL
	SELECT h.grp, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1, CASE WHEN h.n < $1 THEN 'suppressed: too few customers' ELSE 'suppressed: it would tell of a group of too few customers' END FROM hidden AS h WHERE h.is_hidden
) AS r
ORDER BY r.last, r.place, r.grp
$sql$, attribute, tier, numbers[1], coalesce(numbers[2], 'NULL::numeric'), @extschema@._relation(view))
	USING min_customers, min_cell;
END
$$;
COMMENT ON FUNCTION @extschema@.fairness(regclass, name, name, int, int, name, name) IS
	'how groups of customers fare under a rule: shares in each tier or better, ratio to the best group, values, and a '
	'holdout against predictions; small groups and cells are suppressed. 42703: no such column; 42804: a value that is no '
	'number';
