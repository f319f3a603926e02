-- The audit at its edges: months that begin on the 31st, refunds from before the
-- first purchase, periods with refunds alone.
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
CREATE SCHEMA shop;

-- ------------------------------------------- periods from the end of a month

-- Each period begins so many steps after the first day: 31 January, 28 February,
-- 31 March.  So the purchase of 30 March is in the second, that of 29 April in
-- the third.
CREATE TABLE shop.month_end (customer int, day date, amount numeric);
INSERT INTO shop.month_end VALUES (1, '2023-01-31', 10), (1, '2023-03-30', 20), (1, '2023-04-29', 30);
SELECT age, period_start, active, revenue FROM clv.audit_cohort('shop.month_end', 'customer', 'day', 'amount', '2023-01-31', '2023-01-31', 'month', '2023-05-31');
-- as_of within February: its end is not 28 March
SELECT age, period_start, active FROM clv.audit_cohort('shop.month_end', 'customer', 'day', 'amount', '2023-01-31', '2023-01-31', 'month', '2023-02-28');
-- a leap day
SELECT period_start FROM clv.audit_cohort('shop.month_end', 'customer', 'day', 'amount', '2020-02-29', '2023-12-31', 'year', '2025-03-01');
-- From the last days of many months, by every period: the starts are those by
-- hand, and each purchase is in the period of its day, by plain SQL.
CREATE TABLE shop.daily AS
SELECT to_char(f, 'YYYY-MM-DD') AS customer, f::date AS first, f::date + k AS day, 1 + k % 7 AS amount
FROM generate_series(timestamp '2023-10-01', '2024-08-31', '1 day') AS f, generate_series(0, 800, 3) AS k
WHERE extract(day FROM f) >= 28 AND extract(month FROM f) IN (1, 2, 3, 8, 10, 11);
SELECT s.period, count(DISTINCT f.first) AS firsts, count(*) AS periods, bool_and(a.period_start = (f.first + a.age * s.step)::date) AS starts,
	   bool_and(a.revenue = (SELECT sum(d.amount) FROM shop.daily AS d
							 WHERE d.first = f.first AND d.day >= f.first + a.age * s.step AND d.day < f.first + (a.age + 1) * s.step)) AS revenue
FROM (VALUES ('month', interval '1 month'), ('quarter', interval '3 months'), ('year', interval '1 year')) AS s (period, step),
	 (SELECT DISTINCT d.first FROM shop.daily AS d) AS f,
	 clv.audit_cohort('shop.daily', 'customer', 'day', 'amount', f.first, f.first, s.period, f.first + 800) AS a
GROUP BY s.period ORDER BY s.period;
-- No function makes months by adding one to the one before.
SELECT p.oid::regprocedure AS adds_to_the_one_before
FROM pg_proc AS p WHERE p.pronamespace = 'clv'::regnamespace AND p.prosrc ~* 'generate_series\([^\n]*interval';

-- ------------------------------- refunds from before the first purchase

-- Customer 2 sends something back in January that was bought before the log
-- began, 3 in November, before anybody bought; 4 never buys; 5 buys in January
-- and takes all of it back at once.  By hand, the money of those who have bought
-- is 100 - 40 + 50 - 3 + 10 + 7 - 7 + 9 = 126.
CREATE TABLE shop.returned (customer int, day date, amount numeric);
INSERT INTO shop.returned VALUES (1, '2023-01-10', 100), (2, '2023-01-15', -40), (2, '2023-02-10', 50), (3, '2022-11-01', -3), (3, '2023-02-03', 10),
	(4, '2022-12-01', -100), (5, '2023-01-01', 7), (5, '2023-01-01', -7), (5, '2023-02-20', 9);
