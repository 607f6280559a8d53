# Without a word the best library is loaded, and what is promised to be the same with each of them is the same.
. isa/levels.bash
for level in v2 v3 v4; do runs "$level" && best=$level; done
cd ..
tell() { # LEVEL FOLDER: the lines of bits
  LD_LIBRARY_PATH=$2 STRIATE_EXPECT_ISA=$1 "$TESTS/isa_tests" --gtest_filter='Isa.*' >"$work/$1" || {
    cat "$work/$1"
    die "not the kernels for $1"
  }
  grep '^bits' "$work/$1"
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tell "$best" "" || exit 1
declare -A filter convolution
for level in v2 v3 v4; do
  runs "$level" || continue
  tell "$level" "$KERNELS/glibc-hwcaps/x86-64-$level" || exit 1
  filter[$level]=$(sed -n 's/^bits filter //p' "$work/$level")
  convolution[$level]=$(sed -n 's/^bits convolution //p' "$work/$level")
  [ -n "${filter[$level]}" ] && [ -n "${convolution[$level]}" ] || die "$level tells no bits"
  [ "${filter[$level]}" == "${filter[v2]}" ] || die "a filtered picture depends on the instruction set"
done
if runs v4; then
  [ "${convolution[v3]}" == "${convolution[v4]}" ] || die "a convolution differs between v3 and v4"
fi
echo "$best is loaded unasked"
