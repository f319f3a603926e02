# Several sessions at once: orders come in, both views are refreshed
# concurrently, and whoever reads or asks always sees a whole view of one day; and
# the settings of the session that refreshes do not matter.

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
	CREATE EXTENSION clv;
	CREATE SEQUENCE next_order START 1000;
	CREATE TABLE orders AS
	SELECT customer::integer AS customer_id, at::date AS at, amount
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 400, '2023-01-01', 90, 540, 1);
	CALL clv.create_materialized_view('v', 'orders', 'customer_id', 'at', 'amount');
});

# A division by zero ends the reader that sees half a view.
my $consistent = q{
	SELECT 1 / (count(DISTINCT as_of) = 1 AND count(*) >= 400 AND count(*) = count(DISTINCT customer_id)
				AND bool_and(clv = discounted_purchases * expected_spend))::int
	FROM v;
	SELECT 1 / (count(*) = 1 AND min(customers) >= 400)::int FROM v_model;
};
$node->pgbench(
	'--no-vacuum --client=4 --transactions=40', 0,
	[qr{actually processed: 160/160}], [qr{^$}],
	'readers, buyers and refreshes at once',
	{
		'013_read@6' => $consistent,
		'013_buy@3' => q{INSERT INTO orders SELECT nextval('next_order'), date '2024-01-01' + (random() * 100)::int, 10;},
		'013_rescore@2' => 'REFRESH MATERIALIZED VIEW CONCURRENTLY v;',
		'013_refit@1' => 'REFRESH MATERIALIZED VIEW CONCURRENTLY v_model;',
	});
$node->safe_psql('postgres', 'REFRESH MATERIALIZED VIEW v_model; REFRESH MATERIALIZED VIEW v');
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM v) = (SELECT count(DISTINCT customer_id) FROM orders)'),
	't', 'nobody is missing at the end');

# Questions to a pair that is refreshed as one: each answer is of one state of
# both, with nobody in one part and not in the other, and by the models that the
# values are from.
$node->safe_psql(
	'postgres', q{
	CALL clv.create_materialized_view('d', 'orders', 'customer_id', 'at', 'amount', '2024-12-31',
		options => '{"margin": 0.4, "cost_per_order": 1, "history": true}');
});
$node->pgbench(
	'--no-vacuum --client=4 --transactions=25', 0,
	[qr{actually processed: 100/100}], [qr{^$}],
	'questions, buyers and refreshes of a pair at once',
	{
		'013_ask@6' => q{
			SELECT 1 / (sum(m.customers) = (SELECT count(*) FROM d))::int FROM clv.migration('d', '2023-06-30', '2024-12-31') AS m;
			SELECT 1 / (sum(e.equity) = (SELECT sum(clv::numeric) FROM d) AND sum(e.customers) = (SELECT count(*) FROM d))::int
			FROM clv.equity('d', 'tier', draws => 20) AS e;
			SELECT 1 / (b.amount = (SELECT sum(clv_net::numeric) FROM d))::int
			FROM clv.equity_bridge('d', '2023-06-30', '2024-12-31', refit => false) AS b WHERE b.component = 'end';
			SELECT 1 / (bool_and(e.quantity <> 'note') AND max(e.value) FILTER (WHERE e.quantity = 'clv_net') = (SELECT clv_net FROM d WHERE customer_id = 77))::int
			FROM clv.explain('d', 77) AS e;
			SELECT 1 / (sum(t.customers) = (SELECT count(*) FROM d))::int FROM clv.tier_rules('d') AS t;
			SELECT 1 / (count(*) = (SELECT count(*) FROM d) AND bool_and(t.tier = v.tier))::int
			FROM clv.tiers_at('d', '{2024-12-31}') AS t JOIN d AS v ON v.customer_id::text = t.customer_id;
			SELECT 1 / (count(*) = (SELECT count(clv_net) FROM d))::int FROM clv.value_at_risk('d', '90 days');
		},
		'013_buy_more@3' => q{INSERT INTO orders SELECT nextval('next_order'), date '2024-01-01' + (random() * 100)::int, 10 + 20 * random();},
		'013_refresh_pair@2' => q{
			BEGIN;
			REFRESH MATERIALIZED VIEW CONCURRENTLY d_model;
			REFRESH MATERIALIZED VIEW CONCURRENTLY d;
			COMMIT;
		},
	});

