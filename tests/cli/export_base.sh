# A training on a base, and one that began with given weights, go on as projects for PyTorch: the same first loss, as good
# at the end, also by two processes.
. tests/cli/expect.bash
. tests/cli/export.bash

# Bars that lie and stand, in any gray.
for i in $(seq 40); do
  mkdir -p tiles/lie tiles/stand
  awk -v i="$i" 'BEGIN { srand(i); a = int(rand() * 90); b = 150 + int(rand() * 90); print "P2 16 16 255";
    for (y = 0; y < 16; ++y) for (x = 0; x < 16; ++x) print (int((y + i) / 2) % 2 ? a : b) }' >"tiles/lie/$i.pgm"
  awk -v i="$i" 'BEGIN { srand(100 + i); a = int(rand() * 90); b = 150 + int(rand() * 90); print "P2 16 16 255";
    for (y = 0; y < 16; ++y) for (x = 0; x < 16; ++x) print (int((x + i) / 2) % 2 ? a : b) }' >"tiles/stand/$i.pgm"
done
NETWORK="conv 6 3x3 | batchnorm | relu | conv 8 3x3 | relu | globalavgpool | flatten | dense 2"
run train --data folder:tiles --model "$NETWORK" --epochs 4 --batch 8 --seed 3 --quiet --save base.safetensors
[ "$STATUS" -eq 0 ] || fail "cannot train the base"
run train --data folder:tiles --base base.safetensors --examples 12 --epochs 20 --batch 8 --quiet --save headed.safetensors \
  --log headed.csv
[ "$STATUS" -eq 0 ] || fail "cannot train on the base"
run train --data folder:tiles --weights base.safetensors --epochs 3 --batch 8 --quiet --save weighted.safetensors \
  --log weighted.csv
[ "$STATUS" -eq 0 ] || fail "cannot train with given weights"
exports headed.safetensors headed_project --to pytorch --training
exports weighted.safetensors weighted_project --to pytorch --training --data folder:tiles
[ "$(grep -c ',training$\|training,' headed_project/split.csv)" -eq 24 ] || fail "another split"
grep -q 'freeze(net)' headed_project/train.py || fail "the base is not frozen"
grep -q 'SyncBatchNorm' weighted_project/README.md || fail "what torchrun does to batch normalizations is not told"
mv base.safetensors moved.safetensors
refuses 1 "base.safetensors" "" export weighted.safetensors none --training --data folder:tiles
mv moved.safetensors base.safetensors

need_python torch,numpy,PIL
first_loss() { awk -F, 'NR == 1 { for (i = 1; i <= NF; ++i) if ($i == "loss") at = i } NR == 2 { print $at }' "$1"; } # CSV
near() { awk -v a="$1" -v b="$2" -v most="$3" 'BEGIN { d = a - b; exit !(d * d <= most * most) }'; } # A B MOST
for name in headed weighted; do
  run evaluate "$name.safetensors" --data folder:tiles --quiet
  here=$(sed -n 's/^accuracy //p' out)
  "$PYTHON" "${name}_project/train.py" >out 2>err || fail "$name: train.py ends with an error"
  near "$(first_loss "${name}_project/log.csv")" "$(first_loss "$name.csv")" 1e-4 || fail "$name: another first loss"
  near "$(sed -n 's/^test.accuracy //p' out)" "$here" 0.13 || fail "$name: not as good as $here"
done
# Frozen batch normalizations count nothing, so that two processes do what one does.
"$PYTHON" -m torch.distributed.run --nproc_per_node=2 headed_project/train.py >out 2>err || fail "two processes"
near "$(first_loss headed_project/log.csv)" "$(first_loss headed.csv)" 1e-4 || fail "two processes: another first loss"
done_testing
