-- What the customers that a channel brings are worth, and so what winning one
-- may cost.

-- What a history begins with.
CREATE FUNCTION clv._beginning(rfm clv.rfm, as_of date, refunds text,
	OUT first_purchase date, OUT second_purchase date, OUT last_purchase date,
	OUT first_order float8, OUT refunded boolean)
	AS 'MODULE_PATHNAME', 'clv_rfm_beginning' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv._beginning(clv.rfm, date, text) IS
	'part of clv.acquisition: the first, the second and the last purchase of a history up to as_of, the spend on the day of the first and whether there is a refund up to it; NULL without a purchase; errors as clv.summary';

-- Steps up to "facts", or to "grouped": a row for each customer, with its group.
CREATE TYPE clv._acquired_text AS (
	steps text,
	facts_name text,		-- of the last of them
	group_name text,		-- of a group's key "s.group_key"
	late_step text,			-- to follow the step "as_of", if that is yet to be found
	late_join text,
	cost text,				-- of a customer "f"
	margin text,			-- of a group of them, if it is a column
	cost_per_order text		-- likewise
);
COMMENT ON TYPE clv._acquired_text IS
	'part of clv.acquisition: the steps up to one of a row for each customer with a purchase, and what is asked of it';

CREATE FUNCTION clv._acquired(
	source regclass, customer name, src clv._source_text, by name, cohort text, as_of date, asked date, refunds text, options jsonb)
RETURNS clv._acquired_text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET quote_all_identifiers = off
AS $$
DECLARE
	found		clv._acquired_text;
	customers	regclass;	-- and its key
	customer_key name;
	named		clv._column_text;
	cost		clv._cost_text;
	equality	text := clv._equality(clv._column_type(source, customer));
	by_column	text;		-- of the source
	by_value	text := 'NULL::text';
	group_key	text;
	more_joins	text;
	facts		text[] := '{}'::text[];	-- columns of the customer table
	of_rows		text;		-- more columns of the histories
	carried		text[] := '{}'::text[];	-- columns that later steps want, of "c" and of "f"
	share		record;		-- an option that a group has the weighted mean of
