#!/usr/bin/env bash
# Writes engine/hardware/registers.cpp anew: how many registers of each thread nvcc gives every version of every kernel
# of kernels/teach.h, for each architecture that the program is compiled for. To be run where a kernel of teach_*.h was
# changed, on a machine with the CUDA toolkit 12.8 or later.
#
#   scripts/registers.sh
set -euo pipefail
cd "$(dirname "$0")/.."
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
if ! [ -x "$nvcc" ]; then
  echo "registers.sh: there is no nvcc here" >&2
  echo "install the CUDA toolkit, or set PATH so that nvcc is found" >&2
  exit 1
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for architecture in 75 80 86 89 90 100 120; do
  "$nvcc" -std=c++17 -O3 --fmad=false --expt-relaxed-constexpr -I. -DSTRIATE_WITH_CUDA=1 -arch=sm_$architecture -cubin \
    --resource-usage -o "$folder/teach.cubin" kernels/teach.cu 2>&1 |
    sed -nE "s/.*entry function '_ZN7striate12block_kernelINS_(.*)EEvT_b'.*/\1/p; s/.*Used ([0-9]+) registers.*/\1/p" |
    paste - - | sed "s/^/$architecture\t/" >>"$folder/rows"
done
version=$("$nvcc" --version | sed -nE 's/.*release ([0-9.]+).*/\1/p')
{
  echo '// Made by scripts/registers.sh. What nvcc gave each thread, in registers, for architectures'
  echo '// sm_75, 80, 86, 89, 90, 100 and 120. A kernel is named as in its mangled type.'
  echo '#include "engine/hardware/registers.h"'
  echo
  echo 'namespace striate {'
  echo
  echo "const char* const kRegistersBy = \"$version\";"
  echo
  echo 'const std::vector<RegisterRow>& register_rows() {'
  echo '  static const std::vector<RegisterRow> rows = {'
  cut -f2 "$folder/rows" | sort -u | while read -r kernel; do
    counts=$(awk -v kernel="$kernel" -F'\t' '$2 == kernel { printf "%s%s", sep, $3; sep = ", " }' "$folder/rows")
    printf '      {"%s", {%s}},\n' "$kernel" "$counts"
  done
  echo '  };'
  echo '  return rows;'
  echo '}'
  echo
  echo '}  // namespace striate'
} >engine/hardware/registers.cpp
if command -v clang-format >/dev/null; then clang-format -i engine/hardware/registers.cpp; fi
echo "$(grep -c '      {"' engine/hardware/registers.cpp) kernels, nvcc $version"
