#!/usr/bin/env bash
# Installs what is missing, and nothing that is there.
#
#   scripts/setup.sh build    what building needs: the WASM target, esbuild, wasm-opt
#   scripts/setup.sh lint     what `make lint` needs besides: the packages of end2end/
#   scripts/setup.sh test     what tests need besides: Chromium, PostgreSQL, nginx, Apache, the packages of end2end/
#
# Everything but the Debian packages stays inside this folder (node_modules/, ignored by git) or in rustup's. Where
# something cannot be installed, it says what to do and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '  %s\n' "$*"; }
stop() {
  printf '\nsetup: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# apt_install WHAT_FOR PACKAGE...
apt_install() {
  local what=$1
  shift
  if ! have apt-get; then
    stop "$what is missing, and this system has no apt-get." "Install your system's equivalent of the Debian packages: $*"
  fi
  if [ "$(id -u)" -ne 0 ]; then
    stop "$what is missing." "Install it with:  sudo apt-get install --no-install-recommends $*"
  fi
  say "Installing $what with apt ($*) …"
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    stop "apt could not install $what." "Install it yourself:  apt-get install $*"
  fi
  rm -f "$log"
}

# npm_packages FOLDER
npm_packages() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed" && return
  say "Installing the npm packages of $1/ (a few seconds) …"
  # No install script of theirs is needed, so none is run.
  (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || stop "npm could not install the packages of $1/." "Is the npm registry reached?  npm ping"
  cp "$1/package-lock.json" "$1/node_modules/.installed"
}

setup_build() {
  have cc || apt_install "a C compiler" build-essential
  have rustup || stop "rustup is missing." "Install it from https://rustup.rs, or with:  apt-get install rustup"
  have node || stop "Node.js is missing." "Install version 20 or later from https://nodejs.org, or with:  apt-get install nodejs npm"
  have npm || stop "npm is missing." "It comes with Node.js; on Debian:  apt-get install npm"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || stop "Node.js $(node --version) is too old." "Version 20 or later is needed: https://nodejs.org"

  # rustup reads rust-toolchain.toml. Usually the first call of cargo does all of this; not if it was told not to.
  if ! rustc --version >/dev/null 2>&1; then
    say "Installing the Rust toolchain of rust-toolchain.toml (about a minute) …"
    rustup toolchain install || stop "rustup could not install the toolchain." "See rust-toolchain.toml for what is needed."
  fi
  if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ]; then
    say "Adding Rust's target wasm32-unknown-unknown (a few seconds) …"
    rustup target add wasm32-unknown-unknown || stop "rustup could not add the target wasm32-unknown-unknown."
  fi
  for component in clippy rustfmt; do
    if ! cargo "${component/rust/}" --version >/dev/null 2>&1; then
      say "Adding $component …"
      rustup component add "$component"
    fi
  done

  npm_packages scripts
}

setup_test() {
  # Its headless shell takes a third less time than the whole browser; where there is none, that does.
  local shell=/usr/bin/chromium-headless-shell chromium=/usr/bin/chromium
  if [ -n "${CHROMIUM:-}" ]; then
    [ -x "$CHROMIUM" ] || stop "$CHROMIUM is missing." "Name your Chromium:  CHROMIUM=/path/to/chromium make test"
  elif [ ! -x "$shell" ]; then
    if [ "$(id -u)" -eq 0 ] && have apt-get && { apt-get update >/dev/null 2>&1 || true; apt-cache show chromium-headless-shell >/dev/null 2>&1; }; then
      apt_install "Chromium's headless shell" chromium-headless-shell fonts-dejavu-core
    else
      [ -x "$chromium" ] || apt_install Chromium chromium fonts-dejavu-core
      [ -x "$chromium" ] || stop "$chromium is missing." "Name your Chromium:  CHROMIUM=/path/to/chromium make test"
    fi
  fi

  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || have initdb || apt_install PostgreSQL postgresql

  # Real proxies before apps: what the sample configurations of docs/examples/ are tested with.
  local missing=() file package
  while read -r file package; do
    [ -e "$file" ] || missing+=("$package")
  done <<'FILES'
/usr/sbin/nginx nginx-light
/usr/sbin/apache2 apache2-bin
/usr/lib/apache2/modules/mod_auth_openidc.so libapache2-mod-auth-openidc
/usr/share/lua/5.3/socket/http.lua lua-socket
FILES
  [ "${#missing[@]}" -eq 0 ] || apt_install "nginx and Apache" "${missing[@]}"

  npm_packages end2end
}

case "${1:-}" in
  build) setup_build ;;
  lint) setup_build && npm_packages end2end ;;
  test) setup_build && setup_test ;;
  *) stop "say what to set up:  scripts/setup.sh build | lint | test" ;;
esac
