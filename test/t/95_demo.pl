# What script/demo prints, for its own shop and for other people's files.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

# The demo of this tree, on the PostgreSQL that has this clv installed.
my $bindir = $ENV{CLV_BINDIR};
if (!defined $bindir)
{
	($bindir) = run_command([ 'pg_config', '--bindir' ]);
}
my $dir = PostgreSQL::Test::Utils::tempdir();

sub demo
{
	my @arguments = @_;
	local $ENV{CLV_BINDIR} = $bindir;
	my ($stdout, $stderr) = ('', '');
	my $ok = IPC::Run::run([ 'bash', 'script/demo', @arguments ],
		'<', \undef, '>', \$stdout, '2>', \$stderr);

	return ($ok, $stdout, $stderr);
}

sub file
{
	my ($name, $content) = @_;

	open(my $out, '>:raw', "$dir/$name") or die $!;
	print $out $content;
	close($out);
	return "$dir/$name";
}

sub rejects
{
	my ($content, $expected, $name, @columns) = @_;
	my ($ok, $stdout, $stderr) = demo(file('bad.csv', $content), @columns);

	ok(!$ok, "$name: fails");
	like($stderr, qr/^demo: [^\n]*$expected[^\n]*\n\z/, "$name: one clear line");
}

sub count_of
{
	my ($label, $output) = @_;

	return $output =~ /^ +\Q$label\E +(\S.*?) *$/m ? $1 : undef;
}

# The simulated shop.
my ($ok, $stdout, $stderr) = demo();
ok($ok, 'the demo runs') or diag($stderr);
is($stderr, '', 'and says nothing on stderr');
is(count_of('customers', $stdout), '5,000', 'its customers');
for my $heading (
	'The base at a glance',
	'Tiers:',
	'The ten most valuable customers',
	'The fitted model',
	'What next')
{
	like($stdout, qr/^\Q$heading\E/m, "a table: $heading");
}
for my $tier (qw(platinum gold silver bronze))
{
	like($stdout, qr/^ \Q$tier\E +\| +\d+ \| +[\d.]+ % /m, "a tier: $tier");
}
is(scalar(() = $stdout =~ /^ +\d+ \| \d{4}-\d\d-\d\d +\| +\d+ \|/mg),
	10, 'ten customers');
is(scalar(() = $stdout =~ /\| converged$/mg), 7, 'seven parameters, converged');
my $clv = count_of('future value: their spend, discounted at 10 % a year', $stdout);
my $sum = 0;
$sum += $_ for map { s/,//gr } $stdout =~ /^ (?:platinum|gold|silver|bronze) .*?% +\| +([\d,.]+) \|/mg;
cmp_ok(abs($sum - ($clv =~ s/,//gr)), '<', 0.05, 'the tiers add up to the total');
my ($shown) = slurp_file('README.md') =~ /^```text\n(.*?)^```/ms;
like($stdout, qr/\Q$shown\E/, 'the README shows what it shows');
unlike($stdout, qr/ERROR|WARNING|NOTICE/, 'no noise');

# Files of orders.  Six orders of two customers; the guest has no name.
my $rows = <<'END';
a,2022-01-01,10.50
b,2022-01-05,20
a,2022-02-01,11.50
b,2022-03-05,-5
,2022-03-06,7
a,2022-05-01,12
END
my %layout = (
	'names'      => [ "customer_id,Order Date,Total\n$rows" ],
	'positions'  => [ "who,when,how much\n$rows" ],
	'semicolons' => [ "customer;date;amount\n" . $rows =~ s/,/;/gr ],
	'tabs'       => [ "customer\tdate\tamount\n" . $rows =~ s/,/\t/gr ],
	'quotes, line ends and a byte-order mark' => [
		"\xef\xbb\xbf\"customer\",\"date\",\"amount\"\r\n"
		  . $rows =~ s/^(\w*),/"$1",/mgr =~ s/\n/\r\n/gr
	],
	'columns in the call' => [
		"when,x,who,y\n" . $rows =~ s/^(\w*),([^,]*),(.*)$/$2,$3,$1,1/mgr,
		'who', 'when', 'x'
	]);
for my $name (sort keys %layout)
{
	my ($content, @columns) = @{ $layout{$name} };

	($ok, $stdout, $stderr) = demo(file('orders.csv', $content), @columns);
	ok($ok, "$name: runs") or diag($stderr);
	is_deeply(
		[
			count_of('customers', $stdout),
			count_of('orders', $stdout),
			count_of('observed', $stdout),
			count_of('rows left out: without customer', $stdout)
		],
		[ 2, 5, '2022-01-01 to 2022-05-01', 1 ],
		"$name: the same base");
}

# Times, zones, and an encoding of yesterday.
($ok, $stdout, $stderr) = demo(
	file(
		'orders.csv',
		"customer,date,amount\nM\xfcller,2022-01-01T23:30:00-02:00,1\nM\xfcller,2022-01-02 10:00Z,1\n"
	));
ok($ok, 'zones: runs') or diag($stderr);
like($stdout, qr/zone => 'UTC'/, 'zones: says which it takes');
is(count_of('observed', $stdout), '2022-01-02 to 2022-01-02', 'zones: days of UTC');
like($stdout, qr/^ M\xc3\xbcller /m, 'Latin 1 is read as such');

# Nobody to score is no error.
($ok, $stdout, $stderr) =
  demo(file('orders.csv', "customer,date,amount\n1,9999-01-01,5\n"));
ok($ok, 'only future orders: runs') or diag($stderr);
is(count_of('rows left out: after as_of', $stdout), 1, 'only future orders: counted');

rejects('', 'the file is empty', 'empty file');
rejects("customer,date,amount\n", 'no rows below the header', 'header alone');
rejects("a,b,c,d\n1,2,3,4\n", 'which column is the customer\?.*"a", "b", "c", "d"',
	'unknown columns');
rejects("a,b,c\n1,2,3\n", 'no column "z"', 'unknown column in the call', 'a', 'b', 'z');
rejects("1,2022-01-01,5\n", 'first line looks like data', 'no header');
rejects("customer,date,amount\na,31.12.2024,5\n", 'row 1 .*"31.12.2024"', 'date');
rejects("customer,date,amount\na,2022-02-30,5\n", '"2022-02-30"', 'no such day');
rejects("customer,date,amount\na,2022-01-01,5\na,2022-01-01,\$5\n",
	'row 2 .*"\$5"', 'amount');
rejects("customer,date,amount\na,2022-01-01\n", 'missing data.*line 2', 'short row');
rejects("customer,date,amount\na,2022-01-01,1,2\n", 'extra data.*line 2', 'long row');
rejects("\0\1\2\n", 'not a text file', 'binary');

($ok, $stdout, $stderr) = demo("$dir/nothing.csv");
like($stderr, qr/^demo: cannot read [^\n]*\n\z/, 'no such file');

done_testing();
