#!/usr/bin/env bash
# The window with real events: starts, shows its items, is resized, sleeps when idle, tells what is wrong with a file,
# opens one through the browser and quits. Times are printed, never judged.
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

# No smaller than everything has room in.
if command -v xprop >/dev/null; then
  xprop -id "$window" WM_NORMAL_HINTS | grep -q "minimum size: 800 by 500" || fail "the window may become too small"
fi

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

# A name that is longer than a title has room for gives way in its middle, and keeps its ending.
long=$(printf 'a-picture-%.0s' $(seq 20))
cp "$work/picture.png" "$work/$long.png"
keys ctrl+o
wait_for $patience has "filter" || fail "Ctrl+O did not open the browser a third time"
type_text "$work/$long.png"
keys Return
expect document.name "$long.png" "the picture with the long name did not open"
shortened() { [[ $(xdotool getwindowname "$window") == a-picture-a-*…*-picture-.png\ -\ Striate ]]; }
wait_for $patience shortened || fail "a long name is not shortened: $(xdotool getwindowname "$window")"
[ "$(xdotool getwindowname "$window" | wc -m)" -lt 80 ] || fail "a long name is not shortened"

# At rest it sleeps: its thread is not woken once between two looks, as soon as it has come to rest.
wakeups() { awk '/^(non)?voluntary_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$pid/task/$pid/status"; }
woken=
idle() {
  local before; before=$(wakeups); sleep 1
  woken=$(($(wakeups) - before))
  [ $woken -eq 0 ]
}
wait_for $((2 * patience)) idle || fail "the idle window is woken $woken times between two looks"

finish
grep -q /picture.png "$XDG_CONFIG_HOME/striate/settings.json" || fail "the recent file was not remembered"
echo "passed"
