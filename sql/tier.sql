-- Tiers: where cut-offs lie, who is in which tier, and what is refused.
SET datestyle = 'ISO, YMD';

-- A hundred customers worth 1 .. 100: the top 5, 20 and 50.
CREATE TEMPORARY TABLE worth AS SELECT v::float8 FROM generate_series(1, 100) v;
SELECT clv.cutoffs(v, 'quantile', '{0.05,0.20,0.50}') FROM worth;
SELECT tier, count(*), min(v), max(v)
FROM worth, (SELECT clv.cutoffs(v, 'quantile', '{0.05,0.20,0.50}') AS c FROM worth) AS cut,
	clv.tier(v, c) AS tier
GROUP BY tier ORDER BY min(v) DESC;

-- A share is the decimal as written: 7 % of 100 is 7, 10 % of 30 is 3, and
-- 0.3 of 10 is 3, though in binary each product is a little more.
SELECT clv.cutoffs(v, 'quantile', '{0.07,0.14,0.28,0.29,0.55,0.56,0.57,0.58}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.1,0.7}') FROM worth WHERE v <= 30;
SELECT clv.cutoffs(v, 'quantile', '{0.001,0.011,1}') FROM worth;

-- 80/20: total 5050; 100 + ... + 90 = 1045 first reaches a fifth (1010).
SELECT clv.cutoffs(v, 'value', '{0.2,0.8,1}') FROM worth;
SELECT sum(v) >= 0.2 * 5050 AS reached, sum(v) - 90 < 0.2 * 5050 AS not_before FROM worth WHERE v >= 90;
SELECT sum(v) >= 0.8 * 5050 AS reached, sum(v) - 45 < 0.8 * 5050 AS not_before FROM worth WHERE v >= 45;
-- ten payments of 0.10: three of them are three tenths
SELECT clv.cutoffs(0.1 + i * 0.01, 'value', '{0.5}') AS unequal, clv.cutoffs(0.1, 'value', '{0.3}') AS equal
FROM generate_series(0, 9) i;

-- Natural breaks: the four heaps are found, whatever the shares say.
CREATE TEMPORARY TABLE heaps (v float8);
INSERT INTO heaps VALUES (1), (2), (3), (50), (52), (200), (210), (1000);
SELECT clv.cutoffs(v, 'natural', '{0.1,0.2,0.3}') FROM heaps;
SELECT clv.cutoffs(v, 'natural', '{9,NaN,-1}') FROM heaps;
SELECT clv.cutoffs(v, 'natural', '{0.5}') FROM heaps;
-- negatives hold no tier, and move no break
SELECT clv.cutoffs(v, 'natural', '{0.1,0.2,0.3}')
FROM (SELECT v FROM heaps UNION ALL SELECT -1e6 * i FROM generate_series(1, 9) i) AS s;
-- fewer distinct values than tiers: fewer tiers, from the top
SELECT clv.cutoffs(v, 'natural', '{0.05,0.2,0.5}') FROM (VALUES (5.0), (5), (1), (1), (1)) AS s(v);
SELECT clv.tier(v, '{5}') FROM (VALUES (5.0), (1)) AS s(v);
SELECT clv.cutoffs(v, 'natural', '{0.05,0.2,0.5}') FROM (VALUES (5.0), (5)) AS s(v);
SELECT clv.tier(5, '{}');

-- Ties go up: 80 of 100 customers are alike, and share one tier.
CREATE TEMPORARY TABLE alike AS SELECT CASE WHEN i <= 80 THEN 10.0 ELSE i END::float8 AS v FROM generate_series(1, 100) i;
SELECT clv.cutoffs(v, 'quantile', '{0.05,0.3,0.5,0.9}') FROM alike;
SELECT tier, count(*)
FROM alike, (SELECT clv.cutoffs(v, 'quantile', '{0.05,0.3,0.5,0.9}') AS c FROM alike) AS cut,
	clv.tier(v, c, '{a,b,c,d,e}') AS tier
GROUP BY tier ORDER BY tier;
SELECT clv.cutoffs(7, 'quantile', '{0.05,0.2,0.5}') AS quantile, clv.cutoffs(7, 'value', '{0.05,0.2,0.5}') AS value,
	clv.cutoffs(7, 'natural', '{0.05,0.2,0.5}') AS "natural"
FROM generate_series(1, 3);

-- NULLs are not counted; negatives are, and hold no tier.
CREATE TEMPORARY TABLE mixed (v float8);
INSERT INTO mixed VALUES (NULL), (-5), (10), (NULL), (-1), (20), (0), (30);
SELECT clv.cutoffs(v, 'quantile', '{0.5,1}') AS quantile, clv.cutoffs(v, 'value', '{0.5,0.51,1}') AS value,
	clv.cutoffs(v, 'natural', '{0.5,1}') AS "natural"
FROM mixed;
SELECT v, clv.tier(v, '{20,5}'), clv.tier(v, '{20,5}', '{A,B,C}', 'loss') AS named,
	clv.tier(v, '{20,5}', unprofitable => NULL) AS unnamed, clv.tier(v, NULL) AS no_cutoffs
FROM mixed ORDER BY v DESC NULLS LAST;
SELECT clv.tier('-0', '{0}') AS minus_zero, clv.tier(1, '{2}', ARRAY['a', NULL]) AS null_label;
SELECT clv.tier(3, '{5}', '[0:1]={a,b}'::text[]) AS bounds_do_not_matter;

-- Nothing to go by.
SELECT clv.cutoffs(v, 'quantile', '{0.5}') AS quantile, clv.cutoffs(v, 'value', '{0.5}') AS value,
	clv.cutoffs(v, 'natural', '{0.5}') AS "natural"
