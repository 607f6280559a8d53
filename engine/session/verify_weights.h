// A network with its weights against stored results of another program: one file of tensors that holds weights, an
// `input` (N, C, H, W) and the `logits` (N, classes) that it gave there.
#pragma once

#include <string>
#include <vector>

#include "engine/network/architecture.h"
#include "kernels/stream.h"

namespace striate {

struct WeightsVerification {
  int64_t pictures = 0, values = 0;
  double largest_logit = 0;  // absolute, of those in the file
  double largest_error = 0;  // absolute; NaN where only one of the two is not a number
  int64_t at = 0;            // which value has it
  float stored = 0, computed = 0;
  std::vector<std::string> notes;  // of how the weights were found in the file
  double allowed() const { return 1e-4 * largest_logit; }
  bool holds() const { return largest_error <= allowed(); }  // false for NaN
};

// Throws Error: a file without those two tensors, weights that don't fit, an input of another size.
WeightsVerification verify_weights(Stream& stream, const std::string& path, const Architecture& architecture);

}  // namespace striate
