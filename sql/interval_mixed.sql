-- Specifies clv.total_interval with covariates: how sure the value of customers is
-- who have covariates of their own.
SET jit = off;

-- 1200 customers of two channels and two sizes, drawn by clv.simulate from one
-- model for each combination, and three models fitted to them.
CREATE TABLE mix AS
WITH log AS (
	SELECT channel, size, customer, at, amount
	FROM (VALUES (0, 1), (0, 3), (1, 1), (1, 3)) AS v (channel, size), LATERAL clv.simulate(
		clv.model('paretonbd', json_build_object('r', 1.2, 'alpha', 60 * 0.5 ^ channel, 's', 0.8, 'beta', 80 * 0.5 ^ size)::jsonb),
		clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 300, '2024-01-01', 60, 365, 100 + channel * 10 + size)
), days AS (
	SELECT channel, size, customer, clv.rfm(at, amount) AS rfm FROM log GROUP BY 1, 2, 3
)
SELECT row_number() OVER (ORDER BY channel, size, customer) AS i, ARRAY[channel, size]::float8[] AS v, s.frequency AS x, s.recency AS tx, s.t, s.monetary AS m
FROM days, clv.summary(rfm, '2024-12-30') AS s;
CREATE TABLE mix_models AS
SELECT name, clv.fit(clv.cbs(x, tx, t, m, v), name, options => '{"covariates": ["channel", "size"]}') AS model, clv.fit(clv.cbs(x, tx, t, m), 'gammagamma') AS spend
FROM mix, unnest('{bgnbd,mbgnbd,paretonbd}'::text[]) AS name GROUP BY name;
SELECT name, clv.status(model), clv.status(spend), (SELECT count(std_error) FROM clv.coefficients(model)) AS errors FROM mix_models ORDER BY name;

-- All with the same covariates: what the model at these gives, to the last bit,
-- whatever they are, with parameters in doubt and without.
SELECT name, clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 200, 1, w)
		= clv.total_interval(clv.with_covariates(model, w), spend, x, tx, t, m, 0.10, '1 year', 0.9, 200, 1) AS same,
	clv.total_interval(clv.without_uncertainty(model), spend, x, tx, t, m, 0.10, '1 year', 0.9, 200, 1, w)
		= clv.total_interval(clv.without_uncertainty(clv.with_covariates(model, w)), spend, x, tx, t, m, 0.10, '1 year', 0.9, 200, 1) AS same_known
FROM mix_models, mix, (VALUES ('{1,3}'::float8[]), ('{0,0}'), ('{0.25,-2.5}')) AS w (w) GROUP BY name, w ORDER BY name, w;

-- With what the fits leave open forgotten, customers are independent: the mean
-- is the sum of clv.value, within four standard errors, and the squares of the
-- widths of the groups by covariates add up (a width of 1000 draws is right to
-- about 4 %, its square to 8 %).
CREATE TABLE mix_known AS SELECT name, clv.without_uncertainty(model) AS model, clv.without_uncertainty(spend) AS spend FROM mix_models;
SELECT name, abs((a).mean - value) < 4 * ((a).upper - (a).lower) / 3.29 / sqrt(1000) AS mean, ((a).upper - (a).lower) ^ 2 / squares BETWEEN 0.75 AND 1.3 AS width
FROM (SELECT name, clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 1000, 1, v) AS a,
		sum(clv.value(clv.with_covariates(model, v), spend, x, tx, t, m, 0.10, '1 year')) AS value FROM mix, mix_known GROUP BY name OFFSET 0) AS a
JOIN (SELECT name, sum(((g).upper - (g).lower) ^ 2) AS squares FROM (
		SELECT name, clv.total_interval(clv.with_covariates(model, v), spend, x, tx, t, m, 0.10, '1 year', 0.9, 1000, 2) AS g FROM mix, mix_known GROUP BY name, v) AS g GROUP BY name) AS b USING (name)
ORDER BY name;

