# One version, in clv.control; the files that must repeat it agree.  And what
# is installed is plain.

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
like(
	slurp_file('CHANGELOG.md'),
	qr/^## \Q$version\E /m,
	'CHANGELOG.md has an entry for it');
like(
	slurp_file('LICENSE'),
	qr/GNU GENERAL PUBLIC LICENSE\s+Version 3/,
	'LICENSE is the GPL, version 3');

# Messages and the install script are read by databases of any encoding.
for my $file (glob('src/*.[ch] src/core/*.[ch] src/sql/*.sql update/*.sql clv.control'))
{
	my ($odd) = slurp_file($file) =~ /^(.*[^\x00-\x7f].*)$/m;

	is($odd, undef, "$file is pure ASCII");
}

done_testing();
