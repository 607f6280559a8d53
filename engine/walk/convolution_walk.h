// The arithmetic of one output cell of a convolution as data: every tap with the input cell it reads (or that it is
// padding), the weight, the product; each channel's sum, the bias, divisor, offset and clamp. All of it comes from the
// loops that make the picture (kernels/walk.h), so what a page prints is what it draws.
#pragma once

#include <string>
#include <vector>

#include "kernels/walk.h"

namespace striate {

// A convolution that is ready to run. Letters as in kernels/walk.h.
struct Convolution {
  ConvolutionGeometry geometry;
  std::vector<double> x;     // (C, H, W)
  std::vector<double> w;     // (K, C/groups, R, S)
  std::vector<double> bias;  // (K), or empty
};

// Throws Error that names the rule which is broken and what would be legal: positive sizes, groups that divide the
// channels, stride and dilation of 1 or more, no negative padding, a window that fits into the padded input, reflected
// padding smaller than the input, a divisor that is finite and not 0, finite values, and arrays of the right length.
void check_convolution(const Convolution& convolution);
void check_geometry(const ConvolutionGeometry& geometry);

struct ConvolutionPicture {
  int outputs = 0, height = 0, width = 0;  // K, P, Q
  std::vector<double> total;               // (K, P, Q): sum + bias
  std::vector<double> value;               // (K, P, Q): after divisor, offset and clamp
  double total_at(int k, int p, int q) const { return total[index(k, p, q)]; }
  double value_at(int k, int p, int q) const { return value[index(k, p, q)]; }

 private:
  size_t index(int k, int p, int q) const { return (static_cast<size_t>(k) * height + p) * width + q; }
};

// All output cells, computed on the stream's device. Throws Error as check_convolution() does.
ConvolutionPicture convolve(Stream& stream, const Convolution& convolution);

struct ConvolutionWalk {
  int output = 0, row = 0, column = 0;  // k, p, q
  std::vector<ConvolutionTap> taps;     // in the order in which the sum is added
  struct ChannelSum {
    int channel;        // of the input
    size_t first, end;  // its taps
    double sum;
  };
  std::vector<ChannelSum> channels;
  double sum = 0;        // of all channels, without bias
  double bias = 0;       // 0 where there is none
  double total = 0;      // sum + bias
  double value = 0;      // after divisor, offset and clamp
  bool clamped = false;  // the clamp changed it
};

// Throws Error for a cell outside the output, with the legal range.
ConvolutionWalk walk_convolution(const Convolution& convolution, int k, int p, int q);

// The output cells whose window reads input cell (row, column), in the padding too: what lights up when the input is
// hovered. Rows and columns are the padded input's, counted from the input's own first cell.
struct CellAt {
  int row, column;
};
std::vector<CellAt> outputs_that_read(const ConvolutionGeometry& geometry, int row, int column);
// The cells of the padded input that one tap of the stored kernel touches over all output cells.
std::vector<CellAt> inputs_under_tap(const ConvolutionGeometry& geometry, int kernel_row, int kernel_column);

// What stands at a cell of the padded input, counted from the input's own first cell.
double padded_value(const Convolution& convolution, int channel, int row, int column);

// Columns (or rows) of the padded input at its end that no window reaches, because the stride doesn't come out even.
int dropped_cells(const ConvolutionGeometry& geometry, int in, int padding, int kernel);

// "floor((6 + 2 - 1*(3-1) - 1) / 1) + 1 = 6": the size formula with its numbers.
std::string size_formula(const ConvolutionGeometry& geometry, int in, int before, int after, int kernel);

}  // namespace striate
