#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz and runs them (needs clang: apt install clang).
#
#   scripts/fuzz.sh [SECONDS [NAME...]]     600 seconds each unless said otherwise; all targets unless named, of which
#                                           only those that are run are built
#
# Inputs are kept in build/fuzz/corpus/NAME; a finding is left in build/fuzz/findings and the script exits with 1.
# Seeds: tests/fuzz/seeds/NAME, and the folders in STRIATE_FUZZ_SEEDS (colon-separated).
set -euo pipefail
source "$(dirname "$0")/common.sh"
seconds=${1:-600}
shift || true
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in tests/fuzz/*.cpp; do names+=("$(basename "$source" .cpp)"); done
fi
for name in "${names[@]}"; do TARGET=${name}_fuzz build build/fuzz fuzz; done
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:allocator_may_return_null=1}
status=0
for name in "${names[@]}"; do
  corpus=build/fuzz/corpus/$name
  mkdir -p "$corpus" build/fuzz/findings
  seeds=()
  [ ! -d "tests/fuzz/seeds/$name" ] || seeds+=("tests/fuzz/seeds/$name")
  IFS=: read -r -a more <<<"${STRIATE_FUZZ_SEEDS:-}"
  seeds+=("${more[@]}")
  echo "fuzzing $name for $seconds s"
  "build/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=4096 -max_len=200000 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$name-" "$corpus" "${seeds[@]}" 2>&1 | tail -15 || status=1
done
exit $status
