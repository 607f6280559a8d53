#!/usr/bin/env bash
# What nvcc makes of kernels/tiled_gemm_kernel.h: the inner loop reads shared memory in 128 bits and has nothing but fused
# multiply-adds, nothing lies in local memory, and registers leave room for three blocks on a multiprocessor. Where there
# is nvdisasm, also that what the next step needs is asked for before the multiply-adds of this one. Of
# tiled_gemm_tf32_kernel.h: a step is 16 instructions of the tensor cores and no other arithmetic.
#
#   tests/tree/tiled_gemm.sh [ROOT]
#
# Before the real text it checks wrong ones, so that a rule that finds nothing any more is noticed.
set -uo pipefail
SOURCE=kernels/tiled_gemm.cu
. "$(dirname "$0")/ptx.bash"

# PTX: complaints about it. The inner loop of the form with PT positions a thread: the basic block with the most
# multiply-adds, 512: of 8 outputs, PT positions and 64 / PT terms.
complaints() {
  awk '
    function end_of_block() {
      if (fma > most) { most = fma; wide = shared_wide; narrow = shared_narrow; other = arithmetic }
      fma = shared_wide = shared_narrow = arithmetic = 0
    }
    function end_of_kernel() {
      if (name == "") return
      end_of_block()
      positions = name ~ /ELi8E/ ? 8 : 4; terms = 64 / positions
      if (most != 512) print name ": " most + 0 " multiply-adds in a step, not 512"
      if (wide != terms * (2 + positions / 4)) print name ": " wide + 0 " loads of 128 bits in a step"
      if (narrow) print name ": " narrow " narrow loads of shared memory in a step"
      if (other) print name ": " other " products or sums that are not fused"
      if (local) print name ": local memory"
      ++kernels
      most = 0
    }
    /\.entry .*TiledGemmI/ { end_of_kernel(); name = $NF; local = 0 }
    /^\$L/ || /[ \t]bra/ { end_of_block() }
    /fma\.rn\.f32/ { ++fma }
    /ld\.shared\.v4\.f32/ { ++shared_wide }
    /ld\.shared\.[a-z]*[0-9]/ && !/\.v4\./ { ++shared_narrow }
    /(mul|add|sub)(\.rn)?\.f32/ { ++arithmetic }
    /\.local/ { ++local }
    END { end_of_kernel(); if (kernels != 2) print kernels + 0 " kernels, not 2" }
  ' "$1"
}
compile_ptx
expect_complaint 's/ld\.shared\.v4\.f32/ld.shared.f32/' 'narrow loads of shared memory'
expect_complaint 's/ld\.shared\.v4\.f32/ld.global.v4.f32/' ' 0 loads of 128 bits'
expect_complaint '0,/fma\.rn\.f32/! s/fma\.rn\.f32/mul.f32/' ' multiply-adds in a step, not'
expect_complaint '/fma\.rn\.f32/ { p; s//mul.f32/ }' 'products or sums that are not fused'
expect_complaint 's/ld\.shared\.v4\.f32/ld.local.v4.f32/' 'local memory'
expect_complaint 's/TiledGemmI/Another/' '0 kernels, not 2'
expect_none

# For tensor cores, two steps of each kernel: within the loop and behind it.
expect_tf32 16 4

# SASS: complaints about it. In a step nothing is loaded from global memory once the multiply-adds have begun. What is made
# for tensor cores has none of them, or, where there are no such, another order.
late_loads() {
  awk '
    /\.text\./ { other = /Tf32/ }
    other { next }
    /^\.L_/ { fma = 0 }
    / FFMA / { if (++fma == 512) ++steps }
    / LDG/ && fma > 8 && fma < 512 { print "a load after " fma " multiply-adds" }
    END { if (steps != 2) print steps + 0 " steps, not 2" }
  ' "$1"
}
disassembler=$(command -v nvdisasm || true)

for architecture in 75 80 90; do
  "$nvcc" --list-gpu-arch | grep -q "compute_$architecture" || continue
  compile -arch="sm_$architecture" -cubin --resource-usage -o "$folder/tiled.cubin" >"$folder/said" || exit 1
  clean=$(grep -c '0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads' "$folder/said")
  registers=$(sed -nE 's/.*Used ([0-9]+) registers.*/\1/p' "$folder/said" | sort -n | tail -1)
  if [ "$clean" != 4 ] || [ "${registers:-999}" -gt 168 ]; then
    echo "$test_name: sm_$architecture has ${registers:-?} registers a thread, at most 168 leave room, or values spill:" >&2
    grep -E 'spill|Used' "$folder/said" >&2
    exit 1
  fi
  echo "sm_$architecture: no spills, $registers registers at most"
  if [ -n "$disassembler" ]; then
    "$disassembler" -c "$folder/tiled.cubin" >"$folder/sass"
    sed '0,/ FFMA /! s/ LDS[.A-Z]*128 / LDG.E /' "$folder/sass" >"$folder/wrong.sass"
    found=$(late_loads "$folder/sass")
    if [ -n "$found" ] || ! late_loads "$folder/wrong.sass" | grep -q 'a load after'; then
      echo "$test_name: sm_$architecture: ${found:-a late load is not noticed}" >&2
      exit 1
    fi
    echo "sm_$architecture: loads before the multiply-adds"
  fi
done
