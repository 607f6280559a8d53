// One operator of the graph as its conversion sees it: attributes with their types checked and their defaults, the
// version of its meaning, and arithmetic on sizes that several operators share. Errors here don't name the node: who
// calls does. For the files of this folder only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/onnx/graph.h"

namespace striate {

class NodeView {
 public:
  NodeView(const OnnxNode& node, int64_t opset) : node_(node), opset_(opset) {}

  const OnnxNode& node() const { return node_; }
  const std::string& op() const { return node_.op; }
  int64_t opset() const { return opset_; }
  bool has(const std::string& name) const { return node_.attributes.contains(name); }
  // All throw Error where the attribute is of another type.
  int64_t integer(const std::string& name, int64_t otherwise) const;
  bool flag(const std::string& name, bool otherwise) const { return integer(name, otherwise ? 1 : 0) != 0; }
  double real(const std::string& name, double otherwise) const;  // throws Error also where it is not finite
  std::string text(const std::string& name, const std::string& otherwise) const;
  std::optional<std::vector<int64_t>> integers(const std::string& name) const;
  std::optional<std::vector<float>> reals(const std::string& name) const;

 private:
  const OnnxAttribute* find(const std::string& name, OnnxAttribute::Kind kind) const;
  const OnnxNode& node_;
  int64_t opset_;
};

using Dims = std::vector<int64_t>;

// -1 is the last axis. Throws Error where there is no such axis among `rank`.
int normal_axis(int64_t axis, size_t rank);
std::vector<int> normal_axes(const std::vector<int64_t>& axes, size_t rank);  // none twice

// All throw Error where the sizes don't fit.
Dims broadcast_dims(const Dims& a, const Dims& b);
Dims reshape_dims(const Dims& from, const Dims& target, bool zero_is_zero);
Dims squeeze_dims(const Dims& from, const std::optional<std::vector<int64_t>>& axes);
Dims unsqueeze_dims(const Dims& from, const std::vector<int64_t>& axes);
Dims flatten_dims(const Dims& from, int64_t axis);
Dims transpose_dims(const Dims& from, const std::vector<int>& order);
std::vector<int> transpose_order(const NodeView& node, size_t rank);

// What Slice takes from one axis: `count` values from `first` on, `step` apart.
struct SlicePart {
  int axis = 0;
  int64_t first = 0, step = 1, count = 0;
};
std::vector<SlicePart> slice_parts(const Dims& from, const std::vector<int64_t>& starts,
                                   const std::vector<int64_t>& ends, const std::optional<std::vector<int64_t>>& axes,
                                   const std::optional<std::vector<int64_t>>& steps);

}  // namespace striate
