-- Specifies clv.cbs with covariates: what the base holds, who is left out, which
-- covariates it refuses, that order and partition of the rows do not matter,
-- and its text, binary and stored forms.
SET search_path = public, clv;	-- for the operators

-- ---------------------------------------------------------------- contents

-- Five customers with three distinct vectors; -0 is 0.
CREATE TABLE five (f float8, r float8, t float8, m float8, v float8[]);
INSERT INTO five VALUES (2, 3, 5, 1.5, '{1, 0}'), (0, 0, 5, NULL, '{0, 0}'), (1, 1, 9, -1, '{-1, 7}'), (2, 3, 5, NULL, '{1, 0}'), (0, 0, 5, 7, '{1, -0}');
SELECT clv.covariates(clv.cbs(f, r, t, m, v)) FROM five;
SELECT * FROM clv.summary((SELECT clv.cbs(f, r, t, m, v) FROM five));
SELECT clv.customers(clv.cbs(f, r, t, m, v)) FROM five;
-- All customers are in the same cells as without covariates, but it is another base.
SELECT array(SELECT clv.cells(a)) = array(SELECT clv.cells(b)) AS cells, array(SELECT clv.spend_cells(a)) = array(SELECT clv.spend_cells(b)) AS spend_cells,
		a = b AS same, (SELECT count(*) FROM clv.covariates(b)) AS without
	FROM (SELECT clv.cbs(f, r, t, m, v) AS a, clv.cbs(f, r, t, m) AS b FROM five) x;
-- Other covariates, another base.
SELECT clv.cbs(f, r, t, m, v) = clv.cbs(f, r, t, m, v[2:2] || v[1:1]) AS same FROM five;

-- The bytes, worked out by hand: 116 of covariates, and the groups {-1, 7}, {0, 0}
-- and {1, 0} with bases of 18, 18 and 27 bytes.
SELECT clv.cbs_send(clv.cbs(f, r, t, m, v)) = decode(concat(
	'01 01  02 02 01  74 02 03',
	'bff0000000000000 401c000000000000 12  01 01  00 01 00  00 00  02 01  02 01  02 09  01  02 00 00  00',
	'0000000000000000 0000000000000000 12  01 01  01 00 00  00 00  02 00  02 00  02 05  01  02 00 00  00',
	'3ff0000000000000 0000000000000000 1b  01 01  01 01 01  00 00  04 00 01  04 00 02  02 05  02  02 00 00  03 01 01 00  01  e2 12 01',
	'00  06 00 00 00  06 00 00 01  04 05 03  03  03 00 00 00  06 01 01  03 01 02 00  01  e2 12 02'), 'hex') AS as_worked_out FROM five;

-- Any finite number will do, in ascending order whatever its sign.
SELECT clv.covariates(clv.cbs(0, 0, 1, NULL, ARRAY[v])) FROM unnest('{1, -1e-300, 0, 1e308, -1.5, -0, -1e308, 5e-324, 1}'::float8[]) v;
-- Sixteen of them; the lower bound of an array means nothing.
SELECT array_length(c.covariates, 1), c.customers FROM (SELECT clv.cbs(0, 0, 1, NULL, array_fill(0.5::float8, '{16}', ARRAY[b])) FROM generate_series(-1, 1) b) x, clv.covariates(cbs) c;

-- ------------------------------------------------------------- who is left out

SELECT c.* FROM (SELECT clv.cbs(0, 0, 1, NULL, v) FROM (VALUES (NULL), ('{1, NULL}'), ('{1, 2}'), ('{NULL}'::float8[])) x (v)) y, clv.covariates(cbs) c;
SELECT clv.cbs(0, 0, 1, NULL, NULL) IS NULL AS no_covariates, clv.cbs(0, 0, 1, NULL, '{1, NULL}') IS NULL AS one_null,
	clv.cbs(NULL, 0, 1, NULL, '{1}') IS NULL AS frequency, clv.cbs(0, NULL, 1, NULL, '{1}') IS NULL AS recency, clv.cbs(0, 0, NULL, NULL, '{1}') IS NULL AS t;
