-- Histories that are kept up to date: a table with a customer's history in each
-- row, a queue of what has changed since, and triggers on the source that fill
-- the queue.
--
-- An insert queues the partial histories of its rows, which clv.refresh merges
-- into the stored ones: histories are exact sums, so these are the bits of a
-- rebuild.  Anything else queues the customers it touched, who are made anew
-- from the source.  A row of the queue with neither customer nor history has
-- all of them made anew.
--
-- A trigger runs with the rights of whoever writes the source.  Everybody may
-- queue a customer, which costs work and changes no value; histories may be
-- queued by those alone who may insert the rows that they are of.  Nobody but
-- the owner reads the queue.
--
-- The arguments of the triggers say in SQL what the names meant when the history
-- table was made, "o" standing for a row:
--
--	0	the history table
--	1	the queue
--	2	customer
--	3	history of many rows
--	4	does the row count
--	5	are sums of such rows sure to be finite: if not, the customer is made anew,
--		so that no writer meets an error of ours
--	6	the columns that matter
--	7	"source" of the table that was named, "part" of its partitions

-- What a statement did to the source.  In C, so that its plan is kept: a
-- statement of one row would otherwise take ten times as long.
CREATE FUNCTION clv._queue_statement() RETURNS trigger
	AS 'MODULE_PATHNAME', 'clv_queue_statement' LANGUAGE C
	SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION clv._queue_statement() IS
	'trigger of clv.create_history_table: puts what a statement did to the source into the queue';

-- The same of one row, where a subscription writes the source: it fires no
-- trigger of a statement.  Enabled for the replica alone.
CREATE FUNCTION clv._queue_row()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	command		text := format('INSERT INTO %1$s (customer) SELECT %2$s FROM (SELECT ($1).*) AS o WHERE %2$s IS NOT NULL',
							   TG_ARGV[1], TG_ARGV[2]);
BEGIN
	IF to_regclass(TG_ARGV[1]) IS NULL THEN
		RETURN NULL;
	END IF;
	IF TG_OP <> 'INSERT' THEN
		EXECUTE command USING OLD;
	END IF;
	IF TG_OP <> 'DELETE' THEN
		EXECUTE command USING NEW;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION clv._queue_row() IS
	'trigger of clv.create_history_table for a subscription: the customers of a row are made anew';

-- ------------------------------------------------- what there is to keep

CREATE TYPE clv._history_source AS (
	source regclass,
	argument text[]				-- of the triggers, counted from 1
);
COMMENT ON TYPE clv._history_source IS
	'part of clv.create_history_table: where a history table comes from, by the triggers on its source';

-- Tables that hold rows of a table.
CREATE FUNCTION clv._row_tables(source regclass)
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
WITH RECURSIVE tree AS (
	SELECT source AS relation
	UNION
	SELECT i.inhrelid::regclass FROM pg_inherits AS i JOIN tree AS t ON i.inhparent = t.relation
)
SELECT t.relation FROM tree AS t
$$;
COMMENT ON FUNCTION clv._row_tables(regclass) IS
	'part of clv.create_history_table: a table, its partitions and the tables that inherit from it';

-- Triggers on statements that fill the queue of a history table.
CREATE FUNCTION clv._history_triggers(history_table regclass, OUT relation regclass, OUT argument text[])
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	t			record;
BEGIN
	FOR t IN
		SELECT g.tgrelid, pg_get_triggerdef(g.oid) AS definition
		FROM pg_trigger AS g
		WHERE g.tgfoid = 'clv._queue_statement()'::regprocedure
		  AND g.tgtype & 32 <> 0		-- one a table: that of TRUNCATE
		ORDER BY g.tgrelid
	LOOP
		-- the arguments are read as the server writes them: as literals
		EXECUTE concat('SELECT ARRAY[', (regexp_match(t.definition, 'EXECUTE FUNCTION clv\._queue_statement\((.*)\)$'))[1], ']::text[]')
			INTO argument;
		IF to_regclass(argument[1]) = history_table THEN
			relation := t.tgrelid::regclass;
			RETURN NEXT;
		END IF;
	END LOOP;
END
$$;
COMMENT ON FUNCTION clv._history_triggers(regclass) IS
	'part of clv.refresh: tables with triggers that fill the queue of a history table, and the arguments of these';

