#include "kernels/window_filter.h"

#include <cmath>
#include <type_traits>

#include "kernels/error.h"
#include "kernels/image_filter_kernel.h"
#include "kernels/launch.h"

namespace striate {
namespace filtering {

// What a launch is told beside the window (whose numbers are the taps of `a`).
struct WindowArguments {
  Arguments a;
  WindowRule rule;
  double minus_half_over_range2;  // bilateral: -1 / (2 range^2)
  double amount, threshold;
};

HD inline float range_weight_of(double distance, double minus_half_over_range2) {
  return static_cast<float>(exp(distance * distance * minus_half_over_range2));
}

// Puts the value that belongs at place k of the ascending order there (Hoare 1961, "Algorithm 65: find"). Every loop
// ends at an element of the list, also where some are NaN.
HD inline float kth(float* values, int count, int k) {
  int low = 0, high = count - 1;
  while (low < high) {
    const float pivot = values[k];
    int i = low, j = high;
    do {
      while (values[i] < pivot) ++i;
      while (pivot < values[j]) --j;
      if (i <= j) {
        const float kept = values[i];
        values[i] = values[j];
        values[j] = kept;
        ++i;
        --j;
      }
    } while (i <= j);
    if (j < k) low = i;
    if (k < i) high = j;
  }
  return values[k];
}

// A block owns a tile of the output, as the linear filters do (image_filter_kernel.h).
template <typename In>
struct WindowTile {
  static constexpr int threads = kThreads;
  static constexpr int64_t work = 1 << 17;
  // Distances of bytes are whole: their weights are computed once a block.
  static constexpr int kDistances = std::is_same<In, uint8_t>::value ? 4 * 255 + 1 : 1;
  struct Shared {
    Tile<Plain, In> tile;
    float range_weights[kDistances];
  };

  WindowArguments w;
  Picture<const In> input;  // (H, W, C)
  Region region;
  float* output;  // (region.height, region.width, C)
  int64_t output_row_stride;

  // The values under the window whose corner is (x, y) of the tile begin here.
  HD const In* corner(const Shared& shared, int x, int y, int c) const {
    return shared.tile.values + (y * kHaloWidth + x) * input.channels + c;
  }
  HD In center(const In* from) const { return from[(w.a.anchor_y * kHaloWidth + w.a.anchor_x) * input.channels]; }

  HD float median(const In* from) const {
    float values[kMaxTaps];
    int count = 0;
    for (int r = 0; r < w.a.height; ++r) {
      for (int s = 0; s < w.a.width; ++s) {
        if (w.a.taps[r * w.a.width + s] != 0) values[count++] = from[(r * kHaloWidth + s) * input.channels];
      }
    }
    return kth(values, count, count / 2);
  }

  HD float extreme(const In* from, bool largest) const {
    float found = largest ? -INFINITY : INFINITY;
    for (int r = 0; r < w.a.height; ++r) {
      for (int s = 0; s < w.a.width; ++s) {
        if (w.a.taps[r * w.a.width + s] == 0) continue;
        const float value = from[(r * kHaloWidth + s) * input.channels];
        if (largest ? value > found : value < found) found = value;
      }
    }
    return found;
  }

  HD float unsharp(const In* from) const {
    double sum = 0, weights = 0;
    for (int r = 0; r < w.a.height; ++r) {
      for (int s = 0; s < w.a.width; ++s) {
        const double weight = w.a.taps[r * w.a.width + s];
        weights += weight;
        sum = add_product(sum, weight, from[(r * kHaloWidth + s) * input.channels]);
      }
    }
    const double own = center(from), difference = own - sum / weights;
    if (fabs(difference) < w.threshold) return static_cast<float>(own);
    return static_cast<float>(add_product(own, w.amount, difference));
  }

  HD void bilateral(const Shared& shared, int x, int y, float* to) const {
    const In* from = corner(shared, x, y, 0);
    const int channels = input.channels, filtered = input.filtered_channels();
    const In* own = from + (w.a.anchor_y * kHaloWidth + w.a.anchor_x) * channels;
    double sums[4] = {0, 0, 0, 0}, weights = 0;
    for (int r = 0; r < w.a.height; ++r) {
      for (int s = 0; s < w.a.width; ++s) {
        const double near = w.a.taps[r * w.a.width + s];
        if (near == 0) continue;
        const In* value = from + (r * kHaloWidth + s) * channels;
        const double weight = near * range_weight(shared, value, own, filtered);
        weights += weight;
        for (int c = 0; c < filtered; ++c) sums[c] = add_product(sums[c], weight, value[c]);
      }
    }
    for (int c = 0; c < filtered; ++c) to[c] = static_cast<float>(sums[c] / weights);
  }
  HD float range_weight(const Shared& shared, const In* value, const In* own, int filtered) const {
    if constexpr (std::is_same<In, uint8_t>::value) {
      int distance = 0;
      for (int c = 0; c < filtered; ++c) distance += value[c] > own[c] ? value[c] - own[c] : own[c] - value[c];
      return shared.range_weights[distance];
    } else {
      double distance = 0;
      for (int c = 0; c < filtered; ++c) distance += fabs(static_cast<double>(value[c]) - own[c]);
      return range_weight_of(distance, w.minus_half_over_range2);
    }
  }

