# A history table holds what a rebuild from the source would, to the last bit,
# after every refresh: whatever writes the source, in whatever order sessions
# write and refresh, after a crash, a restore and through a replication.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nrestart_after_crash = on\njit = off\nautovacuum = off");
$node->start;

my $tables = q{
	CREATE EXTENSION clv;
	CREATE TABLE orders (id bigint PRIMARY KEY, customer int, at timestamp, amount numeric, status text);
	CREATE INDEX ON orders (customer);
};
my $source = q{
	CREATE VIEW rebuilt AS
	SELECT o.customer, clv.rfm(o.at, o.amount) AS history
	FROM orders AS o
	WHERE o.customer IS NOT NULL AND isfinite(o.at) AND o.amount NOT IN ('NaN', 'Infinity', '-Infinity')
	GROUP BY o.customer;
	CREATE VIEW differ AS
	SELECT customer FROM rebuilt AS r FULL JOIN histories AS h USING (customer)
	WHERE r.history IS NULL OR h.history IS NULL OR r.history OPERATOR(clv.<>) h.history;
};
$node->safe_psql('postgres', $tables);
$node->safe_psql('postgres', q{
	INSERT INTO orders SELECT i, i % 100, timestamp '2023-01-01' + i * interval '3 hours', i % 1000 / 7.0, 'new'
	FROM generate_series(1, 5000) AS i});
$node->safe_psql('postgres', q{CALL clv.create_history_table('histories', 'orders', 'customer', 'at', 'amount')});
$node->safe_psql('postgres', $source);

# How many histories are others than those of a rebuild.
sub differ
{
	my ($of) = @_;

	return ($of // $node)->safe_psql('postgres', 'SELECT count(*) FROM differ');
}
is(differ(), 0, 'at the beginning');

# ---- 10,000 statements

my $seed = 7;
sub random
{
	my ($n) = @_;

	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 2147483648 * $n);
}

my $id = 1000000;
sub rows
{
	my @rows = map {
		my $amount = (map { "$_" } random(400) - 50, random(100000) / 100, "'NaN'", 'NULL', '1e300', 0)[ random(12) < 10 ? random(2) : 2 + random(4) ];
		my $at = random(40) ? sprintf("'2023-%02d-%02d %02d:30'", 1 + random(12), 1 + random(28), random(24)) : ("'infinity'", "'-infinity'", 'NULL')[ random(3) ];
		sprintf('(%d, %s, %s, %s, NULL)', $id++, random(30) ? random(150) : 'NULL', $at, $amount)
	} 0 .. random(6);
	return join ', ', @rows;
}

sub statement
{
	my $kind = random(100);
	my $some = 'id % ' . (200 + random(800)) . ' = ' . random(200);

	return 'INSERT INTO orders VALUES ' . rows() . ';' if $kind < 55;
	return "UPDATE orders SET status = 'paid' WHERE $some;" if $kind < 60;
	return 'UPDATE orders SET customer = ' . (random(9) ? random(150) : 'NULL') . " WHERE $some;" if $kind < 68;
	return "UPDATE orders SET amount = amount * 1.25 WHERE $some AND amount < 1e280;" if $kind < 76;
	return "UPDATE orders SET at = at + interval '1 day' WHERE $some;" if $kind < 80;
	return "DELETE FROM orders WHERE $some;" if $kind < 88;
	return 'DELETE FROM orders WHERE customer = ' . random(150) . ';' if $kind < 90;
	return 'INSERT INTO orders VALUES ' . rows() . " ON CONFLICT (id) DO UPDATE SET amount = 1;" if $kind < 92;
	return "COPY orders (id, customer, at, amount) FROM stdin;\n" . $id++ . "\t" . random(150) . "\t2023-05-05 12:00\t17.5\n\\." if $kind < 95;
	return 'BEGIN; ' . statement() . "\nROLLBACK;" if $kind < 97;
	return 'BEGIN; ' . join("\n", map { statement() } 0 .. 2) . "\nSAVEPOINT s; " . statement() . "\nROLLBACK TO s;\nCOMMIT;" if $kind < 99;
	return random(20) ? "CALL clv.refresh('histories');" : 'TRUNCATE orders;';
}

