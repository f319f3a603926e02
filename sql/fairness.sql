-- Is a rule fair to groups of customers; is a log of orders fit for modelling.
SET datestyle = 'ISO, YMD';
\set SHOW_CONTEXT never
CREATE SCHEMA shop;

-- 400 customers of two districts with the same values: 100, 60, 20 and 5, a
-- hundred each. The rule gives the first tier to who is worth 100, and in the
-- south only to every fifth of them.  Forty customers are from abroad, three
-- from nowhere.
CREATE TABLE shop.told AS
SELECT i, CASE WHEN i % 2 = 0 THEN 'north' ELSE 'south' END AS district, v.clv::float8, CASE WHEN i % 2 = 1 AND v.clv = 100 AND i % 10 <> 1 THEN 'B' ELSE v.tier END AS tier,
	   v.clv * CASE WHEN i % 2 = 0 THEN 1.0 ELSE 1.5 END AS brought
FROM generate_series(1, 100) AS i, (VALUES (100, 'A'), (60, 'B'), (20, 'C'), (5, 'C')) AS v (clv, tier)
UNION ALL SELECT 1000 + i, 'abroad', 60, 'B', 60 FROM generate_series(1, 40) AS i
UNION ALL SELECT 2000 + i, NULL, 60, 'B', 60 FROM generate_series(1, 3) AS i
UNION ALL SELECT 3000 + i, 'north', NULL, NULL, 1000 FROM generate_series(1, 50) AS i;
SELECT group_value, customers, tier_or_better, share, round(ratio_to_best::numeric, 4) AS ratio, below_four_fifths AS unfair, mean_value, round(mean_ratio::numeric, 4) AS mean_ratio,
	   predicted, actual, round(actual_to_predicted::numeric, 4) AS calibration, note
FROM clv.fairness('shop.told', 'district', 'brought');
-- by plain SQL
SELECT bool_and(f.share = p.share) AS shares
FROM clv.fairness('shop.told', 'district') AS f
JOIN (SELECT district, t.tier, count(*) FILTER (WHERE s.tier <= t.tier) / count(*)::float8 AS share FROM shop.told AS s, (VALUES ('A'), ('B'), ('C')) AS t (tier) WHERE s.tier IS NOT NULL GROUP BY 1, 2) AS p
ON p.district = f.group_value AND p.tier = f.tier_or_better;
-- one small group is not told from the total: the next smallest is hidden too;
-- of two groups the other stays, as there is no total to tell
SELECT group_value, customers, note FROM clv.fairness('shop.told', 'district') WHERE customers IS NULL;
SELECT DISTINCT group_value, customers, note FROM clv.fairness('shop.told', 'district', min_customers => 50) ORDER BY 1;
SELECT count(*) FROM (SELECT DISTINCT group_value FROM clv.fairness('shop.told', 'i', min_customers => 2) WHERE customers IS NOT NULL) AS g;
-- few in a tier are not told either
SELECT group_value, tier_or_better, share, note FROM clv.fairness('shop.told', 'district', min_cell => 12) WHERE share IS NULL AND customers IS NOT NULL;
-- a value that counts costs, other names
CREATE VIEW shop.net AS SELECT *, clv - 50 AS clv_net, tier AS class FROM shop.told;
SELECT DISTINCT group_value, mean_value FROM clv.fairness('shop.net', 'district', tier => 'class') WHERE customers IS NOT NULL ORDER BY 1;
SELECT DISTINCT group_value, mean_value FROM clv.fairness('shop.net', 'district', value => 'brought') WHERE customers IS NOT NULL ORDER BY 1;
CREATE VIEW shop.none AS SELECT * FROM shop.told WHERE false;
SELECT count(*) FROM clv.fairness('shop.none', 'district');
SELECT clv.fairness('shop.told', 'nosuch');
SELECT clv.fairness('shop.told', 'district', 'district');
SELECT clv.fairness('shop.told', 'district', min_customers => 0);
SELECT clv.fairness(NULL, 'district');
SELECT clv.fairness('shop.told', 'district', tier => 'class');

-- ---------------------------------------------------------------- readiness

-- a log that is as it should be
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 2000, '2022-01-01', 700, 730, 1);
SELECT place, check_name, round(value::numeric, 4) AS value, verdict, finding, what_to_do FROM clv.readiness('shop.orders', 'customer', 'day', 'amount', '2023-12-31');

-- and each of the things that can be wrong, planted alone
CREATE FUNCTION shop.look(source regclass, as_of date DEFAULT '2023-12-31') RETURNS TABLE (check_name text, verdict text, finding text) LANGUAGE sql AS
$$SELECT check_name, verdict, finding FROM clv.readiness(source, 'customer', 'day', 'amount', as_of) WHERE verdict <> 'good' ORDER BY place$$;
CREATE VIEW shop.guests AS SELECT CASE WHEN customer % 5 > 0 THEN customer END AS customer, CASE WHEN customer % 99 > 0 THEN day END AS day, amount FROM shop.orders;
SELECT * FROM shop.look('shop.guests');
CREATE VIEW shop.few AS SELECT * FROM shop.orders WHERE customer <= 90;
SELECT * FROM shop.look('shop.few');
CREATE VIEW shop.once AS SELECT DISTINCT ON (customer) * FROM shop.orders ORDER BY customer, day;
SELECT * FROM shop.look('shop.once');
CREATE VIEW shop.short AS SELECT * FROM shop.orders WHERE day < '2022-03-01';
SELECT * FROM shop.look('shop.short', '2022-02-28');
CREATE VIEW shop.cut AS SELECT * FROM shop.orders WHERE day >= '2023-01-01';
SELECT * FROM shop.look('shop.cut');
SELECT * FROM shop.look('shop.orders', '2024-02-29');
CREATE VIEW shop.returned AS SELECT * FROM shop.orders UNION ALL SELECT customer, day + 1, -amount FROM shop.orders WHERE day < '2023-12-01' AND customer % 2 = 0;
SELECT * FROM shop.look('shop.returned');
CREATE VIEW shop.imported AS SELECT customer, CASE WHEN day < '2022-06-30' THEN date '2022-06-30' ELSE day END AS day, amount FROM shop.orders;
SELECT * FROM shop.look('shop.imported');
CREATE VIEW shop.till AS SELECT * FROM shop.orders UNION ALL SELECT 0, d::date, 5 FROM generate_series(timestamp '2022-01-01', '2023-12-31', '1 day') AS d;
SELECT * FROM shop.look('shop.till');
CREATE VIEW shop.trade AS SELECT customer, day, amount * (1 + (count(*) OVER (PARTITION BY customer)) ^ 2) AS amount FROM shop.orders;
SELECT * FROM shop.look('shop.trade');
CREATE VIEW shop.empty AS SELECT * FROM shop.orders WHERE false;
SELECT check_name, value, verdict, finding FROM clv.readiness('shop.empty', 'customer', 'day', 'amount');

\set VERBOSITY terse
DROP SCHEMA shop CASCADE;
