-- Fits with a prior on the parameters, and fits of groups shrunk toward their
-- pool.

SET datestyle = 'ISO, YMD';

-- The default prior of each model: medians in days, written down in the model.
CREATE TABLE prior_base AS
SELECT clv.cbs(x, tx, t, m) AS cbs, clv.cbs(x, tx / 7, t / 7, m) AS weeks
FROM (VALUES (3.0, 50.0, 100.0, 10.0), (0, 0, 80, NULL), (1, 10, 60, 40), (0, 0, 30, NULL), (5, 30, 33, 20)) AS v(x, tx, t, m);
SELECT name, m::jsonb->'prior'->'mean' AS mean, m::jsonb->'prior'->'sd' AS sd
FROM clv.models(), prior_base, clv.fit(cbs, name, 1, '{}') AS m
WHERE name IN ('mbgnbd', 'paretonbd', 'ggompertznbd') ORDER BY name;
SELECT round((m::jsonb#>>'{prior,mean,gamma}')::numeric, 9) AS half_an_order FROM prior_base, clv.fit(cbs, 'gammagamma', 1, '{}') AS m;
SELECT count(*) > 3 AS models, bool_and(clv.status(m) = 'converged') AS converged, bool_and(clv.message(m) IS NULL) AS no_message,
       bool_and((SELECT bool_and(std_error > 0) FROM clv.coefficients(m))) AS errors
FROM clv.models(), prior_base, clv.fit(cbs, name, 1, '{}') AS m WHERE kind <> 'contract' AND name !~ 'cnbd';
SELECT m::jsonb->'prior'->'mean' AS bgbb FROM prior_base, clv.fit(cbs, 'bgbb', 1, '{}') AS m;
SELECT m::jsonb->'prior'->'mean' AS bgcnbd FROM prior_base, clv.fit(cbs, 'bgcnbd', 1, '{}', '{"k": 1}') AS m;

-- The mode: the slope of the posterior is zero. Likelihood by clv.loglik of
-- each row, prior by hand, slope by differences.
CREATE FUNCTION prior_posterior(model text, par jsonb) RETURNS float8 LANGUAGE sql AS $$
	SELECT sum(clv.loglik(clv.model(model, par), x, tx, t)) +
	       (SELECT sum(-0.5 * ((ln(value::float8) - ln(CASE key WHEN 'alpha' THEN 20 ELSE 1.5 END)) / 0.7) ^ 2) FROM jsonb_each_text(par))
	FROM (VALUES (3.0, 50.0, 100.0), (0, 0, 80), (1, 10, 60), (0, 0, 30), (5, 30, 33)) AS v(x, tx, t)
$$;
SELECT model, abs(up - down) < 1e-7 AS flat, up < mode AND down < mode AS mode
FROM prior_base, unnest('{bgnbd,mbgnbd,paretonbd}'::text[]) AS model,
     jsonb_build_object('sd', 0.7, 'mean', CASE model WHEN 'paretonbd' THEN '{"r": 1.5, "alpha": 20, "s": 1.5, "beta": 1.5}' ELSE '{"r": 1.5, "alpha": 20, "a": 1.5, "b": 1.5}' END::jsonb) AS prior,
     LATERAL (SELECT clv.fit(cbs, model, 1, prior)::jsonb->'parameters' AS par) AS m, jsonb_each_text(par) AS e,
     prior_posterior(model, par) AS mode,
     prior_posterior(model, par || jsonb_build_object(key, value::float8 * exp(1e-3))) AS up,
     prior_posterior(model, par || jsonb_build_object(key, value::float8 * exp(-1e-3))) AS down
GROUP BY 1, 2, 3 ORDER BY 1;

-- The likelihood in the model is that of the data alone.
SELECT abs(clv.loglik(m) - sum(clv.loglik(m, x, tx, t))) < 1e-10 AS likelihood
FROM prior_base, clv.fit(cbs, 'mbgnbd', 1, '{"sd": 0.5}') AS m,
     (VALUES (3.0, 50.0, 100.0), (0, 0, 80), (1, 10, 60), (0, 0, 30), (5, 30, 33)) AS v(x, tx, t) GROUP BY m;

-- A prior without force is none; one of great force is the answer; one in
-- another unit of time is the same.
SELECT bool_and(abs(a.estimate / b.estimate - 1) < 1e-5) AS weak
FROM (SELECT clv.cbs(i % 5 * (i % 7), CASE WHEN i % 5 * (i % 7) > 0 THEN 10 + i * 7 % 80 ELSE 0 END, 100) AS cbs FROM generate_series(1, 300) AS i) AS f,
     clv.coefficients(clv.fit(cbs, 'nbd')) AS a, clv.coefficients(clv.fit(cbs, 'nbd', 1, '{"sd": 10000}')) AS b WHERE a.name = b.name;
SELECT c.name, round(c.estimate::numeric, 6) AS estimate FROM prior_base,
     clv.coefficients(clv.fit(cbs, 'bgnbd', 1, '{"mean": {"r": 0.25, "alpha": 31}, "sd": {"r": 1e-6, "alpha": 1e-6, "a": 1e-6, "b": 1e-6}}')) AS c;
SELECT bool_and(abs(a.estimate / (b.estimate * CASE a.name WHEN 'alpha' THEN 7 ELSE 1 END) - 1) < 1e-6) AS unit
FROM prior_base, clv.coefficients(clv.fit(cbs, 'mbgnbd', 1, '{"sd": 1}')) AS a, clv.coefficients(clv.fit(weeks, 'mbgnbd', 7, '{"sd": 1}')) AS b WHERE a.name = b.name;
SELECT round(clv.param(clv.fit(cbs, 'bgnbd', 1, jsonb_build_object('sd', 1e-6, 'mean', clv.model('bgnbd', '{"r": 0.25, "alpha": 2, "a": 0.8, "b": 2.4}', 7)::jsonb)), 'alpha')::numeric, 6) AS of_a_model FROM prior_base;

-- Where maximum likelihood is at a limit, the posterior has a mode.
SELECT kind, bool_and(clv.status(clv.fit(cbs, model)) = 'boundary') AS without, bool_and(clv.status(m) = 'converged') AS with_prior,
       bool_and(clv.expected_purchases(m, '1 year') BETWEEN 0 AND 1000) AS sane
FROM (SELECT 'one customer' AS kind, clv.cbs(3, 50, 100) AS cbs
	UNION ALL SELECT 'all one time', clv.cbs(0, 0, i) FROM generate_series(1, 50) AS i
	UNION ALL SELECT 'all the same', clv.cbs(10, 95, 100) FROM generate_series(1, 200)
	UNION ALL SELECT 'five customers', clv.cbs(2, 40 + i, 100) FROM generate_series(1, 5) AS i) AS b,
     unnest('{bgnbd,mbgnbd,nbd}'::text[]) AS model, clv.fit(cbs, model, 1, '{}') AS m GROUP BY kind ORDER BY kind;

-- Text and binary keep the prior.
SELECT m::text::clv.model OPERATOR(clv.=) m AS text FROM prior_base, clv.fit(cbs, 'mbgnbd', 7, '{"sd": {"a": 0.3}}') AS m;

-- Shrinkage.  40 groups of 100 customers whose parameters are known: the error
-- of ln(parameter) over groups is smaller after it, for each parameter.
CREATE TABLE prior_groups AS
SELECT g, truth, clv.fit(cbs, 'mbgnbd', 1, '{}') AS raw, clv.fit(cbs, 'mbgnbd') AS ml
FROM generate_series(1, 40) AS g,
     clv.model('mbgnbd', jsonb_build_object('r', 0.6 * exp(0.4 * sin(g * 7)), 'alpha', 60 * exp(0.4 * cos(g * 3)),
                                            'a', 0.8 * exp(0.3 * sin(g * 5)), 'b', 1.8 * exp(0.3 * cos(g * 11)))) AS truth,
     LATERAL (SELECT clv.cbs(h, date '2024-12-31') AS cbs
              FROM (SELECT clv.rfm(at::date) AS h FROM clv.simulate(truth, NULL, 100, date '2023-01-01', 60, 730, g) GROUP BY customer) AS s) AS b;
CREATE TABLE prior_shrunk AS
SELECT u.g, p.truth, p.raw, p.ml, u.shrunk, u.of_ml
FROM (SELECT array_agg(g ORDER BY g) AS gs, clv.shrink(array_agg(raw ORDER BY g)) AS shrunk, clv.shrink(array_agg(ml ORDER BY g)) AS of_ml FROM prior_groups) AS s,
     unnest(gs, shrunk, of_ml) AS u(g, shrunk, of_ml) JOIN prior_groups AS p USING (g);
SELECT name, sqrt(avg((ln(clv.param(raw, name)) - ln(clv.param(truth, name))) ^ 2)) > 1.5 * sqrt(avg((ln(clv.param(shrunk, name)) - ln(clv.param(truth, name))) ^ 2)) AS nearer,
       sqrt(avg((ln(clv.param(ml, name)) - ln(clv.param(truth, name))) ^ 2)) > 1.5 * sqrt(avg((ln(clv.param(of_ml, name)) - ln(clv.param(truth, name))) ^ 2)) AS nearer_than_ml
FROM prior_shrunk, unnest('{r,alpha,a,b}'::text[]) AS name GROUP BY name ORDER BY name;
SELECT clv.message(shrunk), clv.status(shrunk), clv.loglik(shrunk), clv.bic(shrunk), clv.customers(shrunk) FROM prior_shrunk LIMIT 1;
SELECT clv.status(ml) <> 'boundary' AS informed, clv.message(of_ml), count(*) FROM prior_shrunk GROUP BY 1, 2 ORDER BY 1;
SELECT bool_and(shrunk::text::clv.model OPERATOR(clv.=) shrunk) AS text FROM prior_shrunk;
-- The pool is near the truth's mean, its spread near theirs: 0.4 / sqrt(2).
SELECT abs(ln(mean / 0.6)) < 0.15 AS mean, sd BETWEEN 0.15 AND 0.5 AS sd
FROM prior_shrunk, LATERAL (SELECT (shrunk::jsonb#>>'{prior,mean,r}')::float8 AS mean, (shrunk::jsonb#>>'{prior,sd,r}')::float8 AS sd) AS p LIMIT 1;

-- Groups that agree stay where they are; NULLs stay; order does not matter.
SELECT s[2] IS NULL AS null_stays, array_length(s, 1) AS length, s[1] OPERATOR(clv.=) s[3] AS equal,
       (SELECT bool_and(abs(a.estimate / b.estimate - 1) < 1e-4) FROM clv.coefficients(s[1]) AS a, clv.coefficients(ml) AS b WHERE a.name = b.name) AS stays
FROM prior_groups, clv.shrink(ARRAY[ml, NULL, ml]) AS s WHERE g = 1;
SELECT bool_and(a::text = b::text) AS order_free
FROM (SELECT clv.shrink(array_agg(raw ORDER BY g)) AS up, clv.shrink(array_agg(raw ORDER BY -g)) AS down FROM prior_groups) AS s,
     generate_series(1, 40) AS i, LATERAL (SELECT up[i] AS a, down[41 - i] AS b) AS x;
-- One group, or none: nothing to share.
SELECT (clv.shrink(ARRAY[raw]))[1] OPERATOR(clv.=) raw AS one FROM prior_groups WHERE g = 1;
SELECT clv.shrink('{}') AS none, clv.shrink('{NULL,NULL}') AS nulls, clv.shrink(NULL) IS NULL AS null;

-- Groups of which nobody can tell how they differ: the prior stays in such a
-- direction, and whatever is asked of the models is finite.
CREATE TABLE prior_vague AS
SELECT kind, model, clv.shrink(array_agg(clv.fit(base, model, prior => '{}') ORDER BY g)) AS shrunk
FROM (SELECT 'all one-time buyers' AS kind, g, clv.cbs(0, 0, 10 + i % 300, NULL) AS base FROM generate_series(1, 3) AS g, generate_series(1, 400 * g) AS i GROUP BY g
	UNION ALL SELECT 'identical customers', g, clv.cbs(3, 50, 100, 20 + i % 7) FROM generate_series(1, 4) AS g, generate_series(1, 20 * g) AS i GROUP BY g
	UNION ALL SELECT 'many of one customer', g, clv.cbs(g % 3, g % 3 * 10, 30 + g, 5 + g) FROM generate_series(1, 50) AS g GROUP BY g
	UNION ALL SELECT 'one tells, four do not', g, CASE WHEN g > 1 THEN clv.cbs(0, 0, 100, NULL) ELSE clv.cbs(i % 5 * (i % 7), CASE WHEN i % 5 * (i % 7) > 0 THEN 10 + i * 7 % 80 ELSE 0 END, 100, 10 + i % 13) END
	          FROM generate_series(1, 5) AS g, generate_series(1, 300) AS i GROUP BY g
	UNION ALL SELECT 'two spenders each', g, clv.cbs(1 + i % 2, 40, 100, 10 + g * i) FROM generate_series(1, 6) AS g, generate_series(1, 2) AS i GROUP BY g) AS groups,
     unnest('{bgnbd,mbgnbd,nbd,paretonbd,ggompertznbd,gammagamma}'::text[]) AS model
WHERE NOT (model = 'gammagamma' AND kind LIKE '%one%') GROUP BY kind, model;
SELECT kind, count(*) AS fits, bool_and(clv.status(m) = 'converged' AND clv.message(m) LIKE 'shrunk toward the pool of%') AS shrunk,
       bool_and((SELECT bool_and(estimate BETWEEN 1e-6 AND 1e10 AND std_error BETWEEN 0 AND 1e10) FROM clv.coefficients(m))) AS finite,
       bool_and((SELECT bool_and(clv.param(clv.draw_model(m, 1, d), name) < 'Infinity') FROM generate_series(1, 50) AS d, clv.coefficients(m))) AS draws,
       bool_and(CASE WHEN model <> 'gammagamma' THEN (clv.value_interval(m, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 1, 20, 60, 20, 0.1, '1 year', 0.9, 200, 1)).upper BETWEEN 0 AND 1e6 END) AS interval
FROM prior_vague, unnest(shrunk) AS m GROUP BY kind ORDER BY kind;
-- One-time buyers tell bgnbd nothing of a and b, whatever there is to tell of r
-- and alpha: prior and pool are the same there, to the last digits.
SELECT e.name, bool_and(abs(ln(estimate / CASE e.name WHEN 'a' THEN 1 ELSE 2 END)) < 1e-6) AS median, bool_and(abs(std_error / estimate - 2) < 1e-6) AS sd
FROM prior_vague, unnest(shrunk) AS m, clv.coefficients(m) AS e WHERE kind = 'all one-time buyers' AND model = 'bgnbd' AND e.name IN ('a', 'b') GROUP BY 1 ORDER BY 1;
SELECT DISTINCT clv.message(m) FROM prior_vague, unnest(shrunk) AS m WHERE kind = 'all one-time buyers' AND model = 'bgnbd';

-- Refused.
SELECT clv.fit(cbs, 'bgnbd', 1, '[]') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"median": 2}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"mean": 2}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"mean": {"s": 2}}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"mean": {"r": 0}}') FROM prior_base;
SELECT clv.fit(cbs, 'gammagamma', 1, '{"mean": {"q": 1}}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"sd": 0}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"sd": "wide"}') FROM prior_base;
SELECT clv.fit(cbs, 'bgnbd', 1, jsonb_build_object('mean', raw::jsonb)) FROM prior_base, prior_groups WHERE g = 1;
SELECT clv.shrink(ARRAY[raw, clv.fit(cbs, 'bgnbd')]) FROM prior_base, prior_groups WHERE g = 1;
SELECT clv.shrink(ARRAY[raw, clv.fit(weeks, 'mbgnbd', 7, '{}')]) FROM prior_base, prior_groups WHERE g = 1;
SELECT clv.fit(cbs, 'bgcnbd', 1, '{"sd": {"k": 1}}', '{"k": 1}') FROM prior_base;
SELECT clv.shrink(ARRAY[m, (m::jsonb || '{"parameters": {"r": 1, "alpha": 20, "a": 1, "b": 2, "k": 2}}')::clv.model]) FROM prior_base, clv.fit(cbs, 'bgcnbd', 1, '{}', '{"k": 1}') AS m;
SELECT clv.shrink(ARRAY[raw, truth]) FROM prior_groups WHERE g = 1;
SELECT clv.shrink(ARRAY[shrunk, shrunk]) FROM prior_shrunk WHERE g = 1;
\set VERBOSITY sqlstate
SELECT replace(shrunk::text, '"groups": 40', '"groups": 0')::clv.model FROM prior_shrunk WHERE g = 1;
SELECT replace(shrunk::text, '"loglik": null', '"loglik": -1')::clv.model FROM prior_shrunk WHERE g = 1;
SELECT (raw::jsonb - 'loglik' || '{"loglik": null}')::text::clv.model FROM prior_groups WHERE g = 1;
SELECT (raw::jsonb || '{"prior": {"sd": 2}}')::text::clv.model FROM prior_groups WHERE g = 1;
SELECT (raw::jsonb || '{"prior": null}')::text::clv.model FROM prior_groups WHERE g = 1;
\set VERBOSITY default

DROP FUNCTION prior_posterior;
DROP TABLE prior_base, prior_groups, prior_shrunk, prior_vague;
