-- as_of left out is the last day with a purchase: nothing after that day moves
-- a number, be it a refund, an order that was sent back the same day, or one
-- that is dated in the future.  So every question has the same answer with
-- as_of NULL and with the very day.
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
CREATE SCHEMA shop;

-- 300 customers to the end of 2023
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount, 0.3 + customer % 3 / 10.0 AS margin, 2.5 AS handling, 1 + customer % 4 AS service,
	   CASE WHEN row_number() OVER (PARTITION BY customer ORDER BY at) = 1 THEN 3 + customer % 5 END AS paid, 'c' || customer % 2 AS channel, false AS no_profiling
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 40, "a": 0.8, "b": 2}'), clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 300, '2023-01-01', 200, 365, 5);
SELECT max(day) AS last_day FROM shop.orders \gset
-- and what comes later: all costs are beyond any belief
INSERT INTO shop.orders
SELECT customer, :'last_day'::date + days, amount, 0.01, 1000, 5000, 700, 'late', customer = 4
FROM (VALUES (1, 40, -5), (2, 50, -7), (2, 50, 7), (3, 365000, 20), (4, 60, -1), (5, 1, -9), (5, 1, 8), (301, 9, -1)) AS late (customer, days, amount);
CREATE TABLE shop.moments AS SELECT o.*, (o.day + time '23:30') AT TIME ZONE 'America/New_York' AS at FROM shop.orders AS o;

-- how each function is asked, but for as_of; where refunds are not looked at,
-- what was sent back the same day is a purchase, and that of customer 2 the last
CREATE TABLE shop.asks (function_name name, more text, last_day date);
INSERT INTO shop.asks
SELECT f.name, f.more, date :'last_day' + CASE WHEN f.more LIKE '%gross%' THEN 50 ELSE 0 END FROM (VALUES
	('source_report', ''),
	('rfm_scores', 'opt_out => ''no_profiling'''),
	('audit_cohort', 'first => ''2023-01-31'', last => ''2023-03-30'''),
	('audit_cohorts', 'period => ''month'''),
	('audit_calendar', 'period => ''month'''),
	('acquisition', '"by" => ''channel'', options => ''{"acquisition_cost": {"column": "paid"}, "draws": 20}'''),
	('acquisition', '"by" => ''channel'', refunds => ''gross'', options => ''{"acquisition_cost": {"column": "paid"}, "draws": 20}'''),
	('acquisition', 'cohort => ''quarter'', options => ''{"margin": {"column": "margin"}, "cost_per_order": {"column": "handling"}, "acquisition_cost": {"column": "paid"}, "draws": 20}'''),
	('query', ''),
	('query', 'options => ''{"margin": {"column": "margin"}, "cost_per_order": {"column": "handling", "default": 1}, "service_cost": {"column": "service"}, "acquisition_cost": {"column": "paid"}, "opt_out": {"column": "no_profiling"}}'''),
	('query', 'refunds => ''gross'', options => ''{"margin": {"column": "margin"}, "cost_per_order": {"column": "handling"}, "service_cost": {"column": "service"}, "acquisition_cost": {"column": "paid"}, "hysteresis": {"band": 0.1, "ago": ["1 month"]}}'''),
	('create_materialized_view', 'options => ''{"margin": {"column": "margin"}, "cost_per_order": {"column": "handling", "default": 1}, "service_cost": {"column": "service"}, "acquisition_cost": {"column": "paid"}, "opt_out": {"column": "no_profiling"}}''')
	) AS f (name, more);

-- Every function over orders that takes as_of is among them.  Left to itself
-- clv.readiness is of today, by what it is for: when did the orders end?
SELECT p.proname AS not_asked
FROM pg_proc AS p
WHERE p.pronamespace = 'clv'::regnamespace AND p.proargnames @> '{source,as_of}' AND p.proname !~ '^_' AND p.proname <> 'readiness'
  AND p.proname NOT IN (SELECT a.function_name FROM shop.asks AS a);
-- and every option of values that can name a column
SELECT k.key AS not_asked
FROM unnest('{margin,cost_per_order,service_cost,acquisition_cost,opt_out}'::text[]) AS k (key)
WHERE NOT EXISTS (SELECT FROM shop.asks AS a WHERE a.function_name IN ('query', 'create_materialized_view') AND a.more LIKE '%"' || k.key || '": {"column"%');

