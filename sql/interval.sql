-- Intervals: how sure the value of one customer is, and of many together.
SET datestyle = 'ISO, YMD';
SET jit = off;

CREATE TABLE clv_int_models AS
SELECT clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}', 7) AS mbg,
	clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS gg;
-- 600 customers, every history three times
CREATE TABLE clv_int AS
SELECT i, i % 5 AS x, CASE WHEN i % 5 = 0 THEN 0 ELSE 3 + i % 20 END AS tx, 30 + i % 8 AS t,
	CASE WHEN i % 5 > 0 THEN 12.5 + i % 11 END AS m
FROM (SELECT n % 200 AS i FROM generate_series(0, 599) n) AS s;
ALTER TABLE clv_int ALTER x TYPE float8, ALTER tx TYPE float8, ALTER t TYPE float8, ALTER m TYPE float8;

-- Every model that can be fitted to purchases: the mean is clv.value and the
-- zeros are those who will not be active, within four standard errors (the
-- 90 % interval is about three standard deviations wide).
CREATE TABLE clv_int_all (name text, model clv.model);
INSERT INTO clv_int_all SELECT v.name, clv.model(v.name, v.params::jsonb, 7) FROM (VALUES
	('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}'),
	('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}'),
	('paretonbd', '{"r": 0.553, "alpha": 10.58, "s": 0.606, "beta": 11.67}'),
	('nbd', '{"r": 0.385, "alpha": 12.07}'),
	('bgcnbd', '{"r": 0.55, "alpha": 10.6, "a": 0.6, "b": 1.9, "k": 3}'),
	('mbgcnbd', '{"r": 0.55, "alpha": 10.6, "a": 0.6, "b": 1.9, "k": 2}'),
	('ggompertznbd', '{"r": 0.553, "alpha": 10.58, "b": 0.02, "s": 0.6, "beta": 0.25}'),
	('bgbb', '{"alpha": 1.2, "beta": 0.75, "gamma": 0.66, "delta": 2.78}')) AS v(name, params);
SELECT name FROM clv.models() WHERE kind = 'transaction' EXCEPT SELECT name FROM clv_int_all;
SELECT name, abs(v.mean - clv.value(model, gg, 4, 20, 26, 30, 0.10, '1 year')) < 4 * (v.upper - v.lower) / 3 / sqrt(20000) AS mean,
	abs(v.p_zero - (1 - p)) < 4 * sqrt(p * (1 - p) / 20000) AS zeros,
	v.lower >= 0 AND v.lower <= v.median AND v.median < v.upper AS in_order
FROM clv_int_models, clv_int_all,
	clv.value_interval(model, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 20000, 1) AS v,
	clv.p_active(model, 4, 20, 26, '1 year') AS p
ORDER BY name;

-- Where orders are all worth 10 and the rate is 0, the quantiles are those of
-- clv.purchases_pmf.
SELECT name, every(abs(v.value - 10 * v.n) < 0.01) AS right_count, every(at_least AND at_most) AS quantiles
FROM clv_int_all,
	LATERAL (SELECT r.lower, r.median, r.upper
		FROM clv.value_interval(model, clv.model('gammagamma', '{"p": 1e12, "q": 1e12, "gamma": 10}'),
			2, 20, 26, 10, 0, '1 year', 0.9, 9999, 3) AS r) AS r,
	LATERAL (SELECT q.value, round(q.value / 10) AS n, c.upto > q.share - 0.015 AS at_least, c.upto - c.here < q.share + 0.015 AS at_most
		FROM (VALUES (0.05, lower), (0.5, median), (0.95, upper)) AS q(share, value),
		LATERAL (SELECT sum(p) AS upto, max(p) FILTER (WHERE k = round(q.value / 10)) AS here
			FROM generate_series(0, round(q.value / 10)::bigint) AS k, clv.purchases_pmf(model, 2, 20, 26, '1 year', k) AS p) AS c) AS v
GROUP BY name ORDER BY name;

