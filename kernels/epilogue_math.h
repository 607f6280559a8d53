// An epilogue's arithmetic, for kernels.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/hd.h"
#include "kernels/pack.h"

namespace striate {

// Of one channel: y = (x - center) * factor + shift.
struct ChannelNorm {
  float center = 0, factor = 1, shift = 0;
  template <int W>
  HD Pack<float, W> operator()(Pack<float, W> x) const {
    return (x - Pack<float, W>::all(center)) * Pack<float, W>::all(factor) + Pack<float, W>::all(shift);
  }
};
HD inline ChannelNorm channel_norm(const Epilogue& e, int64_t channel) {
  ChannelNorm norm;
  norm.center = e.mean[channel];
  norm.factor = 1.0f / std::sqrt(e.variance[channel] + e.epsilon) * (e.gamma != nullptr ? e.gamma[channel] : 1.0f);
  norm.shift = e.beta != nullptr ? e.beta[channel] : 0.0f;
  return norm;
}

template <int W>
HD inline Pack<float, W> bent(const Epilogue& e, Pack<float, W> value) {
  if (e.bend == Bend::none) return value;
#ifdef __CUDACC__
  for (int i = 0; i < W; ++i) {
    const float x = value.v[i];
    if (e.bend == Bend::relu) {
      value.v[i] = x <= 0 ? 0.0f : x;
    } else {
      const float y = x < e.low ? e.low : x;
      value.v[i] = e.high < y ? e.high : y;
    }
  }
  return value;
#else
  using Vector = typename Pack<float, W>::Vector;
  if (e.bend == Bend::relu) return {value.v <= Vector{} ? Vector{} : value.v};
  const Vector low = Pack<float, W>::all(e.low).v, high = Pack<float, W>::all(e.high).v;
  const Vector y = value.v < low ? low : value.v;
  return {high < y ? high : y};
#endif
}

}  // namespace striate
