// The arithmetic of one output cell of a pooling layer as data: the cells under the window, which of them won, what an
// average divides by, and where a gradient goes back to. From the loops that make the picture (kernels/walk.h).
#pragma once

#include <string>
#include <vector>

#include "kernels/walk.h"

namespace striate {

struct Pooling {
  PoolGeometry geometry;
  std::vector<double> x;  // (C, H, W)
};

// Throws Error that names the broken rule and what would be legal: positive sizes and stride, padding of 0 to half the
// window (so that no window lies in the padding alone), a window that fits, finite values, the right number of them.
void check_pooling(const Pooling& pooling);

struct PoolingPicture {
  int channels = 0, height = 0, width = 0;  // C, P, Q
  std::vector<double> value;                // (C, P, Q)
  std::vector<int32_t> winner;              // (C, P, Q): row * W + column of the largest input cell under the window
  double value_at(int c, int p, int q) const { return value[(static_cast<size_t>(c) * height + p) * width + q]; }
};

// All output cells, computed on the stream's device. Throws Error as check_pooling() does.
PoolingPicture pool(Stream& stream, const Pooling& pooling);

struct PoolingWalk {
  int channel = 0, row = 0, column = 0;  // c, p, q
  std::vector<PoolCell> cells;           // under the window, row by row
  PoolResult result{};
};

// Throws Error for a cell outside the output, with the legal range.
PoolingWalk walk_pooling(const Pooling& pooling, int c, int p, int q);

// What each input cell gets of a gradient dy (C, P, Q) at the output; dx (C, H, W).
std::vector<double> pool_gradient(Stream& stream, const Pooling& pooling, const std::vector<double>& dy);

// The same grid moved by (columns, rows); cells that come in from outside are `fill`.
std::vector<double> shifted(const std::vector<double>& x, int channels, int height, int width, int columns, int rows,
                            double fill = 0);

// The size of an axis with its numbers, (4 - 2) / 2 between floor signs, + 1 = 2, with the padding where there is any.
std::string pool_size_formula(const PoolGeometry& geometry, int in, int before, int after, int window);

}  // namespace striate
