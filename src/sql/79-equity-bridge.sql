-- Why has customer equity changed between two dates?

-- equity_bridge(view, from, to): why equity changed.
CREATE FUNCTION clv.equity_bridge(view regclass, from_date date, to_date date, refit boolean DEFAULT true,
	histories regclass DEFAULT NULL, customer name DEFAULT NULL, history name DEFAULT 'history')
RETURNS TABLE (ordinal int, component text, amount numeric, customers bigint, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 7
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	h			clv._history_text := clv._histories(pair, histories, customer, history);
	m			clv._model_row;
	old_model	clv.model;
	old_spend	clv.model;
	new_model	clv.model;
	new_spend	clv.model;
BEGIN
	PERFORM clv._check_date('from_date'::text, from_date, h.last);
	PERFORM clv._check_date('to_date'::text, to_date, h.last);
	IF from_date >= to_date OR refit IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN refit IS NULL THEN 'argument "refit" must not be null'
				ELSE format('from_date "%s" must be before to_date "%s"', from_date, to_date) END;
	END IF;
	m := clv._kept_models(pair);
	old_model := m.model;
	old_spend := m.spend;
	new_model := m.model;
	new_spend := m.spend;
	IF refit THEN
		EXECUTE format(
$sql$
SELECT clv.fit(b.before, clv.model_name($4), 1::float8, NULL::jsonb, NULL::jsonb), clv.fit(b.before, clv.model_name($5), 1::float8, NULL::jsonb, NULL::jsonb),
	   clv.fit(b.after, clv.model_name($4), 1::float8, NULL::jsonb, NULL::jsonb), clv.fit(b.after, clv.model_name($5), 1::float8, NULL::jsonb, NULL::jsonb)
FROM (SELECT clv.cbs(%1$s, $1, $3) AS before, clv.cbs(%1$s, $2, $3) AS after FROM %2$s) AS b
$sql$, h.history_ref, h.source)
		INTO old_model, old_spend, new_model, new_spend
		USING from_date, to_date, m.refunds, m.model, m.spend;
	END IF;
	RETURN QUERY EXECUTE clv._fill(
$sql$
WITH valued AS (
	SELECT (v.a).frequency IS NULL AS is_new, (v.b).last_purchase > $1 AS bought, (1 + $8) ^ (($2 - $1) / 365.25::float8) - 1 AS unwinding,
		   coalesce({{value_from}}, 0) AS v0, coalesce({{value_to}}, 0) AS v1, CASE WHEN $3 THEN coalesce({{value_refitted}}, 0) END AS v2
	FROM (SELECT {{cost_columns}}clv.summary({{history}}, $1, $10) AS a, clv.summary({{history}}, $2, $10) AS b FROM {{source}} OFFSET '0') AS v
	CROSS JOIN LATERAL (SELECT $4 AS model, $5 AS spend, $8 AS annual_rate, $9 AS horizon) AS o
	CROSS JOIN LATERAL (SELECT $6 AS model, $7 AS spend, $8 AS annual_rate, $9 AS horizon) AS n
	WHERE (v.b).frequency IS NOT NULL
	OFFSET '0'
), parts AS MATERIALIZED (
	SELECT x.is_new, x.bought, count(*) AS n, sum(clv._numeric(x.v0)) AS v0, sum(clv._numeric(x.v0 * x.unwinding)) AS unwound, sum(clv._numeric(x.v1)) AS v1,
		   coalesce(sum(clv._numeric(x.v2)), sum(clv._numeric(x.v1))) AS v2
	FROM valued AS x
	GROUP BY 1, 2
), sums AS (
	SELECT coalesce(sum(p.n), 0)::bigint AS customers, coalesce(sum(p.n) FILTER (WHERE NOT p.is_new), 0)::bigint AS before,
		   coalesce(sum(p.v0), 0) AS start, coalesce(sum(p.unwound), 0) AS discount,
		   coalesce(sum(p.n) FILTER (WHERE NOT p.is_new AND p.bought), 0)::bigint AS active,
		   coalesce(sum(p.v1 - p.v0 - p.unwound) FILTER (WHERE NOT p.is_new AND p.bought), 0) AS activity,
		   coalesce(sum(p.n) FILTER (WHERE NOT p.is_new AND NOT p.bought), 0)::bigint AS silent,
		   coalesce(sum(p.v1 - p.v0 - p.unwound) FILTER (WHERE NOT p.is_new AND NOT p.bought), 0) AS lost,
		   coalesce(sum(p.n) FILTER (WHERE p.is_new), 0)::bigint AS arrived,
		   coalesce(sum(p.v1) FILTER (WHERE p.is_new), 0) AS arrivals,
		   coalesce(sum(p.v2 - p.v1), 0) AS model, coalesce(sum(p.v2), 0) AS finish
	FROM parts AS p
)
SELECT r.ordinal, r.component, r.amount, r.customers, r.meaning
FROM sums AS s, LATERAL (VALUES
	(1, 'start', s.start, s.before, 'value of the customers at the first date'),
	(2, 'discount', s.discount, s.before, 'the same money is nearer: a period''s interest on the value at the start'),
	(3, 'activity', s.activity, s.active, 'what the customers who bought in between became worth'),
	(4, 'lost', s.lost, s.silent, 'what the customers who bought nothing in between lost'),
	(5, 'new', s.arrivals, s.arrived, 'value of the customers who came in between'),
	(6, 'model', s.model, s.customers, 'what fitting the models anew makes of the same customers'),
	(7, 'end', s.finish, s.customers, 'value of the customers at the second date: the sum of all above')
	) AS r (ordinal, component, amount, customers, meaning)
$sql$::text, jsonb_build_object(
			'source', h.source,
			'history', h.history_ref,
			'value_from', clv._value_of(pair, '(v.a)'::text, 'o'::text),
			'value_to', clv._value_of(pair, '(v.b)'::text, 'o'::text),
			'value_refitted', clv._value_of(pair, '(v.b)'::text, 'n'::text),
			'cost_columns', pair.cost_columns))
	USING from_date, to_date, refit, old_model, old_spend, new_model, new_spend, m.annual_rate, m.horizon, m.refunds;
END
$$;
COMMENT ON FUNCTION clv.equity_bridge(regclass, date, date, boolean, regclass, name, name) IS
	'why the value of all customers of a view changed between two dates: interest, activity, silence, new customers, new '
	'models; adds up exactly. 22023: dates not in order or after the view''s as_of; 42809: not such a view';
