#!/usr/bin/env bash
# Every test has a folder of its own: only tests/test_folder.h, and mktemp in scripts, know where temporary files go.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
check() {
  (cd "$1/tests" && grep -rnE 'TempDir\(\)|temp_directory_path|mkdtemp' --include='*.cpp' --include='*.h' . | grep -v '^\./test_folder\.h:')
  (cd "$1/tests" && grep -rnE --exclude-dir=tree '(>|-o|--out|--save|mkdir|cp .*) *"?/tmp/' --include='*.sh' --include='*.bash' .)
}
wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/tests/engine"
echo 'std::string f = testing::TempDir() + "name";' >"$wrong/tests/engine/a_test.cpp"
echo 'echo x >/tmp/fixed' >"$wrong/tests/engine/a.sh"
if [ "$(check "$wrong" | wc -l)" -ne 2 ]; then echo "folders.sh: the wrong tree has 2 findings, found: $(check "$wrong")"; exit 1; fi
findings=$(check "$root")
if [ -n "$findings" ]; then
  printf '%s\n' "$findings" "use TestFolder or test_path of tests/test_folder.h (in scripts: mktemp)"
  exit 1
fi
echo "every test has a folder of its own"
