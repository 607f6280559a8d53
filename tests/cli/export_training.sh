# A saved training goes on as a project for PyTorch: the same split, the same first losses, as good at the end.
. tests/cli/expect.bash
. tests/cli/export.bash

NETWORK="conv 6 5x5 | relu | maxpool 2 | flatten | dense 10"
trains() { # FILE ARGUMENTS...: leaves FILE.safetensors and FILE.csv
  local file=$1
  shift
  run train --epochs 2 --quiet --save "$file.safetensors" --log "$file.csv" "$@"
  [ "$STATUS" -eq 0 ] || fail "cannot train $file"
}
# Bad input: two lines, and no folder.
trains digits --data digits:600 --batch 32 --model "$NETWORK"
run train --data digits:200 --model "$NETWORK" --steps 1 --quiet --weights-only --save only.safetensors
refuses 1 "not the state of its training" "training state" export only.safetensors none --training
mkdir full && touch full/file
refuses 1 "full: this folder is not empty" "new folder" export digits.safetensors full --training
refuses 1 "full/file is a file" "new folder" export digits.safetensors full/file --training
refuses 1 "other pictures" "--data" export digits.safetensors none --training --data digits:500
refuses 1 "no such folder" "name" export digits.safetensors none --training --data folder:gone
refuses 2 "--data is for --training" "--training" export digits.safetensors net.py --data digits:600
refuses 2 "--check" "--training" export digits.safetensors none --training --check
[ ! -e none ] && [ ! -e none.partial ] || fail "a folder is left of a project that was not written"

exports digits.safetensors project --to pytorch --training
[ "$(find project -type f -printf '%P\n' | sort | tr '\n' ' ')" == \
  "README.md data.py data/pictures.npy model.py split.csv start.safetensors train.py " ] || fail "other files"
[ "$(cut -d, -f1 project/split.csv | sort | uniq -c | awk '{ printf "%s %s ", $2, $1 }')" == \
  "part 1 test 60 training 480 validation 60 " ] || fail "another split"
# A picture keeps its name in a folder, whatever is in it.
mkdir -p 'tiles/"a",b' tiles/c
for i in $(seq 30); do
  color_picture "tiles/\"a\",b/$i.ppm" 3 2 $((i * 3)) 200 10 20 $((i * 5)) 30 255 0 0 9 8 7 $i 0 0 40 50 60
  color_picture "tiles/c/$i.ppm" 2 3 10 $((i * 4)) 10 255 255 $((200 - i)) 0 3 0 9 8 7 $i 0 90 40 50 60
done
trains tiles --data folder:tiles --size 8x6 --batch 8 --model "conv 4 3x3 | batchnorm | relu | flatten | dense 2" \
  --augment "shift 1 flip rotate 9 brightness 0.1 contrast 0.1" --optimizer "sgd momentum 0.9 nesterov decay 0.001" \
  --schedule "warm-up 2 cosine 10" --freeze 0
mv tiles moved
refuses 1 "no such folder" "name" export tiles.safetensors none --training
mv moved tiles
exports tiles.safetensors tiles_project --training

need_python torch,numpy,PIL
# PROJECT FILE: the losses of all steps within 1e-4 in the first half and close in the others.
same_losses() {
  paste -d, "$1/log.csv" "$2" | awk -F, -v steps="$(wc -l <"$2")" '
    NR > 1 { d = $2 - $5; d = d < 0 ? -d : d; if (d > (NR == 2 ? 1e-4 : 0.02)) bad = 1 }
    END { exit bad || NR != steps || NR < 3 }'
}
for project in project:digits tiles_project:tiles; do
  "$PYTHON" "${project%:*}/train.py" >out 2>err || fail "${project%:*}/train.py ends with an error"
  same_losses "${project%:*}" "${project#*:}.csv" || fail "$project: other losses"
done
"$PYTHON" tiles_project/train.py --data tiles >out 2>err || fail "pictures are not read from their files"
same_losses tiles_project tiles.csv || fail "other losses of pictures from their files"
accuracy() { sed -n "s/^$1 //p" out; } # KEY
"$PYTHON" project/train.py --save "$PWD/again.safetensors" >out 2>err || fail "a second training"
ours=$(accuracy test.accuracy)
run evaluate again.safetensors --data digits:600
[ "$ours" == "$(accuracy accuracy)" ] || fail "PyTorch measured $ours, striate $(accuracy accuracy)"
run evaluate digits.safetensors --data digits:600
awk -v a="$ours" -v b="$(accuracy accuracy)" 'BEGIN { d = a - b; exit !(d * d <= 0.017 * 0.017) }' ||
  fail "an accuracy of $ours, not $(accuracy accuracy)"
# Two processes take a half of each batch.
"$PYTHON" -m torch.distributed.run --nproc_per_node=2 project/train.py >out 2>err || fail "two processes"
same_losses project digits.csv || fail "two processes: other losses"
done_testing
