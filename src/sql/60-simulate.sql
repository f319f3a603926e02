-- Order logs drawn from models.
--
-- Customer number c of a seed is always the same one, drawn from streams of
-- random numbers that belong to (seed, c) alone.

CREATE FUNCTION clv.simulate(model clv.model, spend clv.model, customers bigint,
		start date, births int, days int, seed bigint DEFAULT 1)
	RETURNS TABLE (customer bigint, at timestamp, amount float8)
	AS 'MODULE_PATHNAME', 'clv_simulate'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000000 ROWS 100000;
COMMENT ON FUNCTION clv.simulate(clv.model, clv.model, bigint, date, int, int, bigint) IS
	'order log of the customers 1 .. customers, drawn from a transaction model and a spend model, customer by customer, each in order of time: '
	'first orders uniform over the first births days from start on, none at or after start + days; amounts to the cent, at least 0.01 '
	'(NULL when spend is NULL; the orders are the same with and without). '
	'The same arguments give the same rows; a larger number of customers adds rows and changes none. '
	'Orders come at any moment of a day: clv.rfm merges those of one day into one purchase, which lowers x for frequent buyers. '
	'No rows when an argument other than spend is NULL. '
	'22023: customers < 0, births < 1, days < births, an infinite start, a model of the wrong kind; 22008: dates beyond a timestamp; '
	'22003: parameters or amounts beyond what can be drawn; 54000: more than 10000000 orders of one customer. '
	'Generator: Philox 4x32-10 (Salmon et al. 2011); models: the papers that clv.models() names';

CREATE FUNCTION clv.simulate_customer(model clv.model, spend clv.model, customer bigint,
		start date, births int, days int, seed bigint DEFAULT 1)
	RETURNS TABLE (at timestamp, amount float8)
	AS 'MODULE_PATHNAME', 'clv_simulate_customer'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 1000 ROWS 10;
COMMENT ON FUNCTION clv.simulate_customer(clv.model, clv.model, bigint, date, int, int, bigint) IS
	'orders of one customer, the same rows as clv.simulate() has for that number: with LATERAL over a table of numbers it draws a log in parallel. '
	'NULL and error behaviour as clv.simulate(); 22023 also for a customer number < 0';
