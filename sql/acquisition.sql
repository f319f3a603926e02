-- Acquisition: which channel brings customers who are worth what they cost.
SET datestyle = 'ISO, YMD';
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA shop;

-- Two channels whose customers are alike, one that brings customers who seldom
-- come back and spend less, and six small ones of the same kind.
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount, CASE WHEN customer % 4 = 0 THEN 'friends' ELSE 'search' END AS channel, 0::numeric AS paid
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.9, "alpha": 40, "a": 0.6, "b": 2.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 1600, '2022-01-01', 365, 730, 1)
UNION ALL
SELECT 10000 + customer, at::date, amount::numeric(10, 2), 'ads', 0
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.4, "alpha": 80, "a": 1.5, "b": 1.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 10}'), 800, '2022-01-01', 365, 730, 2)
UNION ALL
SELECT 20000 + customer, at::date, amount::numeric(10, 2), 'tv' || customer % 6, 0
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.4, "alpha": 80, "a": 1.5, "b": 1.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 10}'), 60, '2022-01-01', 365, 730, 3);
-- what winning a customer of search has cost stands with the first order
UPDATE shop.orders AS o SET paid = 18 FROM (SELECT customer, min(day) AS day, min(ctid) AS one FROM shop.orders GROUP BY customer) AS f
WHERE o.customer = f.customer AND o.channel = 'search' AND o.ctid = (SELECT min(c.ctid) FROM shop.orders AS c WHERE c.customer = o.customer AND c.day = f.day);

-- The planted fact: ads do not pay, the others do; the small ones are one group.
CREATE TABLE shop.told AS
SELECT * FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": 0.5, "cost_per_order": 1, "acquisition_cost": {"search": 18, "ads": 25, "friends": 2}, "target_return": 0.2}');
SELECT group_name, customers, first_order, round(repeat_rate_30d::numeric, 4) AS day_30, round(repeat_rate_90d::numeric, 4) AS day_90, round(repeat_rate_365d::numeric, 4) AS day_365,
	   cost, payback_months, verdict, note
