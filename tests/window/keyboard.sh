#!/usr/bin/env bash
# Both pages of number grids without a mouse: going to a grid, typing, walking the sum, pinning, playing, every setting,
# undo. Only keys are pressed; what they did is read from the readouts.
set -u
source "$(dirname "$0")/hands.bash"

# Tab from one thing to another: what can be seen is listed in the order in which Tab reaches it, and what gets the
# keyboard is scrolled into view. In several goes where the way is longer than the panel.
step_towards() {  # FROM TO: how many Tabs, and where they end
  awk -F'\t' -v from="$1" -v to="$2" '
    $3 == "scroll" || $3 == "dot" || $8 == "off" { next }
    $1 == from { on = 1; n = 0; x = $4; next }
    on { n++; if ($1 == to) { print n "\t" $1; found = 1; exit } if ($4 >= 940 && $5 < 700) { last = n "\t" $1 } else { exit } }
    END { if (!found && last != "") print last }' "$work/items"
}
tab_to() {
  local here=$1 way
  for _ in 1 2 3 4 5 6 7 8; do
    way=$(step_towards "$here" "$2")
    [ -n "$way" ] || break
    for _ in $(seq "${way%%$'\t'*}"); do keys Tab; done
    here=${way#*$'\t'}
    [ "$here" = "$2" ] && return
    sleep 0.3
  done
  fail "Tab does not go from '$1' to '$2'"
}

begin --page convolution
click "chapter Pictures"  # the pages before it are listed
wait_for $patience has "Color channels" || fail "the chapter did not unfold"
over 2 2  # the mouse rests in a corner, over nothing
page_number=$(awk -F'\t' '$3 == "page" { n++; if ($2 == "page convolution") { print n; exit } }' "$work/items")
[ -n "$page_number" ] || fail "the page is not in the navigation"
keys "$page_number"
expect page convolution "the key $page_number"
expect convolution.sum 198 "the course's sum"

# The kernel: two steps of the arrows, a number, Enter. Taken back with Ctrl+Z.
keys k Right Down
type_text 5
keys Return
expect convolution.kernel_sum 17 "typing into the kernel's middle"
expect convolution.sum 223 "the sum follows"
keys ctrl+z
expect convolution.kernel_sum 16 "Ctrl+Z"

# The input: the keyboard begins at its first cell, row 0, column 0.
keys i Right Right Down Down
type_text 26
keys Return
expect convolution.sum 202 "25 became 26"
keys ctrl+z
expect convolution.sum 198 "Ctrl+Z of the input"

# The output: the arrows move the cursor from where it is.
keys o Right
expect convolution.column 3 "the right arrow in the output"
expect convolution.sum 755 "the next output"
keys Left
expect convolution.column 2 "and back"
keys p
expect convolution.pins 1 "P pins the cell's card"
keys u

expect convolution.pins 0 "U takes it away"
keys ctrl+z
expect convolution.pins 1 "and Ctrl+Z brings it back"
keys u


# The sum: products are counted one by one.
keys s
keys Right
expect convolution.running 2 "one product"
keys Right
expect convolution.running 12 "two products"
keys Right
expect convolution.running 16 "three products"
keys Down
expect convolution.running 172 "a line of products more"
keys Home
expect convolution.running 0 "none"
keys End
expect convolution.running 198 "all"
keys Home Right Right Right
expect convolution.running 16 "three arrows in a row all count"
expect convolution.column 2 "and none of them moves the cursor"

# Escape gives the keys back to the page, in one burst with what follows.
keys Escape Return
expect convolution.cell 15 "Enter steps after Escape"
keys Left
expect convolution.cell 14 "an arrow moves the cursor"
keys s

# Settings by Tab: sliders with arrows, choices and switches with Enter.
tab_to products size
keys Right
expect convolution.kernel_sum 16 "a fourth row and column of zeros"
expect convolution.width 5 "and a smaller output"
keys ctrl+z
expect convolution.width 6 "Ctrl+Z of the size"
# Pooling.
keys "$((page_number + 1))"
expect page pooling "the next page"
keys i Down
type_text 50
keys Return
expect pooling.value 50 "typing into the input"
keys ctrl+z
expect pooling.value 9 "Ctrl+Z"
keys o Right
expect pooling.value 7 "the next output"
keys p
expect pooling.pins 1 "P pins"
keys u

finish
echo "passed"
