# Keras goes the steps of a training with an L1 penalty, smoothed labels and clipped gradients to the same weights.
. tests/cli/expect.bash
. tests/cli/export.bash

need_python keras,numpy
works train --data digits:600 --batch 32 --quiet --device cpu --model "conv 6 5x5 | relu | maxpool 2 | flatten | dense 10" \
  --steps 6 --l1 0.002 --label-smoothing 0.1 --clip-norm 0.5 --optimizer "sgd momentum 0.9 decay 0.001" --rate 0.05 --schedule constant \
  --save sgd.safetensors
same_training keras sgd
done_testing
