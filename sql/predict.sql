-- Predictions: golden values, units, NULLs, and what is refused.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';

-- Weeks; a customer with 2 repeat purchases, the last 30.43 weeks after the
-- first, seen for 38.86 weeks.  The rate is the one that gives ln(1.15)/52 a
-- week of 52 to the year; golden values were computed with 30 digits or more.
CREATE TEMP TABLE m AS
	SELECT clv.model('bgnbd', '{"r": 0.2426, "alpha": 4.4136, "a": 0.7931, "b": 2.4259}', 7) AS bg,
	       clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}', 7) AS mbg,
	       clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS gg,
	       exp(ln(1.15::float8) * 365.25 / 364) - 1 AS rate;
CREATE FUNCTION pg_temp.near(got float8, want float8, digits int) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
	SELECT CASE WHEN abs(got - want) <= 0.51 * 10.0 ^ -digits THEN 'as published'
	            ELSE got || ' instead of ' || want END
$$;

SELECT what, pg_temp.near(bgnbd, bg_want, digits) AS bgnbd, pg_temp.near(mbgnbd, mbg_want, digits) AS mbgnbd
FROM m, LATERAL (VALUES
	('log-likelihood', clv.loglik(bg, 2, 30.43, 38.86), -9.459714033, clv.loglik(mbg, 2, 30.43, 38.86), -9.485551315, 9),
	('log-likelihood, x = 0', clv.loglik(bg, 0, 0, 38.86), -.5538199113, clv.loglik(mbg, 0, 0, 38.86), -.5398374635, 10),
	('P(alive)', clv.p_alive(bg, 2, 30.43, 38.86), .7265639421, clv.p_alive(mbg, 2, 30.43, 38.86), .7062022651, 10),
	('P(alive), x = 0', clv.p_alive(bg, 0, 0, 38.86), 1, clv.p_alive(mbg, 0, 0, 38.86), .3897350809, 10),
	('P(alive in 39 weeks)', clv.p_alive(bg, 2, 30.43, 38.86, '39 weeks'), .5671308030, clv.p_alive(mbg, 2, 30.43, 38.86, '273 days'), .5308247157, 10),
	('P(none in 39 weeks)', 1 - clv.p_active(bg, 2, 30.43, 38.86, '39 weeks'), .4454265347, 1 - clv.p_active(mbg, 2, 30.43, 38.86, '39 weeks'), .4400059092, 10),
	('purchases', clv.expected_purchases(bg, 2, 30.43, 38.86, '39 weeks'), 1.225791622, clv.expected_purchases(mbg, 2, 30.43, 38.86, '39 weeks'), 1.262960623, 9),
	('purchases, x = 0', clv.expected_purchases(bg, 0, 0, 38.86, '39 weeks'), .1947825775, clv.expected_purchases(mbg, 0, 0, 38.86, '39 weeks'), .1540127467, 10),
	('purchases, new customer', clv.expected_purchases(bg, '39 weeks'), 1.194923973, clv.expected_purchases(mbg, '39 weeks'), 1.182953666, 9),
	('P(0), new customer', clv.purchases_pmf(bg, '39 weeks', 0), .5742999197, clv.purchases_pmf(mbg, '39 weeks', 0), .5824731895, 10),
	('P(2), new customer', clv.purchases_pmf(bg, '39 weeks', 2), .0853256222, clv.purchases_pmf(mbg, '39 weeks', 2), .0868948257, 10),
	('P(0)', clv.purchases_pmf(bg, 2, 30.43, 38.86, '39 weeks', 0), .4454265347, clv.purchases_pmf(mbg, 2, 30.43, 38.86, '39 weeks', 0), .4400059092, 10),
	('discounted, 52 weeks', clv.discounted_purchases(bg, 2, 30.43, 38.86, rate, '52 weeks'), 1.461635260, clv.discounted_purchases(mbg, 2, 30.43, 38.86, rate, '52 weeks'), 1.498898986, 9),
	('discounted, no end', clv.discounted_purchases(bg, 2, 30.43, 38.86, rate), 5.168361924, clv.discounted_purchases(mbg, 2, 30.43, 38.86, rate), 4.924675786, 9),
	('discounted weeks alive', clv.alive_years(bg, 2, 30.43, 38.86, rate, '52 weeks') * 365.25 / 7, 29.995139, clv.alive_years(mbg, 2, 30.43, 38.86, rate, '52 weeks') * 365.25 / 7, 28.465408, 6),
	('weeks to the next, 50 %', clv.next_purchase(bg, 2, 30.43, 38.86, 0.5) / 7, 29.4861206, clv.next_purchase(mbg, 2, 30.43, 38.86, 0.5) / 7, 28.3009354, 7)
) AS v(what, bgnbd, bg_want, mbgnbd, mbg_want, digits);

