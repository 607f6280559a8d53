#include "app/pages/convolution_layout.h"

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

constexpr float kGap = 36;  // between grids side by side
constexpr float kMaxCell = 44;
constexpr float kReadable = 26;  // a cell of this size has room for its number
constexpr float kLeastCell = 9;  // of input and output: smaller ones can't be told apart
constexpr float kMaxKernelCell = 40;
constexpr float kLeastKernelCell = 24;
constexpr float kLeastRoom = 96;  // the width of a grid's captions
constexpr float kBetween = 12;    // grids under each other
constexpr float kCaption = 22;    // the height of a caption for which these sizes are; larger type, larger cells

// A kernel's cells are larger than the picture's where those are small: its numbers are what is edited.
float kernel_cell_for(float cell, float caption) {
  return std::clamp(cell, kLeastKernelCell, std::max(kMaxKernelCell * caption / kCaption, 0.9f * cell));
}

float least_room(float caption) { return kLeastRoom * caption / kCaption; }

float outputs_height(const ConvolutionSizes& s, float caption, float cell) {
  const auto k = static_cast<float>(s.outputs);
  return k * (cell * static_cast<float>(s.output_rows) + s.index_height) + (k - 1) * (caption + kBetween);
}

// Whether the notes have room below an output of this width, beside the kernel.
bool notes_below_output(const ConvolutionSizes& s, float out_room) { return s.note_width <= out_room + kGap; }

bool fits(const Rect& area, const ConvolutionSizes& s, float caption, float cell, bool beside) {
  const float kernel = kernel_cell_for(cell, caption);
  const auto n = static_cast<float>(s.channels);
  const float notes = static_cast<float>(s.notes) * caption;
  const float in_w = cell * static_cast<float>(s.input_columns) + s.index_width;
  const float in_h = cell * static_cast<float>(s.input_rows) + s.index_height;
  const float k_w = std::max(kernel * static_cast<float>(s.kernel_columns), least_room(caption));
  const float k_h = kernel * static_cast<float>(s.kernel_rows) + 2 * caption;
  const float out_w = std::max(cell * static_cast<float>(s.output_columns) + s.index_width, least_room(caption));
  const float out_h = outputs_height(s, caption, cell);
  const float left_h = n * (std::max(in_h + caption, k_h)) + (n - 1) * kBetween;
  if (beside) {
    const bool narrow = !notes_below_output(s, out_w);
    return in_w + k_w + out_w + 2 * kGap <= area.w && left_h + caption + (narrow ? notes : 0) <= area.h &&
           out_h + 2 * caption + notes <= area.h;
  }
  return std::max(in_w + k_w + kGap, out_w) <= area.w && left_h + out_h + 3 * caption + notes + kBetween <= area.h;
}

float largest(const Rect& area, const ConvolutionSizes& s, float caption, bool beside) {
  // On a large screen the grids fill the stage.
  float low = 2, high = std::max(kMaxCell * caption / kCaption, 0.1f * std::min(area.w, area.h));
  if (!fits(area, s, caption, low, beside)) return low;
  for (int i = 0; i < 20; ++i) {
    const float middle = (low + high) / 2;
    (fits(area, s, caption, middle, beside) ? low : high) = middle;
  }
  return std::floor(low);
}

}  // namespace

float least_convolution_height(const ConvolutionSizes& s, float caption) {
  const auto n = static_cast<float>(s.channels);
  const float kernel = kLeastKernelCell * static_cast<float>(s.kernel_rows) + 2 * caption;
  const float input = kLeastCell * static_cast<float>(s.input_rows) + s.index_height + caption;
  const float notes = static_cast<float>(s.notes) * caption;
  const float left = n * std::max(input, kernel) + (n - 1) * kBetween + caption + notes;
  return std::max(left, outputs_height(s, caption, kLeastCell) + 2 * caption + notes);
}

