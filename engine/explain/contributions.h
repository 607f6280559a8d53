// A logit unrolled: how much each channel at each place of a layer contributed to it. Behind the layer stand sums,
// products with weights, maxima and functions made of straight lines; for one picture all of them together are one
// weighted sum, so
//
//   logit = sum over the layer's values of value * slope  +  biases  +  what comes past the layer
//
// with the slopes of one backward pass. The biases are those of the layers behind, each times what it changes in the
// logit: of convolutions and dense layers, what a batch normalization adds, where a function's line does not go through
// zero. What comes past the layer are the other sides of the sums and joins behind it. The three parts are computed one
// by one and add up to the logit as printed.
//
//   Contributions made = *contributions(network, input.values, 281, contributing_layer(*network.info()));
//   made.values[index_of(...)], made.bias(), made.past(), made.total()
//
// What is not made of straight lines (sigmoid, GELU, a softmax inside, gates that multiply two values) is refused.
#pragma once

#include <optional>
#include <vector>

#include "engine/explain/target.h"
#include "engine/session/open_network.h"

namespace striate {

struct Contributions {
  int node = 0;                // the layer
  int of = 0;                  // the class
  std::vector<double> values;  // per value of the layer, in its own order
  struct Part {
    int node = 0;
    double value = 0;
  };
  std::vector<Part> biases;       // of layers behind it that have any
  std::vector<Part> around;       // values of these layers that come past it
  std::vector<float> activation;  // the layer's
  double logit = 0;               // as the network gave it

  double sum() const;   // of all values
  double bias() const;  // of all biases
  double past() const;
  double total() const { return sum() + bias() + past(); }
};

// The class is `of`, the layer `node`, from 0 for the input to the one before the logits. Nothing where it was
// canceled. Throws Error: no classes, a layer behind the logits or beside them, one behind which not everything is
// straight.
std::optional<Contributions> contributions(OpenNetwork& network, const std::vector<float>& input, int of, int node,
                                           const Session::Progress& progress = nullptr);

// The layer whose channels and places say most: the last one with places that stands before the last pooling and the
// last weights. Throws Error: a network without classes.
int contributing_layer(const OpenNetworkInfo& info);
// The next one nearer to the input that everything passes; nothing: there is none, it is the input.
std::optional<int> one_layer_up(const OpenNetworkInfo& info, int node);

}  // namespace striate
