-- Order logs drawn from models.
--
-- Customer number c of a seed is always the same one, drawn from streams of
-- random numbers that belong to (seed, c) alone.

CREATE FUNCTION @extschema@.simulate(model @extschema@.model, spend @extschema@.model, customers bigint,
		start date, births int, days int, seed bigint)
	RETURNS TABLE (customer bigint, at timestamp, amount float8)
	AS 'MODULE_PATHNAME', 'clv_simulate'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 100000;
COMMENT ON FUNCTION @extschema@.simulate(@extschema@.model, @extschema@.model, bigint, date, int, int, bigint) IS
	'order log of the customers 1 .. customers, drawn from the models, amounts to the cent (NULL without spend); the same '
	'for the same arguments. 22023: arguments that cannot be; 22008, 22003, 54000: dates, amounts or orders beyond limits';

CREATE FUNCTION @extschema@.simulate_customer(model @extschema@.model, spend @extschema@.model, customer bigint,
		start date, births int, days int, seed bigint)
	RETURNS TABLE (at timestamp, amount float8)
	AS 'MODULE_PATHNAME', 'clv_simulate_customer'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION @extschema@.simulate_customer(@extschema@.model, @extschema@.model, bigint, date, int, int, bigint) IS
	'orders of one customer, the same rows as clv.simulate() has for that number: with LATERAL over a table of numbers it draws a log in parallel. '
	'NULL and error behaviour as clv.simulate(); 22023 also for a customer number < 0';
