#!/usr/bin/env bash
# One sum, by hand: the page 'Step a kernel', a weight typed into the kernel's middle, the mouse over an output cell, its
# sum read, and the edit taken back.
set -u
source "$(dirname "$0")/hands.bash"

begin
click "chapter Convolution"
click "Step a kernel"
expect page convolution "the page did not come"
for grid in input kernel output; do
  wait_for $patience has $grid || fail "there is no grid called '$grid'"
done
expect convolution.kernel_sum 16 "the course's kernel 1 2 1; 2 4 2; 1 2 1 is not there"

# The mouse over the output's cell in column 2, row 2 (from 0): the course's worked sum.
over $(cell output 6 6 2 2)
expect convolution.shown.column 2 "hovering the output"
expect convolution.shown.row 2 "hovering the output"
expect convolution.shown.sum 198 "the course's sum"

# The kernel's middle becomes 5: 25 more.
over $(cell kernel 3 3 1 1)
press
type_text 5
keys Return
expect convolution.kernel_sum 17 "typing into the kernel's middle"
over $(cell output 6 6 2 2)
expect convolution.shown.sum 223 "the sum after the edit"
expect convolution.shown.terms "2*1 + 5*2 + 4*1 + 13*2 + 25*5 + 15*2 + 8*1 + 6*2 + 6*1" "the nine products"

# Another cell, at the corner, where the padding's zeros take part.
over $(cell output 6 6 0 0)
expect convolution.shown.column 0 "hovering the corner"
expect convolution.shown.row 0 "hovering the corner"
expect convolution.shown.sum 23 "0 0 0 / 0 1*5 0*2 / 0 8*2 2*1"

# Taken back and brought again.
keys ctrl+z
expect convolution.kernel_sum 16 "Ctrl+Z"
expect convolution.shown.sum 22 "the corner's sum after Ctrl+Z"
keys ctrl+y
expect convolution.kernel_sum 17 "Ctrl+Y"
keys ctrl+z
expect convolution.kernel_sum 16 "Ctrl+Z again"

# A tap is hovered and what it touches lights up, a cell of the input is typed in too.
over $(cell input 8 8 3 3)
press
type_text 26
keys Return
over $(cell output 6 6 2 2)
expect convolution.shown.sum 202 "25 became 26 in the input"
keys ctrl+z
expect convolution.shown.sum 198 "Ctrl+Z of the input"

finish
echo "passed"