-- Where libraries are known to fail: a one-time buyer is not sure to come back;
-- closed forms are singular at a = 1 and a + b = 1; a customer of today; q < 1.
SELECT what, pg_temp.near(got, want, digits) AS got
FROM m, LATERAL (VALUES
	('BG, x = 0, none in 39 weeks', 1 - clv.p_active(bg, 0, 0, 38.86, '39 weeks'), .855668429492, 12),
	('BG, purchases in 30 days', clv.expected_purchases(clv.model('bgnbd', '{"r": 0.11, "alpha": 2.24, "a": 0.31, "b": 0.50}'), 0, 0, 1, '30 days'), .5645886155327847, 14),
	('BG, a + b = 1', clv.expected_purchases(clv.model('bgnbd', '{"r": 0.11, "alpha": 2.24, "a": 0.4, "b": 0.6}'), 0, 0, 1, '30 days'), .532626163161, 12),
	('BG, a = 1', clv.expected_purchases(clv.model('bgnbd', '{"r": 0.2426, "alpha": 4.4136, "a": 1, "b": 2.4259}', 7), 2, 30.43, 38.86, '39 weeks'), 1.10198952397, 11),
	('MBG, a = 1', clv.expected_purchases(clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 1, "b": 1.614}', 7), 2, 30.43, 38.86, '39 weeks'), 1.19531332085, 11),
	('BG, all 1: log-likelihood', clv.loglik(clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), 2, 30.43, 38.86), -10.7585473335, 10),
	('BG, all 1: purchases', clv.expected_purchases(clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), 2, 30.43, 38.86, '39 days'), 1.01337863066, 11),
	('BG, all 1: purchases, x = 0', clv.expected_purchases(clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), 0, 0, 38.86, '39 days'), .682300813665, 12),
	('BG, first bought today', clv.expected_purchases(bg, 0, 0, 0, '39 weeks'), 1.194923973, 9),
	('MBG, first bought today', clv.expected_purchases(mbg, 0, 0, 0, '39 weeks'), 1.182953666, 9),
	('MBG, first bought today: alive', clv.p_alive(mbg, 0, 0, 0), .644311377246, 12),
	('BG, x = 450 in 4 weeks', clv.expected_purchases(clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}', 7), 450, 4, 4, '39 weeks'), 936.145252535791, 10),
	('spend', clv.expected_spend(gg, 2, 22.35), 24.66371391, 8),
	('spend, q = 0.79, x = 1', clv.expected_spend(clv.model('gammagamma', '{"p": 6.25, "q": 0.79, "gamma": 15.44}'), 1, 20), 36.6721854305, 10)
) AS v(what, got, want, digits);

-- A year in days: 500 purchases.
SELECT what, pg_temp.near(got, want, digits) AS got
FROM (SELECT clv.model('bgnbd', '{"r": 0.2426, "alpha": 30.8952, "a": 0.7931, "b": 2.4259}') AS bg,
             clv.model('mbgnbd', '{"r": 0.525, "alpha": 43.281, "a": 0.891, "b": 1.614}') AS mbg) AS d,
LATERAL (VALUES
	('BG log-likelihood', clv.loglik(bg, 500, 360, 364), -388.657576693, 9),
	('BG P(alive)', clv.p_alive(bg, 500, 360, 364), .795162900483, 12),
	('BG purchases', clv.expected_purchases(bg, 500, 360, 364, '365 days'), 279.057658259, 9),
	('MBG log-likelihood', clv.loglik(mbg, 500, 360, 364), -402.996174223, 9),
	('MBG P(alive)', clv.p_alive(mbg, 500, 360, 364), .801098213564, 12),
	('MBG purchases', clv.expected_purchases(mbg, 500, 360, 364, '365 days'), 265.963063316, 9)
) AS v(what, got, want, digits);

