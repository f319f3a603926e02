-- clv.create_materialized_view: the pair of views it makes, over every kind of
-- source and customer, and what refreshing each of the two does.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE SCHEMA crm;

-- 600 customers over a year and a half, drawn from the models themselves.
CREATE TABLE shop.orders AS
SELECT customer AS customer_id, at::date AS ordered_at, amount::numeric(10, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
				  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 600, '2023-01-01', 90, 540, 1);

-- ------------------------------------------------------------- the pair

CALL clv.create_materialized_view('crm.customer_value', 'shop.orders', 'customer_id', 'ordered_at', 'amount');

-- every column with its type and comment, in the order of the design
SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a WHERE a.attrelid = 'crm.customer_value'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute AS a WHERE a.attrelid = 'crm.customer_value_model'::regclass AND a.attnum > 0 ORDER BY a.attnum;
SELECT obj_description('crm.customer_value'::regclass), obj_description('crm.customer_value_model'::regclass);

-- the same rows as clv.query in one statement; as_of is the last purchase
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount') AS query
\gset
CREATE TABLE shop.by_query AS :query;
SELECT count(*), (SELECT count(*) FROM (TABLE shop.by_query EXCEPT TABLE crm.customer_value) AS d) AS differences
FROM crm.customer_value;
SELECT v.as_of = (SELECT max(ordered_at) FROM shop.orders) AS last_day, v.as_of = m.as_of AS same_day,
	   m.horizon, m.annual_rate, m.refunds, m.zone, m.tier_labels, m.customers,
	   m.rows_used = (SELECT count(*) FROM shop.orders) AS all_rows,
	   m.model_status, m.spend_status, m.message
FROM crm.customer_value_model AS m, (SELECT DISTINCT as_of FROM crm.customer_value) AS v;
SELECT bool_and(v.tier = clv.tier(v.clv, m.cutoffs, m.tier_labels)) AS tiers,
	   bool_and(v.p_alive = clv.p_alive(m.model, v.frequency, v.recency, v.t)) AS p_alive,
	   bool_and(v.clv = v.discounted_purchases * v.expected_spend) AS product,
	   bool_and(v.clv = clv.value(m.model, m.spend, v.frequency, v.recency, v.t, v.monetary, m.annual_rate, m.horizon)) AS value
FROM crm.customer_value AS v, crm.customer_value_model AS m;

-- --------------------------------------------------------------- refresh

-- New orders: <name> alone is scored anew, as of the new last day, with the
-- models and thresholds that are there.
CREATE TABLE shop.model_before AS TABLE crm.customer_value_model;
INSERT INTO shop.orders
SELECT c, (SELECT max(ordered_at) FROM shop.orders) + c % 20, 30 + c FROM generate_series(595, 610) AS c;
INSERT INTO shop.orders VALUES (NULL, '2023-05-05', 1), (1, NULL, 1), (2, '2023-05-05', NULL), (3, 'infinity', 1), (3, '9999-12-31', 1);
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.customer_value;
SELECT count(*) AS customers, min(v.as_of) - min(m.as_of) AS days_later,
	   bool_and(v.p_alive = clv.p_alive(m.model, v.frequency, v.recency, v.t)) AS kept_model,
	   bool_and(v.tier = clv.tier(v.clv, m.cutoffs, m.tier_labels)) AS kept_thresholds
FROM crm.customer_value AS v, shop.model_before AS m;

-- Refreshing <name>_model refits, and then <name> follows.
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.customer_value_model;
SELECT m.customers, m.model::text = b.model::text AS same_model, m.as_of - b.as_of AS days_later,
	   m.rows_used - b.rows_used AS more_rows, m.rows_without_customer, m.rows_without_date, m.rows_without_amount, m.rows_after_as_of
FROM crm.customer_value_model AS m, shop.model_before AS b;
REFRESH MATERIALIZED VIEW crm.customer_value;
SELECT bool_and(v.p_alive = clv.p_alive(m.model, v.frequency, v.recency, v.t)) AS new_model,
	   bool_and(v.tier = clv.tier(v.clv, m.cutoffs, m.tier_labels)) AS new_thresholds
FROM crm.customer_value AS v, crm.customer_value_model AS m;

-- ------------------------------------------------- customers and sources

