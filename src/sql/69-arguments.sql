-- Checks of arguments that are not about the source: parts of clv.query and of
-- the functions over orders and views.

-- Rejects an unknown policy for refunds also where the source is empty.
CREATE FUNCTION clv._check_refunds(refunds text)
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
	PERFORM clv.frequency(h.history, '2000-01-01'::date, refunds)
	FROM (SELECT clv.rfm('2000-01-01'::date, 1::float8)) AS h (history);
END
$$;
COMMENT ON FUNCTION clv._check_refunds(text) IS
	'part of clv.query: raises 22023 or 22004 for what is no way to count refunds';

-- Numbers in another unit than meant: without a unit PostgreSQL reads an
-- interval as seconds, and a rate may have been given in per cent.
CREATE FUNCTION clv._check_length(what text, length interval)
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
COMMENT ON FUNCTION clv._check_length(text, interval) IS
	'part of the functions over orders and views: 22023 for a length of less than a day, or one that is negative or not finite; NULL passes';

CREATE FUNCTION clv._check_rate(what text, rate float8)
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
COMMENT ON FUNCTION clv._check_rate(text, float8) IS
	'part of the functions over orders: 22023 for a rate above 1; NULL passes';

-- All that can be wrong with an argument that is not about the source is
-- raised here, before anything is made.  Where a function of the statement has
-- the rule, that function is asked.
CREATE FUNCTION clv._check_arguments(
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
	PERFORM clv._check_length('horizon'::text, horizon);
	PERFORM clv._check_rate('annual_rate'::text, annual_rate);
	PERFORM clv._check_refunds(refunds);
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
COMMENT ON FUNCTION clv._check_arguments(interval, float8, text, text, text, float8[], text[]) IS
	'part of clv.query: raises 22023 or 22004 when an argument that is not about the source cannot be';
