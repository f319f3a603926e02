# What is counted as a test, passed, failed or skipped: the macros of
# test/core/check.h, and script/count.sh, which reads what tests print.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();

sub file
{
	my ($name, $content) = @_;

	open(my $out, '>', "$dir/$name") or die $!;
	print $out $content;
	close($out);
	return "$dir/$name";
}

sub count
{
	my ($how, $output, @more) = @_;
	my $log = file('output', $output);
	my ($out) = run_command([ 'bash', '-c', ". script/count.sh; count_$how \"\$@\"", '-', $log, @more ]);

	return $out;
}

# A program of tests: what it prints, its status, and what is counted.
sub program
{
	my ($tests, $main) = @_;
	my $source = file('test.c', "#include \"check.h\"\n$tests\nint\nmain(void)\n{\n$main\n\tCHECK_DONE(\"sample\");\n}\n");
	my ($out, $err) = ('', '');

	IPC::Run::run([ 'gcc', '-std=gnu99', '-Werror', '-Wall', '-Wextra', '-Itest/core', '-o', "$dir/test", $source ],
		'>&', \$err) or die $err;
	IPC::Run::run([ "$dir/test" ], '>', \$out, '2>&1');
	my $status = $? >> 8;
	return ($out, $status, count('core', $out, $status));
}

my $good = "static void test_good(void) { int i; for (i = 0; i < 1000; i++) CHECK(i >= 0, \"%d\", i); }\n";
my $bad = "static void test_bad(void) { CHECK(1, \"one\"); CHECK_REL(1.0, 2.0, 0.1, \"two\"); CHECK(1, \"three\"); }\n";
my $none = "static void test_none(void) { }\n";
my $skip = "static void test_skip(void) { SKIP(\"no such file\"); }\n";
my ($out, $status, $counts);

($out, $status, $counts) = program($good, "\tRUN(test_good);");
is("$status $counts", '0 1 0 0 1000', 'a thousand checks are one test');
($out, $status, $counts) = program($good . $bad, "\tRUN(test_good); RUN(test_bad);");
is("$status $counts", '1 1 1 0 1003', 'a failed check is a failed test');
like($out, qr/test\.c:\d+: two: got 1, want 2\nFAILED test_bad: 1 of 3 checks\n/, 'which is named');
($out, $status, $counts) = program($none, "\tRUN(test_none);");
is("$status $counts", '1 0 1 0 0', 'a test that makes no check fails');
($out, $status, $counts) = program($good . $skip, "\tRUN(test_good); RUN(test_skip);");
is("$status $counts", '0 1 0 1 1000', 'what is skipped is counted apart');
like($out, qr/^SKIPPED test_skip: no such file$/m, 'and says why');
($out, $status, $counts) = program($skip, "\tRUN(test_skip);");
is("$status $counts", '0 0 0 1 0', 'all may be skipped');
($out, $status, $counts) = program('', '');
is("$status $counts", '1 0 1 0 0', 'a program without tests fails');
($out, $status, $counts) = program($good, "\ttest_good(); RUN(test_good);");
is("$status $counts", '1 1 1 0 2000', 'so does one that makes checks outside of a test');
($out, $status, $counts) = program('static void test_end(void) { CHECK(1, "x"); fflush(stdout); __builtin_trap(); }', "\tRUN(test_end);");
is((split / /, $counts)[1], '1', 'and one that ends early');
is(count('core', "x: 3 passed, 0 failed, 0 skipped; 9 checks\n", 139), '3 1 0 9', 'or that falls over after its last line');

# Every program of the core runs each of its tests.
for my $source (glob('test/core/test_*.c'))
{
	my $text = slurp_file($source);
	my %run = map { $_ => 1 } $text =~ /^\tRUN\((\w+)\);$/mg;
	my @tests = $text =~ /^(test_\w+)\(void\)/mg;

	is_deeply([ grep { !$run{$_} } @tests ], [], "$source runs its tests");
	ok(scalar(@tests), "$source has some");
}

# TAP, and pg_regress of either shape.
is(count('tap', "ok 1 - a\nok 2 - b\n1..2\n", 0), '2 0 0', 'TAP: passed');
is(count('tap', "ok 1 - a\nnot ok 2 - b\n1..2\n", 1), '1 1 0', 'TAP: failed');
is(count('tap', "ok 1 - a\n    ok 1 - inner\nok 2 # skip why\n1..2\n", 0), '1 0 1', 'TAP: skipped, and what is inside of a test');
is(count('tap', "1..0 # SKIP no file\n", 0), '0 0 1', 'TAP: a file skipped');
is(count('tap', "1..3\nok 1 - a\n", 0), '1 1 0', 'TAP: fewer than planned');
is(count('tap', "ok 1 - a\n", 0), '1 1 0', 'TAP: no plan');
is(count('tap', "ok 1 - a\n1..1\n", 255), '1 1 0', 'TAP: status');
is(count('tap', '', 0), '0 1 0', 'TAP: nothing');
is(count('regress', "test tier         ... ok  12 ms\ntest view ... FAILED 3 ms\n", 2, 2), '1 1 0', 'pg_regress of 15');
is(count('regress', "ok 1         - tier    12 ms\nnot ok 2     - view    3 ms\n1..2\n", 2, 2), '1 1 0', 'pg_regress of 16');
is(count('regress', "ok 1 - tier 12 ms\n", 0, 2), '1 1 0', 'pg_regress: one did not run');
is(count('regress', "ok 1 - tier 12 ms\n", 1, 1), '1 1 0', 'pg_regress: status');
is(count('regress', "test tier ... ok  12 ms\ntest view ... ok 3 ms\n", 0, 2), '2 0 0', 'pg_regress: passed');

# script/test takes names, and says which there are.
my ($stdout, $stderr) = ('', '');
for my $name ('core/nothing', 't/nothing', 'nothing', 'regress/nothing', '--nothing')
{
	ok(!IPC::Run::run([ 'bash', 'script/test', 'core/fit', $name ], '<', \undef, '>', \$stdout, '2>', \$stderr), "$name: refused");
	like($stderr, qr/unrecognized (?:test|option) \Q$name\E/, "$name: says so") if $name !~ /^--/;
	like($stderr, qr{core/fit.*\btier\b.*t/94_counts\.pl}s, "$name: and what there is") if $name !~ /^--/;
}
ok(IPC::Run::run([ 'bash', 'script/test', '--help' ], '>', \$stdout), '--help');
like($stdout, qr/NAME \.\.\.: only these tests/, 'tells of names');

done_testing();
