#!/usr/bin/env bash
# What no compiler checks: rules of the house that a search can keep.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
# refuse WHY FILES_TO_LEAVE_OUT PATTERN
refuse() {
  local found
  found=$(grep -rnE --include='*.rs' "$3" src | grep -vE "^($2):" | grep -vE '^[^:]+:[0-9]+:\s*//' || true)
  [ -n "$found" ] || return 0
  printf '%s\n%s\n\n' "$1" "$found" >&2
  failed=1
}

refuse 'Leptos 0.8 does not escape the text of a <textarea>: use components::TextArea.' \
  'src/components/text_area\.rs' '<textarea'
refuse 'The content security policy forbids style attributes: use a class.' \
  'src/mail/templates/[^:]*|src/mail/words\.rs|src/[^:]*tests\.rs' '\bstyle(=|:[a-z-]+=)("|move|\{|\(|\||format)|"style="|style=\\"'
for file in scripts/*.js scripts/*.mjs end2end/*.mjs; do node --check "$file" || failed=1; done
for file in scripts/*.sh .ci/run; do bash -n "$file" || failed=1; done
exit "$failed"
