// The kernel of image_filter.h, which reads and writes through M (access.h), so that it can be observed.
//
// A block owns a tile of the output. Phase one brings the input under it into shared memory, borders included, so that
// phase two has no test for them. Where input and output are bytes, the sum is first made of floats; its error has a
// bound, and only where a tie (a fraction of one half) lies within it is the sum made again in double precision, terms
// in row-major order. That is why the result is the exact one on a device that is slow at doubles, too.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/access.h"
#include "kernels/image_filter_parts.h"
#include "kernels/launch.h"

namespace striate {

enum class FilterResult { byte, shown, value };

namespace filtering {

constexpr int kThreads = 128;
constexpr int kTileWidth = 32;  // output pixels of a block
constexpr int kTileHeight = 16;
constexpr int kRowsPerThread = kTileHeight / (kThreads / kTileWidth);
constexpr int kHaloWidth = kTileWidth + kMaxFilterSize - 1;
constexpr int kHaloHeight = kTileHeight + kMaxFilterSize - 1;

inline Grid grid_of(Region region) {
  return {(region.width + kTileWidth - 1) / kTileWidth, (region.height + kTileHeight - 1) / kTileHeight, 1};
}

// A grid has at most 65535 rows of blocks: taller regions go in bands of this many rows.
constexpr int kBand = 65535 * kTileHeight;
inline Region band_of(Region region, int y) {
  return {region.x, region.y + y, region.width, region.height - y < kBand ? region.height - y : kBand};
}

// The input under a block's tile: (rows, kHaloWidth, channels), borders filled in.
template <class M, typename T>
struct Tile {
  using Double = typename M::template Number<double>;
  typename M::template Words<T, kHaloHeight * kHaloWidth * 4> values;

  HD void load(int thread, const Arguments& a, const Picture<const T>& input, int left, int top) {
    const int columns = kTileWidth + a.width - 1;
    const int rows = kTileHeight + a.height - 1;
    for (int i = thread; M::when(i < rows * columns); i += kThreads) {
      const int row = i / columns, column = i % columns;
      const int y = border_index(top + row, input.height, a.border);
      const int x = border_index(left + column, input.width, a.border);
      auto to = values + (row * kHaloWidth + column) * input.channels;
      if (x < 0 || y < 0) {
        for (int c = 0; c < input.channels; ++c) to[c] = 0;
      } else {
        const typename M::template From<T> from =
            input.data + y * input.row_stride + static_cast<int64_t>(x) * input.channels;
        for (int c = 0; c < input.channels; ++c) to[c] = from[c];
      }
    }
  }

  // The exact sum for the output pixel at (x, y) of the tile.
  HD Double sum(const Arguments& a, int channels, int x, int y, int c) const {
    Double sum = 0;
    for (int r = 0; r < a.height; ++r) {
      const auto row = values + ((y + r) * kHaloWidth + x) * channels + c;
      for (int s = 0; s < a.width; ++s) sum = add_product(sum, a.taps[r * a.width + s], row[s * channels]);
    }
    return sum;
  }

  HD float fast_sum(const Arguments& a, int channels, int x, int y, int c) const {
    float sum = 0;
    for (int r = 0; r < a.height; ++r) {
      const T* row = values + ((y + r) * kHaloWidth + x) * channels + c;
      for (int s = 0; s < a.width; ++s) sum += a.fast[r * a.width + s] * static_cast<float>(row[s * channels]);
    }
    return sum;
  }
};

template <class M, typename In, typename Out, FilterResult result>
struct FilterTile {
  static constexpr int threads = kThreads;
  static constexpr int64_t work = 1 << 16;
  using Shared = Tile<M, In>;
  using Value = typename M::template Number<Out>;

  Arguments a;
  Picture<const In> input;  // (H, W, C)
  Region region;
  Out* output;  // (region.height, region.width, C)
  int64_t output_row_stride;

  HD Value at(const Shared& tile, int x, int y, int c) const {
    if constexpr (result == FilterResult::byte) {
      if (a.bound < 0.25f) {
        float fast = a.fast_scale * tile.fast_sum(a, input.channels, x, y, c) + a.fast_offset;
        if (a.show == Show::absolute) fast = fabsf(fast);
        const float rounded = rintf(fast);
        if (!(fast > -1 && fast < 256) || fabsf(fast - rounded) < 0.5f - a.bound) {
          return static_cast<Out>(rounded > 0 ? (rounded < 255 ? rounded : 255) : 0);
        }
      }
      return byte_of(shown_of_value(a, value_of_sum(a, tile.sum(a, input.channels, x, y, c))));
    } else {
      const auto value = value_of_sum(a, tile.sum(a, input.channels, x, y, c));
      if constexpr (result == FilterResult::shown) return static_cast<Value>(shown_of_value(a, value));
      return static_cast<Value>(value);
    }
  }

  template <class B>
  HD void operator()(B block, Shared& tile) const {
    const int left = block.x * kTileWidth, top = block.y * kTileHeight;
    block.phase(
        [&](int thread) { tile.load(thread, a, input, region.x + left - a.anchor_x, region.y + top - a.anchor_y); });
    block.phase([&](int thread) {
      const int x = thread % kTileWidth;
      if (M::when(left + x >= region.width)) return;
      for (int k = 0; k < kRowsPerThread; ++k) {
        const int y = thread / kTileWidth * kRowsPerThread + k;
        if (M::when(top + y >= region.height)) break;
        const typename M::template To<Out> to =
            output + (top + y) * output_row_stride + static_cast<int64_t>(left + x) * input.channels;
        const int filtered = input.filtered_channels();
        for (int c = 0; c < filtered; ++c) to[c] = at(tile, x, y, c);
        if (input.alpha) {
          to[filtered] = static_cast<Value>(
              tile.values[((y + a.anchor_y) * kHaloWidth + x + a.anchor_x) * input.channels + filtered]);
        }
      }
    });
  }
};

}  // namespace filtering
}  // namespace striate
