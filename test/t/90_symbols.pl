# The library is loaded into a process full of other people's symbols: it adds
# only names that start with clv_, and those that PostgreSQL asks of a module.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

my ($libdir) = run_command([ 'pg_config', '--pkglibdir' ]);
my ($symbols) = run_command([ 'nm', '-D', '--defined-only', "$libdir/clv.so" ]);
my @names = map { (split)[2] } split /\n/, $symbols;
my @strays = grep { !/^(?:pg_finfo_)?clv_|^(?:Pg_magic_func|_PG_init|_init|_fini)$/ } @names;

cmp_ok(scalar(grep { $_ eq 'Pg_magic_func' } @names), '==', 1, 'it is a module');
is_deeply(\@strays, [], 'no symbol without the prefix clv_');

done_testing();
