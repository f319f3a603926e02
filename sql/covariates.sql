-- Models of customers with static covariates.

-- 1200 customers: those of channel 1 buy twice as often, and those with a
-- higher second value leave sooner.  Drawn by clv.simulate, one model for each
-- combination, so that nothing of the code at hand had a part in it.
CREATE TABLE cov_customers AS
WITH log AS (
	SELECT channel, size, customer, at
	FROM (VALUES (0, 1), (0, 3), (1, 1), (1, 3)) AS v (channel, size),
	     LATERAL clv.simulate(clv.model('paretonbd', json_build_object('r', 1.2, 'alpha', 60 * 0.5 ^ channel, 's', 0.8, 'beta', 80 * 0.5 ^ size)::jsonb),
	                          NULL, 300, '2024-01-01', 60, 365, 100 + channel * 10 + size)
), days AS (
	SELECT channel, size, customer, clv.rfm(at) AS rfm FROM log GROUP BY 1, 2, 3
)
SELECT channel, size, (clv.summary(rfm, '2024-12-30')).* FROM days;
SELECT channel, size, count(*) FROM cov_customers GROUP BY 1, 2 ORDER BY 1, 2;

CREATE TABLE cov_base AS
SELECT clv.cbs(frequency, recency, t, NULL, ARRAY[channel, size]) AS cbs,
       clv.cbs(frequency, recency, t) AS plain
FROM cov_customers;
CREATE TABLE cov_models AS
SELECT m AS name, clv.fit(cbs, m, options => '{"covariates": ["channel", "size"]}') AS model,
       clv.fit(plain, m) AS without
FROM cov_base, unnest('{bgnbd,mbgnbd,paretonbd}'::text[]) AS m;

-- The effects are found, within three standard errors: ln 2 each.
SELECT c.name, c.estimate BETWEEN want - 3 * c.std_error AND want + 3 * c.std_error AS found,
       c.std_error BETWEEN 0.03 AND 0.4 AS sure,
       abs(c.upper - c.estimate - (c.estimate - c.lower)) < 1e-12 AND c.lower < c.estimate AS symmetric
FROM cov_models, clv.coefficients(model) WITH ORDINALITY AS c (name, estimate, std_error, lower, upper, i)
JOIN (VALUES ('alpha.channel', ln(2)), ('alpha.size', 0), ('beta.channel', 0), ('beta.size', ln(2))) AS truth (name, want) ON truth.name = c.name
WHERE cov_models.name = 'paretonbd' ORDER BY i;
SELECT name, string_agg(c.coefficient, ' ' ORDER BY i) AS coefficients
FROM cov_models, LATERAL (SELECT * FROM clv.coefficients(model) WITH ORDINALITY AS c (coefficient, estimate, std_error, lower, upper, i)) AS c
GROUP BY name ORDER BY name;

-- The likelihood is that of the customers, each with its own parameters; it is
-- higher than without covariates, and the criteria count the coefficients.
SELECT name, clv.status(model), clv.customers(model),
       abs(clv.loglik(model) - sum(clv.loglik(clv.with_covariates(model, ARRAY[channel, size]), frequency, recency, t))) < 1e-8 AS adds_up,
       clv.loglik(model) - clv.loglik(without) > 10 AS higher,
       abs(clv.aic(model) + 2 * clv.loglik(model) - 2 * k) < 1e-8 AS aic,
       abs(clv.bic(model) + 2 * clv.loglik(model) - k * ln(count(*)::float8)) < 1e-8 AS bic, k
FROM cov_models, LATERAL (SELECT count(*) AS k FROM clv.coefficients(model)) AS parameters, cov_customers
GROUP BY name, model, without, k ORDER BY name;

-- Without names they are v1 and v2; without covariates it is the plain fit,
-- and so it is of models that take none and in a comparison.
SELECT string_agg(name, ' ') FROM cov_base, clv.coefficients(clv.fit(cbs, 'paretonbd'));
SELECT clv.fit(cbs, 'paretonbd', options => '{"covariates": []}') OPERATOR(clv.=) clv.fit(plain, 'paretonbd') AS bare,
       clv.fit(cbs, 'nbd') OPERATOR(clv.=) clv.fit(plain, 'nbd') AS none,
       clv.fit(cbs, 'nbd', options => '{"covariates": []}') OPERATOR(clv.=) clv.fit(plain, 'nbd') AS none_named,
       clv.fit(cbs, 'auto') OPERATOR(clv.=) clv.fit(plain, 'auto') AS auto
FROM cov_base;
SELECT c.model, c.parameters, c.loglik = clv.loglik(without) AS plain
FROM cov_base, clv.compare(cbs, '{bgnbd,paretonbd}') AS c JOIN cov_models AS m ON m.name = c.model ORDER BY 1;

