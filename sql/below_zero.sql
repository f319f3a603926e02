-- below_zero: what tiers are told to be where cut-offs are below 0, and where a
-- previous tier decides.  A value below 0 is unprofitable whatever the cut-offs,
-- so a rule is told as it is applied: each customer is in the tier that the
-- words say.
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE SCHEMA crm;
CREATE TABLE shop.orders AS
SELECT customer, at::date AS day, amount::numeric(10, 2) AS amount
FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'), clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 500, '2022-01-01', 500, 730, 11);
-- cut-offs above 0, one below, two below, all below
CALL clv.create_materialized_view('crm.one', 'shop.orders', 'customer', 'day', 'amount', '2023-12-31', options => '{"margin": 0.3, "cost_per_order": 2, "service_cost": 8}', tier_shares => '{0.05,0.3,0.9}');
CALL clv.create_materialized_view('crm.two', 'shop.orders', 'customer', 'day', 'amount', '2023-12-31', options => '{"margin": 0.3, "cost_per_order": 2, "service_cost": 8}', tier_shares => '{0.05,0.8,0.95}');
CALL clv.create_materialized_view('crm.all', 'shop.orders', 'customer', 'day', 'amount', '2023-12-31', options => '{"margin": 0.3, "cost_per_order": 2, "service_cost": 8}', tier_shares => '{0.85,0.9,0.95}');
CALL clv.create_materialized_view('crm.kept', 'shop.orders', 'customer', 'day', 'amount', '2023-12-31', tier_shares => '{0.05,0.3,0.9}',
	options => '{"margin": 0.3, "cost_per_order": 2, "service_cost": 8, "hysteresis": {"band": 0.4, "ago": ["4 months", "2 months"]}}');
SELECT v.name, m.* FROM (VALUES ('one'), ('two'), ('all')) AS v (name)
CROSS JOIN LATERAL (SELECT ordinal, tier, regexp_replace(criterion, '(\.\d\d)\d+', '\1', 'g') AS criterion, round(threshold::numeric, 2) AS threshold, customers FROM clv.tier_rules(format('crm.%I', v.name)::regclass)) AS m
ORDER BY array_position('{one,two,all}', v.name), m.ordinal;
SELECT ordinal, tier, regexp_replace(criterion, '(\.\d\d)\d+', '\1', 'g') AS criterion, round(threshold::numeric, 2) AS threshold, customers FROM clv.tier_rules('crm.kept') ORDER BY ordinal;

-- thresholds that are told give each customer's tier, and a tier with nobody has none
CREATE TABLE shop.told AS SELECT 'one' AS name, v.customer, v.clv_net, v.tier FROM crm.one AS v UNION ALL SELECT 'two', customer, clv_net, tier FROM crm.two AS v UNION ALL SELECT 'all', customer, clv_net, tier FROM crm."all" AS v;
SELECT count(*) AS customers, count(*) FILTER (WHERE t.tier IS DISTINCT FROM CASE WHEN t.clv_net < 0 THEN 'unprofitable' ELSE r.tier END) AS otherwise
FROM shop.told AS t CROSS JOIN LATERAL (SELECT x.tier FROM clv.tier_rules(format('crm.%I', t.name)::regclass) AS x
	WHERE x.criterion !~ '^nobody' AND t.clv_net >= coalesce(x.threshold, 0) AND x.tier <> 'unprofitable' ORDER BY x.ordinal LIMIT 1) AS r
WHERE t.customer % 10 = 0;
SELECT DISTINCT customers FROM (SELECT * FROM clv.tier_rules('crm.two') UNION ALL SELECT * FROM clv.tier_rules('crm.all')) AS r WHERE criterion ~ '^nobody';

-- explain: the threshold that is reached, as it is applied
SELECT DISTINCT t.name, t.tier, CASE WHEN e.value > 0 THEN 'above 0' WHEN e.value = 0 THEN '0' END AS threshold, regexp_replace(e.formula, '-\d+\.\d+', '-X') AS formula
FROM shop.told AS t CROSS JOIN LATERAL clv.explain(format('crm.%I', t.name)::regclass, t.customer) AS e
WHERE e.quantity = 'threshold' AND t.customer % 10 = 0 ORDER BY 1, 2, 3;
SELECT count(*) FILTER (WHERE (e.value <= t.clv_net) IS FALSE) AS not_reached
FROM shop.told AS t CROSS JOIN LATERAL clv.explain(format('crm.%I', t.name)::regclass, t.customer) AS e WHERE e.quantity = 'threshold' AND t.customer % 10 = 0;

-- hysteresis: the tier that a customer came from is a step, and says where it decides
SELECT count(*) FILTER (WHERE v.tier <> p.tier) > 0 AS decides, count(*) FILTER (WHERE (e.formula ~ 'it decides') <> (v.tier <> p.tier)) AS said_otherwise,
	   count(*) FILTER (WHERE split_part(e.formula, ':', 1) <> coalesce(v.previous_tier, 'none')) AS another, count(*) AS customers
FROM crm.kept AS v CROSS JOIN crm.kept_model AS m CROSS JOIN LATERAL clv.tier(v.clv_net, m.cutoffs, m.tier_labels, 'unprofitable') AS p (tier)
CROSS JOIN LATERAL clv.explain('crm.kept', v.customer) AS e WHERE e.quantity = 'previous_tier';
SELECT e.quantity, regexp_replace(e.formula, '\d+\.\d+', 'X', 'g') AS formula
FROM (SELECT v.customer FROM crm.kept AS v CROSS JOIN crm.kept_model AS m WHERE v.tier <> clv.tier(v.clv_net, m.cutoffs, m.tier_labels, 'unprofitable') ORDER BY v.customer LIMIT 1) AS v
CROSS JOIN LATERAL clv.explain('crm.kept', v.customer) AS e WHERE e.quantity IN ('threshold', 'previous_tier', 'tier') ORDER BY e.step;
SELECT count(*) FROM clv.explain('crm.one', 7) WHERE quantity = 'previous_tier';

\set VERBOSITY terse
DROP SCHEMA shop, crm CASCADE;
