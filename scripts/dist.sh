#!/usr/bin/env bash
# Packs the archive of `make dist`: the binary of profile `dist`, a sample configuration, a systemd unit, the licences.
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
cp target/dist/access-panel "${files[@]}" "$folder/$name/"
cp -R docs "$folder/$name/docs"
# The same binary where `make run` leaves its own. Not over it: cargo's copy may be a second name of the same file.
mkdir -p target/release
cp --remove-destination target/dist/access-panel target/release/access-panel
# The same sources give the same archive: no owner, no order of the disk, the time of the last commit.
when=$(git log -1 --format=%cI 2>/dev/null || echo 2026-01-01T00:00:00Z)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="$when" -C "$folder" -cf - "$name" | gzip -n9 >"$folder/$name.tar.gz"
(cd "$folder" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
rm -rf "${folder:?}/$name"
printf '\n  %s (%s)\n' "$folder/$name.tar.gz" "$(du -h "$folder/$name.tar.gz" | cut -f1)"
