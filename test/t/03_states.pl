# States of aggregates that users make: every support function called by hand,
# and every function of the extension that a user's own aggregate can have as its
# transition, combine or final function, in groups, in windows and in moving
# frames, and the states that these leave in tables.  Whatever it is given, it
# answers or raises an error of its own, and the server lives.

use strict;
use warnings;

use FindBin;
use lib $FindBin::Bin;

use ClvValues;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '-E', 'UTF8', '--locale=C' ]);
$node->start;
make_values($node);

# A state is of a type that has to be read, or a pointer that nobody can make.
is( $node->safe_psql(
		'postgres', q{
	SELECT a.aggfnoid, t.type FROM pg_aggregate a JOIN probe.member m ON m.objid = a.aggfnoid AND m.classid = 'pg_proc'::regclass,
		unnest(ARRAY[a.aggtranstype, a.aggmtranstype]::oid[]::regtype[]) AS t (type)
	WHERE t.type <> 0::regtype AND t.type <> 'internal'::regtype AND t.type NOT IN (SELECT type FROM probe.own_type)}),
	'', 'states are internal or of types of the extension');
is($node->safe_psql('postgres', q{SELECT type FROM probe.own_type WHERE type NOT IN (SELECT type FROM probe.fixture)}),
	'', 'there are values of every type');

# ---- by hand

$node->safe_psql(
	'postgres', q{
	SET ROLE caller;
	SELECT probe.ask(format('SELECT %s(%s)::text', s.name, probe.pick_all(s.args, s.f::text || n)))
	FROM probe.support s, generate_series(1, 60) n;
	-- all arguments given, so that no strict function is left out
	SELECT probe.ask(format('SELECT %s(%s)::text', s.name, probe.pick_all(s.args, s.f::text || n, false)))
	FROM probe.support s, generate_series(1, 20) n;
});
# An internal state cannot even be written as NULL: there is no such function.
is( $node->safe_psql(
		'postgres', q{
	SELECT outcome, count(*), min(statement) FROM probe.told
	WHERE outcome NOT IN ('0A000', 'null')
	  AND NOT (outcome = '42883' AND EXISTS (SELECT FROM probe.support s WHERE 'internal'::regtype = ANY (s.args) AND statement LIKE 'SELECT ' || s.name || '(%'))
	GROUP BY outcome}),
	'', 'by hand nothing answers');
is( $node->safe_psql(
		'postgres', q{
	SELECT s.f FROM probe.support s WHERE NOT EXISTS (
		SELECT FROM probe.told t WHERE t.outcome IN ('0A000', '42883') AND t.statement LIKE 'SELECT ' || s.name || '(%')}),
	'', 'and every support function says so');
my $hand = $node->safe_psql('postgres', q{SELECT count(*) FROM probe.told});
cmp_ok($hand, '>', 2000, "$hand calls by hand");

# ---- users' own aggregates
#
# Of every function f(T, ...) -> T an aggregate with T for its state, that
# leaves the state as it is; with each final function of T; with a moving state.

my $made = $node->safe_psql(
	'postgres', q{
	CREATE TABLE probe.own_aggregate (name text, type regtype, f text, args regtype[], final text);
	ALTER TABLE probe.own_aggregate OWNER TO caller;
	SET ROLE caller;
	DO $$
	DECLARE
		t record;
		g record;
		n int := 0;
		moving text;
	BEGIN
		FOR t IN SELECT f.* FROM probe.own_function f WHERE f.prokind = 'f' AND NOT f.proretset AND f.args[1] = f.returns
				AND f.returns IN (SELECT type FROM probe.own_type)
		LOOP
			FOR g IN SELECT NULL AS name UNION ALL
				SELECT s.name FROM probe.own_function s WHERE s.prokind = 'f' AND NOT s.proretset AND s.args = ARRAY[t.returns]
			LOOP
				FOR i IN 0 .. 1 LOOP
					n := n + 1;
					moving := CASE WHEN i = 1 THEN (
						SELECT format(', INITCOND = %L, MINITCOND = %L, MSFUNC = %s, MINVFUNC = %s, MSTYPE = %s', x.v, x.v, t.name, t.name, t.returns)
						FROM probe.fixture x WHERE x.type = t.returns ORDER BY x.v LIMIT 1) END;
					BEGIN
						EXECUTE format('CREATE AGGREGATE probe.a%s(%s) (SFUNC = %s, STYPE = %s%s%s)', n,
							coalesce(nullif(array_to_string(t.args[2:], ', '), ''), '*'), t.name, t.returns,
							', FINALFUNC = ' || g.name, moving || coalesce(', MFINALFUNC = ' || g.name, ''));
						INSERT INTO probe.own_aggregate VALUES (format('probe.a%s', n), t.returns, t.f, t.args[2:], g.name);
					EXCEPTION WHEN invalid_function_definition THEN
						NULL;	-- a strict function of another argument, and no initial state
					END;
				END LOOP;
			END LOOP;
		END LOOP;
	END $$;
	SELECT count(*) FROM probe.own_aggregate;
});
cmp_ok($made, '>', 50, "$made aggregates over functions of the extension");
like($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT f, ' ') FROM probe.own_aggregate}),
	qr/$_/, "$_ among them") foreach qw(_rfm_accum _rfm_combine _cbs_accum _cbs_combine _fit_accum _retention_accum _retention_combine _first_by_date_accum);

