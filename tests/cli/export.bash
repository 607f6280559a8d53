# What the tests of `striate export` share; `. tests/cli/expect.bash` first. They work inside $WORK.
STRIATE=$(realpath "$STRIATE")
cd "$WORK" || exit 1

# FILE FILE [SHARE]: as many values in both, and all within 1e-4 of the largest, or that share of it.
same_values() {
  ! grep -qi 'nan\|inf' "$1" "$2" || return 1
  paste "$1" "$2" | awk -v a="$(wc -l <"$1")" -v b="$(wc -l <"$2")" -v share="${3:-1e-4}" '
    { v = $1 < 0 ? -$1 : $1; d = $1 - $2; d = d < 0 ? -d : d; if (v > most) most = v; if (d > worst) worst = d }
    END { exit !(a == b && a > 0 && worst <= share * most) }'
}
exports() { # ARGUMENTS...: works, and says what it wrote
  run export "$@"
  [ "$STATUS" -eq 0 ] || fail "striate export $*: status $STATUS, not 0"
  [ -s err ] || fail "striate export $*: does not say what it wrote"
}
# A network with statistics and weights that are not those of the start.
make_trained() {
  run train --data shapes:200 --model resnet20 --steps 3 --batch 8 --seed 5 --quiet --save trained.safetensors
  [ -s trained.safetensors ] || fail "no trained model to export"
}
# The first interpreter that has all of these modules; skips the test where none has.
need_python() { # MODULES
  for PYTHON in ${STRIATE_PYTHON:-} python3 /usr/bin/python3; do
    "$PYTHON" -c "import $1" >/dev/null 2>&1 && return
  done
  skip "no Python here has $1 (STRIATE_PYTHON may name one)"
}
# FORMAT TRAINING: the project of TRAINING.safetensors, run by $PYTHON, ends with the same weights, within 1e-6.
same_training() {
  local name=$1-$2
  exports "$2.safetensors" "$name" --to "$1" --training
  "$PYTHON" "$name/train.py" >out 2>err || fail "$name/train.py ends with an error"
  "$PYTHON" - "$name" "$2.safetensors" <<'END' >out 2>err || fail "$name: other weights"
import json, struct, sys
import numpy as np
def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header, values = json.loads(file.read(length)), file.read()
    return {name: np.frombuffer(values[slice(*at["data_offsets"])], "<f4") for name, at in header.items()
            if name != "__metadata__" and not name.startswith("optimizer.")}
theirs, ours, start = (read(path) for path in (sys.argv[1] + "/model.safetensors", sys.argv[2], sys.argv[1] + "/start.safetensors"))
assert theirs.keys() == ours.keys() and ours
worst = max(np.abs(theirs[name] - ours[name]).max() for name in ours)
moved = max(np.abs(start[name] - ours[name]).max() for name in ours)
print("furthest apart", worst, "moved", moved)
assert moved > 1e-3 and worst <= 1e-6
END
}
NETWORKS=(
  trained.safetensors lenet5 lenet5-tanh lenet5-1998 lenet1989 tinyvgg mlp squeezenet1_1 resnet18
  "input 4x9x8 | conv 6 3x2 stride 2x1 pad 1,0,2,1 groups 2 | prelu | maxpool 3 stride 2 pad 1 ceil | lrn 3 | globalavgpool"
  "input 2x5x4 | convtranspose 4 3x3 stride 2 pad 1 output padding 1 | instancenorm | avgpool 3 stride 2 pad 1 | flatten | softmax"
  "input 3x8x6 | a: conv 4 3x3 pad 1 | concat input | resize linear batch,7,5,9 | gelu | reshape batch,7,-1 | transpose 0,2,1 | layernorm from 2"
)
# Keras has no such layer.
LOCAL_NETWORKS=(
  "input 1x32x32 | local 6 5x5 | relu | maxpool 2 | flatten | dense 10"
  "input 2x6x7 | local 3 3x2 stride 2x1 pad 1,0,2,1 dilation 2x1 | relu | flatten | dense 5"
  "input 2x6x7 | local 3 3x3 pad 1 sets 2x3 | local 4 2x3 sets 1 no bias"
)
# KIND: writes a script for each network, runs all of them in $PYTHON, and compares their values with striate's.
check_scripts() {
  local i
  for i in "${!NETWORKS[@]}"; do
    exports "${NETWORKS[$i]}" "net$i.py" --to "$1" --seed 3 --check
    cp out "expected$i"
  done
  "$PYTHON" - "${!NETWORKS[@]}" <<'END' >out 2>err || fail "$1: not all scripts run"
import contextlib, runpy, sys
for i in sys.argv[1:]:
    sys.argv = [f"net{i}.py", "--check"]
    with open(f"got{i}", "w") as file, contextlib.redirect_stdout(file):
        runpy.run_path(f"net{i}.py", run_name="__main__")
END
  for i in "${!NETWORKS[@]}"; do
    same_values "expected$i" "got$i" || fail "$1 gives other values for ${NETWORKS[$i]}"
  done
}
