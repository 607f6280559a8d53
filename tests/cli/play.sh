# Playing scripts without a window: expectations decide the status; every mistake is told before the first line runs.
. tests/cli/expect.bash

cat >"$WORK/good.striate" <<'END'
# the portrait of the course
open portrait
page pixels
pixels.cursor 6 7
expect pixels.gray == 134
expect page == "pixels"
wait until pixels.width >= 12 timeout 5s
END
works play "$WORK/good.striate" --headless
printed "commands 3
expectations 3
screenshots 0"

{ cat "$WORK/good.striate"; echo "expect pixels.gray == 135"; } >"$WORK/wrong.striate"
refuses 1 "wrong.striate:8: expected pixels.gray == 135, but it is 134" "" play "$WORK/wrong.striate" --headless

# Readouts are printed, and compared with each other.
cat >"$WORK/print.striate" <<'END'
page convolution
convolution.reset
print convolution.width
print convolution.output  2 3
print page
expect convolution.width == {convolution.height}
expect convolution.output 2 2 == {convolution.output 2 2}
expect convolution.output 2 2 == {convolution.sum} +- 0.5
expect convolution.output 0 0 < {convolution.output 2 2}
wait until convolution.width >= {convolution.height} timeout 1s
END
works play "$WORK/print.striate" --headless
printed "convolution.width 6
convolution.output 2 3 687
page convolution
commands 2
expectations 5
screenshots 0"
printf 'print pixels.width\nexpect pixels.width == {pixels.height}\n' >"$WORK/differ.striate"
run play "$WORK/differ.striate" --headless
[ "$STATUS" -eq 1 ] || fail "two readouts that differ: status $STATUS"
grep -q "differ.striate:2: expected pixels.width == {pixels.height}, but it is 12 and pixels.height is 16" "$WORK/err" ||
  fail "the message does not name both values"
printf 'record made.striate\nprint pixels.wdith\n' >"$WORK/typo.striate"
refuses 1 "typo.striate:2: there is no readout 'pixels.wdith'" "did you mean 'pixels.width'?" play "$WORK/typo.striate" --headless --out "$WORK"
printf 'open portrait\nexpect pixels.width == {pixels.hight}\n' >"$WORK/typo.striate"
refuses 1 "typo.striate:2: there is no readout 'pixels.hight'" "did you mean 'pixels.height'?" play "$WORK/typo.striate" --headless
# A lesson's questions are answered from the file; what it prints is printed.
printf '# Lesson\npage: pixels\n\n```setup\nopen portrait\n```\n\nHow?\n\n```striate\nprint pixels.width\n```\n\n```ask\nHow wide?\n- [x] 12: Yes.\n- [ ] else: No.\n```\n' >"$WORK/ask.md"
works play "$WORK/ask.md" --headless
printed "pixels.width 12
commands 2
expectations 0
screenshots 0
answers 1"

printf 'record made.striate\n\npixels.zom 3\n' >"$WORK/typo.striate"
refuses 1 "typo.striate:3: there is no command 'pixels.zom'" "did you mean 'pixels.zoom'?" play "$WORK/typo.striate" --headless --out "$WORK"
[ -z "$(ls "$WORK" | grep made)" ] || fail "a line ran before the whole script was checked"

printf 'open %s/none.png\n' "$WORK" >"$WORK/missing.striate"
refuses 1 "missing.striate:1: " "" play "$WORK/missing.striate" --headless
head -c 100 assets/images/balloons.png >"$WORK/cut.png" 2>/dev/null
if [ -s "$WORK/cut.png" ]; then
  printf 'open %s/cut.png\nexpect pixels.width == 1\n' "$WORK" >"$WORK/cut.striate"
  refuses 1 "cut.striate:1: " "" play "$WORK/cut.striate" --headless
