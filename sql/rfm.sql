-- clv.rfm, clv.rollup, clv.summary, accessors and clv.days: a purchase is a
-- calendar day, as_of is inclusive, and neither the order of rows nor the way
-- they were cut into parts shows.
SET datestyle = 'ISO, YMD';

-- Two orders on the first day, a free one, none after as_of.
CREATE TABLE orders (customer int, day date, amount numeric);
INSERT INTO orders VALUES
	(1, '2024-03-01', 20), (1, '2024-03-01', 30.50), (1, '2024-03-11', 40),
	(1, '2024-03-31', 0), (1, '2024-04-30', 12.25), (1, '2024-05-01', 1000),
	(2, '2024-04-30', 7),
	(3, '2024-05-02', 9),
	(4, NULL, 5), (4, '2024-03-01', NULL);
CREATE TABLE history AS
	SELECT customer, clv.rfm(day, amount) AS rfm FROM orders GROUP BY customer;
SELECT customer, d.* FROM history, clv.days(rfm) AS d ORDER BY customer, day;

-- Customer 3 bought after as_of, customer 4 has no usable row.
SELECT customer, s.frequency, s.recency, s.t, round(s.monetary::numeric, 6) AS monetary,
	s.first_purchase, s.last_purchase
FROM history, clv.summary(rfm, '2024-04-30') AS s ORDER BY customer;
SELECT customer, s.days_since_last, s.orders, s.spend, s.refunds, s.refund_days
FROM history, clv.summary(rfm, '2024-04-30') AS s ORDER BY customer;
SELECT customer, clv.frequency(rfm, '2024-04-30'), clv.recency(rfm, '2024-04-30'),
	clv.t(rfm, '2024-04-30'), round(clv.monetary(rfm, '2024-04-30')::numeric, 6) AS monetary
FROM history ORDER BY customer;
SELECT rfm IS NULL AS no_history FROM history WHERE customer = 4;
SELECT clv.summary(rfm, '2024-02-29') IS NULL AS none_yet FROM history WHERE customer = 1;
-- any as_of in the past of the same value
SELECT as_of::date, clv.frequency(rfm, as_of::date), clv.t(rfm, as_of::date), clv.monetary(rfm, as_of::date)
FROM history, generate_series(timestamp '2024-02-29', '2024-05-04', '13 days') AS as_of WHERE customer = 1;

-- no row at all
SELECT clv.rfm(day, amount) IS NULL AS rfm, clv.rfm(day) IS NULL AS without FROM orders WHERE false;
SELECT clv.rollup(rfm) IS NULL AS rollup FROM history WHERE false;
SELECT clv.rollup(rfm) IS NULL AS rollup_of_nulls FROM history WHERE customer = 4;

-- Without amounts every day counts and money is NULL.
SELECT s.* FROM (SELECT clv.rfm(day) AS rfm FROM orders WHERE customer = 1) AS h,
	clv.summary(rfm, '2024-04-30') AS s;
SELECT d.* FROM (SELECT clv.rfm(day) AS rfm FROM orders WHERE customer = 1) AS h, clv.days(rfm) AS d;

-- 8 orders on 4 days are 3 repeat purchases; two days of one ISO week are two
-- purchases, also when the unit of time is to be the week.
SELECT clv.frequency(rfm, '2024-01-31'), (clv.summary(rfm, '2024-01-31')).orders
FROM (SELECT clv.rfm(date '2024-01-01' + i % 4, 1) AS rfm FROM generate_series(0, 7) AS i) AS h;
SELECT clv.frequency(clv.rfm(day, 1), '2024-03-31')
FROM (VALUES (date '2024-03-04'), ('2024-03-10')) AS v (day);
-- as_of is inclusive, and the days of a holdout are those after it
SELECT clv.frequency(rfm, '2019-04-30'), clv.t(rfm, '2019-04-30') / 7 AS weeks,
	(date '2019-06-10' - date '2019-04-30') / 7.0::float8 AS holdout_weeks
FROM (SELECT clv.rfm(at, 1) AS rfm FROM (VALUES (timestamp '2019-04-02 09:00'), ('2019-04-30 15:00')) AS v (at)) AS h;

