-- rfm: one customer's purchase history as a value, and what it says.
--
-- A history is built by an aggregate and asked by functions; any as_of in the
-- past can be asked of the same value.  Definitions follow Fader & Hardie: a
-- purchase is a calendar day, however many orders it has.

-- ---------------------------------------------------------------- the type

CREATE TYPE clv.rfm;

CREATE FUNCTION clv.rfm_in(cstring) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.rfm_out(clv.rfm) RETURNS cstring
	AS 'MODULE_PATHNAME', 'clv_rfm_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.rfm_recv(internal) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.rfm_send(clv.rfm) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_rfm_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE clv.rfm (
	INPUT = clv.rfm_in,
	OUTPUT = clv.rfm_out,
	RECEIVE = clv.rfm_recv,
	SEND = clv.rfm_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE clv.rfm IS
	'purchase history of one customer: per day the orders, gross spend and refunds, exactly; made by clv.rfm(at, amount), looked into by clv.days; at most 120000 days in 2400000 bytes, 54000 beyond';
COMMENT ON FUNCTION clv.rfm_in(cstring) IS 'text form of clv.rfm to value';
COMMENT ON FUNCTION clv.rfm_out(clv.rfm) IS 'value to text form of clv.rfm';
COMMENT ON FUNCTION clv.rfm_recv(internal) IS 'binary form of clv.rfm to value';
COMMENT ON FUNCTION clv.rfm_send(clv.rfm) IS 'value to binary form of clv.rfm';

-- ------------------------------------------------------ equality and order
--
-- Equal histories have equal bytes.  The order of bytes means nothing; it is
-- there for DISTINCT, merge joins and REFRESH MATERIALIZED VIEW CONCURRENTLY.

