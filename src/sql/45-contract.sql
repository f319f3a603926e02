-- contract: subscribers, who decide at the end of each period whether to renew.
--
-- A clv.retention is what a contract model is fitted to: how many subscribers
-- left in each period, and how many were still there when last seen.

-- ---------------------------------------------------------------- the type

CREATE TYPE clv.retention;

CREATE FUNCTION clv.retention_in(cstring) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.retention_out(clv.retention) RETURNS cstring
	AS 'MODULE_PATHNAME', 'clv_retention_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.retention_recv(internal) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.retention_send(clv.retention) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_retention_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE clv.retention (
	INPUT = clv.retention_in,
	OUTPUT = clv.retention_out,
	RECEIVE = clv.retention_recv,
	SEND = clv.retention_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE clv.retention IS
	'subscribers by how long they stayed: for each tenure how many left then and how many were still there; made by clv.retention() or clv.retention_table(), looked into by clv.survivors; at most 100000 distinct tenures, each up to 1000000, 54000 beyond';
COMMENT ON FUNCTION clv.retention_in(cstring) IS 'text form of clv.retention to value';
COMMENT ON FUNCTION clv.retention_out(clv.retention) IS 'value to text form of clv.retention';
COMMENT ON FUNCTION clv.retention_recv(internal) IS 'binary form of clv.retention to value';
COMMENT ON FUNCTION clv.retention_send(clv.retention) IS 'value to binary form of clv.retention';

-- ------------------------------------------------------ equality and order
--
-- Equal values have equal bytes.  The order of bytes means nothing; it is there
-- for DISTINCT, merge joins and REFRESH MATERIALIZED VIEW CONCURRENTLY.

