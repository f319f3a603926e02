-- cbs: a customer base as a value, what a model is fitted to.
--
-- CBS is Fader & Hardie's "customer by sufficient statistic".  A base holds the
-- distinct (x, t_x, T) with the number of customers of each, and the distinct
-- (x, m) for spend: all that a likelihood needs, in a few bytes a cell.

-- ---------------------------------------------------------------- the type

CREATE TYPE clv.cbs;

CREATE FUNCTION clv.cbs_in(cstring) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.cbs_out(clv.cbs) RETURNS cstring
	AS 'MODULE_PATHNAME', 'clv_cbs_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.cbs_recv(internal) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv.cbs_send(clv.cbs) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_cbs_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE clv.cbs (
	INPUT = clv.cbs_in,
	OUTPUT = clv.cbs_out,
	RECEIVE = clv.cbs_recv,
	SEND = clv.cbs_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = double,
	STORAGE = extended
);
COMMENT ON TYPE clv.cbs IS
	'customer base: distinct frequency, recency and t with counts, and distinct frequency and monetary with counts, apart '
	'for each vector of covariates; made by clv.cbs(), looked into by clv.cells, clv.spend_cells, clv.covariates and '
	'clv.summary';
COMMENT ON FUNCTION clv.cbs_in(cstring) IS 'text form of clv.cbs to value';
COMMENT ON FUNCTION clv.cbs_out(clv.cbs) IS 'value to text form of clv.cbs';
COMMENT ON FUNCTION clv.cbs_recv(internal) IS 'binary form of clv.cbs to value';
COMMENT ON FUNCTION clv.cbs_send(clv.cbs) IS 'value to binary form of clv.cbs';

-- ------------------------------------------------------ equality and order
--
-- Equal bases have equal bytes.  The order of bytes means nothing; it is there
-- for DISTINCT, merge joins and REFRESH MATERIALIZED VIEW CONCURRENTLY.

