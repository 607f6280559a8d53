# A saved training goes on as a project for Keras: the same first losses, as good at the end.
. tests/cli/expect.bash
. tests/cli/export.bash

run train --data digits:600 --model "conv 6 5x5 | relu | maxpool 2 | flatten | dense 10" --batch 32 --epochs 2 --quiet \
  --augment "shift 1" --optimizer "rmsprop decay 0.001" --save digits.safetensors --log digits.csv
[ "$STATUS" -eq 0 ] || fail "cannot train"
exports digits.safetensors project --to keras --training
run train --data digits:60 --model "conv 6 5x5 dilation 2 stride 2 | flatten | dense 10" --steps 1 --quiet --save wide.safetensors
refuses 1 "more to learn than here" "--to pytorch" export wide.safetensors none --to keras --training

need_python keras,tensorflow,numpy
"$PYTHON" project/train.py >out 2>err || fail "train.py ends with an error"
paste -d, project/log.csv digits.csv | awk -F, -v steps="$(wc -l <digits.csv)" '
  NR > 1 { d = $2 - $5; d = d < 0 ? -d : d; if (d > (NR == 2 ? 1e-4 : 0.05)) bad = 1 }
  END { exit bad || NR != steps || NR < 3 }' || fail "other losses"
ours=$(sed -n 's/^test.accuracy //p' out)
run evaluate project/model.safetensors --data digits:600
[ "$ours" == "$(sed -n 's/^accuracy //p' out)" ] || fail "Keras measured $ours, striate something else"
run evaluate digits.safetensors --data digits:600
awk -v a="$ours" -v b="$(sed -n 's/^accuracy //p' out)" 'BEGIN { d = a - b; exit !(d * d <= 0.017 * 0.017) }' ||
  fail "an accuracy of $ours"
done_testing
