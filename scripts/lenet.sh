#!/usr/bin/env bash
# Trains the readers of digits that the program carries (assets/models/lenet*.safetensors): on MNIST where it lies, and on
# the program's own digits. About ten minutes of one core.
#
#   scripts/lenet.sh [FOLDER]            writes lenet1989, lenet5-1998 and lenet5-digits there (/tmp/lenet)
#
# MNIST is looked for in STRIATE_REFERENCE/data/mnist. The same machine gives the same files; what is put into assets/models
# needs its checksum in assets/SOURCES.md.
set -euo pipefail
source "$(dirname "$0")/common.sh"
folder=${1:-/tmp/lenet}
mnist=${STRIATE_REFERENCE:-../shared}/data/mnist
[ -d "$mnist" ] || mnist=none
mkdir -p "$folder"
scripts/setup.sh
TARGET=make_models build build/release release
build/release/make_models "$folder" "$mnist"
mv "$folder/lenet5.safetensors" "$folder/lenet5-digits.safetensors"
ls -l "$folder"
