-- bgcnbd and mbgcnbd: buyers who come at regular intervals.  What k is and
-- where it comes from; that forecasts are exact and depend on one row alone.
SET datestyle = 'ISO, YMD';

-- 3,000 customers whose gaps are Erlang-3.
CREATE TABLE cnbd_histories AS
	SELECT customer, clv.rfm(at::date, amount) AS history
	FROM clv.simulate(clv.model('mbgcnbd', '{"r": 2, "alpha": 20, "a": 0.6, "b": 6, "k": 3}'),
	                  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 3000, '2024-01-01', 366, 731, 7)
	GROUP BY customer;
CREATE TABLE cnbd_base AS SELECT clv.cbs(history, '2025-12-30') AS cbs FROM cnbd_histories;
CREATE TABLE cnbd_rows AS
	SELECT customer, (clv.summary(history, '2025-12-30')).* FROM cnbd_histories;
CREATE TABLE cnbd_models AS
	SELECT name, clv.fit(cbs, name) AS m FROM cnbd_base, unnest('{mbgcnbd,bgcnbd,mbgnbd}'::text[]) AS name;

-- k is found; it has no standard error, and counts as a parameter.
SELECT name, clv.status(m), clv.param(m, 'k') AS k, m::text::clv.model OPERATOR(clv.=) m AS round_trip,
       abs(clv.aic(m) - (10 - 2 * clv.loglik(m))) < 1e-6 AS five_parameters
FROM cnbd_models WHERE name <> 'mbgnbd' ORDER BY name;
SELECT c.name, abs(estimate - want) < 3 * std_error AS recovered, std_error IS NULL AS no_error
FROM cnbd_models AS f, clv.coefficients(m) AS c
     JOIN (VALUES ('r', 2), ('alpha', 20), ('a', 0.6), ('b', 6), ('k', 3)) AS v(n, want) ON n = c.name
WHERE f.name = 'mbgcnbd';
SELECT max(clv.loglik(m)) FILTER (WHERE name = 'mbgcnbd') > max(clv.loglik(m)) FILTER (WHERE name = 'mbgnbd') + 1000 AS regular
FROM cnbd_models;

-- Given, k is not looked for: the best is the same, the next ones are below it,
-- and 1 is the model without k.
SELECT k, clv.fit(cbs, 'mbgcnbd', options => jsonb_build_object('k', k)) AS given INTO cnbd_given
FROM cnbd_base, generate_series(1, 4) AS k;
SELECT k, clv.param(given, 'k') = k AS kept, round((clv.loglik(given) - clv.loglik(m))::numeric, 6) >= 0 AS best
FROM cnbd_given, cnbd_models WHERE name = 'mbgcnbd' ORDER BY k;
SELECT abs(clv.loglik(given) / clv.loglik(m) - 1) < 1e-13 AS loglik,
       abs(clv.param(given, 'alpha') / clv.param(m, 'alpha') - 1) < 1e-9 AS alpha
FROM cnbd_given, cnbd_models WHERE name = 'mbgnbd' AND k = 1;

-- A customer's log-likelihood is without the factor of the gaps, gap^(k-1) / (k-1)!.
SELECT abs(clv.loglik(m) - (k - 1) * (clv.summary(cbs)).sum_log_gaps + x * ln(factorial(k::bigint - 1)) - ll) < 1e-7 AS adds_up
FROM (SELECT m, cbs, clv.param(m, 'k') AS k FROM cnbd_models, cnbd_base WHERE name = 'mbgcnbd') AS f,
     LATERAL (SELECT sum(frequency) AS x, sum(clv.loglik(m, frequency, recency, t)) AS ll FROM cnbd_rows) AS s;

-- Published: the exact forecast of one customer (weeks), which the paper
-- approximates by 1.732852 and 1.642514 with k = 2 and 3.
CREATE TABLE cnbd_two AS
	SELECT k, clv.model('mbgcnbd', jsonb_build_object('r', 0.9, 'alpha', 4, 'a', 0.6, 'b', 2.2, 'k', k), 7) AS m FROM generate_series(2, 3) AS k;
