#include "app/pages/convolution_layout.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

constexpr float kGap = 36;  // between grids side by side
constexpr float kMostCell = 44;
constexpr float kReadable = 26;  // a cell of this size has room for its number
constexpr float kMostKernelCell = 40;
constexpr float kLeastKernelCell = 24;

// A kernel's cells are larger than the picture's where those are small: its numbers are what is edited.
float kernel_cell_for(float cell) { return std::clamp(cell, kLeastKernelCell, kMostKernelCell); }

bool fits(const Rect& area, const ConvolutionSizes& s, float caption, float cell, bool beside) {
  const float kernel = kernel_cell_for(cell);
  const auto n = static_cast<float>(s.channels);
  const float in_w = cell * static_cast<float>(s.input_columns), in_h = cell * static_cast<float>(s.input_rows);
  const float k_w = std::max(kernel * static_cast<float>(s.kernel_columns), 96.0f);
  const float k_h = kernel * static_cast<float>(s.kernel_rows) + 2 * caption;
  const float out_w = std::max(cell * static_cast<float>(s.output_columns), 96.0f);
  const float out_h = cell * static_cast<float>(s.output_rows);
  const float left_h = n * (std::max(in_h + caption, k_h)) + (n - 1) * 12;
  if (beside) {
    return in_w + k_w + out_w + 2 * kGap <= area.w && std::max(left_h, out_h + caption) + 2 * caption <= area.h;
  }
  return std::max(in_w + k_w + kGap, out_w) <= area.w && left_h + out_h + 4 * caption + 12 <= area.h;
}

float largest(const Rect& area, const ConvolutionSizes& s, float caption, bool beside) {
  float low = 2, high = kMostCell;
  if (!fits(area, s, caption, low, beside)) return low;
  for (int i = 0; i < 20; ++i) {
    const float middle = (low + high) / 2;
    (fits(area, s, caption, middle, beside) ? low : high) = middle;
  }
  return std::floor(low);
}

}  // namespace

ConvolutionLayout lay_out_convolution(const Rect& area, const ConvolutionSizes& s, float caption) {
  const float beside_cell = largest(area, s, caption, true), below_cell = largest(area, s, caption, false);
  // Read from left to right where the numbers can be read.
  const bool beside = beside_cell >= kReadable || beside_cell >= below_cell;
  ConvolutionLayout layout;
  layout.caption = caption;
  layout.cell = beside ? beside_cell : below_cell;
  layout.kernel_cell = std::floor(kernel_cell_for(layout.cell));
  const float in_w = layout.cell * static_cast<float>(s.input_columns);
  const float in_h = layout.cell * static_cast<float>(s.input_rows);
  const float k_w = layout.kernel_cell * static_cast<float>(s.kernel_columns);
  const float k_h = layout.kernel_cell * static_cast<float>(s.kernel_rows);
  const float k_room = std::max(k_w, 96.0f);
  const float out_w = layout.cell * static_cast<float>(s.output_columns);
  const float out_h = layout.cell * static_cast<float>(s.output_rows);
  const float line_h = std::max(in_h + caption, k_h + 2 * caption);
  const float left_h = line_h * static_cast<float>(s.channels) + 12 * static_cast<float>(s.channels - 1);
  float x, y;
  if (beside) {
    const float out_room = std::max(out_w, 96.0f);
    x = area.x + std::max(0.0f, (area.w - (in_w + k_room + out_room + 2 * kGap)) / 2);
    y = area.y + std::max(caption, (area.h - left_h) / 2);
    layout.output = {x + in_w + k_room + 2 * kGap + (out_room - out_w) / 2,
                     std::max(area.y + 2 * caption, y + (left_h - out_h) / 2), out_w, out_h};
  } else {
    x = area.x + std::max(0.0f, (area.w - (in_w + k_room + kGap)) / 2);
    y = area.y + std::max(caption, (area.h - (left_h + out_h + 3 * caption + 12)) / 2);
    layout.output = {area.x + (area.w - out_w) / 2, y + left_h + 2 * caption + 12, out_w, out_h};
  }
  for (int c = 0; c < s.channels; ++c) {
    const float top = y + static_cast<float>(c) * (line_h + 12);
    layout.input.push_back({x, top + caption + (line_h - caption - in_h) / 2, in_w, in_h});
    layout.kernel.push_back({x + in_w + kGap + (k_room - k_w) / 2, top + (line_h - k_h) / 2, k_w, k_h});
  }
  // Whole pixels: grid lines stay sharp.
  for (std::vector<Rect>* rects : {&layout.input, &layout.kernel}) {
    for (Rect& r : *rects) r.x = std::round(r.x), r.y = std::round(r.y);
  }
  layout.output.x = std::round(layout.output.x);
  layout.output.y = std::round(layout.output.y);
  return layout;
}

}  // namespace striate
