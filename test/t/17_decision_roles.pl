# Decisions in a hostile place: names made to break out of their quotes, a
# schema with its own operators and aggregates first in the search path, and
# roles with no right too many.  Views over the functions are dumped and
# restored with their contents.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app; CREATE ROLE shop; CREATE ROLE analyst; CREATE ROLE reader');
$node->safe_psql('app', 'CREATE EXTENSION clv; CREATE SCHEMA shop AUTHORIZATION shop; CREATE SCHEMA crm AUTHORIZATION analyst');

sub as_role
{
	my ($role, $sql) = @_;
	return $node->safe_psql('app', "SET client_min_messages = error; SET SESSION AUTHORIZATION $role;\n$sql");
}

# A name that ends any kind of quoting it is not properly inside of.
my $odd = q{x'y"%s{{relation}}%1$I\\$sql$};
sub ident { my $name = shift; return '"' . ($odd . $name) =~ s/"/""/gr . '"' }
sub literal { my $name = shift; return q{'} . ($odd . $name) =~ s/'/''/gr . q{'} }
sub json { my $name = shift; return '"' . ($odd . $name) =~ s/(["\\])/\\$1/gr =~ s/'/''/gr . '"' }
sub json_relation
{
	my ($schema, $name) = @_;
	return '"' . "$schema." . ident($name) =~ s/(["\\])/\\$1/gr =~ s/'/''/gr . '"';
}

my ($customer, $at, $amount, $margin, $paid, $out, $channel) = map { ident($_) } qw(customer at amount margin paid out channel);
as_role(
	'shop', qq{
	CREATE TABLE shop.orders ($customer text, $at date, $amount numeric, $margin float8, $paid int, $out boolean, $channel text, secret text);
	INSERT INTO shop.orders
	SELECT E'c\\n''"' || c, date '2022-01-01' + (c * 7) % 200 + k * (9 + (c * c) % 51), 10.0 + c % 40 + k, 0.3 + (c % 5) / 10.0, c % 7, c % 20 = 0,
		   'channel' || c % 3
	FROM generate_series(1, 300) AS c, generate_series(0, 9) AS k WHERE k <= c % 10;
	CREATE TABLE shop.${\ident('people')} AS SELECT $customer AS ${\ident('key')}, 2.5 AS ${\ident('service')}, 'secret'::text AS secret FROM shop.orders GROUP BY 1;
	GRANT USAGE ON SCHEMA shop TO analyst;
	GRANT SELECT ($customer, $at, $amount, $margin, $paid, $out, $channel) ON shop.orders TO analyst;
	GRANT SELECT (${\ident('key')}, ${\ident('service')}) ON shop.${\ident('people')} TO analyst;
});

my $source = "'shop.orders', ${\literal('customer')}, ${\literal('at')}, ${\literal('amount')}";
my $options = qq{'{"margin": {"column": ${\json('margin')}, "default": 0.4}, "acquisition_cost": {"column": ${\json('paid')}}, "cost_per_order": 2.5,
	"service_cost": {"column": ${\json('service')}, "of": "customers"}, "customers": {"table": ${\json_relation('shop', 'people')}, "key": ${\json('key')}},
	"opt_out": {"column": ${\json('out')}}, "hysteresis": {"band": 0.1, "ago": ["6 months", "1 month"]}, "history": true}'};
my $make = "CALL clv.create_materialized_view(\$name\$crm.${\ident('value')}\$name\$, $source, options => $options)";
my $view = "\$name\$crm.${\ident('value')}\$name\$";

# Each function over orders, and each over the pair.
my %over_orders = (
	audit_orders => "$source, '2022-01-01', '2022-12-31'",
	audit_deciles => "$source, '2022-01-01', '2022-12-31', margin_column => ${\literal('margin')}",
	audit_concentration => "$source, '2022-01-01', '2022-12-31', margin_column => ${\literal('margin')}",
	audit_changes => "$source, '2022-01-01', '2022-06-30', '2022-07-01', '2022-12-31', margin_column => ${\literal('margin')}",
	audit_decomposition => "$source, '2022-01-01', '2022-06-30', '2022-07-01', '2022-12-31', margin_column => ${\literal('margin')}",
	audit_cohorts => $source,
	audit_cohort => "$source, '2022-01-01', '2022-03-31'",
	audit_calendar => $source,
	rfm_scores => "$source, opt_out => ${\literal('out')}",
	acquisition => "$source, by => ${\literal('channel')}, options => '{\"draws\": 20, \"margin\": {\"column\": ${\json('margin')}}, \"cost_per_order\": {\"column\": ${\json('paid')}}, \"acquisition_cost\": {\"column\": ${\json('paid')}}}'",
	readiness => $source);
my %over_views = (
	tier_rules => $view,
	explain => "$view, E'c\\n''\"77'",
	tiers_at => "$view, '{2022-06-30,2023-01-31}'",
	migration => "$view, '2022-06-30', '2023-01-31'",
	value_at_risk => "$view, '90 days', 50",
	equity => "$view, by => ${\literal('channel')}, relation => 'shop.orders', key => ${\literal('customer')}",
	equity_bridge => "$view, '2022-06-30', '2023-01-31'",
	fairness => "$view, 'frequency'");
my %call = (%over_orders, %over_views);

sub answers
{
	my ($role, $before, $database) = @_;
	return join "\n", map {
		"$_ " . $node->safe_psql($database // 'app',
			"SET SESSION AUTHORIZATION $role; $before; CREATE TEMP TABLE answer AS SELECT * FROM clv.$_($call{$_}); RESET search_path; RESET DateStyle; RESET IntervalStyle; SELECT count(*), md5(string_agg(a::text, ',' ORDER BY a::text)) FROM answer AS a")
	} sort keys %call;
}

# With columns granted one by one, and nothing else.
as_role('analyst', $make);
my $refresh = "REFRESH MATERIALIZED VIEW crm.${\ident('value_model')}; REFRESH MATERIALIZED VIEW CONCURRENTLY crm.${\ident('value')}";
my $contents = "SELECT count(*), md5(string_agg(v::text, ',' ORDER BY v::text)) FROM crm.${\ident('value')} AS v";
my $want = as_role('analyst', $contents);
like($want, qr/^300\|/, 'a view with every option, from columns granted one by one');
as_role('analyst', $refresh);
is(as_role('analyst', $contents), $want, 'refreshed by its owner');
my $told = answers('analyst', 'SELECT');
unlike($told, qr/ 0\|/, 'every function answers about names like these') or diag($told);

# A reader of nothing learns nothing.
for my $name (sort keys %call)
{
	my ($status, $stdout, $stderr) =
	  $node->psql('app', "\\set VERBOSITY verbose\nSET SESSION AUTHORIZATION reader; SELECT * FROM clv.$name($call{$name})");
	like($stderr, qr/ERROR:  42501/, "$name: refused without the right to read");
}

# Half of the rights is none: the customers without the models, a column that
# was not granted, a customer table that was not.  Nothing of what is in it is
# in the message.
sub refused
{
	my ($role, $sql, $name) = @_;
	my ($status, $stdout, $stderr) = $node->psql('app', "\\set VERBOSITY verbose\nSET SESSION AUTHORIZATION $role; $sql");

	like($stderr, qr/ERROR:  42501: permission denied for (table|materialized view)/, "$name: refused");
	is($stdout, '', "$name: nothing is shown");
	unlike($stderr, qr/bitter/, "$name: nothing is told");
}
$node->safe_psql('app', "GRANT USAGE ON SCHEMA crm TO reader; GRANT SELECT ON crm.${\ident('value')} TO reader; UPDATE shop.orders SET secret = 'bitter'");
my %halves = (%over_views, equity => $view);
delete $halves{fairness};		# needs no models
refused('reader', "SELECT * FROM clv.$_($halves{$_})", "$_ without the models") for sort keys %halves;
refused('analyst', "SELECT * FROM clv.acquisition($source, by => 'secret')", 'acquisition by a column that was not granted');
refused('analyst', "SELECT * FROM clv.equity($view, by => 'secret', relation => 'shop.orders', key => ${\literal('customer')})", 'equity by such a column');
$node->safe_psql('app', "REVOKE USAGE ON SCHEMA crm FROM reader; REVOKE SELECT ON crm.${\ident('value')} FROM reader");

# Whoever may not read the customer table, or a column of it, makes no view.
as_role('shop', "REVOKE SELECT (${\ident('service')}) ON shop.${\ident('people')} FROM analyst");
my ($status, $stdout, $stderr) = $node->psql('app', "\\set VERBOSITY verbose\nSET SESSION AUTHORIZATION analyst; REFRESH MATERIALIZED VIEW crm.${\ident('value')}");
like($stderr, qr/42501: permission denied for table/, 'no refresh without the right to read the customer table');
as_role('shop', "GRANT SELECT (${\ident('service')}) ON shop.${\ident('people')} TO analyst");

# Operators and aggregates of the same names come first in the search path.
my $evil = q{
	CREATE SCHEMA evil;
	CREATE TYPE evil.text AS (a int); CREATE TYPE evil.date AS (a int); CREATE TYPE evil.numeric AS (a int); CREATE TYPE evil.float8 AS (a int);
	CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE ''evil was called''; END';
	DO $do$
	DECLARE
		t text;
		o text;
	BEGIN
		FOREACH t IN ARRAY '{pg_catalog.text,float8,numeric,int4,int8,date,bool,interval,name}'::text[] LOOP
			EXECUTE format('CREATE FUNCTION evil.truth(%1$s, %1$s) RETURNS boolean LANGUAGE plpgsql AS ''BEGIN RAISE ''''evil was called''''; END''', t);
			EXECUTE format('CREATE FUNCTION evil.glue(%1$s, %1$s) RETURNS %1$s LANGUAGE plpgsql AS ''BEGIN RAISE ''''evil was called''''; END''', t);
			FOREACH o IN ARRAY '{=,<,>,<=,>=,<>}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = evil.truth)', o, t);
			END LOOP;
			FOREACH o IN ARRAY '{+,-,*,/,||}'::text[] LOOP
				EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %2$s, FUNCTION = evil.glue)', o, t);
			END LOOP;
			FOREACH o IN ARRAY '{sum,min,max,avg,bool_or}'::text[] LOOP
				EXECUTE format('CREATE AGGREGATE evil.%s (%s) (SFUNC = evil.glue, STYPE = %2$s)', o, t);
			END LOOP;
		END LOOP;
	END
	$do$;
	GRANT USAGE ON SCHEMA evil TO analyst;
};
$node->safe_psql('app', $evil);
my $hostile = q{SET search_path = evil, pg_catalog; SET DateStyle = 'German'; SET IntervalStyle = 'sql_standard'; SET TimeZone = 'Asia/Tokyo'};
is(answers('analyst', $hostile), $told, 'every function answers the same with hostile objects first');
my $text = as_role('analyst', "SELECT clv.query($source, options => $options)");
is(as_role('analyst', "$hostile; SET quote_all_identifiers = on; SET extra_float_digits = -9; SELECT clv.query($source, options => $options)"),
	$text, 'the text of the query is the same');
is( as_role('analyst', "$hostile; SET extra_float_digits = 1; CREATE TEMP TABLE answer AS $text; RESET search_path; RESET DateStyle;
		SELECT count(*), md5(string_agg(a::text, ',' ORDER BY a::text)) FROM answer AS a"),
	as_role('analyst', "CREATE TEMP TABLE answer AS $text; SELECT count(*), md5(string_agg(a::text, ',' ORDER BY a::text)) FROM answer AS a"),
	'and so is what it gives');

# Views and materialized views over the functions, dumped and restored.
my $n = 0;
my @kept;
for my $name (sort keys %call)
{
	my $kind = $n++ % 2 ? 'VIEW' : 'MATERIALIZED VIEW';
	as_role('analyst', "CREATE $kind crm.$name AS SELECT * FROM clv.$name($call{$name})");
	push @kept, $name;
}
as_role('analyst', join ';', map { "REFRESH MATERIALIZED VIEW crm.$_" } @kept[ grep { !($_ % 2) } 0 .. $#kept ]);
my $all = join(" UNION ALL ", map { "SELECT '$_', count(*), md5(string_agg(a::text, ',' ORDER BY a::text)) FROM crm.$_ AS a" } @kept) . " ORDER BY 1";
my $dump = "$PostgreSQL::Test::Utils::tmp_check/decisions.dump";
$node->run_log([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('app') ]);
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), $dump ], 'views over the functions are restored');
is($node->safe_psql('restored', "$contents UNION ALL SELECT 0, 'x'"), $node->safe_psql('app', "$contents UNION ALL SELECT 0, 'x'"), 'with the pair');
is($node->safe_psql('restored', $all), $node->safe_psql('app', $all), 'and hold the same');

$node->stop;
done_testing();
