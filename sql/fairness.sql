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
-- one small group is not told from the total: the next smallest is hidden too,
-- and more of them as long as those hidden are together fewer than min_customers
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

-- of two groups the small one is not what is left of the totals
CREATE TABLE shop.two AS SELECT i AS customer, 10 + i % 7 AS clv, CASE WHEN i % 10 = 0 THEN 'gold' ELSE 'silver' END AS tier,
	CASE WHEN i % 75 = 0 THEN 'few' ELSE 'many' END AS g FROM generate_series(1, 600) AS i;
SELECT * FROM clv.fairness('shop.two', 'g', value => 'clv');
-- nor do two small ones together follow, as long as there is somebody to hide among
CREATE VIEW shop.four AS SELECT customer, clv, tier, CASE WHEN customer % 75 = 0 THEN 'few' WHEN customer % 76 = 0 THEN 'few too' WHEN customer % 3 = 0 THEN 'third' ELSE 'rest' END AS g FROM shop.two;
SELECT DISTINCT group_value, customers, note FROM clv.fairness('shop.four', 'g', value => 'clv') ORDER BY 2, 1;
-- one small share: another of the tier is withheld with it
CREATE VIEW shop.three_shares AS SELECT customer, clv, CASE WHEN g = 'a' AND ordinal <= 3 OR g = 'b' AND ordinal <= 40 OR g = 'c' AND ordinal <= 60 THEN 'gold' ELSE 'silver' END AS tier, g
FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY customer) AS ordinal FROM (SELECT customer, clv, ('{a,b,c}'::text[])[1 + customer % 3] AS g FROM shop.two) AS x) AS y;
SELECT group_value, tier_or_better, round(share::numeric, 3) AS share, round(ratio_to_best::numeric, 3) AS ratio_to_best, note FROM clv.fairness('shop.three_shares', 'g', value => 'clv');

-- what can be worked out of an answer and the totals by tier, as an inquirer would: for
-- each tier or better the least and the most that each group can have in it
CREATE TABLE shop.people AS SELECT s AS seed, i AS customer, 1 AS clv, 't' || width_bucket(hashtextextended(i::text, s)::float8 / 2^63, ARRAY[-0.92, -0.8, 0.9]) AS tier,
	'g' || width_bucket(hashtextextended(i::text, s + 1000)::float8 / 2^63, CASE WHEN s % 2 = 0 THEN ARRAY[-0.9, -0.8, -0.6, -0.2, 0.5] ELSE ARRAY[-0.3, 0.4] END) AS g
FROM generate_series(1, 120) AS s, generate_series(1, 150 + s % 200) AS i;
CREATE INDEX ON shop.people (seed);
CREATE FUNCTION shop.worked_out(of_seed int, OUT groups_hidden bigint, OUT cells_withheld bigint, OUT small bigint, OUT told text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE VIEW shop.now AS SELECT * FROM shop.people WHERE seed = %s', of_seed);
	CREATE TEMP TABLE answer AS SELECT * FROM clv.fairness('shop.now', 'g', value => 'clv');
	SELECT count(*) FILTER (WHERE customers IS NULL), count(*) FILTER (WHERE customers IS NOT NULL AND share IS NULL), count(*) FILTER (WHERE note ~ 'fewer') INTO groups_hidden, cells_withheld, small FROM answer;
	WITH tiers AS (
		SELECT tier, count(*) AS n, sum(count(*)) OVER (ORDER BY tier) AS total FROM shop.now GROUP BY tier
	), unknown AS (
		-- a share withheld for its size is of one customer at least, in the tiers and outside
		SELECT a.tier_or_better AS tier, a.group_value AS g, CASE WHEN a.note ~ 'fewer' THEN 1 ELSE 0 END AS least, a.customers - CASE WHEN a.note ~ 'fewer' THEN 1 ELSE 0 END AS most
		FROM answer AS a WHERE a.customers IS NOT NULL AND a.share IS NULL
		UNION ALL
		SELECT t.tier, 'hidden', 0, (SELECT count(*) FROM shop.now) - (SELECT coalesce(sum(x.customers), 0) FROM (SELECT DISTINCT group_value, customers FROM answer WHERE customers IS NOT NULL) AS x)
		FROM tiers AS t WHERE EXISTS (SELECT FROM answer WHERE customers IS NULL)
	), left_over AS (
		SELECT t.tier, t.total - coalesce((SELECT sum(round(a.share * a.customers)) FROM answer AS a WHERE a.tier_or_better = t.tier AND a.share IS NOT NULL), 0) AS n FROM tiers AS t
	), told AS (
		SELECT u.tier, u.g, greatest(u.least, l.n - sum(u.most) OVER w + u.most) AS lowest, least(u.most, l.n - sum(u.least) OVER w + u.least) AS highest
		FROM unknown AS u JOIN left_over AS l USING (tier) WINDOW w AS (PARTITION BY u.tier)
	)
	SELECT string_agg(format('%s in %s: %s', t.g, t.tier, t.lowest), ', ') INTO told FROM told AS t WHERE t.lowest >= t.highest AND t.g <> 'hidden';
	-- those hidden are several, and as many as one that is shown
	IF groups_hidden = 1 OR groups_hidden > 1 AND (SELECT count(*) FROM shop.now) - (SELECT coalesce(sum(x.customers), 0) FROM (SELECT DISTINCT group_value, customers FROM answer WHERE customers IS NOT NULL) AS x) < 30 THEN
		told := concat_ws(', ', told, 'the hidden groups');
	END IF;
	DROP VIEW shop.now;
	DROP TABLE answer;
END
$$;
SET client_min_messages = warning;
SELECT count(*) AS asked, count(*) FILTER (WHERE groups_hidden > 0) > 20 AS with_hidden_groups, count(*) FILTER (WHERE cells_withheld > 0) > 20 AS with_cells_withheld,
	   sum(small) > 20 AS small_cells, string_agg(told, '; ') AS told
FROM generate_series(1, 120) AS s, shop.worked_out(s);
RESET client_min_messages;

-- ---------------------------------------------------------------- readiness

-- a log that is as it should be
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 2000, '2022-01-01', 700, 730, 1);
SELECT ordinal, check_name, round(value::numeric, 4) AS value, verdict, finding, what_to_do FROM clv.readiness('shop.orders', 'customer', 'day', 'amount', '2023-12-31');

-- and each of the things that can be wrong, planted alone
CREATE FUNCTION shop.look(source regclass, as_of date DEFAULT '2023-12-31') RETURNS TABLE (check_name text, verdict text, finding text) LANGUAGE sql AS
$$SELECT check_name, verdict, finding FROM clv.readiness(source, 'customer', 'day', 'amount', as_of) WHERE verdict <> 'good' ORDER BY ordinal$$;
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
