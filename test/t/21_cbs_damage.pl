# Text and binary forms of clv.cbs from outside: what was damaged on the way is
# refused by an error that names the type, or is a base as good as any other.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql(
	'postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE base (kind text, base clv.cbs);
	INSERT INTO base SELECT 'days', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i END, 100 + i % 9, i / 4.0) FROM generate_series(1, 60) i;
	INSERT INTO base SELECT 'weeks', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i / 7.0 END, 30 + i / 7.0, i / 3.0) FROM generate_series(1, 40) i;
	INSERT INTO base SELECT 'histories', clv.cbs(rfm, '2024-12-31')
		FROM (SELECT clv.rfm(date '2024-01-01' + k * (i % 9), 7.5 * k) AS rfm FROM generate_series(1, 30) i, generate_series(1, 4) k GROUP BY i) x;
	INSERT INTO base SELECT 'large', clv.cbs(i % 9, CASE WHEN i % 9 = 0 THEN 0 ELSE 1 + i % 300 END, 301 + i % 100, i % 5000) FROM generate_series(1, 100000) i;

	INSERT INTO base SELECT 'covariates', clv.cbs(i % 4, CASE WHEN i % 4 = 0 THEN 0 ELSE i END, 40 + i % 3, i / 4.0, ARRAY[i % 3, -0.5]) FROM generate_series(1, 20) i;

	-- What becomes of damaged bytes?
	CREATE FUNCTION outcome(form text, damaged bytea) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		base clv.cbs;
	BEGIN
		IF form = 'text' THEN
			base := 'cbs1:' || translate(encode(damaged, 'base64'), E'\n', '');
		ELSE
			base := convert_from(damaged, 'UTF8');
		END IF;
		IF (SELECT coalesce(sum(customers), 0) FROM clv.cells(base)) NOT IN (0, clv.customers(base)) OR NOT clv.cbs_eq(base::text::clv.cbs, base)
			OR (SELECT sum(customers) FROM clv.covariates(base)) <> clv.customers(base) THEN
			RETURN 'taken, but wrong';
		END IF;
		RETURN 'taken';
	EXCEPTION
		WHEN invalid_text_representation THEN
			RETURN CASE WHEN sqlerrm LIKE '%type clv.cbs%' THEN 'refused' ELSE sqlerrm END;
	END $$;
});

# Every byte of the small ones, changed in several ways, and cut short.
foreach my $kind ('days', 'weeks', 'histories', 'covariates')
{
	my $outcomes = $node->safe_psql(
		'postgres', qq{
		SELECT outcome, count(*) > 50 FROM base, LATERAL (SELECT clv.cbs_send(base) AS bytes) s,
			LATERAL (SELECT outcome('text', set_byte(bytes, i, (get_byte(bytes, i) + d) % 256))
				FROM generate_series(0, length(bytes) - 1) i, unnest('{1, 2, 4, 64, 128, 129, 255}'::int[]) d
				UNION ALL SELECT outcome('text', substr(bytes, 1, i)) FROM generate_series(0, length(bytes) - 1) i
				UNION ALL SELECT outcome('text', bytes || bytes)) o (outcome)
		WHERE kind = '$kind' GROUP BY outcome ORDER BY outcome});
	like($outcomes, qr/^refused\|t(\ntaken\|[tf])?$/, "$kind: damaged bytes are refused, or are another base");
}

# The text itself: every character replaced.
is( $node->safe_psql(
		'postgres', q{
		SELECT DISTINCT outcome('characters', convert_to(overlay(base::text PLACING c FROM i FOR 1), 'UTF8'))
		FROM base, generate_series(1, length(base::text)) i, unnest('{" ",é,=,#,*}'::text[]) c WHERE kind = 'days'
			AND i <= length(base::text) - 2}),
	'refused', 'characters that do not belong');

# Binary COPY: the same bytes back, damaged ones refused with 22P03.
my $file = $node->basedir . '/base.bin';
$node->safe_psql('postgres', "COPY base (base) TO '$file' (FORMAT binary); CREATE TABLE again (base clv.cbs)");
$node->safe_psql('postgres', "COPY again FROM '$file' (FORMAT binary)");
is( $node->safe_psql(
		'postgres', 'SELECT count(*) FROM again a JOIN base b ON clv.cbs_send(a.base) = clv.cbs_send(b.base)'),
	'5', 'binary COPY there and back');

my $good = slurp_file($file);
my ($refused, $taken, $other) = (0, 0, '');
srand(1);
foreach my $round (1 .. 150)
{
	# behind the header of the file (19), of the tuple (2) and of the field (4)
	my $place = 25 + int(rand(200));
	my $damaged = $good;
	substr($damaged, $place, 1) = chr(int(rand(256)));
	open my $out, '>:raw', $file or die;
	print $out $damaged;
	close $out;
	my ($code, $stdout, $stderr) =
	  $node->psql('postgres', "\\set VERBOSITY verbose\nCOPY again FROM '$file' (FORMAT binary)");
	if ($code == 0) { $taken++; }
	elsif ($stderr =~ /22P03: invalid value of type clv\.cbs/) { $refused++; }
	else { $other .= $stderr; }
}
is($other, '', 'damaged binary raises nothing but 22P03');
cmp_ok($refused, '>', 100, "$refused of 150 refused");
is($node->safe_psql('postgres', 'SELECT count(*) FROM again WHERE NOT clv.cbs_eq(base::text::clv.cbs, base)'),
	'0', "the $taken others are bases");

$node->stop;
done_testing();
