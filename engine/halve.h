// Half of a picture: each value the mean of the up to 2 x 2 values under it, rounded to nearest.
#pragma once

#include <cstdint>
#include <vector>

namespace striate {

// `from` has `height` rows of `width` pixels of `channels` interleaved values, `from_stride` bytes from row to row;
// `to` has half as many of both, rounded up. The last of an odd number of columns or rows stands for itself.
void halve(const uint8_t* from, int64_t from_stride, int width, int height, int channels, uint8_t* to,
           int64_t to_stride);

// The same of a picture without gaps between its rows; `width` and `height` become those of the half.
std::vector<uint8_t> halved(const std::vector<uint8_t>& from, int* width, int* height, int channels);

}  // namespace striate
