# Who needs which rights: one role installs, another owns the orders, a third
# makes and refreshes the views with SELECT on three columns, a schema of its
# own and, to refresh concurrently, temporary tables.  The pair is dumped and restored with its contents.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE ROLE installer;
	CREATE ROLE shop;
	CREATE ROLE analyst;
	CREATE ROLE reader;
	CREATE DATABASE app OWNER installer;
});

# As the role, with nothing of the superuser's left.
sub as_role
{
	my ($role, $sql) = @_;
	return $node->safe_psql('app', "SET SESSION AUTHORIZATION $role;\n$sql");
}

sub refused
{
	my ($role, $sql, $pattern, $name) = @_;
	my ($status, $out, $err) = $node->psql('app', "SET SESSION AUTHORIZATION $role;\n$sql");
	isnt($status, 0, "$name: refused");
	like($err, $pattern, "$name: says why");
	return;
}

# The extension is trusted: the owner of the database installs it.
as_role('installer', 'CREATE EXTENSION clv');
is($node->safe_psql('app', q{SELECT rolname FROM pg_extension e JOIN pg_roles r ON r.oid = e.extowner WHERE extname = 'clv'}),
	'installer', 'installed by the owner of the database');

$node->safe_psql('app', 'CREATE SCHEMA shop AUTHORIZATION shop; CREATE SCHEMA crm AUTHORIZATION analyst');
as_role(
	'shop', q{
	CREATE TABLE shop.orders (customer_id bigint, at timestamptz, amount numeric, note text);
	INSERT INTO shop.orders (customer_id, at, amount)
	SELECT customer, at AT TIME ZONE 'UTC', amount
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 400, '2023-01-01', 90, 540, 1);
	CREATE TABLE shop.secret AS SELECT 1 AS customer_id, date '2024-01-01' AS at, 1 AS amount;
	GRANT USAGE ON SCHEMA shop TO analyst;
	GRANT SELECT (customer_id, at, amount) ON shop.orders TO analyst;
});

my $create = q{CALL clv.create_materialized_view('%s', 'shop.orders', 'customer_id', 'at', 'amount', zone => 'Europe/Berlin')};
as_role('analyst', sprintf($create, 'crm.customer_value'));
is(as_role('analyst', 'SELECT count(*), count(clv) FROM crm.customer_value'),
	'400|400', 'made with SELECT on three columns and a schema');
is($node->safe_psql('app', q{SELECT string_agg(DISTINCT matviewowner, ',') FROM pg_matviews}),
	'analyst', 'and owned by who made it');

my $refresh = q{
	REFRESH MATERIALIZED VIEW CONCURRENTLY crm.customer_value_model;
	REFRESH MATERIALIZED VIEW CONCURRENTLY crm.customer_value;
	REFRESH MATERIALIZED VIEW crm.customer_value_model;
	REFRESH MATERIALIZED VIEW crm.customer_value;
};
as_role('shop', q{INSERT INTO shop.orders VALUES (1000, '2024-06-01', 10)});
as_role('analyst', $refresh);
is(as_role('analyst', 'SELECT count(*) FROM crm.customer_value'), '401', 'refreshed by its owner');

# Without TEMPORARY on the database a concurrent refresh is refused, a plain one
# is not; a grant to the owner mends it.
$node->safe_psql('app', 'REVOKE TEMPORARY ON DATABASE app FROM PUBLIC');
refused('analyst', 'REFRESH MATERIALIZED VIEW CONCURRENTLY crm.customer_value',
	qr/permission denied to create temporary tables in database/, 'a concurrent refresh without TEMPORARY');
as_role('analyst', 'REFRESH MATERIALIZED VIEW crm.customer_value_model; REFRESH MATERIALIZED VIEW crm.customer_value');
$node->safe_psql('app', 'GRANT TEMPORARY ON DATABASE app TO analyst');
as_role('analyst', $refresh);

# Who asks needs both views; who owns the orders may rename a column of theirs,
# but not change its type; a NaN stops a refresh and is counted.
$node->safe_psql('app', 'GRANT USAGE ON SCHEMA crm TO reader; GRANT SELECT ON crm.customer_value TO reader');
refused('reader', q{SELECT * FROM clv.tier_rules('crm.customer_value')},
	qr/permission denied for materialized view customer_value_model/, 'a question without the model');
