# Labels made wrong on purpose, found, set right from a list, learned from; and two networks compared: on the command
# line.
. tests/cli/expect.bash
. tests/cli/export.bash

NETWORK="conv 8 5x5 | relu | maxpool 2 | flatten | dense 10"
works train --data digits:1000 --model "$NETWORK" --batch 16 --steps 150 --wrong-labels 0.1 --quiet --device cpu \
  --save wrong.safetensors
prints "labels.made_wrong 80"
works mislabeled wrong.safetensors --csv found.csv --best 3
prints "training.samples 800"
prints "labels.made_wrong 80"
FOUND=$(sed -n 's/^found //p' out) AGAIN=$(sed -n 's/^found.made_wrong //p' out)
[ "$AGAIN" -ge 40 ] || fail "only $AGAIN of 80 are found"
[ "$((AGAIN * 10))" -ge "$((FOUND * 7))" ] || fail "of $FOUND that are listed only $AGAIN were made wrong"
[ "$(grep -c , out)" -eq 4 ] || fail "not a head and three pictures"
[ "$(wc -l <found.csv)" -eq "$((FOUND + 1))" ] || fail "the list has another length"
[ "$(head -1 found.csv)" = picture,about,label,answer,probability,loss,now ] || fail "other columns"
awk -F, 'NR > 2 && $(NF - 1) > last { exit 1 } { last = $(NF - 1) } $(NF - 2) < 0.5 && NR > 1 { exit 1 }' found.csv ||
  fail "not in the order of the losses, or not sure"
# All but the last as the network says; that one left out.
{ sed '$d' found.csv; sed -n '$s/[^,]*$/left out/p' found.csv; } >labels.csv
works train --data digits:1000 --resume wrong.safetensors --labels labels.csv --steps 250 --quiet --device cpu \
  --save right.safetensors
prints "labels.made_wrong 80"
prints "labels.changed $((FOUND - 1))"
prints "labels.left_out 1"
works mislabeled right.safetensors
prints "labels.left_out 1"
[ "$(sed -n 's/^labels.corrected //p' out)" -ge "$((AGAIN * 9 / 10))" ] || fail "hardly any was set right"
[ "$(sed -n 's/^found //p' out)" -lt "$((FOUND / 2))" ] || fail "the list is as long as before"
# Stopped and gone on with: the labels are in the file.
works train --data digits:1000 --resume wrong.safetensors --labels labels.csv --steps 200 --quiet --device cpu \
  --save half.safetensors
works train --data digits:1000 --resume half.safetensors --steps 250 --quiet --device cpu --save again.safetensors
cmp -s right.safetensors again.safetensors || fail "stopped and resumed gives another file"

refuses 2 "cannot be given together with --resume" "" train --data digits:1000 --resume half.safetensors --wrong-labels 0.2
printf 'picture,now\n3,eleven\n' >bad.csv
refuses 1 "bad.csv: line 2: digits has no class \"eleven\"" "" train --data digits:1000 --model "$NETWORK" \
  --labels bad.csv --quiet
printf 'something else\n' >precious.txt
refuses 1 "precious.txt" "--force" mislabeled wrong.safetensors --csv precious.txt
works train --data digits:1000 --model "$NETWORK" --steps 1 --weights-only --quiet --save weights.safetensors
refuses 1 "not the state of its training" "" mislabeled weights.safetensors

# Two networks side by side.
works compare wrong.safetensors wrong.safetensors --data digits:1000
prints "different_answers 0"
prints "tensors.equal 4"
works compare wrong.safetensors right.safetensors --data digits:1000 --best 2
prints "layers.same 5"
prints "tensors.compared 4"
prints "tensors.equal 0"
prints "samples 100"
DIFFERENT=$(sed -n 's/^different_answers //p' out)
works evaluate wrong.safetensors --data digits:1000
ACCURACY=$(sed -n 's/^accuracy //p' out)
works compare wrong.safetensors right.safetensors --data digits:1000 --json
python3 -c '
import json, sys
it = json.load(open(sys.argv[1]))
data = it["data"]
assert len(data["different"]) == int(sys.argv[2]) and data["samples"] == 100
assert abs(data["a"]["accuracy"] - float(sys.argv[3])) < 1e-9
assert data["both_right"] + data["only_a_right"] == round(100 * data["a"]["accuracy"])
assert data["both_right"] + data["only_b_right"] == round(100 * data["b"]["accuracy"])
assert all(each["a"]["class"] != each["b"]["class"] for each in data["different"])
assert [each["shape"] for each in it["tensors"]][0] == [8, 1, 5, 5]
assert all(0 < each["rms"] <= each["largest"] and -1 <= each["cosine"] <= 1 for each in it["tensors"])
assert len(it["layers"]) == 6 and all(each["same"] for each in it["layers"])
' out "$DIFFERENT" "$ACCURACY" || fail "other numbers as JSON"
works train --data digits:1000 --model "conv 4 5x5 | relu | maxpool 2 | flatten | dropout 0.5 | dense 10" --steps 20 \
  --quiet --save other.safetensors
works compare wrong.safetensors other.safetensors
prints "layers.other_settings 1"
prints "layers.only_b 1"
prints "0,0,conv 8 5x5,conv 4 5x5"
prints "only in a"
refuses 1 "nothing.safetensors" "" compare wrong.safetensors nothing.safetensors

done_testing