  HD void pixel(const Shared& shared, int x, int y, float* to) const {
    const int filtered = input.filtered_channels();
    if (w.rule == WindowRule::bilateral) return bilateral(shared, x, y, to);
    for (int c = 0; c < filtered; ++c) {
      const In* from = corner(shared, x, y, c);
      to[c] = w.rule == WindowRule::median    ? median(from)
              : w.rule == WindowRule::unsharp ? unsharp(from)
                                              : extreme(from, w.rule == WindowRule::maximum);
    }
  }

  HD void operator()(Block<threads> block, Shared& shared) const {
    const int left = block.x * kTileWidth, top = block.y * kTileHeight;
    block.phase([&](int thread) {
      shared.tile.load(thread, w.a, input, region.x + left - w.a.anchor_x, region.y + top - w.a.anchor_y);
      if (w.rule != WindowRule::bilateral || kDistances == 1) return;
      for (int i = thread; i < kDistances; i += threads)
        shared.range_weights[i] = range_weight_of(i, w.minus_half_over_range2);
    });
    block.phase([&](int thread) {
      const int x = thread % kTileWidth;
      if (left + x >= region.width) return;
      for (int k = 0; k < kRowsPerThread; ++k) {
        const int y = thread / kTileWidth * kRowsPerThread + k;
        if (top + y >= region.height) break;
        float* to = output + (top + y) * output_row_stride + static_cast<int64_t>(left + x) * input.channels;
        pixel(shared, x, y, to);
        const int filtered = input.filtered_channels();
        if (input.alpha) to[filtered] = center(corner(shared, x, y, filtered));
      }
    });
  }
};

}  // namespace filtering

template struct CudaBlocks<filtering::WindowTile<uint8_t>>;
template struct CudaBlocks<filtering::WindowTile<float>>;

#ifndef __CUDACC__

namespace {

using namespace filtering;

WindowArguments arguments_of(const WindowFilter& filter, Border border) {
  FilterOptions options;
  options.border = border;
  WindowArguments w = {make_arguments(filter.window, options), filter.rule, 0, filter.amount, filter.threshold};
  bool counts = false;
  for (const double number : filter.window.taps) {
    if (number < 0) throw Error("a number of the window is negative", "use 0 for what does not count");
    counts |= number > 0;
  }
  if (!counts) throw Error("no number of the window is above 0", "at least one pixel has to count");
  if (filter.rule == WindowRule::bilateral) {
    if (!(filter.range > 0 && std::isfinite(filter.range)))
      throw Error("the range of a bilateral filter is not above 0", "give gray values, as in 30");
    w.minus_half_over_range2 = -0.5 / (filter.range * filter.range);
    if (!(filter.window.taps[static_cast<size_t>(w.a.anchor_y) * w.a.width + w.a.anchor_x] > 0))
      throw Error("the window's middle is 0", "the pixel itself has to count: without it all weights may be 0");
  }
  if (!std::isfinite(filter.amount)) throw Error("the amount is not finite", "use an ordinary number");
  if (!(filter.threshold >= 0 && std::isfinite(filter.threshold)))
    throw Error("the threshold is below 0 or not finite", "use 0 or more gray values");
  return w;
}

template <typename In>
void run(Stream& stream, const WindowFilter& filter, Border border, const Picture<const In>& input, Region region,
         float* output, int64_t stride) {
  const WindowArguments w = arguments_of(filter, border);
  check_picture(input.width, input.height, input.channels, region);
  for (int y = 0; y < region.height && region.width > 0; y += kBand) {
    const Region band = band_of(region, y);
    for_each_block(stream, "window_filter", grid_of(band), WindowTile<In>{w, input, band, output + y * stride, stride});
  }
}

}  // namespace

float range_weight(double distance, double range) { return range_weight_of(distance, -0.5 / (range * range)); }

void window_filter(Stream& stream, const WindowFilter& filter, Border border, Picture<const uint8_t> input,
                   Region region, float* output, int64_t stride) {
  run(stream, filter, border, input, region, output, stride);
}

void window_filter(Stream& stream, const WindowFilter& filter, Border border, Picture<const float> input, Region region,
                   float* output, int64_t stride) {
  run(stream, filter, border, input, region, output, stride);
}

#endif

}  // namespace striate
