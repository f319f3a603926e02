-- Options of clv.query and clv.create_materialized_view: what customers cost,
-- who must not be differentiated, tiers that are not left for a trifle.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE SCHEMA crm;

-- 400 customers over two years; the goods of every fifth order have a margin
-- of 0.1, those of the others of 0.5.
CREATE TABLE shop.orders AS
SELECT customer AS customer_id, at::date AS ordered_at, amount::numeric(10, 2) AS amount,
	   CASE WHEN row_number() OVER (ORDER BY customer, at) % 5 = 0 THEN 0.1 ELSE 0.5 END AS order_margin,
	   CASE WHEN row_number() OVER (PARTITION BY customer ORDER BY at) = 1 THEN 12.5 END AS paid_for_click
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
				  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 400, '2022-01-01', 300, 730, 7);
-- what each costs to serve: customers 1 to 100 have a manager; 401 never bought
CREATE TABLE crm.customers AS
SELECT id, CASE WHEN id <= 100 THEN 60.0 ELSE NULL END AS service, id % 50 = 0 AS no_profiling
FROM generate_series(1, 401) AS id;

-- ------------------------------------------------------------- the columns

CALL clv.create_materialized_view('crm.profit', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"margin": {"column": "order_margin"}, "cost_per_order": 2.5,
				 "service_cost": {"column": "service", "of": "customers", "default": 1},
				 "acquisition_cost": {"column": "paid_for_click"},
				 "customers": {"table": "crm.customers", "key": "id"}}');
SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a WHERE a.attrelid = 'crm.profit'::regclass AND a.attnum > 16 ORDER BY a.attnum;
SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a WHERE a.attrelid = 'crm.profit_model'::regclass AND a.attnum > 18 ORDER BY a.attnum;

-- what the customers cost, by plain SQL
WITH plain AS (
	SELECT customer_id, sum(order_margin * amount) / sum(amount) AS margin, sum(paid_for_click) AS acquisition,
		   sum(amount) AS spend
	FROM shop.orders WHERE ordered_at <= '2023-12-31' GROUP BY customer_id
)
SELECT count(*) AS customers,
	   bool_and(abs(p.margin - x.margin) < 1e-12) AS margin,
	   bool_and(p.cost_per_order = 2.5) AS cost_per_order,
	   bool_and(p.service_cost = CASE WHEN p.customer_id <= 100 THEN 60 ELSE 1 END) AS service_cost,
	   bool_and(p.acquisition_cost = x.acquisition) AS acquisition_cost,
	   bool_and(abs(p.value_to_date - x.spend) < 1e-9) AS value_to_date,
	   bool_and(p.alive_years = clv.alive_years(m.model, p.frequency, p.recency, p.t, m.annual_rate, m.horizon)) AS alive_years
FROM crm.profit AS p JOIN plain AS x USING (customer_id), crm.profit_model AS m;

-- what is left of the value, in the row and to the last bit
SELECT bool_and(clv_net = margin * clv - cost_per_order * discounted_purchases - service_cost * alive_years) AS clv_net,
	   bool_and(clv_total = value_to_date + clv) AS clv_total,
	   bool_and(profit_to_date = margin * value_to_date - cost_per_order * (frequency + 1)
				- service_cost * t / 365.25 - acquisition_cost) AS profit_to_date
FROM crm.profit;

-- ranks and tiers go by what is left; a negative value is unprofitable
SELECT bool_and(p.clv_rank = r.rank) AS ranks,
	   bool_and(p.tier = clv.tier(p.clv_net, m.cutoffs, m.tier_labels)) AS tiers,
	   bool_and((p.tier = 'unprofitable') = (p.clv_net < 0)) AS unprofitable,
	   bool_and((p.unprofitable_because IS NOT NULL) = (p.clv_net < 0)) AS because,
	   min(m.cutoffs) = (SELECT clv.cutoffs(clv_net, 'quantile', '{0.05,0.20,0.50}') FROM crm.profit) AS cutoffs
FROM crm.profit AS p JOIN (SELECT customer_id, rank() OVER (ORDER BY clv_net DESC) FROM crm.profit) AS r USING (customer_id),
	 crm.profit_model AS m;

-- the planted fact: who has a manager is not worth one
SELECT customer_id <= 100 AS has_manager, tier = 'unprofitable' AS unprofitable, unprofitable_because, count(*)
FROM crm.profit GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;