-- NULL when it is no history table.
CREATE FUNCTION clv._history_source(history_table regclass)
RETURNS clv._history_source
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT ROW(t.relation, t.argument)::clv._history_source
FROM clv._history_triggers(history_table) AS t
WHERE t.argument[8] = 'source'
$$;
COMMENT ON FUNCTION clv._history_source(regclass) IS
	'part of clv.refresh: where a history table comes from; NULL when no trigger fills its queue';

CREATE FUNCTION clv._raise_no_history_table(relation regclass)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF relation IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'argument "relation" must not be null';
	END IF;
	RAISE EXCEPTION USING
		ERRCODE = 'object_not_in_prerequisite_state',
		MESSAGE = format('no trigger fills a queue for %s', clv._relation(relation)),
		DETAIL = 'It was not made by clv.create_history_table, its source has been dropped, or the table or its queue has been renamed.',
		HINT = 'Drop it, and make it with clv.create_history_table again.';
END
$$;
COMMENT ON FUNCTION clv._raise_no_history_table(regclass) IS
	'part of clv.refresh and clv.drop_history_table: raises 55000, or 22004';

-- ------------------------------------------------------------ creation

-- Triggers on one table with rows of the source.
CREATE PROCEDURE clv._make_history_triggers(relation regclass, argument text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	arguments	text := (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(argument) WITH ORDINALITY AS u (a, n));
	suffix		text := (parse_ident(argument[1]))[2];
	spec		text[];
BEGIN
	FOREACH spec SLICE 1 IN ARRAY ARRAY[
		['INSERT', 'REFERENCING NEW TABLE AS new_rows'],
		['UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'],
		['DELETE', 'REFERENCING OLD TABLE AS old_rows'],
		['TRUNCATE', '']]
	LOOP
		EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s %s FOR EACH STATEMENT EXECUTE FUNCTION clv._queue_statement(%s)',
					   format('clv_%s_%s', lower(spec[1]), suffix), spec[1], clv._relation(relation), spec[2], arguments);
	END LOOP;
	-- a subscription truncates by a statement, and writes row by row
	EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', clv._relation(relation), 'clv_truncate_' || suffix);
END
$$;
COMMENT ON PROCEDURE clv._make_history_triggers(regclass, text[]) IS
	'part of clv.create_history_table: the triggers on statements of one table';

-- All of them: on the source, its partitions and what inherits from it.
CREATE PROCEDURE clv._make_all_history_triggers(source regclass, argument text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	relation	regclass;
	of_rows		text := format('clv_replica_%s', (parse_ident(argument[1]))[2]);
	kind		"char";
BEGIN
	FOR relation IN SELECT t FROM clv._row_tables(source) AS t ORDER BY t LOOP
		SELECT c.relkind INTO kind FROM pg_class AS c WHERE c.oid = relation;
		IF kind NOT IN ('r', 'p') THEN
			RAISE EXCEPTION USING
				ERRCODE = 'wrong_object_type',
				MESSAGE = format('%s is not a table', clv._relation(relation)),
				DETAIL = 'Only the triggers of a table see what is written to it.',
				HINT = 'Merge the histories of other sources with clv.rollup.';
		END IF;
		CALL clv._make_history_triggers(relation, argument[1:7] || CASE WHEN relation = source THEN 'source'::text ELSE 'part'::text END);
		-- the parent's are on all partitions by themselves
		IF NOT EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = relation AND g.tgname = of_rows) THEN
			EXECUTE format('CREATE TRIGGER %I AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION clv._queue_row(%s)',
						   of_rows, clv._relation(relation),
						   (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(argument[1:3]) WITH ORDINALITY AS u (a, n)));
		END IF;
	END LOOP;
	FOR relation IN SELECT t FROM clv._row_tables(source) AS t ORDER BY t LOOP
		EXECUTE format('ALTER TABLE %s ENABLE REPLICA TRIGGER %I', clv._relation(relation), of_rows);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE clv._make_all_history_triggers(regclass, text[]) IS
	'part of clv.create_history_table: the triggers on the source and on all tables with rows of it';

-- What the names mean, as the triggers keep it.
CREATE FUNCTION clv._history_arguments(history_table text, queue text, source regclass, customer name, at name, amount name, zone text)
RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	src			clv._source_text := clv._log_source(source, customer, at, amount, NULL::date, zone, NULL::date);
BEGIN
	RETURN ARRAY[
		history_table,
		queue,
		src.customer_ref,
		src.history,
		concat_ws(' AND ', format('isfinite(%s)', src.at_ref), src.amount_ref || ' IS NOT NULL', src.amount_finite),
		concat_ws(' AND ', format('%s BETWEEN ''0001-01-01'' AND ''9999-12-31''', src.at_ref),
				  CASE WHEN amount IS NOT NULL THEN format('%s BETWEEN -1e290 AND 1e290', src.amount_ref) END),
		concat_ws(', ', src.customer_ref, src.at_ref, src.amount_ref)];
