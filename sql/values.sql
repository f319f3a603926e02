-- Questions to a view of customer values: rules, explanations, past dates,
-- migration, what is at risk, equity and what moves it.
SET datestyle = 'ISO, YMD';
SET intervalstyle = 'postgres';
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA shop;
CREATE SCHEMA crm;

-- 500 customers over two years, of three channels
CREATE TABLE shop.orders AS
SELECT customer AS customer_id, at::date AS ordered_at, amount::numeric(10, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
				  clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 500, '2022-01-01', 500, 730, 11);
CREATE TABLE crm.customers AS
SELECT id, (ARRAY['search', 'friends', 'ads'])[1 + id % 3] AS channel, id % 100 = 0 AS no_profiling FROM generate_series(1, 500) AS id;
CALL clv.create_materialized_view('crm.value', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"history": true}');
CALL clv.create_materialized_view('crm.profit', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-12-31',
	options => '{"history": true, "margin": 0.4, "cost_per_order": 2, "service_cost": 3,
				 "hysteresis": {"band": 0.2, "ago": ["1 month"]},
				 "opt_out": {"column": "no_profiling", "of": "customers"}, "customers": {"table": "crm.customers", "key": "id"}}');

-- ------------------------------------------------------------------ rules

-- criteria in words, thresholds as they are kept, rows that add up to the base
SELECT r.ordinal, r.tier, regexp_replace(r.criterion, '(\d+\.\d\d)\d+', '\1', 'g') AS criterion, r.threshold = m.cutoffs[r.ordinal] AS kept,
	   r.method, r.share, r.as_of, r.customers
FROM clv.tier_rules('crm.value') AS r, crm.value_model AS m ORDER BY r.ordinal;
SELECT sum(r.customers) = (SELECT count(*) FROM crm.value) AS customers, sum(r.share_of_customers) AS shares,
	   sum(r.value) = (SELECT sum(clv::numeric) FROM crm.value) AS value, round(sum(r.share_of_value)::numeric, 12) AS value_shares
FROM clv.tier_rules('crm.value') AS r;
SELECT bool_and(r.customers = (SELECT count(*) FROM crm.value AS v WHERE v.tier = r.tier)
				AND r.customers = (SELECT count(*) FROM crm.value AS v WHERE v.clv >= coalesce(r.threshold, 0) AND v.clv < coalesce(above.threshold, 'infinity'))) AS holds
FROM clv.tier_rules('crm.value') AS r LEFT JOIN clv.tier_rules('crm.value') AS above ON above.ordinal = r.ordinal - 1
WHERE r.tier <> 'unprofitable';
SELECT r.ordinal, r.tier, regexp_replace(r.criterion, '(\d+\.\d\d)\d+', '\1', 'g') AS criterion, r.customers
FROM clv.tier_rules('crm.profit') AS r ORDER BY r.ordinal;
-- natural breaks of few values, and labels that stay without customers
CREATE TABLE shop.two AS SELECT i AS who, date '2023-01-01' + k AS d, 10 * (1 + i % 2) AS n FROM generate_series(1, 40) AS i, (VALUES (0), (100)) AS v (k);
CALL clv.create_materialized_view('crm.two', 'shop.two', 'who', 'd', 'n', '2023-12-31', tier_method => 'natural');
SELECT r.ordinal, r.tier, regexp_replace(r.criterion, '(\d+\.\d\d)\d+', '\1', 'g') AS criterion, r.customers FROM clv.tier_rules('crm.two') AS r;

-- ------------------------------------------------------------------ explain

