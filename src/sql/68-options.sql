-- What the options of clv.query and clv.create_materialized_view ask for,
-- checked and turned into the parts of the statement that it changes.
--
--	margin, cost_per_order, service_cost, acquisition_cost
--		a number, {"column": "name"} of the source or {"column": "name", "of":
--		"customers"}, and with a column a "default" where it is NULL
--	customers		{"table": "crm.customers", "key": "id"}
--	opt_out			{"column": "name"[, "of": "customers"]}
--	hysteresis		{"band": 0.1, "dates": ["2024-01-31", ...]} or "ago": ["6 months", ...]
--	history			true
--	max_silence		"400 days", which the last orders may come after where no as_of is given
--
-- Without options the statement is what it would be without this file.

-- Is this JSON object made of these keys?
CREATE FUNCTION @extschema@._check_keys(what text, object jsonb, known text[])
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	unknown		text;
BEGIN
	IF jsonb_typeof(object) <> 'object' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s must be a JSON object, but is "%s"', what, object);
	END IF;
	SELECT min(key) INTO unknown FROM jsonb_object_keys(object) AS key WHERE key <> ALL (known);
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('unknown key "%s" in %s', unknown, what),
			HINT = format('Known are: %s.', array_to_string(known, ', '));
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_keys(text, jsonb, text[]) IS
	'part of clv.query: an object that is none, or has another key than those known, raises 22023';

