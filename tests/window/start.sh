#!/usr/bin/env bash
# The window with real events: starts, shows its items, is resized, sleeps when idle, tells what is wrong with a file,
# opens one through the browser and quits. Times are printed, not judged, except with a wide margin.
set -u
STRIATE=${STRIATE:-build/release/striate}
skip() { echo "skipped: $1"; exit 77; }
fail() { echo "failed: $1"; [ -f "$work/log" ] && sed 's/^/  /' "$work/log"; exit 1; }
command -v xdotool >/dev/null || skip "xdotool is not installed"
if [ -z "${DISPLAY:-}" ]; then
  command -v xvfb-run >/dev/null || skip "no display and no Xvfb"
  exec xvfb-run -a -s "-screen 0 1920x1080x24" bash "$0"
fi
work=$(mktemp -d)
pid=
trap '[ -n "$pid" ] && kill "$pid" 2>/dev/null; rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config STRIATE_ITEMS=$work/items STRIATE_FIRST_FRAME=1

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do
    [ $SECONDS -ge $end ] && return 1
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.05
  done
}
# The middle of the item with this label, or nothing.
place() { awk -F'\t' -v want="$1" '$1 == want { print int($4 + $6 / 2), int($5 + $7 / 2); exit }' "$work/items" 2>/dev/null; }
has() { [ -n "$(place "$1")" ]; }
has_not() { [ -s "$work/items" ] && ! has "$1"; }
# click LABEL: as a hand does it
click() {
  wait_for 10 has "$1" || fail "nothing is called '$1'"
  local at; at=$(place "$1")
  xdotool mousemove --window "$window" $at
  sleep 0.1
  xdotool click 1
}

"$STRIATE" >"$work/out" 2>"$work/log" &
pid=$!
wait_for 20 test -s "$work/items" || fail "the window did not draw"
grep "first frame" "$work/log" || fail "the time to the first frame was not told"
window=$(xdotool search --pid "$pid" 2>/dev/null | tail -1)
[ -n "$window" ] || window=$(xdotool search --class striate | tail -1)
[ -n "$window" ] || fail "there is no window"

# Another page, by its name in the navigation.
xdotool windowfocus "$window" 2>/dev/null
click "Filters"
wait_for 10 has "sharpen" || fail "the filters page did not come"

# Smaller and larger again: everything stays inside.
xdotool windowsize --sync "$window" 1024 700
inside() { awk -F'\t' '$4 < -1 || $5 < -1 || $4 + $6 > 1025 || $5 + $7 > 701 { bad = 1 } END { exit bad || NR == 0 }' "$work/items"; }
wait_for 10 inside || fail "something lies outside the window of 1024 x 700"

# A file that does not open is a message, beside which the program goes on.
xdotool key --window "$window" ctrl+o
wait_for 10 has "filter" || fail "Ctrl+O did not open the browser"
echo "no picture" >"$work/broken.png"
xdotool type --window "$window" --delay 20 "$work/broken.png"
xdotool key --window "$window" Return
wait_for 10 has "Dismiss" || fail "a broken picture was not told"
click "Dismiss"
wait_for 10 has_not "Dismiss" || fail "the message stayed"

# A good one opens, chosen with the keyboard alone.
"$STRIATE" filter identity assets/images/balloons.png "$work/picture.png" >/dev/null || fail "no picture could be made"
xdotool key --window "$window" ctrl+o
wait_for 10 has "filter" || fail "Ctrl+O did not open the browser again"
xdotool type --window "$window" --delay 20 "$work/picture.png"
xdotool key --window "$window" Return
titled() { xdotool getwindowname "$window" | grep -q "picture.png"; }
wait_for 20 titled || fail "the picture did not open"

# At rest it uses no processor: ticks of a hundredth of a second over two seconds.
sleep 1.5
ticks() { awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat"; }
before=$(ticks); sleep 2; after=$(ticks)
echo "idle: $(((after - before) * 10)) ms of processor time in 2 s"
[ $((after - before)) -le 20 ] || fail "the idle window uses the processor"

xdotool key --window "$window" ctrl+q 2>/dev/null  # the window may be gone before the key is up
gone() { ! kill -0 "$pid" 2>/dev/null; }
for _ in $(seq 200); do gone && break; sleep 0.05; done
gone || fail "Ctrl+Q did not close the window"
wait "$pid"; status=$?
pid=
[ $status -eq 0 ] || fail "the window ended with status $status"
grep -q picture.png "$XDG_CONFIG_HOME/striate/settings.json" || fail "the recent file was not remembered"
echo "passed"
