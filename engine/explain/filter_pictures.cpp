#include "engine/explain/filter_pictures.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/network/layer_kind.h"
#include "engine/walk/network_walk.h"

namespace striate {
namespace {

// A layer with weights of its own for every channel, from `node` back along what passes values on.
int filters_node(const Architecture& architecture, int node) {
  while (node > 0) {
    const Node& here = architecture.nodes()[static_cast<size_t>(node)];
    if (multiplies(*here.layer)) return node;
    const Follow follow = here.layer->info().follow;
    const bool passes = is_pointwise(follow) || follow == Follow::maximum || follow == Follow::average;
    if (!passes || here.inputs.size() != 1) return -1;
    node = here.inputs[0];
  }
  return -1;
}

std::vector<float> read_weight(OpenNetwork& network, int node, Shape& shape) {
  Network& of = network.session().network();
  for (const NamedTensor& each : of.tensors()) {
    if (each.kind != TensorKind::weight || each.node != node || each.part != 0) continue;
    shape = each.shape;
    return of.read_tensor(network.session().stream(), each);
  }
  return {};
}

void rgb_order(const ModelFile& file, const Shape& shape, std::vector<float>& values) {
  if (file.preprocessing.order != Preprocessing::Order::bgr || shape[1] != 3) return;
  const int64_t plane = shape[2] * shape[3];
  for (int64_t k = 0; k < shape[0]; ++k) {
    float* at = values.data() + k * 3 * plane;
    std::swap_ranges(at, at + plane, at + 2 * plane);
  }
}

void choose_units(FilterPictures& f) {
  if (f.color || f.shape[1] == 1) {
    f.units = f.values;
    f.unit = Shape{f.shape[1], f.shape[2], f.shape[3]};
    return;
  }
  if (!f.composed.values.empty()) {
    f.units = f.composed.values;
    f.unit = Shape{f.composed.shape[1], f.composed.shape[2], f.composed.shape[3]};
    return;
  }
  const int64_t plane = f.shape[2] * f.shape[3];
  f.unit = Shape{1, f.shape[2], f.shape[3]};
  for (int64_t k = 0; k < f.shape[0]; ++k) {
    int64_t best = 0;
    double most = -1;
    for (int64_t c = 0; c < f.shape[1]; ++c) {
      double sum = 0;
      for (int64_t i = 0; i < plane; ++i) {
        const auto v = static_cast<double>(f.values[static_cast<size_t>((k * f.shape[1] + c) * plane + i)]);
        sum += v * v;
      }
      if (sum > most) most = sum, best = c;
    }
    f.strongest.push_back(best);
    const auto from = f.values.begin() + static_cast<std::ptrdiff_t>((k * f.shape[1] + best) * plane);
    f.units.insert(f.units.end(), from, from + static_cast<std::ptrdiff_t>(plane));
  }
}

}  // namespace

FilterPictures filter_pictures(OpenNetwork& network, int node) {
  FilterPictures made;
  const OpenNetworkInfo& info = *network.info();
  const Architecture& architecture = info.architecture;
  const int found = filters_node(architecture, node);
  if (found < 0) return made;
  Shape shape;
  made.values = read_weight(network, found, shape);
  const Node& here = architecture.nodes()[static_cast<size_t>(found)];
  if (shape.rank() == 2) {
    // A dense layer behind a flatten looks at whole maps.
    const Node& before = architecture.nodes()[static_cast<size_t>(here.inputs[0])];
    Shape maps{1, 1, shape[1]};
    if (before.layer && before.layer->info().follow == Follow::flattened) {
      const Shape cells = cells_of(info.layers[static_cast<size_t>(before.inputs[0])].shape);
      if (cells.count() == shape[1] && cells[1] * cells[2] > 1) maps = cells;
    }
    made.shape = Shape{shape[0], maps[0], maps[1], maps[2]};
  } else if (shape.rank() == 4) {
    made.shape = shape;
  } else {
    made.values.clear();
    return made;
  }
  made.node = found;
  const ModelFile& file = network.session().file();
  made.color = here.inputs[0] == 0 && made.shape[1] == 3 && !info.channels_last;
  if (made.color) rgb_order(file, made.shape, made.values);
  made.pair = find_convolution_pair(architecture);
  if (made.pair.composable() && made.pair.second == found) {
    Shape first;
    const std::vector<float> weights = read_weight(network, made.pair.first, first);
    ComposedFilters composed = compose_filters(made.pair, first, weights, made.shape, made.values);
    if (composed.shape[1] == 3 || composed.shape[1] == 1) made.composed = std::move(composed);
    if (!made.composed.values.empty()) rgb_order(file, made.composed.shape, made.composed.values);
  }
  choose_units(made);
  return made;
}

const char* FilterPictures::kind() const {
  if (color) return "color";
  if (!strongest.empty()) return "slice";
  return !composed.values.empty() && shape[1] > 1 ? "composed" : "whole";
}

std::vector<float> FilterPictures::picture(int64_t filter) const {
  const auto count = static_cast<size_t>(unit.count());
  const float* from = units.data() + static_cast<size_t>(filter) * count;
  float most = 0;
  for (size_t i = 0; i < count; ++i) most = std::max(most, std::fabs(from[i]));
  std::vector<float> pixels(count);
  for (size_t i = 0; i < count; ++i) pixels[i] = most > 0 ? 0.5f + 0.5f * from[i] / most : 0.5f;
  return pixels;
}

double FilterPictures::norm(int64_t filter) const {
  const auto count = static_cast<size_t>(shape.count() / shape[0]);
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto v = static_cast<double>(values[static_cast<size_t>(filter) * count + i]);
    sum += v * v;
  }
  return std::sqrt(sum);
}

}  // namespace striate
