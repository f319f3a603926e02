# The orders are read in parallel inside CREATE and REFRESH, and the result has
# the same bits as without, in any order of the rows.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf(
	'postgresql.conf', q{
	shared_preload_libraries = 'auto_explain'
	auto_explain.log_min_duration = 0
	auto_explain.log_analyze = on
	auto_explain.log_nested_statements = on
	max_worker_processes = 16
	max_parallel_workers = 8
});
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE orders AS
	SELECT customer::integer AS customer_id, at AT TIME ZONE 'UTC' AS at, amount
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 3000, '2023-01-01', 90, 540, 1);
	INSERT INTO orders SELECT customer_id, at + interval '1 hour', amount / 3 FROM orders WHERE customer_id % 4 = 0;
	CREATE TABLE shuffled AS SELECT * FROM orders ORDER BY md5(customer_id::text || at::text);
	ANALYZE orders, shuffled;
});

my $force = q{
	SET parallel_setup_cost = 0;
	SET parallel_tuple_cost = 0;
	SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 3;
	SET enable_indexscan = off;
};
my $serial = 'SET max_parallel_workers_per_gather = 0;';

# Run it, and return the plans that were used.
sub plans
{
	my ($sql) = @_;
	my $before = -s $node->logfile;
	$node->safe_psql('postgres', $sql);
	return substr(slurp_file($node->logfile), $before);
}

sub bits
{
	my ($view) = @_;
	return $node->safe_psql(
		'postgres', qq{
		SELECT md5(string_agg(concat_ws(',', customer_id, first_purchase, last_purchase, frequency, recency, t, days_since_last,
			float8send(monetary), float8send(p_alive), float8send(expected_purchases), float8send(discounted_purchases),
			float8send(expected_spend), float8send(clv), clv_rank, tier, as_of), E'\n' ORDER BY customer_id))
		FROM $view
		UNION ALL
		SELECT concat_ws(' ', model, spend, cutoffs, customers, rows_used) FROM ${view}_model});
}

sub call
{
	my ($view, $source, $more) = @_;
	return "CALL clv.create_materialized_view('$view', '$source', 'customer_id', 'at', 'amount', zone => 'UTC'$more);";
}

for my $case ([ 'last', '' ], [ 'fixed', q{, as_of => '2023-12-31'} ])
{
	my ($name, $more) = @$case;

	unlike(plans($serial . call("serial_$name", 'orders', $more)), qr/Workers Launched/, "$name: serial");
	my $created = plans($force . call("parallel_$name", 'orders', $more));
	# twice for the model's view, whose rows left out are counted, once for the other
	is(scalar(() = $created =~ /Parallel Seq Scan on (?:public\.)?orders/g),
		3, "$name: CREATE reads the orders in parallel");
	like($created, qr/Workers Launched: [1-9]/, "$name: with workers");
	plans($force . call("shuffled_$name", 'shuffled', $more));

	my $want = bits("serial_$name");
	is(bits("parallel_$name"), $want, "$name: the same bits in parallel");
	is(bits("shuffled_$name"), $want, "$name: the same bits from shuffled rows");

	my $refreshed = plans("$force
		REFRESH MATERIALIZED VIEW serial_${name}_model; REFRESH MATERIALIZED VIEW serial_$name;");
	like($refreshed, qr/Workers Launched: [1-9]/, "$name: REFRESH reads in parallel");
	is(bits("serial_$name"), $want, "$name: the same bits after it");
}

# No rows at all, and one row, through a parallel plan.
$node->safe_psql('postgres', 'CREATE TABLE none (LIKE orders); CREATE TABLE one (LIKE orders); INSERT INTO one VALUES (1, now(), 1)');
$node->safe_psql('postgres', $force . call('v_none', 'none', ''));
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM v_none), customers, message FROM v_none_model'),
	'0|0|nothing to fit: no customer has a purchase up to as_of', 'empty in parallel');
$node->safe_psql('postgres', $force . call('v_one', 'one', ''));
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM v_one), customers FROM v_one_model'), '1|1', 'one row in parallel');

$node->stop;
done_testing();
