# Every statement that is printed, in a document, an example or the text that
# clv writes, and that fits in a WITH, has AS MATERIALIZED there: otherwise
# PostgreSQL may merge it into the statement around it, and fit once a row.

use strict;
use warnings;

use File::Find;
use PostgreSQL::Test::Utils;
use Test::More;

my $fits = qr/\bclv\.(?:fit|shrink|compare|compare_bootstrap)\s*\(/;
my $root = -e 'README.md' ? '.' : '..';
my @files = ("$root/README.md", "$root/CONTRIBUTING.md");
find({ wanted => sub { push @files, $_ if -f && /\.(?:md|sql)$|demo$/ }, no_chdir => 1 },
	grep { -d } map { "$root/$_" } qw(docs examples script src/sql bench));

# What stands in the parentheses that begin here.
sub inside
{
	my ($text) = @_;
	my $depth = 1;

	for my $i (0 .. length($text) - 1)
	{
		my $c = substr($text, $i, 1);
		$depth++ if $c eq '(';
		$depth-- if $c eq ')';
		return substr($text, 0, $i) if $depth == 0;
	}
	return $text;
}

# The parts of a WITH that fit, and whether each is kept apart.
sub parts
{
	my ($text) = @_;
	my @parts;

	$text =~ s/--.*$//mg;
	while ($text =~ /(?:\bWITH|,)\s+(?:RECURSIVE\s+)?(\w+)(?:\s*\([\w\s,]*\))?\s+AS\s+((?:NOT\s+)?MATERIALIZED\s+)?\(/g)
	{
		my ($name, $how) = ($1, $2 // '');
		push @parts, [ $name, $how =~ /^MATERIALIZED/ ? 1 : 0 ] if inside(substr($text, pos $text)) =~ $fits;
	}
	return @parts;
}

is_deeply([ parts('WITH m AS (SELECT clv.fit(base) FROM b), n AS MATERIALIZED (SELECT clv.shrink(a)), o (x, y) AS NOT MATERIALIZED (SELECT (1), clv.fit(c)), p AS (SELECT 1) SELECT clv.fit(d)') ],
	[ [ m => 0 ], [ n => 1 ], [ o => 0 ] ], 'a fit in a WITH is found');

my $found = 0;
for my $file (sort @files)
{
	my @merged;
	for my $part (parts(slurp_file($file)))
	{
		$found++;
		push @merged, $part->[0] unless $part->[1];
	}
	is("@merged", '', "$file: what fits in a WITH is materialized") if @merged || $file =~ /md$/;
}
cmp_ok($found, '>=', 3, 'there are such statements');
done_testing();
