-- The other steps of clv.query: the fit, what the models say of each customer,
-- values, thresholds and the result.

-- Steps "base" and "model": the fit to all customers.
CREATE FUNCTION clv._fit_steps(
	horizon interval, annual_rate float8, model text, refunds text, tier_labels text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = 'iso_8601'
SET extra_float_digits = 1
AS $$
SELECT concat(clv._fill(clv._step('base'::text), jsonb_build_object('refunds', quote_literal(refunds))), E'\n',
	clv._fill(clv._step('model'::text), jsonb_build_object('model', quote_literal(model), 'horizon', quote_literal(horizon), 'annual_rate', annual_rate::text,
		'tier_labels', quote_literal(tier_labels))))
$$;
COMMENT ON FUNCTION clv._fit_steps(interval, float8, text, text, text[]) IS
	'part of clv.query: the steps base and model';

-- A past date's own columns in step "scores": what the models said then.
CREATE FUNCTION clv._past_columns(opt clv._option_text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(CASE WHEN opt.costs THEN
$sql$,
           clv.discounted_purchases(m.model, s%1$s.x, s%1$s.recency, s%1$s.t,
                                    m.annual_rate, m.horizon) AS past_purchases_%1$s,
           clv.expected_spend(m.spend, s%1$s.x, s%1$s.monetary) AS past_spend_%1$s,
           clv.alive_years(m.model, s%1$s.x, s%1$s.recency, s%1$s.t,
                           m.annual_rate, m.horizon) AS past_years_%1$s$sql$
			ELSE
$sql$,
           clv.value(m.model, m.spend, s%1$s.x, s%1$s.recency, s%1$s.t,
                     s%1$s.monetary, m.annual_rate, m.horizon) AS past_value_%1$s$sql$ END, i), '' ORDER BY i)
			FROM generate_series(1, cardinality(opt.past_dates)) AS i);
END
$$;
COMMENT ON FUNCTION clv._past_columns(clv._option_text) IS
	'part of clv.query: columns of the step scores for the stated past dates, NULL without any';

-- Can a refund lower what a customer is expected to bring?  Under gross no
-- number contains one, under error there is none.
CREATE FUNCTION clv._refunds_matter(refunds text)
RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN refunds OPERATOR(pg_catalog.=) ANY ('{net,event}'::text[]);
COMMENT ON FUNCTION clv._refunds_matter(text) IS
	'part of clv.query: whether refunds enter the numbers under a policy';

