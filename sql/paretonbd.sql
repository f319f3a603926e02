-- Pareto/NBD, NBD and GGompertz/NBD: golden values, inputs on which libraries
-- fail, what the models are to each other, and fits.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- Weeks; a customer with 2 repeat purchases, the last 30.43 weeks after the
-- first, seen for 38.86 weeks.  The rate is the one that gives ln(1.15)/52 a
-- week of 52 to the year; golden values were computed with 30 digits or more.
CREATE TEMP TABLE m AS
	SELECT clv.model('paretonbd', '{"r": 0.5534, "alpha": 10.578, "s": 0.6061, "beta": 11.669}', 7) AS pareto,
	       clv.model('ggompertznbd', '{"r": 0.553, "alpha": 10.578, "b": 0.02, "s": 0.6, "beta": 0.25}', 7) AS ggom,
	       clv.model('nbd', '{"r": 0.3848, "alpha": 12.072}', 7) AS nbd,
	       exp(ln(1.15::float8) * 365.25 / 364) - 1 AS rate;
CREATE FUNCTION pg_temp.near(got float8, want float8, digits int) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN abs(got - want) <= 0.51 * 10.0 ^ -digits THEN 'as published'
	            ELSE got || ' instead of ' || want END
$$;

SELECT what, pg_temp.near(paretonbd, p_want, digits) AS paretonbd, pg_temp.near(ggompertznbd, g_want, digits) AS ggompertznbd
FROM m, LATERAL (VALUES
	('log-likelihood', clv.loglik(pareto, 2, 30.43, 38.86), -9.554037719, clv.loglik(ggom, 2, 30.43, 38.86), -9.646798780, 9),
	('log-likelihood, x = 0', clv.loglik(pareto, 0, 0, 38.86), -.5213525405, clv.loglik(ggom, 0, 0, 38.86), -.5104903527, 10),
	('P(alive)', clv.p_alive(pareto, 2, 30.43, 38.86), .8691429919, clv.p_alive(ggom, 2, 30.43, 38.86), .8154788860, 10),
	('P(alive), x = 0', clv.p_alive(pareto, 0, 0, 38.86), .2951516623, clv.p_alive(ggom, 0, 0, 38.86), .2499134243, 10),
	('P(alive in 39 weeks)', clv.p_alive(pareto, 2, 30.43, 38.86, '39 weeks'), .6145002078, clv.p_alive(ggom, 2, 30.43, 38.86, '273 days'), .4393656590, 10),
	('P(none in 39 weeks)', 1 - clv.p_active(pareto, 2, 30.43, 38.86, '39 weeks'), .4080476468, 1 - clv.p_active(ggom, 2, 30.43, 38.86, '39 weeks'), .4866375469, 10),
	('purchases', clv.expected_purchases(pareto, 2, 30.43, 38.86, '39 weeks'), 1.455266860, clv.expected_purchases(ggom, 2, 30.43, 38.86, '39 weeks'), 1.209233403, 9),
	('purchases, new customer', clv.expected_purchases(pareto, '39 weeks'), 1.213782580, clv.expected_purchases(ggom, '39 weeks'), 1.163449224, 9),
	('discounted, 52 weeks', clv.discounted_purchases(pareto, 2, 30.43, 38.86, rate, '52 weeks'), 1.736033941, clv.discounted_purchases(ggom, 2, 30.43, 38.86, rate, '52 weeks'), 1.392888738, 9),
	('discounted, no end', clv.discounted_purchases(pareto, 2, 30.43, 38.86, rate), 6.501692471, clv.discounted_purchases(ggom, 2, 30.43, 38.86, rate), 2.463674603, 9)
) AS v(what, paretonbd, p_want, ggompertznbd, g_want, digits);

