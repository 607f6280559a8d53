# What the tests of instruction sets share. $KERNELS: the folder of the libraries; $TESTS: that of the test programs.
set -u
skip() { # REASON
  echo "skipped: $1"
  exit 77
}
die() { # TEXT
  echo "FAILED: $1"
  exit 1
}
flags=" $(grep -m1 '^flags' /proc/cpuinfo | cut -d: -f2) "
has() { # FLAG...: this processor has them all
  local flag
  for flag in "$@"; do [[ "$flags" == *" $flag "* ]] || return 1; done
}
runs() { # LEVEL
  case $1 in
    v2) has sse4_2 ssse3 popcnt cx16 lahf_lm ;;
    v3) runs v2 && has avx avx2 bmi1 bmi2 f16c fma abm movbe xsave ;;
    v4) runs v3 && has avx512f avx512bw avx512cd avx512dq avx512vl ;;
  esac
}
library() { # LEVEL
  echo "$KERNELS/glibc-hwcaps/x86-64-$1/libstriate_kernels.so"
}
