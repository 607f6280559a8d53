// Pictures of a data set side by side, each with words under it: its class, what the network says, how sure it is. A
// click sends a picture's command. Pictures are asked for only where they are seen and when `version` changes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "engine/tensor.h"

namespace striate {

class Ui;

struct Sample {
  std::string words;    // first line under it: "7 \u2192 1"
  std::string more;     // second line: "63 %"; may be empty
  bool right = true;    // wrong ones are marked
  bool marked = false;  // framed: the present probe
  std::string title;    // of the note: "test picture 12"
  std::vector<HoverNote::Line> lines;
  std::string command;  // what a click sends; empty: nothing
};

struct SampleGrid {
  std::string key;       // of its textures; unique in the program
  uint64_t version = 0;  // changes with the pictures or their order
  Shape shape;           // (C, H, W) of each: 1 or 3 channels; (F) is drawn as one row
  int64_t count = 0;
  int per_sample = 1;  // pictures per sample, side by side: 2 for "before and after"
  float size = 56;     // of a picture's longer side
  // Values 0..1 of picture `part` of a sample, (C, H, W); called when the version changes. May throw Error.
  std::function<void(int64_t sample, int part, float* pixels)> pixels;
  std::function<Sample(int64_t sample)> sample;
  std::string hint;
  std::string tooltip = " ";
};

struct SampleLayout {
  int per_line = 1;
  int64_t lines = 0;
  float width = 0, height = 0;  // of a sample with its words
  float picture_w = 0, picture_h = 0;
  float gap = 8;
  float total_height() const { return lines > 0 ? static_cast<float>(lines) * (height + gap) - gap : 0; }
  Vec at(int64_t i) const {
    return {static_cast<float>(i % per_line) * (width + gap), static_cast<float>(i / per_line) * (height + gap)};
  }
};
// `words`: the width that the words under a picture need, at least.
SampleLayout sample_layout(const SampleGrid& grid, float width, float line, float words);
constexpr float kSampleLine = 18;  // height of a line under a picture

struct SampleAnswer {
  bool hovered = false;
  int64_t sample = -1;
  HoverNote note;
};

// From the top left corner of `area`, as high as layout.total_height().
SampleAnswer draw_samples(Ui& ui, std::string_view label, const Rect& area, const SampleGrid& grid,
                          const SampleLayout& layout);

// One picture of values 0..1, (C, H, W), in a rectangle: gray or color.
void draw_sample_picture(Ui& ui, const Rect& area, std::string_view key, uint64_t version, const Shape& shape,
                         const std::function<void(float* pixels)>& pixels);

}  // namespace striate
