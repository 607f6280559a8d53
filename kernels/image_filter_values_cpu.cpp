// The CPU's special form of image filtering with floats as the result, beside the shared form of image_filter.cu (tests
// hold the two together, bit by bit). Rows with their borders are brought into a ring of float rows, from which packs
// of doubles add up the terms in row-major order: the very operations of the shared form, on several values at a time.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/image_filter_parts.h"
#include "kernels/pack.h"
#include "kernels/threads.h"

namespace striate {
namespace filtering {
namespace {

constexpr int W = kPackWidth<double>;
using Doubles = Pack<double, W>;
constexpr int kRegisters = 4;
constexpr int kStep = kRegisters * W;
constexpr int kBandRows = 32;
constexpr int kStripValues = 1024;
constexpr int kRowStride = kStripValues + 4 * kMaxFilterSize + kStep;

template <typename T>
struct ValueRows {
  const Arguments& a;
  Picture<const T> input;
  Region region;
  bool shown;
  float* output;
  int64_t stride;
  float* ring;  // (15, kRowStride) of the calling thread
  float* made;  // (kStripValues + kStep)

  // Input row y of the whole picture, `columns` pixels from column `left` on, borders filled in.
  void load(int y, int left, int columns, float* to) const {
    const int channels = input.channels;
    y = border_index(y, input.height, a.border);
    if (y < 0) {
      std::fill(to, to + columns * channels + kStep, 0.0f);
      return;
    }
    const T* row = input.data + y * input.row_stride;
    const auto at_border = [&](int from, int end) {
      for (int k = from; k < end; ++k) {
        const int x = border_index(left + k, input.width, a.border);
        for (int c = 0; c < channels; ++c) {
          to[k * channels + c] = x < 0 ? 0.0f : static_cast<float>(row[static_cast<int64_t>(x) * channels + c]);
        }
      }
    };
    const int begin = std::min(std::max(0, -left), columns);
    const int end = std::max(begin, std::min(columns, input.width - left));
    at_border(0, begin);
    const T* from = row + static_cast<int64_t>(left + begin) * channels;
    for (int k = 0; k < (end - begin) * channels; ++k) to[begin * channels + k] = static_cast<float>(from[k]);
    at_border(end, columns);
    std::fill(to + columns * channels, to + columns * channels + kStep, 0.0f);
  }

  Doubles finish(Doubles sum) const {
    const Doubles value = sum / Doubles::all(a.divisor) + Doubles::all(a.offset);
    if (!shown || a.show == Show::clip) return value;
    if (a.show == Show::absolute) return maximum(Doubles::all(0) - value, value);  // in this order -0 becomes 0
    if (a.show == Show::offset128) return value + Doubles::all(128);
    if (!(a.high > a.low)) return Doubles::all(0);
    return (value - Doubles::all(a.low)) * Doubles::all(255) / Doubles::all(a.high - a.low);
  }

  void strip(int x, int width, int y, int height) const {
    const int channels = input.channels, count = width * channels;
    const int left = x - a.anchor_x, columns = width + a.width - 1;
    const auto slot = [&](int i) { return ring + i % kMaxFilterSize * kRowStride; };
    for (int i = 0; i < a.height - 1; ++i) load(y - a.anchor_y + i, left, columns, slot(i));
    for (int i = 0; i < height; ++i) {
      load(y - a.anchor_y + i + a.height - 1, left, columns, slot(i + a.height - 1));
      for (int k = 0; k < count; k += kStep) {
        Doubles sum[kRegisters];
        for (Doubles& each : sum) each = Doubles::all(0);
        for (int r = 0; r < a.height; ++r) {
          const float* row = slot(i + r) + k;
          for (int s = 0; s < a.width; ++s) {
            const Doubles tap = Doubles::all(a.taps[r * a.width + s]);
            for (int j = 0; j < kRegisters; ++j) {
              sum[j] += tap * Pack<float, W>::load(row + s * channels + j * W).template to<double>();
            }
          }
        }
        for (int j = 0; j < kRegisters; ++j) finish(sum[j]).template to<float>().store(made + k + j * W);
      }
      if (input.alpha) {
        const float* middle = slot(i + a.anchor_y) + a.anchor_x * channels;
        for (int k = channels - 1; k < count; k += channels) made[k] = middle[k];
      }
      float* to = output + (y + i - region.y) * stride + static_cast<int64_t>(x - region.x) * channels;
      std::memcpy(to, made, count * sizeof(float));
    }
  }
};

template <typename T>
void run(const Arguments& a, Picture<const T> input, Region region, bool shown, float* output, int64_t stride) {
  const int strip_pixels = std::max(1, kStripValues / input.channels);
  parallel_for((region.height + kBandRows - 1) / kBandRows, [&](int64_t first, int64_t last) {
    const size_t floats = kMaxFilterSize * kRowStride + kStripValues + kStep;
    auto* memory = static_cast<float*>(thread_scratch(2, floats * sizeof(float)));
    const ValueRows<T> rows{a, input, region, shown, output, stride, memory, memory + kMaxFilterSize * kRowStride};
    for (int64_t band = first; band < last; ++band) {
      const int y = static_cast<int>(band) * kBandRows, height = std::min(kBandRows, region.height - y);
      for (int x = 0; x < region.width; x += strip_pixels) {
        rows.strip(region.x + x, std::min(strip_pixels, region.width - x), region.y + y, height);
      }
    }
  });
}

}  // namespace

void values_on_cpu(const Arguments& a, Picture<const uint8_t> input, Region region, bool shown, float* output,
                   int64_t stride) {
  run(a, input, region, shown, output, stride);
}
void values_on_cpu(const Arguments& a, Picture<const float> input, Region region, bool shown, float* output,
                   int64_t stride) {
  run(a, input, region, shown, output, stride);
}

}  // namespace filtering
}  // namespace striate
