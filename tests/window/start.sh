#!/usr/bin/env bash
# The window with real events: starts, shows its items, is resized, sleeps when idle, tells what is wrong with a file,
# opens one through the browser and quits. Times are printed, not judged, except with a wide margin.
set -u
source "$(dirname "$0")/hands.bash"

begin
grep "first frame" "$work/log" || fail "the time to the first frame was not told"

# Another page, by its name in the navigation.
click "Filters"
wait_for $patience has "sharpen" || fail "the filters page did not come"

# Smaller and larger again: everything stays inside.
xdotool windowsize --sync "$window" 1024 700
inside() {
  reads window.width 1024 &&
    awk -F'\t' '$4 < -1 || $5 < -1 || $4 + $6 > 1025 || $5 + $7 > 701 { bad = 1 } END { exit bad || NR == 0 }' "$work/items"
}
wait_for $patience inside || fail "something lies outside the window of 1024 x 700"

# A file that does not open is a message, beside which the program goes on.
keys ctrl+o
wait_for $patience has "filter" || fail "Ctrl+O did not open the browser"
echo "no picture" >"$work/broken.png"
type_text "$work/broken.png"
keys Return
wait_for $patience has "Dismiss" || fail "a broken picture was not told"
click "Dismiss"
wait_for $patience has_not "Dismiss" || fail "the message stayed"

# A good one opens, chosen with the keyboard alone.
"$STRIATE" filter identity assets/images/balloons.png "$work/picture.png" >/dev/null || fail "no picture could be made"
keys ctrl+o
wait_for $patience has "filter" || fail "Ctrl+O did not open the browser again"
type_text "$work/picture.png"
keys Return
titled() { xdotool getwindowname "$window" | grep -q "picture.png"; }
wait_for $patience titled || fail "the picture did not open"

# At rest it uses no processor: ticks of a hundredth of a second over two seconds, as soon as it has come to rest.
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat"; }
used=
idle() {
  local before; before=$(ticks); sleep 2
  used=$((($(ticks) - before) * 10))
  [ $used -le 100 ]
}
wait_for $patience idle || fail "the idle window uses the processor: $used ms in 2 s"
echo "idle: $used ms of processor time in 2 s"

finish
grep -q picture.png "$XDG_CONFIG_HOME/striate/settings.json" || fail "the recent file was not remembered"
echo "passed"
