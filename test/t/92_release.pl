# One version, in clv.control; the files that must repeat it agree.  And what
# is installed is plain, what tests judge is no clock, and what pgindent is told
# is complete.

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Utils;
use Test::More;

my $control = slurp_file('clv.control');
my ($version) = $control =~ /^default_version = '(.*)'$/m;
my $meta = decode_json(slurp_file('META.json'));

like($version, qr/^\d+\.\d+\.\d+$/, 'clv.control has a version');
is($meta->{version}, $version, 'META.json: distribution');
is($meta->{provides}{clv}{version}, $version, 'META.json: extension');
is($meta->{license}, 'gpl_3', 'META.json: licence');
for my $file ($meta->{provides}{clv}{file}, $meta->{provides}{clv}{docfile})
{
	ok(-e $file, "META.json names $file, which is there");
}
my ($state) = slurp_file('CHANGELOG.md') =~ /^## \Q$version\E \((.*)\)$/m;
like($state // '', qr/^(?:unreleased|\d{4}-\d\d-\d\d)$/, 'CHANGELOG.md has an entry for it, with its date');

# What PGXN shows.  Where the project is found is said from the first release
# on: until then there is no such place.
my $resources = $meta->{resources} // {};
my $released = $state ne 'unreleased';
my @places = ($resources->{homepage}, @{ $resources->{repository} // {} }{qw(url web)}, $resources->{bugtracker}{web});
like($meta->{release_status}, $released ? qr/^(?:stable|testing)$/ : qr/^(?:unstable|testing)$/, 'META.json: release status');
cmp_ok(length($meta->{abstract}), '<=', 100, 'META.json: an abstract of one line');
cmp_ok(length($meta->{description}), '>=', 100, 'META.json: a description that says more');
is(scalar(grep { defined } @places), $released ? 4 : scalar(grep { defined && m{^https://} } @places),
	'META.json: homepage, repository and bugtracker of what is released');
unlike(join(' ', grep { defined } @places), qr/example|placeholder|TODO/i, 'META.json: and no stand-ins');
like(
	slurp_file('LICENSE'),
	qr/GNU GENERAL PUBLIC LICENSE\s+Version 3/,
	'LICENSE is the GPL, version 3');

# All of the C: the core in folders, a family of models in one of its own.
my $sources = join ' ', map { "$_/*.[ch]" } qw(src src/core src/core/* src/core/models/*);

# Messages and the install script are read by databases of any encoding.
for my $file (glob("$sources src/sql/*.sql update/*.sql clv.control"))
{
	my ($odd) = slurp_file($file) =~ /^(.*[^\x00-\x7f].*)$/m;

	is($odd, undef, "$file is pure ASCII");
}

# A NULL argument, and a NULL in an array, is refused in one place: with one
# SQLSTATE, in the same words.
for my $file (grep { $_ ne 'src/error.c' } glob('src/*.c'))
{
	my @own = slurp_file($file) =~ /(ERRCODE_NULL_VALUE_NOT_ALLOWED|errmsg\("[^"]*\bnot (?:be|contain) nulls?\b)/ig;

	is_deeply(\@own, [], "$file: NULLs are refused by clv_require_argument and clv_require_elements");
}

# A test of time judges processor time, or a ratio of two: the clock tells how
# busy the machine is.  What reads it and compares nothing is listed here.
my %reads_clock = (
	'test/t/13_sessions.pl' => 'pg_sleep',    # between looks at what the other session does
	'test/t/18_decision_cancel.pl' => '\timing',    # where to cancel
	'sql/rfm_io.sql' => 'clock_timestamp',    # a volatile default, so that rows are rewritten
);
my $clock = qr/Time::HiRes|\btime\(\s*(?:\)|NULL|0)|gettimeofday|CLOCK_(?:REALTIME|MONOTONIC)\w*|clock_timestamp|statement_timestamp|\btimeofday|pg_sleep|\\timing\b|\bperf_counter/;
for my $file (grep { $_ ne 'test/t/92_release.pl' } glob('test/t/*.pl sql/*.sql test/core/*.[ch]'))
{
	my %known = map { $_ => 1 } split / /, $reads_clock{$file} // '';
	my @found = grep { !$known{$_} } slurp_file($file) =~ /($clock)/g;

	is_deeply(\@found, [], "$file judges no clock");
}

# typedefs.list, which script/typedefs writes, has every type of ours.
my %listed = map { $_ => 1 } split /\n/, slurp_file('typedefs.list');
for my $file (glob($sources))
{
	my $text = slurp_file($file);
	my @declared = (
		$text =~ /^typedef (?:struct|enum|union)[^{;]*\{.*?^\} *(\w+);/msg,
		$text =~ /^typedef [^{;]*?\(\*(\w+)\)/mg,
		$text =~ /^typedef [^{;(]*?(\w+);/mg);

	is_deeply([ grep { !$listed{$_} } @declared ], [], "$file: its types are in typedefs.list");
}

done_testing();