CREATE FUNCTION clv.rfm_eq(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_eq(clv.rfm, clv.rfm) IS 'implementation of = operator';
CREATE FUNCTION clv.rfm_ne(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_ne(clv.rfm, clv.rfm) IS 'implementation of <> operator';
CREATE FUNCTION clv.rfm_lt(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_lt(clv.rfm, clv.rfm) IS 'implementation of < operator';
CREATE FUNCTION clv.rfm_le(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_le(clv.rfm, clv.rfm) IS 'implementation of <= operator';
CREATE FUNCTION clv.rfm_gt(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_gt(clv.rfm, clv.rfm) IS 'implementation of > operator';
CREATE FUNCTION clv.rfm_ge(clv.rfm, clv.rfm) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_rfm_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_ge(clv.rfm, clv.rfm) IS 'implementation of >= operator';
CREATE FUNCTION clv.rfm_cmp(clv.rfm, clv.rfm) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_rfm_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_cmp(clv.rfm, clv.rfm) IS 'less-equal-greater, in the order of bytes';
CREATE FUNCTION clv.rfm_hash(clv.rfm) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_rfm_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_hash(clv.rfm) IS 'hash';
CREATE FUNCTION clv.rfm_hash_extended(clv.rfm, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'clv_rfm_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.rfm_hash_extended(clv.rfm, bigint) IS 'hash with seed';

CREATE OPERATOR clv.= (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_eq,
	COMMUTATOR = OPERATOR(clv.=), NEGATOR = OPERATOR(clv.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR clv.= (clv.rfm, clv.rfm) IS 'equal';
CREATE OPERATOR clv.<> (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_ne,
	COMMUTATOR = OPERATOR(clv.<>), NEGATOR = OPERATOR(clv.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR clv.<> (clv.rfm, clv.rfm) IS 'not equal';
CREATE OPERATOR clv.< (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_lt,
	COMMUTATOR = OPERATOR(clv.>), NEGATOR = OPERATOR(clv.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR clv.< (clv.rfm, clv.rfm) IS 'before, in the order of bytes';
CREATE OPERATOR clv.<= (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_le,
	COMMUTATOR = OPERATOR(clv.>=), NEGATOR = OPERATOR(clv.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR clv.<= (clv.rfm, clv.rfm) IS 'before or equal, in the order of bytes';
CREATE OPERATOR clv.> (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_gt,
	COMMUTATOR = OPERATOR(clv.<), NEGATOR = OPERATOR(clv.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR clv.> (clv.rfm, clv.rfm) IS 'after, in the order of bytes';
CREATE OPERATOR clv.>= (
	LEFTARG = clv.rfm, RIGHTARG = clv.rfm, FUNCTION = clv.rfm_ge,
	COMMUTATOR = OPERATOR(clv.<=), NEGATOR = OPERATOR(clv.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR clv.>= (clv.rfm, clv.rfm) IS 'after or equal, in the order of bytes';

CREATE OPERATOR CLASS clv.rfm_ops DEFAULT FOR TYPE clv.rfm USING btree AS
	OPERATOR 1 clv.<, OPERATOR 2 clv.<=, OPERATOR 3 clv.=, OPERATOR 4 clv.>=, OPERATOR 5 clv.>,
	FUNCTION 1 clv.rfm_cmp(clv.rfm, clv.rfm);
CREATE OPERATOR CLASS clv.rfm_ops DEFAULT FOR TYPE clv.rfm USING hash AS
	OPERATOR 1 clv.=,
	FUNCTION 1 clv.rfm_hash(clv.rfm), FUNCTION 2 clv.rfm_hash_extended(clv.rfm, bigint);
COMMENT ON OPERATOR CLASS clv.rfm_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR CLASS clv.rfm_ops USING hash IS 'equality of histories';
COMMENT ON OPERATOR FAMILY clv.rfm_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR FAMILY clv.rfm_ops USING hash IS 'equality of histories';

-- -------------------------------------------------------------- aggregates
--
-- The state is a clv.rfm: PostgreSQL combines it in parallel plans, Citus
-- across nodes.  Rows may come in any order and be cut into any parts: the
-- result is the same to the last bit.  Amounts in numeric have aggregates of
-- their own because the cast to double precision takes longer than all else.

CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date, amount float8) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date, float8) IS 'transition function of clv.rfm(date, float8)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date, amount numeric) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_date_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date, numeric) IS 'transition function of clv.rfm(date, numeric)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_date' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date) IS 'transition function of clv.rfm(date)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp, amount float8) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp, float8) IS 'transition function of clv.rfm(timestamp, float8)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp, amount numeric) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamp_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp, numeric) IS 'transition function of clv.rfm(timestamp, numeric)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamp' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp) IS 'transition function of clv.rfm(timestamp)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamptz, amount float8, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamptz' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamptz, float8, text) IS 'transition function of clv.rfm(timestamptz, float8, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamptz, amount numeric, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamptz_numeric' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamptz, numeric, text) IS 'transition function of clv.rfm(timestamptz, numeric, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamptz, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_timestamptz' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamptz, text) IS 'transition function of clv.rfm(timestamptz, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date, amount float8, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date, float8, text) IS 'transition function of clv.rfm(date, float8, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date, amount numeric, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date, numeric, text) IS 'transition function of clv.rfm(date, numeric, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at date, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, date, text) IS 'transition function of clv.rfm(date, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp, amount float8, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp, float8, text) IS 'transition function of clv.rfm(timestamp, float8, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp, amount numeric, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp, numeric, text) IS 'transition function of clv.rfm(timestamp, numeric, text)';
CREATE FUNCTION clv._rfm_accum(state clv.rfm, at timestamp, zone text) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_add_needless_zone' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_accum(clv.rfm, timestamp, text) IS 'transition function of clv.rfm(timestamp, text)';

CREATE FUNCTION clv._rfm_combine(state clv.rfm, rfm clv.rfm) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_combine(clv.rfm, clv.rfm) IS 'combine function of clv.rfm, transition function of clv.rollup(clv.rfm)';
CREATE FUNCTION clv._rfm_final(state clv.rfm) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_rfm_close' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv._rfm_final(clv.rfm) IS 'final function of clv.rfm and clv.rollup(clv.rfm)';

CREATE AGGREGATE clv.rfm(at date, amount float8) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date, float8) IS
	'purchase history of the rows of one customer; rows with a NULL are skipped, NULL when there is no other; amounts below 0 are refunds; NaN, infinite amounts and dates raise 22023';
CREATE AGGREGATE clv.rfm(at date, amount numeric) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date, numeric) IS
	'the same of amounts that are numeric, which are taken as double precision: clv.rfm(date, float8)';
CREATE AGGREGATE clv.rfm(at date) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date) IS
	'purchase history without amounts: every day counts, money is NULL; NULL dates are skipped, infinite dates raise 22023';
CREATE AGGREGATE clv.rfm(at timestamp, amount float8) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp, float8) IS
	'purchase history of the rows of one customer by the calendar day of a timestamp without time zone; otherwise as clv.rfm(date, float8)';
CREATE AGGREGATE clv.rfm(at timestamp, amount numeric) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp, numeric) IS
	'the same of amounts that are numeric, which are taken as double precision: clv.rfm(timestamp, float8)';
CREATE AGGREGATE clv.rfm(at timestamp) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp) IS
	'purchase history without amounts by the calendar day of a timestamp without time zone; otherwise as clv.rfm(date)';
CREATE AGGREGATE clv.rfm(at timestamptz, amount float8, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamptz, float8, text) IS
	'purchase history of the rows of one customer by the calendar day in the zone, a full name such as Europe/Berlin; an unknown zone raises 22023, NULL 22004; otherwise as clv.rfm(date, float8)';
CREATE AGGREGATE clv.rfm(at timestamptz, amount numeric, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamptz, numeric, text) IS
	'the same of amounts that are numeric, which are taken as double precision: clv.rfm(timestamptz, float8, text)';
CREATE AGGREGATE clv.rfm(at timestamptz, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamptz, text) IS
	'purchase history without amounts by the calendar day in the zone; otherwise as clv.rfm(timestamptz, float8, text)';
CREATE AGGREGATE clv.rfm(at date, amount float8, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date, float8, text) IS
	'raises 22023: a zone has no meaning for a date, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rfm(at date, amount numeric, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date, numeric, text) IS
	'raises 22023: a zone has no meaning for a date, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rfm(at date, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(date, text) IS
	'raises 22023: a zone has no meaning for a date, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rfm(at timestamp, amount float8, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp, float8, text) IS
	'raises 22023: a zone has no meaning for a timestamp without time zone, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rfm(at timestamp, amount numeric, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp, numeric, text) IS
	'raises 22023: a zone has no meaning for a timestamp without time zone, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rfm(at timestamp, zone text) (
	SFUNC = clv._rfm_accum, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rfm(timestamp, text) IS
	'raises 22023: a zone has no meaning for a timestamp without time zone, and an implicit cast would depend on the session';
CREATE AGGREGATE clv.rollup(rfm clv.rfm) (
	SFUNC = clv._rfm_combine, STYPE = clv.rfm, SSPACE = 96,
	FINALFUNC = clv._rfm_final, COMBINEFUNC = clv._rfm_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rollup(clv.rfm) IS
	'purchase history of all the rows that the given ones were built from; days may overlap, rows must not; NULLs are skipped; with and without amounts raises 22023';

CREATE FUNCTION clv.merge(history clv.rfm, more clv.rfm) RETURNS clv.rfm
	AS 'MODULE_PATHNAME', 'clv_merge' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.merge(clv.rfm, clv.rfm) IS
	'clv.rollup of two histories, as ON CONFLICT DO UPDATE wants it; NULL counts as none, with and without amounts raises 22023';

-- --------------------------------------------------------------- questions

CREATE TYPE clv.rfm_summary AS (
	frequency integer,
	recency float8,
	t float8,
	monetary float8,
	first_purchase date,
	last_purchase date,
	days_since_last integer,
	orders bigint,
	spend float8,
	refunds float8,
	refund_days integer
);
COMMENT ON TYPE clv.rfm_summary IS 'what a purchase history says as of a day, made by clv.summary';
COMMENT ON COLUMN clv.rfm_summary.frequency IS 'x: purchases after the first; a purchase is a day that counts';
COMMENT ON COLUMN clv.rfm_summary.recency IS 't_x: days from the first to the last purchase';
COMMENT ON COLUMN clv.rfm_summary.t IS 'T: days from the first purchase to as_of';
COMMENT ON COLUMN clv.rfm_summary.monetary IS 'm: mean net spend of the purchases after the first; NULL when there is none';
COMMENT ON COLUMN clv.rfm_summary.first_purchase IS 'day of the first purchase';
COMMENT ON COLUMN clv.rfm_summary.last_purchase IS 'day of the last purchase up to as_of';
COMMENT ON COLUMN clv.rfm_summary.days_since_last IS 'days from the last purchase to as_of';
COMMENT ON COLUMN clv.rfm_summary.orders IS 'rows up to as_of with an amount of at least 0';
COMMENT ON COLUMN clv.rfm_summary.spend IS 'net of all rows up to as_of, refund-only days included; gross under the policy gross';
COMMENT ON COLUMN clv.rfm_summary.refunds IS 'total refunded up to as_of, as a positive number, whatever the policy';
COMMENT ON COLUMN clv.rfm_summary.refund_days IS 'days up to as_of with a refund, whatever the policy';

CREATE FUNCTION clv.summary(rfm clv.rfm, as_of date, refunds text DEFAULT 'net')
	RETURNS clv.rfm_summary
	AS 'MODULE_PATHNAME', 'clv_rfm_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.summary(clv.rfm, date, text) IS
	'what the history says as of the end of a day; NULL when there is no purchase up to it; refunds: net, gross (refunds '
	'ignored), event (any row counts) or error (a refund raises 22023); money is NULL in a history without amounts';

CREATE FUNCTION clv.frequency(rfm clv.rfm, as_of date, refunds text DEFAULT 'net')
	RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_rfm_frequency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.frequency(clv.rfm, date, text) IS
	'x: purchases after the first, up to as_of; NULL when there is no purchase; refunds as in clv.summary';
CREATE FUNCTION clv.recency(rfm clv.rfm, as_of date, refunds text DEFAULT 'net')
	RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_rfm_recency' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.recency(clv.rfm, date, text) IS
	't_x: days from the first to the last purchase up to as_of; NULL when there is no purchase; refunds as in clv.summary';
CREATE FUNCTION clv.t(rfm clv.rfm, as_of date, refunds text DEFAULT 'net')
	RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_rfm_t' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.t(clv.rfm, date, text) IS
	'T: days from the first purchase to as_of; NULL when there is no purchase; refunds as in clv.summary';
CREATE FUNCTION clv.monetary(rfm clv.rfm, as_of date, refunds text DEFAULT 'net')
	RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_rfm_monetary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.monetary(clv.rfm, date, text) IS
	'm: mean net spend of the purchases after the first up to as_of; NULL too when there is none or the history has no amounts; NULL when there is no purchase; refunds as in clv.summary';

CREATE FUNCTION clv.days(rfm clv.rfm)
	RETURNS TABLE (day date, gross float8, refund float8, amount float8, orders bigint)
	AS 'MODULE_PATHNAME', 'clv_rfm_days' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50 ROWS 10;
COMMENT ON FUNCTION clv.days(clv.rfm) IS
	'the days of a history, ascending: spend, refunds (as a positive number), spend less refunds, each rounded once from the exact sum; rows with an amount of at least 0; money is NULL in a history without amounts';