END
$$;
COMMENT ON FUNCTION clv._history_arguments(text, text, regclass, name, name, name, text) IS
	'part of clv.create_history_table: the arguments of its triggers but the last';

-- Whoever writes the source writes the queue, which is in a schema too.
CREATE FUNCTION clv._check_queue_rights(source regclass, of_schema name)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	shut_out	text;
BEGIN
	SELECT string_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, ', ') INTO shut_out
	FROM pg_class AS c
	CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
	WHERE c.oid IN (SELECT t FROM clv._row_tables(source) AS t)
	  AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
	  AND NOT CASE WHEN a.grantee = 0
		THEN EXISTS (SELECT FROM pg_namespace AS n
					 CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) AS s
					 WHERE n.nspname = of_schema AND s.grantee = 0 AND s.privilege_type = 'USAGE')
		ELSE has_schema_privilege(a.grantee, of_schema, 'USAGE') END;
	IF shut_out IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'insufficient_privilege',
			MESSAGE = format('roles that may write %s have no right to use schema "%s"', clv._relation(source), of_schema),
			DETAIL = format('What they write is noted in a queue in that schema. Roles: %s.', shut_out),
			HINT = format('GRANT USAGE ON SCHEMA %I TO %s, or name another schema.', of_schema, shut_out);
	END IF;
END
$$;
COMMENT ON FUNCTION clv._check_queue_rights(regclass, name) IS
	'part of clv.create_history_table: 42501 when somebody who may write the source could not write the queue';

-- Who may queue what.  A role that is given rights on the source later queues
-- customers, until a refresh sees that it may insert.  Only what differs is
-- granted or revoked: either makes sessions plan anew what writes the queue.
CREATE PROCEDURE clv._grant_queue(queue text, source regclass)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	r			record;
BEGIN
	FOR r IN
		WITH wanted AS (
			SELECT DISTINCT 'history'::name AS of_column, a.grantee
			FROM pg_class AS c
			CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) AS a
			WHERE c.oid IN (SELECT t FROM clv._row_tables(source) AS t) AND a.privilege_type = 'INSERT'
			UNION
			SELECT 'customer', 0
		),
		granted AS (
			SELECT DISTINCT f.attname AS of_column, a.grantee
			FROM pg_attribute AS f
			CROSS JOIN LATERAL aclexplode(f.attacl) AS a
			WHERE f.attrelid = to_regclass(queue)
		)
		SELECT CASE WHEN w.grantee IS NULL THEN 'REVOKE' ELSE 'GRANT' END AS command,
			   CASE WHEN w.grantee IS NULL THEN 'FROM' ELSE 'TO' END AS direction,
			   of_column,
			   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END AS role
		FROM wanted AS w FULL JOIN granted AS g USING (of_column, grantee)
		WHERE w.grantee IS NULL OR g.grantee IS NULL
	LOOP
		EXECUTE format('%s INSERT (%I) ON %s %s %s', r.command, r.of_column, queue, r.direction, r.role);
	END LOOP;
END
$$;
COMMENT ON PROCEDURE clv._grant_queue(text, regclass) IS
	'part of clv.create_history_table: everybody may queue a customer, who may insert into the source a history';

