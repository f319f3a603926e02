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

-- What there is to know of a pair, given the view with the customers.
CREATE TYPE clv._pair_text AS (
	customers text,			-- the view's schema and name
	models text,			-- those of the view with the models
	customer_column text,	-- quoted
	customer_type regtype,	-- under its domains
	value text,				-- quoted: clv_net or clv
	costs boolean,
	cost_columns text,		-- of "v", each with a comma after it; none without costs
	opted_out text,			-- condition on "v", or "false"
	history boolean
);
COMMENT ON TYPE clv._pair_text IS
	'part of the functions over views: the names of a pair of views, checked and quoted';

-- What such functions ask the models with.
CREATE TYPE clv._model_row AS (
	model clv.model,
	spend clv.model,
	annual_rate float8,
	horizon interval,
	refunds text,
	cutoffs float8[],
	tier_labels text[]
);
COMMENT ON TYPE clv._model_row IS
	'part of the functions over views: what the view with the models holds';

CREATE FUNCTION clv._view_pair(view regclass)
RETURNS clv._pair_text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	pair		clv._pair_text;
	columns		name[];
	first_column name;
BEGIN
	SELECT clv._relation(d.refobjid::regclass) INTO pair.models
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
	SELECT array_agg(a.attname), (min(a.attname) FILTER (WHERE a.attnum = 1))::name
	INTO columns, first_column
	FROM pg_attribute AS a
	WHERE a.attrelid = view AND a.attnum > 0 AND NOT a.attisdropped;
	IF pair.models IS NULL OR NOT columns @> '{clv_rank,tier,as_of}' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = CASE WHEN view IS NULL THEN 'argument "view" must not be null'
				ELSE format('"%s" is not a view of customer values', view) END,
			HINT = 'Give the view that clv.create_materialized_view made, the one with a row a customer.';
	END IF;
	pair.customers := clv._relation(view);
	pair.customer_type := clv._column_type(view, first_column);
	pair.customer_column := format('%I', first_column);
	pair.costs := columns @> '{clv_net}';
	pair.value := CASE WHEN pair.costs THEN 'clv_net' ELSE 'clv' END;
	pair.cost_columns := CASE WHEN pair.costs THEN 'v.margin, v.cost_per_order, v.service_cost, ' ELSE '' END;
	pair.opted_out := CASE WHEN columns @> '{opted_out}' THEN 'v.opted_out' ELSE 'false' END;
	pair.history := columns @> '{history}';
	-- the models first, as whoever refreshes both begins with them: in the other order each would wait for the other
	EXECUTE format('SELECT FROM %s LIMIT 0', pair.models);
	RETURN pair;
END
$$;
COMMENT ON FUNCTION clv._view_pair(regclass) IS
	'part of the functions over views: the pair that a view belongs to; 42809 when it belongs to none';

CREATE FUNCTION clv._kept_models(pair clv._pair_text)
RETURNS clv._model_row
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	m			clv._model_row;
BEGIN
	EXECUTE format('SELECT m.model, m.spend, m.annual_rate, m.horizon, m.refunds, m.cutoffs, m.tier_labels FROM %s AS m', pair.models) INTO m;
	RETURN m;
END
$$;
COMMENT ON FUNCTION clv._kept_models(clv._pair_text) IS
	'part of the functions over views: what the view with the models holds, NULLs where it is empty';

-- Past dates, asked of the histories in the view, or in another relation.

-- Where a pair's histories are: "v" is a row of the view with the customers.
CREATE TYPE clv._history_text AS (
	source text,			-- what follows FROM
	customer_ref text,
	history_ref text,
	last date				-- the last date that can be asked; NULL: any
);
COMMENT ON TYPE clv._history_text IS
	'part of the functions over views: where the histories of a pair are, checked and quoted';

CREATE FUNCTION clv._histories(
	pair clv._pair_text, histories regclass, customer name, history name)
RETURNS clv._history_text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	found		clv._history_text;
BEGIN
	IF histories IS NULL AND NOT pair.history THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_column',
			MESSAGE = format('%s keeps no histories', pair.customers),
			HINT = 'Make it with options => ''{"history": true}'', or give a relation of histories and its columns: histories, customer, history.';
	ELSIF histories IS NULL THEN
		found.source := format('%s AS v', pair.customers);
		found.customer_ref := 'v.' || pair.customer_column;
		found.history_ref := 'v.history';
		EXECUTE format('SELECT max(v.as_of) FROM %s AS v', pair.customers) INTO found.last;
		RETURN found;
	END IF;
	IF customer IS NULL OR history IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'a relation of histories needs the names of its columns, customer and history';
	END IF;
	PERFORM clv._check_type(histories, history, '{clv.rfm}'::regtype[], 'clv.rfm'::text,
									'The aggregate clv.rfm makes one of a customer''s orders.'::text);
	found.source := clv._fill(
$sql$(SELECT r.{{customer}} AS customer, clv.rollup({{history}}) AS history FROM {{relation}} AS r WHERE r.{{customer}} IS NOT NULL GROUP BY 1) AS h
	LEFT JOIN {{view}} AS v ON v.{{key}} {{equality}} h.customer$sql$::text, jsonb_build_object(
			'customer', quote_ident(customer::text),
			'history', clv._without_domain(format('r.%I', history), histories, history),
			'relation', clv._relation(histories),
			'view', pair.customers,
			'key', pair.customer_column,
			'equality', clv._equality(pair.customer_type, clv._column_type(histories, customer))));
	found.customer_ref := 'h.customer';
	found.history_ref := 'h.history';
	RETURN found;
END
$$;
COMMENT ON FUNCTION clv._histories(clv._pair_text, regclass, name, name) IS
	'part of the functions over views: where the histories are; 42703, 42804 or 22004 when nowhere';

-- The column clv_net of the views, in which the purchases to come are computed once.
CREATE FUNCTION clv._net_value(model clv.model, spend clv.model, frequency float8, recency float8, t float8, monetary float8,
	annual_rate float8, horizon interval, margin float8, cost_per_order float8, service_cost float8) RETURNS float8
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 110
	AS 'MODULE_PATHNAME', 'clv_net_value';
COMMENT ON FUNCTION clv._net_value(clv.model, clv.model, float8, float8, float8, float8, float8, interval, float8, float8, float8) IS
	'part of the functions over views: margin * clv.value - cost_per_order * clv.discounted_purchases - service_cost * clv.alive_years, to the bit; NULL where one of them is';

-- The value that tiers go by, of history "s" by model "m".
CREATE FUNCTION clv._value_of(pair clv._pair_text, s text, m text)
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
COMMENT ON FUNCTION clv._value_of(clv._pair_text, text, text) IS
	'part of the functions over views: clv, or with costs clv_net, as an expression';

-- A past date that the histories can be asked about.
CREATE FUNCTION clv._check_date(what text, day date, last date)
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
COMMENT ON FUNCTION clv._check_date(text, date, date) IS
	'part of the functions over views: 22023 or 22004 when a date cannot be asked about';
