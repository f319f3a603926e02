-- The main job, first half: clv.query writes the statement that goes from a
-- table of orders to customer values and tiers.
--
-- The statement is put together from named steps, each written by one function
-- below; clv.create_materialized_view (72-view.sql) deals the same steps out to
-- two views.  What the steps are given has been checked and quoted before, in
-- clv._source and clv._check_arguments and nowhere else.
--
-- Every function here that prints a value fixes the settings that printing and
-- name resolution depend on, so that the text is the same in every session.
-- In the text relations, functions and types carry their schema, and the two
-- operators in it are written OPERATOR(pg_catalog. ...): it means the same
-- wherever it is pasted.  Functions whose name starts with an underscore are
-- parts of this file, not of the interface.

-- The type of a column under its domains.
CREATE FUNCTION @extschema@._column_type(source regclass, column_name name)
RETURNS regtype
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	type_oid	oid;
	base_oid	oid;
BEGIN
	SELECT a.atttypid INTO type_oid
	FROM pg_attribute AS a
	WHERE a.attrelid = source AND a.attname = column_name
	  AND a.attnum > 0 AND NOT a.attisdropped;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_column',
			MESSAGE = format('column "%s" of relation "%s" does not exist', column_name, source),
			HINT = 'A column''s name is given as it is stored: without quotes, capitals as they are.';
	END IF;
	LOOP
		SELECT t.typbasetype INTO base_oid
		FROM pg_type AS t
		WHERE t.oid = type_oid AND t.typtype = 'd';
		EXIT WHEN NOT FOUND;
		type_oid := base_oid;
	END LOOP;
	RETURN type_oid::regtype;
END
$$;
COMMENT ON FUNCTION @extschema@._column_type(regclass, name) IS
	'part of clv.query: a column''s type under its domains; an unknown column raises 42703';

-- What the statement says of the source: its relation and columns, checked and
-- quoted, "o" standing for a row of it.
CREATE FUNCTION @extschema@._source(
	source regclass, customer name, at name, amount name, as_of date, zone text,
	OUT relation text,			-- schema and name
	OUT customer_column text,	-- without "o."
	OUT customer_ref text,
	OUT at_ref text,
	OUT amount_ref text,
	OUT amount_value text,		-- as double precision
	OUT day text,				-- local calendar day of a row
	OUT today text,				-- current date in the zone
	OUT up_to text,				-- condition on at that keeps the rows to look at
	OUT history text)			-- the aggregate that makes a customer's history
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET quote_all_identifiers = off
AS $$
DECLARE
	-- the columns that the result has beside the customer's
	output_columns CONSTANT name[] := '{first_purchase,last_purchase,frequency,recency,t,monetary,
		days_since_last,p_alive,expected_purchases,discounted_purchases,expected_spend,clv,clv_rank,
		tier,as_of}';
	at_type		regtype;
	amount_type	regtype;
	kind		"char";
	missing		text;
