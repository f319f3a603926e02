-- The main job, first half: clv.query writes the statement that goes from a
-- table of orders to customer values and tiers.
--
-- The statement is put together from named steps, each written by one function
-- below; clv.create_materialized_view (72-view.sql) deals the same steps out to
-- two views.  What the steps are given has been checked and quoted before, in
-- clv._source (66-source.sql), clv._options (68-options.sql) and
-- clv._check_arguments, and nowhere else.
--
-- Every function here that prints a value fixes the settings that printing and
-- name resolution depend on, so that the text is the same in every session.
-- In the text relations, functions and types carry their schema, and the two
-- operators in it are written OPERATOR(pg_catalog. ...): it means the same
-- wherever it is pasted.  Functions whose name starts with an underscore are
-- parts, not of the interface.

-- A policy for refunds that there is none of, also where no row asks for it.
CREATE FUNCTION @extschema@._check_refunds(refunds text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	IF refunds IS NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'null_value_not_allowed',
			MESSAGE = 'argument "refunds" must not be null',
			HINT = 'Leave it out for its default.';
	END IF;
	PERFORM clv.frequency(one.history, '2000-01-01'::date, refunds)
	FROM (SELECT clv.rfm('2000-01-01'::date, 1::float8)) AS one (history);
END
$$;
COMMENT ON FUNCTION @extschema@._check_refunds(text) IS
	'part of clv.query: raises 22023 or 22004 for what is no way to count refunds';

-- Numbers in another unit than meant: without a unit PostgreSQL reads an
-- interval as seconds, and a rate may have been given in per cent.
CREATE FUNCTION @extschema@._check_length(what text, length interval)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET intervalstyle = postgres
AS $$
BEGIN
	IF clv.interval_days(length) < 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s must be at least a day, but is %s', what, length),
			HINT = 'A number alone is seconds: write ''365 days'', ''6 months'' or ''1 year''.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_length(text, interval) IS
	'part of the functions over orders and views: 22023 for a length of less than a day, or one that is negative or not finite; NULL passes';

CREATE FUNCTION @extschema@._check_rate(what text, rate float8)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
BEGIN
	IF rate > 1 THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('%s must be at most 1, but is %s', what, rate),
			HINT = 'It is a part, not per cent: 0.10 is 10 %.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_rate(text, float8) IS
	'part of the functions over orders: 22023 for a rate above 1; NULL passes';

-- All that can be wrong with an argument that is not about the source is
-- raised here, before anything is made.  Where a function of the statement has
-- the rule, that function is asked.
CREATE FUNCTION @extschema@._check_arguments(
	horizon interval, annual_rate float8, model text, refunds text, tier_method text,
	tier_shares float8[], tier_labels text[])
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	missing		text;
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
		clv.model('bgnbd'::text, '{"r": 1, "alpha": 1, "a": 1, "b": 1}'::jsonb, 1::float8),
		0::float8, 0::float8, 0::float8, annual_rate, horizon);
	PERFORM @extschema@._check_length('horizon'::text, horizon);
	PERFORM @extschema@._check_rate('annual_rate'::text, annual_rate);
	PERFORM @extschema@._check_refunds(refunds);
	PERFORM clv.cutoffs(1::float8, tier_method, tier_shares);

	IF cardinality(tier_labels) <> cardinality(tier_shares) + 1
	   OR array_position(tier_labels, NULL) IS NOT NULL THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('tier_labels "%s" must be one more than the %s tier_shares, and none of them null',
							 tier_labels, cardinality(tier_shares)),
			HINT = 'The last label is for the customers below the last share.';
	ELSIF 'unprofitable' = ANY (tier_labels)
	   OR (SELECT count(DISTINCT l) FROM unnest(tier_labels) AS l) < cardinality(tier_labels) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('tier_labels "%s" must differ from each other, and from "unprofitable"', tier_labels),
			HINT = 'Unprofitable are the customers whose value is below 0, whatever the labels.';
	END IF;
END
$$;
COMMENT ON FUNCTION @extschema@._check_arguments(interval, float8, text, text, text, float8[], text[]) IS
	'part of clv.query: raises 22023 or 22004 when an argument that is not about the source cannot be';

