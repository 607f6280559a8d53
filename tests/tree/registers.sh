#!/usr/bin/env bash
# The registers that page `hardware` calculates occupancy from are those of the kernels as they stand: the recorded file
# names a checksum of their sources, and where nvcc of the recorded version is installed, it is asked again.
#
#   tests/tree/registers.sh [ROOT]
#
# Before the real tree it checks one with a kernel that was changed, so that a rule that finds nothing any more is
# noticed.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}

wrong=$(mktemp -d)
trap 'rm -rf "$wrong"' EXIT
mkdir -p "$wrong/engine/hardware"
cp -r "$root/scripts" "$root/kernels" "$wrong"
cp "$root/engine/hardware/registers.cpp" "$wrong/engine/hardware"
echo 'struct Another {};' >>"$wrong/kernels/teach_copy.h"
if "$wrong/scripts/registers.sh" --check >/dev/null 2>&1; then
  echo "registers.sh: a kernel that was changed is not noticed" >&2
  exit 1
fi
exec "$root/scripts/registers.sh" --check
