-- The customer-base audit: five lenses over orders, by hand on a small shop and
-- by plain SQL on a simulated one.
SET datestyle = 'ISO, YMD';
\set SHOW_CONTEXT never
CREATE SCHEMA shop;

-- A cohort of ten in January of whom 10, 4, 0 and 3 buy in the months from then
-- on, a customer of March with a refund in April, one of April.
CREATE TABLE shop.small (customer int, day date, amount numeric, margin numeric);
INSERT INTO shop.small
SELECT i, date '2024-01-15', 10, 0.5 FROM generate_series(1, 10) AS i UNION ALL
SELECT i, date '2024-02-10', 5, 0.4 FROM generate_series(1, 4) AS i UNION ALL
SELECT i, date '2024-04-30', 5, 0.2 FROM generate_series(3, 5) AS i UNION ALL
VALUES (11, date '2024-03-03', 7, 0.5), (11, '2024-04-04', -2, 0.5), (12, '2024-04-10', 30, 0.5), (12, '2024-04-10', 10, 0.5);

-- ------------------------------------------------------------------- periods

SELECT p.*
FROM (SELECT clv.rfm(day, amount) AS h
	  FROM (VALUES (date '2023-12-31', 9.0), ('2024-01-05', 10), ('2024-01-05', -10), ('2024-02-01', 3), ('2024-02-29', 4), ('2024-02-29', 1),
			('2024-05-01', -2), ('2024-06-01', 8)) AS v (day, amount)) AS one,
	 clv.periods(h, '{2024-01-01,2024-02-01,2024-03-01,2024-04-01,2024-06-01}') AS p;
SELECT p.*
FROM (SELECT clv.rfm(day, amount) AS h FROM (VALUES (date '2024-01-05', 10.0), ('2024-01-05', -10), ('2024-05-01', -2)) AS v (day, amount)) AS one,
	 clv.periods(h, '{2024-01-01,2024-06-01}', 'gross') AS p;
SELECT p.* FROM (SELECT clv.rfm(day) AS h FROM (VALUES (date '1999-12-31'), ('2000-01-01'), ('2101-01-01')) AS v (day)) AS one,
	 clv.periods(h, '{1999-01-01,2000-01-01,2102-01-01}') AS p;
SELECT clv.periods(clv.rfm(date '2024-01-01'), '{2024-01-01}');
SELECT clv.periods(clv.rfm(date '2024-01-01'), '{2024-01-01,2024-01-01}');
SELECT clv.periods(clv.rfm(date '2024-01-01'), '{2024-01-01,NULL}');
SELECT clv.periods(clv.rfm(date '2024-01-01'), '{2024-01-01,infinity}');
SELECT clv.periods(clv.rfm(date '2024-01-01', -1), '{2024-01-01,2024-02-01}', 'error');

-- -------------------------------------------------------------------- lens 1

SELECT * FROM clv.audit_orders('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-04-30');
-- A period has the rows of its days and no others, by whatever type and zone:
-- the 7th began half an hour before the 6th was over (clocks went back over
-- midnight), and a refund before the period is none in it.
CREATE TABLE shop.moments (who text, day date, at timestamp, instant timestamptz, amount numeric);
INSERT INTO shop.moments
SELECT who, instant AT TIME ZONE 'America/St_Johns', instant AT TIME ZONE 'America/St_Johns', instant, amount
FROM (VALUES ('a', timestamptz '2010-11-06 12:00 UTC', -1), ('a', '2010-11-07 02:30:30 UTC', 2), ('b', '2010-11-07 03:00 UTC', 4),
	('b', '2010-11-07 03:40 UTC', 8), ('c', '2010-11-08 03:29:59 UTC', 16), ('c', '2010-11-08 03:30 UTC', 32)) AS v (who, instant, amount);