-- The relation that a customer table's name means, and its quoted key.
CREATE FUNCTION @extschema@._customer_table(
	options jsonb, OUT relation regclass, OUT key name)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF NOT options ? 'customers' THEN
		RETURN;
	END IF;
	PERFORM @extschema@._check_keys('option "customers"'::text, options -> 'customers', '{table,key}'::text[]);
	relation := (options #>> '{customers,table}')::regclass;
	key := options #>> '{customers,key}';
	IF relation IS NULL OR key IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = 'option "customers" needs a table and a key',
			HINT = 'For example {"customers": {"table": "crm.customers", "key": "id"}}, the schema included.';
	END IF;
	PERFORM @extschema@._column_type(relation, key);
END
$$;
COMMENT ON FUNCTION @extschema@._customer_table(jsonb) IS
	'part of clv.query: the customer table of the options, NULL without one; 22023, 42P01 or 42703 when it cannot be';

-- A column that an option names, {"column": "name"[, "of": "customers"]}.
CREATE FUNCTION @extschema@._option_column(
	options jsonb, key text, known text[], types regtype[], wanted text, source regclass, customers regclass,
	OUT column_name text,		-- quoted
	OUT of_source boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	named		name := options #>> ARRAY[key, 'column'];
	relation	regclass;
BEGIN
	PERFORM @extschema@._check_keys(format('option "%s"', key), options -> key, known);
	IF coalesce(options #>> ARRAY[key, 'of'], 'customers') <> 'customers' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "%s" is of "%s"', key, options #>> ARRAY[key, 'of']),
			HINT = 'Give {"column": ...} for a column of the source, and "of": "customers" for one of the customer table.';
	END IF;
	of_source := options #>> ARRAY[key, 'of'] IS NULL;
	relation := CASE WHEN of_source THEN source ELSE customers END;
	IF relation IS NULL OR named IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = CASE WHEN named IS NULL THEN format('option "%s" names no column', key)
				ELSE format('option "%s" is a column of the customer table, but none is given', key) END,
			HINT = 'For example {"customers": {"table": "crm.customers", "key": "id"}, "margin": {"column": "margin", "of": "customers"}}.';
	END IF;
	PERFORM @extschema@._check_type(relation, named, types, wanted, format('It is named by option "%s".', key));
	column_name := format('%I', named);
END
$$;
COMMENT ON FUNCTION @extschema@._option_column(jsonb, text, text[], regtype[], text, regclass, regclass) IS
	'part of clv.query: a column that an option names, checked and quoted';

-- One of the four costs: what stands for it in the step "scores", and the
-- column that brings it there, if it is not a constant.
CREATE FUNCTION @extschema@._cost(
	options jsonb, key text, source regclass, customers regclass, as_of date,
	OUT value text, OUT column_name text, OUT of_source boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
DECLARE
	given		jsonb := options -> key;
	number		jsonb := CASE WHEN jsonb_typeof(given) = 'object' THEN given -> 'default' ELSE given END;
	constant	float8;
BEGIN
	IF jsonb_typeof(given) = 'object' THEN
		SELECT c.column_name, c.of_source INTO column_name, of_source
		FROM @extschema@._option_column(options, key, '{column,of,default}'::text[], @extschema@._numbers(), 'a number'::text,
											source, customers) AS c;
	END IF;
	IF jsonb_typeof(number) <> 'number'
	   OR key = 'margin' AND number::numeric NOT BETWEEN -1 AND 1
	   OR key <> 'margin' AND number::numeric NOT BETWEEN 0 AND 1e300 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "%s" must be a number %s, but is "%s"', key,
							 CASE key WHEN 'margin' THEN 'of at most 1' ELSE 'of at least 0' END, coalesce(number #>> '{}', 'null')),
			HINT = CASE key WHEN 'margin' THEN 'It is the part of an amount that is left after the cost of the goods: 0.4 is 40 %.'
				ELSE 'It is in the currency of the source; {"column": ...} takes it from a column.' END;
	END IF;
	constant := coalesce(number::float8, CASE WHEN given IS NULL THEN CASE key WHEN 'margin' THEN 1 ELSE 0 END END);
	IF column_name IS NULL THEN
		value := format('CAST(%s AS double precision)', constant);
	ELSE
		value := CASE WHEN NOT of_source THEN format('f.%s', key)
			WHEN as_of IS NULL THEN format('CASE WHEN h.last_row OPERATOR(pg_catalog.>) a.as_of THEN l.%1$s ELSE h.%1$s END', key)
			ELSE format('h.%s', key) END;
		IF constant IS NOT NULL THEN
			value := format('coalesce(%s, CAST(%s AS double precision))', value, constant);
		END IF;
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._cost(jsonb, text, regclass, regclass, date) IS
	'part of clv.query: one of the costs in the options; 22023 when it cannot be';

-- How a customer's rows become one number.  Sums of numeric are exact, so that
-- they are the same in any order of the rows.
CREATE FUNCTION @extschema@._cost_of_rows(key text, column_ref text, src record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(CASE key
		WHEN 'margin' THEN
$sql$CAST(coalesce(
               pg_catalog.sum(CAST(%1$s AS numeric) OPERATOR(pg_catalog.*) CAST(%2$s AS numeric))
                   FILTER (WHERE %2$s OPERATOR(pg_catalog.>) 0)
               OPERATOR(pg_catalog./) pg_catalog.sum(CAST(%2$s AS numeric))
                   FILTER (WHERE %2$s OPERATOR(pg_catalog.>) 0 AND %1$s IS NOT NULL),
               pg_catalog.avg(CAST(%1$s AS numeric))
           ) AS double precision)$sql$
		WHEN 'acquisition_cost' THEN 'CAST(pg_catalog.sum(CAST(%1$s AS numeric)) AS double precision)'
		ELSE 'CAST(pg_catalog.avg(CAST(%1$s AS numeric)) AS double precision)' END,
		column_ref, src.amount_ref);
END
$$;
COMMENT ON FUNCTION @extschema@._cost_of_rows(text, text, record) IS
	'part of clv.query: margin is weighted by the amounts above 0, costs per order and for service are means, acquisition cost is a sum';

-- The operator by which a type's values are equal: that of its order, which is
-- what GROUP BY goes by.
CREATE FUNCTION @extschema@._equality(a regtype)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
SELECT coalesce(
	(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
	 FROM pg_opclass AS c
	 JOIN pg_am AS m ON m.oid = c.opcmethod AND m.amname = 'btree'
	 JOIN pg_amop AS p ON p.amopfamily = c.opcfamily AND p.amopstrategy = 3
		AND p.amoplefttype = a AND p.amoprighttype = a
	 JOIN pg_operator AS o ON o.oid = p.amopopr
	 JOIN pg_namespace AS n ON n.oid = o.oprnamespace
	 WHERE c.opcdefault AND c.opcintype = a),
	'OPERATOR(pg_catalog.=)')
$$;
COMMENT ON FUNCTION @extschema@._equality(regtype) IS
	'part of clv.query: the equality of a type''s order, wherever it lives';

-- The operator that says which rows of another relation are a customer's.  Of
-- two types it is the system's own, if it has one for such types: where one of
-- them has its own notion of equality, as citext has, the other knows nothing
-- of it.
CREATE FUNCTION @extschema@._equality(a regtype, b regtype)
RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	same CONSTANT text := @extschema@._equality(a);
BEGIN
	IF a <> b AND (same <> 'OPERATOR(pg_catalog.=)' OR @extschema@._equality(b) <> same
				   OR (SELECT count(DISTINCT t.typcategory) FROM pg_type AS t WHERE t.oid IN (a, b)) > 1) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'datatype_mismatch',
			MESSAGE = format('customers of type %s cannot be looked for among those of type %s', b, a),
			HINT = 'Cast one to the type of the other in a view, and give that view.';
	END IF;
	RETURN same;
END
$$;
COMMENT ON FUNCTION @extschema@._equality(regtype, regtype) IS
	'part of clv.query: the equality of customers in two relations; 42804 when there is none';

-- The stated past dates, in ascending order, as expressions over "a.as_of".
CREATE FUNCTION @extschema@._past_dates(hysteresis jsonb, as_of date)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET intervalstyle = 'iso_8601'
AS $$
DECLARE
	given		jsonb := coalesce(hysteresis -> 'dates', hysteresis -> 'ago');
	early		date;
	late		date;
BEGIN
	PERFORM @extschema@._check_keys('option "hysteresis"'::text, hysteresis, '{band,dates,ago}'::text[]);
	IF hysteresis ? 'dates' = hysteresis ? 'ago' OR jsonb_typeof(hysteresis -> 'band') IS DISTINCT FROM 'number'
	   OR jsonb_typeof(given) <> 'array' OR jsonb_array_length(given) = 0 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "hysteresis" cannot be "%s"', hysteresis),
			HINT = 'Give a band and past dates, {"band": 0.1, "dates": ["2024-01-31", "2024-02-29"]}, or how long ago, {"band": 0.1, "ago": ["2 months", "1 month"]}.';
	END IF;
	PERFORM clv.tier(0::float8, '{}'::float8[], NULL::text, (hysteresis ->> 'band')::float8, '{a}'::text[], NULL::text);
	IF hysteresis ? 'ago' THEN
		IF EXISTS (SELECT FROM jsonb_array_elements_text(given) AS g WHERE (g::interval > '0' AND isfinite(g::interval)) IS NOT TRUE) THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('option "hysteresis" looks back by intervals above 0, but has "%s"', given);
		END IF;
		PERFORM @extschema@._check_length('an interval of option "hysteresis"'::text, g::interval) FROM jsonb_array_elements_text(given) AS g;
		RETURN (SELECT array_agg(format('CAST(a.as_of OPERATOR(pg_catalog.-) INTERVAL %L AS pg_catalog.date)', i) ORDER BY i DESC)
				FROM (SELECT DISTINCT g::interval FROM jsonb_array_elements_text(given) AS g) AS d (i));
	END IF;
	SELECT min(g::date), max(g::date) INTO early, late FROM jsonb_array_elements_text(given) AS g;
	IF late >= as_of OR late IS NULL OR NOT isfinite(late) OR NOT isfinite(early) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "hysteresis" has the date "%s", which is not %s', coalesce((CASE WHEN isfinite(early) THEN late ELSE early END)::text, 'null'),
							 CASE WHEN isfinite(early) THEN 'before as_of' ELSE 'finite' END);
	END IF;
	RETURN (SELECT array_agg(CASE WHEN as_of IS NULL
			THEN format('CASE WHEN CAST(%1$L AS pg_catalog.date) OPERATOR(pg_catalog.<) a.as_of THEN CAST(%1$L AS pg_catalog.date) END', i)
			ELSE format('CAST(%L AS pg_catalog.date)', i) END ORDER BY i)
			FROM (SELECT DISTINCT g::date FROM jsonb_array_elements_text(given) AS g) AS d (i));
END
$$;
COMMENT ON FUNCTION @extschema@._past_dates(jsonb, date) IS
	'part of clv.query: the dates at which tiers are replayed; 22023 when they cannot be';

-- How long a silence the last orders may come after.
CREATE FUNCTION @extschema@._max_silence(given jsonb)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = 'iso_8601'
AS $$
BEGIN
	IF given IS NULL THEN
		RETURN 'CAST(NULL AS interval)';
	ELSIF jsonb_typeof(given) <> 'string' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "max_silence" must be an interval, but is %s', given),
			HINT = 'For example {"max_silence": "400 days"}.';
	END IF;
	PERFORM @extschema@._check_length('option "max_silence"'::text, (given #>> '{}')::interval);
	RETURN format('INTERVAL %L', (given #>> '{}')::interval);
END
$$;
COMMENT ON FUNCTION @extschema@._max_silence(jsonb) IS
	'part of clv.query: the option max_silence as an expression; 22023 or 22007 when it is no interval of at least a day';

-- The whole of it.
CREATE FUNCTION @extschema@._options(
	options jsonb, source regclass, customer name, as_of date, src record,
	OUT costs boolean,				-- are there any?
	OUT margin text,				-- what stands for it in the step "scores", and so on
	OUT cost_per_order text,
	OUT service_cost text,
	OUT acquisition_cost text,
	OUT history_columns text,		-- more columns of the step "histories"
	OUT late_step text,				-- the step "late", where as_of is yet to be found
	OUT late_join text,
	OUT customer_step text,			-- the step "customer_facts"
	OUT customer_join text,
	OUT opted_out text,
	OUT objection text,				-- the column of the source that says so
	OUT past_dates text[],
	OUT band text,
	OUT keep_history boolean,
	OUT max_silence text,			-- as an expression
	OUT columns name[],				-- columns of the result after as_of
	OUT given jsonb)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
SET extra_float_digits = 1
AS $$
DECLARE
	cost_keys CONSTANT text[] := '{margin,cost_per_order,service_cost,acquisition_cost}';
	customers	record;
	cost		record;
	facts		text[] := '{}';
	key			text;
	equality	text := @extschema@._equality(@extschema@._column_type(source, customer));
BEGIN
	given := coalesce(options, '{}');
	PERFORM @extschema@._check_keys('options'::text, given, cost_keys || '{customers,opt_out,hysteresis,history,max_silence}'::text[]);
	customers := @extschema@._customer_table(given);
	costs := given ?| cost_keys;

	IF given ? 'opt_out' THEN
		cost := @extschema@._option_column(given, 'opt_out'::text, '{column,of}'::text[], '{boolean}'::regtype[], 'boolean'::text, source, customers.relation);
		opted_out := format('coalesce(%s.opted_out, false)', CASE WHEN cost.of_source THEN 'h' ELSE 'f' END);
		IF cost.of_source THEN
			objection := 'o.' || cost.column_name;
		ELSE
			facts := facts || format('pg_catalog.bool_or(c.%s) AS opted_out', cost.column_name);
		END IF;
	END IF;

	FOREACH key IN ARRAY cost_keys LOOP
		cost := @extschema@._cost(given, key, source, customers.relation, as_of);
		CASE key
			WHEN 'margin' THEN margin := cost.value;
			WHEN 'cost_per_order' THEN cost_per_order := cost.value;
			WHEN 'service_cost' THEN service_cost := cost.value;
			ELSE acquisition_cost := cost.value;
		END CASE;
		IF cost.of_source THEN
			history_columns := concat(history_columns, E',\n           ',
				@extschema@._cost_of_rows(key, CASE WHEN objection IS NULL THEN 'o.' || cost.column_name
					ELSE format('CASE WHEN %s THEN o.%s END', replace(@extschema@._counts(src), E'\n      ', ' '), cost.column_name) END, src), ' AS ', key);
		ELSIF cost.column_name IS NOT NULL THEN
			facts := facts || format('CAST(pg_catalog.%s(c.%s) AS double precision) AS %s',
				CASE key WHEN 'margin' THEN 'min' ELSE 'max' END, cost.column_name, key);
		END IF;
	END LOOP;
	IF history_columns IS NOT NULL AND as_of IS NULL THEN
		late_step := @extschema@._late_step(src, history_columns, equality, 'histories'::text);
		late_join := format(E'\n    LEFT JOIN late AS l ON l.customer %s h.customer', equality);
		history_columns := concat(history_columns, E',\n           pg_catalog.max(', src.day, ') AS last_row');
	END IF;
	IF facts <> '{}' THEN
		customer_step := format(
$sql$customer_facts AS (
    -- the customer table; of several rows for a customer the lowest margin and the highest costs
    SELECT c.%1$I AS customer,
           %2$s
    FROM %3$s AS c
    GROUP BY c.%1$I
)$sql$, customers.key, array_to_string(facts, E',\n           '), @extschema@._relation(customers.relation));
		customer_join := format(E'\n    LEFT JOIN customer_facts AS f ON f.customer %s h.customer',
			@extschema@._equality(@extschema@._column_type(customers.relation, customers.key),
								  @extschema@._column_type(source, customer)));
	END IF;

	IF given ? 'hysteresis' THEN
		past_dates := @extschema@._past_dates(given -> 'hysteresis', as_of);
		band := format('CAST(%s AS double precision)', (given #>> '{hysteresis,band}')::float8);
	END IF;
	IF jsonb_typeof(given -> 'history') <> 'boolean' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('option "history" must be true or false, but is "%s"', given -> 'history');
	END IF;
	keep_history := coalesce((given -> 'history')::boolean, false);
	max_silence := @extschema@._max_silence(given -> 'max_silence');
	columns := ARRAY(
		SELECT c.column_name
		FROM @extschema@._view_columns() WITH ORDINALITY AS c (of_model, with_option, column_name, comment, place)
		WHERE CASE c.with_option WHEN 'costs' THEN costs WHEN 'history' THEN keep_history ELSE given ? c.with_option END
		ORDER BY c.place);
	IF customer = ANY (columns) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_column',
			MESSAGE = format('customer column "%s" has the name of an output column', customer),
			HINT = 'Rename it in a view over the source, and give that view.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._options(jsonb, regclass, name, date, record) IS
	'part of clv.query: what the options ask for, checked and quoted; 22023, 42P01, 42703, 42804 or 42701 when they cannot be';
