-- The customer-base audit: five ways to look at who has bought what so far
-- (Fader, Hardie & Ross 2022, "The Customer-Base Audit").  No model, no
-- forecast: sums over customers and periods, straight from the orders.
--
-- Every function takes the orders as clv.query does, and days, refunds and
-- zones mean the same.  A customer is active in a period with a purchase in
-- it; orders are rows that are not refunds; revenue is net of refunds (not
-- with refunds 'gross'), those of customers without an order in the period
-- too, so that it is the revenue of the books.  Money is numeric: parts add up
-- to totals exactly.  Equal customers are always in the same class.  Rows of
-- other days are not read where they cannot matter.

-- What a customer has in one period, or in two.
CREATE TYPE clv._period AS (
	purchases int,
	orders bigint,
	revenue numeric
);
COMMENT ON TYPE clv._period IS 'part of the audit: days that count as purchases, orders and revenue of a customer in a period';

CREATE FUNCTION clv._in_period(rfm clv.rfm, first date, last date, refunds text)
	RETURNS clv._period
	AS 'MODULE_PATHNAME', 'clv_rfm_in_period'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv._in_period(clv.rfm, date, date, text) IS
	'part of the audit: a history from one day to another, as clv.periods has it; NULL where it has no row';

CREATE TYPE clv._periods AS (
	purchases_from int,
	orders_from bigint,
	revenue_from numeric,
	purchases_to int,
	orders_to bigint,
	revenue_to numeric,
	before boolean
);
COMMENT ON TYPE clv._periods IS 'part of the audit: a customer in two periods, and whether there was a purchase before the second';

CREATE FUNCTION clv._in_periods(rfm clv.rfm, from_first date, from_last date, to_first date, to_last date, refunds text)
	RETURNS clv._periods
	AS 'MODULE_PATHNAME', 'clv_rfm_in_periods'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv._in_periods(clv.rfm, date, date, date, date, text) IS
	'part of the audit: a history in two periods, zeros in the one where it has no row; NULL where it has none in either';

