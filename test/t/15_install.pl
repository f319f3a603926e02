# Objects that somebody put in the way before CREATE EXTENSION: the script uses
# none of them, and replaces none; a schema of its name must be empty.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

sub fresh
{
	my ($sql) = @_;
	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS app');
	$node->safe_psql('postgres', 'CREATE DATABASE app');
	$node->safe_psql('app', $sql) if $sql;
	return;
}

# What the installed extension is, but for OIDs.
my $fingerprint = q{
	SELECT md5(string_agg(concat_ws(' ', i.type, i.identity,
		CASE WHEN i.type IN ('function', 'procedure') THEN pg_get_functiondef(m.objid) END), E'\n' ORDER BY i.identity))
	FROM pg_depend AS m, pg_identify_object(m.classid, m.objid, 0) AS i
	WHERE m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
	  AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'clv')
};
my $job = q{
	SET search_path = public;
	CREATE TABLE public.orders AS
	SELECT c AS customer_id, date '2023-01-01' + (c * 7) % 90 + k * (9 + (c * c) % 31) AS at, 10.0 + c + k AS amount
	FROM generate_series(1, 100) AS c, generate_series(0, 6) AS k WHERE k <= c % 7;
	CALL clv.create_materialized_view('v', 'orders', 'customer_id', 'at', 'amount', '2023-12-31');
	SELECT md5(string_agg(v::text, E'\n' ORDER BY customer_id)) FROM v;
};

fresh('');
$node->safe_psql('app', 'CREATE EXTENSION clv');
my $want = $node->safe_psql('app', $fingerprint);
my $result = $node->safe_psql('app', $job);

# In the schema of the extension: CREATE EXTENSION stops at anything that is
# there, whatever it is and whether or not ours has the same name.
$node->safe_psql('postgres', 'CREATE ROLE installer LOGIN; CREATE ROLE other LOGIN');
my %objects = (
	'function clv\.query\(.*\)' =>
	  'CREATE FUNCTION clv.query(regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) '
	  . "RETURNS text LANGUAGE sql AS 'SELECT ''DROP TABLE x''::text'",
	'function clv\.cutoffs\(integer,.*\)' => q{CREATE FUNCTION clv.cutoffs(integer, text, float8[]) RETURNS text LANGUAGE sql AS 'SELECT ''x''::text'},
	'procedure clv\.p\(\)' => q{CREATE PROCEDURE clv.p() LANGUAGE sql AS 'SELECT 1'},
	'aggregate clv\.a\(integer\)' => 'CREATE AGGREGATE clv.a(integer) (SFUNC = int4pl, STYPE = integer)',
	'type clv\.rfm' => 'CREATE TYPE clv.rfm AS (x integer)',
	'type clv\.model' => 'CREATE TYPE clv.model',
	'type clv\.text' => 'CREATE DOMAIN clv.text AS integer',
	'type clv\.e' => q{CREATE TYPE clv.e AS ENUM ('a')},
	'table clv\.orders' => 'CREATE TABLE clv.orders (a integer)',
	'view clv\.v' => 'CREATE VIEW clv.v AS SELECT 1',
	'materialized view clv\.m' => 'CREATE MATERIALIZED VIEW clv.m AS SELECT 1',
	'sequence clv\.s' => 'CREATE SEQUENCE clv.s',
	'operator clv\.=\(.*\)' => 'CREATE OPERATOR clv.= (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq)',
	'operator family clv\.f USING btree' => 'CREATE OPERATOR FAMILY clv.f USING btree',
	'operator class clv\.c USING btree' => 'CREATE OPERATOR FAMILY public.g USING btree; '
	  . 'CREATE OPERATOR CLASS clv.c FOR TYPE integer USING btree FAMILY public.g AS OPERATOR 1 <, FUNCTION 1 btint4cmp(integer, integer)',
	'collation clv\.c' => q{CREATE COLLATION clv.c (LOCALE = 'C')},
	'conversion clv\.c' => q{CREATE CONVERSION clv.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8},
	'text search configuration clv\.t' => 'CREATE TEXT SEARCH CONFIGURATION clv.t (COPY = simple)',
	'text search dictionary clv\.t' => 'CREATE TEXT SEARCH DICTIONARY clv.t (TEMPLATE = simple)',
	'text search parser clv\.t' => 'CREATE TEXT SEARCH PARSER clv.t (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)',
	'text search template clv\.t' => 'CREATE TEXT SEARCH TEMPLATE clv.t (LEXIZE = dsimple_lexize)',
	'statistics object clv\.s' => 'CREATE TABLE public.t (a integer, b integer); CREATE STATISTICS clv.s ON a, b FROM public.t');
for my $object (sort keys %objects)
{
	fresh("CREATE SCHEMA clv; $objects{$object}");
	my ($status, $out, $err) = $node->psql('app', "\\set VERBOSITY verbose\nCREATE EXTENSION clv");
	like($err, qr/ERROR:  55000: schema "clv" is not empty\nDETAIL:  It holds $object\.\n/, "does not install over $objects{$object}");
	is($node->safe_psql('app', q{SELECT count(*) FROM pg_extension WHERE extname = 'clv'}), '0', 'nothing is installed');
}