-- Text, binary and jsonb keep a model with covariates and what it is for some.
SELECT name, model::text::clv.model OPERATOR(clv.=) model AS text, model::jsonb::clv.model OPERATOR(clv.=) model AS json,
       clv.with_covariates(model, '{1,2}')::text::clv.model OPERATOR(clv.=) clv.with_covariates(model, '{1,2}') AS at_text
FROM cov_models ORDER BY name;
SELECT jsonb_object_keys(clv.with_covariates(model, '{1,2}')::jsonb) AS key FROM cov_models WHERE name = 'bgnbd' ORDER BY 1;
-- known coefficients
SELECT clv.with_covariates('{"model": "paretonbd", "version": 1, "unit_days": 7, "covariates": ["a", "b.c"], "parameters":
	{"r": 0.5, "alpha": 10, "s": 0.6, "beta": 12, "alpha.a": 0.5, "alpha.b.c": 0, "beta.a": 0, "beta.b.c": -1}}', '{2,3}');

-- What covariates make of the parameters: alpha e^(-g'v), and so on.
SELECT name, abs(clv.param(p, 'alpha') / (clv.param(model, 'alpha') * exp(-clv.param(model, 'alpha.channel') - 3 * clv.param(model, 'alpha.size'))) - 1) < 1e-14 AS alpha,
       clv.param(p, 'r') = clv.param(model, 'r') AS r,
       CASE name WHEN 'paretonbd' THEN abs(clv.param(p, 'beta') / (clv.param(model, 'beta') * exp(-clv.param(model, 'beta.channel') - 3 * clv.param(model, 'beta.size'))) - 1) < 1e-14
            ELSE abs(clv.param(p, 'a') / (clv.param(model, 'a') * exp(clv.param(model, 'a.channel') + 3 * clv.param(model, 'a.size'))) - 1) < 1e-14
             AND abs(clv.param(p, 'b') / (clv.param(model, 'b') * exp(clv.param(model, 'b.channel') + 3 * clv.param(model, 'b.size'))) - 1) < 1e-14 END AS leaving
FROM cov_models, clv.with_covariates(model, '{1,3}') AS p ORDER BY name;
SELECT clv.status(p), clv.customers(p), clv.loglik(p) IS NULL AND clv.aic(p) IS NULL AND clv.bic(p) IS NULL AS no_likelihood,
       (SELECT bool_and(std_error > 0) FROM clv.coefficients(p)) AS errors, (SELECT count(*) FROM clv.coefficients(p)) AS parameters
FROM cov_models, clv.with_covariates(model, '{1,3}') AS p WHERE name = 'paretonbd';

-- The same, whatever the zero of the covariates: parameters and their errors.
SELECT a.name, abs(a.estimate / b.estimate - 1) < 1e-6 AS estimate, abs(a.std_error / b.std_error - 1) < 1e-5 AS std_error
FROM cov_models AS m, LATERAL clv.coefficients(clv.with_covariates(m.model, '{1,3}')) AS a,
     (SELECT clv.fit(clv.cbs(frequency, recency, t, NULL, ARRAY[channel - 1, size - 3]), 'paretonbd') AS model FROM cov_customers) AS moved,
     LATERAL clv.coefficients(moved.model) AS b
WHERE m.name = 'paretonbd' AND a.name = b.name ORDER BY a.name;

-- Every prediction takes it: channel 1 buys more, size 3 leaves sooner.
SELECT v, round(clv.expected_purchases(p, '1 year')::numeric, 1) AS purchases, round(clv.p_alive(p, 3, 100, 200)::numeric, 2) AS p_alive
FROM cov_models, unnest(ARRAY['{0,1}', '{1,1}', '{0,3}', '{1,3}']) AS v, clv.with_covariates(model, v::float8[]) AS p
WHERE name = 'paretonbd' ORDER BY v;
SELECT clv.value_interval(p, s, 3, 100, 200, 20, 0.1, '1 year', 0.8, 400, 1) IS DISTINCT FROM
       clv.value_interval(clv.without_uncertainty(p), s, 3, 100, 200, 20, 0.1, '1 year', 0.8, 400, 1) AS uncertain,
       (SELECT count(*) FROM clv.simulate(p, NULL, 30, '2024-01-01', 1, 300, 1)) > 30 AS simulated,
       clv.status((clv.shrink(ARRAY[p, p]))[1]) AS shrunk
FROM cov_models, clv.with_covariates(model, '{1,3}') AS p, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}') AS s
WHERE name = 'paretonbd';

-- Priors: on coefficients too, by name.
SELECT c.name, round(c.estimate::numeric, 3) AS tight
FROM cov_base, clv.coefficients(clv.fit(cbs, 'paretonbd', 1, '{"sd": {"beta.size": 0.0001, "alpha.size": 0.0001}, "mean": {"alpha.size": 0.5}}',
                                        '{"covariates": ["channel", "size"]}')) AS c
