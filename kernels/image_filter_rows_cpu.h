// The inner loop of a filter in floats on the CPU: weighted rows added up, several packs at a time so that the weights
// are loaded once for all of them. image_filter_strip_cpu.h alone includes this.
#pragma once

#include "kernels/image_filter_cpu.h"

namespace striate {
namespace filtering {

// sums[i] = sum over k of weights[k] * rows[k][i], for bytes or floats; runs over the end by up to 4 packs.
template <typename T>
void weighted_rows(const T* const* rows, const float* weights, int terms, int from, int count, float* sums) {
  constexpr int registers = 4;
  for (int i = from; i < from + count; i += registers * kFloats) {
    Floats total[registers];
    for (int k = 0; k < registers; ++k) {
      total[k] = Pack<T, kFloats>::load(rows[0] + i + k * kFloats).template to<float>() * Floats::all(weights[0]);
    }
    for (int t = 1; t < terms; ++t) {
      const Floats weight = Floats::all(weights[t]);
      const T* row = rows[t] + i;
      for (int k = 0; k < registers; ++k) {
        total[k] = fma(weight, Pack<T, kFloats>::load(row + k * kFloats).template to<float>(), total[k]);
      }
    }
    for (int k = 0; k < registers; ++k) total[k].store(sums + i - from + k * kFloats);
  }
}

}  // namespace filtering
}  // namespace striate
