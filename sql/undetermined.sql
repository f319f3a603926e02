-- Where nobody has bought again the data do not tell who has left: what depends
-- on that is NULL, and what does not is the same for all customers.
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
\set SHOW_CONTEXT never

-- 200 customers with one order each, none alike in age
CREATE TABLE once AS
SELECT i AS customer, date '2024-12-31' - i AS day, 10.0 + i AS amount FROM generate_series(1, 200) AS i;
CREATE TABLE base AS
SELECT clv.cbs(h.history, '2024-12-31') AS base
FROM (SELECT clv.rfm(day, amount::float8) AS history FROM once GROUP BY customer) AS h;
CREATE TABLE fits AS
SELECT m.name, m.parameters, clv.fit(b.base, m.name) AS model FROM clv.models() AS m, base AS b WHERE m.kind = 'transaction';

SELECT name, clv.status(model) AS status, model::jsonb ->> 'limit' AS "limit", model::jsonb ->> 'undetermined' AS undetermined, clv.message(model) AS message,
	   round(clv.loglik(model)::numeric, 9) AS loglik
FROM fits ORDER BY name;

-- of one who has not bought again: who may have left without that has no P(alive), and nobody will buy
SELECT name, clv.p_alive(model, 0, 0, 100) AS p_alive, clv.p_alive(model, 0, 0, 100, '1 year') AS ahead, clv.p_alive(model, 0, 0, 0) AS "first day",
	   round(clv.alive_years(model, 0, 0, 100, 0.1, '1 year')::numeric, 6) AS years,
	   clv.p_active(model, 0, 0, 100, '1 year') AS p_active, clv.expected_purchases(model, 0, 0, 100, '1 year') AS expected,
	   clv.discounted_purchases(model, 0, 0, 100, 0.1, '1 year') AS discounted, clv.discounted_purchases(model, 0, 0, 100, 0.1) AS dert,
	   clv.purchases_pmf(model, 0, 0, 100, '1 year', 0) AS pmf_0, clv.purchases_pmf(model, 0, 0, 100, '1 year', 2) AS pmf_2,
	   clv.next_purchase(model, 0, 0, 100, 0.5) AS next, clv.loglik(model, 0, 0, 100) AS loglik
FROM fits ORDER BY name;
-- someone new
SELECT name, clv.expected_purchases(model, '1 year') AS expected, clv.purchases_pmf(model, '1 year', 0) AS pmf_0, clv.purchases_pmf(model, '1 year', 1) AS pmf_1,
	   clv.new_customer_value(model, spend, 0.1, '1 year') AS value
FROM fits, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}') AS spend ORDER BY name;
-- one who has bought again cannot be by these data
SELECT name, num_nonnulls(clv.p_alive(model, 1, 50, 100), clv.p_alive(model, 1, 50, 100, '1 year'), clv.p_active(model, 1, 50, 100, '1 year'),
	   clv.expected_purchases(model, 1, 50, 100, '1 year'), clv.discounted_purchases(model, 1, 50, 100, 0.1, '1 year'), clv.discounted_purchases(model, 1, 50, 100, 0.1),
	   clv.purchases_pmf(model, 1, 50, 100, '1 year', 0), clv.alive_years(model, 1, 50, 100, 0.1, '1 year'), clv.next_purchase(model, 1, 50, 100, 0.5),
	   clv.loglik(model, 1, 50, 100), clv.value(model, spend, 1, 50, 100, 20, 0.1, '1 year'),
	   clv.value_interval(model, spend, 1, 50, 100, 20, 0.1, '1 year', 0.9, 10, 1)) AS known
FROM fits, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}') AS spend ORDER BY name;
-- arguments are judged as ever
SELECT clv.p_alive(model, 1, 0, 100) FROM fits WHERE name = 'mbgnbd';
SELECT clv.expected_purchases(model, 0, 0, 100, '-1 day') FROM fits WHERE name = 'mbgnbd';
SELECT clv.purchases_pmf(model, 0, 0, 100, '1 year', -1) FROM fits WHERE name = 'mbgnbd';
SELECT clv.discounted_purchases(model, 0, 0, 100, 0) FROM fits WHERE name = 'mbgnbd';

