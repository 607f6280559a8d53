#!/usr/bin/env bash
# Makes the README's pictures with the screenshot command, so that they show the program as it is. Needs no display.
set -euo pipefail
source "$(dirname "$0")/common.sh"
# Another build of the program may be named: STRIATE=build/debug/striate scripts/screenshots.sh
if [ -z "${STRIATE:-}" ]; then
  scripts/setup.sh
  build build/release release
  STRIATE=build/release/striate
fi
shot() { "$STRIATE" screenshot "$1" "assets/screenshots/$2.png" "${@:3}"; }
mkdir -p assets/screenshots

shot home home --size 1280x800
shot pixels pixels --size 1280x800
shot channels channels assets/images/balloons.png --size 1280x800
shot filters filters assets/images/still-life.png --size 1280x800 --do "filters.kernel edge" --do "filters.split 0.5"
shot convolution convolution --size 1280x800
shot pooling pooling --size 1280x800
shot neuron neuron --size 1280x800 --do "neuron.data spiral" --do "neuron.layers 8 8" --do "neuron.optimizer adam" --do "neuron.step epoch 200"
shot sharing sharing --size 1280x800 --do "sharing.digit 3" --do "sharing.until 300" --do "sharing.shift 3 -2"
shot lenet lenet --size 1280x800 --do "lenet.model 1998" --do "lenet.digit 5" --do "lenet.view glyphs"
shot transfer transfer --size 1280x800 --do "transfer.finish"
shot satellite satellite --size 1280x800 --do "satellite.split geographic" --do "satellite.train" --do "satellite.view map"
shot hardware hardware --size 1280x800 --do "hardware.kernel transpose" --do "hardware.version tiled" --do "hardware.step 16"
shot train train --size 1280x800 --do "train.until 300"
shot network network --size 1280x800 --do "train.until 300" --do "network.image test 4" --do "network.select 1"
shot pretrained pretrained --size 1280x800 --do "network.open squeezenet1_1" --do "network.image sample:traffic-light" --do "pretrained.view layers"
shot features features --size 1280x800 --do "network.open squeezenet1_1" --do "network.image sample:ball-and-orange" \
  --do "features.method guided" --do "features.class 0" --do "features.randomize all"
shot architecture architecture --size 1280x800 --do "train.data digits" --do "train.model lenet5" --do "train.until 300" \
  --do "network.use training" --do "network.image test 3" --do "architecture.select 4 12 7 5"
shot architecture architecture-squeezenet --size 1920x1080 --do "architecture.model squeezenet1_1" \
  --do "network.image sample:balloons" --do "architecture.open 2"