-- clv.query gives the same rows
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"margin": {"column": "order_margin"}, "cost_per_order": 2.5,
				 "service_cost": {"column": "service", "of": "customers", "default": 1},
				 "acquisition_cost": {"column": "paid_for_click"},
				 "customers": {"table": "crm.customers", "key": "id"}}') AS query
\gset
CREATE TABLE shop.by_query AS :query;
SELECT count(*), (SELECT count(*) FROM (TABLE shop.by_query EXCEPT TABLE crm.profit) AS d) AS differences FROM crm.profit;
\echo :query

-- ------------------------------------------------------------- the reasons

-- Four customers whom one thing alone makes unprofitable, among 200 average
-- ones: 1 has given most of it back, 2 buys what brings nothing, 3 has bought
-- once long ago, 4 is served at 900 a year.
CREATE TABLE shop.plain AS
SELECT customer + 4 AS customer, at::date AS day, amount::numeric(10, 2) AS amount, 0.5 AS margin, 2 AS service
FROM clv.simulate(clv.model('mbgnbd', '{"r": 2, "alpha": 60, "a": 0.8, "b": 4}'),
				  clv.model('gammagamma', '{"p": 20, "q": 5, "gamma": 10}'), 200, '2023-01-01', 90, 365, 3);
INSERT INTO shop.plain
SELECT 1, date '2023-01-10' + 30 * k, v.amount, 0.5, 2
FROM generate_series(0, 11) AS k, (VALUES (42), (-41)) AS v (amount) UNION ALL
SELECT 2, date '2023-01-10' + 30 * k, 42, 0.01, 2 FROM generate_series(0, 11) AS k UNION ALL
SELECT 3, '2023-01-02', 42, 0.5, 100 UNION ALL
SELECT 4, date '2023-01-10' + 30 * k, 42, 0.5, 900 FROM generate_series(0, 11) AS k;
CALL clv.create_materialized_view('crm.reasons', 'shop.plain', 'customer', 'day', 'amount', '2023-12-31',
	options => '{"margin": {"column": "margin"}, "cost_per_order": 10, "service_cost": {"column": "service"}}');
SELECT customer, tier, unprofitable_because, frequency, round(monetary::numeric, 2) AS monetary FROM crm.reasons WHERE customer <= 4 ORDER BY customer;
SELECT count(*) AS others, count(*) FILTER (WHERE tier = 'unprofitable') AS unprofitable FROM crm.reasons WHERE customer > 4;

-- The reason refunds means that there would be a value of 0 or more had nothing
-- been sent back: the same models, asked of the orders without their refunds.
-- A refund on a later day lowers no value, so it is never the reason; one on the
-- day of its purchase is for some.
CREATE TABLE shop.returns AS
SELECT customer, at::date AS day, round(amount::numeric, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'),
				  clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 500, '2023-01-01', 200, 365, 5);
INSERT INTO shop.returns
SELECT customer, min(day) + 40, -round(0.6 * (array_agg(amount ORDER BY day))[1], 2) FROM shop.returns
WHERE customer % 2 = 0 GROUP BY customer HAVING min(day) + 40 <= '2023-12-31';
INSERT INTO shop.returns
SELECT customer, max(day), -round(0.95 * max(amount), 2) FROM shop.returns WHERE customer % 7 = 0 AND amount > 0 GROUP BY customer HAVING count(*) > 1;
CREATE FUNCTION shop.reasons(policy text) RETURNS TABLE (unprofitable bigint, with_refunds bigint, because_of_refunds bigint, lifted bigint, wrong bigint)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CALL clv.create_materialized_view(''crm.returns_%1$s'', ''shop.returns'', ''customer'', ''day'', ''amount'', ''2023-12-31'', refunds => %1$L,
		options => ''{"margin": 0.3, "service_cost": 15, "cost_per_order": 2}'')', policy);
	RETURN QUERY EXECUTE format($sql$
		WITH plain AS (SELECT customer, clv.rfm(day, amount) FILTER (WHERE amount >= 0) AS history, bool_or(amount < 0) AS refunded FROM shop.returns GROUP BY customer),
		told AS (
			SELECT v.unprofitable_because = 'refunds' AS refunds, p.refunded,
				   0.3 * clv.value(m.model, m.spend, s.frequency, s.recency, s.t, s.monetary, m.annual_rate, m.horizon)
				   - 2 * clv.discounted_purchases(m.model, s.frequency, s.recency, s.t, m.annual_rate, m.horizon)
				   - 15 * clv.alive_years(m.model, s.frequency, s.recency, s.t, m.annual_rate, m.horizon) >= 0 AS lifted
			FROM crm.returns_%1$s AS v JOIN plain AS p USING (customer), crm.returns_%1$s_model AS m, clv.summary(p.history, '2023-12-31') AS s
			WHERE v.clv_net < 0)
		SELECT count(*), count(*) FILTER (WHERE refunded), count(*) FILTER (WHERE refunds), count(*) FILTER (WHERE lifted), count(*) FILTER (WHERE refunds <> lifted) FROM told
	$sql$, policy);
