# A scene classified tile by tile, and a data set of tiles of the world: what is printed and written, and what is refused.
. tests/cli/expect.bash
. tests/cli/export.bash

NET="conv 8 3x3 pad 1 | relu | maxpool 2 | conv 16 3x3 pad 1 | relu | globalavgpool | flatten | dense 8"
works train --data world:16:40 --model "$NET" --epochs 8 --batch 16 --quiet --save "$WORK/world.safetensors"
prints "training.samples 256"
works train --data world:16:40 --model "$NET" --epochs 1 --batch 16 --quiet --split-by region
prints "test.samples 160"
works train --data world:16:40 --model "$NET" --epochs 1 --batch 16 --quiet --split-by region-reversed
prints "test.samples 160"
refuses 1 "does not say which of its regions" "" train --data digits:100 --model tiny --split-by region-reversed
refuses 1 "the west has 217 of shrubland" "up to 434" train --data world:16:500 --model tiny
refuses 1 "is not a number" "world:16:200" train --data world:big --model tiny

# Stopped in between or not: the same file.
works train --data world:16:40 --model "$NET" --steps 12 --batch 16 --quiet --split-by region --save "$WORK/whole.safetensors"
works train --data world:16:40 --model "$NET" --steps 5 --batch 16 --quiet --split-by region --save "$WORK/part.safetensors"
works train --data world:16:40 --steps 12 --quiet --resume "$WORK/part.safetensors" --save "$WORK/part.safetensors"
cmp -s "$WORK/whole.safetensors" "$WORK/part.safetensors" || fail "a training that went on is not the same"
works evaluate "$WORK/whole.safetensors" --data world:16:40 --quiet
prints "samples 160"

color_picture scene.ppm 40 24 $(seq 2880 | awk '{print $1 % 256}')
works map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/map.png" --overlap 50
prints "tiles 8"
prints "map 5 3"
works map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/map.png" --tile 8 --overlap 0 --csv
[ "$(wc -l <"$WORK/out")" -eq 16 ] || fail "not a line for each cell"
prints "x,y,class,probability"
works pixels "$WORK/map.png"
[ "$(wc -l <"$WORK/out")" -eq 3 ] || fail "a map of another size"
works map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/map.png" --tile 7
prints "network.side 14"
prints "way tile by tile: tiles of 7 pixels are scaled to the network's 14 x 14"

# A network without padding is run once over the scene.
works train --data world:16:40 --model "conv 8 3x3 | relu | maxpool 2 | flatten | dense 8" --epochs 1 --batch 16 --quiet \
  --save "$WORK/bare.safetensors"
works map "$WORK/bare.safetensors" "$WORK/scene.ppm" "$WORK/map.png" --overlap 50
prints "way one convolutional run"
prints "tiles 8"
works map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/map.png"
prints "way tile by tile: layer 0 (conv 8 3x3 pad 1) has padding"
refuses 1 "are less than a tile of 32" "take tiles of 24" map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/m.png" --tile 32
[ ! -e "$WORK/m.png" ] || fail "a map was written"
refuses 1 "PNG or JPEG" "end the name" map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/m.bmp"
refuses 2 "--overlap" "" map "$WORK/world.safetensors" "$WORK/scene.ppm" "$WORK/m.png" --overlap 95
cp "$WORK/map.png" "$WORK/same.png"
refuses 1 "over what is read" "--force" map "$WORK/world.safetensors" "$WORK/same.png" "$WORK/same.png"
done_testing
