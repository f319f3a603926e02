-- Lens 1: how much comes from how few?

CREATE FUNCTION clv.audit_concentration(source regclass, customer name, at name, amount name, first date, last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (measure text, value float8, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 9
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._one_period(source, customer, at, amount, first, last, zone, refunds, margin, margin_column) ||
$sql$
running AS (
	SELECT c.profit, row_number() OVER w AS place, sum(c.profit) OVER w AS until, sum(c.profit) OVER () AS total
	FROM customer_periods AS c
	WINDOW w AS (ORDER BY c.profit DESC ROWS UNBOUNDED PRECEDING)
), totals AS (
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
FROM totals AS o CROSS JOIN needed AS n, LATERAL (VALUES
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
COMMENT ON FUNCTION clv.audit_concentration(regclass, name, name, name, date, date, text, text, float8, name) IS
	'lens 1, how different customers are in a period: how much of the profit comes from how few. NULL where the total is not above 0. Errors as clv.audit_deciles. Fader, Hardie & Ross (2022)';
