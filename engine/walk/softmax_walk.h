// A class's share by softmax, and minus its logarithm, as data: every term of the sum that it is a part of. What the
// operator computes (kernels/loss.h) comes from it, run on this one row; the terms add up to it bit for bit
// (tests/engine/softmax_walk_test.cpp).
#pragma once

#include <vector>

namespace striate {

struct SoftmaxWalk {
  float z = 0, largest = 0;
  float difference = 0;      // z - largest: exp() of it is never above 1
  std::vector<float> terms;  // exp(z_j - largest) of every class j
  float sum = 0;             // of the terms, from the first on
  float share = 0;           // the operator's: terms[of] * (1 / sum)
  float minus_log = 0;       // likewise: ln(sum) - difference, the loss where `of` is the label
};

// logits: (classes); of: the class, from 0.
SoftmaxWalk walk_softmax(const float* logits, int classes, int of);

}  // namespace striate
