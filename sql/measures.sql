-- What is worked out of a few numbers that were measured, by such numbers.

-- Wilson (1927), by hand for 5 of 10: (0.5 + z^2 / 20 -+ z sqrt(1 / 40 + z^2 / 400)) / (1 + z^2 / 10)
SELECT s.active, s.size, round(w.lower::numeric, 4) AS lower, round(w.upper::numeric, 4) AS upper
FROM (VALUES (5::bigint, 10::bigint), (0, 10), (10, 10), (1, 1), (500, 1000), (0, 0), (NULL, 10)) AS s (active, size), clv._wilson(s.active, s.size) AS w;

-- Decomposition.  Twice the customers, and all else the same; one factor more
-- at a time; a period with refunds alone.
SELECT d.ordinal, d.factor, round(d.value_from, 4) AS value_from, round(d.value_to, 4) AS value_to, d.contribution FROM clv._decomposition(2, 4, 4, 8, 100, 200, 100, 200) AS d;
SELECT d.ordinal, d.factor, round(d.contribution, 4) AS contribution FROM clv._decomposition(2, 4, 4, 24, 100, 1800, 40, 180) AS d;
SELECT d.ordinal, d.factor, round(d.contribution, 4) AS contribution FROM clv._decomposition(0, 4, 0, 8, -30, 200, -30, 100) AS d;
-- what the factors do adds up, whatever they are
SELECT count(*) AS cases, count(*) FILTER (WHERE abs(s.parts - s.whole) > 1e-9) AS "do not add up"
FROM (SELECT sum(d.contribution) FILTER (WHERE d.ordinal < 6) AS parts, sum(d.contribution) FILTER (WHERE d.ordinal = 6) AS whole
	  FROM generate_series(0, 3) AS n, generate_series(0, 3) AS o, generate_series(-1, 2) AS r, generate_series(-1, 2) AS p,
		   clv._decomposition(n::numeric, (n + o) % 4, o::numeric, (o * 2 + r) % 5, r * 10.0, (r + p) * 7.0, p * 3.0, (p + n) * 2.0) AS d
	  GROUP BY n, o, r, p) AS s;

-- Tiers in words.
SELECT c.ordinal, r.ordinal AS tier_place, r.tier, r.threshold, r.share, r.criterion
FROM (VALUES (1, '{30,10}'::float8[], 'quantile', NULL::float8), (2, '{30,-5}', 'quantile', 0.1), (3, '{-5,-9}', 'value', NULL), (4, '{30}', 'natural', NULL), (5, NULL, 'value', NULL)) AS c (ordinal, cutoffs, method, band),
	 clv._tier_criteria(c.cutoffs, '{a,b,c}'::text[], c.method, '{0.1,0.5}'::float8[], c.band, 'clv'::text) AS r
WHERE r.ordinal <= 3 OR c.ordinal = 1
ORDER BY 1, 2;

-- Half of a width: chance by the root of 4, and 0; the fit by 2, and both.
SELECT clv._half_width(20, 100, 400, 0, 50, 100) AS chance, clv._half_width(0, 100, 400, 30, 50, 100) AS fit, clv._half_width(20, 100, 400, 30, 50, 100) ^ 2 AS both,
	   clv._half_width(NULL, NULL, 400, 30, 50, 100) AS none;

-- Does it pay?
SELECT v.*, clv._acquisition_verdict(v.lower, v.value, v.upper, v.cost, v.target_return)
FROM (VALUES (10::float8, 15::float8, 20::float8, 10::float8, 0::float8), (10, 15, 20, 10.1, 0), (10, 15, 20, 20, 0), (10, 15, 20, 20.1, 0), (10, 15, 20, 10, 0.5), (10, 15, 20, 10, 1.1), (NULL, 15, NULL, 10, 0), (NULL, NULL, NULL, 10, 0), (10, 15, 20, NULL, 0))
	AS v (lower, value, upper, cost, target_return);
-- the first month with as much, no later one
WITH m AS (
	SELECT clv.model('bgnbd', '{"r": 0.24, "alpha": 4.4, "a": 0.8, "b": 2.4}', 7) AS model, clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.4}') AS spend
), back AS (
	SELECT m.*, c.cost, clv._payback_months(m.model, m.spend, 0.1, 0.4, 2, c.cost) AS months FROM m, unnest('{1,12,13,16,1000}'::float8[]) AS c (cost)
)
SELECT b.cost, b.months, clv._newcomer(b.model, b.spend, 0.1, b.months * interval '1 month', 0.4, 2) >= b.cost AS enough,
	   b.months = 0 OR clv._newcomer(b.model, b.spend, 0.1, (b.months - 1) * interval '1 month', 0.4, 2) < b.cost AS "not before"
