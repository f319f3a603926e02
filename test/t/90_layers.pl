# The core is built in layers: what a file includes, and whose functions it
# calls, is of its own layer or of one above in this list.  history and base
# stand beside value, which knows numbers alone.
#
# Within a layer, and in the glue, calls go one way: no two files call each
# other, and no more of them do in a circle.

use strict;
use warnings;

use PostgreSQL::Test::Utils;
use Test::More;

my @layers = qw(status math bytes history base model models fit value draw);
my %level = map { $layers[$_] => $_ } 0 .. $#layers;
my %forbidden = ('value' => { map { $_ => 1 } qw(history base model models fit) });

sub layer
{
	my ($file) = @_;

	$file =~ s{^src/core/}{};
	return $file =~ m{^(\w+)/} ? $1 : 'status';
}

# May "user" know of "used"?
sub may_use
{
	my ($user, $used) = @_;

	return $level{$used} <= $level{$user} && !($forbidden{$user} && $forbidden{$user}{$used});
}

my @files = map { glob("src/core$_/*.[ch]") } ('', '/*', '/models/*');
cmp_ok(scalar(@files), '>', 100, 'there are files of the core');
is_deeply([ grep { !exists $level{ layer($_) } } @files ], [], 'each is in a folder of the list');

my @includes;
foreach my $file (@files)
{
	my $text = slurp_file($file);

	foreach my $header ($text =~ /^#include "([^"]+)"/mg)
	{
		push @includes, "$file: $header" if !-e "src/core/$header" || !may_use(layer($file), layer($header));
	}
}
is_deeply(\@includes, [], 'includes: of the layer itself or above, by their path in the core');

# Who calls whom, by the symbols of the objects.
my @objects = map { glob("src/core$_/*.o") } ('', '/*', '/models/*');
my @glue = glob('src/*.o');
is(scalar(@objects), scalar(grep { /\.c$/ } @files), 'each source has been compiled');
cmp_ok(scalar(@glue), '>', 20, 'and the glue');
my (%defined_in, %wanted);
foreach my $object (@objects, @glue)
{
	my ($symbols) = run_command([ 'nm', '-g', $object ]);

	foreach my $line (split /\n/, $symbols)
	{
		my ($kind, $name) = (split ' ', $line)[ -2, -1 ];

		if ($kind eq 'U') { push @{ $wanted{$object} }, $name }
		else { $defined_in{$name} = $object }
	}
}
my @calls;
foreach my $object (@objects)
{
	foreach my $name (grep { defined $defined_in{$_} } @{ $wanted{$object} // [] })
	{
		push @calls, "$object: $name" unless may_use(layer($object), layer($defined_in{$name}));
	}
}
cmp_ok(scalar(keys %defined_in), '>', 100, 'there are functions');
is_deeply(\@calls, [], 'calls: of the layer itself or above');

# The calls that are in a circle, or lead from one to another: files that
# call no file are left out, then those which nobody calls, as long as there are
# any.
sub circles
{
	my (%calls) = @_;
	my $left = -1;

	while ($left != keys %calls)
	{
		my %called;

		$left = keys %calls;
		foreach my $file (keys %calls)
		{
			delete @{ $calls{$file} }{ grep { !exists $calls{$_} } keys %{ $calls{$file} } };
			$called{$_} = 1 foreach keys %{ $calls{$file} };
		}
		delete @calls{ grep { !$called{$_} || !%{ $calls{$_} } } keys %calls };
	}
	return \%calls;
}

is_deeply(circles(a => { b => 'f' }, b => { c => 'g' }, c => {}), {}, 'files in a row are no circle');
is_deeply(
	circles(a => { b => 'f' }, b => { c => 'g' }, c => { b => 'h', d => 'i' }, d => {}),
	{ b => { c => 'g' }, c => { b => 'h' } }, 'two files that call each other are found');
is_deeply(
	circles(a => { b => 'f' }, b => { c => 'g' }, c => { a => 'h' }),
	{ a => { b => 'f' }, b => { c => 'g' }, c => { a => 'h' } }, 'and three');

my %calls = map { $_ => {} } @objects, @glue;
foreach my $object (@objects, @glue)
{
	foreach my $name (@{ $wanted{$object} // [] })
	{
		my $file = $defined_in{$name} // next;

		$calls{$object}{$file} = $name if $file ne $object;
	}
}
cmp_ok(scalar(grep { %$_ } values %calls), '>', 100, 'files call each other');
my $circles = circles(%calls);
is(join("\n", map { my $file = $_; map { "$file calls $circles->{$file}{$_} of $_" } sort keys %{ $circles->{$file} } } sort keys %$circles),
	'', 'but not in a circle');

# Numbers are taken apart into bytes, and put together again, in src/core/bytes
# alone: elsewhere no shift by a byte or by the seven bits of a varint, no mask
# of a varint's byte, no copy between one number and a place among bytes, no
# swap of byte orders.
my $bits = qr/(?:7|8|16|24|40|48|56)\b/;
my $number = qr/&\s*\w+(?:(?:\.|->)\w+)*\s*/;    # the address of a variable
my %bytes_by_hand = (
	'a shift by bytes' => qr/(?:<<|>>)=?\s*\(?\s*$bits|(?:<<|>>)=?\s*\(\s*[^()]*\b[78]\s*\*/,
	'a shift cut to a byte' => qr/\(\s*(?:unsigned char|uint8(?:_t)?)\s*\)\s*\([^()]*>>/,
	'a shift that goes by bytes' => qr/\bshift\s*[+-]=\s*[78]\b/,
	'a mask of a varint' => qr/[|&]\s*0x(?:7f|80)\b/i,
	'a number copied among bytes' => qr/mem(?:cpy|move)\s*\(\s*(?!\s*&)[^,;]+,\s*$number,\s*sizeof/,
	'a number copied from bytes' => qr/mem(?:cpy|move)\s*\(\s*$number,\s*(?!\s*&)[^,;]+,\s*sizeof/,
	'a swap of byte orders' => qr/\b(?:__builtin_bswap|bswap|hto[nbl]|[nbl]e?toh|be\d\dtoh|le\d\dtoh|pg_hton|pg_ntoh)/);

sub bytes_by_hand
{
	my ($text) = @_;

	$text =~ s{/\*.*?\*/}{ }gs;
	$text =~ s{"(?:[^"\\]|\\.)*"}{""}g;
	return grep { $text =~ $bytes_by_hand{$_} } sort keys %bytes_by_hand;
}

# Each way finds what it is for.
my %plant = (
	'p[1] = (unsigned char) (value >> 8);' => [ 'a shift by bytes', 'a shift cut to a byte' ],
	'p[i] = (unsigned char) (bits >> (8 * i));' => ['a shift by bytes'],
	'*at++ = (uint8) (v >> n);' => ['a shift cut to a byte'],
	'for (shift = 56; shift >= 0; shift -= 8) *to++ = bits >> shift;' => ['a shift that goes by bytes'],
	'v = v << 8 | *in->at++;' => ['a shift by bytes'],
	'bytes[i] = bits >> (56 - 8 * i);' => ['a shift by bytes'],
	'value >>= 7;' => ['a shift by bytes'],
	'result |= (uint64_t) (byte & 0x7f) << n;' => ['a mask of a varint'],
	'memcpy(data + 2, &state->day, sizeof(DateADT));' => ['a number copied among bytes'],
	'memcpy(to, &v, sizeof(double));' => ['a number copied among bytes'],
	'memcpy(&size, pending - sizeof(size), sizeof(size));' => ['a number copied from bytes'],
	'bits = __builtin_bswap64(bits);' => ['a swap of byte orders'],
	'memcpy(&bits, &value, sizeof(bits)); x = (uint64_t) a << 32 | b; /* v >> 8 */' => []);
foreach my $code (sort keys %plant)
{
	my %found = map { $_ => 1 } bytes_by_hand($code);

	is_deeply([ grep { !$found{$_} } @{ $plant{$code} } ], [], "found: $code");
	is_deeply([ keys %found ], [], "not found: $code") if !@{ $plant{$code} };
}

# What is no encoding of ours.
my %not_ours = (
	'src/core/history/history_compact.c' => ['a shift that goes by bytes'],    # digits of a radix sort
	'src/interval.c' => ['a shift by bytes'],    # the number of a random stream
	'src/numeric.c' => ['a number copied from bytes']);    # the server's numeric
foreach my $file (sort(grep { !m{^src/core/bytes/} } @files, glob('src/*.[ch]')))
{
	is_deeply([ bytes_by_hand(slurp_file($file)) ], $not_ours{$file} // [], "$file leaves bytes to src/core/bytes");
}

done_testing();
