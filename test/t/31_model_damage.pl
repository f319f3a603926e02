# clv.model from outside: binary COPY gives back what it was given, and damaged
# bytes or text are refused with the right code, or are another model's own.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION clv;
	CREATE TABLE kept AS
		SELECT 1 AS id, clv.model('mbgnbd', '{"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}', 7) AS m
		UNION ALL
		SELECT 2, clv.fit('bgnbd', x, CASE WHEN x > 0 THEN 3 + i * 7 % 50 ELSE 0 END, 60)
		FROM (SELECT i, i * i % 11 / 3 AS x FROM generate_series(1, 99) AS i) AS g
		UNION ALL
		SELECT 3, clv.fit('gammagamma', 1 + i % 4, 10 + i * i % 37) FROM generate_series(1, 99) AS i
		UNION ALL
		SELECT 4, clv.fit(clv.cbs(2, 20, 50), 'mbgnbd', 1, '{}')
		UNION ALL
		SELECT 5, (clv.shrink(array_agg(f.m)))[1]
		FROM (SELECT clv.fit(clv.cbs(i, i * 10, 99), 'mbgnbd', 1, '{}') AS m FROM generate_series(1, 4) AS i GROUP BY i) AS f;
	INSERT INTO kept
		SELECT 6, clv.fit(clv.cbs(x, CASE WHEN x > 0 THEN 3 + i * 7 % 50 ELSE 0 END, 60, NULL, ARRAY[i % 2, i % 3]), 'mbgnbd', 1, '{}',
		                  '{"covariates": ["channel", "size"]}')
		FROM (SELECT i, i * i % 11 / 3 AS x FROM generate_series(1, 99) AS i) AS g;
	INSERT INTO kept SELECT 7, clv.with_covariates(m, '{1, 2}') FROM kept WHERE id = 6;
	CREATE TABLE taken (m clv.model);
});
my $dir = $node->basedir;

# Out and in again.
$node->safe_psql('postgres', qq{
	COPY (SELECT m FROM kept ORDER BY id) TO '$dir/kept' (FORMAT binary);
	COPY taken FROM '$dir/kept' (FORMAT binary);
});
is($node->safe_psql('postgres', q{SELECT count(*) FROM kept JOIN taken ON kept.m OPERATOR(clv.=) taken.m}),
	7, 'binary COPY gives back each model');

# One value in the frame of a binary COPY file.
sub copy_file
{
	my ($name, $bytes) = @_;
	open(my $fh, '>:raw', "$dir/$name") or die $!;
	print $fh "PGCOPY\n\xff\r\n\0", pack('NNnN', 0, 0, 1, length $bytes), $bytes, pack('n', 0xffff);
	close($fh);
	return;
}

my @values = map { pack 'H*', $_ } split /\n/,
	$node->safe_psql('postgres', q{SELECT encode(clv.model_send(m), 'hex') FROM kept ORDER BY id});
my $seed = 1;

sub random
{
	my ($n) = @_;
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 2147483648 * $n);
}

my $files = 0;
foreach my $value (@values)
{
	copy_file($files++, substr($value, 0, $_)) foreach map { random(length $value) } 1 .. 20;
	copy_file($files++, $value . chr(random(256)));
	foreach (1 .. 300)
	{
		my $damaged = $value;
		substr($damaged, random(length $value), 1) = chr(random(256)) foreach 0 .. random(3);
		copy_file($files++, $damaged);
	}
}
copy_file($files++, '');

my $report = $node->safe_psql('postgres', qq{
	CREATE TABLE outcome (state text);
	TRUNCATE taken;
	DO \$\$
	BEGIN
		FOR i IN 0 .. $files - 1 LOOP
			BEGIN
				EXECUTE format('COPY taken FROM %L (FORMAT binary)', '$dir/' || i);
				INSERT INTO outcome VALUES ('accepted');
			EXCEPTION WHEN OTHERS THEN
				INSERT INTO outcome VALUES (SQLSTATE);
			END;
		END LOOP;
	END
	\$\$;
	SELECT string_agg(DISTINCT state, ' ' ORDER BY state), count(*) FROM outcome;
	SELECT bool_and(m::text::clv.model OPERATOR(clv.=) m) FROM taken;
});
is($report, "22P03 accepted|$files\nt", 'damaged bytes are refused with 22P03, or are a model that text keeps');

# Text, damaged in the same way.  Numbers and escapes that jsonb itself cannot
# hold come back with its own codes, 22003 and 22P05.
$report = $node->safe_psql('postgres', q{
	CREATE TEMP TABLE damaged AS
		SELECT (SELECT string_agg(CASE WHEN hashint4(id * 1000003 + i * 1009 + n) % 60 = 0
		                               THEN chr(32 + abs(hashint4(i * 31 + n)) % 95) ELSE substr(m::text, i, 1) END, '' ORDER BY i)
		        FROM generate_series(1, length(m::text)) AS i) AS v
		FROM kept, generate_series(1, 500) AS n;
	CREATE TEMP TABLE told (state text, message text, context text);
	DO $$
	DECLARE
		d record;
		what text;
		wher text;
	BEGIN
		FOR d IN SELECT v FROM damaged LOOP
			BEGIN
				PERFORM d.v::clv.model;
				INSERT INTO told VALUES ('accepted');
			EXCEPTION WHEN OTHERS THEN
				GET STACKED DIAGNOSTICS what = MESSAGE_TEXT, wher = PG_EXCEPTION_CONTEXT;
				INSERT INTO told VALUES (SQLSTATE, what, wher);
			END;
		END LOOP;
	END
	$$;
	SELECT count(*) FROM told;
	SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM told WHERE state NOT IN ('22003', '22P05');
	SELECT count(*) FROM told WHERE state = '22P02' AND message || context NOT LIKE '%clv.model%';
});
is($report, "3500\n22P02 accepted\n0", 'damaged text is refused with 22P02 and the name of the type');
is($node->safe_psql('postgres', 'SELECT count(*) FROM kept'), 7, 'the server lives on');

$node->stop;
done_testing();
