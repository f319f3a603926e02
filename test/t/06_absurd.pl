# Whatever can be asked of a model that nobody would fit: draws, intervals, fits,
# pools and comparisons of absurd but accepted models, priors and bases.  Each
# ends in an answer or an error, or is cancelled within 100 ms of processor time
# after its statement_timeout, and the session goes on.
#
# The models are those of clv.models(), so that a new one is in it unasked.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvTime;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $late = 0.1;       # seconds
my $timeout = 30;     # milliseconds

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum = off\nmax_parallel_workers_per_gather = 0\njit = off\ntemp_file_limit = '1GB'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION clv');

# Absurd parameters, each a list that is taken in turn, so that every one is
# beside others; a whole number keeps its bounds.
my @values = (
	[1], [1e-99], [1e99], [ 1e-90, 1 ], [ 1, 1e-90 ], [ 1e90, 1, 1 ], [ 1, 1, 1e-12 ], [ '1.7e308', 1 ], [ '5e-324', 1 ],
	[ 1, '5e-324' ], [ '5e-324', '1.7e308' ], [ 1e10, 1e-10 ], [ 1e-10, 1e-10, 1e10, 1e10 ], [ 100, 0.001, 1e-5, 1 ]);
my $models = $node->safe_psql('postgres', q{
	SELECT DISTINCT ON (m.name) m.name || ' ' || kind || ' ' || array_to_string(parameters, ',') FROM clv.models() m});
my (@timing, @spend, @contract);
foreach my $line (split /\n/, $models)
{
	my ($name, $kind, $names) = split / /, $line;
	my @parameter = split /,/, $names;

	foreach my $v (@values)
	{
		my @pair = map { my $p = $parameter[$_]; sprintf('"%s":%s', $p, $p eq 'k' ? 1 + $_ : $v->[ $_ % @$v ]) } 0 .. $#parameter;
		my $model = sprintf(q{clv.model('%s', '{%s}', %s)}, $name, join(',', @pair), $kind eq 'contract' ? 365.25 : 1);

		push @{ { transaction => \@timing, spend => \@spend, contract => \@contract }->{$kind} }, [ $name, $model ];
	}
}
cmp_ok(scalar(@timing), '>', 50, 'there are absurd transaction models');
cmp_ok(scalar(@spend), '>', 10, 'and spend models');

# An accepted covariance that says nothing, or too much.
my $wide = sub {
	my ($model, $variance) = @_;
	return "(SELECT (jsonb_set(jsonb_set(f, '{parameters}', m->'parameters'), '{covariance}', (SELECT jsonb_agg((SELECT jsonb_agg(CASE WHEN i = j THEN $variance ELSE 0 END ORDER BY j) FROM generate_series(1, n) j) ORDER BY i) FROM generate_series(1, n) i)))::text::clv.model FROM (SELECT ($model)::jsonb AS m) x, LATERAL (SELECT fit::jsonb AS f, jsonb_array_length((fit::jsonb)->'covariance') AS n FROM fitted WHERE model = m->>'model') y)";
};

$node->safe_psql('postgres', q{
	CREATE TABLE base (what text, b clv.cbs);
	INSERT INTO base
	SELECT 'plain', clv.cbs(h.history, '2024-12-31')
	FROM (SELECT customer, clv.rfm(at, amount) AS history
		  FROM clv.simulate(clv.model('mbgnbd', '{"r":0.8,"alpha":50,"a":0.8,"b":2.5}'), clv.model('gammagamma', '{"p":6.25,"q":3.74,"gamma":15.44}'),
			  300, '2024-01-01', 60, 365, 1) GROUP BY customer) AS h
	UNION ALL SELECT 'often', clv.cbs(1e12 + i, 50 + i, 100 + i, 10) FROM generate_series(1, 20) i
	UNION ALL SELECT 'old', clv.cbs(i % 3, CASE WHEN i % 3 = 0 THEN 0 ELSE 1e300 END, 1e300, 1e300) FROM generate_series(1, 20) i
	UNION ALL SELECT 'young', clv.cbs(i % 3, CASE WHEN i % 3 = 0 THEN 0 ELSE 1e-300 END, 1e-300, 1e-300) FROM generate_series(1, 20) i
	UNION ALL SELECT 'both', clv.cbs(i % 3, CASE WHEN i % 3 = 0 THEN 0 ELSE 10.0::float8 ^ (i % 600 - 300) END, 10.0::float8 ^ (i % 600 - 300), 10.0::float8 ^ (300 - i % 600)) FROM generate_series(1, 600) i
	UNION ALL SELECT 'times', clv.cbs(1, i, i + 4000, i) FROM generate_series(1, 4000) i
	UNION ALL SELECT 'million', clv.cbs(3, 900000 + i % 9, 1000000, i) FROM generate_series(1, 40) i;
	CREATE TABLE fitted AS SELECT m.name AS model, clv.fit(b, m.name, 1, '{}') AS fit
		FROM base, (SELECT name FROM clv.models() WHERE kind <> 'contract') m WHERE what = 'plain'});

