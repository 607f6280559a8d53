#include "app/film/palette.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace striate {
namespace {

double part(uint32_t color, int axis) { return (color >> (16 - 8 * axis)) & 0xFF; }

// A range of `order`, which is a list of places in the list of colors.
struct ColorBox {
  size_t begin = 0, end = 0;
  int axis = 0;       // its longest
  double middle = 0;  // of that axis
  double spread = 0;  // along it; 0: one color
  uint32_t mean = 0;
};

ColorBox box_of(const std::vector<uint32_t>& colors, const std::vector<double>& weights,
                const std::vector<size_t>& order, size_t begin, size_t end) {
  ColorBox box{begin, end};
  double weight = 0;
  std::array<double, 3> sum{}, squares{};
  for (size_t i = begin; i < end; ++i) {
    const double w = weights[order[i]];
    weight += w;
    for (size_t axis = 0; axis < 3; ++axis) {
      const double value = part(colors[order[i]], static_cast<int>(axis));
      sum[axis] += w * value;
      squares[axis] += w * value * value;
    }
  }
  for (size_t axis = 0; axis < 3; ++axis) {
    const double mean = sum[axis] / weight;
    const double spread = end - begin > 1 ? squares[axis] - mean * sum[axis] : 0;
    box.mean |= static_cast<uint32_t>(std::lround(mean)) << (16 - 8 * axis);
    if (spread > box.spread) box.spread = spread, box.axis = static_cast<int>(axis), box.middle = mean;
  }
  return box;
}

}  // namespace

ColorPalette::ColorPalette(std::vector<uint32_t> pixels, int most) {
  std::sort(pixels.begin(), pixels.end());
  std::vector<double> weights;
  for (size_t i = 0; i < pixels.size();) {
    const size_t first = i;
    while (i < pixels.size() && pixels[i] == pixels[first]) ++i;
    known_.push_back(pixels[first]);
    weights.push_back(std::sqrt(static_cast<double>(i - first)));
  }
  places_.resize(known_.size());
  if (known_.size() <= static_cast<size_t>(most)) {
    colors_ = known_;
    std::iota(places_.begin(), places_.end(), uint8_t{0});
    return;
  }
  std::vector<size_t> order(known_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::vector<ColorBox> boxes{box_of(known_, weights, order, 0, order.size())};
  while (boxes.size() < static_cast<size_t>(most)) {
    const auto widest = std::max_element(boxes.begin(), boxes.end(),
                                         [](const ColorBox& a, const ColorBox& b) { return a.spread < b.spread; });
    const ColorBox box = *widest;
    if (box.spread <= 0) break;
    const auto at = [&](size_t i) { return order.begin() + static_cast<std::ptrdiff_t>(i); };
    const auto cut = std::stable_partition(at(box.begin), at(box.end),
                                           [&](size_t i) { return part(known_[i], box.axis) <= box.middle; });
    const auto middle = static_cast<size_t>(cut - order.begin());
    if (middle == box.begin || middle == box.end) {  // rounded away: nothing to divide
      widest->spread = 0;
      continue;
    }
    *widest = box_of(known_, weights, order, box.begin, middle);
    boxes.push_back(box_of(known_, weights, order, middle, box.end));
  }
  for (const ColorBox& box : boxes) {
    for (size_t i = box.begin; i < box.end; ++i) places_[order[i]] = static_cast<uint8_t>(colors_.size());
    colors_.push_back(box.mean);
  }
}

uint8_t ColorPalette::index_of(uint32_t color) const {
  const auto found = std::lower_bound(known_.begin(), known_.end(), color);
  return places_[static_cast<size_t>(found - known_.begin())];
}

}  // namespace striate
