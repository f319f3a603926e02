-- The base as an asset: what all customers together are worth from here on,
-- and why that changes.

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
CREATE FUNCTION @extschema@.equity(view regclass, by name DEFAULT NULL, relation regclass DEFAULT NULL, key name DEFAULT NULL,
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
	pair		record := @extschema@._pair(view);
	mark		text := 'NULL::text';	-- what the group of row "v" follows from
	grouping	text := 'k.mark';		-- the group that it does
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
		mark := 'v.first_purchase';
		grouping := CASE cohort
			WHEN 'year' THEN $q$to_char(k.mark, 'YYYY')$q$
			WHEN 'quarter' THEN $q$to_char(k.mark, 'YYYY-"Q"Q')$q$
			WHEN 'month' THEN $q$to_char(k.mark, 'YYYY-MM')$q$ END;
		IF grouping IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('cohort must be "year", "quarter" or "month", but is "%s"', cohort);
		END IF;
	ELSIF by IS NOT NULL AND relation IS NULL THEN
		PERFORM @extschema@._column_type(view, by);
		mark := format('v.%I::text', by);
	ELSIF by IS NOT NULL THEN
		IF key IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'null_value_not_allowed',
				MESSAGE = 'a relation with groups needs the name of its column with the customer: key';
		END IF;
		PERFORM @extschema@._column_type(relation, by);
		mark := 'g.group_name';
		source := format('%1$s AS v LEFT JOIN (SELECT c.%2$I AS key, min(c.%3$I::text) AS group_name FROM %4$s AS c GROUP BY c.%2$I) AS g ON g.key %5$s v.%6$s',
			pair.customers, key, by, @extschema@._relation(relation),
			@extschema@._equality(@extschema@._column_type(relation, key), pair.customer_type), pair.customer_column);
	END IF;
	RETURN QUERY EXECUTE format(
$sql$
WITH valued AS %7$s (
	SELECT %1$s AS mark, v.%8$s::text AS customer, v.frequency, v.recency, v.t, v.monetary, v.clv, %3$s AS net FROM %4$s
), marks AS (
	SELECT v.mark, count(*) AS customers, count(v.clv) AS valued, coalesce(sum(clv._numeric(v.clv)), 0) AS equity, sum(clv._numeric(v.net)) AS net
	FROM valued AS v GROUP BY v.mark
), numbered AS MATERIALIZED (
	SELECT k.*, %2$s AS group_name, dense_rank() OVER (ORDER BY %2$s) AS number FROM marks AS k
), groups AS MATERIALIZED (
	SELECT g.*, g.valued < 2 * g.size AS whole, g.size / 2 AS wanted
	FROM (
		SELECT k.number, min(k.group_name) AS group_name, sum(k.customers)::bigint AS customers, sum(k.valued)::bigint AS valued,
			   sum(k.equity) AS equity, sum(k.net) AS net, greatest($4, $5 / (count(*) OVER ())::int) AS size
		FROM numbered AS k
		GROUP BY k.number
	) AS g
), picks AS MATERIALIZED (
	-- not many more than are wanted: sorting all takes long
	SELECT k.mark, g.number, g.whole, g.wanted, CASE WHEN g.whole THEN 1 ELSE greatest(1, g.valued / (16 * g.wanted)) END AS every
	FROM numbered AS k JOIN groups AS g ON g.number = k.number
), near AS (
	SELECT k.number, k.whole, v.frequency, v.recency, v.t, v.monetary, v.clv,
		   row_number() OVER (PARTITION BY k.number ORDER BY v.clv, v.frequency, v.recency, v.t, v.monetary) AS place,
		   greatest(1, count(*) OVER (PARTITION BY k.number) / k.wanted) AS step
	FROM valued AS v JOIN picks AS k ON %9$s
	WHERE v.clv IS NOT NULL AND (k.every = 1 OR hashtextextended(v.customer COLLATE "C", 0) %% k.every = 0)
), sample AS MATERIALIZED (
	SELECT n.*, NOT n.whole AND n.place / n.step %% 4 = 2 AS is_fitted
	FROM near AS n
	WHERE n.whole OR n.place %% n.step = n.step / 2
), drawn AS (
	SELECT a.number, count(*) AS customers, sum(clv._numeric(a.clv)) FILTER (WHERE a.is_fitted) AS fitted,
		   clv.total_interval(m.model, m.spend, a.frequency::float8, a.recency, a.t, a.monetary, m.annual_rate, m.horizon, $1, $2, $3)
		   FILTER (WHERE a.whole) AS both,
		   clv.total_interval(clv.without_uncertainty(m.model), clv.without_uncertainty(m.spend), a.frequency::float8, a.recency, a.t, a.monetary,
							  m.annual_rate, m.horizon, $1, $2, $3) FILTER (WHERE NOT a.whole) AS chance
	FROM sample AS a CROSS JOIN %5$s AS m
	GROUP BY a.number
), fits AS MATERIALIZED (
	SELECT clv.draw_model(m.model, $3, n) AS model, clv.draw_model(m.spend, $3, n) AS spend, m.annual_rate, m.horizon
	FROM %5$s AS m, generate_series(0, least($2, 1000) - 1) AS n
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
		   sqrt((((d.chance).upper - (d.chance).lower) / 2) ^ 2 * (g.valued::float8 / d.customers)
				+ ((e.range[2] - e.range[1]) / 2 * (g.equity / nullif(d.fitted, 0))::float8) ^ 2) AS half
	FROM groups AS g LEFT JOIN drawn AS d ON d.number = g.number LEFT JOIN expected AS e ON e.number = g.number
)
SELECT h.group_name, h.customers, h.equity,
	   CASE WHEN h.whole THEN (h.both).lower ELSE greatest(h.equity::float8 - h.half, 0) END,
	   CASE WHEN h.whole THEN (h.both).upper ELSE h.equity::float8 + h.half END,
	   (h.equity / nullif(sum(h.equity) OVER (), 0))::float8,
	   (h.equity / nullif(h.valued, 0))::float8, h.net
FROM halves AS h
ORDER BY %6$s
$sql$, mark, grouping, CASE WHEN pair.costs THEN 'v.clv_net' ELSE 'NULL::float8' END, source, pair.models,
		CASE WHEN cohort IS NULL THEN 'h.equity DESC, h.group_name' ELSE 'h.group_name' END,
		CASE WHEN relation IS NULL THEN 'NOT MATERIALIZED' ELSE 'MATERIALIZED' END, pair.customer_column,
		CASE WHEN cohort IS NULL THEN $q$coalesce(k.mark, '') = coalesce(v.mark, '') AND (k.mark IS NULL) = (v.mark IS NULL)$q$
			ELSE 'k.mark = v.mark' END)
	USING level, draws, seed, sample_least, sample_of_all;
END
$$;
COMMENT ON FUNCTION @extschema@.equity(regclass, name, regclass, name, text, float8, int, bigint) IS
	'customer equity: the sum of clv of a view, of all or by a column, a customer table or cohort, with an interval from '
	'the models: chance and the uncertainty of the fit. 22023: by and cohort together; 42703: no such column; 42809: not '
	'such a view';

-- equity_bridge(view, from, to): why equity changed.
CREATE FUNCTION @extschema@.equity_bridge(view regclass, from_date date, to_date date, refit boolean DEFAULT true,
	histories regclass DEFAULT NULL, customer name DEFAULT NULL, history name DEFAULT 'history')
RETURNS TABLE (place int, component text, amount numeric, customers bigint, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 7
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	pair		record := @extschema@._pair(view);
	h			record := @extschema@._histories(pair, histories, customer, history);
	m			record;
	old_model	@extschema@.model;
	old_spend	@extschema@.model;
	new_model	@extschema@.model;
	new_spend	@extschema@.model;
BEGIN
	PERFORM @extschema@._check_date('from_date'::text, from_date, h.last);
	PERFORM @extschema@._check_date('to_date'::text, to_date, h.last);
	IF from_date >= to_date OR refit IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN refit IS NULL THEN 'argument "refit" must not be null'
				ELSE format('from_date "%s" must be before to_date "%s"', from_date, to_date) END;
	END IF;
	EXECUTE format('SELECT * FROM %s', pair.models) INTO m;
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
	RETURN QUERY EXECUTE format(
$sql$
WITH valued AS (
	SELECT (v.a).frequency IS NULL AS is_new, (v.b).last_purchase > $1 AS bought, (1 + $8) ^ (($2 - $1) / 365.25::float8) - 1 AS unwinding,
		   coalesce(%3$s, 0) AS v0, coalesce(%4$s, 0) AS v1, CASE WHEN $3 THEN coalesce(%5$s, 0) END AS v2
	FROM (SELECT %6$sclv.summary(%2$s, $1, $10) AS a, clv.summary(%2$s, $2, $10) AS b FROM %1$s OFFSET '0') AS v
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
SELECT r.place, r.component, r.amount, r.customers, r.meaning
FROM sums AS s, LATERAL (VALUES
	(1, 'start', s.start, s.before, 'value of the customers at the first date'),
	(2, 'discount', s.discount, s.before, 'the same money is nearer: a period''s interest on the value at the start'),
	(3, 'activity', s.activity, s.active, 'what the customers who bought in between became worth'),
	(4, 'lost', s.lost, s.silent, 'what the customers who bought nothing in between lost'),
	(5, 'new', s.arrivals, s.arrived, 'value of the customers who came in between'),
	(6, 'model', s.model, s.customers, 'what fitting the models anew makes of the same customers'),
	(7, 'end', s.finish, s.customers, 'value of the customers at the second date: the sum of all above')
	) AS r (place, component, amount, customers, meaning)
$sql$, h.source, h.history_ref,
		@extschema@._value_of(pair, '(v.a)'::text, 'o'::text), @extschema@._value_of(pair, '(v.b)'::text, 'o'::text),
		@extschema@._value_of(pair, '(v.b)'::text, 'n'::text), pair.cost_columns)
	USING from_date, to_date, refit, old_model, old_spend, new_model, new_spend, m.annual_rate, m.horizon, m.refunds;
END
$$;
COMMENT ON FUNCTION @extschema@.equity_bridge(regclass, date, date, boolean, regclass, name, name) IS
	'why the value of all customers of a view changed between two dates: interest, activity, silence, new customers, new '
	'models; adds up exactly. 22023: dates not in order or after the view''s as_of; 42809: not such a view';
