-- What is lost if a customer stays silent?

-- value_at_risk(view, silent): what is lost if a customer stays silent.
CREATE FUNCTION clv.value_at_risk(view regclass, silent interval, top bigint DEFAULT NULL)
RETURNS TABLE (customer_id text, tier text, value float8, value_if_silent float8, at_risk float8, share_of_risk float8,
	p_alive float8, p_alive_if_silent float8, days_since_last int)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 1000
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	m			clv._model_row;
BEGIN
	IF silent IS NULL OR top < 0 THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN silent IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
			MESSAGE = CASE WHEN silent IS NULL THEN 'argument "silent" must not be null'
				ELSE format('argument "top" must be at least 0, but is "%s"', top) END,
			HINT = 'For example clv.value_at_risk(''customer_value'', ''90 days'', 100): the hundred with most to lose.';
	END IF;
	PERFORM clv._check_length('silent'::text, nullif(silent, '0'::interval));
	m := clv._kept_models(pair);
	RETURN QUERY EXECUTE clv._fill(
$sql$
WITH scored AS NOT MATERIALIZED (
	-- asked twice, by all processes: keeping the answers takes longer
	SELECT {{customer}} AS customer, v.tier, v.p_alive, v.frequency, v.recency, s.t AS silent_t, v.days_since_last,
		   v.{{value}} AS now, {{value_later}} AS later
	FROM {{customers}} AS v
	CROSS JOIN LATERAL (SELECT $3 AS model, $4 AS spend, $5 AS annual_rate, $6 AS horizon) AS m
	CROSS JOIN LATERAL (SELECT v.frequency, v.recency, v.t + clv.interval_days($1) AS t, v.monetary) AS s
	WHERE ({{opted_out}}) IS NOT TRUE AND v.{{value}} IS NOT NULL
	OFFSET '0'
), highest AS (
	SELECT h.* FROM scored AS h ORDER BY h.now - h.later DESC, h.customer LIMIT $2
), total AS (
	SELECT sum(clv._numeric(h.now - h.later))::float8 AS risk FROM scored AS h
)
SELECT x.customer::text, x.tier, x.now, x.later, x.now - x.later, (x.now - x.later) / nullif(t.risk, 0),
	   x.p_alive, clv.p_alive($3, x.frequency::float8, x.recency, x.silent_t), x.days_since_last
FROM highest AS x CROSS JOIN total AS t
ORDER BY x.now - x.later DESC, x.customer
$sql$::text, jsonb_build_object(
			'customer', 'v.' || pair.customer_column,
			'value', pair.value,
			'value_later', clv._value_of(pair, 's'::text, 'm'::text),
			'customers', pair.customers,
			'opted_out', pair.opted_out))
	USING silent, top, m.model, m.spend, m.annual_rate, m.horizon;
END
$$;
COMMENT ON FUNCTION clv.value_at_risk(regclass, interval, bigint) IS
	'what the value of each customer of a view falls to when they buy nothing for that long, and the difference, most '
	'first; at most top rows. 22004: no interval; 22023: one below a day; 42809: not such a view';
