#include "engine/export/onnx_nodes.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {

OnnxNodes::OnnxNodes(const ExportGraph& graph, const Network& network, int opset)
    : graph_(graph), network_(network), opset_(opset) {
  for (const ExportNode& node : graph.nodes) names_.insert(node.name);
}

void OnnxNodes::need(int opset, const std::string& op) {
  if (opset <= needed_) return;
  needed_ = opset;
  needed_for_ = op;
}

WrittenNode& OnnxNodes::op(const std::string& op, const ExportNode& node, std::vector<std::string> inputs) {
  nodes.push_back({op, node.name, std::move(inputs), {node.name}, {}});
  return nodes.back();
}

WrittenNode& OnnxNodes::step(const std::string& op, const ExportNode& node, const std::string& suffix,
                             std::vector<std::string> inputs, std::string& output) {
  output = unique(node.name + '.' + suffix);
  nodes.push_back({op, output, std::move(inputs), {output}, {}});
  return nodes.back();
}

std::string OnnxNodes::input(const ExportNode& node, size_t i) const { return graph_.at(node.inputs[i]).name; }

std::string OnnxNodes::unique(const std::string& name) {
  std::string free = name;
  for (int i = 2; !names_.insert(free).second; ++i) free = fmt::format("{}-{}", name, i);
  return free;
}

std::string OnnxNodes::array(const ExportNode& node, const std::string& part, std::vector<int64_t> dims) {
  const NamedTensor& source = array_tensor(network_, node, part);
  WrittenTensor tensor;
  tensor.name = unique(source.name);
  tensor.dims = dims.empty() ? source.shape.sizes() : std::move(dims);
  tensor.source = &source;
  tensors.push_back(std::move(tensor));
  return tensors.back().name;
}

std::string OnnxNodes::integers_of_shape(const ExportNode& node, const std::string& what,
                                         const std::vector<int64_t>& dims, const std::vector<int64_t>& values) {
  WrittenTensor tensor;
  tensor.name = unique(node.name + '.' + what);
  tensor.dims = dims;
  tensor.integers = values;
  tensor.whole = true;
  tensors.push_back(std::move(tensor));
  return tensors.back().name;
}

std::string OnnxNodes::integers(const ExportNode& node, const std::string& what, const std::vector<int64_t>& values,
                                bool scalar) {
  return integers_of_shape(
      node, what, scalar ? std::vector<int64_t>{} : std::vector<int64_t>{static_cast<int64_t>(values.size())}, values);
}

std::string OnnxNodes::reals(const ExportNode& node, const std::string& what, const std::vector<float>& values,
                             bool scalar) {
  return reals_of_shape(
      node, what, scalar ? std::vector<int64_t>{} : std::vector<int64_t>{static_cast<int64_t>(values.size())}, values);
}

std::string OnnxNodes::reals_of_shape(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims,
                                      const std::vector<float>& values) {
  WrittenTensor tensor;
  tensor.name = unique(node.name + '.' + what);
  tensor.dims = dims;
  tensor.reals = values;
  tensors.push_back(std::move(tensor));
  return tensors.back().name;
}

std::string OnnxNodes::ones(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims) {
  return reals_of_shape(node, what, dims, std::vector<float>(static_cast<size_t>(Shape(dims).count()), 1.0f));
}

std::string OnnxNodes::sizes(const ExportNode& node, const std::string& what, const std::vector<int64_t>& list) {
  std::vector<int64_t> known = list;
  const auto batch = std::find(known.begin(), known.end(), kBatchSize);
  if (batch == known.end() || !node.batched) {
    for (int64_t& size : known) size = size == kBatchSize ? node.in[0][0] : size;
    return integers(node, what, known);
  }
  // The batch is whatever comes in: sizes before it, its own, sizes behind it.
  std::string all, one;
  step("Shape", node, what + ".of", {input(node)}, all);
  const std::string zero = integers(node, what + ".from", {0}), first = integers(node, what + ".to", {1});
  step("Slice", node, what + ".batch", {all, zero, first}, one);
  std::vector<std::string> parts;
  const std::vector<int64_t> head(known.begin(), batch), tail(batch + 1, known.end());
  if (!head.empty()) parts.push_back(integers(node, what + ".before", head));
  parts.push_back(one);
  if (!tail.empty()) parts.push_back(integers(node, what + ".behind", tail));
  std::string joined;
  step("Concat", node, what, parts, joined).with("axis", int64_t{0});
  return joined;
}

}  // namespace striate
