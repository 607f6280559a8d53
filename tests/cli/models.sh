# Networks that others made: classify, summary, evaluate and verify on weights and ONNX models, and the mistakes that
# are most often made with them.
. tests/cli/expect.bash

# ---- without any reference data: a network of four weights, by hand ----
# y0 = red - blue, y1 = blue - red, means over the picture.
python=$(command -v python3 || true)
[ -n "$python" ] || skip "needs python3"
"$python" - "$WORK" <<'PY'
import json, struct, sys
def write(path, tensors, metadata=None):
    head, data = {}, b''
    if metadata: head['__metadata__'] = metadata
    for name, shape, values in tensors:
        raw = struct.pack('<%df' % len(values), *values)
        head[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [len(data), len(data) + len(raw)]}
        data += raw
    h = json.dumps(head).encode(); h += b' ' * (-len(h) % 8)
    open(path, 'wb').write(struct.pack('<Q', len(h)) + h + data)
w = sys.argv[1]
weights = [('c.weight', [2, 3, 1, 1], [9, 0, -9, -9, 0, 9]), ('c.bias', [2], [0, 0])]
write(w + '/net.safetensors', weights, {'classes': '["warm", "cold"]'})
write(w + '/bgr.safetensors', weights, {'classes': '["warm", "cold"]', 'preprocessing': 'middle | order bgr'})
write(w + '/bad.safetensors', weights, {'preprocessing': 'mean 1,2'})
write(w + '/odd.safetensors', weights, {'preprocessing': 'blur 3'})
write(w + '/said.safetensors', weights, {'input': 'BGR/255'})
stored = [('input', [2, 3, 1, 2], [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0])]
write(w + '/right.safetensors', weights + stored + [('logits', [2, 2], [9, -9, -4.5, 4.5])])
write(w + '/wrong.safetensors', weights + stored + [('logits', [2, 2], [9, -9, -4.5, 4.6])])
write(w + '/half.safetensors', weights[:1])
PY
NET="input 3x1x2 | c: conv 2 1x1 | globalavgpool"
color_picture red.ppm 2 1 255 0 0 255 0 0
works classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm"
prints "$WORK/red.ppm,1,warm,1.000000"
works classify "$WORK/bgr.safetensors" --model "$NET" "$WORK/red.ppm" --best 1
prints "$WORK/red.ppm,1,cold,1.000000"
works classify "$WORK/bgr.safetensors" --model "$NET" "$WORK/red.ppm" --best 1 --order rgb
prints "$WORK/red.ppm,1,warm,1.000000"
works classify "$WORK/said.safetensors" --model "$NET" "$WORK/red.ppm" --best 1
prints "$WORK/red.ppm,1,1,1.000000"
printf 'n00000001 sunset, dusk\nn00000002 ice\n' >"$WORK/labels.txt"
works classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --labels "$WORK/labels.txt" --best 1
prints "$WORK/red.ppm,1,sunset,1.000000"

# Every step as numbers, activations by name.
works classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --explain --order bgr --scale 1 --mean 1,2,5 --std 1,2,4
prints "preprocessing middle | order bgr | scale 1 | mean 1,2,5 | std 1,2,4"
prints "from the options"
prints "red.ppm,picture,\"PNM, as it was opened\",2,1,R,255,255,255,255 255"
prints "red.ppm,order,\"blue first, red last\",2,1,B,0,0,0,0 0"
prints "red.ppm,mean,\"minus 1, 2, 5\",2,1,R,250,250,250,250 250"
prints "red.ppm,std,\"divided by 1, 2, 4\",2,1,R,62.5,62.5,62.5,62.5 62.5"
works classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --activation c --activation input
prints "red.ppm,c,1x2x1x2,-9,9,0,0,9 9 -9 -9"
prints "red.ppm,input,1x3x1x2,0,1,0.3333333,4,1 1 0 0"
run classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --save-activations "$WORK/all.safetensors"
[ "$STATUS" -eq 0 ] && grep -q '"c":.*"shape":\[1,2,1,2\]' "$WORK/all.safetensors" || fail "activations were not saved"

# Summary: weights alone, joined graphs.
works summary "$WORK/net.safetensors" --model "$NET"
prints "Total params: 8"
prints "Pictures: middle | order rgb | scale 1/255"
works summary "a: conv 4 3x3 pad 1 | relu | conv 4 3x3 pad 1 | add a | flatten | dense 3" --input 1x8x8
prints "Feeds"
prints "3 (add) from 2 a"
prints " 0 a (conv 4 3x3 pad 1)"  # numbers count from 0 without the input, as the pages do
works summary resnet50
prints "Total params: 25,557,032"
prints "layer1.0.conv1, layer1.0.downsample.0"
prints "Activations of one picture: "

