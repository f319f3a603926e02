-- What the functions of decisions make of odd input: customers of every type,
-- arguments that are NULL or contradict each other, tables that do not fit.
SET client_min_messages = error;
\set SHOW_CONTEXT never
CREATE SCHEMA odd;
SET search_path = odd;
CREATE TYPE mood AS ENUM ('sad', 'content', 'happy');
CREATE DOMAIN code AS text;
CREATE TABLE orders AS
SELECT c AS whole, c / 4.0 AS decimals, c / 3.0::float8 AS fraction, 'it''s "%s\' || chr(10) || c AS words,
	   ('c' || c)::char(8) AS padded, ('c' || c)::varchar(9) AS varied, ('c' || c)::code AS coded, ('c' || c)::name AS named,
	   md5(c::text)::uuid AS unique_id, (ARRAY['sad', 'content', 'happy'])[1 + c % 3]::mood AS felt, convert_to('c' || c, 'UTF8') AS raw,
	   date '2000-01-02' + c AS dated, timestamptz '2000-01-02 01:00+00' + c * interval '1 day' AS timed, c * interval '1 hour' AS lasted,
	   c::bit(9) AS bits, ARRAY[c, c] AS pair, c % 2 = 0 AS even,
	   date '2022-01-01' + (c * 7) % 100 + k * (9 + (c * c) % 31) AS at, 10.0 + c + k AS amount, c % 3 AS paid, (ARRAY['ads', 'mail'])[1 + c % 2] AS channel
FROM generate_series(1, 100) AS c, generate_series(0, 6) AS k WHERE k <= c % 7;

