-- contract: subscribers by tenure, the models sbg and bdw, lifetime and value.
SET datestyle = 'ISO, YMD';
SET extra_float_digits = 0;

-- Fader & Hardie (2007), table 1: percent of two cohorts left after so many years.
CREATE TABLE published (year int, regular float8, high_end float8);
INSERT INTO published VALUES (0, 100, 100), (1, 63.1, 86.9), (2, 46.8, 74.3), (3, 38.2, 65.3),
	(4, 32.6, 59.3), (5, 28.9, 55.1), (6, 26.2, 51.7), (7, 24.1, 49.1);

-- Values.
SELECT clv.retention(tenure, churned)
FROM (VALUES (1, true), (1, true), (3, true), (2, false), (2, false), (3, false), (0, false)) AS v (tenure, churned);
SELECT clv.retention_table(year, regular) FROM published;
SELECT clv.retention_table(year, regular * 10) AS of_1000 FROM published;
SELECT * FROM clv.survivors((SELECT clv.retention(tenure, churned)
	FROM (VALUES (1, true), (1, true), (3, true), (2, false), (2, false), (3, false), (0, false)) AS v (tenure, churned)));
SELECT period, at_risk, lost, surviving, round(retention_rate::numeric, 6) AS retention_rate
FROM clv.survivors((SELECT clv.retention_table(year, regular) FROM published));

-- The same subscribers one by one and from a table, in any order and in parts.
CREATE TABLE subscriber AS
	SELECT s.period AS tenure, true AS churned
	FROM clv.survivors((SELECT clv.retention_table(year, regular * 10) FROM published)) AS s, generate_series(1, s.lost::int)
	UNION ALL SELECT 7, false FROM generate_series(1, 241);
SELECT count(*) AS subscribers,
	clv.retention(tenure, churned)::text = (SELECT clv.retention_table(year, regular * 10)::text FROM published) AS same,
	clv.retention(tenure, churned ORDER BY tenure DESC, churned)::text = clv.retention(tenure, churned)::text AS any_order,
	clv.customers(clv.retention(tenure, churned)) AS customers
FROM subscriber;
SELECT clv.rollup(part)::text = (SELECT clv.retention(tenure, churned)::text FROM subscriber) AS in_parts
FROM (SELECT clv.retention(tenure, churned) AS part FROM subscriber GROUP BY tenure % 3, churned) AS p;

-- In parallel.
ALTER TABLE subscriber SET (parallel_workers = 2);
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS off) SELECT clv.retention(tenure, churned) FROM subscriber;
SELECT clv.retention(tenure, churned) FROM subscriber;
ALTER TABLE published SET (parallel_workers = 2);
SELECT clv.retention_table(year, high_end) FROM published;
COMMIT;

-- Text and comparison; NULLs.
CREATE TABLE value AS SELECT v::clv.retention AS v FROM unnest(ARRAY['retention:1:369/0,7:21/241', 'retention:1:36.9/0,7:2.1/24.1', 'retention:0:0/5']) AS v;
SELECT v, v OPERATOR(clv.=) v::text::clv.retention AS round_trip FROM value ORDER BY v;
SELECT count(DISTINCT v) FROM (SELECT v FROM value UNION ALL SELECT v FROM value) AS u;
SELECT a.v::text AS a, b.v::text AS b FROM value AS a JOIN value AS b ON a.v OPERATOR(clv.=) b.v ORDER BY 1;
SELECT clv.retention(NULL, true) IS NULL AS skipped, clv.retention(1, NULL) IS NULL AS skipped,
	clv.retention_table(0, NULL) IS NULL AS skipped, clv.rollup(NULL::clv.retention) IS NULL AS skipped;

-- A part of a table is a value for other nodes, and not yet subscribers.
SELECT clv.rollup(v::clv.retention) FROM unnest(ARRAY['survivors:0:100,2:40', 'survivors:1:63.1']) AS v;
SELECT clv.customers('survivors:0:100,2:40'::clv.retention);

