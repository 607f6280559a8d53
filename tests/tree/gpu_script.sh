# scripts/gpu.sh without a GPU says so in two lines; with one (played here by stand-ins for the driver's and the
# toolkit's programs) it runs what it finds in a folder and writes one report. The real ones need a GPU.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
fail() { echo "gpu_script: $*" >&2; status=1; }

# 1. No GPU, or hidden ones.
CUDA_VISIBLE_DEVICES=-1 scripts/gpu.sh --report "$work/none.txt" >"$work/out" 2>"$work/err"
[ $? -eq 1 ] || fail "without a GPU its exit status is not 1"
[ ! -s "$work/out" ] && [ "$(wc -l <"$work/err")" -eq 2 ] || fail "without a GPU it does not say so in two lines"
grep -q '^gpu.sh: error: there is no NVIDIA GPU' "$work/err" && grep -q '^  hint: ' "$work/err" || fail "what it says"
[ ! -e "$work/none.txt" ] || fail "a report of nothing"
scripts/gpu.sh --frobnicate >/dev/null 2>&1
[ $? -eq 2 ] || fail "an unknown option is not exit status 2"

# 2. Stand-ins.
stand_in() { printf '#!/bin/sh\n%s\n' "$2" >"$1"; chmod +x "$1"; }
mkdir -p "$work/bin" "$work/programs/tests" "$work/reference/peers"
stand_in "$work/bin/nvidia-smi" 'case "$1" in -L) echo "GPU 0: Stand-in (UUID: x)";; *) echo "Stand-in, 9.9, 1 MiB, 1.0";; esac'
stand_in "$work/bin/compute-sanitizer" 'echo "========= ERROR SUMMARY: 0 errors"; echo "$@" >>"$WORK/sanitized"'
stand_in "$work/bin/python" 'case "$1" in -c) exit 0;; esac; echo "a peer: $@"'
stand_in "$work/programs/striate" 'case "$1" in devices) echo "cuda Stand-in";; *) echo "measured: $@";; esac'
stand_in "$work/programs/tests/kernel_tests" 'echo "[==========] 7 tests from 2 test suites ran. (1 ms total)"'
stand_in "$work/programs/engine_tests" 'echo "[==========] 9 tests from 3 test suites ran. (1 ms total)"
echo "[  FAILED  ] Convolution.adds_up (3 ms)"; exit 1'
touch "$work/reference/peers/conv_pytorch.py" "$work/reference/peers/train_pytorch.py"
run() {
  env -u CUDA_VISIBLE_DEVICES WORK="$work" PATH="$work/bin:$PATH" STRIATE_PYTHON="$work/bin/python" \
    STRIATE_REFERENCE="$work/reference" scripts/gpu.sh --report "$work/report.txt" "$@" "$work/programs" >"$work/out" 2>"$work/err"
}
run
[ $? -eq 1 ] || fail "a failing test program is not exit status 1"
says() { grep -qF -- "$1" "$work/report.txt" || fail "the report does not say: $1"; }
says "gpu         Stand-in, 9.9, 1 MiB, 1.0"
says "ok       kernel_tests: 7 tests ran, 0 failed, 0 skipped"
says "FAILED   engine_tests, exit status 1: 9 tests ran, 1 failed, 0 skipped"
says "failed: Convolution.adds_up"
says "MISSING  app_tests"
for tool in memcheck racecheck synccheck initcheck; do says "ok       $tool: ERROR SUMMARY: 0 errors"; done
[ "$(grep -c "^--tool .*/kernel_tests" "$work/sanitized")" -eq 4 ] || fail "compute-sanitizer did not run four times"
says "measured: bench train --model lenet5 --batch 64 --csv --device cuda"
says "a peer: $work/reference/peers/train_pytorch.py --model lenet5 --batch 64 --graph --device cuda"
says "gpu.sh: something failed, see above"
rm "$work/programs/engine_tests"
run --part tests || fail "nothing failed, but the exit status is not 0"
says "gpu.sh: nothing failed"
! grep -q "Benchmarks" "$work/report.txt" || fail "--part tests ran benchmarks"
# A program that was built without CUDA, or a machine whose driver does not work, must not look tested.
stand_in "$work/programs/tests/kernel_tests" 'echo "CUDA is not tested here: built without CUDA"
echo "[==========] 7 tests from 2 test suites ran. (1 ms total)"'
run --part tests && fail "tests that did not use the GPU count as good"
says "FAILED   kernel_tests did not use the GPU"
exit $status
