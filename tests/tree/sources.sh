#!/usr/bin/env bash
# Measured data in the tree is what assets/SOURCES.md says it is: every file of assets/models/ and assets/data/ has its row there, or is a
# license that a row names, and every row's checksum is its file's.
#
#   tests/tree/sources.sh [ROOT]
#
# Before the real tree it checks a small wrong one, so that a rule that finds nothing any more is noticed.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

# check ROOT: prints one line per file without its row, and per row that is wrong.
check() {
  local assets=$1/assets path sum
  while IFS='|' read -r _ path sum _; do
    path=$(tr -d ' `' <<<"$path") sum=$(tr -d ' `' <<<"$sum")
    if [ ! -f "$assets/$path" ]; then
      echo "SOURCES.md names $path, which is not there"
    elif [ "$(sha256sum <"$assets/$path" | cut -d' ' -f1)" != "$sum" ]; then
      echo "$path is not the file that SOURCES.md describes"
    fi
  done < <(grep -E '^\| `' "$assets/SOURCES.md")
  (cd "$assets" && find models data -type f | sort) | while read -r path; do
    grep -qF "\`$path\`" "$assets/SOURCES.md" || echo "$path has no row in SOURCES.md"
  done
}

wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/assets/models" "$wrong/assets/data"
echo one >"$wrong/assets/models/changed"
echo two >"$wrong/assets/models/unknown"
echo three >"$wrong/assets/data/unknown"
printf '| `models/changed` | `0123` | none |\n| `models/gone` | `0123` | none |\n' >"$wrong/assets/SOURCES.md"
if [ "$(check "$wrong" | wc -l)" -ne 4 ]; then
  echo "failed: the rules find nothing any more"
  exit 1
fi

found=$(check "$root")
if [ -n "$found" ]; then
  printf '%s\n' "$found"
  echo "failed: say in assets/SOURCES.md where data comes from, under which license, and its sha256sum"
  exit 1
fi
echo "passed"
