#!/usr/bin/env bash
# Writes engine/hardware/registers.cpp anew: how many registers of each thread nvcc gives every version of every kernel
# of kernels/teach.h, for each architecture that the program is compiled for. To be run where a kernel of teach_*.h was
# changed, on a machine with the CUDA toolkit 12.8 or later.
#
#   scripts/registers.sh
#   scripts/registers.sh --check    writes nothing; fails where what is recorded is of other sources, or, with the
#                                   same nvcc, where one architecture comes out differently
set -euo pipefail
cd "$(dirname "$0")/.."
recorded=engine/hardware/registers.cpp
architectures=(75 80 86 89 90 100 120)

# The kernels to learn from, less comments and white space. Those that the program ships change for other reasons, and
# may be compiled by who has no CUDA toolkit: only nvcc tells whether their registers do.
checksum() {
  cat kernels/access.h kernels/teach*.h kernels/teach.cu | sed 's|//.*||' | tr -d ' \n' | sha256sum | cut -c 1-16
}
toolkit() { "$nvcc" --version | sed -nE 's/.*release ([0-9.]+).*/\1/p'; }
sources_then() { sed -nE 's|^// Of sources ([0-9a-f]+), .*|\1|p' "$recorded"; }
toolkit_then() { sed -nE 's/.*kRegistersBy = "(.*)";/\1/p' "$recorded"; }
# ARCHITECTURE: lines of kernel, tab, registers.
compile() {
  for source in teach limits strided image_filter matmul reduction_gemm implicit_gemm tiled_gemm tiled_product; do
    "$nvcc" -std=c++17 -O3 --fmad=false --expt-relaxed-constexpr -I. -DSTRIATE_WITH_CUDA=1 -arch="sm_$1" \
      -cubin --resource-usage -o "$folder/kernels.cubin" "kernels/$source.cu" 2>&1 |
      sed -nE "s/.*entry function '_ZN7striate1[12](block|flat)_kernelINS_(.*)EEv(T_b|lT_)'.*/\2/p
               s/.*Used ([0-9]+) registers.*/\1/p" |
      paste - -
  done | grep Plain | sort
}

nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [ "${1:-}" = --check ]; then
  if [ "$(sources_then)" != "$(checksum)" ]; then
    echo "registers.sh: $recorded was made from other sources" >&2
    echo "run scripts/registers.sh on a machine with the CUDA toolkit, and commit what it writes" >&2
    exit 1
  fi
  if ! [ -x "$nvcc" ] || [ "$(toolkit)" != "$(toolkit_then)" ]; then
    echo "sources as recorded; nvcc $(toolkit_then) is not here to compare with"
    exit 0
  fi
  compile "${architectures[0]}" >"$folder/now"
  sed -nE 's/^ *\{"([^"]*)", \{([0-9]+),.*/\1\t\2/p' "$recorded" | sort >"$folder/then"
  if ! diff "$folder/then" "$folder/now" >&2; then
    echo "registers.sh: nvcc gives other registers on sm_${architectures[0]} than $recorded says" >&2
    echo "run scripts/registers.sh, and commit what it writes" >&2
    exit 1
  fi
  echo "$(wc -l <"$folder/now") kernels as recorded"
  exit 0
fi

if ! [ -x "$nvcc" ]; then
  echo "registers.sh: there is no nvcc here" >&2
  echo "install the CUDA toolkit, or set PATH so that nvcc is found" >&2
  exit 1
fi
for architecture in "${architectures[@]}"; do
  compile "$architecture" | sed "s/^/$architecture\t/" >>"$folder/rows"
done
{
  echo '// Made by scripts/registers.sh. What nvcc gave each thread, in registers, for architectures'
  echo '// sm_75, 80, 86, 89, 90, 100 and 120. A kernel is named as in its mangled type.'
  echo "// Of sources $(checksum), by which tests/tree/registers.sh knows whether they are these."
  echo '#include "engine/hardware/registers.h"'
  echo
  echo 'namespace striate {'
  echo
  echo "const char* const kRegistersBy = \"$(toolkit)\";"
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
} >"$recorded"
if command -v clang-format >/dev/null; then clang-format -i "$recorded"; fi
echo "$(grep -c '      {"' "$recorded") kernels, nvcc $(toolkit)"
