// One filter of a convolution taken apart by input channel: what each channel adds to every value of the output, so
// that a figure can show map, kernel and product channel by channel, then the sum, the bias and the result.
//
// The arithmetic is that of network_walk.h: products are added in the order kernel row, kernel column, and rounded as
// the device rounds. The network begins with the bias and goes through the channels without a pause; `products` begin
// at 0 for each channel. That is why they add up to `result` only to `rounding`.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/walk/network_walk.h"

namespace striate {

struct ChannelWalk {
  int channels = 1;       // that the filter reads
  int first_channel = 0;  // of the input: where the filter's group begins
  UnitSizes out;          // rows and columns of the output
  int kernel_rows = 1, kernel_columns = 1;
  std::vector<float> kernels;   // (channels, kernel_rows, kernel_columns)
  std::vector<float> products;  // (channels, rows, columns): what each channel adds
  std::vector<float> sum;       // (rows, columns): of the products, added in double precision, rounded once
  bool has_bias = false;
  float bias = 0;
  std::vector<float> result;  // (rows, columns): what the network holds, bit for bit
  double rounding = 0;        // the largest |products + bias - result|, where all are finite
};

// How many multiplications walk_channels does for a filter of this node; 0 where it is no convolution.
int64_t channel_products(const NetworkValues& values, int node);

// Throws Error: a node that is no convolution of pictures, a sample or filter that it hasn't; values that are not at
// hand.
ChannelWalk walk_channels(const NetworkValues& values, int node, int sample, int filter);

}  // namespace striate