-- With it, one draw has one set of parameters and coefficients for all, which
-- does not even out: here of ten times the customers that were fitted.  By the
-- delta method the variance of the total from that is g'Cg, C the covariance
-- that the model shows and g the change of the sum of clv.value by ln(parameter)
-- and by coefficient, here by differences; that of chance comes on top.
CREATE TABLE mix_doubt AS
WITH part AS (
	SELECT c.name AS part, row_number() OVER () AS k, c.name ~ '[.]' AS of_coefficient, c.estimate, m.model, k.spend
	FROM mix_models AS m JOIN mix_known AS k USING (name), clv.coefficients(m.model) AS c WHERE m.name = 'mbgnbd'
), moved AS (
	SELECT p.k, d, jsonb_set(p.model::jsonb, ARRAY['parameters', p.part],
		to_jsonb(CASE WHEN of_coefficient THEN estimate + d ELSE estimate * exp(d) END))::clv.model AS model, p.spend
	FROM part AS p, unnest('{-0.001,0.001}'::float8[]) AS d
), slope AS (
	SELECT o.k, 10 * sum(sign(o.d) * clv.value(clv.with_covariates(o.model, mix.v), o.spend, x, tx, t, m, 0.10, '1 year')) / 0.002 AS g
	FROM moved AS o, mix GROUP BY o.k
)
SELECT sum(a.g * b.g * (model::jsonb #>> ARRAY['covariance', (greatest(a.k, b.k) - 1)::text, (least(a.k, b.k) - 1)::text])::float8) AS variance
FROM slope AS a, slope AS b, mix_models WHERE name = 'mbgnbd';
CREATE TABLE mix_ten AS
SELECT w.doubt, clv.total_interval(w.model, k.spend, x, tx, t, m, 0.10, '1 year', 0.9, 1000, 1, v) AS a
FROM mix_models AS m JOIN mix_known AS k USING (name), LATERAL (VALUES (true, m.model), (false, k.model)) AS w (doubt, model), mix, generate_series(1, 10)
WHERE name = 'mbgnbd' GROUP BY w.doubt;
-- The width of 1000 draws is right to 4 %; the total is not quite linear.
SELECT sqrt((((a.a).upper - (a.a).lower) ^ 2 - ((b.a).upper - (b.a).lower) ^ 2) / 3.29 ^ 2 / variance) BETWEEN 0.88 AND 1.12 AS as_worked_out,
	((a.a).upper - (a.a).lower) / ((b.a).upper - (b.a).lower) > 1.5 AS wider
FROM mix_ten AS a, mix_ten AS b, mix_doubt WHERE a.doubt AND NOT b.doubt;

-- In any order, by any number of processes, the same.
CREATE TABLE mix_total AS SELECT clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, v) AS a FROM mix, mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, v ORDER BY md5(i::text)) = (SELECT a FROM mix_total) AS any_order FROM mix, mix_models WHERE name = 'mbgnbd';
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
ALTER TABLE mix SET (parallel_workers = 2);
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
SELECT pg_temp.parallel($$SELECT clv.total_interval((SELECT model FROM mix_models WHERE name = 'mbgnbd'), (SELECT spend FROM mix_models WHERE name = 'mbgnbd'), x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, v) FROM mix$$);
SELECT clv.total_interval((SELECT model FROM mix_models WHERE name = 'mbgnbd'), (SELECT spend FROM mix_models WHERE name = 'mbgnbd'), x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, v)
	= (SELECT a FROM mix_total) AS parallel FROM mix;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
-- covariates that hardly anyone shares; -0 is 0
SELECT clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, ARRAY[v[1], i / 500.0] ORDER BY i)
	= clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, ARRAY[v[1], i / 500.0] ORDER BY -i) AS own,
	clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, ARRAY[v[1], CASE WHEN i % 2 = 0 THEN '-0' ELSE 0 END])
	= clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, ARRAY[v[1], 0]) AS zero
FROM mix, mix_models WHERE name = 'mbgnbd';

-- Who is not counted, and has no part in anything: covariates or another argument
-- NULL, no value.
SELECT clv.total_interval(model, spend, x, 20, 60, m, 0.10, '1 year', 0.9, 100, 1, v) =
	clv.total_interval(clv.with_covariates(model, '{1,3}'), spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 100, 1) FILTER (WHERE x = 4 AND v IS NOT NULL) AS one_counted
FROM mix_models, (VALUES (3.0, NULL, '{1,3}'::float8[]), (NULL, 20.0, '{0,0}'), (4, 30, NULL), (4, 30, '{1,3}'), (5, 0, '{0,1}')) AS s (x, m, v) WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 100, 1, NULL) IS NULL AS none_counted FROM mix_models;
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 100, 1, '{0,0}') IS NULL AS no_rows FROM mix_models WHERE false;
-- groups and windows
SELECT v, (g).mean / value BETWEEN 0.8 AND 1.25 AS about FROM (
	SELECT v, clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 100, 1, v) AS g, sum(clv.value(clv.with_covariates(model, v), spend, x, tx, t, m, 0.10, '1 year')) AS value
	FROM mix, mix_models WHERE name = 'mbgnbd' GROUP BY v) AS s ORDER BY v;
SELECT bool_and(a.running = b.here) AS running FROM (SELECT i, clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 20, 1, v) OVER (ORDER BY i) AS running
		FROM mix, mix_models WHERE i % 60 = 1 AND name = 'mbgnbd') AS a
	CROSS JOIN LATERAL (SELECT clv.total_interval(model, spend, x, tx, t, m, 0.10, '1 year', 0.9, 20, 1, v) AS here FROM mix, mix_models WHERE mix.i % 60 = 1 AND mix.i <= a.i AND name = 'mbgnbd') AS b;

-- What is refused.
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,NULL}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,NaN}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{{1,2}}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,1e9}') FROM mix_models WHERE name = 'paretonbd';
SELECT clv.total_interval(model, spend, 4, 70, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,1}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(clv.with_covariates(model, '{1,1}'), spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,1}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(spend, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1, '{1,1}') FROM mix_models WHERE name = 'mbgnbd';
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, n, '{1,1}') FROM mix_models, generate_series(1, 2) AS n WHERE name = 'mbgnbd';
-- without covariates the model is refused as ever
SELECT clv.total_interval(model, spend, 4, 20, 60, 30, 0.10, '1 year', 0.9, 10, 1) FROM mix_models WHERE name = 'mbgnbd';
-- It stops when told to.
SET statement_timeout = 300;
SELECT clv.total_interval(model, spend, x, tx, t, m, 0.10, '10 years', 0.9, 1000000, 1, v) FROM mix, mix_models WHERE name = 'mbgnbd';
RESET statement_timeout;
DROP TABLE mix, mix_models, mix_known, mix_doubt, mix_ten, mix_total;
