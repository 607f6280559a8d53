#!/usr/bin/env bash
# What nvcc makes of kernels/tiled_product_kernel.h: a step's loop reads shared memory in 128 bits and has nothing but
# fused multiply-adds, nothing lies in local memory, and registers leave room for three blocks on a multiprocessor. Of
# tiled_product_tf32_kernel.h: a step is 32 instructions of the tensor cores and no other arithmetic.
#
#   tests/tree/tiled_product.sh [ROOT]
#
# Before the real text it checks wrong ones, so that a rule that finds nothing any more is noticed.
set -uo pipefail
SOURCE=kernels/tiled_product.cu
. "$(dirname "$0")/ptx.bash"

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
compile_ptx
expect_complaint 's/ld\.shared\.v4\.f32/ld.shared.f32/' 'narrow loads of shared memory'
expect_complaint 's/ld\.shared\.v4\.f32/ld.global.v4.f32/' ' 0 loads of 128 bits'
expect_complaint 's/fma\.rn\.f32/mul.f32/' ' 0 multiply-adds in a turn, not'
expect_complaint '/fma\.rn\.f32/ { p; s//mul.f32/ }' 'products or sums that are not fused'
expect_complaint 's/ld\.shared\.v4\.f32/ld.local.v4.f32/' 'local memory'
expect_complaint 's/TiledProductI/Another/' '0 kernels, not 4'
expect_none

# For tensor cores, two steps of each kernel: within the loop and behind it.
expect_tf32 32 8

for architecture in 75 80 90; do
  "$nvcc" --list-gpu-arch | grep -q "compute_$architecture" || continue
  compile -arch="sm_$architecture" -cubin --resource-usage -o "$folder/tiled.cubin" >"$folder/said" || exit 1
  clean=$(grep -c '0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' "$folder/said")
  # On 7.5, which has no tensor cores for them, the others are never launched.
  registers=$(sed -nE "s/.*entry function '([^']*)'.*/\1/p; s/.*Used ([0-9]+) registers.*/\1/p" "$folder/said" |
    paste - - | if [ "$architecture" = 75 ]; then grep -v Tf32; else cat; fi | cut -f2 | sort -n | tail -1)
  if [ "$clean" != 9 ] || [ "${registers:-999}" -gt 168 ]; then
    echo "$test_name: sm_$architecture has ${registers:-?} registers a thread, at most 168 leave room, or values spill:" >&2
    grep -E 'spill|Used' "$folder/said" >&2
    exit 1
  fi
  echo "sm_$architecture: no spills, $registers registers at most"
done