BEGIN
	SELECT c.relation, c.key INTO customers, customer_key FROM clv._customer_table(options) AS c;
	found.facts_name := 'facts';
	IF (by IS NULL) = (cohort IS NULL) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'acquisition is by a column or by cohort, one of them',
			HINT = 'Give by => ''channel'', a column of the source or of the customer table in the options, or cohort => ''quarter''.';
	ELSIF cohort IS NOT NULL THEN
		PERFORM clv._period_step(cohort);
		group_key := 'c.first_purchase';
		found.group_name := format('to_char(date_trunc(%L, s.group_key::timestamp), %L)', cohort,
			CASE cohort WHEN 'year' THEN 'YYYY' WHEN 'quarter' THEN 'YYYY-"Q"Q' WHEN 'month' THEN 'YYYY-MM' ELSE 'YYYY-MM-DD' END);
	ELSIF customers IS NOT NULL AND EXISTS (SELECT FROM pg_attribute AS a
			WHERE a.attrelid = customers AND a.attname = by AND a.attnum > 0 AND NOT a.attisdropped) THEN
		facts := facts || format('min(c.%I::text) AS by_value', by);
		group_key := 'f.by_value';
	ELSE
		PERFORM clv._column_type(source, by);
		by_column := format('o.%I::text', by);
		by_value := format('clv._first_by_date(%s, %s) FILTER (WHERE %s >= 0)', by_column, src.day, src.amount_ref);
		IF refunds = 'event' THEN
			-- the first day may have refunds alone
			by_value := format('CASE WHEN min(%1$s) FILTER (WHERE %2$s >= 0) = min(%1$s) THEN %3$s ELSE clv._first_by_date(%4$s, %1$s) END',
				src.day, src.amount_ref, by_value, by_column);
		END IF;
		group_key := 'c.by_value';
	END IF;
	IF cohort IS NULL THEN
		group_key := format('coalesce(%s, %L)', group_key, '(none)');
		found.group_name := 's.group_key';
	END IF;
	IF jsonb_typeof(options -> 'acquisition_cost' -> 'column') = 'string' THEN
		named := clv._option_column(options, 'acquisition_cost'::text, '{column,of}'::text[], clv._numbers(), 'a number'::text,
											source, customers);
		IF named.of_source THEN
			of_rows := format(E',\n           sum(CAST(o.%s AS numeric)) AS cost', named.column_name);
			carried := carried || 'c.cost'::text;
		ELSE
			facts := facts || format('max(CAST(c.%s AS numeric)) AS cost', named.column_name);
			carried := carried || 'f.cost'::text;
		END IF;
		found.cost := CASE WHEN named.of_source AND as_of IS NULL THEN 'CASE WHEN f.last_row > a.as_of THEN l.cost ELSE f.cost END' ELSE 'f.cost' END;
	END IF;
	-- a customer's as in the views, a group's by what its customers have bought
	FOR share IN SELECT * FROM (VALUES ('margin', 'bought', 'sum(CAST(%1$s AS numeric)) FILTER (WHERE %1$s > 0)', 'min'),
								('cost_per_order', 'ordered', 'count(*) FILTER (WHERE %1$s > 0)', 'max')) AS k (key, weight, weighed, of_several)
				 WHERE jsonb_typeof(options -> k.key) = 'object' LOOP
		cost := clv._cost(options, share.key, source, customers, as_of);
		IF cost.of_source THEN
			of_rows := concat(of_rows, E',\n           ', clv._cost_of_rows(share.key, 'o.' || cost.column_name, src), ' AS ', share.key);
			carried := carried || ('c.' || share.key);
		ELSE
			facts := facts || format('CAST(%s(c.%s) AS double precision) AS %s', share.of_several, cost.column_name, share.key);
			carried := carried || ('f.' || share.key);
		END IF;
		of_rows := concat(of_rows, format(E',\n           ' || share.weighed || ' AS %2$s', src.amount_ref, share.weight));
		carried := carried || ('c.' || share.weight);
		cost.value := format('coalesce(sum(CAST(%1$s AS numeric) * %2$s) / nullif(sum(%2$s) FILTER (WHERE %1$s IS NOT NULL), 0), avg(CAST(%1$s AS numeric)))::float8',
			replace(cost.value, 'h.', 'f.'), format(CASE WHEN as_of IS NULL THEN 'CASE WHEN f.last_row > a.as_of THEN l.%1$s ELSE f.%1$s END' ELSE 'f.%1$s' END, share.weight));
		IF share.key = 'margin' THEN
			found.margin := cost.value;
		ELSE
			found.cost_per_order := cost.value;
		END IF;
	END LOOP;
	IF by_column IS NOT NULL AND refunds = 'net' THEN
		carried := carried || '{c.customer,c.refunded}'::text[];
	END IF;
	IF of_rows IS NOT NULL AND as_of IS NULL THEN
		found.late_step := concat(', ', clv._late_step(src, of_rows, equality, 'facts'::text));
		found.late_join := format(' LEFT JOIN late AS l ON l.customer %s f.customer', equality);
		of_rows := concat(of_rows, E',\n           max(', src.day, ') AS last_row');
		carried := carried || CASE WHEN 'c.customer' = ANY (carried) THEN '{c.last_row}' ELSE '{c.customer,c.last_row}'::text[] END;
	END IF;
	IF facts <> '{}' THEN
		more_joins := format(' LEFT JOIN (SELECT c.%1$I AS key, %2$s FROM %3$s AS c GROUP BY c.%1$I) AS f ON f.key %4$s c.customer',
			customer_key, array_to_string(facts, ', '), clv._relation(customers),
			clv._equality(clv._column_type(customers, customer_key), clv._column_type(source, customer)));
	END IF;
	-- What is carried from step to step is written to disk and read again: few
	-- columns, and "facts" is the only step that is kept.
	found.steps := concat('WITH ', clv._histories_step(src, refunds, format(E',\n           %s AS by_value%s', by_value, of_rows), NULL::text), clv._fill(
$sql$
beginnings AS (
	SELECT h.*, clv._beginning(h.history, {{asked}}::date, {{refunds}}::text) AS b FROM histories AS h OFFSET '0'
), buyers AS (
	SELECT t.*, (t.b).first_purchase, (t.b).second_purchase, (t.b).last_purchase, (t.b).first_order, (t.b).refunded
	FROM beginnings AS t
	WHERE (t.b).first_purchase IS NOT NULL
), facts AS MATERIALIZED (
	SELECT c.history, c.first_purchase, c.second_purchase, c.last_purchase, c.first_order, {{group_key}} AS group_key{{carried}}
	FROM buyers AS c{{more_joins}}
)$sql$::text, jsonb_build_object(
			'asked', quote_nullable(asked),
			'refunds', quote_nullable(refunds),
			'group_key', group_key,
			'carried', (SELECT string_agg(', ' || x.c, '' ORDER BY x.place) FROM unnest(carried) WITH ORDINALITY AS x (c, place)),
			'more_joins', more_joins)));
	IF by_column IS NOT NULL AND refunds = 'net' THEN
		-- The first purchase is that of the history, whatever stands in the rows of
		-- refunds, and the group is one whose orders of that day were not sent back.
		found.steps := concat(found.steps, clv._fill(
$sql$, parts AS (
	SELECT {{customer}} AS customer, {{by_column}} AS by_value, f.first_purchase, sum(CAST({{amount}} AS numeric)) > 0 OR min({{amount}}) >= 0 AS stays
	FROM {{relation}} AS o JOIN facts AS f ON f.customer {{equality}} {{customer}}
	WHERE f.refunded AND {{day}} = f.first_purchase AND {{amount}} IS NOT NULL AND {{up_to}}
	GROUP BY 1, 2, 3
	HAVING max({{amount}}) >= 0
), by_part AS MATERIALIZED (
	SELECT p.customer, coalesce(CASE WHEN bool_or(p.stays) THEN clv._first_by_date(p.by_value, p.first_purchase) FILTER (WHERE p.stays)
									 ELSE clv._first_by_date(p.by_value, p.first_purchase) END, '(none)') AS group_key
	FROM parts AS p
	GROUP BY p.customer
), grouped AS NOT MATERIALIZED (
	SELECT f.history, f.first_purchase, f.second_purchase, f.last_purchase, f.first_order, coalesce(b.group_key, f.group_key) AS group_key{{carried}}
	FROM facts AS f LEFT JOIN by_part AS b ON b.customer {{equality}} f.customer
	OFFSET '0'
)$sql$::text, jsonb_build_object(
			'customer', src.customer_ref,
			'by_column', by_column,
			'amount', src.amount_ref,
			'relation', src.relation,
			'equality', equality,
			'day', src.day,
			'up_to', src.up_to,
			'carried', (SELECT string_agg(regexp_replace(x.c, '^.', ', f'), '' ORDER BY x.place) FROM unnest(carried) WITH ORDINALITY AS x (c, place)))));
		found.facts_name := 'grouped';
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION clv._acquired(regclass, name, clv._source_text, name, text, date, date, text, jsonb) IS
	'part of clv.acquisition: the steps up to one of a row for each customer with a purchase, and the name of a group';

