# What ONNX Runtime computes on the same prepared picture: AlexNet and ResNet-50 with random weights as PyTorch exports
# them, and SqueezeNet with its own where the reference data are. Class, logits and probabilities within 1e-4.
. tests/cli/expect.bash
ROOT=$PWD
REFERENCE=$(realpath "${STRIATE_REFERENCE:-../shared}" 2>/dev/null)
. tests/cli/export.bash
need_python "onnxruntime, onnx, torch, torchvision, safetensors"

"$PYTHON" - <<'END' >out 2>err || fail "PyTorch exports nothing"
import torch, torchvision
torch.manual_seed(3)
for name in ("alexnet", "resnet50"):
    net = getattr(torchvision.models, name)(weights=None).eval()
    torch.onnx.export(net, torch.zeros(1, 3, 224, 224), name + ".onnx", dynamo=False, opset_version=13)
END
models=(alexnet.onnx resnet50.onnx)
half=$REFERENCE/data/models/SqueezeNet_fp16.onnx
if [ -f "$half" ]; then
  # ONNX Runtime would compute in half precision: the same numbers as float32.
  "$PYTHON" - "$half" <<'END' >out 2>err || fail "SqueezeNet cannot be made float32"
import sys, onnx
from onnx import numpy_helper, TensorProto
model = onnx.load(sys.argv[1])
half, single = TensorProto.FLOAT16, TensorProto.FLOAT
for tensor in model.graph.initializer:
    if tensor.data_type == half:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype("float32"), tensor.name))
for value in list(model.graph.input) + list(model.graph.output) + list(model.graph.value_info):
    if value.type.tensor_type.elem_type == half:
        value.type.tensor_type.elem_type = single
for node in model.graph.node:
    for attribute in node.attribute:
        if attribute.name == "to" and attribute.i == half:
            attribute.i = single
        if attribute.HasField("t") and attribute.t.data_type == half:
            attribute.t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(attribute.t).astype("float32")))
onnx.save(model, "squeezenet.onnx")
END
  models+=(squeezenet.onnx)
fi

for model in "${models[@]}"; do
  run classify "$model" "$ROOT/assets/images/balloons.png" --save-activations values.safetensors --force --device cpu
  [ "$STATUS" -eq 0 ] || fail "$model: status $STATUS"
  cp out answer
  "$PYTHON" - "$model" <<'END' >out 2>err || fail "$model: $(tail -1 err)"
import csv, sys
import numpy, onnxruntime
from safetensors.numpy import load_file
values = load_file("values.safetensors")
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
given = session.get_inputs()[0]
shape = [size if isinstance(size, int) else 1 for size in given.shape]
wanted = session.run(None, {given.name: values["input"].reshape(shape).astype("float32")})[0].ravel()
outputs = [name for name in values if values[name].size == wanted.size]
apart = min(float(abs(values[name].ravel() - wanted).max()) for name in outputs)
assert apart <= 1e-4, f"the output is {apart} apart"
total = wanted.sum()
shares = wanted if abs(total - 1) < 1e-3 and wanted.min() >= 0 else numpy.exp(wanted - wanted.max())
shares = shares / shares.sum()
rows = list(csv.reader(open("answer")))
rows = [row for row in rows if row and row[0].endswith("balloons.png")]
assert len(rows) == 5, rows
for place, row in enumerate(rows):
    share = float(numpy.sort(shares)[::-1][place])
    assert abs(float(row[3]) - share) <= 1e-4, f"place {place}: {row[3]}, not {share}"
END
done
done_testing
