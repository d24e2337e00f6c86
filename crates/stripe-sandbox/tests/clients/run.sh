#!/bin/sh
# Drives the sandbox by the official Stripe client libraries for Python and Node, unmodified.
#
#   tests/clients/run.sh BINARY      BINARY: the built stripe-sandbox
#   CLIENTS_CACHE                    where the libraries are installed (default: target/clients)
#
# The Python suite's strict check is held against what the Node library was answered and sent too.
set -eu
# Each library makes so many different calls at least.
export LEAST_CALLS=40

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../../.." && pwd)
[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: run.sh BINARY (the built stripe-sandbox)" >&2; exit 2; }
SANDBOX_BINARY=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cache=${CLIENTS_CACHE:-$root/target/clients}
export SANDBOX_BINARY PYTHONDONTWRITEBYTECODE=1
mkdir -p "$cache/node"

# Each library is installed once, and again when its pins change.
if ! cmp -s "$here/python/requirements.txt" "$cache/python/requirements.txt"; then
    rm -rf "$cache/python"
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/python/requirements.txt"
    cp "$here/python/requirements.txt" "$cache/python/requirements.txt"
fi
cp "$here"/node/*.js "$here/node/package.json" "$cache/node/"
if ! cmp -s "$here/node/package-lock.json" "$cache/node/package-lock.json"; then
    cp "$here/node/package-lock.json" "$cache/node/package-lock.json"
    (cd "$cache/node" && npm ci --silent --no-audit --no-fund) || { rm -f "$cache/node/package-lock.json"; exit 1; }
fi

failed=0
(cd "$here/python" && "$cache/python/bin/python" -m pytest -q -p no:cacheprovider) || failed=1
rm -rf "$cache/answers"
(cd "$cache/node" && ANSWERS="$cache/answers" node --test) || failed=1
(cd "$here/python" && "$cache/python/bin/python" recorded.py "$cache/answers") || failed=1
exit $failed
