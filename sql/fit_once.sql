-- fit_once: a statement that fits in a WITH and scores rows with the model fits
-- once, however few rows the planner expects.  A WITH that is read once is
-- merged into the statement around it: the fit is then one expression among
-- others, or the inner side of a nested loop.  AS MATERIALIZED keeps it apart.
SET client_min_messages = warning;
SET track_functions = 'all';
CREATE TABLE s AS
SELECT c, f AS frequency, CASE WHEN f > 0 THEN 5 + c % 90 ELSE 0 END::float8 AS recency, 100::float8 AS t, CASE WHEN f > 0 THEN 10 + c % 13 END::float8 AS monetary
FROM generate_series(1, 1000) AS c, LATERAL (SELECT (c * c % 7)::float8 AS f) AS x;
CREATE TABLE b AS SELECT clv.cbs(frequency, recency, t) AS base FROM s;
CREATE TABLE kept AS SELECT clv.retention(1 + c % 5, c % 5 > 2) AS retention FROM s;
ANALYZE s;
ANALYZE b;

-- calls of a function of clv by a statement
CREATE FUNCTION pg_temp.calls(name text, query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	before		bigint := (SELECT sum(coalesce(pg_stat_get_xact_function_calls(oid), 0)) FROM pg_proc WHERE pronamespace = 'clv'::regnamespace AND proname = name);
BEGIN
	EXECUTE format('SELECT count(x) FROM (%s) AS q (x)', query);
	RETURN (SELECT sum(coalesce(pg_stat_get_xact_function_calls(oid), 0)) FROM pg_proc WHERE pronamespace = 'clv'::regnamespace AND proname = name) - before;
END
$$;
-- and how often a node with an aggregate is run
CREATE FUNCTION pg_temp.runs(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	plan		json;
BEGIN
	EXECUTE format('EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT json) %s', query) INTO plan;
	RETURN jsonb_path_query_array(plan::jsonb, '$.**."Plans"[*] ? (@."Node Type" == "Aggregate")."Actual Loops"');
END
$$;

-- a model of a base, for 143 rows of which five are expected
SELECT pg_temp.calls('fit', 'WITH m AS MATERIALIZED (SELECT clv.fit(base) AS model FROM b) SELECT clv.p_alive(model, frequency, recency, t) FROM s, m WHERE c % 7 = 3') AS materialized,
	   pg_temp.calls('fit', 'WITH m AS (SELECT clv.fit(base) AS model FROM b) SELECT clv.p_alive(model, frequency, recency, t) FROM s, m WHERE c % 7 = 3') > 100 AS merged;
-- in one step, for rows of which one is expected
SELECT pg_temp.runs($$WITH m AS MATERIALIZED (SELECT clv.fit('mbgnbd', frequency, recency, t) AS model FROM s) SELECT clv.p_alive(model, s.frequency, s.recency, s.t) FROM s, m WHERE c % 7 = 3 AND c + 0 = c AND frequency + 0 = frequency$$) AS materialized;
-- of contracts, of groups that are shrunk, and of the statement of clv.query
SELECT pg_temp.calls('fit', 'WITH m AS MATERIALIZED (SELECT clv.fit(clv.rollup(retention), ''sbg'') AS model FROM kept) SELECT clv.survival(model, c) FROM s, m WHERE c % 7 = 3') AS contract;
SELECT pg_temp.calls('shrink', 'WITH m AS MATERIALIZED (SELECT clv.shrink(array_agg(model)) AS models FROM (SELECT clv.fit(clv.cbs(frequency, recency, t)) AS model FROM s GROUP BY c % 4) AS g) SELECT clv.p_alive(models[1], frequency, recency, t) FROM s, m WHERE c % 7 = 3') AS shrink;
CREATE TABLE orders AS SELECT c % 200 AS customer, date '2022-01-01' + c % 300 AS day, 10 + c % 13 AS amount FROM s;
SELECT clv.query('orders', 'customer', 'day', 'amount') AS query
\gset
SELECT pg_temp.calls('fit', format('SELECT q.clv FROM (%s) AS q WHERE q.customer < 100', :'query')) AS query;

DROP TABLE s, b, kept, orders;
