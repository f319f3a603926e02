-- A year in the life of a shop: from a table of orders to decisions.
--
--	psql -d some_database -f a-year-in-the-life-of-a-shop.sql
--
-- needs the extension clv in the database and nothing else.  It simulates a
-- shop in a schema of its own, coffee (shop.sql says what is hidden in it), and
-- goes through its second year, 2024, with the owner's questions.  Every question is
-- one statement; docs/decisions.md says how to read the answers.  To see it
-- again, or to remove it: DROP SCHEMA coffee CASCADE.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off
SET client_min_messages = warning;

CREATE SCHEMA coffee;
SET search_path = coffee, public;
\ir shop.sql

\echo
\echo 'NEW YEAR 2024.  The shop is a year old.'
\echo
\echo 'Are the orders good enough to learn from?'

SELECT check_name, verdict, finding
FROM clv.readiness('orders', 'customer', 'at', 'amount', '2023-12-31');

-- "look" at the days covered: a year has no second Christmas in it yet.  The
-- rest is good, so on with it.

\echo 'Who brings the profit?  Of each sale 35 % are left.'

SELECT decile, customers, round(profit) AS profit, round(100 * share_of_profit::numeric, 1) AS percent,
       round(100 * cumulative_share::numeric, 1) AS so_far, round(orders_per_customer, 1) AS orders_each
FROM clv.audit_deciles('orders', 'customer', 'at', 'amount', '2023-01-01', '2023-12-31', margin => 0.35);

-- The newsletter tool wants segments.  The owner finds eleven names too many
-- and has three rules, which are rows of a table.

CREATE TABLE segments (place int, segment text, r_min int, r_max int, f_min int, f_max int);
INSERT INTO segments VALUES
	(1, 'regulars', 3, 5, 3, 5),
	(2, 'missed', 1, 2, 3, 5),
	(3, 'the others', 1, 5, 1, 5);

\echo 'Whom to write what?'

SELECT segment, count(*) AS customers, round(avg(days_since_last)) AS days_silent,
       round(avg(purchases), 1) AS purchases, round(sum(spend)::numeric) AS spend
FROM clv.rfm_scores('orders', 'customer', 'at', 'amount', '2023-12-31',
                    rules => (SELECT jsonb_agg(to_jsonb(s)) FROM segments AS s))
GROUP BY segment
ORDER BY spend DESC;

-- What will each of them still bring in 2024, when the goods, the parcels (4 an
-- order) and the service are paid?  Who does not want to be profiled gets no
-- tier.  The histories are kept, so that the past can be asked later.

CALL clv.create_materialized_view('january', 'orders', 'customer', 'at', 'amount', '2023-12-31', options => '{
	"margin": 0.35,
	"cost_per_order": 4,
	"customers": {"table": "coffee.customers", "key": "id"},
	"service_cost": {"column": "service_cost", "of": "customers"},
	"opt_out": {"column": "no_profiling", "of": "customers"}}');

\echo 'The tiers for 2024'

SELECT tier, criterion, customers, round(value) AS value, round(100 * share_of_value::numeric, 1) AS percent_of_value
FROM clv.tier_rules('january');

\echo 'Who costs more than they bring, and why?'

SELECT c.by_phone, v.unprofitable_because, count(*) AS customers, round(sum(v.clv_net)::numeric, 2) AS clv_net
FROM january AS v JOIN customers AS c ON c.id = v.customer
WHERE v.clv_net < 0
GROUP BY c.by_phone, v.unprofitable_because
ORDER BY clv_net;

-- Decision: it is the telephone, not the people.  From March on there is a
-- form to order by.

\echo 'A customer asks why they are in their tier.'

SELECT quantity, round(value::numeric, 3) AS value, formula
FROM clv.explain('january', 272);

\echo
\echo 'MARCH.  The club: free parcels for customers who have spent 100 and have the app.'
\echo
\echo 'Does it treat customers of 60 and over worse?'

