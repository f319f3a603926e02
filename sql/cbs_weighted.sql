-- Specifies clv.cbs_weighted: a table that has been counted makes the base that
-- its customers one by one would, to the last bit.
SET search_path = public, clv;	-- for the operators

CREATE TABLE counted (f float8, r float8, t float8, m float8, v float8[], n bigint);
-- The same cell twice; the same spend in two cells; no repeat purchase; no
-- spend (NULL, and below 0) with repeat purchases; fractions; the same
-- covariates with others between; 0 and 1 customers.
INSERT INTO counted VALUES (2, 3, 5, 1.5, '{1, 0}', 3), (0, 0, 5, NULL, '{0, 0}', 7), (1, 1, 9, -1, '{-1, 7}', 2), (2, 3, 5, NULL, '{1, 0}', 4),
	(0, 0, 5, 7, '{1, -0}', 1), (2, 4, 5, 1.5, '{1, 0}', 5), (2, 3, 5, 1.5, '{1, 0}', 10), (3, 10 / 7.0, 30 / 7.0, 10 / 3.0, '{-1, 7}', 6),
	(9, 1, 9, 2, '{5, 5}', 0), (3, 10 / 7.0, 30 / 7.0, 10 / 3.0, '{1, 0}', 1);
-- 3 + 7 + 2 + 4 + 1 + 5 + 10 + 6 + 1 = 39 customers: 8 without a repeat
-- purchase, 3 + 5 + 10 + 6 + 1 = 25 with spend, 2 + 4 = 6 without.
SELECT * FROM clv.summary((SELECT clv.cbs_weighted(f, r, t, m, n) FROM counted));
SELECT clv.cells(clv.cbs_weighted(f, r, t, m, n)) FROM counted;
SELECT clv.spend_cells(clv.cbs_weighted(f, r, t, m, n)) FROM counted;
SELECT clv.covariates(clv.cbs_weighted(f, r, t, m, v, n)) FROM counted;

-- Each aggregate gives the bytes of the plain one over rows repeated.
CREATE VIEW repeated AS SELECT c.* FROM counted AS c, generate_series(1, c.n);
SELECT (SELECT clv.cbs_weighted(f, r, t, n) FROM counted) = (SELECT clv.cbs(f, r, t) FROM repeated) AS plain,
	(SELECT clv.cbs_weighted(f, r, t, m, n) FROM counted) = (SELECT clv.cbs(f, r, t, m) FROM repeated) AS monetary,
	(SELECT clv.cbs_weighted(f, r, t, m, v, n) FROM counted) = (SELECT clv.cbs(f, r, t, m, v) FROM repeated) AS covariates;
-- Also when the state is packed again and again, in any order and cut anywhere.
CREATE TABLE large AS SELECT i, i * 31 % 7 AS f, CASE WHEN i * 31 % 7 = 0 THEN 0 ELSE 1 + i * 17 % 97 END AS r, 100 + i * 13 % 41 AS t,
	(i * 7 % 1009)::float8 / 4 AS m, ARRAY[i % 3, i * 11 % 5]::float8[] AS v, (i * 7919 % 11)::bigint AS n FROM generate_series(1, 9000) AS i;
CREATE VIEW large_repeated AS SELECT c.* FROM large AS c, generate_series(1, c.n);
SELECT (SELECT clv.cbs_weighted(f, r, t, n) FROM large) = (SELECT clv.cbs(f, r, t) FROM large_repeated) AS plain,
	(SELECT clv.cbs_weighted(f, r, t, m, n) FROM large) = (SELECT clv.cbs(f, r, t, m) FROM large_repeated) AS monetary,
	(SELECT clv.cbs_weighted(f, r, t, m, v, n) FROM large) = (SELECT clv.cbs(f, r, t, m, v) FROM large_repeated) AS covariates,
	(SELECT clv.rollup(b) FROM (SELECT clv.cbs_weighted(f, r, t, m, v, n) AS b FROM large GROUP BY i % 13) AS x) = (SELECT clv.cbs(f, r, t, m, v) FROM large_repeated) AS cut,
	(SELECT clv.cbs_weighted(f, r, t, m, v, n ORDER BY m, i) FROM large) = (SELECT clv.cbs_weighted(f, r, t, m, v, n ORDER BY i DESC) FROM large) AS ordered,
	(SELECT clv.rollup(b) FROM (SELECT clv.cbs_weighted(f, r, t, m, n) FROM large WHERE i <= 4000 UNION ALL SELECT clv.cbs(f, r, t, m) FROM large_repeated WHERE i > 4000) AS x (b))
		= (SELECT clv.cbs(f, r, t, m) FROM large_repeated) AS mixed;
