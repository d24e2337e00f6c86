#!/bin/sh
# Installs the mail server that the tests of mail speak to, once, and again when its pins change.
#
#   tests/mail/prepare.sh
#   MAIL_TESTS_CACHE          where it is installed (default: target/mail)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cache=${MAIL_TESTS_CACHE:-$here/../../target/mail}
pins=$here/server/requirements.txt

if ! cmp -s "$pins" "$cache/python/requirements.txt"; then
    rm -rf "$cache/python"
    mkdir -p "$cache"
    python3 -m venv "$cache/python"
    "$cache/python/bin/pip" install --quiet --disable-pip-version-check -r "$pins"
    cp "$pins" "$cache/python/requirements.txt"
fi
