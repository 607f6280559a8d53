#!/usr/bin/env bash
# Format and lint checks of our own sources; a finding is an error. CI runs this after the tests.
#
#   scripts/lint.sh              clang-format, then clang-tidy over everything
#   scripts/lint.sh FILE...      only these files
#   scripts/lint.sh --since REV  clang-format over everything, clang-tidy over what changed since that commit, the newest first
#   scripts/lint.sh ... --minutes N    no new file through clang-tidy after so many minutes; says how many were left out
#   scripts/lint.sh --fix        let clang-format rewrite what it complains about, then stop
set -euo pipefail
source "$(dirname "$0")/common.sh"
scripts/setup.sh --dev

fix=false
since=
minutes=0
if [ "${1:-}" = --fix ]; then fix=true; shift; fi
if [ "${1:-}" = --since ]; then since=${2:?--since needs a commit}; shift 2; fi
if [ "${1:-}" = --minutes ]; then minutes=${2:?--minutes needs a number}; shift 2; fi
if [ $# -gt 0 ]; then
  files=("$@")
else
  # Tracked files; in an unpacked archive, without git, everything in our folders.
  mapfile -t files < <({ git ls-files kernels engine app tests assets 2>/dev/null ||
    find kernels engine app tests assets -type f; } | grep -E '\.(h|cpp|cu)$' | sort)
fi

if $fix; then
  clang-format -i "${files[@]}"
  exit 0
fi
status=0
echo "clang-format: ${#files[@]} files ($(clang-format --version))"
clang-format --dry-run --Werror "${files[@]}" || status=1
if [ $status -ne 0 ]; then echo "lint.sh: scripts/lint.sh --fix formats them" >&2; fi

# A configuration without CUDA and with one instruction set, so that .cu files are C++ to clang-tidy as well; only
# generated headers are built.
mkdir -p build/lint
cmake --preset release -B build/lint -DSTRIATE_CUDA=OFF -DSTRIATE_NATIVE=OFF -DSTRIATE_ISA_LEVELS=OFF \
  >build/lint/configure.log 2>&1 ||
  { cat build/lint/configure.log; exit 1; }
cmake --build build/lint --target striate_glad_generate >/dev/null

if [ -n "$since" ]; then
  if ! git cat-file -e "$since^{commit}" 2>/dev/null; then
    echo "clang-tidy: the commit $since is not in this clone (.ci/nightly lint looks at every file)"
    exit $status
  fi
  # The newest first: where time is short, what was written last is looked at.
  mapfile -t files < <({ git diff --name-only HEAD -- kernels engine app tests assets
    git log --format= --name-only "$since..HEAD" -- kernels engine app tests assets; } | awk '!seen[$0]++' |
    while read -r file; do if [ -f "$file" ]; then echo "$file"; fi; done)
fi
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep -E '\.(cpp|cu)$' |
  while read -r file; do if grep -qF "\"$PWD/$file\"" build/lint/compile_commands.json; then echo "$file"; fi; done)
echo "clang-tidy: ${#sources[@]} files ($(clang-tidy --version | grep -i version | head -1 | xargs))"
deadline=$((minutes > 0 ? $(date +%s) + 60 * minutes : 0))
left_out=$(mktemp)
trap 'rm -f "$left_out"' EXIT
export deadline left_out
tidy() {
  if [ "$deadline" -gt 0 ] && [ "$(date +%s)" -ge "$deadline" ]; then
    echo "$1" >>"$left_out"
    return 0
  fi
  clang-tidy -p build/lint --quiet --warnings-as-errors='*' --header-filter="^$PWD/(kernels|engine|app|tests)/" \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument "$1" \
    2> >(grep -vE '^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header-filter' >&2)
}
export -f tidy
if [ ${#sources[@]} -gt 0 ]; then
  printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -I{} bash -c 'tidy "$1"' _ {} || status=1
fi
if [ -s "$left_out" ]; then echo "clang-tidy: $minutes minutes are over, $(wc -l <"$left_out") files were left out"; fi
if [ $status -eq 0 ]; then echo "lint: nothing to mend"; else echo "lint: see above" >&2; fi
exit $status