-- Every customer is found, of whatever type, as it is and as text; DateStyle
-- and extra_float_digits are no matter.
CREATE FUNCTION explained(view regclass, customer name, as_text boolean, OUT told bigint, OUT off bigint)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('SELECT count(*), count(*) FILTER (WHERE e.value IS DISTINCT FROM v.clv)
		FROM %s AS v CROSS JOIN LATERAL clv.explain(%L, v.%I%s) AS e WHERE e.quantity = ''clv''',
		view, view, customer, CASE WHEN as_text THEN '::text' END) INTO told, off;
END
$$;
CREATE FUNCTION every_type()
RETURNS TABLE (customer name, customers bigint, told bigint, as_text bigint, wrong bigint, moved numeric, at_risk bigint, scored bigint)
LANGUAGE plpgsql AS $$
BEGIN
	FOR customer IN
		SELECT a.attname FROM pg_attribute AS a
		WHERE a.attrelid = 'orders'::regclass AND a.attnum BETWEEN 1 AND 17 ORDER BY a.attnum
	LOOP
		CALL clv.create_materialized_view('v', 'orders', customer, 'at', 'amount', '2022-12-31', options => '{"history": true, "hysteresis": {"band": 0.1, "ago": ["6 months"]}}');
		SELECT count(*) INTO customers FROM v;
		SELECT e.told, e.off INTO told, wrong FROM explained('v', customer, false) AS e;
		IF customer NOT IN ('dated', 'timed', 'fraction') THEN	-- whose text is the session's
			SELECT e.told, wrong + e.off INTO as_text, wrong FROM explained('v', customer, true) AS e;
		END IF;
		SELECT sum(m.customers) INTO moved FROM clv.migration('v', '2022-06-30', '2022-12-31') AS m;
		SELECT count(DISTINCT r.customer_id) INTO at_risk FROM clv.value_at_risk('v', '30 days') AS r;
		SELECT count(DISTINCT r.customer_id) INTO scored FROM clv.rfm_scores('orders', customer, 'at', 'amount') AS r;
		RETURN NEXT;
		as_text := NULL;
		DROP MATERIALIZED VIEW v, v_model;
	END LOOP;
END
$$;
SET datestyle = 'German, DMY';
SET extra_float_digits = -12;
SELECT * FROM every_type();
RESET datestyle;
RESET extra_float_digits;

CALL clv.create_materialized_view('v', 'orders', 'whole', 'at', 'amount', '2022-12-31', options => '{"history": true}');
CALL clv.create_materialized_view('fixed', 'orders', 'padded', 'at', 'amount', '2022-12-31');
SELECT quantity, value FROM clv.explain('fixed', 'c77') WHERE quantity = 'frequency';
SELECT clv.explain('fixed', 'c77 and more');

-- Keys of another type are refused before anything is made.
CREATE TABLE people AS SELECT DISTINCT whole, whole::text AS words, whole::bigint AS large, unique_id, channel AS "a cost b", paid, 2.5 AS service FROM orders;
SELECT clv.query('odd.orders', 'whole', 'at', 'amount', options => '{"customers": {"table": "odd.people", "key": "words"}, "service_cost": {"column": "service", "of": "customers"}}');
SELECT clv.equity('v', 'channel', 'orders', 'unique_id');
SELECT sum(customers) FROM clv.equity('v', 'channel', 'orders', 'whole');
SELECT sum(customers) FROM clv.equity('v', 'a cost b', 'people', 'large');

-- Arguments that are not there, or do not go together.
SELECT clv.audit_orders('orders', 'whole', 'at', 'amount', '2022-01-01', '2022-12-31', refunds => NULL);
SELECT clv.audit_cohorts('orders', 'whole', 'at', 'amount', refunds => NULL);
SELECT clv.rfm_scores('orders', 'whole', 'at', 'amount', refunds => NULL);
SELECT clv.readiness('orders', 'whole', 'at', 'amount', refunds => 'nett');
SELECT clv.migration('v', NULL, '2022-12-31');
SELECT clv.migration('v', '2022-06-30', NULL);
SELECT clv.value_at_risk('v', NULL);
SELECT clv.equity('v', relation => 'orders', key => 'whole');
SELECT clv.equity('v', 'channel', key => 'whole');
SELECT clv.query('odd.orders', 'whole', 'at', 'amount', tier_labels => '{a,b,a,c}');
SELECT clv.query('odd.orders', 'whole', 'at', 'amount', tier_labels => '{a,b,c,unprofitable}');
SELECT clv.query('odd.orders', 'whole', 'at', 'amount', options => '{"hysteresis": {"band": 0.1, "dates": ["-infinity", "2022-01-01"]}}');

-- Histories of a relation: all of a customer's together, nobody's left out.
CREATE TABLE h AS SELECT nullif(whole, 1) AS customer, channel, clv.rfm(at, amount) AS history FROM orders GROUP BY 1, 2, date_trunc('month', at);
SELECT count(*), count(DISTINCT customer) FROM h;
SELECT count(*), count(*) FILTER (WHERE (x.value, x.tier) IS DISTINCT FROM (y.value, y.tier)) AS other
FROM clv.tiers_at('v', '{2022-06-30}') AS x FULL JOIN clv.tiers_at('v', '{2022-06-30}', 'h', 'customer') AS y USING (customer_id)
WHERE customer_id <> '1';
SELECT sum(customers) FROM clv.migration('v', '2022-06-30', '2022-12-31', 'h', 'customer');

-- A group of any name has its cost, and a column of any name is a group.
CREATE VIEW sources AS SELECT whole, at, amount, paid, CASE WHEN whole % 2 = 0 THEN 'column' ELSE 'table' END AS channel FROM orders;
SELECT group_name, customers, cost FROM clv.acquisition('sources', 'whole', 'at', 'amount', 'channel', options => '{"acquisition_cost": {"column": 4, "table": 7}, "draws": 20}') ORDER BY 1;
SELECT clv.acquisition('sources', 'whole', 'at', 'amount', 'channel', options => '{"acquisition_cost": {"column": -4, "table": 7}}');
SELECT group_name, customers, cost FROM clv.acquisition('orders', 'whole', 'at', 'amount', 'a cost b',
	options => '{"customers": {"table": "odd.people", "key": "whole"}, "acquisition_cost": {"column": "paid", "of": "customers"}, "draws": 20}') ORDER BY 1;
SELECT "a cost b", count(*), avg(paid)::float8 FROM people GROUP BY 1 ORDER BY 1;
SELECT group_name, customers FROM clv.acquisition('orders', 'whole', 'at', 'amount', 'a cost b',
	options => '{"customers": {"table": "odd.people", "key": "whole"}, "draws": 20}') ORDER BY 1;

-- A base in which nobody has a value.
CREATE VIEW once AS SELECT DISTINCT ON (whole) whole, at, amount FROM orders ORDER BY whole, at;
CALL clv.create_materialized_view('o', 'once', 'whole', 'at', 'amount', options => '{"history": true}');
SELECT ordinal, tier, criterion, threshold, customers, value FROM clv.tier_rules('o');
SELECT group_name, customers, equity, lower, upper FROM clv.equity('o', cohort => 'year');
SELECT component, amount, customers FROM clv.equity_bridge('o', '2022-02-01', '2022-03-01');
SELECT count(*) FROM clv.value_at_risk('o', '30 days');

DROP MATERIALIZED VIEW v, v_model, fixed, fixed_model, o, o_model;
SET client_min_messages = warning;
DROP SCHEMA odd CASCADE;