ConvolutionLayout lay_out_convolution(const Rect& area, const ConvolutionSizes& s, float caption) {
  const float beside_cell = largest(area, s, caption, true), below_cell = largest(area, s, caption, false);
  // Read from left to right where the numbers can be read.
  const bool beside = beside_cell >= kReadable || beside_cell >= below_cell;
  ConvolutionLayout layout;
  layout.caption = caption;
  layout.cell = beside ? beside_cell : below_cell;
  layout.kernel_cell = std::floor(kernel_cell_for(layout.cell, caption));
  // The margins of the numbers at their edge count as a part of the grids until they stand.
  const float in_w = layout.cell * static_cast<float>(s.input_columns) + s.index_width;
  const float in_h = layout.cell * static_cast<float>(s.input_rows) + s.index_height;
  const float k_w = layout.kernel_cell * static_cast<float>(s.kernel_columns);
  const float k_h = layout.kernel_cell * static_cast<float>(s.kernel_rows);
  const float k_room = std::max(k_w, least_room(caption));
  const float out_w = layout.cell * static_cast<float>(s.output_columns) + s.index_width;
  const float one_h = layout.cell * static_cast<float>(s.output_rows) + s.index_height;
  const float out_h = outputs_height(s, caption, layout.cell);
  const float notes = static_cast<float>(s.notes) * caption;
  const float line_h = std::max(in_h + caption, k_h + 2 * caption);
  const float left_h = line_h * static_cast<float>(s.channels) + kBetween * static_cast<float>(s.channels - 1);
  float x, y;
  Rect first{0, 0, out_w, one_h};  // output
  if (beside) {
    const float out_room = std::max(out_w, least_room(caption));
    x = area.x + std::max(0.0f, (area.w - (in_w + k_room + out_room + 2 * kGap)) / 2);
    const bool narrow = !notes_below_output(s, out_room);
    y = area.y + std::max(caption / 2, (area.h - left_h - (narrow ? notes : 0)) / 2);
    first.x = x + in_w + k_room + 2 * kGap + (out_room - out_w) / 2;
    // Beside the input's middle, and its notes on the stage too.
    first.y = std::clamp(y + (left_h - out_h) / 2, area.y + 2 * caption,
                         std::max(area.y + 2 * caption, area.bottom() - out_h - notes - caption / 2));
    layout.notes_x = narrow ? area.center().x : first.center().x;
    layout.notes_y = std::max(narrow ? y + left_h : 0, first.y + out_h) + 0.8f * caption;
  } else {
    x = area.x + std::max(0.0f, (area.w - (in_w + k_room + kGap)) / 2);
    y = area.y + std::max(caption / 2, (area.h - (left_h + out_h + caption + notes + kBetween)) / 2);
    first.x = area.x + (area.w - out_w) / 2;
    first.y = y + left_h + caption + kBetween;
    layout.notes_x = first.center().x;
    layout.notes_y = first.y + out_h + 0.8f * caption;
  }
  for (int c = 0; c < s.channels; ++c) {
    const float top = y + static_cast<float>(c) * (line_h + kBetween);
    layout.input.push_back({x, top + caption + (line_h - caption - in_h) / 2, in_w, in_h});
    layout.kernel.push_back({x + in_w + kGap + (k_room - k_w) / 2, top + (line_h - k_h) / 2, k_w, k_h});
  }
  for (int k = 0; k < s.outputs; ++k) {
    layout.output.push_back(first.moved({0, static_cast<float>(k) * (one_h + caption + kBetween)}));
  }
  for (std::vector<Rect>* rects : {&layout.input, &layout.output}) {
    for (Rect& r : *rects) r.cut_left(s.index_width), r.cut_top(s.index_height);
  }
  // Whole pixels: grid lines stay sharp.
  for (std::vector<Rect>* rects : {&layout.input, &layout.kernel, &layout.output}) {
    for (Rect& r : *rects) r.x = std::round(r.x), r.y = std::round(r.y);
  }
  return layout;
}

}  // namespace striate