FROM worth WHERE false;
SELECT clv.cutoffs(NULL, 'quantile', '{0.5}') IS NULL AS only_nulls FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.5}') AS quantile, clv.cutoffs(v, 'value', '{0.5}') AS value,
	clv.cutoffs(v, 'natural', '{0.5}') AS "natural"
FROM (VALUES (-1.0), (-2)) AS s(v);
SELECT clv.cutoffs(v, 'quantile', '{0.5}') AS quantile, clv.cutoffs(v, 'value', '{0.5}') AS value,
	clv.cutoffs(v, 'natural', '{0.5}') AS "natural"
FROM (VALUES (0.0), (-2)) AS s(v);
SELECT clv.cutoffs(4, 'quantile', '{0.05,0.2,0.5}') AS one, clv.cutoffs(4, 'quantile', '{}') AS no_share;

-- It groups, filters and works over windows as any aggregate.
SELECT v::int % 2 AS odd, clv.cutoffs(v, 'quantile', '{0.1,0.5}'), clv.cutoffs(v, 'value', '{0.5}') FILTER (WHERE v > 90)
FROM worth GROUP BY ROLLUP (v::int % 2) ORDER BY odd;
SELECT v, clv.cutoffs(v, 'quantile', '{0.5}') OVER (ORDER BY v) FROM worth WHERE v <= 4;

-- What is refused.
\set VERBOSITY sqlstate
SELECT clv.cutoffs(v, 'ntile', '{0.5}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{2}') FROM worth;
SELECT clv.tier(1, '{5,6}');
\set VERBOSITY default
SELECT clv.cutoffs(v, 'ntile', '{0.5}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.2,0.1}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.2,0.2}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0,0.2}') FROM worth;
SELECT clv.cutoffs(v, 'value', '{0.2,1.01}') FROM worth;
SELECT clv.cutoffs(v, 'value', '{20,80}') FROM worth;
SELECT clv.cutoffs(v, 'value', '{NaN}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.2,NULL}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{{0.2,0.3}}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', NULL) FROM worth;
SELECT clv.cutoffs(v, NULL, '{0.5}') FROM worth;
SELECT clv.cutoffs(v, 'natural', array_fill(0.5::float8, ARRAY[256])) FROM worth;
SELECT clv.cutoffs(v, 'quantile', ARRAY[v / 100]) FROM worth;
SELECT clv.cutoffs(v, CASE WHEN v > 50 THEN 'value' ELSE 'quantile' END, '{0.5}') FROM worth;
SELECT clv.cutoffs(v, 'quantile', '{0.5}') FROM (VALUES (1.0::float8), ('NaN')) AS s(v);
SELECT clv.cutoffs(v, 'quantile', '{0.5}') FROM (VALUES (1.0::float8), ('-Infinity')) AS s(v);
SELECT clv.tier('Infinity', '{5}');
SELECT clv.tier(1, '{5,6}');
SELECT clv.tier(1, '{5,NaN}');
SELECT clv.tier(1, '{5,NULL}');
SELECT clv.tier(1, '{9,8,7,6}');
SELECT clv.tier(1, '{9}', '{{a,b}}');
SELECT clv.tier(1, '{9}', NULL);

-- Hysteresis: who was in a tier leaves it only beyond 10 % of a threshold.
-- Cut-offs 100, 50, 10; from each tier the value at which each is entered.
SELECT previous, min(v) FILTER (WHERE tier = 'platinum') AS platinum, min(v) FILTER (WHERE tier = 'gold') AS gold,
	min(v) FILTER (WHERE tier = 'silver') AS silver, min(v) FILTER (WHERE tier = 'bronze') AS bronze
FROM unnest('{platinum,gold,silver,bronze,unprofitable,no such tier,NULL}'::text[]) WITH ORDINALITY AS p (previous, place),
	generate_series(0, 120, 0.5) AS v, clv.tier(v::float8, '{100,50,10}', previous, 0.1) AS tier
GROUP BY place, previous ORDER BY place;
-- no band: as without; negative thresholds; labels of one's own; below 0
SELECT bool_and(clv.tier(v, '{70,30}', p, 0) = clv.tier(v, '{70,30}')) AS same
FROM worth, unnest('{platinum,gold,silver}'::text[]) AS p;
SELECT clv.tier(-4.6, '{-5}', 'silver', 0.1, '{gold,silver}', NULL) AS below, clv.tier(0, '{10,-5}', 'c', 0.9, '{a,b,c}') AS up,
	clv.tier(0, '{10,0}', 'c', 0.9, '{a,b,c}') AS at_zero, clv.tier(-1, NULL, 'a', 0.1) AS unprofitable,
	clv.tier(NULL, '{1}', 'a', 0.1) AS no_value, clv.tier(1, NULL, 'a', 0.1) AS no_cutoffs;
-- four arguments without types are labels and the unprofitable one
SELECT clv.tier(5, '{9,3}', '{a,b,c}', 'u'), clv.tier(-5, '{9,3}', '{a,b,c}', 'u'), clv.tier(-5, '{9,3}', '{a,b,c}', NULL);
SELECT clv.tier(5, '{9}', 'gold', 1);
SELECT clv.tier(5, '{9}', 'gold', -0.1);
SELECT clv.tier(5, '{9}', 'gold', 'NaN'::float8);
SELECT clv.tier(5, '{9}', 'gold', NULL::float8);
SELECT clv.tier(5, '{9}', 'b', 0.1, '{b}');