SELECT period_start, cohort, is_new, active, orders, revenue, complete, sum(revenue) OVER () AS of_all
FROM clv.audit_calendar('shop.returned', 'customer', 'day', 'amount', 'month', '2023-02-28') ORDER BY 1, 2;
SELECT cohort, size, age, period_start, active, active_share, active_lower IS NULL AS no_lower, pooled_share, orders, revenue, round(cumulative_per_customer, 4) AS cumulative, sum(revenue) OVER () AS of_all
FROM clv.audit_cohorts('shop.returned', 'customer', 'day', 'amount', 'month', '2023-02-28') ORDER BY cohort, age;
SELECT age, period_start, size, active, active_share, orders, revenue, round(cumulative_per_customer, 4) AS cumulative, one_time_share, sum(revenue) OVER () AS of_all
FROM clv.audit_cohort('shop.returned', 'customer', 'day', 'amount', '2023-01-01', '2023-02-28', 'month', '2023-02-28');
SELECT age, period_start, size, orders, revenue, sum(revenue) OVER () AS of_all
FROM clv.audit_cohort('shop.returned', 'customer', 'day', 'amount', '2023-02-01', '2023-02-28', 'month', '2023-02-28');

-- The three lenses add up to the orders and the money of all customers who have
-- bought, by plain SQL: 400 customers, a third of the rows refunds on any day.
CREATE TABLE shop.mixed AS
SELECT customer, date '2021-09-01' + ((hashint8(n)::bigint + 2147483648) % 1000)::int AS day,
	   CASE WHEN n % 3 = 0 THEN -5 - n % 11 ELSE 10 + n % 17 END + CASE n % 2 WHEN 0 THEN 0.25 ELSE 0 END AS amount
FROM (SELECT n, n % 400 AS customer FROM generate_series(1, 1500) AS n) AS r;
CREATE FUNCTION shop.of_those_who_bought(policy text, as_of date) RETURNS TABLE (orders bigint, revenue numeric)
LANGUAGE sql AS $$
	SELECT count(*) FILTER (WHERE m.amount >= 0), sum(m.amount) FILTER (WHERE m.amount >= 0 OR policy <> 'gross')
	FROM shop.mixed AS m
	WHERE m.day <= as_of AND m.customer IN (
		SELECT d.customer
		FROM (SELECT m.customer, m.day, sum(m.amount) AS net, max(m.amount) AS most, min(m.amount) AS least FROM shop.mixed AS m WHERE m.day <= as_of GROUP BY 1, 2) AS d
		WHERE CASE policy WHEN 'net' THEN d.net > 0 OR d.least >= 0 WHEN 'gross' THEN d.most >= 0 ELSE true END)
$$;
SELECT policy, count(*) AS asked, bool_and(c.revenue = b.revenue AND c.orders = b.orders) AS calendar, bool_and(s.revenue = b.revenue AND s.orders = b.orders) AS cohorts,
	   bool_and(o.revenue = b.revenue AND o.orders = b.orders) AS cohort, sum(c.earlier) > 0 AS earlier
FROM unnest('{net,gross,event}'::text[]) AS policy, unnest('{month,quarter,year}'::text[]) AS period, unnest('{2022-12-31,2023-12-31,2024-12-31}'::date[]) AS as_of,
	 shop.of_those_who_bought(policy, as_of) AS b,
	 LATERAL (SELECT sum(a.revenue) AS revenue, sum(a.orders) AS orders, count(*) FILTER (WHERE a.period_start < a.cohort) AS earlier
			  FROM clv.audit_calendar('shop.mixed', 'customer', 'day', 'amount', period, as_of, refunds => policy) AS a) AS c,
	 LATERAL (SELECT sum(a.revenue) AS revenue, sum(a.orders) AS orders FROM clv.audit_cohorts('shop.mixed', 'customer', 'day', 'amount', period, as_of, refunds => policy) AS a) AS s,
	 -- lens 3: those of each half year
	 LATERAL (SELECT sum(a.revenue) AS revenue, sum(a.orders) AS orders
			  FROM generate_series(0, 6) AS k, LATERAL (SELECT (timestamp '2021-07-01' + k * interval '6 months')::date AS first, (timestamp '2021-07-01' + (k + 1) * interval '6 months')::date - 1 AS last) AS h,
				   clv.audit_cohort('shop.mixed', 'customer', 'day', 'amount', h.first, h.last, CASE period WHEN 'year' THEN 'quarter' ELSE period END, as_of, refunds => policy) AS a) AS o
