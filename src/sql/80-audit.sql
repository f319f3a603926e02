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

-- Money of one customer in one period.  Prices are decimal and doubles binary,
-- so that 0.1 + 0.2 - 0.3 leaves 2.8e-17: money ends at a billionth.
CREATE FUNCTION @extschema@._money(amount float8)
	RETURNS numeric
	AS 'MODULE_PATHNAME', 'clv_money'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._money(float8) IS
	'part of the audit: an amount as numeric, to nine decimals';

-- What a customer has in one period, or in two.
CREATE TYPE @extschema@._period AS (
	purchases int,
	orders bigint,
	revenue numeric
);
COMMENT ON TYPE @extschema@._period IS 'part of the audit: days that count as purchases, orders and revenue of a customer in a period';

CREATE FUNCTION @extschema@._in_period(rfm @extschema@.rfm, first date, last date, refunds text)
	RETURNS @extschema@._period
	AS 'MODULE_PATHNAME', 'clv_rfm_in_period'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION @extschema@._in_period(@extschema@.rfm, date, date, text) IS
	'part of the audit: a history from one day to another, as clv.periods has it; NULL where it has no row';

CREATE TYPE @extschema@._periods AS (
	purchases_from int,
	orders_from bigint,
	revenue_from numeric,
	purchases_to int,
	orders_to bigint,
	revenue_to numeric,
	before boolean
);
COMMENT ON TYPE @extschema@._periods IS 'part of the audit: a customer in two periods, and whether there was a purchase before the second';

CREATE FUNCTION @extschema@._in_periods(rfm @extschema@.rfm, from_first date, from_last date, to_first date, to_last date, refunds text)
	RETURNS @extschema@._periods
	AS 'MODULE_PATHNAME', 'clv_rfm_in_periods'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION @extschema@._in_periods(@extschema@.rfm, date, date, date, date, text) IS
	'part of the audit: a history in two periods, zeros in the one where it has no row; NULL where it has none in either';

-- Is this a span of days?
CREATE FUNCTION @extschema@._check_span(what text, first date, last date)
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
COMMENT ON FUNCTION @extschema@._check_span(text, date, date) IS
	'part of the audit: 22023 or 22004 when two dates are no period';

-- A column of margins, or the margin of everything: profit of the rows of one
-- customer between two dates, exactly, and the money of those that have no
-- margin, NULL where there are none.
CREATE FUNCTION @extschema@._profit_column(
	source regclass, src record, refunds text, margin float8, margin_column name, first date, last date, name text)
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
	PERFORM @extschema@._check_type(source, margin_column, @extschema@._numbers(), 'a number'::text, 'It is the column with margins.'::text);
	RETURN format(E',\n           coalesce(sum(CAST(%1$s AS numeric) * CAST(o.%2$I AS numeric)) FILTER (WHERE %3$s), 0) AS %4$s'
				  ',\n           sum(CAST(%1$s AS numeric)) FILTER (WHERE o.%2$I IS NULL AND %3$s) AS %4$s_unknown',
		src.amount_ref, margin_column,
		format('%s BETWEEN %L AND %L%s', src.day, first, last, CASE WHEN refunds = 'gross' THEN format(' AND %s > 0', src.amount_ref) END), name);
END
$$;
COMMENT ON FUNCTION @extschema@._profit_column(regclass, record, text, float8, name, date, date, text) IS
	'part of the audit: the sum of amount times margin as a column, and that of amounts without one, NULL where margin is one number; 22023, 42703 or 42804 when it cannot be';

-- The margin of rows that have none, if there is one to take for it.
CREATE FUNCTION @extschema@._known_margin(mean numeric)
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
COMMENT ON FUNCTION @extschema@._known_margin(numeric) IS
	'part of the audit: the argument; 22023 when it is NULL';