-- Is this a span of days?
CREATE FUNCTION clv._check_span(what text, first date, last date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	IF first IS NULL OR last IS NULL OR NOT isfinite(first) OR NOT isfinite(last) OR first > last THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN first IS NULL OR last IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
			MESSAGE = format('%s must be from a date to the same or a later one, but is from "%s" to "%s"', what, coalesce(first::text, 'NULL'), coalesce(last::text, 'NULL')),
			HINT = 'The last day is in the period: 2024-01-01 to 2024-12-31 is a year.';
	END IF;
END
$$;
COMMENT ON FUNCTION clv._check_span(text, date, date) IS
	'part of the audit: 22023 or 22004 when two dates are no period';

-- A column of margins, or the margin of everything: profit of the rows of one
-- customer between two dates, exactly, and the money of those that have no
-- margin, NULL where there are none.
CREATE FUNCTION clv._profit_column(
	source regclass, src clv._source_text, refunds text, margin float8, margin_column name, first date, last date, name text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	IF margin_column IS NULL THEN
		IF (margin BETWEEN -1 AND 1) IS NOT TRUE THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('margin must be at most 1, but is "%s"', coalesce(margin::text, 'NULL')),
				HINT = 'It is the part of an amount that is left after the cost of the goods: 0.4 is 40 %.';
		END IF;
		RETURN NULL;
	END IF;
	PERFORM clv._check_type(source, margin_column, clv._numbers(), 'a number'::text, 'It is the column with margins.'::text);
	RETURN format(E',\n           coalesce(sum(CAST(%1$s AS numeric) * CAST(o.%2$I AS numeric)) FILTER (WHERE %3$s), 0) AS %4$s'
				  ',\n           sum(CAST(%1$s AS numeric)) FILTER (WHERE o.%2$I IS NULL AND %3$s) AS %4$s_unknown',
		src.amount_ref, margin_column,
		format('%s BETWEEN %L AND %L%s', src.day, first, last, CASE WHEN refunds = 'gross' THEN format(' AND %s > 0', src.amount_ref) END), name);
END
$$;
COMMENT ON FUNCTION clv._profit_column(regclass, clv._source_text, text, float8, name, date, date, text) IS
	'part of the audit: the sum of amount times margin as a column, and that of amounts without one, NULL where margin is one number; 22023, 42703 or 42804 when it cannot be';

-- The margin of rows that have none, if there is one to take for it.
CREATE FUNCTION clv._known_margin(mean numeric)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF mean IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'rows of the period have no margin, and there are no others to take it from',
			HINT = 'Fill in the column with margins, or give one margin for everything.';
	END IF;
	RETURN mean;
END
$$;
COMMENT ON FUNCTION clv._known_margin(numeric) IS
	'part of the audit: the argument; 22023 when it is NULL';

-- What rows without a margin bring: as the others, taken together.  Without them
-- a customer's profit is what it is, to the last digit.
CREATE FUNCTION clv._profit(known text, unknown text, revenue text, relation text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$CASE WHEN %2$s IS NULL THEN %1$s
		ELSE %1$s + trim_scale(round(%2$s * clv._known_margin((SELECT sum(%1$s) / nullif(sum(%3$s) - sum(%2$s), 0) FROM %4$s)), 9)) END$sql$, known, unknown, revenue, relation);
COMMENT ON FUNCTION clv._profit(text, text, text, text) IS
	'part of the audit: an expression for profit, of the known part and the money whose margin is not known, which has the mean of the others in the relation';

-- Revenue after a margin that is the same for everything.
CREATE FUNCTION clv._scaled(revenue text, margin float8)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
RETURN CASE WHEN margin = 1 THEN revenue ELSE format('%s * %L::numeric', revenue, margin) END;
COMMENT ON FUNCTION clv._scaled(text, float8) IS
	'part of the audit: an expression for money times a number';

-- Customers in one period: "customer_periods", a row for each with a row in it.
CREATE FUNCTION clv._one_period(
	source regclass, customer name, at name, amount name, first date, last date, zone text, refunds text,
	margin float8, margin_column name)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	src			clv._source_text;
	profit		text;
BEGIN
	PERFORM clv._check_span('the period'::text, first, last);
	src := clv._source(source, customer, at, amount, last, zone, first);
	profit := clv._profit_column(source, src, refunds, margin, margin_column, first, last, 'profit'::text);
	RETURN concat('WITH ', clv._histories_step(src, refunds, profit, NULL::text), clv._fill(
$sql$
{{step}} AS (
	SELECT (p.found).purchases, (p.found).orders, (p.found).revenue, {{profit}}
	FROM (SELECT h.*, clv._in_period(h.history, {{first}}::date, {{last}}::date, {{refunds}}::text) AS found FROM histories AS h OFFSET 0) AS p
	WHERE (p.found).orders IS NOT NULL
),$sql$::text, jsonb_build_object(
			'profit', CASE WHEN profit IS NOT NULL THEN 'p.profit, p.profit_unknown' ELSE clv._scaled('(p.found).revenue'::text, margin) || ' AS profit' END,
			'first', quote_nullable(first),
			'last', quote_nullable(last),
			'refunds', quote_nullable(refunds),
			'step', CASE WHEN profit IS NOT NULL THEN 'known' ELSE 'customer_periods' END)),
		CASE WHEN profit IS NOT NULL THEN format($sql$
customer_periods AS (
	SELECT purchases, orders, revenue, %s AS profit FROM known
),$sql$, clv._profit('profit'::text, 'profit_unknown'::text, 'revenue'::text, 'known'::text)) END);
END
$$;
COMMENT ON FUNCTION clv._one_period(regclass, name, name, name, date, date, text, text, float8, name) IS
	'part of the audit: the steps up to customer_periods';

-- Customers in two periods, "both_periods": a row for each with a row in
-- either.  Rows before "since" are not looked at; only who was there before asks
-- for them.
CREATE FUNCTION clv._two_periods(
	source regclass, customer name, at name, amount name, from_first date, from_last date, to_first date, to_last date,
	zone text, refunds text, margin float8, margin_column name, since date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	src			clv._source_text;
	profits		text;
BEGIN
	PERFORM clv._check_span('the first period'::text, from_first, from_last);
	PERFORM clv._check_span('the second period'::text, to_first, to_last);
	IF to_first <= from_last THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the second period begins on "%s", before the first is over on "%s"', to_first, from_last);
	END IF;
	src := clv._source(source, customer, at, amount, to_last, zone, since);
	profits := clv._profit_column(source, src, refunds, margin, margin_column, from_first, from_last, 'profit_from'::text)
		|| clv._profit_column(source, src, refunds, margin, margin_column, to_first, to_last, 'profit_to'::text);
	RETURN concat('WITH ', clv._histories_step(src, refunds, profits, NULL::text), clv._fill(
$sql$
{{step}} AS (
	SELECT (p.found).*, {{profit_from}}, {{profit_to}}
	FROM (SELECT h.*, clv._in_periods(h.history, {{from_first}}::date, {{from_last}}::date, {{to_first}}::date, {{to_last}}::date, {{refunds}}::text) AS found FROM histories AS h OFFSET 0) AS p
	WHERE (p.found).orders_to IS NOT NULL
),$sql$::text, jsonb_build_object(
			'profit_from', CASE WHEN profits IS NOT NULL THEN 'p.profit_from, p.profit_from_unknown' ELSE clv._scaled('(p.found).revenue_from'::text, margin) || ' AS profit_from' END,
			'profit_to', CASE WHEN profits IS NOT NULL THEN 'p.profit_to, p.profit_to_unknown' ELSE clv._scaled('(p.found).revenue_to'::text, margin) || ' AS profit_to' END,
			'from_first', quote_nullable(from_first),
			'from_last', quote_nullable(from_last),
			'to_first', quote_nullable(to_first),
			'to_last', quote_nullable(to_last),
			'refunds', quote_nullable(refunds),
			'step', CASE WHEN profits IS NOT NULL THEN 'known' ELSE 'both_periods' END)),
		CASE WHEN profits IS NOT NULL THEN format($sql$
both_periods AS (
	SELECT purchases_from, orders_from, revenue_from, purchases_to, orders_to, revenue_to, before,
		   %s AS profit_from, %s AS profit_to
	FROM known
),$sql$, clv._profit('profit_from'::text, 'profit_from_unknown'::text, 'revenue_from'::text, 'known'::text),
			clv._profit('profit_to'::text, 'profit_to_unknown'::text, 'revenue_to'::text, 'known'::text)) END);
END
$$;
COMMENT ON FUNCTION clv._two_periods(regclass, name, name, name, date, date, date, date, text, text, float8, name, date) IS
	'part of the audit: the steps up to both_periods';
