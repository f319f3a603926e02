# Text and binary forms of clv.rfm from outside: what was damaged on the way is
# refused by an error that names the type, or is a history as good as any other.

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
	CREATE TABLE history (kind text, rfm clv.rfm);
	INSERT INTO history SELECT 'cents', clv.rfm(date '2024-01-01' + 9 * i, 1.25 * i) FROM generate_series(0, 12) i;
	INSERT INTO history SELECT 'sums', clv.rfm(date '1999-12-25' + i / 3, 0.1 * i) FROM generate_series(0, 20) i;
	INSERT INTO history SELECT 'refunds', clv.rfm(date '2024-01-01' + i / 2, sqrt(i) - 2) FROM generate_series(0, 12) i;
	INSERT INTO history SELECT 'days', clv.rfm(date '2024-01-01' + 9 * i / 2) FROM generate_series(0, 12) i;
	INSERT INTO history SELECT 'wide', clv.rfm(date '2024-01-01', 10.0::float8 ^ (i * 25)) FROM generate_series(-12, 12) i;

	-- What becomes of damaged text?
	CREATE FUNCTION outcome(damaged text) RETURNS text LANGUAGE plpgsql AS $$
	DECLARE
		rfm clv.rfm;
	BEGIN
		rfm := damaged;
		IF NOT clv.rfm_eq(rfm::text::clv.rfm, rfm) OR
			NOT clv.rfm_eq((SELECT clv.rollup(r) FROM (SELECT rfm AS r) x), rfm) OR rfm::text <> damaged THEN
			RETURN 'taken, but wrong';
		END IF;
		PERFORM clv.days(rfm);
		PERFORM clv.summary(rfm, '5874897-12-31', 'event');
		RETURN 'taken';
	EXCEPTION
		WHEN invalid_text_representation THEN
			RETURN CASE WHEN sqlerrm LIKE '%type clv.rfm%' THEN 'refused' ELSE sqlerrm END;
		WHEN numeric_value_out_of_range THEN
			RETURN 'taken';
	END $$;
	CREATE FUNCTION as_text(bytes bytea) RETURNS text LANGUAGE sql AS
		$$ SELECT 'rfm1:' || translate(encode(bytes, 'base64'), E'\n', '') $$;
});

# Every byte changed in several ways, cut short, doubled.
foreach my $kind ('cents', 'sums', 'refunds', 'days', 'wide')
{
	my $outcomes = $node->safe_psql(
		'postgres', qq{
		SELECT outcome, count(*) >= 15 FROM history, LATERAL (SELECT clv.rfm_send(rfm) AS bytes) s,
			LATERAL (SELECT outcome(as_text(set_byte(bytes, i, (get_byte(bytes, i) + d) % 256)))
				FROM generate_series(0, length(bytes) - 1) i, unnest('{1, 2, 3, 4, 64, 128, 129, 252, 255}'::int[]) d
				UNION ALL SELECT outcome(as_text(substr(bytes, 1, i))) FROM generate_series(0, length(bytes) - 1) i
				UNION ALL SELECT outcome(as_text(bytes || substr(bytes, i))) FROM generate_series(1, length(bytes)) i) o (outcome)
		WHERE kind = '$kind' GROUP BY outcome ORDER BY outcome});
	is($outcomes, "refused|t\ntaken|t", "$kind: damaged bytes are refused, or are another history");
}

# The text itself: every character replaced.
is( $node->safe_psql(
		'postgres', q{
		SELECT string_agg(DISTINCT outcome, ', ' ORDER BY outcome)
		FROM history, LATERAL (SELECT rfm::text AS t) x, generate_series(1, length(t)) i,
			unnest(ARRAY['', ' ', '=', ':', 'A', '-', E'\n', 'é', '"']) c,
			LATERAL (SELECT outcome(overlay(t PLACING c FROM i FOR 1)) WHERE overlay(t PLACING c FROM i FOR 1) <> t) o (outcome)}),
	'refused, taken', 'every character replaced');

# Binary COPY: the length of a field and each of its bytes.
my $dir = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', "CREATE TABLE target (rfm clv.rfm)");
foreach my $kind ('sums', 'refunds')
{
	$node->safe_psql('postgres', "COPY (SELECT rfm FROM history WHERE kind = '$kind') TO '$dir/good' (FORMAT binary)");
	my $good = slurp_file("$dir/good", 0);
	my $sql = '';

	# after the signature and flags (19 bytes), the number of fields and the length
	foreach my $i (25 .. length($good) - 3)
	{
		my $bad = $good;

		substr($bad, $i, 1) = chr(ord(substr($bad, $i, 1)) ^ (1 << $i % 8));
		open my $file, '>:raw', "$dir/$kind$i" or die;
		print $file $bad;
		close $file;
		$sql .= "COPY target FROM '$dir/$kind$i' (FORMAT binary);\n";
	}
	my ($code, $stdout, $stderr) = $node->psql('postgres', $sql, on_error_stop => 0);
	my @errors = grep { /ERROR/ } split /\n/, $stderr;

	is(scalar(grep { !/invalid value for type clv\.rfm/ } @errors), 0, "$kind: errors name the type");
	cmp_ok(scalar(@errors), '>', 5, "$kind: most are refused");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM target WHERE NOT clv.rfm_eq(rfm::text::clv.rfm, rfm)'),
	'0', 'what was taken is a history');

# Quoted text is cut after so many bytes: not so that half a character is left,
# which a client of another encoding would get no error for but its own.
$node->safe_psql('postgres', q{CREATE DATABASE letters ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0});
$node->safe_psql('letters', 'CREATE EXTENSION clv');
my (undef, undef, $cut) = $node->psql('letters',
	q{SET client_encoding = 'latin1'; SELECT clv.rfm_in((repeat('x', 63) || U&'\00e9\00e9')::cstring);});
like($cut, qr/invalid input syntax for type clv\.rfm: "x{63}\?" \.\.\./, 'a cut character');

# Asked softly, where the server can.
if ($node->pg_version >= 16)
{
	is($node->safe_psql('postgres', q{SELECT pg_input_is_valid('rfm1:AQFQoB8=', 'clv.rfm'), pg_input_is_valid('rfm1:AQFQoB8', 'clv.rfm'),
		pg_input_is_valid('rfm1:AQE=', 'clv.rfm')}), 't|f|f', 'soft errors');
}

$node->stop;
done_testing();
