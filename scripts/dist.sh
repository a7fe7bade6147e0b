#!/usr/bin/env bash
# Packs the archives of `make dist`: the program of profile `dist` with a sample configuration, a systemd unit, the
# documents and the licences; and its symbols, for whoever has to look into a crash or a profile (docs/operations.md).
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(awk -F'"' '/^version = / { print $2; exit }' Cargo.toml)
name="access-panel-$version-$(uname -m)-linux"
files=(packaging/access-panel.toml packaging/organization.toml packaging/access-panel.service README.md LICENSE-MIT LICENSE-APACHE)
missing=()
for file in "${files[@]}"; do [ -f "$file" ] || missing+=("$file"); done
[ ${#missing[@]} -eq 0 ] || { echo "dist: missing: ${missing[*]}" >&2; exit 1; }

folder=target/dist-archive
rm -rf "$folder"
mkdir -p "$folder/$name"
cp "${files[@]}" "$folder/$name/"
cp -R docs "$folder/$name/docs"
# The program as it is run, without symbols; what was taken out stands beside it, and each names the other.
mkdir "$folder/$name-symbols"
objcopy --only-keep-debug --compress-debug-sections target/dist/access-panel "$folder/$name-symbols/access-panel.debug"
objcopy --strip-all --add-gnu-debuglink="$folder/$name-symbols/access-panel.debug" target/dist/access-panel "$folder/$name/access-panel"
# The same program where `make server` leaves its own. Not over it: cargo's copy may be a second name of the same file.
mkdir -p target/release
cp --remove-destination "$folder/$name/access-panel" target/release/access-panel
# The same sources give the same archive: no owner, no order of the disk, the time of the last commit.
when=$(git log -1 --format=%cI 2>/dev/null || echo 2026-01-01T00:00:00Z)
for archive in "$name" "$name-symbols"; do
  tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="$when" -C "$folder" -cf - "$archive" | gzip -n9 >"$folder/$archive.tar.gz"
  (cd "$folder" && sha256sum "$archive.tar.gz" >"$archive.tar.gz.sha256")
  rm -rf "${folder:?}/$archive"
  printf '\n  %s (%s)' "$folder/$archive.tar.gz" "$(du -h "$folder/$archive.tar.gz" | cut -f1)"
done
echo
