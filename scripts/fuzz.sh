#!/usr/bin/env bash
# Builds the fuzz targets of tests/fuzz and runs them, one on each core (needs clang: apt install clang).
#
#   scripts/fuzz.sh [SECONDS [NAME...]]     600 seconds each unless said otherwise; all targets unless named, of which
#                                           only those that are run are built
#
# Inputs are kept in build/asan/corpus/NAME; a finding is left in build/asan/findings and the script exits with 1.
# Seeds: tests/fuzz/seeds/NAME, and the folders in STRIATE_FUZZ_SEEDS (colon-separated).
set -euo pipefail
source "$(dirname "$0")/common.sh"
export seconds=${1:-600}
shift || true
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for source in tests/fuzz/*.cpp; do names+=("$(basename "$source" _fuzz.cpp)"); done
fi
[ -f build/asan/build.ninja ] || cmake --preset asan -B build/asan
cmake --build build/asan --parallel "$(jobs)" --target "${names[@]/%/_fuzz}"

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:allocator_may_return_null=1}
fuzz() {
  local name=$1 folder=build/asan seeds=() more=() status=0
  mkdir -p "$folder/corpus/$name" "$folder/findings"
  [ ! -d "tests/fuzz/seeds/$name" ] || seeds+=("tests/fuzz/seeds/$name")
  IFS=: read -r -a more <<<"${STRIATE_FUZZ_SEEDS:-}"
  "$folder/${name}_fuzz" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=4096 -max_len=200000 -print_final_stats=1 \
    -artifact_prefix="$folder/findings/$name-" "$folder/corpus/$name" "${seeds[@]}" "${more[@]}" \
    >"$folder/corpus/$name.log" 2>&1 || status=1
  echo "fuzzed $name for $seconds s"
  tail -15 "$folder/corpus/$name.log"
  return $status
}
export -f fuzz
printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz "$1"' _ {}
