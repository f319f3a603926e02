-- Numbers as all of clv takes them: lengths of time, money.

CREATE FUNCTION clv.interval_days(length interval) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_interval_days_sql';
COMMENT ON FUNCTION clv.interval_days(interval) IS
	'length of an interval in days as all of clv counts it: a year is 365.25 days, a month a twelfth of it. '
	'22023: an interval that is negative or not finite';

-- Money is added up as numeric; the casts go by way of text, and millions of
-- values take their time.
CREATE FUNCTION clv._numeric(value float8) RETURNS numeric
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_numeric';
COMMENT ON FUNCTION clv._numeric(float8) IS
	'part of the functions over views: the same as the cast to numeric, at a fraction of its time';
-- What a question works out of numbers that it was given may be none.
CREATE FUNCTION clv._finite(value float8) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_finite_value';
COMMENT ON FUNCTION clv._finite(float8) IS
	'part of clv: the number, 22003 when it is NaN or infinite';

CREATE FUNCTION clv._double(value numeric) RETURNS float8
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'clv_double';
COMMENT ON FUNCTION clv._double(numeric) IS
	'part of the audit: the same as the cast to double precision, at a fraction of its time; 22003 for NaN and infinity';

-- Money of one customer in one period.  Prices are decimal and doubles binary,
-- so that 0.1 + 0.2 - 0.3 leaves 2.8e-17: money ends at a billionth.
CREATE FUNCTION clv._money(amount float8)
	RETURNS numeric
	AS 'MODULE_PATHNAME', 'clv_money'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv._money(float8) IS
	'part of the audit: an amount as numeric, to nine decimals';
