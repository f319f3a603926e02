# What script/setup finds missing on machines that have some PostgreSQL, shown
# to it as directories (script/try-fresh tries real machines), and that a
# throw-away installation takes nothing from an installed clv.

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path remove_tree);
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();

# Each part of a PostgreSQL, less the version: its file, and Debian's package.
my %part = (
	'bin/postgres'  => 'postgresql',
	'bin/initdb'    => 'postgresql',
	'bin/pg_ctl'    => 'postgresql',
	'bin/psql'      => 'postgresql-client',
	'bin/pg_config' => 'postgresql-client',
	'include/postgres.h'                           => 'postgresql-server-dev',
	'lib/pgxs/src/makefiles/pgxs.mk'               => 'postgresql-client',
	'lib/pgxs/src/test/regress/pg_regress'         => 'postgresql-client',
	'lib/pgxs/src/test/perl/PostgreSQL/Test/Cluster.pm' => 'postgresql-client');
my %for_tests = map { $_ => 1 } grep { m{/test/} } keys %part;

sub plant
{
	my ($version, @files) = @_;
	my $home = "$dir/pg/$version";

	for my $file (@files)
	{
		make_path(dirname("$home/$file"));
		open(my $out, '>', "$home/$file") or die $!;
		print $out <<"END" if $file eq 'bin/pg_config';
#!/bin/sh
case \$1 in
	--includedir-server) echo $home/include ;;
	--pgxs) echo $home/lib/pgxs/src/makefiles/pgxs.mk ;;
	--sharedir) echo $home/share ;;
	--includedir | --libdir | --localedir) echo $home/lib ;;
esac
END
		close($out);
		chmod(0755, "$home/$file");
	}
	return;
}

sub of_package
{
	my ($package) = @_;
	return grep { $part{$_} eq $package } sort keys %part;
}

# A machine with these: [version, files ...].
sub machine
{
	remove_tree("$dir/pg");
	make_path("$dir/pg");
	plant(@$_) for @_;
	return;
}

sub bash
{
	my ($command) = @_;
	my ($out, $err) = ('', '');
	local $ENV{CLV_POSTGRES_ROOT} = "$dir/pg";

	IPC::Run::run([ 'bash', '-c', $command ], '<', \undef, '>', \$out, '2>', \$err)
	  or diag("$command: $err");
	chomp $out;
	return $out;
}

sub missing
{
	my ($purpose) = @_;
	return join ' ', sort split /\n/, bash("script/setup --list $purpose");
}

sub found
{
	my ($purpose) = @_;
	return bash(". script/common.sh; find_postgres $purpose") =~ s{^\Q$dir\E/pg/}{}r;
}

my @whole = sort keys %part;

machine([ 15, @whole ]);
is(missing($_), '', "a whole one: nothing is missing for '$_'") for ('', 'test');
is(found('test'), '15/bin', 'and it is found');

# Debian's client package alone has pg_config and PGXS.
machine([ 15, of_package('postgresql-client') ]);
is(missing(''), 'postgresql-15 postgresql-server-dev-15', 'a client alone');
is(found(''), '', 'is nothing to build with');
machine([ 15, of_package('postgresql-client'), of_package('postgresql') ]);
is(missing(''), 'postgresql-server-dev-15', 'a server without development files');
is(found(''), '', 'is nothing to build with');

# Everything less any one part.
for my $file (@whole)
{
	machine([ 15, grep { $_ ne $file } @whole ]);
	my $want = $file eq 'bin/pg_config' ? 'postgresql-15 postgresql-server-dev-15' : "$part{$file}-15";

	is(missing('test'), $want, "less $file: $want");
	is(found('test'), '', "less $file: not taken");
	is(missing(''), $for_tests{$file} ? '' : $want, "less $file: what a build lacks");
}

# Several.
machine([ 15, @whole ], [ 17, of_package('postgresql'), of_package('postgresql-client') ]);
is(found('test'), '15/bin', 'the one with development files, not the newest');
is(missing('test'), '', 'and nothing is installed for the other');
machine([ 15, @whole ], [ 17, @whole ], [ 9, @whole ]);
is(found('test'), '17/bin', 'the newest of several, by number');
machine([ 15, @whole ], [ 17, grep { !$for_tests{$_} } @whole ]);
is(found(''), '17/bin', 'the newest that builds');
is(found('test'), '15/bin', 'the newest that can be tested');
machine([ 15, of_package('postgresql') ], [ 17, of_package('postgresql-client') ]);
is(missing(''), 'postgresql-15 postgresql-server-dev-15', 'what has a server is completed');
for my $old (14, 13, 9)
{
	machine([ $old, @whole ]);
	is(found(''), '', "$old is too old");
	unlike(missing(''), qr/-$old\b/, "$old is not completed");
}

# The tree of links that a throw-away clv is installed into.
my @own = qw(lib/clv.so lib/bitcode/clv/src/money.bc lib/bitcode/clv.index.bc
  share/extension/clv.control share/extension/clv--0.0.9.sql share/extension/clv--0.0.9--0.1.0.sql
  doc/extension/clv.md);
my @others = qw(lib/plpgsql.so lib/bitcode/other/x.bc share/extension/plpgsql.control share/postgres.bki);
machine([ 15, @whole, @own, @others ]);
my @linked = split /\n/, bash(qq{. script/common.sh; make_work; link_postgres $dir/pg/15/bin
	cd "\$work$dir/pg/15"; find . \\( -type f -o -type l \\) -printf '%P\\n'});
my %is_linked = map { $_ => 1 } @linked;
is_deeply([ grep { $is_linked{$_} } @own ], [], 'no file of an installed clv is linked');
is_deeply([ grep { !$is_linked{$_} } @others, 'bin/postgres' ], [], 'other files are')
  or diag(join "\n", @linked);

done_testing();