GROUP BY policy ORDER BY policy;

-- -------------------------------------------- a period with refunds alone

-- January has a refund of 40 and no order: 0 customers make 0, the 40 are
-- refunds alone.  February is 2 customers of an order of 40 each.
CREATE TABLE shop.alone (customer int, day date, amount numeric, margin numeric);
INSERT INTO shop.alone VALUES (1, '2023-01-10', -40, 0.5), (1, '2023-02-10', 50, 0.5), (2, '2023-02-11', 30, 0.5),
	-- in March all is taken back the same day, in April on another, and at another margin
	(1, '2023-03-01', 10, 0.5), (1, '2023-03-01', -15, 0.5), (1, '2023-04-01', 20, 0.5), (2, '2023-04-02', -20, 0.2);
CREATE FUNCTION shop.product(factors numeric[]) RETURNS numeric LANGUAGE sql AS $$ SELECT factors[1] * factors[2] * factors[3] * factors[4] $$;
SELECT factor, round(value_from, 4) AS value_from, round(value_to, 4) AS value_to, round(contribution, 4) AS contribution, meaning
FROM clv.audit_decomposition('shop.alone', 'customer', 'day', 'amount', '2023-01-01', '2023-01-31', '2023-02-01', '2023-02-28');
-- From each month to each later one: profit is the product of the four and
-- refunds alone, contributions add up to its change, and both profits are those
-- of the books.
SELECT f.month AS from_month, t.month AS to_month, d.alone_from, d.alone_to, d.from_product AND d.to_product AS product, d.adds_up,
	   d.profit_from = (SELECT coalesce(sum(a.amount * a.margin), 0) FROM shop.alone AS a WHERE date_trunc('month', a.day) = f.month)
	   AND d.profit_to = (SELECT coalesce(sum(a.amount * a.margin), 0) FROM shop.alone AS a WHERE date_trunc('month', a.day) = t.month) AS books
FROM generate_series(timestamp '2022-12-01', '2023-04-01', '1 month') AS f (month), generate_series(timestamp '2023-01-01', '2023-05-01', '1 month') AS t (month),
	 LATERAL (
		SELECT max(x.value_from) FILTER (WHERE x.factor = 'refunds alone') AS alone_from, max(x.value_to) FILTER (WHERE x.factor = 'refunds alone') AS alone_to,
			   max(x.value_from) FILTER (WHERE x.factor = 'profit') AS profit_from, max(x.value_to) FILTER (WHERE x.factor = 'profit') AS profit_to,
			   abs(shop.product(array_agg(x.value_from ORDER BY x.ordinal) FILTER (WHERE x.ordinal <= 4)) + max(x.value_from) FILTER (WHERE x.factor = 'refunds alone')
				   - max(x.value_from) FILTER (WHERE x.factor = 'profit')) < 1e-9 AS from_product,
			   abs(shop.product(array_agg(x.value_to ORDER BY x.ordinal) FILTER (WHERE x.ordinal <= 4)) + max(x.value_to) FILTER (WHERE x.factor = 'refunds alone')
				   - max(x.value_to) FILTER (WHERE x.factor = 'profit')) < 1e-9 AS to_product,
			   sum(x.contribution) FILTER (WHERE x.factor <> 'profit') = max(x.contribution) FILTER (WHERE x.factor = 'profit') AS adds_up
		FROM clv.audit_decomposition('shop.alone', 'customer', 'day', 'amount', f.month::date, (f.month + interval '1 month')::date - 1,
				t.month::date, (t.month + interval '1 month')::date - 1, margin_column => 'margin') AS x) AS d
WHERE t.month > f.month ORDER BY 1, 2;

DROP SCHEMA shop CASCADE;
