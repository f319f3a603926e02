# The documents are true: their statements run as they are printed, in their
# order, and give what is printed below them; the error texts of the
# troubleshooting are ours; links lead somewhere; what clv.query gives can be
# pasted.  What the README shows of the demo is what the demo shows (95_demo.pl).

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
$node->safe_psql('postgres', 'CREATE DATABASE shop_db');

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

# What docs/operate.md takes for granted.
$node->safe_psql(
	'shop_db', q{
	CREATE SCHEMA shop;
	CREATE EXTENSION clv;
	CREATE TABLE shop.orders AS
	SELECT customer::int, at::date, amount::numeric
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.8, "alpha": 50, "a": 0.8, "b": 2.5}'),
		clv.model('gammagamma', '{"p": 6.25, "q": 3.74, "gamma": 15.44}'), 1000, '2022-01-01', 365, 730, 1);
	DROP EXTENSION clv});

my $readme = slurp_file('README.md');

# Run a block of statements, or, with more arguments of psql, what they say; give
# what psql prints.
sub run_block
{
	my ($sql, $database, @arguments) = @_;
	my ($stdout, $stderr);

	# the one thing that cannot be as printed: there is no such host
	$sql =~ s/host 'shop\.example\.com'/host '@{[ $node->host ]}', port '@{[ $node->port ]}'/;
	my $ok = IPC::Run::run(
		[
			'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-P', 'footer=off',
			'-d', $node->connstr($database), @arguments
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

check_page($readme, 'shop', 10);
check_page(slurp_file('docs/distributed.md'), 'shop', 2);
check_page(slurp_file('docs/reference.md'), 'shop', 1);
check_page(slurp_file('docs/methods.md'), 'shop', 1);
check_page(slurp_file('docs/definitions.md'), 'shop', 6);
check_page(slurp_file('docs/decisions.md'), 'coffee', 29);
check_page(slurp_file('docs/operate.md'), 'shop_db', 6);

# The README's first screen says what this is and how to see it work.
my ($first_screen) = $readme =~ /\A((?:.*\n){24})/;
like($first_screen, qr/^script\/demo  /m, 'the demo is on the first screen');
like($first_screen, qr/^script\/test  /m, 'the tests too');
cmp_ok(scalar(() = $readme =~ /\n/g), '<=', 270, 'the README is a front page');

# The two jobs that it hands to pg_cron, which sends each as one query.
my @commands = split /\n/,
  $node->safe_psql('shop', 'SELECT command FROM cron.job ORDER BY schedule');
is(scalar(@commands), 2, 'two jobs');
for my $command (@commands)
{
	my ($ok, $stdout, $stderr) = run_block('', 'shop', '-c', $command);

	ok($ok, "the job runs: $command") or diag($stderr);
}

# What clv.query gives can be pasted from psql -XAt, and run by \gexec: either
# has the rows of the view.
my $call = q{SELECT clv.query('orders', 'customer', 'at', 'amount')};
my (undef, $rows) = run_block('SELECT * FROM customer_value ORDER BY customer', 'shop', '-At');
my (undef, $pasted) = run_block('', 'shop', '-At', '-c', $call);
my ($ok, $got, $error) = run_block($pasted, 'shop', '-At');
my $sorted = sub { join "\n", sort split /\n/, $_[0] };
ok($ok, 'the statement of psql -XAt runs') or diag($error);
is($sorted->($got), $sorted->($rows), 'and gives the rows of the view');
($ok, $got, $error) = run_block("$call \\gexec\n", 'shop', '-At');
ok($ok, 'so does \gexec') or diag($error);
is($sorted->($got), $sorted->($rows), 'and gives them too');

# Error texts of the troubleshooting are in the sources, unless they are
# PostgreSQL's, make's or the loader's.
my @not_ours = (
	qr/^pg_config: No such|^pgxs\.mk|^gsl\/|^could not (?:open extension control|load library)/,
	qr/^permission denied|^cannot drop extension|^cannot alter type|^operator does not exist/,
	qr/^(?:column|relation) "…" (?:of relation "…" )?does not exist/,
);
my $sources = join "\n", map { slurp_file($_) } glob('src/*.[ch] src/core/*/*.[ch] src/core/models/*/*.[ch] src/sql/*.sql');
$sources =~ s/\\"/"/g;
my $troubleshooting = slurp_file('docs/troubleshooting.md');
my ($messages) = $troubleshooting =~ /^(## Building.*?)^## Results/ms;
my $checked = 0;
for my $cell ($messages =~ /^\| (.*?) \| /mg)
{
	for my $message ($cell =~ /`([^`]+)`/g)
	{
		next if grep { $message =~ $_ } @not_ours or $message !~ / /;
		next if $message =~ /^REFRESH/;
		# a name or number of the document is a %s or %d of the source
		my $pattern = join '.{1,40}?', map { quotemeta } split /"?…"?/, $message =~ s/^WARNING: //r =~ s/"clv"/"…"/r;
		$checked++;
		ok($sources =~ $pattern, "an error text of ours: $message");
	}
}
cmp_ok($checked, '>=', 10, 'there are error texts of ours');

# Links inside the repository lead somewhere, to their heading too.
my %anchors;
sub anchors_of
{
	my ($file) = @_;
	my %seen;

	$anchors{$file} //= {
		map {
			my $anchor = lc =~ s/`|\[|\]\([^)]*\)//gr =~ s/[^\w\- ]//gr =~ s/ /-/gr;
			my $n = $seen{$anchor}++;
			($n ? "$anchor-$n" : $anchor) => 1
		} slurp_file($file) =~ /^#{1,6} (.*)$/mg
	};
	return $anchors{$file};
}

my $links = 0;
for my $file (glob('*.md docs/*.md docs/methods/*.md examples/*.md bench/*.md'))
{
	my ($folder) = $file =~ /^(.*\/)/;
	my @broken;

	for my $link (slurp_file($file) =~ /\]\(([^):\s]+)\)/g)
	{
		my ($target, $anchor) = $link =~ /^([^#]*)(?:#(.*))?$/;
		my $path = $target eq '' ? $file : ($folder // '') . $target;

		$links++;
		1 while $path =~ s,[^/.]+/\.\./,,;
		push @broken, $link
		  if !-e $path || (defined $anchor && !anchors_of($path)->{$anchor});
	}
	is("@broken", '', "$file: links lead somewhere");
}
cmp_ok($links, '>=', 60, 'there are links');

$node->stop;
done_testing();
