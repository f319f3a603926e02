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
my $zones = file('orders.csv',
	"customer,date,amount\nM\xfcller,2022-01-01T23:30:00-02:00,1\nM\xfcller,2022-01-02 10:00Z,1\n");
($ok, $stdout, $stderr) = demo($zones);
ok($ok, 'offsets: runs') or diag($stderr);
is(count_of('observed', $stdout), '2022-01-01 to 2022-01-02', 'offsets: days as written');
like($stdout, qr/^ M\xc3\xbcller /m, 'Windows-1252 is read as such');
($ok, $stdout, $stderr) = demo($zones, '--zone', 'UTC');
is(count_of('observed', $stdout), '2022-01-02 to 2022-01-02', 'a zone: its days');

# Nobody to score is no error.
for my $columns ('date,amount', 'date')
{
	($ok, $stdout, $stderr) = demo(
		file('orders.csv',
			"customer,$columns\n" . ($columns eq 'date' ? "1,2099-01-01\n" : "1,2099-01-01,5\n")));
	ok($ok, "only future orders, $columns: runs") or diag($stderr);
	like($stdout, qr/^  1 row is after today, .*"2099-01-01" on line 2$/m, 'said');
}

# One shop's log in four forms.  The first has what each order came to.
my ($state, @log) = (1);

sub draw
{
	my ($n) = @_;

	$state = ($state * 1103515245 + 12345) % 2147483648;
	return int($state / 65536) % $n;
}

for my $customer (1 .. 300)
{
	my $day = draw(300);
	my $left = 1 + draw(2) * draw(12);

	while ($left-- && $day < 700)
	{
		push @log, { customer => 12000 + $customer, day => $day, quantity => 1 + draw(6), cents => 50 + draw(2000) };
		$log[-1]{quantity} *= -1 if draw(25) == 0;
		$day += 1 + draw(60);
	}
}

# A day of 2023 or 2024 as year, month and day.
sub date_of
{
	my ($day) = @_;
	my @time = gmtime(1672531200 + 86400 * $day);

	return ($time[5] + 1900, $time[4] + 1, $time[3]);
}

sub german
{
	my ($cents) = @_;
	my $text = sprintf('%d,%02d', int(abs($cents) / 100), abs($cents) % 100);

	$text =~ s/^(\d+)(\d{3},)/$1.$2/;
	return ($cents < 0 ? '-' : '') . $text;
}

my $plain = "customer,date,amount\n";
my $excel = "\xef\xbb\xbfKundennummer;Bestelldatum;Betrag\r\n";
my $lines = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n";
my $counts = "customer|date\n";
my $invoice = 536365;
for my $order (@log)
{
	my ($customer, $quantity, $cents) = @$order{qw(customer quantity cents)};
	my ($year, $month, $day) = date_of($order->{day});
	my $total = $quantity * $cents;

	$plain .= sprintf("%d,%d-%02d-%02d,%s%d.%02d\n", $customer, $year, $month, $day, $total < 0 ? '-' : '',
		int(abs($total) / 100), abs($total) % 100);
	$excel .= sprintf("%d;%02d.%02d.%d;%s\r\n", $customer, $day, $month, $year, german($total));
	$lines .= sprintf("%s%d,22423,\"CAKESTAND, \"\"REGENCY\"\"\",%d,%d/%d/%d %d:%02d,%d.%02d,%d.0,France\r\n",
		$quantity < 0 ? 'C' : '', $invoice++, $quantity, $month, $day, $year, 8 + draw(10), draw(60),
		int($cents / 100), $cents % 100, $customer);
	$counts .= sprintf("%d|%d%02d%02d\n", $customer, $year, $month, $day) if $quantity > 0;
}

# What is shown from the first number on.
sub numbers
{
	my ($output) = @_;

	return $output =~ /^(The base at a glance\n.*)^What next/ms ? $1 : undef;
}

my ($refunds) = scalar(grep { $_->{quantity} < 0 } @log);
my %form = (
	plain => [ $plain, qr/^  customer = "customer", amount = "amount", date = "date"$/m ],
	'German Excel' => [
		$excel,
		qr/^  customer = "Kundennummer", amount = "Betrag" \(decimal comma\), date = "Bestelldatum" \(day first\)\n  the file: separated by semicolons$/m
	],
	'quantity and price' => [
		$lines,
		qr/^  customer = "CustomerID", amount = "Quantity" \xc3\x97 "UnitPrice", date = "InvoiceDate" \(month first\)\n  $refunds rows whose "InvoiceNo" begins with C are taken for refunds$/m
	]);
my $expected;
for my $name ('plain', 'German Excel', 'quantity and price')
{
	my ($content, $said) = @{ $form{$name} };

	($ok, $stdout, $stderr) = demo(file("$name.csv", $content));
	ok($ok, "$name: runs") or diag($stderr);
	like($stdout, $said, "$name: what it took");
	like($stdout, qr/^  (?:bad|warning): .*^The base at a glance/ms, "$name: what is not good comes before the numbers");
	unlike($stdout, qr/^  good: /m, "$name: what is good is not told");
	$expected //= numbers($stdout);
	is(numbers($stdout), $expected, "$name: the same numbers");
}
is(count_of('orders', $expected) =~ s/,//r, scalar(@log), 'all of them');

# Without amounts: purchases, of the same customers.
($ok, $stdout, $stderr) = demo(file('counts.csv', $counts));
ok($ok, 'no amounts: runs') or diag($stderr);
is(scalar(() = $stdout =~ /^(?:  n|N)o amounts: values are purchases, not money/mg), 2, 'no amounts: says so');
unlike(numbers($stdout), qr/spend|clv|value/, 'no amounts: no money');
my ($with_amounts) = (demo(file('ones.csv', "customer,date,amount\n" . $counts =~ s/^.*\n//r =~ s/\|(.*)/,$1,1/mgr)))[1];
for my $label ('customers', 'who bought again', 'orders', 'observed', 'still customers, expected',
	'purchases in the next year, expected')
{
	is(count_of($label, $stdout), count_of($label, $with_amounts), "no amounts: the same $label");
}
is(scalar(() = $stdout =~ /^ (?:platinum|gold|silver|bronze) +\|/mg), 4, 'no amounts: tiers');
is(scalar(() = $stdout =~ /^ mbgnbd \| (?:r|alpha|a|b) /mg), 4, 'no amounts: four parameters');

# What cannot be decided: one line, and nothing is built.  94_csv.pl has more.
rejects('', 'the file is empty', 'empty file');
rejects("customer,date,amount\n", 'no rows below the header', 'header alone');
rejects("a,b,c,d\n1,2,3,4\n", 'which column is the date\?.*"a", "b", "c", "d".*--date-column',
	'unknown columns');
rejects("a,b,c\n1,2,3\n", 'no column "z"', 'unknown column in the call', 'a', 'b', 'z');
rejects("customer,date,amount\na,01/02/2024,5\n", 'line 2: date "01/02/2024".*--date dmy', 'date');
rejects("customer,date,amount\na,2022-01-01,5\na,2022-01-01,five\n", 'line 3: amount "five"', 'amount');
rejects("\0\1\2\n", 'not a text file', 'binary');

($ok, $stdout, $stderr) = demo("$dir/nothing.csv");
like($stderr, qr/^demo: cannot read [^\n]*\n\z/, 'no such file');
($ok, $stdout, $stderr) = demo('--zone', 'UTC', "$dir/orders.csv");
like($stderr, qr/^demo: the file comes first[^\n]*\n\z/, 'options first');

done_testing();
