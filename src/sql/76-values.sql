-- Questions to a pair of views that clv.create_materialized_view made: what
-- the tiers are, why a customer is in one, what is at risk.
--
-- Each takes the view with the customers.  The one with the models is found
-- through what the view depends on, so that both can be renamed or moved.
-- "The value" is what the view's tiers go by: clv_net where it has costs, else
-- clv.  Customers who have opted out of being differentiated are in sums and
-- nowhere else.  Money is added as numeric, so that parts make exactly the
-- whole.
--
-- Three things keep questions to a million customers short.  Models are
-- arguments of the inner statements, not rows to be joined, so that plans can
-- be parallel.  OFFSET '0' keeps a subquery from being merged into the one
-- around it, and what it computes from being computed again; without the quotes
-- it would be a cast until after the planner has asked whether a limit stands
-- in the way of parallel aggregation.  And jit is off, since plans are thought
-- so costly that compiling them takes longer than they do.

CREATE FUNCTION @extschema@.interval_days(length interval) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_interval_days_sql';
COMMENT ON FUNCTION @extschema@.interval_days(interval) IS
	'length of an interval in days as all of clv counts it: a year is 365.25 days, a month a twelfth of it. '
	'22023: an interval that is negative or not finite';

-- Money is added up as numeric; the casts go by way of text, and millions of
-- values take their time.
CREATE FUNCTION @extschema@._numeric(value float8) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_numeric';
COMMENT ON FUNCTION @extschema@._numeric(float8) IS
	'part of the functions over views: the same as the cast to numeric, at a fraction of its time';
-- What a question works out of numbers that it was given may be none.
CREATE FUNCTION @extschema@._finite(value float8) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_finite_value';
COMMENT ON FUNCTION @extschema@._finite(float8) IS
	'part of clv: the number, 22003 when it is NaN or infinite';

CREATE FUNCTION @extschema@._double(value numeric) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_double';
COMMENT ON FUNCTION @extschema@._double(numeric) IS
	'part of the audit: the same as the cast to double precision, at a fraction of its time; 22003 for NaN and infinity';