fi
printf 'pixels.cursor 12 0\n' >"$WORK/range.striate"
refuses 1 "range.striate:1: " "columns 0 to 11" play "$WORK/range.striate" --headless
printf 'wait until pixels.width >= 13 timeout 0.2s\n' >"$WORK/wait.striate"
refuses 1 "wait.striate:1: waited 0.2 s" "" play "$WORK/wait.striate" --headless
printf '# Lesson\n\nSome **words\n' >"$WORK/words.md"
refuses 1 "words.md:3: " "" play "$WORK/words.md" --headless
# A lesson's prose is checked as well: a wrong name there would only be seen by who reads that step.
printf '# Lesson\n\nFirst.\n\n## Next\n\nIts gray is\n{pixels.gry} here.\n' >"$WORK/prose.md"
refuses 1 "prose.md:7: there is no readout 'pixels.gry'" "did you mean 'pixels.gray'?" play "$WORK/prose.md" --headless
printf '# Lesson\n\nUse **all** of\nthis: [the zoom](pixels.zom).\n' >"$WORK/link.md"
refuses 1 "link.md:3: the link [the zoom](pixels.zom) leads nowhere" "did you mean 'pixels.zoom'?" play "$WORK/link.md" --headless
printf '# Lesson\n\n- a bullet\n- [the zoom](pixels.zoom x)\n' >"$WORK/value.md"
refuses 1 "value.md:4: pixels.zoom: 'x' is no value" "" play "$WORK/value.md" --headless
# What it writes stays below --out, and one that opens itself ends.
printf 'pixels.zoom 3\nrecord ../x.striate\n' >"$WORK/out.striate"
refuses 1 "out.striate:2: ../x.striate: a script writes below" "--out" play "$WORK/out.striate" --headless --out "$WORK/there"
[ ! -e "$WORK/x.striate" ] && [ ! -e "$WORK/there/x.striate" ] || fail "it was written"
printf 'open %s/self.striate\n' "$WORK" >"$WORK/self.striate"
refuses 1 "self.striate:1: lessons have opened each other more than 8 deep" "in a ring" play "$WORK/self.striate" --headless
refuses 1 "nowhere.md" "" play "$WORK/nowhere.md" --headless
: >"$WORK/empty.striate"
refuses 1 "empty.striate" "" play "$WORK/empty.striate" --headless

# A recording plays again and does the same.
cat >"$WORK/session.striate" <<END
record recording.striate
open sample:balloons
page channels
channels.show g
record.stop
END
works play "$WORK/session.striate" --headless --out "$WORK"
{ cat "$WORK/recording.striate"; echo 'expect page == "channels"'; echo 'expect document.name == "balloons"'; } >"$WORK/again.striate"
works play "$WORK/again.striate" --headless
prints "expectations 2"

# A lesson that is made with its picture is one file that plays where the picture is gone.
cp assets/images/balloons.png "$WORK/own.png"
printf 'open "%s/own.png"\nlesson.make packed.striate.zip\npage channels\nlesson.add packed.striate.zip\n' "$WORK" \
  >"$WORK/pack.striate"
works play "$WORK/pack.striate" --headless --out "$WORK"
rm "$WORK/own.png"
works play "$WORK/packed.striate.zip" --headless
prints "expectations 0"
works screenshot channels "$WORK/packed.png" "$WORK/packed.striate.zip"

# A course is packed the same way: one file, whose lessons have names in it.
mkdir -p "$WORK/city"
printf '# Harbor\npage: pixels\n\nLook.\n\n```striate\nopen far.pgm\nexpect pixels.width == 3\n```\n' >"$WORK/city/harbor.md"
printf 'P2 3 1 255\n1 2 3\n' >"$WORK/city/far.pgm"
printf '# Our city\n15 harbor.md\n20 pixels\n' >"$WORK/city/city.course"
printf 'course "%s/city/city.course"\ncourse.pack city.striate.zip\n' "$WORK" >"$WORK/pack.striate"
works play "$WORK/pack.striate" --headless --out "$WORK"
rm -r "$WORK/city"
refuses 1 "holds a course, not a lesson" "lesson FILE/NAME.md" play "$WORK/city.striate.zip" --headless
works play "$WORK/city.striate.zip/harbor.md" --headless
prints "expectations 1"
printf 'course "%s/city.striate.zip"\ncourse.next\nwait until lesson.plays == 0 timeout 60s\nexpect course.at == 1\nexpect pixels.width == 3\n' "$WORK" >"$WORK/open.striate"
works play "$WORK/open.striate" --headless

for lesson in assets/lessons/*.md; do
  works play "$lesson" --headless
done
done_testing
