// Dropout (Srivastava et al. 2014), inverted: what is kept is scaled up, so that evaluation is the identity.
//
//   mask[i] = random_unit(seed, *sequence, i) >= rate ? 1 / (1 - rate) : 0
//   y = x * mask          dx = dy * mask
// 0 <= rate < 1. The mask is a saved tensor. `sequence` stands in device memory, so that a captured step can be
// replayed: write the step's number (and the layer's, mixed in) there. All arrays hold `count` floats.
// y may be x, dx may be dy (then with Result::overwrite).
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

void dropout_forward(Stream& stream, int64_t count, float rate, uint64_t seed, const uint64_t* sequence, const float* x,
                     float* mask, float* y);
void dropout_backward(Stream& stream, int64_t count, const float* mask, const float* dy, float* dx, Result result);
// *sequence += 1, on the device.
void dropout_next(Stream& stream, uint64_t* sequence);

}  // namespace striate