-- The rows of an answer.
CREATE FUNCTION shop.answer(ask shop.asks, source text, as_of text, view_name text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	arguments	text := concat_ws(', ', format('source => %L, customer => ''customer'', at => %L, amount => ''amount'', as_of => %s', source,
		CASE WHEN source LIKE '%moments' THEN 'at' ELSE 'day' END, as_of), CASE WHEN source LIKE '%moments' THEN 'zone => ''America/New_York''' END, nullif(ask.more, ''));
	statement	text := format('SELECT * FROM clv.%I(%s)', ask.function_name, arguments);
BEGIN
	IF ask.function_name = 'query' THEN
		EXECUTE statement INTO statement;
	ELSIF ask.function_name = 'create_materialized_view' THEN
		EXECUTE format('CALL clv.create_materialized_view(%L, %s)', view_name, arguments);
		-- (what the message says is below)
		RETURN QUERY EXECUTE format('SELECT (to_jsonb(m) - ''message'')::text FROM %s_model AS m', view_name);
		statement := format('SELECT * FROM %s', view_name);
	END IF;
	RETURN QUERY EXECUTE format('SELECT a::text FROM (%s) AS a', statement);
END
$$;
CREATE TABLE shop.answers AS
SELECT a.function_name, a.more, s.source,
	   ARRAY(SELECT r FROM shop.answer(a, s.source, 'NULL', format('shop.v%s_null', s.n)) AS r ORDER BY r) AS with_null,
	   ARRAY(SELECT r FROM shop.answer(a, s.source, quote_literal(a.last_day), format('shop.v%s_day', s.n)) AS r ORDER BY r) AS with_day
FROM shop.asks AS a CROSS JOIN (VALUES ('shop.orders', 1), ('shop.moments', 2)) AS s (source, n);
SELECT function_name, source, count(*) AS asked, min(cardinality(with_null)) > 1 AS has_rows, bool_and(with_null = with_day) AS same
FROM shop.answers GROUP BY function_name, source ORDER BY function_name, source;

-- By hand: customer 1 has cost 2.5 an order, 2 a year, 4 to win, whatever June brings.
SELECT customer, cost_per_order, service_cost, acquisition_cost, margin FROM shop.v1_null WHERE customer = 1;
-- cost of a new customer: 3 to 7 by customer % 5, so 5 in either channel
SELECT group_name, customers, cost FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"acquisition_cost": {"column": "paid"}, "draws": 20}') ORDER BY 1;

-- What was sent back after the day that was found is not in the money so far,
-- and the model says so: 5 rows, of customers 1, 2, 4, 5 and 301.  The refund that
-- is dated in the future has not been made, under gross none counts anyway, and
-- who gives as_of knows.
INSERT INTO shop.orders VALUES (6, '2999-01-01', -1, 0.5, 1, 1, 1, 'late', false);
SET client_min_messages = error;
CALL clv.create_materialized_view('shop.late', 'shop.orders', 'customer', 'day', 'amount');
CALL clv.create_materialized_view('shop.late_gross', 'shop.orders', 'customer', 'day', 'amount', refunds => 'gross');
CALL clv.create_materialized_view('shop.late_day', 'shop.orders', 'customer', 'day', 'amount', :'last_day');
SELECT l.message, g.message AS of_gross, d.message AS of_day FROM shop.late_model AS l, shop.late_gross_model AS g, shop.late_day_model AS d;
SET client_min_messages = warning;

-- Nobody has a row after the last day in most bases: the orders are then read once.
DELETE FROM shop.orders WHERE day > :'last_day';
CREATE FUNCTION shop.scans(statement text) RETURNS TABLE (scans bigint, executed bigint)
LANGUAGE plpgsql AS $$
DECLARE
	line		text;
BEGIN
	scans := 0;
	executed := 0;
	FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || statement LOOP
		scans := scans + (line ~ 'Scan on orders')::int;
		executed := executed + (line ~ 'Scan on orders.*\(actual')::int;
	END LOOP;
	RETURN NEXT;
END
$$;
SELECT s.* FROM shop.scans((SELECT clv.query('shop.orders', 'customer', 'day', 'amount',
	options => '{"margin": {"column": "margin"}, "cost_per_order": {"column": "handling"}, "acquisition_cost": {"column": "paid"}}'))) AS s;

DROP SCHEMA shop CASCADE;