-- The published optima, per 1,000 subscribers.
CREATE TABLE fitted AS
SELECT cohort, model, clv.fit(r, model, 365.25) AS m
FROM (SELECT 'regular' AS cohort, clv.retention_table(year, regular * 10) AS r FROM published
	UNION ALL SELECT 'high end', clv.retention_table(year, high_end * 10) FROM published) AS c, unnest('{sbg,bdw}'::text[]) AS model;
SELECT cohort, model, clv.status(m), clv.customers(m) AS n, round(clv.loglik(m)::numeric, 4) AS loglik,
	array_agg(name || ' ' || round(estimate::numeric, 4)) AS estimates
FROM fitted, clv.coefficients(m) GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2;
SELECT round(clv.loglik(clv.fit(clv.retention_table(year, regular)))::numeric, 5) AS per_100,
	round(clv.param(clv.fit(clv.retention_table(year, regular)), 'a')::numeric, 6) AS a
FROM published;

-- Forecast of years 8 to 12, in which 22.3 20.7 19.4 18.3 17.3 and 46.8 44.5 42.7 40.9 39.4 % were left.
SELECT cohort, model, array_agg(round((100 * clv.survival(m, y))::numeric, 1) ORDER BY y) AS years_8_to_12
FROM fitted, generate_series(8, 12) AS y GROUP BY 1, 2 ORDER BY 1, 2;

-- Survival is the product of retention rates.
SELECT model, bool_and(abs(clv.survival(m, t) - clv.survival(m, t - 1) * clv.retention_rate(m, t)) < 1e-15) AS product,
	min(clv.survival(m, 0)) AS at_0
FROM fitted, generate_series(1, 50) AS t GROUP BY 1 ORDER BY 1;

-- Discounted lifetimes: Fader & Hardie (2010) at these parameters and 10 % a year.
CREATE TABLE m AS SELECT clv.model('sbg', '{"a": 0.668, "b": 3.806}', 365.25) AS m;
SELECT round(clv.expected_lifetime(m, 0.1)::numeric, 9) AS del,
	round(clv.residual_lifetime(m, 1, 0.1)::numeric, 9) AS derl_1,
	round(clv.residual_lifetime(m, 4, 0.1)::numeric, 9) AS derl_4,
	round(clv.new_contract_value(m, 20, 0.1)::numeric, 6) AS new,
	round(clv.contract_value(m, 20, 4, 0.1)::numeric, 6) AS old
FROM m;

-- The first payment is certain; the others are those of a subscriber in period 1, a period later.
SELECT abs(clv.expected_lifetime(m, 0.1) - (1 + clv.residual_lifetime(m, 1, 0.1) / 1.1)) < 1e-14 AS later FROM m;

-- Within a horizon: payments at the beginning of each period.
SELECT h, clv.expected_lifetime(m, 0, h)::numeric(12,9) AS new, clv.residual_lifetime(m, 1, 0, h)::numeric(12,9) AS old
FROM m, unnest('{0,1 day,12 months,13 months,3 years}'::interval[]) AS h;
SELECT abs(clv.expected_lifetime(m, 0, '3 years') - (1 + clv.survival(m, 1) + clv.survival(m, 2))) < 1e-15 AS new,
	abs(clv.residual_lifetime(m, 4, 0, '2 years') - clv.retention_rate(m, 4) * (1 + clv.retention_rate(m, 5))) < 1e-15 AS old,
	clv.new_contract_value(m, 20, 0.1, '3 years') = 20 * clv.expected_lifetime(m, 0.1, '3 years') AS value,
	clv.contract_value(m, 20, 4, 0.1, '3 years') = 20 * clv.residual_lifetime(m, 4, 0.1, '3 years') AS residual
FROM m;

-- Without discount the mean may be infinite.
SELECT clv.expected_lifetime(m, 0) IS NULL AS sbg, clv.contract_value(m, 20, 3, 0) IS NULL AS value,
	clv.expected_lifetime(clv.model('sbg', '{"a": 1.5, "b": 3}'), 0) AS finite,
	clv.expected_lifetime(clv.model('bdw', '{"a": 0.5, "b": 3, "c": 2}'), 0) IS NULL AS bdw,
	round(clv.expected_lifetime(clv.model('bdw', '{"a": 0.6, "b": 3, "c": 2}'), 0)::numeric, 6) AS bdw_finite