-- Nothing within no time; nothing but the same for the same seed.
SELECT v.* FROM clv_int_models, clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '0', 0.9, 100, 1) AS v;
SELECT a = b AS same_seed, a = c AS other_seed
FROM clv_int_models, clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000, 1) AS a,
	clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000, 1) AS b,
	clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000, -2) AS c;
-- a wider level, a wider interval around the same median and mean
SELECT b.lower < a.lower AND b.upper > a.upper AS wider, a.median = b.median AND a.mean = b.mean AND a.p_zero = b.p_zero AS same
FROM clv_int_models, clv.value_interval(mbg, gg, 9, 25, 26, 30, 0.10, '1 year', 0.5, 1000, 1) AS a,
	clv.value_interval(mbg, gg, 9, 25, 26, 30, 0.10, '1 year', 0.6, 1000, 1) AS b;
-- the unit of time is the model's
SELECT a = b AS weeks_and_days
FROM clv_int_models, clv.value_interval(mbg, gg, 4, 16, 24, 30, 0, '52 weeks', 0.9, 1000, 1) AS a,
	clv.value_interval(clv.model('mbgnbd', '{"r": 0.525, "alpha": 49.464, "a": 0.891, "b": 1.614}', 0.875), gg, 4, 128, 192, 30, 0, '364 days', 0.9, 1000, 1) AS b;

-- As clv.value: NULL for NULL, and where the spend is not known or has no mean.
SELECT clv.value_interval(mbg, gg, 4, 20, 26, NULL, 0.10, '1 year', 0.9, 100, 1) IS NULL AS no_monetary,
	clv.value_interval(mbg, gg, 4, 20, 26, 0, 0.10, '1 year', 0.9, 100, 1) IS NULL AS zero_monetary,
	clv.value_interval(mbg, gg, 0, 0, 26, NULL, 0.10, '1 year', 0.9, 100, 1) IS NULL AS one_time_buyer,
	clv.value_interval(NULL, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, 1) IS NULL AS no_model,
	clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, NULL) IS NULL AS no_seed,
	clv.value_interval(mbg, clv.model('gammagamma', '{"p": 6.25, "q": 0.79, "gamma": 15.44}'), 0, 0, 26, NULL, 0.10, '1 year', 0.9, 100, 1) IS NULL AS no_mean
FROM clv_int_models;

-- A total of one customer is that customer's.
SELECT clv.total_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000, 1) =
	(SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000, 1) FROM clv_int_models) AS same
FROM clv_int_models;
-- One of all is where the sum of values is, and far narrower than the sum of
-- intervals; equal customers do not move together.
CREATE TABLE clv_int_total AS
SELECT (v).*, value FROM (SELECT clv.total_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.9, 1000, 1) AS v,
		sum(clv.value(mbg, gg, x, tx, t, m, 0.10, '1 year')) AS value FROM clv_int, clv_int_models OFFSET 0) AS s;
SELECT lower < value AND value < upper AS inside, abs(mean - value) < 4 * (upper - lower) / 3.29 / sqrt(1000) AS mean, p_zero FROM clv_int_total;
SELECT (upper - lower) / sum(one.width) BETWEEN 0.01 AND 0.1 AS narrower
FROM clv_int_total, (SELECT v.upper - v.lower AS width FROM clv_int, clv_int_models,
	clv.value_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.9, 200, 1) AS v) AS one
GROUP BY upper, lower;
SELECT round(((b).upper - (b).lower)::numeric / ((a).upper - (a).lower)::numeric) BETWEEN 8 AND 12 AS root_of_100
FROM (SELECT clv.total_interval(mbg, gg, 9, 25, 26, 30, 0.10, '1 year', 0.9, 1000, 1) FILTER (WHERE n <= 10) AS a,
		clv.total_interval(mbg, gg, 9, 25, 26, 30, 0.10, '1 year', 0.9, 1000, 1) AS b
	FROM clv_int_models, generate_series(1, 1000) n) AS s;

