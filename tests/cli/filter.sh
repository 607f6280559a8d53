# Filters: kernels as names and as numbers, negative ones too; every option; alpha; what is wrong is told.
. tests/cli/expect.bash

# The course's step of a convolution: the sum is 591, shown as 255; with an offset, as 1.
gray_picture step.pgm 3 3 45 81 87 194 203 215 164 116 131
works filter "-1 -1 -1; -1 8 -1; -1 -1 -1" "$WORK/step.pgm" "$WORK/out.png"
works pixels "$WORK/out.png" --region 1,1,1,1
printed "255"
works filter "-1 -1 -1; -1 8 -1; -1 -1 -1" "$WORK/step.pgm" "$WORK/out.png" --offset -590
works pixels "$WORK/out.png" --region 1,1,1,1
printed "1"
works filter edge "$WORK/step.pgm" "$WORK/out.png" --offset=-590.5 # 0.5 is rounded to even
works pixels "$WORK/out.png" --region 1,1,1,1
printed "0"
# The course's worked sum: 198, divided by 16 it is 12.375.
gray_picture sum.pgm 3 3 2 5 4 13 25 15 8 6 6
works filter "1 2 1; 2 4 2; 1 2 1" "$WORK/sum.pgm" "$WORK/out.png"
works pixels "$WORK/out.png" --region 1,1,1,1
printed "198"
works filter "1 2 1; 2 4 2; 1 2 1" "$WORK/sum.pgm" "$WORK/out.png" --divisor 16
works pixels "$WORK/out.png" --region 1,1,1,1
printed "12"
works filter "-.5" "$WORK/sum.pgm" "$WORK/out.png" --show abs # 2.5 and 12.5 to even, 7.5 to 8
works pixels "$WORK/out.png"
printed " 1  2  2
 6 12  8
 4  3  3"
works filter identity "$WORK/sum.pgm" "$WORK/out.png" --show minmax
works pixels "$WORK/out.png" --region 0,0,2,2
printed "  0  33
122 255"
works filter "-1" "$WORK/sum.pgm" "$WORK/out.png" --show offset
works pixels "$WORK/out.png" --region 0,0,1,1
printed "126"
# What stands left of the first pixel, by padding.
gray_picture row.pgm 3 1 10 20 30
for pair in zero:0 replicate:10 reflect:20 wrap:30; do
  works filter "1 0 0" "$WORK/row.pgm" "$WORK/out.png" --padding "${pair%:*}"
  works pixels "$WORK/out.png" --region 0,0,1,1
  printed "${pair#*:}"
done
# Every name.
for name in edge blur sharpen gaussian sobel-x sobel-y emboss laplacian identity; do
  works filter $name "$WORK/step.pgm" "$WORK/$name.png"
  [ -s "$WORK/$name.png" ] || fail "$name wrote nothing"
done
# What is no sum of products: the middle one, the smallest and the largest of nine; with settings.
for pair in median:131 erosion:45 dilation:215 "erosion size 3 element cross:81" "dilation element cross:215" \
  "median size 1:203" canny:0; do
  works filter "${pair%:*}" "$WORK/step.pgm" "$WORK/out.png"
  works pixels "$WORK/out.png" --region 1,1,1,1
  printed "${pair##*:}"
done
works filter median "$WORK/step.pgm" "$WORK/out.png" --padding zero # 0 0 0 0 0 45 81 194 203
works pixels "$WORK/out.png" --region 0,0,1,1
printed "0"
for name in median bilateral erosion dilation opening closing canny unsharp; do
  works filter $name "$WORK/step.pgm" "$WORK/$name.png"
  [ -s "$WORK/$name.png" ] || fail "$name wrote nothing"
done
works filter blur "$WORK/step.pgm" "$WORK/out.jpg"
works filter blur "$WORK/step.pgm" "$WORK/step.pgm.png" --device cpu --threads 1

refuses 2 '"blurr"' "blur" filter blurr "$WORK/step.pgm" "$WORK/no.png"
refuses 2 '"medain"' "median" filter medain "$WORK/step.pgm" "$WORK/no.png"
refuses 2 "4 x 4" "odd" filter "median size 4" "$WORK/step.pgm" "$WORK/no.png"
refuses 2 "no setting" "size" filter "median range 4" "$WORK/step.pgm" "$WORK/no.png"
refuses 2 "no sum of products" "leave out" filter median "$WORK/step.pgm" "$WORK/no.png" --divisor 2
refuses 2 "" "" filter "1 2; 3" "$WORK/step.pgm" "$WORK/no.png"
refuses 2 "" "" filter "" "$WORK/step.pgm" "$WORK/no.png"
refuses 2 "--divisor: 0" "other than 0" filter edge "$WORK/step.pgm" "$WORK/no.png" --divisor 0
refuses 2 "--divisor: '1,5'" "with a point" filter edge "$WORK/step.pgm" "$WORK/no.png" --divisor 1,5
refuses 2 "--offset: 'nan'" "a number" filter edge "$WORK/step.pgm" "$WORK/no.png" --offset nan
refuses 2 "there is no 'refect'" "did you mean 'reflect'?" filter edge "$WORK/step.pgm" "$WORK/no.png" --padding refect
refuses 2 "there is no 'max'" "clip|abs|offset|minmax" filter edge "$WORK/step.pgm" "$WORK/no.png" --show max
refuses 1 "missing.png" "" filter edge "$WORK/missing.png" "$WORK/no.png"
refuses 1 "no.gif" "" filter edge "$WORK/step.pgm" "$WORK/no.gif"
refuses 1 "no/such.png" "" filter edge "$WORK/step.pgm" "$WORK/no/such.png"
[ -z "$(ls "$WORK" | grep '^no')" ] || fail "a refused filter left a file behind"
done_testing
