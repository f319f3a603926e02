-- The one thing to schedule: histories, then models, then values.

-- Refresh one materialized view.
CREATE PROCEDURE clv._refresh_view(view regclass, beside_readers boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET quote_all_identifiers = off
AS $$
DECLARE
	-- one that has never held rows cannot be refreshed beside its readers
	beside		boolean := beside_readers AND (SELECT c.relispopulated FROM pg_class AS c WHERE c.oid = view);
BEGIN
	EXECUTE format('REFRESH MATERIALIZED VIEW %s %s', CASE WHEN beside THEN 'CONCURRENTLY' END, clv._relation(view));
END
$$;
COMMENT ON PROCEDURE clv._refresh_view(regclass, boolean) IS
	'part of clv.refresh: one materialized view, beside its readers where that can be';

-- History tables that the query of a view reads.
CREATE FUNCTION clv._histories_read(views regclass[])
RETURNS SETOF regclass
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT DISTINCT d.refobjid::regclass
FROM pg_rewrite AS r
JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
	AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
WHERE r.ev_class = ANY (views)
  AND clv._history_source(d.refobjid::regclass) IS NOT NULL
ORDER BY 1
$$;
COMMENT ON FUNCTION clv._histories_read(regclass[]) IS
	'part of clv.refresh: the history tables that views are made from';

CREATE PROCEDURE clv._refresh(relation regclass, refit boolean, beside_readers boolean)
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	models		regclass;
	histories	regclass;
BEGIN
	IF relation IS NULL OR refit IS NULL OR beside_readers IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = format('argument "%s" must not be null', CASE WHEN relation IS NULL THEN 'relation' WHEN refit IS NULL THEN 'refit' ELSE 'concurrently' END);
	END IF;
	IF clv._history_source(relation) IS NOT NULL
	   OR EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = relation AND a.attname = 'history' AND a.attnum = 2 AND a.atttypid = 'clv.rfm'::regtype) THEN
		CALL clv._refresh_histories(relation);
		RETURN;
	END IF;
	models := (clv._pair(relation)).models::regclass;
	FOR histories IN SELECT h FROM clv._histories_read(ARRAY[relation, models]) AS h LOOP
		CALL clv._refresh_histories(histories);
	END LOOP;
	IF refit THEN
		CALL clv._refresh_view(models, beside_readers);
	END IF;
	CALL clv._refresh_view(relation, beside_readers);
END
$$;
COMMENT ON PROCEDURE clv._refresh(regclass, boolean, boolean) IS
	'part of clv.refresh: all of it, with a fixed search path';

CREATE PROCEDURE clv.refresh(relation regclass, refit boolean DEFAULT false, concurrently boolean DEFAULT true)
LANGUAGE plpgsql
AS $$
BEGIN
	CALL clv._refresh(relation, refit, "concurrently");
END
$$;
COMMENT ON PROCEDURE clv.refresh(regclass, boolean, boolean) IS
	'bring a history table, or a pair of views, up to date in one transaction: histories, then with refit the models, then values; '
	'concurrently lets readers go on. A second refresh waits for the first. 55000: no history table any more; 42809: no pair';
