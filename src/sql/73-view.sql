-- The main job, second half: the steps of clv.query dealt out to a pair of
-- materialized views, as production runs them: <name>_model holds the fit and
-- the tier thresholds, <name> a row a customer scored with them.  Refreshing
-- <name> alone rescores with the models it has; refreshing <name>_model first
-- refits.

-- What there is to know of orders that let a fit end well and mean little.
-- Called by the view with the fit, so its signature stays.
CREATE FUNCTION clv._remarks(
	model clv.model, first_purchase date, gap float8, largest float8)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
AS $$
BEGIN
	RETURN nullif(concat_ws('; ',
		CASE WHEN first_purchase < '1970-01-01'
			THEN format('orders: the first is dated %s, before 1970', first_purchase) END,
		'orders: ' || largest || ' on one day of one customer is above half of all spend and 1000 times nearly every other',
		CASE WHEN gap < 10 AND clv.model_name(model) = 'bgnbd'
			THEN format('model: bgnbd overvalues customers with one purchase day where repeat buyers come back after %s days on average; mbgnbd does not',
						trim_scale(round(gap::numeric, 1))) END), '');
END
$$;
COMMENT ON FUNCTION clv._remarks(clv.model, date, float8, float8) IS
	'part of clv.create_materialized_view: sentences for the column message, NULL without any: given the model, the first purchase, '
	'the mean days between two purchases of a customer and the largest amount, NULL when it is not outlying';

-- A horizon that nobody has been seen for half as long as.
CREATE FUNCTION clv._remark_on_horizon(horizon interval, longest int)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN CASE WHEN longest < 0.5 * clv.interval_days(horizon)
		THEN format('horizon: looks %s days ahead, and no customer has been seen for more than %s', round(clv.interval_days(horizon)), longest) END;
END
$$;
COMMENT ON FUNCTION clv._remark_on_horizon(interval, int) IS
	'part of clv.create_materialized_view: a sentence for the column message where the horizon is more than twice as long as the days for which the customer longest known has been seen; otherwise NULL';

-- Step "observed", which they are made from.
CREATE FUNCTION clv._observed_step()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT
$sql$observed AS (
    -- what the histories hold; one customer with most of the spend is looked into day by day
    SELECT o.first_purchase, o.gap,
           CASE WHEN o.most > 0.5 * o.spend THEN (
               SELECT CASE WHEN max(d.gross) > 0.5 * sum(d.gross)
                            AND max(d.gross) > 1000 * percentile_disc(0.999) WITHIN GROUP (ORDER BY d.gross) FILTER (WHERE d.place > 1)
                      THEN max(d.gross) END
               FROM (
                   SELECT d.gross, row_number() OVER (ORDER BY d.gross DESC) AS place
                   FROM histories AS h CROSS JOIN LATERAL clv.days(h.history) AS d
                   WHERE d.gross > 0 AND d.day <= o.as_of
               ) AS d) END AS largest
    FROM (
        SELECT (SELECT a.as_of FROM as_of AS a) AS as_of, min(p.first_purchase) AS first_purchase,
               sum(p.recency) / nullif(sum(p.frequency), 0) AS gap,
               max(p.spend + p.refunds) AS most, sum(p.spend) AS spend
        FROM scores AS p
    ) AS o
)$sql$
$$;
COMMENT ON FUNCTION clv._observed_step() IS
	'part of clv.create_materialized_view: the step observed';

