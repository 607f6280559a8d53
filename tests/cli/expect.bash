# What the command line's tests share; `. tests/cli/expect.bash` first. $STRIATE is the program.
set -u
STRIATE=${STRIATE:?the program to test}
WORK=$(mktemp -d)
export XDG_STATE_HOME=$WORK/state TMPDIR=$WORK/tmp # what is kept of trainings stays in here
mkdir "$TMPDIR"
trap 'rm -rf "$WORK"' EXIT
FAILURES=0

skip() { # REASON
  echo "skipped: $1"
  exit 77
}
fail() { # TEXT
  echo "FAILED: $1"
  [ -s "$WORK/out" ] && sed 's/^/  out: /' "$WORK/out" | head -20
  [ -s "$WORK/err" ] && sed 's/^/  err: /' "$WORK/err" | head -20
  FAILURES=$((FAILURES + 1))
}
done_testing() {
  [ "$FAILURES" -eq 0 ] || { echo "$FAILURES checks failed"; exit 1; }
  exit 0
}
run() { # ARGUMENTS...: leaves $WORK/out, $WORK/err, $STATUS
  "$STRIATE" "$@" >"$WORK/out" 2>"$WORK/err"
  STATUS=$?
}
# Ends with status 0 and says nothing on standard error.
works() {
  run "$@"
  [ "$STATUS" -eq 0 ] || fail "striate $*: status $STATUS, not 0"
  [ ! -s "$WORK/err" ] || fail "striate $*: something on standard error"
}
# STATUS WHAT HINT ARGUMENTS...: nothing on standard output, and exactly the two lines, which hold WHAT and HINT.
refuses() {
  local status=$1 what=$2 hint=$3
  shift 3
  run "$@"
  [ "$STATUS" -eq "$status" ] || fail "striate $*: status $STATUS, not $status"
  [ "$(wc -l <"$WORK/err")" -eq 2 ] || fail "striate $*: not two lines"
  [[ "$(sed -n 1p "$WORK/err")" == "striate: error: "*"$what"* ]] || fail "striate $*: the error lacks '$what'"
  [[ "$(sed -n 2p "$WORK/err")" == "  hint: "*"$hint"* ]] || fail "striate $*: the hint lacks '$hint'"
  [ ! -s "$WORK/out" ] || fail "striate $*: something on standard output"
}
# TEXT: standard output is exactly this.
printed() {
  [ "$(cat "$WORK/out")" == "$1" ] || fail "printed something else than: $1"
}
prints() { # TEXT: standard output holds this
  grep -qF -- "$1" "$WORK/out" || fail "did not print: $1"
}
# NAME WIDTH HEIGHT VALUES...: a gray picture as a text PNM.
gray_picture() {
  local name=$1 width=$2 height=$3
  shift 3
  printf 'P2\n%s %s\n255\n%s\n' "$width" "$height" "$*" >"$WORK/$name"
}
color_picture() {
  local name=$1 width=$2 height=$3
  shift 3
  printf 'P3\n%s %s\n255\n%s\n' "$width" "$height" "$*" >"$WORK/$name"
}
