-- clv.fit: in two steps and in one, what makes a fit a fit, and base cases.
SET datestyle = 'ISO, YMD';

-- A base with known parameters: purchase rates Gamma(1, 50), that is exponential
-- with mean 1/50 a day, and chances of leaving Beta(1, 2), by which customers
-- may leave after every purchase, the first one too.  Orders are Gamma(1, nu),
-- nu Gamma(3, 30) over customers.  Draws are by md5.
CREATE FUNCTION pg_temp.draw(id int, what text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT (('x' || substr(md5(id || what), 1, 8))::bit(32)::bigint + 0.5) / 4294967296
$$;
CREATE TABLE fit_buyers AS
WITH customer AS (
	SELECT id, CASE WHEN id % 3 = 0 THEN 'web' ELSE 'shop' END AS channel, 100 + (id * 37) % 265 AS t,
	       -ln(pg_temp.draw(id, 'rate')) / 50 AS rate,
	       ceil(ln(pg_temp.draw(id, 'leave')) / ln(sqrt(pg_temp.draw(id, 'chance')))) - 1 AS most,
	       -ln(pg_temp.draw(id, 'nu1') * pg_temp.draw(id, 'nu2') * pg_temp.draw(id, 'nu3')) / 30 AS nu
	FROM generate_series(1, 2000) AS id
), purchase AS (
	SELECT id, t, -ln(pg_temp.draw(id, 'order' || n)) / nu AS amount, sum(-ln(pg_temp.draw(id, 'gap' || n)) / rate) OVER (PARTITION BY id ORDER BY n) AS at
	FROM customer, generate_series(1, least(most, 60)::int) AS n
), history AS (
	SELECT id, count(*) AS x, max(at) AS tx, avg(amount) AS monetary FROM purchase WHERE at <= t GROUP BY id
)
SELECT id, channel, coalesce(x, 0)::int AS frequency, coalesce(tx, 0) AS recency, t, monetary
FROM customer LEFT JOIN history USING (id);
SELECT count(*), sum(frequency) AS x, sum(t) AS t, max(frequency) AS most, count(monetary) AS repeat_buyers FROM fit_buyers;
CREATE TABLE fit_base AS SELECT clv.cbs(frequency, recency, t, monetary) AS cbs FROM fit_buyers;
CREATE TABLE fit_models AS
	SELECT name, clv.fit(cbs, name) AS m FROM fit_base, unnest('{bgnbd,mbgnbd,gammagamma}'::text[]) AS name;
SELECT name, clv.status(m), clv.message(m), clv.customers(m), clv.excluded(m), clv.unit_days(m),
       clv.iterations(m) BETWEEN 1 AND 50 AS iterations, m::text::clv.model OPERATOR(clv.=) m AS round_trip
FROM fit_models;

-- The parameters they were drawn from are within three standard errors.
SELECT f.name, c.name AS parameter, abs(estimate - want) < 3 * std_error AS recovered
FROM fit_models AS f, clv.coefficients(m) AS c
     JOIN (VALUES ('r', 1), ('alpha', 50), ('a', 1), ('b', 2), ('p', 1), ('q', 3), ('gamma', 30)) AS v(n, want) ON n = c.name
WHERE f.name <> 'bgnbd';

-- The default is mbgnbd; arguments by name; fewer and more of them.
SELECT clv.fit(cbs) OPERATOR(clv.=) m AS d, clv.fit(cbs, model => 'mbgnbd') OPERATOR(clv.=) m AS n,
       clv.fit(cbs, unit_days => 1) OPERATOR(clv.=) m AS u, clv.fit(cbs, 'mbgnbd', 1, NULL, '{}') OPERATOR(clv.=) m AS o
FROM fit_base, fit_models WHERE name = 'mbgnbd';

-- The likelihood of a fit is the sum of its customers'.
SELECT name, abs(clv.loglik(m) / sum(clv.loglik(m, frequency, recency, t)) - 1) < 1e-13 AS adds_up
FROM fit_models, fit_buyers WHERE name <> 'gammagamma' GROUP BY name, m ORDER BY name;

-- It is a maximum, and as curved as the covariance says: a small step h along
-- column j of the covariance C lowers the likelihood by h^2 C_jj / 2.
CREATE FUNCTION pg_temp.loglik_near(m clv.model, j int, h float8) RETURNS float8 LANGUAGE sql STABLE AS $$
	SELECT sum(clv.loglik(moved, frequency, recency, t))
	FROM fit_buyers, (
		SELECT clv.model(clv.model_name(m), jsonb_object_agg(name, estimate * exp(h * c))) AS moved
		FROM clv.coefficients(m) WITH ORDINALITY AS p(name, estimate, e, l, u, i),
		     LATERAL (SELECT (m::jsonb->'covariance'->(greatest(i, j) - 1)::int->>(least(i, j) - 1)::int)::float8 AS c) AS q
	) AS k
$$;
SELECT name, j, clv.loglik(m) - up > 0 AND clv.loglik(m) - down > 0 AS maximum,
       round((((2 * clv.loglik(m) - up - down) / (h * h * v)))::numeric, 2) AS curvature
FROM fit_models, generate_series(1, 4) AS j,
     LATERAL (SELECT (m::jsonb->'covariance'->(j - 1)->>(j - 1))::float8 AS v) AS a,
     LATERAL (SELECT 0.1 / sqrt(v) AS h) AS b,
     LATERAL (SELECT pg_temp.loglik_near(m, j, h) AS up, pg_temp.loglik_near(m, j, -h) AS down) AS c
WHERE name <> 'gammagamma' ORDER BY name, j;
SELECT c.name, estimate BETWEEN lower AND upper AND lower > 0 AND std_error > 0 AS interval,
       abs(ln(upper / lower) / (2 * 1.959963984540054) * estimate / std_error - 1) < 1e-12 AS log_normal
FROM fit_models AS f, clv.coefficients(m) AS c WHERE f.name = 'bgnbd';

-- One step, per group, is the same fit to the bit, in any order of rows.
SELECT channel, clv.fit('bgnbd', frequency, recency, t) OPERATOR(clv.=) clv.fit(clv.cbs(frequency, recency, t), 'bgnbd') AS same,
       clv.fit('bgnbd', frequency, recency, t, 1) OPERATOR(clv.=) clv.fit('bgnbd', frequency, recency, t) AS unit,
       clv.status(clv.fit('bgnbd', frequency, recency, t)), clv.customers(clv.fit('bgnbd', frequency, recency, t))
FROM fit_buyers GROUP BY GROUPING SETS (channel, ()) ORDER BY channel;
SELECT clv.fit('bgnbd', frequency, recency, t) OPERATOR(clv.=) (SELECT m FROM fit_models WHERE name = 'bgnbd') AS forwards,
       (SELECT clv.fit('bgnbd', frequency, recency, t) FROM (SELECT * FROM fit_buyers ORDER BY (id * 7) % 1009) AS s)
       OPERATOR(clv.=) (SELECT m FROM fit_models WHERE name = 'bgnbd') AS shuffled
FROM fit_buyers;
SELECT clv.loglik(one) = clv.loglik(two) AS loglik, clv.param(one, 'q') = clv.param(two, 'q') AS q,
       clv.customers(one) AS customers, clv.excluded(one) AS excluded
FROM (SELECT clv.fit('gammagamma', frequency, monetary) AS one FROM fit_buyers) AS a,
     (SELECT m AS two FROM fit_models WHERE name = 'gammagamma') AS b;

-- Rows with a NULL are skipped, as everywhere; FILTER and DISTINCT are SQL's.
SELECT clv.customers(clv.fit('bgnbd', nullif(frequency, 1), recency, t)) = count(nullif(frequency, 1)) AS skipped,
       clv.customers(clv.fit('bgnbd', frequency, recency, t) FILTER (WHERE channel = 'web')) = count(*) FILTER (WHERE channel = 'web') AS filtered
FROM fit_buyers;

-- Parallel is serial, to the bit.
SET cpu_tuple_cost = 1; SET parallel_setup_cost = 0; SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off;
ALTER TABLE fit_buyers SET (parallel_workers = 2);
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query; END $$;
SELECT bool_or(p LIKE '%Partial Aggregate%') AS partial FROM pg_temp.plan('SELECT clv.fit(''bgnbd'', frequency, recency, t) FROM fit_buyers') AS p;
SELECT clv.fit('bgnbd', frequency, recency, t) OPERATOR(clv.=) (SELECT m FROM fit_models WHERE name = 'bgnbd') AS same FROM fit_buyers;
SELECT clv.fit('bgnbd', frequency, recency, t) IS NULL AS empty FROM fit_buyers WHERE id < 0;
\set VERBOSITY sqlstate
SELECT clv.fit(CASE id % 2 WHEN 0 THEN 'bgnbd' ELSE 'mbgnbd' END, frequency, recency, t) FROM fit_buyers;
SELECT clv.fit('bgnbd', frequency, recency, t, 1 + id % 2) FROM fit_buyers;
\set VERBOSITY default
RESET cpu_tuple_cost; RESET parallel_setup_cost; RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather; RESET parallel_leader_participation;
SELECT clv.fit(CASE id % 2 WHEN 0 THEN 'bgnbd' ELSE 'mbgnbd' END, frequency, recency, t) FROM fit_buyers;
SELECT clv.fit('bgnbd', frequency, recency, t, 1 + id % 2) FROM fit_buyers;

-- Weeks are days: alpha is seven times less, the likelihood ln 7 per repeat
-- purchase more, the predictions the same.
SELECT name, abs(clv.param(w, 'alpha') * 7 / clv.param(m, 'alpha') - 1) < 1e-6 AS alpha, abs(clv.param(w, 'r') / clv.param(m, 'r') - 1) < 1e-6 AS r,
       abs(clv.loglik(w) - clv.loglik(m) - ln(7) * sum_x) < 1e-6 AS loglik,
       abs(clv.expected_purchases(w, 3, 20, 30, '1 year') / clv.expected_purchases(m, 3, 140, 210, '1 year') - 1) < 1e-6 AS purchases
FROM (SELECT name, m, clv.fit(name, frequency, recency / 7, t / 7.0, 7) AS w, sum(frequency) AS sum_x
      FROM fit_models, fit_buyers WHERE name <> 'gammagamma' GROUP BY name, m) AS f ORDER BY name;

-- Twice the customers: the same maximum, half the variance.
SELECT bool_and(abs(b.estimate / a.estimate - 1) < 1e-6) AS estimate, bool_and(abs(a.std_error / b.std_error / sqrt(2) - 1) < 1e-5) AS error
FROM (SELECT clv.fit('mbgnbd', frequency, recency, t) AS twice FROM (TABLE fit_buyers UNION ALL TABLE fit_buyers) AS u) AS f,
     fit_models, clv.coefficients(m) AS a, clv.coefficients(twice) AS b
WHERE fit_models.name = 'mbgnbd' AND a.name = b.name;

-- Nobody, one customer, nobody came back, everybody the same: an answer with a
-- status, or NULL, never an error, never a start value taken for a fit.
SELECT clv.fit(clv.cbs(frequency, recency, t)) IS NULL AS base, clv.fit('bgnbd', frequency, recency, t) IS NULL AS step,
       clv.fit('gammagamma', frequency, monetary) IS NULL AS spend FROM fit_buyers WHERE false;
SELECT clv.fit(NULL::clv.cbs) IS NULL AS cbs, clv.fit(cbs, NULL) IS NULL AS model, clv.fit(cbs, 'bgnbd', NULL) IS NULL AS unit FROM fit_base;
SELECT kind, model, clv.status(m), clv.message(m) IS NOT NULL AS why FROM (
	SELECT 'one customer' AS kind, model, clv.fit(model, 3, 50, 100) AS m FROM unnest('{bgnbd,mbgnbd}'::text[]) AS model GROUP BY model
	UNION ALL SELECT 'one time', model, clv.fit(model, 0, 0, t) FROM unnest('{bgnbd,mbgnbd}'::text[]) AS model, fit_buyers GROUP BY model
	UNION ALL SELECT 'all the same', model, clv.fit(model, 10, 95, 100) FROM unnest('{bgnbd,mbgnbd}'::text[]) AS model, generate_series(1, 200) GROUP BY model
	UNION ALL SELECT 'first bought today', model, clv.fit(model, 0, 0, 0) FROM unnest('{bgnbd,mbgnbd}'::text[]) AS model GROUP BY model
) AS f ORDER BY kind, model;
SELECT clv.fit('gammagamma', 0, NULL) IS NULL AS no_repeat, clv.fit('gammagamma', 2, 0) IS NULL AS no_spend;
SELECT clv.status(m) <> 'converged' AS said, clv.message(m) IS NOT NULL AS why FROM (SELECT clv.fit('gammagamma', 2, 20) AS m FROM generate_series(1, 50)) AS f;
SELECT clv.fit(cbs, 'gammagamma') IS NULL AS no_spend_in_base FROM (SELECT clv.cbs(frequency, recency, t) FROM fit_buyers) AS b(cbs);

-- auto is the one with the lower BIC, in all three forms; its prior is for both.
SELECT clv.model_name(best) AS auto, clv.bic(best) = least(clv.bic(m), clv.bic(p)) AS lower, best OPERATOR(clv.=) step AS step, best OPERATOR(clv.=) unit AS unit
FROM fit_base, clv.fit(cbs, 'auto') AS best, clv.fit(cbs, 'mbgnbd') AS m, clv.fit(cbs, 'paretonbd') AS p,
     (SELECT clv.fit('auto', frequency, recency, t) AS step, clv.fit('auto', frequency, recency, t, 1) AS unit FROM fit_buyers) AS s;
SELECT clv.model_name(clv.fit(clv.cbs(h, date '2025-12-31'), 'auto')) AS auto
FROM (SELECT clv.rfm(at::date) AS h FROM clv.simulate(clv.model('paretonbd', '{"r": 0.6, "alpha": 10, "s": 0.6, "beta": 80}'), NULL, 3000, date '2024-01-01', 90, 730, 5) GROUP BY customer) AS s;
SELECT clv.fit(NULL::clv.cbs, 'auto') IS NULL AS nobody, clv.status(clv.fit(clv.cbs(0, 0, 9), 'auto', 1, '{"mean": {"r": 1}}')) AS one FROM fit_base;

-- Refused.
SELECT clv.fit(cbs, 'auto', 1, '{"mean": {"s": 1}}') FROM fit_base;
SELECT clv.fit(cbs, 'auto', 1, NULL, '{"k": 1}') FROM fit_base;
SELECT clv.fit(cbs, 'bgnbd', 0) FROM fit_base;
SELECT clv.fit(cbs, 'bgnbd', 1, NULL, '{"restarts": 3}') FROM fit_base;
SELECT clv.fit(cbs, 'bgnbd', 1, NULL, '[]') FROM fit_base;
SELECT clv.fit('bgnbd', frequency, recency, t) OVER () FROM fit_buyers;
\set VERBOSITY terse
SELECT clv.fit(cbs, 'magic') FROM fit_base;
SELECT clv.fit('magic', frequency, recency, t) FROM fit_buyers;
SELECT clv.fit('bgnbd', frequency, monetary) FROM fit_buyers;
SELECT clv.fit('gammagamma', frequency, recency, t) FROM fit_buyers;
\set VERBOSITY default

-- The hint lists what there is, in the order of clv.models().
CREATE FUNCTION pg_temp.hint(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
	EXECUTE query;
	RETURN 'no error';
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
	RETURN hint;
END $$;
SELECT h.hint = format('Available are: %s.', string_agg(m.name, ', ' ORDER BY i)) AS all_models
FROM pg_temp.hint('SELECT clv.fit(cbs, ''magic'') FROM fit_base') AS h(hint), clv.models() WITH ORDINALITY AS m(name, kind, parameters, reference, i) GROUP BY h.hint;
SELECT q.kind, h.hint = format('Use one of: %s.', string_agg(m.name, ', ' ORDER BY i)) AS of_that_kind
FROM (VALUES ('transaction', 'SELECT clv.fit(''gammagamma'', 1, 1, 2)'), ('spend', 'SELECT clv.fit(''bgnbd'', 1, 2)'),
             ('contract', 'SELECT clv.fit(clv.retention(1, true), ''mbgnbd'')')) AS q(kind, query),
     pg_temp.hint(query) AS h(hint), clv.models() WITH ORDINALITY AS m(name, kind, parameters, reference, i)
WHERE m.kind = q.kind GROUP BY q.kind, h.hint ORDER BY q.kind;
\set VERBOSITY sqlstate
SELECT clv.fit('bgnbd', 1, 9, 5);
SELECT clv.fit('bgnbd', 1.5, 2, 5);
SELECT clv.fit('bgnbd', 1, 2, 'NaN');
SELECT clv.fit('bgnbd', 1, 2, 5, 'NaN');
SELECT clv.fit('bgnbd', 1, 2, 5, -7);
SELECT clv.fit('gammagamma', 1, 'Infinity');
SELECT clv.fit('gammagamma', -1, 5);
SELECT clv._fit_accum(NULL, 'bgnbd', 1, 2, 5);
SELECT clv._fit_final(cbs) FROM fit_base;
\set VERBOSITY default

-- A base from histories is in days.
CREATE TABLE fit_histories AS
	SELECT c AS customer, clv.rfm(date '2024-01-01' + (c % 50) + d * (7 + c % 11), 10.0 + c % 7 + d) AS rfm
	FROM generate_series(1, 200) AS c, generate_series(0, 40) AS d WHERE d <= (c * 17) % 23 / 4 GROUP BY c;
SELECT clv.status(clv.fit(cbs, 'mbgnbd')) AS mbgnbd, clv.status(clv.fit(cbs, 'gammagamma')) IS NOT NULL AS gammagamma
FROM (SELECT clv.cbs(rfm, date '2024-12-31') AS cbs FROM fit_histories) AS b;
SELECT clv.fit(clv.cbs(rfm, date '2024-12-31'), 'mbgnbd', 7) FROM fit_histories;

DROP TABLE fit_buyers, fit_base, fit_models, fit_histories;
