# common.sh: what setup, demo, test and bench/run share.  Sourced, not run.
#
# The servers of these scripts are throw-away ones: their own copy of the
# sources, their own view of the installed PostgreSQL (a tree of links with clv
# installed in it), data directory and socket, all in one directory under /tmp
# that is removed on exit.  The installed PostgreSQL and its clusters are not
# touched.  PostgreSQL refuses to run as root: root's servers run as user
# postgres, everybody else's as the caller.

set -euo pipefail
export LC_ALL=C.UTF-8
unset "${!PG@}" MAKEFLAGS MAKELEVEL		# nobody else's server, port or password

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/clv.control")
work=
bindir=

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# What a PostgreSQL, by its bin, lacks to run a server and to build an extension
# for it; with a second argument "test", to test one.  A line for each part:
# what is missing, and the Debian package of it, less the version.  Files are
# looked for, not packages: a client package alone has pg_config and PGXS.
postgres_lacks() {
	local dir=$1 purpose=${2:-} program header pgxs pgxs_dir

	for program in postgres initdb pg_ctl; do
		[ -x "$dir/$program" ] || echo "$program postgresql"
	done
	for program in psql pg_config; do
		[ -x "$dir/$program" ] || echo "$program postgresql-client"
	done
	if [ -x "$dir/pg_config" ]; then
		header=$("$dir/pg_config" --includedir-server)/postgres.h
		[ -r "$header" ] || echo "postgres.h postgresql-server-dev"
		pgxs=$("$dir/pg_config" --pgxs)
		[ -r "$pgxs" ] || echo "pgxs.mk postgresql-client"
		pgxs_dir=${pgxs%/makefiles/pgxs.mk}
		if [ "$purpose" = test ]; then
			[ -x "$pgxs_dir/test/regress/pg_regress" ] ||
				echo "pg_regress postgresql-client"
			[ -r "$pgxs_dir/test/perl/PostgreSQL/Test/Cluster.pm" ] ||
				echo "PostgreSQL::Test postgresql-client"
		fi
	fi
}

# The installed PostgreSQLs that clv runs on, newest first: their bins.  With
# CLV_POSTGRES=15 only that version.
installed_postgres() {
	local dir version

	for dir in "${CLV_POSTGRES_ROOT:-/usr/lib/postgresql}"/*/bin; do
		version=${dir%/bin}
		version=${version##*/}
		if [[ $version =~ ^[0-9]+$ ]] && [ "$version" -ge 15 ] &&
			[ "$version" = "${CLV_POSTGRES:-$version}" ]; then
			echo "$version $dir"
		fi
	done | sort -rn | cut -d ' ' -f 2-
}

# Where is the newest PostgreSQL with everything an extension needs, and its
# tests, if they are what it is for?
find_postgres() {
	local dir

	installed_postgres | while read -r dir; do
		if [ -z "$(postgres_lacks "$dir" "${1:-}")" ]; then
			echo "$dir"
			break
		fi
	done
}

# Run a command as the user that the server runs as, with its programs first.
as_server() {
	local prefix=()

	[ "$(id -u)" != 0 ] || prefix=(runuser -u postgres --)
	"${prefix[@]}" env HOME="$work" TMPDIR="$work/tmp" \
		PATH="$bindir:/usr/local/bin:/usr/bin:/bin" \
		PGHOST="$work/run" PGPORT=5432 PGUSER=postgres PGDATABASE=postgres "$@"
}

# Leave nothing behind, whatever happened.
clean_up() {
	local pidfile pid

	trap - EXIT
	cd /
	# servers of tests that were interrupted included
	for pidfile in $(find "$work" -name postmaster.pid 2>/dev/null); do
		pid=$(head -n 1 "$pidfile" 2>/dev/null) || continue
		kill -QUIT "$pid" 2>/dev/null || continue
		for _ in $(seq 100); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done
	rm -rf "$work"
}

# The directory of this run, and its removal.
make_work() {
	work=$(mktemp -d /tmp/clv.XXXXXX)
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	chmod 755 "$work"
	cd "$work"
	mkdir log clv shared usr data run tmp
	chmod 700 data run tmp
	if [ "$(id -u)" = 0 ]; then
		chown postgres: clv shared usr data run tmp
	fi
}

# Run quietly; if it fails, show what it said.
quietly() {
	local log=$1
	shift

	if ! "$@" >"$work/log/$log" 2>&1 </dev/null; then
		tail -n 60 "$work/log/$log" >&2
		die "failed: $log (what it said is above)"
	fi
}

# A copy of the checkout, which may be unreadable to the server's user, without
# what an earlier build left there.
copy_sources() {
	tar -C "$root" -cf - --exclude=./.git --exclude='*.o' --exclude='*.so' \
		--exclude='*.bc' --exclude='*.d' --exclude=./tmp_check --exclude=./results . |
		as_server tar -C "$work/clv" -xf - --no-same-owner
	as_server make -s -C "$work/clv" PG_CONFIG="$bindir/pg_config" clean \
		>/dev/null
	if [ -d "$root/../shared/data" ]; then
		tar -C "$root/../shared" -cf - data |
			as_server tar -C "$work/shared" -xf - --no-same-owner
	fi
}

# A PostgreSQL to install into: links to the installed one, but real programs,
# since they find their files from where they are.
link_postgres() {
	local installed=$1 dir share

	as_server mkdir -p "$work$installed"
	as_server cp -as "${installed%/bin}/." "$work${installed%/bin}"
	as_server rm -rf "$work$installed"
	as_server cp -aL "$installed" "$work$installed"
	share=$("$installed/pg_config" --sharedir)
	if [ ! -e "$work$share" ]; then
		as_server mkdir -p "$work$share"
		as_server cp -as "$share/." "$work$share"
	fi
	for dir in $("$installed/pg_config" --includedir) \
		$("$installed/pg_config" --libdir) \
		$("$installed/pg_config" --localedir); do
		if [ ! -e "$work$dir" ]; then
			as_server mkdir -p "$work${dir%/*}"
			as_server ln -s "$dir" "$work$dir"
		fi
	done
	# An installed clv must not be mistaken for ours, nor be written to through
	# a link: its library, script and bitcode.
	as_server find "$work${installed%/bin}" "$work$share" \( -name clv -o -name 'clv.*' -o -name 'clv--*' \) \
		-prune -exec rm -rf {} +
	bindir=$work$installed
}

# Build clv and install it into a PostgreSQL of our own.  With CLV_BINDIR set,
# use the programs there instead, which must have clv installed.
prepare() {
	local installed=${CLV_BINDIR:-$(find_postgres)}

	[ -n "$installed" ] || die "no PostgreSQL found; run script/setup"
	bindir=$installed
	if [ -z "${CLV_BINDIR:-}" ]; then
		link_postgres "$installed"
		copy_sources
		quietly build as_server make -s -C "$work/clv" -j "$(nproc)" \
			PG_CONFIG="$bindir/pg_config" "$@" all
		quietly install as_server make -s -C "$work/clv" \
			PG_CONFIG="$bindir/pg_config" "$@" install
	fi
}

# A server that only its own user can reach, through a socket.
start_server() {
	quietly initdb as_server initdb -D "$work/data" -U postgres -A trust \
		-E UTF8 --locale=C.UTF-8 --no-sync
	cat >>"$work/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$work/run'
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = 8GB
	CONF
	printf '%s\n' "$@" >>"$work/data/postgresql.conf"
	quietly start as_server pg_ctl -D "$work/data" -l "$work/tmp/server.log" -w start
}
