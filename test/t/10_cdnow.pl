# The full CDNOW log through the main job, at the two dates of the papers.
# Counts are the published ones; parameters those of the reference file; values
# by tier those of test/pipeline.py, whose output is committed beside it.

use strict;
use warnings;

use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $data = "$FindBin::RealBin/../../../shared/data";
my $orders = "$data/cdnow_full_transactions.csv";
plan skip_all => "the CDNOW log is not there ($orders)" unless -r $orders;

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
$node->safe_psql(
	'postgres', qq{
	CREATE EXTENSION clv;
	CREATE TABLE cdnow (customer_id integer, date date, cds integer, amount numeric);
	COPY cdnow FROM '$orders' (FORMAT csv, HEADER);
});

# Reference fits are in weeks, the job's in days: alpha is 7 times that, and
# the likelihood is lower by ln 7 a repeat purchase.
my %reference = map { ("$_->{dataset} $_->{model}" => $_) } lines_of_json("$data/reference_fits.json");
my %published = (
	'1997-09-30' => '23570|24337|1129644|5399736|9451',
	'1998-06-30' => '23570|44021|3178932|11834346|11516');

for my $want (lines_of_json("$FindBin::RealBin/../pipeline.json"))
{
	my ($as_of, $model) = @$want{qw(as_of model)};
	my $view = "v_${model}_" . ($as_of =~ s/-//gr);
	my $what = "$model at $as_of";
	my $fit = $reference{ 'cdnow_full_' . ($as_of =~ s/-//gr) . "_week $model" };
	my $spend = $reference{ 'cdnow_full_' . ($as_of =~ s/-//gr) . '_week gg' };

	$node->safe_psql('postgres', qq{
		CALL clv.create_materialized_view('$view', 'cdnow', 'customer_id', 'date', 'amount', '$as_of', model => '$model')});

	is( $node->safe_psql('postgres', qq{
			SELECT count(*), sum(frequency), sum(recency), sum(t), count(*) FILTER (WHERE frequency > 0) FROM $view}),
		$published{$as_of}, "$what: customers, purchases, recency, age, repeat buyers");
	is( $node->safe_psql('postgres', "SELECT model_status, spend_status, customers FROM ${view}_model"),
		'converged|converged|23570', "$what: converged");

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
}

# The one repeat buyer whose second order was free has no spend to be valued
# by: no value, no tier, the last rank.
is( $node->safe_psql('postgres', q{
		SELECT frequency > 0, monetary, expected_spend, clv, tier, clv_rank
		FROM v_bgnbd_19970930 WHERE clv IS NULL}),
	't|0||||23570', 'a repeat buyer without spend has no value');

$node->stop;
done_testing();
