# The README, docs/definitions.md and docs/decisions.md are true: their
# statements run as they are printed, in their order, and give what is printed
# below them.  The README's reference names every function, and no other; what
# it shows of the demo is what the demo shows (95_demo.pl).

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('postgres', 'CREATE DATABASE coffee');

# What the README takes for granted: the role and the password of its example
# of postgres_fdw, and pg_cron.  Where pg_cron is not at hand its one function
# is stood in for by one that keeps what it is told.
$node->safe_psql('postgres', 'CREATE ROLE shop LOGIN SUPERUSER');
$node->safe_psql(
	'shop', q{
	CREATE SCHEMA cron;
	CREATE TABLE cron.job (jobname text, schedule text, command text);
	CREATE FUNCTION cron.schedule(job_name text, schedule text, command text)
	RETURNS bigint LANGUAGE sql AS
	$$INSERT INTO cron.job VALUES (job_name, schedule, command); SELECT 1::bigint$$;
});

# What docs/decisions.md has made before its first statement.
$node->safe_psql('coffee', 'CREATE EXTENSION clv;' . slurp_file('examples/shop.sql'));

my $readme = slurp_file('README.md');

# Run a block of statements; give what psql prints.
sub run_block
{
	my ($sql, $database) = @_;
	my ($stdout, $stderr);

	# the one thing that cannot be as printed: there is no such host
	$sql =~ s/host 'shop\.example\.com'/host '@{[ $node->host ]}', port '@{[ $node->port ]}'/;
	my $ok = IPC::Run::run(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off',
			'-d', $node->connstr($database)
		],
		'<', \$sql, '>', \$stdout, '2>', \$stderr);
	return ($ok, $stdout, $stderr);
}

# Every block of a page.
sub check_page
{
	my ($page, $database, $least) = @_;
	my $blocks = 0;

	while ($page =~ /^```sql\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/msg)
	{
		my ($sql, $expected) = ($1, $2);
		my ($title) = $sql =~ /^(.{1,60})/;
		my ($ok, $stdout, $stderr) = run_block($sql, $database);

		$blocks++;
		ok($ok, "runs: $title") or diag($stderr);
		is($stderr, '', "without a warning: $title");
		is($stdout =~ s/\s+$//r, $expected =~ s/\s+$//r, "gives what is printed: $title")
		  if defined $expected;
	}
	cmp_ok($blocks, '>=', $least, 'there are statements');
}

my $decisions = slurp_file('docs/decisions.md');
check_page($readme, 'shop', 15);
check_page(slurp_file('docs/definitions.md'), 'shop', 5);
check_page($decisions, 'coffee', 27);

# The two jobs that it hands to pg_cron.
my @commands = split /\n/,
  $node->safe_psql('shop', 'SELECT command FROM cron.job ORDER BY schedule');
is(scalar(@commands), 2, 'two jobs');
for my $command (@commands)
{
	my ($ok, $stdout, $stderr) = run_block($command, 'shop');

	ok($ok, "the job runs: $command") or diag($stderr);
}

# The functions that a person calls: not those behind types, aggregates,
# operators and casts, nor the parts of clv.query, whose names begin with _.
my @functions = split /\n/, $node->safe_psql(
	'shop', q{
	SELECT DISTINCT p.proname
	FROM pg_proc p
	WHERE p.pronamespace = 'clv'::regnamespace AND p.proname !~ '^_'
	  AND NOT EXISTS (SELECT FROM pg_type t WHERE p.oid IN (t.typinput, t.typoutput, t.typreceive, t.typsend))
	  AND NOT EXISTS (SELECT FROM pg_aggregate a
	                  WHERE p.oid IN (a.aggtransfn, a.aggfinalfn, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn,
	                                  a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn))
	  AND NOT EXISTS (SELECT FROM pg_operator o WHERE p.oid = o.oprcode)
	  AND NOT EXISTS (SELECT FROM pg_amproc a WHERE p.oid = a.amproc)
	  AND NOT EXISTS (SELECT FROM pg_cast c WHERE p.oid = c.castfunc)
	ORDER BY 1});
my ($reference) = $readme =~ /^## Reference\n(.*?)^## /ms;
my %named;
for my $cell ($reference =~ /^\| (.*?) \|/mg)
{
	$named{$1} = 1 while $cell =~ /`(\w+)(?:\(|`)/g;
}
my %models = map { $_ => 1 } split /\n/,
  $node->safe_psql('shop', 'SELECT name FROM clv.models()');
my %is_function = map { $_ => 1 } @functions;

is_deeply([ grep { !$named{$_} } @functions ], [], 'every function is in the reference');
is_deeply([ grep { !$is_function{$_} && !$models{$_} } sort keys %named ],
	[], 'the reference names no other');
is_deeply([ grep { !$named{$_} } sort keys %models ], [], 'every model is there');

# Every column of the two views is explained.
my ($columns) = $readme =~ /^## What the columns mean\n(.*?)^## /ms;
my @missing = grep { $columns !~ /`$_`/ } split /\n/, $node->safe_psql(
	'shop', q{
	SELECT DISTINCT attname FROM pg_attribute
	WHERE attrelid IN ('customer_value'::regclass, 'customer_value_model'::regclass)
	  AND attnum > 0 AND attname <> 'customer'});
is_deeply(\@missing, [], 'every column is explained');

# Links inside the repository lead somewhere.
for my $link ($readme =~ /\]\(([^)#:]+)\)/g)
{
	ok(-e $link, "the link to $link");
}
for my $link ($decisions =~ /\]\(([^)#:]+)\)/g)
{
	ok(-e "docs/$link", "the link to $link of the decisions");
}

$node->stop;
done_testing();
