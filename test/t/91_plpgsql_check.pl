# What plpgsql_check (https://github.com/okbob/plpgsql_check; Debian's
# postgresql-15-plpgsql-check) says of every function in PL/pgSQL: a field that a
# row has not, a variable that is never read, a value cast at run time, code that
# is not reached.  A body is not looked into before it runs otherwise.
#
# Of text that is put together and executed it knows nothing, and says so;
# 19_overloads.pl and 17_decision_roles.pl run all of that.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
if ($node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'plpgsql_check'}) eq '0')
{
	$node->stop;
	plan skip_all => 'the extension plpgsql_check is not installed (Debian: postgresql-NN-plpgsql-check)';
}
$node->safe_psql('postgres', 'CREATE EXTENSION clv; CREATE EXTENSION plpgsql_check; CREATE SCHEMA planted');

# What is found in the functions of a schema, a line a finding.
# what a function of a trigger is checked for
$node->safe_psql('postgres', 'CREATE TABLE any_table (i int)');

sub findings
{
	my ($schema) = @_;
	return $node->safe_psql(
		'postgres', qq{
		SELECT concat_ws(': ', c.functionid, 'line ' || c.lineno, c.message, c.detail)
		FROM pg_proc AS p
		JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
		CROSS JOIN LATERAL plpgsql_check_function_tb(p.oid,
			CASE WHEN p.prorettype = 'trigger'::regtype THEN 'any_table'::regclass ELSE 0 END, fatal_errors => false, other_warnings => true, performance_warnings => true,
			extra_warnings => true, anyelememttype => 'integer') AS c
		WHERE p.pronamespace = '$schema'::regnamespace
		  -- no findings: that it cannot tell
		  AND c.message NOT LIKE 'cannot determinate a result of dynamic SQL%'
		  AND c.detail IS DISTINCT FROM 'cannot to determine result of dynamic SQL'
		ORDER BY 1});
}

# A function of each kind that there must not be, to see that it is found.
my %planted = (
	misspelt => [ 'src clv._source_text', 'text', 'BEGIN RETURN src.amount_reff; END' ],
	record => [ 'src record', 'text', 'BEGIN RETURN src.amount_ref; END' ],
	unread => [ 'a integer', 'integer', 'DECLARE b integer; BEGIN b := a; RETURN a; END' ],
	unused => [ 'a integer', 'integer', 'BEGIN RETURN 1; END' ],
	casts => [ 'a text', 'integer', 'DECLARE b integer; BEGIN b := a; RETURN b; END' ],
	missing => [ 'a integer', 'integer', 'BEGIN RETURN clv.nothing(a); END' ]);
for my $name (sort keys %planted)
{
	my ($arguments, $result, $body) = @{ $planted{$name} };
	$node->safe_psql('postgres', "CREATE FUNCTION planted.$name($arguments) RETURNS $result LANGUAGE plpgsql IMMUTABLE AS '$body'");
}
my $found = findings('planted');
like($found, qr/^planted\.$_\b/m, "$_ would be found") foreach sort keys %planted;

my $functions = $node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql' WHERE p.pronamespace = 'clv'::regnamespace});
cmp_ok($functions, '>', 50, 'there are functions in PL/pgSQL');
is(findings('clv'), '', "and nothing is found in any of the $functions");

# Rows that are passed from function to function are of a type with a name.
is( $node->safe_psql(
		'postgres', q{
	SELECT p.oid::regprocedure FROM pg_proc AS p
	WHERE p.pronamespace = 'clv'::regnamespace AND 'record'::regtype = ANY (p.proargtypes::oid[]) ORDER BY 1}),
	'', 'no function takes a record');

$node->stop;
done_testing();