CREATE FUNCTION clv.cbs_eq(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_eq(clv.cbs, clv.cbs) IS 'implementation of = operator';
CREATE FUNCTION clv.cbs_ne(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_ne(clv.cbs, clv.cbs) IS 'implementation of <> operator';
CREATE FUNCTION clv.cbs_lt(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_lt(clv.cbs, clv.cbs) IS 'implementation of < operator';
CREATE FUNCTION clv.cbs_le(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_le(clv.cbs, clv.cbs) IS 'implementation of <= operator';
CREATE FUNCTION clv.cbs_gt(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_gt(clv.cbs, clv.cbs) IS 'implementation of > operator';
CREATE FUNCTION clv.cbs_ge(clv.cbs, clv.cbs) RETURNS boolean
	AS 'MODULE_PATHNAME', 'clv_cbs_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_ge(clv.cbs, clv.cbs) IS 'implementation of >= operator';
CREATE FUNCTION clv.cbs_cmp(clv.cbs, clv.cbs) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_cbs_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_cmp(clv.cbs, clv.cbs) IS 'less-equal-greater, in the order of bytes';
CREATE FUNCTION clv.cbs_hash(clv.cbs) RETURNS integer
	AS 'MODULE_PATHNAME', 'clv_cbs_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_hash(clv.cbs) IS 'hash';
CREATE FUNCTION clv.cbs_hash_extended(clv.cbs, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'clv_cbs_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_hash_extended(clv.cbs, bigint) IS 'hash with seed';

CREATE OPERATOR clv.= (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_eq,
	COMMUTATOR = OPERATOR(clv.=), NEGATOR = OPERATOR(clv.<>),
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR clv.= (clv.cbs, clv.cbs) IS 'equal';
CREATE OPERATOR clv.<> (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_ne,
	COMMUTATOR = OPERATOR(clv.<>), NEGATOR = OPERATOR(clv.=),
	RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR clv.<> (clv.cbs, clv.cbs) IS 'not equal';
CREATE OPERATOR clv.< (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_lt,
	COMMUTATOR = OPERATOR(clv.>), NEGATOR = OPERATOR(clv.>=),
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR clv.< (clv.cbs, clv.cbs) IS 'before, in the order of bytes';
CREATE OPERATOR clv.<= (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_le,
	COMMUTATOR = OPERATOR(clv.>=), NEGATOR = OPERATOR(clv.>),
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR clv.<= (clv.cbs, clv.cbs) IS 'before or equal, in the order of bytes';
CREATE OPERATOR clv.> (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_gt,
	COMMUTATOR = OPERATOR(clv.<), NEGATOR = OPERATOR(clv.<=),
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR clv.> (clv.cbs, clv.cbs) IS 'after, in the order of bytes';
CREATE OPERATOR clv.>= (
	LEFTARG = clv.cbs, RIGHTARG = clv.cbs, FUNCTION = clv.cbs_ge,
	COMMUTATOR = OPERATOR(clv.<=), NEGATOR = OPERATOR(clv.<),
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR clv.>= (clv.cbs, clv.cbs) IS 'after or equal, in the order of bytes';

CREATE OPERATOR CLASS clv.cbs_ops DEFAULT FOR TYPE clv.cbs USING btree AS
	OPERATOR 1 clv.<, OPERATOR 2 clv.<=, OPERATOR 3 clv.=, OPERATOR 4 clv.>=, OPERATOR 5 clv.>,
	FUNCTION 1 clv.cbs_cmp(clv.cbs, clv.cbs);
CREATE OPERATOR CLASS clv.cbs_ops DEFAULT FOR TYPE clv.cbs USING hash AS
	OPERATOR 1 clv.=,
	FUNCTION 1 clv.cbs_hash(clv.cbs), FUNCTION 2 clv.cbs_hash_extended(clv.cbs, bigint);
COMMENT ON OPERATOR CLASS clv.cbs_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR CLASS clv.cbs_ops USING hash IS 'equality of bases';
COMMENT ON OPERATOR FAMILY clv.cbs_ops USING btree IS 'order of bytes';
COMMENT ON OPERATOR FAMILY clv.cbs_ops USING hash IS 'equality of bases';

-- -------------------------------------------------------------- aggregates
--
-- The state is a clv.cbs: PostgreSQL combines it in parallel plans, Citus
-- across nodes.  Rows may come in any order and be cut into any parts: the
-- result is the same to the last bit.

CREATE FUNCTION clv.cbs_add(state clv.cbs, frequency float8, recency float8, t float8) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_add(clv.cbs, float8, float8, float8) IS 'transition function of clv.cbs(float8, float8, float8)';
CREATE FUNCTION clv.cbs_add(state clv.cbs, frequency float8, recency float8, t float8, monetary float8) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_add(clv.cbs, float8, float8, float8, float8) IS 'transition function of clv.cbs(float8, float8, float8, float8)';
CREATE FUNCTION clv.cbs_add(state clv.cbs, frequency float8, recency float8, t float8, monetary float8, covariates float8[]) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_covariates' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_add(clv.cbs, float8, float8, float8, float8, float8[]) IS 'transition function of clv.cbs(float8, float8, float8, float8, float8[])';
CREATE FUNCTION clv.cbs_add(state clv.cbs, rfm clv.rfm, as_of date) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_rfm' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_add(clv.cbs, clv.rfm, date) IS 'transition function of clv.cbs(clv.rfm, date)';
CREATE FUNCTION clv.cbs_add(state clv.cbs, rfm clv.rfm, as_of date, refunds text) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_rfm' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_add(clv.cbs, clv.rfm, date, text) IS 'transition function of clv.cbs(clv.rfm, date, text)';

CREATE FUNCTION clv._cbs_add_weighted(state clv.cbs, frequency float8, recency float8, t float8, customers bigint) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_weighted' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._cbs_add_weighted(clv.cbs, float8, float8, float8, bigint) IS 'transition function of clv.cbs_weighted(float8, float8, float8, bigint)';
CREATE FUNCTION clv._cbs_add_weighted(state clv.cbs, frequency float8, recency float8, t float8, monetary float8, customers bigint) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_weighted' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._cbs_add_weighted(clv.cbs, float8, float8, float8, float8, bigint) IS 'transition function of clv.cbs_weighted(float8, float8, float8, float8, bigint)';
CREATE FUNCTION clv._cbs_add_weighted(state clv.cbs, frequency float8, recency float8, t float8, monetary float8, covariates float8[], customers bigint) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_add_weighted' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._cbs_add_weighted(clv.cbs, float8, float8, float8, float8, float8[], bigint) IS 'transition function of clv.cbs_weighted(float8, float8, float8, float8, float8[], bigint)';

CREATE FUNCTION clv.cbs_combine(state clv.cbs, cbs clv.cbs) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_combine' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv.cbs_combine(clv.cbs, clv.cbs) IS 'combine function of clv.cbs, clv.cbs_weighted and clv.fit, transition function of clv.rollup(clv.cbs)';
CREATE FUNCTION clv.cbs_close(state clv.cbs) RETURNS clv.cbs
	AS 'MODULE_PATHNAME', 'clv_cbs_close' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION clv.cbs_close(clv.cbs) IS 'final function of clv.cbs, clv.cbs_weighted and clv.rollup(clv.cbs)';

CREATE AGGREGATE clv.cbs(frequency float8, recency float8, t float8) (
	SFUNC = clv.cbs_add, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs(float8, float8, float8) IS
	'base of the customers with this frequency, recency and t; rows with a NULL are skipped, NULL when there is no other; '
	'22023 for a row that cannot be, such as a recency above t';
CREATE AGGREGATE clv.cbs(frequency float8, recency float8, t float8, monetary float8) (
	SFUNC = clv.cbs_add, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs(float8, float8, float8, float8) IS
	'base of the customers with this frequency, recency, t and mean spend of a repeat purchase; where monetary is NULL or '
	'not above 0 the customer is left out of the spend and counted; otherwise as clv.cbs(float8, float8, float8)';
CREATE AGGREGATE clv.cbs(frequency float8, recency float8, t float8, monetary float8, covariates float8[]) (
	SFUNC = clv.cbs_add, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs(float8, float8, float8, float8, float8[]) IS
	'the same with static covariates, 1 to 16 numbers, equally many for all; customers with a NULL among them are left '
	'out; 22023: NaN, infinity, none or another number of covariates, 2202E: an array of several dimensions';
CREATE AGGREGATE clv.cbs_weighted(frequency float8, recency float8, t float8, customers bigint) (
	SFUNC = clv._cbs_add_weighted, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs_weighted(float8, float8, float8, bigint) IS
	'base of a table that has been counted: as clv.cbs(float8, float8, float8) over each row as many times as customers '
	'says, to the last bit; rows with 0 or NULL customers are skipped; 22023 below 0, 22003 above 2^53 in one base';
CREATE AGGREGATE clv.cbs_weighted(frequency float8, recency float8, t float8, monetary float8, customers bigint) (
	SFUNC = clv._cbs_add_weighted, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs_weighted(float8, float8, float8, float8, bigint) IS
	'as clv.cbs(float8, float8, float8, float8) over each row as many times as "customers" says; of these as clv.cbs_weighted(float8, float8, float8, bigint)';
CREATE AGGREGATE clv.cbs_weighted(frequency float8, recency float8, t float8, monetary float8, covariates float8[], customers bigint) (
	SFUNC = clv._cbs_add_weighted, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs_weighted(float8, float8, float8, float8, float8[], bigint) IS
	'as clv.cbs(float8, float8, float8, float8, float8[]) over each row as many times as "customers" says; of these as clv.cbs_weighted(float8, float8, float8, bigint)';
CREATE AGGREGATE clv.cbs(rfm clv.rfm, as_of date) (
	SFUNC = clv.cbs_add, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs(clv.rfm, date) IS
	'base of the customers with these purchase histories as of the end of a day, refunds net, in days; customers without a purchase up to as_of are skipped, as are NULLs; carries the sum of log gaps too';
CREATE AGGREGATE clv.cbs(rfm clv.rfm, as_of date, refunds text) (
	SFUNC = clv.cbs_add, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.cbs(clv.rfm, date, text) IS
	'base of the customers with these purchase histories as of the end of a day; refunds: net, gross, event or error, as in clv.summary(rfm, as_of, refunds); otherwise as clv.cbs(clv.rfm, date)';
CREATE AGGREGATE clv.rollup(cbs clv.cbs) (
	SFUNC = clv.cbs_combine, STYPE = clv.cbs, SSPACE = 16384,
	FINALFUNC = clv.cbs_close, COMBINEFUNC = clv.cbs_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv.rollup(clv.cbs) IS
	'base of all the customers of the given ones, which must not overlap; NULLs are skipped, NULL when there is no other; the sum of log gaps is kept when all came from histories; customers with different numbers of covariates, none included, raise 22023';

-- --------------------------------------------------------------- questions

CREATE FUNCTION clv.customers(cbs clv.cbs) RETURNS bigint
	AS 'MODULE_PATHNAME', 'clv_cbs_customers' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv.customers(clv.cbs) IS 'customers in the base';

CREATE FUNCTION clv.cells(cbs clv.cbs)
	RETURNS TABLE (frequency float8, recency float8, t float8, customers bigint)
	AS 'MODULE_PATHNAME', 'clv_cbs_cells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION clv.cells(clv.cbs) IS
	'the distinct frequency, recency and t of the base and how many customers have them, by frequency, t and recency; in the unit they were given in, days when they come from histories';

CREATE FUNCTION clv.spend_cells(cbs clv.cbs)
	RETURNS TABLE (frequency float8, monetary float8, customers bigint)
	AS 'MODULE_PATHNAME', 'clv_cbs_spend_cells' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10000;
COMMENT ON FUNCTION clv.spend_cells(clv.cbs) IS
	'the distinct frequency and monetary that a spend model is fitted to and how many customers have them, by frequency and monetary; clv.summary(cbs) says how many customers are left out of it';

CREATE FUNCTION clv.covariates(cbs clv.cbs)
	RETURNS TABLE (covariates float8[], customers bigint)
	AS 'MODULE_PATHNAME', 'clv_cbs_covariates' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION clv.covariates(clv.cbs) IS
	'the distinct covariates of the base and how many customers have them, in ascending order, the first covariate first; no rows for a base without covariates';

CREATE TYPE clv.cbs_summary AS (
	customers bigint,
	no_repeat bigint,
	spenders bigint,
	no_spend bigint,
	cells bigint,
	spend_cells bigint,
	in_days boolean,
	sum_log_gaps float8,
	covariates integer,
	covariate_groups bigint
);
COMMENT ON TYPE clv.cbs_summary IS 'what a customer base holds, made by clv.summary';
COMMENT ON COLUMN clv.cbs_summary.customers IS 'customers in the base: no_repeat + spenders + no_spend';
COMMENT ON COLUMN clv.cbs_summary.no_repeat IS 'customers without a repeat purchase: left out of a spend fit';
COMMENT ON COLUMN clv.cbs_summary.spenders IS 'customers with a repeat purchase and monetary above 0: a spend model is fitted to them';
COMMENT ON COLUMN clv.cbs_summary.no_spend IS 'customers with a repeat purchase but monetary NULL or not above 0: left out of a spend fit';
COMMENT ON COLUMN clv.cbs_summary.cells IS 'distinct (frequency, recency, t)';
COMMENT ON COLUMN clv.cbs_summary.spend_cells IS 'distinct (frequency, monetary) of the spenders';
COMMENT ON COLUMN clv.cbs_summary.in_days IS 'whether all customers come from histories, so that the unit is a day';
COMMENT ON COLUMN clv.cbs_summary.sum_log_gaps IS 'sum of ln(days between successive purchases) over all customers; NULL when a customer came from columns';
COMMENT ON COLUMN clv.cbs_summary.covariates IS 'covariates of each customer; 0 for a base without';
COMMENT ON COLUMN clv.cbs_summary.covariate_groups IS 'distinct vectors of covariates; 0 for a base without';

CREATE FUNCTION clv.summary(cbs clv.cbs) RETURNS clv.cbs_summary
	AS 'MODULE_PATHNAME', 'clv_cbs_summary' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION clv.summary(clv.cbs) IS 'how many customers and cells a base has, and who is left out of a spend fit';
