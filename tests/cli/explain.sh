# Heat maps on the command line: every method writes a picture and its numbers, beside its controls where it is asked;
# what is not there is said in two lines, and nothing is left.
. tests/cli/expect.bash
cd "$WORK" || exit 1

NET="input 3x16x16 | c1: conv 4 3x3 pad 1 | r1: relu | maxpool 2 | c2: conv 6 3x3 pad 1 | r2: relu | globalavgpool | flatten | fc: dense 3"
printf '%s\n' "$NET" | tr '|' '\n' | sed 's/^ *//' >net.txt
mkdir -p data/ant data/bee data/cat
for i in 1 2 3 4; do
  color_picture "data/ant/$i.ppm" 16 16 $(seq 768 | awk -v i=$i '{print ($1 * 3 + i) % 256}')
  color_picture "data/bee/$i.ppm" 16 16 $(seq 768 | awk -v i=$i '{print ($1 % 5) * 50 + i}')
  color_picture "data/cat/$i.ppm" 16 16 $(seq 768 | awk -v i=$i '{print ($1 * i) % 256}')
done
run train --data folder:data --model net.txt --steps 30 --batch 8 --quiet --save net.safetensors
[ "$STATUS" -eq 0 ] || fail "no network to explain"
picture=data/bee/1.ppm

number() { sed -n "s/^$1 //p" out; } # NAME: its value
for method in gradient deconvnet guided integrated occlusion gradcam; do
  works explain net.safetensors $picture $method.png --method $method --size 4 --stride 2 --values $method.csv
  prints "method $method"
  grep -q '^class [abc]' out || fail "$method: no class"
  [[ "$(file $method.png 2>/dev/null || echo PNG)" == *PNG* ]] || fail "$method: no picture"
  # The values are those of the grid, and add up to the sum.
  read -r rows columns <<<"$(number grid)"
  [ "$(wc -l <$method.csv)" -eq $((rows * columns + 1)) ] || fail "$method: not a line for each of $rows x $columns"
  awk -F, -v want="$(number sum)" 'NR > 1 { s += $3; if ($3 ~ /nan/) bad = 1 } END {
    d = s - want; if (d < 0) d = -d; w = want < 0 ? -want : want
    exit !(!bad && d <= 1e-4 * w + 1e-6) }' $method.csv || fail "$method: its values do not add up to $(number sum)"
done
[ "$(head -1 occlusion.csv)" == "row,column,value" ] || fail "no header"
works explain net.safetensors $picture occlusion.png --method occlusion --size 4 --stride 2
prints "grid 7 7"
works explain net.safetensors $picture probability.png --method occlusion --size 4 --stride 4 --drop probability
prints "grid 4 4"
works explain net.safetensors $picture cam.png --method gradcam --layer c1 --class bee --against 0
prints "grid 16 16"
prints "class bee"
prints "against ant"
works explain net.safetensors $picture cam.png --method gradcam
prints "layer r2"
works explain net.safetensors $picture steps.png --method integrated --steps 300
awk -v e="$(number error)" 'BEGIN { exit !(e < 0.01) }' || fail "integrated gradients miss $(number error)"
works explain net.safetensors $picture unit.png --layer r2 --unit 3,2,5
prints "unit 3 2 5"
works explain net.safetensors $picture unit.png --layer c2 --unit 1
grep -q '^unit 1 [0-7] [0-7]$' out || fail "no strongest place"

# Controls: the same again from the same seed, another network from another, the weights as they were afterwards.
works explain net.safetensors $picture plain.png --method gradient
score=$(number score)
works explain net.safetensors $picture control.png --method gradient --control
[ "$(number score)" == "$score" ] || fail "the control changes the score"
first=$(number correlation)
[[ "$first" == *.* ]] || fail "no correlation"
[[ "$(number sobel.correlation)" == *.* ]] || fail "no correlation with Sobel"
works explain net.safetensors $picture control.png --method gradient --control
[ "$(number correlation)" == "$first" ] || fail "the control is another one from the same seed"
works explain net.safetensors $picture control.png --method gradient --control --seed 5
[ "$(number correlation)" != "$first" ] || fail "another seed gives the same control"
works explain net.safetensors $picture control.png --method gradient --randomize fc
prints "control.layers fc"
works explain net.safetensors $picture control.png --method gradient --control --randomize none
! grep -q '^correlation' out || fail "a correlation with no network"
works explain net.safetensors $picture emulated.png --method guided --control --device emulated

# A known network without weights: its random ones, from the seed.
color_picture gray.ppm 28 28 $(seq 2352 | awk '{print $1 % 256}')
run explain lenet5 gray.ppm lenet.png --method guided
[ "$STATUS" -eq 0 ] || fail "no map of a network by its name"
run train --data digits:50 --model "flatten | dense 8 | tanh | dense 10" --steps 2 --batch 8 --quiet --save plain.safetensors
run explain plain.safetensors gray.ppm plain.png --method guided
grep -q '^note no ReLU' out || fail "nothing is said of a network without ReLU"

refuses 1 "has no class 7" "ant, bee, cat" explain net.safetensors $picture none.png --class 7
refuses 2 "no class is called ''" "its index" explain net.safetensors $picture none.png --class ""
refuses 1 "has no class dog" "" explain net.safetensors $picture none.png --class dog
refuses 1 "against itself" "two different" explain net.safetensors $picture none.png --class bee --against bee
refuses 1 'unknown layer "c9"' "c" explain net.safetensors $picture none.png --layer c9 --unit 1
refuses 1 "has no channel 4" "0 to 3" explain net.safetensors $picture none.png --layer c1 --unit 4
refuses 1 "no rows and columns" "before" explain net.safetensors $picture none.png --method gradcam --layer fc
refuses 1 "a square of 17 pixels" "1 to 16" explain net.safetensors $picture none.png --method occlusion --size 17
refuses 1 "has rows and columns before" "gradient, integrated or occlusion" \
  explain plain.safetensors gray.ppm none.png --method gradcam
refuses 2 "--method" "" explain net.safetensors $picture none.png --method magic
refuses 2 "--unit" "a channel" explain net.safetensors $picture none.png --layer c1 --unit 1,2
refuses 2 "--unit without --layer" "--layer" explain net.safetensors $picture none.png --unit 1
refuses 2 "--layer without --unit" "--unit" explain net.safetensors $picture none.png --layer c1
refuses 2 "both say" "one of them" explain net.safetensors $picture none.png --layer c1 --unit 1 --class 1
refuses 2 "both name" "two names" explain net.safetensors $picture none.png --values none.png
[ ! -e none.png ] || fail "a picture was written of what failed"
done_testing
