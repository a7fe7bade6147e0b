#!/usr/bin/env bash
# Runs a command with a PostgreSQL server of its own, and removes the server afterwards.
#
#   scripts/postgres.sh COMMAND [ARGUMENT…]
#
# The command finds it by ACCESS_PANEL_TEST_POSTGRES (superuser `panel`, no password, loopback only), and the client
# programs of the same version in PATH. Nothing is kept; nothing is safe from a power cut, which makes it quick.
# ACCESS_PANEL_TEST_POSTGRES set by the caller is left as it is, and no server is started.
set -euo pipefail

[ $# -gt 0 ] || { echo "Usage: scripts/postgres.sh COMMAND [ARGUMENT…]" >&2; exit 2; }
[ -z "${ACCESS_PANEL_TEST_POSTGRES:-}" ] || exec "$@"

# Debian keeps the server's programs out of PATH. The newest version wins.
bin=$(find /usr/lib/postgresql/*/bin -name initdb 2>/dev/null | sort -V | tail -n 1)
bin=${bin:-$(command -v initdb || true)}
[ -n "$bin" ] || { echo "postgres: PostgreSQL is missing. Install it with:  apt-get install postgresql" >&2; exit 1; }
bin=$(dirname "$(readlink -f "$bin")")

folder=$(mktemp -d /tmp/access-panel-postgres.XXXXXX)
# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
  id postgres >/dev/null 2>&1 || { echo "postgres: there is no user postgres to run the server as." >&2; exit 1; }
  chown postgres "$folder"
  as_owner=(setpriv --reuid=postgres --regid="$(id -g postgres)" --clear-groups env HOME="$folder")
fi
owner() { (cd "$folder" && "${as_owner[@]}" "$@"); }

child=
finish() {
  local code=$?
  trap - EXIT INT TERM HUP
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  # pg_ctl ends the process named in the folder's postmaster.pid, which is ours alone.
  [ ! -f "$folder/data/postmaster.pid" ] || owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# ICU's order where there is one: the panel must sort and compare the same under any.
locale=(--locale=C.UTF-8)
major=$("$bin/initdb" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
[ "$major" -lt 15 ] || locale+=(--locale-provider=icu --icu-locale=en-US)
initdb() { owner "$bin/initdb" -D "$folder/data" -U panel -A trust -E UTF8 -N "$@" >"$folder/initdb.log" 2>&1; }
initdb "${locale[@]}" || { rm -rf "$folder/data"; initdb --no-locale; } || { cat "$folder/initdb.log" >&2; exit 1; }

# A free port below those that the system hands out. Another process may take it first: then the next.
started=
for _ in 1 2 3 4 5 6 7 8; do
  port=$((20000 + RANDOM % 12000))
  if owner "$bin/pg_ctl" -D "$folder/data" -w -t 30 -l "$folder/server.log" start -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ -n "$started" ] || { echo "postgres: the server did not start." >&2; tail -n 20 "$folder/server.log" >&2; exit 1; }

export ACCESS_PANEL_TEST_POSTGRES="postgres://panel@127.0.0.1:$port/postgres"
export PATH="$bin:$PATH"
# In the background, so that a signal reaches the trap at once; in a process group of its own, so that the trap ends the
# command with all it started, and nothing else.
set -m
"$@" </dev/null &
child=$!
set +m
code=0
wait "$child" || code=$?
child=
exit "$code"
