#!/usr/bin/env bash
# Installs what is missing, builds Striate and runs all tests.
#
#   scripts/test.sh [OPTION...] [CTEST ARGUMENT...]
#     --no-cuda        build without CUDA although a CUDA compiler is here (in build/no-cuda)
#     --preset NAME    release (default), debug, asan or tsan
#     --only REGEX     build and run only tests whose names the regular expression matches (SUITE or TEST, not both in one)
#     --werror         stop at compiler warnings, as CI does
#     --display        let the window's tests use your display; otherwise they get a virtual one (Xvfb)
#   Further arguments go to ctest: scripts/test.sh -R Convolution
#
# Tests that can't run here (no GPU, no display, no reference data) are reported as skipped, with the reason at the end.
set -euo pipefail
source "$(dirname "$0")/common.sh"

preset=release
folder=
options=()
own_display=false
only=
while [ $# -gt 0 ]; do
  case $1 in
    --no-cuda) options+=(-DSTRIATE_CUDA=OFF); folder=${folder:-build/no-cuda} ;;
    --preset) preset=${2:?--preset needs a name}; shift ;;
    --only) only=${2:?--only needs a regular expression}; shift ;;
    --werror) options+=(-DSTRIATE_WARNINGS_AS_ERRORS=ON) ;;
    --display) own_display=true ;;
    -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) break ;;
  esac
  shift
done
options+=("-DSTRIATE_ONLY=$only")  # also where it is empty: the folder remembers
if [ -n "$only" ]; then set -- -R "$only" "$@"; fi
if [ "$preset" != release ]; then folder=build/$preset; fi
folder=${folder:-build/release}

scripts/setup.sh
build "$folder" "$preset" "${options[@]}"

# Real mouse and keyboard events must not fight with the person at the desk: a virtual display, unless told otherwise.
display=()
if ! $own_display && command -v xvfb-run >/dev/null; then
  unset WAYLAND_DISPLAY
  display=(xvfb-run --auto-servernum --server-args "-screen 0 1920x1200x24 -nolisten tcp")
elif ! has_display; then
  echo "test.sh: no display and no xvfb-run: the window's tests will be skipped"
fi

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0}  # Mesa and X leave allocations behind at exit
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$PWD/tests/tsan.supp}
status=0
"${display[@]}" ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel "$(nproc)" "$@" || status=$?

# Why tests were skipped: GoogleTest prints "FILE:LINE: Skipped" and the reason, our scripts print "skipped: REASON".
log=$folder/Testing/Temporary/LastTest.log
if [ -f "$log" ]; then
  awk '
    /: Skipped$/ { take = 1; next }
    take && NF   { count[$0]++; take = 0; next }
    /^skipped: / { sub(/^skipped: /, ""); count[$0]++ }
    END { for (reason in count) printf "%6d skipped: %s\n", count[reason], reason }' "$log" | sort -k1,1nr >"$folder/skipped.txt"
  if [ -s "$folder/skipped.txt" ]; then
    echo
    echo "Why tests were skipped:"
    cat "$folder/skipped.txt"
  fi
fi
exit $status
