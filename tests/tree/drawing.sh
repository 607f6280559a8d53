#!/usr/bin/env bash
# Drawing is const: a page or widget has no `mutable` member that drawing could change (but what locks a thread), a page
# casts no const away, and the example of a stage in CONTRIBUTING.md is one that is compiled and tested.
#
#   tests/tree/drawing.sh [ROOT]    ROOT: the tree to look at (this one unless given)
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
# check ROOT: words of the language, not of a comment.
check() {
  (cd "$1" && { grep -rnwE --include='*.h' --include='*.cpp' mutable app/pages app/widgets
    grep -rnw --include='*.h' --include='*.cpp' const_cast app/pages; } |
    grep -vE 'mutable std::mutex|^[^:]*:[0-9]*: *//')
}
wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/app/pages" "$wrong/app/widgets"
printf '%s\n' '  mutable int hover_ = 0;' '// a mutable comment' '  mutable std::mutex mutex_;' >"$wrong/app/pages/a.h"
printf '%s\n' '  const_cast<Page*>(this)->seen_ = true;' >"$wrong/app/pages/a.cpp"
printf '%s\n' '  auto next = [n]() mutable { return n++; };' '  f(const_cast<Style*>(style));' >"$wrong/app/widgets/a.cpp"
if [ "$(check "$wrong" | wc -l)" -ne 3 ]; then
  echo "drawing.sh: the wrong tree has 3 findings, found:"
  check "$wrong"
  exit 1
fi
findings=$(check "$root")
if [ -n "$findings" ]; then
  printf '%s\n' "$findings" "what drawing finds out it says to the next frame: Ui::found(), Page::drawn()"
  exit 1
fi
# Every line of the example stands in the test that draws it.
example=$(awk '/^```cpp/ {inside = 1; next} /^```/ {inside = 0} inside' "$root/CONTRIBUTING.md")
[ -n "$example" ] || { echo "CONTRIBUTING.md has no example of a stage"; exit 1; }
while IFS= read -r line; do
  [ -z "$line" ] && continue
  grep -qF -- "$line" "$root/tests/app/linked_grids_test.cpp" && continue
  echo "CONTRIBUTING.md's example is not the one of tests/app/linked_grids_test.cpp: $line"
  exit 1
done <<<"$example"
echo "drawing changes nothing"
