# Values of every type of the extension from outside: what is taken as text or
# as binary is stored, comes back the same as text and by binary COPY, and
# answers every function that can be asked of it.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvValues;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $mutations = 300;    # of each fixture, in each form
my $asked = 25;         # values of each type that are asked everything

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "log_statement = none\nlog_min_error_statement = panic\nautovacuum = off");
$node->start;
make_values($node);
my $dir = $node->basedir;

# The example of a count whose fraction is what is too much.
my ($code, undef, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT 'survivors:0:9000000000.5'::clv.retention");
like($stderr, qr/22P02: invalid input syntax for type clv\.retention/, 'a count above the highest by its fraction');
is($node->safe_psql('postgres', q{SELECT 'survivors:0:9000000000'::clv.retention}), 'survivors:0:9000000000', 'the highest itself');

my $seed = 1;

sub random
{
	my ($n) = @_;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 2147483648 * $n);
}

# Bytes or characters changed, cut out, doubled, put in.
sub mutate
{
	my ($value, $letters) = @_;
	my $sign = sub { $letters ? substr($letters, random(length $letters), 1) : chr(random(256)) };

	foreach (0 .. random(3))
	{
		my $at = random(length $value);
		my $n = 1 + random(4);
		my $how = random(5);

		last if $value eq '';
		if ($how == 0) { substr($value, $at, 1) = $sign->(); }
		elsif ($how == 1) { substr($value, $at, 1) = $letters ? $sign->() : chr(ord(substr($value, $at, 1)) ^ 1 << random(8)); }
		elsif ($how == 2) { substr($value, $at, $n) = ''; }
		elsif ($how == 3) { substr($value, $at, 0) = substr($value, $at, $n); }
		else { substr($value, $at, 0) = $sign->(); }
	}
	return $value;
}

# One value in the frame of a binary COPY file.
sub copy_file
{
	my ($name, $bytes) = @_;
	open(my $fh, '>:raw', "$dir/$name") or die $!;
	print $fh "PGCOPY\n\xff\r\n\0", pack('NNnN', 0, 0, 1, length $bytes), $bytes, pack('n', 0xffff);
	close($fh);
	return;
}