-- In any order, by any number of processes, the same.
SELECT clv.total_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.9, 1000, 1 ORDER BY md5(i || '-' || x)) =
	(SELECT (lower, median, upper, mean, p_zero)::clv.value_range FROM clv_int_total) AS any_order
FROM clv_int, clv_int_models;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
CREATE FUNCTION pg_temp.parallel(query text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found bool := false;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		found := found OR line LIKE '%Partial Aggregate%';
	END LOOP;
	RETURN found;
END $$;
SELECT pg_temp.parallel('SELECT clv.total_interval((SELECT mbg FROM clv_int_models), (SELECT gg FROM clv_int_models), x, tx, t, m, 0.10, ''1 year'', 0.9, 1000, 1) FROM clv_int');
SELECT clv.total_interval((SELECT mbg FROM clv_int_models), (SELECT gg FROM clv_int_models), x, tx, t, m, 0.10, '1 year', 0.9, 1000, 1) =
	(SELECT (lower, median, upper, mean, p_zero)::clv.value_range FROM clv_int_total) AS parallel
FROM clv_int;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- A customer without a value is not counted; no customer, no total.
SELECT clv.total_interval(mbg, gg, x, 20, 26, m, 0.10, '1 year', 0.9, 100, 1) =
	(SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, 1) FROM clv_int_models) AS one_counted
FROM clv_int_models, (VALUES (3.0, NULL), (NULL, 20.0), (4, 30), (5, 0)) AS s(x, m);
SELECT clv.total_interval(mbg, gg, 4, 20, 26, NULL, 0.10, '1 year', 0.9, 100, 1) IS NULL AS none_counted FROM clv_int_models;
SELECT clv.total_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, 1) IS NULL AS no_rows FROM clv_int_models WHERE false;
-- groups, filters and windows
SELECT x, clv.total_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.9, 50, 1) FILTER (WHERE i < 6) IS NULL AS none
FROM clv_int, clv_int_models GROUP BY x ORDER BY x;
SELECT n, (clv.total_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 500, 1) OVER (ORDER BY n)).mean /
	clv.value(mbg, gg, 4, 20, 26, 30, 0.10, '1 year') BETWEEN n * 0.8 AND n * 1.2 AS running
FROM clv_int_models, generate_series(1, 3) n;

-- What a fit leaves open is drawn with it, once for all customers of a draw:
-- it does not even out, here over ten times the customers that were fitted.
-- A model may be told to forget it.
CREATE TABLE clv_int_base AS
SELECT (clv.summary(h, '2024-12-30')).* FROM (SELECT clv.rfm(at, amount) AS h
	FROM clv_int_models, clv.simulate(mbg, gg, 800, '2024-01-01', 90, 365, 42) GROUP BY customer) AS s;
CREATE TABLE clv_int_fit AS SELECT clv.fit(clv.cbs(frequency, recency, t), 'mbgnbd') AS model FROM clv_int_base;
SELECT clv.status(model), (SELECT bool_and(std_error > 0) FROM clv.coefficients(model)) AS with_errors,
	(SELECT bool_and(std_error IS NULL) FROM clv.coefficients(clv.without_uncertainty(model))) AS without,
	(SELECT bool_and(a.estimate = b.estimate) FROM clv.coefficients(model) a JOIN clv.coefficients(clv.without_uncertainty(model)) b USING (name)) AS same_estimates,
	clv.loglik(model) = clv.loglik(clv.without_uncertainty(model)) AS same_loglik
FROM clv_int_fit;
SELECT clv.without_uncertainty(mbg) OPERATOR(clv.=) mbg AS nothing_to_forget, clv.without_uncertainty(NULL) IS NULL AS "null" FROM clv_int_models;
SELECT ((a).upper - (a).lower) / ((b).upper - (b).lower) BETWEEN 1.6 AND 3 AS much_wider
FROM (SELECT clv.total_interval(model, gg, frequency, recency, t, monetary, 0.10, '1 year', 0.9, 200, 1) AS a,
		clv.total_interval(clv.without_uncertainty(model), gg, frequency, recency, t, monetary, 0.10, '1 year', 0.9, 200, 1) AS b
	FROM clv_int_base, clv_int_fit, clv_int_models, generate_series(1, 10) OFFSET 0) AS s;
