#!/usr/bin/env bash
# Every source is formatted: CI's lint refuses what is not, so the tests say it before anything is sent.
# Only with the version that .clang-format is written for; others may break a line elsewhere.
set -u
cd "${1:-$(dirname "$0")/../..}" || exit 1
if ! clang-format --version 2>/dev/null | grep -q 'version 14\.'; then
  echo "skipped: clang-format 14 is not installed (scripts/setup.sh --dev)"
  exit 77
fi
unformatted=$(find kernels engine app tests assets -type f | grep -E '\.(h|cpp|cu)$' | sort |
  xargs clang-format --dry-run --Werror 2>&1 | grep -E 'error:')
if [ -n "$unformatted" ]; then
  printf '%s\n' "$unformatted"
  echo "failed: scripts/lint.sh --fix formats them"
  exit 1
fi
echo "passed"
