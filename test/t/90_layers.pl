# The core is built in layers: what a file includes, and whose functions it
# calls, is of its own layer or of one above in this list.  history and base
# stand beside value, which knows numbers alone.

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
is(scalar(@objects), scalar(grep { /\.c$/ } @files), 'each source has been compiled');
my (%defined_in, %wanted);
foreach my $object (@objects)
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

done_testing();
