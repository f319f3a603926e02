# Bases are built in parallel plans, and in any plan they have the same bits;
# building one can be cancelled, and takes memory by its cells, not its rows.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvTime;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf',
	# the server's own compiler takes no interrupts
	"max_worker_processes = 16\nmax_parallel_workers = 8\nautovacuum = off\njit = off");
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE customers AS
	SELECT i AS customer, f::float8 AS f, CASE WHEN f = 0 THEN 0 ELSE 1 + abs(hashint8(i + 1)) % 400 END::float8 AS r,
		(401 + abs(hashint8(i + 2)) % 150)::float8 AS t,
		CASE WHEN i % 11 > 0 THEN (abs(hashint8(i + 3)) % 9000 - 100) / 100.0::float8 END AS m,
		ARRAY[i % 2, abs(hashint8(i + 4)) % 5 - 2]::float8[] AS few, ARRAY[abs(hashint8(i + 5)) / -7.0, i] AS own
	FROM (SELECT i, CASE WHEN i % 2 = 0 THEN 0 ELSE abs(hashint8(i)) % 9 END AS f FROM generate_series(1::bigint, 60000) i) x;
	CREATE TABLE histories AS
	SELECT customer, clv.rfm(date '2024-01-01' + abs(hashint8(customer * 7 + k))::int % 300, 10.0::float8) AS rfm
	FROM (SELECT customer, generate_series(1, 1 + customer % 4) AS k FROM customers) x GROUP BY customer;
	CREATE TABLE bases AS SELECT customer % 500 AS part, clv.cbs(f, r, t, m) AS base,
		clv.cbs(f, r, t, m, few) AS few, clv.cbs(f, r, t, m, own) AS own FROM customers GROUP BY 1;
	ANALYZE;
});

my $serial = "SET max_parallel_workers_per_gather = 0;\n";
my $parallel = q{
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 3;
};

my %query = (
	'columns' => 'SELECT clv.cbs(f, r, t) FROM customers',
	'columns with monetary' => 'SELECT clv.cbs(f, r, t, m) FROM customers',
	'counted' => 'SELECT clv.cbs_weighted(f, r, t, customer % 5) FROM customers',
	'counted, with monetary' => 'SELECT clv.cbs_weighted(f, r, t, m, customer % 5) FROM customers',
	'counted, with few covariates' => 'SELECT clv.cbs_weighted(f, r, t, m, few, customer % 5) FROM customers',
	'counted, each once' => 'SELECT clv.cbs_weighted(f, r, t, m, own, 1) FROM customers',
	'histories' => q{SELECT clv.cbs(rfm, '2024-08-31') FROM histories},
	'histories, gross' => q{SELECT clv.cbs(rfm, '2024-08-31', 'gross') FROM histories},
	'roll-up' => 'SELECT clv.rollup(base) FROM bases',
	'few covariates' => 'SELECT clv.cbs(f, r, t, m, few) FROM customers',
	'own covariates' => 'SELECT clv.cbs(f, r, t, m, own) FROM customers',
	'roll-up, few covariates' => 'SELECT clv.rollup(few) FROM bases',
	'roll-up, own covariates' => 'SELECT clv.rollup(own) FROM bases',
	'no customer with covariates' => 'SELECT clv.cbs(f, r, t, m, NULL) FROM customers',
	'few with covariates in one worker' => 'SELECT clv.cbs(f, r, t, m, own) FILTER (WHERE customer BETWEEN 100 AND 103) FROM customers',
	'no customer' => 'SELECT clv.cbs(f, r, t, m) FILTER (WHERE f < 0) FROM customers',
	'customers skipped' => 'SELECT clv.cbs(f, r, NULL) FROM customers',
	'few in one worker' => 'SELECT clv.cbs(f, r, t, m) FILTER (WHERE customer BETWEEN 100 AND 103) FROM customers');
my %result;