# Internal states are not for them.
my (undef, undef, $stderr) = $node->psql('postgres',
	q{SET ROLE caller; CREATE AGGREGATE probe.inside(float8) (SFUNC = clv._gini_accum, STYPE = internal, FINALFUNC = clv._concentration_final)});
like($stderr, qr/transition data type cannot be internal/, 'nobody else makes internal states');

# Each in a group, a window and a moving frame, over rows of which some are
# absurd; the states of those without a final function stay in tables.
$node->safe_psql(
	'postgres', q{
	TRUNCATE probe.told;
	SET ROLE caller;
	CREATE TABLE probe.rows_of AS
		SELECT a.name, n, CASE WHEN a.args = '{}' THEN NULL ELSE probe.pick_all(a.args, a.name || n, n % 3 = 0) END AS arguments
		FROM probe.own_aggregate a, generate_series(1, 9) n;
	CREATE FUNCTION probe.source(aggregate text, first int, last int, OUT call text, OUT rows text) LANGUAGE sql AS $$
		SELECT aggregate || CASE WHEN count(r.arguments) = 0 THEN '(*)'
			ELSE format('(%s)', (SELECT string_agg('c' || i, ', ' ORDER BY i) FROM probe.own_aggregate a, generate_series(1, cardinality(a.args)) i WHERE a.name = aggregate)) END,
			format('(VALUES %s) AS v (n%s)', string_agg(format('(%s)', concat_ws(', ', r.n, r.arguments)), ', ' ORDER BY n),
				(SELECT string_agg(', c' || i, '' ORDER BY i) FROM probe.own_aggregate a, generate_series(1, cardinality(a.args)) i WHERE a.name = aggregate))
		FROM probe.rows_of r WHERE r.name = aggregate AND r.n BETWEEN first AND last $$;
	DO $$
	DECLARE
		t regtype;
	BEGIN
		FOR t IN SELECT DISTINCT type FROM probe.own_aggregate LOOP
			EXECUTE format('CREATE TABLE probe.%I (v %s, made_by text)', 'states of ' || t, t);
		END LOOP;
	END $$;
	SELECT count(*) FROM probe.own_aggregate a, generate_series(1, 9) n, LATERAL probe.source(a.name, n, n + n % 3) s, LATERAL (
		SELECT probe.ask(format('SELECT %s FROM %s', s.call, s.rows)) AS o
		UNION ALL SELECT probe.ask(format('SELECT string_agg(x::text, %L) FROM (SELECT %s OVER (ORDER BY n) AS x FROM %s) AS y', ' ', s.call, s.rows))
		UNION ALL SELECT probe.ask(format('SELECT string_agg(x::text, %L) FROM (SELECT %s OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS x FROM %s) AS y',
			' ', s.call, s.rows))
		UNION ALL SELECT probe.ask(format('WITH w AS (INSERT INTO probe.%I SELECT %s, %L FROM %s RETURNING 1) SELECT count(*) FROM w',
			'states of ' || a.type, s.call, a.f, s.rows)) WHERE a.final IS NULL) q;
});
my $asked = $node->safe_psql('postgres', q{SELECT count(*) FROM probe.told});
my $answered = $node->safe_psql('postgres', q{SELECT count(*) FROM probe.told WHERE outcome IN ('ok', 'null')});
cmp_ok($answered, '>', $asked / 4, "$answered of $asked questions to them are answered");
is( $node->safe_psql(
		'postgres', q{
	SELECT outcome, statement, said FROM probe.told WHERE outcome NOT IN ('ok', 'null', '0A000') AND outcome !~ '^(22|54)' LIMIT 20}),
	'', 'the others are told what is wrong with their values');

