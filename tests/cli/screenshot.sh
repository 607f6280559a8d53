# Pictures of pages without a display: size, theme, commands; and what is wrong.
. tests/cli/expect.bash

refuses 2 "there is no page 'pixel'" "did you mean 'pixels'?" screenshot pixel "$WORK/no.png"
refuses 2 "--size: invalid size '12'" "1280x800" screenshot pixels "$WORK/no.png" --size 12
refuses 2 "--size: invalid size '99999x10'" "7680x4320" screenshot pixels "$WORK/no.png" --size 99999x10
refuses 2 "there is no 'sepia'" "dark|light" screenshot pixels "$WORK/no.png" --theme sepia
refuses 2 "--scale: '0'" "a number" screenshot pixels "$WORK/no.png" --scale 0

run screenshot pixels "$WORK/dark.png" --size 1024x700
if [ "$STATUS" -ne 0 ]; then
  grep -q "OpenGL\|EGL" "$WORK/err" && skip "no OpenGL here: $(sed -n 1p "$WORK/err")"
  fail "a plain screenshot: status $STATUS"
fi
size_of() { od -An -tu1 -j16 -N8 "$1" | awk '{print $1*16777216+$2*65536+$3*256+$4 "x" $5*16777216+$6*65536+$7*256+$8}'; }
[ "$(size_of "$WORK/dark.png")" == 1024x700 ] || fail "the picture is $(size_of "$WORK/dark.png")"
works screenshot pixels "$WORK/light.png" --size 1024x700 --theme light --scale 1.5
[ "$(size_of "$WORK/light.png")" == 1024x700 ] || fail "with --scale the picture is $(size_of "$WORK/light.png")"
cmp -s "$WORK/dark.png" "$WORK/light.png" && fail "light and dark are the same"
works screenshot pixels "$WORK/again.png" --size 1024x700
cmp -s "$WORK/dark.png" "$WORK/again.png" || fail "the same command twice gives two pictures"
works screenshot channels "$WORK/green.png" sample:balloons --do "channels.show g" --do "channels.tint on"
gray_picture step.pgm 3 3 45 81 87 194 203 215 164 116 131
works screenshot filters "$WORK/edge.png" "$WORK/step.pgm" --do "filters.kernel -1 -1 -1; -1 8 -1; -1 -1 -1"
refuses 2 "--do: there is no command 'pixels.zom'" "did you mean 'pixels.zoom'?" screenshot pixels "$WORK/no.png" --do "pixels.zom 3"
refuses 1 "pixel 12 0" "" screenshot pixels "$WORK/no.png" --do "pixels.cursor 12 0"
refuses 1 "missing.png" "" screenshot pixels "$WORK/no.png" "$WORK/missing.png"
refuses 1 "no.gif" "" screenshot pixels "$WORK/no.gif"
refuses 1 "no" "" screenshot pixels "$WORK/no/such.png"
[ -z "$(ls "$WORK" | grep '^no')" ] || fail "a refused screenshot left a file behind"

# A script's pictures go where --out says.
printf 'screenshot one.png\npixels.cursor 3 3\nscreenshot two.png\n' >"$WORK/tour.striate"
works play "$WORK/tour.striate" --headless --out "$WORK/pictures/of tour"
prints "screenshots 2"
[ -s "$WORK/pictures/of tour/one.png" ] && [ -s "$WORK/pictures/of tour/two.png" ] || fail "--out: the pictures are not there"
done_testing
