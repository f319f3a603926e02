-- The main job on the table orders, and its result as a person reads it.
\pset footer off
\pset null ''

\echo
\echo '   CALL clv.create_materialized_view(''customer_value'', ''orders'', ''customer'', ''at'', ''amount'');'
\echo
CALL clv.create_materialized_view('customer_value', 'orders', 'customer', 'at', 'amount');

CREATE FUNCTION money(value float8) RETURNS text LANGUAGE sql
RETURN lpad(to_char(value, 'FM999,999,999,999,990.00'), 14);
CREATE FUNCTION percent(value float8) RETURNS text LANGUAGE sql
RETURN to_char(100 * value, '990.0" %"');

\echo 'The base at a glance'
\echo
\t on
\pset border 0
WITH base AS (
	SELECT count(*) AS customers,
	       count(*) FILTER (WHERE frequency > 0) AS repeat_buyers,
	       min(first_purchase) AS first,
	       sum(p_alive) AS alive,
	       sum(expected_purchases) AS purchases,
	       sum(clv) AS clv
	FROM customer_value
),
lines (place, label, value) AS (
	SELECT l.*
	FROM base b, customer_value_model m, LATERAL (VALUES
		(1, 'customers', to_char(b.customers, 'FM999,999,999,990')),
		(2, 'who bought again',
			format('%s (%s)', to_char(b.repeat_buyers, 'FM999,999,999,990'),
				   coalesce(btrim(percent(b.repeat_buyers / nullif(b.customers, 0)::float8)), 'of nobody'))),
		(3, 'orders', to_char(m.rows_used, 'FM999,999,999,990')),
		(4, 'observed', b.first || ' to ' || m.as_of),
		(5, 'still customers, expected', to_char(b.alive, 'FM999,999,999,990')),
		(6, 'purchases in the next year, expected', to_char(b.purchases, 'FM999,999,999,990')),
		(7, 'future value: their spend, discounted at 10 % a year', btrim(money(b.clv))),
		(8, 'what a new customer is worth in the first year',
			btrim(money(clv.new_customer_value(m.model, m.spend, m.annual_rate, m.horizon))))
	) AS l
	UNION ALL
	SELECT 9, 'rows left out: ' || r.reason, to_char(r.rows, 'FM999,999,999,990')
	FROM clv.source_report('orders', 'customer', 'at', 'amount') r
	WHERE r.reason NOT IN ('used', 'total') AND r.rows > 0
)
SELECT '  ' || label, coalesce(value, 'unknown') FROM lines ORDER BY place, label;
\t off
\pset border 1

-- nothing to show of nobody
SELECT customers = 0 AS nobody, message FROM customer_value_model \gset
\if :nobody
\echo 'No tiers:' :message
\echo
\q
\endif

\echo 'Tiers: the best 5 % of customers, the best 20 %, the better half, the rest'
\echo
SELECT coalesce(v.tier, '(unknown)') AS tier,
       count(*) AS customers,
       percent(count(*) / sum(count(*)) OVER ()) AS "of customers",
       money(sum(v.clv)) AS "future value",
       percent(sum(v.clv) / nullif(sum(sum(v.clv)) OVER (), 0)) AS "of future value"
FROM customer_value v, customer_value_model m
GROUP BY v.tier, array_position(m.tier_labels, v.tier)
ORDER BY array_position(m.tier_labels, v.tier);

\echo 'The ten most valuable customers'
\echo
SELECT customer,
       last_purchase,
       frequency + 1 AS purchases,
       money(monetary) AS "mean spend",
       percent(p_alive) AS "P(alive)",
       round(expected_purchases::numeric, 1) AS "next year",
       money(clv) AS clv,
       tier
FROM customer_value
ORDER BY clv_rank, customer
LIMIT 10;

\echo 'The fitted model'
\echo
SET extra_float_digits = -9;	-- six digits
SELECT m.model::jsonb ->> 'model' AS model,
       c.name AS parameter,
       c.estimate,
       c.std_error AS "std. error",
       c.lower AS "95 % from",
       c.upper AS "to",
       clv.status(m.model) AS status
FROM customer_value_model v,
     LATERAL (VALUES (1, v.model), (2, v.spend)) AS m (place, model),
     LATERAL clv.coefficients(m.model) WITH ORDINALITY AS c (name, estimate, std_error, lower, upper, n)
ORDER BY m.place, c.n;

SELECT message IS NOT NULL AS noted FROM customer_value_model \gset
\if :noted
\echo 'About the fit:' :message
\echo
\endif
