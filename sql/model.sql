-- clv.model: its text form, casts, comparison, and what it tells of itself.
SET datestyle = 'ISO, YMD';

-- What there is: these, in this order, and each that has come since.
SELECT name, kind, parameters FROM clv.models() WITH ORDINALITY
WHERE name IN ('bgnbd', 'mbgnbd', 'paretonbd', 'nbd', 'bgcnbd', 'mbgcnbd', 'ggompertznbd', 'bgbb', 'gammagamma', 'sbg', 'bdw') ORDER BY ordinality;
SELECT bool_and(kind IN ('transaction', 'spend', 'contract')) AS kinds, bool_and(cardinality(parameters) > 0) AS parameters,
       bool_and(reference <> '') AS reference, count(DISTINCT name) = count(*) AS distinct_names FROM clv.models();

-- A model from known parameters has no fit to tell of.
SELECT clv.model('bgnbd', '{"b": 2.426, "r": 0.243, "alpha": 4.414, "a": 0.793}', 7) AS m \gset
SELECT :'m'::clv.model;
SELECT clv.model_name(:'m'), clv.unit_days(:'m'), clv.param(:'m', 'alpha');
SELECT clv.loglik(:'m'::clv.model), clv.aic(:'m'), clv.bic(:'m'),
       clv.customers(:'m'::clv.model), clv.excluded(:'m'), clv.iterations(:'m'),
       clv.status(:'m'), clv.message(:'m');
SELECT * FROM clv.coefficients(:'m');
SELECT clv.unit_days(clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'));

-- Each parameter, no other, finite and above zero.
\set VERBOSITY sqlstate
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 0}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": -1}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 1e400}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": "1"}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": [1]}');
SELECT clv.model('bgnbd', '{"r": 0.243, "alpha": 4.414, "a": 0.793, "b": null}');
SELECT clv.model('bgnbd', '[0.243, 4.414, 0.793, 2.426]');
SELECT clv.model('bgnbd', '1');
SELECT clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}', 0);
SELECT clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}', 'NaN');
SELECT clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}', 'Infinity');
SELECT clv.model('auto', '{"r": 1, "alpha": 1, "a": 1, "b": 1}');
\set VERBOSITY default
SELECT clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1, "s": 1}');
SELECT clv.model('bgnbd', '{"r": -1, "alpha": 1, "a": 1, "b": 1}');
\set VERBOSITY terse
SELECT clv.model('BGNBD', '{"r": 1, "alpha": 1, "a": 1, "b": 1}');
\set VERBOSITY default
SELECT clv.param(:'m', 'beta');
SELECT clv.model(NULL, '{}') IS NULL AS n1, clv.model('bgnbd', NULL) IS NULL AS n2,
       clv.param(NULL, 'r') IS NULL AS n3;

-- A fitted model, from its text: each key, in its place.
SELECT '{"covariance": [[0.25], [-0.01, 0.5], [-0.01, -0.01, 0.75]], "loglik": -4055.9177,
         "customers": 946, "excluded": 1411, "iterations": 9, "evaluations": 12,
         "status": "boundary", "limit": "q", "message": "q is at \"1\"",
         "parameters": {"gamma": 1e-1, "q": 3, "p": 6.250}, "unit_days": 1e0,
         "version": 1, "model": "gammagamma"}'::clv.model AS g \gset
SELECT :'g'::clv.model;
SELECT clv.status(:'g'), clv.message(:'g'), clv.loglik(:'g'::clv.model),
       clv.customers(:'g'::clv.model), clv.excluded(:'g'), clv.iterations(:'g');
-- AIC = 6 + 8111.8354, BIC = 3 ln 946 + 8111.8354
SELECT clv.aic(:'g'), round(clv.bic(:'g')::numeric, 9) AS bic;
-- 6.25 exp(-+ z/2); q = 1 + exp(phi) keeps its lower end above 1
SELECT name, estimate, round(std_error::numeric, 9) AS std_error,
       round(lower::numeric, 9) AS lower, round(upper::numeric, 9) AS upper
FROM clv.coefficients(:'g');

-- Casts, and numbers to the last bit, whatever extra_float_digits is.
SELECT pg_typeof(:'g'::clv.model::jsonb), :'g'::clv.model::jsonb->'parameters'->>'p' AS p;
SET extra_float_digits = -15;
SELECT digits, m::text LIKE '%"r": ' || digits || ',%' AS shortest,
       m::text::clv.model OPERATOR(clv.=) m AS text_same,
       m::jsonb::clv.model OPERATOR(clv.=) m AS jsonb_same
FROM unnest('{5e-324, 2.2250738585072014e-308, 0.1, 0.30000000000000004, 123456.7890123456, 1.7976931348623157e+308}'::text[]) AS digits,
     LATERAL (SELECT clv.model('bgnbd', ('{"r": ' || digits || ', "alpha": 1, "a": 2, "b": 3}')::jsonb) AS m) AS l;
