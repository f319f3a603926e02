# count.sh: how many tests of an output passed, failed and were skipped.
# Sourced by test, and by the test of the counting.
#
# Each of these prints three numbers.  An output that ends early, or a status
# that nothing in it explains, is a failure: what could not run did not pass.

# One program of test/core, by its output and its exit status; and a fourth
# number, the checks that its tests made (see test/core/check.h).
count_core() {
	awk -v status="$2" '
		/^[^:]*: [0-9]+ passed, [0-9]+ failed, [0-9]+ skipped; [0-9]+ checks$/ {
			sub(/^[^:]*: /, "")
			ok = $1; bad = $3; skip = $5; checks = $7; said = 1
		}
		END {
			if (!bad && (!said || status != 0 || ok + skip == 0))
				bad = 1
			print ok + 0, bad + 0, skip + 0, checks + 0
		}' "$1"
}

# Files of pg_regress, of so many, by its output and the exit status of make:
# "test NAME ... ok" until PostgreSQL 15, TAP since 16.
count_regress() {
	awk -v status="$2" -v expected="$3" '
		/^(test )? *[a-z0-9_]+ +\.\.\. ok/ || /^ok [0-9]+/ { ok++ }
		END {
			bad = expected - ok
			if (bad <= 0)
				bad = (status != 0 || bad < 0)
			print ok + 0, bad + 0, 0
		}' "$1"
}

# Assertions of one program that prints TAP, at the outermost level.
count_tap() {
	awk -v status="$2" '
		/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; planned = 1 }
		/^1\.\.0 *#/ { skipped = 1 }
		/^(ok|not ok) / || /^(ok|not ok)$/ { seen++ }
		/^ok/ { if ($0 ~ /# *[Ss][Kk][Ii][Pp]/) skip++; else ok++ }
		/^not ok/ { if ($0 ~ /# *TODO/) skip++; else bad++ }
		/^Bail out!/ { bad++ }
		END {
			if (!bad && (!planned || plan != seen || status != 0))
				bad = 1
			print ok + 0, bad + 0, skip + skipped + 0
		}' "$1"
}
