# An exported script answers for pictures as striate classify does: opened, prepared, ordered and named alike.
. tests/cli/expect.bash
IMAGES=$(realpath assets/images)
. tests/cli/export.bash
need_python torch,numpy,PIL

"$PYTHON" - <<'END_PYTHON' || fail "no pictures to look at"
from PIL import Image
import numpy as np
rng = np.random.default_rng(1)
photo = rng.integers(0, 256, (60, 90, 3), np.uint8)
Image.fromarray(np.kron(photo, np.ones((3, 3, 1), np.uint8))).save("photo.png")
Image.fromarray(photo).resize((41, 23)).save("small.png")
Image.fromarray(rng.integers(0, 256, (33, 50, 4), np.uint8)).save("clear.png")
Image.fromarray(rng.integers(0, 256, (47, 31), np.uint8)).save("gray.png")
turned = Image.Exif()
turned[0x0112] = 6
Image.fromarray(np.kron(photo[:40, :50], np.ones((8, 8, 1), np.uint8))).save("turned.jpg", quality=95, exif=turned)
digit = np.full((120, 100), 240, np.uint8)
digit[20:90, 40:52] = 20
digit[78:90, 30:70] = 60
Image.fromarray(digit).save("digit.png")
Image.fromarray(rng.integers(0, 256, (28, 28), np.uint8)).save("ready.png")
END_PYTHON

# MODEL OPTIONS -- PICTURES...: both give the same lines; shares may differ in their last digits. The decoders of JPEG
# round differently: a hundredth there.
same_answers() { # TOLERANCE NAME MODEL... -- PICTURES...
  local tolerance=$1 name=$2 model=()
  shift 2
  while [ "$1" != -- ]; do model+=("$1"); shift; done
  shift
  exports "${model[0]}" "$name.py" "${model[@]:1}"
  "$STRIATE" classify "${model[0]}" "$@" "${model[@]:1}" >expected 2>err || fail "striate classify ${model[*]}"
  "$PYTHON" "$name.py" "$@" >out 2>err || fail "python $name.py $*: it does not run"
  "$PYTHON" - "$tolerance" <<'END_PYTHON' || fail "$name.py answers otherwise for $*"
import csv, sys
rows = [list(csv.reader(open(name))) for name in ("expected", "out")]
assert rows[0][0] == rows[1][0] and len(rows[0]) == len(rows[1]) > 1, rows
shares = [{}, {}]
for which in (0, 1):
    for path, rank, name, share in rows[which][1:]:
        shares[which][path, name] = float(share)
for key, share in shares[0].items():
    assert abs(share - shares[1].get(key, share)) < float(sys.argv[1]), (key, share, shares[1].get(key))
best = [[(r[0], r[2]) for r in rows[which][1:] if r[1] == "1"] for which in (0, 1)]
assert best[0] == best[1], best
END_PYTHON
}

make_trained
same_answers 1e-4 shapes trained.safetensors -- photo.png small.png clear.png gray.png "$IMAGES/still-life.png"
same_answers 2e-2 held trained.safetensors -- turned.jpg
same_answers 1e-4 shorter trained.safetensors --resize 40 -- photo.png small.png
run train --data digits:200 --model lenet5 --steps 20 --batch 10 --quiet --save digits.safetensors
same_answers 1e-4 digits_net digits.safetensors -- digit.png ready.png

# Without a picture it says how it is used; a network without pictures has no such words.
"$PYTHON" digits_net.py >out 2>err && fail "a script without arguments: status 0"
grep -q "python digits_net.py photo.jpg" err || fail "a script does not say how it is used"
exports "input 6 | dense 3" plain.py
grep -q "photo.jpg" plain.py && fail "a network of six values speaks of pictures"

# A script of this name would be imported instead of the module.
for name in torch numpy keras onnx json random; do
  refuses 1 "$name.py: Python would take this script for the module $name" "${name}_net.py" export lenet5 "$name.py"
  [ ! -e "$name.py" ] && [ ! -e "$name.safetensors" ] || fail "$name.py was written all the same"
done
refuses 1 "keras.py: Python would take" "keras_net.py" export lenet5 keras.py --to keras
done_testing
