#include "engine/network/head.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_settings.h"

namespace striate {
namespace {

// The setting that says how many outputs a layer has; null: it has none of its own.
const LayerField* outputs_of(const Layer& layer) {
  const LayerField* filters = layer.info().find("filters");
  return filters != nullptr ? filters : layer.info().find("neurons");
}

}  // namespace

int head_node(const Architecture& architecture) {
  std::vector<char> needed(static_cast<size_t>(architecture.size()), 0);
  needed.back() = 1;
  for (int n = architecture.size() - 1; n >= 1; --n) {
    const Node& node = architecture.nodes()[static_cast<size_t>(n)];
    if (!needed[static_cast<size_t>(n)]) continue;
    if (outputs_of(*node.layer) != nullptr) return n;
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
    result.add(n == head ? parse_layer(with_layer_setting(node.layer->text(), outputs_of(*node.layer)->name,
                                                          std::to_string(outputs)))
                         : node.layer,
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
