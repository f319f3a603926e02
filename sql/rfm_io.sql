-- clv.rfm as a type: text and binary forms round-trip to the bit and refuse
-- what is not a history; equality, order and hash; large values.
SET datestyle = 'ISO, YMD';

CREATE TABLE history (id int PRIMARY KEY, rfm clv.rfm);
INSERT INTO history SELECT c, clv.rfm(date '1999-06-01' + (i * i * 7 % 2000), ((i * 37 % 1000) - 150) / 100.0)
FROM generate_series(1, 5000) AS i, LATERAL (SELECT i % 100 AS c) AS x GROUP BY c;
INSERT INTO history SELECT 100 + c, clv.rfm(date '1999-06-01' + (i * i * 7 % 2000), sqrt(i) - 10)
FROM generate_series(1, 5000) AS i, LATERAL (SELECT i % 100 AS c) AS x GROUP BY c;
INSERT INTO history SELECT 200 + c, clv.rfm(date '1999-06-01' + i)
FROM generate_series(1, 500) AS i, LATERAL (SELECT i % 10 AS c) AS x GROUP BY c;
INSERT INTO history VALUES (300, NULL);
SELECT count(*) AS values, count(*) FILTER (WHERE rfm::text::clv.rfm OPERATOR(clv.=) rfm) AS equal,
	count(*) FILTER (WHERE rfm::text::clv.rfm::text = rfm::text) AS same_text FROM history;

-- version 1: this text must be read for ever (days 2024-03-01 20 + 30.5, 03-11 40, 04-01 refund 5)
SELECT clv.rfm(day, amount) AS rfm FROM (VALUES
	(date '2024-03-01', 20), ('2024-03-01', 30.5), ('2024-03-11', 40), ('2024-04-01', -5)) AS v (day, amount);
SELECT d.* FROM clv.days('rfm1:AQHSpwQCA7onUKAfqwEAAAP0Aw==') AS d;

-- not a history
SELECT ''::clv.rfm;
SELECT 'rfm1:'::clv.rfm;
SELECT 'hello'::clv.rfm;
SELECT 'rfm1:!!!!'::clv.rfm;
SELECT 'rfm1:AQHSpwQCA7onUKAfqwEAAAP0Aw'::clv.rfm;	-- no padding
SELECT 'rfm1:AQHSpwQCA7onUKAfqwEAAAP0Aw== '::clv.rfm;	-- a blank
SELECT 'rfm1:AQHSpwQCA7onUKAfqwEAAAP0Ax=='::clv.rfm;	-- stray bits
SELECT 'rfm1:AgHSpwQCA7onUKAfqwEAAAP0Aw=='::clv.rfm;	-- version 2
SELECT 'rfm1:AQPSpwQCA7onUKAfqwEAAAP0Aw=='::clv.rfm;	-- open
SELECT 'rfm1:AQE='::clv.rfm;	-- no day
SELECT 'rfm1:AQFQoB8AoB8='::clv.rfm;	-- the same day twice
SELECT 'rfm1:AQFRQEQAAAAAAAA='::clv.rfm;	-- 40 as a double
SELECT 'rfm1:AQFRf/AAAAAAAAA='::clv.rfm;	-- infinity
SELECT 'rfm1:AQFSAQOgHw=='::clv.rfm;	-- one order as several
SELECT 'rfm1:AQFSAgWgHwAA'::clv.rfm;	-- a second part of nothing
SELECT repeat('rfm1:', 1000)::clv.rfm;

-- binary
SELECT encode(clv.rfm_send('rfm1:AQFQoB8='), 'hex') AS sent;

