-- Lens 5: of which cohorts is the business of each period made?

CREATE FUNCTION clv.audit_calendar(source regclass, customer name, at name, amount name, period text DEFAULT 'quarter',
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (period_start date, cohort date, is_new boolean, active bigint, orders numeric, revenue numeric, share_of_revenue float8, complete boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._cohort_steps(source, customer, at, amount, period, as_of, zone, refunds) ||
$sql$
grid AS (
	SELECT s.cohort AS k, g.p, b.bounds[s.cohort] AS cohort, b.bounds[g.p] AS period_start, b.bounds[g.p + 1] <= b.as_of + 1 AS complete
	FROM sizes AS s CROSS JOIN bounds AS b, LATERAL (
		SELECT generate_series(s.cohort, b.periods) UNION ALL SELECT e.period FROM earlier AS e WHERE e.cohort = s.cohort) AS g (p)
)
SELECT g.period_start, g.cohort, g.k = g.p, coalesce(c.active, 0), coalesce(c.orders, 0), coalesce(c.revenue, 0),
	   (coalesce(c.revenue, 0) / nullif(sum(c.revenue) OVER (PARTITION BY g.p), 0))::float8, g.complete
FROM grid AS g LEFT JOIN cells AS c ON c.cohort = g.k AND c.period = g.p
ORDER BY g.p, g.k
$sql$;
END
$$;
COMMENT ON FUNCTION clv.audit_calendar(regclass, name, name, name, text, date, text, text) IS
	'lens 5, the whole customer base: for each calendar period and cohort of first purchase the customers active, orders, '
	'revenue and its share of the period; complete is false while the period is not over. Fader, Hardie & Ross (2022)';
