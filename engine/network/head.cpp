#include "engine/network/head.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

// The layers whose first word after the kind is how many outputs they have.
bool has_outputs(const Layer& layer) {
  const std::string kind = layer.kind();
  return kind == kDense.word || kind == kConv.word || kind == kConv3d.word;
}

std::string with_outputs(const std::string& text, int outputs) {
  const size_t begin = text.find(' ') + 1, end = std::min(text.find(' ', begin), text.size());
  return text.substr(0, begin) + std::to_string(outputs) + text.substr(end);
}

}  // namespace

int head_node(const Architecture& architecture) {
  std::vector<char> needed(static_cast<size_t>(architecture.size()), 0);
  needed.back() = 1;
  for (int n = architecture.size() - 1; n >= 1; --n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    if (!needed[static_cast<size_t>(n)]) continue;
    if (has_outputs(*node.layer)) return n;
    for (const int input : node.inputs) needed[static_cast<size_t>(input)] = 1;
  }
  throw Error("the network has no head: no dense layer and no convolution",
              "a head is the last dense layer or convolution; use a network that has one");
}

std::vector<int> head_nodes(const Architecture& architecture) {
  const int head = head_node(architecture);
  const std::vector<Shape> shapes = architecture.shapes(1);
  std::vector<char> behind(static_cast<size_t>(architecture.size()), 0);
  behind[static_cast<size_t>(head)] = 1;
  std::vector<int> nodes = {head};
  for (int n = head + 1; n < architecture.size(); ++n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    const bool follows = std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](int input) { return behind[static_cast<size_t>(input)] != 0; });
    if (!follows) continue;
    behind[static_cast<size_t>(n)] = 1;
    const std::vector<Shape> inputs = architecture.input_shapes(n, shapes);
    if (!node.layer->parameters(inputs).empty() || !node.layer->buffers(inputs).empty()) nodes.push_back(n);
  }
  return nodes;
}

Architecture with_head(const Architecture& architecture, int outputs) {
  if (outputs < 1 || outputs > 1 << 20) {
    throw Error(fmt::format("a head of {} outputs", outputs), "one for each class: 1 to 1048576");
  }
  const int head = head_node(architecture);
  Architecture result;
  if (architecture.whole()) {
    result.set_whole_input(architecture.input());
  } else if (architecture.has_input()) {
    result.set_input(architecture.input());
  }
  for (int n = 1; n < architecture.size(); ++n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    result.add(n == head ? parse_layer(with_outputs(node.layer->text(), outputs)) : node.layer,
               node.name == std::to_string(n - 1) ? "" : node.name, node.inputs);
  }
  if (result.has_input()) {
    try {
      result.shapes(1);
    } catch (const Error& error) {
      throw Error(fmt::format("a head of {} outputs at {}: {}", outputs, architecture.describe(head), error.what()),
                  error.hint());
    }
  }
  return result;
}

}  // namespace striate
