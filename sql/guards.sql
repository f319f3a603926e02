-- guards: a stray row must not move everything.  Creation, refresh and the
-- statement of clv.query end where few orders come after a long silence; what is
-- not so plain is said in the message of the models and by clv.readiness.
SET client_min_messages = warning;
SET datestyle = 'ISO, YMD';
CREATE SCHEMA shop;
CREATE SCHEMA crm;

-- two years of a shop, which end with 2018 as far as the guard knows
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(20, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 2000, '2017-01-01', 700, 730, 1);
CALL clv.create_materialized_view('crm.value', 'shop.orders', 'customer', 'day', 'amount');
SELECT as_of, model_status, message FROM crm.value_model;
CREATE TABLE shop.before AS SELECT customer, clv, tier FROM crm.value;

-- one order dated 2020-11-30: told, with the day, the silence and what to do
INSERT INTO shop.orders VALUES (7, '2020-11-30', 20);
REFRESH MATERIALIZED VIEW crm.value;
REFRESH MATERIALIZED VIEW crm.value_model;
\set VERBOSITY terse
CALL clv.create_materialized_view('crm.other', 'shop.orders', 'customer', 'day', 'amount');
SELECT clv.query('shop.orders', 'customer', 'day', 'amount') AS query
\gset
SELECT count(*) FROM (:query) AS q;
-- yesterday's values stay
SELECT count(*) AS differ FROM crm.value AS v FULL JOIN shop.before AS b USING (customer) WHERE v.clv IS DISTINCT FROM b.clv OR v.tier IS DISTINCT FROM b.tier;

-- each way out: as_of, which gives what was there before; a silence that is real; the row put right
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', '2018-12-31') AS query
\gset
SELECT count(*) AS differ FROM (:query) AS v FULL JOIN shop.before AS b USING (customer) WHERE v.clv IS DISTINCT FROM b.clv OR v.tier IS DISTINCT FROM b.tier;
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', options => '{"max_silence": "699 days"}') AS query
\gset
SELECT count(*) FROM (:query) AS q;
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', options => '{"max_silence": "700 days"}') AS query
\gset
SELECT as_of, count(*) FROM (:query) AS q GROUP BY 1;
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', options => '{"max_silence": "400"}');
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', options => '{"max_silence": 400}');
SELECT clv.query('shop.orders', 'customer', 'day', 'amount', options => '{"max_silence": "long"}');
UPDATE shop.orders SET day = '2018-11-30' WHERE day = '2020-11-30';
REFRESH MATERIALIZED VIEW crm.value_model;
REFRESH MATERIALIZED VIEW crm.value;
SELECT DISTINCT as_of FROM crm.value;

