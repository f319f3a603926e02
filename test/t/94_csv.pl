# script/read-orders: other people's CSV files.  Each file of test/csv has its
# expectation beside it, NAME.expected: "$ NAME OPTIONS", then what is said, then
# the rows; as often as it is called.  Needs no server.

use strict;
use warnings;

use Cwd;
use IPC::Run;
use Test::More;
use Text::ParseWords;

if (system('python3 -c "import csv" >/dev/null 2>&1') != 0)
{
	plan skip_all => 'python3 is missing';
}

my $folder = 'test/csv';
my $script = getcwd() . '/script/read-orders';
my $today = '2026-01-01';		# what counts as the future

sub slurp
{
	my ($file) = @_;

	open(my $in, '<:raw', $file) or die "$file: $!";
	local $/;
	return scalar <$in>;
}

# Exit status and what is written to the error and to the standard output.
sub read_orders
{
	my @arguments = @_;
	my ($stdout, $stderr) = ('', '');

	IPC::Run::run([ $script, @arguments, '--today', $today ],
		'<', \undef, '>', \$stdout, '2>', \$stderr, init => sub { chdir $folder or die $! });
	return ($? >> 8, $stderr, $stdout);
}

opendir(my $dir, $folder) or die $!;
my @names = sort grep { -f "$folder/$_" } readdir($dir);
my %is_there = map { $_ => 1 } @names;
my @files = grep { !/\.expected$/ } @names;
my %option;						# those that are said to decide something

cmp_ok(scalar(@files), '>=', 60, 'there are files');
for my $name (grep { /\.expected$/ } @names)
{
	ok($is_there{ $name =~ s/\.expected$//r }, "$name: there is a file");
}
for my $name (@files)
{
	if (!$is_there{"$name.expected"})
	{
		fail("$name: there is an expectation");
		next;
	}
	my @calls = split /^(?=\$ )/m, slurp("$folder/$name.expected");

	cmp_ok(scalar(@calls), '>=', 1, "$name: there is an expectation");
	for my $call (@calls)
	{
		my ($line, $expected) = $call =~ /^\$ ([^\n]*)\n(.*)\z/s or die "$name: $call";
		my ($status, $said, $rows) = read_orders(shellwords($line));

		is($said . $rows, $expected, $line);
		if ($expected =~ /^read-orders: /)
		{
			ok($status != 0, "$line: fails");
			like($said, qr/^read-orders: [^\n]+\n\z/, "$line: in one sentence");
			is($rows, '', "$line: and writes nothing");
		}
		else
		{
			is($status, 0, "$line: succeeds");
		}
		$option{$_} = 1 for $said =~ /(--[a-z-]+)/g;
	}
}

# What a sentence advises is there to be used.
my $help;
IPC::Run::run([ $script, '--help' ], '>', \$help) or die 'no help';
for my $name (sort keys %option)
{
	like($help, qr/^ +\Q$name\E /m, "$name is an option");
}

# Calls that are wrong.
for my $call (
	[ 'nothing.csv' ], [ '.' ], [], ['comma.csv', '--nonsense' ], [ 'comma.csv', '--date', 'ydm' ],
	[ 'comma.csv', 'a', 'b' ], [ 'comma.csv', '--quantity', 'Total' ], [ 'comma.csv', '--delimiter', ';;' ],
	[ 'comma.csv', '--amount', 'Total', '--no-amount' ])
{
	my ($status, $said, $rows) = read_orders(@$call);

	ok($status != 0 && $rows eq '', "wrong call: @$call");
	like($said, qr/^read-orders: [^\n]+\n\z/, "in one sentence: @$call");
}

# The log of a shop, if it is at hand, comes out as it went in.
SKIP:
{
	my $log = '../shared/data/cdnow_full_transactions.csv';
	-e $log or skip 'no ../shared/data', 1;
	my ($status, $said, $rows) = read_orders("../../$log");
	my $expected = slurp($log) =~ s/^(\d+,[\d-]+),\d+,/$1,/mgr =~ s/\A[^\n]*/customer text,at date,amount numeric/r;

	ok($rows eq $expected, 'the CDNOW log');
}

# Mutations and round trips, with a fixed seed.
my $ok = IPC::Run::run([ 'python3', 'test/fuzz_orders.py', 400, 1 ], '>', \my $fuzzed, '2>&1');
ok($ok, 'files that nobody wrote') or diag($fuzzed);
like($fuzzed, qr/^400 mutations, [1-9]\d* of them read; 400 round trips, \d+ questions asked$/, 'all of them');

done_testing();
