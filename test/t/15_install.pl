# Objects that somebody put in the way before CREATE EXTENSION: the script uses
# none of them, and replaces none.

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

# In the schema of the extension: CREATE EXTENSION stops rather than adopt.
for my $object (
	'CREATE FUNCTION clv.query(regclass, name, name, name, date, interval, float8, text, text, text, text, float8[], text[], jsonb) '
	  . "RETURNS text LANGUAGE sql AS 'SELECT ''DROP TABLE x''::text'",
	"CREATE FUNCTION clv._source(regclass, name, name, name, date, text, date, OUT relation text, OUT customer_column text, "
	  . "OUT customer_ref text, OUT at_ref text, OUT amount_ref text, OUT amount_value text, OUT day text, OUT today text, "
	  . "OUT up_to text, OUT history text) LANGUAGE sql AS 'SELECT ''x'', ''x'', ''x'', ''x'', ''x'', ''x'', ''x'', ''x'', ''x'', ''x'''",
	'CREATE TYPE clv.rfm AS (x integer)',
	'CREATE TYPE clv.model AS (x integer)')
{
	fresh("CREATE SCHEMA clv; $object");
	my ($status, $out, $err) = $node->psql('app', 'CREATE EXTENSION clv');
	isnt($status, 0, 'does not install over ' . ($object =~ s/\(.*//r));
	like($err, qr/already exists/, 'and says why');
	is($node->safe_psql('app', q{SELECT count(*) FROM pg_extension WHERE extname = 'clv'}), '0', 'nothing is installed');
}

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
