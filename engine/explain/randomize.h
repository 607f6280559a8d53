// The control for every explanation: the same network with weights drawn anew, all of them, or in a cascade from the
// logits down to a layer (Adebayo and others 2018). A map that hardly changes says little about what was learned.
//
//   {
//     const RandomizedWeights control(network, cascade(*network.info(), node), 1);
//     twin = saliency(network, input, target, rule);
//   }  // here the weights are as they were, to the bit
#pragma once

#include <cstdint>
#include <vector>

#include "engine/explain/target.h"
#include "engine/network/layer_set.h"
#include "engine/session/open_network.h"
#include "kernels/memory.h"

namespace striate {

// Nodes with weights, in the order of the cascade: the last one, which makes the logits, first.
std::vector<int> layers_with_weights(const OpenNetworkInfo& info);
// Every layer from the end down to the node, which is one of them. Node 0: all.
LayerSet cascade(const OpenNetworkInfo& info, int node);

class RandomizedWeights {
 public:
  static constexpr int kMostSeeds = 16;

  // Draws weights and running statistics of these layers, as before a training: a layer gets the same ones whichever
  // others are drawn. Throws Error: none of the layers has weights.
  RandomizedWeights(OpenNetwork& network, const LayerSet& layers, uint64_t seed);
  ~RandomizedWeights();
  // Where the score of the target is exactly 0, as behind a ReLU that is off, every map is 0 and compares with nothing:
  // then the weights of the next seeds are drawn, up to kMostSeeds in all, until it is another. Stays at the last one.
  void go_on_while_off(const std::vector<float>& input, const Target& target);
  uint64_t seed() const { return seed_; }  // of the weights that are there now
  RandomizedWeights(const RandomizedWeights&) = delete;
  RandomizedWeights& operator=(const RandomizedWeights&) = delete;

 private:
  OpenNetwork& network_;
  LayerSet layers_;
  uint64_t seed_;
  Buffer<float> weights_, buffers_;  // as they were
};

}  // namespace striate
