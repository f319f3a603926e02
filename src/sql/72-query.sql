-- The main job, in one statement.

CREATE FUNCTION clv.query(
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
	src			clv._source_text;
	opt			clv._option_text;
BEGIN
	src := clv._source(source, customer, at, amount, as_of, zone, NULL::date);
	opt := clv._options(options, source, customer, as_of, src);
	PERFORM clv._check_arguments(horizon, annual_rate, model, refunds, tier_method, tier_shares,
								 tier_labels);
	RETURN concat_ws(E'\n',
		'WITH',
		clv._history_steps(src, as_of, refunds, opt.history_columns, opt.objection, opt.max_silence),
		clv._fit_steps(horizon, annual_rate, model, refunds, tier_labels),
		clv._score_steps(refunds, opt, false, false),
		CASE WHEN opt.costs THEN clv._step('means'::text) END,
		clv._tier_step(tier_method, tier_shares, opt),
		clv._result_select(src.customer_column, refunds, opt));
END
$$;
COMMENT ON FUNCTION clv.query(regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) IS
	'the SQL statement from a table of orders to a row a customer with values and tiers; the same text in every session. '
	'22023 or 22004 for arguments that cannot be, 42703 an unknown column, 42701 a customer column named like an output '
	'column';
