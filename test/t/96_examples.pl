# examples/: the story runs with psql alone, finds what is hidden in its shop
# (examples/shop.sql says what that is), and its sums agree with plain SQL.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION clv');

my $story = 'examples/a-year-in-the-life-of-a-shop.sql';
my ($stdout, $stderr);
ok(IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('postgres'), '-f', $story ],
		'>', \$stdout, '2>', \$stderr), 'the story runs') or diag($stderr);
is($stderr, '', 'without a warning');
unlike($stdout, qr/WARNING|ERROR/, 'nor an error on the way');
is(scalar(() = $stdout =~ /^-[-+]+$/mg), 19, 'it shows nineteen tables');
is($stdout =~ s/^.*\n(?=\n?NEW YEAR 2025)//sr =~ s/\n.*//sr, 'NEW YEAR 2025.  The reckoning.', 'to the end');

sub ask
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', "SET search_path = coffee, public; $sql");
}

# A bad channel, and the good ones.
is(ask('SELECT string_agg(group_name, \',\' ORDER BY group_name) FROM channels WHERE verdict = \'does not pay\''),
	'coupons', 'the coupons do not pay');
is(ask('SELECT string_agg(group_name, \',\' ORDER BY group_name) FROM channels WHERE verdict = \'pays\''),
	'newsletter,recommendation,search', 'the others do');
is(ask('SELECT customers, new_customer_value, verdict, note FROM channels WHERE group_name LIKE \'other%\''),
	'|||suppressed: fewer than 30 customers; together: radio, trade fair', 'small channels are not told');

# A group that is not worth its service: whoever has its low cost is not in it.
is(ask(q{SELECT bool_and(c.by_phone), count(*) > 200, sum(v.clv_net) < (SELECT 0.9 * sum(clv_net) FROM customer_value WHERE clv_net < 0)
		FROM customer_value AS v JOIN customers AS c ON c.id = v.customer WHERE v.unprofitable_because = 'cost to serve'}),
	't|t|t', 'nearly all of the loss is the service of those who order by telephone');
is(ask('SELECT count(*) FROM customer_value WHERE (unprofitable_because IS NOT NULL) <> (clv_net < 0)'),
	'0', 'a reason for all of them, and for nobody else');

# An unfair rule, and the same without what makes it so.
is(ask(q{SELECT group_value, below_four_fifths, ratio_to_best < 0.5, mean_ratio > 0.8
		FROM clv.fairness('club', 'age_group', tier => 'club') WHERE tier_or_better = 'club' ORDER BY 1}),
	"60 and over|t|t|t\nunder 60|f|f|t", 'the club is unfair to those of 60 and over, at equal value');
is(ask(q{SELECT bool_or(below_four_fifths) FROM clv.fairness('club_for_all', 'age_group', tier => 'club')}),
	'f', 'without the app it is not');

# A cohort that decays faster: alone outside what all have in common.
is( ask(q{SELECT string_agg(cohort::text, ',') FROM clv.audit_cohorts('orders', 'customer', 'at', 'amount', 'quarter', '2024-12-31')
		WHERE age = 1 AND active_upper < pooled_share}),
	'2023-10-01', 'the cohort of the sale is below the pooled share');
is( ask(q{SELECT count(*), count(*) FILTER (WHERE group_name = '2023-Q4' AND upper < o.lowest)
		FROM clv.acquisition('orders', 'customer', 'at', 'amount', cohort => 'quarter'),
			 LATERAL (SELECT min(lower) AS lowest FROM clv.acquisition('orders', 'customer', 'at', 'amount', cohort => 'quarter') WHERE group_name <> '2023-Q4') AS o}),
	'8|1', 'and its new customers are worth less than those of any other quarter');

# Values came true for whom the past could tell.
is(ask(q{SELECT bool_and(abs(sum_spent / sum_clv - 1) < 0.1) FILTER (WHERE came = 'before the sale'), bool_and(sum_spent < 0.8 * sum_clv) FILTER (WHERE came = 'the sale')
		FROM (SELECT came, sum(spent) AS sum_spent, sum(clv) AS sum_clv FROM january_and_after GROUP BY came) AS s}),
	't|t', 'expected and spent');

# Sums.
my $year = q{FROM orders WHERE at BETWEEN '2024-01-01' AND '2024-12-31'};
is(ask(qq{SELECT sum(revenue) = (SELECT sum(amount) $year), sum(customers) = (SELECT count(DISTINCT customer) $year)
		FROM clv.audit_deciles('orders', 'customer', 'at', 'amount', '2024-01-01', '2024-12-31')}),
	't|t', 'deciles to the total');
is( ask(q{SELECT sum(contribution) FILTER (WHERE factor <> 'profit') = sum(contribution) FILTER (WHERE factor = 'profit')
		FROM clv.audit_decomposition('orders', 'customer', 'at', 'amount', '2023-01-01', '2023-12-31', '2024-01-01', '2024-12-31', margin => 0.35)}),
	't', 'the factors to the change');
is( ask(q{SELECT sum(amount) FILTER (WHERE ordinal < 7) = sum(amount) FILTER (WHERE ordinal = 7), sum(amount) FILTER (WHERE ordinal = 7) = (SELECT sum(clv_net::numeric) FROM customer_value)
		FROM clv.equity_bridge('customer_value', '2023-12-31', '2024-12-31')}),
	't|t', 'the bridge to its end, which is the value of the view');
is( ask(q{SELECT bool_and(m.customers IS NOT DISTINCT FROM t.customers)
		FROM (SELECT to_tier AS tier, sum(customers) AS customers FROM clv.migration('customer_value', '2023-12-31', '2024-12-31') GROUP BY 1) AS m
		FULL JOIN (SELECT tier, count(*) AS customers FROM customer_value WHERE NOT opted_out GROUP BY 1) AS t USING (tier)}),
	't', 'migration to the tiers');
is(ask(q{SELECT sum(customers), sum(value) = (SELECT sum(clv_net::numeric) FROM customer_value) FROM clv.tier_rules('customer_value')}),
	'6200|t', 'tiers to the base');
is( ask(q{SELECT e.value = v.clv_net FROM customer_value AS v, clv.explain('customer_value', v.customer) AS e WHERE v.customer = 272 AND e.quantity = 'clv_net'}),
	't', 'an explanation ends in the value');
is( ask(q{SELECT sum(customers), sum(equity) = (SELECT sum(clv::numeric) FROM customer_value)
		FROM clv.equity('customer_value', by => 'channel', relation => 'customers', key => 'id', draws => 20)}),
	'6200|t', 'equity of the channels to the whole');

# Who does not want to be sorted is in no list of customers.
is( ask(q{SELECT count(*) FILTER (WHERE tier IS NOT NULL OR clv_rank IS NOT NULL), (SELECT count(*) FROM clv.value_at_risk('customer_value', '90 days') AS r JOIN customers AS c ON c.id::text = r.customer_id WHERE c.no_profiling)
		FROM customer_value WHERE opted_out}),
	'0|0', 'opting out');

$node->stop;
done_testing();