-- A number in the options of clv.acquisition.
CREATE FUNCTION clv._option_number(options jsonb, key text, lowest float8, highest float8, fallback float8)
RETURNS float8
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT options ? key THEN
		RETURN fallback;
	ELSIF jsonb_typeof(options -> key) <> 'number' OR (options ->> key)::numeric NOT BETWEEN lowest::numeric AND highest::numeric THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "%s" must be a number from %s to %s, but is "%s"', key, lowest, highest, coalesce(options ->> key, 'null'));
	END IF;
	-- a bound that is infinite, or no number at all, lets one by that is not finite
	RETURN clv._finite((options ->> key)::float8);
END
$$;
COMMENT ON FUNCTION clv._option_number(jsonb, text, float8, float8, float8) IS
	'part of clv.acquisition: a number among the options; 22023 when it is none or out of bounds, 22003 when it is not finite';

-- What a new customer brings, after margin and costs of orders.
CREATE FUNCTION clv._newcomer(model clv.model, spend clv.model, annual_rate float8, horizon interval, margin float8, cost_per_order float8)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT clv._finite(v * (margin - cost_per_order / clv.expected_spend(spend, 0::float8, NULL::float8))) FROM (SELECT clv.new_customer_value(model, spend, annual_rate, horizon)) AS n (v);
END;
COMMENT ON FUNCTION clv._newcomer(clv.model, clv.model, float8, interval, float8, float8) IS
	'part of clv.acquisition: clv.new_customer_value after margin, and the cost of each of the purchases in it, which are the value over the spend of each; 22003 when that is no finite number';

