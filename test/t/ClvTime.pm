# Processor time of a backend, for tests of how late a statement is: the clock
# would judge the machine, which may be busy.

package ClvTime;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT = qw(measure make_worked);

# Statements in one session, each with its statement_timeout in milliseconds, 0
# for none: [ outcome (ok, or a SQLSTATE and its message), seconds of processor
# time ] of each, as getrusage() tells it (log_statement_stats).
sub measure
{
	my ($node, @asked) = @_;
	my $sql = "SET client_min_messages = log; SET log_min_messages = fatal;\n\\set VERBOSITY default\n";
	my ($stdout, $stderr);

	foreach my $a (@asked)
	{
		my ($ms, $statement) = @$a;
		$sql .= "SET statement_timeout = 0;\nDO \$\$ BEGIN RAISE LOG 'begin'; END \$\$;\nSET statement_timeout = $ms;\nSET log_statement_stats = on;\n"
		  . "DO \$measured\$ DECLARE answer text; BEGIN EXECUTE \$asked\$$statement\$asked\$ INTO answer; RAISE LOG 'outcome ok';\n"
		  . "EXCEPTION WHEN query_canceled OR OTHERS THEN RAISE LOG 'outcome % %', SQLSTATE, left(SQLERRM, 300); END \$measured\$;\n"
		  . "SET log_statement_stats = off;\n";
	}
	$node->psql('postgres', $sql, stdout => \$stdout, stderr => \$stderr, on_error_stop => 0);
	my (undef, @part) = split /LOG:  begin\n/, $stderr;
	die 'the session ended: ' . substr($stderr, -2000) unless @part == @asked;
	my @result;
	foreach my $part (@part)
	{
		my ($outcome) = $part =~ /LOG:  outcome (.*)$/m;
		my ($user, $system) = $part =~ /^!\s+([\d.]+) s user, ([\d.]+) s system/m;

		# without an outcome the block was cancelled before it began
		push @result, defined $outcome ? [ $outcome, $user + $system ] : [ '57014 at once', 0 ];
	}
	return @result;
}

# The SQL function worked(): user and system time of the backend so far, in
# milliseconds; Linux counts it in ticks of 10.
sub make_worked
{
	my ($node) = @_;

	$node->safe_psql('postgres', q{
	CREATE FUNCTION worked() RETURNS bigint LANGUAGE sql VOLATILE AS $$
		SELECT 10 * (f[12]::bigint + f[13]::bigint)
		FROM string_to_array(regexp_replace(pg_read_file('/proc/self/stat'), '^.*\) ', ''), ' ') AS f
	$$});
	return;
}

1;
