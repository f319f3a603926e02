-- Models side by side: clv.compare, and the test for attrition of
-- clv.compare_bootstrap.

SET datestyle = 'ISO, YMD';

CREATE TABLE compare_base AS
SELECT name, (SELECT clv.cbs(h, date '2024-12-31') FROM (
	SELECT clv.rfm(at::date) AS h FROM clv.simulate(clv.model(name, par), NULL, 300, date '2023-01-01', 60, 730, 1) GROUP BY customer) AS s) AS cbs
FROM (VALUES ('mbgnbd', '{"r": 0.6, "alpha": 60, "a": 0.8, "b": 2}'::jsonb), ('nbd', '{"r": 0.6, "alpha": 60}')) AS v(name, par);

-- What clv.fit says of each, in the order given, twice if asked twice.
SELECT c.model, c.status, c.parameters, c.loglik = clv.loglik(m) AS loglik, c.aic = clv.aic(m) AS aic, c.bic = clv.bic(m) AS bic,
       abs(c.lr_vs_nbd - 2 * (clv.loglik(m) - clv.loglik(nbd))) < 1e-9 AS ratio, c.p_value, c.seconds > 0 AND c.seconds < 10 AS seconds
FROM compare_base AS b, clv.compare(cbs, '{paretonbd,nbd,mbgnbd,bgnbd,nbd}') WITH ORDINALITY AS c,
     clv.fit(cbs, c.model) AS m, clv.fit(cbs, 'nbd') AS nbd
WHERE b.name = 'mbgnbd' ORDER BY c.ordinality;

-- Customers who leave, and customers who do not: with 39 draws p is a
-- multiple of 1/40, and 1/40 where the ratio is far out.
SELECT b.name, c.model, c.p_value = 0.025 AS leave, c.p_value >= 0.1 AS stay, c.p_value * 40 = round(c.p_value * 40) AS step
FROM compare_base AS b, clv.compare_bootstrap(cbs, '{nbd,bgnbd,mbgnbd}', 39, 42) AS c ORDER BY b.name, c.model;
-- The same seed, the same p, whichever other models are asked about.
SELECT count(DISTINCT p_value) FROM compare_base AS b,
     LATERAL (SELECT p_value FROM clv.compare_bootstrap(cbs, '{bgnbd}', 19, 7) UNION ALL SELECT p_value FROM clv.compare_bootstrap(cbs, '{mbgnbd,bgnbd}', 19, 7) WHERE model = 'bgnbd') AS c
WHERE b.name = 'nbd';
-- Regularity is tested with the gaps that the draws have too.
SELECT c.model, c.p_value IS NOT NULL AS tested FROM compare_base AS b, clv.compare_bootstrap(cbs, '{mbgcnbd}', 1, 7) AS c WHERE b.name = 'nbd';

-- A model of opportunities has a likelihood of something else: no ratio.
SELECT c.model, c.loglik IS NOT NULL AS loglik, c.lr_vs_nbd, c.p_value
FROM (SELECT clv.cbs(i % 4, i % 4, 6) AS cbs FROM generate_series(1, 50) AS i) AS b, clv.compare_bootstrap(cbs, '{bgbb,nbd}', 1, 1) AS c;
-- Nothing to tell.
SELECT c.* FROM (SELECT clv.cbs(0, 0, 0)) AS b(cbs), clv.compare(cbs, '{mbgnbd}') AS c;
SELECT count(*) FROM compare_base, clv.compare(cbs, '{}');
SELECT count(*) FROM clv.compare(NULL, '{nbd}');

-- It can be stopped.
SET statement_timeout = '300ms';
SELECT count(*) FROM compare_base, clv.compare_bootstrap(cbs, '{nbd,bgnbd}', 100000, 1);
RESET statement_timeout;

-- Refused.
\set VERBOSITY terse
SELECT clv.compare(cbs, '{gammagamma}') FROM compare_base;
SELECT clv.compare(cbs, '{magic}') FROM compare_base;
SELECT clv.compare(cbs, '{nbd,NULL}') FROM compare_base;
SELECT clv.compare_bootstrap(cbs, '{nbd}', 0, 1) FROM compare_base;
SELECT clv.compare_bootstrap(cbs, '{nbd}', 100001, 1) FROM compare_base;

\set VERBOSITY default

DROP TABLE compare_base;