CREATE FUNCTION clv.retention_eq(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_eq(clv.retention, clv.retention) IS 'implementation of = operator';
CREATE FUNCTION clv.retention_ne(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_ne(clv.retention, clv.retention) IS 'implementation of <> operator';
CREATE FUNCTION clv.retention_lt(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_lt(clv.retention, clv.retention) IS 'implementation of < operator';
CREATE FUNCTION clv.retention_le(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_le(clv.retention, clv.retention) IS 'implementation of <= operator';
CREATE FUNCTION clv.retention_gt(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_gt(clv.retention, clv.retention) IS 'implementation of > operator';
CREATE FUNCTION clv.retention_ge(clv.retention, clv.retention) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_retention_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_ge(clv.retention, clv.retention) IS 'implementation of >= operator';
CREATE FUNCTION clv.retention_cmp(clv.retention, clv.retention) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_retention_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_cmp(clv.retention, clv.retention) IS 'less-equal-greater, in the order of bytes';
CREATE FUNCTION clv.retention_hash(clv.retention) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_retention_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_hash(clv.retention) IS 'hash';
CREATE FUNCTION clv.retention_hash_extended(clv.retention, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'clv_retention_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_hash_extended(clv.retention, bigint) IS 'hash with seed';

CREATE OPERATOR clv.= (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_eq,
	COMMUTATOR = OPERATOR(clv.=), NEGATOR = OPERATOR(clv.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR clv.= (clv.retention, clv.retention) IS 'equal';
CREATE OPERATOR clv.<> (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_ne,
	COMMUTATOR = OPERATOR(clv.<>), NEGATOR = OPERATOR(clv.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR clv.<> (clv.retention, clv.retention) IS 'not equal';
CREATE OPERATOR clv.< (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_lt,
	COMMUTATOR = OPERATOR(clv.>), NEGATOR = OPERATOR(clv.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR clv.< (clv.retention, clv.retention) IS 'before, in the order of bytes';
CREATE OPERATOR clv.<= (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_le,
	COMMUTATOR = OPERATOR(clv.>=), NEGATOR = OPERATOR(clv.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR clv.<= (clv.retention, clv.retention) IS 'before or equal, in the order of bytes';
CREATE OPERATOR clv.> (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_gt,
	COMMUTATOR = OPERATOR(clv.<), NEGATOR = OPERATOR(clv.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR clv.> (clv.retention, clv.retention) IS 'after, in the order of bytes';
CREATE OPERATOR clv.>= (
	LEFTARG = clv.retention, RIGHTARG = clv.retention, FUNCTION = clv.retention_ge,
	COMMUTATOR = OPERATOR(clv.<=), NEGATOR = OPERATOR(clv.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR clv.>= (clv.retention, clv.retention) IS 'after or equal, in the order of bytes';

CREATE OPERATOR CLASS clv.retention_ops DEFAULT FOR TYPE clv.retention USING btree AS
	OPERATOR 1 clv.<, OPERATOR 2 clv.<=, OPERATOR 3 clv.=, OPERATOR 4 clv.>=, OPERATOR 5 clv.>,
	FUNCTION 1 clv.retention_cmp(clv.retention, clv.retention);
CREATE OPERATOR CLASS clv.retention_ops DEFAULT FOR TYPE clv.retention USING hash AS
	OPERATOR 1 clv.=,
	FUNCTION 1 clv.retention_hash(clv.retention), FUNCTION 2 clv.retention_hash_extended(clv.retention, bigint);
COMMENT ON OPERATOR CLASS clv.retention_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR CLASS clv.retention_ops USING hash IS 'equality of values';
COMMENT ON OPERATOR FAMILY clv.retention_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR FAMILY clv.retention_ops USING hash IS 'equality of values';

-- -------------------------------------------------------------- aggregates
--
-- The state is a clv.retention, so that any plan and any node can combine it;
-- counts are whole millionths of a subscriber, so that the order of rows and
-- merges does not matter.

CREATE FUNCTION clv.retention_add(state clv.retention, tenure integer, churned boolean) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_add(clv.retention, integer, boolean) IS 'transition function of clv.retention(integer, boolean)';
CREATE FUNCTION clv.retention_add_published(state clv.retention, period integer, survivors float8) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_add_published' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_add_published(clv.retention, integer, float8) IS 'transition function of clv.retention_table(integer, float8)';
CREATE FUNCTION clv.retention_combine(state clv.retention, retention clv.retention) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_combine(clv.retention, clv.retention) IS 'combine function of clv.retention and clv.retention_table, transition function of clv.rollup(clv.retention)';
CREATE FUNCTION clv.retention_close(state clv.retention) RETURNS clv.retention
	AS 'MODULE_PATHNAME', 'clv_retention_close' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.retention_close(clv.retention) IS 'final function of clv.retention, clv.retention_table and clv.rollup(clv.retention)';

CREATE AGGREGATE clv.retention(tenure integer, churned boolean) (
	SFUNC = clv.retention_add, STYPE = clv.retention, SSPACE = 512,
	FINALFUNC = clv.retention_close, COMBINEFUNC = clv.retention_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.retention(integer, boolean) IS
	'the subscribers of these rows: churned, who left in period tenure (from 1 on); not churned, who had renewed tenure '
	'times. Rows with a NULL are skipped, NULL when there is no other; 22023 for a tenure below 0 or above 1000000';
CREATE AGGREGATE clv.retention_table(period integer, survivors float8) (
	SFUNC = clv.retention_add_published, STYPE = clv.retention, SSPACE = 512,
	FINALFUNC = clv.retention_close, COMBINEFUNC = clv.retention_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.retention_table(integer, float8) IS
	'the subscribers of one cohort by a published survivor table: so many left after so many periods, from period 0 '
	'without a gap; counts or percentages. 22023 when a period is missing or comes twice, or survivors rise';
CREATE AGGREGATE clv.rollup(retention clv.retention) (
	SFUNC = clv.retention_combine, STYPE = clv.retention, SSPACE = 512,
	FINALFUNC = clv.retention_close, COMBINEFUNC = clv.retention_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rollup(clv.retention) IS
	'the subscribers of all the given values, which must not overlap; NULLs are skipped, NULL when there is no other';

-- ------------------------------------------------------------- what is inside

CREATE FUNCTION clv.customers(retention clv.retention) RETURNS bigint
	AS 'MODULE_PATHNAME', 'clv_retention_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.customers(clv.retention) IS 'subscribers in the value, to the nearest whole one';

CREATE FUNCTION clv.survivors(retention clv.retention)
	RETURNS TABLE (period integer, at_risk float8, lost float8, surviving float8, retention_rate float8)
	AS 'MODULE_PATHNAME', 'clv_retention_survivors' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION clv.survivors(clv.retention) IS
	'by period, from 1 to the longest tenure: subscribers who came to it and were seen to its end, those who left in it, those who renewed, and the latter over the first';

-- ------------------------------------------------------------------ models

CREATE FUNCTION clv.fit(retention clv.retention, model text DEFAULT 'sbg',
						unit_days float8 DEFAULT 1, prior jsonb DEFAULT NULL,
						options jsonb DEFAULT NULL)
	RETURNS clv.model
	LANGUAGE C IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 100000
	AS 'MODULE_PATHNAME', 'clv_fit_contract';
COMMENT ON FUNCTION clv.fit(clv.retention, text, float8, jsonb, jsonb) IS
	'the contract model fitted to the subscribers by maximum likelihood, or with a prior the mode; unit_days: length of a '
	'period in days (30.4375 for months). NULL when nobody has come to a renewal; clv.status says how it ended';

CREATE FUNCTION clv.survival(model clv.model, periods integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_survival' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION clv.survival(clv.model, integer) IS
	'P(a new subscriber is still there after so many periods). Fader & Hardie (2007) for sBG; Fader et al. (2018) for BdW. 22023 when periods < 0';

CREATE FUNCTION clv.retention_rate(model clv.model, period integer) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_retention_rate' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10;
COMMENT ON FUNCTION clv.retention_rate(clv.model, integer) IS
	'P(a subscriber who is in that period, the first is 1, renews at its end). Fader & Hardie (2007) for sBG; Fader et al. (2018) for BdW. 22023 when period < 1';

CREATE FUNCTION clv.expected_lifetime(model clv.model, annual_rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_expected_lifetime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.expected_lifetime(clv.model, float8) IS
	'periods that a new subscriber pays for, the first one now and undiscounted, later ones discounted at their beginning (DEL: Fader & Hardie 2010, Marketing Science 29:85). NULL when it is infinite: at rate 0 with a <= 1, or a c <= 1 for BdW';
CREATE FUNCTION clv.expected_lifetime(model clv.model, annual_rate float8, horizon interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_expected_lifetime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.expected_lifetime(clv.model, float8, interval) IS
	'the same of the periods that begin within the horizon';

CREATE FUNCTION clv.residual_lifetime(model clv.model, period integer, annual_rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_residual_lifetime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.residual_lifetime(clv.model, integer, float8) IS
	'periods that a subscriber at the end of that period (the first is 1) will still pay for, the next one undiscounted '
	'(DERL: Fader & Hardie 2010). NULL when it is infinite; 22023 when period < 1';
CREATE FUNCTION clv.residual_lifetime(model clv.model, period integer, annual_rate float8, horizon interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_residual_lifetime' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.residual_lifetime(clv.model, integer, float8, interval) IS
	'the same of the periods that begin within the horizon';

CREATE FUNCTION clv.new_contract_value(model clv.model, price float8, annual_rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_new_contract_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.new_contract_value(clv.model, float8, float8) IS
	'what a new subscriber is worth who pays that price, or brings that margin, at the beginning of each period: price times clv.expected_lifetime, and NULL where that is';
CREATE FUNCTION clv.new_contract_value(model clv.model, price float8, annual_rate float8, horizon interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_new_contract_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.new_contract_value(clv.model, float8, float8, interval) IS
	'the same within the horizon';

CREATE FUNCTION clv.contract_value(model clv.model, price float8, period integer, annual_rate float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_contract_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.contract_value(clv.model, float8, integer, float8) IS
	'residual value of a subscriber at the end of that period: price times clv.residual_lifetime, and NULL where that is';
CREATE FUNCTION clv.contract_value(model clv.model, price float8, period integer, annual_rate float8, horizon interval) RETURNS float8
	AS 'MODULE_PATHNAME', 'clv_contract_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 50;
COMMENT ON FUNCTION clv.contract_value(clv.model, float8, integer, float8, interval) IS
	'the same within the horizon';