my $looks = 20;
my @differences;
foreach my $look (1 .. $looks)
{
	my $script = join "\n", map { statement() } 1 .. 10000 / $looks;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/workload.sql';

	append_to_file($file, $script);
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=0', '-d', $node->connstr('postgres'), '-f', $file ], "workload $look")
	  if $look == 1;
	$node->run_log([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-f', $file ]) if $look > 1;
	$node->safe_psql('postgres', q{CALL clv.refresh('histories')});
	push @differences, differ();
}
is("@differences", join(' ', (0) x $looks), "10,000 statements: nothing differs at $looks looks");
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM histories'), '>', 50, 'and there are histories');
is($node->safe_psql('postgres', 'SELECT count(*) FROM histories_queue'), 0, 'the queue is empty');

# ---- two sessions

sub session { return $node->background_psql('postgres', on_error_stop => 0) }

my %writes = (
	insert => 'INSERT INTO orders VALUES (1, 500, now(), 5), (2, 501, now(), 6)',
	'update of the key' => 'UPDATE orders SET customer = 502 WHERE id % 3 = 0',
	'update of an amount' => 'UPDATE orders SET amount = 9 WHERE id % 5 = 0',
	delete => 'DELETE FROM orders WHERE id % 4 = 0',
	upsert => 'INSERT INTO orders VALUES (10, 500, now(), 5) ON CONFLICT (id) DO UPDATE SET amount = 7',
	copy => "COPY orders (id, customer, at, amount) FROM PROGRAM 'echo 3,503,2023-01-05,4' (FORMAT csv)",
	truncate => 'TRUNCATE orders',
	both => 'DELETE FROM orders WHERE id % 7 = 0; INSERT INTO orders VALUES (4, 500, now(), 5)');
my $fill = q{TRUNCATE orders; INSERT INTO orders SELECT i, i % 50, timestamp '2023-01-01' + i * interval '3 hours', i, 'new' FROM generate_series(10, 500) AS i;
	CALL clv.refresh('histories')};

foreach my $name (sort keys %writes)
{
	foreach my $end ('COMMIT', 'ROLLBACK', 'COMMIT PREPARED')
	{
		my ($writer, $refresher) = (session(), session());

		# refreshed while the writer is in the middle, and again when it is over
		$node->safe_psql('postgres', $fill);
		$writer->query("BEGIN; $writes{$name}");
		$writer->query("PREPARE TRANSACTION 'p'") if $end eq 'COMMIT PREPARED';
		$refresher->query(q{SET lock_timeout = '2s'; CALL clv.refresh('histories')});
		is(differ(), 0, "$name: refreshed before the writer's end") if $name ne 'truncate';
		$writer->query($end eq 'COMMIT PREPARED' ? "COMMIT PREPARED 'p'" : $end);
		$refresher->query(q{CALL clv.refresh('histories')});
		is(differ(), 0, "$name, $end: refreshed after it");

		# the refresh is in the middle when the writer comes and ends; one that
		# truncates waits for it
		if ($end ne 'COMMIT PREPARED' && $name ne 'truncate')
		{
			$node->safe_psql('postgres', $fill . q{; UPDATE orders SET amount = 3 WHERE id % 9 = 0});
			$refresher->query(q{BEGIN; CALL clv.refresh('histories')});
			$writer->query("BEGIN; $writes{$name}; $end");
			$refresher->query('COMMIT');
			$node->safe_psql('postgres', q{CALL clv.refresh('histories')});
			is(differ(), 0, "$name, $end: in the middle of a refresh");
		}
		$_->quit foreach ($writer, $refresher);
	}
}

# two refreshes: the second waits, and finds nothing left to do
{
	my ($one, $two) = (session(), session());

	$node->safe_psql('postgres', $fill . q{; UPDATE orders SET amount = 4 WHERE id % 9 = 0});
	$one->query(q{BEGIN; CALL clv.refresh('histories')});
	$two->query_until(qr/begun/, "\\echo begun\nCALL clv.refresh('histories');\n\\echo done\n");
	ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}), 'a second refresh waits');
	$one->query('COMMIT');
	$one->quit;
	$two->query_until(qr/over/, "\\echo over\n");
	$two->quit;
	is(differ(), 0, 'and both are right');
}