FROM shop.told;
SELECT group_name, lower < new_customer_value AND new_customer_value < upper AS within, abs(max_acquisition_cost * 1.2 / new_customer_value - 1) < 1e-14 AS max_acquisition_cost,
	   -- the truth that each group was drawn from
	   CASE WHEN group_name IN ('search', 'friends')
			THEN clv.new_customer_value(clv.model('mbgnbd', '{"r": 0.9, "alpha": 40, "a": 0.6, "b": 2.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 0.1, '1 year') * (0.5 - 1 / (6.25 * 15.44 / 2.74))
			ELSE clv.new_customer_value(clv.model('mbgnbd', '{"r": 0.4, "alpha": 80, "a": 1.5, "b": 1.5}'), clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 10}'), 0.1, '1 year') * (0.5 - 1 / (6.25 * 10 / 2.74)) END
	   BETWEEN lower * 0.9 AND upper * 1.1 AS truth
FROM shop.told;
-- counts, first orders and second orders by plain SQL
WITH first AS (
	SELECT DISTINCT ON (customer) customer, CASE WHEN channel LIKE 'tv%' THEN 'other (6 groups)' ELSE channel END AS channel, day FROM shop.orders ORDER BY customer, day
), seen AS (
	SELECT f.*, (SELECT sum(o.amount) FROM shop.orders AS o WHERE o.customer = f.customer AND o.day = f.day) AS first_order,
		   (SELECT min(o.day) FROM shop.orders AS o WHERE o.customer = f.customer AND o.day > f.day) AS second
	FROM first AS f
), plain AS (
	SELECT channel, count(*) AS n, avg(first_order) AS first_order, avg((second <= day + 365 AND second IS NOT NULL)::int) FILTER (WHERE day <= date '2023-12-31' - 365) AS second_365,
		   avg((second <= day + 30 AND second IS NOT NULL)::int) FILTER (WHERE day <= date '2023-12-31' - 30) AS second_30
	FROM seen GROUP BY channel
)
SELECT count(*), bool_and(t.customers = p.n) AS customers, bool_and(abs(t.first_order - p.first_order) < 1e-6) AS first_order,
	   bool_and(abs(t.repeat_rate_365d - p.second_365) < 1e-12) AS second_365, bool_and(abs(t.repeat_rate_30d - p.second_30) < 1e-12) AS second_30
FROM shop.told AS t JOIN plain AS p ON p.channel = t.group_name;
-- the payback is the first month whose value reaches the cost
SELECT group_name, clv._newcomer(f.model, f.spend, 0.10, payback_months * interval '1 month', 0.5, 1) IS NOT NULL AS asked, payback_months > 0 AS later
FROM shop.told, (SELECT clv.fit(clv.cbs(h, '2023-12-31'), 'mbgnbd') AS model, clv.fit(clv.cbs(h, '2023-12-31'), 'gammagamma') AS spend FROM (SELECT clv.rfm(day, amount) AS h FROM shop.orders GROUP BY customer) AS x) AS f
WHERE cost > 2 ORDER BY 1;
-- the cost from a column; the group from a customer table; cohorts
SELECT group_name, cost FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', options => '{"acquisition_cost": {"column": "paid"}}') ORDER BY 1;
CREATE TABLE shop.customers AS SELECT DISTINCT ON (customer) customer AS id, upper(channel) AS campaign, 7.5 AS paid FROM shop.orders WHERE customer <> 1 ORDER BY customer, day;
SELECT group_name, customers, cost, note FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
	options => '{"customers": {"table": "shop.customers", "key": "id"}, "acquisition_cost": {"column": "paid", "of": "customers"}}') ORDER BY 1;
SELECT group_name, customers, repeat_rate_365d IS NULL AS too_early, verdict FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', cohort => 'quarter', as_of => '2022-12-31', options => '{"acquisition_cost": 20}');
-- never with false precision: groups that are too small, and a rest that is
SELECT group_name, customers, first_order, new_customer_value IS NULL AS nothing, note
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', options => '{"min_customers": 100}') WHERE note IS NOT NULL;
SELECT count(*), count(new_customer_value) FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', options => '{"min_customers": 10000}');
-- nor a share among the few who came early enough: by plain SQL who has been seen for 30 days
SELECT t.group_name, t.customers >= 30 AS shown, p.seen, t.repeat_rate_30d IS NOT NULL AS told
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', as_of => '2022-02-20') AS t
JOIN (SELECT f.channel, count(*) FILTER (WHERE f.day <= date '2022-02-20' - 30) AS seen
	  FROM (SELECT DISTINCT ON (customer) customer, channel, day FROM shop.orders ORDER BY customer, day) AS f GROUP BY f.channel) AS p ON p.channel = t.group_name
ORDER BY 1;
-- the same for the same seed
SELECT bool_and(a.lower = b.lower) AS same, bool_and(a.lower = c.lower) AS other_seed
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel') AS a JOIN clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel') AS b USING (group_name)
JOIN clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"seed": 2}') AS c USING (group_name);
-- nobody
CREATE TABLE shop.nobody (LIKE shop.orders);
SELECT count(*) FROM clv.acquisition('shop.nobody', 'customer', 'day', 'amount', 'channel');
-- nobody has bought again: there is nothing to fit, and no number is made up
CREATE TABLE shop.once AS SELECT i AS customer, date '2024-01-01' + i % 90 AS day, 10 + i % 7 AS amount, 'ads' AS channel FROM generate_series(1, 100) AS i;
SELECT group_name, customers, first_order, repeat_rate_30d, new_customer_value, lower, upper, max_acquisition_cost, cost, payback_months, verdict, note
FROM clv.acquisition('shop.once', 'customer', 'day', 'amount', 'channel', as_of => '2024-12-31', options => '{"acquisition_cost": 5}');

