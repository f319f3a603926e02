# Values of every type of the extension and arguments of every other type, for
# tests that call all functions of a kind.  Types and functions are found in the
# catalog: one that is not provided for here fails the test that uses this.

package ClvValues;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT = qw(make_values types_of_extension);

# Base types that the extension makes, without its arrays.
sub types_of_extension
{
	my ($node) = @_;

	return split /\n/, $node->safe_psql('postgres', q{SELECT type FROM probe.own_type ORDER BY 1});
}

# The schema probe: fixture (values of the extension's types as text), argument
# (expressions by type), ask() and try_all(), and who calls: the role caller.
sub make_values
{
	my ($node) = @_;

	$node->safe_psql('postgres', q{
	CREATE EXTENSION clv;
	CREATE ROLE caller;
	CREATE SCHEMA probe AUTHORIZATION caller;
	GRANT CREATE ON DATABASE postgres TO caller;

	CREATE VIEW probe.member AS
		SELECT classid, objid FROM pg_depend
		WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
		  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'clv');
	CREATE VIEW probe.own_type AS
		SELECT t.oid::regtype AS type FROM pg_type t JOIN probe.member m ON m.objid = t.oid AND m.classid = 'pg_type'::regclass
		WHERE t.typtype = 'b' AND t.typelem = 0;

	-- Functions of the extension, with their arguments' types in order.
	CREATE VIEW probe.own_function AS
		SELECT p.oid::regprocedure AS f, p.oid, format('%I.%I', n.nspname, p.proname) AS name, p.prokind, p.proisstrict, p.proretset,
			   ARRAY(SELECT unnest(p.proargtypes))::regtype[] AS args, p.prorettype::regtype AS returns
		FROM pg_proc p JOIN probe.member m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
		JOIN pg_namespace n ON n.oid = p.pronamespace;
	CREATE VIEW probe.support AS
		SELECT DISTINCT f.* FROM pg_aggregate a JOIN probe.member m ON m.objid = a.aggfnoid AND m.classid = 'pg_proc'::regclass,
			unnest(ARRAY[a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
						 a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn]::oid[]) s
		JOIN probe.own_function f ON f.oid = s;

	CREATE TABLE probe.fixture (type regtype, v text);
	INSERT INTO probe.fixture SELECT x.type::regtype, x.v FROM (
		SELECT 'clv.rfm', clv.rfm(date '2024-01-01' + 9 * i, 1.25 * i)::text FROM generate_series(0, 12) i
		UNION ALL SELECT 'clv.rfm', clv.rfm(date '1999-12-25' + i / 3, 0.1 * i)::text FROM generate_series(0, 20) i
		UNION ALL SELECT 'clv.rfm', clv.rfm(date '2024-01-01' + i / 2, sqrt(i) - 2)::text FROM generate_series(0, 12) i
		UNION ALL SELECT 'clv.rfm', clv.rfm(date '2024-01-01' + 9 * i / 2)::text FROM generate_series(0, 12) i
		UNION ALL SELECT 'clv.rfm', clv.rfm(date '2024-01-01', 10.0::float8 ^ (i * 25))::text FROM generate_series(-12, 12) i
		UNION ALL SELECT 'clv.rfm', clv.rfm(d, a)::text FROM (VALUES (date '4714-11-24 BC', 5e-324), ('5874897-12-31', -1.7e308)) AS x (d, a)
		UNION ALL SELECT 'clv.cbs', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i END, 100 + i % 9, i / 4.0)::text FROM generate_series(1, 60) i
		UNION ALL SELECT 'clv.cbs', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i / 7.0 END, 30 + i / 7.0, i / 3.0)::text FROM generate_series(1, 40) i
		UNION ALL SELECT 'clv.cbs', clv.cbs(rfm, '2024-12-31')::text
			FROM (SELECT clv.rfm(date '2024-01-01' + k * (i % 9), 7.5 * k) AS rfm FROM generate_series(1, 30) i, generate_series(1, 4) k GROUP BY i) x
		UNION ALL SELECT 'clv.cbs', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i END, 40 + i % 3, i / 4.0, ARRAY[i % 3, -0.5])::text FROM generate_series(1, 20) i
		UNION ALL SELECT 'clv.cbs', clv.cbs(x, tx, t, m)::text
			FROM (VALUES (9007199254740992, 5e-324, 1.7e308, 5e-324), (1, 1e-300, 1e300, 1.7e308), (0, 0, 0, NULL)) AS c (x, tx, t, m)
		UNION ALL SELECT 'clv.model', clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}', 7)::text
		UNION ALL SELECT 'clv.model', clv.fit('bgnbd', x, CASE WHEN x > 0 THEN 3 + i * 7 % 50 ELSE 0 END, 60)::text
			FROM (SELECT i, i * i % 11 / 3 AS x FROM generate_series(1, 99) AS i) AS g
		UNION ALL SELECT 'clv.model', clv.fit('gammagamma', 1 + i % 4, 10 + i * i % 37)::text FROM generate_series(1, 99) AS i
		UNION ALL SELECT 'clv.model', clv.fit('retention:1:369/0,2:163/0,3:86/0,7:21/241'::clv.retention, 'bdw')::text
		UNION ALL SELECT 'clv.model', clv.fit(clv.cbs(2, 20, 50), 'mbgnbd', 1, '{}')::text
		UNION ALL SELECT 'clv.model', (clv.shrink(array_agg(f.m)))[1]::text
			FROM (SELECT clv.fit(clv.cbs(i, i * 10, 99), 'mbgnbd', 1, '{}') AS m FROM generate_series(1, 4) AS i GROUP BY i) AS f
		UNION ALL SELECT 'clv.retention', v FROM unnest(ARRAY['retention:0:0/1,1:2/0,2:0/2,3:1/1', 'retention:1:36.9/0,7:2.1/24.000001',
			'survivors:0:100,1:63.1,3:0', 'survivors:0:100,1:63.1,2:0', 'retention:1000000:9000000000/0']) AS v
		UNION ALL SELECT 'clv._first_by_date', v FROM unnest(ARRAY['8826:search', '8826', '-1:', '0:a:b', '2147483647:é', '-2451545:x']) AS v) AS x (type, v);
	INSERT INTO probe.fixture
		SELECT 'clv.model', clv.fit(clv.cbs(x, CASE WHEN x > 0 THEN 3 + i * 7 % 50 ELSE 0 END, 60, NULL, ARRAY[i % 2, i % 3]), 'mbgnbd', 1, '{}',
		                  '{"covariates": ["channel", "size"]}')::text
		FROM (SELECT i, i * i % 11 / 3 AS x FROM generate_series(1, 99) AS i) AS g;

	CREATE TABLE probe.argument (type regtype, expression text);
	INSERT INTO probe.argument SELECT type, format('%L::%s', v, type) FROM probe.fixture;
	INSERT INTO probe.argument SELECT t::regtype, format('%L::%s', v, t) FROM (VALUES
		('float8', '{0,1,2,5,0.1,40,-1,NaN,Infinity,1e308,5e-324}'::text[]),
		('float4', '{0,1}'), ('numeric', '{0,1.25,-3,1e30,NaN}'), ('boolean', '{t,f}'),
		('integer', '{0,1,2,10,-1,2147483647}'), ('bigint', '{0,1,42,-1,9223372036854775807}'),
		('text', '{net,event,gross,error,mbgnbd,gammagamma,sbg,quantile,natural,UTC,Europe/Berlin,nonsense,"",auto}'),
		('date', '{2024-01-10,2024-12-31,2000-01-01,infinity,4714-11-24 BC,5874897-12-31}'),
		('timestamp', '{2024-01-10 10:00,infinity,294276-12-31}'), ('timestamptz', '{2024-01-10 10:00+02,-infinity,2000-01-01}'),
		('interval', '{1 year,30 days,7 days,1 month,0,-1 day,1 hour,100000000 years}'),
		('jsonb', '{"{}","{\"k\": 2}","[]","{\"r\": 1, \"alpha\": 1, \"a\": 1, \"b\": 1}",null}'),
		('bytea', '{"\\\\x","\\\\x01","\\\\x010101010101","\\\\xffffffffffffffffffff","\\\\x01000000000000000007ffffffffffffff"}'),
		('float8[]', '{"{}","{0.2,0.5}","{1,0}","{3,2,1}","{NULL}","{{1,2}}","{1,2}"}'),
		('date[]', '{"{2024-01-01,2024-02-01,2024-04-01}","{}","{2024-01-01}","{NULL,NULL}","{2000-01-01,2100-01-01}"}'),
		('text[]', '{"{a,b,c,d}","{}","{mbgnbd,bgnbd}"}'), ('oid', '{0}'), ('name', '{a}'), ('regclass', '{pg_class}')) AS x (t, vs), unnest(vs) AS v;
	INSERT INTO probe.argument SELECT (type || '[]')::regtype, format('ARRAY[%s]', string_agg(format('%L::%s', v, type), ',')) FROM probe.fixture GROUP BY type;
	INSERT INTO probe.argument VALUES ('internal', 'NULL');

	-- A number from 0 to below n, the same for the same key everywhere.
	CREATE FUNCTION probe.draw(key text, n bigint) RETURNS int LANGUAGE sql AS
		$$ SELECT (('x' || substr(md5(key), 1, 8))::bit(32)::bigint % n)::int $$;

	-- An argument of that type: the key says which.  NULL now and then.
	CREATE FUNCTION probe.pick(wanted regtype, key text, nulls boolean DEFAULT true) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		all_of text[] := (SELECT array_agg(expression ORDER BY expression) FROM probe.argument WHERE type = wanted);
	BEGIN
		IF all_of IS NULL THEN
			RAISE EXCEPTION 'test/t/ClvValues.pm has no argument of type %', wanted;
		END IF;
		IF wanted = 'internal'::regtype THEN
			RETURN 'NULL';		-- there is no other way to write one
		ELSIF nulls AND probe.draw(key || '!', 12) = 0 THEN
			RETURN format('NULL::%s', wanted);
		END IF;
		RETURN all_of[1 + probe.draw(key, cardinality(all_of))];
	END $$;
	CREATE FUNCTION probe.pick_all(wanted regtype[], key text, nulls boolean DEFAULT true) RETURNS text LANGUAGE sql AS
		$$ SELECT coalesce(string_agg(probe.pick(w, key || i, nulls), ', ' ORDER BY i), '') FROM unnest(wanted) WITH ORDINALITY AS x (w, i) $$;

	-- "null", "ok" or a SQLSTATE; and what was said.
	CREATE TABLE probe.told (statement text, outcome text, said text);
	CREATE FUNCTION probe.ask(statement text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		answer text;
		outcome text;
	BEGIN
		EXECUTE statement INTO answer;
		outcome := CASE WHEN answer IS NULL THEN 'null' ELSE 'ok' END;
		INSERT INTO probe.told VALUES (statement, outcome, answer);
		RETURN outcome;
	EXCEPTION WHEN OTHERS THEN
		INSERT INTO probe.told VALUES (statement, SQLSTATE, SQLERRM);
		RETURN SQLSTATE;
	END $$;
	ALTER TABLE probe.told OWNER TO caller;
	GRANT SELECT ON ALL TABLES IN SCHEMA probe TO caller;
	});
	return;
}

1;
