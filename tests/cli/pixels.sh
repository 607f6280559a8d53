# The grid of numbers: aligned, by region, by channel; what is wrong is told.
. tests/cli/expect.bash

gray_picture gray.pgm 3 2 0 12 255 7 130 99
color_picture color.ppm 2 2 255 0 0 0 255 0 0 0 255 10 20 30
works pixels "$WORK/gray.pgm"
printed "  0  12 255
  7 130  99"
works pixels "$WORK/gray.pgm" --channel g --region 1,0,2,1
printed " 12 255"
works pixels "$WORK/color.ppm"
printed " 255,0,0  0,255,0
 0,0,255 10,20,30"
works pixels "$WORK/color.ppm" --channel b
printed "  0   0
255  30"
works pixels "$WORK/color.ppm" --channel gray # 76.245 149.685 29.07 18.15
printed " 76 150
 29  18"
works pixels --region=1,1,1,1 --channel=r "$WORK/color.ppm"
printed "10"

# A large picture is cut, with a note; its last pixel can be asked for.
{ printf 'P5\n100 70\n255\n'; head -c 7000 /dev/zero | tr '\0' 'A'; } >"$WORK/large.pgm"
run pixels "$WORK/large.pgm"
[ "$STATUS" -eq 0 ] || fail "a large picture: status $STATUS"
[ "$(wc -l <"$WORK/out")" -eq 64 ] || fail "a large picture is not cut to 64 rows"
[ "$(head -1 "$WORK/out" | wc -w)" -eq 64 ] || fail "a large picture is not cut to 64 columns"
grep -q '^striate: note: .*100 x 70.*--region' "$WORK/err" || fail "no note says that the picture was cut"
works pixels "$WORK/large.pgm" --region 99,69,1,1
printed "65"
works pixels "$WORK/large.pgm" --region 0,0,100,70
[ "$(wc -l <"$WORK/out")" -eq 70 ] || fail "a region as large as the picture is not whole"

refuses 1 "is not inside large.pgm" "columns 0 to 99 and rows 0 to 69" pixels "$WORK/large.pgm" --region 99,0,2,1
refuses 1 "is not inside" "columns 0 to 99" pixels "$WORK/large.pgm" --region 9223372036854775807,0,9223372036854775807,1
for region in 1,2,3 1,2,3,4,5 1,2,3,0 -1,0,1,1 a,0,1,1 "" 1,2,3, 1.5,0,1,1 99999999999999999999,0,1,1; do
  refuses 2 "is no region" "X,Y,W,H" pixels "$WORK/large.pgm" --region "$region"
done
refuses 2 "there is no 'grey'" "did you mean 'gray'?" pixels "$WORK/gray.pgm" --channel grey
refuses 1 "missing.png" "" pixels "$WORK/missing.png"
refuses 1 "$WORK" "" pixels "$WORK"
: >"$WORK/empty.png"
refuses 1 "empty.png" "" pixels "$WORK/empty.png"
echo "no picture" >"$WORK/text.png"
refuses 1 "text.png" "" pixels "$WORK/text.png"

# A reader that goes away is no error; a full disk is.
status=$({ "$STRIATE" pixels "$WORK/large.pgm" --region 0,0,100,70 2>"$WORK/err"; echo $? >"$WORK/status"; } | head -c 1 >/dev/null; cat "$WORK/status")
[ "$status" -eq 0 ] || [ "$status" -eq 141 ] || fail "a closed pipe: status $status"
[ ! -s "$WORK/err" ] || fail "a closed pipe: something on standard error"
if [ -w /dev/full ]; then
  "$STRIATE" pixels "$WORK/large.pgm" --region 0,0,9,9 >/dev/full 2>"$WORK/err"
  [ $? -eq 1 ] || fail "a full disk is not told by the status"
  [ "$(wc -l <"$WORK/err")" -eq 2 ] || fail "a full disk: not two lines"
fi
done_testing