-- where the guard begins, as the statement has it over 1,000 orders
CREATE TABLE shop.edge (what text, customer int, day date, amount numeric);
CREATE FUNCTION shop.ends(condition text, options jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer		text;
BEGIN
	EXECUTE format('CREATE VIEW shop.one AS SELECT * FROM shop.edge WHERE %s', condition);
	BEGIN
		EXECUTE format('SELECT max(as_of)::text FROM (%s) AS q', clv.query('shop.one', 'customer', 'day', 'amount', options => options)) INTO answer;
	EXCEPTION WHEN invalid_parameter_value THEN
		answer := SQLERRM;
	END;
	DROP VIEW shop.one;
	RETURN answer;
END
$$;
-- 991 orders, every third day of a year or so, by 331 customers; then what comes after a silence
INSERT INTO shop.edge SELECT 'usual', i % 331, date '2023-01-01' + 3 * (i % 120), 10 + i % 7 FROM generate_series(1, 991) AS i;	-- ends 2023-12-24
INSERT INTO shop.edge SELECT 'nine after 31', 400 + i, date '2023-12-24' + 31, 10 FROM generate_series(1, 9) AS i;
INSERT INTO shop.edge SELECT 'nine after 30', 400 + i, date '2023-12-24' + 30, 10 FROM generate_series(1, 9) AS i;
INSERT INTO shop.edge SELECT 'eleven after 300', 400 + i, date '2023-12-24' + 300, 10 FROM generate_series(1, 11) AS i;
INSERT INTO shop.edge SELECT 'two days after 300', 5, date '2023-12-24' + 300 + i, 10 FROM generate_series(1, 2) AS i;
INSERT INTO shop.edge SELECT 'a refund after 300', 5, date '2023-12-24' + 300, -10;
INSERT INTO shop.edge SELECT 'the year 24', 5, '0024-12-31', 10;
INSERT INTO shop.edge SELECT 'the year 2204', 5, '2204-12-31', 10;
SELECT w.what, shop.ends(format('what IN (''usual'', %L)', w.what)) FROM unnest('{usual,nine after 31,nine after 30,eleven after 300,two days after 300,a refund after 300,the year 24,the year 2204}'::text[]) AS w (what);
-- an old date does not hide a new one: its silence is not compared with
SELECT shop.ends($$what IN ('usual', 'the year 24', 'two days after 300')$$);
-- a silence of the middle is, and 28 days always pass
SELECT shop.ends($$what IN ('usual', 'nine after 31') AND day NOT BETWEEN '2023-05-01' AND '2023-05-06'$$);
SELECT shop.ends($$what = 'nine after 31' OR what = 'usual' AND day <= '2023-12-24'$$), shop.ends($$what = 'nine after 30'$$), shop.ends('false');

-- Every function over orders that finds as_of itself has the guard, and is what
-- it is where as_of is given.  Two tell what is wrong and refuse nothing; those
-- that have options take the way out.
CREATE TABLE shop.stray_orders AS SELECT *, 'a' || customer % 2 AS channel FROM shop.orders UNION ALL SELECT 7, '2020-11-30', 20, 'a1';
CREATE VIEW shop.stray_before AS SELECT * FROM shop.stray_orders WHERE day < '2019-01-01';
CREATE TABLE shop.asks (function_name name, more text, has_options boolean);
INSERT INTO shop.asks
SELECT p.proname, CASE p.proname WHEN 'audit_cohort' THEN 'first => ''2017-01-01'', last => ''2017-03-31''' WHEN 'acquisition' THEN '"by" => ''channel''' END, p.proargnames @> '{options}'
FROM pg_proc AS p
WHERE p.pronamespace = 'clv'::regnamespace AND p.proargnames @> '{source,as_of}' AND p.proname !~ '^_' AND p.proname NOT IN ('readiness', 'source_report');
INSERT INTO shop.asks VALUES ('acquisition', 'cohort => ''quarter''', true);
CREATE FUNCTION shop.asked(ask shop.asks, more text, source text DEFAULT 'shop.stray_orders') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	arguments	text := concat_ws(', ', format('source => %L, customer => ''customer'', at => ''day'', amount => ''amount''', source), ask.more, more);
	statement	text := format('SELECT * FROM clv.%I(%s)', ask.function_name, arguments);
	n			bigint;
	said		text;
	advice		text;
BEGIN
	IF ask.function_name = 'query' THEN
		EXECUTE statement INTO statement;
	ELSIF ask.function_name = 'create_materialized_view' THEN
		EXECUTE format('CALL clv.create_materialized_view(''crm.asked'', %s)', arguments);
		DROP MATERIALIZED VIEW crm.asked, crm.asked_model;
		RETURN 'answered';
	END IF;
	EXECUTE format('SELECT count(*) FROM (%s) AS a', statement) INTO n;
	RETURN CASE WHEN n > 0 THEN 'answered' ELSE 'nothing' END;
EXCEPTION WHEN invalid_parameter_value THEN
	GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, advice = PG_EXCEPTION_HINT;
	RETURN concat(said, ': ', advice);
END
$$;
SELECT a.function_name, shop.asked(a, 'as_of => NULL') AS without, shop.asked(a, 'as_of => ''2018-12-31''') AS with_as_of,
	   CASE WHEN a.has_options THEN shop.asked(a, 'options => ''{"max_silence": "800 days"}''') END AS with_option, shop.asked(a, NULL, 'shop.stray_before') AS before
FROM shop.asks AS a ORDER BY a.function_name, a.more;
SELECT count(*) FROM clv.source_report('shop.stray_orders', 'customer', 'day', 'amount');
-- where what customers bought last leaves a hole, and the orders do not, nothing is stray
CREATE VIEW shop.hole AS SELECT 1 AS customer, date '2018-01-01' + i AS day, 10 AS amount FROM generate_series(0, 300) AS i UNION ALL SELECT 2, '2018-02-01', 10;
SELECT customer_id, days_since_last FROM clv.rfm_scores('shop.hole', 'customer', 'day', 'amount') ORDER BY 1;

-- ------------------------------------------------- what is said and not refused

-- a first purchase before 1970, one amount above all others; each alone
CREATE FUNCTION shop.said(more text, model text DEFAULT 'mbgnbd') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	answer		text;
BEGIN
	EXECUTE format('CREATE VIEW shop.one AS SELECT * FROM shop.orders %s', more);
	SET LOCAL client_min_messages = error;
	CALL clv.create_materialized_view('crm.said', 'shop.one', 'customer', 'day', 'amount', '2018-12-31', model => model);
	SELECT message INTO answer FROM crm.said_model;
	DROP MATERIALIZED VIEW crm.said, crm.said_model;
	DROP VIEW shop.one;
	RETURN answer;
END
$$;
SELECT shop.said(''), shop.said('UNION ALL SELECT 7, ''1970-01-01'', 10') AS in_1970, shop.said('UNION ALL SELECT 7, ''1969-12-31'', 10') AS in_1969, shop.said('UNION ALL SELECT 7, ''0024-12-31'', 10') AS in_24;
SELECT shop.said('UNION ALL SELECT 7, ''2018-05-05'', 1e15') ~ '1e\+15 on one day of one customer is above half of all spend' AS said,
	   shop.said('UNION ALL SELECT 7, ''2018-05-05'', 0.9 * sum(amount) FROM shop.orders') ~ 'one customer' IS TRUE AS less_than_half,
	   shop.said('UNION ALL SELECT 7, ''2018-05-05'', 1.01 * sum(amount) FROM shop.orders') ~ 'one customer' IS TRUE AS more_than_half,
	   shop.said('UNION ALL SELECT 7, ''2019-05-05'', 1e15') ~ 'one customer' IS TRUE AS after_as_of;
-- above half of all spend, and not above 1000 times the others; so few that a quantile of all is the largest itself
CREATE TABLE shop.three AS SELECT i AS customer, date '2018-01-01' + i AS day, 10::numeric AS amount FROM generate_series(1, 3) AS i;
SELECT clv.query('shop.three', 'customer', 'day', 'amount') IS NOT NULL AS asked;
CALL clv.create_materialized_view('crm.three', 'shop.three', 'customer', 'day', 'amount');
INSERT INTO shop.three VALUES (9, '2018-01-04', 10000);
REFRESH MATERIALIZED VIEW crm.three_model;
SELECT message FROM crm.three_model;
UPDATE shop.three SET amount = 10000.01 WHERE customer = 9;
REFRESH MATERIALIZED VIEW crm.three_model;
SELECT message FROM crm.three_model;

-- a horizon of more than twice the days that anybody has been seen: half a year of 365.25 days is 182.625
SELECT clv._remark_on_horizon('1 year', 182) AS too_short, clv._remark_on_horizon('1 year', 183) AS enough, clv._remark_on_horizon('30 days', 15) AS half, clv._remark_on_horizon('2 years', 365) AS two_years, clv._remark_on_horizon('1 year', NULL) AS nobody;

-- bgnbd of customers who buy several times a month: who has one purchase day is valued too high
CREATE TABLE shop.often AS
SELECT customer, at::date AS day, 10::numeric AS amount
FROM clv.simulate(clv.model('bgnbd', '{"r": 1, "alpha": 3, "a": 0.8, "b": 2.5}'), NULL, 2000, '2017-01-01', 90, 730, 11);
CREATE VIEW shop.seldom AS SELECT customer, date '2010-01-01' + 10 * (day - date '2017-01-01') AS day, amount FROM shop.often;
DO $$
DECLARE
	m			text;
	s			text;
BEGIN
	SET LOCAL client_min_messages = error;
	FOR m, s IN SELECT m.x, s.x FROM unnest('{bgnbd,mbgnbd,paretonbd}'::text[]) AS m (x), unnest('{often,seldom}'::text[]) AS s (x) LOOP
		CALL clv.create_materialized_view(format('crm.%s_%s', m, s), format('shop.%s', s)::regclass, 'customer', 'day', 'amount', CASE s WHEN 'often' THEN date '2018-12-31' END, model => m);
	END LOOP;
END
$$;
SELECT clv.model_name(model), regexp_replace(message, '^spend: [^;]*(; |$)', '') AS message FROM (TABLE crm.bgnbd_often_model UNION ALL TABLE crm.bgnbd_seldom_model UNION ALL TABLE crm.mbgnbd_often_model UNION ALL TABLE crm.paretonbd_often_model) AS m;

-- ---------------------------------------------------------- what readiness finds

CREATE FUNCTION shop.look(source regclass, as_of date DEFAULT NULL) RETURNS TABLE (check_name text, verdict text, finding text) LANGUAGE sql AS
$$SELECT check_name, verdict, finding FROM clv.readiness(source, 'customer', 'day', 'amount', as_of) WHERE verdict <> 'good' ORDER BY ordinal$$;
SELECT * FROM shop.look('shop.orders');
-- a log whose customers were there before: what it says of them is the same beside a date of the year 24, and forty of 1900
CREATE VIEW shop.cut AS SELECT * FROM shop.orders WHERE day >= '2018-01-01';
SELECT * FROM shop.look('shop.cut');
CREATE VIEW shop.year_24 AS SELECT * FROM shop.cut UNION ALL SELECT 7, '0024-12-31', 10;
SELECT * FROM shop.look('shop.year_24');
CREATE VIEW shop.year_1900 AS SELECT * FROM shop.cut UNION ALL SELECT i, '1900-01-01', 10 FROM generate_series(1, 40) AS i;
SELECT * FROM shop.look('shop.year_1900');
CREATE VIEW shop.stray AS SELECT * FROM shop.orders UNION ALL SELECT 7, '2020-11-30', 10;
SELECT * FROM shop.look('shop.stray');
SELECT * FROM shop.look('shop.stray', '2018-12-31');
CREATE VIEW shop.huge AS SELECT * FROM shop.orders UNION ALL SELECT 7, '2018-05-05', 1e15;
SELECT * FROM shop.look('shop.huge');
CREATE VIEW shop.cents AS SELECT customer, day, CASE WHEN day = min(day) OVER (PARTITION BY customer) AND customer = 7 THEN 10000 ELSE 1 END * amount AS amount FROM shop.orders;
SELECT * FROM shop.look('shop.cents');
CREATE VIEW shop.twice AS SELECT * FROM shop.orders UNION ALL SELECT * FROM shop.orders;
SELECT * FROM shop.look('shop.twice');
CREATE VIEW shop.overlap AS SELECT * FROM shop.orders UNION ALL SELECT * FROM shop.orders WHERE day >= '2018-10-01';
SELECT * FROM shop.look('shop.overlap');
CREATE VIEW shop.lines AS SELECT customer, day, amount * part AS amount FROM shop.orders, unnest('{0.5,0.3,0.2}'::numeric[]) AS part;
SELECT * FROM shop.look('shop.lines');
CREATE VIEW shop.guests AS SELECT CASE WHEN customer % 5 = 0 THEN -1 ELSE customer END AS customer, day, amount FROM shop.orders;
SELECT * FROM shop.look('shop.guests');
-- every thirty days; sums of three exponential intervals, by every third order; and nobody with two intervals
CREATE VIEW shop.monthly AS SELECT i AS customer, date '2017-01-01' + i % 365 + 30 * k AS day, 10 + i % 7 AS amount FROM generate_series(1, 1000) AS i, generate_series(0, 11) AS k WHERE k < 2 + i % 11;
SELECT * FROM shop.look('shop.monthly', '2018-12-31') WHERE check_name = 'regular intervals';
CREATE TABLE shop.poisson AS
SELECT customer, at::date AS day, amount::numeric(20, 2) AS amount, row_number() OVER (PARTITION BY customer ORDER BY at) AS n
FROM clv.simulate(clv.model('nbd', '{"r": 5, "alpha": 50}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 2000, '2017-01-01', 90, 730, 1);
SELECT value BETWEEN 0.9 AND 1.1 AS exponential, verdict FROM clv.readiness('shop.poisson', 'customer', 'day', 'amount') WHERE check_name = 'regular intervals';
CREATE VIEW shop.erlang AS SELECT * FROM shop.poisson WHERE n % 3 = 1;
SELECT value BETWEEN 2.7 AND 3.3 AS erlang_3, verdict FROM clv.readiness('shop.erlang', 'customer', 'day', 'amount') WHERE check_name = 'regular intervals';
SELECT verdict, finding FROM clv.readiness('shop.three', 'customer', 'day', 'amount') WHERE check_name = 'regular intervals';
-- seen for a short time
CREATE VIEW shop.young AS SELECT * FROM shop.orders WHERE day < '2017-06-01';
SELECT * FROM shop.look('shop.young') WHERE check_name = 'seen for a year';
-- of many customers a sample is asked, by which shares are near those of all
CREATE TABLE shop.many AS SELECT i AS customer, date '2017-01-01' + i % 300 + 41 * k * (1 + i % 3) AS day, 10 + (i * 31 + k) % 1000 / 100.0 AS amount FROM generate_series(1, 90000) AS i, generate_series(0, 3) AS k, generate_series(1, CASE WHEN i % 10 = 0 THEN 2 ELSE 1 END);
SELECT check_name, verdict, abs(r.value - x."is") < 0.01 AS near
FROM clv.readiness('shop.many', 'customer', 'day', 'amount') AS r JOIN (VALUES ('the same row twice', 1 / 11.0), ('order lines', 1.1)) AS x (check_name, "is") USING (check_name) ORDER BY ordinal;

DROP SCHEMA shop, crm CASCADE;