CREATE VIEW club AS
SELECT v.customer, v.clv_net, v.tier, c.age_group,
       CASE WHEN v.value_to_date >= 100 AND c.has_app THEN 'club' ELSE 'no club' END AS club
FROM january AS v JOIN customers AS c ON c.id = v.customer
WHERE NOT v.opted_out;

SELECT group_value, customers, round(100 * share::numeric, 1) AS percent_in_club,
       round(ratio_to_best::numeric, 2) AS ratio_to_best, below_four_fifths, round(mean_ratio::numeric, 2) AS mean_ratio
FROM clv.fairness('club', 'age_group', tier => 'club')
WHERE tier_or_better = 'club';

-- It does, at equal value: few of them have the app.  Decision: the app is no
-- condition any more.

\echo 'Without the app'

CREATE VIEW club_for_all AS
SELECT v.customer, v.clv_net, c.age_group, CASE WHEN v.value_to_date >= 100 THEN 'club' ELSE 'no club' END AS club
FROM january AS v JOIN customers AS c ON c.id = v.customer
WHERE NOT v.opted_out;

SELECT group_value, round(100 * share::numeric, 1) AS percent_in_club, round(ratio_to_best::numeric, 2) AS ratio_to_best, below_four_fifths
FROM clv.fairness('club_for_all', 'age_group', tier => 'club')
WHERE tier_or_better = 'club';

\echo
\echo 'APRIL.  The advertising budget of the year.'
\echo
\echo 'What may a new customer cost, by channel?'

CREATE TABLE channels AS
SELECT *
FROM clv.acquisition('orders', 'customer', 'at', 'amount', by => 'channel', as_of => '2024-03-31', options => '{
	"margin": 0.35,
	"cost_per_order": 4,
	"customers": {"table": "coffee.customers", "key": "id"},
	"acquisition_cost": {"search": 20, "newsletter": 9, "recommendation": 5, "coupons": 24, "radio": 40, "trade fair": 60}}');

SELECT group_name, customers, round(new_customer_value::numeric, 2) AS value, round(lower::numeric, 2) AS lower,
       round(upper::numeric, 2) AS upper, round(cost::numeric, 2) AS cost, payback_months, verdict, note
FROM channels;

-- Decision: no more coupons; the money goes to recommendations.  Radio and
-- trade fair are so few that nothing is said about them.

\echo
\echo 'JULY.  Half of the year is over.'
\echo
\echo 'How many of each quarter''s customers bought again in the quarter after?'

SELECT cohort, size, round(100 * active_share::numeric, 1) AS percent, round(100 * active_lower::numeric, 1) AS lower,
       round(100 * active_upper::numeric, 1) AS upper, round(100 * pooled_share::numeric, 1) AS all_cohorts
FROM clv.audit_cohorts('orders', 'customer', 'at', 'amount', 'quarter', '2024-06-30')
WHERE age = 1;

\echo 'The customers of the autumn sale, month by month'

SELECT age, period_start, active, round(100 * active_share::numeric, 1) AS percent,
       round(cumulative_per_customer, 2) AS revenue_so_far, round(100 * one_time_share::numeric, 1) AS one_time_percent
FROM clv.audit_cohort('orders', 'customer', 'at', 'amount', '2023-10-01', '2023-12-31', 'month', '2024-06-30');

-- The sale filled the fourth quarter and left nothing behind.  Decision: no
-- sale this autumn.

\echo
\echo 'OCTOBER.  Before Christmas.'
\echo
\echo 'Whom to call first, if they buy nothing for 60 days?'

CALL clv.create_materialized_view('october', 'orders', 'customer', 'at', 'amount', '2024-09-30', options => '{
	"margin": 0.35,
	"cost_per_order": 4,
	"customers": {"table": "coffee.customers", "key": "id"},
	"service_cost": {"column": "service_cost", "of": "customers"},
	"opt_out": {"column": "no_profiling", "of": "customers"},
	"hysteresis": {"band": 0.1, "ago": ["6 months", "3 months"]}}');

