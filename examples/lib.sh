# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# What the examples' `run` have in common: the server's binary, a development certificate, programs beside the server
# and the end of them all. What is made goes to .outrider/ beside the example's config.lua.
#
# OUTRIDER_BINARY names the binary. Without it that of build/release is brought up to date and taken; where nothing was
# built, the installed one; where there is none, it is built. OUTRIDER_PORT and its like choose ports (see each `run`).
set -euo pipefail

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
example=$(cd "$(dirname "$0")" && pwd)
config=$(dirname "$0")/config.lua  # as it was called: messages name files so
state=$example/.outrider
helpers=()

# need PROGRAM PACKAGE: makes sure that the program is there, with the project's installer where this is its source.
need() {
  if [ -x "$1" ] || command -v "$1" >/dev/null; then return; fi
  local install=$examples/../packaging/install-dependencies
  if [ -x "$install" ]; then
    "$install" <(echo "$2") >&2
  else
    echo "$0: there is no $1; it is in Debian's package $2" >&2
    exit 1
  fi
}

find_outrider() {
  local top=$examples/..
  if [ -n "${OUTRIDER_BINARY:-}" ]; then
    outrider=$OUTRIDER_BINARY
  elif [ ! -e "$top/build/release/build.ninja" ] && command -v outrider >/dev/null; then
    outrider=$(command -v outrider)
  else
    outrider=$top/build/release/outrider
    (
      cd "$top"
      packaging/install-dependencies packaging/build-dependencies
      [ -e build/release/build.ninja ] || cmake --preset release -DOUTRIDER_TESTS=OFF
      if [ -e "$outrider" ]; then
        cmake --build --preset release --target outrider -- --quiet | { grep -vx 'ninja: no work to do.' || true; }
      else
        cmake --build --preset release --target outrider
      fi
    ) >&2
  fi
}

make_certificate() {
  need openssl openssl
  mkdir -p "$state"
  if openssl x509 -in "$state/localhost.pem" -noout -checkend 86400 >/dev/null 2>&1; then return; fi
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "$state/localhost.key" -out "$state/localhost.pem" 2>/dev/null
}

# prepare "$@": everything that the configuration needs. With arguments it ends here: `run test`, `run explain /` and
# so on are commands of outrider's, with this example's configuration.
prepare() {
  find_outrider
  make_certificate
  if [ $# -gt 0 ]; then exec "$outrider" "$1" -c "$config" "${@:2}"; fi
}

# start PROGRAM…: runs it beside the server; it is ended when the server has ended.
start() {
  "$@" &
  helpers+=($!)
}

# start_on SOCKET PROGRAM…: the same, and waits until the unix socket is there.
start_on() {
  rm -f "$1"
  start "${@:2}"
  until [ -S "$1" ]; do
    kill -0 "${helpers[-1]}" 2>/dev/null || { echo "$0: $2 has ended" >&2; exit 1; }
    sleep 0.05
  done
}

end_helpers() {
  [ ${#helpers[@]} = 0 ] || kill "${helpers[@]}" 2>/dev/null || true
  wait
}
trap end_helpers EXIT

# Says what is on standard input, serves until Ctrl-C, and ends with the server's exit code.
serve() {
  local server code asked=yes
  cat
  "$outrider" run -c "$config" --state-dir "$state" &
  server=$!
  trap 'asked=yes; kill "$server" 2>/dev/null || true' INT TERM HUP
  while [ -n "$asked" ]; do  # a signal ends `wait`, not yet the server
    asked='' code=0
    wait "$server" || code=$?
  done
  exit "$code"
}
