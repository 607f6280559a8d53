#include "engine/walk/softmax_walk.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "engine/error.h"
#include "kernels/loss.h"

namespace striate {

SoftmaxWalk walk_softmax(const float* logits, int classes, int of) {
  check(of >= 0 && of < classes, "class {} of {}", of, classes);
  SoftmaxWalk walk;
  walk.z = logits[of];
  walk.largest = *std::max_element(logits, logits + classes);
  walk.difference = walk.z - walk.largest;
  for (int j = 0; j < classes; ++j) walk.terms.push_back(std::exp(logits[j] - walk.largest));
  for (const float term : walk.terms) walk.sum += term;
  Stream stream(Device::cpu());
  const int32_t target = of;
  float mean = 0;
  std::vector<float> shares(static_cast<size_t>(classes));
  softmax_cross_entropy(stream, 1, classes, logits, &target, &mean, &walk.minus_log, shares.data(), nullptr);
  walk.share = shares[static_cast<size_t>(of)];
  return walk;
}

}  // namespace striate
