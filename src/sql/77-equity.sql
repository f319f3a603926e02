-- The base as an asset: what all customers together are worth from here on,
-- and why that changes.

-- equity(view, by): customer equity with its interval.
--
-- The interval of a large group is not drawn customer by customer: from a
-- systematic sample of it come the width with the uncertainty of the fit, w1,
-- and without, w0.  Chance grows with the root of the number of customers, the
-- error of the fit with their value, since it is the same for all.
CREATE FUNCTION @extschema@.equity(view regclass, by name DEFAULT NULL, relation regclass DEFAULT NULL, key name DEFAULT NULL,
	cohort text DEFAULT NULL, level float8 DEFAULT 0.95, draws int DEFAULT 200, seed bigint DEFAULT 1)
RETURNS TABLE (group_name text, customers bigint, equity numeric, lower float8, upper float8, share_of_equity float8,
	mean_value float8, equity_net numeric)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 10
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	pair		record := @extschema@._pair(view);
	grouping	text := 'NULL::text';
	source		text := pair.customers || ' AS v';
	sample_of_all CONSTANT int := 8000;	-- customers whose futures are drawn
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
		grouping := CASE cohort
			WHEN 'year' THEN $q$to_char(v.first_purchase, 'YYYY')$q$
			WHEN 'quarter' THEN $q$to_char(v.first_purchase, 'YYYY-"Q"Q')$q$
			WHEN 'month' THEN $q$to_char(v.first_purchase, 'YYYY-MM')$q$ END;
		IF grouping IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('cohort must be "year", "quarter" or "month", but is "%s"', cohort);
		END IF;
	ELSIF by IS NOT NULL AND relation IS NULL THEN
		PERFORM @extschema@._column_type(view, by);
		grouping := format('v.%I::text', by);
	ELSIF by IS NOT NULL THEN
		IF key IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'null_value_not_allowed',
				MESSAGE = 'a relation with groups needs the name of its column with the customer: key';
		END IF;
		PERFORM @extschema@._column_type(relation, by);
		grouping := 'g.group_name';
		source := format('%1$s AS v LEFT JOIN (SELECT c.%2$I AS key, min(c.%3$I::text) AS group_name FROM %4$s AS c GROUP BY c.%2$I) AS g ON g.key %5$s v.%6$s',
			pair.customers, key, by, @extschema@._relation(relation),
			@extschema@._equality(@extschema@._column_type(relation, key), pair.customer_type), pair.customer_column);
	END IF;
	RETURN QUERY EXECUTE format(
$sql$
WITH valued AS MATERIALIZED (
	SELECT %1$s AS group_name, v.frequency, v.recency, v.t, v.monetary, v.clv, %2$s AS net FROM %3$s
), totals AS (
	SELECT v.group_name, count(*) AS customers, count(v.clv) AS valued, coalesce(sum(v.clv::numeric), 0) AS equity, sum(v.net::numeric) AS net
	FROM valued AS v GROUP BY v.group_name
), steps AS (
	SELECT t.*, greatest(1, t.valued / greatest($4, $5 / (count(*) OVER ())::int)) AS step FROM totals AS t
), sample AS (
	SELECT n.* FROM (
		SELECT v.*, s.step,
			   CASE WHEN s.step > 1 THEN row_number() OVER (PARTITION BY v.group_name ORDER BY v.clv, v.frequency, v.recency, v.t, v.monetary) END AS place
		FROM valued AS v JOIN steps AS s ON s.group_name IS NOT DISTINCT FROM v.group_name
		WHERE v.clv IS NOT NULL
	) AS n
	WHERE n.step = 1 OR n.place %% n.step = (n.step + 1) / 2
), drawn AS (
	SELECT a.group_name, count(*) AS customers, sum(a.clv::numeric) AS equity,
		   clv.total_interval(m.model, m.spend, a.frequency, a.recency, a.t, a.monetary, m.annual_rate, m.horizon, $1, $2, $3) AS w1,
		   clv.total_interval(clv.without_uncertainty(m.model), clv.without_uncertainty(m.spend), a.frequency, a.recency, a.t, a.monetary,
							  m.annual_rate, m.horizon, $1, $2, $3) FILTER (WHERE a.step > 1) AS w0
	FROM sample AS a CROSS JOIN %4$s AS m
	GROUP BY a.group_name
), widths AS (
	SELECT s.*, d.w1, ((d.w1).upper - (d.w1).lower) / 2 AS h1, ((d.w0).upper - (d.w0).lower) / 2 AS h0,
		   s.valued::float8 / d.customers AS n_ratio, (s.equity / nullif(d.equity, 0))::float8 AS e_ratio
	FROM steps AS s LEFT JOIN drawn AS d ON d.group_name IS NOT DISTINCT FROM s.group_name
), halves AS (
	SELECT w.*, sqrt(w.h0 ^ 2 * w.n_ratio + greatest(w.h1 ^ 2 - w.h0 ^ 2, 0) * w.e_ratio ^ 2) AS half FROM widths AS w
)
SELECT h.group_name, h.customers, h.equity,
	   CASE WHEN h.step = 1 THEN (h.w1).lower ELSE greatest(h.equity::float8 - h.half, 0) END,
	   CASE WHEN h.step = 1 THEN (h.w1).upper ELSE h.equity::float8 + h.half END,
	   (h.equity / nullif(sum(h.equity) OVER (), 0))::float8,
	   (h.equity / nullif(h.valued, 0))::float8, h.net
FROM halves AS h
ORDER BY %5$s
$sql$, grouping, CASE WHEN pair.costs THEN 'v.clv_net' ELSE 'NULL::float8' END, source, pair.models,
		CASE WHEN cohort IS NULL THEN 'h.equity DESC, h.group_name' ELSE 'h.group_name' END)
	USING level, draws, seed, sample_least, sample_of_all;