SELECT clv.cbs(f, r, t, m, v) IS NULL AS no_rows FROM five WHERE false;

-- ------------------------------------------------------- what cannot be

SELECT clv.cbs(1, 1, 5, 1, '{}');
SELECT clv.cbs(1, 1, 5, 1, '{1, NaN}');
SELECT clv.cbs(1, 1, 5, 1, '{Infinity, 2}');
SELECT clv.cbs(1, 1, 5, 1, '{1, 2, -Infinity}');
SELECT clv.cbs(1, 1, 5, 1, array_fill(0::float8, '{17}'));
SELECT clv.cbs(1, 1, 5, 1, '{{1, 2}, {3, 4}}');
SELECT clv.cbs(1, 6, 5, 1, '{1, 2}');
SELECT clv.cbs(1, 1, 5, 'NaN', '{1, 2}');
-- Every customer brings equally many, in one go and in several.
SELECT clv.cbs(0, 0, 1, NULL, v) FROM (VALUES ('{1, 2}'::float8[]), ('{1, 2, 3}')) x (v);
SELECT clv.cbs(0, 0, 1, NULL, v) FROM (VALUES ('{1, 2, 3}'::float8[]), ('{1, 2}')) x (v);
SELECT clv.rollup(c) FROM (SELECT clv.cbs(0, 0, 1, NULL, v) AS c FROM (VALUES ('{1}'::float8[]), ('{1, 2}')) x (v) GROUP BY v) y;
SELECT clv.rollup(c) FROM (SELECT clv.cbs(0, 0, 1, NULL, '{1, 2}') AS c UNION ALL SELECT clv.cbs(0, 0, 1)) x;
SELECT clv.rollup(c) FROM (SELECT clv.cbs(r, '2024-12-31') AS c FROM (SELECT clv.rfm(date '2024-01-01') AS r) h UNION ALL SELECT clv.cbs(0, 0, 1, NULL, '{1, 2}')) x;
-- A base without customers has no number of covariates.
SELECT clv.summary(clv.rollup(c)) FROM (SELECT clv.cbs(0, 0, 1, NULL, '{1, 2}') AS c UNION ALL SELECT ('cbs1:' || encode('\x010100000000000000000000', 'base64'))::clv.cbs) x;

\set VERBOSITY sqlstate
SELECT clv.cbs(1, 1, 5, 1, '{}');
SELECT clv.cbs(1, 1, 5, 1, '{1, NaN}');
SELECT clv.cbs(1, 1, 5, 1, array_fill(0::float8, '{17}'));
SELECT clv.cbs(1, 1, 5, 1, '{{1, 2}, {3, 4}}');
SELECT clv.cbs(0, 0, 1, NULL, v) FROM (VALUES ('{1, 2}'::float8[]), ('{1, 2, 3}')) x (v);
SELECT clv.rollup(c) FROM (SELECT clv.cbs(0, 0, 1, NULL, '{1, 2}') AS c UNION ALL SELECT clv.cbs(0, 0, 1)) x;
\set VERBOSITY default

-- -------------------------------------- order and partition do not matter

-- 6,000 customers of a linear congruential generator, with 6 vectors and with
-- about as many as customers.
CREATE TABLE many AS
	SELECT i, f::float8 AS f, CASE WHEN f = 0 THEN 0 ELSE 1 + b % 30 END::float8 AS r, (31 + b / 30 % 20)::float8 AS t,
		CASE WHEN b % 10 > 0 THEN (b % 500) / 100.0::float8 END AS m, ARRAY[a % 3 - 1, b % 2]::float8[] AS few, ARRAY[-b / 7.0, a % 5]::float8[] AS own
	FROM (SELECT i, a, CASE WHEN a % 2 = 0 THEN 0 ELSE a / 2 % 8 END AS f, (a * 1103515245 + 12345) % 2147483648 / 65536 AS b
		FROM (SELECT i, (i * 1664525 + 1013904223) % 2147483648 / 256 AS a FROM generate_series(1::bigint, 6000) i) x) y;
