// A training that begins with weights that somebody has trained before: transfer learning.
//
// The file is one of weights (.safetensors: saved here, or by others under their names; a PyTorch checkpoint) or an
// ONNX model of the same network. Everything must fit, unless a partial load is asked for; with a new head
// (engine/network/head.h) all but the head must. What is not loaded is drawn from the seed as without a file.
#pragma once

#include <string>

#include "engine/network/network.h"
#include "engine/network/weights_file.h"
#include "engine/training/trainer.h"

namespace striate {

struct StartingWeights {
  std::string file;
  bool partial = false;   // takes what fits
  bool new_head = false;  // the head's weights are drawn, whatever the file has
};

// Draws all weights with the settings' initializer and seed, then loads the file's over them. Returns what was loaded
// and what was not. Throws Error; the weights are then the drawn ones.
WeightsFit load_starting_weights(Stream& stream, Network& network, const StartingWeights& weights,
                                 const TrainerSettings& settings);

// For people: "weights.loaded 12", then "weights.missing 2", each followed by the names, indented.
std::string weights_report(const WeightsFit& fit);

}  // namespace striate
