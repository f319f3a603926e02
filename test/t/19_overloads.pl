# Whoever installs the extension owns its schema, and may put functions and
# operators into it that fit a call better than ours: a superuser's question
# would run them.  So every call inside the extension, and in the text that it
# hands out, is of exactly the declared types, which no overload beats.
#
# Here the owner of the schema plants, for every function and operator of the
# extension, what would take over a call that is not: then a superuser asks
# everything, and every answer is the same as before.  Whether everything was
# asked is looked up in the catalog and the statistics of calls.
#
# Two things are beyond this.  A top-level call with untyped arguments is its
# caller's own.  So is one of clv.explain(regclass, anyelement), which no types
# make exact.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', "track_functions = all\nmax_locks_per_transaction = 1024\nautovacuum = off");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE installer LOGIN; CREATE DATABASE app; GRANT CREATE ON DATABASE app TO installer');
$node->safe_psql('app', 'CREATE EXTENSION clv', extra_params => [ '-U', 'installer' ]);
is($node->safe_psql('app', q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'clv'}), 'installer', 'who installs owns the schema');

# ------------------------------------------------------------- what is asked

# One table with columns of every type that orders may have, domains included.
my @customers = qw(text varchar bpchar int4 int8 uuid d_text d_int4);
my @ats = qw(date timestamp timestamptz d_date d_timestamp d_timestamptz);
my @amounts = qw(numeric float8 float4 int8 int4 int2 d_numeric d_float8 d_float4 d_int8 d_int4 d_int2);
my @domains = qw(text int4 date timestamp timestamptz numeric float8 float4 int8 int2 bool);

$node->safe_psql('app', join(';', map { "CREATE DOMAIN public.d_$_ AS $_" } @domains) . q{;
	CREATE DOMAIN public.d_rfm AS clv.rfm;
	CREATE DOMAIN public.d_dd_date AS public.d_date;
	CREATE SCHEMA shop;
	CREATE TABLE shop.made AS
	SELECT c, date '2022-01-01' + (c * 7) % 200 + k * (9 + (c * c) % 51) AS day, 10 + c % 40 + k AS amount
	FROM generate_series(1, 90) AS c, generate_series(0, 9) AS k WHERE k <= c % 10;
	CREATE TABLE shop.orders AS SELECT }
	  . join(', ', (map { 'CAST(' . (/uuid/ ? q{lpad(m.c::text, 32, '0')} : /text|char/ ? q{'c' || m.c::text} : 'm.c') . " AS $_) AS customer_$_" } @customers),
		(map { /tz/ ? "CAST(m.day::timestamp AT TIME ZONE 'UTC' AS $_) AS at_$_" : "CAST(m.day AS $_) AS at_$_" } @ats),
		(map { "CAST(m.amount AS $_) AS amount_$_" } @amounts))
	  . q{, day::d_dd_date AS at_d_dd_date, 0.3 + (c % 5) / 10.0 AS margin, (0.3 + (c % 5) / 10.0)::d_float8 AS d_margin, CASE WHEN c % 4 > 0 THEN 0.5 END AS some_margin, c % 7 AS paid,
		c % 20 = 0 AS out, (c % 20 = 0)::d_bool AS d_out, 'channel' || c % 3 AS channel, ('channel' || c % 3)::d_text AS d_channel, (c % 3)::int AS n_channel
	FROM shop.made AS m;
	CREATE TABLE shop.refunded AS
	SELECT customer_text, at_date, amount_numeric, channel FROM shop.orders
	UNION ALL SELECT 'c' || c, day, -amount, 'channel' || c % 2 FROM shop.made WHERE c % 9 = 0
	UNION ALL SELECT NULL, day, amount, NULL FROM shop.made WHERE c % 50 = 0;
	CREATE TABLE shop.people AS SELECT DISTINCT customer_text AS key, customer_d_text AS d_key, 2.5 AS service, 0.4::d_float8 AS margin, 3::int2 AS paid,
		customer_text IN ('c7', 'c8') AS out, 'g' || (length(customer_text)) AS grp, ('g' || (length(customer_text)))::d_text AS d_grp FROM shop.orders;
	CREATE TABLE shop.histories AS SELECT customer_text AS customer, clv.rfm(at_date, amount_numeric) AS history,
		clv.rfm(at_date, amount_numeric)::public.d_rfm AS d_history, clv.cbs(1.0, 2.0, 3.0) AS base, (SELECT clv.retention(1 + length(customer_text), true)) AS retention,
		clv.model('bgnbd', jsonb_build_object('r', count(*), 'alpha', 1, 'a', 1, 'b', 1)) AS model FROM shop.orders GROUP BY 1;
	CREATE VIEW shop.stray AS SELECT customer_text, at_date, amount_numeric FROM shop.orders
	UNION ALL SELECT 'c7', '2024-06-30', 1e9 UNION ALL SELECT 'c7', '1969-12-31', 1;
	CREATE TABLE shop.models AS SELECT m.name, m.kind FROM clv.models() AS m;
	CREATE TABLE shop.rules AS SELECT jsonb_agg(to_jsonb(t)) AS rules FROM clv.rfm_segments() AS t;
	GRANT USAGE ON SCHEMA shop TO installer;
});

