# For tests that read what nvcc makes of a source: sourced, with SOURCE set to a file below the root, by scripts that take
# the root as their argument. Gives $root, $nvcc, $folder (removed at the end), compile() and the checks below; ends the
# test as skipped where there is no nvcc.
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
test_name=$(basename "$0")
nvcc=$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)
if ! [ -x "$nvcc" ]; then
  echo "skipped: there is no nvcc here"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

compile() {
  "$nvcc" -std=c++17 -O3 --fmad=false --expt-relaxed-constexpr -I"$root" -DSTRIATE_WITH_CUDA=1 "$@" "$root/$SOURCE" 2>&1
}
# $folder/tiled.ptx, for sm_75.
compile_ptx() {
  if ! compile -arch=compute_75 -ptx -o "$folder/tiled.ptx" >"$folder/said"; then
    cat "$folder/said" >&2
    exit 1
  fi
}
# SED-COMMAND COMPLAINT: what it changes in that is complained of, by the script's complaints().
expect_complaint() {
  sed "$1" "$folder/tiled.ptx" >"$folder/wrong.ptx"
  if ! complaints "$folder/wrong.ptx" | grep -q "$2"; then
    echo "$test_name: '$1' is not noticed: $2" >&2
    exit 1
  fi
}
expect_none() {
  found=$(complaints "$folder/tiled.ptx")
  if [ -n "$found" ]; then
    printf '%s\n' "$found" >&2
    exit 1
  fi
}

# PTX INSTRUCTIONS STEPS: complaints about the basic blocks with matrix instructions: so many of these in each, nothing
# else that multiplies or adds, and so many such blocks.
tf32_complaints() {
  awk -v wanted="$2" -v steps="$3" '
    function end_of_block() {
      if (mma) {
        ++blocks
        if (mma != wanted) print name ": " mma " instructions of tensor cores in a step, not " wanted
      }
      if (mma && fma) print name ": " fma " other products in a step"
      mma = fma = 0
    }
    /\.entry / { end_of_block(); name = $NF }
    /^\$L/ || /[ \t]bra/ { end_of_block() }
    /mma\.sync\.aligned\.m16n8k8\.row\.col\.f32\.tf32\.tf32\.f32/ { ++mma }
    /(fma|mul|add|sub)\.(rn\.)?f32/ { ++fma }
    END { end_of_block(); if (blocks != steps) print blocks + 0 " steps, not " steps }
  ' "$1"
}
# INSTRUCTIONS STEPS: the source's PTX for tensor cores has them, and a missing one is noticed.
expect_tf32() {
  "$nvcc" --list-gpu-arch | grep -q compute_80 || return 0
  compile -arch=compute_80 -ptx -o "$folder/tf32.ptx" >"$folder/said" || exit 1
  found=$(tf32_complaints "$folder/tf32.ptx" "$1" "$2")
  sed '0,/mma\.sync/ s/mma\.sync/mul.f32/' "$folder/tf32.ptx" >"$folder/wrong.ptx"
  if [ -n "$found" ] || ! tf32_complaints "$folder/wrong.ptx" "$1" "$2" | grep -q "a step, not $1"; then
    echo "$test_name: ${found:-a missing instruction is not noticed}" >&2
    exit 1
  fi
}
