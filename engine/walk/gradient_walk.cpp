#include "engine/walk/gradient_walk.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "kernels/conv2d_weight_tiles.h"

namespace striate {
namespace {

bool same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// A conv or dense layer with its arrays; a dense layer is a convolution of 1x1 cells, only its sums run otherwise.
struct Linear {
  const NetworkValues& values;
  int node;
  bool dense = false;
  Conv2dShape g;
  const float* x = nullptr;
  const float* dy = nullptr;

  Linear(const NetworkValues& from, int at) : values(from), node(at) {
    const Architecture& architecture = *values.architecture;
    const bool is_layer = at > 0 && at < architecture.size();
    if (!is_layer || !multiplies(values.layer(at))) {
      throw Error(fmt::format("{} has no weights that multiply",
                              is_layer ? architecture.describe(at) : fmt::format("layer {}", at)),
                  "choose a conv or dense layer");
    }
    dense = values.layer(at).info().follow == Follow::dense;
    const std::vector<Shape> in = values.input_shapes(at);
    if (dense) {
      g.n = static_cast<int>(in[0][0]), g.c = static_cast<int>(in[0][1]);
      g.k = static_cast<int>(values.shapes[static_cast<size_t>(at)][1]);
    } else {
      g = values.layer(at).geometry(in).convolution;
    }
  }
  int input() const { return values.architecture->nodes()[static_cast<size_t>(node)].inputs[0]; }
  int per_group() const { return g.c / g.groups; }

  const float* need(const float* array, const char* what) const {
    if (array != nullptr) return array;
    throw Error(fmt::format("the {} of {} are not available", what, values.architecture->describe(node)),
                "they come with the next moment of the training that is shown");
  }
  void need_x() { x = need(values.activation ? values.activation(input()) : nullptr, "inputs"); }
  void need_dy() { dy = need(values.gradient ? values.gradient(node) : nullptr, "gradients"); }

