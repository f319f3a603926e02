-- clv.source_report: every row of a source is used or left out for one reason.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.orders (customer integer, at timestamptz, amount float8);

-- nothing yet: every reason is there all the same
SELECT * FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', zone => 'UTC');

INSERT INTO shop.orders VALUES
	(1, '2024-03-30 12:00 UTC', 10), (1, '2024-03-31 21:59 UTC', 10),	-- used
	(1, '2024-03-31 22:00 UTC', 10),			-- 1 April in Berlin
	(2, '2024-03-01 12:00 UTC', -5),			-- a refund is used too
	(NULL, '2024-03-01 12:00 UTC', 1), (NULL, NULL, NULL),
	(3, NULL, 1), (3, NULL, NULL),
	(4, '2024-03-01 12:00 UTC', NULL),
	(5, '9999-01-01 00:00 UTC', 1), (5, 'infinity', 'NaN'),
	(6, '-infinity', 1),
	(7, '2024-03-01 12:00 UTC', 'NaN'), (7, '2024-03-01 12:00 UTC', '-Infinity');
SELECT * FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', zone => 'Europe/Berlin');
SELECT * FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', '2024-03-31', 'Europe/Berlin');
SELECT * FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', '2024-03-31', 'UTC');

-- as_of is the last purchase: a later day with a refund only is after it
-- under net, and is one under event
INSERT INTO shop.orders VALUES (1, '2024-05-01 12:00 UTC', -1);
SELECT n.reason, n.rows AS net, e.rows AS event
FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', zone => 'UTC') AS n
JOIN clv.source_report('shop.orders', 'customer', 'at', 'amount', zone => 'UTC', refunds => 'event') AS e USING (reason);

-- an amount that is not finite is read, and raises, when as_of is to be found
-- out; it is not when it is after an as_of that is given
INSERT INTO shop.orders VALUES (1, '2024-06-01 12:00 UTC', 'NaN');
SELECT n.reason, n.rows AS found_out, g.rows AS given
FROM clv.source_report('shop.orders', 'customer', 'at', 'amount', zone => 'UTC') AS n
JOIN clv.source_report('shop.orders', 'customer', 'at', 'amount', '2024-05-01', 'UTC') AS g USING (reason)
WHERE n.reason IN ('used', 'after as_of', 'amount not finite');
DELETE FROM shop.orders WHERE at = '2024-06-01 12:00 UTC';

-- numbers that only numeric can hold count as what they are: a cast to double
-- precision raises, for they are too large for it, or too small
CREATE TABLE shop.exact (customer integer, at date, amount numeric);
INSERT INTO shop.exact VALUES (1, '2024-03-01', 10), (1, '2024-03-05', 1.7976931348623157e308), (1, '2024-03-06', -5e-324), (2, '2024-03-02', 0),
	(3, '2024-03-01', 1e400), (3, '2024-03-02', -1e400), (3, '2024-03-03', 1.8e308), (3, '2024-03-04', 1e-400), (3, '2024-03-05', 'NaN'), (3, '2024-03-05', 'Infinity'),
	(4, '2024-04-01', 1e400);
SELECT f.reason, f.rows AS found_out, g.rows AS given
FROM clv.source_report('shop.exact', 'customer', 'at', 'amount') AS f
JOIN clv.source_report('shop.exact', 'customer', 'at', 'amount', '2024-03-31') AS g USING (reason)
WHERE f.reason IN ('used', 'after as_of', 'amount not finite', 'total');

-- used is what clv.create_materialized_view uses (it warns: one customer is
-- too little to fit)
DELETE FROM shop.orders WHERE customer IN (6, 7);
SET client_min_messages = error;
CALL clv.create_materialized_view('shop.v', 'shop.orders', 'customer', 'at', 'amount', '2024-03-31', zone => 'Europe/Berlin');
SELECT rows_used, rows_without_customer, rows_without_date, rows_without_amount, rows_after_as_of FROM shop.v_model;

DROP SCHEMA shop CASCADE;
