// What an operator does to each value of its output before it writes it, so that the layers behind it have nothing left
// to do and their values need not pass through memory once more: the operations of normalize.h (evaluation),
// elementwise.h (add), activation.h (ReLU) and activations.h (clip), one after the other, on the same values. So the
// bits are those of the layers alone.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/hd.h"
#include "kernels/pack.h"

namespace striate {

enum class Bend { none, relu, clip };

struct Epilogue {
  // First: batch normalization with running values, each (channels). `mean` null: none; gamma, beta null: 1 and 0.
  const float *mean = nullptr, *variance = nullptr, *gamma = nullptr, *beta = nullptr;
  float epsilon = 0;
  const float* addend = nullptr;  // then: laid out as the output, which it does not overlap; null: none
  Bend bend = Bend::none;         // then
  float low = 0, high = 0;        // of a clip

  bool nothing() const { return mean == nullptr && addend == nullptr && bend == Bend::none; }
};

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
