# Questions to a view of values can be cancelled wherever they are, with workers
# and without, and then answer as before.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $parts = 8;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE orders AS
	SELECT customer, at::date AS at, amount
	FROM clv.simulate(clv.model('mbgnbd', '{"r": 0.7, "alpha": 40, "a": 0.8, "b": 1.5}'),
		clv.model('gammagamma', '{"p": 6, "q": 4, "gamma": 15}'), 30000, '2022-01-01', 360, 720, 1);
	CALL clv.create_materialized_view('v', 'orders', 'customer', 'at', 'amount', '2023-12-31',
		options => '{"history": true, "margin": 0.4, "cost_per_order": 1}');
	CREATE VIEW grouped AS SELECT v.*, customer % 7 AS g FROM v;
	ANALYZE v;
});

my %questions = (
	equity => "clv.equity('v')",
	'equity by cohort' => "clv.equity('v', cohort => 'month')",
	equity_bridge => "clv.equity_bridge('v', '2022-12-31', '2023-12-31')",
	migration => "clv.migration('v', '2022-12-31', '2023-12-31')",
	tiers_at => "clv.tiers_at('v', '{2022-12-31,2023-06-30}')",
	value_at_risk => "clv.value_at_risk('v', '90 days')",
	fairness => "clv.fairness('grouped', 'g')");
my %plans = (
	'one process' => 'SET max_parallel_workers_per_gather = 0;',
	'workers' => 'SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0;');

foreach my $plan (sort keys %plans)
{
	foreach my $name (sort keys %questions)
	{
		my $ask = "SELECT count(*), md5(string_agg(q::text, ' ' ORDER BY q::text)) FROM $questions{$name} AS q;\n";
		my $whole = $node->safe_psql('postgres', "$plans{$plan}\n$ask\\timing on\n$ask");
		my ($answer) = $whole =~ /^(\d+\|\w+)$/m;
		my ($ms) = $whole =~ /^Time: ([\d.]+) ms/m;
		my $script = "\\set VERBOSITY sqlstate\n$plans{$plan}\n";

		$script .= 'SET statement_timeout = ' . (1 + int($ms * $_ / $parts)) . ";\n$ask" foreach 0 .. $parts - 1;
		my ($status, $stdout, $stderr) = $node->psql('postgres', "$script\nSET statement_timeout = 0;\n$ask", on_error_stop => 0);
		my @codes = $stderr =~ /ERROR:\s+(\w+)/g;
		my @answers = $stdout =~ /^(\d+\|\w+)$/mg;

		cmp_ok(scalar(@codes), '>', 0, "$name, $plan: cancelled " . scalar(@codes) . " times in $ms ms");
		is(join(' ', grep { $_ ne '57014' } @codes), '', "$name, $plan: and nothing else");
		# (what is cancelled after 1 ms may be a SET)
		ok(@answers && !(grep { $_ ne $answer } @answers), "$name, $plan: otherwise the same answer");
	}
}

done_testing();
