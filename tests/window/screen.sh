#!/usr/bin/env bash
# The window as a whole: F11 takes the screen and gives it back, F folds the panels for a projector, a message about
# what went well leaves by itself while nobody touches anything.
set -u
source "$(dirname "$0")/hands.bash"

begin
width=$(readout window.width)
[ -n "$width" ] || fail "the window's width was not told"
keys F11
wider() { [ "$(readout window.width)" -gt "$width" ]; }
wait_for $patience wider || fail "F11 did not take the screen: the window is $(readout window.width) wide"
keys F11
expect window.width "$width" "F11 did not give the screen back"

# On a projector the stage has the room; the inspector comes when it is asked for.
wait_for $patience has_not "Inspector" || fail "the inspector is folded at the start"
keys f
wait_for $patience has "Inspector" || fail "F did not fold the inspector"
click "Inspector"
wait_for $patience has_not "Inspector" || fail "the inspector did not come back"
keys f

# Nobody moves the mouse: the window wakes by itself when the message is due.
keys ctrl+s
wait_for $patience has "file name" || fail "Ctrl+S did not open the browser"
keys ctrl+a
type_text "$work/stage.png"
keys Return
wait_for $patience has "Dismiss" || fail "that the picture was saved was not told"
wait_for $patience has_not "Dismiss" || fail "the message did not leave by itself"
test -s "$work/stage.png" || fail "there is no picture"

finish
echo "passed"