foreach my $name (sort keys %query)
{
	my $plan = $node->safe_psql('postgres', "$parallel EXPLAIN (COSTS OFF) $query{$name}");
	$result{$name} = $node->safe_psql('postgres', $serial . $query{$name});
	like($plan, qr/Finalize Aggregate.*Gather.*Partial Aggregate/s, "$name: partial aggregates");
	is($node->safe_psql('postgres', $parallel . $query{$name}), $result{$name}, "$name: the same bits in parallel");
}
is($result{'roll-up'}, $result{'columns with monetary'}, 'the roll-up of all parts is the whole');
is($result{"roll-up, $_ covariates"}, $result{"$_ covariates"}, "the roll-up of all parts is the whole, $_ covariates") foreach ('few', 'own');
is($result{$_->[0]}, $node->safe_psql('postgres', "SELECT clv.cbs($_->[1]) FROM customers, generate_series(1, customer % 5)"), "$_->[0]: as each customer by itself")
	foreach ([ 'counted', 'f, r, t' ], [ 'counted, with monetary', 'f, r, t, m' ], [ 'counted, with few covariates', 'f, r, t, m, few' ]);
is($result{'counted, each once'}, $result{'own covariates'}, 'counted, each once: as without counts');
is($result{'no customer with covariates'}, '', 'no customer with covariates: NULL, in parallel too');
is($result{'no customer'}, '', 'no customer: NULL, in parallel too');
is($result{'customers skipped'}, '', 'only customers to skip: NULL, in parallel too');
like($result{'histories'}, qr/^cbs1:/, 'there is a base of histories');

# A row that cannot be is the same error wherever it is read.
my ($code, $stdout, $stderr) =
  $node->psql('postgres', $parallel . 'SELECT clv.cbs(f, r, r - 1) FROM customers WHERE f > 0');
like($stderr, qr/frequency "\d+", recency "\d+" and t "\d+" cannot belong to one customer/, 'bad row in a worker');

# A million rows in 4 groups of at most 60 cells: the states stay small.
my $few = q{SELECT i % 4, clv.cbs(i % 5, CASE WHEN i % 5 = 0 THEN 0 ELSE 1 + i % 60 END, 60 + i % 3)
	FROM generate_series(1, 1000000) i GROUP BY 1};
my $explain = $node->safe_psql('postgres', "$serial SET enable_sort = off; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $few");
like($explain, qr/HashAggregate.*Memory Usage: \d+kB/s, 'many rows of few cells');
my ($kilobytes) = $explain =~ /Memory Usage: (\d+)kB/;
cmp_ok($kilobytes, '<', 300, 'take little memory');

# The same with three vectors of covariates.
$few =~ s/60 \+ i % 3\)/60 + i % 3, i % 5, ARRAY[i % 3])/;
$explain = $node->safe_psql('postgres', "$serial SET enable_sort = off; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $few");
($kilobytes) = $explain =~ /Memory Usage: (\d+)kB/;
cmp_ok($kilobytes, '<', 600, 'with few covariates too');

# Cancelled in the middle of the rows, and in the middle of packing them.  What
# the backend has worked for in the end, less what it was given by the clock, is
# at most what it worked for after its time was up (see 30_fit_cancel.pl).
make_worked($node);
foreach my $of ('i', 'i, i, ARRAY[i % 6]', 'i, i, ARRAY[sqrt(i), 1]')
{
	foreach my $ms (50, 200, 450)
	{
		($code, $stdout, $stderr) = $node->psql(
			'postgres', qq{$serial SELECT 'before', worked();
			SET statement_timeout = $ms;
			SELECT clv.cbs(1 + i % 7, i / 3.0, $of) FROM (SELECT generate_series(1::bigint, 50000000) AS i) x;
			SET statement_timeout = 0;
			SELECT 'after', worked()}, on_error_stop => 0);
		my ($before, $after) = $stdout =~ /^before\|(\d+)\nafter\|(\d+)$/m;

		like($stderr, qr/canceling statement due to statement timeout/, "clv.cbs(..., $of) cancelled after $ms ms");
		cmp_ok($after - $before - $ms, '<', 100, 'and soon: worked for ' . ($after - $before) . ' ms');
	}
}
is($node->safe_psql('postgres', $query{'columns'}), $result{'columns'}, 'the server is as before');

$node->stop;
done_testing();
