// Layer normalization that was taken apart: means, a difference, a root and a quotient.
#include <algorithm>

#include "engine/onnx/taken_apart.h"

namespace striate {

// (x - mean) / root(mean of (x - mean)^2 + epsilon), and what it is multiplied with and what is added, both constant.
std::optional<TakenApart::Group> TakenApart::layer_normalization(size_t root) const {
  const OnnxNode& deviation = graph_.nodes[root];
  Group group;
  const auto constant = [&](const std::string& name) {
    const std::optional<Scalar> found = scalar(name);
    if (found) group.least_rank = std::max(group.least_rank, found->rank);
    return found;
  };
  if (deviation.op == "Pow") {
    const std::optional<Scalar> half = deviation.inputs.size() == 2 ? constant(deviation.inputs[1]) : std::nullopt;
    if (!half || half->value != 0.5) return std::nullopt;
  }
  const auto take = [&](const std::string& name, const char* op, size_t inputs) {
    const OnnxNode* node = maker(name, op, inputs);
    if (node != nullptr) group.parts.insert(makers_.at(name));
    return node;
  };
  const OnnxNode* more = take(deviation.inputs[0], "Add", 2);
  if (more == nullptr) return std::nullopt;
  const bool first = scalar(more->inputs[0]).has_value();
  const std::optional<Scalar> epsilon = constant(more->inputs[first ? 0 : 1]);
  if (!epsilon || epsilon->value <= 0 || epsilon->value > 1) return std::nullopt;
  // A mean of `name`, along the axes that all of them have.
  const auto mean_of = [&](const std::string& name) -> const OnnxNode* {
    const OnnxNode* node = take(name, "ReduceMean", graph_.opset() < 18 ? 1 : 2);
    const std::optional<std::vector<int64_t>> axes = node ? mean_axes(*node) : std::nullopt;
    if (!axes || (!group.axes.empty() && group.axes != *axes)) return nullptr;
    group.axes = *axes;
    return node;
  };
  const OnnxNode* variance = mean_of(more->inputs[first ? 1 : 0]);
  if (variance == nullptr) return std::nullopt;
  const OnnxNode* square = take(variance->inputs[0], "Pow", 2);
  if (square != nullptr) {
    const std::optional<Scalar> two = constant(square->inputs[1]);
    if (!two || two->value != 2) return std::nullopt;
  } else {
    square = take(variance->inputs[0], "Mul", 2);
    if (square == nullptr || square->inputs[0] != square->inputs[1]) return std::nullopt;
  }
  const auto difference = [&](const std::string& name) -> const OnnxNode* {
    const OnnxNode* node = take(name, "Sub", 2);
    const OnnxNode* mean = node ? mean_of(node->inputs[1]) : nullptr;
    return mean != nullptr && mean->inputs[0] == node->inputs[0] ? node : nullptr;
  };
  const OnnxNode* centered = difference(square->inputs[0]);
  if (centered == nullptr) return std::nullopt;
  group.x = centered->inputs[0];
  // What is divided: the same difference, or the same once more.
  const auto readers = readers_.find(deviation.outputs[0]);
  if (readers == readers_.end() || readers->second.size() != 1) return std::nullopt;
  const OnnxNode& quotient = graph_.nodes[readers->second[0]];
  if (!quotient.domain.empty() || quotient.op != "Div" || quotient.inputs.size() != 2 || quotient.outputs.size() != 1 ||
      quotient.inputs[1] != deviation.outputs[0])
    return std::nullopt;
  const OnnxNode* divided = difference(quotient.inputs[0]);
  if (divided == nullptr || divided->inputs[0] != group.x) return std::nullopt;
  group.normalizes = true;
  group.epsilon = epsilon->value;
  group.last = readers->second[0];
  group.parts.insert(root);
  group.parts.insert(group.last);
  if (!closed(group.parts, group.last)) return std::nullopt;
  extend(group);
  return group;
}

// A product with a constant and a sum with one, where nobody else reads what is between.
void TakenApart::extend(Group& group) const {
  std::string name = graph_.nodes[group.last].outputs[0];
  const auto next = [&](const char* op, std::string* constant) -> std::optional<size_t> {
    const auto readers = readers_.find(name);
    if (outputs_.contains(name) || readers == readers_.end() || readers->second.size() != 1) return std::nullopt;
    const OnnxNode& node = graph_.nodes[readers->second[0]];
    if (!node.domain.empty() || node.op != op || node.inputs.size() != 2 || node.outputs.size() != 1)
      return std::nullopt;
    const std::string& other = node.inputs[node.inputs[0] == name ? 1 : 0];
    if (!constant_dims(other)) return std::nullopt;
    *constant = other;
    name = node.outputs[0];
    return readers->second[0];
  };
  group.scaled = next("Mul", &group.scale);
  group.shifted = next("Add", &group.bias);
}

}  // namespace striate
