#include "kernels/summation.h"

#include <cmath>

#include "kernels/launch.h"
#include "kernels/pack_math.h"
#include "kernels/weighted_sums.h"

namespace striate {
namespace {

constexpr int kGpuThreads = 128;  // of dot_products.cu

// Whether the CPU's fma() of packs rounds once: asked of fma() itself. 1 + 2^-12 squared needs 25 bits.
bool packs_are_fused() {
  constexpr int W = CpuTarget::width;
  const float a = 1.0f + 1.0f / 4096;
  const Pack<float, W> factor = Pack<float, W>::all(a);
  return fma(factor, factor, Pack<float, W>::all(-1.0f - 1.0f / 2048))[0] != 0;
}

}  // namespace

SummationOrder summation_order(Device device) {
  if (device.is_cuda()) return {kGpuThreads, 1, true};
  if (detail::uses_gpu_tiles()) return {kGpuThreads, 1, false};
  static const bool fused = packs_are_fused();
  return {1, CpuTarget::width, fused};
}

float multiply_add(const SummationOrder& order, float a, float b, float sum) {
  return order.fused ? std::fma(a, b, sum) : a * b + sum;
}

float add_halves(std::vector<float>& values) {
  for (size_t half = values.size() / 2; half > 0; half /= 2) {
    for (size_t i = 0; i < half; ++i) values[i] += values[i + half];
  }
  return values[0];
}

}  // namespace striate