SELECT e.step, e.quantity, round(e.value::numeric, 6) AS value, e.formula FROM clv.explain('crm.profit', 7) AS e;
-- of every customer the steps are the stored numbers, and multiply and add up
-- to them to the last bit
WITH told AS (
	SELECT v.*, e.told
	FROM crm.profit AS v, LATERAL (SELECT jsonb_object_agg(quantity, value) AS told FROM clv.explain('crm.profit', v.customer_id::text)) AS e
	WHERE NOT v.opted_out
)
SELECT count(*),
	   bool_and(t.clv = (told ->> 'discounted_purchases')::float8 * (told ->> 'expected_spend')::float8) AS clv,
	   bool_and(t.clv = (told ->> 'clv')::float8) AS stored_clv,
	   bool_and(t.clv_net = (told ->> 'contribution')::float8 - (told ->> 'order_costs')::float8 - (told ->> 'service_costs')::float8) AS clv_net,
	   bool_and(t.clv_net = (told ->> 'clv_net')::float8) AS stored_clv_net,
	   bool_and(t.frequency = (told ->> 'frequency')::int AND t.p_alive = (told ->> 'p_alive')::float8 AND t.clv_rank = (told ->> 'clv_rank')::float8) AS rest,
	   bool_and(abs((told ->> 'expected_spend')::float8 / ((told ->> 'weight_of_own')::float8 * coalesce((told ->> 'monetary')::float8, 0)
				+ (1 - (told ->> 'weight_of_own')::float8) * (told ->> 'mean_spend_of_all')::float8) - 1) < 1e-14) AS spend
FROM told AS t;
SELECT count(*) AS tiers_off
FROM crm.value AS v, LATERAL (SELECT * FROM clv.explain('crm.value', v.customer_id) WHERE quantity = 'tier') AS e
WHERE e.formula <> v.tier;
SELECT formula FROM clv.explain('crm.profit', 5::numeric) WHERE quantity IN ('threshold', 'tier');
SELECT formula FROM clv.explain('crm.profit', '7'::"char") WHERE quantity = 'tier';
SELECT clv.explain('crm.profit', 100);
SELECT clv.explain('crm.profit', '9999');
SELECT clv.explain('crm.profit', 'x''y');
-- a view whose models were fitted anew says so
CREATE TABLE shop.fresh AS TABLE shop.orders;
CALL clv.create_materialized_view('crm.stale', 'shop.fresh', 'customer_id', 'ordered_at', 'amount', '2023-12-31');
SELECT count(*) FROM clv.explain('crm.stale', 7) WHERE quantity = 'note';
DELETE FROM shop.fresh WHERE customer_id > 300;
REFRESH MATERIALIZED VIEW crm.stale_model;
SELECT formula FROM clv.explain('crm.stale', 7) WHERE quantity = 'note';

-- ---------------------------------------------------------------- past dates

-- at as_of it is the view; at a past date it is the view as it would have been
SELECT count(*), bool_and(t.value = v.clv AND t.tier = v.tier AND t.p_alive = v.p_alive AND t.frequency = v.frequency) AS same
FROM clv.tiers_at('crm.value', '{2023-12-31}') AS t JOIN crm.value AS v ON v.customer_id::text = t.customer_id;
WITH plain AS (
	SELECT o.customer_id, s.*
	FROM (SELECT customer_id, clv.rfm(ordered_at, amount) AS h FROM shop.orders WHERE ordered_at <= '2023-03-31' GROUP BY 1) AS o, clv.summary(o.h, '2023-03-31') AS s
)
SELECT count(*), bool_and(t.value = clv.value(m.model, m.spend, p.frequency, p.recency, p.t, p.monetary, m.annual_rate, m.horizon)) AS value,
	   bool_and(t.tier = clv.tier(t.value, m.cutoffs)) AS tier
FROM clv.tiers_at('crm.value', '{2023-03-31,2022-12-31}') AS t JOIN plain AS p ON p.customer_id::text = t.customer_id, crm.value_model AS m
WHERE t.as_of_date = '2023-03-31';
-- costs are in the value; who opted out has no row
SELECT count(*), bool_and(t.value = v.clv_net) AS net FROM clv.tiers_at('crm.profit', '{2023-12-31}') AS t JOIN crm.profit AS v ON v.customer_id::text = t.customer_id;
-- histories elsewhere, with more customers and later days than the view
CREATE TABLE shop.histories AS SELECT customer_id AS who, clv.rfm(ordered_at, amount) AS h FROM shop.orders GROUP BY 1;
SELECT count(*), (SELECT count(*) FROM (SELECT * FROM clv.tiers_at('crm.value', '{2023-03-31}') EXCEPT
										 SELECT * FROM clv.tiers_at('crm.value', '{2023-03-31}', 'shop.histories', 'who', 'h')) AS d) AS differences
