// Where the grids of the convolution page stand: input slices under each other at the left, each with its kernel slice
// beside it, the output at the right, several under each other; or, where that gives larger cells, the output below.
// Pure.
#pragma once

#include <vector>

#include "app/widgets/geometry.h"

namespace striate {

struct ConvolutionLayout {
  float cell = 0;                   // size of a cell of input and output
  float kernel_cell = 0;            // and of the kernel
  std::vector<Rect> input, kernel;  // per channel
  std::vector<Rect> output;         // per output channel
  float notes_x = 0, notes_y = 0;   // the middle of the first note
  // Room that every grid has above (caption) and below (note).
  float caption = 0;
};

struct ConvolutionSizes {
  int channels = 1, outputs = 1;
  // Lines of captions below the output, and the width of the widest: below everything where the output is too narrow.
  int notes = 1;
  float note_width = 0;
  int input_rows = 1, input_columns = 1;  // padded
  int kernel_rows = 1, kernel_columns = 1;
  int output_rows = 1, output_columns = 1;
  float index_width = 0, index_height = 0;  // for the numbers of rows and columns at the edge of input and output
};

// `caption` is the height of a line of captions.
// The height below which not everything can be told apart: a lower stage scrolls.
float least_convolution_height(const ConvolutionSizes& sizes, float caption);

ConvolutionLayout lay_out_convolution(const Rect& area, const ConvolutionSizes& sizes, float caption);

}  // namespace striate
