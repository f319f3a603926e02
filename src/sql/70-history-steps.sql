-- The first steps of clv.query (67-statement.sql), which begin every statement over
-- orders: histories, and the last day observed.

-- The last day that histories of a source can be asked about.
CREATE FUNCTION clv._effective_as_of(src clv._source_text, as_of date)
RETURNS date
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	today		date;
BEGIN
	IF as_of IS NULL THEN
		EXECUTE concat('SELECT ', src.today) INTO today;
	END IF;
	RETURN coalesce(as_of, today);
END
$$;
COMMENT ON FUNCTION clv._effective_as_of(clv._source_text, date) IS
	'part of the functions over orders: as_of, or today in the zone of the source';

-- The rows whose amounts count.
CREATE FUNCTION clv._counts(src clv._source_text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(E'%s IS NOT NULL\n      AND %s', src.amount_ref, src.up_to);
END
$$;
COMMENT ON FUNCTION clv._counts(clv._source_text) IS
	'part of clv.query: the condition for a row of a customer to be in the history';

-- Step "histories": the orders, read once.  An objection, a boolean of a row,
-- is about the customer: it counts from any row, also where that has no date or
-- no amount, or one after the last day that is asked about.  Aggregates of other
-- columns then see more rows than the history does.
CREATE FUNCTION clv._histories_step(src clv._source_text, refunds text, more_columns text, objection text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	counts		text := clv._counts(src);
BEGIN
	PERFORM clv._check_refunds(refunds);
	RETURN clv._fill(clv._step('histories'::text), jsonb_build_object(
			'customer', src.customer_ref,
			'history', CASE WHEN objection IS NULL THEN src.history ELSE format(E'%s\n           FILTER (WHERE %s)', src.history, replace(counts, E'\n      ', ' ')) END,
			'relation', src.relation,
			'counts', CASE WHEN objection IS NULL THEN counts ELSE format('(%s OR %s)', replace(counts, E'\n      ', ' '), objection) END,
			'more_columns', concat(more_columns, E',\n           pg_catalog.bool_or(' || objection || ') AS opted_out'),
			'objection', objection IS NOT NULL));
END
$$;
COMMENT ON FUNCTION clv._histories_step(clv._source_text, text, text, text) IS
	'part of clv.query: the step histories; with an objection it has the column opted_out';

-- May a stray date be what makes the last day the last?  The days on which
-- customers bought last tell whether that has to be looked into: no order is in
-- a silence, and few customers are behind it.  This is called by statements and
-- views, so its signature stays.
CREATE FUNCTION clv._may_be_stray(days date[], customers bigint[], orders bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	behind		bigint := 0::bigint;
BEGIN
	FOR i IN REVERSE coalesce(cardinality(days), 0) .. 2 LOOP
		behind := behind + customers[i];
		IF behind >= 0.01 * orders THEN
			RETURN false;
		ELSIF days[i] - days[i - 1] > 28 THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END
$$;
COMMENT ON FUNCTION clv._may_be_stray(date[], bigint[], bigint) IS
	'part of clv.query: given the days, ascending, on which so many customers bought last, is there a silence of more than 28 days with less than 1 % of the orders behind it, at most? Without their number any such silence will do';

-- The last day, unless a stray date made it that.
CREATE FUNCTION clv._check_silence(last_day date, days date[], orders bigint[], max_silence interval, has_options boolean)
RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	total		bigint := (SELECT sum(o)::bigint FROM unnest(orders) AS o);
	before		bigint := 0::bigint;		-- orders up to a silence
	silence		int;
	longest		int := 1;			-- silence with at least 1 % of the orders on either side
BEGIN
	FOR i IN 2 .. cardinality(days) LOOP
		before := before + orders[i - 1];
		silence := days[i] - days[i - 1];
		IF total - before < 0.01 * total AND silence > 28 AND silence > 10 * longest
		   AND (silence <= clv.interval_days(max_silence)) IS NOT TRUE THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('order dated "%s" after a silence of %s days', days[i], silence),
				DETAIL = format('Orders end on %s, but for %s of %s. The longest silence before was of %s.', days[i - 1], total - before, total,
								CASE WHEN longest = 1 THEN '1 day' ELSE longest || ' days' END),
				HINT = CASE WHEN has_options THEN format('Give as_of, correct the row, or, if the silence is real, options => ''{"max_silence": "%s days"}''.', silence)
					ELSE 'Give as_of, or correct the row.' END;
		ELSIF before >= 0.01 * total AND silence > longest THEN
			longest := silence;
		END IF;
	END LOOP;
	RETURN last_day;
END
$$;
COMMENT ON FUNCTION clv._check_silence(date, date[], bigint[], interval, boolean) IS
	'part of the functions over orders: the last day of orders given by day, ascending; 22023 when few orders come to it '
	'after a silence far longer than any before (docs/definitions.md, a stray date)';

-- The same for statements and views, so its signature stays.
CREATE FUNCTION clv._check_silence(last_day date, days date[], orders bigint[], max_silence interval)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT clv._check_silence(last_day, days, orders, max_silence, true);
END;
COMMENT ON FUNCTION clv._check_silence(date, date[], bigint[], interval) IS
	'part of clv.query: the same, where option max_silence is a way out';

-- The last day observed where it is not given, as an expression: the last of
-- those in "last_days", a query of the days on which so many customers bought
-- last (day, customers), unless a stray date made it that.  Where that may be
-- the orders are read once more, by day.
CREATE FUNCTION clv._found_as_of(src clv._source_text, last_days text, max_silence text, has_options boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN clv._fill(
$sql$(
	SELECT CASE WHEN clv._may_be_stray(l.days, l.customers, NULL::bigint) THEN (
			   SELECT clv._check_silence(l.last_day, array_agg(d.day ORDER BY d.day), array_agg(d.orders ORDER BY d.day), {{max_silence}}, {{has_options}}::boolean)
			   FROM (SELECT {{day}} AS day, count(*) AS orders FROM {{relation}} AS o
					 WHERE {{customer}} IS NOT NULL AND {{amount}} >= 0 AND {{up_to}} AND {{day}} <= l.last_day GROUP BY 1) AS d)
		   ELSE l.last_day END
	FROM (SELECT max(k.day) AS last_day, array_agg(k.day ORDER BY k.day) AS days, array_agg(k.customers ORDER BY k.day) AS customers FROM ({{last_days}}) AS k WHERE k.day IS NOT NULL) AS l)$sql$::text, jsonb_build_object(
			'last_days', last_days,
			'max_silence', max_silence,
			'has_options', quote_nullable(has_options),
			'day', src.day,
			'relation', src.relation,
			'customer', src.customer_ref,
			'amount', src.amount_ref,
			'up_to', src.up_to));
END
$$;
COMMENT ON FUNCTION clv._found_as_of(clv._source_text, text, text, boolean) IS
	'part of the functions over orders: the last day with a purchase as an expression, where no as_of is given; 22023 where a stray date is that';

-- Step "as_of" where it is not given: the last day with a purchase, looked
-- into day by day only where it may be a stray one.
CREATE FUNCTION clv._found_as_of_step(src clv._source_text, refunds text, max_silence text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat(E'\n', clv._fill(clv._step('last_days'::text), jsonb_build_object('today', src.today, 'refunds', quote_literal(refunds))),
		E'\n', clv._fill(clv._step('as_of'::text), jsonb_build_object('max_silence', max_silence)));
END
$$;
COMMENT ON FUNCTION clv._found_as_of_step(clv._source_text, text, text) IS
	'part of clv.query: the steps last_days and as_of, where no as_of is given';

-- Steps "histories" and "as_of".  Without max_silence, an expression, a last
-- day that is found is taken as it is.
CREATE FUNCTION clv._history_steps(
	src clv._source_text, as_of date, refunds text, more_columns text, objection text, max_silence text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	IF as_of IS NULL AND max_silence IS NOT NULL THEN
		RETURN concat(clv._histories_step(src, refunds, more_columns, objection), clv._found_as_of_step(src, refunds, max_silence));
	END IF;
	RETURN concat(clv._histories_step(src, refunds, more_columns, objection), format($sql$
as_of AS (
    -- the last day observed%1$s
    SELECT %2$s AS as_of%3$s
),$sql$,
		CASE WHEN as_of IS NULL THEN ': today, or the last day before it with a purchase' END,
		CASE WHEN as_of IS NULL
			THEN format($sql$pg_catalog.max((
               clv.summary(h.history, %s, CAST(%L AS pg_catalog.text))
           ).last_purchase)$sql$, src.today, refunds)
			ELSE format('CAST(%L AS pg_catalog.date)', as_of) END,
		CASE WHEN as_of IS NULL THEN E'\n    FROM histories AS h' END));
END
$$;
COMMENT ON FUNCTION clv._history_steps(clv._source_text, date, text, text, text, text) IS
	'part of clv.query: the steps histories and as_of';

-- Step "late": the columns of customers who have rows after the last day
-- observed, where that is found out by reading, from their rows up to it.  Who
-- has none needs no second look, and when nobody has any no row is read again.
CREATE FUNCTION clv._late_step(src clv._source_text, columns text, customer_equality text, seen text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN clv._fill(
$sql$late AS (
    -- what counts of customers with rows after that day, from those up to it
    SELECT {{customer}} AS customer{{columns}}
    FROM {{relation}} AS o
    WHERE (SELECT pg_catalog.max(h.last_row) FROM {{seen}} AS h) OPERATOR(pg_catalog.>) (SELECT a.as_of FROM as_of AS a)
      AND EXISTS (SELECT FROM {{seen}} AS h CROSS JOIN as_of AS a
                  WHERE h.customer {{equality}} {{customer}} AND h.last_row OPERATOR(pg_catalog.>) a.as_of)
      AND {{amount}} IS NOT NULL
      AND {{up_to}}
      AND {{day}} OPERATOR(pg_catalog.<=) (SELECT a.as_of FROM as_of AS a)
    GROUP BY {{customer}}
)$sql$::text, jsonb_build_object(
			'customer', src.customer_ref,
			'columns', columns,
			'relation', src.relation,
			'equality', customer_equality,
			'amount', src.amount_ref,
			'up_to', src.up_to,
			'day', src.day,
			'seen', seen));
END
$$;
COMMENT ON FUNCTION clv._late_step(clv._source_text, text, text, text) IS
	'part of clv.query and clv.acquisition: the step late; what was seen of customers is in a step with the columns customer and last_row';