# Stored answers.
works verify "$WORK/right.safetensors" --model "$NET"
prints "agrees yes"
prints "pictures 2"
prints "largest.error 0"
run verify "$WORK/wrong.safetensors" --model "$NET"
[ "$STATUS" -eq 1 ] || fail "verify: status $STATUS, not 1, for wrong logits"
prints "agrees no"
grep -q "value 3 is 4.5, stored is 4.6" "$WORK/err" || fail "verify does not say which logit is wrong"
refuses 2 "--model is missing" "--model resnet50" verify "$WORK/right.safetensors"
refuses 1 'holds no tensor named "input"' "as \`logits\`" verify "$WORK/net.safetensors" --model "$NET"
refuses 1 "its input is 2 x 3 x 1 x 2, the network takes 3 x 4 x 4" "input size" verify "$WORK/right.safetensors" --model "input 3x4x4 | c: conv 2 1x1"
refuses 2 "no model is called" "resnet50" verify "$WORK/right.safetensors" --model resnet05

# Mistakes.
refuses 1 '"preprocessing" in its metadata: 2 means for 3 channels' "" classify "$WORK/bad.safetensors" --model "$NET" "$WORK/red.ppm"
refuses 1 '"preprocessing" in its metadata: preprocessing: unknown step "blur"' "use one of" classify "$WORK/odd.safetensors" --model "$NET" "$WORK/red.ppm"
refuses 1 "holds weights but not the network" "--model NAME" classify "$WORK/net.safetensors" "$WORK/red.ppm"
refuses 1 "c.bias is missing" "" classify "$WORK/half.safetensors" --model "$NET" "$WORK/red.ppm"
refuses 1 "16 missing: features.0.weight" "" classify "$WORK/half.safetensors" --model "alexnet" "$WORK/red.ppm"
refuses 1 "--crop 5: " "leave --crop out" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --crop 5
refuses 2 "--mean 104,117,123" "add --scale 1" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --mean 104,117,123
refuses 2 "--mean: 2 numbers for 3 channels" "one number for each" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --mean 1,2
refuses 2 "--resize: 'big'" "stretch, or middle" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --resize big
refuses 1 'no layer is called "d"' "did you mean" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --activation d
echo one >"$WORK/one.txt"
refuses 1 "names 1 classes" "one name on each line" classify "$WORK/net.safetensors" --model "$NET" "$WORK/red.ppm" --labels "$WORK/one.txt"
refuses 1 "not one value for each class" "detectors" classify "$WORK/net.safetensors" --model "input 3x8x8 | c: conv 2 1x1" "$WORK/red.ppm"
refuses 1 "there is no such file" "check the name" classify "$WORK/model.pth" "$WORK/red.ppm"

# ---- with it ----
REFERENCE=${STRIATE_REFERENCE:-../shared}
ONNX=$REFERENCE/data/models/SqueezeNet_fp16.onnx
TWIN=$REFERENCE/data/models/squeezenet1_1_imagenet_f16.safetensors
PHOTOS=$REFERENCE/data/images/photos
if [ -f "$ONNX" ] && [ -f "$TWIN" ] && [ -d "$PHOTOS" ]; then
  for model in "$ONNX" "$TWIN --model squeezenet1_1"; do
    # shellcheck disable=SC2086
    works classify $model "$PHOTOS/kitten_224.png" "$PHOTOS/coffee.png" --best 1
    grep -Eq 'kitten_224.png,1,tabby,0\.9[345]' "$WORK/out" || fail "$model: no tabby"
    grep -Eq 'coffee.png,1,espresso,0\.9[456]' "$WORK/out" || fail "$model: no espresso"
  done
  run classify "$ONNX" "$PHOTOS/coffee.png" --order rgb --best 1
  grep -q "note: coffee.png: with the channels as BGR it would be espresso (0.95 instead of 0.29): try --order bgr" "$WORK/err" ||
    fail "red and blue swapped is not pointed out"
  refuses 1 "--crop 300" "leave --crop out" classify "$ONNX" "$PHOTOS/coffee.png" --crop 300
  refuses 1 "does not fit the network" "they fit squeezenet1_1" classify "$TWIN" --model resnet18 "$PHOTOS/coffee.png"
fi
# Judged on a data set: the softmax at its end is no hindrance, of 1000 classes those that occur are listed.
mkdir -p "$WORK/set/espresso" "$WORK/set/tabby"
if [ -f "$ONNX" ] && [ -d "$PHOTOS" ]; then
  cp "$PHOTOS/coffee.png" "$WORK/set/espresso"
  cp "$PHOTOS/kitten_224.png" "$PHOTOS/rocket.jpg" "$WORK/set/tabby"
  run evaluate "$ONNX" --data "folder:$WORK/set" --part all --quiet
  [ "$STATUS" -eq 0 ] || fail "SqueezeNet is not evaluated"
  prints "correct 2"
  grep -Eq '^tabby +2 +0\.5000 +1\.0000$' "$WORK/out" || fail "no row for tabby"
  [ "$(wc -l <"$WORK/out")" -lt 20 ] || fail "rows for classes that do not occur"
fi
MNIST=$REFERENCE/data/models/mnist.onnx
if [ -f "$MNIST" ] && [ -d "$REFERENCE/data/mnist" ]; then
  works evaluate "$MNIST" --data "mnist:$REFERENCE/data/mnist" --quiet
  prints "correct 9891"
fi
done_testing