CREATE TABLE way AS
	WITH rows AS (SELECT 'few' AS kind, i, f, r, t, m, few AS v FROM many UNION ALL SELECT 'own', i, f, r, t, m, own FROM many)
	SELECT kind, 'as stored' AS way, clv.cbs(f, r, t, m, v) AS cbs FROM rows GROUP BY 1
	UNION ALL SELECT kind, 'backwards', clv.cbs(f, r, t, m, v) FROM (SELECT * FROM rows ORDER BY i DESC) x GROUP BY 1
	UNION ALL SELECT kind, 'by vector', clv.cbs(f, r, t, m, v) FROM (SELECT * FROM rows ORDER BY v DESC, i) x GROUP BY 1
	UNION ALL SELECT kind, 'one by one', clv.rollup(c) FROM (SELECT kind, clv.cbs(f, r, t, m, v) AS c FROM rows GROUP BY kind, i) x GROUP BY 1
	UNION ALL SELECT kind, 'group by group', clv.rollup(c) FROM (SELECT kind, clv.cbs(f, r, t, m, v) AS c FROM rows GROUP BY kind, v) x GROUP BY 1
	UNION ALL SELECT kind, 'unequal parts', clv.rollup(c) FROM (SELECT kind, clv.cbs(f, r, t, m, v) AS c FROM rows GROUP BY kind, floor(sqrt(i))) x GROUP BY 1
	UNION ALL SELECT kind, 'twice rolled up', clv.rollup(c) FROM (SELECT kind, clv.rollup(c) AS c
		FROM (SELECT kind, i % 100 AS k, clv.cbs(f, r, t, m, v) AS c FROM rows GROUP BY kind, i % 100) x GROUP BY kind, k % 7) y GROUP BY 1
	UNION ALL SELECT kind, 'as text', clv.rollup(c::text::clv.cbs) FROM (SELECT kind, clv.cbs(f, r, t, m, v) AS c FROM rows GROUP BY kind, i % 9) x GROUP BY 1;
SELECT kind, count(*), count(DISTINCT cbs) AS bases, count(DISTINCT cbs::text) AS texts, count(DISTINCT clv.cbs_send(cbs)) AS binaries FROM way GROUP BY kind ORDER BY kind;
SELECT kind, clv.summary(cbs) FROM way WHERE way = 'as stored' ORDER BY kind;
-- What GROUP BY says, group by group, in ascending order.
SELECT array(SELECT c FROM clv.covariates(cbs) c) = array(SELECT row(few, count(*)) FROM many GROUP BY few ORDER BY few) AS few FROM way WHERE kind = 'few' AND way = 'as stored';
SELECT array(SELECT c FROM clv.covariates(cbs) c) = array(SELECT row(own, count(*)) FROM many GROUP BY own ORDER BY own) AS own FROM way WHERE kind = 'own' AND way = 'as stored';
SELECT DISTINCT array(SELECT clv.cells(way.cbs)) = array(SELECT clv.cells(plain.cbs)) AS cells, array(SELECT clv.spend_cells(way.cbs)) = array(SELECT clv.spend_cells(plain.cbs)) AS spend_cells
	FROM way, (SELECT clv.cbs(f, r, t, m) FROM many) plain;
-- Filters, grouping sets and windows.
SELECT count(*) AS sets, bool_and(agree) FROM (SELECT clv.customers(clv.cbs(f, r, t, m, own)) = count(*) AS agree FROM many GROUP BY GROUPING SETS ((f), (t), ())) x;
SELECT bool_and((clv.summary(c)).covariate_groups = least(n, 6) OR n < 40) AS running, bool_and(clv.customers(c) = n) AS customers FROM (SELECT clv.cbs(f, r, t, m, few) OVER w AS c, row_number() OVER w AS n
	FROM many WHERE i <= 200 WINDOW w AS (ORDER BY i)) x;

-- ------------------------------------------------------------------- storage

