-- Lens 3: how does one cohort develop?

CREATE FUNCTION clv.audit_cohort(source regclass, customer name, at name, amount name, first date, last date, period text DEFAULT 'month',
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (age int, period_start date, size bigint, active bigint, active_share float8, orders bigint, orders_per_active numeric, value_per_order numeric,
	revenue numeric, cumulative_per_customer numeric, one_time_share float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 50
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'iso_8601'
AS $$
DECLARE
	src			clv._source_text;
BEGIN
	PERFORM clv._period_step(period);
	PERFORM clv._check_span('the time of acquisition'::text, first, last);
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	RETURN QUERY EXECUTE concat('WITH ', clv._histories_step(src, refunds, NULL::text, NULL::text), clv._fill(
$sql$
as_of AS (
	SELECT {{as_of}} AS as_of
), members AS {{materialized}} (
	SELECT h.history
	FROM histories AS h CROSS JOIN as_of AS a
	WHERE clv._first_purchase(h.history, a.as_of, {{refunds}}::text) BETWEEN {{first}} AND {{last}}
), bounds AS MATERIALIZED (
	SELECT a.as_of, b.bounds, cardinality(b.bounds) - 1 AS periods, array_position(b.bounds, {{first}}::date) - 1 AS before
	FROM as_of AS a, clv._period_starts({{first}}::date, {{earliest}}, a.as_of, {{period}}::text) AS b (bounds)
	WHERE {{first}}::date <= a.as_of
), cells AS MATERIALIZED (
	SELECT c.*
	FROM (SELECT clv._cohort_cells(m.history, b.bounds, {{refunds}}::text) AS cells
		  FROM members AS m CROSS JOIN bounds AS b) AS x,
		 unnest(x.cells) AS c
), periods AS (
	-- the cohort may have begun in several of them
	SELECT c.period, sum(c.active)::bigint AS active, sum(c.second) AS second, sum(c.orders) AS orders, sum(c.revenue) AS revenue FROM cells AS c GROUP BY c.period
), size AS (
	SELECT coalesce(sum(c.active), 0)::bigint AS size FROM cells AS c WHERE c.period = c.cohort
)
SELECT g.age, b.bounds[g.k], s.size, f.active, CASE WHEN g.age >= 0 THEN f.active / nullif(s.size, 0)::float8 END, f.orders::bigint, f.orders / nullif(f.active, 0), f.revenue / nullif(f.orders, 0),
	   f.revenue, CASE WHEN f.complete THEN sum(f.revenue) OVER (ORDER BY g.age) / nullif(s.size, 0) END,
	   CASE WHEN f.complete AND g.age >= 0 THEN 1 - coalesce(sum(c.second) OVER (ORDER BY g.age), 0) / nullif(s.size, 0)::float8 END::float8
FROM bounds AS b CROSS JOIN size AS s CROSS JOIN LATERAL (SELECT k, k - b.before - 1 AS age FROM generate_series(1, b.periods) AS k) AS g
LEFT JOIN periods AS c ON c.period = g.k
CROSS JOIN LATERAL (SELECT b.bounds[g.k + 1] <= b.as_of + 1 AS complete,
						   CASE WHEN b.bounds[g.k + 1] <= b.as_of + 1 THEN coalesce(c.active, 0) END AS active,
						   CASE WHEN b.bounds[g.k + 1] <= b.as_of + 1 THEN coalesce(c.orders, 0) END AS orders,
						   CASE WHEN b.bounds[g.k + 1] <= b.as_of + 1 THEN coalesce(c.revenue, 0) END AS revenue) AS f
WHERE s.size > 0 AND (g.age >= 0 OR c.orders > 0 OR c.revenue <> 0)
ORDER BY g.age
$sql$::text, jsonb_build_object(
			'refunds', quote_nullable(refunds),
			'first', quote_nullable(first),
			'last', quote_nullable(last),
			'period', quote_nullable(period),
			'as_of', CASE WHEN as_of IS NULL THEN clv._found_as_of(src, clv._last_days(src, refunds), 'NULL::interval'::text, false)
			ELSE format('%L::date', as_of) END,
			'materialized', CASE WHEN clv._refunds_precede(refunds) THEN 'MATERIALIZED' ELSE 'NOT MATERIALIZED' END,
			'earliest', CASE WHEN clv._refunds_precede(refunds) THEN '(SELECT min(clv._first_purchase(m.history, a.as_of, ''event''::text)) FROM members AS m)' ELSE 'NULL::date' END)));
END
$$;
COMMENT ON FUNCTION clv.audit_cohort(regclass, name, name, name, date, date, text, date, text, text) IS
	'lens 3, one cohort over time: by period, how many are active, their orders and revenue, and the share who have not '
	'bought a second time; NULL where the period is not over. Fader, Hardie & Ross (2022)';