# A refresh that is not concurrent shuts readers out, first of the models, then
# of the customers: a question waits for it, and is never waited for in turn.
$node->pgbench(
	'--no-vacuum --client=4 --transactions=25', 0,
	[qr{actually processed: 100/100}], [qr{^$}],
	'questions wait for refreshes of a pair, nobody dies',
	{
		'013_ask_alone@4' => q{
			SELECT FROM clv.migration('d', '2023-06-30', '2024-12-31');
			SELECT FROM clv.equity('d', 'tier', draws => 20);
			SELECT FROM clv.equity_bridge('d', '2023-06-30', '2024-12-31', refit => false);
			SELECT FROM clv.explain('d', 77);
			SELECT FROM clv.tier_rules('d');
			SELECT FROM clv.tiers_at('d', '{2024-12-31}');
			SELECT FROM clv.value_at_risk('d', '90 days');
		},
		'013_refresh_alone@2' => q{
			BEGIN;
			REFRESH MATERIALIZED VIEW d_model;
			REFRESH MATERIALIZED VIEW d;
			COMMIT;
		},
	});

# Two make a pair of the same name: one of them gets it, whole, and the other,
# who comes before the first has committed, is told.
$node->safe_psql('postgres', 'CREATE TABLE refused (message text)');
$node->pgbench(
	'--no-vacuum --client=2 --jobs=2 --transactions=1', 0,
	[qr{processed}], [qr{^$}],
	'two create the same pair',
	{
		'013_create' => q{
			DO $$
			BEGIN
				CALL clv.create_materialized_view('w', 'orders', 'customer_id', 'at', 'amount');
				-- until the other one waits for this one
				FOR i IN 1 .. 6000 LOOP
					EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted);
					PERFORM pg_sleep(0.01);
				END LOOP;
			EXCEPTION WHEN duplicate_table THEN
				INSERT INTO refused VALUES (SQLERRM);
			END
			$$;
		},
	});
is($node->safe_psql('postgres', 'SELECT (SELECT count(*) FROM w) = (SELECT customers FROM w_model)'), 't', 'and it is whole');
is($node->safe_psql('postgres', 'SELECT message FROM refused'), 'relation "w_model" already exists in schema "public"', 'and the other was told');

# Settings: the local day of an order is that of the zone given, whatever the
# session's, and so is everything printed or parsed.
$node->safe_psql(
	'postgres', q{
	CREATE TABLE events AS
	SELECT customer_id, (at + time '23:30') AT TIME ZONE 'America/New_York' AS at, amount FROM orders WHERE customer_id <= 400;
	CALL clv.create_materialized_view('z', 'events', 'customer_id', 'at', 'amount', zone => 'America/New_York',
		horizon => '1 year 6 months');
	CREATE TABLE z_before AS TABLE z;
});
for my $settings (
	q{SET timezone = 'Pacific/Kiritimati'; SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard'},
	q{SET timezone = 'America/Adak'; SET datestyle = 'German'; SET extra_float_digits = -15; SET search_path = ''},
	q{SET lc_numeric = 'C'; SET work_mem = '64kB'; SET enable_hashagg = off; SET jit = on; SET jit_above_cost = 0},
	q{CREATE SCHEMA evil; CREATE FUNCTION evil.zero(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT 0.0::float8';
	  CREATE OPERATOR evil.* (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil.zero);
	  CREATE TABLE evil.events (customer_id int, at timestamptz, amount numeric); SET search_path = evil, pg_catalog, public})
{
	$node->safe_psql('postgres',
		"$settings; REFRESH MATERIALIZED VIEW public.z_model; REFRESH MATERIALIZED VIEW CONCURRENTLY public.z");
	is( $node->safe_psql('postgres', 'SELECT count(*) FROM (TABLE z EXCEPT ALL TABLE z_before) AS d'),
		'0', 'refreshed to the same under ' . ($settings =~ s/;.*//sr));
}

# The day is the zone's: an hour later it would be another.
is( $node->safe_psql('postgres', q{
		SELECT count(*) FROM z JOIN (SELECT customer_id, min(at) AS first FROM orders GROUP BY 1) AS o USING (customer_id)
		WHERE z.first_purchase <> o.first}),
	'0', 'days are those of the zone');

$node->stop;
done_testing();
