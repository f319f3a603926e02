# The CDNOW log through the main job, at the two dates of the papers: the sample
# of a tenth, and all of it where it is (test/data/fetch gets it).  Counts are
# the published ones; parameters those of the reference file; values by tier
# those of test/pipeline.py, whose output is committed beside it.

use strict;
use warnings;

use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $test = "$FindBin::RealBin/..";

# A file of test/data, or of the folder of data beside the checkout.
sub data_file
{
	my ($name) = @_;
	my ($file) = grep { -r $_ } "$test/data/$name", "$test/../../shared/data/$name";

	return $file;
}

# One record a line; the reference file writes NaN, which JSON has not.
sub lines_of_json
{
	my ($file) = @_;
	return map { decode_json($_) } grep { /^\{/ } map { s/,\s*$//r =~ s/\bNaN\b/null/gr } split /\n/, slurp_file($file);
}

sub close_to
{
	my ($got, $want, $tolerance, $name) = @_;
	cmp_ok(abs($got / $want - 1), '<', $tolerance, "$name: $got");
}

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION clv');

# Reference fits are in weeks, the job's in days: alpha is 7 times that, and
# the likelihood is lower by ln 7 a repeat purchase.
my %reference = map { ("$_->{dataset} $_->{model}" => $_) } lines_of_json(data_file('reference_fits.json'));

sub check_job
{
	my ($log, $want, $published) = @_;
	my ($as_of, $model) = @$want{qw(as_of model)};
	my $view = "${log}_${model}_" . ($as_of =~ s/-//gr);
	my $what = "$log: $model at $as_of";
	my $fit = $reference{ "cdnow_${log}_" . ($as_of =~ s/-//gr) . "_week $model" };
	my $spend = $reference{ "cdnow_${log}_" . ($as_of =~ s/-//gr) . '_week gg' };

	$node->safe_psql('postgres', qq{
		CALL clv.create_materialized_view('$view', '${log}_log', 'customer_id', 'date', 'amount', '$as_of', model => '$model')});

	is( $node->safe_psql('postgres', qq{
			SELECT count(*), sum(frequency), sum(recency), sum(t), count(*) FILTER (WHERE frequency > 0) FROM $view}),
		$published->{$as_of}, "$what: customers, purchases, recency, age, repeat buyers");
	is( $node->safe_psql('postgres', "SELECT model_status, spend_status, customers FROM ${view}_model"),
		"converged|converged|$want->{customers}", "$what: converged");

	for my $name (qw(r alpha a b))
	{
		close_to($node->safe_psql('postgres', "SELECT clv.param(model, '$name') FROM ${view}_model"),
			$fit->{params}{$name} * ($name eq 'alpha' ? 7 : 1), 1e-6, "$what: $name");
	}
	for my $name (qw(p q gamma))
	{
		close_to($node->safe_psql('postgres', "SELECT clv.param(spend, '$name') FROM ${view}_model"),
			$spend->{params}{$name}, 1e-6, "$what: $name of the spend model");
	}
	cmp_ok(
		abs($node->safe_psql('postgres', "SELECT clv.loglik(model) FROM ${view}_model")
			  - ($fit->{ll} - $want->{sum_x} * log(7))),
		'<', 1e-5, "$what: log-likelihood");
	cmp_ok(abs($node->safe_psql('postgres', "SELECT clv.loglik(spend) FROM ${view}_model") - $spend->{ll}),
		'<', 1e-5, "$what: log-likelihood of the spend model");

	my $tiers = decode_json($node->safe_psql('postgres', qq{
		SELECT jsonb_object_agg(tier, jsonb_build_object('customers', n, 'clv', v))
		FROM (SELECT tier, count(*) AS n, sum(clv) AS v FROM $view WHERE clv IS NOT NULL GROUP BY tier) AS t}));
	is_deeply([ sort keys %$tiers ], [ sort keys %{ $want->{tiers} } ], "$what: tiers");
	for my $tier (sort keys %{ $want->{tiers} })
	{
		is($tiers->{$tier}{customers}, $want->{tiers}{$tier}{customers}, "$what: customers in $tier");
		close_to($tiers->{$tier}{clv}, $want->{tiers}{$tier}{clv}, 1e-8, "$what: value of $tier");
	}
	return;
}

# Customers, purchases, recency, age, repeat buyers of each log at each date;
# those of the sample in 1997 also as its summary has them, customer by customer.
my %published = (
	sample => {
		'1997-09-30' => '2357|2457|112949|539779|946',
		'1998-06-30' => '2357|4339|307464|1183240|1139' },
	full => {
		'1997-09-30' => '23570|24337|1129644|5399736|9451',
		'1998-06-30' => '23570|44021|3178932|11834346|11516' });
my %orders = (sample => data_file('cdnow_sample_transactions.csv'), full => data_file('cdnow_full_transactions.csv'));
my %columns = (sample => 'customer_id integer, master_id integer', full => 'customer_id integer');
my %pipeline = (sample => 'pipeline_sample.json', full => 'pipeline.json');

for my $log ('sample', 'full')
{
  SKIP:
	{
		skip('the full CDNOW log is not here; test/data/fetch gets it', 1) unless $orders{$log};
		$node->safe_psql('postgres', qq{
			CREATE TABLE ${log}_log ($columns{$log}, date date, cds integer, amount numeric);
			COPY ${log}_log FROM '$orders{$log}' (FORMAT csv, HEADER)});
		check_job($log, $_, $published{$log}) for lines_of_json("$test/$pipeline{$log}");
	}
}

my $summary = data_file('cdnow_sample_rfm_19970930.csv');
$node->safe_psql('postgres', qq{
	CREATE TABLE summary (customer_id integer, first_date date, x integer, t_x integer, t integer, litt_days float8, litt_weeks float8,
		sum_repeat_cents bigint, m_x float8, first_cents bigint, x_star integer, cents_star bigint, t_star integer);
	COPY summary FROM '$summary' (FORMAT csv, HEADER)});
is( $node->safe_psql('postgres', q{
		SELECT count(*), bool_and(v.frequency = s.x AND v.recency = s.t_x AND v.t = s.t),
			   bool_and(coalesce(abs(v.monetary - s.m_x) < 1e-9, s.x = 0))
		FROM sample_mbgnbd_19970930 AS v JOIN summary AS s USING (customer_id)}),
	'2357|t|t', 'sample: each customer as the published summary has it');

# The one repeat buyer whose second order was free has no spend to be valued
# by: no value, no tier, the last rank.
SKIP:
{
	skip('the full CDNOW log is not here; test/data/fetch gets it', 1) unless $orders{full};
	is( $node->safe_psql('postgres', q{
			SELECT frequency > 0, monetary, expected_spend, clv, tier, clv_rank
			FROM full_bgnbd_19970930 WHERE clv IS NULL}),
		't|0||||23570', 'a repeat buyer without spend has no value');
}

$node->stop;
done_testing();
