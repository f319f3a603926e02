-- docs/reference.md, from the catalog of a database with clv in it.
--
--	psql -XAt -f script/reference.sql
--
-- run in the root of the sources.  docs/reference.in has the headings and what
-- a comment has no room for; its lines that begin with @ are replaced by what the
-- catalog says:
--
--	@function name          each function of that name: signature, comment, columns
--	@function name(type)    only those whose first argument is of that type
--	@type name              a type, with its columns if it is composite
--	@casts                  the casts to and from clv's types
--	@models                 the models
--	@columns view           the columns of <name>
--	@columns model          the columns of <name>_model
--	@segments               the default rules of RFM segments
--
-- A function or type that no line names comes at the end, under a heading of its
-- own; a line that names nothing stays.  test/t/93_reference.pl finds both.

\set QUIET on
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
SET search_path = pg_catalog;
\set template `cat docs/reference.in`

-- What people call: no support functions of types, aggregates, operators and
-- casts, and no parts, whose names begin with an underscore.
CREATE TEMPORARY VIEW public_function AS
SELECT p.oid, p.proname, p.prokind, p.pronargs,
	   coalesce(format_type(p.proargtypes[0], NULL), '') AS first_type,
	   obj_description(p.oid, 'pg_proc') AS comment,
	   p.prorettype, p.proretset, p.proallargtypes, p.proargmodes, p.proargnames
