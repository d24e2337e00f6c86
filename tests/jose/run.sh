#!/bin/sh
# Verifies tokens of a running `masthead dev` by standard libraries of other languages, from the key set alone.
#
#   tests/jose/run.sh BINARY     BINARY: the built masthead
#   JOSE_CACHE                   where the libraries are installed (default: target/jose)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -eq 1 ] && [ -x "$1" ] || { echo "usage: run.sh BINARY (the built masthead)" >&2; exit 2; }
binary=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cache=${JOSE_CACHE:-$root/target/jose}
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

place=$(mktemp -d)
server=
finish() {
    if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

"$binary" dev --listen 127.0.0.1:0 --data-dir "$place/data" --no-open >"$place/output" 2>&1 &
server=$!
tries=0
until MASTHEAD_URL=$(sed -n 's|^  The campaign  *\(http://[^ /]*\)/$|\1|p' "$place/output") && [ -n "$MASTHEAD_URL" ]; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "masthead dev did not start:" >&2
        cat "$place/output" >&2
        exit 1
    fi
    sleep 0.1
done
export MASTHEAD_URL PYTHONDONTWRITEBYTECODE=1

failed=0
(cd "$cache/node" && node --test) || failed=1
(cd "$here/python" && "$cache/python/bin/python" -m unittest -v) || failed=1
exit $failed
