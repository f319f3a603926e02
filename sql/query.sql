-- clv.query: the text it writes, what the text computes, and the arguments it
-- refuses.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
CREATE SCHEMA shop;

-- 300 customers, the first 150 of whom buy once; amounts in whole cents, two
-- orders on some days, a free order, a refund on a day of its own.
CREATE TABLE shop.orders AS
SELECT c AS customer_id,
	   date '2023-01-01' + (c * 7) % 90 + (k * (11 + c % 29)) AS ordered_at,
	   ((c * 37 + k * 101) % 5000 + 100) / 100.0 AS amount
FROM generate_series(1, 300) AS c, generate_series(0, 9) AS k
WHERE k <= CASE WHEN c <= 150 THEN 0 ELSE c % 10 END;
INSERT INTO shop.orders SELECT customer_id, ordered_at, 1.50 FROM shop.orders WHERE customer_id % 5 = 0;
INSERT INTO shop.orders VALUES (1, '2023-06-01', 0), (2, '2023-06-02', -0.50);

-- ---------------------------------------------------------------- the text

SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', as_of => '2023-10-31');

-- as_of left out: the last day with a purchase, today at the latest; a
-- timestamp with time zone comes with its zone
CREATE TABLE shop.events (who uuid, "At" timestamptz, cents integer);
SELECT line
FROM string_to_table(clv.query('shop.events', 'who', 'At', 'cents', zone => 'Europe/Berlin',
							   horizon => '2 years 3 mons 4 days 05:06:07.5', refunds => 'gross'), E'\n') AS line
WHERE line ~ 'At|now|INTERVAL|gross';
SELECT line
FROM string_to_table(clv.query('shop.events', 'who', 'At', 'cents', '2024-02-29', zone => 'Europe/Berlin'), E'\n') AS line
WHERE line ~ 'At|pg_catalog.date';

-- the same in every session
CREATE FUNCTION shop.texts() RETURNS text LANGUAGE sql AS $$
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-10-31', '18 mons 2 days 03:00', 1.0/3)
	|| clv.query('shop.events', 'who', 'At', 'cents', '0044-03-15 BC', zone => 'UTC', tier_shares => '{0.1,0.3333333333333333}', tier_labels => ARRAY['A', 'b ''c', $l$D\$l$])
$$;
CREATE TABLE shop.text_seen (setting text, text text);
INSERT INTO shop.text_seen VALUES ('default', shop.texts());
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
INSERT INTO shop.text_seen VALUES ('sql', shop.texts());
SET datestyle = 'German';
SET intervalstyle = 'postgres_verbose';
SET timezone = 'Pacific/Kiritimati';
SET extra_float_digits = -15;
INSERT INTO shop.text_seen VALUES ('german', shop.texts());
SET quote_all_identifiers = on;
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SET search_path = clv, shop;
INSERT INTO shop.text_seen VALUES ('quoted', shop.texts());
RESET ALL;
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
SELECT count(*), count(DISTINCT text) AS texts FROM shop.text_seen;

-- -------------------------------------------------- what the text computes

SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-10-31') AS query
\gset
CREATE TABLE shop.result AS :query;

-- histories against plain SQL: customer 1's free order is a purchase,
-- customer 2's refund day is not
WITH day AS (
	SELECT customer_id, ordered_at AS day, sum(amount) AS net
	FROM shop.orders
	WHERE ordered_at <= '2023-10-31'
	GROUP BY customer_id, ordered_at
	HAVING sum(amount) > 0 OR min(amount) >= 0
), plain AS (
	SELECT customer_id, min(day) AS first_day, max(day) AS last_day, count(*) - 1 AS x,
		   (sum(net) - (array_agg(net ORDER BY day))[1]) / nullif(count(*) - 1, 0) AS m
	FROM day
	GROUP BY customer_id
)
SELECT count(*) AS customers,
	   sum(r.frequency) AS sum_x, sum(r.recency) AS sum_tx, sum(r.t) AS sum_t,
	   bool_and(p.first_day = r.first_purchase AND p.last_day = r.last_purchase AND p.x = r.frequency
				AND r.recency = p.last_day - p.first_day AND r.t = '2023-10-31' - p.first_day
				AND r.days_since_last = '2023-10-31' - p.last_day
				AND (r.monetary IS NULL AND p.m IS NULL OR abs(r.monetary - p.m) < 1e-12)
				AND r.as_of = '2023-10-31') AS same
FROM plain AS p
FULL JOIN shop.result AS r USING (customer_id);
SELECT customer_id, first_purchase, last_purchase, frequency, recency, t, round(monetary::numeric, 6) AS monetary, days_since_last
FROM shop.result WHERE customer_id IN (1, 2, 155, 159) ORDER BY customer_id;

-- predictions: the models' functions at the models fitted in one step
CREATE TABLE shop.fitted AS
SELECT clv.fit('mbgnbd', frequency, recency, t) AS model,
	   clv.fit('gammagamma', frequency, monetary) AS spend
