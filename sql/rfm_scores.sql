-- RFM scores and segments: equal customers share a score, the rules are data.
SET datestyle = 'ISO, YMD';
\set SHOW_CONTEXT never
CREATE SCHEMA shop;

-- Ten customers without ties: two in each score. Customer i bought i times, the
-- last time on day 10 i, for i each time.
CREATE TABLE shop.ten AS
SELECT i AS customer, date '2024-01-01' + 10 * i - k AS day, i::numeric AS amount FROM generate_series(1, 10) AS i, generate_series(0, i - 1) AS k;
SELECT * FROM clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', '2024-05-01') ORDER BY customer_id::int;

-- Of 1,000 customers 800 have bought once, for the same: they share one score,
-- the lowest, and the best score is not lost.
CREATE TABLE shop.alike AS
SELECT i AS customer, date '2024-01-01' AS day, 10 AS amount FROM generate_series(1, 1000) AS i UNION ALL
SELECT i, date '2024-01-01' + (i - 800), 10 FROM generate_series(801, 1000) AS i;
SELECT r, f, m, count(*), min(customer_id::int), max(customer_id::int) FROM clv.rfm_scores('shop.alike', 'customer', 'day', 'amount', '2024-12-31') WHERE f = 1 OR r IN (1, 5) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
-- and the other way round, 800 of the best
SELECT f, count(*) FROM clv.rfm_scores('shop.alike', 'customer', 'day', 'amount', '2024-12-31') GROUP BY 1 ORDER BY 1;
CREATE VIEW shop.inverse AS SELECT customer, day, amount FROM shop.alike UNION ALL SELECT i, '2024-02-02', 10 FROM generate_series(1, 800) AS i UNION ALL SELECT i, '2024-02-03', 10 FROM generate_series(1, 800) AS i;
SELECT f, m, count(*) FROM clv.rfm_scores('shop.inverse', 'customer', 'day', 'amount', '2024-12-31') GROUP BY 1, 2 ORDER BY 1;
-- all alike: the middle; one customer; nobody
SELECT r, f, m, segment, count(*) FROM clv.rfm_scores('shop.alike', 'customer', 'day', 'amount', '2024-01-01') GROUP BY 1, 2, 3, 4;
CREATE VIEW shop.one AS SELECT * FROM shop.ten WHERE customer = 3;
SELECT * FROM clv.rfm_scores('shop.one', 'customer', 'day', 'amount', '2024-05-01');
CREATE VIEW shop.nobody AS SELECT * FROM shop.ten WHERE false;
SELECT count(*) FROM clv.rfm_scores('shop.nobody', 'customer', 'day', 'amount');

-- Fixed limits: r falls above each, f and m rise from each on.
SELECT customer_id, days_since_last, purchases, spend, rfm
FROM clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', '2024-05-01', cuts => '{"r": [30, 51, 80.5, 100], "f": [2, 4, 6, 8], "m": [4, 10, 50, 100]}') ORDER BY customer_id::int;
-- Fewer or more scores; the segments are those of the same customers on the scale of five
SELECT f, count(*), string_agg(DISTINCT segment, ', ') FROM clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', '2024-05-01', scores => 2) GROUP BY 1 ORDER BY 1;
SELECT max(f), count(DISTINCT f) FROM clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', '2024-05-01', scores => 9);

-- ---------------------------------------------------------------- segments

-- each pair of scores is in exactly one of the eleven
SELECT segment, string_agg(r || '' || f, ' ' ORDER BY r, f) AS rf
FROM generate_series(1, 5) AS r, generate_series(1, 5) AS f, clv.segment(r, f, 3) AS segment GROUP BY segment ORDER BY min(r * 10 + f);
SELECT count(DISTINCT segment) AS segments, count(*) FILTER (WHERE segment IS NULL) AS without
FROM generate_series(1, 5) AS r, generate_series(1, 5) AS f, generate_series(1, 5) AS m, clv.segment(r, f, m) AS segment;
-- rules of one's own: a table that was copied and changed
CREATE TABLE shop.rules AS SELECT * FROM clv.rfm_segments();
UPDATE shop.rules SET segment = 'Stars', m_min = 4 WHERE segment = 'Champions';
SELECT clv.segment(5, 5, 5, rules), clv.segment(5, 5, 3, rules), clv.segment(5, 5, 5) FROM (SELECT jsonb_agg(to_jsonb(t)) AS rules FROM shop.rules AS t) AS x;
SELECT segment, count(*)
FROM clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', '2024-05-01', rules => '[{"segment": "big", "m_min": 4}, {"segment": "small"}]') GROUP BY 1 ORDER BY 1;
SELECT clv.segment(1, 1, 1, '[]'), clv.segment(1, 1, 1, '[{"segment": "b", "ordinal": 2}, {"segment": "a", "ordinal": 1}]'), clv.segment(NULL, 1, 1);

