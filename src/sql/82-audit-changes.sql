-- Lens 2: what became of the customers from one period to the next?

CREATE FUNCTION clv.audit_changes(source regclass, customer name, at name, amount name,
	from_first date, from_last date, to_first date, to_last date,
	zone text DEFAULT NULL, refunds text DEFAULT 'net', margin float8 DEFAULT 1, margin_column name DEFAULT NULL)
RETURNS TABLE (ordinal int, status text, customers bigint, profit_from numeric, profit_to numeric, change numeric, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 7
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
BEGIN
	RETURN QUERY EXECUTE clv._two_periods(source, customer, at, amount, from_first, from_last, to_first, to_last,
												  zone, refunds, margin, margin_column, NULL::date) ||
$sql$
changes AS (
	SELECT b.profit_from, b.profit_to,
		   CASE WHEN b.purchases_from = 0 AND b.purchases_to = 0 THEN 'neither'
				WHEN b.purchases_from = 0 THEN CASE WHEN b.before THEN 'back' ELSE 'new' END
				WHEN b.purchases_to = 0 THEN 'lost'
				WHEN b.profit_to > b.profit_from THEN 'up'
				WHEN b.profit_to < b.profit_from THEN 'down'
				ELSE 'same' END AS status
	FROM both_periods AS b
), summed AS (
	SELECT t.status, count(*) AS customers, sum(t.profit_from) AS profit_from, sum(t.profit_to) AS profit_to FROM changes AS t GROUP BY t.status
)
SELECT s.ordinal, s.status, coalesce(t.customers, 0), coalesce(t.profit_from, 0), coalesce(t.profit_to, 0),
	   coalesce(t.profit_to, 0) - coalesce(t.profit_from, 0), s.meaning
FROM (VALUES
	(1, 'new', 'active in the second period, never before'),
	(2, 'back', 'active in the second period and some time before it, but not in the first'),
	(3, 'up', 'active in both, brings more'),
	(4, 'same', 'active in both, brings the same'),
	(5, 'down', 'active in both, brings less'),
	(6, 'lost', 'active in the first period, not in the second'),
	(7, 'neither', 'refunds alone')
	) AS s (ordinal, status, meaning)
LEFT JOIN summed AS t ON t.status = s.status
ORDER BY s.ordinal
$sql$;
END
$$;
COMMENT ON FUNCTION clv.audit_changes(regclass, name, name, name, date, date, date, date, text, text, float8, name) IS
	'lens 2, what changed between two periods: customers by what became of them, and what they brought in each; changes '
	'add up to that of the whole. 22023: periods that overlap or are none. Fader, Hardie & Ross (2022)';