-- The unit of time changes no prediction: alpha is a time, all else is not.
WITH u AS (
	SELECT unit, clv.model('mbgnbd', jsonb_build_object('r', 0.525, 'alpha', 43.281 / unit, 'a', 0.891, 'b', 1.614), unit) AS w
	FROM unnest('{1, 7, 365.25, 0.041666666666666664}'::float8[]) AS unit
), p AS (
	SELECT ARRAY[clv.p_alive(w, 3, 200 / unit, 270 / unit), clv.p_alive(w, 3, 200 / unit, 270 / unit, '1 mon'),
	             clv.p_active(w, 3, 200 / unit, 270 / unit, '1 year'), clv.expected_purchases(w, 3, 200 / unit, 270 / unit, '1 year'),
	             clv.expected_purchases(w, '2 years'), clv.purchases_pmf(w, 3, 200 / unit, 270 / unit, '1 year', 2),
	             clv.discounted_purchases(w, 3, 200 / unit, 270 / unit, 0.1, '1 year'), clv.discounted_purchases(w, 3, 200 / unit, 270 / unit, 0.1),
	             clv.alive_years(w, 3, 200 / unit, 270 / unit, 0.1, '1 year'), clv.next_purchase(w, 3, 200 / unit, 270 / unit, 0.3)] AS v
	FROM u
)
SELECT bool_and(abs(x - lo) <= 1e-11 * abs(lo)) AS same, count(*)
FROM p, LATERAL unnest(v) WITH ORDINALITY AS e(x, i),
     LATERAL (SELECT min(q.v[i]) AS lo FROM p AS q) AS l;

-- Calendar: a year is 365.25 days, a month a twelfth of it, a week 7 days.
SELECT clv.expected_purchases(mbg, '1 year') = clv.expected_purchases(mbg, '12 mons') AS months,
       clv.expected_purchases(mbg, '1 year') = clv.expected_purchases(mbg, '365 days 6 hours') AS days,
       clv.expected_purchases(mbg, '1 week') = clv.expected_purchases(mbg, '168 hours') AS hours
FROM m;

-- Identities.  Rate 0 is no discount, to the bit; value is a product, to the
-- bit; probabilities of 0, 1, ... add up to 1 and to the mean.
SELECT bool_and(clv.discounted_purchases(mbg, x, tx, 38.86, 0, h) = clv.expected_purchases(mbg, x, tx, 38.86, h)
                AND clv.discounted_purchases(bg, x, tx, 38.86, 0, h) = clv.expected_purchases(bg, x, tx, 38.86, h)) AS rate_0,
       bool_and(clv.value(mbg, gg, x, tx, 38.86, 22.35, 0.1, h)
                = clv.discounted_purchases(mbg, x, tx, 38.86, 0.1, h) * clv.expected_spend(gg, x, 22.35)) AS product,
       bool_and(abs(clv.p_active(mbg, x, tx, 38.86, h) + clv.purchases_pmf(mbg, x, tx, 38.86, h, 0) - 1) < 1e-12) AS active,
       bool_and(clv.p_alive(mbg, x, tx, 38.86, '0') = clv.p_alive(mbg, x, tx, 38.86)) AS at_once
FROM m, (VALUES (0, 0.0), (2, 30.43), (7, 38.86)) AS r(x, tx), (VALUES ('1 year'::interval), ('0'), ('1 day')) AS i(h);
SELECT abs(sum(p) - 1) < 1e-9 AS one, abs(sum(n * p) - max(e)) < 1e-7 AS mean
FROM m, generate_series(0, 400) AS n,
     LATERAL (SELECT clv.purchases_pmf(mbg, 2, 30.43, 38.86, '39 weeks', n) AS p,
                     clv.expected_purchases(mbg, 2, 30.43, 38.86, '39 weeks') AS e) AS l;
SELECT abs(clv.new_customer_value(mbg, gg, 0.1, '1 year')
           / (clv.expected_spend(gg, 0, NULL) * (1 + clv.discounted_purchases(mbg, 0, 0, 0, 0.1, '1 year'))) - 1) < 1e-15 AS new_customer,
       clv.new_customer_value(mbg, gg, 0.1, '0') = clv.expected_spend(gg, 0, NULL) AS first_only
FROM m;
SELECT abs(1 - clv.p_active(mbg, 2, 30.43, 38.86, make_interval(secs => d * 86400)) - 0.6) < 1e-7 AS quantile
FROM m, LATERAL clv.next_purchase(mbg, 2, 30.43, 38.86, 0.4) AS d;

