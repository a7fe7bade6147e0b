# Access Panel. `make` says what there is to do.
#
# Cargo builds three things: the browser's half (WASM), the server that holds it, and the tests. The order matters,
# because the server embeds target/site: WASM, then site, then server.
#
# All of it in the profile `quick`, which everything but `server`, `bench` and `dist` shares: what is built once, for
# running, for tests or for clippy, is there for the others.

SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Every script here knows this one place.
export CARGO_TARGET_DIR := $(CURDIR)/target

# Rust tests wait for databases half of the time, so more of them than there are cores run at once.
export RUST_TEST_THREADS ?= $(shell expr $$(nproc 2>/dev/null || echo 2) \* 3)

# How cargo compiles the browser's half.
BROWSER := --profile quick --config .cargo/wasm.toml --target wasm32-unknown-unknown --lib --no-default-features --features hydrate

.PHONY: help run dev test drill lint bench dist clean
.PHONY: setup setup-lint setup-test wasm site quick server test-rust test-browser lint-rust lint-source

help:
	@echo "Access Panel"
	@echo
	@echo "  make run     build everything and serve the demo at http://localhost:3000"
	@echo "               (the first time about 10 minutes on 2 cores, later some seconds)"
	@echo "  make dev     the same, and whatever you save is built, restarted and shown by the browser"
	@echo "  make test    run every test: unit, database (SQLite, PostgreSQL), HTTP, browser"
	@echo "  make drill   the tests that take minutes; make drill PART=name runs those with this in their name"
	@echo "  make lint    formatting, clippy for both halves, documentation, licences, rules of the house, TypeScript"
	@echo "  make server  build the optimized program, target/release/access-panel"
	@echo "  make bench   measure it (half an hour; USERS=10000 is quicker; PART=server|bulk|scale|access does one part)"
	@echo "  make dist    pack target/dist-archive/access-panel-VERSION-MACHINE-linux.tar.gz (slow: full LTO)"
	@echo "  make clean   remove everything built"
	@echo
	@echo "  Parts: setup, setup-lint, setup-test, wasm, site, quick, test-rust, test-browser, lint-rust, lint-source."
	@echo "  Rust tests by name:       make test-rust ARGS='redemption::'"
	@echo "  Browser tests by name:    make test-browser ARGS='story.spec.ts --project with-javascript'"
	@echo "  A demo on another port:   make run ARGS='--listen 127.0.0.1:3100'"
	@echo
	@echo "  Needed beforehand: rustup, node 20 or later with npm. The rest is installed when missing; Debian"
	@echo "  packages (a C compiler; for tests Chromium, PostgreSQL, nginx, Apache) only as root, otherwise you are told."

# --- For everyone

run: quick
	@echo
	@echo "==> This is the program of the profile \`quick\`: it behaves as the optimized one, which \`make server\` builds."
	@echo "==> The demo of WoodGrove starts at http://localhost:3000 (Ctrl+C ends it)."
	@echo "    Sign in as John Doe and invite someone to Aurora partners; every mail is at http://localhost:3000/demo/mailbox"
	@echo
	@exec target/quick/access-panel demo $(ARGS)

dev: quick
	@exec node scripts/dev.mjs $(ARGS)

test: test-rust test-browser
	@echo
	@echo "==> Every test passed."

drill: setup-test site
	@scripts/postgres.sh scripts/drill.sh $(PART)

lint: lint-source lint-rust
	@echo
	@echo "==> Nothing to complain about."

bench: server
	@scripts/bench.sh $(PART)

dist: site
	@echo "==> Building the server with full LTO (10 minutes or more on 2 cores) …"
	@cargo build --profile dist --bin access-panel
	@scripts/dist.sh

clean:
	@rm -rf target

# --- Parts

setup:
	@echo "==> Looking for the tools to build with …"
	@scripts/setup.sh build

setup-lint:
	@echo "==> Looking for the tools to lint with …"
	@scripts/setup.sh lint

setup-test:
	@echo "==> Looking for the tools to test with …"
	@scripts/setup.sh test

wasm: setup
	@echo "==> Building the browser's half (the first time about 2 minutes on 2 cores) …"
	@cargo build --profile quick --package bindgen
	@cargo rustc $(BROWSER) --crate-type cdylib -- -Clto=fat

site: wasm
	@echo "==> Building target/site …"
	@node scripts/build-site.mjs

quick: site
	@echo "==> Building the server, quickly (the first time about 6 minutes on 2 cores) …"
	@cargo build --profile quick --bin access-panel

server: site
	@echo "==> Building the server, optimized (the first time about 15 minutes on 2 cores) …"
	@cargo build --release --bin access-panel

test-rust: setup-test site
	@echo "==> Unit, database and HTTP tests, on SQLite and PostgreSQL (the first build about 8 minutes on 2 cores) …"
	@scripts/postgres.sh cargo test --profile quick --lib --tests -- $(ARGS)

test-browser: setup-test quick
	@echo "==> Browser tests …"
	@cd end2end && ../scripts/postgres.sh node node_modules/@playwright/test/cli.js test $(ARGS)

lint-source: setup-lint
	@echo "==> Rules of the house, licences, scripts, TypeScript …"
	@scripts/lint-source.sh
	@node scripts/deny.mjs
	@cd end2end && node node_modules/typescript/bin/tsc --noEmit

lint-rust: setup
	@echo "==> Formatting, clippy, documentation (the first time about 5 minutes on 2 cores) …"
	@cargo fmt --all --check
	@mkdir -p target/site # The server embeds it: it must be there, if empty.
	@cargo clippy --profile quick --package access-panel --package migrations --all-targets -- -D warnings
	@cargo clippy $(BROWSER) -- -D warnings
	@cargo clippy --profile quick --package bindgen -- -D warnings
	@RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --profile quick --package access-panel --package migrations --lib --no-deps --document-private-items --quiet