FROM back AS b ORDER BY b.cost;

SET datestyle = 'ISO, YMD';
-- Verdicts.  A log with which nothing is wrong, and one number of it changed.
CREATE TEMP TABLE fine AS SELECT '{"rows": 10000, "rows_without_customer": 0, "rows_without_date": 0, "rows_without_amount": 0, "customers": 2000, "repeat_buyers": 1000,
	"first_day": "2022-01-01", "last_day": "2024-12-30", "as_of": "2024-12-31", "log_begins": "2022-01-01", "log_ends": "2024-12-30", "covered_to": "2024-12-31", "early_orders": 0, "late_orders": 0,
	"mean_gap": 30, "begun_early": 0.03, "seen_briefly": 0.3, "longest_seen": 1095, "busiest_customer": "c1", "longest_gap": 3, "refund_rows": 10, "refunded": 0.01, "best_day": "2024-11-29",
	"best_day_orders": 30, "best_day_share": 0.003, "mean_day_orders": 9, "spend": 500000, "highest_amount": 900, "highest_ratio": 3, "share_of_purchases": 0.001, "share_of_orders": 0.001,
	"correlation": 0.05, "copies": 0.01, "orders_a_day": 1.05, "regularity": 1.1, "intervals": 800}'::jsonb AS measures;
SELECT j.ordinal, j.check_name, j.value, j.verdict, j.finding, j.what_to_do FROM fine AS f, clv._judge_log(jsonb_populate_record(NULL::clv._log_measures, f.measures)) AS j ORDER BY j.ordinal;
-- on either side of every limit
SELECT c.ordinal, j.check_name, c.changed, string_agg(j.verdict, ', ' ORDER BY x.n) AS verdicts
FROM (VALUES
	(1, 'rows_without_date', '{100,101,2000,2001}'::numeric[]), (2, 'customers', '{1000,999,100,99}'), (3, 'repeat_buyers', '{300,299,50,49}'), (4, 'mean_gap', '{219,220,547,548}'),
	(5, 'begun_early', '{0.0547,0.0548,0.1642,0.1643}'), (6, 'longest_gap', '{20,19,7,6}'), (7, 'refunded', '{0.05,0.051,0.3,0.31}'), (8, 'best_day_share', '{0.02,0.021,0.25,0.26}'),
	(9, 'share_of_purchases', '{0.02,0.021,0.2,0.21}'), (10, 'correlation', '{-0.15,-0.16,-0.3,-0.31}'), (11, 'early_orders', '{0,1}'), (12, 'late_orders', '{0,1}'), (13, 'highest_ratio', '{100,101,1001}'),
	(14, 'copies', '{0.05,0.051,0.4,0.41}'), (15, 'orders_a_day', '{1.3,1.31,2,2.01}'), (16, 'share_of_orders', '{0.02,0.021,0.1,0.11}'), (17, 'regularity', '{2,2.1,6,6.1}'),
	(18, 'seen_briefly', '{0.75,0.76}'), (18, 'longest_seen', '{183,182}')) AS c (ordinal, changed, "values"),
	unnest(c."values") WITH ORDINALITY AS x (value, n), fine AS f,
	clv._judge_log(jsonb_populate_record(NULL::clv._log_measures,
		f.measures || jsonb_build_object(c.changed, x.value) || CASE WHEN c.changed = 'longest_gap' THEN '{"log_ends": "2024-12-11"}' WHEN c.changed = 'best_day_share' THEN '{"best_day_orders": 91}' WHEN c.changed = 'highest_ratio' THEN '{"highest_amount": 300000}' ELSE '{}' END::jsonb)) AS j
WHERE j.ordinal = c.ordinal
GROUP BY c.ordinal, j.check_name, c.changed ORDER BY 1, 3;
-- without a customer there is nothing to judge but that
SELECT j.ordinal, j.check_name, j.verdict, j.finding FROM clv._judge_log(jsonb_populate_record(NULL::clv._log_measures, '{"rows": 0, "rows_without_customer": 0, "rows_without_date": 0, "rows_without_amount": 0, "customers": 0, "repeat_buyers": 0}')) AS j
WHERE j.ordinal <= 5 ORDER BY 1;
DROP TABLE fine;
