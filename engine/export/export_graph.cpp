#include "engine/export/export_graph.h"

#include <algorithm>

#include "engine/error.h"

namespace striate {
ExportGraph export_graph(const Architecture& architecture, const ExportInfo& info) {
  if (!architecture.has_input()) {
    throw Error("the network does not say what it takes", "begin its text with a line like: input 3x64x64");
  }
  ExportGraph graph;
  graph.whole = architecture.whole();
  const std::vector<Shape> one = architecture.shapes(1);
  std::vector<Shape> two = one;
  if (!graph.whole) {
    try {
      two = architecture.shapes(2);
    } catch (const Error&) {
      graph.whole = true;  // a layer in it wants a batch of 1
    }
  }
  for (int n = 0; n < architecture.size(); ++n) {
    const Node& from = architecture.nodes()[static_cast<size_t>(n)];
    ExportNode node;
    node.index = n;
    node.name = from.name;
    node.layer = from.layer;
    node.inputs = from.inputs;
    for (const int input : from.inputs) node.in.push_back(one[static_cast<size_t>(input)]);
    node.out = one[static_cast<size_t>(n)];
    node.two = graph.whole ? node.out : two[static_cast<size_t>(n)];
    node.batched = node.out != node.two;
    graph.nodes.push_back(std::move(node));
  }
  graph.outputs.push_back(architecture.size() - 1);
  for (const int node : info.outputs) {
    if (std::find(graph.outputs.begin(), graph.outputs.end(), node) == graph.outputs.end())
      graph.outputs.push_back(node);
  }
  return graph;
}

bool has_array(const Network& network, const ExportNode& node, const std::string& part) {
  const std::string name = node.name + '.' + part;
  return network.find(TensorKind::weight, name) != nullptr || network.find(TensorKind::buffer, name) != nullptr;
}

const NamedTensor& array_tensor(const Network& network, const ExportNode& node, const std::string& part) {
  const std::string name = node.name + '.' + part;
  const NamedTensor* tensor = network.find(TensorKind::weight, name);
  if (tensor == nullptr) tensor = network.find(TensorKind::buffer, name);
  check(tensor != nullptr, "no array {}", name);
  return *tensor;
}

}  // namespace striate
