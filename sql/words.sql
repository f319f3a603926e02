-- words: no sentence lacks a word.  format() and concat() leave out what is
-- NULL, so that "days between purchases" may be said of no number at all.
-- Every question to orders or to a view is asked of awkward customers, and with
-- each argument NULL in turn; what it says may have no hole.  The functions are
-- found in the catalog: a new one without arguments here is listed.
SET client_min_messages = error;
SET datestyle = 'ISO, YMD';

CREATE FUNCTION pg_temp.has_hole(said text) RETURNS boolean IMMUTABLE LANGUAGE sql AS
$$SELECT said ~ '""|  |^ | $| [,;.:)]|\(\)|,,|\( |^[,;:]|[,;:]$'$$;
SELECT said, pg_temp.has_hole(said) AS hole FROM unnest('{"of 3 rows 0 have no date"," days between","a,  and b","customer \"\" is none","cost of , a year","why; ","8.0 % of it"}'::text[]) AS said;

-- one purchase each; all on one day; all free of charge; refunds alone; nobody; one customer; repeat buyers without spend; few and regular
CREATE TABLE orders (base text, customer text, at date, amount numeric, channel text, margin numeric, out boolean);
INSERT INTO orders SELECT 'once', c::text, date '2023-01-01' + c, 10, 'a', NULL::numeric, NULL::boolean FROM generate_series(1, 40) AS c
	UNION ALL SELECT 'one_day', c::text, '2023-01-01', 10 + c, NULL, 0.1, false FROM generate_series(1, 40) AS c
	UNION ALL SELECT 'free', c::text, date '2023-01-01' + c * k, 0, 'b', 0.5, NULL FROM generate_series(1, 40) AS c, generate_series(0, 2) AS k
	UNION ALL SELECT 'refunds', c::text, date '2023-01-01' + c, -5, 'b', 0.5, NULL FROM generate_series(1, 40) AS c
	UNION ALL SELECT 'one', 'x', '2023-01-01', 10, NULL, NULL, NULL
	UNION ALL SELECT 'usual', c::text, date '2023-01-01' + c % 90 + k * (5 + c * 7 % 37), 5 + (c * 11 + k) % 23, CASE WHEN c % 3 > 0 THEN 'c' || c % 3 END, CASE WHEN c % 2 = 0 THEN 0.2 END, c % 9 = 0
	FROM generate_series(1, 120) AS c, generate_series(0, 6) AS k WHERE k <= c % 7;
CREATE TABLE awkward (base text, refunds text, source regclass, pair regclass);
DO $do$
DECLARE
	b			record;
BEGIN
	FOR b IN SELECT DISTINCT o.base, r.refunds FROM (SELECT base FROM orders UNION SELECT 'nobody') AS o, unnest('{net,event}'::text[]) AS r (refunds) ORDER BY 1, 2 LOOP
		EXECUTE format('CREATE VIEW %I AS SELECT customer, at, amount, channel, margin, out FROM orders WHERE base = %L', b.base || '_' || b.refunds, b.base);
		CALL clv.create_materialized_view(format('%I', 'v_' || b.base || '_' || b.refunds), format('%I', b.base || '_' || b.refunds)::regclass, 'customer', 'at', 'amount', '2023-12-31', refunds => b.refunds,
			options => '{"margin": {"column": "margin"}, "service_cost": {"column": "margin"}, "cost_per_order": {"column": "margin"}, "acquisition_cost": {"column": "margin"}, "history": true,
						 "hysteresis": {"band": 0.1, "ago": ["1 month"]}}');
		INSERT INTO awkward VALUES (b.base, b.refunds, format('%I', b.base || '_' || b.refunds)::regclass, format('%I', 'v_' || b.base || '_' || b.refunds)::regclass);
	END LOOP;
END
$do$;