-- Nothing happens in no time.
SELECT clv.expected_purchases(mbg, 2, 30.43, 38.86, '0') AS purchases, clv.p_active(mbg, 2, 30.43, 38.86, '0') AS active,
       clv.purchases_pmf(mbg, '0', 0) AS none, clv.purchases_pmf(mbg, '0', 1) AS one,
       clv.alive_years(mbg, 2, 30.43, 38.86, 0.1, '0') AS years
FROM m;

-- At the ends of the parameter space and of histories every answer is there,
-- and inside its bounds.
SELECT count(*) AS asked, count(*) FILTER (WHERE alive BETWEEN 0 AND 1 AND alive_later BETWEEN 0 AND alive AND active BETWEEN 0 AND 1
                                           AND abs(loglik) < 'Infinity' AND purchases >= 0 AND purchases < 'Infinity'
                                           AND discounted BETWEEN 0 AND purchases * (1 + 1e-12)
                                           AND no_end >= discounted * (1 - 1e-12) AND no_end < 'Infinity'
                                           AND years BETWEEN 0 AND 1 AND three BETWEEN 0 AND 1
                                           AND (next IS NULL OR next BETWEEN 0 AND 1.7e308)) AS answered
FROM (SELECT clv.model(name, jsonb_build_object('r', r, 'alpha', alpha, 'a', a, 'b', b)) AS m
      FROM unnest('{bgnbd,mbgnbd}'::text[]) AS name, unnest('{1e-4,1,1e6}'::float8[]) AS r, unnest('{1e-4,1,1e6}'::float8[]) AS alpha,
           unnest('{1e-4,1,1e6}'::float8[]) AS a, unnest('{1e-4,1,1e6}'::float8[]) AS b) AS p,
     (VALUES (0, 0, 0), (0, 0, 1e5), (1, 1e-3, 1e5), (100000, 1e5, 1e5), (100000, 10, 1e5), (7, 300, 300.5)) AS r(x, tx, t),
     LATERAL (SELECT clv.loglik(m, x, tx, t) AS loglik, clv.p_alive(m, x, tx, t) AS alive, clv.p_alive(m, x, tx, t, '1 year') AS alive_later,
                     clv.p_active(m, x, tx, t, '1 year') AS active, clv.expected_purchases(m, x, tx, t, '1 year') AS purchases,
                     clv.discounted_purchases(m, x, tx, t, 0.1, '1 year') AS discounted, clv.discounted_purchases(m, x, tx, t, 0.1) AS no_end,
                     clv.alive_years(m, x, tx, t, 0.1, '1 year') AS years, clv.purchases_pmf(m, x, tx, t, '1 year', 3) AS three,
                     clv.next_purchase(m, x, tx, t, 0.5) AS next) AS a;

-- What NULL means.  Any NULL argument gives NULL, but monetary says nothing of
-- a customer without a repeat purchase.
SELECT clv.p_alive(bg, NULL, 0, 1) IS NULL AS f, clv.p_alive(NULL, 0, 0, 1) IS NULL AS m,
       clv.discounted_purchases(bg, 0, 0, 1, NULL) IS NULL AS rate, clv.purchases_pmf(bg, NULL, 1) IS NULL AS h,
       clv.value(bg, gg, 2, 30.43, 38.86, 22.35, 0.1, NULL) IS NULL AS v1, clv.value(bg, NULL, 2, 30.43, 38.86, 22.35, 0.1, '1 year') IS NULL AS v2
FROM m;
SELECT clv.expected_spend(gg, 0, NULL) = clv.expected_spend(gg, 0, 100) AS prior, round(clv.expected_spend(gg, 0, -3)::numeric, 6) AS mean,
       clv.expected_spend(gg, 1, NULL) AS unknown, clv.expected_spend(gg, 1, 0) AS zero, clv.expected_spend(gg, 1, -5) AS negative,
       clv.expected_spend(gg, NULL, 5) AS no_x, clv.expected_spend(NULL, 0, 5) AS no_model
FROM m;
SELECT clv.value(bg, gg, 0, 0, 38.86, NULL, 0.1, '1 year') > 0 AS one_time, clv.value(bg, gg, 2, 30.43, 38.86, NULL, 0.1, '1 year') AS unknown,
       clv.value(bg, gg, 2, 30.43, 38.86, -1, 0.1, '1 year') AS negative
