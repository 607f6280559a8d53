// The one number that an explanation is about: the logit of a class, the difference of two logits (why this class and
// not that), or one value of a layer, a unit. It is a sum of values of one layer's activation, each times a weight; the
// weights are the gradient with which a backward pass begins.
//
//   const Target target = class_target(*network.info(), 281);
//   request.from = node's name; request.gradient = target.gradient(*network.info());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

struct Target {
  struct Term {
    int64_t at = 0;  // index among the values of one picture's activation
    float weight = 1;
  };
  int node = 0;
  std::vector<Term> terms;

  // From the activation of `node`, one picture's.
  double value(const std::vector<float>& activation) const;
  // d value / d activation: as many values as the activation of `node` has, 0 but for the terms.
  std::vector<float> gradient(const OpenNetworkInfo& info) const;
};

// The logit of class `of`, before softmax; less that of `against`, where there is one. A network with one output for
// two classes has the logit of class 1; that of class 0 is 0. Throws Error: a network that names no classes, no such
// class, twice the same.
Target class_target(const OpenNetworkInfo& info, int of, std::optional<int> against = std::nullopt);
// Throws Error: there is no such place.
Target unit_target(const OpenNetworkInfo& info, int node, int64_t channel, int64_t row = 0, int64_t column = 0);

}  // namespace striate
