# Access Panel. `make` says what there is to do.
#
# Cargo builds three things: the browser's half (WASM), the server that holds it, and the tests. The order matters,
# because the server embeds target/site: WASM, then site, then server.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Every script here knows this one place.
export CARGO_TARGET_DIR := $(CURDIR)/target

.PHONY: help run test lint bench dist clean
.PHONY: setup setup-test wasm site server ci-server test-rust test-browser lint-rust lint-source

help:
	@echo "Access Panel"
	@echo
	@echo "  make run     build everything and serve the demo at http://localhost:3000"
	@echo "               (the first time up to 20 minutes on 2 cores, later some seconds)"
	@echo "  make test    run every test: unit, database (SQLite, PostgreSQL), HTTP, browser"
	@echo "  make lint    formatting, clippy for both halves, rules of the house, TypeScript"
	@echo "  make bench   measure the release build (half an hour; USERS=10000 is quicker)"
	@echo "  make dist    pack target/dist-archive/access-panel-VERSION-MACHINE-linux.tar.gz (slow: full LTO)"
	@echo "  make clean   remove everything built (not the tools)"
	@echo
	@echo "  Parts: setup, setup-test, wasm, site, server, test-rust, test-browser, lint-rust, lint-source."
	@echo "  Browser tests by name:    make test-browser ARGS='story.spec.ts --project with-javascript'"
	@echo "  A demo on another port:   make run ARGS='--listen 127.0.0.1:3100'"
	@echo
	@echo "  Needed beforehand: rustup, node 20 or later with npm. The rest is installed when missing; Debian"
	@echo "  packages (a C compiler; for tests Chromium, PostgreSQL, nginx, Apache) only as root, otherwise you are told."

# --- For everyone

run: server
	@echo
	@echo "==> The demo of WoodGrove starts at http://localhost:3000 (Ctrl+C ends it)."
	@echo "    Sign in as John Doe and invite someone to Aurora partners; every mail is at http://localhost:3000/demo/mailbox"
	@echo
	@exec target/release/access-panel demo $(ARGS)

test: test-rust test-browser
	@echo
	@echo "==> Every test passed."

lint: lint-source lint-rust
	@echo
	@echo "==> Nothing to complain about."

bench: server
	@echo "==> Measuring the server (about 20 seconds) …"
	@node scripts/bench.mjs target/release/access-panel
	@echo "==> Measuring invitations by file (some minutes; ROWS=10000 is quicker) …"
	@cargo run --release --quiet --features ssr --example bench-bulk -- $(ROWS)
	@echo "==> Measuring pages in a directory of a million people (many minutes; USERS=10000 is quicker) …"
	@$(if $(USERS),USERS=$(USERS) )scripts/postgres.sh cargo run --release --quiet --features ssr --example bench-scale
	@echo "==> Measuring what apps ask on every request, among a million people (many minutes; USERS=10000 is quicker) …"
	@$(if $(USERS),USERS=$(USERS) )scripts/postgres.sh cargo run --release --quiet --features ssr --example bench-access

dist: site
	@echo "==> Building the server with full LTO (10 minutes or more on 2 cores) …"
	@cargo build --profile dist --features ssr --bin access-panel
	@scripts/dist.sh

clean:
	@rm -rf target

# --- Parts

setup:
	@echo "==> Looking for the tools to build with …"
	@scripts/setup.sh build

setup-test:
	@echo "==> Looking for the tools to test with …"
	@scripts/setup.sh test

wasm: setup
	@echo "==> Building the browser's half (the first time about 2 minutes on 2 cores) …"
	@cargo build --profile wasm-release --target wasm32-unknown-unknown --lib --features hydrate

site: wasm
	@echo "==> Building target/site …"
	@node scripts/build-site.mjs

server: site
	@echo "==> Building the server (the first time about 6 minutes on 2 cores) …"
	@cargo build --release --features ssr --bin access-panel

# Tests use the profile `ci`: quick to build, quick enough to run. The server for browser tests is built as the one
# that the Rust tests start, so that nothing is built twice.
ci-server: site
	@echo "==> Building the server for browser tests …"
	@cargo test --profile ci --workspace --features ssr --no-run --quiet

test-rust: setup-test site
	@echo "==> Unit, database and HTTP tests, on SQLite and PostgreSQL (the first build about 6 minutes on 2 cores) …"
	@scripts/postgres.sh cargo test --profile ci --workspace --features ssr

test-browser: setup-test ci-server
	@echo "==> Browser tests …"
	@cd end2end && ../scripts/postgres.sh node node_modules/@playwright/test/cli.js test $(ARGS)

lint-source: setup-test
	@echo "==> Rules of the house, scripts, TypeScript …"
	@scripts/lint-source.sh
	@cd end2end && node node_modules/typescript/bin/tsc --noEmit

lint-rust: setup
	@echo "==> Formatting and clippy (the first time about 5 minutes on 2 cores) …"
	@cargo fmt --all --check
	@mkdir -p target/site # The server embeds it: it must be there, if empty.
	@cargo clippy --workspace --all-targets --features ssr -- -D warnings
	@cargo clippy --target wasm32-unknown-unknown --lib --features hydrate -- -D warnings
