# A lesson on paper: how many pages, which size, the same bytes each time; and what is wrong.
. tests/cli/expect.bash
cd "$WORK"

refuses 2 "there is no 'a5'" "a4|letter" handout pooling no.pdf --paper a5
refuses 2 "there is no 'tlh'" "en" handout pooling no.pdf --language tlh
refuses 2 "OUT is required" "striate handout --help" handout pooling
refuses 1 "missing.md" "" handout missing.md no.pdf
printf 'my notes' >notes.pdf
refuses 1 "is there already" "--force" handout pooling notes.pdf
[ "$(cat notes.pdf)" = "my notes" ] || fail "notes are written over"

run handout pooling pooling.pdf
if [ "$STATUS" -ne 0 ]; then
  grep -q "OpenGL\|EGL" err && skip "no OpenGL here: $(sed -n 1p err)"
  fail "a plain handout: status $STATUS"
fi
pages=$(sed -n 's/^pages //p' out)
[ "$(head -c 5 pooling.pdf)" == %PDF- ] && [ "$pages" -ge 2 ] || fail "no PDF of several pages"
[ "$(grep -aEc '/Type /Page( |$)' pooling.pdf)" -eq "$pages" ] || fail "it has not the $pages pages that it says"
grep -aq '/MediaBox \[ 0 0 595' pooling.pdf || fail "its pages are not A4"
works handout pooling again.pdf
cmp -s pooling.pdf again.pdf || fail "the same handout twice is two"
works handout pooling again.pdf --answers
[ "$(sed -n 's/^pages //p' out)" -eq $((pages + 1)) ] || fail "the answers have no page of their own"
works handout pooling letter.pdf --paper letter
grep -aq '/MediaBox \[ 0 0 612' letter.pdf || fail "its pages are not letters"
works handout pooling german.pdf --language de
cmp -s pooling.pdf german.pdf && fail "German is English"
if command -v pdftotext >/dev/null; then
  pdftotext pooling.pdf - >text
  grep -q "Pooling: keep the largest" text && grep -q "Question 1." text || fail "its words are not in it"
  grep -q "{" text && fail "a value was not read: $(grep -m1 '{' text)"
  pdftotext german.pdf - | grep -q "Frage 1." || fail "the question is not German"
fi
# A lesson of one's own, with a question of each kind; a figure and its words stay together.
printf '# Mine\npage: pixels\n\nOne.\n\n```striate\nopen portrait\n```\n\n```ask\nHow wide?\n- [x] 12 +- 0: It is.\n- [ ] else: Count again.\n```\n\n## Two\n\nTwo.\n\n```ask\nWhich?\n- [ ] This & that: No.\n- [x] <None>: Yes.\n```\n' >mine.md
works handout mine.md mine.pdf --answers
prints "pages 3"

# From the window, by its command.
printf 'lesson.handout nothing.pdf\n' >closed.striate
refuses 1 "no lesson is open" "" play closed.striate --headless
printf 'lesson pooling\nlesson.handout %s/window.pdf\nwait until lesson.handout == "%s/window.pdf" timeout 60s\n' "$WORK" "$WORK" >window.striate
works play window.striate --headless
cmp -s pooling.pdf window.pdf || fail "the window's handout is another one"
[ -z "$(ls -A "$TMPDIR")" ] || fail "temporary files are left: $(ls -A "$TMPDIR")"
done_testing
