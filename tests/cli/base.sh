# A trained network under a new head: what it prints, that cached features change nothing, and what cannot be done.
. tests/cli/expect.bash
NET="conv 6 3x3 | batchnorm | relu | maxpool 4 | c2: conv 8 3x3 | relu | dropout 0.2 | globalavgpool | fc: dense"
ON="--batch 8 --quiet --device cpu"

works train --data satellite:80 --model "$NET 8" $ON --steps 8 --save "$WORK/base.safetensors"

# Shapes are 32 x 32: fitted to the base's 64 x 64. The head alone learns: 8 means, 6 classes.
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --save "$WORK/new.safetensors"
prints "features.samples 96"
prints "features.values 8"
prints "training.samples 24"
prints "test.samples 72"
prints "parameters.trained 54"
prints "epochs 50.0000"
MEASURED=$(sed -n 's/^test.accuracy //p' "$WORK/out")
[ -n "$MEASURED" ] || fail "no test.accuracy"
works summary "$WORK/new.safetensors"
prints "frozen layers 0 to 7"
# Its test part is all that it did not learn from.
works evaluate "$WORK/new.safetensors" --data shapes:96 --resize middle --quiet --device cpu
prints "samples 72"
prints "accuracy $MEASURED"

# Stopped and gone on with: the same file.
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --steps 60 --save "$WORK/half.safetensors"
works train --data shapes:96 --quiet --device cpu --resume "$WORK/half.safetensors" --steps 150 --save "$WORK/again.safetensors"
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --steps 150 --save "$WORK/whole.safetensors"
cmp -s "$WORK/whole.safetensors" "$WORK/again.safetensors" || fail "stopped and resumed on a base: another file"

# Layers by number and by name; a head of one's own. With augmentation every picture goes through the whole network.
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --freeze 4 --steps 3 \
  --head "dense 12 | relu | dense 6"
prints "features.values 1350"
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --freeze c2 --steps 2
! grep -q '^features' "$WORK/out" || fail "features are cached though the first layer learns"
works train --data shapes:96 --base "$WORK/base.safetensors" --examples 4 $ON --augment flip --steps 2
! grep -q '^features' "$WORK/out" || fail "features are cached though pictures are augmented"
prints "parameters.trained 54"

refuses 1 "10 samples to choose 10 from" "at most 9" train --data shapes:60 --base "$WORK/base.safetensors" --examples 10 $ON
works train --data shapes:60 --model mlp $ON --steps 1 --save "$WORK/mlp.safetensors"
refuses 1 "no convolution stands before its head" "take one" train --data shapes:60 --base "$WORK/mlp.safetensors" $ON
# Folders that nothing can be learned from; and one broken picture of several, which is left out and named.
BASE="--base $WORK/base.safetensors --examples 2 $ON"
for class in lie stand; do
  mkdir -p "$WORK/few/$class" "$WORK/empty/$class" "$WORK/bursts/$class" "$WORK/broken/$class"
  gray_picture "few/$class/1.pgm" 2 2 1 2 3 4
  echo "1.pgm,$class" >"$WORK/empty/$class/labels.csv"
  for i in 0 1 2 3 4 5; do
    gray_picture "broken/$class/$i.pgm" 2 2 $i 2 3 4
    gray_picture "bursts/$class/burst-000-00$i.pgm" 2 2 $i 2 3 4
  done
done
mkdir -p "$WORK/one/lie" && gray_picture one/lie/1.pgm 2 2 1 2 3 4
echo "P2 2 2 255 7" >"$WORK/broken/lie/3.pgm"
refuses 1 "there is one class only" "two classes" train --data "folder:$WORK/one" $BASE
refuses 1 "1 sample to choose 2" "two at least" train --data "folder:$WORK/few" $BASE
refuses 1 "is empty: no picture in it" "add pictures" train --data "folder:$WORK/empty" $BASE
refuses 1 "single burst" "take another one" train --data "folder:$WORK/bursts" $BASE
run train --data "folder:$WORK/broken" $BASE --steps 2
[ "$STATUS" -eq 0 ] || fail "one broken picture ends a training"
grep -q "broken/lie/3.pgm" "$WORK/err" || fail "a broken picture is not named"
prints "training.samples 4"
prints "test.samples 7"
# A second burst of each: as many are learned from as one of them has, the other tests.
for class in lie stand; do
  for i in 0 1 2; do gray_picture "bursts/$class/burst-001-00$i.pgm" 2 2 9 $i 3 4; done
done
works train --data "folder:$WORK/bursts" $BASE --steps 2
prints "training.samples 4"
refuses 1 "too many to learn from" "at most 3" train --data "folder:$WORK/bursts" --base "$WORK/base.safetensors" --examples 9 $ON
refuses 1 "tiny can't be a base by its name alone" "lenet5-digits" train --data shapes:60 --base tiny $ON
refuses 1 "there is no base \"squeezenet1_2\"" "squeezenet1_1" train --data shapes:60 --base squeezenet1_2 $ON
refuses 2 "--model cannot be given together with --base" "" train --data shapes:96 --base "$WORK/base.safetensors" --model tiny
refuses 2 "unknown layer \"c3\"" "" train --data shapes:96 --base "$WORK/base.safetensors" --freeze c3 $ON
refuses 2 "40 layers of the base can't be frozen" "" train --data shapes:96 --base "$WORK/base.safetensors" --freeze 40 $ON
refuses 2 "unknown layer" "" train --data shapes:96 --base "$WORK/base.safetensors" --head "dens 6" $ON
refuses 2 "is not a number of outputs" "" train --data shapes:96 --model tiny --head "dense 6" $ON
refuses 2 "--base cannot be given together with --resume" "" train --data shapes:96 --resume "$WORK/half.safetensors" \
  --base "$WORK/base.safetensors"
done_testing
