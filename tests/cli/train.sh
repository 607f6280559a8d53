# Training from the command line: what is printed, saved, logged and resumed; evaluate, classify, summary and
# bench train on what was saved; what is wrong is told.
. tests/cli/expect.bash
TRAIN="--data digits:400 --model tiny --batch 16 --quiet --device cpu"

works train $TRAIN --steps 40 --save "$WORK/a.safetensors" --log "$WORK/a.csv"
for name in model parameters training.samples validation.samples test.samples seed steps epochs training.loss \
  validation.accuracy test.loss test.accuracy seconds saved; do
  grep -Eq "^$name [^ ]+" "$WORK/out" || fail "train did not print $name"
done
prints "training.samples 320"
prints "steps 40"
[ "$(head -1 "$WORK/a.csv")" == "step,epoch,loss,accuracy,rate,validation_loss,validation_accuracy" ] ||
  fail "log: other columns"
[ "$(wc -l <"$WORK/a.csv")" -eq 41 ] || fail "log: not a row for each step"
grep -Eq '^20,1\.0000,[0-9.]+,[0-9.]+,0\.00[0-9]+,[0-9.]+,[0-9.]+$' "$WORK/a.csv" || fail "log: no validation after an epoch"

# The same bytes from one thread, and from a stop half way.
works train $TRAIN --steps 40 --threads 1 --save "$WORK/b.safetensors"
cmp -s "$WORK/a.safetensors" "$WORK/b.safetensors" || fail "one thread gives another file"
works train $TRAIN --steps 17 --save "$WORK/half.safetensors"
works train --data digits:400 --quiet --device cpu --resume "$WORK/half.safetensors" --steps 40 --save "$WORK/c.safetensors"
cmp -s "$WORK/a.safetensors" "$WORK/c.safetensors" || fail "stopped and resumed gives another file"
works train $TRAIN --steps 40 --seed 2 --save "$WORK/d.safetensors"
cmp -s "$WORK/a.safetensors" "$WORK/d.safetensors" && fail "another seed gives the same file"

# Starting weights, changed pictures and shares of one's own go on as well, with one thread or two.
OWN="--init he-normal --split 0.7,0.2,0.1"
CHANGED="shift 2 rotate 10 brightness 0.1"
works train $TRAIN $OWN --augment "$CHANGED" --steps 40 --save "$WORK/own-a.safetensors"
prints "training.samples 280"
works train $TRAIN $OWN --augment "$CHANGED" --steps 23 --threads 1 --save "$WORK/own-b.safetensors"
works train --data digits:400 --quiet --device cpu --resume "$WORK/own-b.safetensors" --steps 40 --threads 2 \
  --save "$WORK/own-c.safetensors"
prints "training.samples 280"
cmp -s "$WORK/own-a.safetensors" "$WORK/own-c.safetensors" || fail "resumed with --init, --augment, --split: another file"
# What it is judged on is what it has not seen: the shares stand in the file.
loss=$(sed -n 's/^test.loss //p' "$WORK/out")
works evaluate "$WORK/own-c.safetensors" --data digits:400 --quiet --device cpu
prints "samples 40"
prints "loss $loss"
works evaluate "$WORK/own-c.safetensors" --data digits:400 --part validation --quiet --device cpu
prints "samples 80"
works train $TRAIN $OWN --steps 40 --save "$WORK/own-d.safetensors"
cmp -s "$WORK/own-a.safetensors" "$WORK/own-d.safetensors" && fail "--augment changes nothing"
for option in "--split 0.8,0.1,0.1" "--augment flip" "--init pytorch" "--seed 3" "--model tiny"; do
  refuses 2 "cannot be given together with --resume" "" train --data digits:400 --resume "$WORK/own-b.safetensors" $option
done

# Other settings, and a progress line that goes to standard error.
works train $TRAIN --steps 3 --optimizer "sgd momentum 0.9 nesterov" --rate 0.01 --schedule "warm-up 2 cosine 10" \
  --augment "shift 2 rotate 10" --init he-normal --split 0.9,0.1 --loss cross-entropy --weights-only \
  --save "$WORK/weights.safetensors"
works train --data shapes:60 --model "conv 4 3x3 | relu | globalavgpool | dense 6" --steps 2 --batch 8 --quiet
works train --data satellite:80 --model tinyvgg --steps 1 --batch 4 --quiet
run train --data digits:100 --model mlp --epochs 2
[ "$STATUS" -eq 0 ] && grep -q "epoch 2.*validation" "$WORK/err" || fail "no progress line"

