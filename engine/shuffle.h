// A random order, each as likely as the others (Fisher and Yates, from the end); the same for the same state of
// `random` on every machine, which std::shuffle does not promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "kernels/random.h"

namespace striate {

template <typename T>
void shuffle(std::span<T> values, Random& random) {
  for (size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[random.below(static_cast<uint32_t>(i))]);
  }
}

}  // namespace striate
