-- units: an argument in another unit than meant is refused by every question to
-- orders or to views: an interval without a unit, which is seconds, and a rate
-- in per cent.  The functions are found in the catalog: a new one that takes a
-- length or a rate has no call here, is listed, and needs one.
SET client_min_messages = error;		-- fits of so few customers warn
SET intervalstyle = iso_8601;		-- messages are the same in any session

CREATE TABLE orders (customer int, at date, amount numeric, channel text);
INSERT INTO orders
	SELECT c, date '2023-01-01' + c % 60 + k * (9 + c % 23), 10 + (c * 7 + k * 3) % 31, 'channel ' || c % 2
	FROM generate_series(1, 120) AS c, generate_series(0, c % 5) AS k;
CALL clv.create_materialized_view('pair', 'orders', 'customer', 'at', 'amount', '2023-06-30', horizon => '1 day', annual_rate => 1);

-- each call with one argument to be filled in; numbers stand for what is meant
CREATE TABLE calls (name text, argument text, call text);
INSERT INTO calls VALUES
	('query', 'horizon', $$SELECT clv.query('orders', 'customer', 'at', 'amount', horizon => %L)$$),
	('query', 'annual_rate', $$SELECT clv.query('orders', 'customer', 'at', 'amount', annual_rate => %L)$$),
	('query', 'ago', $$SELECT clv.query('orders', 'customer', 'at', 'amount', options => jsonb_build_object('hysteresis', jsonb_build_object('band', 0.1, 'ago', jsonb_build_array('6 months', %L))))$$),
	('create_materialized_view', 'horizon', $$CALL clv.create_materialized_view('other', 'orders', 'customer', 'at', 'amount', horizon => %L)$$),
	('create_materialized_view', 'annual_rate', $$CALL clv.create_materialized_view('other', 'orders', 'customer', 'at', 'amount', annual_rate => %L)$$),
	('create_materialized_view', 'ago', $$CALL clv.create_materialized_view('other', 'orders', 'customer', 'at', 'amount', options => jsonb_build_object('hysteresis', jsonb_build_object('band', 0.1, 'ago', jsonb_build_array(%L))))$$),
	('acquisition', 'horizon', $$SELECT clv.acquisition('orders', 'customer', 'at', 'amount', 'channel', horizon => %L)$$),
	('acquisition', 'annual_rate', $$SELECT clv.acquisition('orders', 'customer', 'at', 'amount', 'channel', annual_rate => %L)$$),
	('value_at_risk', 'silent', $$SELECT clv.value_at_risk('pair', %L)$$);

SELECT p.oid::regprocedure AS function_of_orders_or_a_view, a.argument AS not_called_here
FROM pg_proc AS p
JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'clv'
CROSS JOIN LATERAL (SELECT p.proargnames[i], p.proargtypes[i - 1]::regtype FROM generate_series(1, p.pronargs) AS i) AS a (argument, type)
WHERE 'regclass'::regtype = ANY (p.proargtypes::oid[]) AND p.proname NOT LIKE '\_%'
  AND (a.type = 'interval'::regtype OR a.argument ~ 'rate|discount|horizon')
  AND NOT EXISTS (SELECT FROM calls AS c WHERE c.name = p.proname AND c.argument = a.argument);

CREATE FUNCTION pg_temp.said(query text, OUT state text, OUT message text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE query;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END
$$;
SELECT c.name, s.*
FROM calls AS c CROSS JOIN LATERAL pg_temp.said(format(c.call, CASE c.argument WHEN 'annual_rate' THEN '10' ELSE '365' END)) AS s
ORDER BY c.name, c.argument;
SELECT c.name, v.value, s.*
FROM calls AS c CROSS JOIN LATERAL unnest(CASE c.argument WHEN 'annual_rate' THEN '{1.0000001}' ELSE '{23:59:59,-1 day}' END::text[]) AS v (value)
CROSS JOIN LATERAL pg_temp.said(format(c.call, v.value)) AS s
WHERE s.state IS DISTINCT FROM '22023';

-- what is meant is taken, to the limit
SELECT c.name, c.argument, v.value, s.*
FROM calls AS c CROSS JOIN LATERAL unnest(CASE c.argument WHEN 'annual_rate' THEN '{0,0.1,1}' ELSE '{1 day,24:00,365 days,1 year}' END::text[]) AS v (value)
CROSS JOIN LATERAL pg_temp.said(CASE WHEN c.name = 'create_materialized_view' THEN format('DO $do$ BEGIN %s; DROP MATERIALIZED VIEW other, other_model; END $do$', format(c.call, v.value))
	ELSE format(c.call, v.value) END) AS s
WHERE s.state IS NOT NULL;

-- functions of a row keep their whole domain: an hour, and 1,000 % a year
SELECT clv.expected_purchases(m, 1, 10, 20, '1 hour') > 0 AS an_hour, clv.discounted_purchases(m, 1, 10, 20, 10, '1 year') < clv.discounted_purchases(m, 1, 10, 20, 1, '1 year') AS a_high_rate
FROM (SELECT clv.model('mbgnbd', '{"r": 1, "alpha": 30, "a": 1, "b": 2}')) AS m (m);

DROP MATERIALIZED VIEW pair, pair_model;
DROP TABLE orders, calls;
