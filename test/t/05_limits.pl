# Values and arguments at their limits.  What is too much is told by an error
# that names the limit, never by a failed allocation; and whatever is done with
# the largest value that there can be is cancelled within 100 ms.
#
# Time here is processor time of the backend: a statement may use 100 ms of it
# beyond its statement_timeout.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvTime;
use ClvValues;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $late = 0.1;    # seconds

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "log_statement = none\nautovacuum = off\nmax_parallel_workers_per_gather = 0\njit = off");
$node->start;
make_values($node);

# ---- limits that are named

$node->safe_psql('postgres', q{
	CREATE TABLE base AS SELECT clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i END, 100 + i % 9) AS b FROM generate_series(1, 60) i;
	CREATE TABLE model AS SELECT clv.fit(b, 'mbgnbd', 1, '{}') AS m FROM base;
	CREATE TABLE history AS SELECT clv.rfm(date '2024-01-01' + i, 1) AS h FROM generate_series(1, 9) i;
});
my @limits = (
	[ q{SELECT ('retention:' || repeat(',', 50000000))::clv.retention}, '22P02' ],
	[ q{SELECT ('survivors:' || string_agg(i || ':1', ',' ORDER BY i))::clv.retention FROM generate_series(0, 100000) i}, '54000' ],
	[ q{SELECT clv.retention(i, true) FROM generate_series(1, 100001) i}, '54000' ],
	[ q{SELECT clv.retention_table(i, 1) FROM generate_series(0, 100000) i}, '54000' ],
	[ q{SELECT clv.rollup(r) FROM (SELECT clv.retention(k * 60000 + i, true) AS r FROM generate_series(1, 60000) i, generate_series(0, 1) k GROUP BY k) x}, '54000' ],
	[ q{SELECT clv.rfm(date '1700-01-01' + i, 1) FROM generate_series(1, 120001) i}, '54000' ],
	[ q{SELECT clv.rfm(date '1700-01-01' + i) FROM generate_series(1, 1000000) i}, '54000' ],
	[ q{SELECT clv.rfm(date '1700-01-01' + (i * 7919 % 500000)::int, sqrt(i)) FROM generate_series(1, 500000::bigint) i}, '54000' ],
	[ q{SELECT clv.rollup(r) FROM (SELECT clv.rfm(date '1700-01-01' + k * 100000 + i, 1) AS r FROM generate_series(1, 100000) i, generate_series(0, 2) k GROUP BY k) x}, '54000' ],
	[ q{SELECT ('rfm1:' || repeat('AAAA', 20000000))::clv.rfm}, '54000' ],
	[ q{SELECT ('rfm1:' || encode('\x0100'::bytea || decode(repeat('28', 120001), 'hex'), 'base64'))::clv.rfm}, '22P02' ],
	[ q{SELECT ('rfm1:' || translate(encode('\x0100'::bytea || decode(repeat('08', 120001), 'hex'), 'base64'), E'\n', ''))::clv.rfm}, '54000' ],
	[ q{SELECT ('cbs1:' || repeat('AAAA', 20000000))::clv.cbs}, '22P02' ],
	[ q{SELECT (repeat(' ', 100000000) || m)::clv.model FROM model}, '54000' ],
	[ q{SELECT clv.model(repeat('x', 100000000), '{}')}, '22023' ],
	[ q{SELECT clv.fit(repeat('x', 100000000), 1, 2, 3)}, '22023' ],
	[ q{SELECT clv.fit(n, 1, 2, 3) FROM unnest(ARRAY['mbgnbd', repeat('x', 100000000)]) n}, '22023' ],
	[ q{SELECT clv.rfm(now(), 1, repeat('x', 100000000))}, '22023' ],
	[ q{SELECT clv.compare(b, array_fill('mbgnbd'::text, '{100000}')) FROM base}, '54000' ],
	[ q{SELECT clv.compare_bootstrap(b, array_fill('mbgnbd'::text, '{100000}'), 1, 1) FROM base}, '54000' ],
	[ q{SELECT clv.compare(b, array_fill('mbgnbd'::text, '{10000000}')) FROM base}, '54000' ],
	[ q{SELECT clv.shrink(array_fill(m, '{20000}')) FROM model}, '54000' ],
	[ q{SELECT clv.cutoffs(1, 'quantile', (SELECT array_agg(i / 1e7 ORDER BY i) FROM generate_series(1, 1000000) i))}, '54000' ],
	[ q{SELECT clv.cutoffs(1, 'natural', (SELECT array_agg(i / 1e7 ORDER BY i) FROM generate_series(1, 1000000) i))}, '54000' ],
	[ q{SELECT clv.tier(1, array_fill(1::float8, '{1000000}'), '{a}')}, '54000' ],
	[ q{SELECT clv.tier(1, '{1}', array_fill('a'::text, '{3000000}'))}, 'ok' ],
	[ q{SELECT clv._first_by_date(repeat('x', 100000000), '2024-01-01')}, '54000' ],
	[ q{SELECT clv.lorenz(1, 100001)}, '22023' ],
	[ q{SELECT clv._score_limits(1, 1000000000)}, '22023' ],
	[ q{SELECT clv.opportunities(h, '4714-11-24 BC', '5874897-12-31', '1 day') FROM history}, '54000' ],
	[ q{SELECT clv.periods(h, (SELECT array_agg(date '1700-01-01' + i ORDER BY i) FROM generate_series(1, 1500000) i)) FROM history}, '54000' ],
	[ q{SELECT clv.cbs(1, 2, 3, NULL, array_fill(1::float8, '{3000000}'))}, '22023' ],
	[ q{SELECT clv.with_covariates(m, array_fill(1::float8, '{3000000}')) FROM model}, '22023' ],
	[ q{SELECT clv.fit(b, 'mbgnbd', 1, NULL, jsonb_build_object('covariates', to_jsonb(array_fill('a'::text, '{1000000}')))) FROM base}, '22023' ],
	[ q{SELECT clv.value_interval(m, m, 1, 2, 3, 4, 0.1, '1 year', 0.9, 2147483647, 1) FROM model}, '22023' ],
);
my @results = measure($node, map { [ 0, $_->[0] ] } @limits);
foreach my $i (0 .. $#limits)
{
	like($results[$i][0], qr/^$limits[$i][1]\b/, substr($limits[$i][0], 0, 110) . ' ...');
}

# ---- the largest values

$node->safe_psql('postgres', q{
	CREATE TABLE largest (type regtype, what text, id int GENERATED ALWAYS AS IDENTITY);
	CREATE TABLE "largest clv.rfm" AS
		SELECT 'cents' AS what, clv.rfm(date '1700-01-01' + i, (i % 1000)::float8) AS v FROM generate_series(1, 120000) i
		UNION ALL SELECT 'days', clv.rfm(date '1700-01-01' + i) FROM generate_series(1, 120000) i
		UNION ALL SELECT 'sums', clv.rfm(date '1700-01-01' + i / 3, sqrt(i) - 20) FROM generate_series(0, 359999) i
		UNION ALL SELECT 'refunds', clv.rfm(date '1700-01-01' + i / 3, sqrt(i) * (1.1 - 2 * (i % 2))) FROM generate_series(0, 179999) i
		UNION ALL SELECT 'wide', clv.rfm(date '1700-01-01' + i / 10, 10.0::float8 ^ (i % 10 * 30 - 150)) FROM generate_series(0, 249999) i;
	CREATE TABLE "largest clv.retention" AS
		SELECT 'subscribers' AS what, clv.retention((i * 7919 % 100000)::int + 1, i % 2 = 0) AS v FROM generate_series(1, 400000::bigint) i
		UNION ALL SELECT 'millionths', ('retention:' || string_agg(i || ':' || i || '.000001/1', ',' ORDER BY i))::clv.retention FROM generate_series(1, 50000) i
		UNION ALL SELECT 'table', ('survivors:' || string_agg(i || ':' || 200000 - i, ',' ORDER BY i))::clv.retention FROM generate_series(0, 99999) i;
	CREATE TABLE "largest clv.cbs" AS
		SELECT 'cells' AS what, clv.cbs(i % 50, CASE WHEN i % 50 > 0 THEN 1 + i % 997 ELSE 0 END, 1000 + i % 4001, i % 90000) AS v FROM generate_series(1, 400000) i;
	CREATE TABLE "largest clv.model" AS
		SELECT 'covariates' AS what, clv.fit(clv.cbs(x, CASE WHEN x > 0 THEN 3 + i * 7 % 50 ELSE 0 END, 60, NULL,
			ARRAY[i % 2, i % 3, i % 5, i % 7, i % 11, i % 13, i % 17, i % 19, i % 23, i % 29, i % 31, i % 37, i % 41, i % 43, i % 47, i % 53]), 'mbgnbd', 1, '{}') AS v
		FROM (SELECT i, i * i % 11 / 3 AS x FROM generate_series(1, 2000) AS i) AS g;
	CREATE TABLE "largest clv._first_by_date" AS SELECT 'long' AS what, ('0:' || repeat('x', 1000000))::clv._first_by_date AS v;
});
foreach my $type (types_of_extension($node))
{
	my $table = qq{"largest $type"};
	my $send = $node->safe_psql('postgres', qq{SELECT typsend FROM pg_type WHERE oid = '$type'::regtype});
	my @what = split /\n/, $node->safe_psql('postgres', "SELECT what FROM $table ORDER BY 1");
	my $fixed = join "\n", map { s/TABLE/$table/gr } (
		'SELECT length(v::text) FROM TABLE WHERE what = %L', "SELECT length(v::text::$type\::text) FROM TABLE WHERE what = %L",
		"SELECT length($send(v)) FROM TABLE WHERE what = %L");
	my @statements;

	# Text, binary, and every function and aggregate: these over three of them.
	foreach my $what (@what)
	{
		push @statements, map { s/%L/'$what'/r } split /\n/, $fixed;
		push @statements, split /\n/, $node->safe_psql('postgres', qq{
			SELECT format('SELECT count(x) FROM (SELECT %s(v%s) AS x FROM $table%s WHERE what = %L) AS y', f.name,
				CASE WHEN cardinality(f.args) > 1 THEN ', ' || probe.pick_all(f.args[2:], f.f::text || n, false) END,
				CASE WHEN f.prokind = 'a' THEN ', generate_series(1, 3) g' END, '$what')
			FROM probe.own_function f, generate_series(1, 3) n
			WHERE f.prokind <> 'p' AND f.args[1] = '$type'::regtype AND (f.prokind = 'a' OR f.f NOT IN (SELECT f FROM probe.support))
			  AND (n = 1 OR cardinality(f.args) > 1)
			  AND NOT ('$type' = 'clv.model' AND cardinality(f.args) > 1)});
	}
	if ($type eq 'clv.rfm')
	{
		foreach my $what (@what)
		{
			push @statements, map { s/TABLE/$table WHERE what = '$what'/r } (
				q{SELECT clv.summary(v, '2200-01-01', 'net') FROM TABLE}, q{SELECT clv.summary(v, '2200-01-01', 'gross') FROM TABLE},
				q{SELECT clv.monetary(v, '2200-01-01', 'net') FROM TABLE}, q{SELECT clv.frequency(v, '2200-01-01', 'event') FROM TABLE},
				q{SELECT clv._beginning(v, '2200-01-01', 'net') FROM TABLE}, q{SELECT clv.cbs(v, '2200-01-01', 'net') FROM TABLE},
				q{SELECT clv.opportunities(v, '1700-01-01', '2100-12-31', '1 month', 'net') FROM TABLE},
				q{SELECT count(p) FROM (SELECT clv.periods(v, '{1600-01-01,1900-01-01,2200-01-01}', 'net') AS p FROM TABLE) x},
				q{SELECT clv._in_periods(v, '1700-01-01', '1800-01-01', '1800-01-02', '2100-01-01', 'net') FROM TABLE},
				q{SELECT cardinality(clv._cohort_cells(v, '{1600-01-01,1900-01-01,2200-01-01}', 'net')) FROM TABLE});
		}
	}
	my @asked = map { my $s = $_; map { [ $_, $s ] } ($type eq 'clv.model' ? (20) : (2, 40)) } @statements;
	my @got = measure($node, @asked);
	my $worst = 0;
	my @late;
	my %outcome;
	foreach my $i (0 .. $#asked)
	{
		my $over = $got[$i][1] - $asked[$i][0] / 1000;
		my ($state) = split / /, $got[$i][0];

		$outcome{$state}++;
		$worst = $over if $over > $worst;
		push @late, sprintf('%.0f ms after %d: %s: %s', 1000 * $over, @{ $asked[$i] }, $got[$i][0]) if $over > $late;
		push @late, "$asked[$i][1]: $got[$i][0]" if $state =~ /^(XX|53)/;
	}
	is(join("\n", @late), '', sprintf('%s: %d questions to the largest values, %.0f ms after their time at most', $type, scalar(@asked), 1000 * $worst));
	note join ' ', map { "$_ $outcome{$_}" } sort keys %outcome;
	cmp_ok($outcome{ok} // 0, '>', 0, "$type: some are answered in their time");
}

# ---- work that grows with an argument or with the rows of one answer

my @long = (
	q{SELECT cardinality(clv.lorenz(i, 100000)) FROM generate_series(1, 500000) i},
	q{SELECT clv.gini(i) FROM generate_series(1, 1000000) i},
	q{SELECT clv.cutoffs(i, 'natural', '{0.1,0.2,0.5}') FROM generate_series(1, 500000) i},
	q{SELECT clv.shrink(array_fill(m, '{10000}')) IS NULL FROM model},
	q{SELECT clv.periods(h, (SELECT array_agg(date '1700-01-01' + i ORDER BY i) FROM generate_series(1, 900000) i)) FROM history},
	q{SELECT clv.opportunities(h, '1700-01-01', '4400-01-01', '1 day') FROM history},
	q{SELECT clv.fit(v, 'sbg') FROM "largest clv.retention" WHERE what = 'subscribers'},
	q{SELECT clv.fit(v, 'bdw') FROM "largest clv.retention" WHERE what = 'subscribers'},
	q{SELECT clv.rfm(date '2024-01-01', i) FROM generate_series(1, 1000000) i},
	q{SELECT clv.rfm(date '1700-01-01' + (i * 7919 % 120000)::int, sqrt(i)) FROM generate_series(1, 500000::bigint) i},
	q{SELECT clv.retention((i * 7919 % 100000)::int, false) FROM generate_series(1, 1000000::bigint) i},
);
my @asked = map { my $s = $_; map { [ $_, $s ] } (3, 50, 120, 300) } @long;
my @got = measure($node, @asked);
my @late = map { sprintf('%.0f ms after %d: %s', 1000 * $got[$_][1] - $asked[$_][0], @{ $asked[$_] }) }
  grep { $got[$_][1] - $asked[$_][0] / 1000 > $late } 0 .. $#asked;
is(join("\n", @late), '', 'and long ones are cancelled in time');
cmp_ok(scalar(grep { $_->[0] =~ /^57014/ } @got), '>', @got / 3, 'for they are long');

# A million rows on few days, and a million customers, are no large value.
is($node->safe_psql('postgres', q{SELECT clv.frequency(clv.rfm(date '2024-01-01' + i % 3, 0.1), '2024-12-31') FROM generate_series(1, 1000000) i}), '2', 'a million orders of one customer');
is($node->safe_psql('postgres', q{
	SELECT clv.frequency(clv.rollup(r), '2024-12-31')
	FROM (SELECT clv.rfm(date '2020-01-01' + (i * 31 % 1000)::int, 0.1 * i) AS r FROM generate_series(1, 300000::bigint) i GROUP BY i / 3) x}), '999', 'the rollup of 100,000 histories');

$node->stop;
done_testing();