-- The last day that histories of a source can be asked about.
CREATE FUNCTION @extschema@._asked(src record, as_of date)
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
COMMENT ON FUNCTION @extschema@._asked(record, date) IS
	'part of the functions over orders: as_of, or today in the zone of the source';

-- The rows whose amounts count.
CREATE FUNCTION @extschema@._counts(src record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(E'%s IS NOT NULL\n      AND %s', src.amount_ref, src.up_to);
END
$$;
COMMENT ON FUNCTION @extschema@._counts(record) IS
	'part of clv.query: the condition for a row of a customer to be in the history';

-- Step "histories": the orders, read once.  An objection, a boolean of a row,
-- is about the customer: it counts from any row, also where that has no date or
-- no amount, or one after the last day that is asked about.  Aggregates of other
-- columns then see more rows than the history does.
CREATE FUNCTION @extschema@._histories_step(src record, refunds text, more_columns text, objection text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	counts		text := @extschema@._counts(src);
BEGIN
	PERFORM @extschema@._check_refunds(refunds);
	RETURN format(
$sql$histories AS (
    -- each customer's purchase history, day by day%6$s
    SELECT %1$s AS customer,
           %2$s AS history%5$s
    FROM %3$s AS o
    WHERE %1$s IS NOT NULL
      AND %4$s
    GROUP BY %1$s
),$sql$, src.customer_ref,
		CASE WHEN objection IS NULL THEN src.history ELSE format(E'%s\n           FILTER (WHERE %s)', src.history, replace(counts, E'\n      ', ' ')) END,
		src.relation,
		CASE WHEN objection IS NULL THEN counts ELSE format('(%s OR %s)', replace(counts, E'\n      ', ' '), objection) END,
		concat(more_columns, E',\n           pg_catalog.bool_or(' || objection || ') AS opted_out'),
		CASE WHEN objection IS NOT NULL THEN '; an objection counts from any row' END);
END
$$;
COMMENT ON FUNCTION @extschema@._histories_step(record, text, text, text) IS
	'part of clv.query: the step histories; with an objection it has the column opted_out';

-- May a stray date be what makes the last day the last?  The days on which
-- customers bought last tell whether that has to be looked into: no order is in
-- a silence, and few customers are behind it.  This is called by statements and
-- views, so its signature stays.
CREATE FUNCTION @extschema@._may_be_stray(days date[], customers bigint[], orders bigint)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	behind		bigint := 0;
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
COMMENT ON FUNCTION @extschema@._may_be_stray(date[], bigint[], bigint) IS
	'part of clv.query: given the days, ascending, on which so many customers bought last, is there a silence of more than 28 days with less than 1 % of the orders behind it, at most? Without their number any such silence will do';

-- The last day, unless a stray date made it that.
CREATE FUNCTION @extschema@._check_silence(last_day date, days date[], orders bigint[], max_silence interval, has_options boolean)
RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
DECLARE
	total		bigint := (SELECT sum(o) FROM unnest(orders) AS o);
	before		bigint := 0;		-- orders up to a silence
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
COMMENT ON FUNCTION @extschema@._check_silence(date, date[], bigint[], interval, boolean) IS
	'part of the functions over orders: the last day of orders given by day, ascending; 22023 when few orders come to it '
	'after a silence far longer than any before (docs/definitions.md, a stray date)';

-- The same for statements and views, so its signature stays.
CREATE FUNCTION @extschema@._check_silence(last_day date, days date[], orders bigint[], max_silence interval)
RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
SELECT clv._check_silence(last_day, days, orders, max_silence, true);
END;
COMMENT ON FUNCTION @extschema@._check_silence(date, date[], bigint[], interval) IS
	'part of clv.query: the same, where option max_silence is a way out';

-- The last day observed where it is not given, as an expression: the last of
-- those in "last_days", a query of the days on which so many customers bought
-- last (day, customers), unless a stray date made it that.  Where that may be
-- the orders are read once more, by day.
CREATE FUNCTION @extschema@._found_as_of(src record, last_days text, max_silence text, has_options boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format($sql$(
	SELECT CASE WHEN clv._may_be_stray(l.days, l.customers, NULL::bigint) THEN (
			   SELECT clv._check_silence(l.last_day, array_agg(d.day ORDER BY d.day), array_agg(d.orders ORDER BY d.day), %2$s, %3$L::boolean)
			   FROM (SELECT %4$s AS day, count(*) AS orders FROM %5$s AS o
					 WHERE %6$s IS NOT NULL AND %7$s >= 0 AND %8$s AND %4$s <= l.last_day GROUP BY 1) AS d)
		   ELSE l.last_day END
	FROM (SELECT max(k.day) AS last_day, array_agg(k.day ORDER BY k.day) AS days, array_agg(k.customers ORDER BY k.day) AS customers FROM (%1$s) AS k WHERE k.day IS NOT NULL) AS l)$sql$,
		last_days, max_silence, has_options, src.day, src.relation, src.customer_ref, src.amount_ref, src.up_to);
END
$$;
COMMENT ON FUNCTION @extschema@._found_as_of(record, text, text, boolean) IS
	'part of the functions over orders: the last day with a purchase as an expression, where no as_of is given; 22023 where a stray date is that';

-- Step "as_of" where it is not given: the last day with a purchase, looked
-- into day by day only where it may be a stray one.
CREATE FUNCTION @extschema@._found_as_of_step(src record, refunds text, max_silence text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format($sql$
last_days AS (
    -- on which days, today at most, so many customers bought last
    SELECT (c.s).last_purchase AS day,
           pg_catalog.count(*) AS customers,
           CAST(pg_catalog.sum((c.s).orders) AS bigint) AS orders
    FROM (
        SELECT clv.summary(h.history, %1$s, CAST(%2$L AS pg_catalog.text)) AS s
        FROM histories AS h
        OFFSET 0
    ) AS c
    WHERE (c.s).last_purchase IS NOT NULL
    GROUP BY (c.s).last_purchase
),
as_of AS (
    -- the last day observed: the last of them, unless a stray date made it that
    SELECT CASE WHEN clv._may_be_stray(l.days, l.customers, l.orders)
           THEN (
               SELECT clv._check_silence(l.last_day, pg_catalog.array_agg(d.day ORDER BY d.day),
                                         pg_catalog.array_agg(d.orders ORDER BY d.day), %3$s)
               FROM (
                   SELECT d.day, CAST(pg_catalog.sum(d.orders) AS bigint) AS orders
                   FROM histories AS h
                   CROSS JOIN LATERAL clv.days(h.history) AS d
                   WHERE d.orders OPERATOR(pg_catalog.>) 0 AND d.day OPERATOR(pg_catalog.<=) l.last_day
                   GROUP BY d.day
               ) AS d
           )
           ELSE l.last_day END AS as_of
    FROM (
        SELECT pg_catalog.max(k.day) AS last_day,
               pg_catalog.array_agg(k.day ORDER BY k.day) AS days,
               pg_catalog.array_agg(k.customers ORDER BY k.day) AS customers,
               CAST(pg_catalog.sum(k.orders) AS bigint) AS orders
        FROM last_days AS k
    ) AS l
),$sql$, src.today, refunds, max_silence);
END
$$;
COMMENT ON FUNCTION @extschema@._found_as_of_step(record, text, text) IS
	'part of clv.query: the steps last_days and as_of, where no as_of is given';

-- Steps "histories" and "as_of".  Without max_silence, an expression, a last
-- day that is found is taken as it is.
CREATE FUNCTION @extschema@._history_steps(
	src record, as_of date, refunds text, more_columns text, objection text, max_silence text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
AS $$
BEGIN
	IF as_of IS NULL AND max_silence IS NOT NULL THEN
		RETURN concat(@extschema@._histories_step(src, refunds, more_columns, objection), @extschema@._found_as_of_step(src, refunds, max_silence));
	END IF;
	RETURN concat(@extschema@._histories_step(src, refunds, more_columns, objection), format($sql$
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
COMMENT ON FUNCTION @extschema@._history_steps(record, date, text, text, text, text) IS
	'part of clv.query: the steps histories and as_of';

-- Step "late": the columns of customers who have rows after the last day
-- observed, where that is found out by reading, from their rows up to it.  Who
-- has none needs no second look, and when nobody has any no row is read again.
CREATE FUNCTION @extschema@._late_step(src record, columns text, customer_equality text, seen text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN format(
$sql$late AS (
    -- what counts of customers with rows after that day, from those up to it
    SELECT %1$s AS customer%2$s
    FROM %3$s AS o
    WHERE (SELECT pg_catalog.max(h.last_row) FROM %8$s AS h) OPERATOR(pg_catalog.>) (SELECT a.as_of FROM as_of AS a)
      AND EXISTS (SELECT FROM %8$s AS h CROSS JOIN as_of AS a
                  WHERE h.customer %4$s %1$s AND h.last_row OPERATOR(pg_catalog.>) a.as_of)
      AND %5$s IS NOT NULL
      AND %6$s
      AND %7$s OPERATOR(pg_catalog.<=) (SELECT a.as_of FROM as_of AS a)
    GROUP BY %1$s
)$sql$, src.customer_ref, columns, src.relation, customer_equality, src.amount_ref, src.up_to, src.day, seen);
END
$$;
COMMENT ON FUNCTION @extschema@._late_step(record, text, text, text) IS
	'part of clv.query and clv.acquisition: the step late; what was seen of customers is in a step with the columns customer and last_row';

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
    SELECT clv.cbs(h.history, a.as_of, CAST(%1$L AS pg_catalog.text)) AS base
    FROM histories AS h
    CROSS JOIN as_of AS a
),
model AS MATERIALIZED (
    -- how often customers buy, when they leave and what they spend; what to ask of that
    -- (calls have all arguments, each of its type, so that no overload can take their place)
    SELECT clv.fit(b.base, CAST(%2$L AS pg_catalog.text), CAST(1 AS double precision),
                   CAST(NULL AS pg_catalog.jsonb), CAST(NULL AS pg_catalog.jsonb)) AS model,
           clv.fit(b.base, CAST('gammagamma' AS pg_catalog.text), CAST(1 AS double precision),
                   CAST(NULL AS pg_catalog.jsonb), CAST(NULL AS pg_catalog.jsonb)) AS spend,
           INTERVAL %3$L AS horizon,
           CAST(%4$s AS double precision) AS annual_rate,
           CAST(%5$L AS pg_catalog.text[]) AS tier_labels
    FROM base AS b
),$sql$, refunds, model, horizon, annual_rate, tier_labels)
$$;
COMMENT ON FUNCTION @extschema@._fit_steps(interval, float8, text, text, text[]) IS
	'part of clv.query: the steps base and model';

-- A past date's own columns in step "scores": what the models said then.
CREATE FUNCTION @extschema@._past_columns(opt record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(CASE WHEN opt.costs THEN
$sql$,
           clv.discounted_purchases(m.model, s%1$s.x, s%1$s.recency, s%1$s.t,
                                    m.annual_rate, m.horizon) AS past_purchases_%1$s,
           clv.expected_spend(m.spend, s%1$s.x, s%1$s.monetary) AS past_spend_%1$s,
           clv.alive_years(m.model, s%1$s.x, s%1$s.recency, s%1$s.t,
                           m.annual_rate, m.horizon) AS past_years_%1$s$sql$
			ELSE
$sql$,
           clv.value(m.model, m.spend, s%1$s.x, s%1$s.recency, s%1$s.t,
                     s%1$s.monetary, m.annual_rate, m.horizon) AS past_value_%1$s$sql$ END, i), '' ORDER BY i)
			FROM generate_series(1, cardinality(opt.past_dates)) AS i);
END
$$;
COMMENT ON FUNCTION @extschema@._past_columns(record) IS
	'part of clv.query: columns of the step scores for the stated past dates, NULL without any';

-- Can a refund lower what a customer is expected to bring?  Under gross no
-- number contains one, under error there is none.
CREATE FUNCTION @extschema@._refunds_matter(refunds text)
RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN refunds OPERATOR(pg_catalog.=) ANY ('{net,event}'::text[]);
COMMENT ON FUNCTION @extschema@._refunds_matter(text) IS
	'part of clv.query: whether refunds enter the numbers under a policy';

-- Steps "summaries" and "scores": each customer, and what the models say of it.
-- OFFSET 0 and MATERIALIZED are fences: without them the planner would call a
-- costly function wherever its result is mentioned.  The first of them also
-- joins the customer table to rows that are narrow yet; the second keeps rows
-- that are read more than once.  Where only values are asked for, and not the
-- customers who have them, other columns are left out.
CREATE FUNCTION @extschema@._scores_step(refunds text, opt record, only_values boolean, read_once boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	past		int := CASE WHEN NOT only_values THEN cardinality(opt.past_dates) END;
	costs		text[] := CASE WHEN opt.costs THEN '{margin,cost_per_order,service_cost}'::text[] ELSE '{}' END
		|| CASE WHEN opt.costs AND NOT only_values THEN '{acquisition_cost}'::text[] ELSE '{}' END
		|| CASE WHEN opt.opted_out IS NOT NULL THEN '{opted_out}'::text[] ELSE '{}' END;
	without_refunds bool := opt.costs AND NOT only_values AND @extschema@._refunds_matter(refunds);
BEGIN
	RETURN concat(
		format(
$sql$summaries AS (
    -- each customer as of that day%1$s
    SELECT h.customer,%2$s
           clv.summary(h.history, a.as_of, CAST(%3$L AS pg_catalog.text)) AS s$sql$,
			CASE WHEN past > 0 THEN ' and the stated dates before it' END,
			CASE WHEN without_refunds OR (opt.keep_history AND NOT only_values) THEN E'\n           h.history,' END, refunds),
		(SELECT string_agg(format(E',\n           clv.summary(h.history, %s, CAST(%L AS pg_catalog.text)) AS s%s', opt.past_dates[i], refunds, i), '' ORDER BY i)
		 FROM generate_series(1, past) AS i),
		(SELECT string_agg(format(E',\n           %s AS %s', CASE c.name WHEN 'margin' THEN opt.margin
				WHEN 'cost_per_order' THEN opt.cost_per_order WHEN 'service_cost' THEN opt.service_cost
				WHEN 'acquisition_cost' THEN opt.acquisition_cost ELSE opt.opted_out END, c.name), '' ORDER BY c.place)
		 FROM unnest(costs) WITH ORDINALITY AS c (name, place)),
$sql$
    FROM histories AS h
    CROSS JOIN as_of AS a$sql$, opt.late_join, opt.customer_join, $sql$
    OFFSET 0
),
scores AS $sql$, CASE WHEN NOT read_once THEN 'MATERIALIZED ' END, $sql$(
    -- what the models say of each customer with a purchase
    SELECT $sql$,
		CASE WHEN NOT only_values THEN
$sql$h.customer,
           s.first_purchase,
           s.last_purchase,
           s.frequency,
           s.recency,
           s.t,
           s.monetary,
           s.days_since_last,
           clv.p_alive(m.model, s.x, s.recency, s.t) AS p_alive,
           clv.expected_purchases(m.model, s.x, s.recency, s.t,
                                  m.horizon) AS expected_purchases,
           $sql$ END,
$sql$clv.discounted_purchases(m.model, s.x, s.recency, s.t,
                                    m.annual_rate, m.horizon) AS discounted_purchases,
           clv.expected_spend(m.spend, s.x, s.monetary) AS expected_spend$sql$,
		CASE WHEN opt.costs THEN
$sql$,
           clv.alive_years(m.model, s.x, s.recency, s.t,
                           m.annual_rate, m.horizon) AS alive_years$sql$ END,
		CASE WHEN opt.costs AND NOT only_values THEN E',\n           s.spend AS value_to_date' END,
		CASE WHEN without_refunds THEN E',\n           CASE WHEN s.refund_days OPERATOR(pg_catalog.>) 0 THEN h.history END AS with_refunds' END,
		-- what the step "observed" asks for
		CASE WHEN only_values THEN E',\n           s.first_purchase,\n           s.frequency,\n           s.recency,\n           s.spend,\n           s.refunds' END,
		(SELECT string_agg(E',\n           h.' || c.name, '' ORDER BY c.place) FROM unnest(costs) WITH ORDINALITY AS c (name, place)),
		CASE WHEN NOT only_values THEN @extschema@._past_columns(opt) END,
		CASE WHEN opt.keep_history AND NOT only_values THEN E',\n           h.history' END,
$sql$
    FROM summaries AS h
    CROSS JOIN model AS m
    CROSS JOIN LATERAL (
        SELECT (h.s).*, CAST((h.s).frequency AS double precision) AS x
    ) AS s$sql$,
		(SELECT string_agg(format(E'\n    CROSS JOIN LATERAL (\n        SELECT (h.s%1$s).*, CAST((h.s%1$s).frequency AS double precision) AS x\n    ) AS s%1$s', i), '' ORDER BY i)
		 FROM generate_series(1, past) AS i),
		E'\n    WHERE s.frequency IS NOT NULL', CASE WHEN read_once THEN E'\n    OFFSET 0' END, E'\n)');
END
$$;
COMMENT ON FUNCTION @extschema@._scores_step(text, record, boolean, boolean) IS
	'part of clv.query: the steps summaries and scores';

-- A value less its costs.
CREATE FUNCTION @extschema@._net(clv text, purchases text, years text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT format(
$sql$(v.margin OPERATOR(pg_catalog.*) %s)
               OPERATOR(pg_catalog.-) (v.cost_per_order OPERATOR(pg_catalog.*) %s)
               OPERATOR(pg_catalog.-) (v.service_cost OPERATOR(pg_catalog.*) %s)$sql$, clv, purchases, years)
$$;
COMMENT ON FUNCTION @extschema@._net(text, text, text) IS
	'part of clv.query: what is left of a value after costs';

-- Steps "late", "customer_facts", "scores" and what comes of them: what each customer
-- is worth.
CREATE FUNCTION @extschema@._score_steps(refunds text, opt record, only_values boolean, read_once boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat(opt.late_step || E',\n', opt.customer_step || E',\n', @extschema@._scores_step(refunds, opt, only_values, read_once),
$sql$,
customer_values AS NOT MATERIALIZED (
    -- customer lifetime value: money to come within the horizon, discounted to as_of
    SELECT p.*,
           p.discounted_purchases OPERATOR(pg_catalog.*) p.expected_spend AS clv
    FROM scores AS p
)$sql$,
		CASE WHEN opt.costs THEN concat(
$sql$,
customer_profits AS NOT MATERIALIZED (
    -- what is left of it after costs$sql$, CASE WHEN NOT only_values THEN ', and of the past' END, $sql$
    SELECT v.*,
           $sql$, @extschema@._net('v.clv'::text, 'v.discounted_purchases'::text, 'v.alive_years'::text), ' AS clv_net',
			CASE WHEN NOT only_values THEN concat(
$sql$,
           v.value_to_date OPERATOR(pg_catalog.+) v.clv AS clv_total,
           (v.margin OPERATOR(pg_catalog.*) v.value_to_date)
               OPERATOR(pg_catalog.-) (v.cost_per_order OPERATOR(pg_catalog.*) (v.frequency OPERATOR(pg_catalog.+) 1))
               OPERATOR(pg_catalog.-) (v.service_cost OPERATOR(pg_catalog.*) v.t OPERATOR(pg_catalog./) 365.25)
               OPERATOR(pg_catalog.-) v.acquisition_cost AS profit_to_date$sql$,
				(SELECT string_agg(concat(E',\n           ',
					@extschema@._net(format('(v.past_purchases_%1$s OPERATOR(pg_catalog.*) v.past_spend_%1$s)', i),
							 format('v.past_purchases_%s', i), format('v.past_years_%s', i)),
					' AS past_value_', i), '' ORDER BY i)
				 FROM generate_series(1, cardinality(opt.past_dates)) AS i)) END,
			E'\n    FROM customer_values AS v\n)') END);
END
$$;
COMMENT ON FUNCTION @extschema@._score_steps(text, record, boolean, boolean) IS
	'part of clv.query: the steps scores and customer_values, with costs customer_profits, and before them late and the customer table';

-- The step that holds the customers' values, and the value that ranks and
-- tiers go by.
CREATE FUNCTION @extschema@._value_step(opt record, OUT step text, OUT value text)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	step := CASE WHEN opt.costs THEN 'customer_profits' ELSE 'customer_values' END;
	value := CASE WHEN opt.costs THEN 'v.clv_net' ELSE 'v.clv' END;
END
$$;
COMMENT ON FUNCTION @extschema@._value_step(record) IS
	'part of clv.query: the step with the values, and the value that ranks and tiers go by';

-- Step "tiers": the lowest value of each tier.
CREATE FUNCTION @extschema@._tier_step(tier_method text, tier_shares float8[], opt record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET extra_float_digits = 1
AS $$
DECLARE
	v			record := @extschema@._value_step(opt);
BEGIN
	RETURN format(
$sql$tiers AS (
    -- the value from which on a customer is in each tier
    SELECT clv.cutoffs(%3$s, CAST(%1$L AS pg_catalog.text), CAST(%2$L AS double precision[])) AS cutoffs
    FROM %4$s AS v%5$s
)$sql$, tier_method, tier_shares, v.value, v.step,
		CASE WHEN opt.opted_out IS NOT NULL THEN E'\n    WHERE NOT v.opted_out' END);
END
$$;
COMMENT ON FUNCTION @extschema@._tier_step(text, float8[], record) IS
	'part of clv.query: the step tiers';

-- Step "means": the base that an unprofitable customer is compared with.
CREATE FUNCTION @extschema@._means_step()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT
$sql$means AS (
    -- the average customer
    SELECT CAST(pg_catalog.avg(CAST(v.margin AS numeric)) AS double precision) AS mean_margin,
           CAST(pg_catalog.avg(CAST(v.expected_spend AS numeric)) AS double precision) AS mean_expected_spend,
           CAST(pg_catalog.avg(CAST(v.discounted_purchases AS numeric)) AS double precision) AS mean_discounted_purchases
    FROM customer_profits AS v
    WHERE v.clv_net IS NOT NULL
)$sql$
$$;
COMMENT ON FUNCTION @extschema@._means_step() IS
	'part of clv.query: the step means; numeric, so that the order of the rows does not matter';

-- Why a customer's net value is below 0: the first of these which alone would
-- lift it to 0.  What it were without refunds is asked of the history, since a
-- refund on a later day, however large, does not lower a value.
CREATE FUNCTION @extschema@._because(refunds text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN concat(
$sql$CASE WHEN v.clv_net OPERATOR(pg_catalog.<) 0 THEN
           CASE $sql$, CASE WHEN @extschema@._refunds_matter(refunds) THEN concat(
$sql$WHEN v.with_refunds IS NOT NULL
                 AND (SELECT $sql$, @extschema@._net('(n.purchases OPERATOR(pg_catalog.*) n.spend)'::text, 'n.purchases'::text, 'n.years'::text), $sql$
                      FROM (SELECT clv.discounted_purchases(m.model, g.x, (g.s).recency, (g.s).t, m.annual_rate, m.horizon) AS purchases,
                                   clv.expected_spend(m.spend, g.x, (g.s).monetary) AS spend,
                                   clv.alive_years(m.model, g.x, (g.s).recency, (g.s).t, m.annual_rate, m.horizon) AS years
                            FROM (SELECT h.s, CAST((h.s).frequency AS double precision) AS x
                                  FROM (SELECT clv.summary(v.with_refunds, a.as_of, CAST('gross' AS pg_catalog.text)) AS s OFFSET 0) AS h
                            ) AS g OFFSET 0
                      ) AS n) OPERATOR(pg_catalog.>=) 0
                THEN 'refunds'
                $sql$) END,
$sql$WHEN (v.discounted_purchases OPERATOR(pg_catalog.*)
                      ((w.mean_margin OPERATOR(pg_catalog.*) w.mean_expected_spend) OPERATOR(pg_catalog.-) v.cost_per_order))
                     OPERATOR(pg_catalog.>=) (v.service_cost OPERATOR(pg_catalog.*) v.alive_years)
                THEN 'low margin'
                WHEN (w.mean_discounted_purchases OPERATOR(pg_catalog.*)
                      ((v.margin OPERATOR(pg_catalog.*) v.expected_spend) OPERATOR(pg_catalog.-) v.cost_per_order))
                     OPERATOR(pg_catalog.>=) (v.service_cost OPERATOR(pg_catalog.*) v.alive_years)
                THEN 'few purchases'
                ELSE 'cost to serve' END
       END$sql$);
END
$$;
COMMENT ON FUNCTION @extschema@._because(text) IS
	'part of clv.query: the column unprofitable_because';

-- The tier at each stated date in turn, each with the one before, by the models
-- and thresholds of today.  Where there is no value, the tier stays what it
-- was.  OFFSET 0 is a fence, as MATERIALIZED is: each tier is mentioned twice.
CREATE FUNCTION @extschema@._past_tiers(opt record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
	RETURN (SELECT string_agg(format(
$sql$
CROSS JOIN LATERAL (
    -- the tier %s
    SELECT %s AS tier
    OFFSET 0
) AS t%s$sql$,
			CASE WHEN i = 1 THEN 'that the customer had at the first of the stated dates' ELSE 'at the next of them, coming from that one' END,
			CASE WHEN i = 1 THEN 'clv.tier(v.past_value_1, k.cutoffs, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))'
				ELSE format('coalesce(clv.tier(v.past_value_%1$s, k.cutoffs, t%2$s.tier, %3$s, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text)), t%2$s.tier)', i, i - 1, opt.band) END,
			i), '' ORDER BY i)
			FROM generate_series(1, cardinality(opt.past_dates)) AS i);
END
$$;
COMMENT ON FUNCTION @extschema@._past_tiers(record) IS
	'part of clv.query: the tiers that a customer came from, NULL without past dates';

-- The result: a row a customer.
CREATE FUNCTION @extschema@._result_select(customer_column text, refunds text, opt record)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	v			record := @extschema@._value_step(opt);
	tier		text := format('clv.tier(%s, k.cutoffs, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))', v.value);
	rank		text := format('pg_catalog.rank() OVER (ORDER BY %s DESC NULLS LAST)', v.value);
	previous	text := format('t%s.tier', cardinality(opt.past_dates));
	more		text;
BEGIN
	IF opt.past_dates IS NOT NULL THEN
		tier := format('clv.tier(%s, k.cutoffs, %s, %s, m.tier_labels, CAST(''unprofitable'' AS pg_catalog.text))', v.value, previous, opt.band);
	END IF;
	IF opt.opted_out IS NOT NULL THEN
		tier := format('CASE WHEN NOT v.opted_out THEN %s END', tier);
		rank := format('CASE WHEN NOT v.opted_out THEN pg_catalog.rank() OVER (PARTITION BY v.opted_out ORDER BY %s DESC NULLS LAST) END', v.value);
	END IF;
	SELECT string_agg(E',\n       ' || CASE c.name
			WHEN 'unprofitable_because' THEN @extschema@._because(refunds) || ' AS unprofitable_because'
			WHEN 'previous_tier' THEN format(CASE WHEN opt.opted_out IS NULL THEN '%s AS previous_tier'
				ELSE 'CASE WHEN NOT v.opted_out THEN %s END AS previous_tier' END, previous)
			ELSE 'v.' || c.name END, '' ORDER BY c.place)
	INTO more
	FROM unnest(opt.columns) WITH ORDINALITY AS c (name, place);
	RETURN format(
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
       %2$s AS clv_rank,
       %3$s AS tier,
       a.as_of%4$s
FROM %5$s AS v
CROSS JOIN tiers AS k
CROSS JOIN model AS m
CROSS JOIN as_of AS a%6$s%7$s$sql$,
		customer_column, rank, tier, more, v.step,
		CASE WHEN opt.costs THEN E'\nCROSS JOIN means AS w' END,
		@extschema@._past_tiers(opt));
END
$$;
COMMENT ON FUNCTION @extschema@._result_select(text, text, record) IS
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
	opt			record;
BEGIN
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	opt := @extschema@._options(options, source, customer, as_of, src);
	PERFORM @extschema@._check_arguments(horizon, annual_rate, model, refunds, tier_method, tier_shares,
								 tier_labels);
	RETURN concat_ws(E'\n',
		'WITH',
		@extschema@._history_steps(src, as_of, refunds, opt.history_columns, opt.objection, opt.max_silence),
		@extschema@._fit_steps(horizon, annual_rate, model, refunds, tier_labels),
		@extschema@._score_steps(refunds, opt, false, false) || ',',
		CASE WHEN opt.costs THEN @extschema@._means_step() || ',' END,
		@extschema@._tier_step(tier_method, tier_shares, opt),
		@extschema@._result_select(src.customer_column, refunds, opt));
END
$$;
COMMENT ON FUNCTION @extschema@.query(regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) IS
	'the SQL statement from a table of orders to a row a customer with values and tiers; the same text in every session. '
	'22023 or 22004 for arguments that cannot be, 42703 an unknown column, 42701 a customer column named like an output '
	'column';
