-- Concentration: Gini, top share and Lorenz curve; parallel and order.
SET datestyle = 'ISO, YMD';

-- By hand: 1, 2, 3, 4 has Gini 1/4; one of four has it all: 3/4.
SELECT clv.gini(v) FROM (VALUES (1.0), (4), (3), (2)) AS s(v);
SELECT clv.gini(v) FROM (VALUES (0.0), (0), (0), (9)) AS s(v);
SELECT clv.gini(7) FROM generate_series(1, 5);
-- with debts it may pass 1: pairs 2 * (4 + 7 + 3) = 28, n^2 mean = 3 * 2
SELECT round(clv.gini(v)::numeric, 12) AS above_one FROM (VALUES (-3.0), (1), (4)) AS s(v);
SELECT clv.gini(v) AS zero_mean FROM (VALUES (-1.0), (1)) AS s(v);
SELECT clv.gini(v) AS none FROM (VALUES (1.0)) AS s(v) WHERE false;
SELECT clv.gini(NULL::float8) AS only_nulls, clv.gini(5) AS one;

-- Against the definition, over all pairs.
CREATE TEMPORARY TABLE skewed AS
SELECT i, (exp(8 * ((i * 7919) % 1000) / 1000.0) - 20)::float8 AS v FROM generate_series(1, 1000) i;
SELECT abs(g / d - 1) < 1e-12 AS as_defined
FROM (SELECT clv.gini(v) AS g FROM skewed) AS a,
	(SELECT sum(abs(x.v - y.v)) / (2 * 1000 * (SELECT sum(v) FROM skewed)) AS d FROM skewed x, skewed y) AS b;

-- Top share: of 100 the top fifth is 100 + ... + 81 = 1810 of 5050.
SELECT round((clv.top_share(v, 0.2) * 5050)::numeric, 9) AS fifth, clv.top_share(v, 1) AS all, clv.top_share(v, 0) AS none,
	round((clv.top_share(v, 0.07) * 5050)::numeric, 9) AS seven, round((clv.top_share(v, 0.0001) * 5050)::numeric, 9) AS best
FROM generate_series(1, 100) v;
SELECT clv.top_share(v, 0.5) AS with_debts FROM (VALUES (-5.0), (10), (NULL), (5), (-2)) AS s(v);
SELECT clv.top_share(v, 0.5) AS no_total FROM (VALUES (-5.0), (5)) AS s(v);

-- Lorenz: at the quarters of 1, 2, 3, 4, and halfway between.
SELECT clv.lorenz(v, 4), clv.lorenz(v, 8) FROM (VALUES (3.0), (1), (NULL), (4), (2)) AS s(v);
SELECT clv.lorenz(v, 1) AS ends FROM (VALUES (3.0), (1)) AS s(v);
SELECT clv.lorenz(v, 3) AS with_debts FROM (VALUES (-1.0), (1), (2)) AS s(v);
SELECT clv.lorenz(v, 3) AS no_total FROM (VALUES (0.0)) AS s(v);
-- the curve and the coefficient agree: 1 - 2 * area (trapezoids are exact at every customer)
SELECT abs(g - (1 - (2 * (SELECT sum(x) FROM unnest(l) x) - 1) / 1000)) < 1e-12 AS agree
FROM (SELECT clv.gini(v) AS g, clv.lorenz(v, 1000) AS l FROM skewed) AS s;

-- The same bits in any order, and in parallel with workers that have no row.
CREATE FUNCTION pg_temp.answers(setting text, OUT answer text, OUT parallel bool) LANGUAGE plpgsql AS $$
DECLARE
	query text := format('SELECT row(clv.cutoffs(v, ''quantile'', ''{0.05,0.2}''), clv.cutoffs(v, ''value'', ''{0.5,0.8}''),
		clv.cutoffs(v, ''natural'', ''{1,2,3}''), clv.gini(v), clv.top_share(v, 0.2), clv.lorenz(v, 5))::text FROM (
		SELECT v FROM %s) AS s', setting);
	line text;
BEGIN
	EXECUTE query INTO answer;
	parallel := false;
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		parallel := parallel OR line LIKE '%Partial Aggregate%';
	END LOOP;
END $$;
CREATE TABLE clv_skewed AS SELECT i, v FROM skewed;
SELECT answer AS expected FROM pg_temp.answers('clv_skewed ORDER BY i') \gset
SELECT answer = :'expected' AS same, parallel FROM pg_temp.answers('clv_skewed ORDER BY v DESC');
SELECT answer = :'expected' AS same, parallel FROM pg_temp.answers('clv_skewed ORDER BY i % 17, i % 5');
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 3;
SELECT answer = :'expected' AS same, parallel FROM pg_temp.answers('clv_skewed');
SELECT answer, parallel FROM pg_temp.answers('clv_skewed WHERE v < -1000');
SELECT answer = :'expected' AS same, parallel FROM pg_temp.answers('clv_skewed WHERE i <= 1000');
DROP TABLE clv_skewed;

-- What is refused.
SELECT clv.top_share(v, 1.5) FROM generate_series(1, 3) v;
SELECT clv.top_share(v, 'NaN') FROM generate_series(1, 3) v;
SELECT clv.top_share(v, NULL) FROM generate_series(1, 3) v;
SELECT clv.top_share(v, v / 3.0) FROM generate_series(1, 3) v;
SELECT clv.lorenz(v, 0) FROM generate_series(1, 3) v;
SELECT clv.lorenz(v, 1000001) FROM generate_series(1, 3) v;
SELECT clv.lorenz(v, NULL) FROM generate_series(1, 3) v;
SELECT clv.gini('NaN'::float8);
SELECT clv.gini('Infinity'::float8);
