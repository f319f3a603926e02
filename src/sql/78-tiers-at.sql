-- Who was in which tier at a past date?

-- tiers_at(view, dates): who was in which tier.
CREATE FUNCTION clv.tiers_at(view regclass, as_of date[], histories regclass DEFAULT NULL,
	customer name DEFAULT NULL, history name DEFAULT 'history')
RETURNS TABLE (as_of_date date, customer_id text, frequency int, recency float8, t float8, p_alive float8, value float8, tier text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 100000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	h			clv._history_text := clv._histories(pair, histories, customer, history);
	m			clv._model_row;
	day			date;
BEGIN
	FOREACH day IN ARRAY coalesce(as_of, ARRAY[NULL::date]) LOOP
		PERFORM clv._check_date('a date of as_of'::text, day, h.last);
	END LOOP;
	m := clv._kept_models(pair);
	RETURN QUERY EXECUTE clv._fill(
$sql$
SELECT x.as_of, x.customer::text, x.frequency, x.recency, x.t, x.p_alive, x.value, clv.tier(x.value, $7, $8, 'unprofitable'::text)
FROM (
	SELECT v.as_of, v.customer, (v.s).frequency, (v.s).recency, (v.s).t,
		   clv.p_alive(m.model, (v.s).frequency::float8, (v.s).recency, (v.s).t) AS p_alive, {{value}} AS value
	FROM (
		SELECT {{cost_columns}}d.as_of, {{customer}} AS customer, clv.summary({{history}}, d.as_of, $6) AS s
		FROM {{source}} CROSS JOIN unnest($1) AS d (as_of)
		WHERE ({{opted_out}}) IS NOT TRUE
		OFFSET '0'
	) AS v
	CROSS JOIN LATERAL (SELECT $2 AS model, $3 AS spend, $4 AS annual_rate, $5 AS horizon) AS m
	WHERE (v.s).frequency IS NOT NULL
	OFFSET '0'
) AS x
$sql$::text, jsonb_build_object(
			'customer', h.customer_ref,
			'value', clv._value_of(pair, '(v.s)'::text, 'm'::text),
			'source', h.source,
			'history', h.history_ref,
			'opted_out', pair.opted_out,
			'cost_columns', pair.cost_columns))
	USING as_of, m.model, m.spend, m.annual_rate, m.horizon, m.refunds, m.cutoffs, m.tier_labels;
END
$$;
COMMENT ON FUNCTION clv.tiers_at(regclass, date[], regclass, name, name) IS
	'the customers of a view of values as they were at each date, by the model and thresholds kept now: value and tier. '
	'42703: no histories; 22023: a date after the view''s as_of; 42809: not such a view';