# The check itself cannot be put off by what it finds: whatever it uses has a
# better match in the schema.
fresh(q{
	GRANT CREATE ON DATABASE app TO other;
	SET SESSION AUTHORIZATION other;
	CREATE SCHEMA clv;
	GRANT USAGE ON SCHEMA clv TO PUBLIC;
	CREATE FUNCTION clv.count() RETURNS bigint LANGUAGE sql AS 'SELECT 0::bigint';
	CREATE FUNCTION clv.pg_identify_object(oid, oid, integer, OUT type text, OUT schema text, OUT name text, OUT identity text) LANGUAGE sql AS 'SELECT NULL, NULL, NULL, NULL';
	CREATE FUNCTION clv.format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text';
	CREATE FUNCTION clv.no(anyelement, anyelement) RETURNS boolean LANGUAGE sql AS 'SELECT false';
	CREATE VIEW clv.pg_depend AS SELECT NULL::oid AS classid, NULL::oid AS objid, NULL::integer AS objsubid, NULL::oid AS refclassid, NULL::oid AS refobjid WHERE false;
	CREATE DOMAIN clv.text AS integer;
	DO $do$
	DECLARE
		t			name;
		o			name;
	BEGIN
		FOREACH o IN ARRAY '{=,<>,<,>,<=,>=,-}'::name[] LOOP
			EXECUTE format('CREATE OPERATOR clv.%s (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = clv.no)', o);
			FOREACH t IN ARRAY '{oid,bigint,integer,pg_catalog.text,regclass}'::name[] LOOP
				IF o = '=' THEN
					EXECUTE format('CREATE FUNCTION clv.no(%1$s, %1$s) RETURNS boolean LANGUAGE sql AS ''SELECT false''', t);
				END IF;
				EXECUTE format('CREATE OPERATOR clv.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = clv.no)', o, t);
			END LOOP;
		END LOOP;
	END
	$do$});
my ($status, $out, $err) = $node->psql('app', 'SET search_path = clv, pg_catalog; CREATE EXTENSION clv');
like($err, qr/ERROR:  schema "clv" is not empty\nDETAIL:  It holds .+, .+, .+, .+, .+ and \d+ more\.\n/, 'hostile objects do not hide themselves');

# An empty schema is used as it is, whoever owns it and whoever installs.
for my $owner (qw(installer other postgres))
{
	for my $who (qw(installer postgres))
	{
		fresh("GRANT CREATE ON DATABASE app TO installer; CREATE SCHEMA clv AUTHORIZATION $owner; ALTER DEFAULT PRIVILEGES IN SCHEMA clv GRANT SELECT ON TABLES TO other");
		my ($failed, undef, $why) = $node->psql('app', "SET SESSION AUTHORIZATION $who; CREATE EXTENSION clv");
		is($failed, 0, "$who installs into an empty schema of $owner") or diag($why);
		is($node->safe_psql('app', $fingerprint), $want, 'the same');
		is($node->safe_psql('app', q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'clv'}), $owner, 'which keeps its owner');
	}
}

# A dump makes the schema first, then the extension, and then what the owner of
# the schema has added.
fresh('GRANT CREATE ON DATABASE app TO installer');
$node->safe_psql('app', 'SET SESSION AUTHORIZATION installer; CREATE EXTENSION clv; CREATE FUNCTION clv.cutoffs(integer, text, float8[]) RETURNS text LANGUAGE sql AS $$SELECT NULL::text$$');
$node->safe_psql('app', $job);
my $dump = "$PostgreSQL::Test::Utils::tmp_check/install.dump";
$node->command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('app') ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'and restored');
is($node->safe_psql('restored', "SET search_path = public; SELECT md5(string_agg(v::text, E'\\n' ORDER BY customer_id)) FROM v"), $result, 'with what is in it');
is($node->safe_psql('restored', $fingerprint), $want, 'the same extension');
is($node->safe_psql('restored', q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'clv'}), 'installer', 'of the same owner');
$node->safe_psql('postgres', 'DROP DATABASE restored');

# In a schema that comes before, even before pg_catalog: not looked at.
my $evil = q{
	CREATE SCHEMA evil;
	CREATE FUNCTION evil.boom(anyelement) RETURNS anyelement LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE FUNCTION evil.format(text, VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE FUNCTION evil.quote_ident(text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE FUNCTION evil.current_schema() RETURNS name LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE FUNCTION evil.truth(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.truth);
	CREATE FUNCTION evil.glue(text, text) RETURNS text LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	CREATE OPERATOR evil.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.glue);
	CREATE DOMAIN evil.text AS integer;
	CREATE DOMAIN evil.date AS integer;
	CREATE DOMAIN evil.interval AS integer;
	CREATE DOMAIN evil.name AS integer;
};
fresh($evil);
$node->safe_psql('app', 'SET search_path = evil, pg_catalog, public; CREATE EXTENSION clv');
is($node->safe_psql('app', $fingerprint), $want, 'installs the same with hostile objects first');
is($node->safe_psql('app', $job), $result, 'and works the same');
is( $node->safe_psql(
		'app', q{
	DROP MATERIALIZED VIEW v, v_model;
	SET search_path = evil, pg_catalog, public;
	CALL clv.create_materialized_view('public.v', 'public.orders', 'customer_id', 'at', 'amount', '2023-12-31');
	SET search_path = public;
	SELECT md5(string_agg(v::text, E'\n' ORDER BY customer_id)) FROM v}),
	$result, 'also when it is called with them first');

$node->stop;
done_testing();