# The functions of the extension, with all that a call needs to be exact.
my $members = q{
	SELECT p.* FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_proc AS p ON p.oid = d.objid
	WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
	  AND d.refobjid = (SELECT e.oid FROM pg_catalog.pg_extension AS e WHERE e.extname = 'clv')};
my %signatures;
for my $line (split /\n/, $node->safe_psql('app', qq{
	SET search_path = pg_catalog;
	SELECT concat_ws('|', p.proname, p.oid::regprocedure, p.prokind, l.lanname,
		(SELECT string_agg(concat_ws('~', coalesce(nullif(p.proargnames[i], ''), '#' || i), format_type(p.proargtypes[i - 1], NULL), coalesce(pg_get_function_arg_default(p.oid, i), '')), '^' ORDER BY i)
		 FROM generate_series(1, p.pronargs) AS i))
	FROM ($members) AS p JOIN pg_language AS l ON l.oid = p.prolang}))
{
	my ($name, $id, $kind, $language, $arguments) = split /\|/, $line;
	push @{ $signatures{$name} }, { id => $id, name => $name, kind => $kind, language => $language,
		arguments => [ map { [ split /~/ ] } split /\^/, $arguments // '' ] };
}

# A call of a function, or of one of several with these first argument types,
# with every argument in its place and of its type.
sub call
{
	my ($name, %given) = @_;
	my ($plain, $types) = $name =~ /^([^(]+)(?:\((.*)\))?$/;
	my ($f) = grep { !defined $types || join(',', map { $_->[1] } @{ $_->{arguments} }) eq $types } @{ $signatures{$plain} };
	die "there is no function clv.$name" unless $f;
	my %left = %given;
	my @values = map {
		my ($argument, $type, $default) = @$_;
		my $value = exists $left{$argument} ? delete $left{$argument} : \($default // 'NULL');
		$value = defined $value ? ref $value ? $$value : "E'" . $value =~ s/\\/\\\\/gr =~ s/'/''/gr . "'" : 'NULL';
		# a polymorphic argument has the type that it is given
		$type =~ /^any/ ? $value : "CAST($value AS $type)"
	} @{ $f->{arguments} };
	die "clv.$name has no argument " . join(', ', keys %left) if %left;
	return "clv.$plain(" . join(', ', @values) . ')';
}

my @after;
my @questions;	# pairs of a name and statements
my $n = 0;
sub ask { my ($what, $sql) = @_; push @questions, [ $what, $sql ]; return }
sub rows { my ($what, @call) = @_; ask("$call[0]: $what", 'SELECT * FROM ' . call(@call) . ' AS answer'); return }
sub source { my ($customer, $at, $amount) = @_; return (source => 'shop.orders', customer => "customer_$customer", at => "at_$at", amount => "amount_$amount", $at =~ /tz/ ? (zone => 'Europe/Berlin') : ()) }

my %plain = source('text', 'date', 'numeric');
my %refunded = (source => 'shop.refunded', customer => 'customer_text', at => 'at_date', amount => 'amount_numeric');
my $customers = '"customers": {"table": "shop.people", "key": "key"}';
my %options = (
	none => undef,
	costs => '{"margin": 0.4, "cost_per_order": 2.5, "service_cost": 3, "acquisition_cost": 4}',
	columns => '{"margin": {"column": "margin", "default": 0.4}, "cost_per_order": {"column": "paid", "default": 1}, "service_cost": {"column": "paid"}, "acquisition_cost": {"column": "paid"}}',
	domains => '{"margin": {"column": "d_margin"}, "opt_out": {"column": "d_out"}, "customers": {"table": "shop.people", "key": "d_key"}, "service_cost": {"column": "service", "of": "customers"}}',
	customers => qq({$customers, "margin": {"column": "margin", "of": "customers"}, "service_cost": {"column": "service", "of": "customers", "default": 1}, "opt_out": {"column": "out", "of": "customers"}}),
	optout => '{"opt_out": {"column": "out"}}',
	dates => '{"hysteresis": {"band": 0.1, "dates": ["2022-06-30", "2022-09-30"]}}',
	ago => '{"hysteresis": {"band": 0.1, "ago": ["6 months", "1 month"]}, "margin": 0.5}',
	history => '{"history": true}',
	all => qq({$customers, "margin": {"column": "margin"}, "service_cost": {"column": "service", "of": "customers"}, "opt_out": {"column": "out"}, "hysteresis": {"band": 0.1, "ago": ["6 months", "1 month"]}, "history": true}));

# The main job by every kind of its arguments: the text and what it gives, and
# the pair of views, made, refreshed and asked.
sub job
{
	my ($what, %given) = @_;
	my $view = 'public.v' . ++$n;
	ask("query: $what", 'SELECT ' . call('query', %given) . ";\nSELECT " . call('query', %given) . " \\gexec\n");
	ask("create_materialized_view: $what", 'CALL ' . call('create_materialized_view', name => $view, %given)
		. ";\nTABLE ${view}_model;\nTABLE $view;\nREFRESH MATERIALIZED VIEW ${view}_model;\nREFRESH MATERIALIZED VIEW CONCURRENTLY $view;\nTABLE $view;\n"
		. "DROP MATERIALIZED VIEW $view, ${view}_model");
	return;
}
job("options $_", %plain, as_of => '2022-12-31', options => $options{$_}) for sort keys %options;
job("options $_, as_of of today", %plain, options => $options{$_}) for sort keys %options;
job("refunds $_", %refunded, refunds => $_) for qw(net gross event error);
job("tiers by $_", %plain, tier_method => $_, as_of => '2022-12-31') for qw(quantile value natural);
job("model $_", %plain, model => $_, as_of => '2022-12-31') for 'auto', split /\n/, $node->safe_psql('app', q{SELECT name FROM shop.models WHERE kind = 'transaction'});
job("other arguments", source('text', 'timestamptz', 'numeric'), as_of => '2022-12-31', horizon => '2 years', annual_rate => 0.2,
	tier_shares => '{0.1,0.4}', tier_labels => '{a,b,c}');
for my $at (@ats, 'd_dd_date')
{
	# what is cast is cast by itself: every amount with two of them will do
	job("$at, $_", source('text', $at, $_)) for $at =~ /^date|^d_timestamptz/ ? @amounts : qw(numeric float8 d_numeric);
}
job("customer $_", source($_, 'date', 'numeric'), as_of => '2022-12-31', options => '{"hysteresis": {"band": 0.1, "ago": ["1 month"]}, "history": true}') for @customers;

# A stray date, and one that is allowed; an outlying amount, a first purchase before 1970.
my %stray = (%plain, source => 'shop.stray');
job('a stray date', %stray);
job('a stray date, allowed', %stray, options => '{"max_silence": "3 years"}');
rows('a stray date', $_, %stray) for qw(rfm_scores audit_cohorts);
rows('a stray date, allowed', 'acquisition', %stray, cohort => 'year', options => '{"draws": 20, "max_silence": "3 years"}');
job('a stray date, model bgnbd', %stray, as_of => '2024-06-30', model => 'bgnbd');

# What is refused, and how.
ask("query: $_->[0]", 'SELECT ' . call('query', %plain, @{ $_->[1] }))
  for [ 'no refunds', [ refunds => undef ] ], [ 'other refunds', [ refunds => 'all' ] ], [ 'another model', [ model => 'none' ] ], [ 'a column that is not there', [ at => 'when' ] ],
  [ 'a zone of a date', [ zone => 'UTC' ] ], [ 'no amount', [ amount => undef ] ], [ 'other shares', [ tier_shares => '{2}' ] ], [ 'a negative rate', [ annual_rate => -1 ] ], [ 'a rate in per cent', [ annual_rate => 10 ] ], [ 'a horizon of seconds', [ horizon => '365' ] ],
  [ 'a silence of seconds', [ options => '{"max_silence": "365"}' ] ], [ 'a silence that is none', [ options => '{"max_silence": 365}' ] ],
  [ 'other labels', [ tier_labels => '{a}' ] ], [ 'an unknown option', [ options => '{"a": 1}' ] ], [ 'a customer table without a key', [ options => '{"customers": {"table": "shop.people"}}' ] ],
  [ 'a margin above 1', [ options => '{"margin": 2}' ] ], [ 'a band of 2', [ options => '{"hysteresis": {"band": 2, "ago": ["1 month"]}}' ] ],
  [ 'a text for a margin', [ options => '{"margin": {"column": "channel"}}' ] ], [ 'a text for an opt-out', [ options => '{"opt_out": {"column": "channel"}}' ] ],
  [ 'customers of another type', [ customer => 'customer_int4', options => $options{customers} ] ];
ask('create_materialized_view: a name that is taken', 'CREATE TABLE public.taken_model (); CALL ' . call('create_materialized_view', name => 'public.taken', %plain));
ask('create_materialized_view: no name', 'CALL ' . call('create_materialized_view', name => undef, %plain));

# Histories kept up to date: a table made, its source written in every way, by
# statements and as a subscription does, and refreshed.
for my $s ([ 'plain', %plain ], [ 'zone', source('varchar', 'timestamptz', 'numeric') ], [ 'timestamp', source('int4', 'timestamp', 'float8') ],
	[ 'domains', source('d_text', 'd_date', 'd_numeric') ], [ 'uuid', source('uuid', 'date', 'int4') ], [ 'without amounts', source('text', 'date', 'numeric'), amount => undef ])
{
	my ($what, %log) = @$s;
	my $table = 'public.h' . ++$n;
	my $refresh = 'CALL ' . call('refresh', relation => $table) . ";\nSELECT history FROM $table ORDER BY history;\n";
	my $move = "UPDATE shop.orders SET $log{customer} = (SELECT max(CAST($log{customer} AS text)) FROM shop.orders)::" . ($what =~ /uuid/ ? 'uuid' : $what =~ /timestamp/ ? 'int' : 'text')
	  . ' WHERE ctid IN (SELECT ctid FROM shop.orders LIMIT 30);';

	ask("history table: $what", 'CALL ' . call('create_history_table', name => $table, %log) . ";\n$refresh"
		. "INSERT INTO shop.orders SELECT * FROM shop.orders LIMIT 50; $refresh$move $refresh"
		. "DELETE FROM shop.orders WHERE ctid IN (SELECT ctid FROM shop.orders LIMIT 40); $refresh"
		. "SET LOCAL session_replication_role = replica; INSERT INTO shop.orders SELECT * FROM shop.orders LIMIT 5; DELETE FROM shop.orders WHERE ctid IN (SELECT ctid FROM shop.orders LIMIT 40); $refresh"
		. "TRUNCATE shop.orders; $refresh ROLLBACK; BEGIN");
}
ask("history table: refused $_->[0]", 'CALL ' . call('create_history_table', name => 'public.refused', %plain, @{ $_->[1] }))
  for [ 'a view', [ source => 'shop.refunded', customer => 'nobody' ] ], [ 'no name', [ name => undef ] ], [ 'three parts', [ name => 'a.b.c' ] ], [ 'taken', [ name => 'shop.orders' ] ];
ask('history table: partitions', 'CREATE TABLE public.parts (customer int, at date, amount numeric) PARTITION BY LIST (customer); CREATE TABLE public.part1 PARTITION OF public.parts FOR VALUES IN (1); CALL '
	. call('create_history_table', name => 'public.of_parts', source => 'public.parts', customer => 'customer', at => 'at', amount => 'amount')
	. "; CREATE TABLE public.part2 PARTITION OF public.parts FOR VALUES IN (2); INSERT INTO public.parts VALUES (1, '2024-01-01', 1), (2, '2024-01-01', 1); CALL "
	. call('refresh', relation => 'public.of_parts') . '; SELECT history FROM public.of_parts ORDER BY history; CALL ' . call('drop_history_table', relation => 'public.of_parts') . '; ROLLBACK; BEGIN');
ask('drop_history_table: no such table', 'CALL ' . call('drop_history_table', relation => 'shop.orders'));
ask("refresh: refused $_", 'CALL ' . call('refresh', relation => $_)) for 'shop.orders', \'NULL';

# Orders.
my %year = (first => '2022-01-01', last => '2022-12-31');
my %halves = (from_first => '2022-01-01', from_last => '2022-06-30', to_first => '2022-07-01', to_last => '2022-12-31');
for my $s ([ 'plain', %plain ], [ 'refunds', %refunded ], [ 'gross', %refunded, refunds => 'gross' ], [ 'event', %refunded, refunds => 'event' ],
	[ 'timestamp', source('int4', 'timestamp', 'float8') ], [ 'zone', source('varchar', 'timestamptz', 'float4') ], [ 'integer', source('uuid', 'date', 'int4') ],
	[ 'domains', source('d_text', 'd_date', 'd_numeric') ], [ 'domains of time', source('d_int4', 'd_timestamptz', 'd_float8') ], [ 'domains of a domain', source('bpchar', 'd_dd_date', 'd_int2') ])
{
	my ($what, %orders) = @$s;
	my $of_orders = $orders{source} eq 'shop.orders';
	my @days = ([], [ as_of => '2022-12-31' ]);

	rows($what, 'audit_orders', %orders, %year);
	for my $m ([], [ margin => 0.4 ], $of_orders ? ([ margin_column => 'margin' ], [ margin_column => 'd_margin' ], [ margin_column => 'some_margin' ]) : ())
	{
		rows("$what @$m", 'audit_deciles', %orders, %year, @$m);
		rows("$what @$m", 'audit_concentration', %orders, %year, @$m);
		rows("$what @$m", 'audit_changes', %orders, %halves, @$m);
		rows("$what @$m", 'audit_decomposition', %orders, %halves, @$m);
	}
	for my $day (@days)
	{
		rows("$what @$day", 'source_report', %orders, @$day);
		rows("$what @$day", 'readiness', %orders, @$day);
		rows("$what @$day $_", 'audit_cohorts', %orders, @$day, period => $_) for qw(week month quarter year);
		rows("$what @$day", 'audit_calendar', %orders, @$day);
		rows("$what @$day", 'audit_cohort', %orders, first => '2022-01-01', last => '2022-03-31', @$day);
		rows("$what @$day", 'rfm_scores', %orders, @$day);
		rows("$what @$day, three scores", 'rfm_scores', %orders, @$day, scores => 3);
		rows("$what @$day, by cuts and rules", 'rfm_scores', %orders, @$day, cuts => '{"r": [30, 90, 180, 365], "f": [2, 3, 5, 10], "m": [50, 100, 200, 500]}',
			rules => \'(SELECT rules FROM shop.rules)');
		rows("$what @$day, opted out", 'rfm_scores', %orders, @$day, opt_out => $_) for $of_orders ? qw(out d_out) : ();
		rows("$what @$day, by cohort $_", 'acquisition', %orders, @$day, cohort => $_, options => '{"draws": 20, "min_customers": 5, "margin": 0.5, "cost_per_order": 1, "acquisition_cost": 3, "target_return": 0.1}')
		  for qw(year quarter month);
		rows("$what @$day, by $_", 'acquisition', %orders, @$day, by => $_, options => '{"draws": 20, "acquisition_cost": {"channel1": 3}, "level": 0.9, "seed": 3}')
		  for $of_orders ? qw(channel d_channel n_channel) : qw(channel);
		rows("$what @$day, by channel, a column of costs", 'acquisition', %orders, @$day, by => 'channel', options => '{"draws": 20, "margin": {"column": "d_margin", "default": 0.4}, "cost_per_order": {"column": "paid", "default": 1}, "acquisition_cost": {"column": "paid"}, "max_silence": "900 days"}') if $of_orders;
		rows("$what @$day, by the customer table", 'acquisition', %orders, @$day, by => $_, options => qq({$customers, "draws": 20, "min_customers": 1, "margin": {"column": "margin", "of": "customers"}, "acquisition_cost": {"column": "paid", "of": "customers"}}))
		  for $orders{customer} =~ /text$/ ? qw(grp d_grp) : ();
	}
}
rows('refused', 'audit_orders', %plain, first => '2022-12-31', last => '2022-01-01');
rows('refused', 'audit_deciles', %plain, %year, margin => 2);
rows('refused', 'audit_deciles', %plain, %year, classes => 0);
rows('refused', 'audit_changes', %plain, %halves, to_first => '2022-05-01');
rows('refused', 'audit_cohorts', %plain, period => 'decade');
rows('refused', 'rfm_scores', %plain, cuts => '{"r": []}');
rows('refused', 'rfm_scores', %plain, rules => '[{"a": 1}]');
rows('refused', 'rfm_scores', %plain, opt_out => 'channel');
rows('refused', 'acquisition', %plain, by => 'channel', options => '{"level": 2}');
rows('refused', 'acquisition', %plain);
ask('segment', 'SELECT ' . call('segment', r => 5, f => 5, m => 5) . ', ' . call('segment', r => 5, f => 5, m => 5, rules => '[{"segment": "x", "r_min": 3}]'));
rows('all', 'rfm_segments');
rows('all', 'models');

# Pairs of views, which are there before anything is planted, and made again.
my %pairs = (
	pair_plain => [ 'c7', %plain, as_of => '2022-12-31', options => '{"history": true}' ],
	pair_all => [ 'c7', %plain, as_of => '2022-12-31', options => $options{all} ],
	pair_bare => [ 'c7', source('d_text', 'd_date', 'd_numeric'), as_of => '2022-12-31', model => 'paretonbd' ],
	pair_int => [ '7', source('int4', 'timestamp', 'float8'), as_of => '2022-12-31' ],
	pair_uuid => [ '00000000-0000-0000-0000-000000000007', source('uuid', 'timestamptz', 'float4'), as_of => '2022-12-31', options => '{"history": true}' ]);
for my $pair (sort keys %pairs)
{
	my ($someone, %arguments) = @{ $pairs{$pair} };
	my %view = (view => "public.$pair");
	my %histories = $pair =~ /uuid|int/ ? () : (histories => 'shop.histories', customer => 'customer');
	my @where = ([], $pair =~ /uuid|int/ ? () : ([ %histories ], [ %histories, history => 'd_history' ]));

	$node->safe_psql('app', 'CALL ' . call('create_materialized_view', name => "public.$pair", %arguments));
	ask("REFRESH of $pair", "REFRESH MATERIALIZED VIEW public.${pair}_model; REFRESH MATERIALIZED VIEW public.$pair; TABLE public.${pair}_model; TABLE public.$pair");
	ask("refresh of $pair, refit $_", 'CALL ' . call('refresh', relation => "public.$pair", refit => $_) . "; TABLE public.$pair") for qw(false true);
	ask("$pair, as a dump writes it", "SET LOCAL search_path = '';\n" . join('', map { "SELECT pg_get_viewdef('public.$_'::regclass) \\gexec\n" } "${pair}_model", $pair));
	rows($pair, 'tier_rules', %view);
	rows($pair, 'explain(regclass,text)', %view, customer => $_) for $someone, 'c20', 'nobody';
	rows("$pair, a uuid", 'explain(regclass,anyelement)', %view, customer => \"CAST('$someone' AS uuid)") if $pair =~ /uuid/;
	rows($pair, 'explain(regclass,"char")', %view, customer => '7');
	for my $where (@where)
	{
		rows("$pair @$where", 'tiers_at', %view, as_of => '{2022-06-30,2022-12-31}', @$where);
		rows("$pair @$where", 'migration', %view, from_date => '2022-06-30', to_date => '2022-12-31', @$where);
		rows("$pair @$where, refit $_", 'equity_bridge', %view, from_date => '2022-06-30', to_date => '2022-12-31', refit => $_, @$where) for qw(true false);
	}
	rows("$pair, top @$_", 'value_at_risk', %view, silent => '90 days', @$_) for [], [ top => 5 ];
	rows("$pair @$_", 'equity', %view, draws => 20, @$_)
	  for [], [ by => 'tier' ], [ cohort => 'year' ], [ cohort => 'quarter' ], [ cohort => 'month' ],
	  $pair =~ /uuid|int/ ? () : ([ by => 'grp', relation => 'shop.people', key => 'key' ], [ by => 'd_grp', relation => 'shop.people', key => 'd_key' ]);
	rows($pair, 'fairness', %view, attribute => 'frequency', min_customers => 2, min_cell => 1);
	rows("$pair, a holdout", 'fairness', %view, attribute => 'tier', holdout => 'monetary', value => 'expected_spend');
}
$node->safe_psql('app', 'CREATE TABLE shop.fair AS SELECT tier, clv::d_float8 AS clv, clv::d_numeric AS clv_n, frequency::d_int4 AS frequency, monetary::d_float4 AS brought FROM public.pair_plain');
rows("domains, $_", 'fairness', view => 'shop.fair', attribute => 'frequency', holdout => 'brought', value => $_, min_customers => 1, min_cell => 1) for qw(clv clv_n frequency);
rows('refused', 'tiers_at', view => 'public.pair_plain', as_of => '{2023-06-30}');
rows('refused', 'tiers_at', view => 'public.pair_plain', as_of => undef);
rows('refused', 'equity', view => 'public.pair_plain', by => 'nothing');
rows('refused', 'tier_rules', view => 'shop.orders');
rows('refused', 'tiers_at', view => 'public.pair_bare', as_of => '{2022-06-30}');
rows('refused', 'tiers_at', view => 'public.pair_bare', as_of => '{2022-06-30}', histories => 'shop.histories', customer => 'customer', history => 'customer');

# Values of the types, where PostgreSQL itself looks for an operator.
for my $c (qw(history base model retention))
{
	ask("$c: order, groups, joins", "SELECT count(*) FROM (SELECT DISTINCT $c FROM shop.histories) AS x;
		SELECT count(*) FROM (SELECT $c FROM shop.histories ORDER BY $c DESC) AS x;
		SELECT count(*) FROM (SELECT $c FROM shop.histories GROUP BY $c) AS x;
		SELECT count(*) FROM shop.histories AS a JOIN shop.histories AS b USING ($c);
		SELECT count(*) FROM shop.histories AS a JOIN shop.histories AS b ON a.$c OPERATOR(clv.=) b.$c WHERE a.$c OPERATOR(clv.<=) b.$c;
		CREATE TEMP TABLE kept AS SELECT $c FROM shop.histories; CREATE INDEX ON kept ($c); CREATE INDEX ON kept USING hash ($c); DROP TABLE kept");
}

# Every function that needs no more is asked with NULLs of its types.  One in C
# makes no call by name, so there is nothing within to take over.
for my $f (map { @$_ } @signatures{ sort keys %signatures })
{
	next if $f->{kind} eq 'p' || $f->{language} eq 'plpgsql' || grep { $_->[1] =~ /^(internal|cstring|any\w*)$/ } @{ $f->{arguments} };
	ask("$f->{id} of NULLs", "SELECT count(*) FROM (SELECT clv.$f->{name}(" . join(', ', map { "CAST(NULL AS $_->[1])" } @{ $f->{arguments} }) . ')) AS x');
}

# Ask it all, and return for each question what came of it.
sub answers
{
	my $script = "\\set VERBOSITY verbose\nSET search_path = clv, public;\nSET client_min_messages = warning;\n";
	my (%stdout, %stderr, $out, $err);
	for my $i (0 .. $#questions)
	{
		$script .= "\\echo \@\@\@$i\n\\warn \@\@\@$i\nBEGIN;\n$questions[$i][1];\nCOMMIT;\n";
	}
	$node->psql('app', $script, stdout => \$out, stderr => \$err, on_error_stop => 0, timeout => 600);
	my $deal = sub {
		my ($text, $into) = @_;
		my (undef, @parts) = split /^@@@(\d+)\n/m, "\n$text\n";
		while (@parts) { my $i = shift @parts; $into->{$i} = shift(@parts) // '' }
	};
	$deal->($out, \%stdout);
	$deal->($err =~ s/^psql:\S+: //mgr, \%stderr);	# but for the place in the script
	# the order of rows is nobody's promise
	return map { [ join("\n", sort split /\n/, $stdout{$_} // 'not asked'), $stderr{$_} // 'not asked' ] } 0 .. $#questions;
}

# What went wrong, each with a question to which it did.
sub show
{
	my %seen;
	for my $i (@_)
	{
		my ($line) = grep { !/25P02/ } grep { /^(WARNING|ERROR)/ } split /\n/, $after[$i][1];
		$line //= 'answers otherwise';
		diag("$questions[$i][0]: $line") unless $seen{$line}++ || keys %seen > 30;
	}
	return;
}

my @before = answers();
is(scalar(grep { $_->[0] eq 'not asked' } @before), 0, 'everything can be asked');
my @unexpected = grep { $before[$_][1] =~ /invalid command|ERROR:  (XX|42725|42883|42601)/ } 0 .. $#questions;
is(scalar @unexpected, 0, 'and is a question') or diag(map { "$questions[$_][0]: $questions[$_][1]\n$before[$_][1]\n" } @unexpected[0 .. ($#unexpected < 5 ? $#unexpected : 5)]);

# What has been called: every function with calls of its own by name.  Those in
# C have none, and bodies that are parsed on CREATE FUNCTION are bound then.
# One that does nothing but raise is not counted, but is in the error's context.
my %raised = map { $_ => 1 } map { $_->[1] =~ /function clv\.(\w+)\(/g } @before;
my $raised = join(',', map { "'$_'" } '', sort keys %raised);
is( $node->safe_psql('app', qq{
	SELECT p.oid::regprocedure FROM ($members) AS p
	JOIN pg_language AS l ON l.oid = p.prolang AND (l.lanname = 'plpgsql' OR l.lanname = 'sql' AND p.prosqlbody IS NULL)
	LEFT JOIN pg_stat_user_functions AS s ON s.funcid = p.oid
	WHERE coalesce(s.calls, 0) = 0 AND NOT (p.prorettype = 'void'::regtype AND p.proname IN ($raised)) ORDER BY 1}),
	'', 'every function with a body has been called by the questions');

is( $node->safe_psql('app', qq{SELECT p.oid::regprocedure FROM ($members) AS p WHERE p.proname LIKE '\\_%' AND p.pronargdefaults > 0 ORDER BY 1}),
	'', 'no part has a default to rely on');

# Branches that are not asked for are read: every call by name in a body passes
# as many arguments as the function has, and none that is a literal without a
# type.  This knows nothing of the types of columns and variables.
sub arguments
{
	my ($text) = @_;		# what follows the opening parenthesis
	my ($depth, $quoted, @arguments) = (0, 0, '');
	for my $c (split //, $text)
	{
		$quoted = !$quoted if $c eq "'";
		$depth++ if !$quoted && $c =~ /[(\[]/;
		last if !$quoted && $c eq ')' && $depth == 0;
		$depth-- if !$quoted && $c =~ /[)\]]/;
		if (!$quoted && $depth == 0 && $c eq ',') { push @arguments, '' }
		else { $arguments[-1] .= $c }
	}
	return grep { $_ ne '' || @arguments > 1 } map { s/^\s+|\s+$//gr } @arguments;
}
my @loose;
my $read = 0;
for my $f (split /\0/, $node->safe_psql('app', qq{
	SELECT string_agg(concat_ws(E'\\x01', p.oid::regprocedure, p.prosrc), E'\\x02') FROM ($members) AS p
	JOIN pg_language AS l ON l.oid = p.prolang AND (l.lanname = 'plpgsql' OR l.lanname = 'sql' AND p.prosqlbody IS NULL)}) =~ s/\x02/\0/gr)
{
	my ($id, $source) = split /\x01/, $f;
	$source =~ s/--.*$//mg;
	# what is told to the caller is no call
	$source =~ s/\b(HINT|MESSAGE)\s*=\s*('([^']|'')*')//g;
	while ($source =~ /\bclv\.(\w+)\(/g)
	{
		my $name = $1;
		my @given = arguments(substr($source, pos $source));
		next if @given == 1 && $given[0] =~ /^%(\d+\$)?s$/;	# a list that is put together elsewhere
		$read++;
		push @loose, "$id: clv.$name(" . join(', ', @given) . ')'
		  if (!grep { @{ $_->{arguments} } == @given } @{ $signatures{$name} })
		  || grep { /^(-?[\d.]+(e[\d+-]+)?|'.*'|NULL|%(\d+\$)?L|\w+\s*=>.*)$/is && !/'::/ } @given;
	}
}
cmp_ok($read, '>', 100, 'calls are found in the bodies of functions');
is(join("\n", @loose), '', 'with all arguments, and literals that have a type');

# ---------------------------------------------------------- what is planted

my ($planted, undef, $complaint) = $node->psql('app', slurp_file('test/t/plant_overloads.sql') =~ s/:MEMBERS/($members)/r,
	extra_params => [ '-U', 'installer' ], timeout => 600);
is($planted, 0, 'as much as can be is planted') or BAIL_OUT($complaint);
note($node->safe_psql('app', q{SELECT format('%s functions, %s operators, %s types planted',
	(SELECT count(*) FROM pg_proc WHERE proowner = 'installer'::regrole), (SELECT count(*) FROM pg_operator WHERE oprowner = 'installer'::regrole),
	(SELECT count(*) FROM pg_type WHERE typowner = 'installer'::regrole AND typtype IN ('d', 'c')))}));

@after = answers();
my @taken = grep { $after[$_][1] =~ /TRAP0/ } 0 .. $#questions;
my @other = grep { $after[$_][0] ne $before[$_][0] || $after[$_][1] ne $before[$_][1] } 0 .. $#questions;
is(scalar @taken, 0, 'none of ' . @questions . ' questions runs what was planted');
show(@taken);
is(scalar @other, 0, 'and every answer is the same as before');
show(grep { $after[$_][1] !~ /TRAP0/ } @other);

# Functions that are as good a match when an argument of theirs is left out: a
# call of either is refused as ambiguous, and nothing is run.
$node->safe_psql('app', q{
	SET search_path = pg_catalog;
	DO $do$
	DECLARE
		f			record;
	BEGIN
		FOR f IN
			SELECT p.proname, p.prokind, pg_get_function_identity_arguments(p.oid) AS arguments
			FROM (} . $members . q{) AS p WHERE NOT p.proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[]
		LOOP
			EXECUTE format('CREATE %s clv.%I(%s) %s LANGUAGE plpgsql AS %L', CASE f.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, f.proname,
				concat_ws(', ', nullif(regexp_replace(f.arguments, '(, )?OUT .*', ''), ''), 'planted clv.evil[] DEFAULT NULL'),
				CASE WHEN f.prokind <> 'p' THEN 'RETURNS void' END, 'BEGIN PERFORM clv.trap(''a longer one''); END');
		END LOOP;
	END
	$do$;
}, extra_params => [ '-U', 'installer' ]);
@after = answers();
@taken = grep { $after[$_][1] =~ /TRAP0/ } 0 .. $#questions;
@other = grep { ($after[$_][0] ne $before[$_][0] || $after[$_][1] ne $before[$_][1]) && $after[$_][1] !~ /ERROR:  42725: / } 0 .. $#questions;
is(scalar @taken, 0, 'nor one with an argument more that has a default');
show(@taken);
is(scalar @other, 0, 'by which questions are answered, or refused as ambiguous');
show(grep { $after[$_][1] !~ /TRAP0/ } @other);
done_testing();