-- Timestamps are cut at midnight, also before 2000; dates reach far.
SELECT d.day, d.orders FROM (SELECT clv.rfm(at, 1) AS rfm FROM (VALUES
	(timestamp '1999-12-31 23:59:59.999999'), ('2000-01-01 00:00'), ('1969-07-20 20:17'),
	('1970-01-01 00:00:00'), ('2101-02-28 12:00'), ('0001-01-01 00:00'),
	('4714-11-24 00:00:00 BC'), ('294276-12-31 23:59:59.999999')) AS v (at)) AS h, clv.days(rfm) AS d;
SELECT s.frequency, s.recency, s.t, s.days_since_last, s.monetary
FROM (SELECT clv.rfm(day, 2) AS rfm FROM (VALUES (date '4714-11-24 BC'), ('5874897-12-31'), ('2024-03-01')) AS v (day)) AS h,
	clv.summary(rfm, '5874897-12-31') AS s;

-- The sums are exact.  A thousand tiny amounts beside a huge one vanish one by
-- one but not together, in whatever order and parts they come, and a refund of
-- the huge one leaves them all.
CREATE TABLE tiny AS
	SELECT i, CASE i WHEN 500 THEN 1e16 ELSE 0.25 END::float8 AS amount FROM generate_series(1, 1001) AS i;
SELECT s.spend - 1e16 AS above, (SELECT sum(amount ORDER BY amount DESC) FROM tiny) - 1e16 AS plain_sum
FROM (SELECT clv.rfm(date '2024-01-01', amount) AS rfm FROM tiny) AS h, clv.summary(rfm, '2024-01-01') AS s;
SELECT s.spend, s.refunds
FROM (SELECT clv.rollup(part) AS rfm
	  FROM (SELECT clv.rfm(date '2024-01-01' + i % 3, amount) AS part FROM tiny GROUP BY i % 7
			UNION ALL SELECT clv.rfm('2024-02-01'::date, -1e16)) AS p) AS h,
	clv.summary(rfm, '2024-02-01') AS s;
SELECT count(DISTINCT rfm::text) AS one FROM (
	SELECT clv.rfm(date '2024-01-01', amount ORDER BY i) AS rfm FROM tiny
	UNION ALL SELECT clv.rfm(date '2024-01-01', amount ORDER BY amount, i) FROM tiny
	UNION ALL SELECT clv.rfm(date '2024-01-01', amount ORDER BY amount DESC, i) FROM tiny
	UNION ALL SELECT clv.rollup(rfm) FROM (SELECT clv.rfm(date '2024-01-01', amount) AS rfm FROM tiny GROUP BY i % 13) AS p) AS h;

-- What cannot be added up raises, in whatever order.
SELECT clv.rfm(date '2024-01-01', a) FROM (VALUES (1e308::float8), (1), (1e308)) AS v (a);
SELECT clv.summary(clv.rfm(date '2024-01-01' + i, 1e308), '2024-02-01') FROM generate_series(1, 2) AS i;
-- beyond the range on the way but not in the end
SELECT s.spend FROM (SELECT clv.rfm(date '2024-01-01' + i, CASE i WHEN 3 THEN -1e308 ELSE 1e308 END) AS rfm
	FROM generate_series(1, 3) AS i) AS h, clv.summary(rfm, '2024-02-01', 'event') AS s;

-- Values that are no row.
SELECT clv.rfm(date '2024-01-01', 'NaN'::float8);
SELECT clv.rfm(date '2024-01-01', '-Infinity'::float8);
SELECT clv.rfm('infinity'::date, 1);
SELECT clv.rfm('-infinity'::date);
SELECT clv.rfm('infinity'::timestamp, 1);
SELECT clv.summary(rfm, 'infinity') FROM history;
SELECT clv.rollup(rfm) FROM (SELECT clv.rfm(date '2024-01-01', 1) AS rfm UNION ALL SELECT clv.rfm(date '2024-01-02')) AS h;
SELECT clv._rfm_accum(NULL, date '2024-01-01', 1);

-- Duplicated customers, split histories: a rollup of everything is the history
-- of everything.
SELECT clv.rollup(rfm)::text = (SELECT clv.rfm(day, amount)::text FROM orders) AS same FROM history;
SELECT clv.rfm(date '2024-01-01', -0.0::float8)::text = clv.rfm(date '2024-01-01', 0)::text AS zero_is_zero;

-- A million rows on one day stay small.
SELECT pg_column_size(rfm) < 40 AS small, d.* FROM (
	SELECT clv.rfm(date '2024-01-01' + i % 2, (i % 100)::float8) AS rfm FROM generate_series(1, 1000000) AS i) AS h,
	clv.days(rfm) AS d;