FROM clv.tiers_at('crm.value', '{2023-03-31}', 'shop.histories', 'who', 'h');
SELECT count(DISTINCT as_of_date) FROM clv.tiers_at('crm.value', '{2025-12-31,2022-01-31}', 'shop.histories', 'who', 'h');

-- ---------------------------------------------------------------- migration

-- rows and columns add up to the tiers at either date, all cells are there
SELECT count(*) AS cells, count(DISTINCT from_tier) AS rows, count(DISTINCT to_tier) AS columns, sum(customers) AS customers,
	   sum(value_to) = (SELECT sum(clv::numeric) FROM crm.value) AS value_to, sum(change) = sum(value_to) - sum(value_from) AS change
FROM clv.migration('crm.value', '2023-03-31', '2023-12-31');
WITH m AS MATERIALIZED (SELECT * FROM clv.migration('crm.value', '2023-03-31', '2023-12-31')),
	 t AS MATERIALIZED (SELECT as_of_date, tier, count(*) AS customers, sum(value::numeric) AS value FROM clv.tiers_at('crm.value', '{2023-03-31,2023-12-31}') GROUP BY 1, 2)
SELECT (SELECT bool_and(r.customers = t.customers AND r.value = t.value)
		FROM (SELECT from_tier, sum(customers) AS customers, sum(value_from) AS value FROM m GROUP BY 1) AS r JOIN t ON t.tier = r.from_tier AND t.as_of_date = '2023-03-31') AS rows,
	   (SELECT bool_and(c.customers = t.customers AND c.value = t.value)
		FROM (SELECT to_tier, sum(customers) AS customers, sum(value_to) AS value FROM m GROUP BY 1) AS c JOIN t ON t.tier = c.to_tier AND t.as_of_date = '2023-12-31') AS columns,
	   (SELECT sum(customers) FROM m WHERE from_tier = '(new)') = (SELECT count(*) FROM crm.value WHERE first_purchase > '2023-03-31') AS arrived,
	   (SELECT sum(departed) FROM m) = (SELECT count(*) FROM clv.tiers_at('crm.value', '{2023-03-31}') AS a JOIN crm.value AS v ON v.customer_id::text = a.customer_id
										WHERE a.p_alive >= 0.5 AND v.p_alive < 0.5) AS departed;
SELECT from_tier, to_tier, movement, customers, round(share::numeric, 3) AS share, round(change, 2) AS change, departed
FROM clv.migration('crm.profit', '2023-03-31', '2023-12-31') WHERE customers > 0;

-- ---------------------------------------------------------------- at risk

-- the value of the same customer three months on, without a purchase
SELECT count(*), bool_and(r.value = v.clv) AS now,
	   bool_and(r.value_if_silent = clv.value(m.model, m.spend, v.frequency, v.recency, v.t + 91.3125, v.monetary, m.annual_rate, m.horizon)) AS later,
	   bool_and(r.at_risk = r.value - r.value_if_silent AND r.at_risk > 0) AS at_risk, bool_and(r.p_alive_if_silent < r.p_alive) AS less_alive,
	   round(sum(r.share_of_risk)::numeric, 12) AS shares
FROM clv.value_at_risk('crm.value', '3 months') AS r JOIN crm.value AS v ON v.customer_id::text = r.customer_id, crm.value_model AS m;
SELECT bool_and(a.at_risk <= a.before) AS descending, count(*)
FROM (SELECT r.at_risk, lag(r.at_risk) OVER () AS before FROM clv.value_at_risk('crm.value', '3 months', 50) AS r) AS a WHERE a.before IS NOT NULL;
SELECT count(*) FILTER (WHERE customer_id::int % 100 = 0) AS opted_out, count(*) FROM clv.value_at_risk('crm.profit', '10 days');
SELECT count(*), max(at_risk) FROM clv.value_at_risk('crm.value', '0 days');

-- ---------------------------------------------------------------- equity

