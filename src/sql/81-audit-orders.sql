-- Lens 1: how many customers make how many orders?

CREATE FUNCTION clv.audit_orders(source regclass, customer name, at name, amount name, first date, last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (orders bigint, customers bigint, share_of_customers float8, revenue numeric, share_of_revenue float8, value_per_order numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 50
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._one_period(source, customer, at, amount, first, last, zone, refunds, 1::float8, NULL::name) ||
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
COMMENT ON FUNCTION clv.audit_orders(regclass, name, name, name, date, date, text, text) IS
	'lens 1, how different customers are in a period: how many made so many orders, and what they brought; row 0 has those '
	'with refunds alone. Errors as clv.query, 22023 or 22004 for a period that is none. Fader, Hardie & Ross (2022)';
