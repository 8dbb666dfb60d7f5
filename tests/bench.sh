#!/bin/sh
# Measures the service: docs/benchmarks.md. Arguments are the lines to measure (S1 S2 S3 S4 S7 S8 S10); none means all.
set -eu
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-target}
cargo build --release --locked -p roster -p roster-tests --bin roster --bin bench --features roster-tests/bench
mkdir -p "$target/bench"
BENCH_ROSTER="$target/release/roster" BENCH_OUT="$target/bench" "$target/release/bench" "$@"