-- The statement that all refreshes end in: histories of customers, and those
-- who have none any more go.  "made" and "gone" are steps of it.
CREATE FUNCTION clv._store_histories(history_table text, steps text, stored text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format(
$sql$WITH %2$s
INSERT INTO %1$s AS t (customer, history)
SELECT s.customer, s.history FROM (%3$s) AS s
ON CONFLICT (customer) DO UPDATE SET history = EXCLUDED.history
WHERE t.history OPERATOR(clv.<>) EXCLUDED.history$sql$, history_table, steps, stored)
$$;
COMMENT ON FUNCTION clv._store_histories(text, text, text) IS
	'part of clv.refresh: the statement that stores histories';

-- Everything anew: what the queue held is in the source.  One statement, so that
-- queue and source are seen at one moment.
CREATE FUNCTION clv._rebuild_statement(argument text[], source regclass, equality text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT clv._store_histories(argument[1], format(
$sql$taken AS (
    DELETE FROM %1$s
),
made AS MATERIALIZED (
    SELECT %2$s AS customer, %3$s AS history
    FROM %5$s AS o
    WHERE %2$s IS NOT NULL AND %4$s
    GROUP BY %2$s
),
gone AS (
    DELETE FROM %6$s AS h
    WHERE NOT EXISTS (SELECT FROM made AS m WHERE m.customer %7$s h.customer)
)$sql$, argument[2], argument[3], argument[4], argument[5], clv._relation(source), argument[1], equality),
	'SELECT m.customer, m.history FROM made AS m'::text)
$$;
COMMENT ON FUNCTION clv._rebuild_statement(text[], regclass, text) IS
	'part of clv.refresh: the statement that makes all histories anew and empties the queue';

-- What is in the queue, and nothing else.  A customer of whom both a partial
-- history and a change are queued is made anew.
CREATE FUNCTION clv._merge_statement(argument text[], source regclass, equality text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT clv._store_histories(argument[1], format(
$sql$taken AS (
    DELETE FROM %1$s AS q WHERE q.customer IS NOT NULL RETURNING q.customer, q.history
),
anew AS MATERIALIZED (
    SELECT DISTINCT q.customer FROM taken AS q WHERE q.history IS NULL
),
made AS MATERIALIZED (
    SELECT a.customer, r.history
    FROM anew AS a
    CROSS JOIN LATERAL (
        SELECT %3$s AS history
        FROM %5$s AS o
        WHERE %2$s %7$s a.customer AND %4$s
    ) AS r
    WHERE r.history IS NOT NULL
),
gone AS (
    DELETE FROM %6$s AS h
    USING anew AS a
    WHERE h.customer %7$s a.customer
      AND NOT EXISTS (SELECT FROM made AS m WHERE m.customer %7$s a.customer)
),
partial AS (
    SELECT q.customer, clv.rollup(q.history) AS history
    FROM taken AS q
    WHERE q.history IS NOT NULL
      AND NOT EXISTS (SELECT FROM anew AS a WHERE a.customer %7$s q.customer)
    GROUP BY q.customer
)$sql$, argument[2], argument[3], argument[4], argument[5], clv._relation(source), argument[1], equality),
	format(
$sql$SELECT m.customer, m.history FROM made AS m
UNION ALL
SELECT p.customer, clv.merge(h.history, p.history)
FROM partial AS p
LEFT JOIN %s AS h ON h.customer %s p.customer$sql$, argument[1], equality))
$$;
COMMENT ON FUNCTION clv._merge_statement(text[], regclass, text) IS
	'part of clv.refresh: the statement that brings what is queued into the histories';

-- The partitions that a history table knows of, as the queue's comment has them.
CREATE FUNCTION clv._queue_comment(source regclass)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT concat('changes of ', clv._relation(source), ' that clv.refresh has not seen yet',
	CASE WHEN count(*) > 1 THEN concat('; tables with rows of it: ', string_agg(t::oid::text, ', ' ORDER BY t::oid)) END)
FROM clv._row_tables(source) AS t
$$;
COMMENT ON FUNCTION clv._queue_comment(regclass) IS
	'part of clv.create_history_table: the comment of a queue, by which a partition that comes or goes is seen';

CREATE PROCEDURE clv._create_history_table(
	default_schema name, name text, source regclass, customer name, at name, amount name, zone text)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	names		record := clv._history_table_names(name, default_schema);
	argument	text[];
BEGIN
	argument := clv._history_arguments(names.history_table, names.queue, source, customer, at, amount, zone);
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'active_sql_transaction',
			MESSAGE = 'clv.create_history_table needs isolation level "read committed"',
			DETAIL = 'The histories are read after writers of the source have been waited for.';
	END IF;
	PERFORM clv._check_queue_rights(source, names.of_schema);
	IF NOT EXISTS (
		SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
		WHERE i.indrelid = source AND a.attname = customer AND i.indpred IS NULL AND i.indisvalid) THEN
		RAISE NOTICE USING
			MESSAGE = format('no index on column "%s" of %s', customer, clv._relation(source)),
			DETAIL = 'Customers whose rows are updated or deleted are read anew: without an index each refresh after such a change reads the whole table.',
			HINT = format('CREATE INDEX ON %s (%I);', clv._relation(source), customer);
	END IF;

	EXECUTE format('CREATE TABLE %s AS SELECT %s AS customer, CAST(NULL AS clv.rfm) AS history FROM %s AS o WHERE false',
				   names.queue, argument[3], clv._relation(source));
	CALL clv._grant_queue(names.queue, source);
	-- waits for those who write the source, and holds new ones until the end
	CALL clv._make_all_history_triggers(source, argument);
	EXECUTE format('COMMENT ON TABLE %s IS %L', names.queue, clv._queue_comment(source));
	EXECUTE format(
$sql$CREATE TABLE %s AS
SELECT %s AS customer, %s AS history
FROM %s AS o
WHERE %2$s IS NOT NULL AND %5$s
GROUP BY %2$s$sql$, names.history_table, argument[3], argument[4], clv._relation(source), argument[5]);
	EXECUTE format('ALTER TABLE %s ADD PRIMARY KEY (customer), ALTER COLUMN history SET NOT NULL', names.history_table);
	EXECUTE format('COMMENT ON TABLE %s IS %L', names.history_table,
				   format('purchase histories of the customers of %s, which clv.refresh brings up to date', clv._relation(source)));
	EXECUTE format('COMMENT ON COLUMN %s.customer IS %L', names.history_table, 'the customer, as in the source');
	EXECUTE format('COMMENT ON COLUMN %s.history IS %L', names.history_table, 'the purchases day by day: any past date can be asked of it');
END
$$;
COMMENT ON PROCEDURE clv._create_history_table(name, text, regclass, name, name, name, text) IS
	'part of clv.create_history_table: all of it but the caller''s search path';

-- The names of a history table and its queue, quoted; one that is taken raises.
CREATE FUNCTION clv._history_table_names(
	name text, default_schema name, OUT history_table text, OUT queue text, OUT of_schema name)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	parts		text[] := clv._name_parts(name, default_schema, 'table'::text, 'crm.histories'::text);
	taken		text;
BEGIN
	-- the longest name is that of a trigger
	IF octet_length('clv_truncate_' || parts[2]) > current_setting('max_identifier_length')::int THEN
		RAISE EXCEPTION USING
			ERRCODE = 'name_too_long',
			MESSAGE = format('name "%s" is too long', parts[2]),
			HINT = format('Choose one of at most %s bytes: triggers are named after the table.',
						  current_setting('max_identifier_length')::int - octet_length('clv_truncate_'));
	END IF;
	taken := clv._taken_name(parts[1], ARRAY[parts[2], parts[2] || '_queue']);
	IF taken IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'duplicate_table',
			MESSAGE = format('relation "%s" already exists in schema "%s"', taken, parts[1]),
			HINT = 'Choose another name, or clv.drop_history_table first.';
	END IF;
	history_table := format('%I.%I', parts[1], parts[2]);
	queue := format('%I.%I', parts[1], parts[2] || '_queue');
	of_schema := parts[1]::name;
END
$$;
COMMENT ON FUNCTION clv._history_table_names(text, name) IS
	'part of clv.create_history_table: the quoted names of table and queue; a taken name raises 42P07';

CREATE PROCEDURE clv.create_history_table(
	name text, source regclass, customer name, at name, amount name, zone text DEFAULT NULL)
LANGUAGE plpgsql
AS $$
BEGIN
	CALL clv._create_history_table(pg_catalog.current_schema(), name, source, customer, at, amount, zone);
END
$$;
COMMENT ON PROCEDURE clv.create_history_table(text, regclass, name, name, name, text) IS
	'make the table <name> (customer, history) of a table of orders, its queue <name>_queue, and triggers on the source that fill it; '
	'amount NULL: a log without money. CALL clv.refresh(<name>) brings it up to date';

-- Triggers of a history table off all that they are on.
CREATE PROCEDURE clv._drop_history_triggers(history_table regclass, argument text[])
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	relation	regclass;
	command		text;
	suffix		text := (parse_ident(argument[1]))[2];
BEGIN
	FOR relation IN SELECT t.relation FROM clv._history_triggers(history_table) AS t LOOP
		FOREACH command IN ARRAY '{insert,update,delete,truncate}'::text[] LOOP
			EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', format('clv_%s_%s', command, suffix), clv._relation(relation));
		END LOOP;
		-- that of a partition goes with its parent's
		IF EXISTS (SELECT FROM pg_trigger AS g WHERE g.tgrelid = relation AND g.tgname = 'clv_replica_' || suffix AND g.tgparentid = 0) THEN
			EXECUTE format('DROP TRIGGER %I ON %s', 'clv_replica_' || suffix, clv._relation(relation));
		END IF;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE clv._drop_history_triggers(regclass, text[]) IS
	'part of clv.refresh and clv.drop_history_table: the triggers that fill a queue, wherever they are';

CREATE PROCEDURE clv.drop_history_table(relation regclass)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_source	clv._history_source := clv._history_source(relation);
BEGIN
	IF from_source IS NULL THEN
		PERFORM clv._raise_no_history_table(relation);
	END IF;
	CALL clv._drop_history_triggers(relation, (from_source).argument);
	EXECUTE format('DROP TABLE %s, %s', (from_source).argument[1], (from_source).argument[2]);
END
$$;
COMMENT ON PROCEDURE clv.drop_history_table(regclass) IS
	'drop a history table, its queue, and the triggers on its source; 55000 when no trigger fills its queue';

-- -------------------------------------------------------------- refresh

-- Partitions that came or went since, whose rows no trigger has seen.
CREATE FUNCTION clv._partitions_moved(from_source clv._history_source)
RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT obj_description(to_regclass((from_source).argument[2]), 'pg_class') IS DISTINCT FROM clv._queue_comment((from_source).source)
$$;
COMMENT ON FUNCTION clv._partitions_moved(clv._history_source) IS
	'part of clv.refresh: is the set of tables with rows of the source another than the queue''s comment says?';

-- Triggers for the partitions that there are now.
CREATE PROCEDURE clv._follow_partitions(history_table regclass, from_source clv._history_source)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
BEGIN
	CALL clv._drop_history_triggers(history_table, (from_source).argument);
	CALL clv._make_all_history_triggers((from_source).source, (from_source).argument);
	EXECUTE format('COMMENT ON TABLE %s IS %L', (from_source).argument[2], clv._queue_comment((from_source).source));
END
$$;
COMMENT ON PROCEDURE clv._follow_partitions(regclass, clv._history_source) IS
	'part of clv.refresh: triggers on partitions that came, none on those that went';

-- Is it as cheap to make all histories anew?  When a third of them have to be
-- read again, reading all of the source in one go is.
CREATE FUNCTION clv._rebuild_is_cheaper(argument text[])
RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	all_anew	boolean;
	anew		bigint;
	stored		bigint;
BEGIN
	EXECUTE format('SELECT count(*) FILTER (WHERE q.customer IS NULL) > 0, count(*) FILTER (WHERE q.history IS NULL) FROM %s AS q', argument[2])
		INTO all_anew, anew;
	IF all_anew OR anew = 0 THEN
		RETURN all_anew;
	END IF;
	EXECUTE format('SELECT count(*) FROM %s AS h', argument[1]) INTO stored;
	RETURN anew > 0.3 * stored;
END
$$;
COMMENT ON FUNCTION clv._rebuild_is_cheaper(text[]) IS
	'part of clv.refresh: must all histories be made anew, or so many that it is as cheap?';

CREATE PROCEDURE clv._refresh_histories(history_table regclass)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	from_source	clv._history_source := clv._history_source(history_table);
	argument	text[] := (from_source).argument;
	equality	text;
	again		boolean;
BEGIN
	IF from_source IS NULL THEN
		PERFORM clv._raise_no_history_table(history_table);
	END IF;
	-- a second refresh waits here for the first
	EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', argument[1]);
	equality := clv._equality(clv._column_type(history_table, 'customer'::name));
	CALL clv._grant_queue(argument[2], (from_source).source);
	again := clv._partitions_moved(from_source);
	IF again THEN
		CALL clv._follow_partitions(history_table, from_source);
	END IF;
	-- a TRUNCATE may commit between one look at the queue and the next
	FOR i IN 1 .. 10 LOOP
		IF again OR clv._rebuild_is_cheaper(argument) THEN
			EXECUTE clv._rebuild_statement(argument, (from_source).source, equality);
		ELSE
			EXECUTE clv._merge_statement(argument, (from_source).source, equality);
		END IF;
		EXECUTE format('SELECT EXISTS (SELECT FROM %s AS q WHERE q.customer IS NULL)', argument[2]) INTO again;
		EXIT WHEN NOT again;
	END LOOP;
END
$$;
COMMENT ON PROCEDURE clv._refresh_histories(regclass) IS
	'part of clv.refresh: what is queued goes into the histories';
