#!/usr/bin/env bash
# Fuzzes every target for so many seconds each, beginning with the committed corpus. Needs a C++ compiler.
#
#   tests/fuzz/run.sh [SECONDS] [TARGET…]
#
# What is found is kept: new inputs in <target folder>/fuzz/found, a crash as <target folder>/fuzz/crashes/….
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-5}
if [ $# -gt 0 ]; then shift; fi
work=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target}/fuzz
mkdir -p "$work/crashes"

# What coverage-guided fuzzing needs of the compiler; all of it is stable.
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
host=$(rustc -vV | sed -n 's/^host: //p')
CARGO_TARGET_DIR=$work cargo build --release --locked --target "$host"

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in targets/*.rs; do targets+=("$(basename "$file" .rs)"); done
fi
for target in "${targets[@]}"; do
    found=$work/found/$target
    mkdir -p "$found" "corpus/$target"
    # A picture of the largest size takes a while, and memory, on a machine that is slow.
    "$work/$host/release/$target" "$found" "corpus/$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=2048 \
        -max_len=65536 -artifact_prefix="$work/crashes/$target-" -print_final_stats=1 > "$work/$target.log" 2>&1 ||
        { tail -n 60 "$work/$target.log"; echo "fuzz target $target: FAILED"; exit 1; }
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log")
    echo "fuzz target $target: $executed executions"
done
