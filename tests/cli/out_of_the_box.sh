# A fresh machine names what is in a photo: SqueezeNet's trained weights are part of the program, wherever a model is asked for.
. tests/cli/expect.bash
cd "$WORK" || exit 1
PICTURES=$OLDPWD/assets/images

works classify squeezenet1_1 "$PICTURES/balloons.png" --best 1
grep -Eq ',1,balloon,0\.99' out || fail "the balloons are not recognized"
works classify squeezenet1_1 "$PICTURES/balloons.png" --best 1 --crop 160
grep -Eq ',1,balloon,' out || fail "the balloons are not recognized at another size"
# Each sample that was drawn for it is what it is.
for known in "clock analog clock" "traffic-light traffic light" "ball-and-orange orange"; do
  works classify squeezenet1_1 "$PICTURES/${known%% *}.png" --best 1
  grep -q ",1,${known#* }," out || fail "$known is not recognized"
done
# A class that is not there: the one that is meant, else what they are called, in one short line.
for meant in "husky Siberian husky" "organge orange"; do
  refuses 1 "has no class ${meant%% *}" "did you mean '${meant#* }'?" explain squeezenet1_1 "$PICTURES/balloons.png" x.png --class "${meant%% *}"
done
for wrong in 1000 qqqqq; do
  refuses 1 "has no class $wrong" "classes count from 0 to 999, or have names such as 'tench'" \
    explain squeezenet1_1 "$PICTURES/balloons.png" x.png --class $wrong
done
works models
prints "striate classify squeezenet1_1 IMAGE"
works notices
prints "SqueezeNet-1.1-weights float16 BSD-2-Clause inside"
works notices squeezenet-1.1-weights
prints "Redistributions in binary form must reproduce"

# What is exported by that name is trained, too, and gives the same.
run export squeezenet1_1 trained.onnx
[ "$STATUS" -eq 0 ] || fail "it is not exported"
! grep -q "has learned nothing" err || fail "what is exported is not trained"
works classify squeezenet1_1 "$PICTURES/balloons.png"
tail -n +2 out | cut -d, -f2- >given
run classify trained.onnx "$PICTURES/balloons.png" --resize 256 --order bgr --scale 1 --mean 104,117,123
tail -n +2 out | cut -d, -f2- | diff - given >/dev/null || fail "exported, it gives something else"

# In the window.
cat >open.striate <<END
open sample:balloons
network.open squeezenet1_1
wait until network.layers > 0 timeout 60s
expect network.source == "given"
expect network.class == "balloon"
expect network.probability > 0.99
network.weights random 3
expect network.source == "random"
expect network.probability < 0.9
network.weights given
expect network.source == "given"
expect network.class == "balloon"
END
works play open.striate --headless

# The readers of digits.
works summary lenet5-1998
prints "60,000"
works summary lenet1989
prints "9,760"
cat >read.striate <<END
lenet.model 1998
lenet.digit 4 2
expect lenet.class == "4"
expect network.class == "4"
expect lenet.connections == 340908
lenet.chosen modern
lenet.write 1993 5
expect lenet.string == "1993"
expect lenet.saved > 0.5
END
works play read.striate --headless

refuses 1 "resnet50 is known by its name, but its trained weights are not part" "--model resnet50" classify resnet50 "$PICTURES/night.png"
done_testing