-- The group is that of the first purchase. A refund is none (1), nor is an
-- order that was sent back the same day (2), unless refunds are not looked at;
-- an order for nothing is one (3); of several on one day the least counts,
-- whatever the order of the rows (4, 5), and only when there is no other none
-- at all (6, 7).  Of a day with orders the rows of refunds say nothing (8).
CREATE TABLE shop.firsts (customer int, day date, amount numeric, channel text);
INSERT INTO shop.firsts VALUES
	(1, '2024-01-01', -5, 'a1'), (1, '2024-01-02', 10, 'b1'),
	(2, '2024-01-01', 10, 'a2'), (2, '2024-01-01', -10, 'a2'), (2, '2024-02-01', 10, 'b2'), (2, '2024-03-01', 10, 'a2'),
	(3, '2024-01-01', 0, 'a3'), (3, '2024-01-02', 10, 'b3'),
	(4, '2024-01-01', 10, 'b4'), (4, '2024-01-01', 10, 'a4'), (4, '2024-01-02', 10, '4'),
	(5, '2024-01-02', 10, '5'), (5, '2024-01-01', 10, 'a5'), (5, '2024-01-01', 10, 'b5'),
	(6, '2024-01-01', 10, NULL), (6, '2024-01-01', 10, 'a6'),
	(7, '2024-01-01', 10, NULL), (7, '2024-01-02', 10, 'a7'),
	(8, '2024-01-01', 10, 'b8'), (8, '2024-01-01', -5, 'a8');
SELECT refunds, string_agg(group_name, ' ' ORDER BY group_name) AS groups
FROM unnest('{net,gross,event}'::text[]) AS refunds, clv.acquisition('shop.firsts', 'customer', 'day', 'amount', 'channel', as_of => '2024-12-31', refunds => refunds, options => '{"min_customers": 1, "draws": 20}')
GROUP BY refunds ORDER BY refunds;