works evaluate "$WORK/a.safetensors" --data digits:400 --quiet --device cpu
prints "samples 40"
grep -Eq '^accuracy [01]\.[0-9]{4}$' "$WORK/out" || fail "evaluate printed no accuracy"
prints 'true\predicted,0,1,2,3,4,5,6,7,8,9'
works evaluate "$WORK/a.safetensors" --data digits:400 --part all --csv --quiet
[ "$(wc -l <"$WORK/out")" -eq 11 ] || fail "evaluate --csv: not 11 lines"
# Every batch judges the same, and what is asked for is taken.
works evaluate "$WORK/a.safetensors" --data digits:400 --part all --quiet --device cpu
cp "$WORK/out" "$WORK/usual"
for batch in 1 7 64 400; do
  works evaluate "$WORK/a.safetensors" --data digits:400 --part all --quiet --device cpu --batch $batch
  cmp -s "$WORK/usual" "$WORK/out" || fail "evaluate --batch $batch: another result"
done
works evaluate "$WORK/weights.safetensors" --data digits:60 --part training --quiet

color_picture seven.ppm 12 16 $(awk 'BEGIN { for (y = 0; y < 16; ++y) for (x = 0; x < 12; ++x) {
  ink = (y > 1 && y < 4 && x > 1 && x < 10) || (y >= 4 && y < 14 && x > 6 && x < 9); v = ink ? 30 : 240; print v, v, v } }')
works classify "$WORK/a.safetensors" "$WORK/seven.ppm" "$WORK/seven.ppm"
[ "$(head -1 "$WORK/out")" == "image,rank,class,probability" ] || fail "classify: other columns"
[ "$(wc -l <"$WORK/out")" -eq 11 ] || fail "classify: not five lines for each picture"
works classify "$WORK/a.safetensors" "$WORK/seven.ppm" --best 1 --as picture

works summary lenet5
prints "(5*5*1 + 1)*6"
prints "Total params: 61,706"
prints "Multiply-adds for one picture: 416,520"
prints "to evaluate with batches of 250"
works summary "$WORK/a.safetensors"
prints "Trained for 40 steps on digits, seed 1"
prints "Data: digits:400, split 0.8,0.1,0.1"
prints "Training: adam, batch"
prints "Its training can go on"
prints "with batches of $(sed -n 's/^ *Training: adam, batch \([0-9]*\),.*/\1/p' "$WORK/out") and adam"
works summary "$WORK/weights.safetensors"
grep -q "Its training can go on" "$WORK/out" && fail "summary: weights alone can't go on"
# Lines that can be read, whatever the network: one layer that reads 200 others, names of 3,000 letters.
long=$(printf 'n%.0s' $(seq 3000))
wide="n0: relu"
for i in $(seq 200); do wide="$wide | from n0 | n$i: relu"; done
works summary "$wide | concat $(seq -f n%g -s ' ' 0 199) | flatten | dense 2" --input 1x2x2
[ "$(wc -L <"$WORK/out")" -lt 400 ] || fail "summary: a line of $(wc -L <"$WORK/out") columns"
prints "and 197 more"
refuses 2 "can't be a layer's name" "" summary "$long: relu | flatten | dense 2" --input 1x2x2
[ "$(wc -L <"$WORK/err")" -lt 400 ] || fail "an error of $(wc -L <"$WORK/err") columns"
refuses 2 "does not say what it takes" "give --input" summary "$wide"
[ "$(wc -L <"$WORK/err")" -lt 400 ] || fail "an error of $(wc -L <"$WORK/err") columns"
refuses 2 "" "" summary "$long"
[ "$(wc -L <"$WORK/err")" -lt 1100 ] || fail "an error of $(wc -L <"$WORK/err") columns"
refuses 2 "" "" filter "$long" "$WORK/seven.ppm" "$WORK/no.png"
[ "$(wc -L <"$WORK/err")" -lt 1100 ] || fail "an error of $(wc -L <"$WORK/err") columns"
works summary tinyvgg --input 3x96x96 --classes 7 --batch 8 --optimizer sgd
works summary "conv 4 3x3 | flatten | dense 3" --input 1x8x8

works bench train --model tiny --batch 8 --steps 3 --csv --device cpu
[ "$(head -1 "$WORK/out")" == "model,device,threads,batch,median_ms,images_per_second" ] || fail "bench train: columns"
grep -Eq '^tiny,cpu,[0-9]+,8,[0-9.]+,[0-9]+$' "$WORK/out" || fail "bench train: no line of numbers"
# Any network, of any size; what drops units is checked with the same ones dropped.
works bench train --model squeezenet1_1 --input 3x32x32 --batch 2 --steps 1 --csv --device cpu
grep -Eq '^squeezenet1_1,cpu,' "$WORK/out" || fail "bench train: no line for a large network"
works bench train --model lenet5 --batch 4 --steps 3 --threads 1 --device cpu
prints "checked before timing"

