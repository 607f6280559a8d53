// Minimum, maximum, mean and histogram of every channel. Deterministic: the input is cut into pieces that depend on its
// size alone, sums of 8-bit values are integers, and pieces are added in order.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/stream.h"

namespace striate {

struct ChannelStatistics {
  double minimum = 0, maximum = 0, mean = 0;
  int64_t count = 0;                     // values that are numbers
  int64_t not_a_number = 0;              // float input only
  std::array<int64_t, 256> histogram{};  // 8-bit: one bin per value; float: 256 equal bins, see below
};

// pixels (N, C) interleaved, on the stream's device; one entry per channel. Waits for the result.
std::vector<ChannelStatistics> statistics(Stream& stream, const uint8_t* pixels, int channels, int64_t n);
// Floats: bins of equal width from `low` to `high`, both finite and low < high; values outside go into the first or the
// last bin, NaN into none. Minimum, maximum and mean are those of all numbers (0 where there is none).
std::vector<ChannelStatistics> statistics(Stream& stream, const float* values, int channels, int64_t n, double low,
                                          double high);

}  // namespace striate