-- what each needs beside the names of columns, which all have, and the view
CREATE TABLE needed (name text, arguments text[]);
INSERT INTO needed VALUES
	('query', '{}'), ('source_report', '{}'), ('readiness', '{}'), ('rfm_scores', '{}'), ('audit_cohorts', '{}'), ('audit_calendar', '{}'),
	('create_materialized_view', '{name,made}'),
	('tier_rules', '{}'), ('equity', '{draws,20}'), ('explain', '{customer,7}'),
	('tiers_at', '{as_of,"{2023-06-30,2023-12-31}"}'), ('value_at_risk', '{silent,90 days}'), ('fairness', '{attribute,frequency,min_customers,2,min_cell,1}'),
	('migration', '{from_date,2023-06-30,to_date,2023-12-31}'), ('equity_bridge', '{from_date,2023-06-30,to_date,2023-12-31}'),
	('audit_orders', '{first,2023-01-01,last,2023-12-31}'), ('audit_deciles', '{first,2023-01-01,last,2023-12-31}'), ('audit_concentration', '{first,2023-01-01,last,2023-12-31}'),
	('audit_changes', '{from_first,2023-01-01,from_last,2023-02-28,to_first,2023-03-01,to_last,2023-12-31}'),
	('audit_decomposition', '{from_first,2023-01-01,from_last,2023-02-28,to_first,2023-03-01,to_last,2023-12-31}'),
	('audit_cohort', '{first,2023-01-01,last,2023-03-31}'), ('acquisition', '{by,channel,options,"{\"draws\": 20, \"min_customers\": 5}"}');

CREATE TABLE asked AS
SELECT p.oid, p.prokind = 'p' AS is_procedure, p.proretset, p.proname::text AS name, p.proargnames[1:p.pronargs] AS arguments, p.proargtypes::regtype[] AS types, p.pronargdefaults AS defaults, n.arguments AS given
FROM pg_proc AS p
JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'clv'
LEFT JOIN needed AS n ON n.name = p.proname
WHERE 'regclass'::regtype = ANY (p.proargtypes::oid[]) AND p.proname NOT LIKE '\_%'
  AND p.proname <> ALL ('{create_history_table,drop_history_table,refresh}')	-- history_table.sql asks these
  AND NOT '{anyelement,"\"char\""}'::regtype[]::oid[] && p.proargtypes::oid[];
SELECT oid::regprocedure AS without_arguments_here FROM asked WHERE given IS NULL;

-- a call, with one argument NULL or none
CREATE FUNCTION pg_temp.call(a asked, w awkward, left_out text) RETURNS text LANGUAGE sql AS $$
SELECT format(CASE WHEN (a).is_procedure THEN 'CALL clv.%I(%s)' ELSE 'SELECT to_jsonb(t) FROM clv.%I(%s) AS t' END, (a).name, string_agg(format('%I => %s', x.argument, x.value), ', ' ORDER BY x.place))
FROM (SELECT s.argument, s.place, CASE WHEN s.argument = left_out THEN format('NULL::%s', s.type)
		WHEN array_position((a).given, s.argument) IS NOT NULL THEN quote_literal((a).given[array_position((a).given, s.argument) + 1])
		WHEN s.type = 'regclass'::regtype AND s.argument IN ('source', 'view') THEN quote_literal(CASE s.argument WHEN 'source' THEN (w).source ELSE (w).pair END)
		WHEN s.argument IN ('customer', 'at', 'amount') AND s.type = 'name'::regtype AND s.place <= 5 AND 'source' = ANY ((a).arguments) THEN quote_literal(s.argument)
		WHEN s.argument = 'refunds' THEN quote_literal((w).refunds) END AS value
	  FROM unnest((a).arguments, (a).types) WITH ORDINALITY AS s (argument, type, place)) AS x
WHERE x.value IS NOT NULL
$$;
CREATE FUNCTION pg_temp.sentences(query text) RETURNS TABLE (state text, said text) LANGUAGE plpgsql AS $$
DECLARE
	answer		jsonb;
	m			text;
	h			text;
	d			text;
