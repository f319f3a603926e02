-- bgbb: a model in discrete time, through clv.cbs, clv.fit and the predictions.
SET datestyle = 'ISO, YMD';
SET extra_float_digits = 0;

-- Fader, Hardie & Shang (2010), table 1: 11,104 donors by x, t_x and n = 6 years.
CREATE TABLE donation (x int, t_x int, n int, donors int);
INSERT INTO donation VALUES
	(6, 6, 6, 1203), (5, 6, 6, 728), (4, 6, 6, 512), (3, 6, 6, 357), (2, 6, 6, 234), (1, 6, 6, 129),
	(5, 5, 6, 335), (4, 5, 6, 284), (3, 5, 6, 225), (2, 5, 6, 173), (1, 5, 6, 119),
	(4, 4, 6, 240), (3, 4, 6, 181), (2, 4, 6, 155), (1, 4, 6, 78),
	(3, 3, 6, 322), (2, 3, 6, 255), (1, 3, 6, 129), (2, 2, 6, 613), (1, 2, 6, 277), (1, 1, 6, 1091), (0, 0, 6, 3464);
CREATE TABLE donation_base AS
	SELECT clv.cbs(x, t_x, n) AS cbs FROM donation, generate_series(1, donors);
CREATE TABLE donation_model AS SELECT clv.fit(cbs, 'bgbb', 365.25) AS m FROM donation_base;

-- The published optimum.
SELECT clv.status(m), clv.customers(m), round(clv.loglik(m)::numeric, 4) AS loglik, clv.unit_days(m) FROM donation_model;
SELECT name, round(estimate::numeric, 5) AS estimate, round(std_error::numeric, 5) AS std_error
FROM donation_model, clv.coefficients(m);

-- In one step.
SELECT clv.fit('bgbb', x, t_x, n, 365.25)::text = (SELECT m::text FROM donation_model) AS same
FROM donation, generate_series(1, donors);

-- Predictions at the published parameters: a year is an opportunity.
CREATE TABLE m AS SELECT clv.model('bgbb', '{"alpha": 1.204, "beta": 0.75, "gamma": 0.657, "delta": 2.783}', 365.25) AS m;
SELECT round(clv.loglik(m, 2, 4, 6)::numeric, 8) AS loglik,
	round(clv.p_alive(m, 2, 4, 6)::numeric, 8) AS p_alive,
	round(clv.p_alive(m, 2, 4, 6, '1 year')::numeric, 8) AS next_year,
	round(clv.expected_purchases(m, 2, 4, 6, '5 years')::numeric, 8) AS cet,
	round((1 - clv.p_active(m, 2, 4, 6, '5 years'))::numeric, 8) AS none,
	round(clv.purchases_pmf(m, 2, 4, 6, '5 years', 0)::numeric, 8) AS pmf_0,
	round(clv.discounted_purchases(m, 2, 4, 6, 0.1)::numeric, 8) AS dert
FROM m;

-- Two rows on which a library's floor under a probability makes P(alive) 0.000013 and 2.2e-13.
SELECT x, t_x, n, round(clv.loglik(m, x, t_x, n)::numeric, 10) AS loglik, round(clv.p_alive(m, x, t_x, n)::numeric, 18) AS p_alive
FROM m, (VALUES (30, 50, 60), (26, 52, 104)) AS v (x, t_x, n);

-- Horizons are whole opportunities, however they are written.
SELECT h, clv.expected_purchases(m, 2, 4, 6, h) = clv.expected_purchases(m, 2, 4, 6, '5 years') AS five
FROM m, unnest('{60 months,1826.25 days,5 years 11 months,4 years 11 months}'::interval[]) AS h;

-- At rate 0 the present number is the number; alive_years are the opportunities lived.
SELECT clv.discounted_purchases(m, 2, 4, 6, 0, '5 years') = clv.expected_purchases(m, 2, 4, 6, '5 years') AS same,
	abs(clv.alive_years(m, 2, 4, 6, 0.1, '5 years') * 3.204 / (3.204 + 4.75)
		- clv.discounted_purchases(m, 2, 4, 6, 0.1, '5 years')) < 1e-14 AS per_year,
	abs(clv.discounted_purchases(m, 2, 4, 6, 0.1, '500 years') - clv.discounted_purchases(m, 2, 4, 6, 0.1)) < 1e-12 AS to_the_end
FROM m;
SELECT round(sum(clv.purchases_pmf(m, 2, 4, 6, '10 years', n))::numeric, 12) AS total,
	abs(sum(n * clv.purchases_pmf(m, 2, 4, 6, '10 years', n)) - min(clv.expected_purchases(m, 2, 4, 6, '10 years'))) < 1e-14 AS mean,
	sum(clv.purchases_pmf(m, 2, 4, 6, '10 years', n)) FILTER (WHERE n > 10) AS more_than_there_are
FROM m, generate_series(0, 12) AS n;

-- The next purchase comes at an opportunity, or never.
SELECT p, clv.next_purchase(m, 2, 4, 6, p) / 365.25 AS years FROM m, unnest('{0.1,0.3,0.4,0.5,0.6}'::float8[]) AS p;

-- Worth of a donor, and of a new one.
SELECT round(clv.value(m, s, 2, 4, 6, 25, 0.1, '5 years')::numeric, 6) AS value,
	clv.value(m, s, 2, 4, 6, 25, 0.1, '5 years') = clv.discounted_purchases(m, 2, 4, 6, 0.1, '5 years') * clv.expected_spend(s, 2, 25) AS product,
	round(clv.new_customer_value(m, s, 0.1, '5 years')::numeric, 6) AS new
FROM m, clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS s;

-- A newcomer; a base in days.
SELECT clv.p_alive(m, 0, 0, 0) AS p_alive, round(clv.expected_purchases(m, '6 years')::numeric, 8) AS expected,
	clv.loglik(m, 0, 0, 0) AS loglik FROM m;
SELECT clv.unit_days(clv.fit(clv.cbs(history, '2024-12-31'), 'bgbb')) AS unit
FROM (SELECT clv.rfm(day) AS history FROM unnest('{2024-01-03,2024-01-08,2024-12-29}'::date[]) AS day) AS r;

-- Nobody has had an opportunity; a fit that ends at a limit says so.
SELECT clv.fit('bgbb', 0, 0, 0) IS NULL AS nothing_known;
SELECT clv.status(f), clv.message(f) FROM (SELECT clv.fit('bgbb', 0, 0, 6, 365.25) AS f FROM generate_series(1, 100)) AS s;

-- Refused.
SELECT clv.fit(clv.cbs(2, 4.5, 6), 'bgbb');
SELECT clv.fit('bgbb', 5, 4, 6);
SELECT clv.fit(clv.cbs(3, 4, 2000000), 'bgbb');
SELECT clv.p_alive(m, 2, 4, 6.5) FROM m;
SELECT clv.p_alive(m, 5, 4, 6) FROM m;
SELECT clv.p_alive(m, 2, 7, 6) FROM m;
SELECT clv.purchases_pmf(m, 2, 4, 6, '100000000 years', 1) FROM m;
DROP TABLE donation, donation_base, donation_model, m;
