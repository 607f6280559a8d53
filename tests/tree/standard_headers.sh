#!/usr/bin/env bash
# A file that uses a name of <algorithm>, <limits> or <numeric> includes it itself, or its own header does: GCC 12's
# other headers bring them along, GCC 14's do not, and then only Debian 13 fails to compile.
#
#   tests/tree/standard_headers.sh [ROOT]    ROOT: the tree to look at (this one unless given)
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

algorithm='std::(adjacent_find|all_of|any_of|clamp|copy|copy_if|copy_n|count|count_if|equal|fill|fill_n|find|find_if|generate|includes|is_sorted|lower_bound|max|max_element|min|min_element|minmax|minmax_element|mismatch|none_of|nth_element|partial_sort|remove|remove_if|replace|reverse|rotate|search|set_difference|shuffle|sort|stable_sort|swap_ranges|transform|unique|upper_bound)(<[^()]*>)?\('
numeric='std::(accumulate|gcd|inner_product|iota|lcm|midpoint|partial_sum|reduce)(<[^()]*>)?\('
limits='std::numeric_limits<'

# check ROOT: prints one line per file that lacks a header.
check() {
  local uses header file
  for header in algorithm limits numeric; do
    uses=${!header}
    (cd "$1" && find kernels engine app tests -type f \( -name '*.h' -o -name '*.cpp' -o -name '*.cu' \) 2>/dev/null | sort |
      xargs -r grep -lE "^[^/]*$uses" | xargs -r grep -L "^#include <$header>" |
      while read -r file; do
        grep -qs "^#include <$header>" "${file%.*}.h" || echo "$file: uses a name of <$header>, does not include it"
      done)
  done
}

wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/engine"
printf '#include <vector>\nint f(int a) { return std::max(a, 1); }\n' >"$wrong/engine/algorithm.cpp"
printf '#include <vector>\nint f(int a) { return std::max<int>(a, 1); }\n' >"$wrong/engine/algorithm_of.cpp"
printf '#include <algorithm>\nint f(int a) { return std::gcd(a, 6); }\n' >"$wrong/engine/numeric.cpp"
printf '#include <cmath>\nint f() { return std::numeric_limits<int>::max(); }\n' >"$wrong/engine/limits.cpp"
printf '#include <algorithm>\n' >"$wrong/engine/by_header.h"
printf '#include "engine/by_header.h"\nint f(int a) { return std::max(a, 1); }\n' >"$wrong/engine/by_header.cpp"
printf '#include <algorithm>\nint f(int a) { return std::max(a, 1); }\n' >"$wrong/engine/right.cpp"
if [ "$(check "$wrong" | wc -l)" -ne 4 ]; then
  echo "standard_headers.sh: the wrong tree has 4 wrong files; found:"
  check "$wrong"
  exit 1
fi

findings=$(check "$root")
if [ -n "$findings" ]; then
  printf '%s\n' "$findings"
  exit 1
fi
echo "every name of <algorithm>, <limits> and <numeric> has its header"