SELECT group_name, customers, equity = (SELECT sum(clv::numeric) FROM crm.value) AS sum, lower < equity AS lower, upper > equity AS upper, share_of_equity, equity_net FROM clv.equity('crm.value');
SELECT e.group_name, e.customers, e.equity = v.equity AS equity, lower < e.equity AS lower, upper > e.equity AS upper
FROM clv.equity('crm.value', 'channel', 'crm.customers', 'id') AS e
JOIN (SELECT channel, sum(clv::numeric) AS equity FROM crm.value JOIN crm.customers ON id = customer_id GROUP BY 1) AS v ON v.channel = e.group_name ORDER BY 1;
SELECT sum(e.equity) = (SELECT sum(clv::numeric) FROM crm.profit) AS equity, sum(e.equity_net) = (SELECT sum(clv_net::numeric) FROM crm.profit) AS net,
	   sum(e.customers) AS customers, count(*) FILTER (WHERE group_name IS NULL) AS opted_out
FROM clv.equity('crm.profit', 'tier') AS e;
SELECT group_name, customers FROM clv.equity('crm.value', cohort => 'quarter');
-- the interval is that of clv.total_interval, the same for the same seed
SELECT e.lower = (t.i).lower AS lower, e.upper = (t.i).upper AS upper,
	   e.lower = again.lower AS again, e.lower <> other.lower AS other_seed
FROM clv.equity('crm.value', level => 0.8, draws => 100) AS e, clv.equity('crm.value', level => 0.8, draws => 100) AS again, clv.equity('crm.value', level => 0.8, draws => 100, seed => 2) AS other,
	 (SELECT clv.total_interval(m.model, m.spend, frequency, recency, t, monetary, m.annual_rate, m.horizon, 0.8, 100, 1) AS i FROM crm.value, crm.value_model AS m) AS t;
-- from a sample of a group of 60,000 (the customers of the view 120 times) it
-- is as wide as it is from all, within what 200 draws can tell; so it is of the
-- most of them when sixteen groups are small, which are drawn whole
CREATE MATERIALIZED VIEW crm.many AS
SELECT v.customer_id + 1000 * n AS customer_id, v.frequency, v.recency, v.t, v.monetary, v.clv, v.clv_rank, v.tier, v.as_of,
	   CASE WHEN v.customer_id <= 16 THEN v.customer_id ELSE 0 END AS lot
FROM crm.value AS v, crm.value_model AS m, generate_series(1, 120) AS n;
SELECT abs((e.upper - e.lower) / ((t.i).upper - (t.i).lower) - 1) < 0.35 AS width, abs(e.equity / (t.i).median::numeric - 1) < 0.01 AS middle, e.customers,
	   abs((lot.upper - lot.lower) / lot.equity / ((e.upper - e.lower) / e.equity) - 1) < 0.35 AS width_of_most, lot.customers AS most,
	   (lot.lower + lot.upper) / 2 / lot.equity BETWEEN 0.999999999 AND 1.000000001 AS around_the_sum
FROM clv.equity('crm.many') AS e, clv.equity('crm.many', 'lot') AS lot,
	 (SELECT clv.total_interval(m.model, m.spend, frequency, recency, t, monetary, m.annual_rate, m.horizon, 0.95, 40, 1) AS i FROM crm.many, crm.value_model AS m) AS t
WHERE lot.group_name = '0';
SELECT e.lower = (t.i).lower AS lower, e.upper = (t.i).upper AS upper, e.customers
FROM clv.equity('crm.many', 'lot') AS e,
	 (SELECT clv.total_interval(m.model, m.spend, frequency, recency, t, monetary, m.annual_rate, m.horizon, 0.95, 200, 1) AS i FROM crm.many, crm.value_model AS m WHERE lot = 7) AS t