SELECT customer_id, tier, days_since_last, round(value::numeric, 2) AS value, round(at_risk::numeric, 2) AS at_risk,
       round(p_alive_if_silent::numeric, 2) AS p_alive_then
FROM clv.value_at_risk('october', '60 days', 10);

\echo 'Who changed tier since summer?  (The tier is left only a tenth beyond a threshold.)'

SELECT previous_tier, tier, count(*) AS customers
FROM october
WHERE previous_tier <> tier
GROUP BY previous_tier, tier
ORDER BY customers DESC
LIMIT 6;

\echo
\echo 'NEW YEAR 2025.  The reckoning.'
\echo
\echo 'Did the values of last January come true?'

CREATE VIEW january_and_after AS
SELECT v.customer, v.tier, v.clv,
       CASE WHEN v.first_purchase >= '2023-10-01' THEN 'the sale' ELSE 'before the sale' END AS came,
       coalesce((SELECT sum(o.amount) FROM orders AS o
                 WHERE o.customer = v.customer AND o.at > v.as_of AND o.amount > 0), 0) AS spent
FROM january AS v;

SELECT came, count(*) AS customers, round(sum(clv)::numeric) AS expected, round(sum(spent)) AS spent
FROM january_and_after
GROUP BY came
ORDER BY came;

-- For those from before the sale they did.  The customers of the sale had only
-- just come in January, and the model took them for customers like the others:
-- docs/decisions.md has the limits of each quarter, and what came.

\echo 'Why is profit what it is?'

SELECT factor, round(value_from, 2) AS in_2023, round(value_to, 2) AS in_2024, round(contribution, 2) AS contribution
FROM clv.audit_decomposition('orders', 'customer', 'at', 'amount',
                             '2023-01-01', '2023-12-31', '2024-01-01', '2024-12-31', margin => 0.35);

\echo 'New, lost, up and down'

SELECT status, customers, round(profit_from, 2) AS in_2023, round(profit_to, 2) AS in_2024, round(change, 2) AS change
FROM clv.audit_changes('orders', 'customer', 'at', 'amount',
                       '2023-01-01', '2023-12-31', '2024-01-01', '2024-12-31', margin => 0.35);

CALL clv.create_materialized_view('customer_value', 'orders', 'customer', 'at', 'amount', '2024-12-31', options => '{
	"margin": 0.35,
	"cost_per_order": 4,
	"customers": {"table": "coffee.customers", "key": "id"},
	"service_cost": {"column": "service_cost", "of": "customers"},
	"opt_out": {"column": "no_profiling", "of": "customers"},
	"history": true}');

\echo 'Where did last year''s customers go?'

SELECT m.from_tier, m.movement, sum(m.customers) AS customers, round(sum(m.change)) AS change_of_value
FROM clv.migration('customer_value', '2023-12-31', '2024-12-31') AS m
LEFT JOIN clv.tier_rules('customer_value') AS r ON r.tier = m.from_tier
GROUP BY m.from_tier, m.movement
HAVING sum(m.customers) > 0
ORDER BY min(r.place), m.movement;

\echo 'What are all customers worth, a year ago and now, and why?'

SELECT component, round(amount, 2) AS amount, customers, meaning
FROM clv.equity_bridge('customer_value', '2023-12-31', '2024-12-31');

\echo 'Who are they?'

SELECT group_name AS channel, customers, round(equity) AS equity, round(lower::numeric) AS lower,
       round(upper::numeric) AS upper, round(equity_net) AS after_costs
FROM clv.equity('customer_value', by => 'channel', relation => 'customers', key => 'id');

-- Every number here comes from the orders by one statement each.  Put your own
-- table in the place of 'orders', 'customer', 'at', 'amount'.