-- What rows without a margin bring: as the others, taken together.  Without them
-- a customer's profit is what it is, to the last digit.
CREATE FUNCTION @extschema@._profit(known text, unknown text, revenue text, relation text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN format($sql$CASE WHEN %2$s IS NULL THEN %1$s
		ELSE %1$s + trim_scale(round(%2$s * clv._known_margin((SELECT sum(%1$s) / nullif(sum(%3$s) - sum(%2$s), 0) FROM %4$s)), 9)) END$sql$, known, unknown, revenue, relation);
COMMENT ON FUNCTION @extschema@._profit(text, text, text, text) IS
	'part of the audit: an expression for profit, of the known part and the money whose margin is not known, which has the mean of the others in the relation';

-- Revenue after a margin that is the same for everything.
CREATE FUNCTION @extschema@._times(revenue text, margin float8)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
RETURN CASE WHEN margin = 1 THEN revenue ELSE format('%s * %L::numeric', revenue, margin) END;
COMMENT ON FUNCTION @extschema@._times(text, float8) IS
	'part of the audit: an expression for money times a number';

-- Customers in one period: "customer_periods", a row for each with a row in it.
CREATE FUNCTION @extschema@._one_period(
	source regclass, customer name, at name, amount name, first date, last date, zone text, refunds text,
	margin float8, margin_column name)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	src			record;
	profit		text;
BEGIN
	PERFORM @extschema@._check_span('the period'::text, first, last);
	src := @extschema@._source(source, customer, at, amount, last, zone, first);
	profit := @extschema@._profit_column(source, src, refunds, margin, margin_column, first, last, 'profit'::text);
	RETURN concat('WITH ', @extschema@._histories_step(src, refunds, profit, NULL::text), format(
$sql$
%5$s AS (
	SELECT (p.own).purchases, (p.own).orders, (p.own).revenue, %1$s
	FROM (SELECT h.*, clv._in_period(h.history, %2$L::date, %3$L::date, %4$L::text) AS own FROM histories AS h OFFSET 0) AS p
	WHERE (p.own).orders IS NOT NULL
),$sql$, CASE WHEN profit IS NOT NULL THEN 'p.profit, p.profit_unknown' ELSE @extschema@._times('(p.own).revenue'::text, margin) || ' AS profit' END, first, last, refunds,
		CASE WHEN profit IS NOT NULL THEN 'known' ELSE 'customer_periods' END),
		CASE WHEN profit IS NOT NULL THEN format($sql$
customer_periods AS (
	SELECT purchases, orders, revenue, %s AS profit FROM known
),$sql$, @extschema@._profit('profit'::text, 'profit_unknown'::text, 'revenue'::text, 'known'::text)) END);
END
$$;
COMMENT ON FUNCTION @extschema@._one_period(regclass, name, name, name, date, date, text, text, float8, name) IS
	'part of the audit: the steps up to customer_periods';

-- ------------------------------------------------------------------ lens 1

CREATE FUNCTION @extschema@.audit_orders(source regclass, customer name, at name, amount name, first date, last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (orders bigint, customers bigint, share_of_customers float8, revenue numeric, share_of_revenue float8, value_per_order numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 50
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._one_period(source, customer, at, amount, first, last, zone, refunds, 1::float8, NULL::name) ||
$sql$
counted AS (
	SELECT c.orders, count(*) AS customers, sum(c.revenue) AS revenue FROM customer_periods AS c GROUP BY c.orders
)
SELECT c.orders, c.customers, c.customers / (sum(c.customers) OVER ())::float8, c.revenue,
	   (c.revenue / nullif(sum(c.revenue) OVER (), 0))::float8, c.revenue / nullif(c.customers * c.orders, 0)
FROM counted AS c
ORDER BY c.orders
$sql$;
END
$$;
COMMENT ON FUNCTION @extschema@.audit_orders(regclass, name, name, name, date, date, text, text) IS
	'lens 1, how different customers are in a period: how many made so many orders, and what they brought; row 0 has those '
	'with refunds alone. Errors as clv.query, 22023 or 22004 for a period that is none. Fader, Hardie & Ross (2022)';

CREATE FUNCTION @extschema@.audit_deciles(source regclass, customer name, at name, amount name, first date, last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL, classes int DEFAULT 10)
RETURNS TABLE (decile int, customers bigint, share_of_customers float8, lowest numeric, revenue numeric, profit numeric, share_of_profit float8,
	cumulative_share float8, orders_per_customer numeric, value_per_order numeric, margin_of_revenue numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
BEGIN
	IF (classes BETWEEN 1 AND 1000) IS NOT TRUE THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('classes must be from 1 to 1000, but is "%s"', coalesce(classes::text, 'NULL'));
	END IF;
	RETURN QUERY EXECUTE @extschema@._one_period(source, customer, at, amount, first, last, zone, refunds, margin, margin_column) ||
$sql$
ranked AS (
	SELECT c.*, 1 + ((rank() OVER (ORDER BY c.profit DESC) - 1) * $1 / count(*) OVER ())::int AS decile FROM customer_periods AS c
), summed AS (
	SELECT r.decile, count(*) AS customers, min(r.profit) AS lowest, sum(r.revenue) AS revenue, sum(r.profit) AS profit, sum(r.orders) AS orders
	FROM ranked AS r
	GROUP BY r.decile
), all_classes AS (
	SELECT g.decile, coalesce(s.customers, 0) AS customers, s.lowest, coalesce(s.revenue, 0) AS revenue,
		   coalesce(s.profit, 0) AS profit, coalesce(s.orders, 0) AS orders
	FROM generate_series(1, $1) AS g (decile) LEFT JOIN summed AS s ON s.decile = g.decile
)
SELECT s.decile, s.customers, s.customers / nullif(sum(s.customers) OVER (), 0)::float8, s.lowest, s.revenue, s.profit,
	   (s.profit / nullif(sum(s.profit) OVER (), 0))::float8,
	   (sum(s.profit) OVER (ORDER BY s.decile) / nullif(sum(s.profit) OVER (), 0))::float8,
	   s.orders / nullif(s.customers, 0)::numeric, s.revenue / nullif(s.orders, 0), s.profit / nullif(s.revenue, 0)
FROM all_classes AS s
ORDER BY s.decile
$sql$ USING classes;
END
$$;
COMMENT ON FUNCTION @extschema@.audit_deciles(regclass, name, name, name, date, date, text, text, float8, name, int) IS
	'lens 1, how different customers are in a period: the customers in classes by profit, the best first; equal profits '
	'share a class. 22023: a margin above 1, classes not from 1 to 1000. Fader, Hardie & Ross (2022)';

CREATE FUNCTION @extschema@.audit_concentration(source regclass, customer name, at name, amount name, first date, last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (measure text, value float8, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 9
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._one_period(source, customer, at, amount, first, last, zone, refunds, margin, margin_column) ||
$sql$
running AS (
	SELECT c.profit, row_number() OVER w AS place, sum(c.profit) OVER w AS until, sum(c.profit) OVER () AS total
	FROM customer_periods AS c
	WINDOW w AS (ORDER BY c.profit DESC ROWS UNBOUNDED PRECEDING)
), one AS (
	SELECT count(*) AS customers, sum(c.profit)::float8 AS total, clv.gini(clv._double(c.profit)) AS gini,
		   clv.top_share(clv._double(c.profit), 0.01::float8) AS top01, clv.top_share(clv._double(c.profit), 0.05::float8) AS top05,
		   clv.top_share(clv._double(c.profit), 0.10::float8) AS top10, clv.top_share(clv._double(c.profit), 0.20::float8) AS top20
	FROM customer_periods AS c
), needed AS (
	SELECT min(r.place) FILTER (WHERE r.until >= 0.5 * r.total AND r.total > 0) AS half,
		   min(r.place) FILTER (WHERE r.until >= 0.8 * r.total AND r.total > 0) AS most
	FROM running AS r
)
SELECT m.*
FROM one AS o CROSS JOIN needed AS n, LATERAL (VALUES
	('customers', o.customers::float8, 'customers with a row in the period'),
	('profit', o.total, 'what they brought'),
	('gini', o.gini, 'Gini coefficient: 0 when all bring the same, near 1 when one brings everything'),
	('top 1 %', o.top01, 'part of it that the best hundredth brings'),
	('top 5 %', o.top05, 'part that the best twentieth brings'),
	('top 10 %', o.top10, 'part that the best tenth brings'),
	('top 20 %', o.top20, 'part that the best fifth brings'),
	('customers for 50 %', n.half::float8, 'as few customers bring half of it'),
	('customers for 80 %', n.most::float8, 'as few customers bring four fifths')
	) AS m (measure, value, meaning)
$sql$;
END
$$;
COMMENT ON FUNCTION @extschema@.audit_concentration(regclass, name, name, name, date, date, text, text, float8, name) IS
	'lens 1, how different customers are in a period: how much of the profit comes from how few. NULL where the total is not above 0. Errors as clv.audit_deciles. Fader, Hardie & Ross (2022)';

-- ------------------------------------------------------------------ lens 2

-- Customers in two periods, "both_periods": a row for each with a row in
-- either.  Rows before "since" are not looked at; only who was there before asks
-- for them.
CREATE FUNCTION @extschema@._two_periods(
	source regclass, customer name, at name, amount name, from_first date, from_last date, to_first date, to_last date,
	zone text, refunds text, margin float8, margin_column name, since date)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	src			record;
	profits		text;
BEGIN
	PERFORM @extschema@._check_span('the first period'::text, from_first, from_last);
	PERFORM @extschema@._check_span('the second period'::text, to_first, to_last);
	IF to_first <= from_last THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('the second period begins on "%s", before the first is over on "%s"', to_first, from_last);
	END IF;
	src := @extschema@._source(source, customer, at, amount, to_last, zone, since);
	profits := @extschema@._profit_column(source, src, refunds, margin, margin_column, from_first, from_last, 'profit_from'::text)
		|| @extschema@._profit_column(source, src, refunds, margin, margin_column, to_first, to_last, 'profit_to'::text);
	RETURN concat('WITH ', @extschema@._histories_step(src, refunds, profits, NULL::text), format(
$sql$
%8$s AS (
	SELECT (p.own).*, %1$s, %2$s
	FROM (SELECT h.*, clv._in_periods(h.history, %3$L::date, %4$L::date, %5$L::date, %6$L::date, %7$L::text) AS own FROM histories AS h OFFSET 0) AS p
	WHERE (p.own).orders_to IS NOT NULL
),$sql$, CASE WHEN profits IS NOT NULL THEN 'p.profit_from, p.profit_from_unknown' ELSE @extschema@._times('(p.own).revenue_from'::text, margin) || ' AS profit_from' END,
		CASE WHEN profits IS NOT NULL THEN 'p.profit_to, p.profit_to_unknown' ELSE @extschema@._times('(p.own).revenue_to'::text, margin) || ' AS profit_to' END,
		from_first, from_last, to_first, to_last, refunds, CASE WHEN profits IS NOT NULL THEN 'known' ELSE 'both_periods' END),
		CASE WHEN profits IS NOT NULL THEN format($sql$
both_periods AS (
	SELECT purchases_from, orders_from, revenue_from, purchases_to, orders_to, revenue_to, before,
		   %s AS profit_from, %s AS profit_to
	FROM known
),$sql$, @extschema@._profit('profit_from'::text, 'profit_from_unknown'::text, 'revenue_from'::text, 'known'::text),
			@extschema@._profit('profit_to'::text, 'profit_to_unknown'::text, 'revenue_to'::text, 'known'::text)) END);
END
$$;
COMMENT ON FUNCTION @extschema@._two_periods(regclass, name, name, name, date, date, date, date, text, text, float8, name, date) IS
	'part of the audit: the steps up to both_periods';

CREATE FUNCTION @extschema@.audit_changes(source regclass, customer name, at name, amount name,
	from_first date, from_last date, to_first date, to_last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (place int, status text, customers bigint, profit_from numeric, profit_to numeric, change numeric, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 7
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._two_periods(source, customer, at, amount, from_first, from_last, to_first, to_last,
												  zone, refunds, margin, margin_column, NULL::date) ||
$sql$
told AS (
	SELECT b.profit_from, b.profit_to,
		   CASE WHEN b.purchases_from = 0 AND b.purchases_to = 0 THEN 'neither'
				WHEN b.purchases_from = 0 THEN CASE WHEN b.before THEN 'back' ELSE 'new' END
				WHEN b.purchases_to = 0 THEN 'lost'
				WHEN b.profit_to > b.profit_from THEN 'up'
				WHEN b.profit_to < b.profit_from THEN 'down'
				ELSE 'same' END AS status
	FROM both_periods AS b
), summed AS (
	SELECT t.status, count(*) AS customers, sum(t.profit_from) AS profit_from, sum(t.profit_to) AS profit_to FROM told AS t GROUP BY t.status
)
SELECT s.place, s.status, coalesce(t.customers, 0), coalesce(t.profit_from, 0), coalesce(t.profit_to, 0),
	   coalesce(t.profit_to, 0) - coalesce(t.profit_from, 0), s.meaning
FROM (VALUES
	(1, 'new', 'active in the second period, never before'),
	(2, 'back', 'active in the second period and some time before it, but not in the first'),
	(3, 'up', 'active in both, brings more'),
	(4, 'same', 'active in both, brings the same'),
	(5, 'down', 'active in both, brings less'),
	(6, 'lost', 'active in the first period, not in the second'),
	(7, 'neither', 'refunds alone')
	) AS s (place, status, meaning)
LEFT JOIN summed AS t ON t.status = s.status
ORDER BY s.place
$sql$;
END
$$;
COMMENT ON FUNCTION @extschema@.audit_changes(regclass, name, name, name, date, date, date, date, text, text, float8, name) IS
	'lens 2, what changed between two periods: customers by what became of them, and what they brought in each; changes '
	'add up to that of the whole. 22023: periods that overlap or are none. Fader, Hardie & Ross (2022)';

CREATE FUNCTION @extschema@.audit_decomposition(source regclass, customer name, at name, amount name,
	from_first date, from_last date, to_first date, to_last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (place int, factor text, value_from numeric, value_to numeric, contribution numeric, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 6
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE @extschema@._two_periods(source, customer, at, amount, from_first, from_last, to_first, to_last,
												  zone, refunds, margin, margin_column, from_first) ||
$sql$
totals AS (
	SELECT count(*) FILTER (WHERE b.purchases_from > 0)::numeric AS n0, count(*) FILTER (WHERE b.purchases_to > 0)::numeric AS n1,
		   coalesce(sum(b.orders_from), 0) AS o0, coalesce(sum(b.orders_to), 0) AS o1,
		   coalesce(sum(b.revenue_from), 0) AS r0, coalesce(sum(b.revenue_to), 0) AS r1,
		   coalesce(sum(b.profit_from), 0) AS p0, coalesce(sum(b.profit_to), 0) AS p1
	FROM both_periods AS b
), own AS (
	-- what is 0/0 in one period is as in the other, so that the change is that of the factor before
	SELECT t.*, coalesce(t.o0 / nullif(t.n0, 0), t.o1 / nullif(t.n1, 0), 0) AS b0, coalesce(t.o1 / nullif(t.n1, 0), t.o0 / nullif(t.n0, 0), 0) AS b1,
		   coalesce(t.r0 / nullif(t.o0, 0), t.r1 / nullif(t.o1, 0), 0) AS c0, coalesce(t.r1 / nullif(t.o1, 0), t.r0 / nullif(t.o0, 0), 0) AS c1,
		   coalesce(t.p0 / nullif(t.r0, 0), t.p1 / nullif(t.r1, 0), 0) AS d0, coalesce(t.p1 / nullif(t.r1, 0), t.p0 / nullif(t.r0, 0), 0) AS d1
	FROM totals AS t
), parts AS (
	-- four factors of which one is nothing make nothing, and yet there may be money
	SELECT f.*, CASE WHEN 0 IN (f.n0, f.o0, f.r0) THEN f.p0 ELSE 0 END AS alone0, CASE WHEN 0 IN (f.n1, f.o1, f.r1) THEN f.p1 ELSE 0 END AS alone1,
		   clv._shapley(f.b1 - f.b0, f.n0, f.n1, f.c0, f.c1, f.d0, f.d1) AS orders,
		   clv._shapley(f.c1 - f.c0, f.n0, f.n1, f.b0, f.b1, f.d0, f.d1) AS value,
		   clv._shapley(f.d1 - f.d0, f.n0, f.n1, f.b0, f.b1, f.c0, f.c1) AS margin
	FROM own AS f
)
SELECT r.place, r.factor, r.value_from, r.value_to, trim_scale(r.contribution), r.meaning
FROM parts AS s, LATERAL (VALUES
	(1, 'customers', s.n0, s.n1, s.p1 - s.alone1 - s.p0 + s.alone0 - s.orders - s.value - s.margin, 'active customers'),
	(2, 'orders per customer', s.b0, s.b1, s.orders, 'orders of an active customer'),
	(3, 'value per order', s.c0, s.c1, s.value, 'revenue of an order, refunds taken off'),
	(4, 'margin', s.d0, s.d1, s.margin, 'part of revenue that is left after the cost of the goods'),
	(5, 'refunds alone', s.alone0, s.alone1, s.alone1 - s.alone0, 'profit of a period without active customers, orders or revenue, as where there are only refunds of earlier orders'),
	(6, 'profit', s.p0, s.p1, s.p1 - s.p0, 'the product of the four, and refunds alone: its change is the sum of theirs')
	) AS r (place, factor, value_from, value_to, contribution, meaning)
$sql$;
END
$$;
COMMENT ON FUNCTION @extschema@.audit_decomposition(regclass, name, name, name, date, date, date, date, text, text, float8, name) IS
	'lens 2, what changed between two periods: the change of profit as contributions of customers, orders of each, value '
	'of an order and margin (Shapley values), which add up exactly. Errors as clv.audit_changes. Fader, Hardie & Ross '
	'(2022)';

CREATE FUNCTION @extschema@._shapley(step numeric, a0 numeric, a1 numeric, b0 numeric, b1 numeric, c0 numeric, c1 numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT step * (3 * (a0 * b0 * c0 + a1 * b1 * c1)
			   + a1 * b0 * c0 + a0 * b1 * c0 + a0 * b0 * c1 + a1 * b1 * c0 + a1 * b0 * c1 + a0 * b1 * c1) / 12;
END;
COMMENT ON FUNCTION @extschema@._shapley(numeric, numeric, numeric, numeric, numeric, numeric, numeric) IS
	'part of clv.audit_decomposition: what a step of one factor does to the product of four, averaged over the orders in which the others step';