SELECT k, round(clv.expected_purchases(m, 2, 30.43, 38.86, '39 weeks')::numeric, 9) AS expected,
       round(clv.loglik(m, 2, 30.43, 38.86)::numeric, 8) AS loglik, round(clv.p_alive(m, 2, 30.43, 38.86)::numeric, 10) AS p_alive,
       round(clv.p_alive(m, 2, 30.43, 38.86, '39 weeks')::numeric, 10) AS ahead,
       round(clv.expected_purchases(m, '39 weeks')::numeric, 9) AS newcomer,
       round(clv.purchases_pmf(m, '39 weeks', 2)::numeric, 10) AS two
FROM cnbd_two ORDER BY k;
-- one row or a thousand: the same
SELECT k, count(DISTINCT clv.expected_purchases(m, 2, 30.43, 38.86 + 0 * i, '39 weeks')) FROM cnbd_two, generate_series(1, 1000) AS i GROUP BY k ORDER BY k;

-- One step is another: probabilities add up, discounting at 0 is none.
SELECT k, abs(1 - clv.purchases_pmf(m, 2, 30.43, 38.86, '39 weeks', 0) - clv.p_active(m, 2, 30.43, 38.86, '39 weeks')) < 1e-12 AS active,
       abs((SELECT sum(clv.purchases_pmf(m, 2, 30.43, 38.86, '39 weeks', n)) FROM generate_series(0, 300) AS n) - 1) < 1e-9 AS pmf,
       abs(clv.p_active(m, 2, 30.43, 38.86, clv.next_purchase(m, 2, 30.43, 38.86, 0.5) * interval '1 day') - 0.5) < 1e-8 AS next,
       clv.discounted_purchases(m, 2, 30.43, 38.86, 0, '39 weeks') = clv.expected_purchases(m, 2, 30.43, 38.86, '39 weeks') AS undiscounted,
       clv.next_purchase(m, 2, 30.43, 38.86, 0.99) IS NULL AS never
FROM cnbd_two ORDER BY k;

-- It can be the model of the main job, which takes histories.
CREATE TABLE cnbd_orders AS
	SELECT customer, at::date AS day, amount
	FROM clv.simulate(clv.model('mbgcnbd', '{"r": 2, "alpha": 20, "a": 0.6, "b": 6, "k": 3}'),
	                  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 3000, '2024-01-01', 366, 731, 7);
SELECT clv.query('cnbd_orders', 'customer', 'day', 'amount', '2025-12-30', model => 'mbgcnbd') AS query \gset
CREATE TABLE cnbd_scores AS :query;
SELECT count(*), bool_and(abs(s.p_alive - clv.p_alive(m, s.frequency, s.recency, s.t)) < 1e-15) AS by_this_model,
       bool_and(clv = discounted_purchases * expected_spend) AS product
FROM cnbd_scores AS s, cnbd_models WHERE name = 'mbgcnbd';

