#!/usr/bin/env bash
# A lesson from somebody else, opened from a folder: it asks before it writes, no means no, yes means this once, and what
# lies outside its folder it does not write at all.
set -u
source "$(dirname "$0")/hands.bash"

mkdir -p "$work/lesson"
lesson() { # LINES
  printf '# A lesson from somebody else\npage: pixels\n\nIt wants a file.\n\n```striate\nopen portrait\n%s\n```\n' "$1" >"$work/lesson/it.md"
}
asked() { [ -n "$(readout lesson.question)" ]; }

lesson 'record here.striate
record.stop'
begin "$work/lesson/it.md"
expect lesson.question "This lesson wants to write a file." "nothing is asked"
[ -n "${STRIATE_PICTURE:-}" ] && sleep 1 && cp "$STRIATE_PICTURE" "$STRIATE_PICTURE.asked"
[ ! -e "$work/lesson/here.striate" ] || fail "written before the answer"
click "Don't"
expect lesson.question "" "it still asks"
finish
[ ! -e "$work/lesson/here.striate" ] || fail "written against the answer"

begin "$work/lesson/it.md"
click "Write it"
wait_for "$patience" test -s "$work/lesson/here.striate" || fail "not written after a yes"
finish

begin "$work/lesson/it.md"
expect lesson.question "This lesson wants to replace a file." "nothing is asked the second time"
keys Escape
expect lesson.question "" "Escape is no answer"
finish

lesson 'record ../there.striate'
begin "$work/lesson/it.md"
outside() { readout notice | grep -q "writes below"; }
wait_for "$patience" outside || fail "a file outside the folder is not refused: $(readout notice)"
[ ! -e "$work/there.striate" ] || fail "written outside the folder"
finish
echo "passed"
