// A heat map: one number for every cell of a grid that lies over the picture as the network receives it. Every method
// that asks where a score comes from gives one, on a grid of its own: a gradient a value for each pixel, an occlusion
// one for each place of its square, Grad-CAM one for each cell of a layer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/session/open_network.h"

namespace striate {

struct HeatMap {
  int64_t rows = 0, columns = 0;
  std::vector<float> values;  // row by row; NaN: not computed yet, so that an unfinished map never looks finished
  // Cell (r, c) covers the pixels from r * step_y on, size_y of them, and the same of columns.
  double step_y = 1, step_x = 1, size_y = 1, size_x = 1;

  float at(int64_t row, int64_t column) const { return values[static_cast<size_t>(row * columns + column)]; }
  bool finished() const;
  double sum() const;     // of what is computed
  float largest() const;  // of the absolute values of what is computed; 0 where there is none
};

// The input's values as a picture, (C, H, W): channels are the network's own, as it reads them.
Shape picture_shape(const OpenNetworkInfo& info);
// Values of the network's input, or a gradient of it, in that order, also where the network stores channels last.
std::vector<float> in_picture_order(const OpenNetworkInfo& info, const std::vector<float>& input);

// C values at every place made one, to be shown: the largest size of them, which is how gradients are usually shown
// (Simonyan and others 2013), or their sum with its sign, which keeps whether more of it helps.
enum class OverChannels { largest, sum };
HeatMap over_channels(const Shape& shape, const std::vector<float>& values, OverChannels how);

// The mean of a map that has a value for each pixel over every cell of another grid, fractions of pixels by their area.
HeatMap mean_over_cells(const HeatMap& pixels, const HeatMap& grid);

// A map without values: rows x columns cells that share the picture evenly.
HeatMap even_grid(const Shape& picture, int64_t rows, int64_t columns);

}  // namespace striate