END
$$;
SELECT p.policy, r.* FROM unnest('{net,event,gross}'::text[]) AS p (policy), shop.reasons(p.policy) AS r;

-- ---------------------------------------------------------------- opting out

CALL clv.create_materialized_view('crm.opted', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"opt_out": {"column": "no_profiling", "of": "customers"}, "customers": {"table": "crm.customers", "key": "id"}}');
-- they are customers, with a value that counts in sums, but have no rank and
-- no tier, and move no threshold
SELECT opted_out, count(*), count(tier) AS tiers, count(clv_rank) AS ranks, count(clv) AS clv, min(clv_rank), max(clv_rank)
FROM crm.opted GROUP BY opted_out ORDER BY opted_out;
SELECT m.cutoffs = (SELECT clv.cutoffs(clv, 'quantile', '{0.05,0.20,0.50}') FROM crm.opted WHERE customer_id % 50 <> 0) AS cutoffs
FROM crm.opted_model AS m;
SELECT bool_and(o.clv_rank = r.rank) AS ranks
FROM crm.opted AS o JOIN (SELECT customer_id, rank() OVER (ORDER BY clv DESC) FROM crm.opted WHERE customer_id % 50 <> 0) AS r USING (customer_id);

-- An objection is about the customer, not about a day: it counts from a row after
-- as_of (1), without an amount (2), without a date (3) or in the future (5), and
-- such a row adds nothing else.  So all is as if they had said so in every row.
CREATE TABLE shop.said_no AS SELECT o.*, o.customer_id IN (1, 2, 3, 5) AS objects FROM shop.orders AS o;
CREATE TABLE shop.said_once AS SELECT o.*, CASE WHEN o.customer_id % 2 = 0 THEN false END AS objects FROM shop.orders AS o;
INSERT INTO shop.said_once
SELECT v.customer_id, v.ordered_at, v.amount, 0.9, 777, true
FROM (VALUES (1, date '2024-06-01', 1000), (2, '2023-02-01', NULL), (3, NULL, 1000), (5, '2999-01-01', 1000), (999, '2023-02-01', NULL)) AS v (customer_id, ordered_at, amount);
CREATE FUNCTION shop.objecting(source text, as_of text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
DECLARE
	statement	text;
BEGIN
	EXECUTE format('SELECT clv.query(%L, ''customer_id'', ''ordered_at'', ''amount'', %s, options => ''{"opt_out": {"column": "objects"}, "margin": {"column": "order_margin"},
		"acquisition_cost": {"column": "paid_for_click"}}'')', source, as_of) INTO statement;
	RETURN QUERY EXECUTE format('SELECT q::text FROM (%s) AS q', statement);
	EXECUTE format('CALL clv.create_materialized_view(''crm.objecting'', %L, ''customer_id'', ''ordered_at'', ''amount'', %s, options => ''{"opt_out": {"column": "objects"}, "history": true}'')', source, as_of);
	RETURN QUERY SELECT v::text FROM crm.objecting AS v;
	RETURN QUERY SELECT concat(m.model, m.spend, m.cutoffs, m.customers, m.rows_used) FROM crm.objecting_model AS m;
	DROP MATERIALIZED VIEW crm.objecting, crm.objecting_model;
