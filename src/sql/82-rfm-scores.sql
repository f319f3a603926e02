-- Recency, frequency and monetary value the classical way: scores from 1 to 5
-- and segments with names, by rules that are data.

-- rfm_segments(): the usual rules.
CREATE FUNCTION @extschema@.rfm_segments()
RETURNS TABLE (place int, segment text, r_min int, r_max int, f_min int, f_max int, m_min int, m_max int, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
ROWS 11
BEGIN ATOMIC
SELECT s.place, s.segment, s.r_min, s.r_max, s.f_min, s.f_max, 1, 5, s.meaning
FROM (VALUES
	(1, 'Champions', 4, 5, 4, 5, 'bought lately and often: thank them, ask them first'),
	(2, 'Loyal customers', 3, 5, 3, 5, 'buy often: offer more, ask for a recommendation'),
	(3, 'Potential loyalists', 4, 5, 2, 2, 'bought lately and more than the least: invite them into the programme'),
	(4, 'New customers', 5, 5, 1, 1, 'bought for the first time just now: help them to a second purchase'),
	(5, 'Promising', 4, 4, 1, 1, 'bought lately, seldom so far: keep in touch'),
	(6, 'Need attention', 3, 3, 2, 2, 'about average and drifting: give a reason to come back'),
	(7, 'About to sleep', 3, 3, 1, 1, 'seldom and some time ago: remind them'),
	(8, 'Cannot lose them', 1, 1, 5, 5, 'bought more than most, long ago: win them back in person'),
	(9, 'At risk', 1, 2, 3, 5, 'bought often, some time ago: win them back'),
	(10, 'Hibernating', 2, 2, 1, 2, 'seldom and long ago: little effort'),
	(11, 'Lost', 1, 1, 1, 2, 'seldom and longest ago: no effort')
	) AS s (place, segment, r_min, r_max, f_min, f_max, meaning);
END;
COMMENT ON FUNCTION @extschema@.rfm_segments() IS
	'the usual eleven segments of RFM scores from 1 to 5, as rules: a customer is in the first, by place, whose limits '
	'hold all three scores';

-- segment(r, f, m, rules): the first rule that holds.
CREATE FUNCTION @extschema@.segment(r int, f int, m int, rules jsonb DEFAULT NULL)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT s.segment
FROM (SELECT d.place, d.segment, d.r_min, d.r_max, d.f_min, d.f_max, d.m_min, d.m_max
	  FROM @extschema@.rfm_segments() AS d WHERE rules IS NULL
	  UNION ALL
	  SELECT * FROM @extschema@._rules(rules)) AS s
WHERE (r >= s.r_min OR s.r_min IS NULL) AND (r <= s.r_max OR s.r_max IS NULL)
  AND (f >= s.f_min OR s.f_min IS NULL) AND (f <= s.f_max OR s.f_max IS NULL)
  AND (m >= s.m_min OR s.m_min IS NULL) AND (m <= s.m_max OR s.m_max IS NULL)
ORDER BY s.place
LIMIT 1
$$;
COMMENT ON FUNCTION @extschema@.segment(int, int, int, jsonb) IS
	'name of the first rule that holds three scores; rules as in clv.rfm_segments(), the default, as a JSON array of '
	'objects. NULL when none holds. 22023: rules that are none';

-- The rules in a JSON array.
CREATE FUNCTION @extschema@._rules(rules jsonb)
RETURNS TABLE (place int, segment text, r_min int, r_max int, f_min int, f_max int, m_min int, m_max int)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
ROWS 11
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	rule		jsonb;
	i			int := 0;
BEGIN
	IF rules IS NULL THEN
		RETURN;
	ELSIF jsonb_typeof(rules) <> 'array' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('rules must be a JSON array of objects, but is "%s"', left(rules::text, 100)),
			HINT = 'SELECT jsonb_agg(to_jsonb(t)) FROM clv.rfm_segments() AS t shows the form.';
	END IF;
	FOR rule IN SELECT jsonb_array_elements(rules) LOOP
		i := i + 1;
		PERFORM @extschema@._check_keys('a rule'::text, rule, '{place,segment,r_min,r_max,f_min,f_max,m_min,m_max,meaning}'::text[]);
		IF rule ->> 'segment' IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule "%s" names no segment', rule);
		END IF;
		place := coalesce((rule ->> 'place')::int, i);
		segment := rule ->> 'segment';
		r_min := rule ->> 'r_min';
		r_max := rule ->> 'r_max';
		f_min := rule ->> 'f_min';
		f_max := rule ->> 'f_max';
		m_min := rule ->> 'm_min';
		m_max := rule ->> 'm_max';
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@._rules(jsonb) IS
	'part of clv.segment: the rules in a JSON array; 22023 when it holds something else';

-- The cut points of one score: ascending numbers, one fewer than there are
-- scores.
CREATE FUNCTION @extschema@._cuts(cuts jsonb, key text, scores int)
RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
	given		float8[];
BEGIN
	IF jsonb_typeof(cuts -> key) IS DISTINCT FROM 'array' THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('cuts must have an array "%s"', key),
			HINT = 'For example {"r": [30, 90, 180, 365], "f": [2, 3, 5, 10], "m": [50, 100, 200, 500]}.';
	END IF;
	SELECT array_agg(e::float8 ORDER BY n) INTO given FROM jsonb_array_elements_text(cuts -> key) WITH ORDINALITY AS x (e, n);
	IF cardinality(given) IS DISTINCT FROM scores - 1
	   OR EXISTS (SELECT FROM generate_subscripts(given, 1) AS i WHERE (given[i] > given[i - 1]) IS FALSE OR given[i] IS NULL) THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('cuts "%s" must be %s ascending numbers, but are "%s"', key, scores - 1, cuts ->> key);
	END IF;
	RETURN given;
END
$$;
COMMENT ON FUNCTION @extschema@._cuts(jsonb, text, int) IS
	'part of clv.rfm_scores: the fixed cut points of one score; 22023 when they cannot be';

-- From which values on customers have the second score, the third and so on.
CREATE FUNCTION @extschema@._score_limits_accum(internal, value float8, scores int) RETURNS internal
	AS 'MODULE_PATHNAME', 'clv_score_limits_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@._score_limits_accum(internal, float8, int) IS
	'support: adds a row to clv._score_limits';

CREATE AGGREGATE @extschema@._score_limits(value float8, scores int)
(
	SFUNC = @extschema@._score_limits_accum,
	STYPE = internal,
	FINALFUNC = @extschema@.concentration_array_final,
	COMBINEFUNC = @extschema@.sample_combine,
	SERIALFUNC = @extschema@.sample_serialize,
	DESERIALFUNC = @extschema@.sample_deserialize,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@._score_limits(float8, int) IS
	'part of clv.rfm_scores: the values from which on a score is above 1, above 2 and so on, ascending; a score is 1 + '
	'floor(scores * b), at most scores, where b is the share of those with another value who have a lower one';

-- rfm_scores(orders): each customer's scores.
CREATE FUNCTION @extschema@.rfm_scores(source regclass, customer name, at name, amount name, as_of date DEFAULT NULL,
	scores int DEFAULT 5, cuts jsonb DEFAULT NULL, rules jsonb DEFAULT NULL, opt_out name DEFAULT NULL,
	zone text DEFAULT NULL, refunds text DEFAULT 'net')
RETURNS TABLE (customer_id text, days_since_last int, purchases int, spend float8, r int, f int, m int, rfm text, segment text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
ROWS 100000
SET search_path = pg_catalog, pg_temp
SET datestyle = 'ISO, YMD'
SET extra_float_digits = 1
SET jit = off		-- compiling the steps takes longer than it saves, also with a million customers
AS $$
#variable_conflict use_column
DECLARE
	src			record;
	objection	text;
	asked		date;	-- histories are asked as of this day
	limits		text;			-- step of the statement
BEGIN
	src := @extschema@._source(source, customer, at, amount, as_of, zone, NULL::date);
	IF (scores BETWEEN 2 AND 9) IS NOT TRUE THEN
		RAISE EXCEPTION USING
			ERRCODE = 'invalid_parameter_value',
			MESSAGE = format('scores must be from 2 to 9, but is "%s"', coalesce(scores::text, 'NULL'));
	END IF;
	IF opt_out IS NOT NULL THEN
		PERFORM @extschema@._check_type(source, opt_out, '{boolean}'::regtype[], 'boolean'::text,
										 'It is true of customers who must not be differentiated.'::text);
		objection := format('o.%I', opt_out);
	END IF;
	asked := @extschema@._asked(src, as_of);
	IF cuts IS NOT NULL THEN
		PERFORM @extschema@._check_keys('cuts'::text, cuts, '{r,f,m}'::text[]);
		limits := format('limits AS (SELECT %L::float8[] AS r, %L::float8[] AS f, %L::float8[] AS m)',
			ARRAY(SELECT -floor(x) FROM unnest(@extschema@._cuts(cuts, 'r'::text, scores)) WITH ORDINALITY AS x (x, n) ORDER BY n DESC),
			@extschema@._cuts(cuts, 'f'::text, scores), @extschema@._cuts(cuts, 'm'::text, scores));
	ELSE
		limits := format(
$sql$limits AS MATERIALIZED (
	-- from where on a score is above the first, the second and so on; silence is negative, so that more is better
	SELECT clv._score_limits(c.silence::float8, %1$s) AS r, clv._score_limits(c.purchases::float8, %1$s) AS f, clv._score_limits(c.spend, %1$s) AS m
	FROM customers AS c
)$sql$, scores);
	END IF;
	RETURN QUERY EXECUTE concat('WITH ', @extschema@._history_steps(src, asked, refunds, NULL::text, objection, NULL::text), format(
$sql$
told AS (
	SELECT h.customer, h.history, clv.summary(h.history, a.as_of, %1$L::text) AS s
	FROM histories AS h CROSS JOIN as_of AS a%2$s
	OFFSET 0
), counted AS MATERIALIZED (
	SELECT t.customer, (t.s).last_purchase, (t.s).frequency + 1 AS purchases, (t.s).spend,
		   CASE WHEN (t.s).refund_days > 0 THEN t.history END AS with_refunds
	FROM told AS t
	WHERE (t.s).frequency IS NOT NULL
), total AS MATERIALIZED (
	SELECT %3$s AS last_day
), customers AS NOT MATERIALIZED (
	-- after the last day nobody has bought: what can have changed are refunds
	SELECT c.customer, c.last_purchase - a.last_day AS silence, c.purchases,
		   CASE WHEN c.with_refunds IS NULL THEN c.spend ELSE (clv.summary(c.with_refunds, a.last_day, %1$L::text)).spend END AS spend
	FROM counted AS c CROSS JOIN total AS a
), $sql$, refunds, CASE WHEN opt_out IS NOT NULL THEN E'\n	WHERE h.opted_out IS NOT TRUE' END,
		CASE WHEN as_of IS NULL THEN @extschema@._found_as_of(src, 'SELECT c.last_purchase AS day, count(*) AS customers FROM counted AS c GROUP BY 1'::text, 'NULL::interval'::text, false)
			ELSE format('%L::date', as_of) END),
		limits, format(
$sql$, named AS MATERIALIZED (
	-- by the usual rules nobody buys often who has bought once
	SELECT r, f, m, concat(r, f, m) AS rfm, clv.segment(ceil((r - 0.5) * $3 / $2)::int, ceil((f - 0.5) * $3 / $2)::int, ceil((m - 0.5) * $3 / $2)::int, $1) AS segment,
		   clv.segment(ceil((r - 0.5) * $3 / $2)::int, CASE WHEN $1 IS NULL THEN 1 ELSE ceil((f - 0.5) * $3 / $2)::int END, ceil((m - 0.5) * $3 / $2)::int, $1) AS of_once
	FROM generate_series(1, %1$s) AS r, generate_series(1, %1$s) AS f, generate_series(1, %1$s) AS m
), scored AS (
	SELECT c.*, 1 + width_bucket(c.silence::float8, l.r) AS r, %2$s AS f, 1 + width_bucket(c.spend, l.m) AS m
	FROM customers AS c CROSS JOIN limits AS l
	OFFSET 0
)
SELECT s.customer::text, -s.silence, s.purchases, s.spend, s.r, s.f, s.m, n.rfm, CASE WHEN s.purchases = 1 THEN n.of_once ELSE n.segment END
FROM scored AS s JOIN named AS n ON n.r = s.r AND n.f = s.f AND n.m = s.m
$sql$, scores, CASE WHEN cuts IS NULL THEN 'CASE WHEN c.purchases = 1 THEN 1 ELSE 1 + width_bucket(c.purchases::float8, l.f) END'
			ELSE '1 + width_bucket(c.purchases::float8, l.f)' END)) USING rules, scores::numeric, CASE WHEN rules IS NULL THEN 5 ELSE scores END::numeric;
END
$$;
COMMENT ON FUNCTION @extschema@.rfm_scores(regclass, name, name, name, date, int, jsonb, jsonb, name, text, text) IS
	'each customer''s scores for recency, frequency and monetary value, from 1 to scores, and a segment by rules; equal '
	'customers share scores. Errors as clv.query; 22023: scores not from 2 to 9, other cuts or rules. Hughes (1994)';
