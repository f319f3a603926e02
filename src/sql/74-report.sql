-- Which rows of a source are used, and why the others are not.

-- The reason of a row, in the order in which they are looked for: the one place
-- that says which rows count as what.  An amount that is not finite, or that
-- double precision cannot hold, raises when the row is read, be it after an
-- as_of that is only found out by reading.
CREATE FUNCTION clv._row_step(src clv._source_text, with_refunds bool)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN clv._fill(
$sql$source_rows AS (
    SELECT CASE WHEN {{customer}} IS NULL THEN 'without customer'
                WHEN {{at}} IS NULL THEN 'without date'
                WHEN {{amount}} IS NULL THEN 'without amount'
                WHEN {{at}} = '-infinity' THEN 'date not finite'
                WHEN {{up_to}} AND NOT {{amount_finite}} THEN 'amount not finite'
                WHEN {{day}} > (SELECT coalesce(a.as_of, {{today}}) FROM as_of AS a) THEN 'after as_of'
                ELSE 'used' END AS reason,
           count(*) AS rows{{refund_count}}
    FROM {{relation}} AS o
    GROUP BY 1
)$sql$::text, jsonb_build_object(
			'customer', src.customer_ref,
			'at', src.at_ref,
			'amount', src.amount_ref,
			'day', src.day,
			'today', src.today,
			'amount_finite', src.amount_finite,
			'relation', src.relation,
			'up_to', src.up_to,
			'refund_count', CASE WHEN with_refunds THEN format(E',\n           count(*) FILTER (WHERE %s < 0 AND %s <= %s) AS refunds', src.amount_ref, src.day, src.today) END));
END
$$;
COMMENT ON FUNCTION clv._row_step(clv._source_text, bool) IS
	'part of clv.source_report and clv.create_materialized_view: counts the rows of the source by what becomes of them, and how many of them are refunds that have been';

CREATE FUNCTION clv.source_report(
	source regclass,
	customer name,
	at name,
	amount name,
	as_of date DEFAULT NULL,
	zone text DEFAULT NULL,
	refunds text DEFAULT 'net')
RETURNS TABLE (reason text, rows bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 8
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	src			clv._source_text;
	row_step	text;
BEGIN
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	row_step := clv._row_step(src, false);
	-- rows that would make clv.query raise are to be counted here, not to raise
	src.up_to := format($sql$%s
      AND %s > '-infinity'
      AND %s$sql$, src.up_to, src.at_ref, src.amount_finite);
	RETURN QUERY EXECUTE concat_ws(E'\n',
		'WITH',
		clv._history_steps(src, as_of, refunds, NULL::text, NULL::text, NULL::text),
		row_step,
		$sql$SELECT k.reason,
       coalesce(sum(r.rows), 0)::bigint
FROM unnest('{used,without customer,without date,without amount,after as_of,date not finite,amount not finite,total}'::text[])
     WITH ORDINALITY AS k (reason, place)
LEFT JOIN source_rows AS r ON r.reason = k.reason OR k.reason = 'total'
GROUP BY k.reason, k.place
ORDER BY k.place$sql$);
END
$$;
COMMENT ON FUNCTION clv.source_report(regclass, name, name, name, date, text, text) IS
	'how many rows of a source clv.query uses, how many it leaves out and why, and how many would make it raise '
	'(dates or amounts that are not finite, or amounts that double precision cannot hold): every reason, 0 rows too, and the total';
