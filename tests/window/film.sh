#!/usr/bin/env bash
# A film of the window: Ctrl+R and a name begin it, Escape ends it; while nothing moves the window sleeps all the same;
# one that is being recorded is whole when the window closes.
set -u
source "$(dirname "$0")/hands.bash"

record() { # NAME: through the browser
  keys ctrl+r
  wait_for $patience has "file name" || fail "Ctrl+R does not ask for a name"
  keys ctrl+a
  type_text "$1"
  keys Return
}
titled() { xdotool getwindowname "$window" | grep -q "recording"; }
not_titled() { ! titled; }
wakeups() { awk '/^(non)?voluntary_ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$pid/task/$pid/status"; }
woken=
idle() {
  local before; before=$(wakeups); sleep 1
  woken=$(($(wakeups) - before))
  [ $woken -eq 0 ]
}
number() { od -An -tu1 -j"$2" -N2 "$1" | awk '{ print $1 + 256 * $2 }'; }
is_film() { [ "$(head -c 6 "$1" 2>/dev/null)" = GIF89a ] && [ "$(number "$1" 6)" -ge 800 ]; }

begin
record "$work/film.gif"
wait_for $patience titled || fail "the title does not say that it records"
keys t
wait_for $patience idle || fail "the window is woken $woken times while it records and nothing moves"
titled || fail "it does not record any more"
keys Escape
wait_for $patience not_titled || fail "Escape does not end it"
wait_for $patience is_film "$work/film.gif" || fail "there is no film"
wait_for $patience has "Dismiss" || fail "where the film is was not told"
# Light and dark were seen, and it has lasted as long as it did.
pictures=$(od -An -v -tx1 "$work/film.gif" | tr -d ' \n' | grep -oE '21f904..[0-9a-f]{4}' | wc -l)
[ "$pictures" -ge 2 ] || fail "the film has $pictures pictures"

record "$work/last.gif"
wait_for $patience titled || fail "it does not record again"
finish
is_film "$work/last.gif" || fail "the film was not finished when the window closed"
[ -z "$(ls -A "$work" | grep part)" ] || fail "half a film is left"
echo "passed"
