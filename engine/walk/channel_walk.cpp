#include "engine/walk/channel_walk.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

bool is_convolution(const NetworkValues& values, int node) {
  return node > 0 && node < values.architecture->size() && values.layer(node).info().follow == Follow::convolution;
}

}  // namespace

int64_t channel_products(const NetworkValues& values, int node) {
  if (!is_convolution(values, node)) return 0;
  const Conv2dShape g = values.layer(node).geometry(values.input_shapes(node)).convolution;
  const UnitSizes out = unit_sizes(values.shapes[static_cast<size_t>(node)]);
  return int64_t{g.c / g.groups} * g.r * g.s * out.rows * out.columns;
}

ChannelWalk walk_channels(const NetworkValues& values, int node, int sample, int filter) {
  if (!is_convolution(values, node)) {
    throw Error(fmt::format("layer {} is no convolution", node), "only a convolution has a kernel for every channel");
  }
  // The checks of places and arrays, and the bias, are those of one unit.
  const UnitWalk unit = walk_unit(values, {node, sample, filter, 0, 0});
  const std::vector<Shape> in_shapes = values.input_shapes(node);
  const Conv2dShape g = values.layer(node).geometry(in_shapes).convolution;
  const UnitSizes in = unit_sizes(in_shapes[0]);
  ChannelWalk walk;
  walk.channels = unit.channels, walk.first_channel = unit.first_channel;
  walk.out = unit_sizes(values.shapes[static_cast<size_t>(node)]);
  walk.kernel_rows = g.r, walk.kernel_columns = g.s;
  walk.has_bias = unit.has_bias, walk.bias = unit.bias;
  for (const UnitTerm& t : unit.terms) walk.kernels.push_back(t.w);

  const auto plane = static_cast<size_t>(int64_t{1} * walk.out.rows * walk.out.columns);
  walk.products.assign(static_cast<size_t>(walk.channels) * plane, 0.0f);
  walk.result.assign(plane, walk.bias);
  std::vector<double> sum(plane);
  const float* all = values.activation(values.architecture->nodes()[static_cast<size_t>(node)].inputs[0]);
  size_t tap = 0;
  for (int c = 0; c < walk.channels; ++c) {
    const float* x = all + (int64_t{1} * sample * in.channels + walk.first_channel + c) * in.rows * in.columns;
    float* product = walk.products.data() + static_cast<size_t>(c) * plane;
    for (int r = 0; r < g.r; ++r) {
      for (int s = 0; s < g.s; ++s, ++tap) {
        const float w = walk.kernels[tap];
        for (int row = 0; row < walk.out.rows; ++row) {
          const int y = row * g.stride_y - g.pad_top + r * g.dilation_y;
          for (int column = 0; column < walk.out.columns; ++column) {
            const int left = column * g.stride_x - g.pad_left + s * g.dilation_x;
            const bool inside = y >= 0 && left >= 0 && y < in.rows && left < in.columns;
            const float value = inside ? x[int64_t{1} * y * in.columns + left] : 0.0f;
            const size_t at = static_cast<size_t>(row) * walk.out.columns + column;
            product[at] = multiply_add(values.order, w, value, product[at]);
            walk.result[at] = multiply_add(values.order, w, value, walk.result[at]);
          }
        }
      }
    }
    for (size_t i = 0; i < plane; ++i) sum[i] += static_cast<double>(product[i]);
  }
  for (size_t i = 0; i < plane; ++i) {
    walk.sum.push_back(static_cast<float>(sum[i]));
    const double off = std::abs(sum[i] + static_cast<double>(walk.bias) - static_cast<double>(walk.result[i]));
    if (std::isfinite(off)) walk.rounding = std::max(walk.rounding, off);
  }
  return walk;
}

}  // namespace striate
