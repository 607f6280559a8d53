#!/usr/bin/env bash
# The first start: the home page with its one button, which plays the tour; what was done and where one left off are
# there again at the next start. A word under the mouse is explained by a right-click, and by the keyboard.
set -u
source "$(dirname "$0")/hands.bash"

start_home() {  # as somebody starts it who names no page
  rm -f "$work/items" "$work/readouts"
  "$STRIATE" >"$work/out" 2>"$work/log" &
  pid=$!
  wait_for "$patience" test -s "$work/items" || fail "the window did not draw"
  find_it() { window=$(xdotool search --pid "$pid" 2>/dev/null | tail -1); [ -n "$window" ]; }
  wait_for "$patience" find_it || fail "there is no window"
  xdotool windowfocus "$window" 2>/dev/null
}

start_home
expect page home "the first start does not begin at home"
expect home.offer "lesson tour" "the button is not the tour's"
grep "first frame" "$work/log" || fail "the time to the first frame was not told"
click "Take the five-minute tour"
expect lesson.step 1 "the tour did not begin"
expect page pixels "the tour does not begin with pixels"
keys Next
expect lesson.step 2 "Page Down does not go on"
expect page channels "the tour does not go on to the channels"
finish

# Where one left off.
start_home
expect page home "another start does not begin at home"
expect home.offer "lesson.continue tour" "where one left off was not remembered"
keys Return
expect lesson.step 2 "Enter does not go on where the tour was left"
expect page channels "the step's page did not come"
click "Close the lesson"
wait_for $patience has_not "Close the lesson" || fail "the lesson stayed open"

# Words: convolution, where the navigation says it.
wait_for $patience has "chapter Convolution" || fail "the chapter is not there"
read -r x y w h <<<"$(box "chapter Convolution")"
over $((x + 60)) $((y + h / 2))
sleep 0.5  # a hand that rests on a word
xdotool click 3
expect glossary.term Convolution "a right-click on a word does not explain it"
keys Escape
expect glossary.term "" "Escape does not close the glossary"
click "chapter Convolution"
click "Step a kernel"
expect page convolution "the page did not come"
over 2 2
keys shift+F1
wait_for $patience has "term Kernel" || fail "Shift+F1 does not list the terms"
keys Escape
finish

# --page goes where it says, a wrong one is told in the terminal.
begin --page pooling
expect page pooling "--page was not followed"
finish
"$STRIATE" --page poling 2>"$work/log" && fail "a page that is not there was accepted"
grep -q "pooling" "$work/log" || fail "the nearest page is not named: $(cat "$work/log")"
echo "passed"