END
$$;
SELECT t.as_of, (SELECT count(*) FROM shop.objecting('shop.said_no', t.as_of)) AS rows, (SELECT count(*) FROM shop.objecting('shop.said_once', t.as_of)) AS as_many,
	   (SELECT count(*) FROM (SELECT shop.objecting('shop.said_no', t.as_of) EXCEPT SELECT shop.objecting('shop.said_once', t.as_of)) AS d) AS differences
FROM (VALUES ('''2023-12-31'''), ('''2023-06-30''')) AS t (as_of);
CALL clv.create_materialized_view('crm.objecting', 'shop.said_once', 'customer_id', 'ordered_at', 'amount', '2023-12-31', options => '{"opt_out": {"column": "objects"}}');
SELECT array_agg(customer_id ORDER BY customer_id) FILTER (WHERE opted_out) AS opted_out, count(*) FILTER (WHERE opted_out AND (tier IS NOT NULL OR clv_rank IS NOT NULL)) AS ranked,
	   count(*) FILTER (WHERE NOT opted_out AND (tier IS NULL OR clv_rank IS NULL)) AS others_without FROM crm.objecting;

-- What else takes such a column has this test too: clv.rfm_scores, in its file.
SELECT p.proname AS not_tested FROM pg_proc AS p WHERE p.pronamespace = 'clv'::regnamespace AND p.proargnames @> '{opt_out}' AND p.proname <> 'rfm_scores';

-- ---------------------------------------------------------------- hysteresis

CALL clv.create_materialized_view('crm.steady', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"hysteresis": {"band": 0.3, "dates": ["2023-11-30", "2023-10-31"]}, "history": true}');
-- replayed by hand: each date's tier with the one before
WITH dated AS (
	SELECT v.customer_id, d.day, clv.value(m.model, m.spend, s.frequency, s.recency, s.t, s.monetary, m.annual_rate, m.horizon) AS value
	FROM crm.steady AS v, crm.steady_model AS m, (VALUES (date '2023-10-31'), ('2023-11-30'), ('2023-12-31')) AS d (day),
		 clv.summary(v.history, d.day) AS s
), turn AS (
	SELECT a.customer_id, clv.tier(a.value, m.cutoffs) AS first,
		   clv.tier(b.value, m.cutoffs, clv.tier(a.value, m.cutoffs), 0.3) AS second, c.value
	FROM dated AS a JOIN dated AS b USING (customer_id) JOIN dated AS c USING (customer_id), crm.steady_model AS m
	WHERE a.day = '2023-10-31' AND b.day = '2023-11-30' AND c.day = '2023-12-31'
)
SELECT count(*), bool_and(v.previous_tier IS NOT DISTINCT FROM t.second) AS previous,
	   bool_and(v.tier = clv.tier(v.clv, m.cutoffs, t.second, 0.3)) AS tier, bool_and(v.clv = t.value) AS value,
	   count(*) FILTER (WHERE v.tier <> clv.tier(v.clv, m.cutoffs)) > 0 AS some_stayed,
	   count(*) FILTER (WHERE v.tier <> v.previous_tier) > 0 AS some_moved
FROM crm.steady AS v JOIN turn AS t USING (customer_id), crm.steady_model AS m;
-- the same dates as so long ago, also where as_of moves
CALL clv.create_materialized_view('crm.moving', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"hysteresis": {"band": 0.3, "ago": ["1 month", "2 months"]}}');
SELECT count(*) AS differences FROM crm.moving AS a JOIN crm.steady AS b USING (customer_id) WHERE a.tier IS DISTINCT FROM b.tier;
CREATE TABLE shop.before AS SELECT * FROM shop.orders WHERE ordered_at <= '2023-11-15';
CALL clv.create_materialized_view('crm.early', 'shop.before', 'customer_id', 'ordered_at', 'amount',
	options => '{"hysteresis": {"band": 0.3, "dates": ["2023-10-31", "2099-01-01"]}, "margin": 0.5, "opt_out": {"column": "no_profiling", "of": "customers"},
				 "customers": {"table": "crm.customers", "key": "id"}}');
-- (2099 is not reached yet, and a past tier is differentiating too)
SELECT opted_out, count(*), count(previous_tier), count(*) FILTER (WHERE first_purchase <= '2023-10-31') AS there_then
FROM crm.early GROUP BY opted_out ORDER BY opted_out;

-- ---------------------------------------------------------------- as ever

