#!/usr/bin/env bash
# Measures the optimized program: all parts, or one.
#
#   scripts/bench.sh [server|bulk|scale|access]     ROWS=10000 and USERS=10000 are quicker
set -euo pipefail
cd "$(dirname "$0")/.."

part=${1:-all}
example() { cargo build --release --quiet --example "$1"; }

case $part in all | server)
  echo "==> Measuring the server (about 20 seconds) …"
  node scripts/bench.mjs target/release/access-panel
  ;;& all | bulk)
  echo "==> Measuring invitations by file (some minutes; ROWS=10000 is quicker) …"
  example bench-bulk
  target/release/examples/bench-bulk ${ROWS:-}
  ;;& all | scale)
  echo "==> Measuring pages in a directory of a million people (many minutes; USERS=10000 is quicker) …"
  example bench-scale
  scripts/postgres.sh target/release/examples/bench-scale
  ;;& all | access)
  echo "==> Measuring what apps ask on every request, among a million people (many minutes; USERS=10000 is quicker) …"
  example bench-access
  scripts/postgres.sh target/release/examples/bench-access
  ;;& all | server | bulk | scale | access) ;;
*)
  echo "bench: there is no part $part. There are: server, bulk, scale, access" >&2
  exit 2
  ;;
esac
