# docs/reference.md is what script/reference makes of the catalog: every function
# that people call, every type, model and column, with its comment.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION clv');

sub reference
{
	my ($out, $err);

	ok(IPC::Run::run([ 'psql', '-XAt', '-d', $node->connstr('postgres'), '-f', 'script/reference.sql' ],
			'>', \$out, '2>', \$err), 'the reference is made') or diag($err);
	return $out;
}

my $made = reference();
my $kept = slurp_file('docs/reference.md');
unlike($made, qr/^@/m, 'each line of docs/reference.in finds what it names');
unlike($made, qr/^## In no group/m, 'and all functions and types are named');
ok($made eq $kept, 'docs/reference.md is up to date: else run script/reference')
  or do
{
	my @kept = split /\n/, $kept;
	my @made = split /\n/, $made;
	my ($n) = grep { ($kept[$_] // '') ne ($made[$_] // '') } 0 .. ($#kept > $#made ? $#kept : $#made);
	diag("line " . ($n + 1) . ": \"$kept[$n]\", but made \"$made[$n]\"");
};

# What is new is found, what is gone too, and another comment is another page.
$node->safe_psql('postgres', q{
	CREATE FUNCTION clv.new_thing(x int) RETURNS int LANGUAGE sql AS 'SELECT x';
	CREATE FUNCTION clv._new_part(x int) RETURNS int LANGUAGE sql AS 'SELECT x'});
like(reference(), qr/^## In no group\n\n\@function new_thing\(integer\)\n\z/m, 'a new function is missed, a part is not');
$node->safe_psql('postgres', q{DROP FUNCTION clv.new_thing; COMMENT ON FUNCTION clv.models() IS 'planted | < *'});
like(reference(), qr/^Planted \\\| \\< \\\*\.$/m, 'a comment is shown, as text');
$node->safe_psql('postgres', q{ALTER EXTENSION clv DROP FUNCTION clv.gini(float8); DROP AGGREGATE clv.gini(float8)});
like(reference(), qr/^\@function gini$/m, 'a function that is gone leaves its line');

# Each model has its row, and each column of the view with all options.
like($made, qr/^\| `$_` \|/m, "model $_")
  for split /\n/, $node->safe_psql('postgres', 'SELECT name FROM clv.models()');
$node->safe_psql('postgres', q{
	CREATE TABLE orders (customer int, at date, amount float8);
	INSERT INTO orders SELECT c, date '2024-01-01' + (c * 37 + n * n * 11) % 360, 10 + (c * 7 + n) % 50
	FROM generate_series(1, 300) AS c, generate_series(0, c % 6) AS n;
	ALTER TABLE orders ADD no_profiling boolean;
	CALL clv.create_materialized_view('v', 'orders', 'customer', 'at', 'amount', options => '{"margin": {"column": "amount", "default": 0.4}, "cost_per_order": 1,
		"service_cost": 1, "acquisition_cost": 1, "history": true, "opt_out": {"column": "no_profiling"}, "hysteresis": {"band": 0.1, "ago": ["1 month"]}}')});
my ($columns) = $made =~ /^## Columns of the views\n(.*?)^## /ms;
is_deeply([ grep { $columns !~ /^\| `$_` \|/m } split /\n/, $node->safe_psql('postgres', q{
	SELECT DISTINCT attname FROM pg_attribute
	WHERE attrelid IN ('v'::regclass, 'v_model'::regclass) AND attnum > 0 AND attname <> 'customer'}) ],
	[], 'every column of both views is there');

# And the one list of columns has them all, in the order of the view.
is( $node->safe_psql('postgres', q{
	SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'v'::regclass AND attnum > 1}),
	$node->safe_psql('postgres', q{
	SELECT string_agg(column_name, ',' ORDER BY ordinality) FROM clv._view_columns() WITH ORDINALITY WHERE NOT of_model AND column_name IS NOT NULL}),
	'the list of columns is that of the view');
is($node->safe_psql('postgres', q{
	SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute WHERE attrelid = 'v_model'::regclass AND attnum > 0}),
	$node->safe_psql('postgres', q{SELECT string_agg(column_name, ',' ORDER BY column_name) FROM clv._view_columns() WHERE of_model}),
	'and of the view with the model');
is( $node->safe_psql('postgres', q{
	SELECT count(*) FROM pg_attribute WHERE attrelid IN ('v'::regclass, 'v_model'::regclass) AND attnum > 0 AND col_description(attrelid, attnum) IS NULL}),
	'0', 'every column has its comment');
is($node->safe_psql('postgres', 'SELECT count(*) FROM clv._view_columns() WHERE length(comment) > 250'),
	'0', 'of at most 250 characters');

$node->stop;
done_testing();
