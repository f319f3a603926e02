# A fit can be cancelled within 100 ms, wherever it is, and leaves nothing
# behind: no memory context, no malloc'd memory, no broken session.
#
# The 100 ms are of the backend's processor time, whatever else the machine
# does: a fit that may take ms by the clock has worked for no longer when its
# time is up, so what it has worked for in the end, less ms, is what came after.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvTime;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @timeouts = (1, 3, 10, 20, 40, 60, 80, 110, 150, 200, 250, 300);

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf', 'jit = off');	# the server's own compiler takes no interrupts
$node->start;
make_worked($node);
$node->safe_psql('postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE base AS
		SELECT clv.cbs(x, CASE WHEN x > 0 THEN 1 + (i * 104729) % (t - 1) ELSE 0 END, t,
		               5 + i % 9973 / 10.0) AS cbs
		FROM (SELECT i, 100 + (i * 37) % 3001 AS t, floor(-2 * ln((i * 7919 % 99991 + 1) / 99992.0))::int AS x
		      FROM generate_series(1, 800000::bigint) AS i) AS g;
});

# Everything in one session: what is left of one fit would still be there.
my $footprint = q{
	SELECT 'footprint', sum(total_bytes), (SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'clv fit'),
	       (string_to_array(pg_read_file('/proc/' || pg_backend_pid() || '/statm'), ' '))[2]::bigint * 4096
	FROM pg_backend_memory_contexts;
};
my $script = "SELECT clv.customers(cbs) FROM base;\n";
my $rounds = join '', map {
	my $ms = $_;
	map {
		"SELECT 'before', worked();\nSET statement_timeout = $ms;\nSELECT clv.status(clv.fit(cbs, '$_')) FROM base;\n"
		  . "SET statement_timeout = 0;\nSELECT 'after', worked();\n"
	} qw(mbgnbd gammagamma)
} @timeouts;
$script .= $rounds . $footprint . $rounds x 2 . $footprint . "SELECT 'alive', pg_backend_pid();\n";

my ($stdout, $stderr);
$node->psql('postgres', $script, stdout => \$stdout, stderr => \$stderr, on_error_stop => 0);

my @footprints = map { [ (split /\|/)[ 1 .. 3 ] ] } $stdout =~ /^footprint\|.*$/mg;
my @before = $stdout =~ /^before\|(\d+)$/mg;
my @after = $stdout =~ /^after\|(\d+)$/mg;
my $cancelled = () = $stderr =~ /canceling statement due to statement timeout/g;
my $fits = 3 * 2 * @timeouts;
my @limits = map { ($_, $_) } (@timeouts) x 3;
my ($worst, $most) = (0, 0);

foreach my $i (0 .. $fits - 1)
{
	my $worked = $after[$i] - $before[$i];

	$worst = $worked - $limits[$i] if $worked - $limits[$i] > $worst;
	$most = $worked if $worked > $most;
}
is(scalar(@before) . ' ' . scalar(@after), "$fits $fits", 'each of them was measured');
cmp_ok($most, '>', 0, "and worked: the longest for $most ms");
cmp_ok($cancelled, '>=', $fits / 3, "$cancelled of $fits fits were cancelled");
cmp_ok($worst, '<', 100, "the latest of them worked for $worst ms after its time");
unlike($stderr, qr/^(?!.*canceling statement).*ERROR/m, 'and nothing else went wrong');
is(scalar(@footprints), 2, 'the session tells its memory');
is($footprints[1][1], 0, 'no memory context is left');
cmp_ok($footprints[1][0] - $footprints[0][0], '<', 1e6, 'memory contexts did not grow');
cmp_ok($footprints[1][2] - $footprints[0][2], '<', 50e6, 'the process did not grow');
like($stdout, qr/^alive\|\d+$/m, 'the session lives on');

# The same fit, left alone, ends.
is($node->safe_psql('postgres', q{SELECT clv.status(clv.fit(cbs, 'mbgnbd')) IS NOT NULL FROM base}),
	't', 'undisturbed it ends');

$node->stop;
done_testing();