SELECT bool_and(clv.customers(b) = s) AS running FROM (SELECT clv.cbs_weighted(f, r, t, m, n) OVER w AS b, sum(n) OVER w AS s
	FROM large WHERE i BETWEEN 2 AND 300 WINDOW w AS (ORDER BY i)) AS x WHERE s > 0;

-- A count costs nothing: what a cell holds is a number.
SELECT customers, spenders, no_spend, cells FROM clv.summary((SELECT clv.cbs_weighted(f, r, t, m, 1000000000000) FROM counted));
SELECT clv.cells(clv.cbs_weighted(1, 2, 3, 9007199254740992));

-- -------------------------------------------------------- NULL, 0, refusals

SELECT clv.cbs_weighted(1, 2, 3, n) IS NULL AS nobody FROM unnest('{0, NULL}'::bigint[]) AS n;
-- A row that stands for nobody is not looked at; one of customers is.
SELECT clv.cells(clv.cbs_weighted(f, r, t, n)) FROM (VALUES (1, 6, 5, 0), (1, NULL, 5, 9), (1, 2, 5, 9), (NULL, 2, 5, -9)) AS x (f, r, t, n);
SELECT clv.covariates(clv.cbs_weighted(1, 2, 3, 4, v, n)) FROM (VALUES ('{1, 2}'::float8[], 2), ('{1}', 0), ('{1, NULL}', 9), (NULL, 9)) AS x (v, n);
SELECT clv.cbs_weighted(1, 6, 5, 2);
SELECT clv.cbs_weighted(1, 2, 5, 'NaN', 2);
SELECT clv.cbs_weighted(1, 2, 5, -1);
SELECT clv.cbs_weighted(1, 2, 5, 1, -7);
SELECT clv.cbs_weighted(1, 2, 5, 1, '{1}', -9223372036854775808);
SELECT clv.cbs_weighted(1, 2, 5, 1, '{1, Infinity}', 2);
SELECT clv.cbs_weighted(0, 0, 5, NULL, v, 2) FROM (VALUES ('{1}'::float8[]), ('{1, 2}')) AS x (v);
SELECT clv.cbs_weighted(1, 2, 5, 9007199254740993);
SELECT clv.cbs_weighted(1, 2, 5, n) FROM unnest('{9007199254740992, 1}'::bigint[]) AS n;
SELECT clv.rollup(b) FROM (SELECT clv.cbs_weighted(1, 2, 5, 9007199254740992) AS b UNION ALL SELECT clv.cbs(1, 2, 5)) AS x;

-- ------------------------------------------------------- a published table

-- 11,104 donors at six yearly opportunities: Fader, Hardie & Shang (2010), who
-- have alpha 1.204, beta 0.750, gamma 0.657, delta 2.783 and ln L -33225.6.
CREATE TABLE donors (x int, t_x int, n int, donors int);
INSERT INTO donors VALUES (6, 6, 6, 1203), (5, 6, 6, 728), (4, 6, 6, 512), (3, 6, 6, 357), (2, 6, 6, 234), (1, 6, 6, 129), (5, 5, 6, 335), (4, 5, 6, 284), (3, 5, 6, 225), (2, 5, 6, 173), (1, 5, 6, 119), (4, 4, 6, 240), (3, 4, 6, 181), (2, 4, 6, 155), (1, 4, 6, 78), (3, 3, 6, 322), (2, 3, 6, 255), (1, 3, 6, 129), (2, 2, 6, 613), (1, 2, 6, 277), (1, 1, 6, 1091), (0, 0, 6, 3464);
WITH f AS MATERIALIZED (SELECT clv.fit(clv.cbs_weighted(x, t_x, n, donors), 'bgbb', 365.25) AS m FROM donors)
SELECT c.name, round(c.estimate::numeric, 3) AS estimate, round(clv.loglik(m)::numeric, 1) AS log_likelihood FROM f, clv.coefficients(m) AS c;
-- As when each donor has a row.
SELECT (SELECT clv.cbs_weighted(x, t_x, n, donors) FROM donors) = (SELECT clv.cbs(x, t_x, n) FROM donors AS d, generate_series(1, d.donors)) AS same;

DROP TABLE counted, large, donors CASCADE;