-- Equality, DISTINCT, hash and btree.
SET enable_hashagg = off;
SELECT count(*) AS rows, count(DISTINCT rfm) AS histories FROM (SELECT rfm FROM history UNION ALL SELECT rfm FROM history) AS twice;
RESET enable_hashagg;
SELECT count(*) AS histories FROM (SELECT rfm FROM (SELECT rfm FROM history UNION ALL SELECT rfm FROM history) AS twice GROUP BY rfm) AS g;
SET enable_mergejoin = off; SET enable_nestloop = off;
SELECT count(*) AS hash_join FROM history AS a JOIN history AS b ON a.rfm OPERATOR(clv.=) b.rfm;
RESET enable_mergejoin; SET enable_hashjoin = off;
SELECT count(*) AS merge_join FROM history AS a JOIN history AS b ON a.rfm OPERATOR(clv.=) b.rfm;
RESET enable_hashjoin; RESET enable_nestloop;
SELECT count(*) AS comparisons,
	count(*) FILTER (WHERE (a.rfm OPERATOR(clv.<) b.rfm) = (clv.rfm_cmp(a.rfm, b.rfm) < 0)
		AND (a.rfm OPERATOR(clv.<=) b.rfm) = (clv.rfm_cmp(a.rfm, b.rfm) <= 0)
		AND (a.rfm OPERATOR(clv.>) b.rfm) = (clv.rfm_cmp(b.rfm, a.rfm) < 0)
		AND (a.rfm OPERATOR(clv.>=) b.rfm) = (clv.rfm_cmp(b.rfm, a.rfm) <= 0)
		AND (a.rfm OPERATOR(clv.<>) b.rfm) = (clv.rfm_cmp(a.rfm, b.rfm) <> 0)
		AND (a.rfm OPERATOR(clv.=) b.rfm) = (a.id = b.id)) AS consistent,
	count(*) FILTER (WHERE clv.rfm_hash(a.rfm)::bigint & 4294967295 = clv.rfm_hash_extended(a.rfm, 0) & 4294967295) AS hashes
FROM history AS a, history AS b WHERE a.id < 100 AND b.id < 100;
CREATE UNIQUE INDEX ON history (rfm);
\set VERBOSITY terse
INSERT INTO history SELECT 301, rfm FROM history WHERE id = 1;
\set VERBOSITY default
CREATE INDEX ON history USING hash (rfm);

-- 100,000 days: compressed and out of line
CREATE TABLE large (rfm clv.rfm);
INSERT INTO large SELECT clv.rfm(date '1800-01-01' + i, (i % 977) / 7.0) FROM generate_series(1, 100000) AS i;
INSERT INTO large SELECT clv.rollup(rfm) FROM (
	SELECT clv.rfm(date '1800-01-01' + i, (i % 977) / 7.0 ORDER BY i * 7919 % 100003) AS rfm FROM generate_series(1, 100000) AS i GROUP BY i % 3) AS p;
SELECT pg_column_size(rfm) > 2000 AS toasted, clv.frequency(rfm, '2200-01-01'), clv.recency(rfm, '2200-01-01'),
	(SELECT count(*) FROM clv.days(rfm)) AS days,
	all_equal, rfm::text::clv.rfm OPERATOR(clv.=) rfm AS text_form
FROM large, LATERAL (SELECT count(DISTINCT rfm) = 1 AS all_equal FROM large) AS e;
SELECT (clv.summary(clv.rollup(rfm), '2200-01-01')).orders FROM large;
SELECT clv.frequency(clv.rollup(rfm), '2200-01-01') FROM (SELECT rfm FROM large UNION ALL SELECT rfm FROM history WHERE id < 50) AS h;

-- A rewrite of the table and a new column keep the values.
ALTER TABLE history ADD COLUMN added_at timestamptz DEFAULT clock_timestamp();
ALTER TABLE history ALTER COLUMN id TYPE bigint;
SELECT count(*) AS values, count(*) FILTER (WHERE rfm::text::clv.rfm OPERATOR(clv.=) rfm) AS equal FROM history;
ALTER TABLE history ALTER COLUMN rfm TYPE text;
ALTER TABLE history ALTER COLUMN rfm TYPE clv.rfm USING rfm::clv.rfm;
SELECT count(*) AS values, sum(clv.frequency(rfm, '2030-01-01', 'event')) > 0 AS alive FROM history;

DROP TABLE history, large;