-- The view with the fit: one row, whatever the source holds.
CREATE FUNCTION clv._model_view_query(
	src clv._source_text, as_of date, horizon interval, annual_rate float8, model text, zone text, refunds text,
	tier_method text, tier_shares float8[], tier_labels text[], opt clv._option_text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
DECLARE
	late_refunds bool := as_of IS NULL AND clv._refunds_matter(refunds);
BEGIN
	RETURN concat_ws(E'\n',
		'WITH',
		clv._history_steps(src, as_of, refunds, opt.history_columns, opt.objection, opt.max_silence),
		clv._fit_steps(horizon, annual_rate, model, refunds, tier_labels),
		clv._score_steps(refunds, opt, true, false),
		CASE WHEN opt.costs THEN clv._step('means'::text) END,
		clv._tier_step(tier_method, tier_shares, opt) || ',',
		clv._row_step(src, late_refunds) || ',',
		clv._observed_step() || ',',
		clv._fill(
$sql$counted AS (
    SELECT coalesce(sum(r.rows) FILTER (WHERE r.reason = 'used'), 0)::bigint AS rows_used,
           coalesce(sum(r.rows) FILTER (WHERE r.reason = 'without customer'), 0)::bigint AS rows_without_customer,
           coalesce(sum(r.rows) FILTER (WHERE r.reason = 'without date'), 0)::bigint AS rows_without_date,
           coalesce(sum(r.rows) FILTER (WHERE r.reason = 'without amount'), 0)::bigint AS rows_without_amount,
           coalesce(sum(r.rows) FILTER (WHERE r.reason = 'after as_of'), 0)::bigint AS rows_after_as_of{{refund_count}}
    FROM source_rows AS r
)
SELECT a.as_of,
       m.model,
       m.spend,
       k.cutoffs,
       m.tier_labels,
       m.horizon,
       m.annual_rate,
       {{refunds}}::text AS refunds,
       {{zone}}::text AS zone,
       coalesce(clv.customers(b.base), 0) AS customers,
       n.rows_used,
       n.rows_without_customer,
       n.rows_without_date,
       n.rows_without_amount,
       n.rows_after_as_of,
       clv.status(m.model) AS model_status,
       clv.status(m.spend) AS spend_status,
       CASE WHEN coalesce(clv.customers(b.base), 0) = 0
            THEN 'nothing to fit: no customer has a purchase up to as_of'
            ELSE nullif(concat_ws('; ',
                CASE WHEN m.model IS NULL
                     THEN 'model: nothing to fit'
                     WHEN clv.status(m.model) <> 'converged'
                     THEN concat_ws(': ', 'model', clv.status(m.model), clv.message(m.model)) END,
                CASE WHEN m.spend IS NULL
                     THEN 'spend: nothing to fit, no customer has a repeat purchase with spend'
                     WHEN clv.status(m.spend) <> 'converged'
                     THEN concat_ws(': ', 'spend', clv.status(m.spend), clv.message(m.spend)) END,
                clv._remarks(m.model, e.first_purchase, e.gap, e.largest),
                clv._remark_on_horizon(m.horizon, a.as_of - e.first_purchase){{refund_remark}}), '')
       END AS message,
       {{tier_method}}::text AS tier_method,
       {{tier_shares}}::float8[] AS tier_shares,
       {{options}}::jsonb AS options{{mean_columns}}
FROM base AS b
CROSS JOIN model AS m
CROSS JOIN tiers AS k
CROSS JOIN counted AS n
CROSS JOIN observed AS e
CROSS JOIN as_of AS a{{means}}$sql$::text, jsonb_build_object(
			'refunds', quote_nullable(refunds),
			'zone', quote_nullable(zone),
			'tier_method', quote_nullable(tier_method),
			'tier_shares', quote_nullable(tier_shares),
			'options', quote_nullable(opt.given),
			'mean_columns', CASE WHEN opt.costs THEN E',\n       w.mean_margin,\n       w.mean_expected_spend,\n       w.mean_discounted_purchases' END,
			'means', CASE WHEN opt.costs THEN E'\nCROSS JOIN means AS w' END,
			-- what was sent back since is not in the money of the past
			'refund_count', CASE WHEN late_refunds THEN E',\n           coalesce(sum(r.refunds) FILTER (WHERE r.reason = ''after as_of''), 0)::bigint AS refunds_after_as_of' END,
			'refund_remark', CASE WHEN late_refunds THEN
$sql$,
                CASE WHEN n.refunds_after_as_of > 0
                     THEN concat('refunds: ', n.refunds_after_as_of, ' made after as_of, the last day with a purchase, do not count; give as_of to count them') END$sql$ END)));
END
$$;
COMMENT ON FUNCTION clv._model_view_query(clv._source_text, date, interval, float8, text, text, text, text, float8[], text[], clv._option_text) IS
	'part of clv.create_materialized_view: the query of <name>_model';

-- The view with the customers: clv.query with the fit read from the other view.
CREATE FUNCTION clv._customer_view_query(
	src clv._source_text, as_of date, refunds text, model_view text, opt clv._option_text)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat_ws(E'\n',
		'WITH',
		clv._history_steps(src, as_of, refunds, opt.history_columns, opt.objection, opt.max_silence),
		format(
$sql$model AS (
    SELECT r.model, r.spend, r.horizon, r.annual_rate, r.tier_labels
    FROM %1$s AS r
),
tiers AS (
    SELECT r.cutoffs
    FROM %1$s AS r
),$sql$, model_view),
		CASE WHEN opt.costs THEN format(
$sql$means AS (
    SELECT r.mean_margin, r.mean_expected_spend, r.mean_discounted_purchases
    FROM %1$s AS r
),$sql$, model_view) END,
		rtrim(clv._score_steps(refunds, opt, false, true), ','),
		clv._result_select(src.customer_column, refunds, opt));
END
$$;
COMMENT ON FUNCTION clv._customer_view_query(clv._source_text, date, text, text, clv._option_text) IS
	'part of clv.create_materialized_view: the query of <name>';

-- Make one view with its unique index and its comments, under quoted names.
CREATE PROCEDURE clv._make_view(
	view_name text, view_query text, key_column text, is_model boolean, view_comment text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
	c			record;
	taken		text[] := parse_ident(view_name);
	of_schema	text;
BEGIN
	-- Of two sessions that create the same name at once the second waits for
	-- the first, and is then refused by an index of the system catalogs.
	BEGIN
		EXECUTE format(E'CREATE MATERIALIZED VIEW %s AS\n%s', view_name, view_query);
	EXCEPTION WHEN unique_violation THEN
		GET STACKED DIAGNOSTICS of_schema = SCHEMA_NAME;
		IF of_schema IS DISTINCT FROM 'pg_catalog' THEN
			RAISE;
		END IF;
		PERFORM clv._raise_taken(taken[1], taken[2]);
	END;
	EXECUTE format('CREATE UNIQUE INDEX ON %s (%s)', view_name, key_column);
	EXECUTE format('COMMENT ON MATERIALIZED VIEW %s IS %L', view_name, view_comment);
	FOR c IN
		SELECT coalesce(quote_ident(k.column_name), key_column) AS column_name, k.comment
		FROM clv._view_columns() AS k
		WHERE k.of_model = is_model
		  AND (k.column_name IS NULL OR EXISTS (
				SELECT FROM pg_attribute AS a
				WHERE a.attrelid = view_name::regclass AND a.attname = k.column_name))
	LOOP
		EXECUTE format('COMMENT ON COLUMN %s.%s IS %L', view_name, c.column_name, c.comment);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE clv._make_view(text, text, text, boolean, text) IS
	'part of clv.create_materialized_view: one view, its unique index and its comments';

-- The name is another relation's.
CREATE FUNCTION clv._raise_taken(of_schema text, name text)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RAISE EXCEPTION USING
		ERRCODE = 'duplicate_table',
		MESSAGE = format('relation "%s" already exists in schema "%s"', name, of_schema),
		HINT = 'Choose another name, or drop the pair first: the view and then the one with its model.';
END
$$;
COMMENT ON FUNCTION clv._raise_taken(text, text) IS
	'part of clv.create_materialized_view: raises 42P07';

-- Schema and name of a relation to be made; one without a schema is for the
-- given one.
CREATE FUNCTION clv._name_parts(name text, default_schema name, kind text, example text)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	parts		text[];
BEGIN
	IF name IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'argument "name" must not be null',
			HINT = format('Give the name of the %s to make.', kind);
	END IF;
	parts := parse_ident(name);
	IF cardinality(parts) = 1 THEN
		IF default_schema IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_schema_name',
				MESSAGE = format('no schema has been selected to create "%s" in', name),
				HINT = format('Name the schema: %s.', example);
		END IF;
		parts := array_prepend(default_schema::text, parts);
	ELSIF cardinality(parts) > 2 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_name',
			MESSAGE = format('invalid name "%s"', name),
			HINT = format('A name has at most two parts: %s.', example);
	END IF;
	RETURN parts;
END
$$;
COMMENT ON FUNCTION clv._name_parts(text, name, text, text) IS
	'part of clv.create_materialized_view and clv.create_history_table: schema and name of what is to be made';

CREATE FUNCTION clv._taken_name(of_schema text, names text[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT c.relname::text
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = of_schema AND c.relname = ANY (names)
ORDER BY c.relname
LIMIT 1
$$;
COMMENT ON FUNCTION clv._taken_name(text, text[]) IS
	'part of clv.create_materialized_view and clv.create_history_table: the first of these names that a relation has; NULL when none has';

-- The quoted names of the pair; a name without a schema is for the given one.
CREATE FUNCTION clv._view_names(
	name text, default_schema name, OUT customer_view text, OUT model_view text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	parts		text[] := clv._name_parts(name, default_schema, 'view'::text, 'crm.customer_value'::text);
	model_name	text;
	taken		text;
BEGIN
	model_name := parts[2] || '_model';
	IF octet_length(model_name) > current_setting('max_identifier_length')::int THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('name "%s" is too long', model_name),
			HINT = format('Choose one of at most %s bytes: the view with the model has "_model" appended.',
						  current_setting('max_identifier_length')::int - octet_length('_model'));
	END IF;

	taken := clv._taken_name(parts[1], ARRAY[parts[2], model_name]);
	IF taken IS NOT NULL THEN
		PERFORM clv._raise_taken(parts[1], taken);
	END IF;
	customer_view := format('%I.%I', parts[1], parts[2]);
	model_view := format('%I.%I', parts[1], model_name);
END
$$;
COMMENT ON FUNCTION clv._view_names(text, name) IS
	'part of clv.create_materialized_view: the quoted names of the two views; a taken name raises 42P07';

-- The work of the procedure, apart from it: here the search path is fixed,
-- there the caller's says where a name without a schema belongs.
CREATE PROCEDURE clv._create_pair(
	default_schema name, name text, source regclass, customer name, at name, amount name, as_of date,
	horizon interval, annual_rate float8, model text, zone text, refunds text, tier_method text,
	tier_shares float8[], tier_labels text[], options jsonb)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	customer_view text;
	model_view	text;
	src			clv._source_text;
	opt			clv._option_text;
	note		text;
	made_from	text;
BEGIN
	SELECT n.customer_view, n.model_view INTO customer_view, model_view FROM clv._view_names(name, default_schema) AS n;
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	opt := clv._options(options, source, customer, as_of, src);
	PERFORM clv._check_arguments(horizon, annual_rate, model, refunds, tier_method, tier_shares,
								 tier_labels);

	made_from := format('from %s (%s, %s, %s)', src.relation, customer, at, amount);
	CALL clv._make_view(model_view,
		clv._model_view_query(src, as_of, horizon, annual_rate, model, zone, refunds, tier_method,
							  tier_shares, tier_labels, opt),
		'as_of'::text, true,
		format('the models and tier thresholds behind %s, fitted %s; refresh it to refit, and then %s to rescore',
			   customer_view, made_from, customer_view));
	CALL clv._make_view(customer_view,
		clv._customer_view_query(src, as_of, refunds, model_view, opt),
		src.customer_column, false,
		format('customer values and tiers %s, scored with %s; refresh it to rescore with the models that are there',
			   made_from, model_view));

	EXECUTE format('SELECT m.message FROM %s AS m', model_view) INTO note;
	IF note IS NOT NULL THEN
		RAISE WARNING USING
			MESSAGE = format('customer values in %s need a look: %s', customer_view, note),
			HINT = format('See the columns model_status, spend_status and message of %s.', model_view);
	END IF;
END
$$;
COMMENT ON PROCEDURE clv._create_pair(name, text, regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) IS
	'part of clv.create_materialized_view: all of it but the caller''s search path';

CREATE PROCEDURE clv.create_materialized_view(
	name text,
	source regclass,
	customer name,
	at name,
	amount name,
	as_of date DEFAULT NULL,
	horizon interval DEFAULT '1 year',
	annual_rate float8 DEFAULT 0.10,
	model text DEFAULT 'mbgnbd',
	zone text DEFAULT NULL,
	refunds text DEFAULT 'net',
	tier_method text DEFAULT 'quantile',
	tier_shares float8[] DEFAULT '{0.05,0.20,0.50}',
	tier_labels text[] DEFAULT '{platinum,gold,silver,bronze}',
	options jsonb DEFAULT NULL)
LANGUAGE plpgsql
AS $$
BEGIN
	CALL clv._create_pair(pg_catalog.current_schema(), name, source, customer, at, amount, as_of, horizon,
							 annual_rate, model, zone, refunds, tier_method, tier_shares, tier_labels, options);
END
$$;
COMMENT ON PROCEDURE clv.create_materialized_view(text, regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) IS
	'make the materialized views <name> (a row a customer) and <name>_model (the fit behind them); REFRESH of <name> '
	'rescores, of <name>_model and then <name> refits. 42P07: a name that is taken; 22023: a stray last date';
