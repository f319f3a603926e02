-- Specifies clv.cbs: what a base holds, which rows it refuses, that order and
-- partition of the rows do not matter, and its text, binary and stored forms.
SET datestyle = 'ISO, YMD';
SET search_path = public, clv;	-- for the operators

-- ---------------------------------------------------------------- contents

-- Equal rows are one cell with a count; cells are in order of frequency, t, recency.
CREATE TABLE five (frequency float8, recency float8, t float8, monetary float8);
INSERT INTO five VALUES (2, 3, 5, 1.5), (0, 0, 5, NULL), (1, 1, 9, -1), (2, 3, 5, NULL), (0, 0, 5, 7);
SELECT clv.cells(clv.cbs(frequency, recency, t, monetary)) FROM five;
SELECT clv.spend_cells(clv.cbs(frequency, recency, t, monetary)) FROM five;
-- Who is left out of the spend: two without a repeat purchase (whatever their
-- monetary), one whose monetary is negative and one whose monetary is NULL.
SELECT * FROM clv.summary((SELECT clv.cbs(frequency, recency, t, monetary) FROM five));
SELECT clv.customers(clv.cbs(frequency, recency, t)) FROM five;
-- Without monetary all with a repeat purchase are left out.
SELECT customers, no_repeat, spenders, no_spend FROM clv.summary((SELECT clv.cbs(frequency, recency, t) FROM five));