FROM pg_proc AS p
WHERE p.pronamespace = 'clv'::regnamespace AND p.proname !~ '^_'
  AND NOT EXISTS (SELECT FROM pg_type AS t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
  AND NOT EXISTS (SELECT FROM pg_aggregate AS a
				  WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
								  a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
  AND NOT EXISTS (SELECT FROM pg_operator AS o WHERE p.oid = o.oprcode)
  AND NOT EXISTS (SELECT FROM pg_amproc AS a WHERE p.oid = a.amproc)
  AND NOT EXISTS (SELECT FROM pg_cast AS c WHERE p.oid = c.castfunc);

CREATE TEMPORARY VIEW public_type AS
SELECT t.oid, t.typname, t.typrelid, obj_description(t.oid, 'pg_type') AS comment
FROM pg_type AS t
WHERE t.typnamespace = 'clv'::regnamespace AND t.typname !~ '^_';

-- The short names by which these types are written in statements.
CREATE FUNCTION pg_temp.short(declaration text) RETURNS text LANGUAGE sql AS $$
	SELECT replace(replace(replace(replace(regexp_replace(declaration, '(NULL|''[^'']*'')::[a-z ]+(\[\])?', '\1', 'g'),
		'double precision', 'float8'), 'timestamp with time zone', 'timestamptz'),
		'timestamp without time zone', 'timestamp'), 'character varying', 'varchar')
$$;

-- A signature; the arguments of a long one stand in lines of their own.
CREATE FUNCTION pg_temp.signature(f pg_temp.public_function) RETURNS text LANGUAGE sql AS $$
	SELECT concat(CASE f.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'CALL ' END, 'clv.', f.proname, '(',
				  CASE WHEN length(arguments) < 90 THEN arguments ELSE E'\n    ' || replace(arguments, ', ', E',\n    ') || E'\n' END, ')',
				  CASE WHEN f.prokind <> 'p' THEN ' -> ' || result END)
	FROM pg_temp.short(regexp_replace(pg_get_function_arguments(f.oid), ',? ?\mOUT [^,]*|\mIN ', '', 'g')) AS arguments,
		 concat(CASE WHEN f.proretset THEN 'rows' ELSE pg_temp.short(pg_get_function_result(f.oid)) END) AS result
$$;

-- The columns of a result that is rows, or NULL.
CREATE FUNCTION pg_temp.result_columns(f pg_temp.public_function) RETURNS text LANGUAGE sql AS $$
	SELECT E'\n\nColumns: ' || string_agg(format('`%s` %s', f.proargnames[n], pg_temp.short(format_type(f.proallargtypes[n], NULL))), ', ' ORDER BY n) || '.'
	FROM generate_subscripts(f.proargmodes, 1) AS n
	WHERE f.proargmodes[n] IN ('o', 't')
$$;

-- What Markdown would take for markup, as text.
CREATE FUNCTION pg_temp.plain(comment text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(comment, '[<>|*]', '\\\&', 'g')
$$;

-- Comments are sentences without capital and full stop.
CREATE FUNCTION pg_temp.sentence(comment text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN comment ~ '^[a-z]+[ ,:]' THEN upper(left(comment, 1)) ELSE left(comment, 1) END || substr(comment, 2)
		|| CASE WHEN comment ~ '[.?!]$' THEN '' ELSE '.' END
$$;

-- All functions of a name; those that are described alike have one description.
CREATE FUNCTION pg_temp.functions(name text, argument text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(format(E'```\n%s\n```\n\n%s%s', signatures, pg_temp.sentence(pg_temp.plain(comment)), columns), E'\n\n' ORDER BY least_args, signatures COLLATE "C")
	FROM (SELECT string_agg(s, E'\n' ORDER BY f.pronargs, s COLLATE "C") AS signatures, min(f.pronargs) AS least_args, f.comment, columns
		  FROM pg_temp.public_function AS f, pg_temp.signature(f) AS s, pg_temp.result_columns(f) AS columns
		  WHERE f.proname = name AND (argument IS NULL OR f.first_type = argument)
		  GROUP BY f.comment, columns) AS described
$$;

CREATE FUNCTION pg_temp.type(name text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.sentence(pg_temp.plain(t.comment))
		|| coalesce(E'\n\n| column | type | meaning |\n|---|---|---|\n' || string_agg(format('| `%s` | %s | %s |', a.attname,
			pg_temp.short(format_type(a.atttypid, a.atttypmod)), coalesce(pg_temp.plain(col_description(a.attrelid, a.attnum)), '')), E'\n' ORDER BY a.attnum), '')
	FROM pg_temp.public_type AS t LEFT JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
	WHERE t.typname = name
	GROUP BY t.oid, t.comment
$$;

CREATE FUNCTION pg_temp.casts() RETURNS text LANGUAGE sql AS $$
	SELECT E'| from | to | |\n|---|---|---|\n' || string_agg(format('| %s | %s | %s |', format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
		obj_description(c.oid, 'pg_cast')), E'\n' ORDER BY format_type(c.castsource, NULL) COLLATE "C")
	FROM pg_cast AS c
	WHERE EXISTS (SELECT FROM pg_temp.public_type AS t WHERE t.oid IN (c.castsource, c.casttarget))
$$;

CREATE FUNCTION pg_temp.models() RETURNS text LANGUAGE sql AS $$
	SELECT E'| model | kind | parameters | reference |\n|---|---|---|---|\n'
		|| string_agg(format('| `%s` | %s | %s | %s |', m.name, m.kind, array_to_string(m.parameters, ', '), m.reference), E'\n' ORDER BY m.ordinality)
	FROM clv.models() WITH ORDINALITY AS m
$$;

CREATE FUNCTION pg_temp.view_columns(which text) RETURNS text LANGUAGE sql AS $$
	SELECT CASE which WHEN 'model' THEN E'| column | meaning |\n|---|---|\n' ELSE E'| column | with option | meaning |\n|---|---|---|\n' END
		|| string_agg(format('| %s |%s %s |', coalesce('`' || c.column_name || '`', 'the customer column'),
			CASE WHEN which <> 'model' THEN coalesce(' ' || c.with_option, '') || ' |' END, pg_temp.plain(c.comment)), E'\n' ORDER BY c.ordinality)
	FROM clv._view_columns() WITH ORDINALITY AS c
	WHERE c.of_model = (which = 'model')
$$;

CREATE FUNCTION pg_temp.limits(low int, high int) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN low = high THEN low::text ELSE concat(coalesce(low, 1), ' to ', coalesce(high, 5)) END
$$;

CREATE FUNCTION pg_temp.segments() RETURNS text LANGUAGE sql AS $$
	SELECT E'| segment | r | f | m | meaning |\n|---|---|---|---|---|\n'
		|| string_agg(format('| %s | %s | %s | %s | %s |', s.segment,
			pg_temp.limits(s.r_min, s.r_max), pg_temp.limits(s.f_min, s.f_max), pg_temp.limits(s.m_min, s.m_max), s.meaning), E'\n' ORDER BY s.ordinal)
	FROM clv.rfm_segments() AS s
$$;

WITH lines AS (
	SELECT line, number, lead(line) OVER (ORDER BY number) LIKE '@%' AS followed, regexp_match(line, '^@(\w+)(?: (\w+)(?:\((.*)\))?)?$') AS mark
	FROM regexp_split_to_table(:'template', E'\n') WITH ORDINALITY AS l (line, number)
), filled AS (
	SELECT number, mark, followed, CASE mark[1]
			   WHEN 'function' THEN pg_temp.functions(mark[2], mark[3])
			   WHEN 'type' THEN pg_temp.type(mark[2])
			   WHEN 'casts' THEN pg_temp.casts()
			   WHEN 'models' THEN pg_temp.models()
			   WHEN 'columns' THEN pg_temp.view_columns(mark[2])
			   WHEN 'segments' THEN pg_temp.segments() END AS text, line
	FROM lines
), forgotten AS (
	SELECT format('@function %s(%s)', f.proname, f.first_type) AS line
	FROM pg_temp.public_function AS f
	WHERE NOT EXISTS (SELECT FROM filled AS l WHERE l.mark[1] = 'function' AND l.mark[2] = f.proname AND coalesce(l.mark[3], f.first_type) = f.first_type)
	UNION
	SELECT format('@type %s', t.typname) FROM pg_temp.public_type AS t
	WHERE NOT EXISTS (SELECT FROM filled AS l WHERE l.mark[1] = 'type' AND l.mark[2] = t.typname)
)
SELECT (SELECT string_agg(coalesce(text || CASE WHEN followed THEN E'\n' ELSE '' END, line), E'\n' ORDER BY number) FROM filled)
	|| coalesce((SELECT E'\n\n## In no group\n\n' || string_agg(line, E'\n' ORDER BY line) FROM forgotten), '');