-- the history is the one that the view was scored with
SELECT bool_and(clv.summary(history, as_of) = clv.summary(h, as_of)) AS same
FROM crm.steady JOIN (SELECT customer_id, clv.rfm(ordered_at, amount) AS h FROM shop.orders WHERE ordered_at <= '2023-12-31' GROUP BY 1) AS r USING (customer_id);
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.profit_model;
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.profit;
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.steady;
-- nobody to score, and nobody who came back
CREATE TABLE shop.nobody (LIKE shop.orders);
CALL clv.create_materialized_view('crm.nobody', 'shop.nobody', 'customer_id', 'ordered_at', 'amount',
	options => '{"margin": 0.5, "service_cost": 3, "hysteresis": {"band": 0, "ago": ["1 year"]}, "history": true}');
SELECT count(*) FROM crm.nobody;
CREATE TABLE shop.once AS SELECT DISTINCT ON (customer_id) * FROM shop.orders ORDER BY customer_id, ordered_at;
CALL clv.create_materialized_view('crm.once', 'shop.once', 'customer_id', 'ordered_at', 'amount', options => '{"margin": 0.5, "service_cost": 3}');
SELECT count(*), count(clv_net), count(tier), count(profit_to_date) FROM crm.once;

-- ---------------------------------------------------------------- what is refused

CREATE FUNCTION shop.refused(options jsonb, OUT code text, OUT message text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31', options => refused.options);
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END $$;
\x on
SELECT o.options, r.*
FROM (VALUES
	('[]'::jsonb), ('{"margn": 0.4}'), ('{"margin": "0.4"}'), ('{"margin": 40}'), ('{"margin": null}'), ('{"cost_per_order": -1}'),
	('{"cost_per_order": {"column": "nosuch"}}'), ('{"cost_per_order": {"column": "ordered_at"}}'), ('{"cost_per_order": {"colunm": "amount"}}'),
	('{"cost_per_order": {"default": 1}}'), ('{"margin": {"column": "order_margin", "of": "source"}}'),
	('{"margin": {"column": "order_margin", "default": "x"}}'),
	('{"service_cost": {"column": "service", "of": "customers"}}'),
	('{"customers": {"table": "crm.nosuch", "key": "id"}}'), ('{"customers": {"table": "crm.customers"}}'), ('{"customers": {"table": "crm.customers", "key": "x"}}'),
	('{"opt_out": true}'), ('{"opt_out": {"column": "amount"}}'),
	('{"hysteresis": {"band": 0.1}}'), ('{"hysteresis": {"band": 1, "ago": ["1 month"]}}'), ('{"hysteresis": {"band": 0.1, "ago": ["-1 month"]}}'),
	('{"hysteresis": {"band": 0.1, "dates": ["2023-12-31"]}}'), ('{"hysteresis": {"band": 0.1, "dates": ["soon"]}}'), ('{"hysteresis": {"band": 0.1, "dates": []}}'),
	('{"history": 1}'), ('{"history": false}')) AS o (options), shop.refused(o.options) AS r;
\x off
-- names that need quotes, and would be more if they were not quoted
CREATE TABLE shop."odd ""one" ("who; --" text, d date, n float8, "it's" float8, "no %I" boolean);
INSERT INTO shop."odd ""one" SELECT i::text, '2023-01-01', 5, 0.25, i % 2 = 0 FROM generate_series(1, 4) AS i;
SELECT clv.query('shop."odd ""one"', 'who; --', 'd', 'n', '2023-12-31',
	options => '{"margin": {"column": "it''s"}, "opt_out": {"column": "no %I"}}') AS query
\gset
CREATE TABLE shop.odd_result AS :query;
SELECT margin, opted_out, count(*) FROM shop.odd_result GROUP BY 1, 2 ORDER BY 1, 2;

-- a customer column named like a new column
CREATE TABLE shop.named AS SELECT 1 AS margin, date '2023-01-01' AS d, 5 AS n;
\set SHOW_CONTEXT never
SELECT clv.query('shop.named', 'margin', 'd', 'n', options => '{"cost_per_order": 1}');
\set SHOW_CONTEXT errors
SELECT clv.query('shop.named', 'margin', 'd', 'n', options => '{"history": true}') ~ 'AS margin' AS may_be;

DROP SCHEMA shop CASCADE;
DROP SCHEMA crm CASCADE;
