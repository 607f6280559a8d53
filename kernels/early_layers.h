// What the networks that read digits in 1989 and 1998 had (LeCun and others, "Backpropagation applied to handwritten
// zip code recognition"; "Gradient-based learning applied to document recognition") and later ones left out.
//
//   sum pooling       y[n][k][p][q] = weight[k] * (sum of the size x size window of x[n][k]) + bias[k]; windows lie
//   side
//                     by side, rows and columns that are left over are not read
//   a bias per unit   y[n][i] = x[n][i] + bias[i]
//   a table of links  a convolution whose filter k reads the channels of mask[k] alone: its weights lie packed, filter
//                     after filter, channel after channel, `taps` for each link; unpacked they are K x C x taps with
//                     zeros where there is no link
//   radial basis      y[n][k] = factor * sum over i of (x[n][i] - centers[k][i])^2
// Sums go from the first term to the last, the same on every device. Nothing may overlap, but y may be x for the bias.
#pragma once

#include <cstdint>

#include "kernels/result.h"
#include "kernels/stream.h"

namespace striate {

struct SumPoolShape {
  int n = 1, c = 1, h = 1, w = 1, size = 1;
  int p() const { return h / size; }
  int q() const { return w / size; }
  int64_t x_size() const { return int64_t{1} * n * c * h * w; }
  int64_t y_size() const { return int64_t{1} * n * c * p() * q(); }
};
void sum_pool_forward(Stream& stream, const SumPoolShape& s, const float* x, const float* weight, const float* bias,
                      float* y);
void sum_pool_backward_input(Stream& stream, const SumPoolShape& s, const float* dy, const float* weight, float* dx,
                             Result result);
// dweight and dbias (C) are replaced. `scratch`: y_size() + c floats.
void sum_pool_backward_weights(Stream& stream, const SumPoolShape& s, const float* x, const float* dy, float* dweight,
                               float* dbias, float* scratch);

void unit_bias_forward(Stream& stream, int64_t n, int64_t units, const float* x, const float* bias, float* y);

struct LinkTable {
  static constexpr int kMaxFilters = 64, kMaxChannels = 64;
  int filters = 0, channels = 0;
  uint64_t mask[kMaxFilters] = {};
  int first[kMaxFilters] = {};  // links of the filters before
};
// Each writes every value of its result: weights K x C x taps from the packed ones, or the packed ones' from those.
void unpack_links(Stream& stream, const LinkTable& table, int taps, const float* packed, float* unpacked);
void pack_links(Stream& stream, const LinkTable& table, int taps, const float* unpacked, float* packed);

void rbf_forward(Stream& stream, int n, int k, int c, float factor, const float* x, const float* centers, float* y);
void rbf_backward(Stream& stream, int n, int k, int c, float factor, const float* x, const float* centers,
                  const float* dy, float* dx, Result result);

}  // namespace striate
