// Training, validation and test parts of a data set: seeded, stratified (each part has each class's share), disjoint.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/training/dataset.h"

namespace striate {

struct SplitShares {
  double training = 0.8, validation = 0.1, test = 0.1;
  // "0.8,0.1,0.1" or "0.9,0.1" (no test part). Throws Error: not numbers, negative, no training part, not adding up
  // to 1.
  static SplitShares parse(const std::string& text);
};

struct Split {
  std::vector<int64_t> training, validation, test;  // ascending
};

// A set with its own test part keeps it: `test` is that part, and the other two shares are scaled to fill the rest.
// Every class with at least one sample in the training part's range has one in training. Throws Error: a class without
// a single sample, fewer than two classes.
Split split(const Dataset& data, const SplitShares& shares, uint64_t seed);

}  // namespace striate