WHERE c.name IN ('alpha.size', 'beta.size');
SELECT clv.fit(cbs, 'bgnbd', 1, '{}')::jsonb #> '{prior,sd}' AS sd FROM cov_base;
SELECT clv.status(clv.fit(cbs, 'paretonbd', 1, jsonb_build_object('mean', m.model::jsonb, 'sd', 0.1), '{"covariates": ["channel", "size"]}')) AS again
FROM cov_base, cov_models AS m WHERE m.name = 'paretonbd';

-- Covariates that tell nothing, and too much.
SELECT clv.status(m), clv.message(m), clv.param(m, 'alpha.v3'), (SELECT bool_or(std_error IS NOT NULL) FROM clv.coefficients(m)) AS errors
FROM (SELECT clv.fit(clv.cbs(frequency, recency, t, NULL, ARRAY[channel, size, 4]), 'paretonbd') FROM cov_customers
      UNION ALL
      SELECT clv.fit(clv.cbs(frequency, recency, t, NULL, ARRAY[channel, size, 2 * channel - size]), 'paretonbd') FROM cov_customers) AS f (m);
SELECT clv.status(m), m::jsonb ->> 'limit' AS "limit", clv.message(m)
FROM (SELECT clv.fit(clv.cbs(CASE channel WHEN 0 THEN frequency ELSE 0 END, CASE channel WHEN 0 THEN recency ELSE 0 END, t, NULL, ARRAY[channel]),
                     'paretonbd', options => '{"covariates": ["tv"]}') AS m FROM cov_customers) AS f;
SELECT clv.status(clv.fit(clv.cbs(frequency, recency, t, NULL, ARRAY[channel, size, 4]), 'paretonbd', 1, '{}')) AS with_prior FROM cov_customers;
-- Units in which variances are no numbers; the likelihood does not mind.
SELECT unit, clv.status(m), clv.message(m), round(clv.loglik(m)::numeric, 6) = round(clv.loglik(model)::numeric, 6) AS same
FROM cov_models, unnest('{1e-300,1e150,1e300}'::float8[]) AS unit,
     LATERAL (SELECT clv.fit(clv.cbs(frequency, recency, t, NULL, ARRAY[channel * unit, size * unit]), 'paretonbd') AS m FROM cov_customers) AS f
WHERE name = 'paretonbd';

-- Errors.  A prediction does not guess what the covariates are.
\set VERBOSITY default
SELECT clv.p_alive(model, 1, 2, 3) FROM cov_models WHERE name = 'paretonbd';
\set VERBOSITY sqlstate
SELECT clv.expected_purchases(model, '1 year') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.simulate(model, NULL, 3, '2024-01-01', 1, 300, 1) FROM cov_models WHERE name = 'paretonbd';
SELECT clv.value_interval(model, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 3, 100, 200, 20, 0.1, '1 year', 0.8, 400, 1) FROM cov_models;
SELECT clv.total_interval(model, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 3, 100, 200, 20, 0.1, '1 year', 0.8, 400, 1) FROM cov_models;
SELECT clv.shrink(array_agg(model)) FROM cov_models WHERE name = 'paretonbd';
\set VERBOSITY terse
SELECT clv.with_covariates(model, '{1}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(model, '{1,NULL}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(model, '{1,NaN}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(model, '{{1},{2}}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(model, '{1,1e6}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(without, '{1,2}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(clv.with_covariates(model, '{1,2}'), '{1,2}') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.with_covariates(model, NULL) IS NULL AS null FROM cov_models WHERE name = 'paretonbd';
SELECT clv.param(model, 'alpha.chan') FROM cov_models WHERE name = 'paretonbd';
SELECT clv.fit(cbs, 'nbd', options => '{"covariates": ["a", "b"]}') FROM cov_base;
SELECT clv.fit(cbs, 'auto', options => '{"covariates": ["a", "b"]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": ["a"]}') FROM cov_base;
SELECT clv.fit(plain, 'bgnbd', options => '{"covariates": ["a"]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": ["a", "a"]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": ["a", ""]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": ["a", null]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": ["a", 2]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariates": "a"}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', options => '{"covariate": ["a", "b"]}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"sd": {"a.size": 1}}') FROM cov_base;
SELECT clv.fit(cbs, 'bgnbd', 1, '{"sd": {"a.v1": 0}}') FROM cov_base;
SELECT clv.fit(cbs, 'paretonbd', 1, jsonb_build_object('mean', m.model::jsonb)) FROM cov_base, cov_models AS m WHERE m.name = 'paretonbd';
SELECT (model::jsonb - 'covariates')::clv.model FROM cov_models WHERE name = 'paretonbd';
SELECT (model::jsonb || '{"covariates": []}')::clv.model FROM cov_models WHERE name = 'paretonbd';
SELECT (model::jsonb || '{"loglik": null}')::clv.model FROM cov_models WHERE name = 'paretonbd';
SELECT (model::jsonb || '{"loglik": null, "at_covariates": true}')::clv.model FROM cov_models WHERE name = 'paretonbd';
SELECT (without::jsonb || '{"loglik": null, "at_covariates": false}')::clv.model FROM cov_models WHERE name = 'paretonbd';
