# Networks for other programs: what is written is read again by striate and gives the same values; what is wrong is
# told. The programs themselves: export_onnx.sh, export_pytorch.sh, export_keras.sh.
. tests/cli/expect.bash
. tests/cli/export.bash

make_trained
exports trained.safetensors first.onnx --check
cp out expected
exports first.onnx second.onnx --check
same_values expected out || fail "the ONNX file gives other values"
exports second.onnx third.onnx
cmp -s second.onnx third.onnx || fail "what was read and written is another file each time"
exports first.onnx back.safetensors --check
same_values expected out || fail "the safetensors file gives other values"
exports back.safetensors back.onnx --check
same_values expected out || fail "an exported safetensors file gives other values"
run summary back.safetensors
[ "$STATUS" -eq 0 ] || fail "striate summary does not read the exported file"

# Names of classes and the preprocessing of pictures go along.
printf 'no\nyes\n' >labels.txt
exports "input 3x4x4 | conv 2 3x3 | flatten | dense 2" plain.onnx --seed 2
exports plain.onnx named.onnx --labels labels.txt --order bgr --mean 104,117,123 --scale 1
exports named.onnx named.safetensors
color_picture red.ppm 4 4 $(for i in $(seq 16); do echo 250 20 10; done)
run classify plain.onnx red.ppm --labels labels.txt --order bgr --mean 104,117,123 --scale 1
cp out expected
for file in named.onnx named.safetensors; do
  run classify $file red.ppm
  cmp -s expected out || fail "$file does not say how pictures are prepared, or what the classes are called"
done

# What is wrong.
refuses 2 "none" "ends in .onnx, .py or .safetensors" export lenet5 model.h5
refuses 2 "--to keras is for scripts" ".py" export lenet5 model.onnx --to keras
refuses 2 "lenet6" "lenet5" export lenet6 model.onnx
refuses 1 "not-there.safetensors" "" export not-there.safetensors model.onnx
cp trained.safetensors kept.safetensors
refuses 1 "would be written over what is read" "--force" export trained.safetensors trained.py
refuses 1 "would be written over what is read" "--force" export trained.safetensors ./trained.safetensors
cmp -s trained.safetensors kept.safetensors || fail "an export has changed its model"
refuses 1 "/not/there" "" export trained.safetensors /not/there/model.onnx
exports lenet5 lenet5.onnx
grep -q "has learned nothing" err || fail "does not say that the weights are untrained"
done_testing