-- The text form is the bytes that docs/storage.md works out by hand.
SELECT clv.cbs(frequency, recency, t, monetary) = ('cbs1:' || encode(
	'\x01010202010000060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs FROM five;

-- Duplicates weigh: ten times the rows are ten times the counts.
SELECT c.customers = 10 * d.customers AND (c.frequency, c.recency, c.t) = (d.frequency, d.recency, d.t) AS tenfold
	FROM (SELECT clv.cbs(frequency, recency, t) AS many FROM five, generate_series(1, 10)) m,
		(SELECT clv.cbs(frequency, recency, t) AS few FROM five) f,
		ROWS FROM (clv.cells(many)) WITH ORDINALITY c, ROWS FROM (clv.cells(few)) WITH ORDINALITY d
	WHERE c.ordinality = d.ordinality;

-- Fractions (weeks, from days) stay what they are; frequency may be large.
SELECT c.frequency, c.recency = 3 / 7.0::float8 AS recency, c.t = 1000 / 7.0::float8 AS t
	FROM clv.cells((SELECT clv.cbs(100000, 3 / 7.0::float8, 1000 / 7.0::float8))) c;
-- So do means of whole cents and other means.
SELECT s.frequency, s.monetary = m.monetary AS exact, s.customers
	FROM (VALUES (1, 0.01), (3, 10.00 / 3), (3, pi()), (7, 1e-300), (7, 1e300), (7, 12.34)) m (frequency, monetary),
		LATERAL (SELECT clv.cbs(f, 1, 1, amount) FROM (SELECT m.*) x (f, amount)) c,
		LATERAL clv.spend_cells(c.cbs) s;

-- Minus zero is zero.
SELECT clv.cbs('-0', '-0', 5) = clv.cbs(0, 0, 5) AS same;

-- -------------------------------------------------------------- NULL, empty

SELECT clv.cbs(frequency, recency, t) IS NULL AS no_rows FROM five WHERE false;
SELECT clv.cbs(f, r, t) IS NULL AS all_skipped, clv.customers(clv.cbs(f, r, t))
	FROM (VALUES (NULL::float8, 1::float8, 2::float8), (1, NULL, 2), (1, 1, NULL)) v (f, r, t);
SELECT clv.customers(clv.cbs(f, r, t)) AS not_skipped
	FROM (VALUES (NULL::float8, 1::float8, 2::float8), (1, 1, 2)) v (f, r, t);
SELECT clv.rollup(NULL::clv.cbs) IS NULL AS nothing;
-- One customer; one-time buyers only; bought on the last day observed.
SELECT clv.cells(clv.cbs(1, 2, 3)), clv.summary(clv.cbs(1, 2, 3, 4));
SELECT clv.summary(clv.cbs(0, 0, t)) FROM generate_series(0, 99) t;

-- ------------------------------------------------------- rows that cannot be

SELECT clv.cbs(1, 6, 5);
SELECT clv.cbs(0, 1, 5);
SELECT clv.cbs(1, 0, 5);
SELECT clv.cbs(-1, 0, 5);
SELECT clv.cbs(1, -1, 5);
SELECT clv.cbs(0, 0, -5);
SELECT clv.cbs(1.5, 1, 5);
SELECT clv.cbs(1e16, 1, 5);
SELECT clv.cbs('NaN', 1, 5);
SELECT clv.cbs(1, 'NaN', 5);
SELECT clv.cbs(1, 1, 'Infinity');
SELECT clv.cbs(1, 1, 5, 'NaN');
SELECT clv.cbs(1, 1, 5, '-Infinity');

\set VERBOSITY sqlstate
SELECT clv.cbs(1, 6, 5);
SELECT clv.cbs(1, 1, 5, 'NaN');
SELECT 'cbs1:'::clv.cbs;
SELECT 'cbs1:AAAA'::clv.cbs;
\set VERBOSITY default

-- ------------------------------------------------------------ from histories

CREATE TABLE history AS
	SELECT customer, clv.rfm(at, amount) AS rfm
	FROM (VALUES
		(1, date '2024-01-01', 10.0::float8), (1, '2024-01-03', 20), (1, '2024-01-08', 31),
		(2, '2024-01-02', 10), (2, '2024-01-02', 10),
		(3, '2024-01-05', 10), (3, '2024-01-06', 10), (3, '2024-01-06', -10),
		(4, '2024-02-01', 10)) v (customer, at, amount)
	GROUP BY customer;
-- Customer 4 comes later; the second day of 3 nets 0 and does not count;
-- the gaps of 1 are 2 and 5 days.
SELECT clv.cells(clv.cbs(rfm, '2024-01-31')) FROM history;
SELECT clv.spend_cells(clv.cbs(rfm, '2024-01-31')) FROM history;
SELECT customers, in_days, abs(sum_log_gaps - ln(10::float8)) < 1e-14 AS gaps
	FROM clv.summary((SELECT clv.cbs(rfm, '2024-01-31') FROM history));
SELECT clv.cbs(rfm, '2024-01-31', 'net') = clv.cbs(rfm, '2024-01-31') AS net,
	clv.cbs(rfm, '2024-01-31', 'gross') = clv.cbs(rfm, '2024-01-31', 'event') AS gross_or_event FROM history;
SELECT clv.cells(clv.cbs(rfm, '2024-01-31', 'gross')) FROM history;
SELECT clv.cbs(rfm, '2023-12-31') IS NULL AS nobody_yet FROM history;
SELECT clv.cbs(rfm, NULL) IS NULL AS skipped, clv.cbs(rfm, '2024-01-31', NULL) IS NULL AS skipped_too FROM history;
SELECT clv.cbs(rfm, 'infinity') FROM history;
SELECT clv.cbs(rfm, '2024-01-31', 'some') FROM history;
SELECT clv.cbs(rfm, '2024-01-31', 'error') FROM history;
-- A history without amounts has no spend.
SELECT customers, spenders, no_spend FROM clv.summary((SELECT clv.cbs(r, '2024-01-31')
	FROM (SELECT clv.rfm(at) AS r FROM (VALUES (date '2024-01-01'), ('2024-01-03')) v (at)) h));
-- The same customers as columns: the same cells, but neither unit nor gaps.
SELECT a.cells, a.spend_cells, b.in_days, b.sum_log_gaps, a.no_repeat = b.no_repeat AS same
	FROM clv.summary((SELECT clv.cbs(rfm, '2024-01-31') FROM history)) a,
		clv.summary((SELECT clv.cbs((s).frequency, (s).recency, (s).t, (s).monetary)
			FROM (SELECT clv.summary(rfm, '2024-01-31') AS s FROM history) x)) b;
-- A roll-up keeps the gaps while all have them.
SELECT customers, in_days, abs(sum_log_gaps - 2 * ln(10::float8)) < 1e-14 AS gaps
	FROM clv.summary((SELECT clv.rollup(c) FROM (SELECT clv.cbs(rfm, '2024-01-31') AS c FROM history, generate_series(1, 2) i GROUP BY i) x));
SELECT customers, in_days, sum_log_gaps
	FROM clv.summary((SELECT clv.rollup(c) FROM (SELECT clv.cbs(rfm, '2024-01-31') AS c FROM history UNION ALL SELECT clv.cbs(0, 0, 1)) x));

-- -------------------------------------- order and partition do not matter

-- 20,000 customers of a linear congruential generator.
CREATE TABLE many AS
	SELECT i, f::float8 AS f, CASE WHEN f = 0 THEN 0 ELSE 1 + b % 300 END::float8 AS r, (301 + c % 100)::float8 AS t,
		CASE WHEN d % 10 > 0 THEN (d % 5000) / 100.0::float8 END AS m
	FROM (SELECT i, CASE WHEN a % 2 = 0 THEN 0 ELSE a / 2 % 8 END AS f, (a * 1103515245 + 12345) % 2147483648 / 65536 AS b,
			(a * 69069 + 1) % 2147483648 / 65536 AS c, (a * 16807) % 2147483647 / 32 AS d
		FROM (SELECT i, (i * 1664525 + 1013904223) % 2147483648 / 256 AS a FROM generate_series(1::bigint, 20000) i) x) y;
CREATE TABLE way AS
	SELECT 'as stored' AS way, clv.cbs(f, r, t, m) AS cbs FROM many
	UNION ALL SELECT 'backwards', clv.cbs(f, r, t, m) FROM (SELECT * FROM many ORDER BY i DESC) x
	UNION ALL SELECT 'shuffled', clv.cbs(f, r, t, m) FROM (SELECT * FROM many ORDER BY md5(i::text)) x
	UNION ALL SELECT 'sorted', clv.cbs(f, r, t, m) FROM (SELECT * FROM many ORDER BY m, f) x
	UNION ALL SELECT 'one by one', clv.rollup(c) FROM (SELECT clv.cbs(f, r, t, m) AS c FROM many GROUP BY i) x
	UNION ALL SELECT 'hundreds', clv.rollup(c) FROM (SELECT clv.cbs(f, r, t, m) AS c FROM many GROUP BY i % 200) x
	UNION ALL SELECT 'unequal parts', clv.rollup(c) FROM (SELECT clv.cbs(f, r, t, m) AS c FROM many GROUP BY floor(sqrt(i))) x
	UNION ALL SELECT 'twice rolled up', clv.rollup(c) FROM (SELECT clv.rollup(c) AS c
		FROM (SELECT i % 100 AS k, clv.cbs(f, r, t, m) AS c FROM many GROUP BY i % 100) x GROUP BY k % 7) y
	UNION ALL SELECT 'as text', clv.rollup(c::text::clv.cbs) FROM (SELECT clv.cbs(f, r, t, m) AS c FROM many GROUP BY i % 9) x;
SELECT count(*), count(DISTINCT cbs) AS bases, count(DISTINCT cbs::text) AS texts, count(DISTINCT clv.cbs_send(cbs)) AS binaries FROM way;
SELECT clv.customers(cbs), (SELECT count(*) FROM clv.cells(cbs)) = s.cells AS cells, (SELECT sum(customers) FROM clv.cells(cbs)) AS in_cells,
		(SELECT sum(customers) FROM clv.spend_cells(cbs)) = s.spenders AS spenders
	FROM way, clv.summary(cbs) s WHERE way = 'as stored';
-- What GROUP BY says.
(SELECT f, r, t, count(*) FROM many GROUP BY f, r, t EXCEPT SELECT c.* FROM way, clv.cells(cbs) c WHERE way = 'as stored')
UNION ALL (SELECT c.* FROM way, clv.cells(cbs) c WHERE way = 'as stored' EXCEPT SELECT f, r, t, count(*) FROM many GROUP BY f, r, t);
(SELECT f, m, count(*) FROM many WHERE f > 0 AND m > 0 GROUP BY f, m EXCEPT SELECT s.* FROM way, clv.spend_cells(cbs) s WHERE way = 'as stored')
UNION ALL (SELECT s.* FROM way, clv.spend_cells(cbs) s WHERE way = 'as stored' EXCEPT SELECT f, m, count(*) FROM many WHERE f > 0 AND m > 0 GROUP BY f, m);
SELECT bool_and((frequency, t, recency) > before) AS ascending
	FROM (SELECT frequency, t, recency, lag(ROW(frequency, t, recency)) OVER (ORDER BY n) AS before
		FROM way, ROWS FROM (clv.cells(cbs)) WITH ORDINALITY AS c (frequency, recency, t, customers, n) WHERE way = 'as stored') x;

-- Continuous values too, where every customer is a cell of their own.
SELECT count(DISTINCT c) = 1 AS same, max(clv.customers(c)) AS customers FROM (
	SELECT clv.cbs(f, r * pi() / 4, t + 1.0 / i, m / 3) AS c FROM many
	UNION ALL SELECT clv.rollup(c) FROM (SELECT clv.cbs(f, r * pi() / 4, t + 1.0 / i, m / 3) AS c FROM many GROUP BY i % 5) x) y;

-- Groups, filters, grouping sets and windows.
SELECT f, clv.customers(clv.cbs(f, r, t) FILTER (WHERE t > 350)) = count(*) FILTER (WHERE t > 350) AS filtered FROM many GROUP BY f ORDER BY f;
SELECT count(*) AS sets, bool_and(agree) FROM (SELECT clv.customers(clv.cbs(f, r, t, m)) = count(*) AS agree FROM many GROUP BY GROUPING SETS ((f), (t), ())) x;
SELECT bool_and(clv.customers(c) = n) AS running FROM (SELECT clv.cbs(f, r, t, m) OVER w AS c, row_number() OVER w AS n
	FROM many WHERE i <= 300 WINDOW w AS (ORDER BY i)) x;

-- -------------------------------------------------- equality, order, storage

SELECT a = b AS eq, a <> b AS ne, a < b AS lt, a <= b AS le, a > b AS gt, a >= b AS ge,
		clv.cbs_hash(a) = clv.cbs_hash(b) AS hash, clv.cbs_hash_extended(a, 0) & 4294967295 = clv.cbs_hash(a)::bigint & 4294967295 AS low_half
	FROM (VALUES ((SELECT clv.cbs(1, 1, 2)), (SELECT clv.cbs(1, 1, 2))), ((SELECT clv.cbs(1, 1, 2)), (SELECT clv.cbs(1, 1, 3)))) v (a, b);
CREATE TABLE kept (way text, cbs clv.cbs);
INSERT INTO kept SELECT * FROM way;
CREATE INDEX ON kept (cbs clv.cbs_ops) WHERE way <> way;
SELECT pg_column_size(kept.cbs) < octet_length(clv.cbs_send(way.cbs)) + 100 AS stored, kept.cbs = way.cbs AS same FROM kept JOIN way USING (way) WHERE way = 'hundreds';
ALTER TABLE kept ALTER cbs SET STORAGE EXTERNAL;
UPDATE kept SET way = way || '';
SELECT count(DISTINCT cbs) FROM (SELECT cbs FROM kept UNION ALL SELECT clv.rollup(cbs) FROM kept GROUP BY way) x;
-- A toasted value in a roll-up beside short ones.
SELECT clv.customers(clv.rollup(cbs)) FROM (SELECT clv.cbs(0, 0, 1) AS cbs UNION ALL SELECT cbs FROM kept UNION ALL SELECT clv.cbs(0, 0, 2)) x;
SELECT count(*) FROM way a JOIN way b ON a.cbs = b.cbs;
SET enable_hashjoin = off; SET enable_nestloop = off;
SELECT count(*) FROM way a JOIN way b ON a.cbs = b.cbs;
RESET enable_hashjoin; RESET enable_nestloop;

-- --------------------------------------------------------- text from outside

SELECT 'cbs1:'::clv.cbs;
SELECT 'rfm1:AAAA'::clv.cbs;
SELECT ''::clv.cbs;
SELECT repeat('x', 200)::clv.cbs;
SELECT 'cbs1:AQE CAgEAAAYAAAAGAAABBAUDAwMAAAAGAQEDAQIAAeISAg=='::clv.cbs;
SELECT 'cbs1:AQECAgEAAAYAAAAGAAABBAUDAwMAAAAGAQEDAQIAAeISAg='::clv.cbs;
SELECT 'cbs1:AQECAgEAAAYAAAAGAAABBAUDAwMAAAAGAQEDAQIAAeISAh=='::clv.cbs;
-- another version; a flag reserved for purchases by calendar day; an unknown flag; covariates; a wrong count; a byte too many; too few
SELECT ('cbs1:' || encode('\x02010202010000060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01030202010000060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01050202010000060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01010202010100060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01010302010000060000000600000104050303030000000601010301020001e21202', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01010202010000060000000600000104050303030000000601010301020001e2120200', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01010202010000060000000600000104050303030000000601010301020001e212', 'base64'))::clv.cbs;
-- a customer that cannot be (one purchase, recency 0); values that nobody has; a number written in two bytes
SELECT ('cbs1:' || encode('\x010100010000000201020002050102000000', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01010100000000020002000405000102000000', 'base64'))::clv.cbs;
SELECT ('cbs1:' || encode('\x01018100000000000200020002050102000000', 'base64'))::clv.cbs;
-- the same with the number in one byte
SELECT clv.cells(('cbs1:' || encode('\x010101000000000200020002050102000000', 'base64'))::clv.cbs);

-- -------------------------------------------------------------- catalogue

SELECT p.oid::regprocedure FROM pg_proc p WHERE p.proname ~ '^(cbs|customers|cells|spend_cells)' AND p.pronamespace = 'clv'::regnamespace
	AND (p.provolatile <> 'i' OR p.proparallel <> 's' OR obj_description(p.oid, 'pg_proc') IS NULL);
SELECT a.aggfnoid::regprocedure AS aggregate, a.aggtranstype::regtype, a.aggcombinefn FROM pg_aggregate a
	WHERE a.aggtranstype = 'clv.cbs'::regtype AND a.aggfnoid::regprocedure::text !~ 'fit' ORDER BY 1::text COLLATE "C";
-- The functions of the aggregates are not for calling.
SELECT clv.cbs_add(NULL, 1, 1, 1);
SELECT clv.cbs_close(clv.cbs(1, 1, 1));

DROP TABLE five, history, many, way, kept;