my @asked;
foreach my $i (0 .. $#timing)
{
	my ($name, $m) = @{ $timing[$i] };
	my $s = $spend[ ($i * 5) % @spend ]->[1];
	my $ordinary = q{clv.model('gammagamma', '{"p":6.25,"q":3.74,"gamma":15.44}')};

	foreach my $money ($s, $ordinary)
	{
		push @asked, "SELECT count(*) FROM clv.simulate($m, $money, 1000000000, '2024-01-01', 100, 100000, 1)";
		push @asked, "SELECT count(*) FROM clv.simulate_customer($m, $money, 7, '2024-01-01', 1, 100000, 1)";
		push @asked, "SELECT clv.value_interval($m, $money, 2, 30, 100, 10, 0.1, '10 years', 0.9, 1000000, 1)";
	}
	push @asked, "SELECT clv.value_interval($m, $ordinary, 0, 0, 1000000, NULL, 0, '100000 years', 0.9, 1000, 1)";
	push @asked, "SELECT clv.total_interval($m, $ordinary, 2, i, 1e5 + i, 10, 0.1, '10 years', 0.9, 1000, 1) FROM generate_series(1, 20) i";
	foreach my $variance (1e-300, 400, 1e300)
	{
		my $uncertain = $wide->($m, $variance);

		push @asked, "SELECT clv.draw_model($uncertain, 1, 1)";
		push @asked, "SELECT clv.value_interval($uncertain, $ordinary, 2, 30, 1000, 10, 0.1, '10 years', 0.9, 100000, 1)";
		push @asked, "SELECT clv.shrink(array_agg(x)) FROM (SELECT $uncertain AS x FROM generate_series(1, 30)) y" if $i % 3 == 0;
	}
}
push @asked, map { "SELECT clv.draw_model($_->[1], 1, 1)" } @spend, @contract;
foreach my $name (map { /^(\S+)/ } split /\n/, $models)
{
	foreach my $base ('plain', 'often', 'old', 'young', 'both', 'times', 'million')
	{
		foreach my $prior ('NULL', q{'{}'}, q{'{"sd":5e-324}'}, q{'{"sd":1e308}'}, q{'{"sd":1e-150}'})
		{
			push @asked, "SELECT clv.fit(b, '$name', 1, $prior) FROM base WHERE what = '$base'";
		}
		push @asked, "SELECT clv.compare(b, '{$name}') FROM base WHERE what = '$base'",
		  "SELECT clv.compare_bootstrap(b, '{$name}', 99, 1) FROM base WHERE what = '$base'";
	}
}

my @got = measure($node, map { [ $timeout, $_ ] } @asked);
my $worst = 0;
my @late;
my %outcome;
foreach my $i (0 .. $#asked)
{
	my $over = $got[$i][1] - $timeout / 1000;
	my ($state) = split / /, $got[$i][0];

	$outcome{$state}++;
	$worst = $over if $over > $worst;
	push @late, sprintf('%.0f ms too late: %s: %s', 1000 * $over, $asked[$i], $got[$i][0]) if $over > $late;
	push @late, "$asked[$i]: $got[$i][0]" if $state =~ /^(XX|42)/;
	note "$asked[$i]: $got[$i][0]" if $ENV{CLV_TEST_VERBOSE};
}
is(join("\n", @late), '', sprintf('%d questions, %.0f ms after their time at most', scalar(@asked), 1000 * $worst));
note join ' ', map { "$_ $outcome{$_}" } sort keys %outcome;
cmp_ok($outcome{ok} // 0, '>', 50, 'some are answered');
cmp_ok($outcome{57014} // 0, '>', 50, 'some are cancelled');
cmp_ok($outcome{22003} // 0, '>', 10, 'some have no answer');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server answers');

$node->stop;
done_testing();
