# What must not end the program, and what must not pass for an answer: networks that mix their pictures, outputs that
# are no numbers, broken pictures in a folder, names that are not UTF-8, a resize that was asked for.
. tests/cli/expect.bash

# These wrote outside their memory.
for model in "resize nearest 14,1,28,28 | flatten | dense 10" "transpose 2,1,0,3 | flatten | dense 10" "reshape -1" \
  "softmax axis 0 | flatten | dense 10" "flatten | dense 10 | slice axis 0 from 0 to 3"; do
  refuses 1 "layer " "" train --data digits:200 --model "$model" --steps 5 --batch 7 --quiet
done
refuses 1 "mixes the pictures of a batch: its sums go over axis 0" "leave axis 0 out" \
  train --data digits:200 --model "softmax axis 0 | flatten | dense 10" --steps 5 --batch 7 --quiet
works train --data digits:200 --model "c: constant 1x28x1 | from input | mul c | flatten | dense 10" --steps 2 --batch 7 \
  --quiet

# A folder with a class that is not UTF-8, below a folder that is not, and with pictures that can't be read.
DATA=$WORK/$'d\xe9'
mkdir -p "$DATA/"$'caf\xe9' "$DATA/tea"
for i in 1 2 3 4 5 6 7 8; do
  gray_picture g.pgm 4 4 $(seq $i 5 $((i + 75)))
  cp "$WORK/g.pgm" "$DATA/"$'caf\xe9'"/$i.pgm"
  gray_picture g.pgm 4 4 $(seq $((i + 100)) 5 $((i + 175)))
  cp "$WORK/g.pgm" "$DATA/tea/$i.pgm"
done
echo "no picture" >"$DATA/tea/broken.pgm"
head -c 14 "$WORK/g.pgm" >"$DATA/tea/cut.pgm"
NET="flatten | dense 2"
run train --data "folder:$DATA" --model "$NET" --steps 3 --batch 5 --quiet --save "$WORK/m.safetensors"
[ "$STATUS" -eq 0 ] || fail "a folder that is not UTF-8 was not learned from"
prints "training.samples 12"
[ "$(grep -c "left out: .*\(broken\|cut\).pgm" "$WORK/err")" -eq 2 ] || fail "broken pictures were not listed"
python3 - "$WORK/m.safetensors" <<'PY' || fail "what was saved is no JSON"
import json, struct, sys
b = open(sys.argv[1], 'rb').read()
meta = json.loads(b[8:8 + struct.unpack('<Q', b[:8])[0]].decode('utf-8'))['__metadata__']
assert json.loads(meta['classes']) == ['caf\\xE9', 'tea'], meta['classes']
PY
run train --data "folder:$DATA" --resume "$WORK/m.safetensors" --steps 5 --quiet --save "$WORK/m.safetensors"
[ "$STATUS" -eq 0 ] || fail "a folder that is not UTF-8: training did not go on"
run evaluate "$WORK/m.safetensors" --data "folder:$DATA" --part all --quiet
[ "$STATUS" -eq 0 ] || fail "a folder that is not UTF-8: evaluate failed"
prints "samples 16"
prints 'caf\xE9'
works classify "$WORK/m.safetensors" "$DATA/tea/1.pgm"
# An explicit resize is applied, also to a data set and to pictures of the network's size.
works classify "$WORK/m.safetensors" "$WORK/g.pgm" --resize 8 --explain
prints "g.pgm,resize,\"shorter side to 8"
works train --data digits:60 --model mlp --steps 2 --batch 7 --quiet --save "$WORK/digits.safetensors"
works evaluate "$WORK/digits.safetensors" --data digits:60 --part all --csv --quiet
cp "$WORK/out" "$WORK/plain"
works evaluate "$WORK/digits.safetensors" --data digits:60 --part all --csv --quiet --resize 84
cmp -s "$WORK/out" "$WORK/plain" && fail "evaluate --resize changed nothing"

# Weights that are no numbers give no answer.
python3 - "$WORK" <<'PY'
import json, struct, sys
w = sys.argv[1]
def write(name, values):
    raw = struct.pack('<32f', *values) + struct.pack('<2f', 0, 0)
    head = {'0.weight': {'dtype': 'F32', 'shape': [2, 16], 'data_offsets': [0, 128]},
            '0.bias': {'dtype': 'F32', 'shape': [2], 'data_offsets': [128, 136]}}
    h = json.dumps(head).encode(); h += b' ' * (-len(h) % 8)
    open(w + '/' + name, 'wb').write(struct.pack('<Q', len(h)) + h + raw)
write('nan.safetensors', [float('nan')] * 32)
write('large.safetensors', [3e38] * 16 + [1.0] * 16)
PY
for file in nan large; do
  gray_picture white.pgm 4 4 $(yes 255 | head -16)
  sed -i 's/0\.weight/1.weight/; s/0\.bias/1.bias/' "$WORK/$file.safetensors"
  refuses 1 "the network's output is not a number: value 0 of 2" "" classify "$WORK/$file.safetensors" \
    --model "input 1x4x4 | flatten | dense 2" "$WORK/white.pgm"
  run evaluate "$WORK/$file.safetensors" --model "input 1x4x4 | flatten | dense 2" --data "folder:$DATA" --part all --quiet
  [ "$STATUS" -eq 1 ] && grep -q "is not a number: value 0 of 2" "$WORK/err" || fail "evaluate took what is not a number"
done
done_testing
