#!/usr/bin/env bash
# Programs that some tests need and npm does not have. One line each: a program that shows that it is there, and its Debian package.
# Installs what is missing where it may (root on Debian or Ubuntu), names it where it may not, and says nothing when nothing is missing.
set -uo pipefail

readonly PROGRAMS='
initdb    postgresql
chromium  chromium
soffice   libreoffice-calc-nogui
promtool  prometheus
script    bsdutils
pgbouncer pgbouncer
nginx     nginx-light
'

is_there() {
  # Debian keeps PostgreSQL's server programs off the PATH.
  command -v "$1" >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null
}

missing=()
while read -r program package; do
  [[ -z "$program" ]] || is_there "$program" || missing+=("$package")
done <<<"$PROGRAMS"
[[ ${#missing[@]} -gt 0 ]] || exit 0

if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then
  echo "Not installed, and not installable from here: ${missing[*]}. Tests that need them say so." >&2
  exit 0
fi

echo "Installing ${missing[*]} (apt-get)." >&2
export DEBIAN_FRONTEND=noninteractive
if ! { apt-get -qq update && apt-get -qq install --yes --no-install-recommends "${missing[@]}"; } >/dev/null </dev/null; then
  echo "Could not install ${missing[*]}. Tests that need them say so." >&2
fi
