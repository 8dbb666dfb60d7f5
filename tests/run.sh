#!/usr/bin/env bash
# Runs every test of the workspace on a freshly built binary, those of the whole service once on SQLite and once on
# PostgreSQL, and says how many ran in each layer. This is `make test`.
#
#   tests/run.sh [--long]
#
# --long                    (or ROSTER_TEST_LONG=1) runs those that take minutes in their full length
# ROSTER_TEST_POSTGRES      names a PostgreSQL server that may be used (default: the machine's, else one that is started)
# ROSTER_TEST_REQUIRE=all   makes it a failure that a test cannot run where it is called
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

case "${1:-}" in
    "") ;;
    --long) export ROSTER_TEST_LONG=1 ;;
    *) echo "usage: tests/run.sh [--long]" >&2; exit 2 ;;
esac

target=${CARGO_TARGET_DIR:-target}
scratch=$(mktemp -d)
. tests/postgres.sh
trap 'stop_postgres; rm -rf "$scratch"' EXIT
find_postgres || exit 1

cargo build --locked -p roster || exit 1
ROSTER_TEST_BINARY=$(cd "$target/debug" && pwd)/roster
ROSTER_TEST_NOT_RUN=$scratch/not-run
ROSTER_TEST_REPORT=$scratch/report
export ROSTER_TEST_BINARY ROSTER_TEST_NOT_RUN ROSTER_TEST_REPORT
touch "$ROSTER_TEST_NOT_RUN" "$ROSTER_TEST_REPORT"

cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$scratch/output"
code=${PIPESTATUS[0]}

# The very program that ran above: cargo would build it anew for itself alone. What chooses its databases itself ran there.
printf '\nThe whole service on PostgreSQL:\n'
program=$(sed -n 's/^ *Running tests\/end_to_end\/main.rs (\(.*\))$/\1/p' "$scratch/output" | head -n 1)
case "$program" in /*) ;; ?*) program=$PWD/$program ;; esac
if [ -x "$program" ]; then
    (cd tests && ROSTER_TEST_DATABASE=postgres "$program" --skip on_sqlite:: --skip on_postgres:: --skip on_both:: 2>&1)
else
    echo "it was not built"
    false
fi | tee "$scratch/output-postgres"
code_on_postgres=${PIPESTATUS[0]}
if [ "$code" -eq 0 ]; then code=$code_on_postgres; fi

# Cargo names each test program before it runs, and each package's library first.
awk '
    BEGIN {
        count = split("domain|ports|use cases|adapters|http|binary|end to end|on PostgreSQL|house", layers, "|")
    }
    function layer(name) {
        if (all != "") return all
        if (name == "roster_domain") return "domain"
        if (name == "roster_ports") return "ports"
        if (name == "roster_usecases") return "use cases"
        if (name == "roster_adapter_actix") return "http"
        if (name ~ /^roster_adapter_/) return "adapters"
        if (name == "roster") return "binary"
        if (name == "house") return "house"
        return "end to end"
    }
    function program(line) { sub(/.*\//, "", line); sub(/-[0-9a-f]+\)?$/, "", line); return line }
    /^ *Running unittests / { current = layer(program($NF)) }
    /^ *Running tests\// { name = program($NF); if (name == "house" || name == "end_to_end") current = layer(name) }
    /^ *Doc-tests / { current = layer($2) }
    /^test result: / { passed[current] += $4; failed[current] += $6; ignored += $8 }
    END {
        printf "\n%-13s %8s %8s\n", "layer", "passed", "failed"
        for (n = 1; n <= count; n++) {
            printf "%-13s %8d %8d\n", layers[n], passed[layers[n]], failed[layers[n]]
            all_passed += passed[layers[n]]; all_failed += failed[layers[n]]
        }
        printf "%d %d %d\n", all_passed, all_failed, ignored > totals
    }
' totals="$scratch/totals" "$scratch/output" all="on PostgreSQL" "$scratch/output-postgres"
read -r passed failed ignored < "$scratch/totals"

if [ -s "$ROSTER_TEST_REPORT" ]; then
    printf '\nWhat tests found out:\n'
    sed 's/^/  /' "$ROSTER_TEST_REPORT"
fi

not_run=$(sort -u "$ROSTER_TEST_NOT_RUN" | wc -l)
if [ "$not_run" -gt 0 ]; then
    printf '\nNOT RUN HERE, and counted as passed:\n'
    sort -u "$ROSTER_TEST_NOT_RUN" | sed 's/^/  /'
fi

# A program that did not compile, or that died, says nothing of its tests.
if [ "$code" -ne 0 ] && [ "$failed" -eq 0 ]; then
    printf '\nNot everything was built or ran to its end: see above.\n'
fi
if [ "$ignored" -ne 0 ]; then
    printf '\n%s tests are marked to be ignored: none may be.\n' "$ignored"
    code=1
fi
if [ "$passed" -eq 0 ]; then
    code=1
fi
printf '\n%s passed, %s failed\n' "$passed" "$failed"
exit "$code"