-- Steps "summaries" and "scores": each customer, and what the models say of it.
-- Where only values are asked for, and not the customers who have them, other
-- columns are left out.
CREATE FUNCTION clv._scores_step(refunds text, opt clv._option_text, only_values boolean, read_once boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	past		int := CASE WHEN NOT only_values THEN cardinality(opt.past_dates) END;
	costs		text[] := CASE WHEN opt.costs THEN '{margin,cost_per_order,service_cost}'::text[] ELSE '{}' END
		|| CASE WHEN opt.costs AND NOT only_values THEN '{acquisition_cost}'::text[] ELSE '{}' END
		|| CASE WHEN opt.opted_out IS NOT NULL THEN '{opted_out}'::text[] ELSE '{}' END;
	profits		boolean := opt.costs AND NOT only_values;
	keep_history boolean := opt.keep_history AND NOT only_values;
	with_refunds boolean := profits AND clv._refunds_matter(refunds);
BEGIN
	RETURN concat(
		clv._fill(clv._step('summaries'::text), jsonb_build_object(
			'past', coalesce(past > 0, false),
			'with_history', with_refunds OR keep_history,
			'refunds', quote_literal(refunds),
			'past_summaries', (SELECT string_agg(format(E',\n           clv.summary(h.history, %s, CAST(%L AS pg_catalog.text)) AS s%s', opt.past_dates[i], refunds, i), '' ORDER BY i)
							   FROM generate_series(1, past) AS i),
			'costs_of_customer', (SELECT string_agg(format(E',\n           %s AS %s', CASE c.name WHEN 'margin' THEN opt.margin
										WHEN 'cost_per_order' THEN opt.cost_per_order WHEN 'service_cost' THEN opt.service_cost
										WHEN 'acquisition_cost' THEN opt.acquisition_cost ELSE opt.opted_out END, c.name), '' ORDER BY c.place)
								  FROM unnest(costs) WITH ORDINALITY AS c (name, place)),
			'late_join', opt.late_join,
			'customer_join', opt.customer_join)),
		E'\n',
		clv._fill(clv._step('scores'::text), jsonb_build_object(
			'read_again', NOT read_once,
			'read_once', read_once,
			'customers', NOT only_values,
			'observed', only_values,		-- what that step asks for
			'costs', opt.costs,
			'profits', profits,
			'with_refunds', with_refunds,
			'cost_columns', (SELECT string_agg(E',\n           h.' || c.name, '' ORDER BY c.place) FROM unnest(costs) WITH ORDINALITY AS c (name, place)),
			'past_columns', CASE WHEN NOT only_values THEN clv._past_columns(opt) END,
			'keep_history', keep_history,
			'past_joins', (SELECT string_agg(format(E'\n    CROSS JOIN LATERAL (\n        SELECT (h.s%1$s).*, CAST((h.s%1$s).frequency AS double precision) AS x\n    ) AS s%1$s', i), '' ORDER BY i)
						   FROM generate_series(1, past) AS i))));
END
$$;
COMMENT ON FUNCTION clv._scores_step(text, clv._option_text, boolean, boolean) IS
	'part of clv.query: the steps summaries and scores';

-- A value less its costs.
CREATE FUNCTION clv._net_value_expr(clv text, purchases text, years text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format(
$sql$(v.margin OPERATOR(pg_catalog.*) %s)
               OPERATOR(pg_catalog.-) (v.cost_per_order OPERATOR(pg_catalog.*) %s)
               OPERATOR(pg_catalog.-) (v.service_cost OPERATOR(pg_catalog.*) %s)$sql$, clv, purchases, years)
$$;
COMMENT ON FUNCTION clv._net_value_expr(text, text, text) IS
	'part of clv.query: what is left of a value after costs';

-- Steps "late", "customer_facts", "scores" and what comes of them: what each customer
-- is worth.
CREATE FUNCTION clv._score_steps(refunds text, opt clv._option_text, only_values boolean, read_once boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat_ws(E'\n', opt.late_step || ',', opt.customer_step || ',', clv._scores_step(refunds, opt, only_values, read_once), clv._step('customer_values'::text),
		CASE WHEN opt.costs THEN clv._fill(clv._step('customer_profits'::text), jsonb_build_object(
			'clv_net', clv._net_value_expr('v.clv'::text, 'v.discounted_purchases'::text, 'v.alive_years'::text),
			'customers', NOT only_values,
			'past_values', CASE WHEN NOT only_values THEN
				(SELECT string_agg(concat(E',\n           ',
					clv._net_value_expr(format('(v.past_purchases_%1$s OPERATOR(pg_catalog.*) v.past_spend_%1$s)', i),
										format('v.past_purchases_%s', i), format('v.past_years_%s', i)),
					' AS past_value_', i), '' ORDER BY i)
				 FROM generate_series(1, cardinality(opt.past_dates)) AS i) END)) END);
END
$$;
COMMENT ON FUNCTION clv._score_steps(text, clv._option_text, boolean, boolean) IS
	'part of clv.query: the steps scores and customer_values, with costs customer_profits, and before them late and the customer table';

-- The step that holds the customers' values, and the value that ranks and
-- tiers go by.
CREATE FUNCTION clv._value_step(opt clv._option_text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (opt).costs THEN 'customer_profits' ELSE 'customer_values' END;
COMMENT ON FUNCTION clv._value_step(clv._option_text) IS
	'part of clv.query: the step with the values';

CREATE FUNCTION clv._ranked_value(opt clv._option_text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (opt).costs THEN 'v.clv_net' ELSE 'v.clv' END;
COMMENT ON FUNCTION clv._ranked_value(clv._option_text) IS
	'part of clv.query: the value that ranks and tiers go by';

-- Step "tiers": the lowest value of each tier.
CREATE FUNCTION clv._tier_step(tier_method text, tier_shares float8[], opt clv._option_text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
BEGIN
	RETURN clv._fill(clv._step('tiers'::text), jsonb_build_object(
			'value', clv._ranked_value(opt),
			'step', clv._value_step(opt),
			'tier_method', quote_literal(tier_method),
			'tier_shares', quote_literal(tier_shares),
			'opt_out', opt.opted_out IS NOT NULL));
END
$$;
COMMENT ON FUNCTION clv._tier_step(text, float8[], clv._option_text) IS
	'part of clv.query: the step tiers';

-- Why a customer's net value is below 0: the first of these which alone would
-- lift it to 0.  What it were without refunds is asked of the history, since a
-- refund on a later day, however large, does not lower a value.
CREATE FUNCTION clv._unprofitable_reason(refunds text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat(
$sql$CASE WHEN v.clv_net OPERATOR(pg_catalog.<) 0 THEN
           CASE $sql$, CASE WHEN clv._refunds_matter(refunds) THEN concat(
$sql$WHEN v.with_refunds IS NOT NULL
                 AND (SELECT $sql$, clv._net_value_expr('(n.purchases OPERATOR(pg_catalog.*) n.spend)'::text, 'n.purchases'::text, 'n.years'::text), $sql$
                      FROM (SELECT clv.discounted_purchases(m.model, g.x, (g.s).recency, (g.s).t, m.annual_rate, m.horizon) AS purchases,
                                   clv.expected_spend(m.spend, g.x, (g.s).monetary) AS spend,
                                   clv.alive_years(m.model, g.x, (g.s).recency, (g.s).t, m.annual_rate, m.horizon) AS years
                            FROM (SELECT h.s, CAST((h.s).frequency AS double precision) AS x
                                  FROM (SELECT clv.summary(v.with_refunds, a.as_of, CAST('gross' AS pg_catalog.text)) AS s OFFSET 0) AS h
                            ) AS g OFFSET 0
                      ) AS n) OPERATOR(pg_catalog.>=) 0
                THEN 'refunds'
                $sql$) END,
$sql$WHEN (v.discounted_purchases OPERATOR(pg_catalog.*)
                      ((w.mean_margin OPERATOR(pg_catalog.*) w.mean_expected_spend) OPERATOR(pg_catalog.-) v.cost_per_order))
                     OPERATOR(pg_catalog.>=) (v.service_cost OPERATOR(pg_catalog.*) v.alive_years)
                THEN 'low margin'
                WHEN (w.mean_discounted_purchases OPERATOR(pg_catalog.*)
                      ((v.margin OPERATOR(pg_catalog.*) v.expected_spend) OPERATOR(pg_catalog.-) v.cost_per_order))
                     OPERATOR(pg_catalog.>=) (v.service_cost OPERATOR(pg_catalog.*) v.alive_years)
                THEN 'few purchases'
                ELSE 'cost to serve' END
       END$sql$);
END
$$;
COMMENT ON FUNCTION clv._unprofitable_reason(text) IS
	'part of clv.query: the column unprofitable_because';

-- The tier at each stated date in turn, each with the one before, by the models
-- and thresholds of today.  Where there is no value, the tier stays what it
-- was.  OFFSET 0 is a fence, as MATERIALIZED is: each tier is mentioned twice.
CREATE FUNCTION clv._past_tiers(opt clv._option_text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(
$sql$
CROSS JOIN LATERAL (
    -- the tier %s
    SELECT %s AS tier
    OFFSET 0
) AS t%s$sql$,
			CASE WHEN i = 1 THEN 'that the customer had at the first of the stated dates' ELSE 'at the next of them, coming from that one' END,
			CASE WHEN i = 1 THEN 'clv.tier(v.past_value_1, k.cutoffs, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))'
				ELSE format('coalesce(clv.tier(v.past_value_%1$s, k.cutoffs, t%2$s.tier, %3$s, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text)), t%2$s.tier)', i, i - 1, opt.band) END,
			i), '' ORDER BY i)
			FROM generate_series(1, cardinality(opt.past_dates)) AS i);
END
$$;
COMMENT ON FUNCTION clv._past_tiers(clv._option_text) IS
	'part of clv.query: the tiers that a customer came from, NULL without past dates';

-- The result: a row a customer.
CREATE FUNCTION clv._result_select(customer_column text, refunds text, opt clv._option_text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	value		text := clv._ranked_value(opt);
	tier		text := format('clv.tier(%s, k.cutoffs, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))', value);
	rank		text := format('pg_catalog.rank() OVER (ORDER BY %s DESC NULLS LAST)', value);
	previous	text := format('t%s.tier', cardinality(opt.past_dates));
	more		text;
BEGIN
	IF opt.past_dates IS NOT NULL THEN
		tier := format('clv.tier(%s, k.cutoffs, %s, %s, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))', value, previous, opt.band);
	END IF;
	IF opt.opted_out IS NOT NULL THEN
		tier := format('CASE WHEN NOT v.opted_out THEN %s END', tier);
		rank := format('CASE WHEN NOT v.opted_out THEN pg_catalog.rank() OVER (PARTITION BY v.opted_out ORDER BY %s DESC NULLS LAST) END', value);
	END IF;
	SELECT string_agg(E',\n       ' || CASE c.name
			WHEN 'unprofitable_because' THEN clv._unprofitable_reason(refunds) || ' AS unprofitable_because'
			WHEN 'previous_tier' THEN format(CASE WHEN opt.opted_out IS NULL THEN '%s AS previous_tier'
				ELSE 'CASE WHEN NOT v.opted_out THEN %s END AS previous_tier' END, previous)
			ELSE 'v.' || c.name END, '' ORDER BY c.place)
	INTO more
	FROM unnest(opt.columns) WITH ORDINALITY AS c (name, place);
	RETURN clv._fill(clv._step('SELECT'::text), jsonb_build_object(
			'customer_column', customer_column,
			'rank', rank,
			'tier', tier,
			'more_columns', more,
			'step', clv._value_step(opt),
			'costs', opt.costs,
			'past_tiers', clv._past_tiers(opt)));
END
$$;
COMMENT ON FUNCTION clv._result_select(text, text, clv._option_text) IS
	'part of clv.query: the columns of the result';
