#!/usr/bin/env bash
# What nvcc makes of kernels/tiled_product_kernel.h: a step's loop reads shared memory in 128 bits and has nothing but
# fused multiply-adds, nothing lies in local memory, and registers leave room for three blocks on a multiprocessor. Of
# tiled_product_tf32_kernel.h: a step is 32 instructions of the tensor cores and no other arithmetic.
#
#   tests/tree/tiled_product.sh [ROOT]
#
# Before the real text it checks wrong ones, so that a rule that finds nothing any more is noticed.
set -uo pipefail
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
if ! [ -x "$nvcc" ]; then
  echo "skipped: there is no nvcc here"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# PTX: complaints about it. The inner loop is the basic block with the most multiply-adds: 32 results times sixteen terms
# a turn, or four where columns begin anywhere. For every four terms, 8 rows and 4 columns are read as fours.
complaints() {
  awk '
    function end_of_block() {
      if (fma > most) { most = fma; wide = shared_wide; narrow = shared_narrow; other = arithmetic }
      fma = shared_wide = shared_narrow = arithmetic = 0
    }
    function end_of_kernel() {
      if (name == "") return
      end_of_block()
      fours = name ~ /ELb1ELb1ELb1E/ ? 1 : 4
      if (most != 128 * fours) print name ": " most + 0 " multiply-adds in a turn, not " 128 * fours
      if (wide != 12 * fours) print name ": " wide + 0 " loads of 128 bits in a turn"
      if (narrow) print name ": " narrow " narrow loads of shared memory in a turn"
      if (other) print name ": " other " products or sums that are not fused"
      if (local) print name ": local memory"
      ++kernels
      most = 0
    }
    /\.entry / { end_of_kernel(); name = $NF ~ /TiledProductI/ ? $NF : ""; local = 0 }
    /^\$L/ || /[ \t]bra/ { end_of_block() }
    /fma\.rn\.f32/ { ++fma }
    /ld\.shared\.v4\.f32/ { ++shared_wide }
    /ld\.shared\.[a-z]*[0-9]/ && !/\.v4\./ { ++shared_narrow }
    /(mul|add|sub)(\.rn)?\.f32/ { ++arithmetic }
    /\.local/ { ++local }
    END { end_of_kernel(); if (kernels != 4) print kernels + 0 " kernels, not 4" }
  ' "$1"
}
# SED-COMMAND COMPLAINT: what it changes is complained of.
expect_complaint() {
  sed "$1" "$folder/tiled.ptx" >"$folder/wrong.ptx"
  if ! complaints "$folder/wrong.ptx" | grep -q "$2"; then
    echo "tiled_product.sh: '$1' is not noticed: $2" >&2
    exit 1
  fi
}
compile() {
  "$nvcc" -std=c++17 -O3 --fmad=false --expt-relaxed-constexpr -I"$root" -DSTRIATE_WITH_CUDA=1 "$@" \
    "$root/kernels/tiled_product.cu" 2>&1
}

if ! compile -arch=compute_75 -ptx -o "$folder/tiled.ptx" >"$folder/said"; then
  cat "$folder/said" >&2
  exit 1
fi
expect_complaint 's/ld\.shared\.v4\.f32/ld.shared.f32/' 'narrow loads of shared memory'
expect_complaint 's/ld\.shared\.v4\.f32/ld.global.v4.f32/' ' 0 loads of 128 bits'
expect_complaint 's/fma\.rn\.f32/mul.f32/' ' 0 multiply-adds in a turn, not'
expect_complaint '/fma\.rn\.f32/ { p; s//mul.f32/ }' 'products or sums that are not fused'
expect_complaint 's/ld\.shared\.v4\.f32/ld.local.v4.f32/' 'local memory'
expect_complaint 's/TiledProductI/Another/' '0 kernels, not 4'
found=$(complaints "$folder/tiled.ptx")
if [ -n "$found" ]; then
  printf '%s\n' "$found" >&2
  exit 1
fi

# PTX for tensor cores: the basic blocks with matrix instructions, two of each kernel (within the loop and behind it).
tf32_complaints() {
  awk '
    function end_of_block() {
      if (mma) { ++blocks; if (mma != 32) print name ": " mma " instructions of tensor cores in a step, not 32" }
      if (mma && fma) print name ": " fma " other products in a step"
      mma = fma = 0
    }
    /\.entry / { end_of_block(); name = $NF }
    /^\$L/ || /[ \t]bra/ { end_of_block() }
    /mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32/ { ++mma }
    /(fma|mul|add|sub)\.(rn\.)?f32/ { ++fma }
    END { end_of_block(); if (blocks != 8) print blocks + 0 " steps, not 8" }
  ' "$1"
}
if "$nvcc" --list-gpu-arch | grep -q compute_80; then
  compile -arch=compute_80 -ptx -o "$folder/tf32.ptx" >"$folder/said" || exit 1
  found=$(tf32_complaints "$folder/tf32.ptx")
  sed '0,/mma\.sync/ s/mma\.sync/mul.f32/' "$folder/tf32.ptx" >"$folder/wrong.ptx"
  if [ -n "$found" ] || ! tf32_complaints "$folder/wrong.ptx" | grep -q 'a step, not 32'; then
    echo "tiled_product.sh: ${found:-a missing instruction is not noticed}" >&2
    exit 1
  fi
fi

for architecture in 75 80 90; do
  "$nvcc" --list-gpu-arch | grep -q "compute_$architecture" || continue
  compile -arch="sm_$architecture" -cubin --resource-usage -o "$folder/tiled.cubin" >"$folder/said" || exit 1
  clean=$(grep -c '0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' "$folder/said")
  # On 7.5, which has no tensor cores for them, the others are never launched.
  registers=$(sed -nE "s/.*entry function '([^']*)'.*/\1/p; s/.*Used ([0-9]+) registers.*/\1/p" "$folder/said" |
    paste - - | if [ "$architecture" = 75 ]; then grep -v Tf32; else cat; fi | cut -f2 | sort -n | tail -1)
  if [ "$clean" != 9 ] || [ "${registers:-999}" -gt 168 ]; then
    echo "tiled_product.sh: sm_$architecture has ${registers:-?} registers a thread, at most 168 leave room, or values spill:" >&2
    grep -E 'spill|Used' "$folder/said" >&2
    exit 1
  fi
  echo "sm_$architecture: no spills, $registers registers at most"
done
