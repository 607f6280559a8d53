#include "engine/onnx/taken_apart.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

const OnnxAttribute* attribute(const OnnxNode& node, const char* name, OnnxAttribute::Kind kind) {
  const auto found = node.attributes.find(name);
  return found != node.attributes.end() && found->second.kind == kind ? &found->second : nullptr;
}

}  // namespace

TakenApart::TakenApart(const OnnxGraph& graph) : graph_(graph) {
  if (graph.opset() < 7) return;  // sizes were brought together otherwise
  for (const OnnxValue& output : graph.outputs) outputs_.insert(output.name);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& name : graph.nodes[i].outputs) makers_[name] = i;
    for (const std::string& name : graph.nodes[i].inputs) readers_[name].push_back(i);
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const OnnxNode& node = graph.nodes[i];
    if (!node.domain.empty() || node.inputs.empty() || node.outputs.size() != 1) continue;
    std::optional<Group> found;
    if (node.op == "Erf" || node.op == "Tanh") found = gelu(i);
    if (node.op == "Sqrt" || node.op == "Pow") found = layer_normalization(i);
    if (!found) continue;
    std::set<size_t> all = found->parts;
    if (found->scaled) all.insert(*found->scaled);
    if (found->shifted) all.insert(*found->shifted);
    if (std::any_of(all.begin(), all.end(), [&](size_t part) { return group_of_.contains(part); })) continue;
    for (const size_t part : all) group_of_[part] = static_cast<int>(groups_.size());
    groups_.push_back(std::move(*found));
  }
}

int TakenApart::group_of(size_t i) const {
  const auto found = group_of_.find(i);
  return found == group_of_.end() ? -1 : found->second;
}

// ------------------------------------------------------------------------------------------------- what a graph holds

const OnnxNode* TakenApart::maker(const std::string& name, const char* op, size_t inputs) const {
  const auto found = makers_.find(name);
  if (found == makers_.end()) return nullptr;
  const OnnxNode& node = graph_.nodes[found->second];
  const bool fits = node.domain.empty() && node.op == op && node.inputs.size() == inputs && node.outputs.size() == 1;
  return fits ? &node : nullptr;
}

const OnnxAttribute* TakenApart::constant(const std::string& name, const char* key, OnnxAttribute::Kind kind) const {
  const OnnxNode* node = maker(name, "Constant", 0);
  return node != nullptr ? attribute(*node, key, kind) : nullptr;
}

std::shared_ptr<const StoredTensor> TakenApart::stored(const std::string& name) const {
  if (const auto found = graph_.initializers.find(name); found != graph_.initializers.end()) return found->second;
  const OnnxAttribute* value = constant(name, "value", OnnxAttribute::Kind::tensor);
  return value != nullptr ? value->tensor : nullptr;
}

std::optional<TakenApart::Scalar> TakenApart::scalar(const std::string& name) const {
  if (const OnnxAttribute* real = constant(name, "value_float", OnnxAttribute::Kind::real))
    return Scalar{static_cast<double>(real->real), 0};
  const std::shared_ptr<const StoredTensor> tensor = stored(name);
  if (!tensor || tensor->count != 1 || !is_real(tensor->type)) return std::nullopt;
  try {
    const double value = tensor->read().at(0);
    return std::isfinite(value) ? std::optional(Scalar{value, tensor->dims.size()}) : std::nullopt;
  } catch (const Error&) {  // told when it is converted
    return std::nullopt;
  }
}

