#include "engine/explain/heat_map.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {

bool HeatMap::finished() const {
  return std::none_of(values.begin(), values.end(), [](float v) { return std::isnan(v); });
}

double HeatMap::sum() const {
  double sum = 0;
  for (const float v : values) sum += std::isnan(v) ? 0.0 : static_cast<double>(v);
  return sum;
}

float HeatMap::largest() const {
  float largest = 0;
  for (const float v : values) largest = std::max(largest, std::isnan(v) ? 0.0f : std::fabs(v));
  return largest;
}

Shape picture_shape(const OpenNetworkInfo& info) {
  return info.channels_last ? info.picture : cells_of(info.layers[0].shape);
}

std::vector<float> in_picture_order(const OpenNetworkInfo& info, const std::vector<float>& input) {
  if (!info.channels_last) return input;
  const auto channels = static_cast<size_t>(info.picture[0]), plane = input.size() / channels;
  std::vector<float> values(input.size());
  for (size_t i = 0; i < plane; ++i) {
    for (size_t c = 0; c < channels; ++c) values[c * plane + i] = input[i * channels + c];
  }
  return values;
}

HeatMap even_grid(const Shape& picture, int64_t rows, int64_t columns) {
  HeatMap map;
  map.rows = rows, map.columns = columns;
  map.step_y = map.size_y = static_cast<double>(picture[1]) / static_cast<double>(rows);
  map.step_x = map.size_x = static_cast<double>(picture[2]) / static_cast<double>(columns);
  return map;
}

HeatMap over_channels(const Shape& shape, const std::vector<float>& values, OverChannels how) {
  check(shape.rank() == 3 && static_cast<int64_t>(values.size()) == shape.count(), "{} values of {}", values.size(),
        shape.text());
  HeatMap map = even_grid(shape, shape[1], shape[2]);
  const auto plane = static_cast<size_t>(shape[1] * shape[2]), channels = static_cast<size_t>(shape[0]);
  map.values.resize(plane);
  for (size_t i = 0; i < plane; ++i) {
    double sum = 0, largest = 0;
    for (size_t c = 0; c < channels; ++c) {
      const auto v = static_cast<double>(values[c * plane + i]);
      sum += v;
      largest = std::max(largest, std::fabs(v));
    }
    map.values[i] = static_cast<float>(how == OverChannels::sum ? sum : largest);
  }
  return map;
}

HeatMap mean_over_cells(const HeatMap& pixels, const HeatMap& grid) {
  HeatMap mean = grid;
  mean.values.assign(static_cast<size_t>(grid.rows * grid.columns), 0.0f);
  for (int64_t row = 0; row < grid.rows; ++row) {
    const double top = static_cast<double>(row) * grid.step_y, bottom = top + grid.size_y;
    const int64_t y1 = std::min(pixels.rows, static_cast<int64_t>(std::ceil(bottom)));
    for (int64_t column = 0; column < grid.columns; ++column) {
      const double left = static_cast<double>(column) * grid.step_x, right = left + grid.size_x;
      const int64_t x1 = std::min(pixels.columns, static_cast<int64_t>(std::ceil(right)));
      double sum = 0, area = 0;
      for (auto y = static_cast<int64_t>(top); y < y1; ++y) {
        const double tall = std::min(bottom, static_cast<double>(y + 1)) - std::max(top, static_cast<double>(y));
        for (auto x = static_cast<int64_t>(left); x < x1; ++x) {
          const double wide = std::min(right, static_cast<double>(x + 1)) - std::max(left, static_cast<double>(x));
          sum += tall * wide * static_cast<double>(pixels.at(y, x));
          area += tall * wide;
        }
      }
      mean.values[static_cast<size_t>(row * grid.columns + column)] = area > 0 ? static_cast<float>(sum / area) : 0.0f;
    }
  }
  return mean;
}

}  // namespace striate