FROM m;

-- Monthly contracts: the rate is still a year's.
SELECT abs(clv.expected_lifetime(clv.model('sbg', '{"a": 0.668, "b": 3.806}', 30.4375), 1.1 ^ 12 - 1) - clv.expected_lifetime(m, 0.1)) < 1e-12 AS same
FROM m;

-- What no base can tell ends at a limit, in words.
SELECT what, clv.status(f), clv.message(f)
FROM (VALUES ('all left at once', 'retention:1:100/0'), ('nobody left', 'retention:5:0/100'),
	('one left', 'retention:3:1/0'), ('one stayed', 'retention:1:0/1')) AS v (what, r), clv.fit(r::clv.retention, 'sbg') AS f;
SELECT clv.fit('retention:0:0/100'::clv.retention) IS NULL AS nothing_known, clv.fit(NULL::clv.retention) IS NULL AS nothing;

-- Refused.
SELECT clv.retention(-1, false);
SELECT clv.retention(0, true);
SELECT clv.retention(1000001, true);
SELECT clv.retention_table(p, s) FROM (VALUES (0, 100), (2, 50)) AS v (p, s);
SELECT clv.retention_table(p, s) FROM (VALUES (1, 100), (2, 50)) AS v (p, s);
SELECT clv.retention_table(p, s) FROM (VALUES (0, 100), (1, 50), (2, 51)) AS v (p, s);
SELECT clv.retention_table(p, s) FROM (VALUES (0, 100), (1, 50), (1, 40)) AS v (p, s);
SELECT clv.retention_table(0, -1);
SELECT clv.retention_table(0, 'NaN');
SELECT clv.fit(clv.cbs(1, 1, 2), 'sbg');
SELECT clv.fit(clv.retention(1, true), 'sbg', 0);
\set VERBOSITY terse
SELECT clv.fit(clv.retention(1, true), 'mbgnbd');
SELECT clv.fit('sbg', 1, 1, 2);
SELECT clv.p_alive(m, 1, 1, 2) FROM m;
SELECT clv.survival(clv.model('nbd', '{"r": 1, "alpha": 1}'), 3);
\set VERBOSITY default
SELECT clv.survival(m, -1) FROM m;
SELECT clv.retention_rate(m, 0) FROM m;
SELECT clv.residual_lifetime(m, 0, 0.1) FROM m;
SELECT clv.expected_lifetime(m, -0.1) FROM m;
SELECT clv.expected_lifetime(m, 0.1, '-1 year') FROM m;
SELECT clv.new_contract_value(m, 'NaN', 0.1) FROM m;
\set VERBOSITY sqlstate
SELECT 'retention:1:2'::clv.retention;
SELECT 'retention:2:1/0,1:1/0'::clv.retention;
SELECT 'retention:1:0/0'::clv.retention;
SELECT 'retention:0:1/0'::clv.retention;
SELECT 'retention:1:1/0,'::clv.retention;
SELECT 'retention:1:1.0000001/0'::clv.retention;
SELECT 'retention:1:1./0'::clv.retention;
SELECT 'retention:1:9000000001/0'::clv.retention;
SELECT 'retention:1:9000000000/0,2:9000000000/0'::clv.retention;
SELECT ''::clv.retention;
-- Nobody leaves before the sixth period: b is of the size of t^c, 1e12, and what
-- it says of later periods is that of 60-digit arithmetic at the maximum.
SELECT clv.status(late), round(clv.loglik(late)::numeric, 6) AS loglik, round(clv.survival(late, 12)::numeric, 6) AS s_12, round(clv.survival(late, 15)::numeric, 6) AS s_15
FROM clv.fit('retention:6:1/0,7:3/0,8:15/0,9:50/0,10:131/800'::clv.retention, 'bdw') AS late;
DROP TABLE published, subscriber, value, fitted, m;