-- When an acquisition cost has come back.
CREATE FUNCTION clv._payback_months(model clv.model, spend clv.model, annual_rate float8, margin float8, cost_per_order float8, cost float8)
RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT min(g.months) FROM generate_series(0, 120) AS g (months)
WHERE clv._newcomer(model, spend, annual_rate, g.months * interval '1 month', margin, cost_per_order) >= cost;
END;
COMMENT ON FUNCTION clv._payback_months(clv.model, clv.model, float8, float8, float8, float8) IS
	'part of clv.acquisition: the first whole number of months within which a new customer brings the cost; NULL when that is not within ten years';

-- Does it pay to win a customer at that cost?
CREATE FUNCTION clv._acquisition_verdict(lower float8, value float8, upper float8, cost float8, target_return float8)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT CASE WHEN lower >= cost * (1 + target_return) THEN 'pays'
			WHEN upper < cost * (1 + target_return) THEN 'does not pay'
			WHEN value IS NOT NULL AND cost IS NOT NULL THEN 'not sure' END;
END;
COMMENT ON FUNCTION clv._acquisition_verdict(float8, float8, float8, float8, float8) IS
	'part of clv.acquisition: a cost, with the return asked for on it, against a value and its interval; NULL without a cost or a value';

CREATE FUNCTION clv.acquisition(source regclass, customer name, at name, amount name, by name DEFAULT NULL, cohort text DEFAULT NULL,
	as_of date DEFAULT NULL, horizon interval DEFAULT '1 year', annual_rate float8 DEFAULT 0.10, model text DEFAULT 'mbgnbd',
	zone text DEFAULT NULL, refunds text DEFAULT 'net', options jsonb DEFAULT NULL)