SELECT what, pg_temp.near(got, want, digits) AS got
FROM m, LATERAL (VALUES
	('P(0), new customer', clv.purchases_pmf(pareto, '39 weeks', 0), .5934431913, 10),
	('P(2), new customer', clv.purchases_pmf(pareto, '39 weeks', 2), .0825216898, 10),
	('discounted weeks alive', clv.alive_years(pareto, 2, 30.43, 38.86, rate, '52 weeks') * 365.25 / 7, 33.612456, 6),
	('weeks to the next, 50 %', clv.next_purchase(pareto, 2, 30.43, 38.86, 0.5) / 7, 23.7542535, 7),
	('NBD log-likelihood', clv.loglik(nbd, 2, 30, 38.86), -9.044417769, 9),
	('NBD purchases', clv.expected_purchases(nbd, 2, 30, 38.86, '39 weeks'), 1.826105395, 9)
) AS v(what, got, want, digits);

-- P(never again) is 0.295: NULL from there on.
SELECT clv.next_purchase(pareto, 2, 30.43, 38.86, 0.704) IS NOT NULL AS sometime,
       clv.next_purchase(pareto, 2, 30.43, 38.86, 0.705) IS NULL AS never
FROM m;

-- Where libraries return NaN: s = 1, s = 2, alpha = beta, beta far from alpha,
-- many purchases, purchases long ago.
SELECT what, pg_temp.near(got, want, digits) AS got
FROM m, LATERAL (SELECT clv.model('paretonbd', '{"r": 0.5534, "alpha": 10.578, "s": 1, "beta": 11.669}', 7) AS one,
                        clv.model('paretonbd', '{"r": 0.5534, "alpha": 10.578, "s": 2, "beta": 11.669}', 7) AS two,
                        clv.model('paretonbd', '{"r": 0.5534, "alpha": 10, "s": 0.6061, "beta": 10}', 7) AS equal,
                        clv.model('paretonbd', '{"r": 0.5534, "alpha": 10.578, "s": 0.6061, "beta": 1e6}', 7) AS far,
                        clv.model('paretonbd', '{"r": 0.5534, "alpha": 74.046, "s": 0.6061, "beta": 81.683}') AS days) AS p,
LATERAL (VALUES
	('s = 1: purchases', clv.expected_purchases(one, 2, 30.43, 38.86, '39 weeks'), 1.1862280141, 10),
	('s = 1: no end', clv.discounted_purchases(one, 2, 30.43, 38.86, rate), 3.68340220514, 11),
	('s = 2: purchases', clv.expected_purchases(two, 2, 30.43, 38.86, '39 weeks'), .72283523588, 11),
	('s = 2: no end', clv.discounted_purchases(two, 2, 30.43, 38.86, rate), 1.25908150459, 11),
	('alpha = beta: log-likelihood', clv.loglik(equal, 2, 30.43, 38.86), -9.62259498637, 11),
	('alpha = beta: P(alive)', clv.p_alive(equal, 2, 30.43, 38.86), .864199268944, 12),
	('alpha = beta, just now: log-likelihood', clv.loglik(equal, 3, 38.86, 38.86), -12.7200801492, 10),
	('just now: P(alive)', clv.p_alive(equal, 3, 38.86, 38.86), 1, 15),
	('beta = 1e6: P(alive)', clv.p_alive(far, 2, 30.43, 38.86), .999993500105, 12),
	('beta = 1e6: no end', clv.discounted_purchases(far, 2, 30.43, 38.86, rate), 19.2119597893, 10),
	('500 purchases: log-likelihood', clv.loglik(days, 500, 360, 364), -434.983098293, 9),
	('500 purchases: purchases', clv.expected_purchases(days, 500, 360, 364, '365 days'), 307.668455196, 9),
	('500 purchases, then silence', clv.loglik(days, 500, 180, 364), -168.812144186, 9)
) AS v(what, got, want, digits);