SELECT 'date' AS type, * FROM clv.audit_orders('shop.moments', 'who', 'day', 'amount', '2010-11-07', '2010-11-07', refunds => 'error') UNION ALL
SELECT 'timestamp', * FROM clv.audit_orders('shop.moments', 'who', 'at', 'amount', '2010-11-07', '2010-11-07', refunds => 'error') UNION ALL
SELECT 'timestamptz', * FROM clv.audit_orders('shop.moments', 'who', 'instant', 'amount', '2010-11-07', '2010-11-07', 'America/St_Johns', 'error');
SELECT type, count(*), sum(orders * customers) AS orders, sum(revenue) AS revenue
FROM (SELECT 'date' AS type, * FROM clv.audit_orders('shop.moments', 'who', 'day', 'amount', '4713-01-01 BC', '5874897-12-30') UNION ALL
	  SELECT 'timestamp', * FROM clv.audit_orders('shop.moments', 'who', 'at', 'amount', '4714-11-24 BC', '294277-01-01') UNION ALL
	  SELECT 'timestamptz', * FROM clv.audit_orders('shop.moments', 'who', 'instant', 'amount', '4713-01-01 BC', '2200-01-01', 'America/St_Johns')) AS wide
GROUP BY type ORDER BY type;
SELECT count(*) FROM clv.audit_orders('shop.moments', 'who', 'instant', 'amount', '294277-01-01', '294277-01-02', 'America/St_Johns');
-- five customers bring the same: they share a class, and classes stay empty
SELECT decile, customers, lowest, revenue, profit, round(share_of_profit::numeric, 6) AS share, round(cumulative_share::numeric, 6) AS cumulative,
	   round(orders_per_customer, 4) AS orders_each, round(value_per_order, 4) AS value, round(margin_of_revenue, 4) AS margin
FROM clv.audit_deciles('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-04-30', margin_column => 'margin');
SELECT measure, round(value::numeric, 6) AS value FROM clv.audit_concentration('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-04-30', margin => 0.5);

-- -------------------------------------------------------------------- lens 2

SELECT ordinal, status, customers, profit_from, profit_to, change
FROM clv.audit_changes('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-02-29', '2024-03-01', '2024-04-30');
-- each factor's contribution is its mean over the 24 orders in which the four
-- could have changed one after another
SELECT factor, round(value_from, 6) AS value_from, round(value_to, 6) AS value_to, round(contribution, 6) AS contribution
FROM clv.audit_decomposition('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-02-29', '2024-03-01', '2024-04-30', margin_column => 'margin');
WITH f (i, a, b) AS (
	SELECT ordinal, value_from, value_to
	FROM clv.audit_decomposition('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-02-29', '2024-03-01', '2024-04-30', margin_column => 'margin') WHERE ordinal < 5
), orders AS (
	SELECT p.i AS first, q.i AS second, r.i AS third, s.i AS fourth
	FROM f AS p, f AS q, f AS r, f AS s WHERE p.i NOT IN (q.i, r.i, s.i) AND q.i NOT IN (r.i, s.i) AND r.i <> s.i
), steps AS (
	SELECT p.i, (p.b - p.a) * q AS step
	FROM orders AS o, f AS p, LATERAL (
		SELECT exp(sum(ln(CASE WHEN array_position(ARRAY[o.first, o.second, o.third, o.fourth], g.i) < array_position(ARRAY[o.first, o.second, o.third, o.fourth], p.i)
						  THEN g.b ELSE g.a END))) AS q
		FROM f AS g WHERE g.i <> p.i) AS x
)
SELECT i, count(*) AS orders, round(avg(step), 6) AS contribution FROM steps GROUP BY i ORDER BY i;

-- ------------------------------------------------------------- lenses 3 to 5

-- never a falling curve by definition, no month is missing, and May is not over
SELECT cohort, size, age, period_start, active, active_share, round(active_lower::numeric, 4) AS lower, round(active_upper::numeric, 4) AS upper,
	   round(pooled_share::numeric, 4) AS pooled, orders, revenue, round(cumulative_per_customer, 4) AS cumulative
FROM clv.audit_cohorts('shop.small', 'customer', 'day', 'amount', 'month', '2024-05-15');
SELECT age, period_start, size, active, active_share, orders, round(orders_per_active, 4) AS each, round(value_per_order, 4) AS value, revenue,
	   round(cumulative_per_customer, 4) AS cumulative, one_time_share
FROM clv.audit_cohort('shop.small', 'customer', 'day', 'amount', '2024-01-10', '2024-02-20', 'month', '2024-05-15');
SELECT period_start, cohort, is_new, active, orders, revenue, round(share_of_revenue::numeric, 4) AS share, complete
FROM clv.audit_calendar('shop.small', 'customer', 'day', 'amount', 'month', '2024-05-15');
-- as_of on the last day of a month: the month is over
SELECT max(age) FILTER (WHERE active IS NOT NULL) FROM clv.audit_cohorts('shop.small', 'customer', 'day', 'amount', 'month', '2024-04-30');

