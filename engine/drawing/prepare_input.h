// A drawing or a picture on its way into a network, stage by stage. What is shown is what is fed: the last stage holds
// the very numbers that the network gets (before its normalization).
//
// Networks of digits and letters get what MNIST's makers gave theirs (LeCun, Bottou, Bengio and Haffner,
// "Gradient-Based Learning Applied to Document Recognition", 1998): the box around the ink is fitted into 20 x 20 with
// its proportions kept, which leaves gray edges, and laid into 28 x 28 so that its center of mass is the middle. Other
// networks get the middle part in their proportions, resized. All of it is a pure function of its arguments; throws
// nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/drawing/drawing.h"
#include "engine/image.h"
#include "engine/tensor.h"

namespace striate {

struct InputStage {
  // "picture" (as it was opened, made smaller where it is large), "ink", "box", "fitted", "mass", "input"
  std::string id;
  std::string title;          // "20 x 20": what stands over it
  std::string words;          // one sentence for a student: what was done
  Shape shape;                // (C, H, W), C 1 or 3
  std::vector<float> pixels;  // 0..1, (C, H, W)
  struct Box {
    float x = 0, y = 0, w = 0, h = 0;  // pixels of this stage
  };
  std::optional<Box> box;     // the part that goes on to the next stage, or where the last one was laid
  std::optional<Point> mass;  // the center of mass of what was drawn
};

struct PreparedInput {
  Shape shape;                     // of the network's input, (C, H, W)
  std::vector<float> pixels;       // 0..1; zeros where nothing was drawn
  bool as_digit = false;           // prepared as MNIST's digits are
  bool blank = true;               // no ink, nothing to be seen
  bool inverted = false;           // a picture on bright paper
  std::vector<InputStage> stages;  // in order; the last one is the input
};

// Does a network of this input and these classes read digits or letters: 1 x 28 x 28, and classes "0" to "9" or "A" to
// "Z"?
bool reads_writing(const Shape& input, const std::vector<std::string>& classes);
// Can a picture be fitted to this input: (C, H, W) with 1 or 3 channels?
bool takes_pictures(const Shape& input);

// White ink on black, as the digits of the data sets are. as_digit only for 1 x 28 x 28.
PreparedInput prepare_drawing(const Drawing& drawing, const Shape& input, bool as_digit);
PreparedInput prepare_image(const Image& image, const Shape& input, bool as_digit);

}  // namespace striate
