#!/usr/bin/env bash
# A training, by hand: a network is built by clicks and learns the digits to 90 %, a 7 is drawn with the mouse and
# recognized, the time bar goes back to the start, a branch begins there, is saved, and opened again.
set -u
source "$(dirname "$0")/hands.bash"

at_least() { awk -v a="$(readout "$1")" -v b="$2" 'BEGIN { exit !(a != "" && a + 0 >= b) }'; }
drag() { # X Y X Y ...: pressed at the first place, over all others, let go at the last
  over "$1" "$2"
  xdotool mousedown 1
  shift 2
  while [ $# -gt 0 ]; do
    over "$1" "$2"
    sleep 0.03  # a hand
    shift 2
  done
  xdotool mouseup 1
}
on_pad() { box pad | awk -v x="$1" -v y="$2" '{ print int($1 + $3 * x / 280), int($2 + $4 * y / 280) }'; }
along() { box "$1" | awk -v t="$2" '{ print int($1 + 8 + ($3 - 16) * t), int($2 + $4 / 2) }'; } # a slider's place, 0..1

begin
click "chapter Networks"
wait_for $patience has "Neurons and layers" || fail "the chapter did not unfold"
over $(place "Neurons and layers")
for _ in $(seq 1 20); do  # its entry stands further down
  has "Train a CNN" && break
  xdotool click 5
  sleep 0.1
done
click "Train a CNN"
expect page train "the page did not come"

# The network: of the usual one the second convolution with its ReLU and pooling goes, a dense one with ReLU comes.
click Build
wait_for $patience has "layer 3" || fail "the layers are not there"
click "layer 3"
for left in 7 6 5; do
  click Remove
  expect train.build.layers $left "taking layer 3 out"
done
click "Add layer"
click "Add Dense layer"
expect train.build.text "conv 8 3x3 | relu | maxpool 2 | flatten | dense 32 | dense 10" "adding a dense layer"
click "Add layer"
click "Add ReLU"
expect train.build.text "conv 8 3x3 | relu | maxpool 2 | flatten | dense 32 | relu | dense 10" "adding a ReLU"

# It learns.
click Start
wait_for 120 at_least train.test_accuracy 0.9 || fail "it does not reach 90 % of the test digits"
click Pause
wait_for $patience has Start || fail "Pause does not pause"

# A 7 with the mouse.
click Draw
wait_for $patience has pad || fail "there is no pad"
drag $(on_pad 70 60) $(on_pad 140 58) $(on_pad 210 60) $(on_pad 180 117) $(on_pad 150 174) $(on_pad 120 230)
expect train.draw.strokes 1 "drawing"
expect train.draw.class 7 "what the network takes the drawing for"
learned=$(readout train.newest)
[ "$learned" -gt 20 ] || fail "only $learned steps"

# Back to the start, with the time bar.
drag $(along position 1) $(along position 0.5) $(along position 0)
expect train.step 0 "the time bar at its left end"
expect train.newest "$learned" "going back forgets nothing"
wait_for $patience at_least train.draw.probability 0 || fail "no answer at the start"
awk -v p="$(readout train.draw.probability)" 'BEGIN { exit !(p < 0.6) }' || fail "sure of itself before it learned"

# A branch from the middle.
drag $(along position 0) $(along position 0.25) $(along position 0.5)
middle=$(readout train.step)
wait_for $patience has "Branch here" || fail "there is no button to branch"
click "Branch here"
here() { [ -n "$(readout train.step)" ] && [ "$(readout train.newest)" = "$(readout train.step)" ]; }
wait_for $patience here || fail "branching at $middle: the newest step is $(readout train.newest)"
branch=$(readout train.newest)
[ "$branch" -gt 0 ] && [ "$branch" -lt "$learned" ] || fail "the branch begins at $branch, not before $learned"

# Saved by the keyboard, closed, opened again: the same step, and the drawing is still a 7 for it.
keys ctrl+s
wait_for $patience has "file name" || fail "Ctrl+S did not ask for a name"
keys ctrl+a
type_text "$work/seven.safetensors"
keys Return
wait_for $patience test -s "$work/seven.safetensors" || fail "nothing was saved"
accuracy=$(readout train.test_accuracy)
finish

begin "$work/seven.safetensors"
expect page train "a saved training opens its page"
expect train.step "$branch" "the step of the saved training"
expect train.test_accuracy "$accuracy" "the accuracy of the saved training"
finish
echo "passed"