SELECT (a.upper - a.lower) / (b.upper - b.lower) BETWEEN 0.9 AND 1.2 AS hardly_wider
FROM clv_int_fit, clv_int_models, clv.value_interval(model, gg, 4, 140, 210, 30, 0.10, '1 year', 0.9, 5000, 1) AS a,
	clv.value_interval(clv.without_uncertainty(model), gg, 4, 140, 210, 30, 0.10, '1 year', 0.9, 5000, 1) AS b;

-- It stops when told to, also in the middle of one customer.
SET statement_timeout = 200;
SELECT clv.total_interval(mbg, gg, x, tx, t, m, 0.10, '10 years', 0.9, 1000000, 1) FROM clv_int, clv_int_models;
SELECT clv.value_interval(mbg, gg, 10000, 26, 26, 30, 0.10, '10 years', 0.9, 1000000, 1) FROM clv_int_models;
RESET statement_timeout;

-- What is refused.
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 1, 100, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 'NaN', 100, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 0, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 1000001, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, -0.10, '1 year', 0.9, 100, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '-1 year', 0.9, 100, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 27, 26, 30, 0.10, '1 year', 0.9, 100, 1) FROM clv_int_models;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 'NaN', 0.10, '1 year', 0.9, 100, 1) FROM clv_int_models;
SELECT clv.value_interval(clv.model('nbd', '{"r": 1e6, "alpha": 1e-3}'), gg, 0, 0, 0.001, NULL, 0.10, '1 year', 0.9, 10, 1) FROM clv_int_models;
SELECT clv.total_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 10, n) FROM clv_int_models, generate_series(1, 2) n;
SELECT clv.total_interval(mbg, gg, 4, 20, 26, 30, n / 10.0, '1 year', 0.9, 10, 1) FROM clv_int_models, generate_series(1, 2) n;
SELECT clv.total_interval(model, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 10, 1) FROM clv_int_models, clv_int_all;
SELECT clv.total_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0, 10, 1) FROM clv_int_models;
\set VERBOSITY terse
SELECT clv.value_interval(gg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, 1) FROM clv_int_models;
SELECT clv.total_interval(mbg, mbg, 4, 20, 26, 30, 0.10, '1 year', 0.9, 100, 1) FROM clv_int_models;

-- What is kept from row to row changes nothing: seeds, levels and models that alternate, and those that do not.
SELECT count(*) AS rows, bool_and(a = CASE g % 3
		WHEN 0 THEN clv.value_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1)
		WHEN 1 THEN clv.value_interval(mbg, gg, x, tx, t, m, 0.10, '1 year', 0.5, 100, 2)
		ELSE clv.value_interval(clv.without_uncertainty(mbg), gg, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1) END) AS same
FROM (SELECT g, mbg, gg, x, tx, t, m,
		clv.value_interval(CASE WHEN g % 3 = 2 THEN clv.without_uncertainty(mbg) ELSE mbg END, gg, x, tx, t, m, 0.10, '1 year',
			CASE WHEN g % 3 = 1 THEN 0.5 ELSE 0.9 END, 100, CASE WHEN g % 3 = 1 THEN 2 ELSE 1 END) AS a
	FROM (SELECT model AS mbg, gg FROM clv_int_fit, clv_int_models) AS f, (SELECT row_number() OVER () AS g, x, tx, t, m FROM clv_int LIMIT 60) AS c) AS q;
SELECT clv.value_interval(mbg, gg, 4, 20, 26, 30) = clv.value_interval(mbg, gg, 4, 20, 26, 30, 0.10, '1 year', 0.95, 1000, 1) AS defaults FROM clv_int_models;
DROP TABLE clv_int, clv_int_models, clv_int_all, clv_int_total, clv_int_fit, clv_int_base;
