-- What the owner of the schema clv may put into it to take over the calls of
-- others; 19_overloads.pl runs this as that role, with a query of the
-- functions of the extension put in.  Whatever is called says so with SQLSTATE
-- TRAP0.
--
-- Functions with arguments of type internal or cstring are left out: nobody but
-- a superuser can make another one of these, and no statement calls them.
SET search_path = pg_catalog;
SET check_function_bodies = off;

CREATE FUNCTION clv.trap(what text) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
	RAISE WARNING USING ERRCODE = 'TRAP0', MESSAGE = 'planted: ' || what;
	RETURN NULL;
END
$$;

-- A type of the planter's own, which everything can be taken for.
CREATE TYPE clv.evil AS (a integer);
DO $do$
DECLARE
	t			text;
BEGIN
	FOREACH t IN ARRAY '{integer,bigint,numeric,real,float8,text,date,boolean,name,jsonb,text[],float8[],interval}'::text[] LOOP
		EXECUTE format('CREATE FUNCTION clv.as_evil(%s) RETURNS clv.evil LANGUAGE plpgsql PARALLEL SAFE AS ''BEGIN PERFORM clv.trap(''''cast''''); RETURN NULL; END''', t);
		EXECUTE format('CREATE CAST (%s AS clv.evil) WITH FUNCTION clv.as_evil(%1$s) AS IMPLICIT', t);
	END LOOP;
END
$do$;

-- ---------------------------------------------------------------- functions

