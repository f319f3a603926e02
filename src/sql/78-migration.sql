-- Who moved from tier to tier between two dates?

-- migration(view, from, to): who moved where.
CREATE FUNCTION clv.migration(view regclass, from_date date, to_date date, histories regclass DEFAULT NULL,
	customer name DEFAULT NULL, history name DEFAULT 'history')
RETURNS TABLE (
	from_tier text, to_tier text, movement text, customers bigint, share float8,
	value_from numeric, value_to numeric, change numeric, departed bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 30
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	h			clv._history_text := clv._histories(pair, histories, customer, history);
	m			clv._model_row;
BEGIN
	PERFORM clv._check_date('from_date'::text, from_date, h.last);
	PERFORM clv._check_date('to_date'::text, to_date, h.last);
	IF from_date >= to_date THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('from_date "%s" must be before to_date "%s"', from_date, to_date);
	END IF;
	m := clv._kept_models(pair);
	RETURN QUERY EXECUTE clv._fill(
$sql$
WITH labels AS (
	SELECT l.place, l.label FROM {{models}} AS m, unnest(m.tier_labels || 'unprofitable'::text) WITH ORDINALITY AS l (label, place)
), dated AS (
	SELECT (v.a).frequency IS NULL AS is_new, m.cutoffs, m.tier_labels, {{value_from}} AS v0, {{value_to}} AS v1,
		   clv.p_alive(m.model, (v.a).frequency::float8, (v.a).recency, (v.a).t) >= 0.5 AND clv.p_alive(m.model, (v.b).frequency::float8, (v.b).recency, (v.b).t) < 0.5 AS departed
	FROM (SELECT {{cost_columns}}clv.summary({{history}}, $1, $9) AS a, clv.summary({{history}}, $2, $9) AS b FROM {{source}} WHERE ({{opted_out}}) IS NOT TRUE OFFSET '0') AS v
	CROSS JOIN LATERAL (SELECT $3 AS model, $4 AS spend, $5 AS annual_rate, $6 AS horizon, $7 AS cutoffs, $8 AS tier_labels) AS m
	WHERE (v.b).frequency IS NOT NULL
	OFFSET '0'
), moves AS (
	-- one column to group by, of which few values are expected: they are hashed where they are found
	SELECT ARRAY[CASE WHEN d.is_new THEN '(new)' ELSE coalesce(clv.tier(d.v0, d.cutoffs, d.tier_labels, 'unprofitable'::text), '(none)') END,
				 coalesce(clv.tier(d.v1, d.cutoffs, d.tier_labels, 'unprofitable'::text), '(none)')] AS tiers, d.v0, d.v1, d.departed
	FROM dated AS d
	OFFSET '0'
), moved AS MATERIALIZED (
	SELECT d.tiers[1] AS from_tier, d.tiers[2] AS to_tier, count(*) AS customers, coalesce(sum(clv._numeric(d.v0)), 0) AS value_from,
		   coalesce(sum(clv._numeric(d.v1)), 0) AS value_to, count(*) FILTER (WHERE d.departed) AS departed
	FROM moves AS d
	GROUP BY d.tiers
), places AS (
	SELECT l.place, l.label FROM labels AS l
	UNION ALL SELECT 1000, '(none)' WHERE EXISTS (SELECT FROM moved AS x WHERE '(none)' IN (x.from_tier, x.to_tier))
)
SELECT f.label, t.label,
	   CASE WHEN f.label = '(new)' THEN 'arrived'
			WHEN f.label = '(none)' OR t.label = '(none)' THEN CASE WHEN f.label = t.label THEN 'same' ELSE 'other' END
			WHEN f.place > t.place THEN 'up' WHEN f.place < t.place THEN 'down' ELSE 'same' END,
	   coalesce(x.customers, 0),
	   coalesce(x.customers, 0)::float8 / nullif(sum(x.customers) OVER (PARTITION BY f.label), 0)::float8,
	   coalesce(x.value_from, 0), coalesce(x.value_to, 0), coalesce(x.value_to, 0) - coalesce(x.value_from, 0),
	   coalesce(x.departed, 0)
FROM (TABLE places UNION ALL SELECT 1001, '(new)') AS f
CROSS JOIN places AS t
LEFT JOIN moved AS x ON x.from_tier = f.label AND x.to_tier = t.label
ORDER BY f.place, t.place
$sql$::text, jsonb_build_object(
			'models', pair.models,
			'value_from', clv._value_of(pair, '(v.a)'::text, 'm'::text),
			'value_to', clv._value_of(pair, '(v.b)'::text, 'm'::text),
			'source', h.source,
			'history', h.history_ref,
			'opted_out', pair.opted_out,
			'cost_columns', pair.cost_columns))
	USING from_date, to_date, m.model, m.spend, m.annual_rate, m.horizon, m.cutoffs, m.tier_labels, m.refunds;
END
$$;
COMMENT ON FUNCTION clv.migration(regclass, date, date, regclass, name, name) IS
	'matrix of the tiers of a view of values at one date against those at a later one, with customers, shares and values; '
	'(new) came in between, departed fell below P(alive) 0.5. Errors as clv.tiers_at';