FROM m;
-- 6.25 * 15.44 / 2.74 = 35.218978 above; an infinite mean is no number
SELECT clv.expected_spend(q, 0, NULL) AS mean, clv.new_customer_value(mbg, q, 0.1, '1 year') AS new_customer,
       clv.value(bg, q, 0, 0, 38.86, NULL, 0.1, '1 year') AS one_time, round(clv.expected_spend(q, 1, 20)::numeric, 6) AS repeat_buyer
FROM m, clv.model('gammagamma', '{"p": 6.25, "q": 0.79, "gamma": 15.44}') AS q;
SELECT clv.expected_spend(clv.model('gammagamma', '{"p": 6.25, "q": 1, "gamma": 15.44}'), 0, 1) AS q_is_1;
-- Never with more than the chance of being alive.
SELECT clv.next_purchase(mbg, 2, 30.43, 38.86, 0.70) > 0 AS some_day, clv.next_purchase(mbg, 2, 30.43, 38.86, 0.71) AS never FROM m;

-- Calls resolve whatever the types of the numbers.
SELECT clv.p_alive(bg, 2::int, 30.43::numeric, 38.86::float8) = clv.p_alive(bg, '2', '30.43', '38.86') AS p_alive,
       clv.p_alive(bg, '2', '30.43', '38.86', '1 day') = clv.p_alive(bg, 2::bigint, 30.43, 38.86, interval '1 day') AS ahead,
       clv.expected_purchases(bg, '1 year') = clv.expected_purchases(bg, 0::smallint, 0, 0, '1 year') AS purchases,
       clv.purchases_pmf(bg, '1 year', '1') = clv.purchases_pmf(bg, 0, 0, 0, '1 year', 1::smallint) AS pmf,
       clv.discounted_purchases(bg, '2', '30.43', '38.86', '0.1', '1 year') = clv.discounted_purchases(bg, 2, 30.43, 38.86, 0.1::numeric, '1 year') AS discounted,
       clv.discounted_purchases(bg, '2', '30.43', '38.86', '0.1') = clv.discounted_purchases(bg, 2, 30.43, 38.86, 0.1::real::numeric) AS no_end,
       clv.expected_spend(gg, '0', '1') = clv.expected_spend(gg, 0, 1) AS spend,
       clv.loglik(bg, '2', '30.43', '38.86') = clv.loglik(bg, 2, 30.43, 38.86) AS loglik
FROM m;
SELECT clv.value(model => mbg, spend => gg, frequency => 2, recency => 30.43, t => 38.86, monetary => 22.35, annual_rate => 0.1, horizon => '1 year')
       = clv.value(mbg, gg, 2, 30.43, 38.86, 22.35, 0.1, '1 year') AS by_name
FROM m;

-- Refused, with the value.
SELECT clv.p_alive(bg, 2, 40, 38.86) FROM m;
SELECT clv.p_alive(bg, 2, 30, 38.86, '-1 day') FROM m;
\set VERBOSITY terse
SELECT clv.expected_purchases(gg, 2, 30, 38.86, '1 year') FROM m;
SELECT clv.expected_spend(bg, 2, 30) FROM m;
\set VERBOSITY default
SELECT clv.discounted_purchases(bg, 2, 30, 38.86, 0) FROM m;
SELECT clv.discounted_purchases(bg, 2, 30, 38.86, -0.1) FROM m;
SELECT clv.purchases_pmf(bg, '1 year', -1) FROM m;
SELECT clv.next_purchase(bg, 2, 30, 38.86, 1) FROM m;
\set VERBOSITY sqlstate
SELECT clv.p_alive(bg, 0, 1, 2) FROM m;
SELECT clv.p_alive(bg, 1, 0, 2) FROM m;
SELECT clv.p_alive(bg, 1.5, 1, 2) FROM m;
SELECT clv.p_alive(bg, -1, 1, 2) FROM m;
SELECT clv.p_alive(bg, 'NaN', 1, 2) FROM m;
SELECT clv.p_alive(bg, 1, 1, 'Infinity') FROM m;
SELECT clv.loglik(bg, 2, 40, 38.86) FROM m;
SELECT clv.discounted_purchases(bg, 2, 30, 38.86, 'NaN') FROM m;
SELECT clv.discounted_purchases(bg, 2, 30, 38.86, 'Infinity', '1 year') FROM m;
SELECT clv.alive_years(bg, 2, 30, 38.86, -1, '1 year') FROM m;
SELECT clv.alive_years(bg, 2, 30, 38.86, 0.1, '-1 year') FROM m;
SELECT clv.next_purchase(bg, 2, 30, 38.86, 0) FROM m;
SELECT clv.next_purchase(bg, 2, 30, 38.86, 'NaN') FROM m;
SELECT clv.expected_spend(gg, 1.5, 3) FROM m;
SELECT clv.expected_spend(gg, -1, 3) FROM m;
SELECT clv.expected_spend(gg, 1, 'NaN') FROM m;
SELECT clv.value(gg, bg, 2, 30.43, 38.86, 22.35, 0.1, '1 year') FROM m;
SELECT clv.value(bg, gg, 2, 30.43, 38.86, 22.35, -0.1, '1 year') FROM m;
SELECT clv.new_customer_value(bg, bg, 0.1, '1 year') FROM m;
\set VERBOSITY default