BEGIN
	missing := CASE WHEN source IS NULL THEN 'source' WHEN customer IS NULL THEN 'customer'
		WHEN at IS NULL THEN 'at' WHEN amount IS NULL THEN 'amount' END;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('argument "%s" must not be null', missing),
			HINT = CASE WHEN missing = 'amount'
				THEN 'A value needs amounts; for purchases alone use clv.rfm(at) and the prediction functions.'
				ELSE 'Give the table of orders, and its columns with customer, date and amount.' END;
	END IF;

	SELECT format('%I.%I', n.nspname, c.relname), c.relkind INTO relation, kind
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.oid = source;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING
			ERRCODE = 'undefined_table',
			MESSAGE = format('relation with OID %s does not exist', source::oid);
	ELSIF kind NOT IN ('r', 'p', 'v', 'm', 'f') THEN
		RAISE EXCEPTION USING
			ERRCODE = 'wrong_object_type',
			MESSAGE = format('"%s" is not a table, view, materialized view or foreign table', relation);
	END IF;

	PERFORM @extschema@._column_type(source, customer);
	IF customer = ANY (output_columns) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_column',
			MESSAGE = format('customer column "%s" has the name of an output column', customer),
			HINT = 'Rename it in a view over the source, and give that view.';
	END IF;

	at_type := @extschema@._column_type(source, at);
	IF at_type NOT IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of relation "%s" is of type %s, but must be date, timestamp or timestamp with time zone',
							 at, source, at_type),
			HINT = 'Cast it in a view over the source, and give that view.';
	ELSIF at_type = 'timestamptz'::regtype AND zone IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('column "%s" of relation "%s" is a timestamp with time zone, but no zone is given',
							 at, source),
			HINT = 'The zone says where a day begins: give zone => ''Europe/Berlin'', or ''UTC''.';
	ELSIF at_type <> 'timestamptz'::regtype AND zone IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('zone "%s" is given, but column "%s" of relation "%s" is of type %s and has none',
							 zone, at, source, at_type),
			HINT = 'Leave the zone out: the column''s dates are taken as they are.';
	END IF;
	PERFORM now() AT TIME ZONE zone;	-- raises when there is no such zone
	-- An abbreviation means what timezone_abbreviations says, and CET, the name
	-- of a zone with summer time, is the abbreviation of one without.
	IF upper(zone) <> ALL ('{UTC,GMT,UCT,ZULU}')
	   AND EXISTS (SELECT FROM pg_timezone_abbrevs AS b WHERE b.abbrev = upper(zone)) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('time zone "%s" is an abbreviation', zone),
			HINT = 'Use a full name of the view pg_timezone_names, such as "Europe/Berlin".';
	END IF;

	amount_type := @extschema@._column_type(source, amount);
	IF amount_type NOT IN ('numeric'::regtype, 'double precision'::regtype, 'real'::regtype,
						   'bigint'::regtype, 'integer'::regtype, 'smallint'::regtype) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of relation "%s" is of type %s, but must be a number',
							 amount, source, amount_type),
			HINT = 'Cast it to numeric in a view over the source, and give that view.';
	END IF;

	IF as_of IS NOT NULL AND NOT isfinite(as_of) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('as_of must be a finite date, but is "%s"', as_of);
	END IF;

	customer_column := format('%I', customer);
	customer_ref := format('o.%I', customer);
	at_ref := format('o.%I', at);
	amount_ref := format('o.%I', amount);
	amount_value := CASE WHEN amount_type = 'double precision'::regtype THEN amount_ref
		ELSE format('CAST(%s AS double precision)', amount_ref) END;
	day := CASE at_type
		WHEN 'date'::regtype THEN at_ref
		WHEN 'timestamp'::regtype THEN format('CAST(%s AS pg_catalog.date)', at_ref)
		ELSE format('CAST(%s AT TIME ZONE %L AS pg_catalog.date)', at_ref, zone) END;
	today := format('CAST(pg_catalog.now() AT TIME ZONE %L AS pg_catalog.date)', coalesce(zone, 'UTC'));
	history := format('clv.rfm(%s)', concat_ws(', ', at_ref, amount_value, quote_literal(zone)));

	-- A history is asked as of a day, so later days may stay in it; what this
	-- must keep out is infinity, and what it should is rows read for nothing.
	up_to := at_ref || CASE
		WHEN as_of IS NULL OR (as_of >= '294276-12-31' AND at_type <> 'date'::regtype)
		THEN ' OPERATOR(pg_catalog.<) ''infinity'''
		WHEN at_type = 'date'::regtype THEN format(' OPERATOR(pg_catalog.<=) %L', as_of)
		WHEN at_type = 'timestamp'::regtype THEN format(' OPERATOR(pg_catalog.<) TIMESTAMP %L', as_of + 1)
		ELSE format(' OPERATOR(pg_catalog.<) (TIMESTAMP %L AT TIME ZONE %L)', as_of + 1, zone) END;
END
$$;
COMMENT ON FUNCTION @extschema@._source(regclass, name, name, name, date, text) IS
	'part of clv.query: what the statement says of the source, checked and quoted';

-- All that can be wrong with an argument that is not about the source is
-- raised here, before anything is made.  Where a function of the statement has
-- the rule, that function is asked.
CREATE FUNCTION @extschema@._check_arguments(
	horizon interval, annual_rate float8, model text, refunds text, tier_method text,
	tier_shares float8[], tier_labels text[], options jsonb)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing		text;
	unknown		text;
	kind		text;
