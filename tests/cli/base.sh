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
sed -n 's/^test.accuracy //p' "$WORK/out" | grep -q . || fail "no test.accuracy"
works summary "$WORK/new.safetensors"
prints "frozen layers 0 to 7"
works evaluate "$WORK/new.safetensors" --data shapes:96 --resize middle --quiet --device cpu

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
refuses 2 "--model cannot be given together with --base" "" train --data shapes:96 --base "$WORK/base.safetensors" --model tiny
refuses 2 "unknown layer \"c3\"" "" train --data shapes:96 --base "$WORK/base.safetensors" --freeze c3 $ON
refuses 2 "40 layers of the base can't be frozen" "" train --data shapes:96 --base "$WORK/base.safetensors" --freeze 40 $ON
refuses 2 "unknown layer" "" train --data shapes:96 --base "$WORK/base.safetensors" --head "dens 6" $ON
refuses 2 "is not a number of outputs" "" train --data shapes:96 --model tiny --head "dense 6" $ON
refuses 2 "--base cannot be given together with --resume" "" train --data shapes:96 --resume "$WORK/half.safetensors" \
  --base "$WORK/base.safetensors"
done_testing
