// The functions of image_filter.h, and the range of a picture's values; the shared form of filtering itself is
// image_filter_kernel.h.
#include "kernels/image_filter.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/error.h"
#include "kernels/image_filter_kernel.h"
#include "kernels/image_filter_parts.h"
#include "kernels/launch.h"
#include "kernels/memory.h"

namespace striate {
namespace filtering {

// The smallest and largest value of each block.
template <typename In>
struct FilterRange {
  static constexpr int threads = kThreads;
  static constexpr int64_t work = 1 << 16;
  struct Shared {
    Tile<Plain, In> tile;
    double low[kThreads], high[kThreads];
  };

  Arguments a;
  Picture<const In> input;
  Region region;
  double* low;   // (blocks)
  double* high;  // (blocks)
  int grid_width;

  HD void operator()(Block<threads> block, Shared& shared) const {
    const int left = block.x * kTileWidth, top = block.y * kTileHeight;
    block.phase([&](int thread) {
      shared.tile.load(thread, a, input, region.x + left - a.anchor_x, region.y + top - a.anchor_y);
    });
    block.phase([&](int thread) {
      double least = INFINITY, most = -INFINITY;
      const int x = thread % kTileWidth;
      for (int k = 0; k < kRowsPerThread; ++k) {
        const int y = thread / kTileWidth * kRowsPerThread + k;
        if (left + x >= region.width || top + y >= region.height) break;
        for (int c = 0; c < input.filtered_channels(); ++c) {
          const double value = value_of_sum(a, shared.tile.sum(a, input.channels, x, y, c));
          if (value < least) least = value;
          if (value > most) most = value;
        }
      }
      shared.low[thread] = least;
      shared.high[thread] = most;
    });
    block.phase([&](int thread) {
      if (thread != 0) return;
      double least = shared.low[0], most = shared.high[0];
      for (int i = 1; i < threads; ++i) {
        if (shared.low[i] < least) least = shared.low[i];
        if (shared.high[i] > most) most = shared.high[i];
      }
      low[block.y * grid_width + block.x] = least;
      high[block.y * grid_width + block.x] = most;
    });
  }
};

}  // namespace filtering

template struct CudaBlocks<filtering::FilterTile<Plain, uint8_t, uint8_t, FilterResult::byte>>;
template struct CudaBlocks<filtering::FilterTile<Plain, uint8_t, float, FilterResult::value>>;
template struct CudaBlocks<filtering::FilterTile<Plain, float, float, FilterResult::shown>>;
template struct CudaBlocks<filtering::FilterTile<Plain, float, float, FilterResult::value>>;
template struct CudaBlocks<filtering::FilterRange<uint8_t>>;
template struct CudaBlocks<filtering::FilterRange<float>>;

#ifndef __CUDACC__

namespace filtering {

void check_picture(int width, int height, int channels, Region region) {
  if (width < 1 || height < 1 || channels < 1 || channels > 4) {
    throw Error("cannot filter a picture of " + std::to_string(width) + " x " + std::to_string(height) + " with " +
                    std::to_string(channels) + " channels",
                "give one of 1 x 1 or more with 1 to 4 channels");
  }
  if (region.x < 0 || region.y < 0 || region.width < 0 || region.height < 0 || region.x > width - region.width ||
      region.y > height - region.height) {
    throw Error("the region " + std::to_string(region.x) + "," + std::to_string(region.y) + "," +
                    std::to_string(region.width) + "," + std::to_string(region.height) + " is not inside the picture",
                "it has " + std::to_string(width) + " columns and " + std::to_string(height) + " rows");
  }
}

namespace {

template <typename T>
void check_pictures(const Picture<const T>& input, Region region) {
  check_picture(input.width, input.height, input.channels, region);
}

template <FilterResult result, typename In, typename Out>
void launch(Stream& stream, const Arguments& a, const Picture<const In>& input, Region region, Out* output,
            int64_t stride) {
  for (int y = 0; y < region.height; y += kBand) {
    const Region band = band_of(region, y);
    for_each_block(stream, "image_filter", grid_of(band),
                   FilterTile<Plain, In, Out, result>{a, input, band, output + y * stride, stride});
  }
}

template <typename In>
Range range_of(Stream& stream, const Arguments& a, const Picture<const In>& input, Region region) {
  int64_t blocks = 0;
  for (int y = 0; y < region.height; y += kBand) blocks += grid_of(band_of(region, y)).count();
  if (blocks == 0) return {};
  Buffer<double> low(stream.device(), blocks, "the filter's range");
  Buffer<double> high(stream.device(), blocks, "the filter's range");
  int64_t done = 0;
  for (int y = 0; y < region.height; y += kBand) {
    const Region band = band_of(region, y);
    const Grid grid = grid_of(band);
    for_each_block(stream, "image_filter_range", grid,
                   FilterRange<In>{a, input, band, low.data() + done, high.data() + done, grid.x});
    done += grid.count();
  }
  std::vector<double> lows(blocks), highs(blocks);
  download(stream, lows.data(), low, blocks);
  download(stream, highs.data(), high, blocks);
  return {*std::min_element(lows.begin(), lows.end()), *std::max_element(highs.begin(), highs.end())};
}

}  // namespace

Arguments make_arguments(const FilterKernel& kernel, const FilterOptions& options) {
  const auto size_text = [&] { return std::to_string(kernel.width) + " x " + std::to_string(kernel.height); };
  if (kernel.width < 1 || kernel.height < 1 || kernel.width > kMaxFilterSize || kernel.height > kMaxFilterSize) {
    throw Error("a kernel of " + size_text() + " is out of range", "use 1 to 15 columns and 1 to 15 rows");
  }
  const int count = kernel.width * kernel.height;
  if (static_cast<int>(kernel.taps.size()) != count) {
    throw Error("a kernel of " + size_text() + " came with " + std::to_string(kernel.taps.size()) + " numbers",
                "give " + std::to_string(count));
  }
  for (int i = 0; i < count; ++i) {
    if (!std::isfinite(kernel.taps[i])) {
      throw Error("the kernel's number in row " + std::to_string(i / kernel.width + 1) + ", column " +
                      std::to_string(i % kernel.width + 1) + " is not finite",
                  "use ordinary numbers");
    }
  }
  if (kernel.anchor_x >= kernel.width || kernel.anchor_y >= kernel.height) {
    throw Error("the anchor " + std::to_string(kernel.anchor_x) + ", " + std::to_string(kernel.anchor_y) +
                    " is outside a kernel of " + size_text(),
                "count columns and rows from 0, or give -1 for the middle");
  }
  if (options.divisor == 0) throw Error("the divisor is 0", "use 1 to leave the sum as it is");
  for (const double number : {options.divisor, options.offset, options.low, options.high}) {
    if (!std::isfinite(number)) throw Error("divisor, offset or range is not finite", "use ordinary numbers");
  }
  Arguments a = {};
  for (int i = 0; i < count; ++i) {
    a.taps[i] = kernel.taps[i];
    a.fast[i] = static_cast<float>(kernel.taps[i]);
  }
  a.width = kernel.width;
  a.height = kernel.height;
  a.anchor_x = kernel.anchor_column();
  a.anchor_y = kernel.anchor_row();
  a.border = options.border;
  a.show = options.show;
  a.divisor = options.divisor;
  a.offset = options.offset;
  a.low = options.low;
  a.high = options.high;
  double scale = 1 / a.divisor, offset = a.offset;
  if (a.show == Show::offset128) offset += 128;
  if (a.show == Show::minmax) {
    const double stretch = a.high > a.low ? 255 / (a.high - a.low) : 0;
    offset = (offset - a.low) * stretch;
    scale *= stretch;
  }
  a.fast_scale = static_cast<float>(scale);
  a.fast_offset = static_cast<float>(offset);
  a.bound = rounding_bound(a, count, 0);
  return a;
}

float rounding_bound(const Arguments& a, int terms, double deviation) {
  // Every term passes through at most terms + 3 roundings of relative size 2^-24 (tap, product, sums, scale), the
  // offset through 2, the result through 1; partial sums are at most the sum of absolute terms (Higham 2002,
  // section 3.1). One per cent more for the terms of second order and the double sum's own rounding.
  double absolute = 0;
  for (int i = 0; i < a.width * a.height; ++i) absolute += std::fabs(a.taps[i]) * 255;
  const double scale = std::fabs(static_cast<double>(a.fast_scale));
  // The real scale and offset of min-max may be large against the result, which is what cancels between them.
  double bound = 1.01 * std::ldexp(1.0, -24) *
                     ((terms + 3) * absolute * scale + 3 * std::fabs(static_cast<double>(a.fast_offset)) + 256) +
                 deviation * scale;
  for (int i = 0; i < a.width * a.height; ++i)
    bound += 255 * scale * std::ldexp(1.0, -126);  // taps below float's range
  if (!(absolute < 1e30 && scale < 1e30 && std::fabs(a.offset) < 1e30) || (scale > 0 && scale < 1e-30)) return 1;
  return bound < 1 ? static_cast<float>(bound * 1.0001) : 1.0f;
}

}  // namespace filtering

using filtering::make_arguments;

void filter(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const uint8_t> input,
            Region region, uint8_t* output, int64_t stride) {
  const filtering::Arguments a = make_arguments(kernel, options);
  filtering::check_pictures(input, region);
  if (region.width == 0 || region.height == 0) return;
  if (stream.device().is_cpu()) {
    const detail::LaunchTimer timer(stream, "image_filter");
    if (filtering::filter_on_cpu(a, input, region, output, stride)) return;
  }
  filtering::launch<FilterResult::byte>(stream, a, input, region, output, stride);
}

namespace {

template <FilterResult result, typename In>
void floats_of(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const In> input,
               Region region, float* output, int64_t stride) {
  const filtering::Arguments a = make_arguments(kernel, options);
  filtering::check_pictures(input, region);
  if (region.width == 0 || region.height == 0) return;
  if (stream.device().is_cpu()) {
    const detail::LaunchTimer timer(stream, "image_filter");
    return filtering::values_on_cpu(a, input, region, result == FilterResult::shown, output, stride);
  }
  filtering::launch<result>(stream, a, input, region, output, stride);
}

}  // namespace

void filter(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
            Region region, float* output, int64_t stride) {
  floats_of<FilterResult::shown>(stream, kernel, options, input, region, output, stride);
}

void filter_values(Stream& stream, const FilterKernel& kernel, const FilterOptions& options,
                   Picture<const uint8_t> input, Region region, float* output, int64_t stride) {
  floats_of<FilterResult::value>(stream, kernel, options, input, region, output, stride);
}

void filter_values(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
                   Region region, float* output, int64_t stride) {
  floats_of<FilterResult::value>(stream, kernel, options, input, region, output, stride);
}

Range filter_range(Stream& stream, const FilterKernel& kernel, const FilterOptions& options,
                   Picture<const uint8_t> input, Region region) {
  const filtering::Arguments a = make_arguments(kernel, options);
  filtering::check_pictures(input, region);
  if (region.width == 0 || region.height == 0) return {};
  Range range;
  if (stream.device().is_cpu() && filtering::range_on_cpu(a, input, region, &range)) return range;
  return filtering::range_of(stream, a, input, region);
}

Range filter_range(Stream& stream, const FilterKernel& kernel, const FilterOptions& options, Picture<const float> input,
                   Region region) {
  const filtering::Arguments a = make_arguments(kernel, options);
  filtering::check_pictures(input, region);
  return filtering::range_of(stream, a, input, region);
}

bool separate(const FilterKernel& kernel, std::vector<double>* column, std::vector<double>* row) {
  const std::vector<double>& t = kernel.taps;
  size_t pivot = 0;
  for (size_t i = 0; i < t.size(); ++i) {
    if (std::fabs(t[i]) > std::fabs(t[pivot])) pivot = i;
  }
  const double largest = std::fabs(t[pivot]);
  if (!(largest > 0)) return false;
  const int w = kernel.width, h = kernel.height;
  const int pivot_row = static_cast<int>(pivot) / w, pivot_column = static_cast<int>(pivot) % w;
  column->resize(h);
  row->resize(w);
  for (int r = 0; r < h; ++r) (*column)[r] = t[r * w + pivot_column] / t[pivot];
  for (int s = 0; s < w; ++s) (*row)[s] = t[pivot_row * w + s];
  for (int r = 0; r < h; ++r) {
    for (int s = 0; s < w; ++s) {
      if (std::fabs(t[r * w + s] - (*column)[r] * (*row)[s]) > 1e-6 * largest) return false;
    }
  }
  return true;
}

#endif

}  // namespace striate
