// Starting weights, by counter-based random numbers (random.h): value i of an array depends on seed, sequence and i
// only, so give every array of a network its own sequence (its number, say).
//
//   pytorch   PyTorch's default for convolutions and dense layers: kaiming_uniform(a = sqrt 5), which is uniform in
//             +- 1/sqrt(fan_in); the bias likewise
//   he        He et al. 2015, for ReLU: std sqrt(2 / fan_in); uniform: +- sqrt(6 / fan_in)
//   glorot    Glorot and Bengio 2010: std sqrt(2 / (fan_in + fan_out)); uniform: +- sqrt(6 / (fan_in + fan_out))
// fan_in = C/G*R*S of a convolution, C of a dense layer; fan_out = K/G*R*S (PyTorch: K*R*S/G), K.
#pragma once

#include <cstdint>

#include "kernels/stream.h"

namespace striate {

enum class Initializer { pytorch, he_normal, he_uniform, glorot_normal, glorot_uniform, zeros, ones };

// uniform in [low, high)
void fill_uniform(Stream& stream, int64_t count, float low, float high, uint64_t seed, uint64_t sequence, float* y);
// normal (Box-Muller on pairs of uniform numbers, in double precision)
void fill_normal(Stream& stream, int64_t count, float mean, float stddev, uint64_t seed, uint64_t sequence, float* y);

// One array by name. For a bias with `pytorch` give its layer's fan_in; he and glorot set biases to 0: use `zeros`.
void initialize(Stream& stream, Initializer how, int64_t fan_in, int64_t fan_out, int64_t count, uint64_t seed,
                uint64_t sequence, float* y);

}  // namespace striate
