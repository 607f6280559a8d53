#include "kernels/summation.h"

#include <cmath>

#include "kernels/launch.h"
#include "kernels/pack_math.h"

namespace striate {
namespace {

constexpr int kGpuThreads = 128;  // of reduction_gemm.cu

// Whether the host's fma() of packs rounds once: asked of fma() itself. 1 + 2^-12 squared needs 25 bits.
template <int W>
bool packs_are_fused() {
  const float a = 1.0f + 1.0f / 4096;
  const Pack<float, W> factor = Pack<float, W>::all(a);
  return fma(factor, factor, Pack<float, W>::all(-1.0f - 1.0f / 2048))[0] != 0;
}

}  // namespace

SummationOrder summation_order(Device device) {
  if (device.is_cuda()) return {kGpuThreads, 1, true};
  static const bool emulated_fused = packs_are_fused<1>(), fused = packs_are_fused<CpuTarget::width>();
  if (device.is_gpu()) return {kGpuThreads, 1, emulated_fused};
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
