-- The value on the earliest date.

-- The value on the earliest date (arg-min).  Its state is a type of its own, so
-- that nobody can make one that is none, and any node can merge it.
CREATE TYPE clv._first_by_date;
CREATE FUNCTION clv._first_by_date_in(cstring) RETURNS clv._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv._first_by_date_out(clv._first_by_date) RETURNS cstring
	AS 'MODULE_PATHNAME', 'clv_first_by_date_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
-- The value is converted from and to the encoding of the client.
CREATE FUNCTION clv._first_by_date_recv(internal) RETURNS clv._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_recv' LANGUAGE C STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION clv._first_by_date_send(clv._first_by_date) RETURNS bytea
	AS 'MODULE_PATHNAME', 'clv_first_by_date_send' LANGUAGE C STABLE STRICT PARALLEL SAFE;
CREATE TYPE clv._first_by_date (
	INPUT = clv._first_by_date_in,
	OUTPUT = clv._first_by_date_out,
	RECEIVE = clv._first_by_date_recv,
	SEND = clv._first_by_date_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE clv._first_by_date IS
	'state of the aggregate clv._first_by_date(text, date): a date and the value on it; as text the date as a number of days since 2000-01-01, then ":" and the value unless it is NULL; 54000 for a value of more than 1000000 bytes';
COMMENT ON FUNCTION clv._first_by_date_in(cstring) IS 'text form of clv._first_by_date to value';
COMMENT ON FUNCTION clv._first_by_date_out(clv._first_by_date) IS 'value to text form of clv._first_by_date';
COMMENT ON FUNCTION clv._first_by_date_recv(internal) IS 'binary form of clv._first_by_date to value';
COMMENT ON FUNCTION clv._first_by_date_send(clv._first_by_date) IS 'value to binary form of clv._first_by_date';

CREATE FUNCTION clv._first_by_date_accum(state clv._first_by_date, value text, day date) RETURNS clv._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_add' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION clv._first_by_date_accum(clv._first_by_date, text, date) IS 'transition function of clv._first_by_date(text, date)';
-- The cost is that of a partial state: by customer there are nearly as many as
-- rows, and to sort, send and merge them takes longer than to read all rows in
-- one process.
CREATE FUNCTION clv._first_by_date_combine(state clv._first_by_date, other clv._first_by_date) RETURNS clv._first_by_date
	AS 'MODULE_PATHNAME', 'clv_first_by_date_merge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION clv._first_by_date_combine(clv._first_by_date, clv._first_by_date) IS 'combine function of clv._first_by_date(text, date)';
CREATE FUNCTION clv._first_by_date_final(state clv._first_by_date) RETURNS text
	AS 'MODULE_PATHNAME', 'clv_first_by_date_value' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION clv._first_by_date_final(clv._first_by_date) IS 'final function of clv._first_by_date(text, date)';
CREATE AGGREGATE clv._first_by_date(value text, day date) (
	SFUNC = clv._first_by_date_accum, STYPE = clv._first_by_date, SSPACE = 64,
	FINALFUNC = clv._first_by_date_final, COMBINEFUNC = clv._first_by_date_combine, PARALLEL = SAFE
);
COMMENT ON AGGREGATE clv._first_by_date(text, date) IS
	'part of clv.acquisition: the value on the earliest date, of several on that date the least by its bytes, NULL only when there is no other; NULL dates are skipped';
