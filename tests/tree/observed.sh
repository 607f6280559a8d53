#!/usr/bin/env bash
# Observing a kernel costs nothing where nothing is observed: what the program ships is the same machine code, whether the
# page `hardware` exists or not.
#
#   tests/tree/observed.sh [ROOT]
#
# 1. Nothing of kernels/ includes a file of the page or of its counters, so no build compiles a shipped kernel with them:
#    neither the host's compiler nor nvcc, which makes the code of a GPU of those files alone.
# 2. Where they are compiled beside each other all the same, with the observed form of a kernel in the same file, the
#    functions of the shipped one are those of a file without: instruction by instruction, relocation by relocation.
#
# Before the real text it checks wrong ones, so that a rule that finds nothing any more is noticed.
set -uo pipefail
export LC_ALL=C
root=${1:-$(cd "$(dirname "$0")/../.." && pwd)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compiler=$(command -v g++)
if [ -z "$compiler" ] || ! command -v objdump >/dev/null; then
  echo "skipped: there is no g++ or no objdump here"
  exit 77
fi
fail() {
  echo "observed.sh: $*" >&2
  exit 1
}

# ------------------------------------------------------------------------------------------------- 1. what is included
# ROOT: files of its kernels/ that include what they must not.
included() { grep -lE '#include "(engine|app)/' "$1"/kernels/*.h "$1"/kernels/*.cu "$1"/kernels/*.cpp; }
mkdir -p "$folder/wrong/kernels"
echo '#include "engine/hardware/observed.h"' >"$folder/wrong/kernels/a.cu"
touch "$folder/wrong/kernels/a.h" "$folder/wrong/kernels/a.cpp"
[ -n "$(included "$folder/wrong")" ] || fail "an include of observed.h is not noticed"
found=$(included "$root")
[ -z "$found" ] || fail "$found includes what observes kernels"

# --------------------------------------------------------------------------------------------------- 2. beside the page
# Sources of version "shipped", and the observed kernel that is compiled beside each.
kernels='limits:ShippedCopy<Observed>{nullptr,nullptr} matmul:Matmul<Observed,4,4>{} tiled_gemm:ShippedLayer<Observed>{}
         tiled_product:ShippedProduct<Observed>{}'
# FILE OBJECT: every function of kernels/ on its own, so that what else lies in the object moves nothing, and without what
# the compiler makes of a function because of how many others of its file call it.
object() {
  "$compiler" -std=c++20 -O2 -fno-ipa-sra -fno-partial-inlining -ffp-contract=off -Wno-psabi -ffunction-sections -fno-asynchronous-unwind-tables -I"$root" \
    -DFMT_HEADER_ONLY -DSTRIATE_WITH_CUDA=0 -x c++ -c "$1" -o "$2" 2>"$folder/said" || {
    cat "$folder/said" >&2
    fail "$1 does not compile"
  }
}
# OBJECT: its functions of kernels that read and write through Plain, a line each: name, then instructions and
# relocations, without where they lie in the file.
functions() {
  objdump -d -r -z --no-show-raw-insn "$1" |
    sed -E -e 's/^ *[0-9a-f]+:[[:space:]]*//' -e 's/^[0-9a-f]+ <(.*)>:$/FUNCTION \1/' -e 's/\.LC[0-9]+/.LC/g' -e '/^FUNCTION /! s/ <[^>]*>$//' |
    awk '/^FUNCTION / { if (name != "") print name "\t" text; name = $2; text = ""; next }
         name != "" { text = text $0 ";" } END { print name "\t" text }' |
    awk -F'\t' '$1 ~ /Plain|observed_beside/' | sort
}
# TWO FILES OF FUNCTIONS: names that the first has and whose code is another one in the second, or not there.
different() { comm -23 "$1" "$2" | cut -f1; }

for each in $kernels; do
  source=${each%%:*} observed=${each#*:}
  object "$root/kernels/$source.cu" "$folder/alone.o"
  {
    echo '#include "engine/hardware/observe_kernel.h"'
    echo '#include "kernels/teach_choice.h"'
    echo "#include \"$root/kernels/$source.cu\""
    echo 'namespace striate {'
    echo "Observation observed_beside(const std::vector<ArrayMemory>& arrays, const ObserveSettings& how) {"
    if [ "$source" = limits ] || [ "$source" = matmul ]; then
      echo "  const auto kernel = $observed; kernel(0); (void)arrays, (void)how; return {};"
    else
      echo "  return observe_kernel($observed, {1}, arrays, how);"
    fi
    echo '}'
    echo '}'
  } >"$folder/beside.cpp"
  object "$folder/beside.cpp" "$folder/beside.o"
  functions "$folder/alone.o" >"$folder/alone"
  functions "$folder/beside.o" >"$folder/beside"
  grep -q 'observed_beside' "$folder/beside" || fail "$source: the observed form is not in the object"
  count=$(grep -c . "$folder/alone")
  [ "$count" -gt 0 ] || fail "$source: only $count functions are found"
  sed 's/;ret/;nop/' "$folder/beside" | sort >"$folder/wrong.txt"
  [ -n "$(different "$folder/alone" "$folder/wrong.txt")" ] || fail "another instruction is not noticed"
  found=$(different "$folder/alone" "$folder/beside" | c++filt | head -5)
  [ -z "$found" ] || fail "$source: other code beside the page: $found"
  echo "$source: $count functions are the same beside the page"
done
