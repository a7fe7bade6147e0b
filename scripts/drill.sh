#!/usr/bin/env bash
# Runs the tests that take minutes, which `make test` leaves out: it has a small cut of each. They are the Rust tests
# marked `#[ignore = "drill: …"]`, and `browser`: every browser test, with JavaScript and without.
#
#   scripts/drill.sh [PART]     only those with PART in their name
#
# The last line says how many passed and failed; the exit code is 0 only if all passed, and there were any.
set -euo pipefail
cd "$(dirname "$0")/.."

part=${1:-}
echo "==> Building the tests …"
cargo test --profile quick --lib --tests --no-run --quiet
# Tests are marked by the word, so that what only writes files for the eye is not among them.
mapfile -t names < <(grep -rhA4 --include='*.rs' '#\[ignore = "drill' src tests | sed -nE 's/^\s*(pub )?(async )?fn ([a-z0-9_]+).*/\3/p' | sort -u)
chosen=()
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
while read -r name; do
  for one in "${names[@]}"; do
    if [[ $name == *"$one" && $name == *"$part"* ]]; then chosen+=("$name"); fi
  done
done < <(cargo test --profile quick --quiet --lib --tests -- --ignored --list 2>/dev/null | sed -nE 's/^(.*): test$/\1/p' | sort -u)
if [[ browser == *"$part"* ]]; then chosen+=(browser); fi
if [ "${#chosen[@]}" -eq 0 ]; then
  echo "drill: no test has \"$part\" in its name. There are: browser ${names[*]}" >&2
  echo "0 passed, 0 failed"
  exit 1
fi
run() {
  if [ "$1" = browser ]; then
    cargo build --profile quick --bin access-panel && cd end2end && ALL=1 node node_modules/@playwright/test/cli.js test
  else
    cargo test --profile quick --quiet --lib --tests -- --ignored --exact "$1" --nocapture
  fi
}
for name in "${chosen[@]}"; do
  echo "==> $name …"
  started=$SECONDS
  if (run "$name") >"$log" 2>&1; then
    passed=$((passed + 1))
    echo "    passed in $((SECONDS - started)) s"
  else
    failed=$((failed + 1))
    tail -n 60 "$log"
    echo "    FAILED after $((SECONDS - started)) s"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