-- who has opted out has no score and moves nobody else's
CREATE VIEW shop.opted AS SELECT *, customer > 5 AS no_profiling FROM shop.ten;
SELECT customer_id, rfm FROM clv.rfm_scores('shop.opted', 'customer', 'day', 'amount', '2024-05-01', opt_out => 'no_profiling') ORDER BY customer_id::int;

-- also who has said so in one row that is no purchase: after as_of (1), without
-- an amount (2), without a date (3); in one that is (4)
CREATE TABLE shop.objecting (customer int, day date, amount numeric, no_profiling boolean);
INSERT INTO shop.objecting
SELECT i, '2023-01-01'::date + i % 90, 20 + i % 13, false FROM generate_series(1, 100) AS i UNION ALL
SELECT i, '2023-04-01'::date + i % 70, 20 + i % 7, NULL FROM generate_series(1, 50) AS i UNION ALL
SELECT * FROM (VALUES (1, date '2023-12-01', 10, true), (2, '2023-02-01', NULL, true), (3, NULL, 5, true), (4, '2023-02-02', 5, true), (5, '2023-12-01', 5, false), (101, NULL, NULL, true)) AS v;
CREATE VIEW shop.others AS SELECT * FROM shop.objecting WHERE customer BETWEEN 5 AND 100;
SELECT count(*), min(customer_id::int) AS first FROM clv.rfm_scores('shop.objecting', 'customer', 'day', 'amount', '2023-06-30', opt_out => 'no_profiling');
-- the others are scored as without them
SELECT count(*) AS differences FROM (
	SELECT * FROM clv.rfm_scores('shop.objecting', 'customer', 'day', 'amount', '2023-06-30', opt_out => 'no_profiling')
	EXCEPT SELECT * FROM clv.rfm_scores('shop.others', 'customer', 'day', 'amount', '2023-06-30')) AS d;
-- nobody who has bought once buys often: with all alike, by fixed limits, and
-- with other numbers of scores; rules of one's own get what the scores say
CREATE TABLE shop.single AS SELECT i AS customer, date '2024-01-01' + i AS day, 10 + i AS amount FROM generate_series(1, 100) AS i;
SELECT r, f, segment, count(*) FROM clv.rfm_scores('shop.single', 'customer', 'day', 'amount', '2024-04-30') GROUP BY 1, 2, 3 ORDER BY 1;
CREATE VIEW shop.single_day AS SELECT customer, date '2024-01-01' AS day, 10 AS amount FROM shop.single;
SELECT rfm, segment, count(*) FROM clv.rfm_scores('shop.single_day', 'customer', 'day', 'amount') GROUP BY 1, 2;
SELECT DISTINCT f, segment FROM clv.rfm_scores('shop.single', 'customer', 'day', 'amount', '2024-04-30', cuts => '{"r": [30, 60, 90, 120], "f": [0, 0.5, 1, 2], "m": [50, 60, 70, 80]}') ORDER BY 2;
SELECT DISTINCT f, segment FROM clv.rfm_scores('shop.single', 'customer', 'day', 'amount', '2024-04-30', cuts => '{"r": [30, 60, 90, 120], "f": [0, 0.5, 1, 2], "m": [50, 60, 70, 80]}',
	rules => '[{"segment": "at least four", "f_min": 4}]');
SELECT n AS scores, array_agg(DISTINCT f) AS f, array_agg(DISTINCT segment) FILTER (WHERE segment ~ 'Champ|Loyal|Cannot|At risk|Potential|Need') AS often
FROM generate_series(2, 9) AS n, clv.rfm_scores('shop.single', 'customer', 'day', 'amount', '2024-04-30', n) GROUP BY n ORDER BY n;
CREATE VIEW shop.single_most AS SELECT * FROM shop.single UNION ALL SELECT customer, day + 1, 5 FROM shop.single WHERE customer <= 3;
SELECT purchases, f, count(*) FROM clv.rfm_scores('shop.single_most', 'customer', 'day', 'amount', '2024-04-30') GROUP BY 1, 2 ORDER BY 1;

-- ---------------------------------------------------------- what is refused

SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', scores => 1);
SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', cuts => '{"r": [1, 2, 3, 4]}');
SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', cuts => '{"r": [1, 2, 3, 4], "f": [1, 2, 3], "m": [1, 2, 3, 4]}');
SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', cuts => '{"r": [1, 2, 3, 4], "f": [1, 2, 2, 3], "m": [1, 2, 3, 4]}');
SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', cuts => '{"x": 1}');
SELECT clv.rfm_scores('shop.ten', 'customer', 'day', 'amount', opt_out => 'amount');
SELECT clv.segment(1, 1, 1, '{}');
SELECT clv.segment(1, 1, 1, '[{"r_min": 1}]');
SELECT clv.segment(1, 1, 1, '[{"segment": "x", "r": 1}]');

\set VERBOSITY terse
DROP SCHEMA shop CASCADE;