WHERE e.group_name = '7';
-- with models that are known for certain only chance is left, of a sample too
CREATE MATERIALIZED VIEW crm.sure_model AS
SELECT clv.without_uncertainty(m.model) AS model, clv.without_uncertainty(m.spend) AS spend, m.annual_rate, m.horizon, m.cutoffs, m.tier_labels, m.tier_shares FROM crm.value_model AS m;
CREATE MATERIALIZED VIEW crm.sure AS SELECT v.* FROM crm.many AS v, crm.sure_model AS m WHERE v.customer_id < 50000;
SELECT abs((e.upper - e.lower) / ((t.i).upper - (t.i).lower) - 1) < 0.35 AS width, e.customers
FROM clv.equity('crm.sure') AS e,
	 (SELECT clv.total_interval(m.model, m.spend, frequency, recency, t, monetary, m.annual_rate, m.horizon, 0.95, 100, 2) AS i FROM crm.sure, crm.sure_model AS m) AS t;
-- money as numeric is what the cast makes of it, digits after the point included
SELECT count(*), count(*) FILTER (WHERE clv._numeric(x)::text IS DISTINCT FROM x::numeric::text) AS other
FROM (SELECT sin(n) * 10.0 ^ (n % 32 - 12) AS x FROM generate_series(1, 3200) AS n
	  UNION ALL SELECT unnest('{0,-0,2.50,-0.1,1e14,1e15,1e300,1e-9,5e-324,NaN,Infinity,-Infinity,NULL}'::float8[])) AS v;

-- ---------------------------------------------------------------- the bridge

-- it ends where equity is, and its steps lead there exactly
SELECT sum(amount) FILTER (WHERE component <> 'end') = max(amount) FILTER (WHERE component = 'end') AS adds_up,
	   max(amount) FILTER (WHERE component = 'end') = (SELECT sum(clv::numeric) FROM crm.value) AS ends_at_equity,
	   max(customers) FILTER (WHERE component = 'new') = (SELECT count(*) FROM crm.value WHERE first_purchase > '2023-03-31') AS new,
	   max(customers) FILTER (WHERE component = 'lost') = (SELECT count(*) FROM crm.value WHERE last_purchase <= '2023-03-31') AS silent
FROM clv.equity_bridge('crm.value', '2023-03-31', '2023-12-31');
-- it starts where fitting as of that day would have been
CALL clv.create_materialized_view('crm.then', 'shop.orders', 'customer_id', 'ordered_at', 'amount', '2023-03-31');
SELECT b.amount = (SELECT sum(clv::numeric) FROM crm.then) AS start, b.customers = (SELECT count(*) FROM crm.then) AS customers
FROM clv.equity_bridge('crm.value', '2023-03-31', '2023-12-31') AS b WHERE component = 'start';
-- interest of nine months on it; with the kept models nothing is the models'
SELECT component, round(amount, 2) AS amount, customers FROM clv.equity_bridge('crm.profit', '2023-03-31', '2023-12-31', false);
SELECT sum(amount) FILTER (WHERE component <> 'end') = max(amount) FILTER (WHERE component = 'end') AS adds_up,
	   abs(max(amount) FILTER (WHERE component = 'discount') / max(amount) FILTER (WHERE component = 'start') - (1.1 ^ (275 / 365.25) - 1)) < 1e-9 AS interest
FROM clv.equity_bridge('crm.profit', '2023-03-31', '2023-12-31', histories => 'shop.histories', customer => 'who', history => 'h');
-- nobody was there yet
SELECT component, amount, customers FROM clv.equity_bridge('crm.value', '2021-12-31', '2022-01-01') WHERE component IN ('start', 'activity', 'lost');

-- ------------------------------------------------------------- as views do

-- usable in views; a pair that was renamed and moved is still a pair
CREATE VIEW crm.rules AS SELECT * FROM clv.tier_rules('crm.value');
ALTER MATERIALIZED VIEW crm.value RENAME TO "Worth ""it""";
ALTER MATERIALIZED VIEW crm.value_model RENAME TO "behind it";
ALTER MATERIALIZED VIEW crm."behind it" SET SCHEMA shop;
SELECT count(*) FROM crm.rules;
SELECT count(*) FROM clv.tiers_at('crm."Worth ""it"""', '{2023-12-31}');
-- an empty pair
CREATE TABLE shop.nobody (LIKE shop.orders);
CALL clv.create_materialized_view('crm.nobody', 'shop.nobody', 'customer_id', 'ordered_at', 'amount', options => '{"history": true}');
SELECT tier, customers, share_of_customers, value FROM clv.tier_rules('crm.nobody');
SELECT count(*) FROM clv.tiers_at('crm.nobody', '{2023-01-01}');
SELECT count(*), sum(customers) FROM clv.migration('crm.nobody', '2023-01-01', '2023-02-01');
SELECT count(*) FROM clv.value_at_risk('crm.nobody', '1 day');
SELECT count(*) FROM clv.equity('crm.nobody');
SELECT component, amount FROM clv.equity_bridge('crm.nobody', '2023-01-01', '2023-02-01');