RETURNS TABLE (group_name text, customers bigint, first_order numeric, repeat_rate_30d float8, repeat_rate_90d float8, repeat_rate_365d float8,
	new_customer_value float8, lower float8, upper float8, max_acquisition_cost float8, cost float8, payback_months int, verdict text, note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	given		jsonb := coalesce(options, '{}');
	src			clv._source_text;
	acquired	clv._acquired_text;
	asked		date;	-- histories are asked as of this day
	level		float8;
BEGIN
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	PERFORM clv._check_arguments(horizon, annual_rate, model, refunds, 'quantile'::text, '{0.5}'::float8[], '{a,b}'::text[]);
	PERFORM clv._check_keys('options'::text, given,
		'{margin,cost_per_order,target_return,acquisition_cost,customers,min_customers,level,draws,seed,max_silence}'::text[]);
	level := clv._option_number(given, 'level'::text, 0.5::float8, 0.999::float8, 0.95::float8);
	IF jsonb_typeof(given -> 'acquisition_cost') = 'object' AND jsonb_typeof(given -> 'acquisition_cost' -> 'column') IS DISTINCT FROM 'string'
	   AND EXISTS (SELECT FROM jsonb_each(given -> 'acquisition_cost') AS e WHERE jsonb_typeof(e.value) <> 'number' OR (e.value #>> '{}')::numeric < 0) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "acquisition_cost" has costs that are not numbers of at least 0: "%s"', given -> 'acquisition_cost'),
			HINT = 'Give one number, {"search": 12.5, "ads": 30} by group, or {"column": "paid"}.';
	ELSIF jsonb_typeof(given -> 'acquisition_cost') NOT IN ('object', 'number') THEN
		PERFORM clv._option_number(given, 'acquisition_cost'::text, 0::float8, 1e300::float8, NULL::float8);
	END IF;
	asked := clv._effective_as_of(src, as_of);
	acquired := clv._acquired(source, customer, src, by, cohort, as_of, asked, refunds, given);
	RETURN QUERY EXECUTE acquired.steps || clv._fill(
$sql$, sized AS MATERIALIZED (
	SELECT f.group_key, count(*) AS n FROM {{facts}} AS f GROUP BY f.group_key
), as_of AS MATERIALIZED (
	SELECT {{as_of}} AS as_of
){{late_step}}, pools AS MATERIALIZED (
	-- groups too small to be told apart are one
	SELECT g.group_key, g.group_name, CASE WHEN sum(g.n) OVER (PARTITION BY g.group_name) >= $5 THEN g.group_name END AS pool,
		   CASE WHEN jsonb_typeof($9) = 'number' THEN ($9 #>> '{}')::numeric
				WHEN jsonb_typeof($9 -> 'column') = 'string' THEN 0
				ELSE ($9 ->> g.group_name)::numeric END AS cost
	FROM (SELECT s.group_key, {{group_name}} AS group_name, s.n FROM sized AS s) AS g
), group_totals AS MATERIALIZED (
	SELECT p.pool, count(*) AS customers, clv.cbs(f.history, a.as_of, {{refunds}}::text) AS base, avg(clv._money(f.first_order)) AS first_order,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 30) AS seen_30,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 30 AND f.second_purchase - f.first_purchase <= 30) AS again_30,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 90) AS seen_90,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 90 AND f.second_purchase - f.first_purchase <= 90) AS again_90,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 365) AS seen_365,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 365 AND f.second_purchase - f.first_purchase <= 365) AS again_365,
		   avg(coalesce({{cost}}, p.cost))::float8 AS cost, {{margin}} AS margin, {{cost_per_order}} AS cost_per_order
	FROM {{facts}} AS f CROSS JOIN as_of AS a JOIN pools AS p ON p.group_key = f.group_key{{late_join}}
	GROUP BY p.pool
), small AS (
	SELECT string_agg(DISTINCT p.group_name, ', ') AS members, count(DISTINCT p.group_name) AS n FROM pools AS p WHERE p.pool IS NULL
), fitted AS MATERIALIZED (
	-- each group's own fit, drawn to what all have in common
	SELECT u.pool, u.model, u.spend, t.margin, t.cost_per_order
	FROM (SELECT array_agg(t.pool ORDER BY t.pool) AS pools,
				 clv.shrink(array_agg(clv.fit(t.base, $3, 1::float8, '{}'::jsonb, NULL::jsonb) ORDER BY t.pool)) AS models,
				 clv.shrink(array_agg(clv.fit(t.base, 'gammagamma'::text, 1::float8, '{}'::jsonb, NULL::jsonb) ORDER BY t.pool)) AS spends
		  FROM group_totals AS t WHERE t.customers >= $5) AS s,
		 unnest(s.pools, s.models, s.spends) AS u (pool, model, spend) JOIN group_totals AS t ON t.pool IS NOT DISTINCT FROM u.pool
), drawn AS (
	SELECT f.pool, percentile_cont(ARRAY[clv._draw_share((1 - $6) / 2, $10), clv._draw_share((1 + $6) / 2, $10)]) WITHIN GROUP (ORDER BY
			   clv._newcomer(clv.draw_model(f.model, $8, i), clv.draw_model(f.spend, $8, i), $1, $2, f.margin, f.cost_per_order)) AS ends
	FROM fitted AS f, generate_series(0, $10 - 1) AS i
	GROUP BY f.pool
), valued AS (
	SELECT t.*, f.model, f.spend, clv._newcomer(f.model, f.spend, $1, $2, t.margin, t.cost_per_order) AS value, d.ends,
		   CASE WHEN t.customers < $5 THEN 'suppressed: fewer than ' || $5 || ' customers'
				WHEN f.model IS NULL OR f.spend IS NULL THEN 'nothing to fit: nobody has bought again'
				WHEN t.margin IS NULL THEN 'no margin is known'
				WHEN t.cost_per_order IS NULL THEN 'no cost per order is known' END AS why
	FROM group_totals AS t LEFT JOIN fitted AS f ON f.pool IS NOT DISTINCT FROM t.pool LEFT JOIN drawn AS d ON d.pool IS NOT DISTINCT FROM t.pool
)
SELECT coalesce(v.pool, format('other (%s groups)', m.n)), CASE WHEN v.customers >= $5 THEN v.customers END,
	   CASE WHEN v.customers >= $5 THEN trim_scale(round(v.first_order, 9)) END, CASE WHEN v.seen_30 >= $5 THEN v.again_30::float8 / v.seen_30 END,
	   CASE WHEN v.seen_90 >= $5 THEN v.again_90::float8 / v.seen_90 END, CASE WHEN v.seen_365 >= $5 THEN v.again_365::float8 / v.seen_365 END,
	   v.value, v.ends[1], v.ends[2], v.value / (1 + $11), CASE WHEN v.customers >= $5 THEN v.cost END,
	   CASE WHEN v.cost IS NOT NULL THEN clv._payback_months(v.model, v.spend, $1, v.margin, v.cost_per_order, v.cost) END,
	   clv._acquisition_verdict(v.ends[1], v.value, v.ends[2], v.cost, $11),
	   nullif(concat_ws('; ', v.why, CASE WHEN v.pool IS NULL THEN 'together: ' || m.members END), '')
