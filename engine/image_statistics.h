// Minimum, maximum, mean and histogram of a whole picture, in the numbers of a color space. Goes over the picture in
// bands, so that a large one can be stopped and says how far it is.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/color_view.h"
#include "engine/image.h"
#include "kernels/statistics.h"

namespace striate {

struct ImageStatistics {
  // One entry per component. rgb: one per stored color channel (one for a gray picture, alpha not counted), exact.
  // gray: of the rounded values. hsv, ycbcr: 256 equal bins from 0 to component_high().
  std::vector<ChannelStatistics> components;
};

// Called between bands with the share that is done, 0 to 1; returns false to stop.
using StatisticsProgress = std::function<bool(float share)>;

// Of the stored values; view.component and view.change do not matter. Stopped early, the result is that of what was
// seen so far.
ImageStatistics image_statistics(const Image& image, const ColorView& view, const StatisticsProgress& progress = {});

// A plane's histogram as bars for the screen: 256 of them, or fewer and wider ones for a picture with few values, so
// that a bar holds about four on the mean. Always a power of two, at least 32.
std::vector<double> histogram_bars(const ChannelStatistics& plane);

// What a plane's statistics become when every value goes through `table`: exact, since it only moves bins.
ChannelStatistics mapped(const ChannelStatistics& plane, const std::array<uint8_t, 256>& table);

}  // namespace striate