-- What the functions take for clv_net is the expression of the views to the
-- bit: also where an age comes again, with another model, horizon or rate.
SELECT count(*) AS asked, count(q.net) AS valued, count(*) FILTER (WHERE q.net IS DISTINCT FROM q.expression) AS different
FROM (
	SELECT clv._net_value(m.model, s.spend, x, CASE WHEN x > 0 THEN t / 2 ELSE 0 END, t, money, rate, horizon, 0.4, 3, yearly) AS net,
		   0.4 * clv.value(m.model, s.spend, x, CASE WHEN x > 0 THEN t / 2 ELSE 0 END, t, money, rate, horizon)
		   - 3 * clv.discounted_purchases(m.model, x, CASE WHEN x > 0 THEN t / 2 ELSE 0 END, t, rate, horizon)
		   - yearly * clv.alive_years(m.model, x, CASE WHEN x > 0 THEN t / 2 ELSE 0 END, t, rate, horizon) AS expression
	FROM unnest('{1, 10, 10.5, 4106, 5e9, 10}'::float8[]) AS t, unnest('{0, 0, 2}'::float8[]) AS x, unnest('{20, NULL}'::float8[]) AS money,
		 unnest('{5, NULL}'::float8[]) AS yearly, unnest('{0, 0.1}'::float8[]) AS rate, unnest('{1 year, 2 years}'::interval[]) AS horizon,
		 unnest(ARRAY[clv.model('mbgnbd', '{"r": 0.9, "alpha": 40, "a": 0.6, "b": 2.5}'), clv.model('paretonbd', '{"r": 0.9, "alpha": 40, "s": 0.6, "beta": 90}')]) AS m (model),
		 (SELECT clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}') AS spend) AS s
) AS q;

-- ---------------------------------------------------------- what is refused

SELECT clv.tier_rules('shop.orders');
SELECT clv.tier_rules('shop."behind it"');
SELECT clv.tier_rules(NULL);
SELECT clv.tiers_at('crm.then', '{2023-01-01}');
SELECT clv.tiers_at('crm.profit', '{2024-01-01}');
SELECT clv.tiers_at('crm.profit', '{2023-01-01,NULL}');
SELECT clv.tiers_at('crm.profit', '{-infinity}');
SELECT clv.tiers_at('crm.profit', NULL);
SELECT clv.tiers_at('crm.profit', '{2023-01-01}', 'shop.histories', 'who', 'who');
SELECT clv.tiers_at('crm.profit', '{2023-01-01}', 'shop.histories', NULL, 'h');
SELECT clv.migration('crm.profit', '2023-12-31', '2023-12-31');
SELECT clv.value_at_risk('crm.profit', '-1 day');
SELECT clv.value_at_risk('crm.profit', NULL);
SELECT clv.value_at_risk('crm.profit', '1 day', -1);
SELECT clv.equity('crm.profit', 'nosuch');
SELECT clv.equity('crm.profit', 'tier', cohort => 'year');
SELECT clv.equity('crm.profit', cohort => 'week');
SELECT clv.equity('crm.profit', level => 2);
SELECT clv.equity('crm.profit', 'channel', 'crm.customers');
SELECT clv.equity_bridge('crm.profit', '2023-12-31', '2023-03-31');
SELECT clv.equity_bridge('crm.profit', '2023-12-01', '2024-03-31');
SELECT clv.interval_days('1 year 1 month 1 day 12:00') AS days, clv.interval_days(NULL), clv.interval_days('-1 day');

\set VERBOSITY terse
DROP SCHEMA shop CASCADE;
DROP SCHEMA crm CASCADE;