CREATE TEMP TABLE member AS
SELECT p.oid, p.proname, p.prokind, p.pronargs AS n, p.pronargdefaults AS d, p.proretset,
	   coalesce((SELECT array_agg(t.oid ORDER BY t.n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (oid, n)), '{}') AS types,
	   p.proargnames[:p.pronargs] AS names,
	   (SELECT array_agg(format('OUT %I %s', p.proargnames[a.n], format_type(a.oid, NULL)) ORDER BY a.n)
		FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY AS a (oid, mode, n) WHERE a.mode IN ('o', 't')) AS outs,
	   CASE WHEN p.prorettype = 'cstring'::regtype THEN 'text' ELSE format_type(p.prorettype, NULL) END AS result
FROM :MEMBERS AS p
WHERE NOT p.proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[] AND p.prorettype <> 'internal'::regtype;

CREATE TEMP TABLE other AS
SELECT t::regtype::oid AS oid FROM unnest('{smallint,integer,bigint,numeric,real,float8,text,varchar,bpchar,name,"\"char\"",regclass,regtype,oid,json,jsonb,date,timestamp,timestamptz,
	interval,boolean,text[],name[],float8[],numeric[],integer[],date[],regtype[],record,anyelement,anynonarray,anyarray,anycompatible,anycompatiblearray,
	clv.evil,clv.rfm,clv.cbs,clv.model}'::text[]) AS t
UNION SELECT t.oid FROM pg_type AS t WHERE t.typtype = 'd' AND t.typnamespace = 'public'::regnamespace;

CREATE TEMP TABLE plant AS
WITH RECURSIVE base (domain, type) AS (
	-- a domain stands for the types that it is one over, and for no other
	SELECT t.oid, t.typbasetype FROM pg_type AS t WHERE t.typtype = 'd'
	UNION ALL
	SELECT b.domain, t.typbasetype FROM base AS b JOIN pg_type AS t ON t.oid = b.type AND t.typtype = 'd'
), polymorphic (types) AS (
	SELECT array_agg(t.oid) FROM pg_type AS t WHERE t.typtype = 'p' AND t.typname LIKE 'any%'
), signature AS (
	-- one argument of another type
	SELECT m.oid, m.types[:i - 1] || o.oid || m.types[i + 1:] AS types, NULL::text AS last
	FROM member AS m, generate_series(1, m.n) AS i, other AS o
	WHERE o.oid <> m.types[i]
	  AND (EXISTS (SELECT FROM base AS b WHERE b.domain = o.oid AND b.type = m.types[i]) OR NOT EXISTS (SELECT FROM base AS b WHERE b.domain = o.oid))
	UNION
	-- all of the same type
	SELECT m.oid, array_fill(o.oid, ARRAY[m.n::int]), NULL FROM member AS m, other AS o
	WHERE m.n > 1 AND o.oid = ANY ('{integer,bigint,numeric,float8,text,varchar,anyelement,anycompatible}'::regtype[]::oid[])
	UNION
	-- the arguments without a default alone, and any of the others; of one more type or less
	SELECT m.oid, m.types[:k], NULL FROM member AS m, generate_series(m.n - m.d, m.n - 1) AS k
	UNION
	SELECT m.oid, m.types[:k] || o.oid, NULL FROM member AS m, generate_series(m.n - m.d, m.n - 2) AS k, other AS o
	WHERE o.oid = ANY ('{integer,numeric,text,anyelement}'::regtype[]::oid[])
	UNION
	-- any number
	SELECT m.oid, m.types || o.oid, 'VARIADIC' FROM member AS m, other AS o WHERE o.oid = ANY ('{text[],integer[],anyarray,anycompatiblearray}'::regtype[]::oid[])
	UNION
	SELECT m.oid, m.types[:m.n - 1] || t.typarray, 'VARIADIC' FROM member AS m JOIN pg_type AS t ON t.oid = m.types[m.n] AND t.typarray <> 0 AND t.typtype <> 'p'
	UNION
	SELECT m.oid, m.types[:k] || o.oid, 'VARIADIC' FROM member AS m, generate_series(0, m.n - 1) AS k, other AS o
	WHERE o.oid = ANY ('{text[],float8[],anyarray,anycompatiblearray}'::regtype[]::oid[])
)
SELECT DISTINCT ON (m.proname, s.types) m.oid, m.proname, s.types, s.last
FROM signature AS s JOIN member AS m ON m.oid = s.oid, polymorphic
WHERE NOT EXISTS (SELECT FROM member AS x WHERE x.proname = m.proname AND x.types = s.types)
  -- where ours has a polymorphic argument, another is as good, and no call can choose
  AND NOT (s.types && polymorphic.types AND EXISTS (SELECT FROM member AS x WHERE x.proname = m.proname AND x.types && polymorphic.types))
ORDER BY m.proname, s.types, s.last NULLS FIRST, m.oid;

DO $do$
DECLARE
	p			record;
	arguments	text;
	result		text;
BEGIN
	FOR p IN SELECT a.types AS planted, a.last, m.* FROM plant AS a JOIN member AS m ON m.oid = a.oid LOOP
		SELECT string_agg(concat_ws(' ', CASE WHEN p.last = 'VARIADIC' AND t.i = cardinality(p.planted) THEN 'VARIADIC' END,
			CASE WHEN t.i > p.n OR coalesce(p.names[t.i], '') = '' THEN format('planted_%s', t.i) ELSE quote_ident(p.names[t.i]) END,
			format_type(t.oid, NULL), CASE WHEN p.last <> 'VARIADIC' AND t.i = cardinality(p.planted) THEN p.last END), ', ' ORDER BY t.i)
		INTO arguments
		FROM unnest(p.planted) WITH ORDINALITY AS t (oid, i);
		result := CASE WHEN p.prokind = 'p' THEN '' WHEN p.proretset AND (p.outs IS NULL OR cardinality(p.outs) > 1) THEN format('RETURNS SETOF %s', p.result)
			ELSE format('RETURNS %s', p.result) END;
		EXECUTE format('CREATE %s clv.%I(%s) %s LANGUAGE plpgsql %s AS %L', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.proname,
			concat_ws(', ', arguments, array_to_string(p.outs, ', ')), result, CASE WHEN p.prokind <> 'p' THEN 'PARALLEL SAFE' END,
			format('BEGIN PERFORM clv.trap(%L); RETURN%s; END', format('clv.%s(%s)', p.proname, arguments),
				   CASE WHEN p.prokind <> 'p' AND NOT p.proretset AND p.outs IS NULL AND p.result <> 'void' THEN ' NULL' END));
	END LOOP;
END
$do$;

-- ---------------------------------------------------------------- operators

-- Ours with one argument of another type, and the system's own for any two of
-- these.
DO $do$
DECLARE
	o			record;
BEGIN
	FOR o IN
		WITH ours AS (
			SELECT p.oprname AS name, p.oprleft AS l, p.oprright AS r FROM pg_operator AS p WHERE p.oprnamespace = 'clv'::regnamespace
		), wanted AS (
			SELECT p.name, t.oid AS l, p.r FROM ours AS p, other AS t
			UNION SELECT p.name, p.l, t.oid FROM ours AS p, other AS t
			UNION SELECT n, l, r
			FROM unnest('{=,<>,<,<=,>,>=,+,-,*,/,%,^,||,->,->>,#>,#>>,?,?|,?&,@>,<@,~,!~,~~,&&,#}'::text[]) AS n,
				 unnest('{smallint,integer,bigint,numeric,float8,text,name,date,timestamp,timestamptz,interval,boolean,jsonb,oid,regclass,regtype,text[],name[],regtype[],float8[],anyelement,anycompatible}'::regtype[]::oid[]) AS l,
				 unnest('{integer,bigint,numeric,float8,text,name,date,timestamp,interval,jsonb,oid,regtype,text[],regtype[],anyelement,anycompatible}'::regtype[]::oid[]) AS r
			WHERE l = r OR n NOT IN ('?|', '?&', '~', '!~', '~~', '&&')
		)
		SELECT w.* FROM wanted AS w
		WHERE NOT EXISTS (SELECT FROM ours AS x WHERE x.name = w.name AND x.l = w.l AND x.r = w.r)
		  AND (w.l::regtype::text LIKE 'anyc%') = (w.r::regtype::text LIKE 'anyc%') OR w.l::regtype::text NOT LIKE 'any%' AND w.r::regtype::text NOT LIKE 'any%'
			  AND NOT EXISTS (SELECT FROM ours AS x WHERE x.name = w.name AND x.l = w.l AND x.r = w.r)
	LOOP
		IF to_regprocedure(format('clv.truth(%s,%s)', o.l::regtype, o.r::regtype)) IS NULL THEN
			EXECUTE format('CREATE FUNCTION clv.truth(%s, %s) RETURNS boolean LANGUAGE plpgsql PARALLEL SAFE AS %L', o.l::regtype, o.r::regtype,
				format('BEGIN RETURN clv.trap(%L); END', format('operator (%s, %s)', o.l::regtype, o.r::regtype)));
		END IF;
		EXECUTE format('CREATE OPERATOR clv.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = clv.truth)', o.name, o.l::regtype, o.r::regtype);
	END LOOP;
END
$do$;

-- --------------------------------------------------- types and other relations

DO $do$
DECLARE
	n			text;
BEGIN
	-- a function of one argument may as well be a type, to which that is cast
	FOR n IN SELECT DISTINCT m.proname FROM member AS m WHERE NOT EXISTS (SELECT FROM pg_type AS t WHERE t.typnamespace = 'clv'::regnamespace AND t.typname = m.proname) LOOP
		EXECUTE format('CREATE DOMAIN clv.%I AS text CHECK (clv.trap(%L))', n, 'the domain ' || n);
	END LOOP;
	-- a column of a row may as well be a function of it
	FOR n IN
		SELECT DISTINCT format('%I(%s)', a.attname, t.oid::regtype)
		FROM pg_type AS t JOIN pg_attribute AS a ON a.attrelid = t.typrelid AND a.attnum > 0
		WHERE t.typnamespace = 'clv'::regnamespace AND t.typtype = 'c'
	LOOP
		IF to_regprocedure('clv.' || n) IS NULL THEN
			EXECUTE format('CREATE FUNCTION clv.%s RETURNS boolean LANGUAGE plpgsql AS %L', n, format('BEGIN RETURN clv.trap(%L); END', n));
		END IF;
	END LOOP;
	-- names of the steps of a statement, of what functions read, and of its functions
	FOREACH n IN ARRAY '{histories,as_of,base,tiers,means,summaries,scores,customer_values,customer_profits,customer_facts,source_rows,counted,
		pg_class,pg_attribute,pg_type,pg_namespace,pg_proc,pg_depend,pg_rewrite,orders,people}'::text[] LOOP
		EXECUTE format('CREATE VIEW clv.%I AS SELECT clv.trap(%L) AS a', n, 'the view ' || n);
	END LOOP;
	FOR n IN
		SELECT DISTINCT format('%I(%s)', f, t)
		FROM unnest('{sum,min,max,avg,count,abs,round,concat,format,upper,isfinite,unnest,cardinality,rank,array_agg,string_agg,to_char,date_trunc,jsonb_typeof,quote_ident,quote_literal,parse_ident}'::text[]) AS f,
			 unnest('{integer,bigint,numeric,float8,text,date,name,regclass,jsonb,text[],float8[],anyelement,"text, text","name, name","regclass, name","text, integer"}'::text[]) AS t
	LOOP
		EXECUTE format('CREATE FUNCTION clv.%s RETURNS boolean LANGUAGE plpgsql AS %L', n, format('BEGIN RETURN clv.trap(%L); END', n));
	END LOOP;
END
$do$;