-- What there is to know of a pair, given the view with the customers.
CREATE FUNCTION @extschema@._pair(
	view regclass,
	OUT customers text,			-- the view's schema and name
	OUT models text,			-- those of the view with the models
	OUT customer_column text,	-- quoted
	OUT customer_type regtype,	-- under its domains
	OUT value text,				-- quoted: clv_net or clv
	OUT costs boolean,
	OUT cost_columns text,		-- of "v", each with a comma after it; none without costs
	OUT opted_out text,			-- condition on "v", or "false"
	OUT history boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	columns		name[];
BEGIN
	SELECT @extschema@._relation(d.refobjid::regclass) INTO models
	FROM pg_rewrite AS r
	JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
		AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
	WHERE r.ev_class = view
	  AND EXISTS (SELECT FROM pg_attribute AS a
				  WHERE a.attrelid = d.refobjid AND a.attname = 'model' AND a.atttypid = 'clv.model'::regtype)
	  AND EXISTS (SELECT FROM pg_attribute AS a
				  WHERE a.attrelid = d.refobjid AND a.attname = 'tier_shares')
	ORDER BY 1
	LIMIT 1;
	SELECT array_agg(a.attname), min(a.attname) FILTER (WHERE a.attnum = 1)
	INTO columns, customer_column
	FROM pg_attribute AS a
	WHERE a.attrelid = view AND a.attnum > 0 AND NOT a.attisdropped;
	IF models IS NULL OR NOT columns @> '{clv_rank,tier,as_of}' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = CASE WHEN view IS NULL THEN 'argument "view" must not be null'
				ELSE format('"%s" is not a view of customer values', view) END,
			HINT = 'Give the view that clv.create_materialized_view made, the one with a row a customer.';
	END IF;
	customers := @extschema@._relation(view);
	customer_type := @extschema@._column_type(view, customer_column::name);
	customer_column := format('%I', customer_column);
	costs := columns @> '{clv_net}';
	value := CASE WHEN costs THEN 'clv_net' ELSE 'clv' END;
	cost_columns := CASE WHEN costs THEN 'v.margin, v.cost_per_order, v.service_cost, ' ELSE '' END;
	opted_out := CASE WHEN columns @> '{opted_out}' THEN 'v.opted_out' ELSE 'false' END;
	history := columns @> '{history}';
	-- the models first, as whoever refreshes both begins with them: in the other order each would wait for the other
	EXECUTE format('SELECT FROM %s LIMIT 0', models);
END
$$;
COMMENT ON FUNCTION @extschema@._pair(regclass) IS
	'part of the functions over views: the pair that a view belongs to; 42809 when it belongs to none';

-- tier_rules(view): what the tiers are, to be shown to the customers in them.
CREATE FUNCTION @extschema@.tier_rules(view regclass)
RETURNS TABLE (
	place int, tier text, criterion text, threshold float8, method text, share float8, as_of date,
	customers bigint, share_of_customers float8, value numeric, share_of_value float8)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 6
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	pair		record := @extschema@._pair(view);
BEGIN
	RETURN QUERY EXECUTE format(
$sql$
WITH rules AS (
	-- A value below 0 is unprofitable whatever the cut-offs: a tier begins at 0
	-- where its cut-off is lower, and where that of the tier above is not above 0
	-- nobody is left for it.
	SELECT l.place::int, l.label AS tier, CASE WHEN l.place = 1 OR m.cutoffs[l.place - 1] > 0 THEN CASE WHEN m.cutoffs[l.place] < 0 THEN 0 ELSE m.cutoffs[l.place] END END AS threshold, m.tier_method AS method,
		   CASE WHEN m.tier_method <> 'natural' THEN m.tier_shares[l.place] END AS share,
		   CASE WHEN m.cutoffs IS NULL
				THEN 'nobody: no customer had a value when the thresholds were to be found'
				WHEN l.place > cardinality(m.cutoffs) + 1
				THEN 'nobody: there are fewer tiers than labels'
				WHEN m.cutoffs[l.place - 1] <= 0
				THEN format('nobody: the cut-off above, %%s, is not above 0, and a %3$s below 0 is unprofitable', m.cutoffs[l.place - 1])
				WHEN m.cutoffs[l.place] < 0
				THEN concat('%3$s of at least 0', CASE WHEN l.place > 1 THEN ', below the tiers above' END, format(': the cut-off is %%s, and what is below 0 is unprofitable', m.cutoffs[l.place]))
				WHEN l.place <= cardinality(m.cutoffs)
				THEN format('%3$s of at least %%s', m.cutoffs[l.place])
				ELSE concat('%3$s of at least 0', CASE WHEN l.place > 1 THEN ', below the tiers above' END) END
		   || CASE WHEN m.options ? 'hysteresis' AND m.cutoffs[l.place] > 0
				THEN format('; from below, of %%s; from above or within, of %%s',
							m.cutoffs[l.place] + (m.options #>> '{hysteresis,band}')::float8 * abs(m.cutoffs[l.place]),
							m.cutoffs[l.place] - (m.options #>> '{hysteresis,band}')::float8 * abs(m.cutoffs[l.place]))
				ELSE '' END AS criterion
	FROM %2$s AS m, unnest(m.tier_labels) WITH ORDINALITY AS l (label, place)
	UNION ALL
	SELECT cardinality(m.tier_labels) + 1, 'unprofitable', 0, m.tier_method, NULL, '%3$s below 0' FROM %2$s AS m
	UNION ALL
	SELECT cardinality(m.tier_labels) + 2, NULL, NULL, NULL, NULL, 'without a value, or opted out' FROM %2$s AS m
), held AS (
	SELECT v.tier, count(*) AS customers, coalesce(sum(clv._numeric(v.%3$s::float8)), 0) AS value, max(v.as_of) AS as_of
	FROM %1$s AS v
	GROUP BY v.tier
), total AS (
	SELECT sum(h.customers) AS customers, sum(h.value) AS value, max(h.as_of) AS as_of FROM held AS h
)
SELECT r.place, r.tier, r.criterion, CASE WHEN r.tier <> 'unprofitable' OR r.method IS NULL THEN r.threshold END,
	   r.method, r.share, t.as_of, coalesce(h.customers, 0),
	   coalesce(h.customers, 0)::float8 / nullif(t.customers, 0)::float8,
	   coalesce(h.value, 0), (coalesce(h.value, 0) / nullif(t.value, 0))::float8
FROM rules AS r
CROSS JOIN total AS t
LEFT JOIN held AS h ON h.tier IS NOT DISTINCT FROM r.tier
WHERE r.tier IS NOT NULL OR h.customers > 0
ORDER BY r.place
$sql$, pair.customers, pair.models, pair.value);
END
$$;
COMMENT ON FUNCTION @extschema@.tier_rules(regclass) IS
	'the tiers of a view of values, best first: criterion, threshold, how it was found, customers and their value; a last '
	'row for those without a tier, so that rows add up to all. 42809: not such a view';

-- explain(view, customer): from history to tier.
CREATE FUNCTION @extschema@.explain(view regclass, customer text)
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres'
AS $$
DECLARE
	pair		record := @extschema@._pair(view);
	-- the type's own name, since "character" is of length 1
	is_the_one CONSTANT text := (SELECT format('v.%s %s CAST(%L AS %I.%I)', pair.customer_column,
			@extschema@._equality(pair.customer_type), customer, n.nspname, t.typname)
		FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace WHERE t.oid = pair.customer_type);
	found_one	boolean;
	opted_out	boolean;
BEGIN
	EXECUTE format('SELECT true, %s FROM %s AS v WHERE %s', pair.opted_out, pair.customers, is_the_one)
	INTO found_one, opted_out;
	IF found_one IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'no_data_found',
			MESSAGE = format('no customer "%s" in %s', coalesce(customer, 'NULL'), pair.customers);
	ELSIF opted_out THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('customer "%s" has opted out of being differentiated', customer),
			HINT = 'There is no tier to explain: the customer counts in sums alone.';
	END IF;
	RETURN QUERY EXECUTE concat(format(
$sql$
WITH one AS (
	SELECT v.*, v.%4$s AS value FROM %1$s AS v WHERE %3$s
), m AS (
	SELECT r.*, clv.model_name(r.model) AS name, clv.customers(r.model) AS fitted,
		   clv.expected_spend(r.spend, 0::float8, NULL::float8) AS mean_spend
	FROM %2$s AS r
), step AS (
	SELECT s.*
	FROM one AS v CROSS JOIN m, LATERAL (VALUES
		(10, 'frequency', v.frequency::float8, 'purchases after the first: days with a purchase up to as_of, less one'),
		(20, 'recency', v.recency, format('days from the first purchase, %%s, to the last, %%s', v.first_purchase, v.last_purchase)),
		(30, 't', v.t, format('days from the first purchase to as_of, %%s', v.as_of)),
		(40, 'monetary', v.monetary, 'mean spend of a purchase after the first'),
		(60, 'p_alive', v.p_alive, CASE WHEN v.p_alive IS NULL THEN concat('P(still a customer): none: ', coalesce(clv.message(m.model), 'there is no model'))
				ELSE format('P(still a customer): model %%s with these parameters, at frequency, recency and t', m.name) END),
		(70, 'expected_purchases', v.expected_purchases, format('purchases that it expects within %%s', m.horizon)),
		(80, 'discounted_purchases', v.discounted_purchases, format('the same, each discounted from its day to as_of at %%s %%%% a year', trim_scale((m.annual_rate * 100)::numeric))),
		(100, 'mean_spend_of_all', m.mean_spend, 'spend per purchase expected of a customer of whom nothing is known: p gamma / (q - 1)'),
		(110, 'weight_of_own', CASE WHEN v.frequency = 0 THEN 0
				ELSE clv.param(m.spend, 'p'::text) * v.frequency / (clv.param(m.spend, 'p'::text) * v.frequency + clv.param(m.spend, 'q'::text) - 1) END,
			'what the customer''s own mean counts beside it: p x / (p x + q - 1)'),
		(120, 'expected_spend', v.expected_spend, 'weight_of_own * monetary + (1 - weight_of_own) * mean_spend_of_all'),
		(130, 'clv', v.clv, 'discounted_purchases * expected_spend')%5$s
	) AS s (step, quantity, value, formula)
	UNION ALL
	SELECT 50 + (row_number() OVER ())::int, c.name, c.estimate, format('parameter of %%s, fitted to %%s customers', m.name, m.fitted)
	FROM m, clv.coefficients(m.model) AS c
	UNION ALL
	SELECT 90 + (row_number() OVER ())::int, c.name, c.estimate, format('parameter of %%s, fitted to %%s customers', clv.model_name(m.spend), clv.customers(m.spend))
	FROM m, clv.coefficients(m.spend) AS c
	UNION ALL
	SELECT 200, 'clv_rank', v.clv_rank, format('rank by %4$s among the customers of this view') FROM one AS v
	UNION ALL
	SELECT 210, 'threshold', CASE WHEN v.value >= 0 THEN greatest(max(c.cutoff), CASE WHEN max(c.cutoff) < 0 THEN 0 END) END,
		   CASE WHEN v.value < 0 THEN 'none: a %4$s below 0 is unprofitable, whatever the thresholds'
				ELSE concat('the highest threshold that %4$s reaches', CASE WHEN count(c.cutoff) = 0 THEN ': none' WHEN max(c.cutoff) < 0 THEN format(': 0, since the cut-off is %%s', max(c.cutoff)) END,
							CASE WHEN m.options ? 'hysteresis' THEN concat('; the tier is kept within ', trim_scale((m.options #>> '{hysteresis,band}')::numeric * 100), ' %% of a threshold') END) END
	FROM one AS v CROSS JOIN m LEFT JOIN LATERAL unnest(m.cutoffs) AS c (cutoff) ON v.value >= c.cutoff
	GROUP BY m.options, v.value%6$s
	UNION ALL
	SELECT 220, 'tier', NULL, coalesce(v.tier, 'none: there is no value') FROM one AS v
	UNION ALL
	SELECT 230, 'note', NULL, 'the models were fitted anew after this view was scored: refresh it'
	FROM one AS v CROSS JOIN m
	WHERE v.discounted_purchases IS DISTINCT FROM clv.discounted_purchases(m.model, v.frequency::float8, v.recency, v.t, m.annual_rate, m.horizon)
	   OR v.expected_spend IS DISTINCT FROM clv.expected_spend(m.spend, v.frequency::float8, v.monetary)
)
SELECT (row_number() OVER (ORDER BY s.step))::int, s.quantity, s.value, s.formula
FROM step AS s
ORDER BY s.step
$sql$, pair.customers, pair.models, is_the_one, pair.value,
		CASE WHEN pair.costs THEN
$sql$,
		(140, 'margin', v.margin, 'part of spend that is left after the cost of the goods'),
		(150, 'contribution', v.margin * v.clv, 'margin * clv'),
		(160, 'order_costs', v.cost_per_order * v.discounted_purchases, format('cost_per_order, %s, * discounted_purchases', coalesce(v.cost_per_order::text, 'not known'))),
		(170, 'alive_years', v.alive_years, 'years that the customer is still expected to be one, within the horizon and discounted'),
		(180, 'service_costs', v.service_cost * v.alive_years, format('service_cost, %s, * alive_years', coalesce(v.service_cost || ' a year', 'not known'))),
		(190, 'clv_net', v.clv_net, concat('contribution - order_costs - service_costs', '; below 0 because of: ' || v.unprofitable_because))$sql$ END,
		CASE WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = view AND a.attname = 'previous_tier') THEN
$sql$
	UNION ALL
	SELECT 215, 'previous_tier', NULL, concat(coalesce(v.previous_tier, 'none'), ': the tier at the last of the stated past dates',
				CASE WHEN v.tier <> p.tier THEN concat('; it decides, by the thresholds alone the tier would be ', p.tier) END)
	FROM one AS v CROSS JOIN m CROSS JOIN LATERAL (SELECT clv.tier(v.value, m.cutoffs, m.tier_labels, 'unprofitable'::text)) AS p (tier)$sql$ END));
END
$$;
COMMENT ON FUNCTION @extschema@.explain(regclass, text) IS
	'one customer of a view of values from history to tier: each quantity, its value and in words how it comes about, to '
	'the last bit. P0002: no such customer; 22023: one who has opted out; 42809: not such a view';

CREATE FUNCTION @extschema@.explain(view regclass, customer anyelement)
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
BEGIN
	RETURN QUERY SELECT e.step, e.quantity, e.value, e.formula FROM @extschema@.explain(view, customer::text) AS e;
END
$$;
COMMENT ON FUNCTION @extschema@.explain(regclass, anyelement) IS
	'clv.explain(view, customer) for a customer of any type';

-- "char" is both of the above and none of them more.
CREATE FUNCTION @extschema@.explain(view regclass, customer "char")
RETURNS TABLE (step int, quantity text, value float8, formula text)
LANGUAGE sql STABLE PARALLEL SAFE
ROWS 25
SET search_path = pg_catalog, pg_temp
AS $$SELECT e.step, e.quantity, e.value, e.formula FROM @extschema@.explain(view, customer::text) AS e$$;
COMMENT ON FUNCTION @extschema@.explain(regclass, "char") IS
	'clv.explain(view, customer) for a customer of type "char"';

-- Past dates, asked of the histories in the view, or in another relation.

-- Where a pair's histories are: "v" is a row of the view with the customers.
CREATE FUNCTION @extschema@._histories(
	pair record, histories regclass, customer name, history name,
	OUT source text,			-- what follows FROM
	OUT customer_ref text,
	OUT history_ref text,
	OUT last date)				-- the last date that can be asked; NULL: any
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
BEGIN
	IF histories IS NULL AND NOT pair.history THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_column',
			MESSAGE = format('%s keeps no histories', pair.customers),
			HINT = 'Make it with options => ''{"history": true}'', or give a relation of histories and its columns: histories, customer, history.';
	ELSIF histories IS NULL THEN
		source := format('%s AS v', pair.customers);
		customer_ref := 'v.' || pair.customer_column;
		history_ref := 'v.history';
		EXECUTE format('SELECT max(v.as_of) FROM %s AS v', pair.customers) INTO last;
		RETURN;
	END IF;
	IF customer IS NULL OR history IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'a relation of histories needs the names of its columns, customer and history';
	END IF;
	PERFORM @extschema@._check_type(histories, history, '{clv.rfm}'::regtype[], 'clv.rfm'::text,
									'The aggregate clv.rfm makes one of a customer''s orders.'::text);
	source := format('(SELECT r.%1$I AS customer, clv.rollup(%2$s) AS history FROM %3$s AS r WHERE r.%1$I IS NOT NULL GROUP BY 1) AS h
	LEFT JOIN %4$s AS v ON v.%5$s %6$s h.customer', customer, @extschema@._without_domain(format('r.%I', history), histories, history), @extschema@._relation(histories), pair.customers,
		pair.customer_column, @extschema@._equality(pair.customer_type, @extschema@._column_type(histories, customer)));
	customer_ref := 'h.customer';
	history_ref := 'h.history';
END
$$;
COMMENT ON FUNCTION @extschema@._histories(record, regclass, name, name) IS
	'part of the functions over views: where the histories are; 42703, 42804 or 22004 when nowhere';

-- The column clv_net of the views, in which the purchases to come are computed once.
CREATE FUNCTION @extschema@._net_value(model @extschema@.model, spend @extschema@.model, frequency float8, recency float8, t float8, monetary float8,
	annual_rate float8, horizon interval, margin float8, cost_per_order float8, service_cost float8) RETURNS float8
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 110
	AS 'MODULE_PATHNAME', 'clv_net_value';
COMMENT ON FUNCTION @extschema@._net_value(@extschema@.model, @extschema@.model, float8, float8, float8, float8, float8, interval, float8, float8, float8) IS
	'part of the functions over views: margin * clv.value - cost_per_order * clv.discounted_purchases - service_cost * clv.alive_years, to the bit; NULL where one of them is';

-- The value that tiers go by, of history "s" by model "m".
CREATE FUNCTION @extschema@._value_of(pair record, s text, m text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(CASE WHEN pair.costs
		THEN 'clv._net_value(%2$s.model, %2$s.spend, %1$s.frequency::float8, %1$s.recency, %1$s.t, %1$s.monetary, %2$s.annual_rate, %2$s.horizon,
			v.margin, v.cost_per_order, v.service_cost)'
		ELSE 'clv.value(%2$s.model, %2$s.spend, %1$s.frequency::float8, %1$s.recency, %1$s.t, %1$s.monetary, %2$s.annual_rate, %2$s.horizon)' END, s, m);
END
$$;
COMMENT ON FUNCTION @extschema@._value_of(record, text, text) IS
	'part of the functions over views: clv, or with costs clv_net, as an expression';

-- A past date that the histories can be asked about.
CREATE FUNCTION @extschema@._check_date(what text, day date, last date)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	IF day IS NULL OR NOT isfinite(day) OR day > last THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN day IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
			MESSAGE = CASE WHEN day IS NULL THEN format('%s must not be null', what)
				WHEN day > last AND isfinite(day) THEN format('%s is "%s", but the view was scored as of "%s"', what, day, last)
				ELSE format('%s must be a finite date, but is "%s"', what, day) END,
			HINT = 'Histories can be asked about any day up to the last one observed.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_date(text, date, date) IS
	'part of the functions over views: 22023 or 22004 when a date cannot be asked about';

-- tiers_at(view, dates): who was in which tier.
CREATE FUNCTION @extschema@.tiers_at(view regclass, as_of date[], histories regclass DEFAULT NULL,
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
	pair		record := @extschema@._pair(view);
	h			record := @extschema@._histories(pair, histories, customer, history);
	m			record;
	day			date;
BEGIN
	FOREACH day IN ARRAY coalesce(as_of, ARRAY[NULL::date]) LOOP
		PERFORM @extschema@._check_date('a date of as_of'::text, day, h.last);
	END LOOP;
	EXECUTE format('SELECT * FROM %s', pair.models) INTO m;
	RETURN QUERY EXECUTE format(
$sql$
SELECT x.as_of, x.customer::text, x.frequency, x.recency, x.t, x.p_alive, x.value, clv.tier(x.value, $7, $8, 'unprofitable'::text)
FROM (
	SELECT v.as_of, v.customer, (v.s).frequency, (v.s).recency, (v.s).t,
		   clv.p_alive(m.model, (v.s).frequency::float8, (v.s).recency, (v.s).t) AS p_alive, %2$s AS value
	FROM (
		SELECT %6$sd.as_of, %1$s AS customer, clv.summary(%4$s, d.as_of, $6) AS s
		FROM %3$s CROSS JOIN unnest($1) AS d (as_of)
		WHERE (%5$s) IS NOT TRUE
		OFFSET '0'
	) AS v
	CROSS JOIN LATERAL (SELECT $2 AS model, $3 AS spend, $4 AS annual_rate, $5 AS horizon) AS m
	WHERE (v.s).frequency IS NOT NULL
	OFFSET '0'
) AS x
$sql$, h.customer_ref, @extschema@._value_of(pair, '(v.s)'::text, 'm'::text), h.source, h.history_ref, pair.opted_out, pair.cost_columns)
	USING as_of, m.model, m.spend, m.annual_rate, m.horizon, m.refunds, m.cutoffs, m.tier_labels;
END
$$;
COMMENT ON FUNCTION @extschema@.tiers_at(regclass, date[], regclass, name, name) IS
	'the customers of a view of values as they were at each date, by the model and thresholds kept now: value and tier. '
	'42703: no histories; 22023: a date after the view''s as_of; 42809: not such a view';

-- migration(view, from, to): who moved where.
CREATE FUNCTION @extschema@.migration(view regclass, from_date date, to_date date, histories regclass DEFAULT NULL,
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
	pair		record := @extschema@._pair(view);
	h			record := @extschema@._histories(pair, histories, customer, history);
	m			record;
BEGIN
	PERFORM @extschema@._check_date('from_date'::text, from_date, h.last);
	PERFORM @extschema@._check_date('to_date'::text, to_date, h.last);
	IF from_date >= to_date THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('from_date "%s" must be before to_date "%s"', from_date, to_date);
	END IF;
	EXECUTE format('SELECT * FROM %s', pair.models) INTO m;
	RETURN QUERY EXECUTE format(
$sql$
WITH labels AS (
	SELECT l.place, l.label FROM %1$s AS m, unnest(m.tier_labels || 'unprofitable'::text) WITH ORDINALITY AS l (label, place)
), dated AS (
	SELECT (v.a).frequency IS NULL AS is_new, m.cutoffs, m.tier_labels, %2$s AS v0, %3$s AS v1,
		   clv.p_alive(m.model, (v.a).frequency::float8, (v.a).recency, (v.a).t) >= 0.5 AND clv.p_alive(m.model, (v.b).frequency::float8, (v.b).recency, (v.b).t) < 0.5 AS departed
	FROM (SELECT %7$sclv.summary(%5$s, $1, $9) AS a, clv.summary(%5$s, $2, $9) AS b FROM %4$s WHERE (%6$s) IS NOT TRUE OFFSET '0') AS v
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
$sql$, pair.models, @extschema@._value_of(pair, '(v.a)'::text, 'm'::text), @extschema@._value_of(pair, '(v.b)'::text, 'm'::text), h.source, h.history_ref, pair.opted_out, pair.cost_columns)
	USING from_date, to_date, m.model, m.spend, m.annual_rate, m.horizon, m.cutoffs, m.tier_labels, m.refunds;
END
$$;
COMMENT ON FUNCTION @extschema@.migration(regclass, date, date, regclass, name, name) IS
	'matrix of the tiers of a view of values at one date against those at a later one, with customers, shares and values; '
	'(new) came in between, departed fell below P(alive) 0.5. Errors as clv.tiers_at';

-- value_at_risk(view, silent): what is lost if a customer stays silent.
CREATE FUNCTION @extschema@.value_at_risk(view regclass, silent interval, top bigint DEFAULT NULL)
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
	pair		record := @extschema@._pair(view);
	m			record;
BEGIN
	IF silent IS NULL OR top < 0 THEN
		RAISE EXCEPTION USING
			ERRCODE = CASE WHEN silent IS NULL THEN 'null_value_not_allowed' ELSE 'invalid_parameter_value' END,
			MESSAGE = CASE WHEN silent IS NULL THEN 'argument "silent" must not be null'
				ELSE format('argument "top" must be at least 0, but is "%s"', top) END,
			HINT = 'For example clv.value_at_risk(''customer_value'', ''90 days'', 100): the hundred with most to lose.';
	END IF;
	PERFORM @extschema@._check_length('silent'::text, nullif(silent, '0'::interval));
	EXECUTE format('SELECT * FROM %s', pair.models) INTO m;
	RETURN QUERY EXECUTE format(
$sql$
WITH held AS NOT MATERIALIZED (
	-- asked twice, by all processes: keeping the answers takes longer
	SELECT %1$s AS customer, v.tier, v.p_alive, v.frequency, v.recency, s.t AS silent_t, v.days_since_last,
		   v.%2$s AS now, %3$s AS later
	FROM %4$s AS v
	CROSS JOIN LATERAL (SELECT $3 AS model, $4 AS spend, $5 AS annual_rate, $6 AS horizon) AS m
	CROSS JOIN LATERAL (SELECT v.frequency, v.recency, v.t + clv.interval_days($1) AS t, v.monetary) AS s
	WHERE (%5$s) IS NOT TRUE AND v.%2$s IS NOT NULL
	OFFSET '0'
), most AS (
	SELECT h.* FROM held AS h ORDER BY h.now - h.later DESC, h.customer LIMIT $2
), total AS (
	SELECT sum(clv._numeric(h.now - h.later))::float8 AS risk FROM held AS h
)
SELECT x.customer::text, x.tier, x.now, x.later, x.now - x.later, (x.now - x.later) / nullif(t.risk, 0),
	   x.p_alive, clv.p_alive($3, x.frequency::float8, x.recency, x.silent_t), x.days_since_last
FROM most AS x CROSS JOIN total AS t
ORDER BY x.now - x.later DESC, x.customer
$sql$, 'v.' || pair.customer_column, pair.value, @extschema@._value_of(pair, 's'::text, 'm'::text), pair.customers, pair.opted_out)
	USING silent, top, m.model, m.spend, m.annual_rate, m.horizon;
END
$$;
COMMENT ON FUNCTION @extschema@.value_at_risk(regclass, interval, bigint) IS
	'what the value of each customer of a view falls to when they buy nothing for that long, and the difference, most '
	'first; at most top rows. 22004: no interval; 22023: one below a day; 42809: not such a view';