# four sessions write at random while a fifth refreshes
{
	my @handles;

	foreach my $writer (1 .. 4)
	{
		my $file = PostgreSQL::Test::Utils::tempdir() . "/writer$writer.sql";
		my @statements = grep { !/TRUNCATE|clv\.refresh/ } map { statement() } 1 .. 200;

		append_to_file($file, join "\n", @statements);
		push @handles, IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-f', $file ], '>', '/dev/null', '2>', '/dev/null');
	}
	$node->safe_psql('postgres', q{CALL clv.refresh('histories')}) foreach 1 .. 10;
	$_->finish foreach @handles;
	$node->safe_psql('postgres', q{CALL clv.refresh('histories')});
	is(differ(), 0, 'four writers beside refreshes');
}

# ---- rights: everybody may queue a customer, a history who may insert its rows

{
	my $as = sub { my ($role, $sql) = @_; my ($code, $out, $err) = $node->psql('postgres', "SET SESSION AUTHORIZATION $role; SET search_path = shop; $sql"); return $code == 0 ? $out : $err };
	my $queued = sub { return $node->safe_psql('postgres', 'SELECT customer, history IS NOT NULL FROM shop.kept_queue ORDER BY customer') };

	$node->safe_psql('postgres', q{
		CREATE ROLE owner; CREATE ROLE writer; CREATE ROLE late; CREATE ROLE other; CREATE SCHEMA shop; GRANT CREATE, USAGE ON SCHEMA shop TO owner;
		SET SESSION AUTHORIZATION owner;
		CREATE TABLE shop.log (customer int, at date, amount float8); GRANT INSERT ON shop.log TO writer});
	like($as->('owner', q{CALL clv.create_history_table('kept', 'log', 'customer', 'at', 'amount')}),
		qr/roles that may write shop\.log have no right to use schema "shop"/, 'who writes the source must be able to write the queue');
	$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA shop TO PUBLIC');
	$as->('owner', q{CALL clv.create_history_table('kept', 'log', 'customer', 'at', 'amount')});
	$as->('writer', q{INSERT INTO log VALUES (1, '2024-01-01', 1)});
	$as->('owner', 'GRANT INSERT ON log TO late');
	$as->('late', q{INSERT INTO log VALUES (2, '2024-01-01', 1)});
	is($queued->(), "1|t\n2|f", 'a role that has got its right since queues its customers');
	like($as->('writer', 'TABLE kept_queue'), qr/permission denied for table kept_queue/, 'the queue is read by nobody');
	like($as->('other', q{INSERT INTO kept_queue SELECT 1, clv.rfm(date '2024-01-01', 1e6)}), qr/permission denied for table kept_queue/, 'and no history is forged');
	is($as->('other', 'INSERT INTO kept_queue (customer) VALUES (1)'), '', 'a customer may be queued');
	like($as->('writer', q{CALL clv.refresh('kept')}), qr/permission denied for table kept/, 'the owner alone refreshes');
	$as->('owner', q{REVOKE INSERT ON log FROM writer; CALL clv.refresh('kept')});
	$as->('late', q{INSERT INTO log VALUES (3, '2024-01-01', 1)});
	is($queued->(), '3|t', 'a refresh sees who may insert now');
	like($as->('writer', q{INSERT INTO kept_queue SELECT 1, clv.rfm(date '2024-01-01', 1e6)}), qr/permission denied for table kept_queue/, 'and who may not');
	my $acl = q{SELECT array_agg(xmin) FROM pg_attribute WHERE attrelid = 'shop.kept_queue'::regclass};
	my $before = $node->safe_psql('postgres', $acl);
	$as->('owner', q{CALL clv.refresh('kept')});
	is($node->safe_psql('postgres', $acl), $before, 'where nothing has changed no right is granted anew');
	is($node->safe_psql('postgres', q{SELECT string_agg(customer || ' ' || (clv.summary(history, '2024-02-01')).spend, ', ' ORDER BY customer) FROM shop.kept}), '1 1, 2 1, 3 1', 'and the histories are those of the rows');
	$node->safe_psql('postgres', 'DROP SCHEMA shop CASCADE; DROP ROLE owner, writer, late, other');
}

