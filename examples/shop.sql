-- The shop of examples/ and of docs/decisions.md: tables "customers" and
-- "orders" of a roaster of coffee who opened on 1 January 2023, up to the end of
-- 2024.  Drawn by clv.simulate_customer, the same on every machine.
--
-- What is hidden in it, to be found:
--	* the channel "coupons" brings customers who leave at once, and spend less;
--	* so do those who came with the sale of autumn 2023, whatever the channel;
--	* who orders by telephone costs 120 a year to serve, all others 0.50;
--	* customers of 60 and over are worth as much as others, but few have the app.

CREATE TABLE customers (
	id			int PRIMARY KEY,
	channel		text NOT NULL,			-- where the customer came from
	age_group	text NOT NULL,
	has_app		boolean NOT NULL,
	by_phone	boolean NOT NULL,		-- orders by telephone
	no_profiling boolean NOT NULL,		-- wants to be treated as everyone
	service_cost numeric NOT NULL,		-- a year
	came		date NOT NULL			-- first day of the quarter of the first order
);

-- 250 customers came in the first quarter, 150 more than before in each later
-- one.  The attributes are spread by multiplying with primes.
INSERT INTO customers
SELECT n, CASE WHEN n * 7919 % 10007 < 70 THEN CASE n % 3 WHEN 0 THEN 'trade fair' ELSE 'radio' END
			   ELSE (ARRAY['search', 'search', 'recommendation', 'newsletter', 'coupons'])[1 + n * 37 % 5] END,
	   CASE WHEN n * 61 % 1009 < 300 THEN '60 and over' ELSE 'under 60' END,
	   n * 71 % 911 < CASE WHEN n * 61 % 1009 < 300 THEN 250 ELSE 680 END,
	   n * 43 % 503 < 25, n * 89 % 601 < 12,
	   CASE WHEN n * 43 % 503 < 25 THEN 120 ELSE 0.50 END,
	   (date '2023-01-01' + (q.quarter - 1) * interval '3 months')::date
FROM generate_series(1, 8) AS q (quarter),
	 LATERAL generate_series(75 * (q.quarter - 1) * q.quarter + 100 * (q.quarter - 1) + 1, 75 * q.quarter * (q.quarter + 1) + 100 * q.quarter) AS n;

-- What they bought: the rate at which a customer buys and the chance to leave
-- after a purchase differ from customer to customer, around those of the group.
CREATE TABLE orders AS
SELECT c.id AS customer, o.at::date AS at,
	   round(o.amount::numeric * CASE WHEN c.channel = 'coupons' THEN 0.6 ELSE 1 END, 2) AS amount
FROM customers AS c, LATERAL clv.simulate_customer(
		clv.model('mbgnbd', (CASE WHEN c.channel = 'coupons' OR c.came = '2023-10-01'
			THEN '{"r": 1.0, "alpha": 60, "a": 1.6, "b": 1.6}'
			ELSE '{"r": 1.2, "alpha": 60, "a": 0.6, "b": 4.0}' END)::jsonb),
		clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'),
		c.id, c.came, ((c.came + interval '3 months')::date - c.came), date '2025-01-01' - c.came, 2023) AS o;

-- One purchase in forty is sent back after five days.
INSERT INTO orders
SELECT customer, at + 5, -amount
FROM orders
WHERE (customer * 31 + (at - date '2023-01-01') * 17) % 40 = 0 AND at + 5 <= '2024-12-31' AND amount > 0;

ANALYZE customers, orders;