FROM shop.result;
SELECT bool_and(abs(r.p_alive / clv.p_alive(f.model, r.frequency, r.recency, r.t) - 1) < 1e-9) AS p_alive,
	   bool_and(abs(r.expected_purchases
					/ clv.expected_purchases(f.model, r.frequency, r.recency, r.t, '1 year') - 1) < 1e-9) AS expected,
	   bool_and(abs(r.discounted_purchases
					/ clv.discounted_purchases(f.model, r.frequency, r.recency, r.t, 0.10, '1 year') - 1) < 1e-9) AS discounted,
	   bool_and(abs(r.expected_spend / clv.expected_spend(f.spend, r.frequency, r.monetary) - 1) < 1e-9) AS spend,
	   bool_and(r.clv = r.discounted_purchases * r.expected_spend) AS clv
FROM shop.result AS r, shop.fitted AS f;

-- ranks and tiers: ceil(0.05 * 300) = 15 and so on, and ties go up
SELECT tier, count(*) AS customers, min(clv_rank) AS from_rank,
	   count(*) - CASE tier WHEN 'platinum' THEN 15 WHEN 'gold' THEN 45 WHEN 'silver' THEN 90 ELSE 150 END
	   <= (SELECT max(n) FROM (SELECT count(*) AS n FROM shop.result GROUP BY clv) AS ties) AS as_shared
FROM shop.result GROUP BY tier ORDER BY from_rank;
SELECT count(*) AS ranks_off
FROM (SELECT clv_rank, rank() OVER (ORDER BY clv DESC NULLS LAST) AS rank FROM shop.result) AS r
WHERE clv_rank <> rank;

-- other arguments reach what they are for
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-10-31', horizon => '1 day', annual_rate => 1,
				 model => 'bgnbd', tier_method => 'value', tier_shares => '{0.8}', tier_labels => '{vital,other}') AS query
\gset
CREATE TABLE shop.a_day_ahead AS :query;
SELECT count(*), bool_and(expected_purchases BETWEEN 0 AND 0.1) AS expected, bool_and(clv BETWEEN 0.99 * expected_purchases * expected_spend AND expected_purchases * expected_spend) AS clv,
	   bool_and(p_alive = 1) FILTER (WHERE frequency = 0) AS bgnbd, array_agg(DISTINCT tier) AS tiers
FROM shop.a_day_ahead;
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-10-31', model => 'auto') AS query
\gset
CREATE TABLE shop.automatic AS :query;
SELECT bool_and(abs(a.p_alive / clv.p_alive(best, a.frequency, a.recency, a.t) - 1) < 1e-9) AS auto
FROM shop.automatic AS a, (SELECT clv.fit('auto', frequency, recency, t) AS best FROM shop.result) AS f;