-- The first purchase is that of the history, also where the rows of refunds
-- have no channel or another one: the coupon's order was sent back the same day,
-- so these customers came by mail, and their first order was 25, whatever was
-- sent back before it.
CREATE TABLE shop.returned (customer int, day date, amount numeric, channel text);
INSERT INTO shop.returned
SELECT i, '2023-02-01'::date, v.amount, v.channel FROM generate_series(101, 160) AS i, (VALUES (15, 'coupon'), (-15, NULL)) AS v (amount, channel) UNION ALL
SELECT i, '2023-01-01', -30, 'search' FROM generate_series(101, 160) AS i UNION ALL
SELECT i, '2023-03-01', 25, 'mail' FROM generate_series(101, 160) AS i UNION ALL
SELECT i, '2023-03-20', 25 + i % 5, 'mail' FROM generate_series(101, 130) AS i UNION ALL
SELECT i, date '2023-01-01' + i % 60, 20, 'search' FROM generate_series(1, 100) AS i UNION ALL
SELECT i, date '2023-01-21' + i % 60, 20 + i % 7, 'search' FROM generate_series(2, 100, 2) AS i;
SELECT refunds, group_name, customers, first_order
FROM unnest('{net,gross,event}'::text[]) AS refunds, clv.acquisition('shop.returned', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', refunds => refunds, options => '{"draws": 20}')
ORDER BY 1, 2;
-- Of two orders on that day the one that was not sent back counts; a part of
-- one is kept; and there is a group also where the one that stayed has no channel.
-- By hand, with customer % 3: a, b, none.
CREATE TABLE shop.parted AS
SELECT i AS customer, v.day::date AS day, v.amount, v.channel FROM generate_series(1, 90) AS i, (VALUES
	(0, '2023-02-01', 30, 'a'), (0, '2023-02-01', -10, 'a'), (0, '2023-02-01', 15, '0'), (0, '2023-02-01', -15, '0'),
	(1, '2023-02-01', 30, 'b'), (1, '2023-02-01', 9, 'a'), (1, '2023-02-01', -9, 'a'), (1, '2023-02-01', -1, NULL),
	(2, '2023-02-01', 30, NULL), (2, '2023-02-01', 9, 'a'), (2, '2023-02-01', -9, 'a')) AS v (rest, day, amount, channel) WHERE i % 3 = v.rest;
SELECT group_name, customers, first_order FROM clv.acquisition('shop.parted', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', options => '{"draws": 20}') ORDER BY 1;
-- Customers and money by the channel of a row of the day of the first purchase,
-- by plain SQL, where half of the refunds have another channel: one order a day.
CREATE TABLE shop.sent_back AS
SELECT o.* FROM shop.orders AS o UNION ALL
SELECT customer, day + CASE WHEN customer % 5 < 2 THEN 0 ELSE (customer % 7)::int END, -CASE WHEN customer % 5 = 0 THEN amount ELSE amount / 2 END, CASE WHEN customer % 2 = 0 THEN 'ads' END, 0
FROM (SELECT DISTINCT ON (customer, day) * FROM shop.orders ORDER BY customer, day) AS o WHERE customer % 3 = 0 AND customer % 11 < 7;
WITH net AS (
	SELECT customer, day, sum(amount) AS net, min(channel COLLATE "C") FILTER (WHERE amount >= 0) AS channel FROM shop.sent_back WHERE day <= '2023-12-31' GROUP BY 1, 2
	HAVING sum(amount) > 0 OR min(amount) >= 0
), first AS (
	SELECT DISTINCT ON (customer) customer, net, channel FROM net ORDER BY customer, day
), plain AS (
	SELECT coalesce(channel, '(none)') AS channel, count(*) AS n, avg(net) AS first_order FROM first GROUP BY 1
)
SELECT count(*) > 1 AS groups, bool_and(t.customers = p.n) AS customers, bool_and(abs(t.first_order - p.first_order) < 1e-9) AS first_order
FROM clv.acquisition('shop.sent_back', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31', options => '{"min_customers": 1, "draws": 20}') AS t FULL JOIN plain AS p ON p.channel = t.group_name;

-- A margin from a column, as in a view: of the orders, or of the customer table.
-- What a customer brings is spend times margin less the cost of orders, so it is
-- the value at the group's own margin, that of its amounts above 0, by plain SQL.
CREATE TABLE shop.goods AS
SELECT o.*, CASE WHEN o.channel = 'ads' AND o.customer % 2 = 0 THEN NULL WHEN (o.day - date '2022-01-01') % 3 = 0 THEN 0.1 ELSE 0.5 END AS order_margin FROM shop.orders AS o WHERE o.channel !~ 'tv';
INSERT INTO shop.goods SELECT customer, day + 1, -amount / 2, channel, 0, 0.9 FROM shop.orders WHERE customer % 9 = 0 AND channel !~ 'tv';
CREATE TABLE shop.told_margin AS
SELECT 'source' AS of, a.* FROM clv.acquisition('shop.goods', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": {"column": "order_margin"}, "cost_per_order": 1, "acquisition_cost": 5, "draws": 20}') AS a
UNION ALL
SELECT 'default', a.* FROM clv.acquisition('shop.goods', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": {"column": "order_margin", "default": 0.3}, "cost_per_order": 1, "acquisition_cost": 5, "draws": 20}') AS a;
WITH own AS (
	SELECT customer, min(channel) AS channel, 
		   -- (where no purchase has one, the mean of the other rows, as in a view)
		   coalesce(sum(order_margin * amount) FILTER (WHERE amount > 0) / sum(amount) FILTER (WHERE amount > 0 AND order_margin IS NOT NULL), avg(order_margin)) AS margin,
		   sum(amount) FILTER (WHERE amount > 0) AS bought
	FROM shop.goods WHERE day <= '2023-12-31' GROUP BY customer
), plain AS (
	SELECT v.of, o.channel, sum(coalesce(o.margin, v.other) * o.bought) / sum(o.bought) FILTER (WHERE coalesce(o.margin, v.other) IS NOT NULL) AS margin
	FROM own AS o CROSS JOIN (VALUES ('source', NULL), ('default', 0.3)) AS v (of, other) GROUP BY 1, 2
), by_number AS (
	SELECT p.of, p.channel, p.margin, a.*
	FROM plain AS p, clv.acquisition('shop.goods', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
		options => jsonb_build_object('margin', p.margin, 'cost_per_order', 1, 'acquisition_cost', 5, 'draws', 20)) AS a
	WHERE a.group_name = p.channel
)
SELECT t.of, t.group_name, round(b.margin, 4) AS margin, abs(t.new_customer_value / b.new_customer_value - 1) < 1e-12 AS value, abs(t.lower - b.lower) < 1e-9 * abs(b.lower) AND abs(t.upper - b.upper) < 1e-9 * b.upper AS interval,
	   t.payback_months = b.payback_months AS payback, t.verdict = b.verdict AS verdict
FROM shop.told_margin AS t JOIN by_number AS b ON b.of = t.of AND b.group_name = t.group_name ORDER BY 1, 2;
-- of the customer table: all of one margin are that margin; who has none is left out
ALTER TABLE shop.customers ADD margin numeric;
UPDATE shop.customers SET margin = 0.25 WHERE id % 2 = 0;
SELECT a.group_name, abs(a.new_customer_value / b.new_customer_value - 1) < 1e-12 AS value
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "margin": {"column": "margin", "of": "customers"}, "draws": 20}') AS a
JOIN clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "margin": 0.25, "draws": 20}') AS b USING (group_name) ORDER BY 1;
-- nobody has one
ALTER TABLE shop.customers ADD unknown float8;
SELECT DISTINCT new_customer_value, lower, upper, verdict, regexp_replace(note, ';.*', '') AS note
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "margin": {"column": "unknown", "of": "customers"}, "acquisition_cost": 5, "draws": 20}') WHERE note !~ 'suppressed' OR note IS NULL;
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"margin": {"default": 0.5}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"margin": {"column": "channel"}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"margin": {"column": "paid", "default": 2}}');

-- The cost of an order from a column, likewise: the mean of a customer's rows,
-- and of a group by their orders above 0 (the row that was sent back is none).
CREATE TABLE shop.handled AS
SELECT g.*, CASE WHEN g.channel = 'ads' AND g.customer % 2 = 0 THEN NULL WHEN g.day < '2022-09-01' THEN 1 ELSE 2.5 + g.customer % 3 END AS handling FROM shop.goods AS g;
CREATE TABLE shop.told_cost AS
SELECT 'source' AS of, a.* FROM clv.acquisition('shop.handled', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": 0.4, "cost_per_order": {"column": "handling"}, "acquisition_cost": 5, "draws": 20}') AS a
UNION ALL
SELECT 'default', a.* FROM clv.acquisition('shop.handled', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": 0.4, "cost_per_order": {"column": "handling", "default": 3}, "acquisition_cost": 5, "draws": 20}') AS a
UNION ALL
SELECT 'both', a.* FROM clv.acquisition('shop.handled', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
	options => '{"margin": {"column": "order_margin"}, "cost_per_order": {"column": "handling"}, "acquisition_cost": 5, "draws": 20}') AS a;
WITH own AS (
	SELECT customer, min(channel) AS channel, avg(handling) AS cost, count(*) FILTER (WHERE amount > 0) AS ordered,
		   coalesce(sum(order_margin * amount) FILTER (WHERE amount > 0) / sum(amount) FILTER (WHERE amount > 0 AND order_margin IS NOT NULL), avg(order_margin)) AS margin,
		   sum(amount) FILTER (WHERE amount > 0) AS bought
	FROM shop.handled WHERE day <= '2023-12-31' GROUP BY customer
), plain AS (
	SELECT v.of, o.channel, sum(coalesce(o.cost, v.other) * o.ordered) / sum(o.ordered) FILTER (WHERE coalesce(o.cost, v.other) IS NOT NULL) AS cost,
		   CASE v.of WHEN 'both' THEN sum(o.margin * o.bought) / sum(o.bought) FILTER (WHERE o.margin IS NOT NULL) ELSE 0.4 END AS margin
	FROM own AS o CROSS JOIN (VALUES ('source', NULL), ('default', 3), ('both', NULL)) AS v (of, other) GROUP BY 1, 2
), by_number AS (
	SELECT p.of, p.channel, p.cost AS each, a.*
	FROM plain AS p, clv.acquisition('shop.handled', 'customer', 'day', 'amount', 'channel', as_of => '2023-12-31',
		options => jsonb_build_object('margin', p.margin, 'cost_per_order', p.cost, 'acquisition_cost', 5, 'draws', 20)) AS a
	WHERE a.group_name = p.channel
)
SELECT t.of, t.group_name, round(b.each, 4) AS cost_per_order, abs(t.new_customer_value / b.new_customer_value - 1) < 1e-12 AS value, abs(t.lower - b.lower) < 1e-9 * abs(b.lower) AND abs(t.upper - b.upper) < 1e-9 * b.upper AS interval,
	   t.payback_months IS NOT DISTINCT FROM b.payback_months AS payback, t.verdict = b.verdict AS verdict
FROM shop.told_cost AS t JOIN by_number AS b ON b.of = t.of AND b.group_name = t.group_name ORDER BY 1, 2;
-- of the customer table: of several rows the highest, as in a view; who has none is left out; nobody has one
ALTER TABLE shop.customers ADD handling numeric;
UPDATE shop.customers SET handling = 2 WHERE id % 2 = 0;
SELECT a.group_name, abs(a.new_customer_value / b.new_customer_value - 1) < 1e-12 AS value
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "cost_per_order": {"column": "handling", "of": "customers"}, "draws": 20}') AS a
JOIN clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "cost_per_order": 2, "draws": 20}') AS b USING (group_name) ORDER BY 1;
SELECT DISTINCT new_customer_value, lower, upper, verdict, regexp_replace(note, ';.*', '') AS note
FROM clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'campaign', as_of => '2023-12-31',
		options => '{"customers": {"table": "shop.customers", "key": "id"}, "cost_per_order": {"column": "unknown", "of": "customers"}, "acquisition_cost": 5, "draws": 20}') WHERE note !~ 'suppressed' OR note IS NULL;
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"cost_per_order": {"default": 1}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"cost_per_order": {"column": "channel"}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"cost_per_order": {"column": "paid", "default": -2}}');