-- Rate 0 is no discount, to the bit; NBD customers are alive for ever.
SELECT bool_and(clv.discounted_purchases(model, x, tx, 38.86, 0, h) = clv.expected_purchases(model, x, tx, 38.86, h)) AS rate_0,
       bool_and(abs(clv.p_active(model, x, tx, 38.86, h) + clv.purchases_pmf(model, x, tx, 38.86, h, 0) - 1) < 1e-12) AS active,
       bool_and(clv.p_alive(model, x, tx, 38.86, '0') = clv.p_alive(model, x, tx, 38.86)) AS at_once
FROM m, LATERAL (VALUES (pareto), (ggom), (nbd)) AS k(model),
     (VALUES (0, 0.0), (2, 30.43), (7, 38.86)) AS r(x, tx), (VALUES ('1 year'::interval), ('0'), ('1 day')) AS i(h);
SELECT clv.p_alive(nbd, 0, 0, 1000, '100 years') AS alive,
       abs(clv.alive_years(nbd, 0, 0, 0, 0.1, '1000 years') - 1 / ln(1.1)) < 1e-12 AS for_ever
FROM m;

-- Simulated bases: the fit finds what they were made with, within five standard
-- errors; GGompertz/NBD fitted to Pareto/NBD says that it is one.
CREATE TEMP TABLE fits AS
SELECT s.name, s.params, (SELECT clv.fit(clv.cbs(frequency, recency, t), s.name)
                          FROM (SELECT count(*) - 1 AS frequency, extract(epoch FROM max(at) - min(at))::float8 / 86400 AS recency,
                                       extract(epoch FROM '2025-01-01' - min(at))::float8 / 86400 AS t
                                FROM clv.simulate(clv.model(s.name, s.params), NULL, 4000, '2023-01-01', 365, 731, 7)
                                GROUP BY customer) AS c) AS fitted
FROM (VALUES ('paretonbd', '{"r": 0.8, "alpha": 40, "s": 0.9, "beta": 150}'::jsonb),
             ('nbd', '{"r": 0.8, "alpha": 40}'),
             ('ggompertznbd', '{"r": 0.8, "alpha": 40, "b": 0.01, "s": 0.4, "beta": 0.8}')) AS s(name, params);
SELECT f.name, clv.status(f.fitted), c.name AS parameter,
       abs(ln(c.estimate / (f.params->>c.name)::float8)) < 5 * c.std_error / c.estimate AS found
FROM fits AS f, LATERAL clv.coefficients(f.fitted) AS c ORDER BY 1, c.name;

-- A base without attrition, and one whose risk of leaving does not grow with
-- age: the models that have such a thing say so.
SELECT clv.status(fitted), clv.message(fitted) LIKE '%no sign that customers ever leave%' AS says
FROM (SELECT clv.fit('paretonbd', x, 100 + x, 100 + x) AS fitted FROM generate_series(1, 200) AS i, LATERAL (SELECT (i * 7 % 13 + 1)::float8 AS x) AS l) AS f;
SELECT clv.status(fitted), clv.message(fitted)
FROM (SELECT clv.fit('paretonbd', 3, 80, 100) AS fitted FROM generate_series(1, 500)) AS f;
SELECT name, clv.fit(name, 0, 0, 0) IS NULL AS nobody_seen FROM unnest('{paretonbd,nbd,ggompertznbd}'::text[]) AS name GROUP BY name ORDER BY name;
-- Sixty customers buy every six days, and fall silent after two months: all leave
-- at one age, and beta is of the size of e^(b age).
SELECT clv.status(m), round(clv.loglik(m)::numeric, 4) AS loglik, round(clv.p_alive(m, 0, 0, 0, '63 days')::numeric, 6) AS alive_at_63, round(clv.p_alive(m, 0, 0, 0, '65 days')::numeric, 6) AS alive_at_65
FROM (SELECT clv.fit(clv.cbs(8 + i % 5, 56 + i % 9, 120), 'ggompertznbd') AS m FROM generate_series(1, 60) AS i) AS f;
