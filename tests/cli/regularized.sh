# L1, label smoothing and clipping from the command line: printed, saved, resumed bit for bit; and the same weights as
# PyTorch's after the same steps.
. tests/cli/expect.bash
. tests/cli/export.bash

TRAIN="--data digits:600 --batch 32 --quiet --device cpu"
NETWORK="conv 6 5x5 | relu | maxpool 2 | flatten | dense 10"
HELD="--l1 0.002 --label-smoothing 0.1 --clip-norm 0.5"
trains() { # FILE ARGUMENTS...
  local file=$1
  shift
  works train $TRAIN --model "$NETWORK" --save "$file" "$@"
}
trains plain.safetensors --steps 8
grep -Eq '^(l1|label_smoothing|clip_norm|gradient_norm) ' out && fail "printed what is not there"
trains a.safetensors --steps 8 $HELD
prints "l1 0.002"
prints "label_smoothing 0.1"
prints "clip_norm 0.5"
grep -Eq '^gradient_norm [0-9.]+$' out || fail "no norm of the gradients"
cmp -s a.safetensors plain.safetensors && fail "nothing is different"
# One thread, and stopped half way.
trains b.safetensors --steps 8 $HELD --threads 1
cmp -s a.safetensors b.safetensors || fail "one thread gives another file"
trains half.safetensors --steps 3 $HELD
works train --data digits:600 --quiet --device cpu --resume half.safetensors --steps 8 --save c.safetensors
cmp -s a.safetensors c.safetensors || fail "stopped and resumed gives another file"
for option in "--l1 0.1" "--label-smoothing 0.1" "--clip-norm 1"; do
  refuses 2 "cannot be given together with --resume" "" train --data digits:600 --resume half.safetensors $option
  refuses 2 "" "" train --data digits:600 --model "$NETWORK" ${option% *} -1
done
refuses 2 "label smoothing with the loss mse" "cross-entropy" train --data digits:600 --model "$NETWORK" --loss mse \
  --label-smoothing 0.1

need_python torch,numpy
trains sgd.safetensors --steps 6 $HELD --optimizer "sgd momentum 0.9 decay 0.001" --rate 0.05
trains adam.safetensors --steps 6 --l1 0.002 --clip-norm 0.5 --optimizer "adamw decay 0.1"
for training in sgd adam; do same_training pytorch $training; done
done_testing
