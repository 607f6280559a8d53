# Transfer learning from the command line: given weights, whole or in part, a new head, frozen layers, and a split that
# keeps regions apart; all of it saved and gone on with.
. tests/cli/expect.bash
NET="conv 6 3x3 | batchnorm | relu | maxpool 4 | c2: conv 8 3x3 | relu | globalavgpool | fc: dense"
ON="--batch 8 --quiet --device cpu"

works train --data satellite:80 --model "$NET 8" $ON --steps 8 --save "$WORK/base.safetensors"
prints "parameters.trained $(sed -n 's/^parameters //p' "$WORK/out")"

# The same network for six classes: another head is told, and may be asked for.
refuses 1 "fc.weight is 8 x 8 instead of 6 x 8" "--head 6" train --data shapes:96 --model "$NET 6" $ON --steps 8 \
  --weights "$WORK/base.safetensors"
works train --data shapes:96 --model "$NET 8" $ON --steps 8 --weights "$WORK/base.safetensors" --head 6 \
  --freeze backbone --save "$WORK/new.safetensors"
prints "parameters.trained 54"
works summary "$WORK/new.safetensors"
prints "frozen layers 0 to 6"
works train --data shapes:96 --model "$NET 8" $ON --steps 3 --weights "$WORK/base.safetensors" --head 6 \
  --freeze backbone --save "$WORK/half.safetensors"
works train --data shapes:96 --quiet --device cpu --resume "$WORK/half.safetensors" --steps 8 --save "$WORK/again.safetensors"
cmp -s "$WORK/new.safetensors" "$WORK/again.safetensors" || fail "stopped and resumed with frozen layers: another file"
works evaluate "$WORK/new.safetensors" --data shapes:96 --quiet --device cpu
for option in "--weights $WORK/base.safetensors" "--head 6" "--freeze 0" "--partial" "--split-by region"; do
  refuses 2 "cannot be given together with --resume" "" train --data shapes:96 --resume "$WORK/half.safetensors" $option
done

# In part: what fits, and a list of what does not.
works train --data shapes:96 --model "$NET 6" $ON --steps 1 --weights "$WORK/base.safetensors" --partial
prints "weights.loaded 8"
prints "weights.missing 0"
prints "weights.mismatched 2"
prints "  fc.weight is 8 x 8 instead of 6 x 8"
refuses 2 "--partial is for --weights" "" train --data shapes:96 --model "$NET 6" --partial

# The file says its network; frozen layers by name, number, range.
works train --data satellite:80 $ON --steps 2 --weights "$WORK/base.safetensors" --freeze "0-1,c2"
works train --data satellite:80 $ON --steps 2 --weights "$WORK/base.safetensors" --freeze "0-c2" --normalization measured
refuses 2 "unknown layer \"c3\"" "did you mean" train --data satellite:80 $ON --steps 2 --weights "$WORK/base.safetensors" --freeze c3
refuses 1 "no layer is left to train" "freeze fewer" train --data satellite:80 $ON --steps 2 \
  --weights "$WORK/base.safetensors" --freeze all

# An ONNX file as the base, and what an export says of frozen layers.
works_with_notes() { run "$@"; [ "$STATUS" -eq 0 ] || fail "striate $*: status $STATUS, not 0"; }
works_with_notes export "$WORK/base.safetensors" "$WORK/base.onnx"
works train --data shapes:96 --model "$NET 8" $ON --steps 2 --weights "$WORK/base.onnx" --head 6 --freeze c2
works_with_notes export "$WORK/new.safetensors" "$WORK/script.py"
grep -q 'FROZEN = \["0", "1", "c2"\]' "$WORK/script.py" || fail "the PyTorch script does not freeze"
works_with_notes export "$WORK/new.safetensors" "$WORK/script_keras.py" --to keras
grep -q 'trainable = False' "$WORK/script_keras.py" || fail "the Keras script does not freeze"

# Tiles of four regions: none of them in two parts, and judged on what was apart.
for class in sea wood; do
  mkdir -p "$WORK/tiles/$class"
  for i in $(seq 8); do
    gray_picture "tiles/$class/$i.pgm" 8 8 $(seq $i 5 400 | head -64 | awk -v c=$class '{ print c == "sea" ? $1 % 90 : 160 + $1 % 90 }')
    echo "$class/$i.pgm,region $((i % 4))" >>"$WORK/tiles/regions.csv"
  done
done
works train --data "folder:$WORK/tiles" --model "flatten | dense 2" --steps 5 --batch 4 --quiet --split 0.5,0.25,0.25 \
  --split-by region --save "$WORK/tiles.safetensors"
prints "training.samples 8"
prints "validation.samples 4"
prints "test.samples 4"
loss=$(sed -n 's/^test.loss //p' "$WORK/out")
works evaluate "$WORK/tiles.safetensors" --data "folder:$WORK/tiles" --quiet
prints "loss $loss"
rm "$WORK/tiles/regions.csv"
refuses 1 "does not say which region" "regions.csv" train --data "folder:$WORK/tiles" --model "flatten | dense 2" --quiet \
  --split-by region

# Memory, both ways.
works summary resnet50 --batch 32
little=$(sed -n 's/^Inference with batches of 32: \([0-9.]*\) MB reusing.*/\1/p' "$WORK/out")
[ -n "$little" ] || fail "summary: no line about inference"
awk -v m="$little" 'BEGIN { exit !(m < 700) }' || fail "ResNet-50 takes $little MB"
prints "GB keeping every activation"
done_testing
