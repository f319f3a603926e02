-- Lens 4: how do cohorts compare at equal age?

-- An interval for a share, Wilson (1927).
CREATE FUNCTION clv._wilson(active bigint, size bigint, OUT lower float8, OUT upper float8)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN s.share IS NOT NULL THEN greatest(0, (s.share + s.z2 / (2 * size) - sqrt(s.z2 * (s.share * (1 - s.share) + s.z2 / (4 * size)) / size)) / (1 + s.z2 / size)) END,
	   CASE WHEN s.share IS NOT NULL THEN least(1, (s.share + s.z2 / (2 * size) + sqrt(s.z2 * (s.share * (1 - s.share) + s.z2 / (4 * size)) / size)) / (1 + s.z2 / size)) END
FROM (SELECT active / nullif(size, 0)::float8 AS share, 1.959963984540054 ^ 2 AS z2) AS s;
END;
COMMENT ON FUNCTION clv._wilson(bigint, bigint) IS
	'part of the audit: the 95 % interval of a share of so many active of a number; NULLs for a NULL, and for a number of 0';

CREATE FUNCTION clv.audit_cohorts(source regclass, customer name, at name, amount name, period text DEFAULT 'quarter',
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (cohort date, size bigint, age int, period_start date, active bigint, active_share float8, active_lower float8, active_upper float8,
	pooled_share float8, orders numeric, revenue numeric, revenue_per_customer numeric, cumulative_per_customer numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._cohort_steps(source, customer, at, amount, period, as_of, zone, refunds) ||
$sql$
grid AS (
	SELECT s.cohort AS k, s.size, g.age, b.bounds[s.cohort] AS cohort, (b.bounds[s.cohort] + g.age * $1)::date AS period_start,
		   coalesce(b.bounds[s.cohort + g.age + 1] <= b.as_of + 1, false) AS complete
	FROM sizes AS s CROSS JOIN bounds AS b, LATERAL (
		SELECT generate_series(0, b.periods - b.before - 1) UNION ALL SELECT e.period - e.cohort FROM earlier AS e WHERE e.cohort = s.cohort) AS g (age)
), filled AS (
	SELECT g.*, CASE WHEN g.complete THEN coalesce(c.active, 0) END AS active, CASE WHEN g.complete THEN coalesce(c.orders, 0) END AS orders,
		   CASE WHEN g.complete THEN coalesce(c.revenue, 0) END AS revenue
	FROM grid AS g LEFT JOIN cells AS c ON c.cohort = g.k AND c.period = g.k + g.age
), shares AS (
	SELECT f.*, CASE WHEN f.age >= 0 THEN f.active / f.size::float8 END AS share,
		   CASE WHEN f.age >= 0 THEN sum(f.active) OVER same_age / nullif(sum(f.size) FILTER (WHERE f.complete) OVER same_age, 0)::float8 END AS pooled_share,
		   CASE WHEN f.complete THEN sum(f.revenue) OVER (PARTITION BY f.k ORDER BY f.age) END AS cumulative
	FROM filled AS f
	WINDOW same_age AS (PARTITION BY f.age)
)
SELECT s.cohort, s.size, s.age, s.period_start, s.active, s.share,
	   w.lower, w.upper,
	   s.pooled_share, s.orders, s.revenue, s.revenue / s.size, s.cumulative / s.size
FROM shares AS s CROSS JOIN LATERAL clv._wilson(CASE WHEN s.age >= 0 THEN s.active END, s.size) AS w
ORDER BY s.cohort, s.age
$sql$ USING clv._period_step(period);
END
$$;
COMMENT ON FUNCTION clv.audit_cohorts(regclass, name, name, name, text, date, text, text) IS
	'lens 4, cohorts of first purchase side by side at equal age: customers active, their share with a 95 % interval '
	'(Wilson 1927), that of all cohorts, orders and revenue; NULL where the period is not over. Fader, Hardie & Ross (2022)';
