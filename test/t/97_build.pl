# The Makefile: a header is a reason to compile what includes it, and nothing
# else; a build outside the sources finds them; a failed test of the core fails;
# an unprivileged role can check an installation.

use strict;
use warnings;

use File::Basename qw(basename);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my $llvm = 'no';

# The sources, without what an earlier build left among them.
mkdir("$dir/clv") or die $!;
system_or_bail('sh', '-c', "tar -cf - --exclude=.git --exclude='*.o' --exclude='*.bc' --exclude='*.d' --exclude='*.so' --exclude='./clv--*.sql' --exclude=./tmp_check ."
	  . " | tar -C $dir/clv -xf -");
unlink(grep { !/\.\w+$/ } glob("$dir/clv/test/core/test_*"));

# A build in the tree, one in an empty directory, and one as packagers do it.
my %build = (
	'in the tree' => [ "$dir/clv" ],
	'outside' => [ "$dir/outside", '-f', '../clv/Makefile' ],
	'outside, by VPATH' => [ "$dir/elsewhere", '-f', "$dir/clv/Makefile", "VPATH=$dir/clv" ]);

sub make
{
	my ($where, @arguments) = @_;
	my ($directory, @how) = @{ $build{$where} };
	my ($out, $err) = ('', '');
	local %ENV = %ENV;

	delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS)};
	mkdir($directory);
	my $ok = IPC::Run::run([ 'make', '-C', $directory, @how, "with_llvm=$llvm", @arguments ], '>', \$out, '2>', \$err);
	diag("$where: make @arguments: $err") if !$ok && $err !~ /Error 1/;
	return ($ok, $out, $err);
}

# The files of C that a make would compile.
sub would_compile
{
	my ($where, @arguments) = @_;
	my ($ok, $out) = make($where, '-n', @arguments);

	return join ' ', sort map { basename($_) } $out =~ /^\S*(?:gcc|cc|clang)\S* .* (\S+\.c)\b/mg;
}

# Make a file of the sources newer than all that is built, or old again.
sub change
{
	my ($file, $newer) = @_;
	my $at = $^T + ($newer ? 86400 : -86400);

	utime($at, $at, "$dir/clv/$file");
	return;
}

my ($version) = slurp_file('clv.control') =~ /^default_version = '(.*)'/m;
my $script = "clv--$version.sql";
my @sources = map { basename($_) } glob('src/*.c src/core/*.c src/core/*/*.c src/core/models/*/*.c');
my $bitcode = -x ((run_command([ 'sh', '-c', 'sed -n "s/^CLANG *= *//p" "$(dirname "$(pg_config --pgxs)")/../Makefile.global"' ]))[0] || '/nowhere');

for my $where (sort keys %build)
{
	my $objects = 'src/money.o src/core/math/exact.o';

	is(would_compile($where, 'all'), join(' ', sort @sources), "$where: each source once");
	ok((make($where, '-s', split(/ /, $objects), 'test/core/obj/math/exact.o', 'test/core/obj/math/decimal.o', $script))[0],
		"$where: objects and the script are built");
	is(would_compile($where, split / /, $objects), '', "$where: and not again");

	my ($ok, $plan) = make($where, '-n', 'install', 'DESTDIR=/nowhere');
	my %installed = (control => 'clv\.control', script => "\Q$script\E", library => 'clv\.so');
	ok($plan =~ m{\b$installed{$_}\s+'/nowhere/}, "$where: the $_ is installed") for sort keys %installed;
}

# What includes a header, by the compiler's word.
for my $case (
	[ 'src/money.h', 'src/money.o', 'money.c' ],
	[ 'src/money.h', 'src/core/math/exact.o', '' ],
	[ 'src/core/math/exact.h', 'src/core/math/exact.o', 'exact.c' ],
	[ 'src/core/math/exact.h', 'test/core/obj/math/exact.o', 'exact.c' ],
	[ 'src/core/math/exact.h', 'test/core/obj/math/decimal.o', '' ],
	[ 'src/money.h', $script, '' ])
{
	my ($header, $target, $want) = @$case;

	for my $where ('in the tree', 'outside')
	{
		change($header, 1);
		is(would_compile($where, $target), $want, "$where: $target after a change of $header");
		change($header, 0);
	}
}

# The same of bitcode.
SKIP:
{
	skip('there is no clang of this PostgreSQL', 3) unless $bitcode;
	$llvm = 'yes';
	ok((make('outside', '-s', 'src/money.bc', 'src/core/math/exact.bc'))[0], 'bitcode is built');
	is(would_compile('outside', 'src/money.bc', 'src/core/math/exact.bc'), '', 'and not again');
	change('src/money.h', 1);
	is(would_compile('outside', 'src/money.bc', 'src/core/math/exact.bc'), 'money.c', 'but after a change of a header');
	$llvm = 'no';
}

# A failed program of the core fails the whole, and the others run as well.
make('in the tree', '-s', '-t', 'core-programs');
for my $source (glob("$dir/clv/test/core/test_*.c"))
{
	my $program = $source =~ s/\.c$//r;
	my $status = $program =~ /test_exact$/ ? 1 : 0;

	open(my $out, '>', $program) or die $!;
	print $out "#!/bin/sh\necho ran $status\nexit $status\n";
	close($out);
	chmod(0755, $program);
}
my ($ok, $out) = make('in the tree', '-s', '-j2', '-k', 'coretest');
ok(!$ok, 'coretest fails if one of its programs does');
is(scalar(() = $out =~ /^ran /mg), scalar(() = glob('test/core/test_*.c')), 'and runs them all');
ok((make('in the tree', '-s', 'coretest-fit'))[0], 'one that passes');
ok(!(make('in the tree', '-s', 'coretest-exact'))[0], 'one that fails');

# A role that may make databases checks what is installed, in one of its own.
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE analyst LOGIN CREATEDB');
{
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGUSER} = 'analyst';
	my ($passes, $said, $why) = make('in the tree', 'installcheck-unprivileged', 'REGRESS=tier');

	ok($passes, 'installcheck-unprivileged passes') or diag("$said\n$why");
	like($said, qr/^(?:ok 1 .*|test) tier /m, 'it runs what it is told to');
	is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_database WHERE datname LIKE 'clv%'}), '0', 'and leaves no database');
}
$node->stop;

done_testing();
