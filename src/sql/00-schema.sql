-- clv: customer lifetime value inside PostgreSQL.
--
-- The schema itself is made by CREATE EXTENSION (clv.control names it); everyone
-- may use what is in it.  Nothing here reads a table that the caller may not.

-- A schema of that name that was there before may belong to anybody, and what
-- is in it would come into our own calls, or into this script, which runs as a
-- superuser.  So it must be empty, as it is when a dump is restored.  This comes
-- first and names everything with its schema: it may be among such objects.
DO $do$
DECLARE
	found		pg_catalog.text;
BEGIN
	SELECT pg_catalog.concat(
			pg_catalog.string_agg(o.what, ', '::pg_catalog.text ORDER BY o.place) FILTER (WHERE o.place OPERATOR(pg_catalog.<=) 5::bigint),
			CASE WHEN pg_catalog.count(*) OPERATOR(pg_catalog.>) 5::bigint
				THEN pg_catalog.format(' and %s more'::pg_catalog.text, pg_catalog.count(*) OPERATOR(pg_catalog.-) 5::bigint) END)
	INTO found
	FROM (
		SELECT pg_catalog.format('%s %s'::pg_catalog.text, i.type, i.identity) AS what,
			   pg_catalog.row_number() OVER (ORDER BY i.identity) AS place
		FROM pg_catalog.pg_depend AS d
		CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classid, d.objid, d.objsubid) AS i
		WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid
		  AND d.refobjid OPERATOR(pg_catalog.=) 'clv'::pg_catalog.regnamespace::pg_catalog.oid
		  -- the extension and default privileges depend on a schema without being in it
		  AND i.schema IS NOT NULL
	) AS o
	HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 0::bigint;
	IF found IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'object_not_in_prerequisite_state',
			MESSAGE = 'schema "clv" is not empty',
			DETAIL = pg_catalog.format('It holds %s.'::pg_catalog.text, found),
			HINT = 'Drop what is in the schema, or the schema itself, and create the extension again.';
	END IF;
END
$do$;

GRANT USAGE ON SCHEMA clv TO PUBLIC;
COMMENT ON SCHEMA clv IS
	'clv: purchase histories, customer-base models, customer values and tiers';