# A folder of one's own, with a blank and an umlaut in its classes.
mkdir -p "$WORK/own/dark side" "$WORK/own/übrig"
for i in 1 2 3 4 5 6 7 8; do
  gray_picture "own/dark side/$i.pgm" 8 8 $(seq 1 64)
  gray_picture "own/übrig/$i.pgm" 8 8 $(seq 191 254)
done
works train --data "folder:$WORK/own" --model "flatten | dense 2" --steps 60 --batch 4 --rate 0.01 --quiet --split 0.5,0,0.5 \
  --save "$WORK/own.safetensors"
prints "test.accuracy 1.0000"
works classify "$WORK/own.safetensors" "$WORK/own/übrig/3.pgm" --best 1
prints "übrig/3.pgm,1,übrig,"
works evaluate "$WORK/own.safetensors" --data "folder:$WORK/own" --part all --quiet
prints "accuracy 1.0000"

# Ctrl+C stops after the step and saves.
"$STRIATE" train --data digits:2000 --model tiny --steps 1000000 --save "$WORK/stopped.safetensors" --device cpu \
  >"$WORK/out" 2>"$WORK/err" &
pid=$!
for _ in $(seq 300); do grep -q epoch "$WORK/err" && break; sleep 0.1; done
kill -INT $pid
wait $pid
status=$?
[ $status -eq 130 ] || fail "Ctrl+C: status $status, not 130"
cp "$WORK/out" "$WORK/out2"
grep -q "stopped after step" "$WORK/err" || fail "Ctrl+C: did not say that it stopped"
prints "saved $WORK/stopped.safetensors"
works summary "$WORK/stopped.safetensors"
# What Ctrl+C saved goes on to the same bytes as a training that was never stopped.
steps=$(sed -n 's/^steps //p' "$WORK/out2")
works train --data digits:2000 --resume "$WORK/stopped.safetensors" --steps $((steps + 20)) --quiet --device cpu \
  --save "$WORK/went-on.safetensors"
works train --data digits:2000 --model tiny --steps $((steps + 20)) --quiet --device cpu --save "$WORK/never-stopped.safetensors"
cmp -s "$WORK/went-on.safetensors" "$WORK/never-stopped.safetensors" || fail "Ctrl+C and --resume give another file"

# A rate at which it cannot go well: what was learned is kept.
run train $TRAIN --optimizer sgd --rate 1e6 --steps 200 --save "$WORK/nan.safetensors"
[ "$STATUS" -eq 1 ] || fail "NaN: status $STATUS"
grep -q "striate: error: step .* is NaN" "$WORK/err" || fail "NaN: not told"

refuses 2 '"digitz"' 'did you mean "digits"' train --data digitz --model lenet5
refuses 2 '"lenet"' 'lenet5' train --data digits:100 --model lenet
refuses 2 "--model is required" "" train --data digits:100
refuses 2 "--epochs and --steps" "one of them" train $TRAIN --epochs 1 --steps 2
refuses 2 "--split" "add up to 1" train $TRAIN --split 0.5,0.6
refuses 2 "--optimizer" "" train $TRAIN --optimizer adamm
refuses 2 "--augment" "" train $TRAIN --augment "spin 4"
refuses 2 "--batch: '0'" "from 1" train --data digits:100 --model tiny --batch 0
refuses 2 "--batch cannot be given together with --resume" "" train --data digits:400 --resume "$WORK/half.safetensors" --batch 8
refuses 1 "began with other training pictures" "--data" train --data digits:300 --resume "$WORK/half.safetensors" --quiet
refuses 1 "not the state of its training" "" train --data digits:400 --resume "$WORK/weights.safetensors" --quiet
refuses 1 "no such folder" "" train --data "mnist:$WORK/nothing" --model lenet5 --quiet
refuses 1 "no/such" "" train $TRAIN --steps 1 --save "$WORK/no/such.safetensors"
refuses 1 "there is no such file" "" evaluate "$WORK/none.safetensors" --data digits
refuses 1 "takes 1 x 28 x 28" "" evaluate "$WORK/a.safetensors" --data shapes:60 --quiet
mkdir -p "$WORK/other/dark side" "$WORK/other/unknown"
cp "$WORK/own/dark side/1.pgm" "$WORK/other/dark side/"
cp "$WORK/own/dark side/1.pgm" "$WORK/other/unknown/"
refuses 1 'does not know the class "unknown"' "its classes" evaluate "$WORK/own.safetensors" --data "folder:$WORK/other" \
  --part all --quiet
refuses 2 "no model is called" "" summary nothing
done_testing