-- it is a part of the value, whatever form that takes
SELECT bool_and(model::text::clv.model::text = model::text) AS text, bool_and(model::jsonb::clv.model::text = model::text) AS jsonb,
	   bool_and(clv.p_alive(model::text::clv.model, 0, 0, 100) IS NOT DISTINCT FROM clv.p_alive(model, 0, 0, 100)) AS p_alive
FROM fits;
SELECT (model::jsonb || '{"undetermined": false}')::clv.model FROM fits WHERE name = 'mbgnbd';
SELECT (model::jsonb || '{"status": "converged", "limit": null, "message": null}')::clv.model FROM fits WHERE name = 'mbgnbd';
-- parameters that are known are known, and so is what a prior or the other customers tell
SELECT f.name, clv.p_alive(clv.model(f.name, f.model::jsonb -> 'parameters'), 0, 0, 100) IS NOT NULL AS given,
	   clv.p_alive(clv.fit(b.base, f.name, 1, '{}', CASE WHEN f.name LIKE '%cnbd' THEN '{"k": 1}'::jsonb END), 0, 0, 100) BETWEEN 0 AND 1 AS with_prior
FROM fits AS f, base AS b ORDER BY f.name;
SELECT clv.fit(b.base, 'mbgnbd', 1, jsonb_build_object('mean', f.model::jsonb)) FROM fits AS f, base AS b WHERE f.name = 'mbgnbd';
SELECT m.name, clv.p_alive(m.model, 0, 0, 100) IS NOT NULL AS p_alive, m.model::jsonb ? 'undetermined' AS undetermined
FROM (
	SELECT f.name, clv.fit(o.base, f.name) AS model
	FROM fits AS f,
		 (SELECT clv.cbs(h.history, '2024-12-31') AS base
		  FROM (SELECT clv.rfm(day, 1::float8) AS history
				FROM (SELECT customer, day FROM once UNION ALL SELECT 7, '2024-12-30') AS o GROUP BY customer) AS h) AS o
) AS m ORDER BY m.name;
WITH shrunk AS (
	SELECT clv.shrink(array_agg(f.model ORDER BY f.g)) AS models
	FROM (
		SELECT 1 AS g, model FROM fits WHERE name = 'mbgnbd'
		UNION ALL
		SELECT 1 + seed, clv.fit('mbgnbd', s.frequency::float8, s.recency, s.t)
		FROM generate_series(1, 3) AS seed,
			 LATERAL (SELECT clv.rfm(at::date, amount) AS history FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
					  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 300, '2022-01-01', 500, 730, seed) GROUP BY customer) AS h,
			 LATERAL clv.summary(h.history, '2023-12-31') AS s
		GROUP BY seed
	) AS f
)
SELECT u.g, clv.status(u.m) AS status, u.m::jsonb ? 'undetermined' AS undetermined, clv.p_alive(u.m, 0, 0, 100) BETWEEN 0 AND 1 AS p_alive
FROM shrunk, unnest(models) WITH ORDINALITY AS u (m, g) ORDER BY u.g;

-- what is made of such a fit is no better determined
SELECT f.name, clv.p_alive(clv.without_uncertainty(f.model), 0, 0, 100) IS NOT DISTINCT FROM clv.p_alive(f.model, 0, 0, 100) AS without_uncertainty,
	   clv.p_alive(clv.draw_model(f.model, 1, 1), 0, 0, 100) IS NOT DISTINCT FROM clv.p_alive(f.model, 0, 0, 100) AS draw_model,
	   clv.value_interval(f.model, spend, 0, 0, 100, NULL, 0.1, '1 year', 0.9, 20, 1) AS value_interval,
	   (SELECT clv.total_interval(f.model, spend, x, x * 50, 100, 20, 0.1, '1 year', 0.9, 20, 1) FROM (VALUES (0), (1)) AS r (x)) AS total_interval
FROM fits AS f, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}') AS spend ORDER BY f.name;
-- groups, and covariates
SELECT i % 3 AS grp, clv.p_alive(clv.fit('mbgnbd', 0::float8, 0::float8, i::float8), 0, 0, 100) AS p_alive FROM generate_series(1, 200) AS i GROUP BY 1 ORDER BY 1;
SELECT clv.p_alive(clv.with_covariates(clv.fit(clv.cbs(0::float8, 0::float8, i::float8, NULL::float8, ARRAY[i % 2]::float8[]), m.name, 1, NULL, '{"covariates": ["channel"]}'), ARRAY[1]), 0, 0, 100) AS p_alive
FROM generate_series(1, 200) AS i, (VALUES ('mbgnbd'), ('paretonbd')) AS m (name) GROUP BY m.name;

