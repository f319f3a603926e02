# Histories are built in parallel plans and have the same bits in any plan, any
# order and any parts; they survive binary COPY, dump and restore; building one
# can be cancelled, and takes memory by its days, not its rows.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 16\nmax_parallel_workers = 8\nautovacuum = off");
$node->start;

# Amounts of every kind: whole cents, refunds, thirds, huge and tiny ones.
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE orders AS
	SELECT i, abs(hashint8(i)) % 500 AS customer, date '2019-12-01' + abs(hashint8(i + 1)) % 300 AS day,
		CASE abs(hashint8(i + 2)) % 8
			WHEN 0 THEN -(abs(hashint8(i + 3)) % 5000) / 100.0::float8
			WHEN 1 THEN (abs(hashint8(i + 3)) % 50000) / 3.0::float8
			WHEN 2 THEN (abs(hashint8(i + 3)) % 50000) * 1e12::float8
			WHEN 3 THEN (abs(hashint8(i + 3)) % 50000) * 1e-12::float8
			WHEN 4 THEN CASE WHEN i % 16 = 0 THEN NULL ELSE 0 END
			ELSE (abs(hashint8(i + 3)) % 50000) / 100.0::float8
		END AS amount
	FROM generate_series(1::bigint, 60000) i;
	ALTER TABLE orders ADD at timestamptz;
	UPDATE orders SET at = (day + time '00:30' + (i % 23) * interval '1 hour') AT TIME ZONE 'America/New_York';
	CREATE TABLE shuffled AS SELECT * FROM orders ORDER BY md5(i::text);
	CREATE TABLE parts AS SELECT customer, clv.rfm(day, amount) AS rfm FROM orders GROUP BY customer, day;
	CREATE TABLE splits AS SELECT customer, clv.rfm(day, amount) AS rfm FROM orders GROUP BY customer, i % 40;
	VACUUM ANALYZE;
});

my $serial = "SET max_parallel_workers_per_gather = 0;\n";
my $parallel = q{
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 3;
};
my $group = 'FROM orders GROUP BY customer ORDER BY customer';
my %query = (
	'date' => "SELECT customer, clv.rfm(day, amount) $group",
	'date without amount' => "SELECT customer, clv.rfm(day) $group",
	'timestamp' => "SELECT customer, clv.rfm(day + time '23:59', amount) $group",
	'timestamp without amount' => "SELECT customer, clv.rfm(day + time '23:59') $group",
	'timestamptz' => "SELECT customer, clv.rfm(at, amount, 'America/New_York') $group",
	'timestamptz without amount' => "SELECT customer, clv.rfm(at, 'America/New_York') $group",
	'shuffled' => 'SELECT customer, clv.rfm(day, amount) FROM shuffled GROUP BY customer ORDER BY customer',
	'rolled up from days' => 'SELECT customer, clv.rollup(rfm) FROM parts GROUP BY customer ORDER BY customer',
	'rolled up from splits' => 'SELECT customer, clv.rollup(rfm) FROM splits GROUP BY customer ORDER BY customer',
	'all' => 'SELECT clv.rfm(day, amount) FROM orders',
	'all rolled up' => 'SELECT clv.rollup(rfm) FROM splits',
	'none' => 'SELECT clv.rfm(day, amount) FILTER (WHERE customer < 0) FROM orders',
	'skipped' => 'SELECT clv.rfm(day, NULL::float8) FROM orders',
	'in one worker' => 'SELECT clv.rfm(day, amount) FILTER (WHERE i BETWEEN 100 AND 103) FROM orders');
my %result;

foreach my $name (sort keys %query)
{
	my $plan = $node->safe_psql('postgres', "$parallel EXPLAIN (COSTS OFF) $query{$name}");
	$result{$name} = $node->safe_psql('postgres', $serial . $query{$name});
	like($plan, qr/Finalize \w*Aggregate.*Gather.*Partial \w*Aggregate/s, "$name: partial aggregates");
	is($node->safe_psql('postgres', $parallel . $query{$name}), $result{$name}, "$name: the same bits in parallel");
}
foreach my $name ('timestamp', 'timestamptz', 'shuffled', 'rolled up from days', 'rolled up from splits')
{
	is($result{$name}, $result{'date'}, "$name: the same histories");
}
foreach my $name ('timestamp', 'timestamptz')
{
	is($result{"$name without amount"}, $result{'date without amount'}, "$name: the same without amounts");
}
is($result{'all rolled up'}, $result{'all'}, 'the roll-up of all parts is the whole');
is($result{'none'}, '', 'no row: NULL, in parallel too');
is($result{'skipped'}, '', 'only rows to skip: NULL, in parallel too');