-- Bases that say little: a fit ends, at a limit, and says in
-- words what the base is like; what it then forecasts is a number in bounds.
CREATE TABLE cnbd_little AS
	SELECT base, clv.cbs(history, '2020-12-31') AS cbs
	FROM (SELECT base, customer, clv.rfm(day) AS history
	      FROM (SELECT 'all one-time buyers', i, date '2020-01-01' + i FROM generate_series(1, 300) AS i
	            UNION ALL SELECT 'one customer', 1, date '2020-01-01' + 30 * i FROM generate_series(0, 5) AS i
	            UNION ALL SELECT 'identical, regular', c, date '2020-01-01' + 30 * i FROM generate_series(0, 5) AS i, generate_series(1, 200) AS c
	            UNION ALL SELECT 'identical, irregular', c, date '2020-01-01' + i * i * i FROM generate_series(0, 5) AS i, generate_series(1, 200) AS c
	            UNION ALL SELECT 'every day for 274 years', 1, date '1726-01-01' + i FROM generate_series(0, 100000) AS i
	            UNION ALL SELECT 'a day old', c, date '2020-12-30' + i FROM generate_series(0, 1) AS i, generate_series(1, 20) AS c WHERE i = 0 OR c % 2 = 0
	            UNION ALL SELECT 'a hundred years', c, date '1921-01-01' + c * 997 * i % 36500 FROM generate_series(0, 5) AS i, generate_series(1, 50) AS c
	            UNION ALL SELECT 'five customers', c, date '2020-01-01' + 37 * c * i * i % 360 FROM generate_series(0, 5) AS i, generate_series(1, 5) AS c WHERE i <= c) AS o (base, customer, day)
	      GROUP BY base, customer) AS h
	GROUP BY base;
CREATE TABLE cnbd_limits AS
	SELECT base, cbs, model, clv.fit(cbs, model) AS m FROM cnbd_little, unnest('{mbgnbd,bgcnbd,mbgcnbd}'::text[]) AS model;
SELECT base, model, clv.status(m), clv.message(m) FROM cnbd_limits ORDER BY base COLLATE "C", model;
SELECT count(*), bool_and(p_alive BETWEEN 0 AND 1) AS p_alive, bool_and(p_active BETWEEN 0 AND p_alive) AS p_active,
       bool_and(purchases BETWEEN 0 AND 1e6) AS purchases, bool_and(ever BETWEEN purchases * 0.9 AND 1e9) AS ever,
       bool_and(years BETWEEN 0 AND p_alive) AS years, bool_and(abs(none + p_active - 1) < 1e-10) AS none
FROM cnbd_limits, clv.cells(cbs) AS c,
     LATERAL (SELECT clv.p_alive(m, frequency, recency, t), clv.p_active(m, frequency, recency, t, '1 year'),
                     clv.expected_purchases(m, frequency, recency, t, '1 year') AS purchases,
                     clv.discounted_purchases(m, frequency, recency, t, 0.1) AS ever,
                     clv.alive_years(m, frequency, recency, t, 0, '1 year') AS years,
                     clv.purchases_pmf(m, frequency, recency, t, '1 year', 0) AS none) AS p;

-- Refused: bases without gaps, but for k = 1; k that is none; other options.
SELECT clv.fit(clv.cbs(frequency, recency, t), 'mbgcnbd') FROM cnbd_rows;
SELECT clv.fit(clv.cbs(frequency, recency, t), 'bgcnbd', 7) FROM cnbd_rows;
SELECT clv.fit('bgcnbd', frequency, recency, t) FROM cnbd_rows;
SELECT clv.status(clv.fit(clv.cbs(frequency, recency, t), 'mbgcnbd', 7, NULL, '{"k": 1}')) FROM cnbd_rows;
SELECT clv.fit(cbs, 'mbgcnbd', options => '{"k": 2.5}') FROM cnbd_base;
SELECT clv.fit(cbs, 'mbgcnbd', options => '{"k": 13}') FROM cnbd_base;
SELECT clv.fit(cbs, 'mbgcnbd', options => '{"k": "2"}') FROM cnbd_base;
SELECT clv.fit(cbs, 'mbgcnbd', options => '{"r": 1}') FROM cnbd_base;
SELECT clv.fit(cbs, 'mbgnbd', options => '{"k": 2}') FROM cnbd_base;
SELECT clv.model('bgcnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1, "k": 0}');
SELECT clv.model('bgcnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1, "k": 1.5}');
SELECT clv.model('bgcnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}');
DROP TABLE cnbd_histories, cnbd_base, cnbd_rows, cnbd_models, cnbd_given, cnbd_two, cnbd_orders, cnbd_scores, cnbd_little, cnbd_limits;