-- equal customers are equal to the last bit
SELECT f.name, count(DISTINCT float8send(clv.value(f.model, spend, 0, 0, i, NULL, 0.1, '1 year'))) AS "values",
	   count(DISTINCT float8send(clv.p_active(f.model, 0, 0, i, '90 days'))) AS p_active
FROM fits AS f, clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}') AS spend, generate_series(1, 200) AS i GROUP BY f.name ORDER BY f.name;

-- views, and what is asked of them
CALL clv.create_materialized_view('v', 'once', 'customer', 'day', 'amount', '2024-12-31',
	options => '{"history": true, "margin": 0.4, "cost_per_order": 1, "service_cost": 2}');
SELECT model_status, spend_status, message FROM v_model;
SELECT count(*), count(p_alive) AS p_alive, count(alive_years) AS alive_years, count(clv_net) AS clv_net, count(tier) AS tier, min(expected_purchases), max(expected_purchases) FROM v;
SELECT quantity, value, formula FROM clv.explain('v', 7) WHERE quantity IN ('p_alive', 'expected_purchases', 'clv', 'alive_years', 'clv_net', 'tier');
SELECT as_of_date, count(*), count(p_alive) AS p_alive, count(tier) AS tier FROM clv.tiers_at('v', '{2024-10-01,2024-12-31}') GROUP BY 1 ORDER BY 1;
SELECT from_tier, to_tier, customers, departed FROM clv.migration('v', '2024-10-01', '2024-12-31') WHERE customers > 0 ORDER BY 1;
SELECT count(*) FROM clv.value_at_risk('v', '90 days');
SELECT group_name, customers, equity FROM clv.equity('v');
SELECT component, amount FROM clv.equity_bridge('v', '2024-10-01', '2024-12-31') ORDER BY ordinal;
-- a customer buys again, and the kept model is asked of it
INSERT INTO once VALUES (7, '2024-12-30', 20);
REFRESH MATERIALIZED VIEW v;
SELECT frequency, count(*), count(p_alive) AS p_alive, count(expected_purchases) AS expected FROM v GROUP BY 1 ORDER BY 1;
REFRESH MATERIALIZED VIEW v_model;
REFRESH MATERIALIZED VIEW v;
SELECT frequency, count(*), count(p_alive) AS p_alive, count(expected_purchases) AS expected FROM v GROUP BY 1 ORDER BY 1;
SELECT message ~ 'bought again' AS says FROM v_model;
DROP MATERIALIZED VIEW v, v_model;
DROP TABLE once, base, fits;

-- customers who do not differ, by fits at that limit: one rate and one spend for all, whatever their age
CREATE TABLE steady AS
SELECT i AS customer, date '2024-12-31' - 10 * (10 + i) + 10 * k AS day, 10.0 + 5 * ((7 * k + 3 * i) % 5) AS amount FROM generate_series(1, 50) AS i, generate_series(0, 10 + i) AS k;
CREATE TABLE steady_base AS
SELECT clv.cbs(h.history, '2024-12-31') AS base FROM (SELECT clv.rfm(day, amount::float8) AS history FROM steady GROUP BY customer) AS h;
CREATE TABLE alike AS
SELECT m.name, count(DISTINCT float8send(clv.discounted_purchases(f.model, n, 10 * n, 10 * n, 0.1, '1 year'))) AS purchases,
	   count(DISTINCT float8send(clv.p_alive(f.model, n, 10 * n, 10 * n))) AS p_alive
FROM clv.models() AS m, steady_base AS b, LATERAL (SELECT clv.fit(b.base, m.name) AS model OFFSET 0) AS f, generate_series(11, 60) AS n
WHERE m.kind = 'transaction' GROUP BY m.name;
SELECT * FROM alike ORDER BY name;
CALL clv.create_materialized_view('s', 'steady', 'customer', 'day', 'amount', '2024-12-31');
SELECT count(*), count(DISTINCT float8send(clv)) AS "values", count(DISTINCT tier) AS tiers, min(clv_rank), max(clv_rank) FROM s;
DROP MATERIALIZED VIEW s, s_model;
DROP TABLE steady, steady_base, alike;
