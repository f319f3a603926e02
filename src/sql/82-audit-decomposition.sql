-- Lens 2: what does the change of profit consist of?

-- The change of a product of four, exactly, as a sum of theirs.
CREATE FUNCTION clv._shapley(step numeric, a0 numeric, a1 numeric, b0 numeric, b1 numeric, c0 numeric, c1 numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT step * (3 * (a0 * b0 * c0 + a1 * b1 * c1)
			   + a1 * b0 * c0 + a0 * b1 * c0 + a0 * b0 * c1 + a1 * b1 * c0 + a1 * b0 * c1 + a0 * b1 * c1) / 12;
END;
COMMENT ON FUNCTION clv._shapley(numeric, numeric, numeric, numeric, numeric, numeric, numeric) IS
	'part of clv.audit_decomposition: what a step of one factor does to the product of four, averaged over the orders in which the others step';

CREATE FUNCTION clv._decomposition(
	customers_from numeric, customers_to numeric, orders_from numeric, orders_to numeric,
	revenue_from numeric, revenue_to numeric, profit_from numeric, profit_to numeric)
RETURNS TABLE (ordinal int, factor text, value_from numeric, value_to numeric, contribution numeric, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
ROWS 6
BEGIN ATOMIC
WITH factors AS (
	-- what is 0/0 in one period is as in the other, so that the change is that of the factor before
	SELECT customers_from AS n0, customers_to AS n1, profit_from AS p0, profit_to AS p1,
		   coalesce(orders_from / nullif(customers_from, 0), orders_to / nullif(customers_to, 0), 0) AS b0,
		   coalesce(orders_to / nullif(customers_to, 0), orders_from / nullif(customers_from, 0), 0) AS b1,
		   coalesce(revenue_from / nullif(orders_from, 0), revenue_to / nullif(orders_to, 0), 0) AS c0,
		   coalesce(revenue_to / nullif(orders_to, 0), revenue_from / nullif(orders_from, 0), 0) AS c1,
		   coalesce(profit_from / nullif(revenue_from, 0), profit_to / nullif(revenue_to, 0), 0) AS d0,
		   coalesce(profit_to / nullif(revenue_to, 0), profit_from / nullif(revenue_from, 0), 0) AS d1,
		   -- four factors of which one is nothing make nothing, and yet there may be money
		   CASE WHEN 0 IN (customers_from, orders_from, revenue_from) THEN profit_from ELSE 0 END AS alone0,
		   CASE WHEN 0 IN (customers_to, orders_to, revenue_to) THEN profit_to ELSE 0 END AS alone1
), parts AS (
	SELECT f.*,
		   clv._shapley(f.b1 - f.b0, f.n0, f.n1, f.c0, f.c1, f.d0, f.d1) AS orders,
		   clv._shapley(f.c1 - f.c0, f.n0, f.n1, f.b0, f.b1, f.d0, f.d1) AS value,
		   clv._shapley(f.d1 - f.d0, f.n0, f.n1, f.b0, f.b1, f.c0, f.c1) AS margin
	FROM factors AS f
)
SELECT r.ordinal, r.factor, r.value_from, r.value_to, trim_scale(r.contribution), r.meaning
FROM parts AS s, LATERAL (VALUES
	(1, 'customers', s.n0, s.n1, s.p1 - s.alone1 - s.p0 + s.alone0 - s.orders - s.value - s.margin, 'active customers'),
	(2, 'orders per customer', s.b0, s.b1, s.orders, 'orders of an active customer'),
	(3, 'value per order', s.c0, s.c1, s.value, 'revenue of an order, refunds taken off'),
	(4, 'margin', s.d0, s.d1, s.margin, 'part of revenue that is left after the cost of the goods'),
	(5, 'refunds alone', s.alone0, s.alone1, s.alone1 - s.alone0, 'profit of a period without active customers, orders or revenue, as where there are only refunds of earlier orders'),
	(6, 'profit', s.p0, s.p1, s.p1 - s.p0, 'the product of the four, and refunds alone: its change is the sum of theirs')
	) AS r (ordinal, factor, value_from, value_to, contribution, meaning);
END;
COMMENT ON FUNCTION clv._decomposition(numeric, numeric, numeric, numeric, numeric, numeric, numeric, numeric) IS
	'part of clv.audit_decomposition: the change of profit by its factors, given active customers, orders, revenue and profit of two periods';

CREATE FUNCTION clv.audit_decomposition(source regclass, customer name, at name, amount name,
	from_first date, from_last date, to_first date, to_last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (ordinal int, factor text, value_from numeric, value_to numeric, contribution numeric, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 6
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._two_periods(source, customer, at, amount, from_first, from_last, to_first, to_last,
												  zone, refunds, margin, margin_column, from_first) ||
$sql$
totals AS (
	SELECT count(*) FILTER (WHERE b.purchases_from > 0)::numeric AS n0, count(*) FILTER (WHERE b.purchases_to > 0)::numeric AS n1,
		   coalesce(sum(b.orders_from), 0) AS o0, coalesce(sum(b.orders_to), 0) AS o1,
		   coalesce(sum(b.revenue_from), 0) AS r0, coalesce(sum(b.revenue_to), 0) AS r1,
		   coalesce(sum(b.profit_from), 0) AS p0, coalesce(sum(b.profit_to), 0) AS p1
	FROM both_periods AS b
)
SELECT d.*
FROM totals AS t CROSS JOIN LATERAL clv._decomposition(t.n0, t.n1, t.o0, t.o1, t.r0, t.r1, t.p0, t.p1) AS d
ORDER BY d.ordinal
$sql$;
END
$$;
COMMENT ON FUNCTION clv.audit_decomposition(regclass, name, name, name, date, date, date, date, text, text, float8, name) IS
	'lens 2, what changed between two periods: the change of profit as contributions of customers, orders of each, value '
	'of an order and margin (Shapley values), which add up exactly. Errors as clv.audit_changes. Fader, Hardie & Ross '
	'(2022)';
