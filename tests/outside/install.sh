#!/usr/bin/env bash
# Installs the Python programs that look at the service from outside (requirements.in), so that `make test` runs them
# too: each by its hash, and none of them built here. Needs Python 3.11 or newer with its module venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=tests/outside/requirements.txt
# Beside the build, where git does not look and the tests do (tests/src/missing.rs).
venv=${CARGO_TARGET_DIR:-target}/outside-venv

if cmp -s "$wanted" "$venv/requirements.txt"; then exit 0; fi
if ! python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
    echo "Python 3.11 or newer with its module venv is needed (on Debian the packages python3 and python3-venv)" >&2
    exit 1
fi
rm -rf "$venv"
python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --no-input --require-hashes --only-binary :all: -r "$wanted"
# Last, so that a half-made one is made anew; and the tests see by it whether these are the wanted versions.
cp "$wanted" "$venv/requirements.txt"
