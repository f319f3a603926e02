-- The base as an asset: what are all customers together worth from here on?

-- Half of the width of an interval, from samples.
CREATE FUNCTION clv._half_width(chance float8, drawn bigint, customers bigint, fit float8, fitted numeric, equity numeric)
RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT sqrt((chance / 2) ^ 2 * (customers::float8 / drawn) + (fit / 2 * (equity / nullif(fitted, 0))::float8) ^ 2);
END;
COMMENT ON FUNCTION clv._half_width(float8, bigint, bigint, float8, numeric, numeric) IS
	'part of clv.equity: half of the width of the interval of so many customers: chance, the width for the customers drawn, grows with the root of their number, and fit, that of what is expected of customers worth "fitted", with their value';

-- equity(view, by): customer equity with its interval.
--
-- The interval of a large group is not drawn customer by customer.  It has two
-- parts.  Chance, of which the futures of a sample tell by models without
-- uncertainty, grows with the root of the number of customers.  The error of
-- the fit grows with their value, since it is the same for all: the sum that is
-- expected of some of them, by parameters that may be just as well.  Futures by
-- such parameters would show both at once, but of a sample chance is so much
-- the larger that the rest drowns in it.
--
-- The sample is systematic by value: every so many of the group in that order,
-- or, of very many, of those that the hash of their names picks.
CREATE FUNCTION clv.equity(view regclass, by name DEFAULT NULL, relation regclass DEFAULT NULL, key name DEFAULT NULL,
	cohort text DEFAULT NULL, level float8 DEFAULT 0.95, draws int DEFAULT 200, seed bigint DEFAULT 1)
