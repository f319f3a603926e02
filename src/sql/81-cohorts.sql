-- The customer-base audit, continued: cohorts over time (lenses 3 to 5).
--
-- A cohort are the customers whose first purchase is in the same period.  Age
-- counts periods by the calendar: 0 is the one of the first purchase.  A cell
-- that is not over by as_of is censored and NULL, never 0; an age at which
-- nobody bought is 0, never missing.  What was sent back before the period of a
-- customer's first purchase (from before the log, it may be) is money of the
-- books, so it has rows of its own where there is any, with ages below 0.

-- The length of a period of the calendar.
CREATE FUNCTION @extschema@._period_step(period text)
RETURNS interval
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF period IS NULL OR period NOT IN ('day', 'week', 'month', 'quarter', 'year') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('period must be "day", "week", "month", "quarter" or "year", but is "%s"', coalesce(period, 'NULL'));
	END IF;
	RETURN CASE period WHEN 'quarter' THEN '3 months' ELSE '1 ' || period END;
END
$$;
COMMENT ON FUNCTION @extschema@._period_step(text) IS
	'part of the audit: the length of a day, week, month, quarter or year; 22023 for anything else';

-- Starts of periods: each from the first by a number of steps, since a month
-- added to a month forgets that it began on the 31st.
CREATE FUNCTION @extschema@._period_starts(first date, earliest date, last date, period text)
RETURNS date[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	step		interval := @extschema@._period_step(period);
	starts		date[] := ARRAY[first];
	k			int := 0;
BEGIN
	IF first IS NULL THEN
		RETURN NULL;
	END IF;
	WHILE starts[cardinality(starts)] <= last LOOP
		k := k + 1;
		starts := starts || (first + k * step)::date;
	END LOOP;
	k := 0;
	WHILE starts[1] > earliest LOOP
		k := k - 1;
		starts := (first + k * step)::date || starts;
	END LOOP;
	RETURN starts;
END
$$;
COMMENT ON FUNCTION @extschema@._period_starts(date, date, date, text) IS
	'part of the audit: the days that periods begin on, counted from that of the first, from the one with "earliest" in it, if that is before, to the first after "last"; NULL without a first';

-- Is there money of customers from before their first purchase?  Only where a
-- refund is none itself.
CREATE FUNCTION @extschema@._refunds_precede(refunds text)
RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN refunds OPERATOR(pg_catalog.=) 'net'::text;
COMMENT ON FUNCTION @extschema@._refunds_precede(text) IS
	'part of the audit: whether rows before the first purchase have money under a policy';

-- The days of the first and the last purchase, without the sums of clv.summary.
CREATE FUNCTION @extschema@._first_purchase(rfm @extschema@.rfm, as_of date, refunds text)
	RETURNS date
	AS 'MODULE_PATHNAME', 'clv_rfm_first_purchase'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@._first_purchase(@extschema@.rfm, date, text) IS
	'part of the audit: first_purchase of clv.summary';

CREATE FUNCTION @extschema@._last_purchase(rfm @extschema@.rfm, as_of date, refunds text)
	RETURNS date
	AS 'MODULE_PATHNAME', 'clv_rfm_last_purchase'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION @extschema@._last_purchase(@extschema@.rfm, date, text) IS
	'part of the audit: last_purchase of clv.summary';

-- Cells: what the customers of a cohort have in a period.
CREATE TYPE @extschema@._cohort_cell AS (
	cohort int,
	period int,
	active bigint,
	second bigint,
	orders bigint,
	revenue numeric
);
COMMENT ON TYPE @extschema@._cohort_cell IS
	'part of the audit: customers whose first purchase is in a period, in the same or another one: with a purchase in it, with their second, orders, revenue';

CREATE FUNCTION @extschema@._cohort_cells_accum(state internal, rfm @extschema@.rfm, bounds date[], refunds text)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_cohort_cells_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._cohort_cells_accum(internal, @extschema@.rfm, date[], text) IS 'transition function';

CREATE FUNCTION @extschema@._cohort_cells_final(state internal)
	RETURNS @extschema@._cohort_cell[]
	AS 'MODULE_PATHNAME', 'clv_cohort_cells_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._cohort_cells_final(internal) IS 'final function';

CREATE AGGREGATE @extschema@._cohort_cells(rfm @extschema@.rfm, bounds date[], refunds text)
(
	SFUNC = @extschema@._cohort_cells_accum,
	STYPE = internal,
	FINALFUNC = @extschema@._cohort_cells_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@._cohort_cells(@extschema@.rfm, date[], text) IS
	'part of the audit: histories by cohort and period, numbered from 1 as in clv.periods, empty cells left out; a '
	'customer without a purchase within the bounds is in no cohort; 54000 for more than 500000 cells';

-- On which days so many customers bought last.
CREATE FUNCTION @extschema@._last_days(src record, refunds text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT clv._last_purchase(h.history, %s, %L::text) AS day, count(*) AS customers FROM histories AS h GROUP BY 1', src.today, refunds);
END
$$;
COMMENT ON FUNCTION @extschema@._last_days(record, text) IS
	'part of the audit: a query of the days on which customers bought last and how many did';

-- Customers by cohort and period: "cells", numbered by the periods' bounds.
CREATE FUNCTION @extschema@._cohort_steps(
	source regclass, customer name, at name, amount name, period text, as_of date, zone text, refunds text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'iso_8601'
AS $$
DECLARE
	src			record;
BEGIN
	PERFORM @extschema@._period_step(period);
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	RETURN concat('WITH ', @extschema@._histories_step(src, refunds, NULL::text, NULL::text), format(
$sql$
as_of AS (
	-- the last day observed, that of the first purchase, and that of the first row of a customer who has bought
	SELECT %1$s AS as_of, min(h.first_day) AS first_day, min(h.first_row) FILTER (WHERE h.first_day IS NOT NULL) AS first_row
	FROM (SELECT h.history, clv._first_purchase(h.history, %2$s, %3$L::text) AS first_day, %5$s AS first_row FROM histories AS h OFFSET 0) AS h
), bounds AS MATERIALIZED (
	-- starts of the periods from the first to the one after as_of, and the same with as_of as the end
	SELECT a.as_of, b.bounds, cardinality(b.bounds) - 1 AS periods, array_position(b.bounds, a.first_period) - 1 AS before, trim_array(b.bounds, 1) || least(b.bounds[cardinality(b.bounds)], a.as_of + 1) AS observed
	FROM (SELECT a.*, date_trunc(%4$L, a.first_day::timestamp)::date AS first_period FROM as_of AS a) AS a,
		 clv._period_starts(a.first_period, a.first_row, a.as_of, %4$L::text) AS b (bounds)
), cells AS MATERIALIZED (
	SELECT c.cohort, c.period, c.active, c.orders::numeric AS orders, c.revenue
	FROM (SELECT clv._cohort_cells(h.history, b.observed, %3$L::text) AS cells
		  FROM histories AS h CROSS JOIN bounds AS b WHERE b.bounds IS NOT NULL) AS x,
		 unnest(x.cells) AS c
), sizes AS (
	SELECT c.cohort, c.active AS size FROM cells AS c WHERE c.period = c.cohort
), earlier AS (
	-- what was sent back before the period of the first purchase
	SELECT c.cohort, c.period FROM cells AS c WHERE c.period < c.cohort AND (c.orders > 0 OR c.revenue <> 0)
),$sql$, CASE WHEN as_of IS NULL THEN @extschema@._found_as_of(src, @extschema@._last_days(src, refunds), 'NULL::interval'::text, false) ELSE format('%L::date', as_of) END,
		CASE WHEN as_of IS NULL THEN src.today ELSE format('%L::date', as_of) END, refunds, period,
		CASE WHEN @extschema@._refunds_precede(refunds) THEN format('clv._first_purchase(h.history, %s, ''event''::text)',
				CASE WHEN as_of IS NULL THEN src.today ELSE format('%L::date', as_of) END)
			ELSE 'NULL::date' END));
END
$$;
COMMENT ON FUNCTION @extschema@._cohort_steps(regclass, name, name, name, text, date, text, text) IS
	'part of the audit: the steps up to cells, active customers, orders and revenue by cohort and period';

-- ----------------------------------------------------------- lenses 3 and 4

CREATE FUNCTION @extschema@.audit_cohorts(source regclass, customer name, at name, amount name, period text DEFAULT 'quarter',
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (cohort date, size bigint, age int, period_start date, active bigint, active_share float8, active_lower float8, active_upper float8,
	pooled_share float8, orders numeric, revenue numeric, revenue_per_customer numeric, cumulative_per_customer numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._cohort_steps(source, customer, at, amount, period, as_of, zone, refunds) ||
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
	SELECT f.*, CASE WHEN f.age >= 0 THEN f.active / f.size::float8 END AS share, 1.959963984540054 ^ 2 AS z2,
		   CASE WHEN f.age >= 0 THEN sum(f.active) OVER same_age / nullif(sum(f.size) FILTER (WHERE f.complete) OVER same_age, 0)::float8 END AS pooled_share,
		   CASE WHEN f.complete THEN sum(f.revenue) OVER (PARTITION BY f.k ORDER BY f.age) END AS cumulative
	FROM filled AS f
	WINDOW same_age AS (PARTITION BY f.age)
)
SELECT s.cohort, s.size, s.age, s.period_start, s.active, s.share,
	   CASE WHEN s.share IS NOT NULL THEN greatest(0, (s.share + s.z2 / (2 * s.size) - sqrt(s.z2 * (s.share * (1 - s.share) + s.z2 / (4 * s.size)) / s.size)) / (1 + s.z2 / s.size)) END,
	   CASE WHEN s.share IS NOT NULL THEN least(1, (s.share + s.z2 / (2 * s.size) + sqrt(s.z2 * (s.share * (1 - s.share) + s.z2 / (4 * s.size)) / s.size)) / (1 + s.z2 / s.size)) END,
	   s.pooled_share, s.orders, s.revenue, s.revenue / s.size, s.cumulative / s.size
FROM shares AS s
ORDER BY s.cohort, s.age
$sql$ USING @extschema@._period_step(period);
END
$$;
COMMENT ON FUNCTION @extschema@.audit_cohorts(regclass, name, name, name, text, date, text, text) IS
	'lens 4, cohorts of first purchase side by side at equal age: customers active, their share with a 95 % interval '
	'(Wilson 1927), that of all cohorts, orders and revenue; NULL where the period is not over. Fader, Hardie & Ross (2022)';

CREATE FUNCTION @extschema@.audit_cohort(source regclass, customer name, at name, amount name, first date, last date, period text DEFAULT 'month',
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
	src			record;
BEGIN
	PERFORM @extschema@._period_step(period);
	PERFORM @extschema@._check_span('the time of acquisition'::text, first, last);
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	RETURN QUERY EXECUTE concat('WITH ', @extschema@._histories_step(src, refunds, NULL::text, NULL::text), format(
$sql$
as_of AS (
	SELECT %5$s AS as_of
), members AS %6$s (
	SELECT h.history
	FROM histories AS h CROSS JOIN as_of AS a
	WHERE clv._first_purchase(h.history, a.as_of, %1$L::text) BETWEEN %2$L AND %3$L
), bounds AS MATERIALIZED (
	SELECT a.as_of, b.bounds, cardinality(b.bounds) - 1 AS periods, array_position(b.bounds, %2$L::date) - 1 AS before
	FROM as_of AS a, clv._period_starts(%2$L::date, %7$s, a.as_of, %4$L::text) AS b (bounds)
	WHERE %2$L::date <= a.as_of
), cells AS MATERIALIZED (
	SELECT c.*
	FROM (SELECT clv._cohort_cells(m.history, b.bounds, %1$L::text) AS cells
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
$sql$, refunds, first, last, period,
		CASE WHEN as_of IS NULL THEN @extschema@._found_as_of(src, @extschema@._last_days(src, refunds), 'NULL::interval'::text, false)
			ELSE format('%L::date', as_of) END,
		CASE WHEN @extschema@._refunds_precede(refunds) THEN 'MATERIALIZED' ELSE 'NOT MATERIALIZED' END,
		CASE WHEN @extschema@._refunds_precede(refunds) THEN '(SELECT min(clv._first_purchase(m.history, a.as_of, ''event''::text)) FROM members AS m)' ELSE 'NULL::date' END));
END
$$;
COMMENT ON FUNCTION @extschema@.audit_cohort(regclass, name, name, name, date, date, text, date, text, text) IS
	'lens 3, one cohort over time: by period, how many are active, their orders and revenue, and the share who have not '
	'bought a second time; NULL where the period is not over. Fader, Hardie & Ross (2022)';

-- ------------------------------------------------------------------ lens 5

CREATE FUNCTION @extschema@.audit_calendar(source regclass, customer name, at name, amount name, period text DEFAULT 'quarter',
	as_of date DEFAULT NULL, zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (period_start date, cohort date, is_new boolean, active bigint, orders numeric, revenue numeric, share_of_revenue float8, complete boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 500
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._cohort_steps(source, customer, at, amount, period, as_of, zone, refunds) ||
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
COMMENT ON FUNCTION @extschema@.audit_calendar(regclass, name, name, name, text, date, text, text) IS
	'lens 5, the whole customer base: for each calendar period and cohort of first purchase the customers active, orders, '
	'revenue and its share of the period; complete is false while the period is not over. Fader, Hardie & Ross (2022)';
