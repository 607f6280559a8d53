// Two networks side by side: which layers both have, how far their weights are apart, on which pictures their answers
// differ. For networks of any kind; two that have nothing in common give lists of what only one of them has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/network/architecture.h"
#include "engine/session/trained_network.h"
#include "engine/training/metrics.h"

namespace striate {

// Nodes that stand for each other; -1: the other network has none for it.
struct LayerPair {
  int a = -1, b = -1;
  bool same = false;  // with the same settings
};
// In running order. The pairing keeps both orders and has as many layers of the same kind in it as can be, those with
// the same settings counting for more; inputs are a pair. Layers of different kinds are never one.
std::vector<LayerPair> align_layers(const Architecture& a, const Architecture& b);

// Two tensors of one shape, value by value.
struct TensorDifference {
  std::string a, b;  // their names
  Shape shape;
  double largest = 0;  // of all |a - b|
  double rms = 0;      // root of the mean of (a - b) squared
  double cosine = 0;   // of the angle between both as vectors, from -1 to 1; NaN where one of them is all zeros
  bool equal = false;  // bit for bit
};
// In double precision, in the order of the values.
TensorDifference tensor_difference(const std::vector<float>& a, const std::vector<float>& b);

struct ModelDifference {
  std::vector<LayerPair> layers;
  std::vector<TensorDifference> tensors;  // of paired layers, of the same name behind the layer's, with the same shape
  std::vector<std::string> only_a, only_b;                                     // all other tensors: "6.weight, 10x84"
  int64_t same = 0, other_settings = 0, layers_only_a = 0, layers_only_b = 0;  // layers, the input not counted
};
ModelDifference compare_models(const Architecture& a, const AllWeights& weights_a, const Architecture& b,
                               const AllWeights& weights_b);

// Positions of samples that two networks answer differently, those of which both are surest first (the smaller of the
// two probabilities). Both judged the same samples in the same order, with the same classes.
std::vector<int32_t> different_answers(const Evaluation& a, const Evaluation& b);

// Of the same: who is right.
struct AnswerCounts {
  int64_t both_right = 0, only_a = 0, only_b = 0, both_wrong = 0;
};
AnswerCounts count_answers(const Evaluation& a, const Evaluation& b, const std::vector<int32_t>& labels);

}  // namespace striate