-- What is made from each of these must equal the view of the bigint table.
CREATE FUNCTION shop.differences(view regclass, customer text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	EXECUTE format(
		'SELECT count(*) FROM (SELECT %s AS c, (to_jsonb(v) - %L)::text AS r FROM %s AS v) AS v '
		'FULL JOIN (SELECT v.customer_id AS c, (to_jsonb(v) - ''customer_id'')::text AS r FROM crm.customer_value AS v) AS w USING (c) '
		'WHERE v.r IS DISTINCT FROM w.r', customer, 'k', view)
	INTO n;
	RETURN n;
END
$$;
CREATE DOMAIN shop.customer_key AS text CHECK (VALUE LIKE 'c%');
CREATE DOMAIN shop.day AS date;
CREATE DOMAIN shop.price AS numeric(10, 2);

CREATE VIEW shop.as_uuid AS
SELECT lpad(customer_id::text, 32, '0')::uuid AS k, ordered_at AS at, amount::float8 AS a FROM shop.orders;
CREATE TABLE shop.as_text AS
SELECT customer_id::text AS k, ordered_at::timestamp + interval '23:59:59' AS at, amount FROM shop.orders;
CREATE TABLE shop.as_domain AS
SELECT ('c' || customer_id)::shop.customer_key AS k, ordered_at::shop.day AS at, amount::shop.price AS amount FROM shop.orders;
CREATE MATERIALIZED VIEW shop.as_cents AS
SELECT customer_id::varchar(9) AS k, (ordered_at::timestamp AT TIME ZONE 'Asia/Tokyo') + interval '1 hour' AS at, (amount * 100)::integer AS cents
FROM shop.orders;
CREATE TABLE shop.partitioned (k bigint, at date, amount numeric) PARTITION BY RANGE (at);
CREATE TABLE shop.p1 PARTITION OF shop.partitioned FOR VALUES FROM (MINVALUE) TO ('2023-04-01');
CREATE TABLE shop.p2 PARTITION OF shop.partitioned DEFAULT;
INSERT INTO shop.partitioned TABLE shop.orders;

CALL clv.create_materialized_view('crm.by_uuid', 'shop.as_uuid', 'k', 'at', 'a');
CALL clv.create_materialized_view('crm.by_text', 'shop.as_text', 'k', 'at', 'amount');
CALL clv.create_materialized_view('crm.by_domain', 'shop.as_domain', 'k', 'at', 'amount');
CALL clv.create_materialized_view('crm.by_part', 'shop.partitioned', 'k', 'at', 'amount');
CALL clv.create_materialized_view('crm.by_cents', 'shop.as_cents', 'k', 'at', 'cents', zone => 'Asia/Tokyo');
SELECT shop.differences('crm.by_uuid', 'ltrim(replace(k::text, ''-'', ''''), ''0'')::bigint') AS uuid,
	   shop.differences('crm.by_text', 'k::bigint') AS text,
	   shop.differences('crm.by_domain', 'substr(k, 2)::bigint') AS domain,
	   shop.differences('crm.by_part', 'k') AS partitioned;
SELECT attrelid::regclass AS view, format_type(atttypid, atttypmod) AS type
FROM pg_attribute WHERE attname = 'k' AND attrelid::regclass::text ~ '^crm\.by_[a-z]+$' ORDER BY 1;
-- a hundred times the money, and all else the same but for the last digits
SELECT bool_and(abs(c.clv / v.clv - 100) < 1e-5) AS cents, bool_and(c.tier = v.tier) AS tiers, bool_and(c.p_alive = v.p_alive) AS p_alive
FROM crm.by_cents AS c JOIN crm.customer_value AS v ON v.customer_id = c.k::bigint;

-- the view's own name: schema from the search path, capitals, spaces, quotes
SET search_path = crm, public;
CALL clv.create_materialized_view('"Customer ""Value""; x"', 'shop.as_text', 'k', 'at', 'amount', as_of => '2023-06-30');
CALL clv.create_materialized_view('Unquoted', 'shop.as_text', 'k', 'at', 'amount', '2023-06-30');
RESET search_path;
SELECT matviewname FROM pg_matviews WHERE schemaname = 'crm' AND matviewname ~* 'quot|x' ORDER BY 1;
REFRESH MATERIALIZED VIEW CONCURRENTLY crm."Customer ""Value""; x";
SELECT DISTINCT as_of FROM crm."Customer ""Value""; x";

-- --------------------------------------------- nothing, or little, to fit

CREATE TABLE shop.few (customer_id integer, at date, amount numeric);
SET client_min_messages = notice;
CALL clv.create_materialized_view('crm.few', 'shop.few', 'customer_id', 'at', 'amount');
SELECT * FROM crm.few;
SELECT as_of, model, spend, cutoffs, customers, rows_used, model_status, message FROM crm.few_model;
INSERT INTO shop.few SELECT c, date '2024-01-01' + c, 10 FROM generate_series(1, 20) AS c;
REFRESH MATERIALIZED VIEW crm.few_model;
REFRESH MATERIALIZED VIEW crm.few;
SELECT customers, spend IS NULL AS no_spend, cutoffs, rows_used, message LIKE '%no customer has a repeat purchase with spend%' AS reason
FROM crm.few_model;
SELECT count(*), count(monetary) AS monetary, count(clv) AS clv, max(clv_rank) AS rank, count(tier) AS tiers, max(as_of) AS as_of FROM crm.few;
TRUNCATE shop.few;
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.few_model;
REFRESH MATERIALIZED VIEW CONCURRENTLY crm.few;
SELECT customers, message FROM crm.few_model;
-- nothing but refunds, nothing but what is still to come
INSERT INTO shop.few VALUES (1, '2024-01-01', -1), (2, '9999-01-01', 1), (3, 'infinity', 1);
REFRESH MATERIALIZED VIEW crm.few_model;
REFRESH MATERIALIZED VIEW crm.few;
SELECT as_of, customers, rows_used, rows_after_as_of, message FROM crm.few_model;
SELECT * FROM crm.few;
SET client_min_messages = warning;

-- as_of left out: today is the zone's today, and UTC's where there is no zone;
-- one transaction, so that it is the same day all along
BEGIN;
SET LOCAL timezone = 'America/New_York';
SET LOCAL client_min_messages = error;
CREATE TABLE shop.now_orders AS
SELECT c AS customer_id, now() + d * interval '1 day' AS at, (now() AT TIME ZONE 'UTC')::date + d AS utc_day, 1 AS amount
FROM generate_series(1, 3) AS c, unnest('{0,1}'::integer[]) AS d;
CALL clv.create_materialized_view('crm.east', 'shop.now_orders', 'customer_id', 'at', 'amount', zone => 'Pacific/Kiritimati');
CALL clv.create_materialized_view('crm.west', 'shop.now_orders', 'customer_id', 'at', 'amount', zone => 'Pacific/Pago_Pago');
CALL clv.create_materialized_view('crm.utc', 'shop.now_orders', 'customer_id', 'utc_day', 'amount');
SELECT e.as_of > w.as_of AS apart,
	   e.as_of = (now() AT TIME ZONE 'Pacific/Kiritimati')::date AS east,
	   w.as_of = (now() AT TIME ZONE 'Pacific/Pago_Pago')::date AS west,
	   u.as_of = (now() AT TIME ZONE 'UTC')::date AS utc,
	   e.rows_used, e.rows_after_as_of, (SELECT count(*) FROM crm.east WHERE frequency = 0) AS customers
FROM crm.east_model AS e, crm.west_model AS w, crm.utc_model AS u;
COMMIT;

-- dates before 2000 and after 2100, the policy for refunds, other tiers
CREATE TABLE shop.old AS
SELECT customer_id, ordered_at - 200 * 365 AS at, amount FROM shop.orders WHERE isfinite(ordered_at) AND ordered_at < '2030-01-01';
INSERT INTO shop.old SELECT 7, at + 1, -3 FROM shop.old WHERE customer_id = 7;
CALL clv.create_materialized_view('crm.old', 'shop.old', 'customer_id', 'at', 'amount', '1823-12-31', horizon => '6 months',
								  annual_rate => 0, model => 'bgnbd', refunds => 'gross', tier_method => 'value',
								  tier_shares => '{0.8}', tier_labels => '{"vital few","useful many"}');
SELECT m.as_of, m.horizon, m.annual_rate, m.refunds, m.tier_labels, cardinality(m.cutoffs) AS cutoffs,
	   (SELECT sum(v.clv) FILTER (WHERE v.tier = 'vital few') >= 0.8 * sum(v.clv) FROM crm.old AS v) AS vital,
	   (SELECT bool_and(v.discounted_purchases = v.expected_purchases) FROM crm.old AS v) AS undiscounted
FROM crm.old_model AS m;
SELECT v.frequency = (SELECT count(DISTINCT o.at) - 1 FROM shop.old AS o
					   WHERE o.customer_id = 7 AND o.amount >= 0 AND o.at <= '1823-12-31') AS gross
FROM crm.old AS v WHERE v.customer_id = 7;
CREATE TABLE shop.future AS SELECT customer_id, ordered_at + 150 * 365 AS at, amount FROM shop.orders WHERE ordered_at < '2030-01-01';
CALL clv.create_materialized_view('crm.future', 'shop.future', 'customer_id', 'at', 'amount', '2173-12-31');
SELECT count(*), max(first_purchase) > '2173-01-01' AS after_2100 FROM crm.future;
-- ------------------------------------------------------------- refusals

CREATE FUNCTION shop.fails(command text, OUT code text, OUT message text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END
$$;
CREATE TABLE crm.half_model ();
\x on
SELECT arguments, f.*
FROM (VALUES
	('NULL, ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''crm.customer_value'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''crm.half'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''a.crm.x'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''no such schema.x'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''missing.x'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''crm.' || repeat('x', 58) || ''', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'''),
	('''crm.x'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'', options => ''{"fast": 1}'''),
	('''crm.x'', ''shop.old'', ''customer_id'', ''at'', ''amount'', ''1823-12-31'', refunds => ''error''')
) AS a (arguments), shop.fails(format('CALL clv.create_materialized_view(%s)', arguments)) AS f;
\x off
-- a date that is not one stops it, and nothing is left half made
INSERT INTO shop.orders VALUES (4, '-infinity', 1);
SELECT f.code, f.message FROM shop.fails('CALL clv.create_materialized_view(''crm.never'', ''shop.orders'', ''customer_id'', ''ordered_at'', ''amount'')') AS f;
SELECT count(*) FROM pg_class WHERE relname LIKE 'never%';

DROP SCHEMA shop, crm CASCADE;
