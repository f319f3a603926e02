-- Predictions: what a model says of one customer, and of a new one.
--
-- frequency, recency and t are those of clv.summary(), in the model's unit of
-- time; an impossible history raises 22023.  Horizons are intervals (a year is
-- 365.25 days, a month a twelfth of it), rates annual and effective, and from
-- as_of on.  All are pure functions of their arguments.  A NULL argument gives
-- NULL except where said.
--
-- A model fitted to customers of whom nobody has bought again determines that
-- nobody will, and not who has left: what depends on that is NULL, and so is all
-- that is asked of a customer who has bought again.

CREATE FUNCTION clv.p_alive(model clv.model, frequency float8, recency float8,
							t float8)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'clv_p_alive';
COMMENT ON FUNCTION clv.p_alive(clv.model, float8, float8, float8) IS
	'P(the customer is still one at as_of). NULL where nobody in the base of the fit has bought again, and customers may '
	'leave without that. Fader, Hardie & Lee, note 021 (2008), for BG/NBD; clv.models() has the papers of the others';

CREATE FUNCTION clv.p_alive(model clv.model, frequency float8, recency float8,
							t float8, ahead interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 30
	AS 'MODULE_PATHNAME', 'clv_p_alive';
COMMENT ON FUNCTION clv.p_alive(clv.model, float8, float8, float8, interval) IS
	'P(the customer will still be one that long after as_of); NULL as clv.p_alive without it';

CREATE FUNCTION clv.p_active(model clv.model, frequency float8, recency float8,
							 t float8, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'clv_p_active';
COMMENT ON FUNCTION clv.p_active(clv.model, float8, float8, float8, interval) IS
	'P(at least one purchase within the horizon): one minus it is churn as most people mean it. Where nobody in the base of the fit has bought again 0, and NULL for a customer who has';

CREATE FUNCTION clv.expected_purchases(model clv.model, frequency float8,
									   recency float8, t float8, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_expected_purchases';
COMMENT ON FUNCTION clv.expected_purchases(clv.model, float8, float8, float8, interval) IS
	'purchases expected within the horizon; where nobody in the base of the fit has bought again 0, and NULL for a '
	'customer who has. Fader, Hardie & Lee (2005) eq. 10 for BG/NBD; clv.models() has the papers of the others';

CREATE FUNCTION clv.expected_purchases(model clv.model, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_expected_purchases_new';
COMMENT ON FUNCTION clv.expected_purchases(clv.model, interval) IS
	'repeat purchases expected of a new customer within the horizon after the first purchase';

CREATE FUNCTION clv.purchases_pmf(model clv.model, frequency float8,
								  recency float8, t float8, horizon interval,
								  n bigint)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'clv_purchases_pmf';
COMMENT ON FUNCTION clv.purchases_pmf(clv.model, float8, float8, float8, interval, bigint) IS
	'P(exactly n purchases within the horizon); NULL as clv.expected_purchases. 22023 when n < 0';

CREATE FUNCTION clv.purchases_pmf(model clv.model, horizon interval, n bigint)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20
	AS 'MODULE_PATHNAME', 'clv_purchases_pmf_new';
COMMENT ON FUNCTION clv.purchases_pmf(clv.model, interval, bigint) IS
	'P(a new customer makes exactly n repeat purchases within the horizon); 22023 when n < 0. Fader, Hardie & Lee (2005) eq. 8 for BG/NBD';

CREATE FUNCTION clv.discounted_purchases(model clv.model, frequency float8,
										 recency float8, t float8,
										 annual_rate float8, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_discounted_purchases';
COMMENT ON FUNCTION clv.discounted_purchases(clv.model, float8, float8, float8, float8, interval) IS
	'present number of the purchases expected within the horizon, discounted continuously at ln(1 + annual_rate) a year; rate 0 gives clv.expected_purchases to the bit, and NULL where it does. 22023 for a rate below 0 or not finite';

CREATE FUNCTION clv.discounted_purchases(model clv.model, frequency float8,
										 recency float8, t float8,
										 annual_rate float8)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_discounted_purchases';
COMMENT ON FUNCTION clv.discounted_purchases(clv.model, float8, float8, float8, float8) IS
	'the same without end (DERT, discounted expected residual transactions: Fader, Hardie & Lee 2005, J. of Marketing Research 42:415); 22023 for rate 0, which needs a horizon';

CREATE FUNCTION clv.alive_years(model clv.model, frequency float8,
								recency float8, t float8, annual_rate float8,
								horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_alive_years';
COMMENT ON FUNCTION clv.alive_years(clv.model, float8, float8, float8, float8, interval) IS
	'discounted years that the customer is expected to stay within the horizon, the chance of having left already included: times a yearly cost it is the cost to serve. NULL where clv.p_alive is not determined';

CREATE FUNCTION clv.next_purchase(model clv.model, frequency float8,
								  recency float8, t float8, probability float8)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50
	AS 'MODULE_PATHNAME', 'clv_next_purchase';
COMMENT ON FUNCTION clv.next_purchase(clv.model, float8, float8, float8, float8) IS
	'days after as_of by which the next purchase has been made with that probability; NULL when it never is, and where clv.expected_purchases is. 22023 unless the probability is above 0 and below 1';

CREATE FUNCTION clv.loglik(model clv.model, frequency float8, recency float8,
						   t float8)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'clv_row_loglik';
COMMENT ON FUNCTION clv.loglik(clv.model, float8, float8, float8) IS
	'log-likelihood of this customer''s purchase times, in the model''s unit (of bgcnbd and mbgcnbd without the factor of '
	'the gaps): for drift and outliers. NULL where clv.expected_purchases is. The papers are those of clv.models()';

CREATE FUNCTION clv.expected_spend(spend clv.model, frequency float8,
								   monetary float8)
	RETURNS float8
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10
	AS 'MODULE_PATHNAME', 'clv_expected_spend';
COMMENT ON FUNCTION clv.expected_spend(clv.model, float8, float8) IS
	'mean spend expected of a purchase to come; with frequency 0 the population mean. NULL when the mean is infinite (q <= '
	'1), or when frequency > 0 and monetary is NULL or not above 0. Fader & Hardie, note 025 (2013), eq. 5';

CREATE FUNCTION clv.value(model clv.model, spend clv.model, frequency float8,
						  recency float8, t float8, monetary float8,
						  annual_rate float8, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'clv_value';
COMMENT ON FUNCTION clv.value(clv.model, clv.model, float8, float8, float8, float8, float8, interval) IS
	'residual customer lifetime value within the horizon, in the money of the spend model: clv.discounted_purchases times clv.expected_spend, and NULL where one of them is';

CREATE FUNCTION clv.new_customer_value(model clv.model, spend clv.model,
									   annual_rate float8, horizon interval)
	RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 60
	AS 'MODULE_PATHNAME', 'clv_new_customer_value';
COMMENT ON FUNCTION clv.new_customer_value(clv.model, clv.model, float8, interval) IS
	'what a new customer is worth within the horizon, the first purchase included undiscounted, at the mean spend of the population; NULL when that is infinite';
