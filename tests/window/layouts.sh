#!/usr/bin/env bash
# Keys in a window under other keyboards: what is printed on them counts, and where no letter is Latin their place does.
set -u
source "$(dirname "$0")/hands.bash"
command -v setxkbmap >/dev/null || skip "setxkbmap is not installed"

# layout NAME: a keyboard, and the program begun with it
layout() {
  setxkbmap "$1" 2>/dev/null || skip "the keyboard '$1' is not known here"
  begin --page convolution
  over 2 2
  expect convolution.sum 198 "$1: the course's sum"
}
# The kernel's middle becomes 5, and Ctrl+Z takes it back: KEYS are k and ctrl+z.
edits() {  # LAYOUT K Z
  keys "$2" Right Down
  type_text 5
  keys Return
  expect convolution.kernel_sum 17 "$1: typing into the kernel"
  keys "$3"
  expect convolution.kernel_sum 16 "$1: Ctrl+Z"
  keys Escape  # the page has the keyboard again
}

layout de  # Y and Z change places
edits de k ctrl+z
finish

layout fr  # A, Q, Z, W change places, M stands elsewhere, digits want Shift
edits fr k ctrl+z
keys 1
wait_for $patience reads page pixels || fail "fr: Shift and the key with 1 shows the first page: $(readout page)"
keys 0
expect page home "fr: 0 shows the home page"
keys 10  # its place: a key without Shift
expect page pixels "fr: the same key without Shift"
keys question
wait_for $patience has "Close" || fail "fr: ? does not show the help"
keys Escape
wait_for $patience has_not "Close" || fail "fr: Escape does not close the help"
finish

setxkbmap -layout us -variant dvorak 2>/dev/null || skip "Dvorak is not known here"
begin --page convolution
over 2 2
expect convolution.sum 198 "dvorak: the course's sum"
edits dvorak k ctrl+z
finish

layout ru  # no Latin letter: places count. 45 is K, 52 is Z, 24 is Q on a US keyboard
edits ru 45 ctrl+52
keys ctrl+24
wait_for $patience test ! -d "/proc/$pid" || fail "ru: Ctrl+Q does not close the window"
pid=
setxkbmap us
echo "keys follow the keyboard"
