-- Order logs drawn from models: the same rows always, and the right ones.
SET datestyle = 'ISO, YMD';
SET jit = off;

CREATE TABLE clv_sim_models AS
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', 7) AS bg,
	clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}', 7) AS mbg,
	clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS gg;
CREATE TABLE clv_sim AS
SELECT s.* FROM clv_sim_models, clv.simulate(bg, gg, 2000, '2024-01-01', 90, 365, 42) s;

-- Bounds: every customer has a first order, in the first 90 days; cents.
SELECT count(DISTINCT customer), min(customer), max(customer), count(*) > 2000 AS repeats,
	min(at) >= '2024-01-01' AS not_before, max(at) < '2024-12-31' AS not_after,
	bool_and(amount >= 0.01 AND round(amount::numeric, 2)::float8 = amount) AS cents
FROM clv_sim;
SELECT min(first) >= '2024-01-01' AS not_before, max(first) < '2024-03-31' AS not_after,
	count(DISTINCT first::date) AS days, count(DISTINCT date_trunc('hour', first)::time) AS hours
FROM (SELECT min(at) AS first FROM clv_sim GROUP BY customer) AS s;

-- Rows come by customer and time.
SELECT bool_and(customer > before OR (customer = before AND at >= before_at)) AS in_order
FROM (SELECT customer, at, lag(customer) OVER w AS before, lag(at) OVER w AS before_at
	FROM (SELECT s.*, row_number() OVER () AS i FROM clv_sim_models, clv.simulate(bg, gg, 300, '2024-01-01', 90, 365, 42) s) AS rows
	WINDOW w AS (ORDER BY i)) AS s;

-- The same seed, the same rows: again, fewer customers, one at a time, in parallel.
SELECT count(*) AS differing FROM (
	(SELECT s.* FROM clv_sim_models, clv.simulate(bg, gg, 2000, '2024-01-01', 90, 365, 42) s EXCEPT ALL TABLE clv_sim)
	UNION ALL (TABLE clv_sim EXCEPT ALL SELECT s.* FROM clv_sim_models, clv.simulate(bg, gg, 2000, '2024-01-01', 90, 365, 42) s)) AS d;
SELECT count(*) AS differing FROM (
	SELECT s.* FROM clv_sim_models, clv.simulate(bg, gg, 100, '2024-01-01', 90, 365, 42) s
	EXCEPT ALL SELECT * FROM clv_sim WHERE customer <= 100) AS d;
CREATE TABLE clv_sim_numbers AS SELECT c FROM generate_series(1, 2000) c ORDER BY c * 7919 % 5003;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE TABLE clv_sim_parallel AS
SELECT c AS customer, s.at, s.amount
FROM clv_sim_numbers, clv.simulate_customer((SELECT bg FROM clv_sim_models), (SELECT gg FROM clv_sim_models), c, '2024-01-01', 90, 365, 42) s;
SELECT count(*) AS differing FROM (
	(TABLE clv_sim EXCEPT ALL TABLE clv_sim_parallel) UNION ALL (TABLE clv_sim_parallel EXCEPT ALL TABLE clv_sim)) AS d;
CREATE FUNCTION pg_temp.parallel(query text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found bool := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		found := found OR line LIKE '%Gather%';
	END LOOP;
	RETURN found;
END $$;
SELECT pg_temp.parallel('SELECT c, s.at FROM clv_sim_numbers,
	clv.simulate_customer((SELECT bg FROM clv_sim_models), NULL, c, ''2024-01-01'', 90, 365, 42) s');

-- Another seed, other rows; no spend model, the same orders without amounts.
SELECT count(*) AS in_common FROM clv_sim_models, clv.simulate(bg, gg, 100, '2024-01-01', 90, 365, 43) s JOIN clv_sim USING (customer, at);
SELECT count(*) = (SELECT count(*) FROM clv_sim) AS same_orders, count(s.amount) AS amounts
FROM clv_sim_models, clv.simulate(bg, NULL, 2000, '2024-01-01', 90, 365, 42) s JOIN clv_sim USING (customer, at);

-- Means, within four standard errors: repeat orders of customers born on one
-- day against clv.expected_purchases, spend against clv.expected_spend.
SELECT abs(avg(x) - (SELECT clv.expected_purchases(bg, '364.5 days') FROM clv_sim_models)) < 4 * stddev(x) / sqrt(count(*)) AS orders_as_expected
FROM (SELECT count(*) - 1 AS x FROM clv_sim_models, clv.simulate(bg, NULL, 5000, '2024-01-01', 1, 365, 7) GROUP BY customer) AS s;
SELECT abs(avg(x) - (SELECT clv.expected_purchases(mbg, '364.5 days') FROM clv_sim_models)) < 4 * stddev(x) / sqrt(count(*)) AS orders_as_expected
FROM (SELECT count(*) - 1 AS x FROM clv_sim_models, clv.simulate(mbg, NULL, 5000, '2024-01-01', 1, 365, 7) GROUP BY customer) AS s;
SELECT abs(avg(amount) - (SELECT clv.expected_spend(gg, 0, NULL) FROM clv_sim_models)) < 4 * stddev(amount) / sqrt(count(*)) AS spend_as_expected
FROM clv_sim_models, clv.simulate(mbg, gg, 5000, '2024-01-01', 1, 1, 7);

-- Nothing asked for, nothing given.
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 0, '2024-01-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(NULL, gg, 10, '2024-01-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, NULL, 90, 365, 42);

-- It stops when told to.
SET statement_timeout = 200;
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 1000000000, '2024-01-01', 90, 365, 42);
RESET statement_timeout;

-- What is refused.
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, -1, '2024-01-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, '2024-01-01', 0, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, '2024-01-01', 90, 89, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, 'infinity', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, '294276-12-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, gg, 10, '2024-01-01', 90, 2147483647, 42);
\set VERBOSITY terse
SELECT count(*) FROM clv_sim_models, clv.simulate(gg, gg, 10, '2024-01-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate(bg, mbg, 10, '2024-01-01', 90, 365, 42);
SELECT count(*) FROM clv_sim_models, clv.simulate_customer(bg, gg, -5, '2024-01-01', 90, 365, 42);
DROP TABLE clv_sim, clv_sim_parallel, clv_sim_numbers, clv_sim_models;