RESET extra_float_digits;
CREATE TEMP TABLE assigned (j jsonb, m clv.model);
INSERT INTO assigned VALUES (:'g'::clv.model, :'g'::jsonb);
SELECT j::clv.model OPERATOR(clv.=) m AS same FROM assigned;

-- What is not a model: 22P02, whatever is wrong.
\set VERBOSITY sqlstate
SELECT ''::clv.model;
SELECT '{'::clv.model;
SELECT 'bgnbd'::clv.model;
SELECT '{} {}'::clv.model;
SELECT 'null'::clv.model;
CREATE FUNCTION pg_temp.rejected(patch jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	good jsonb := '{"model": "bgnbd", "version": 1, "unit_days": 7,
		"parameters": {"r": 1, "alpha": 2, "a": 3, "b": 4}, "status": "converged",
		"limit": null, "message": null, "loglik": -1.5, "customers": 3, "excluded": 0,
		"iterations": 1, "evaluations": 2, "covariance": null}';
	state text;
	problem text;
BEGIN
	PERFORM good::clv.model;
	PERFORM (good || patch)::clv.model;
	RETURN 'accepted: ' || patch::text;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, problem = MESSAGE_TEXT;
	RETURN state || ' ' || problem;
END
$$;
SELECT pg_temp.rejected(patch) FROM unnest(ARRAY[
	'{"model": "xnbd"}', '{"model": 1}', '{"model": null}',
	'{"version": 2}', '{"version": "1"}', '{"version": 1.5}',
	'{"unit_days": 0}', '{"unit_days": "7"}', '{"unit_days": 1e400}', '{"unit_days": null}',
	'{"parameters": []}', '{"parameters": {}}', '{"parameters": 1}',
	'{"parameters": {"r": 1, "alpha": 2, "a": 3, "b": 4, "s": 5}}',
	'{"parameters": {"r": 1, "alpha": 2, "a": 3, "b": -4}}',
	'{"status": "fine"}', '{"status": 1}', '{"status": null}',
	'{"limit": "r"}', '{"status": "boundary", "limit": "s"}', '{"status": "boundary", "limit": 1}',
	'{"message": 1}', '{"message": "h\u00e9"}', '{"message": "two\nlines"}',
	'{"loglik": null}', '{"loglik": "-1"}', '{"loglik": -1e999}',
	'{"customers": -1}', '{"customers": 0}', '{"customers": 1.5}', '{"customers": 1e30}', '{"customers": "3"}',
	'{"excluded": -1}', '{"iterations": 3000000000}', '{"evaluations": null}',
	'{"covariance": 1}', '{"covariance": []}', '{"covariance": {}}', '{"covariance": [1, 2, 3]}',
	'{"covariance": [[1], [0, 1], [0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0], [0, 0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0, 1], [0, 0, 0, 1, 0]]}',
	'{"covariance": [[1], [0, 1], [0, 0, "1"], [0, 0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0, [1]], [0, 0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0, {"a": 1}], [0, 0, 0, 1]]}',
	'{"covariance": [[1], [0, 1], [0, 0, -1], [0, 0, 0, 1]]}',
	'{"extra": 1}']::jsonb[]) AS patch;
SELECT '{"model": "bgnbd", "version": 1, "unit_days": 7}'::clv.model;
SELECT '{"model": "bgnbd", "version": 1, "unit_days": 7, "parameters": {"r": 1, "alpha": 2, "a": 3, "b": 4}, "status": "converged"}'::clv.model;
\set VERBOSITY default

-- Comparison, grouping, hashing, indexes; a value is small.
CREATE TEMP TABLE kept (id int, m clv.model);
INSERT INTO kept
	SELECT i, clv.model('bgnbd', jsonb_build_object('r', 1 + i % 3, 'alpha', 1, 'a', 1, 'b', 1))
	FROM generate_series(1, 9) AS i;
INSERT INTO kept VALUES (10, :'g'), (11, NULL);
SELECT count(*), min(id) FROM kept GROUP BY m ORDER BY min(id);
SELECT count(DISTINCT m) FROM kept;
CREATE INDEX ON kept USING hash (m);
CREATE UNIQUE INDEX ON kept (m, id);
SELECT count(*) FROM kept AS a JOIN kept AS b ON a.m OPERATOR(clv.=) b.m;
SELECT bool_and((a.m OPERATOR(clv.<) b.m)::int + (a.m OPERATOR(clv.=) b.m)::int + (a.m OPERATOR(clv.>) b.m)::int = 1
                AND (a.m OPERATOR(clv.<=) b.m) = NOT (a.m OPERATOR(clv.>) b.m)
                AND (a.m OPERATOR(clv.>=) b.m) = NOT (a.m OPERATOR(clv.<) b.m)
                AND (a.m OPERATOR(clv.<>) b.m) = NOT (a.m OPERATOR(clv.=) b.m)) AS total_order
FROM kept AS a, kept AS b WHERE a.m IS NOT NULL AND b.m IS NOT NULL;
SELECT bool_and(pg_column_size(m) < 300) AS small FROM kept;
