-- The customer-base audit, continued: cohorts over time (lenses 3 to 5).
--
-- A cohort are the customers whose first purchase is in the same period.  Age
-- counts periods by the calendar: 0 is the one of the first purchase.  A cell
-- that is not over by as_of is censored and NULL, never 0; an age at which
-- nobody bought is 0, never missing.  What was sent back before the period of a
-- customer's first purchase (from before the log, it may be) is money of the
-- books, so it has rows of its own where there is any, with ages below 0.

-- The length of a period of the calendar.
CREATE FUNCTION clv._period_step(period text)
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
	RETURN (CASE period WHEN 'quarter' THEN '3 months' ELSE '1 ' || period END)::interval;
END
$$;
COMMENT ON FUNCTION clv._period_step(text) IS
	'part of the audit: the length of a day, week, month, quarter or year; 22023 for anything else';

-- Starts of periods: each from the first by a number of steps, since a month
-- added to a month forgets that it began on the 31st.
CREATE FUNCTION clv._period_starts(first date, earliest date, last date, period text)
RETURNS date[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	step		interval := clv._period_step(period);
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
COMMENT ON FUNCTION clv._period_starts(date, date, date, text) IS
	'part of the audit: the days that periods begin on, counted from that of the first, from the one with "earliest" in it, if that is before, to the first after "last"; NULL without a first';

-- Is there money of customers from before their first purchase?  Only where a
-- refund is none itself.
CREATE FUNCTION clv._refunds_precede(refunds text)
RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN refunds OPERATOR(pg_catalog.=) 'net'::text;
COMMENT ON FUNCTION clv._refunds_precede(text) IS
	'part of the audit: whether rows before the first purchase have money under a policy';

-- The days of the first and the last purchase, without the sums of clv.summary.
CREATE FUNCTION clv._first_purchase(rfm clv.rfm, as_of date, refunds text)
	RETURNS date
	AS 'MODULE_PATHNAME', 'clv_rfm_first_purchase'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION clv._first_purchase(clv.rfm, date, text) IS
	'part of the audit: first_purchase of clv.summary';

CREATE FUNCTION clv._last_purchase(rfm clv.rfm, as_of date, refunds text)
	RETURNS date
	AS 'MODULE_PATHNAME', 'clv_rfm_last_purchase'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20;
COMMENT ON FUNCTION clv._last_purchase(clv.rfm, date, text) IS
	'part of the audit: last_purchase of clv.summary';

-- Cells: what the customers of a cohort have in a period.
CREATE TYPE clv._cohort_cell AS (
	cohort int,
	period int,
	active bigint,
	second bigint,
	orders bigint,
	revenue numeric
);
COMMENT ON TYPE clv._cohort_cell IS
	'part of the audit: customers whose first purchase is in a period, in the same or another one: with a purchase in it, with their second, orders, revenue';

CREATE FUNCTION clv._cohort_cells_accum(state internal, rfm clv.rfm, bounds date[], refunds text)
	RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_cohort_cells_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._cohort_cells_accum(internal, clv.rfm, date[], text) IS 'transition function';

CREATE FUNCTION clv._cohort_cells_final(state internal)
	RETURNS clv._cohort_cell[]
	AS 'MODULE_PATHNAME', 'clv_cohort_cells_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._cohort_cells_final(internal) IS 'final function';

CREATE AGGREGATE clv._cohort_cells(rfm clv.rfm, bounds date[], refunds text)
(
	SFUNC = clv._cohort_cells_accum,
	STYPE = internal,
	FINALFUNC = clv._cohort_cells_final,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv._cohort_cells(clv.rfm, date[], text) IS
	'part of the audit: histories by cohort and period, numbered from 1 as in clv.periods, empty cells left out; a '
	'customer without a purchase within the bounds is in no cohort; 54000 for more than 500000 cells';

-- On which days so many customers bought last.
CREATE FUNCTION clv._last_days(src clv._source_text, refunds text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format('SELECT clv._last_purchase(h.history, %s, %L::text) AS day, count(*) AS customers FROM histories AS h GROUP BY 1', src.today, refunds);
END
$$;
COMMENT ON FUNCTION clv._last_days(clv._source_text, text) IS
	'part of the audit: a query of the days on which customers bought last and how many did';

-- Customers by cohort and period: "cells", numbered by the periods' bounds.
CREATE FUNCTION clv._cohort_steps(
	source regclass, customer name, at name, amount name, period text, as_of date, zone text, refunds text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'iso_8601'
AS $$
DECLARE
	src			clv._source_text;
BEGIN
	PERFORM clv._period_step(period);
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	RETURN concat('WITH ', clv._histories_step(src, refunds, NULL::text, NULL::text), clv._fill(
$sql$
as_of AS (
	-- the last day observed, that of the first purchase, and that of the first row of a customer who has bought
	SELECT {{as_of}} AS as_of, min(h.first_day) AS first_day, min(h.first_row) FILTER (WHERE h.first_day IS NOT NULL) AS first_row
	FROM (SELECT h.history, clv._first_purchase(h.history, {{last_asked}}, {{refunds}}::text) AS first_day, {{first_row}} AS first_row FROM histories AS h OFFSET 0) AS h
), bounds AS MATERIALIZED (
	-- starts of the periods from the first to the one after as_of, and the same with as_of as the end
	SELECT a.as_of, b.bounds, cardinality(b.bounds) - 1 AS periods, array_position(b.bounds, a.first_period) - 1 AS before, trim_array(b.bounds, 1) || least(b.bounds[cardinality(b.bounds)], a.as_of + 1) AS observed
	FROM (SELECT a.*, date_trunc({{period}}, a.first_day::timestamp)::date AS first_period FROM as_of AS a) AS a,
		 clv._period_starts(a.first_period, a.first_row, a.as_of, {{period}}::text) AS b (bounds)
), cells AS MATERIALIZED (
	SELECT c.cohort, c.period, c.active, c.orders::numeric AS orders, c.revenue
	FROM (SELECT clv._cohort_cells(h.history, b.observed, {{refunds}}::text) AS cells
		  FROM histories AS h CROSS JOIN bounds AS b WHERE b.bounds IS NOT NULL) AS x,
		 unnest(x.cells) AS c
), sizes AS (
	SELECT c.cohort, c.active AS size FROM cells AS c WHERE c.period = c.cohort
), earlier AS (
	-- what was sent back before the period of the first purchase
	SELECT c.cohort, c.period FROM cells AS c WHERE c.period < c.cohort AND (c.orders > 0 OR c.revenue <> 0)
),$sql$::text, jsonb_build_object(
			'as_of', CASE WHEN as_of IS NULL THEN clv._found_as_of(src, clv._last_days(src, refunds), 'NULL::interval'::text, false) ELSE format('%L::date', as_of) END,
			'last_asked', CASE WHEN as_of IS NULL THEN src.today ELSE format('%L::date', as_of) END,
			'refunds', quote_nullable(refunds),
			'period', quote_nullable(period),
			'first_row', CASE WHEN clv._refunds_precede(refunds) THEN format('clv._first_purchase(h.history, %s, ''event''::text)',
				CASE WHEN as_of IS NULL THEN src.today ELSE format('%L::date', as_of) END)
			ELSE 'NULL::date' END)));
END
$$;
COMMENT ON FUNCTION clv._cohort_steps(regclass, name, name, name, text, date, text, text) IS
	'part of the audit: the steps up to cells, active customers, orders and revenue by cohort and period';