RETURNS TABLE (group_name text, customers bigint, equity numeric, lower float8, upper float8, share_of_equity float8,
	mean_value float8, equity_net numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 10
SET search_path = pg_catalog, pg_temp
SET jit = off
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	pair		clv._pair_text := clv._view_pair(view);
	group_key	text := 'NULL::text';	-- what the group of row "v" follows from
	grouping	text := 'k.group_key';		-- the group that it does
	source		text := pair.customers || ' AS v';
	-- customers whose futures are drawn, of groups up to twice as large; half
	-- as many of larger ones
	sample_of_all CONSTANT int := 8000;
	sample_least CONSTANT int := 500;		-- of a group
BEGIN
	IF by IS NOT NULL AND cohort IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'equity is either by a column or by cohort';
	ELSIF relation IS NOT NULL AND by IS NULL OR key IS NOT NULL AND relation IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'equity by a customer table needs the table, its key and the column to group by',
			HINT = 'For example by => ''channel'', relation => ''crm.customers'', key => ''id''.';
	ELSIF cohort IS NOT NULL THEN
		group_key := 'v.first_purchase';
		grouping := CASE cohort
			WHEN 'year' THEN $q$to_char(k.group_key, 'YYYY')$q$
			WHEN 'quarter' THEN $q$to_char(k.group_key, 'YYYY-"Q"Q')$q$
			WHEN 'month' THEN $q$to_char(k.group_key, 'YYYY-MM')$q$ END;
		IF grouping IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('cohort must be "year", "quarter" or "month", but is "%s"', cohort);
		END IF;
	ELSIF by IS NOT NULL AND relation IS NULL THEN
		PERFORM clv._column_type(view, by);
		group_key := format('v.%I::text', by);
	ELSIF by IS NOT NULL THEN
		IF key IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'null_value_not_allowed',
				MESSAGE = 'a relation with groups needs the name of its column with the customer: key';
		END IF;
		PERFORM clv._column_type(relation, by);
		group_key := 'g.group_name';
		source := clv._fill(
$sql${{customers}} AS v
	LEFT JOIN (SELECT c.{{key}} AS key, min(c.{{by}}::text) AS group_name FROM {{relation}} AS c GROUP BY c.{{key}}) AS g ON g.key {{equality}} v.{{customer}}$sql$::text, jsonb_build_object(
			'customers', pair.customers,
			'key', quote_ident(key::text),
			'by', quote_ident(by::text),
			'relation', clv._relation(relation),
			'equality', clv._equality(clv._column_type(relation, key), pair.customer_type),
			'customer', pair.customer_column));
	END IF;
	RETURN QUERY EXECUTE clv._fill(
$sql$
WITH valued AS {{materialized}} (
	SELECT {{group_key}} AS group_key, v.{{customer}}::text AS customer, v.frequency, v.recency, v.t, v.monetary, v.clv, {{net}} AS net FROM {{source}}
), key_totals AS (
	SELECT v.group_key, count(*) AS customers, count(v.clv) AS valued, coalesce(sum(clv._numeric(v.clv)), 0) AS equity, sum(clv._numeric(v.net)) AS net
	FROM valued AS v GROUP BY v.group_key
), numbered AS MATERIALIZED (
	SELECT k.*, {{group_name}} AS group_name, dense_rank() OVER (ORDER BY {{group_name}}) AS number FROM key_totals AS k
), groups AS MATERIALIZED (
	SELECT g.*, g.valued < 2 * g.size AS whole, g.size / 2 AS wanted
	FROM (
		SELECT k.number, min(k.group_name) AS group_name, sum(k.customers)::bigint AS customers, sum(k.valued)::bigint AS valued,
			   sum(k.equity) AS equity, sum(k.net) AS net, greatest($4, $5 / (count(*) OVER ())::int) AS size
		FROM numbered AS k
		GROUP BY k.number
	) AS g
), sampling AS MATERIALIZED (
	-- not many more than are wanted: sorting all takes long
	SELECT k.group_key, g.number, g.whole, g.wanted, CASE WHEN g.whole THEN 1 ELSE greatest(1, g.valued / (16 * g.wanted)) END AS every
	FROM numbered AS k JOIN groups AS g ON g.number = k.number
), candidates AS (
	SELECT k.number, k.whole, v.frequency, v.recency, v.t, v.monetary, v.clv,
		   row_number() OVER (PARTITION BY k.number ORDER BY v.clv, v.frequency, v.recency, v.t, v.monetary) AS place,
		   greatest(1, count(*) OVER (PARTITION BY k.number) / k.wanted) AS step
	FROM valued AS v JOIN sampling AS k ON {{same_group}}
	WHERE v.clv IS NOT NULL AND (k.every = 1 OR hashtextextended(v.customer COLLATE "C", 0) % k.every = 0)
), sample AS MATERIALIZED (
	SELECT n.*, NOT n.whole AND n.place / n.step % 4 = 2 AS is_fitted
	FROM candidates AS n
	WHERE n.whole OR n.place % n.step = n.step / 2
), drawn AS (
	SELECT a.number, count(*) AS customers, sum(clv._numeric(a.clv)) FILTER (WHERE a.is_fitted) AS fitted,
		   clv.total_interval(m.model, m.spend, a.frequency::float8, a.recency, a.t, a.monetary, m.annual_rate, m.horizon, $1, $2, $3)
		   FILTER (WHERE a.whole) AS both,
		   clv.total_interval(clv.without_uncertainty(m.model), clv.without_uncertainty(m.spend), a.frequency::float8, a.recency, a.t, a.monetary,
							  m.annual_rate, m.horizon, $1, $2, $3) FILTER (WHERE NOT a.whole) AS chance
	FROM sample AS a CROSS JOIN {{models}} AS m
	GROUP BY a.number
), fits AS MATERIALIZED (
	SELECT clv.draw_model(m.model, $3, n) AS model, clv.draw_model(m.spend, $3, n) AS spend, m.annual_rate, m.horizon
	FROM {{models}} AS m, generate_series(0, least($2, 1000) - 1) AS n
), expected AS (
	SELECT e.number, percentile_cont(ARRAY[clv._draw_share((1 - $1) / 2, least($2, 1000)), clv._draw_share((1 + $1) / 2, least($2, 1000))]) WITHIN GROUP (ORDER BY e.equity) AS range
	FROM fits AS f
	CROSS JOIN LATERAL (
		SELECT a.number, sum(clv._numeric(clv.value(f.model, f.spend, a.frequency::float8, a.recency, a.t, a.monetary, f.annual_rate, f.horizon)))::float8 AS equity
		FROM sample AS a WHERE a.is_fitted GROUP BY a.number
	) AS e
	GROUP BY e.number
), halves AS (
	SELECT g.*, d.both,
		   clv._half_width((d.chance).upper - (d.chance).lower, d.customers, g.valued, e.range[2] - e.range[1], d.fitted, g.equity) AS half
	FROM groups AS g LEFT JOIN drawn AS d ON d.number = g.number LEFT JOIN expected AS e ON e.number = g.number
)
SELECT h.group_name, h.customers, h.equity,
	   CASE WHEN h.whole THEN (h.both).lower ELSE greatest(h.equity::float8 - h.half, 0) END,
	   CASE WHEN h.whole THEN (h.both).upper ELSE h.equity::float8 + h.half END,
	   (h.equity / nullif(sum(h.equity) OVER (), 0))::float8,
	   (h.equity / nullif(h.valued, 0))::float8, h.net
FROM halves AS h
ORDER BY {{order_by}}
$sql$::text, jsonb_build_object(
			'group_key', group_key,
			'group_name', grouping,
			'net', CASE WHEN pair.costs THEN 'v.clv_net' ELSE 'NULL::float8' END,
			'source', source,
			'models', pair.models,
			'order_by', CASE WHEN cohort IS NULL THEN 'h.equity DESC, h.group_name' ELSE 'h.group_name' END,
			'materialized', CASE WHEN relation IS NULL THEN 'NOT MATERIALIZED' ELSE 'MATERIALIZED' END,
			'customer', pair.customer_column,
			'same_group', CASE WHEN cohort IS NULL THEN $q$coalesce(k.group_key, '') = coalesce(v.group_key, '') AND (k.group_key IS NULL) = (v.group_key IS NULL)$q$
			ELSE 'k.group_key = v.group_key' END))
	USING level, draws, seed, sample_least, sample_of_all;
END
$$;
COMMENT ON FUNCTION clv.equity(regclass, name, regclass, name, text, float8, int, bigint) IS
	'customer equity: the sum of clv of a view, of all or by a column, a customer table or cohort, with an interval from '
	'the models: chance and the uncertainty of the fit. 22023: by and cohort together; 42703: no such column; 42809: not '
	'such a view';
