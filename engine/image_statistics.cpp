#include "engine/image_statistics.h"

#include <algorithm>

namespace striate {
namespace {

constexpr int64_t kBand = int64_t{1} << 20;  // pixels: a few milliseconds

// `sum` gets the values of `more`; means are weighted by their counts.
void join(ChannelStatistics* sum, const ChannelStatistics& more) {
  if (more.count == 0) return;
  if (sum->count == 0) {
    *sum = more;
    return;
  }
  sum->minimum = std::min(sum->minimum, more.minimum);
  sum->maximum = std::max(sum->maximum, more.maximum);
  const double total = static_cast<double>(sum->count) + static_cast<double>(more.count);
  sum->mean += (more.mean - sum->mean) * (static_cast<double>(more.count) / total);
  sum->count += more.count;
  for (size_t i = 0; i < sum->histogram.size(); ++i) sum->histogram[i] += more.histogram[i];
}

// Whole numbers add up without rounding: the mean of bytes is that of their histogram.
void exact_from_histogram(ChannelStatistics* plane) {
  int64_t sum = 0, count = 0;
  plane->minimum = plane->maximum = plane->mean = 0;
  for (int64_t v = 0; v < 256; ++v) {
    const int64_t here = plane->histogram[static_cast<size_t>(v)];
    if (here == 0) continue;
    if (count == 0) plane->minimum = static_cast<double>(v);
    plane->maximum = static_cast<double>(v);
    sum += v * here;
    count += here;
  }
  plane->count = count;
  if (count > 0) plane->mean = static_cast<double>(sum) / static_cast<double>(count);
}

}  // namespace

ImageStatistics image_statistics(const Image& image, const ColorView& view, const StatisticsProgress& progress) {
  const int64_t pixels = static_cast<int64_t>(image.width) * image.height;
  const bool bytes = view.space == ColorSpace::rgb || view.space == ColorSpace::gray;
  const int count = view.space == ColorSpace::rgb ? image.color_channels() : component_count(view.space);
  ImageStatistics result;
  result.components.resize(static_cast<size_t>(count));
  Stream stream;
  std::vector<uint8_t> plane;
  std::vector<float> planes;
  for (int64_t begin = 0; begin < pixels; begin += kBand) {
    if (progress && !progress(static_cast<float>(begin) / static_cast<float>(pixels))) break;
    const int64_t n = std::min(kBand, pixels - begin);
    const uint8_t* at = image.bytes.data() + begin * image.channels;
    std::vector<ChannelStatistics> band;
    if (view.space == ColorSpace::rgb) {
      band = statistics(stream, at, image.channels, n);
    } else if (view.space == ColorSpace::gray) {
      plane.resize(static_cast<size_t>(n));
      gray(stream, view.weights, at, image.channels, n, plane.data());
      band = statistics(stream, plane.data(), 1, n);
    } else {
      planes.resize(static_cast<size_t>(3 * n));
      if (view.space == ColorSpace::hsv) {
        hsv(stream, at, image.channels, n, planes.data());
      } else {
        ycbcr(stream, at, image.channels, n, planes.data());
      }
      for (int c = 0; c < 3; ++c) {
        band.push_back(statistics(stream, planes.data() + c * n, 1, n, 0, component_high(view.space, c))[0]);
      }
    }
    for (size_t c = 0; c < result.components.size(); ++c) join(&result.components[c], band[c]);
  }
  if (bytes) {
    for (ChannelStatistics& component : result.components) exact_from_histogram(&component);
  }
  return result;
}

std::vector<double> histogram_bars(const ChannelStatistics& plane) {
  size_t join = 1;
  while (join < 8 && plane.count * static_cast<int64_t>(join) < 256 * 4) join *= 2;
  std::vector<double> bars(256 / join);
  for (size_t i = 0; i < 256; ++i) bars[i / join] += static_cast<double>(plane.histogram[i]);
  return bars;
}

ChannelStatistics mapped(const ChannelStatistics& plane, const std::array<uint8_t, 256>& table) {
  ChannelStatistics result;
  for (size_t v = 0; v < 256; ++v) result.histogram[table[v]] += plane.histogram[v];
  exact_from_histogram(&result);
  return result;
}

}  // namespace striate