# The same question in plain SQL.
is( $node->safe_psql(
		'postgres', q{
	SELECT count(*) FROM (SELECT customer, clv.rfm(day, amount) AS rfm FROM orders GROUP BY customer) h
	JOIN (SELECT customer, sum(orders) AS orders, count(*) FILTER (WHERE refund > 0) AS refund_days,
			count(*) - 1 AS x, max(day) - min(day) AS t_x
		FROM (SELECT customer, day, count(*) FILTER (WHERE amount >= 0) AS orders, sum(-amount) FILTER (WHERE amount < 0) AS refund
			FROM orders WHERE amount IS NOT NULL GROUP BY customer, day) d GROUP BY customer) q USING (customer),
		clv.summary(rfm, '2020-12-31', 'event') s
	WHERE s.orders = q.orders AND s.refund_days = q.refund_days AND s.frequency = q.x AND s.recency = q.t_x}),
	'500', 'the same days, orders and refunds in plain SQL');

# Binary COPY out and in, text COPY, dump and restore.
my $dir = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql(
	'postgres', qq{
	CREATE TABLE history AS $query{'date'};
	COPY history TO '$dir/binary' (FORMAT binary);
	COPY history TO '$dir/text';
	CREATE TABLE from_binary (LIKE history);
	CREATE TABLE from_text (LIKE history);
	COPY from_binary FROM '$dir/binary' (FORMAT binary);
	COPY from_text FROM '$dir/text';
	CREATE MATERIALIZED VIEW kept AS SELECT * FROM history;
	CREATE INDEX ON history (rfm);
});
foreach my $copy ('from_binary', 'from_text')
{
	is($node->safe_psql('postgres', "SELECT * FROM $copy ORDER BY customer"), $result{'date'}, "$copy: the same bits");
}
$node->safe_psql('postgres', 'CREATE UNIQUE INDEX ON kept (customer); REFRESH MATERIALIZED VIEW CONCURRENTLY kept');
pass('refreshed concurrently');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_dump', '-d', $node->connstr('postgres'), '-Fc', '-f', "$dir/dump" ], 'dump');
command_ok([ 'pg_restore', '-d', $node->connstr('restored'), "$dir/dump" ], 'restore');
is($node->safe_psql('restored', 'SELECT * FROM history ORDER BY customer'), $result{'date'}, 'restored: the same bits');

# Bad rows are the same error wherever they are read.
my ($code, $stdout, $stderr) =
  $node->psql('postgres', $parallel . q{SELECT clv.rfm(day, CASE WHEN i % 9999 = 0 THEN 'NaN' ELSE amount END) FROM orders});
like($stderr, qr/amount must be finite, but is "NaN"/, 'bad amount in a worker');
($code, $stdout, $stderr) = $node->psql('postgres', $parallel . q{SELECT clv.rfm(at, amount, 'Nowhere/Land') FROM orders});
like($stderr, qr/time zone "Nowhere\/Land" not recognized/, 'bad zone in a worker');

# A million rows of 4 customers on a few days: the states stay small.
my $few = q{SELECT i % 4, clv.rfm(date '2024-01-01' + i % 5, i / 7.0) FROM generate_series(1, 1000000) i GROUP BY 1};
my $explain = $node->safe_psql('postgres', "$serial SET enable_sort = off; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $few");
my ($kilobytes) = $explain =~ /Memory Usage: (\d+)kB/;
cmp_ok($kilobytes, '<', 100, 'many rows of few days take little memory');

# Cancelled in the middle of the rows.
($code, $stdout, $stderr) = $node->psql(
	'postgres', qq{$serial SET statement_timeout = 200;
	SELECT clv.rfm(date '2000-01-01' + (i % 90000)::int, i / 3.0) FROM generate_series(1::bigint, 50000000) i});
like($stderr, qr/canceling statement due to statement timeout/, 'cancelled');
is($node->safe_psql('postgres', $query{'date'}), $result{'date'}, 'the server is as before');

$node->stop;
done_testing();
