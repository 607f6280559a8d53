#include "engine/channel_view.h"

#include <algorithm>
#include <utility>

namespace striate {
namespace {

constexpr int kDim = 4;  // unlit pixels are this much darker

}  // namespace

ChannelTables gain_tables(const Gains& gains, bool gray) {
  Gains used = gains;
  if (gray) used.of[1] = used.of[2] = used.of[0];
  std::array<uint8_t, 256 * 3> ramp;
  for (size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<uint8_t>(i / 3);
  Stream here;
  apply_gains(here, used, ramp.data(), 3, 256, ramp.data());
  ChannelTables tables;
  for (size_t v = 0; v < 256; ++v) {
    for (size_t c = 0; c < 3; ++c) tables[c][v] = ramp[v * 3 + c];
  }
  return tables;
}

void show_channels(const ChannelView& view, const ChannelTables& tables, bool gray, uint8_t* rgba, int64_t n) {
  const int brushed = gray ? std::min(view.brushed, 0) : view.brushed;
  const int shown = gray ? -1 : view.shown;
  for (int64_t i = 0; i < n; ++i) {
    uint8_t* pixel = rgba + 4 * i;
    for (size_t c = 0; c < 3; ++c) pixel[c] = tables[c][pixel[c]];
    const bool lit = brushed < 0 || (pixel[brushed] >= view.low && pixel[brushed] <= view.high);
    if (shown >= 0) {
      const uint8_t value = pixel[shown];
      for (int c = 0; c < 3; ++c) pixel[c] = !view.tint || c == shown ? value : uint8_t{0};
    }
    if (view.misread) std::swap(pixel[0], pixel[2]);
    if (lit) continue;
    for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(pixel[c] / kDim);
  }
}

bool is_lit(const ChannelView& view, const ChannelTables& tables, const uint8_t* pixel, int channels) {
  if (view.brushed < 0) return true;
  const auto c = static_cast<size_t>(channels >= 3 ? view.brushed : 0);
  const uint8_t value = tables[c][pixel[c]];
  return value >= view.low && value <= view.high;
}

int64_t count_between(const ChannelStatistics& plane, int low, int high) {
  int64_t count = 0;
  for (int v = low; v <= high; ++v) count += plane.histogram[static_cast<size_t>(v)];
  return count;
}

}  // namespace striate