-- 4 bytes or so a day with an order in whole cents; at most 12 with any other
SELECT pg_column_size(whole) / 1000.0 < 5 AS cents, pg_column_size(other) / 1000.0 < 12 AS other
FROM (SELECT clv.rfm(date '2020-01-01' + i * 3, (i * 7 % 100)::float8 + 0.99) AS whole,
	clv.rfm(date '2020-01-01' + i * 3, i / 3.0) AS other FROM generate_series(1, 1000) AS i) AS h;

-- Everything that an aggregate may be asked to do.
SELECT clv.frequency(clv.rfm(day, amount) FILTER (WHERE amount > 15), '2024-12-31') AS filter,
	(clv.summary(clv.rfm(DISTINCT day, 1), '2024-12-31')).orders AS distinct_days,
	clv.frequency(clv.rfm(day, amount ORDER BY day DESC), '2024-12-31') AS ordered
FROM orders WHERE customer = 1;
SELECT customer, clv.frequency(clv.rfm(day, amount), '2024-12-31'), grouping(customer)
FROM orders GROUP BY GROUPING SETS ((customer), ()) ORDER BY customer;
SELECT day, amount, clv.frequency(clv.rfm(day, amount) OVER w, '2024-12-31') AS so_far,
	clv.frequency(clv.rfm(day, amount) OVER (w ROWS 1 PRECEDING), '2024-12-31') AS of_two
FROM orders WHERE customer = 1 WINDOW w AS (ORDER BY day, amount) ORDER BY day, amount;

-- Amounts in numeric are what the cast makes of them, to the last bit: whole
-- and in cents, of all sizes, with few digits and with many, as they are in a
-- table and as they come from an expression.
CREATE TABLE amounts (amount numeric);
INSERT INTO amounts
SELECT sign * digits * 10::numeric ^ place
FROM unnest('{0,1,7,99,1999,12345,99999999,9007199254740991,9007199254740992,9007199254740993,1234567890123456789}'::numeric[]) AS digits,
	generate_series(-30, 30) AS place, unnest('{1,-1}'::int[]) AS sign;
INSERT INTO amounts SELECT trunc(i * 7919 % 1000003 / 100.0, 2) FROM generate_series(1, 20000) AS i;
INSERT INTO amounts SELECT i / 7.0 FROM generate_series(-1000, 1000) AS i;
INSERT INTO amounts VALUES (1e300), (-1e300), (1e-300), (5e-324), (1.50), (1.500000000000000000000000000001), (repeat('9', 5000)::numeric / 10::numeric ^ 4990);
SELECT count(*), count(*) FILTER (WHERE clv._double(amount) = amount::float8) AS same,
	count(*) FILTER (WHERE clv._double(amount * 3 / 3) = (amount * 3 / 3)::float8) AS same_of_expressions FROM amounts;
SELECT clv.rfm(day, amount)::text = clv.rfm(day, amount::float8)::text AS dates,
	clv.rfm(day::timestamp, amount)::text = clv.rfm(day::timestamp, amount::float8)::text AS timestamps,
	clv.rfm(day::timestamp AT TIME ZONE 'Europe/Berlin', amount, 'Europe/Berlin')::text
		= clv.rfm(day::timestamp AT TIME ZONE 'Europe/Berlin', amount::float8, 'Europe/Berlin')::text AS instants
FROM (SELECT date '2024-01-01' + row_number() OVER ()::int % 300 AS day, amount FROM amounts WHERE abs(amount) < 1e200) AS o;
SELECT clv.rfm(date '2024-01-01', NULL::numeric) IS NULL AS skipped;
SELECT clv.rfm(date '2024-01-01', 'NaN'::numeric);
SELECT clv.rfm(timestamp '2024-01-01', '-Infinity'::numeric);
SELECT clv.rfm(date '2024-01-01', 1e309);
SELECT clv.rfm(date '2024-01-01', 1.5::numeric, 'Europe/Berlin');
SELECT clv.rfm(timestamp '2024-01-01', 1.5::numeric, 'Europe/Berlin');
DROP TABLE amounts;

-- Strict: any NULL gives NULL.
SELECT clv.summary(NULL, '2024-01-01') IS NULL AS rfm, clv.frequency(rfm, NULL) IS NULL AS as_of,
	clv.monetary(rfm, '2024-12-31', NULL) IS NULL AS refunds
FROM history WHERE customer = 1;

DROP TABLE orders, history, tiny;
