// Where the grids of the convolution page stand: input slices under each other at the left, each with its kernel slice
// beside it, the output at the right; or, where that gives larger cells, the output below. Pure.
#pragma once

#include <vector>

#include "app/widgets/geometry.h"

namespace striate {

struct ConvolutionLayout {
  float cell = 0;                   // size of a cell of input and output
  float kernel_cell = 0;            // and of the kernel
  std::vector<Rect> input, kernel;  // per channel
  Rect output;
  // Room that every grid has above (caption) and below (note).
  float caption = 0;
};

struct ConvolutionSizes {
  int channels = 1;
  int input_rows = 1, input_columns = 1;  // padded
  int kernel_rows = 1, kernel_columns = 1;
  int output_rows = 1, output_columns = 1;
};

// `caption` is the height of a line of captions.
ConvolutionLayout lay_out_convolution(const Rect& area, const ConvolutionSizes& sizes, float caption);

}  // namespace striate
