-- What the customers that a channel brings are worth, and so what winning one
-- may cost.

-- The value on the earliest date (arg-min).  Its state is a type of its own, so
-- that nobody can make one that is none, and any node can merge it.
CREATE TYPE @extschema@._first_by_date;
CREATE FUNCTION @extschema@._first_by_date_in(cstring) RETURNS @extschema@._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION @extschema@._first_by_date_out(@extschema@._first_by_date) RETURNS cstring
	AS 'MODULE_PATHNAME', 'clv_first_by_date_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
-- The value is converted from and to the encoding of the client.
CREATE FUNCTION @extschema@._first_by_date_recv(internal) RETURNS @extschema@._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_recv' LANGUAGE C STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION @extschema@._first_by_date_send(@extschema@._first_by_date) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_first_by_date_send' LANGUAGE C STABLE STRICT PARALLEL SAFE;
CREATE TYPE @extschema@._first_by_date (
	INPUT = @extschema@._first_by_date_in,
	OUTPUT = @extschema@._first_by_date_out,
	RECEIVE = @extschema@._first_by_date_recv,
	SEND = @extschema@._first_by_date_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE @extschema@._first_by_date IS
	'state of the aggregate clv._first_by_date(text, date): a date and the value on it; as text the date as a number of days since 2000-01-01, then ":" and the value unless it is NULL; 54000 for a value of more than 1000000 bytes';
COMMENT ON FUNCTION @extschema@._first_by_date_in(cstring) IS 'text form of clv._first_by_date to value';
COMMENT ON FUNCTION @extschema@._first_by_date_out(@extschema@._first_by_date) IS 'value to text form of clv._first_by_date';
COMMENT ON FUNCTION @extschema@._first_by_date_recv(internal) IS 'binary form of clv._first_by_date to value';
COMMENT ON FUNCTION @extschema@._first_by_date_send(@extschema@._first_by_date) IS 'value to binary form of clv._first_by_date';

CREATE FUNCTION @extschema@._first_by_date_add(state @extschema@._first_by_date, value text, day date) RETURNS @extschema@._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._first_by_date_add(@extschema@._first_by_date, text, date) IS 'transition function of clv._first_by_date(text, date)';
-- The cost is that of a partial state: by customer there are nearly as many as
-- rows, and to sort, send and merge them takes longer than to read all rows in
-- one process.
CREATE FUNCTION @extschema@._first_by_date_merge(state @extschema@._first_by_date, other @extschema@._first_by_date) RETURNS @extschema@._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION @extschema@._first_by_date_merge(@extschema@._first_by_date, @extschema@._first_by_date) IS 'combine function of clv._first_by_date(text, date)';
CREATE FUNCTION @extschema@._first_by_date_value(state @extschema@._first_by_date) RETURNS text
	AS 'MODULE_PATHNAME', 'clv_first_by_date_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._first_by_date_value(@extschema@._first_by_date) IS 'final function of clv._first_by_date(text, date)';
CREATE AGGREGATE @extschema@._first_by_date(value text, day date) (
	SFUNC = @extschema@._first_by_date_add, STYPE = @extschema@._first_by_date, SSPACE = 64,
	FINALFUNC = @extschema@._first_by_date_value, COMBINEFUNC = @extschema@._first_by_date_merge, PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@._first_by_date(text, date) IS
	'part of clv.acquisition: the value on the earliest date, of several on that date the least by its bytes, NULL only when there is no other; NULL dates are skipped';

-- What a history begins with.
CREATE FUNCTION @extschema@._beginning(rfm @extschema@.rfm, as_of date, refunds text,
	OUT first_purchase date, OUT second_purchase date, OUT last_purchase date,
	OUT first_order float8, OUT refunded boolean)
	AS 'MODULE_PATHNAME', 'clv_rfm_beginning' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._beginning(@extschema@.rfm, date, text) IS
	'part of clv.acquisition: the first, the second and the last purchase of a history up to as_of, the spend on the day of the first and whether there is a refund up to it; NULL without a purchase; errors as clv.summary';

-- Steps up to "facts", or to "grouped": a row for each customer, with its group.
CREATE FUNCTION @extschema@._acquired(
	source regclass, customer name, src record, by name, cohort text, as_of date, asked date, refunds text, options jsonb,
	OUT steps text,
	OUT facts_name text,	-- of the last of them
	OUT group_name text,	-- of a group's key "s.group_key"
	OUT late_step text,		-- to follow the step "as_of", if that is yet to be found
	OUT late_join text,
	OUT cost text,			-- of a customer "f"
	OUT margin text,		-- of a group of them, if it is a column
	OUT cost_per_order text)	-- likewise
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET quote_all_identifiers = off
AS $$
DECLARE
	customers	record := @extschema@._customer_table(options);
	named		record;
	equality	text := @extschema@._equality(@extschema@._column_type(source, customer));
	by_column	text;		-- of the source
	by_value	text := 'NULL::text';
	group_key	text;
	more_joins	text;
	facts		text[] := '{}';	-- columns of the customer table
	of_rows		text;		-- more columns of the histories
	carried		text[] := '{}';	-- columns that later steps want, of "c" and of "f"
	share		record;		-- an option that a group has the weighted mean of
BEGIN
	facts_name := 'facts';
	IF (by IS NULL) = (cohort IS NULL) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'acquisition is by a column or by cohort, one of them',
			HINT = 'Give by => ''channel'', a column of the source or of the customer table in the options, or cohort => ''quarter''.';
	ELSIF cohort IS NOT NULL THEN
		PERFORM @extschema@._period_step(cohort);
		group_key := 'c.first_purchase';
		group_name := format('to_char(date_trunc(%L, s.group_key::timestamp), %L)', cohort,
			CASE cohort WHEN 'year' THEN 'YYYY' WHEN 'quarter' THEN 'YYYY-"Q"Q' WHEN 'month' THEN 'YYYY-MM' ELSE 'YYYY-MM-DD' END);
	ELSIF customers.relation IS NOT NULL AND EXISTS (SELECT FROM pg_attribute AS a
			WHERE a.attrelid = customers.relation AND a.attname = by AND a.attnum > 0 AND NOT a.attisdropped) THEN
		facts := facts || format('min(c.%I::text) AS by_value', by);
		group_key := 'f.by_value';
	ELSE
		PERFORM @extschema@._column_type(source, by);
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
		group_name := 's.group_key';
	END IF;
	IF jsonb_typeof(options -> 'acquisition_cost' -> 'column') = 'string' THEN
		named := @extschema@._option_column(options, 'acquisition_cost'::text, '{column,of}'::text[], @extschema@._numbers(), 'a number'::text,
											source, customers.relation);
		IF named.of_source THEN
			of_rows := format(E',\n           sum(CAST(o.%s AS numeric)) AS cost', named.column_name);
			carried := carried || 'c.cost'::text;
		ELSE
			facts := facts || format('max(CAST(c.%s AS numeric)) AS cost', named.column_name);
			carried := carried || 'f.cost'::text;
		END IF;
		cost := CASE WHEN named.of_source AND as_of IS NULL THEN 'CASE WHEN f.last_row > a.as_of THEN l.cost ELSE f.cost END' ELSE 'f.cost' END;
	END IF;
	-- a customer's as in the views, a group's by what its customers have bought
	FOR share IN SELECT * FROM (VALUES ('margin', 'bought', 'sum(CAST(%1$s AS numeric)) FILTER (WHERE %1$s > 0)', 'min'),
								('cost_per_order', 'ordered', 'count(*) FILTER (WHERE %1$s > 0)', 'max')) AS k (key, weight, weighed, of_several)
				 WHERE jsonb_typeof(options -> k.key) = 'object' LOOP
		named := @extschema@._cost(options, share.key, source, customers.relation, as_of);
		IF named.of_source THEN
			of_rows := concat(of_rows, E',\n           ', @extschema@._cost_of_rows(share.key, 'o.' || named.column_name, src), ' AS ', share.key);
			carried := carried || ('c.' || share.key);
		ELSE
			facts := facts || format('CAST(%s(c.%s) AS double precision) AS %s', share.of_several, named.column_name, share.key);
			carried := carried || ('f.' || share.key);
		END IF;
		of_rows := concat(of_rows, format(E',\n           ' || share.weighed || ' AS %2$s', src.amount_ref, share.weight));
		carried := carried || ('c.' || share.weight);
		named.value := format('coalesce(sum(CAST(%1$s AS numeric) * %2$s) / nullif(sum(%2$s) FILTER (WHERE %1$s IS NOT NULL), 0), avg(CAST(%1$s AS numeric)))::float8',
			replace(named.value, 'h.', 'f.'), format(CASE WHEN as_of IS NULL THEN 'CASE WHEN f.last_row > a.as_of THEN l.%1$s ELSE f.%1$s END' ELSE 'f.%1$s' END, share.weight));
		IF share.key = 'margin' THEN
			margin := named.value;
		ELSE
			cost_per_order := named.value;
		END IF;
	END LOOP;
	IF by_column IS NOT NULL AND refunds = 'net' THEN
		carried := carried || '{c.customer,c.refunded}'::text[];
	END IF;
	IF of_rows IS NOT NULL AND as_of IS NULL THEN
		late_step := concat(', ', @extschema@._late_step(src, of_rows, equality, 'facts'::text));
		late_join := format(' LEFT JOIN late AS l ON l.customer %s f.customer', equality);
		of_rows := concat(of_rows, E',\n           max(', src.day, ') AS last_row');
		carried := carried || CASE WHEN 'c.customer' = ANY (carried) THEN '{c.last_row}' ELSE '{c.customer,c.last_row}'::text[] END;
	END IF;
	IF facts <> '{}' THEN
		more_joins := format(' LEFT JOIN (SELECT c.%1$I AS key, %2$s FROM %3$s AS c GROUP BY c.%1$I) AS f ON f.key %4$s c.customer',
			customers.key, array_to_string(facts, ', '), @extschema@._relation(customers.relation),
			@extschema@._equality(@extschema@._column_type(customers.relation, customers.key), @extschema@._column_type(source, customer)));
	END IF;
	-- What is carried from step to step is written to disk and read again: few
	-- columns, and "facts" is the only step that is kept.
	steps := concat('WITH ', @extschema@._histories_step(src, refunds, format(E',\n           %s AS by_value%s', by_value, of_rows), NULL::text), format(
$sql$
walked AS (
	SELECT h.*, clv._beginning(h.history, %1$L::date, %2$L::text) AS b FROM histories AS h OFFSET '0'
), begun AS (
	SELECT t.*, (t.b).first_purchase, (t.b).second_purchase, (t.b).last_purchase, (t.b).first_order, (t.b).refunded
	FROM walked AS t
	WHERE (t.b).first_purchase IS NOT NULL
), facts AS MATERIALIZED (
	SELECT c.history, c.first_purchase, c.second_purchase, c.last_purchase, c.first_order, %3$s AS group_key%4$s
	FROM begun AS c%5$s
)$sql$, asked, refunds, group_key, (SELECT string_agg(', ' || x.c, '' ORDER BY x.place) FROM unnest(carried) WITH ORDINALITY AS x (c, place)), more_joins));
	IF by_column IS NOT NULL AND refunds = 'net' THEN
		-- The first purchase is that of the history, whatever stands in the rows of
		-- refunds, and the group is one whose orders of that day were not sent back.
		steps := concat(steps, format(
$sql$, parts AS (
	SELECT %1$s AS customer, %2$s AS by_value, f.first_purchase, sum(CAST(%3$s AS numeric)) > 0 OR min(%3$s) >= 0 AS stays
	FROM %4$s AS o JOIN facts AS f ON f.customer %5$s %1$s
	WHERE f.refunded AND %6$s = f.first_purchase AND %3$s IS NOT NULL AND %7$s
	GROUP BY 1, 2, 3
	HAVING max(%3$s) >= 0
), by_part AS MATERIALIZED (
	SELECT p.customer, coalesce(CASE WHEN bool_or(p.stays) THEN clv._first_by_date(p.by_value, p.first_purchase) FILTER (WHERE p.stays)
									 ELSE clv._first_by_date(p.by_value, p.first_purchase) END, '(none)') AS group_key
	FROM parts AS p
	GROUP BY p.customer
), grouped AS NOT MATERIALIZED (
	SELECT f.history, f.first_purchase, f.second_purchase, f.last_purchase, f.first_order, coalesce(b.group_key, f.group_key) AS group_key%8$s
	FROM facts AS f LEFT JOIN by_part AS b ON b.customer %5$s f.customer
	OFFSET '0'
)$sql$, src.customer_ref, by_column, src.amount_ref, src.relation, equality, src.day, src.up_to,
			(SELECT string_agg(regexp_replace(x.c, '^.', ', f'), '' ORDER BY x.place) FROM unnest(carried) WITH ORDINALITY AS x (c, place))));
		facts_name := 'grouped';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._acquired(regclass, name, record, name, text, date, date, text, jsonb) IS
	'part of clv.acquisition: the steps up to one of a row for each customer with a purchase, and the name of a group';

-- A number in the options of clv.acquisition.
CREATE FUNCTION @extschema@._option_number(options jsonb, key text, lowest float8, highest float8, fallback float8)
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
	RETURN @extschema@._finite((options ->> key)::float8);
END
$$;
COMMENT ON FUNCTION @extschema@._option_number(jsonb, text, float8, float8, float8) IS
	'part of clv.acquisition: a number among the options; 22023 when it is none or out of bounds, 22003 when it is not finite';

CREATE FUNCTION @extschema@.acquisition(source regclass, customer name, at name, amount name, by name DEFAULT NULL, cohort text DEFAULT NULL,
	as_of date DEFAULT NULL, horizon interval DEFAULT '1 year', annual_rate float8 DEFAULT 0.10, model text DEFAULT 'mbgnbd',
	zone text DEFAULT NULL, refunds text DEFAULT 'net', options jsonb DEFAULT NULL)
RETURNS TABLE (group_name text, customers bigint, first_order numeric, second_order_30 float8, second_order_90 float8, second_order_365 float8,
	new_customer_value float8, lower float8, upper float8, most_cost float8, cost float8, payback_months int, verdict text, note text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 20
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
#variable_conflict use_column
DECLARE
	given		jsonb := coalesce(options, '{}');
	src			record;
	acquired	record;
	asked		date;	-- histories are asked as of this day
	level		float8;
BEGIN
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	PERFORM @extschema@._check_arguments(horizon, annual_rate, model, refunds, 'quantile'::text, '{0.5}'::float8[], '{a,b}'::text[]);
	PERFORM @extschema@._check_keys('options'::text, given,
		'{margin,cost_per_order,target_return,acquisition_cost,customers,min_customers,level,draws,seed,max_silence}'::text[]);
	level := @extschema@._option_number(given, 'level'::text, 0.5::float8, 0.999::float8, 0.95::float8);
	IF jsonb_typeof(given -> 'acquisition_cost') = 'object' AND jsonb_typeof(given -> 'acquisition_cost' -> 'column') IS DISTINCT FROM 'string'
	   AND EXISTS (SELECT FROM jsonb_each(given -> 'acquisition_cost') AS e WHERE jsonb_typeof(e.value) <> 'number' OR (e.value #>> '{}')::numeric < 0) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "acquisition_cost" has costs that are not numbers of at least 0: "%s"', given -> 'acquisition_cost'),
			HINT = 'Give one number, {"search": 12.5, "ads": 30} by group, or {"column": "paid"}.';
	ELSIF jsonb_typeof(given -> 'acquisition_cost') NOT IN ('object', 'number') THEN
		PERFORM @extschema@._option_number(given, 'acquisition_cost'::text, 0::float8, 1e300::float8, NULL::float8);
	END IF;
	asked := @extschema@._asked(src, as_of);
	acquired := @extschema@._acquired(source, customer, src, by, cohort, as_of, asked, refunds, given);
	RETURN QUERY EXECUTE acquired.steps || format(
$sql$, sized AS MATERIALIZED (
	SELECT f.group_key, count(*) AS n FROM %5$s AS f GROUP BY f.group_key
), as_of AS MATERIALIZED (
	SELECT %2$s AS as_of
)%6$s, pools AS MATERIALIZED (
	-- groups too small to be told apart are one
	SELECT g.group_key, g.group_name, CASE WHEN sum(g.n) OVER (PARTITION BY g.group_name) >= $5 THEN g.group_name END AS pool,
		   CASE WHEN jsonb_typeof($9) = 'number' THEN ($9 #>> '{}')::numeric
				WHEN jsonb_typeof($9 -> 'column') = 'string' THEN 0
				ELSE ($9 ->> g.group_name)::numeric END AS cost
	FROM (SELECT s.group_key, %3$s AS group_name, s.n FROM sized AS s) AS g
), told AS MATERIALIZED (
	SELECT p.pool, count(*) AS customers, clv.cbs(f.history, a.as_of, %1$L::text) AS base, avg(clv._money(f.first_order)) AS first_order,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 30) AS seen_30,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 30 AND f.second_purchase - f.first_purchase <= 30) AS again_30,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 90) AS seen_90,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 90 AND f.second_purchase - f.first_purchase <= 90) AS again_90,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 365) AS seen_365,
		   count(*) FILTER (WHERE a.as_of - f.first_purchase >= 365 AND f.second_purchase - f.first_purchase <= 365) AS again_365,
		   avg(coalesce(%8$s, p.cost))::float8 AS cost, %9$s AS margin, %10$s AS cost_per_order
	FROM %5$s AS f CROSS JOIN as_of AS a JOIN pools AS p ON p.group_key = f.group_key%7$s
	GROUP BY p.pool
), small AS (
	SELECT string_agg(DISTINCT p.group_name, ', ') AS members, count(DISTINCT p.group_name) AS n FROM pools AS p WHERE p.pool IS NULL
), fitted AS MATERIALIZED (
	-- each group's own fit, drawn to what all have in common
	SELECT u.pool, u.model, u.spend, t.margin, t.cost_per_order
	FROM (SELECT array_agg(t.pool ORDER BY t.pool) AS pools,
				 clv.shrink(array_agg(clv.fit(t.base, $3, 1::float8, '{}'::jsonb, NULL::jsonb) ORDER BY t.pool)) AS models,
				 clv.shrink(array_agg(clv.fit(t.base, 'gammagamma'::text, 1::float8, '{}'::jsonb, NULL::jsonb) ORDER BY t.pool)) AS spends
		  FROM told AS t WHERE t.customers >= $5) AS s,
		 unnest(s.pools, s.models, s.spends) AS u (pool, model, spend) JOIN told AS t ON t.pool IS NOT DISTINCT FROM u.pool
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
	FROM told AS t LEFT JOIN fitted AS f ON f.pool IS NOT DISTINCT FROM t.pool LEFT JOIN drawn AS d ON d.pool IS NOT DISTINCT FROM t.pool
)
SELECT coalesce(v.pool, format('other (%%s groups)', m.n)), CASE WHEN v.customers >= $5 THEN v.customers END,
	   CASE WHEN v.customers >= $5 THEN trim_scale(round(v.first_order, 9)) END, CASE WHEN v.seen_30 >= $5 THEN v.again_30::float8 / v.seen_30 END,
	   CASE WHEN v.seen_90 >= $5 THEN v.again_90::float8 / v.seen_90 END, CASE WHEN v.seen_365 >= $5 THEN v.again_365::float8 / v.seen_365 END,
	   v.value, v.ends[1], v.ends[2], v.value / (1 + $11), CASE WHEN v.customers >= $5 THEN v.cost END,
	   CASE WHEN v.cost IS NOT NULL THEN (
		   SELECT min(g) FROM generate_series(0, 120) AS g
		   WHERE clv._newcomer(v.model, v.spend, $1, g * interval '1 month', v.margin, v.cost_per_order) >= v.cost) END,
	   CASE WHEN v.ends[1] >= v.cost * (1 + $11) THEN 'pays' WHEN v.ends[2] < v.cost * (1 + $11) THEN 'does not pay' WHEN v.value IS NOT NULL AND v.cost IS NOT NULL THEN 'not sure' END,
	   nullif(concat_ws('; ', v.why, CASE WHEN v.pool IS NULL THEN 'together: ' || m.members END), '')
FROM valued AS v CROSS JOIN small AS m
ORDER BY v.pool IS NULL, %4$s
$sql$, refunds, CASE WHEN as_of IS NULL THEN @extschema@._found_as_of(src, format('SELECT f.last_purchase AS day, count(*) AS customers FROM %s AS f GROUP BY 1', acquired.facts_name),
			@extschema@._max_silence(given -> 'max_silence'), true) ELSE format('%L::date', to_char(as_of, 'YYYY-MM-DD BC')) END, acquired.group_name,
		CASE WHEN cohort IS NULL THEN 'v.value DESC NULLS LAST, v.pool' ELSE 'v.pool' END, acquired.facts_name,
		acquired.late_step, acquired.late_join, coalesce(acquired.cost, 'NULL::numeric'), coalesce(acquired.margin, '$4'), coalesce(acquired.cost_per_order, '$7'))
	USING annual_rate, horizon, model, CASE WHEN acquired.margin IS NULL THEN @extschema@._option_number(given, 'margin'::text, (-1)::float8, 1::float8, 1::float8) END,
		@extschema@._option_number(given, 'min_customers'::text, 1::float8, 1e9::float8, 30::float8)::int, level,
		CASE WHEN acquired.cost_per_order IS NULL THEN @extschema@._option_number(given, 'cost_per_order'::text, 0::float8, 1e300::float8, 0::float8) END,
		@extschema@._option_number(given, 'seed'::text, (-9e15)::float8, 9e15::float8, 1::float8)::bigint, given -> 'acquisition_cost',
		@extschema@._option_number(given, 'draws'::text, 20::float8, 100000::float8, 200::float8)::int, @extschema@._option_number(given, 'target_return'::text, (-0.99)::float8, 1e6::float8, 0::float8);
END
$$;
COMMENT ON FUNCTION @extschema@.acquisition(regclass, name, name, name, name, text, date, interval, float8, text, text, text, jsonb) IS
	'what customers of each group (values of a column, or cohorts of first purchase) are worth when they come, what '
	'winning one may cost, and whether it pays, with intervals. Errors as clv.query; 22023 for options that cannot be';

-- What a new customer brings, after margin and costs of orders.
CREATE FUNCTION @extschema@._newcomer(model @extschema@.model, spend @extschema@.model, annual_rate float8, horizon interval, margin float8, cost_per_order float8)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT clv._finite(v * (margin - cost_per_order / clv.expected_spend(spend, 0::float8, NULL::float8))) FROM (SELECT clv.new_customer_value(model, spend, annual_rate, horizon)) AS n (v);
END;
COMMENT ON FUNCTION @extschema@._newcomer(@extschema@.model, @extschema@.model, float8, interval, float8, float8) IS
	'part of clv.acquisition: clv.new_customer_value after margin, and the cost of each of the purchases in it, which are the value over the spend of each; 22003 when that is no finite number';
