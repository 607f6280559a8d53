# Labels made wrong on purpose, changed and left out: the same weights as PyTorch's after the same steps.
. tests/cli/expect.bash
. tests/cli/export.bash

need_python torch,numpy
printf 'picture,now\n' >labels.csv
for picture in 3 5 8 13 21 34 55 89 144 233 377; do printf '%s,left out\n' $picture; done >>labels.csv
printf '%s,7\n' 1 2 4 6 7 9 >>labels.csv
works train --data digits:400 --model "conv 6 5x5 | relu | maxpool 2 | flatten | dense 10" --batch 16 --steps 40 \
  --wrong-labels 0.1 --labels labels.csv --quiet --device cpu --optimizer sgd --rate 0.05 --save learned.safetensors
same_training pytorch learned
done_testing