# What became of the states: each is read as the value that it stands for.
foreach my $type (types_of_extension($node))
{
	my $table = qq{probe."states of $type"};
	my $kept = $node->safe_psql('postgres', "SELECT count(*) FROM $table WHERE v IS NOT NULL");

	cmp_ok($kept, '>=', 10, "$type: $kept states are kept in a table");
	$node->safe_psql('postgres', qq{
		TRUNCATE probe.told;
		SET ROLE caller;
		DELETE FROM $table WHERE v IS NULL;
		SELECT probe.ask(format('SELECT v::text FROM %s WHERE ctid = %L', '$table', ctid)) FROM $table;
		CREATE TABLE probe.open AS SELECT v, made_by, ctid AS place FROM $table WHERE probe.ask(format('SELECT v::text FROM %s WHERE ctid = %L', '$table', ctid)) = 'ok';
	});
	# rows that cannot be one value, such as two of a period, or too much money
	is($node->safe_psql('postgres', q{SELECT statement, outcome, said FROM probe.told WHERE outcome NOT IN ('ok', '22003', '22023', '54000') LIMIT 5}),
		'', "$type: a state is printed, or is said not to be a value");
	cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM probe.open}), '>=', 10, "$type: most are");
	my $send = $node->safe_psql('postgres', qq{SELECT typsend FROM pg_type WHERE oid = '$type'::regtype});
	is($node->safe_psql('postgres', qq{
			SELECT made_by, v::text FROM probe.open WHERE v::text::${type}::text <> v::text OR $send(v::text::$type) <> $send(v) LIMIT 3}),
		'', "$type: open and closed are the same");

	# every other function and aggregate of the type is asked of open and closed
	$node->safe_psql('postgres', qq{
		TRUNCATE probe.told;
		SET ROLE caller;
		CREATE TABLE probe.pairs AS
			SELECT row_number() OVER () AS id, v AS open, v::text::$type AS closed FROM probe.open ORDER BY place LIMIT 40;
		SELECT probe.ask(format('SELECT (SELECT array_agg(a.x::text) FROM (SELECT %1\$s(open%2\$s) AS x FROM probe.pairs WHERE id = %3\$s) a)
				IS NOT DISTINCT FROM (SELECT array_agg(a.x::text) FROM (SELECT %1\$s(closed%2\$s) AS x FROM probe.pairs WHERE id = %3\$s) a)',
				f.name, CASE WHEN cardinality(f.args) > 1 THEN ', ' || probe.pick_all(f.args[2:], f.f::text || p.id, false) END, p.id))
		FROM probe.own_function f, probe.pairs p
		WHERE f.prokind <> 'p' AND f.args[1] = '$type'::regtype AND (f.prokind = 'a' OR f.f NOT IN (SELECT f FROM probe.support))
		  AND f.name NOT IN ('clv.compare', 'clv.compare_bootstrap') AND '$type' <> 'clv.model';
	});
	is($node->safe_psql('postgres', q{
			SELECT statement, outcome, said FROM probe.told
			WHERE said = 'false' OR (outcome NOT IN ('ok', 'null', '0A000') AND outcome !~ '^(22|54|42804)') LIMIT 5}),
		'', "$type: and answer the same");
	note $node->safe_psql('postgres', q{SELECT count(*), count(*) FILTER (WHERE said = 'true') FROM probe.told});
	$node->safe_psql('postgres', 'DROP TABLE probe.open, probe.pairs');
}

# ---- the first value by date itself

is($node->safe_psql('postgres', q{
	SELECT clv._first_by_date(v, d) FROM (VALUES ('late', date '2024-02-01'), ('b', '2024-01-01'), ('a', '2024-01-01'), (NULL, '2024-01-01'), ('none', NULL)) AS x (v, d)}),
	'a', 'the least value on the earliest date');
is($node->safe_psql('postgres', q{
	SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	CREATE TABLE many AS SELECT i % 50 AS k, 'v' || i % 7 AS v, date '2020-01-01' + (i * 7919 % 1000)::int AS d FROM generate_series(1, 20000) AS i;
	ALTER TABLE many SET (parallel_workers = 2); ANALYZE many;
	SELECT count(*) FROM (SELECT k, clv._first_by_date(v, d) AS a FROM many GROUP BY k) AS p
		JOIN (SELECT DISTINCT ON (k) k, v FROM many ORDER BY k, d, v COLLATE "C") AS o USING (k) WHERE p.a = o.v}),
	'50', 'in parallel too');
foreach my $bad ('', ':', 'x', ' 1', '1 ', '01', '+1', '2147483648', '2147483646:x', '-2451546:x', '1;x')
{
	my ($code, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT '$bad'::clv._first_by_date");
	like($err, qr/22P02: invalid input syntax for type clv\._first_by_date/, "\"$bad\" is refused");
}

is($node->safe_psql('postgres', 'SELECT clv.gini(v) > 0 FROM generate_series(1, 9) v'), 't', 'the server lives');
unlike(slurp_file($node->logfile), qr/terminated by signal/, 'and has lived all the time');

$node->stop;
done_testing();
