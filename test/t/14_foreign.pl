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
	SELECT customer::integer AS customer_id, at AT TIME ZONE 'UTC' AS at, amount::numeric(10, 2) AS amount
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 400, '2023-01-01', 90, 540, 1);
	INSERT INTO orders VALUES (NULL, '2023-05-05', 1), (7, 'infinity', 1);
	COPY (SELECT * FROM orders) TO '$file' (FORMAT csv);
});
$node->safe_psql(
	'postgres', qq{
	CREATE EXTENSION clv;
	CREATE EXTENSION postgres_fdw;
	CREATE EXTENSION file_fdw;
	CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far');
	CREATE USER MAPPING FOR CURRENT_USER SERVER far;
	CREATE FOREIGN TABLE far_orders (customer_id integer, at timestamptz, amount numeric) SERVER far OPTIONS (table_name 'orders');
	CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
	CREATE FOREIGN TABLE file_orders (customer_id integer, at timestamptz, amount numeric) SERVER files OPTIONS (filename '$file', format 'csv');
	CREATE TABLE near_orders AS TABLE file_orders;
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

$node->stop;
done_testing();