CREATE TABLE kept (kind text, way text, cbs clv.cbs);
INSERT INTO kept SELECT * FROM way;
ALTER TABLE kept ALTER cbs SET STORAGE EXTERNAL;
UPDATE kept SET way = way || '';
SELECT count(DISTINCT cbs) AS kinds FROM (SELECT cbs FROM kept UNION ALL SELECT clv.rollup(cbs) FROM kept GROUP BY kind, way) x;
SELECT kind, clv.customers(clv.rollup(cbs)), max((clv.summary(cbs)).covariate_groups) = (clv.summary(clv.rollup(cbs))).covariate_groups AS no_new_groups FROM kept GROUP BY kind ORDER BY kind;

-- --------------------------------------------------------- text from outside

CREATE FUNCTION take(hex text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT 'taken: ' || string_agg(c::text, ' ') FROM clv.covariates(('cbs1:' || translate(encode(decode(hex, 'hex'), 'base64'), E'\n', ''))::clv.cbs) c);
EXCEPTION WHEN invalid_text_representation THEN
	RETURN sqlerrm;
END $$;
-- Two customers (0, 0, 5), with the covariates 0 and 1.5.
CREATE TABLE piece (head text, zero text, half text, tail text);
INSERT INTO piece VALUES ('01 01  02 00 00', '0000000000000000', '3ff8000000000000', '00  02 00  02 00  02 05  01  03 00 00 00  00');
CREATE TABLE one AS SELECT '12  01 01  01 00 00  00 00  02 00  02 00  02 05  01  02 00 00  00' AS base;
SELECT take(concat(head, '38 01 02', zero, base, half, base, tail)) AS good FROM piece, one;
SELECT what, take(bytes) FROM piece, one, LATERAL (VALUES
	('no covariate', concat(head, '28 00 02', base, base, tail)),
	('seventeen', concat(head, '38 11 02', zero, base, half, base, tail)),
	('no group', concat(head, '02 01 00', tail)),
	('a group missing', concat(head, '1d 01 01', zero, base, tail)),
	('a group too many', concat(head, '38 01 03', zero, base, half, base, tail)),
	('bytes behind the groups', concat(head, '39 01 02', zero, base, half, base, '00', tail)),
	('descending', concat(head, '38 01 02', half, base, zero, base, tail)),
	('twice the same', concat(head, '38 01 02', half, base, half, base, tail)),
	('-0', concat(head, '38 01 02', '8000000000000000', base, half, base, tail)),
	('NaN', concat(head, '38 01 02', zero, base, '7ff8000000000000', base, tail)),
	('infinity', concat(head, '38 01 02', zero, base, '7ff0000000000000', base, tail)),
	('longer numbers', concat(head, '39 01 8200', zero, base, half, base, tail)),
	('longer numbers', concat(head, '39 01 02', zero, '9200', substr(base, 3), half, base, tail)),
	('histories', concat('01 00  02 00 00  00 00', '38 01 02', zero, base, half, base, tail)),
	('other customers', concat(head, '38 01 02', zero, base, half, replace(base, '02 05', '02 06'), tail)),
	('two in a group', concat(head, '39 01 02', zero, base, half, '13  01 01  02 00 00  00 00  02 00  02 00  02 05  01  03 00 00 00  00', tail)),
	('a group of histories', concat(head, '3a 01 02', zero, base, half, '14  01 00  01 00 00  00 00  00 00  02 00  02 00  02 05  01  02 00 00  00', tail)),
	('a group of nobody', concat(head, '32 01 02', zero, base, half, '0c  01 01  00 00 00  00 00  00 00 00  00  00', tail)),
	('a group with a request', concat(head, '39 01 02', zero, base, half, '13  01 01  01 00 00  00 01 61  02 00  02 00  02 05  01  02 00 00  00', tail)),
	('groups in a group', concat(head, '55 01 02', zero, base, half, '2f  01 01  01 00 00  1d 01 01', zero, base, '00  02 00  02 00  02 05  01  02 00 00  00', tail))
	) v (what, bytes);

DROP FUNCTION take(text);
DROP TABLE five, many, way, kept, piece, one;