BEGIN
	missing := CASE WHEN horizon IS NULL THEN 'horizon' WHEN annual_rate IS NULL THEN 'annual_rate'
		WHEN model IS NULL THEN 'model' WHEN refunds IS NULL THEN 'refunds'
		WHEN tier_method IS NULL THEN 'tier_method' WHEN tier_shares IS NULL THEN 'tier_shares'
		WHEN tier_labels IS NULL THEN 'tier_labels' END;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('argument "%s" must not be null', missing),
			HINT = 'Leave it out for its default.';
	END IF;

	SELECT m.kind INTO kind FROM clv.models() AS m WHERE m.name = model;
	IF kind IS DISTINCT FROM 'transaction' AND model <> 'auto' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('"%s" is not a transaction model', model),
			HINT = (SELECT format('Choose one of: %s.', string_agg(m.name, ', ' ORDER BY m.name))
					FROM clv.models() AS m WHERE m.kind = 'transaction');
	END IF;

	PERFORM clv.discounted_purchases(
		clv.model('bgnbd', '{"r": 1, "alpha": 1, "a": 1, "b": 1}'), 0, 0, 0, annual_rate, horizon);
	PERFORM clv.frequency(one.history, '2000-01-01', refunds)
	FROM (SELECT clv.rfm('2000-01-01'::date, 1)) AS one (history);
	PERFORM clv.cutoffs(1, tier_method, tier_shares);

	IF cardinality(tier_labels) <> cardinality(tier_shares) + 1
	   OR array_position(tier_labels, NULL) IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('tier_labels "%s" must be one more than the %s tier_shares, and none of them null',
							 tier_labels, cardinality(tier_shares)),
			HINT = 'The last label is for the customers below the last share.';
	END IF;

	IF jsonb_typeof(options) <> 'object' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('options must be a JSON object, but is "%s"', options);
	END IF;
	SELECT min(key) INTO unknown FROM jsonb_object_keys(options) AS key;
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown option "%s"', unknown),
			HINT = 'This version has no options.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_arguments(interval, float8, text, text, text, float8[], text[], jsonb) IS
	'part of clv.query: raises 22023 or 22004 when an argument that is not about the source cannot be';

