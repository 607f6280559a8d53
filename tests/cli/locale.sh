# The output is the same in a locale that writes numbers with a comma.
. tests/cli/expect.bash

comma=
for name in de_DE.UTF-8 de_DE.utf8 fr_FR.UTF-8 fr_FR.utf8; do
  locale -a 2>/dev/null | grep -qix "$name" && comma=$name && break
done
if [ -z "$comma" ] && command -v localedef >/dev/null && [ -f /usr/share/i18n/locales/de_DE ]; then
  localedef -i de_DE -f UTF-8 "$WORK/de_DE.UTF-8" 2>/dev/null && export LOCPATH=$WORK && comma=de_DE.UTF-8
fi
[ -n "$comma" ] || skip "no locale that writes numbers with a comma"
[ "$(LC_ALL=$comma printf '%.1f' 1,5 2>/dev/null)" == "1,5" ] || skip "$comma writes no comma here"

gray_picture step.pgm 3 3 45 81 87 194 203 215 164 116 131
printf 'filters.strength 0.5\nexpect filters.raw.red == 5,0\n' >"$WORK/comma.striate"
same() {
  run "$@"
  cp "$WORK/out" "$WORK/plain"
  LC_ALL=$comma run "$@"
  [ "$STATUS" -eq 0 ] || fail "in $comma, striate $*: status $STATUS"
  cmp -s "$WORK/out" "$WORK/plain" || fail "in $comma, striate $* prints something else"
}
same pixels "$WORK/step.pgm"
same play assets/lessons/pixels.md --headless
same play assets/lessons/filters.md --headless
LC_ALL=$comma works filter "-.5 1.5" "$WORK/step.pgm" "$WORK/comma.png" --divisor 1.25 --offset 0.5
works filter "-.5 1.5" "$WORK/step.pgm" "$WORK/point.png" --divisor 1.25 --offset 0.5
cmp -s "$WORK/comma.png" "$WORK/point.png" || fail "the filter differs in $comma"
LC_ALL=$comma refuses 2 "'1,5'" "with a point" filter edge a.png b.png --divisor 1,5
LC_ALL=$comma refuses 1 "'5,0' is not a number" "" play "$WORK/comma.striate" --headless
LC_ALL=$comma works bench filter --width 16 --height 16 --runs 1 --csv
grep -Eq '^edge3,[^,]*,[0-9]+,16,16,[0-9.]+$' "$WORK/out" || fail "bench filter writes commas into its numbers"
done_testing
