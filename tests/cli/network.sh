# The open network in scripts: a model of any format gives the classes, probabilities and activations that classify
# prints; a training's network is that of its saved file; a lesion, random weights and what can't be opened.
. tests/cli/expect.bash
works train --data digits:300 --model lenet5 --steps 20 --batch 16 --quiet --device cpu --save "$WORK/net.safetensors"
run export "$WORK/net.safetensors" "$WORK/net.onnx"
[ "$STATUS" -eq 0 ] || fail "export: status $STATUS"
values=$(for i in $(seq 784); do echo -n "$((i * 37 % 251)) "; done)
gray_picture picture.pgm 28 28 $values

# NAME: the line of `print NAME` without the name.
said() { sed -n "s/^$1 //p" "$WORK/out"; }
near() { # A B: equal to six digits
  awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(d <= 2e-6) }'
}
for file in net.safetensors net.onnx; do
  # ONNX has no names that are numbers.
  name=0
  [ "$file" == net.onnx ] && name=n0
  works classify "$WORK/$file" "$WORK/picture.pgm" --best 10 --activation $name
  cp "$WORK/out" "$WORK/classified"
  {
    echo "network.open $WORK/$file"
    echo "network.image $WORK/picture.pgm"
    for n in 0 1 2 3 4 5 6 7 8 9; do echo "print network.class $n"; done
    for n in 0 1 2 3 4 5 6 7 8 9; do echo "print network.probability $n"; done
    for x in 0 1 2 3; do echo "print network.value 0 0 0 $x"; done
    echo "print network.layers"
    echo "print network.source"
    echo "expect network.value 0 5 27 27 == {network.value $name 5 27 27}"
    echo 'expect network.layer 0 == "conv 6 5x5 pad 2"'
    echo "expect network.value 11 3 0 0 <= {network.logit}"
  } >"$WORK/look.striate"
  works play "$WORK/look.striate" --headless
  for n in 0 1 2 3 4 5 6 7 8 9; do
    row=$(sed -n "/^image,rank/,\$p" "$WORK/classified" | sed -n "$((n + 2))p")
    class=$(echo "$row" | cut -d, -f3) share=$(echo "$row" | cut -d, -f4)
    [ "$(said "network.class $n")" == "$class" ] || fail "$file: place $n is not $class"
    near "$(said "network.probability $n")" "$share" || fail "$file: place $n does not have $share"
  done
  first=$(sed -n 2p "$WORK/classified" | sed 's/.*,//')
  x=0
  for value in $first; do
    near "$(said "network.value 0 0 0 $x")" "$value" || fail "$file: activation $x is not $value"
    x=$((x + 1))
  done
  [ "$x" -eq 4 ] || fail "classify printed $x values"
  prints "network.layers 12"
  prints "network.source given"
done

# What is cut out is 0, and comes back; random weights are random; the state of all of it is a script.
cat >"$WORK/cut.striate" <<END
network.open $WORK/net.onnx
network.image $WORK/picture.pgm
network.lesion 0 2
expect network.value 0 2 5 5 == 0
network.lesion 3
expect network.value 3 15 9 9 == 0
network.restore
expect network.lesion == ""
expect network.value 0 2 5 5 != 0
network.weights random 3
expect network.source == "random"
network.weights given
expect network.source == "given"
END
works play "$WORK/cut.striate" --headless

# The network in training is the one that it saves.
cat >"$WORK/train.striate" <<'END'
page train
train.data digits:200
train.layers conv 3 5x5 | relu | flatten | dense 10
train.batch 16
train.until 5
network.image test 2
print network.logit
print network.step
train.scrub 3
expect network.step == 3
train.scrub 5
train.save half.safetensors
network.open half.safetensors
print network.name
print network.logit
expect network.step == 5
END
mkdir "$WORK/written"
(cd "$WORK/written" && works play "$WORK/train.striate" --headless --out "$WORK/written")
cp "$WORK/out" "$WORK/trained"
[ "$(said 'network.logit' | sort -u | wc -l)" -eq 1 ] || fail "the saved network answers something else"
prints "network.step 5"
prints "network.name half.safetensors"

# Weights that fit several networks need the name of theirs.
run export "$WORK/net.safetensors" "$WORK/script.py"
works classify "$WORK/script.safetensors" --model lenet5 "$WORK/picture.pgm" --best 1
share=$(sed -n 2p "$WORK/out" | cut -d, -f4)
cat >"$WORK/named.striate" <<END
network.open lenet5 $WORK/script.safetensors
network.image $WORK/picture.pgm
print network.probability
expect network.source == "given"
network.open lenet5
expect network.source == "random"
undo
expect network.open == "lenet5 $WORK/script.safetensors"
expect network.source == "given"
END
works play "$WORK/named.striate" --headless
near "$(said network.probability)" "$share" || fail "the named network does not give $share"

# What can't be opened says so in two lines; a script ends there.
echo "no model" >"$WORK/bad.onnx"
printf 'network.open %s\nprint network.class\n' "$WORK/bad.onnx" >"$WORK/bad.striate"
refuses 1 "bad.onnx" "" play "$WORK/bad.striate" --headless
printf 'network.open lenet\n' >"$WORK/bad.striate"
refuses 1 "lenet: there is no such model" 'did you mean "lenet5"?' play "$WORK/bad.striate" --headless
refuses 1 "bad.onnx" "" "$WORK/bad.onnx"
refuses 1 "nowhere.onnx: there is no such file" "check the path" "$WORK/nowhere.onnx"
done_testing
