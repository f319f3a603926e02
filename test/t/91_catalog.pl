# What CREATE EXTENSION makes: everything says what it is, in short, nothing is volatile
# or bars a parallel plan unless it is listed here.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION clv');

# Members of the extension, but for the array types, which come by themselves
# and are members since PostgreSQL 17.
my $members = q{
	SELECT m.classid, m.objid, i.type, i.identity
	FROM pg_depend m, pg_identify_object(m.classid, m.objid, 0) i
	WHERE m.deptype = 'e' AND m.refclassid = 'pg_extension'::regclass
	  AND m.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'clv')
	  AND i.identity NOT LIKE '%[]'
};

my $count = $node->safe_psql('postgres', "SELECT count(*) FROM ($members) s");
cmp_ok($count, '>', 0, 'the extension has members');

# Support functions of types, aggregates and operator classes are commented on
# through what they support.
is( $node->safe_psql(
		'postgres', qq{
	SELECT m.identity FROM ($members) m
	WHERE obj_description(m.objid, m.classid::regclass::name) IS NULL
	  AND m.type IN ('function', 'procedure', 'aggregate', 'type',
	                 'composite type', 'schema', 'cast', 'operator')
	ORDER BY 1}),
	'',
	'everything has a comment');

# What is longer is in the documents: \df+ cannot show it.
is( $node->safe_psql(
		'postgres', qq{
	SELECT m.identity, d.objsubid, length(d.description) FROM ($members) m
	JOIN pg_description d ON (d.classoid, d.objoid) = (m.classid, m.objid)
	WHERE length(d.description) > 250
	UNION ALL
	SELECT m.identity, d.objsubid, length(d.description) FROM ($members) m
	JOIN pg_type t ON t.oid = m.objid AND m.classid = 'pg_type'::regclass AND t.typrelid <> 0
	JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = t.typrelid
	WHERE length(d.description) > 250
	ORDER BY 1}),
	'',
	'no comment is longer than 250 characters');

is( $node->safe_psql(
		'postgres', qq{
	SELECT p.oid::regprocedure FROM ($members) m
	JOIN pg_proc p ON p.oid = m.objid AND m.classid = 'pg_proc'::regclass
	WHERE p.provolatile = 'v' AND p.prokind <> 'p' AND p.prorettype <> 'trigger'::regtype ORDER BY 1}),
	'',
	'no function is volatile but those of triggers');

is( $node->safe_psql(
		'postgres', qq{
	SELECT p.oid::regprocedure FROM ($members) m
	JOIN pg_proc p ON p.oid = m.objid AND m.classid = 'pg_proc'::regclass
	WHERE p.proparallel <> 's' AND p.prokind <> 'p' AND p.prorettype <> 'trigger'::regtype ORDER BY 1}),
	'',
	'everything is parallel safe');

is( $node->safe_psql(
		'postgres', qq{
	SELECT p.oid::regprocedure FROM ($members) m
	JOIN pg_proc p ON p.oid = m.objid AND m.classid = 'pg_proc'::regclass
	WHERE p.prosecdef OR p.proleakproof
	   OR (p.proacl IS NOT NULL AND p.prokind <> 'p') ORDER BY 1}),
	'',
	'nothing runs with rights that its caller has not');

is( $node->safe_psql(
		'postgres', q{
	SELECT has_schema_privilege('pg_monitor', 'clv', 'USAGE')}),
	't',
	'everybody may use the schema');

# Names of their own: what a caller reads must be in the schema clv.
is( $node->safe_psql(
		'postgres', qq{
	SELECT m.identity FROM ($members) m
	WHERE m.type IN ('function', 'procedure', 'aggregate', 'type')
	  AND m.identity NOT LIKE 'clv.%' ORDER BY 1}),
	'',
	'everything is in the schema clv');

$node->stop;
done_testing();
