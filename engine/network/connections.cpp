#include "engine/network/connections.h"

#include <algorithm>

namespace striate {

int64_t connections(const Layer& layer, const std::vector<Shape>& inputs) {
  const std::vector<WeightSpec> weights = layer.parameters(inputs);
  if (weights.empty() && layer.buffers(inputs).empty()) return 0;
  const bool bias =
      std::any_of(weights.begin(), weights.end(), [](const WeightSpec& each) { return each.name == "bias"; });
  const Shape out = layer.output(inputs);
  return layer.multiply_adds(inputs).value + (bias ? out.count() / std::max<int64_t>(1, out[0]) : 0);
}

int64_t connections(const Architecture& architecture) {
  const std::vector<Shape> shapes = architecture.shapes(1);
  int64_t sum = 0;
  for (int node = 1; node < architecture.size(); ++node) {
    sum += connections(*architecture.nodes()[static_cast<size_t>(node)].layer, architecture.input_shapes(node, shapes));
  }
  return sum;
}

}  // namespace striate
