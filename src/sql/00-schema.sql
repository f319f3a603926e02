-- clv: customer lifetime value inside PostgreSQL.
--
-- The schema itself is made by CREATE EXTENSION (clv.control names it); everyone
-- may use what is in it.  Nothing here reads a table that the caller may not.

GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;
COMMENT ON SCHEMA @extschema@ IS
	'clv: purchase histories, customer-base models, customer values and tiers';
