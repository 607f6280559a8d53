#!/usr/bin/env bash
# On a machine with an NVIDIA GPU: all tests, compute-sanitizer over the kernels' tests, benchmarks beside their peers.
# One report in text, and exit status 1 when anything in it failed.
#
#   scripts/gpu.sh [OPTION...]              builds here first, with CUDA, as scripts/test.sh does (Debian, Ubuntu)
#   scripts/gpu.sh [OPTION...] PROGRAMS     takes the programs in that folder, built elsewhere, and installs nothing:
#                                           kernel_tests, engine_tests, app_tests and striate, as many as are there,
#                                           in PROGRAMS or PROGRAMS/tests; shared libraries that they need in PROGRAMS/lib
#     --report FILE    where to write it (gpu-report.txt)
#     --part PART      only tests, sanitizer or bench; may be repeated
#     --minutes N      for each single program at most (20)
#
# The second way needs bash and a driver. compute-sanitizer (in the CUDA toolkit) and a Python with PyTorch for the peers
# are used where they are found. STRIATE_REFERENCE names the folder of the reference data, which has the peers' scripts.
set -uo pipefail
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

programs= report=gpu-report.txt minutes=20 parts=()
usage() { echo "gpu.sh: $1 (scripts/gpu.sh --help)" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --report | --part | --minutes) [ $# -ge 2 ] || usage "$1 needs a value" ;;&
    --report) report=$2; shift ;;
    --part)
      case $2 in tests | sanitizer | bench) parts+=("$2") ;; *) usage "no part is called '$2'" ;; esac
      shift ;;
    --minutes) minutes=$2; shift ;;
    -h | --help) sed -n '2,15s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
    -*) usage "unknown option '$1'" ;;
    *) [ -z "$programs" ] || usage "one folder of programs, not two"; programs=$1 ;;
  esac
  shift
done
[ ${#parts[@]} -gt 0 ] || parts=(tests sanitizer bench)
wants() { [[ " ${parts[*]} " == *" $1 "* ]]; }

# A GPU that programs may use: CUDA_VISIBLE_DEVICES hides some or all.
gpu_list() {
  case ${CUDA_VISIBLE_DEVICES-unset} in "" | -1 | NoDevFiles) return ;; esac
  nvidia-smi -L 2>/dev/null | grep '^GPU '
}
gpus=$(gpu_list)
if [ -z "$gpus" ]; then
  echo "gpu.sh: error: there is no NVIDIA GPU here to test on (nvidia-smi lists none, or CUDA_VISIBLE_DEVICES hides it)" >&2
  echo "  hint: scripts/test.sh tests everything else, and runs the GPU's code on an emulated GPU" >&2
  exit 1
fi

if [ -n "$programs" ]; then
  [ -d "$programs" ] || usage "there is no folder $programs"
  programs=$(cd "$programs" && pwd)
  if [ -d "$programs/lib" ]; then export LD_LIBRARY_PATH=$programs/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; fi
else
  # shellcheck source=scripts/common.sh
  source "$tree/scripts/common.sh"
  "$tree/scripts/setup.sh" && build build/release release || exit 1
  programs=$tree/build/release
fi
program() {  # NAME: its path; nothing where it is missing
  local at
  for at in "$programs/$1" "$programs/tests/$1"; do
    if [ -x "$at" ] && [ -f "$at" ]; then echo "$at"; return; fi
  done
}
export STRIATE_SOURCE_DIR=${STRIATE_SOURCE_DIR:-$tree} STRIATE_REFERENCE=${STRIATE_REFERENCE:-$tree/../shared}
report=$(realpath -m "$report")
logs=$report.logs
mkdir -p "$logs" "$(dirname "$report")"
: >"$report"
failed=0
say() { printf '%s\n' "$*" | tee -a "$report"; }
fail() { say "FAILED   $*"; failed=1; }
limited() { timeout --kill-after=10 "${minutes}m" "$@"; }
cd "$tree"  # tests read sources and lessons from here

say "Striate on a GPU, $(date -u '+%Y-%m-%d %H:%M UTC')"
say "commit      $(git -C "$tree" rev-parse --short HEAD 2>/dev/null || echo unknown)$(
  [ -z "$(git -C "$tree" status --porcelain --untracked-files=no 2>/dev/null)" ] || echo ' and changes')"
while read -r line; do say "gpu         $line"; done < <(
  nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version --format=csv,noheader 2>/dev/null || echo "$gpus")
say "nvcc        $(nvcc --version 2>/dev/null | sed -n 's/.*release \([0-9.]*\).*/\1/p' | grep . || echo none)"
say "processor   $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) cores"
say "programs    $programs"
striate=$(program striate)
if [ -n "$striate" ]; then
  while read -r line; do say "striate     $line"; done < <("$striate" devices 2>&1)
  "$striate" devices 2>/dev/null | grep -Eq '^cuda(:[0-9]+)? ' && ! "$striate" devices | grep -q '^cuda none' ||
    fail "striate finds no CUDA device: was it built with CUDA?"
fi