END
$$;
COMMENT ON FUNCTION @extschema@.equity(regclass, name, regclass, name, text, float8, int, bigint) IS
	'customer equity: the sum of clv of a view of customer values, of all (group_name NULL) or by a column of the view (tier), by a column of a customer table (relation, key, by: channel; several rows for a customer count by the first name) '
	'or by cohort of first purchase (year, quarter or month). With the interval in which it will turn out to lie with probability "level", chance and the uncertainty of the fit included, drawn as by clv.total_interval; '
	'for large groups from a systematic sample. The sum is exact; customers without a value count as customers alone. equity_net is the sum of clv_net where the view has costs. '
	'The same for the same seed. 22023: by and cohort together, a table without by, another cohort, and as clv.total_interval; 42703: no such column; 42809: not such a view';

-- equity_bridge(view, from, to): why equity changed.
CREATE FUNCTION @extschema@.equity_bridge(view regclass, from_date date, to_date date, refit boolean DEFAULT true,
	histories regclass DEFAULT NULL, customer name DEFAULT NULL, history name DEFAULT 'history')
RETURNS TABLE (place int, component text, amount numeric, customers bigint, meaning text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 7
SET search_path = pg_catalog, pg_temp
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
	PERFORM @extschema@._check_date('from_date', from_date, h.last);
	PERFORM @extschema@._check_date('to_date', to_date, h.last);
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
SELECT clv.fit(b.before, clv.model_name($4)), clv.fit(b.before, clv.model_name($5)), clv.fit(b.after, clv.model_name($4)), clv.fit(b.after, clv.model_name($5))
FROM (SELECT clv.cbs(%1$s, $1, $3) AS before, clv.cbs(%1$s, $2, $3) AS after FROM %2$s) AS b
$sql$, h.history_ref, h.source)
		INTO old_model, old_spend, new_model, new_spend
		USING from_date, to_date, m.refunds, m.model, m.spend;
	END IF;
	-- arguments, not rows to be joined, so that the plan can be parallel
	RETURN QUERY EXECUTE format(
$sql$
WITH valued AS (
	SELECT b.frequency IS NULL AS is_new, a.last_purchase > $1 AS bought, (1 + $8) ^ (($2 - $1) / 365.25::float8) - 1 AS unwinding,
		   coalesce(%3$s, 0) AS v0, coalesce(%4$s, 0) AS v1, CASE WHEN $3 THEN coalesce(%5$s, 0) END AS v2
	FROM %1$s
	CROSS JOIN LATERAL (SELECT $4 AS model, $5 AS spend, $8 AS annual_rate, $9 AS horizon) AS o
	CROSS JOIN LATERAL (SELECT $6 AS model, $7 AS spend, $8 AS annual_rate, $9 AS horizon) AS n
	CROSS JOIN LATERAL clv.summary(%2$s, $2, $10) AS a
	LEFT JOIN LATERAL clv.summary(%2$s, $1, $10) AS b ON true
	WHERE a.frequency IS NOT NULL
	OFFSET 0
), parts AS MATERIALIZED (
	SELECT x.is_new, x.bought, count(*) AS n, sum(x.v0::numeric) AS v0, sum((x.v0 * x.unwinding)::numeric) AS unwound, sum(x.v1::numeric) AS v1,
		   coalesce(sum(x.v2::numeric), sum(x.v1::numeric)) AS v2
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
		@extschema@._value_of(pair, 'b', 'o'), @extschema@._value_of(pair, 'a', 'o'), @extschema@._value_of(pair, 'a', 'n'))
	USING from_date, to_date, refit, old_model, old_spend, new_model, new_spend, m.annual_rate, m.horizon, m.refunds;
END
$$;
COMMENT ON FUNCTION @extschema@.equity_bridge(regclass, date, date, boolean, regclass, name, name) IS
	'why the value of all customers of a view (clv_net with costs, else clv, over the horizon from either date) changed between two dates: its value at the first, interest on it, '
	'what those who bought and those who were silent in between gained and lost beyond that, those who came, what fitting anew changed, and its value at the second. '
	'The components add up to the end exactly. With refit the models are fitted as of each date, without it the kept ones serve both and model is 0. '
	'Histories as for clv.tiers_at. 22023: dates that are not in order or after the view''s as_of; 42809: not such a view';