BEGIN
	IF query ~ '^CALL' THEN
		BEGIN
			EXECUTE query;
			RAISE EXCEPTION 'undone' USING ERRCODE = 'ZZ999';
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT, d = PG_EXCEPTION_DETAIL;
			RETURN QUERY SELECT state, x FROM unnest(ARRAY[m, nullif(h, ''), nullif(d, '')]) AS x WHERE x IS NOT NULL;
		END;
		RETURN;
	END IF;
	FOR answer IN EXECUTE query LOOP
		RETURN QUERY SELECT '00000', e.value #>> '{}'
			FROM jsonb_each(CASE WHEN jsonb_typeof(answer) = 'object' THEN answer WHEN query ~ 'FROM clv.query' THEN '{"query": "a statement"}' ELSE jsonb_build_object('answer', answer) END) AS e WHERE jsonb_typeof(e.value) = 'string';
	END LOOP;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, m = MESSAGE_TEXT, h = PG_EXCEPTION_HINT, d = PG_EXCEPTION_DETAIL;
	RETURN QUERY SELECT state, x FROM unnest(ARRAY[m, nullif(h, ''), nullif(d, '')]) AS x WHERE x IS NOT NULL;
END
$$;

CREATE TABLE told AS
SELECT a.name, w.base, w.refunds, s.*
FROM asked AS a CROSS JOIN awkward AS w CROSS JOIN LATERAL pg_temp.sentences(pg_temp.call(a, w, NULL)) AS s;
SELECT DISTINCT name, state, said FROM told WHERE state NOT IN ('00000', 'ZZ999', 'P0002') ORDER BY 1, 2, 3;
SELECT DISTINCT name, base, refunds, said FROM told WHERE pg_temp.has_hole(said) ORDER BY 1, 2, 3, 4;
SELECT w.pair, s.said FROM awkward AS w CROSS JOIN LATERAL pg_temp.sentences(format('SELECT to_jsonb(t) - ''model'' - ''spend'' FROM %s_model AS t', w.pair)) AS s WHERE pg_temp.has_hole(s.said) ORDER BY 1, 2;

CREATE TABLE told_of_null AS
SELECT a.name, n.argument, s.*
FROM asked AS a JOIN awkward AS w ON w.base = 'usual' AND w.refunds = 'net' CROSS JOIN LATERAL unnest(a.arguments) AS n (argument)
CROSS JOIN LATERAL pg_temp.sentences(pg_temp.call(a, w, n.argument)) AS s;
SELECT DISTINCT name, argument, state, said FROM told_of_null WHERE pg_temp.has_hole(said) OR state LIKE 'XX%' ORDER BY 1, 2, 3, 4;
SELECT count(DISTINCT name) AS functions, count(*) > 1000 AS enough FROM told;

-- every step of every kind of customer
SELECT DISTINCT base, refunds, e.quantity, e.formula
FROM awkward AS w CROSS JOIN LATERAL unnest('{1,7,8,9,14,x}'::text[]) AS c (customer)
CROSS JOIN LATERAL (SELECT s.said AS formula, '' AS quantity FROM pg_temp.sentences(format('SELECT to_jsonb(t) FROM clv.explain(%L, %L::text) AS t', w.pair, c.customer)) AS s) AS e
WHERE pg_temp.has_hole(e.formula) ORDER BY 1, 2, 3, 4;

-- null in the options
SELECT o.options, s.state, s.said
FROM unnest('{"{\"history\": null}","{\"margin\": null}","{\"hysteresis\": null}","{\"hysteresis\": {\"band\": 0.1, \"ago\": [null]}}","{\"hysteresis\": {\"band\": 0.1, \"dates\": [null]}}","{\"customers\": null}","{\"opt_out\": null}","{\"opt_out\": {\"column\": null}}"}'::text[]) AS o (options)
CROSS JOIN LATERAL pg_temp.sentences(format($$SELECT to_jsonb(t) FROM clv.query('usual_net', 'customer', 'at', 'amount', options => %L) AS t$$, o.options)) AS s
WHERE pg_temp.has_hole(s.said) OR s.state NOT IN ('22023', '22004');

-- what is said where there is no number
SELECT DISTINCT base, said FROM told WHERE name = 'readiness' AND refunds = 'event' AND said ~ 'nobody bought|only day|no amount above|only refunds|no other|too few to tell' ORDER BY 1, 2;

\set VERBOSITY terse
DROP TABLE orders, awkward, needed, asked, told, told_of_null CASCADE;
