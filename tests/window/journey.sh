#!/usr/bin/env bash
# From a photo to its numbers and a filtered picture, as a person goes: opens a picture in the dialog with the mouse, hovers a
# pixel and reads its value, chooses a filter, reads the same pixel's result, saves. What the window saves is, byte for
# byte, what `striate filter` writes.
set -u
source "$(dirname "$0")/hands.bash"

# A picture whose every value is known: 8 columns, 6 rows.
mkdir -p "$work/pictures"
known() { echo $(((($1 * 37 + $2 * 91 + $3 * 53) * 7) % 256)); }  # COLUMN ROW CHANNEL
{
  echo "P3 8 6 255"
  for row in 0 1 2 3 4 5; do
    for column in 0 1 2 3 4 5 6 7; do echo "$(known $column $row 0) $(known $column $row 1) $(known $column $row 2)"; done
  done
} >"$work/pictures/known.ppm"

begin

# Open: the dialog by its button, the folder by its path, the file by two clicks.
click "Open"
wait_for $patience has "filter" || fail "the dialog did not open"
type_text "$work/pictures"
keys Return
wait_for $patience has "known.ppm" || fail "the dialog does not show the folder"
over $(place "known.ppm")
xdotool click --repeat 2 --delay 60 1
expect document.name known.ppm "the picture did not open"
wait_for $patience has_not "filter" || fail "the dialog stayed open"
expect pixels.width 8 "the picture is another"
expect pixels.height 6 "the picture is another"

# to_pixel LABEL PAGE COLUMN ROW: the mouse over a pixel of the picture, by what the cursor's readouts say
to_pixel() {
  wait_for $patience has "$1" || fail "there is no picture"
  local zoom at x y
  zoom=$(readout "$2.zoom")
  at=$(place "$1")
  over $at
  read -r x y <<<"$at"
  settled_over() { [ "$(readout "$1.x")" != "$2" ] || [ "$(readout "$1.y")" != "$3" ]; }
  # The middle of the stage is within the picture; from there by whole pixels.
  x=$(awk -v x="$x" -v z="$zoom" -v c="$3" 'BEGIN { print int(x + (c - 4 + 0.5) * z) }')
  y=$(awk -v y="$y" -v z="$zoom" -v r="$4" 'BEGIN { print int(y + (r - 3 + 0.5) * z) }')
  over "$x" "$y"
  expect "$2.x" "$3" "the mouse is over another column"
  expect "$2.y" "$4" "the mouse is over another row"
}

to_pixel picture pixels 5 2
for channel in red:0 green:1 blue:2; do
  expect "pixels.${channel%:*}" "$(known 5 2 ${channel#*:})" "the pixel's value"
done
# The command line reads the same.
"$STRIATE" pixels "$work/pictures/known.ppm" --region 5,2,1,1 --channel g >"$work/cell" || fail "striate pixels"
grep -qw "$(known 5 2 1)" "$work/cell" || fail "striate pixels says $(cat "$work/cell"), not $(known 5 2 1)"

# Another filter, then another again: sharpen at last.
click "Filters"
click "blur"
wait_for $patience eval '[ "$(readout filters.sum)" != 0 ]' || fail "the blur did not come"
click "sharpen"
expect filters.kernel "0 -1 0; -1 5 -1; 0 -1 0" "the filter was not switched"

# Save: Ctrl+S, a name in the place of the one that is offered.
"$STRIATE" filter sharpen "$work/pictures/known.ppm" "$work/expected.png" --padding replicate --show clip >/dev/null ||
  fail "striate filter"
keys ctrl+s
wait_for $patience has "file name" || fail "Ctrl+S did not ask for a name"
keys ctrl+a
type_text "$work/saved.png"
keys Return
wait_for $patience test -s "$work/saved.png" || fail "nothing was saved"
cmp "$work/saved.png" "$work/expected.png" || fail "the window saved another picture than striate filter"

# The number under the mouse is the saved one.
to_pixel picture filters 5 2
for channel in red:r green:g blue:b; do
  value=$("$STRIATE" pixels "$work/saved.png" --region 5,2,1,1 --channel ${channel#*:} | grep -oE '[0-9]+ *$' | tr -d ' ')
  expect "filters.${channel%:*}" "$value" "the result under the mouse"
done

finish
echo "passed"