-- Steps "histories" and "as_of": the orders, read once.
CREATE FUNCTION @extschema@._history_steps(src record, as_of date, refunds text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	RETURN format(
$sql$histories AS (
    -- each customer's purchase history, day by day
    SELECT %1$s AS customer,
           %2$s AS history
    FROM %3$s AS o
    WHERE %1$s IS NOT NULL
      AND %4$s IS NOT NULL
      AND %5$s
    GROUP BY %1$s
),
as_of AS (
    -- the last day observed%6$s
    SELECT %7$s AS as_of%8$s
),$sql$,
		src.customer_ref, src.history, src.relation, src.amount_ref, src.up_to,
		CASE WHEN as_of IS NULL THEN ': today, or the last day before it with a purchase' END,
		CASE WHEN as_of IS NULL
			THEN format($sql$pg_catalog.max((
               clv.summary(h.history, %s, %L)
           ).last_purchase)$sql$, src.today, refunds)
			ELSE format('CAST(%L AS pg_catalog.date)', as_of) END,
		CASE WHEN as_of IS NULL THEN E'\n    FROM histories AS h' END);
END
$$;
COMMENT ON FUNCTION @extschema@._history_steps(record, date, text) IS
	'part of clv.query: the steps histories and as_of';

-- Steps "base" and "model": the fit to all customers.
CREATE FUNCTION @extschema@._fit_steps(
	horizon interval, annual_rate float8, model text, refunds text, tier_labels text[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = 'iso_8601'
SET extra_float_digits = 1
AS $$
SELECT format(
$sql$base AS (
    -- all customers together: how many share each frequency, recency and age
    SELECT clv.cbs(h.history, a.as_of, %1$L) AS base
    FROM histories AS h
    CROSS JOIN as_of AS a
),
model AS MATERIALIZED (
    -- how often customers buy, when they leave and what they spend; what to ask of that
    SELECT clv.fit(b.base, %2$L) AS model,
           clv.fit(b.base, 'gammagamma') AS spend,
           INTERVAL %3$L AS horizon,
           CAST(%4$s AS double precision) AS annual_rate,
           CAST(%5$L AS pg_catalog.text[]) AS tier_labels
    FROM base AS b
),$sql$, refunds, model, horizon, annual_rate, tier_labels)
$$;
COMMENT ON FUNCTION @extschema@._fit_steps(interval, float8, text, text, text[]) IS
	'part of clv.query: the steps base and model';

-- Step "scores" and its product: what each customer is worth.  MATERIALIZED is
-- a fence: without it the planner would call a costly function wherever its
-- result is mentioned.
CREATE FUNCTION @extschema@._score_steps(refunds text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format(
$sql$scores AS MATERIALIZED (
    -- each customer as of that day, and what the models say of it
    SELECT h.customer,
           s.first_purchase,
           s.last_purchase,
           s.frequency,
           s.recency,
           s.t,
           s.monetary,
           s.days_since_last,
           clv.p_alive(m.model, s.frequency, s.recency, s.t) AS p_alive,
           clv.expected_purchases(m.model, s.frequency, s.recency, s.t,
                                  m.horizon) AS expected_purchases,
           clv.discounted_purchases(m.model, s.frequency, s.recency, s.t,
                                    m.annual_rate, m.horizon) AS discounted_purchases,
           clv.expected_spend(m.spend, s.frequency, s.monetary) AS expected_spend
    FROM histories AS h
    CROSS JOIN as_of AS a
    CROSS JOIN model AS m
    CROSS JOIN LATERAL clv.summary(h.history, a.as_of, %1$L) AS s
    WHERE s.frequency IS NOT NULL
),
customer_values AS NOT MATERIALIZED (
    -- customer lifetime value: money to come within the horizon, discounted to as_of
    SELECT p.*,
           p.discounted_purchases OPERATOR(pg_catalog.*) p.expected_spend AS clv
    FROM scores AS p
)$sql$, refunds)
$$;
COMMENT ON FUNCTION @extschema@._score_steps(text) IS
	'part of clv.query: the steps scores and customer_values';

-- Step "tiers": the lowest value of each tier.
CREATE FUNCTION @extschema@._tier_step(tier_method text, tier_shares float8[])
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
SELECT format(
$sql$tiers AS (
    -- the value from which on a customer is in each tier
    SELECT clv.cutoffs(v.clv, %1$L, CAST(%2$L AS double precision[])) AS cutoffs
    FROM customer_values AS v
)$sql$, tier_method, tier_shares)
$$;
COMMENT ON FUNCTION @extschema@._tier_step(text, float8[]) IS
	'part of clv.query: the step tiers';

-- The result: a row a customer.
CREATE FUNCTION @extschema@._result_select(customer_column text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format(
$sql$SELECT v.customer AS %1$s,
       v.first_purchase,
       v.last_purchase,
       v.frequency,
       v.recency,
       v.t,
       v.monetary,
       v.days_since_last,
       v.p_alive,
       v.expected_purchases,
       v.discounted_purchases,
       v.expected_spend,
       v.clv,
       pg_catalog.rank() OVER (ORDER BY v.clv DESC NULLS LAST) AS clv_rank,
       clv.tier(v.clv, k.cutoffs, m.tier_labels) AS tier,
       a.as_of
FROM customer_values AS v
CROSS JOIN tiers AS k
CROSS JOIN model AS m
CROSS JOIN as_of AS a$sql$, customer_column)
$$;
COMMENT ON FUNCTION @extschema@._result_select(text) IS
	'part of clv.query: the columns of the result';

CREATE FUNCTION @extschema@.query(
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
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	src			record;
BEGIN
	src := @extschema@._source(source, customer, at, amount, as_of, zone);
	PERFORM @extschema@._check_arguments(horizon, annual_rate, model, refunds, tier_method, tier_shares,
								 tier_labels, options);
	RETURN concat_ws(E'\n',
		'WITH',
		@extschema@._history_steps(src, as_of, refunds),
		@extschema@._fit_steps(horizon, annual_rate, model, refunds, tier_labels),
		@extschema@._score_steps(refunds) || ',',
		@extschema@._tier_step(tier_method, tier_shares),
		@extschema@._result_select(src.customer_column));
END
$$;
COMMENT ON FUNCTION @extschema@.query(regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) IS
	'the SQL statement that goes from a table of orders to a row a customer with purchases, P(alive), '
	'expected purchases and spend, value over the horizon and tier; the text is the same in every session. '
	'Arguments that cannot be raise 22023 or 22004, an unknown column 42703, a customer column named like an output column 42701';
