-- Lens 1: what does each tenth of the customers bring?

CREATE FUNCTION clv.audit_deciles(source regclass, customer name, at name, amount name, first date, last date,
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
	RETURN QUERY EXECUTE clv._one_period(source, customer, at, amount, first, last, zone, refunds, margin, margin_column) ||
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
COMMENT ON FUNCTION clv.audit_deciles(regclass, name, name, name, date, date, text, text, float8, name, int) IS
	'lens 1, how different customers are in a period: the customers in classes by profit, the best first; equal profits '
	'share a class. 22023: a margin above 1, classes not from 1 to 1000. Fader, Hardie & Ross (2022)';