  float x_at(int n, int c, int row, int column) const {
    if (row < 0 || column < 0 || row >= g.h || column >= g.w) return 0;
    return x[((int64_t{1} * n * g.c + c) * g.h + row) * g.w + column];
  }
  float dy_at(int n, int k, int p, int q) const {
    if (p < 0 || q < 0 || p >= g.p() || q >= g.q()) return 0;
    return dy[((int64_t{1} * n * g.k + k) * g.p() + p) * g.q() + q];
  }
};

WeightGradient place_of(const Linear& l, const WeightPlace& place) {
  const std::vector<WeightSpec> list = l.values.layer(l.node).parameters(l.values.input_shapes(l.node));
  if (place.part < 0 || place.part >= static_cast<int>(list.size())) {
    throw Error(fmt::format("{} has no parameter {}", l.values.architecture->describe(l.node), place.part),
                list.size() == 1 ? "it has weights, and no bias" : "0 are its weights, 1 its biases");
  }
  const WeightSpec& spec = list[static_cast<size_t>(place.part)];
  if (place.index < 0 || place.index >= spec.shape.count()) {
    throw Error(fmt::format("there is no value {} in {}", place.index, l.values.array_name(l.node, spec.name)),
                fmt::format("it has values 0 to {}", spec.shape.count() - 1));
  }
  WeightGradient walk;
  walk.place = place;
  walk.name = l.values.array_name(l.node, spec.name);
  walk.is_bias = place.part == 1;
  if (walk.is_bias) {
    walk.filter = static_cast<int>(place.index);
    return walk;
  }
  const int64_t area = int64_t{1} * l.g.r * l.g.s;
  walk.filter = static_cast<int>(place.index / (area * l.per_group()));
  walk.slice = static_cast<int>(place.index / area % l.per_group());
  walk.kernel_row = static_cast<int>(place.index % area / l.g.s);
  walk.kernel_column = static_cast<int>(place.index % l.g.s);
  return walk;
}

// The input cell that output (p, q) multiplies this weight with.
WeightGradientTerm term_at(const Linear& l, const WeightGradient& walk, int sample, int p, int q) {
  WeightGradientTerm t;
  t.p = p, t.q = q;
  t.dy = l.dy_at(sample, walk.filter, p, q);
  if (walk.is_bias) {
    t.row = p, t.column = q, t.x = 1;
    return t;
  }
  const Conv2dShape& g = l.g;
  t.row = p * g.stride_y - g.pad_top + walk.kernel_row * g.dilation_y;
  t.column = q * g.stride_x - g.pad_left + walk.kernel_column * g.dilation_x;
  t.padding = t.row < 0 || t.column < 0 || t.row >= g.h || t.column >= g.w;
  const int channel = walk.filter / (g.k / g.groups) * l.per_group() + walk.slice;
  t.x = l.x_at(sample, channel, t.row, t.column);
  return t;
}

// As conv2d_backward_weights() adds: in pieces of the batch.
float convolution_value(const Linear& l, const WeightGradient& walk) {
  const Conv2dShape& g = l.g;
  const Conv2dWeightOrder pieces = conv2d_weight_order(l.values.order, g);
  SummationOrder order = l.values.order;
  if (pieces.in_order) order.threads = order.lanes = 1;
  const Conv2dWeightTiles tiles = conv2d_weight_tiles(g);
  const int p_count = g.p(), q_count = g.q();
  const int64_t plane = int64_t{1} * p_count * q_count;
  if (l.values.order.threads > 1 && tiles.terms > 0 && !walk.is_bias) {  // a GPU's
    return sum_of_pieces(l.values.order, g.n * plane, tiles.images_per_piece * plane, tiles.terms, [&](int64_t i) {
      const auto at = static_cast<int>(i % plane);
      const WeightGradientTerm t = term_at(l, walk, static_cast<int>(i / plane), at / q_count, at % q_count);
      return std::pair<float, float>(t.dy, t.x);
    });
  }
  float total = 0;
  for (int64_t first = 0; first < g.n; first += pieces.images_per_piece) {
    const int64_t images = std::min<int64_t>(pieces.images_per_piece, g.n - first);
    const auto pair = [&](int64_t n, int64_t p, int64_t q) {
      if (pieces.plane_is_row) p = q / q_count, q = q % q_count;
      const WeightGradientTerm t =
          term_at(l, walk, static_cast<int>(first + n), static_cast<int>(p), static_cast<int>(q));
      return std::pair<float, float>(t.dy, t.x);
    };
    const auto value = [&](int64_t n, int64_t i) {
      return l.dy_at(static_cast<int>(first + n), walk.filter, static_cast<int>(i / q_count),
                     static_cast<int>(i % q_count));
    };
    total += walk.is_bias ? row_sum(l.values.order, images, plane, value)
                          : dot_product(order, images, pieces.plane_is_row ? 1 : p_count,
                                        pieces.plane_is_row ? plane : q_count, pair);
  }
  return total;
}

// As dense_backward_weights() adds: one sample after the other.
float dense_value(const Linear& l, const WeightGradient& walk) {
  float total = 0;
  for (int n = 0; n < l.g.n; ++n) {
    const WeightGradientTerm t = term_at(l, walk, n, 0, 0);
    total = walk.is_bias ? total + t.dy : multiply_add(l.values.order, t.dy, t.x, total);
  }
  return total;
}

}  // namespace

bool WeightGradient::agrees() const { return !stored || same(*stored, value); }
bool InputGradient::agrees() const { return shared || !stored || same(*stored, value); }

WeightGradient walk_weight_gradient(const NetworkValues& values, const WeightPlace& place) {
  Linear l(values, place.node);
  l.need_x();
  l.need_dy();
  WeightGradient walk = place_of(l, place);
  for (int n = 0; n < l.g.n; ++n) {
    double sum = 0;
    for (int p = 0; p < l.g.p(); ++p) {
      for (int q = 0; q < l.g.q(); ++q) sum += term_at(l, walk, n, p, q).product();
    }
    walk.samples.push_back(sum);
    walk.sum += sum;
  }
  walk.value = l.dense ? dense_value(l, walk) : convolution_value(l, walk);
  const float* stored = values.array ? values.array(TensorKind::weight_gradient, walk.name) : nullptr;
  if (stored != nullptr) walk.stored = stored[place.index];
  return walk;
}

std::vector<WeightGradientTerm> weight_gradient_terms(const NetworkValues& values, const WeightPlace& place,
                                                      int sample) {
  Linear l(values, place.node);
  l.need_x();
  l.need_dy();
  if (sample < 0 || sample >= l.g.n) {
    throw Error(fmt::format("there is no sample {}", sample), fmt::format("samples are 0 to {}", l.g.n - 1));
  }
  const WeightGradient walk = place_of(l, place);
  std::vector<WeightGradientTerm> terms;
  for (int p = 0; p < l.g.p(); ++p) {
    for (int q = 0; q < l.g.q(); ++q) terms.push_back(term_at(l, walk, sample, p, q));
  }
  return terms;
}

InputGradient walk_input_gradient(const NetworkValues& values, int reader, const UnitPlace& place) {
  Linear l(values, reader);
  l.need_dy();
  const Conv2dShape& g = l.g;
  const float* w = values.array ? values.array(TensorKind::weight, values.array_name(reader, "weight")) : nullptr;
  l.need(w, "weights");
  if (place.sample < 0 || place.sample >= g.n || place.channel < 0 || place.channel >= g.c || place.row < 0 ||
      place.row >= g.h || place.column < 0 || place.column >= g.w) {
    throw Error(fmt::format("{} reads no value of channel {} at column {}, row {}",
                            values.architecture->describe(reader), place.channel, place.column, place.row),
                fmt::format("channels are 0 to {}, columns 0 to {}, rows 0 to {}", g.c - 1, g.w - 1, g.h - 1));
  }
  InputGradient walk;
  walk.place = place;
  walk.place.node = l.input();
  walk.reader = reader;
  const int out_per_group = g.k / g.groups, group = place.channel / l.per_group();
  const int slice = place.channel % l.per_group();
  walk.filters = out_per_group;
  for (int k = group * out_per_group; k < (group + 1) * out_per_group; ++k) {
    for (int r = 0; r < g.r; ++r) {
      const int down = place.row + g.pad_top - r * g.dilation_y;
      if ((down % g.stride_y + g.stride_y) % g.stride_y != 0) continue;  // the stride steps over it
      for (int s = 0; s < g.s; ++s) {
        const int across = place.column + g.pad_left - s * g.dilation_x;
        if ((across % g.stride_x + g.stride_x) % g.stride_x != 0) continue;
        InputGradientTerm t;
        t.filter = k, t.kernel_row = r, t.kernel_column = s;
        t.p = down / g.stride_y, t.q = across / g.stride_x;
        t.outside = down < 0 || across < 0 || t.p >= g.p() || t.q >= g.q();
        t.weight = ((int64_t{1} * k * l.per_group() + slice) * g.r + r) * g.s + s;
        t.w = w[t.weight];
        t.dy = t.outside ? 0 : l.dy_at(place.sample, k, t.p, t.q);
        walk.terms.push_back(t);
      }
    }
  }
  for (const InputGradientTerm& t : walk.terms) {
    walk.sum += t.product();
    walk.value = multiply_add(values.order, t.w, t.dy, walk.value);
  }
  walk.shared = readers_of(*values.architecture, walk.place.node).size() > 1;
  const float* stored = values.gradient ? values.gradient(walk.place.node) : nullptr;
  if (stored != nullptr) {
    walk.stored = stored[((int64_t{1} * place.sample * g.c + place.channel) * g.h + place.row) * g.w + place.column];
  }
  return walk;
}

}  // namespace striate
