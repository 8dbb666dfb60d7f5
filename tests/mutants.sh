#!/usr/bin/env bash
# Changes the domain crate in every small way that cargo-mutants knows, one at a time, and looks whether a test of the crate
# fails. This is `make mutants`. Needs cargo-mutants; takes about an hour on two cores.
#
#   tests/mutants.sh [OPTION OF CARGO-MUTANTS…]
#
# It fails where a change is noticed by no test and does not stand in tests/mutants-that-live.txt, with the reason.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# Lists are compared byte by byte.
export LC_ALL=C

if ! cargo mutants --version > /dev/null 2>&1; then
    echo "cargo-mutants is not installed: cargo install --locked cargo-mutants" >&2
    exit 2
fi
work=${CARGO_TARGET_DIR:-target}/mutants
mkdir -p "$work"

# Each copy of the tree needs a target folder of its own, and nobody looks at them with a debugger.
env -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0 \
    cargo mutants --package roster-domain --all-features --no-shuffle --jobs 2 --output "$work" "$@"
# 0: all are caught; 2: some are not; 3: some did not end. All else is a failure of its own.
code=$?
case $code in 0 | 2 | 3) ;; *) exit "$code" ;; esac

found=$work/mutants.out
count() { wc -l < "$found/$1.txt"; }
caught=$(($(count caught) + $(count timeout)))
missed=$(count missed)
echo "mutants of the domain crate: $caught of $((caught + missed)) that compile were caught"

# Lines of the list are the names as cargo-mutants prints them, without line and column.
name() { sed -E 's/:[0-9]+:[0-9]+: /: /' "$1" | sort -u; }
unknown=$(comm -13 <(grep -v '^#' tests/mutants-that-live.txt | sed '/^$/d' | sort -u) <(name "$found/missed.txt"))
if [ -n "$unknown" ]; then
    printf 'no test notices:\n%s\n' "$unknown"
    exit 1
fi