$node->safe_psql('app', 'REVOKE ALL ON SCHEMA crm FROM reader; REVOKE ALL ON crm.customer_value FROM reader');
refused('shop', 'ALTER TABLE shop.orders ALTER COLUMN amount TYPE float8',
	qr/cannot alter type of a column used by a view or rule/, 'another type of a column in use');
as_role('shop', 'ALTER TABLE shop.orders RENAME COLUMN at TO bought_at; ALTER TABLE shop.orders RENAME COLUMN bought_at TO at');
as_role('shop', q{INSERT INTO shop.orders VALUES (1, '2024-06-01', 'NaN')});
refused('analyst', 'REFRESH MATERIALIZED VIEW crm.customer_value', qr/amount must be finite/, 'an amount that is NaN');
is(as_role('analyst', q{SELECT rows FROM clv.source_report('shop.orders', 'customer_id', 'at', 'amount', zone => 'Europe/Berlin') WHERE reason = 'amount not finite'}),
	'1', 'which the report counts');
as_role('shop', q{DELETE FROM shop.orders WHERE amount = 'NaN'});

# A scheduler that is a superuser refreshes it too, as its owner and with any
# search path.
as_role('shop', q{INSERT INTO shop.orders VALUES (1001, '2024-06-01', 10)});
$node->safe_psql('app', "CREATE SCHEMA other; SET search_path = other; $refresh");
is($node->safe_psql('app', 'SELECT count(*) FROM crm.customer_value'), '402', 'refreshed by a superuser');

refused('analyst', sprintf($create, 'shop.mine'), qr/permission denied for schema shop/, 'a schema of somebody else');
refused(
	'analyst',
	q{CALL clv.create_materialized_view('crm.secret', 'shop.secret', 'customer_id', 'at', 'amount')},
	qr/permission denied for table secret/,
	'a table that may not be read');
refused('reader', 'SELECT * FROM crm.customer_value', qr/permission denied/, 'a view that may not be read');
refused('reader', 'REFRESH MATERIALIZED VIEW crm.customer_value', qr/permission denied|must be owner/, 'a view of somebody else');
is(as_role('reader', q{SELECT count(*) > 0 FROM clv.models()}), 't', 'everybody may use the functions');
as_role('shop', 'REVOKE SELECT (at) ON shop.orders FROM analyst');
refused('analyst', 'REFRESH MATERIALIZED VIEW crm.customer_value', qr/permission denied for table orders/,
	'refresh without the right to read the source');
as_role('shop', 'GRANT SELECT (at) ON shop.orders TO analyst');

# Dump and restore: views, indexes, comments, owners, and the same contents,
# made in the order in which one needs the other.
my $contents = q{
	SET extra_float_digits = 1;
	SELECT md5(string_agg(v::text, E'\n' ORDER BY customer_id)) FROM crm.customer_value AS v
	UNION ALL
	SELECT md5(m::text) FROM crm.customer_value_model AS m
	UNION ALL
	SELECT string_agg(concat_ws(' ', c.relname, a.attname, col_description(c.oid, a.attnum)), E'\n' ORDER BY c.relname, a.attnum)
	FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
	WHERE c.relname LIKE 'customer_value%' AND c.relkind = 'm' AND a.attnum > 0
	UNION ALL
	SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'crm'
	UNION ALL
	SELECT string_agg(matviewname || ' ' || matviewowner, ',' ORDER BY matviewname) FROM pg_matviews
};
my $dump = "$PostgreSQL::Test::Utils::tmp_check/app.dump";
for my $jobs (1, 2)
{
	$node->run_log([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('app') ]);
	$node->safe_psql('postgres', 'CREATE DATABASE restored');
	$node->command_ok(
		[ 'pg_restore', '--exit-on-error', '-j', $jobs, '-d', $node->connstr('restored'), $dump ],
		"restores with $jobs job(s)");
	is($node->safe_psql('restored', $contents), $node->safe_psql('app', $contents), 'and holds the same');
	$node->safe_psql('restored', "SET SESSION AUTHORIZATION analyst; $refresh");
	is($node->safe_psql('restored', $contents), $node->safe_psql('app', $contents), 'and refreshes to the same');
	$node->safe_psql('postgres', 'DROP DATABASE restored');
}

# The views depend on the extension: it does not go from under them.
my ($status, $out, $err) = $node->psql('app', 'DROP EXTENSION clv');
like($err, qr/other objects depend on it/, 'the extension stays while a view needs it');

$node->stop;
done_testing();