-- as_of ends with its day, also where clocks go back over midnight (half past
-- eleven came twice in St. John's, and so did the first seconds of the 7th) and
-- where midnight does not exist
CREATE TABLE shop.night (who text, at timestamptz, amount integer);
INSERT INTO shop.night VALUES
	('7th, first time', '2010-11-07 02:30:30 UTC', 1),
	('6th, second time', '2010-11-07 03:00 UTC', 1),
	('7th, second time', '2010-11-07 03:40 UTC', 1);
SELECT clv.query('shop.night', 'who', 'at', 'amount', '2010-11-06', zone => 'America/St_Johns') AS query
\gset
CREATE TABLE shop.st_johns AS :query;
SELECT who, first_purchase, t FROM shop.st_johns;
SELECT * FROM clv.source_report('shop.night', 'who', 'at', 'amount', '2010-11-06', 'America/St_Johns')
WHERE rows > 0;
TRUNCATE shop.night;
INSERT INTO shop.night VALUES ('3rd', '2018-11-04 02:59:59 UTC', 1), ('4th', '2018-11-04 03:00 UTC', 1);
SELECT clv.query('shop.night', 'who', 'at', 'amount', '2018-11-03', zone => 'America/Sao_Paulo') AS query
\gset
CREATE TABLE shop.sao_paulo AS :query;
SELECT who, first_purchase, t FROM shop.sao_paulo;

-- ---------------------------------------- hostile names and search paths

-- The statement means the same when operators, functions and types of the
-- same names come first in the search path.
CREATE SCHEMA evil;
CREATE FUNCTION evil.never(date, date) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE OPERATOR evil.<= (LEFTARG = date, RIGHTARG = date, FUNCTION = evil.never);
CREATE FUNCTION evil.zero(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0.0::float8';
CREATE OPERATOR evil.* (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil.zero);
CREATE FUNCTION evil.rank() RETURNS bigint LANGUAGE sql WINDOW AS 'SELECT 0::bigint';
CREATE DOMAIN evil.date AS text;
CREATE DOMAIN evil.text AS integer;
CREATE DOMAIN evil.float8 AS integer;
CREATE TABLE evil.histories (customer integer);
CREATE TABLE evil.model (model integer);
CREATE TABLE evil.orders (customer_id integer);
SELECT clv.query('shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-10-31') AS query
\gset
SET search_path = evil, pg_catalog;
CREATE TABLE shop.under_evil AS :query;
RESET search_path;
SELECT count(*) AS differences
FROM (TABLE shop.result EXCEPT TABLE shop.under_evil) AS d;
SELECT count(*) FROM shop.under_evil;

-- Names and strings cannot leave their quotes.
CREATE TABLE shop.victim ();
CREATE TABLE shop."x""; DROP TABLE shop.victim; --" (
	"c'""; DROP TABLE shop.victim; --" text,
	"At %I %1$s $sql$" timestamptz,
	"amount)\; DROP" numeric);
INSERT INTO shop."x""; DROP TABLE shop.victim; --"
SELECT 'it''s ' || c, timestamptz '2024-01-01 12:00 UTC' + k * (c % 5 + 1) * interval '9 days', c
FROM generate_series(1, 60) AS c, generate_series(0, 5) AS k WHERE k <= c % 6;
SELECT clv.query('shop."x""; DROP TABLE shop.victim; --"', 'c''"; DROP TABLE shop.victim; --',
				 'At %I %1$s $sql$', 'amount)\; DROP', '2024-12-31', zone => 'UTC',
				 tier_labels => ARRAY['a''; DROP TABLE shop.victim; --', 'b"\', '{c,}', '$sql$%s']) AS query
\gset
CREATE TABLE shop.survived AS :query;
SELECT count(*), min("c'""; DROP TABLE shop.victim; --") AS customer, array_agg(DISTINCT tier ORDER BY tier) AS tiers
FROM shop.survived;
SELECT to_regclass('shop.victim');

-- --------------------------------------------------------------- refusals

CREATE FUNCTION shop.fails(command text, OUT code text, OUT message text, OUT hint text)
LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE command;
	message := 'no error';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
END
$$;
CREATE TABLE shop.odd (
	customer_id bigint, tier bigint, d date, ts timestamp, tz timestamptz, txt text, n numeric, cash money);
CREATE INDEX odd_index ON shop.odd (customer_id);
\x on
SELECT arguments, code, message,
	   CASE WHEN hint = (SELECT format('Choose one of: %s.', string_agg(m.name, ', ' ORDER BY m.name))
						 FROM clv.models() AS m WHERE m.kind = 'transaction')
			THEN '(all the transaction models there are)' ELSE hint END AS hint
FROM (VALUES
	('NULL, ''customer_id'', ''d'', ''n'''),
	('''shop.odd'', NULL, ''d'', ''n'''),
	('''shop.odd'', ''customer_id'', NULL, ''n'''),
	('''shop.odd'', ''customer_id'', ''d'', NULL'),
	('''shop.missing'', ''customer_id'', ''d'', ''n'''),
	('''shop.odd_index'', ''customer_id'', ''d'', ''n'''),
	('''shop.odd'', ''Customer_Id'', ''d'', ''n'''),
	('''shop.odd'', ''customer_id'', ''day'', ''n'''),
	('''shop.odd'', ''customer_id'', ''d'', ''"n"'''),
	('''shop.odd'', ''ctid'', ''d'', ''n'''),
	('''shop.odd'', ''tier'', ''d'', ''n'''),
	('''shop.odd'', ''customer_id'', ''txt'', ''n'''),
	('''shop.odd'', ''customer_id'', ''d'', ''txt'''),
	('''shop.odd'', ''customer_id'', ''d'', ''cash'''),
	('''shop.odd'', ''customer_id'', ''tz'', ''n'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', zone => ''UTC'''),
	('''shop.odd'', ''customer_id'', ''ts'', ''n'', zone => ''UTC'''),
	('''shop.odd'', ''customer_id'', ''tz'', ''n'', zone => ''Mars/Olympus'''),
	('''shop.odd'', ''customer_id'', ''tz'', ''n'', zone => ''cet'''),
	('''shop.odd'', ''customer_id'', ''tz'', ''n'', zone => ''BST'''),
	('''shop.odd'', ''customer_id'', ''tz'', ''n'', zone => ''gmt'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', as_of => ''infinity'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', horizon => NULL'),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', horizon => ''-1 day'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', annual_rate => ''NaN'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', annual_rate => -0.1'),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', model => ''magic'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', model => ''gammagamma'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', refunds => ''maybe'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', tier_method => ''magic'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', tier_shares => ''{0.5,0.2}'', tier_labels => ''{a,b,c}'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', tier_shares => ''{0.2,NULL}'', tier_labels => ''{a,b,c}'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', tier_labels => ''{a,b,c}'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', tier_labels => ''{a,b,c,NULL}'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', options => ''[]'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', options => ''{"fast": true}'''),
	('''shop.odd'', ''customer_id'', ''d'', ''n'', options => ''{}''')
) AS a (arguments), shop.fails(format('SELECT clv.query(%s)', arguments)) AS f;
\x off

DROP SCHEMA shop, evil CASCADE;
