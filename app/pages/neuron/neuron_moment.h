// What the stage of the page `neuron` draws of one step: the neurons' maps as places on the color scale, made in the
// background. Colors follow when they are painted, so that a change of theme makes none anew.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/points/point_surface.h"
#include "engine/points/point_training.h"

namespace striate {

struct NeuronMoment {
  static constexpr int kSmall = 34;   // pixels across the map in a neuron
  static constexpr int kLarge = 120;  // and across the surface
  int64_t step = 0;
  uint64_t version = 0;  // a serial number: of its textures
  int neurons = 0;
  std::vector<uint8_t>
      small;  // (neurons, kSmall, kSmall): 0 to 254, 127 is zero; of an output of two classes, the border
  std::vector<uint8_t> large;   // two classes and numbers: the same of the output
  std::vector<uint8_t> winner;  // more classes: which one, and
  std::vector<uint8_t> share;   // how sure, 0 to 255
};
using NeuronMomentPtr = std::shared_ptr<const NeuronMoment>;

NeuronMomentPtr make_moment(const PointTraining& training);
// The output of two classes or numbers on the color scale, -1 to 1.
double surface_share(const PointNetwork& network, double output);

}  // namespace striate