-- -------------------------------------------------------- a shop of 2,000

CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount, CASE WHEN customer % 4 = 0 THEN 0.1 ELSE 0.5 END AS margin
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'),
				  clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 2000, '2022-01-01', 365, 730, 1);
-- refunds of a tenth of the orders some days later
INSERT INTO shop.orders SELECT customer, day + 5, -amount / 2, margin FROM shop.orders WHERE (customer + extract(day FROM day)::int) % 10 = 0;

-- deciles add up to the period, which is that of the books
SELECT sum(d.revenue) = b.revenue AS revenue, sum(d.profit) = b.profit AS profit, sum(d.customers) = b.customers AS customers, max(d.cumulative_share) AS all_of_it
FROM clv.audit_deciles('shop.orders', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31', margin_column => 'margin') AS d,
	 (SELECT sum(amount) AS revenue, sum(amount * margin) AS profit, count(DISTINCT customer) AS customers FROM shop.orders WHERE day BETWEEN '2023-01-01' AND '2023-12-31') AS b
GROUP BY b.revenue, b.profit, b.customers;
SELECT sum(o.revenue) = b.revenue AS revenue, sum(o.customers) = b.customers AS customers, sum(o.orders * o.customers) = b.orders AS orders
FROM clv.audit_orders('shop.orders', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31') AS o,
	 (SELECT sum(amount) AS revenue, count(DISTINCT customer) AS customers, count(*) FILTER (WHERE amount >= 0) AS orders FROM shop.orders WHERE day BETWEEN '2023-01-01' AND '2023-12-31') AS b
GROUP BY b.revenue, b.customers, b.orders;
-- the change is the sum of what became of the customers, and of its factors
SELECT sum(c.change) = b.change AS statuses, d.contribution = b.change AS profit, d.sum = b.change AS factors
FROM clv.audit_changes('shop.orders', 'customer', 'day', 'amount', '2022-07-01', '2022-12-31', '2023-01-01', '2023-06-30', margin_column => 'margin') AS c,
	 (SELECT max(contribution) FILTER (WHERE factor = 'profit') AS contribution, sum(contribution) FILTER (WHERE factor <> 'profit') AS sum
	  FROM clv.audit_decomposition('shop.orders', 'customer', 'day', 'amount', '2022-07-01', '2022-12-31', '2023-01-01', '2023-06-30', margin_column => 'margin')) AS d,
	 (SELECT sum(amount * margin) FILTER (WHERE day >= '2023-01-01') - sum(amount * margin) FILTER (WHERE day < '2023-01-01') AS change
	  FROM shop.orders WHERE day BETWEEN '2022-07-01' AND '2023-06-30') AS b
GROUP BY b.change, d.contribution, d.sum;
-- A margin that is NULL is not 0: such rows have the mean margin of the others in
-- the period, weighted by amounts.
CREATE TABLE shop.unknown (customer int, day date, amount numeric, margin numeric);
INSERT INTO shop.unknown VALUES (1, '2024-01-10', 100, 0.5), (2, '2024-01-11', 300, 0.1), (2, '2024-01-12', 50, NULL), (3, '2024-01-13', 150, NULL), (4, '2024-01-14', 40, 0.1), (4, '2024-01-15', -40, 0.1),
	(1, '2024-02-10', 100, 0.3), (3, '2024-02-11', 200, NULL);
-- January: known 50 + 30 + 4 - 4 = 80 of 400, a margin of 0.2: customer 2 has
-- 30 + 10, customer 3 has 30, of 600 in all 120.
SELECT decile, customers, lowest, revenue, profit, margin_of_revenue = profit / nullif(revenue, 0) AS margin
FROM clv.audit_deciles('shop.unknown', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', margin_column => 'margin', classes => 4) WHERE customers > 0;
-- gross: 84 of 440, a margin of 21/110 and so 200 * 21/110 = 38.18 more
SELECT measure, round(value::numeric, 6) AS value FROM clv.audit_concentration('shop.unknown', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', refunds => 'gross', margin_column => 'margin') WHERE measure = 'profit';
-- February: 0.3 of all 300; each period has a mean of its own, and the margin went from 0.2 to 0.3
SELECT status, customers, profit_from, profit_to, change
FROM clv.audit_changes('shop.unknown', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', '2024-02-01', '2024-02-29', margin_column => 'margin') WHERE customers > 0 ORDER BY ordinal;
SELECT factor, round(value_from, 6) AS value_from, round(value_to, 6) AS value_to, round(contribution, 6) AS contribution
FROM clv.audit_decomposition('shop.unknown', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', '2024-02-01', '2024-02-29', margin_column => 'margin') ORDER BY ordinal;
-- rows of another period have no part in it; without any margin there is no profit to tell
SELECT sum(profit) FROM clv.audit_deciles('shop.unknown', 'customer', 'day', 'amount', '2024-02-11', '2024-02-11', margin_column => 'margin');
SELECT sum(profit) FROM clv.audit_deciles('shop.unknown', 'customer', 'day', 'amount', '2024-02-10', '2024-02-10', margin_column => 'margin');

-- the planted margin: only it changes when prices do not
CREATE TABLE shop.cheaper AS SELECT customer, day, amount, CASE WHEN day < '2023-01-01' THEN 0.5 ELSE 0.3 END AS margin
FROM shop.orders WHERE day BETWEEN '2022-07-01' AND '2022-12-31' UNION ALL SELECT customer, day + 184, amount, 0.3 FROM shop.orders WHERE day BETWEEN '2022-07-01' AND '2022-12-31';
SELECT factor, round(contribution, 9) = 0 AS nothing FROM clv.audit_decomposition('shop.cheaper', 'customer', 'day', 'amount', '2022-07-01', '2022-12-31', '2023-01-01', '2023-07-03', margin_column => 'margin');
-- cohorts: sizes and cells by plain SQL
WITH plain AS (
	SELECT date_trunc('month', min(day) OVER (PARTITION BY customer))::date AS cohort, date_trunc('month', day)::date AS month, customer, amount FROM shop.orders
), cells AS (
	SELECT cohort, month, count(DISTINCT customer) FILTER (WHERE amount >= 0) AS active, sum(amount) AS revenue FROM plain GROUP BY 1, 2
)
SELECT count(*) AS cells, bool_and(a.active = coalesce(c.active, 0)) AS active, bool_and(a.revenue = coalesce(c.revenue, 0)) AS revenue
FROM clv.audit_cohorts('shop.orders', 'customer', 'day', 'amount', 'month', '2023-12-31') AS a
LEFT JOIN cells AS c ON c.cohort = a.cohort AND c.month = a.period_start WHERE a.active IS NOT NULL;
SELECT sum(revenue) = (SELECT sum(amount) FROM shop.orders WHERE day <= '2023-12-31') AS revenue, sum(orders) = (SELECT count(*) FROM shop.orders WHERE day <= '2023-12-31' AND amount >= 0) AS orders,
	   sum(active) FILTER (WHERE is_new) AS acquired, bool_and(complete) AS complete
FROM clv.audit_calendar('shop.orders', 'customer', 'day', 'amount', 'quarter', '2023-12-31');
SELECT abs(a.one_time_share - b.share) < 1e-12 AS one_time
FROM clv.audit_cohort('shop.orders', 'customer', 'day', 'amount', '2022-01-01', '2022-03-31', 'quarter', '2023-12-31') AS a,
	 (SELECT count(*) FILTER (WHERE days = 1) / count(*)::float8 AS share
	  FROM (SELECT count(*) FILTER (WHERE net > 0) AS days
			FROM (SELECT customer, day, sum(amount) AS net FROM shop.orders WHERE day <= '2023-12-31' GROUP BY 1, 2) AS d GROUP BY customer HAVING min(day) <= '2022-03-31') AS x) AS b
WHERE a.age = 7;

-- ------------------------------------------------------------ nothing to see

CREATE TABLE shop.nobody (LIKE shop.orders);
SELECT * FROM clv.audit_orders('shop.nobody', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31');
SELECT sum(customers), sum(profit), count(*) FROM clv.audit_deciles('shop.nobody', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31');
SELECT measure, value FROM clv.audit_concentration('shop.nobody', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31');
SELECT sum(customers), sum(change) FROM clv.audit_changes('shop.nobody', 'customer', 'day', 'amount', '2022-01-01', '2022-12-31', '2023-01-01', '2023-12-31');
SELECT factor, value_from, value_to, contribution FROM clv.audit_decomposition('shop.nobody', 'customer', 'day', 'amount', '2022-01-01', '2022-12-31', '2023-01-01', '2023-12-31');
SELECT count(*) FROM clv.audit_cohorts('shop.nobody', 'customer', 'day', 'amount');
SELECT count(*) FROM clv.audit_cohort('shop.nobody', 'customer', 'day', 'amount', '2022-01-01', '2022-12-31');
SELECT count(*) FROM clv.audit_calendar('shop.nobody', 'customer', 'day', 'amount');
-- from nothing to something: all of it is customers
SELECT factor, round(value_from, 2) AS value_from, round(value_to, 2) AS value_to, round(contribution, 2) AS contribution
FROM clv.audit_decomposition('shop.small', 'customer', 'day', 'amount', '2023-01-01', '2023-12-31', '2024-01-01', '2024-01-31');

-- ------------------------------------------------------------------- money
-- An amount as a decimal is what PostgreSQL makes of it, by either way.

WITH amounts (x) AS (
	SELECT unnest('{0, -0.0, 0.30000000000000004, 12.5, 100, -7.25, 99999.995, 100000.01, 1234567890123.45, 1e13, 1e15, 1e300, 1e-300,
		0.123456789012, 0.0000000004, 0.0000000005, 0.0000000006, -0.004999999999, 0.01000000009, 0.0100000000006, NaN}'::float8[])
	UNION ALL SELECT i / 100.0::float8 FROM generate_series(-2000, 20000) AS i
	UNION ALL SELECT i * 0.1::float8 * 3 FROM generate_series(1, 2000) AS i
	UNION ALL SELECT i / 100.0::float8 + (i % 13 - 6) * 1e-10 FROM generate_series(1, 20000) AS i
	UNION ALL SELECT i * 1234567.89::float8 FROM generate_series(1, 2000) AS i
	UNION ALL SELECT 7 ^ (i % 40 - 12) / 3 FROM generate_series(1, 40) AS i
)
SELECT count(*), count(*) FILTER (WHERE clv._money(x)::text <> trim_scale(round(x::numeric, 9))::text) AS other FROM amounts;
SELECT clv._money(1e5 + 0.015), clv._money(12.50), clv._money(-0.1), clv._money(0.1::float8 + 0.2), clv._money(NULL);

-- ------------------------------------------------------- cells and periods
-- What the audit counts in one pass is what clv.periods says of each history:
-- with refunds first, amounts that are no hundredths, or too large to be
-- counted in them, and under every policy.

CREATE TABLE shop.odd AS
SELECT 1 + i % 97 AS customer, '2022-01-01'::date + (i * i * 7 + i * 13) % 700 AS day,
	   CASE WHEN i % 11 = 0 THEN -1 ELSE 1 END * CASE i % 7 WHEN 0 THEN i / 3.0::float8 WHEN 1 THEN 9e16 + i WHEN 2 THEN i / 1000.0 ELSE i / 100.0 END AS amount
FROM generate_series(1, 2000) AS i;
INSERT INTO shop.odd VALUES (1000, '2022-01-15', -5), (1000, '2022-06-15', 7.25), (1001, '2022-02-01', -3);
CREATE TABLE shop.odd_histories AS SELECT customer, clv.rfm(day, amount) AS history FROM shop.odd GROUP BY customer;
CREATE FUNCTION shop.same_cells(bounds date[], policy text) RETURNS TABLE (cells bigint, other bigint) LANGUAGE sql AS $$
WITH told AS (
	SELECT h.customer, p.*, min(p.period) FILTER (WHERE p.purchases > 0) OVER w AS cohort,
		   sum(p.purchases) OVER (w ORDER BY p.period) AS so_far
	FROM shop.odd_histories AS h, clv.periods(h.history, bounds, policy) AS p
	WINDOW w AS (PARTITION BY h.customer)
), expected AS (
	SELECT t.cohort, t.period, count(*) FILTER (WHERE t.purchases > 0) AS active,
		   count(*) FILTER (WHERE t.so_far > 1 AND t.so_far - t.purchases <= 1) AS second, sum(t.orders)::bigint AS orders,
		   sum(trim_scale(round(t.spend::numeric, 9)))::text AS revenue
	FROM told AS t WHERE t.cohort IS NOT NULL GROUP BY 1, 2
), found AS (
	SELECT c.cohort, c.period, c.active, c.second, c.orders, c.revenue::text
	FROM unnest((SELECT clv._cohort_cells(h.history, bounds, policy) FROM shop.odd_histories AS h)) AS c
)
SELECT (SELECT count(*) FROM expected),
	   (SELECT count(*) FROM ((TABLE expected EXCEPT ALL TABLE found) UNION ALL (TABLE found EXCEPT ALL TABLE expected)) AS x)
$$;
SELECT step, policy, s.* FROM unnest('{1 day,1 month,1 year}'::interval[]) AS step, unnest('{net,gross,event}'::text[]) AS policy,
	 shop.same_cells(ARRAY(SELECT g::date FROM generate_series('2022-01-01'::timestamp, '2024-01-01', step) AS g), policy) AS s;
SELECT shop.same_cells('{2022-03-01,2022-03-02,2023-05-05}', 'net'), clv._cohort_cells(NULL, '{2022-01-01,2023-01-01}', 'net');
SELECT clv._cohort_cells(h.history, '{2022-01-01}', 'net') FROM shop.odd_histories AS h;
SELECT clv._cohort_cells(h.history, '{2022-01-01,2023-01-01}', NULL) FROM shop.odd_histories AS h;

SELECT policy, count(i.*) AS in_one, count(*) FILTER (WHERE (i.purchases, i.orders, i.revenue) IS DISTINCT FROM (p.purchases, p.orders, trim_scale(round(p.spend::numeric, 9)))) AS other
FROM shop.odd_histories AS h CROSS JOIN unnest('{net,gross,event}'::text[]) AS policy
CROSS JOIN clv._in_period(h.history, '2022-02-01', '2022-12-31', policy) AS i
LEFT JOIN clv.periods(h.history, '{2022-02-01,2023-01-01}', policy) AS p ON true
GROUP BY policy ORDER BY policy;
SELECT count(i.orders_to) AS in_either, count(*) FILTER (WHERE (i.orders_to IS NULL) <> (e IS NULL) OR i.orders_to IS NOT NULL AND i IS DISTINCT FROM e) AS other
FROM shop.odd_histories AS h
CROSS JOIN clv._in_periods(h.history, '2022-03-01', '2022-03-31', '2022-05-01', '2022-05-31', 'net') AS i
CROSS JOIN LATERAL (
	SELECT CASE WHEN count(*) > 0 THEN ROW(coalesce(sum(p.purchases) FILTER (WHERE p.period = 1), 0)::int, coalesce(sum(p.orders) FILTER (WHERE p.period = 1), 0)::bigint,
			   coalesce(sum(clv._money(p.spend)) FILTER (WHERE p.period = 1), 0), coalesce(sum(p.purchases) FILTER (WHERE p.period = 3), 0)::int,
			   coalesce(sum(p.orders) FILTER (WHERE p.period = 3), 0)::bigint, coalesce(sum(clv._money(p.spend)) FILTER (WHERE p.period = 3), 0),
			   clv.frequency(h.history, '2022-04-30') IS NOT NULL)::clv._periods END AS e
	FROM clv.periods(h.history, '{2022-03-01,2022-04-01,2022-05-01,2022-06-01}') AS p WHERE p.period <> 2
) AS e;

-- ---------------------------------------------------------- what is refused

SELECT clv.audit_orders('shop.small', 'customer', 'day', 'amount', '2024-02-01', '2024-01-01');
SELECT clv.audit_orders('shop.small', 'customer', 'day', 'amount', NULL, '2024-01-01');
SELECT clv.audit_orders('shop.small', 'customer', 'nosuch', 'amount', '2024-01-01', '2024-01-01');
SELECT clv.audit_deciles('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', margin => 40);
SELECT clv.audit_deciles('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', margin_column => 'day');
SELECT clv.audit_deciles('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', classes => 0);
SELECT clv.audit_changes('shop.small', 'customer', 'day', 'amount', '2024-01-01', '2024-01-31', '2024-01-31', '2024-02-29');
SELECT clv.audit_cohorts('shop.small', 'customer', 'day', 'amount', 'fortnight');
SELECT clv.audit_cohort('shop.small', 'customer', 'day', 'amount', '2024-01-01', '-infinity');

\set VERBOSITY terse
DROP SCHEMA shop CASCADE;
