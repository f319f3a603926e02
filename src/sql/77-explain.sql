-- Why does a customer have this value and this tier?

-- explain(view, customer): from history to tier.
CREATE FUNCTION clv.explain(view regclass, customer text)
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	-- the type's own name, since "character" is of length 1
	is_the_one CONSTANT text := (SELECT format('v.%s %s CAST(%L AS %I.%I)', pair.customer_column,
			clv._equality(pair.customer_type), customer, n.nspname, t.typname)
		FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace WHERE t.oid = pair.customer_type);
	found_one	boolean;
	opted_out	boolean;
BEGIN
	EXECUTE format('SELECT true, %s FROM %s AS v WHERE %s', pair.opted_out, pair.customers, is_the_one)
	INTO found_one, opted_out;
	IF found_one IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('no customer "%s" in %s', coalesce(customer, 'NULL'), pair.customers);
	ELSIF opted_out THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('customer "%s" has opted out of being differentiated', customer),
			HINT = 'There is no tier to explain: the customer counts in sums alone.';
	END IF;
	RETURN QUERY EXECUTE concat(clv._fill(
$sql$
WITH customer_row AS (
	SELECT v.*, v.{{value}} AS value FROM {{customers}} AS v WHERE {{is_the_one}}
), m AS (
	SELECT r.*, clv.model_name(r.model) AS name, clv.customers(r.model) AS fitted,
		   clv.expected_spend(r.spend, 0::float8, NULL::float8) AS mean_spend
	FROM {{models}} AS r
), step AS (
	SELECT s.*
	FROM customer_row AS v CROSS JOIN m, LATERAL (VALUES
		(10, 'frequency', v.frequency::float8, 'purchases after the first: days with a purchase up to as_of, less one'),
		(20, 'recency', v.recency, format('days from the first purchase, %s, to the last, %s', v.first_purchase, v.last_purchase)),
		(30, 't', v.t, format('days from the first purchase to as_of, %s', v.as_of)),
		(40, 'monetary', v.monetary, 'mean spend of a purchase after the first'),
		(60, 'p_alive', v.p_alive, CASE WHEN v.p_alive IS NULL THEN concat('P(still a customer): none: ', coalesce(clv.message(m.model), 'there is no model'))
				ELSE format('P(still a customer): model %s with these parameters, at frequency, recency and t', m.name) END),
		(70, 'expected_purchases', v.expected_purchases, format('purchases that it expects within %s', m.horizon)),
		(80, 'discounted_purchases', v.discounted_purchases, format('the same, each discounted from its day to as_of at %s %% a year', trim_scale((m.annual_rate * 100)::numeric))),
		(100, 'mean_spend_of_all', m.mean_spend, 'spend per purchase expected of a customer of whom nothing is known: p gamma / (q - 1)'),
		(110, 'weight_of_own', CASE WHEN v.frequency = 0 THEN 0
				ELSE clv.param(m.spend, 'p'::text) * v.frequency / (clv.param(m.spend, 'p'::text) * v.frequency + clv.param(m.spend, 'q'::text) - 1) END,
			'what the customer''s own mean counts beside it: p x / (p x + q - 1)'),
		(120, 'expected_spend', v.expected_spend, 'weight_of_own * monetary + (1 - weight_of_own) * mean_spend_of_all'),
		(130, 'clv', v.clv, 'discounted_purchases * expected_spend'){{cost_steps}}
	) AS s (step, quantity, value, formula)
	UNION ALL
	SELECT 50 + (row_number() OVER ())::int, c.name, c.estimate, format('parameter of %s, fitted to %s customers', m.name, m.fitted)
	FROM m, clv.coefficients(m.model) AS c
	UNION ALL
	SELECT 90 + (row_number() OVER ())::int, c.name, c.estimate, format('parameter of %s, fitted to %s customers', clv.model_name(m.spend), clv.customers(m.spend))
	FROM m, clv.coefficients(m.spend) AS c
	UNION ALL
	SELECT 200, 'clv_rank', v.clv_rank, format('rank by {{value}} among the customers of this view') FROM customer_row AS v
	UNION ALL
	SELECT 210, 'threshold', CASE WHEN v.value >= 0 THEN greatest(max(c.cutoff), CASE WHEN max(c.cutoff) < 0 THEN 0 END) END,
		   CASE WHEN v.value < 0 THEN 'none: a {{value}} below 0 is unprofitable, whatever the thresholds'
				ELSE concat('the highest threshold that {{value}} reaches', CASE WHEN count(c.cutoff) = 0 THEN ': none' WHEN max(c.cutoff) < 0 THEN format(': 0, since the cut-off is %s', max(c.cutoff)) END,
							CASE WHEN m.options ? 'hysteresis' THEN concat('; the tier is kept within ', trim_scale((m.options #>> '{hysteresis,band}')::numeric * 100), ' % of a threshold') END) END
	FROM customer_row AS v CROSS JOIN m LEFT JOIN LATERAL unnest(m.cutoffs) AS c (cutoff) ON v.value >= c.cutoff
	GROUP BY m.options, v.value{{previous_step}}
	UNION ALL
	SELECT 220, 'tier', NULL, coalesce(v.tier, 'none: there is no value') FROM customer_row AS v
	UNION ALL
	SELECT 230, 'note', NULL, 'the models were fitted anew after this view was scored: refresh it'
	FROM customer_row AS v CROSS JOIN m
	WHERE v.discounted_purchases IS DISTINCT FROM clv.discounted_purchases(m.model, v.frequency::float8, v.recency, v.t, m.annual_rate, m.horizon)
	   OR v.expected_spend IS DISTINCT FROM clv.expected_spend(m.spend, v.frequency::float8, v.monetary)
)
SELECT (row_number() OVER (ORDER BY s.step))::int, s.quantity, s.value, s.formula
FROM step AS s
ORDER BY s.step
$sql$::text, jsonb_build_object(
			'customers', pair.customers,
			'models', pair.models,
			'is_the_one', is_the_one,
			'value', pair.value,
			'cost_steps', CASE WHEN pair.costs THEN
$sql$,
		(140, 'margin', v.margin, 'part of spend that is left after the cost of the goods'),
		(150, 'contribution', v.margin * v.clv, 'margin * clv'),
		(160, 'order_costs', v.cost_per_order * v.discounted_purchases, format('cost_per_order, %s, * discounted_purchases', coalesce(v.cost_per_order::text, 'not known'))),
		(170, 'alive_years', v.alive_years, 'years that the customer is still expected to be one, within the horizon and discounted'),
		(180, 'service_costs', v.service_cost * v.alive_years, format('service_cost, %s, * alive_years', coalesce(v.service_cost || ' a year', 'not known'))),
		(190, 'clv_net', v.clv_net, concat('contribution - order_costs - service_costs', '; below 0 because of: ' || v.unprofitable_because))$sql$ END,
			'previous_step', CASE WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = view AND a.attname = 'previous_tier') THEN
$sql$
	UNION ALL
	SELECT 215, 'previous_tier', NULL, concat(coalesce(v.previous_tier, 'none'), ': the tier at the last of the stated past dates',
				CASE WHEN v.tier <> p.tier THEN concat('; it decides, by the thresholds alone the tier would be ', p.tier) END)
	FROM customer_row AS v CROSS JOIN m CROSS JOIN LATERAL (SELECT clv.tier(v.value, m.cutoffs, m.tier_labels, 'unprofitable'::text)) AS p (tier)$sql$ END)));
END
$$;
COMMENT ON FUNCTION clv.explain(regclass, text) IS
	'one customer of a view of values from history to tier: each quantity, its value and in words how it comes about, to '
	'the last bit. P0002: no such customer; 22023: one who has opted out; 42809: not such a view';

CREATE FUNCTION clv.explain(view regclass, customer anyelement)
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
BEGIN
	RETURN QUERY SELECT e.step, e.quantity, e.value, e.formula FROM clv.explain(view, customer::text) AS e;
END
$$;
COMMENT ON FUNCTION clv.explain(regclass, anyelement) IS
	'clv.explain(view, customer) for a customer of any type';

-- "char" is both of the above and none of them more.
CREATE FUNCTION clv.explain(view regclass, customer "char")
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE sql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
AS $$SELECT e.step, e.quantity, e.value, e.formula FROM clv.explain(view, customer::text) AS e$$;
COMMENT ON FUNCTION clv.explain(regclass, "char") IS
	'clv.explain(view, customer) for a customer of type "char"';
