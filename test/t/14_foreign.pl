# Foreign tables as sources: another server's, through postgres_fdw, and a
# file, through file_fdw.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
plan skip_all => 'postgres_fdw and file_fdw are not installed'
	if $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name IN ('postgres_fdw', 'file_fdw')}) ne '2';

my $file = "$PostgreSQL::Test::Utils::tmp_check/orders.csv";
my ($host, $port) = ($node->host, $node->port);
$node->safe_psql('postgres', 'CREATE DATABASE far');
$node->safe_psql(
	'far', qq{
	CREATE EXTENSION clv;
	CREATE TABLE orders AS
	SELECT customer::integer AS customer_id, at AT TIME ZONE 'UTC' AS at, amount::numeric(10, 2) AS amount,
		   CASE WHEN customer % 3 = 0 THEN 'fair' ELSE 'search' END AS channel
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 400, '2023-01-01', 90, 540, 1);
	INSERT INTO orders VALUES (NULL, '2023-05-05', 1, 'fair'), (7, 'infinity', 1, 'fair'), (9, '2023-09-09', -3, NULL);
	CREATE TABLE people AS SELECT DISTINCT customer_id AS id, 1 + customer_id % 5 AS service_cost, customer_id % 40 = 7 AS no_profiling
	FROM orders WHERE customer_id IS NOT NULL;
	COPY (SELECT * FROM orders) TO '$file' (FORMAT csv);
	COPY (SELECT * FROM people) TO '$file.people' (FORMAT csv);
});
$node->safe_psql(
	'postgres', qq{
	CREATE EXTENSION clv;
	CREATE EXTENSION postgres_fdw;
	CREATE EXTENSION file_fdw;
	CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
	CREATE USER MAPPING FOR CURRENT_USER SERVER far;
	CREATE FOREIGN TABLE far_orders (customer_id integer, at timestamptz, amount numeric, channel text) SERVER far OPTIONS (table_name 'orders');
	CREATE FOREIGN TABLE far_people (id integer, service_cost integer, no_profiling boolean) SERVER far OPTIONS (table_name 'people');
	CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE file_orders (customer_id integer, at timestamptz, amount numeric, channel text) SERVER files OPTIONS (filename '$file', format 'csv');
	CREATE FOREIGN TABLE file_people (id integer, service_cost integer, no_profiling boolean) SERVER files OPTIONS (filename '$file.people', format 'csv');
	CREATE TABLE near_orders AS TABLE file_orders;
	CREATE TABLE near_people AS TABLE file_people;
});

for my $source (qw(near far file))
{
	$node->safe_psql(
		'postgres', qq{
		CALL clv.create_materialized_view('v_$source', '${source}_orders', 'customer_id', 'at', 'amount', zone => 'Asia/Tokyo');
		REFRESH MATERIALIZED VIEW CONCURRENTLY v_${source}_model;
		REFRESH MATERIALIZED VIEW CONCURRENTLY v_$source;
	});
}
for my $source (qw(far file))
{
	is( $node->safe_psql(
			'postgres', qq{
			SELECT (SELECT count(*) FROM v_$source), (SELECT count(*) FROM (TABLE v_$source EXCEPT TABLE v_near) AS d),
				   (SELECT count(*) FROM v_${source}_model AS f JOIN v_near_model AS n
					ON (f.model::text, f.spend::text, f.cutoffs, f.rows_used, f.rows_without_customer, f.rows_after_as_of)
					 = (n.model::text, n.spend::text, n.cutoffs, n.rows_used, n.rows_without_customer, n.rows_after_as_of))}),
		'400|0|1', "$source: the same as from a table");
	is( $node->safe_psql('postgres', qq{
			SELECT string_agg(reason || ' ' || rows, ', ') FROM clv.source_report('${source}_orders', 'customer_id', 'at', 'amount', zone => 'Asia/Tokyo')
			WHERE reason IN ('without customer', 'after as_of')}),
		'without customer 1, after as_of 1', "$source: rows left out");
}

# Every question to orders, and those of a view that a customer table has a part
# in, answered from afar as from here; at last with the far server told that it
# has clv, so that it may do a part of the work.
sub answers
{
	my ($source, $before) = @_;
	my $log = "'${source}_orders', 'customer_id', 'at', 'amount'";
	my $zone = q{zone => 'Asia/Tokyo'};
	my $people = qq{"customers": {"table": "public.${source}_people", "key": "id"}};
	my $year = q{'2023-02-01', '2023-12-31'};
	my $halves = q{'2023-01-01', '2023-06-30', '2023-07-01', '2023-12-31'};
	my %call = (
		readiness => "$log, $zone",
		rfm_scores => "$log, $zone",
		audit_orders => "$log, $year, $zone",
		audit_deciles => "$log, $year, $zone",
		audit_concentration => "$log, $year, $zone",
		audit_changes => "$log, $halves, $zone",
		audit_decomposition => "$log, $halves, $zone",
		audit_cohort => "$log, '2023-01-01', '2023-01-31', $zone",
		audit_cohorts => "$log, 'month', $zone",
		audit_calendar => "$log, 'month', $zone",
		acquisition => qq{$log, by => 'channel', $zone, options => '{"draws": 20, $people, "acquisition_cost": {"column": "service_cost", "of": "customers"}}'},
		equity => "'d_$source', 'service_cost', '${source}_people', 'id', draws => 20",
		migration => "'d_$source', '2023-06-30', '2023-12-31'");

	$node->safe_psql(
		'postgres', qq{
		SET client_min_messages = error;
		DROP MATERIALIZED VIEW IF EXISTS d_$source, d_${source}_model;
		$before;
		CALL clv.create_materialized_view('d_$source', $log, $zone, options => '{"margin": 0.4, $people,
			"service_cost": {"column": "service_cost", "of": "customers"}, "opt_out": {"column": "no_profiling", "of": "customers"}, "history": true}')});
	return map {
		$_ => $node->safe_psql('postgres', "SELECT count(*), md5(string_agg(a::text, ',' ORDER BY a::text)) FROM clv.$_($call{$_}) AS a")
	} keys %call;
}

my %near = answers('near', '');
cmp_ok((sort { $a <=> $b } map { /^(\d+)/ } values %near)[0], '>', 0, 'every question has an answer');
is_deeply({ answers('file', '') }, \%near, 'file: every answer is the same as from a table');
is_deeply({ answers('far', '') }, \%near, 'far: every answer is the same as from a table');
is_deeply({ answers('far', q{ALTER SERVER far OPTIONS (ADD extensions 'clv')}) }, \%near, 'far, which may run functions of clv itself: the same');

$node->stop;
done_testing();