# ---- a crash in the middle

{
	$node->safe_psql('postgres', q{
		INSERT INTO orders SELECT 5000000 + i, i % 30000, timestamp '2023-01-01' + i * interval '1 minute', i, 'new' FROM generate_series(1, 200000) AS i});
	my $refresher = session();
	my $pid = $refresher->query('SELECT pg_backend_pid()');

	$refresher->query_until(qr/begun/, "\\echo begun\nCALL clv.refresh('histories');\n");
	$node->poll_query_until('postgres', qq{SELECT state = 'active' FROM pg_stat_activity WHERE pid = $pid});
	kill 'KILL', $pid;
	eval { $refresher->quit };
	ok($node->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()'), 'the server is back');
	cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM histories_queue'), '>', 0, 'a refresh that was killed has taken nothing from the queue');
	$node->safe_psql('postgres', q{CALL clv.refresh('histories')});
	is(differ(), 0, 'and the next is right');
}

# ---- dump and restore, with something in the queue

{
	my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';

	$node->safe_psql('postgres', q{UPDATE orders SET amount = amount + 1 WHERE id % 11 = 0 AND amount < 1e280});
	$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], 'dumped');
	$node->safe_psql('template1', 'CREATE DATABASE restored');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('restored'), '-f', $dump ], 'and restored');
	$node->safe_psql('restored', q{INSERT INTO orders VALUES (77000000, 3, '2023-08-08', 8); CALL clv.refresh('histories')});
	is($node->safe_psql('restored', 'SELECT count(*) FROM differ'), 0, 'the restored one is kept as well');
}

# ---- the source is a replica

{
	my $replica = PostgreSQL::Test::Cluster->new('replica');

	$replica->init;
	$replica->start;
	$node->safe_psql('postgres', $fill . q{; CREATE PUBLICATION all_orders FOR TABLE orders});
	$replica->safe_psql('postgres', $tables . q{CALL clv.create_history_table('histories', 'orders', 'customer', 'at', 'amount');} . $source);
	$replica->safe_psql('postgres', sprintf(q{CREATE SUBSCRIPTION here CONNECTION '%s dbname=postgres' PUBLICATION all_orders}, $node->connstr));
	$replica->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate NOT IN ('r', 's')})
	  or die 'the first copy does not end';
	$replica->safe_psql('postgres', q{CALL clv.refresh('histories')});
	is($replica->safe_psql('postgres', 'SELECT count(*) FROM histories'), 50, 'the first copy is seen');
	is(differ($replica), 0, 'and right');
	$node->safe_psql('postgres', $_) foreach map { $writes{$_} } grep { $_ ne 'truncate' } sort keys %writes;
	$node->wait_for_catchup('here');
	$replica->safe_psql('postgres', q{CALL clv.refresh('histories')});
	is(differ($replica), 0, 'so is what follows');
	$node->safe_psql('postgres', q{TRUNCATE orders; INSERT INTO orders VALUES (1, 1, '2023-01-01', 1)});
	$node->wait_for_catchup('here');
	$replica->safe_psql('postgres', q{CALL clv.refresh('histories')});
	is($replica->safe_psql('postgres', 'SELECT count(*) FROM histories'), 1, 'and a TRUNCATE');
	$replica->stop;
}

$node->stop;
done_testing();
