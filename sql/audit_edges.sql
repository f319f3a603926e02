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

DROP SCHEMA shop CASCADE;