-- Row-pure: two models in turn, in one call site, answer as each alone.
SELECT bool_and(p = CASE WHEN i % 2 = 0 THEN (SELECT clv.p_alive(bg, 2, 30.43, 38.86) FROM m) ELSE (SELECT clv.p_alive(mbg, 2, 30.43, 38.86) FROM m) END) AS pure
FROM m, generate_series(1, 10) AS i, LATERAL (SELECT clv.p_alive(CASE WHEN i % 2 = 0 THEN bg ELSE mbg END, 2, 30.43, 38.86) AS p) AS l;

-- What is left out is 10 % a year over a year.
SELECT clv.value(bg, gg, 2, 30.43, 38.86, 22.35) = clv.value(bg, gg, 2, 30.43, 38.86, 22.35, 0.10, '1 year') AS value,
       clv.alive_years(bg, 2, 30.43, 38.86) = clv.alive_years(bg, 2, 30.43, 38.86, 0.10, '1 year') AS alive_years,
       clv.new_customer_value(bg, gg) = clv.new_customer_value(bg, gg, 0.10, '1 year') AS new_customer_value FROM m;

-- Fit for stored columns, indexes and parallel plans.
SELECT proname, provolatile, proparallel, count(*) FROM pg_proc
WHERE pronamespace = 'clv'::regnamespace
  AND proname IN ('p_alive', 'p_active', 'expected_purchases', 'purchases_pmf', 'discounted_purchases', 'alive_years',
                  'expected_spend', 'value', 'new_customer_value', 'loglik', 'next_purchase')
GROUP BY 1, 2, 3 ORDER BY 1;

-- What is known of customers of one purchase is kept from row to row: by age,
-- rate and horizon, and not from one model to another.  In the first query the
-- model stays and each age comes twice, in the second every row has another model.
CREATE TEMP TABLE once AS
SELECT a.t::float8 / 2 AS t, q.rate, q.horizon, row_number() OVER () AS n
FROM generate_series(1, 2) AS again, generate_series(0, 2999) AS a (t),
	 (VALUES (0.1::float8, interval '1 year'), (0.2, '1 year'), (0.1, '90 days')) AS q (rate, horizon);
CREATE TEMP TABLE two AS
SELECT k, clv.model('mbgnbd', format('{"r": 0.5, "alpha": %s, "a": 0.8, "b": 2.5}', 10 * k)::jsonb) AS model
FROM generate_series(1, 2) AS k;
CREATE TEMP TABLE kept AS
SELECT o.n, clv.discounted_purchases(m.model, 0, 0, o.t, o.rate, o.horizon) AS purchases,
	   clv.alive_years(m.model, 0, 0, o.t, o.rate, o.horizon) AS years
FROM (SELECT * FROM once ORDER BY rate, horizon, t OFFSET 0) AS o, (SELECT model FROM two WHERE k = 1) AS m;
CREATE TEMP TABLE fresh AS
SELECT o.n, o.k, clv.discounted_purchases(o.model, 0, 0, o.t, o.rate, o.horizon) AS purchases,
	   clv.alive_years(o.model, 0, 0, o.t, o.rate, o.horizon) AS years
FROM (SELECT * FROM once, two ORDER BY n, k OFFSET 0) AS o;
SELECT count(*) AS customers, count(DISTINCT k.purchases) > 8000 AS many,
	   count(*) FILTER (WHERE k.purchases <> f.purchases OR k.years <> f.years) AS wrong
FROM kept AS k JOIN fresh AS f ON f.n = k.n AND f.k = 1;
