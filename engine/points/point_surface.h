// What every neuron of a PointNetwork gives at every place of the plane: the maps in the neurons and the decision
// surface, the output's. In single precision and a row of places at a time, so that the compiler computes packs of
// them: for pictures, not for readouts.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/points/point_network.h"

namespace striate {

struct PointSurface {
  int side = 0;
  std::vector<float> values;  // (neurons, side, side); row 0 is y = 6, column 0 is x = -6; cells' middles
  const float* map(int neuron) const {
    return values.data() + static_cast<size_t>(neuron) * static_cast<size_t>(side) * static_cast<size_t>(side);
  }
};

PointSurface make_surface(const PointNetwork& network, const std::vector<double>& parameters, int side);
// The place of a cell's middle: x of a column, y of a row.
double surface_x(int column, int side);
double surface_y(int row, int side);

}  // namespace striate
