-- Recency, frequency and monetary value the classical way: scores from 1 to 5
-- and segments with names, by rules that are data.

-- rfm_segments(): the usual rules.
CREATE FUNCTION clv.rfm_segments()
RETURNS TABLE (ordinal int, segment text, r_min int, r_max int, f_min int, f_max int, m_min int, m_max int, meaning text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
ROWS 11
BEGIN ATOMIC
SELECT s.ordinal, s.segment, s.r_min, s.r_max, s.f_min, s.f_max, 1, 5, s.meaning
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
	) AS s (ordinal, segment, r_min, r_max, f_min, f_max, meaning);
END;
COMMENT ON FUNCTION clv.rfm_segments() IS
	'the usual eleven segments of RFM scores from 1 to 5, as rules: a customer is in the first, by place, whose limits '
	'hold all three scores';

-- segment(r, f, m, rules): the first rule that holds.
CREATE FUNCTION clv.segment(r int, f int, m int, rules jsonb DEFAULT NULL)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
SELECT s.segment
FROM (SELECT d.ordinal, d.segment, d.r_min, d.r_max, d.f_min, d.f_max, d.m_min, d.m_max
	  FROM clv.rfm_segments() AS d WHERE rules IS NULL
	  UNION ALL
	  SELECT * FROM clv._rules(rules)) AS s
WHERE (r >= s.r_min OR s.r_min IS NULL) AND (r <= s.r_max OR s.r_max IS NULL)
  AND (f >= s.f_min OR s.f_min IS NULL) AND (f <= s.f_max OR s.f_max IS NULL)
  AND (m >= s.m_min OR s.m_min IS NULL) AND (m <= s.m_max OR s.m_max IS NULL)
ORDER BY s.ordinal
LIMIT 1
$$;
COMMENT ON FUNCTION clv.segment(int, int, int, jsonb) IS
	'name of the first rule that holds three scores; rules as in clv.rfm_segments(), the default, as a JSON array of '
	'objects. NULL when none holds. 22023: rules that are none';

-- The rules in a JSON array.
CREATE FUNCTION clv._rules(rules jsonb)
RETURNS TABLE (ordinal int, segment text, r_min int, r_max int, f_min int, f_max int, m_min int, m_max int)
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
		PERFORM clv._check_keys('a rule'::text, rule, '{ordinal,segment,r_min,r_max,f_min,f_max,m_min,m_max,meaning}'::text[]);
		IF rule ->> 'segment' IS NULL THEN
			RAISE EXCEPTION USING
				ERRCODE = 'invalid_parameter_value',
				MESSAGE = format('rule "%s" names no segment', rule);
		END IF;
		ordinal := coalesce((rule ->> 'ordinal')::int, i);
		segment := rule ->> 'segment';
		r_min := (rule ->> 'r_min')::int;
		r_max := (rule ->> 'r_max')::int;
		f_min := (rule ->> 'f_min')::int;
		f_max := (rule ->> 'f_max')::int;
		m_min := (rule ->> 'm_min')::int;
		m_max := (rule ->> 'm_max')::int;
		RETURN NEXT;
	END LOOP;
END
$$;
COMMENT ON FUNCTION clv._rules(jsonb) IS
	'part of clv.segment: the rules in a JSON array; 22023 when it holds something else';