std::optional<std::vector<int64_t>> TakenApart::integers(const std::string& name) const {
  if (const OnnxAttribute* list = constant(name, "value_ints", OnnxAttribute::Kind::integers)) return list->integers;
  const std::shared_ptr<const StoredTensor> tensor = stored(name);
  if (!tensor || tensor->type != OnnxType::int64 || tensor->count > 8 || tensor->dims.size() > 1) return std::nullopt;
  try {
    return tensor->read().integers;
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The sizes of a constant with a point.
std::optional<Dims> TakenApart::constant_dims(const std::string& name) const {
  const std::shared_ptr<const StoredTensor> tensor = stored(name);
  if (!tensor || !is_real(tensor->type)) return std::nullopt;
  return tensor->dims;
}

// The axes of a mean that keeps its axes, as they are written; an input since opset 18.
std::optional<std::vector<int64_t>> TakenApart::mean_axes(const OnnxNode& node) const {
  if (const auto keep = node.attributes.find("keepdims"); keep != node.attributes.end() && keep->second.integer != 1)
    return std::nullopt;
  std::optional<std::vector<int64_t>> axes;
  if (node.inputs.size() == 2) {
    axes = integers(node.inputs[1]);
  } else if (const OnnxAttribute* list = attribute(node, "axes", OnnxAttribute::Kind::integers)) {
    axes = list->integers;
  }
  if (!axes || axes->empty()) return std::nullopt;
  std::sort(axes->begin(), axes->end());
  return axes;
}

// Nobody else reads what the parts give, but for the last one.
bool TakenApart::closed(const std::set<size_t>& parts, size_t last) const {
  return std::all_of(parts.begin(), parts.end(), [&](size_t part) {
    if (part == last) return true;
    const std::string& name = graph_.nodes[part].outputs[0];
    const auto readers = readers_.find(name);
    return !outputs_.contains(name) && readers != readers_.end() &&
           std::all_of(readers->second.begin(), readers->second.end(),
                       [&](size_t reader) { return parts.contains(reader); });
  });
}

// A constant that is one value, or one for each place, of the axes from `axis` on.
bool TakenApart::belongs(const std::string& constant, const Dims& x, size_t axis) const {
  const std::optional<Dims> dims = constant_dims(constant);
  if (!dims || dims->size() > x.size()) return false;
  bool whole = true;  // nothing is repeated
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t missing = x.size() - dims->size();
    const int64_t size = i < missing ? 1 : (*dims)[i - missing];
    if (i < axis && size != 1) return false;
    if (i >= axis && size != x[i] && size != 1) return false;
    if (i >= axis) whole = whole && size == x[i];
  }
  return whole || dims->size() <= x.size() - axis;
}

std::optional<WholeOperator> TakenApart::whole(int number, const Dims& x) const {
  const Group& group = groups_[static_cast<size_t>(number)];
  if (x.size() < std::max<size_t>(1, group.least_rank)) return std::nullopt;
  WholeOperator result;
  result.parts = group.parts;
  result.last = group.last;
  result.node.inputs = {group.x};
  if (!group.normalizes) {
    result.node.op = "Gelu";
    OnnxAttribute how;
    how.kind = OnnxAttribute::Kind::text;
    how.text = group.tangent ? "tanh" : "none";
    result.node.attributes["approximate"] = how;
  } else {
    // All axes from one on.
    std::vector<int> axes;
    try {
      axes = normal_axes(group.axes, x.size());
    } catch (const Error&) {
      return std::nullopt;
    }
    std::sort(axes.begin(), axes.end());
    const size_t axis = x.size() - axes.size();
    for (size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] != static_cast<int>(axis + i)) return std::nullopt;
    }
    result.node.op = "LayerNormalization";
    OnnxAttribute from, epsilon;
    from.kind = OnnxAttribute::Kind::integer;
    from.integer = static_cast<int64_t>(axis);
    epsilon.kind = OnnxAttribute::Kind::real;
    epsilon.real = static_cast<float>(group.epsilon);
    result.node.attributes["axis"] = from;
    result.node.attributes["epsilon"] = epsilon;
    const auto add = [&](size_t part, const std::string& constant) {
      result.parts.insert(part);
      result.last = part;
      result.node.inputs.push_back(constant);
    };
    const bool scaled = group.scaled && belongs(group.scale, x, axis);
    if (scaled) add(*group.scaled, group.scale);
    // What is added is added to what was multiplied, if it was.
    if (group.shifted && scaled == group.scaled.has_value() && belongs(group.bias, x, axis)) {
      if (!scaled) result.node.inputs.emplace_back();
      add(*group.shifted, group.bias);
    }
  }
  result.node.name = graph_.nodes[result.last].name;
  result.node.outputs = graph_.nodes[result.last].outputs;
  return result;
}

}  // namespace striate
