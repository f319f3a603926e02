-- The main job on the table orders without amounts: who will come again and how
-- often, not what it is worth.
\pset footer off
\pset null ''

\echo
\echo '   CREATE TABLE histories AS SELECT customer, clv.rfm(at) AS history FROM orders GROUP BY customer;'
\echo
\echo 'No amounts: values are purchases, not money.'
\echo

-- orders that are still to come say nothing of who is a customer
SELECT coalesce(max(at)::date::text, '') AS as_of FROM orders
WHERE customer IS NOT NULL AND at < current_date + 1 \gset
SELECT :'as_of' = '' AS nobody \gset
\if :nobody
\echo 'There is no order up to today.'
\echo
\q
\endif

CREATE TABLE histories AS
SELECT customer, clv.rfm(at) AS history
FROM orders
WHERE customer IS NOT NULL
GROUP BY customer;
CREATE TABLE customer_model AS
SELECT date :'as_of' AS as_of, clv.fit(clv.cbs(history, :'as_of')) AS model FROM histories;
CREATE TABLE customer_purchases AS
SELECT h.customer, s.first_purchase, s.last_purchase, s.frequency,
       clv.p_alive(m.model, s.frequency, s.recency, s.t) AS p_alive,
       clv.expected_purchases(m.model, s.frequency, s.recency, s.t, '1 year') AS expected_purchases
FROM histories AS h, customer_model AS m, LATERAL clv.summary(h.history, m.as_of) AS s
WHERE s.frequency IS NOT NULL;

CREATE FUNCTION percent(value float8) RETURNS text LANGUAGE sql
RETURN to_char(100 * value, '990.0" %"');

\echo 'The base at a glance'
\echo
\t on
\pset border 0
WITH base AS (
	SELECT count(*) AS customers, count(*) FILTER (WHERE frequency > 0) AS repeat_buyers,
	       min(first_purchase) AS first, sum(p_alive) AS alive, sum(expected_purchases) AS purchases
	FROM customer_purchases
),
lines (place, label, value) AS (
	SELECT l.*
	FROM base AS b, customer_model AS m, LATERAL (VALUES
		(1, 'customers', to_char(b.customers, 'FM999,999,999,990')),
		(2, 'who bought again', format('%s (%s)', to_char(b.repeat_buyers, 'FM999,999,999,990'),
			btrim(percent(b.repeat_buyers / b.customers::float8)))),
		(3, 'orders', (SELECT to_char(count(*), 'FM999,999,999,990') FROM orders
			WHERE customer IS NOT NULL AND at < m.as_of + 1)),
		(4, 'observed', b.first || ' to ' || m.as_of),
		(5, 'still customers, expected', to_char(b.alive, 'FM999,999,999,990')),
		(6, 'purchases in the next year, expected', to_char(b.purchases, 'FM999,999,999,990')),
		(7, 'purchases of a new customer in the first year',
			round(clv.expected_purchases(m.model, '1 year')::numeric, 2)::text)
	) AS l
	UNION ALL
	SELECT * FROM (VALUES
		(8, 'rows left out: without customer',
			(SELECT to_char(nullif(count(*), 0), 'FM999,999,999,990') FROM orders WHERE customer IS NULL)),
		(9, 'rows left out: after today',
			(SELECT to_char(nullif(count(*), 0), 'FM999,999,999,990') FROM orders
			 WHERE customer IS NOT NULL AND at >= current_date + 1))
	) AS l (place, label, value)
	WHERE value IS NOT NULL
)
SELECT '  ' || label, coalesce(value, 'unknown') FROM lines ORDER BY place;
\t off
\pset border 1

\echo 'Tiers: the best 5 % of customers, the best 20 %, the better half, the rest'
\echo
WITH cut AS (
	SELECT clv.cutoffs(expected_purchases, 'quantile', '{0.05,0.2,0.5}') AS cutoffs FROM customer_purchases
),
tiers AS (
	SELECT clv.tier(p.expected_purchases, c.cutoffs, '{platinum,gold,silver,bronze}', 'none') AS tier, p.*
	FROM customer_purchases AS p, cut AS c
)
SELECT coalesce(tier, '(unknown)') AS tier, count(*) AS customers,
       percent(count(*) / sum(count(*)) OVER ()) AS "of customers",
       round(sum(expected_purchases)::numeric, 1) AS "future purchases",
       percent(sum(expected_purchases) / nullif(sum(sum(expected_purchases)) OVER (), 0)) AS "of future purchases"
FROM tiers
GROUP BY tier
ORDER BY array_position('{platinum,gold,silver,bronze}', tier);

\echo 'The ten customers who will buy most'
\echo
SELECT customer, last_purchase, frequency + 1 AS purchases, percent(p_alive) AS "P(alive)",
       round(expected_purchases::numeric, 1) AS "next year"
FROM customer_purchases
ORDER BY expected_purchases DESC NULLS LAST, customer
LIMIT 10;

\echo 'The fitted model'
\echo
SET extra_float_digits = -9;	-- six digits
SELECT m.model::jsonb ->> 'model' AS model, c.name AS parameter, c.estimate, c.std_error AS "std. error",
       c.lower AS "95 % from", c.upper AS "to", clv.status(m.model) AS status
FROM customer_model AS m, LATERAL clv.coefficients(m.model) WITH ORDINALITY AS c (name, estimate, std_error, lower, upper, n)
ORDER BY c.n;
