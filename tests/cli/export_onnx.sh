# ONNX's own checker accepts exported files, with the shapes that it finds itself.
. tests/cli/expect.bash
. tests/cli/export.bash
need_python onnx
make_trained
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
done_testing
