# ONNX's own checker accepts exported files, with the shapes that it finds itself.
. tests/cli/expect.bash
. tests/cli/export.bash
need_python onnx
make_trained
NETWORKS+=("${LOCAL_NETWORKS[@]}")
for i in "${!NETWORKS[@]}"; do
  exports "${NETWORKS[$i]}" "net$i.onnx" --seed 3
done
"$PYTHON" - "${!NETWORKS[@]}" <<'END' >out 2>err || fail "ONNX's checker refuses a file"
import sys
import onnx
from onnx import checker, defs
checked = 0
for i in sys.argv[1:]:
    model = onnx.load(f"net{i}.onnx")
    if model.opset_import[0].version > defs.onnx_opset_version():
        continue  # it does not know these operators yet
    checker.check_model(model, full_check=True)
    checked += 1
assert checked >= 8, checked
END
# What ONNX Runtime computes with a locally connected layer, where it is.
if "$PYTHON" -c "import onnxruntime, numpy" >/dev/null 2>&1; then
  for i in "${!LOCAL_NETWORKS[@]}"; do
    exports "${LOCAL_NETWORKS[$i]}" "local$i.py" --to pytorch --seed 3 --check
    cp out "expected$i"
    exports "${LOCAL_NETWORKS[$i]}" "local$i.onnx" --seed 3
    "$PYTHON" - "local$i.onnx" <<'END' >"got$i" 2>err || fail "ONNX Runtime refuses ${LOCAL_NETWORKS[$i]}"
import sys
import numpy as np
import onnxruntime
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
source = session.get_inputs()[0]
shape = [1, *source.shape[1:]]
values = ((np.arange(np.prod(shape)) * 7919 % 1000) / 500 - 1).astype(np.float32).reshape(shape)
for value in session.run(None, {source.name: values})[0].flatten():
    print(f"{value:.9g}")
END
    same_values "expected$i" "got$i" 1e-5 || fail "ONNX Runtime gives other values for ${LOCAL_NETWORKS[$i]}"
  done
fi
done_testing
