#!/usr/bin/env bash
# What few examples are worth: accuracy on all other pictures with 10 and 50 of each class, mean of five seeds, of a head
# on a trained base and of a network from random weights with the best of three learning rates. About ten minutes of two cores.
#
#   scripts/few_examples.sh [SOURCE] [BASE]    folder:../shared/data/satellite and squeezenet1_1 unless said
set -euo pipefail
source "$(dirname "$0")/common.sh"
source=${1:-folder:${STRIATE_REFERENCE:-../shared}/data/satellite}
base=${2:-squeezenet1_1}
TARGET=striate build build/release release
script=$(mktemp --suffix=.striate)
trap 'rm -f "$script"' EXIT
{
  echo "page transfer"
  echo "transfer.base \"$base\""
  echo "transfer.data \"$source\""
  echo "transfer.seeds 5"
  for examples in 10 50; do
    echo "transfer.examples $examples"
    echo "transfer.finish"
    echo "wait until transfer.learning <= 0 timeout 3600s"
    for readout in examples transfer.accuracy transfer.spread scratch.accuracy scratch.spread scratch.rate; do
      echo "print transfer.$readout"
    done
  done
} >"$script"
build/release/striate play "$script" --headless
