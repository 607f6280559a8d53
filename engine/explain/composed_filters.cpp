#include "engine/explain/composed_filters.h"

#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {

ConvolutionPair find_convolution_pair(const Architecture& architecture) {
  ConvolutionPair pair;
  const std::vector<Shape> shapes = architecture.shapes(1);
  const auto& nodes = architecture.nodes();
  const auto geometry = [&](int node) {
    return nodes[static_cast<size_t>(node)].layer->geometry(architecture.input_shapes(node, shapes));
  };
  for (int node = 1; node < architecture.size(); ++node) {
    const Node& here = nodes[static_cast<size_t>(node)];
    if (here.layer->info().follow != Follow::convolution) continue;
    if (pair.first < 0) {
      pair.first = node;
      continue;
    }
    // Back along single inputs to the first convolution.
    const Conv2dShape conv = geometry(node).convolution;
    ConvolutionPair found = pair;
    int at = here.inputs[0];
    bool reached = conv.groups == 1;
    while (reached && at != pair.first) {
      if (at <= 0 || nodes[static_cast<size_t>(at)].inputs.empty()) {
        reached = false;
        break;
      }
      const Node& between = nodes[static_cast<size_t>(at)];
      const LayerKind& kind = between.layer->info();
      if (kind.follow == Follow::function) {
        found.activation = true;
      } else if (kind.follow == Follow::normalized) {
        found.normalization = true;
      } else if (kind.follow == Follow::maximum || kind.follow == Follow::average) {
        const Pool2dShape pool = geometry(at).pooling;
        found.distance_y *= pool.stride_y, found.distance_x *= pool.stride_x;
        found.pooling = true;
      } else if (kind.follow != Follow::dropped && kind.follow != Follow::copied) {
        reached = false;
      }
      at = between.inputs[0];
    }
    const Conv2dShape first = geometry(pair.first).convolution;
    if (!reached || first.groups != 1) return pair;
    found.second = node;
    found.distance_y *= first.stride_y, found.distance_x *= first.stride_x;
    found.dilation_y1 = first.dilation_y, found.dilation_x1 = first.dilation_x;
    found.dilation_y2 = conv.dilation_y, found.dilation_x2 = conv.dilation_x;
    return found;
  }
  return pair;
}

ComposedFilters compose_filters(const ConvolutionPair& pair, const Shape& shape1, const std::vector<float>& w1,
                                const Shape& shape2, const std::vector<float>& w2) {
  check(shape1.rank() == 4 && shape2.rank() == 4 && shape2[1] == shape1[0], "composing {} with {}", shape1.text(),
        shape2.text());
  check(static_cast<int64_t>(w1.size()) == shape1.count() && static_cast<int64_t>(w2.size()) == shape2.count(),
        "composing {} and {} values", w1.size(), w2.size());
  const int64_t k1 = shape1[0], c1 = shape1[1], r1 = shape1[2], s1 = shape1[3];
  const int64_t k2 = shape2[0], r2 = shape2[2], s2 = shape2[3];
  const int64_t step_y = int64_t{pair.dilation_y2} * pair.distance_y,
                step_x = int64_t{pair.dilation_x2} * pair.distance_x;
  const int64_t rows = (r2 - 1) * step_y + (r1 - 1) * pair.dilation_y1 + 1;
  const int64_t columns = (s2 - 1) * step_x + (s1 - 1) * pair.dilation_x1 + 1;
  ComposedFilters result;
  result.shape = Shape{k2, c1, rows, columns};
  result.values.assign(static_cast<size_t>(result.shape.count()), 0.0f);
  for (int64_t k = 0; k < k2; ++k) {
    for (int64_t j = 0; j < k1; ++j) {
      for (int64_t tap = 0; tap < r2 * s2; ++tap) {
        const float weight = w2[static_cast<size_t>((k * k1 + j) * r2 * s2 + tap)];
        const int64_t y0 = tap / s2 * step_y, x0 = tap % s2 * step_x;
        for (int64_t c = 0; c < c1; ++c) {
          const float* from = w1.data() + (j * c1 + c) * r1 * s1;
          float* plane = result.values.data() + (k * c1 + c) * rows * columns;
          for (int64_t r = 0; r < r1; ++r) {
            float* row = plane + (y0 + r * pair.dilation_y1) * columns + x0;
            for (int64_t s = 0; s < s1; ++s) row[s * pair.dilation_x1] += weight * from[r * s1 + s];
          }
        }
      }
    }
  }
  return result;
}

}  // namespace striate