# What a GoogleTest program's log says: how many passed, failed and were skipped, which failed.
test_summary() {  # LOG
  local ran failures skipped
  ran=$(sed -n 's/^\[==========\] \([0-9]*\) tests\? from .* ran\..*/\1/p' "$1" | tail -1)
  skipped=$(grep -c '^\[  SKIPPED \] [^ ]* (' "$1")
  mapfile -t failures < <(sed -n 's/^\[  FAILED  \] \([^ ]*\) (.*/\1/p' "$1" | sort -u)
  echo "${ran:-no} tests ran, ${#failures[@]} failed, $skipped skipped"
  [ ${#failures[@]} -eq 0 ] || printf '           failed: %s\n' "${failures[@]}"
}

if wants tests; then
  say ""
  say "== Tests"
  found=0
  for name in kernel_tests engine_tests app_tests; do
    path=$(program "$name")
    [ -n "$path" ] || { say "MISSING  $name"; continue; }
    found=1
    if limited "$path" >"$logs/$name.txt" 2>&1; then
      say "ok       $name: $(test_summary "$logs/$name.txt")"
    else
      fail "$name, exit status $?: $(test_summary "$logs/$name.txt") (see $logs/$name.txt)"
    fi
    # The one test that is skipped where there is no GPU: the others would not say so.
    ! grep -q 'CUDA is not tested here' "$logs/$name.txt" || fail "$name did not use the GPU"
  done
  [ $found -eq 1 ] || fail "no test program in $programs"
fi

if wants sanitizer; then
  say ""
  say "== compute-sanitizer over the kernels' tests"
  sanitizer=$(command -v compute-sanitizer || true)
  for at in "${CUDA_HOME:-/usr/local/cuda}"/bin/compute-sanitizer /usr/local/cuda*/compute-sanitizer/compute-sanitizer; do
    [ -n "$sanitizer" ] || { [ ! -x "$at" ] || sanitizer=$at; }
  done
  path=$(program kernel_tests)
  if [ -z "$sanitizer" ]; then
    say "skipped  compute-sanitizer is not installed (it comes with the CUDA toolkit)"
  elif [ -z "$path" ]; then
    fail "no kernel_tests in $programs"
  else
    # Death tests start the program anew; allocations that are too large are a CUDA error that is expected.
    for tool in memcheck racecheck synccheck initcheck; do
      log=$logs/$tool.txt
      limited "$sanitizer" --tool "$tool" --error-exitcode 9 "$path" --gtest_filter='-*DeathTest*' >"$log" 2>&1
      code=$?
      errors=$(grep -E '^=+ (ERROR|RACECHECK) SUMMARY' "$log" | tail -1 | sed 's/^=* //')
      if [ $code -eq 0 ]; then say "ok       $tool: ${errors:-no summary}"
      elif [ $code -eq 124 ]; then fail "$tool took more than $minutes minutes (see $log)"
      else fail "$tool, exit status $code: ${errors:-no summary}; $(test_summary "$log") (see $log)"; fi
    done
  fi
fi

if wants bench; then
  say ""
  say "== Benchmarks, and the same by their peers (columns as each program names them)"
  python=
  for each in "${STRIATE_PYTHON:-}" python3 /usr/bin/python3; do
    if [ -z "$python" ] && [ -n "$each" ] && "$each" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then python=$each; fi
  done
  peers=$STRIATE_REFERENCE/peers
  if [ -z "$python" ]; then say "no peers: no Python with PyTorch for this GPU (STRIATE_PYTHON may name one)"
  elif [ ! -d "$peers" ]; then say "no peers: there is no folder $peers (STRIATE_REFERENCE names its parent)"; fi
  ours() {
    [ -n "$striate" ] || return
    say "-- striate bench $*"
    limited "$striate" bench "$@" --device cuda 2>&1 | tee -a "$report"
    [ "${PIPESTATUS[0]}" -eq 0 ] || fail "striate bench $*"
  }
  peer() {  # SCRIPT ARGUMENT...
    if [ -z "$python" ] || [ ! -f "$peers/$1" ]; then return; fi
    say "-- peer: $*"
    limited "$python" "$peers/$1" "${@:2}" --device cuda 2>&1 | tee -a "$report"
    [ "${PIPESTATUS[0]}" -eq 0 ] || say "         (the peer failed)"
  }
  [ -n "$striate" ] || fail "no striate in $programs"
  ours kernels --csv
  peer conv_pytorch.py
  ours filter --csv
  for model in lenet5 tinyvgg; do
    for batch in 1 64 256; do
      ours train --model $model --batch $batch --csv
      peer train_pytorch.py --model $model --batch $batch
      peer train_pytorch.py --model $model --batch $batch --graph
    done
  done
  for batch in 1 32; do
    ours infer --model resnet50 --batch $batch --csv
    peer infer_pytorch.py --model resnet50 --batch $batch
  done
  ours train --model lenet5 --launches
  ours infer --model resnet50 --launches
fi

say ""
if [ $failed -eq 0 ]; then say "gpu.sh: nothing failed"; else say "gpu.sh: something failed, see above"; fi
echo "gpu.sh: the report is $report" >&2
exit $failed
