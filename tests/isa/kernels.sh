# The kernels' tests with the library of one instruction set: kernels.sh v2|v3|v4.
. isa/levels.bash
level=$1
runs "$level" || skip "this processor lacks instructions of x86-64-$level"
cd ..
export LD_LIBRARY_PATH=$KERNELS/glibc-hwcaps/x86-64-$level STRIATE_EXPECT_ISA=$level
"$TESTS/isa_tests" --gtest_brief=1 || die "kernels for $level"
"$TESTS/isa_pack_tests_$level" --gtest_brief=1 || die "packs for $level"
