-- What is asked of the tables and columns that a caller names: whether they are
-- there, of which type, and their names, quoted.  Parts of clv.query and of all
-- functions over orders or views; every such name comes through here.

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

-- The types whose values are numbers.
CREATE FUNCTION @extschema@._numbers()
RETURNS regtype[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{numeric,double precision,real,bigint,integer,smallint}'::regtype[];
COMMENT ON FUNCTION @extschema@._numbers() IS
	'part of clv.query: the types that amounts, costs and values may have';

-- The type of a column that must be of one of these.
CREATE FUNCTION @extschema@._check_type(relation regclass, column_name name, types regtype[], wanted text, hint text)
RETURNS regtype
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	found		regtype := @extschema@._column_type(relation, column_name);
BEGIN
	IF found <> ALL (types) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'datatype_mismatch',
			MESSAGE = format('column "%s" of relation "%s" is of type %s, but must be %s', column_name, relation, found, wanted),
			HINT = hint;
	END IF;
	RETURN found;
END
$$;
COMMENT ON FUNCTION @extschema@._check_type(regclass, name, regtype[], text, text) IS
	'part of clv.query: a column''s type under its domains; 42804 when it is none of those given';

-- A relation's schema and name, quoted.
CREATE FUNCTION @extschema@._relation(relation regclass)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
SELECT format('%I.%I', n.nspname, r.relname)
FROM pg_class AS r JOIN pg_namespace AS n ON n.oid = r.relnamespace
WHERE r.oid = relation
$$;
COMMENT ON FUNCTION @extschema@._relation(regclass) IS
	'part of clv.query: a relation''s schema and name, quoted';

-- A column of a domain as a value of the type under it, since a call is exact
-- when its arguments are of the declared types themselves.
CREATE FUNCTION @extschema@._without_domain(ref text, relation regclass, column_name name)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
SELECT CASE WHEN t.oid = a.atttypid THEN ref ELSE format('CAST(%s AS %I.%I)', ref, n.nspname, t.typname) END
FROM pg_attribute AS a
JOIN pg_type AS t ON t.oid = @extschema@._column_type(relation, column_name)
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE a.attrelid = relation AND a.attname = column_name
$$;
COMMENT ON FUNCTION @extschema@._without_domain(text, regclass, name) IS
	'part of clv.query: a reference to a column, cast to the type under its domains where it is of a domain';

-- What the statement says of the source: its relation and columns, checked and
-- quoted, "o" standing for a row of it.
CREATE FUNCTION clv._log_source(
	source regclass, customer name, at name, amount name, as_of date, zone text, since date,
	OUT relation text,			-- schema and name
	OUT customer_column text,	-- without "o."
	OUT customer_ref text,
	OUT at_ref text,
	OUT amount_ref text,
	OUT amount_value text,		-- as double precision
	OUT amount_finite text,		-- whether that is a finite number, without asking for it
	OUT day text,				-- local calendar day of a row
	OUT today text,				-- current date in the zone
	OUT up_to text,				-- condition on at: no row before since, and few after as_of
	OUT history text)			-- the aggregate that makes a customer's history
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET quote_all_identifiers = off
AS $$
DECLARE
	at_type		regtype;
	amount_type	regtype;
	at_value	text;		-- without its domain
	amount_plain text;
	kind		"char";
	missing		text;
BEGIN
	missing := CASE WHEN source IS NULL THEN 'source' WHEN customer IS NULL THEN 'customer'
		WHEN at IS NULL THEN 'at' END;
	IF missing IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('argument "%s" must not be null', missing),
			HINT = 'Give the table of orders, and its columns with customer, date and amount.';
	END IF;

	relation := @extschema@._relation(source);
	SELECT c.relkind INTO kind FROM pg_class AS c WHERE c.oid = source;
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
	IF EXISTS (SELECT FROM @extschema@._view_columns() AS c WHERE NOT c.of_model AND c.with_option IS NULL AND c.column_name = customer) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_column',
			MESSAGE = format('customer column "%s" has the name of an output column', customer),
			HINT = 'Rename it in a view over the source, and give that view.';
	END IF;

	at_type := @extschema@._check_type(source, at, '{date,timestamp,timestamptz}'::regtype[],
									   'date, timestamp or timestamp with time zone'::text,
									   'Cast it in a view over the source, and give that view.'::text);
	IF at_type = 'timestamptz'::regtype AND zone IS NULL THEN
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

	IF amount IS NOT NULL THEN
		amount_type := @extschema@._check_type(source, amount, @extschema@._numbers(), 'a number'::text,
											   'Cast it to numeric in a view over the source, and give that view.'::text);
	END IF;

	IF as_of IS NOT NULL AND NOT isfinite(as_of) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('as_of must be a finite date, but is "%s"', as_of);
	END IF;

	customer_column := format('%I', customer);
	customer_ref := format('o.%I', customer);
	at_ref := format('o.%I', at);
	at_value := @extschema@._without_domain(at_ref, source, at);
	amount_ref := 'o.' || quote_ident(amount);
	amount_plain := @extschema@._without_domain(amount_ref, source, amount);
	amount_value := CASE WHEN amount IS NULL THEN NULL WHEN amount_type <> 'double precision'::regtype OR amount_plain <> amount_ref
		THEN format('CAST(%s AS double precision)', amount_ref) ELSE amount_ref END;
	amount_finite := CASE WHEN amount IS NULL THEN 'true' WHEN amount_type = 'numeric'::regtype
		THEN format($sql$(%1$s = 0 OR abs(%1$s) BETWEEN 4.9406564584124654e-324 AND 1.7976931348623157e308)$sql$, amount_ref)
		ELSE format($sql$(%s <> ALL ('{NaN,Infinity,-Infinity}'))$sql$, amount_value) END;
	day := CASE at_type
		WHEN 'date'::regtype THEN at_value
		WHEN 'timestamp'::regtype THEN format('CAST(%s AS pg_catalog.date)', at_ref)
		ELSE format('CAST(%s AT TIME ZONE %L AS pg_catalog.date)', at_ref, zone) END;
	today := format('CAST(pg_catalog.now() AT TIME ZONE %L AS pg_catalog.date)', coalesce(zone, 'UTC'));
	history := format('clv.rfm(%s)', concat_ws(', ', at_value,
		CASE WHEN amount_type = 'numeric'::regtype THEN amount_plain ELSE amount_value END,
		'CAST(' || quote_literal(zone) || ' AS pg_catalog.text)'));

	-- A history is asked about days, so others may stay in it; what this must
	-- keep out is infinity, and what it should is rows read for nothing.
	up_to := at_ref || CASE
		WHEN as_of IS NULL OR (as_of >= '294276-12-31' AND at_type <> 'date'::regtype)
		THEN ' OPERATOR(pg_catalog.<) ''infinity'''
		WHEN at_type = 'date'::regtype THEN format(' OPERATOR(pg_catalog.<=) %L', as_of)
		WHEN at_type = 'timestamp'::regtype THEN format(' OPERATOR(pg_catalog.<) TIMESTAMP %L', as_of + 1)
		ELSE format(' OPERATOR(pg_catalog.<) (TIMESTAMP %L AT TIME ZONE %L)', as_of + 1, zone) END;
	IF since BETWEEN '4713-01-01 BC' AND '294276-12-31' THEN
		-- Where clocks go back over midnight a day begins before it is over: the
		-- instant, which an index can find, is a day early.
		up_to := concat(up_to, E'\n      AND ', at_ref, CASE at_type
			WHEN 'date'::regtype THEN format(' OPERATOR(pg_catalog.>=) %L', since)
			WHEN 'timestamp'::regtype THEN format(' OPERATOR(pg_catalog.>=) TIMESTAMP %L', since)
			ELSE format(E' OPERATOR(pg_catalog.>=) (TIMESTAMP %L AT TIME ZONE %L)\n      AND %s OPERATOR(pg_catalog.>=) %L',
						since - 1, zone, day, since) END);
	END IF;
END
$$;
COMMENT ON FUNCTION clv._log_source(regclass, name, name, name, date, text, date) IS
	'part of clv.query: what the statement says of the source, checked and quoted; without amount a log that has none';

-- The same of a log with amounts.
CREATE FUNCTION clv._source(
	source regclass, customer name, at name, amount name, as_of date, zone text, since date)
RETURNS record
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	src			record;
BEGIN
	src := clv._log_source(source, customer, at, amount, as_of, zone, since);
	IF amount IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'argument "amount" must not be null',
			HINT = 'A value needs amounts; for purchases alone use clv.rfm(at) and the prediction functions.';
	END IF;
	RETURN src;
END
$$;
COMMENT ON FUNCTION clv._source(regclass, name, name, name, date, text, date) IS
	'part of clv.query: what the statement says of a source with amounts, checked and quoted';