FROM valued AS v CROSS JOIN small AS m
ORDER BY v.pool IS NULL, {{order_by}}
$sql$::text, jsonb_build_object(
			'refunds', quote_nullable(refunds),
			'as_of', CASE WHEN as_of IS NULL THEN clv._found_as_of(src, format('SELECT f.last_purchase AS day, count(*) AS customers FROM %s AS f GROUP BY 1', acquired.facts_name),
			clv._max_silence(given -> 'max_silence'), true) ELSE format('%L::date', to_char(as_of, 'YYYY-MM-DD BC')) END,
			'group_name', acquired.group_name,
			'order_by', CASE WHEN cohort IS NULL THEN 'v.value DESC NULLS LAST, v.pool' ELSE 'v.pool' END,
			'facts', acquired.facts_name,
			'late_step', acquired.late_step,
			'late_join', acquired.late_join,
			'cost', coalesce(acquired.cost, 'NULL::numeric'),
			'margin', coalesce(acquired.margin, '$4'),
			'cost_per_order', coalesce(acquired.cost_per_order, '$7')))
	USING annual_rate, horizon, model, CASE WHEN acquired.margin IS NULL THEN clv._option_number(given, 'margin'::text, (-1)::float8, 1::float8, 1::float8) END,
		clv._option_number(given, 'min_customers'::text, 1::float8, 1e9::float8, 30::float8)::int, level,
		CASE WHEN acquired.cost_per_order IS NULL THEN clv._option_number(given, 'cost_per_order'::text, 0::float8, 1e300::float8, 0::float8) END,
		clv._option_number(given, 'seed'::text, (-9e15)::float8, 9e15::float8, 1::float8)::bigint, given -> 'acquisition_cost',
		clv._option_number(given, 'draws'::text, 20::float8, 100000::float8, 200::float8)::int, clv._option_number(given, 'target_return'::text, (-0.99)::float8, 1e6::float8, 0::float8);
END
$$;
COMMENT ON FUNCTION clv.acquisition(regclass, name, name, name, name, text, date, interval, float8, text, text, text, jsonb) IS
	'what customers of each group (values of a column, or cohorts of first purchase) are worth when they come, what '
	'winning one may cost, and whether it pays, with intervals. Errors as clv.query; 22023 for options that cannot be';