-- clv.draw_model: the spread is that of the fit's standard errors
CREATE TABLE shop.fitted AS SELECT clv.fit(clv.cbs(h, '2023-12-31'), 'mbgnbd') AS model FROM (SELECT clv.rfm(day, amount) AS h FROM shop.orders GROUP BY customer) AS x;
SELECT c.name, abs(d.sd / (c.std_error / c.estimate) - 1) < 0.1 AS spread, abs(d.mean - ln(c.estimate)) < 0.1 * d.sd AS middle
FROM shop.fitted AS f, clv.coefficients(f.model) AS c,
	 LATERAL (SELECT stddev(ln(clv.param(clv.draw_model(f.model, 1, i), c.name))) AS sd, avg(ln(clv.param(clv.draw_model(f.model, 1, i), c.name))) AS mean FROM generate_series(0, 999) AS i) AS d;
SELECT clv.draw_model(model, 1, 0)::text = clv.draw_model(model, 1, 0)::text AS same, clv.draw_model(model, 1, 0)::text <> clv.draw_model(model, 1, 1)::text AS other,
	   clv.param(clv.draw_model(clv.without_uncertainty(model), 1, 0), 'r') = clv.param(model, 'r') AS known, clv.status(clv.draw_model(model, 1, 0)) FROM shop.fitted;
SELECT clv.draw_model(model, 1, -1) FROM shop.fitted;

-- what is refused
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', 'year');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'nosuch');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', cohort => 'decade');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"cost": 1}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"margin": 50}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"acquisition_cost": "much"}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"acquisition_cost": {"ads": -1}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', options => '{"acquisition_cost": {"column": "nosuch"}}');
SELECT clv.acquisition('shop.orders', 'customer', 'day', 'amount', 'channel', model => 'gammagamma');

\set VERBOSITY terse
DROP SCHEMA shop CASCADE;