$node->safe_psql('postgres', q{CREATE TABLE outcome (state text, said text)});
foreach my $type (types_of_extension($node))
{
	my $own = $type =~ s/clv\.//r;
	my ($send) = $node->safe_psql('postgres', qq{SELECT typsend FROM pg_type WHERE oid = '$type'::regtype});
	my @texts = split /\n/, $node->safe_psql('postgres', qq{SELECT encode(convert_to(v, 'UTF8'), 'hex') FROM probe.fixture WHERE type = '$type'::regtype ORDER BY v});
	my @binary = split /\n/, $node->safe_psql('postgres', qq{SELECT encode($send(v::$type), 'hex') FROM probe.fixture WHERE type = '$type'::regtype ORDER BY v});
	my $sql = "TRUNCATE outcome; CREATE TABLE taken (v $type, given text); CREATE TABLE text_form (t text);\n";
	my $files = 0;

	cmp_ok(scalar(@texts), '>', 0, "$type: there are values");
	foreach my $hex (@texts)
	{
		my $text = pack 'H*', $hex;
		my $letters = '0123456789.,:/-+e{}[]" =ABCyz' . $text;

		# what is no longer text in the database's encoding is for PostgreSQL to refuse
		$sql .= sprintf("INSERT INTO text_form VALUES (convert_from(decode('%s', 'hex'), 'SQL_ASCII'));\n", unpack 'H*', $_)
		  foreach grep { !/\0/ && utf8::decode(my $copy = $_) } $text, map { mutate($text, $letters) } 1 .. $mutations;
	}
	foreach my $hex (@binary)
	{
		my $bytes = pack 'H*', $hex;
		copy_file("$own." . $files++, $_) foreach $bytes, '', map { mutate($bytes) } 1 .. $mutations;
	}
	$node->safe_psql('postgres', $sql);
	$node->safe_psql('postgres', qq{
		DO \$\$
		DECLARE
			r record;
		BEGIN
			FOR r IN SELECT t FROM text_form LOOP
				BEGIN
					INSERT INTO taken VALUES (r.t::$type, r.t);
					INSERT INTO outcome VALUES ('taken');
				EXCEPTION WHEN OTHERS THEN
					INSERT INTO outcome VALUES (SQLSTATE, SQLERRM || ' ' || r.t);
				END;
			END LOOP;
			FOR i IN 0 .. $files - 1 LOOP
				BEGIN
					EXECUTE format('COPY taken (v) FROM %L (FORMAT binary)', '$dir/$own.' || i);
					INSERT INTO outcome VALUES ('taken');
				EXCEPTION WHEN OTHERS THEN
					INSERT INTO outcome VALUES (SQLSTATE, SQLERRM);
				END;
			END LOOP;
		END \$\$});
	note "$type: " . $node->safe_psql('postgres', q{SELECT string_agg(state || ' ' || n, ', ' ORDER BY state) FROM (SELECT state, count(*) AS n FROM outcome GROUP BY state) o});

	# numbers and escapes that jsonb itself cannot hold have its own codes; a
	# message that ends too early, or with text of another encoding, PostgreSQL's
	is( $node->safe_psql('postgres', q{
			SELECT state, said FROM outcome WHERE state NOT IN ('taken', '22P02', '22P03', '22003', '22P05', '54000', '22021')
				AND NOT (state = '08P01' AND said LIKE '%message%') LIMIT 5}),
		'', "$type: what is refused is refused as text or binary that is none");
	cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM taken'), '>', 2 * @texts, "$type: some are other values");
	is($node->safe_psql('postgres', qq{SELECT given, v::text FROM taken WHERE v::text::${type}::text <> v::text OR $send(v::text::$type) <> $send(v) LIMIT 3}),
		'', "$type: what is taken comes back as text");
	is( $node->safe_psql('postgres', qq{
			COPY taken (v) TO '$dir/$own' (FORMAT binary);
			CREATE TABLE again (v $type);
			COPY again FROM '$dir/$own' (FORMAT binary);
			SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY $send(v)) AS n, $send(v) AS b FROM taken) a
				FULL JOIN (SELECT row_number() OVER (ORDER BY $send(v)) AS n, $send(v) AS b FROM again) b USING (n) WHERE a.b IS DISTINCT FROM b.b}),
		'0', "$type: and by binary COPY");

	# Every function and aggregate that begins with the type, but for what the
	# executor calls.  An answer is a number where it is one.
	my $questions = $node->safe_psql('postgres', qq{
		TRUNCATE probe.told;
		CREATE TABLE probe.some AS
			SELECT row_number() OVER () AS id, v FROM (SELECT v FROM taken ORDER BY md5(v::text) LIMIT $asked) s;
		SET statement_timeout = '120s';
		SELECT count(probe.ask(format('SELECT array_agg(x::text) FROM (SELECT %s(v%s) AS x FROM probe.some WHERE id = %s) a',
				f.name, CASE WHEN cardinality(f.args) > 1 THEN ', ' || probe.pick_all(f.args[2:], f.f::text || s.id, false) END, s.id)))
		FROM probe.own_function f, probe.some s
		WHERE f.prokind <> 'p' AND f.args[1] = '$type'::regtype AND (f.prokind = 'a' OR f.f NOT IN (SELECT f FROM probe.support))
		  AND f.name NOT IN ('clv.compare_bootstrap', 'clv.simulate', 'clv.simulate_customer', 'clv.total_interval', 'clv.value_interval')});
	my $answers = $node->safe_psql('postgres', q{SELECT count(*) FROM probe.told WHERE outcome IN ('ok', 'null')});
	cmp_ok($questions, '>', 0, "$type: $questions questions, $answers answers") if $own ne '_first_by_date';
	is($node->safe_psql('postgres', q{SELECT statement, outcome, said FROM probe.told WHERE outcome NOT IN ('ok', 'null', '0A000', '42804') AND outcome !~ '^(22|54)' LIMIT 5}),
		'', "$type: each is answered, or refused for its arguments");
	is($node->safe_psql('postgres', q{SELECT statement, said FROM probe.told WHERE outcome = 'ok' AND said ~* '(^|[^a-z])-?(nan|inf|infinity)([^a-z]|$)' AND statement !~ '''(NaN|Infinity|1e308)''' LIMIT 5}),
		'', "$type: with numbers");
	$node->safe_psql('postgres', 'DROP TABLE taken, again, text_form, probe.some');
}

# What stays in the database can be dumped.
$node->safe_psql('postgres', q{CREATE TABLE kept (type text, v text);
	DO $$
	DECLARE
		t regtype;
	BEGIN
		FOR t IN SELECT type FROM probe.own_type LOOP
			EXECUTE format('CREATE TABLE %I AS SELECT v::%s FROM probe.fixture WHERE type = %L::regtype', 'kept ' || t, t, t);
		END LOOP;
	END $$});
command_ok([ 'pg_dump', '--data-only', '-t', 'kept*', '-f', "$dir/dump.sql", $node->connstr('postgres') ], 'a dump of values');
is($node->safe_psql('postgres', 'SELECT count(*) FROM clv.models()') > 0, 1, 'the server lives');
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'and has lived all the time');

$node->stop;
done_testing();
