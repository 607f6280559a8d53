#include "engine/network/find_layer.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "engine/error.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

int find_layer(const Architecture& architecture, const std::string& layer) {
  if (!is_number(layer)) return architecture.find(layer);
  int number = 0;
  const auto [end, problem] = std::from_chars(layer.data(), layer.data() + layer.size(), number);
  return problem == std::errc() && number < architecture.size() - 1 ? number + 1 : -1;
}

int need_layer(const Architecture& architecture, const std::string& layer) {
  const int node = find_layer(architecture, layer);
  if (node < 0) throw_unknown_layer(architecture, layer);
  return node;
}

std::vector<char> nodes_of(const Architecture& architecture, const std::vector<std::string>& layers) {
  std::vector<char> nodes(static_cast<size_t>(architecture.size()), 0);
  for (const std::string& layer : layers) nodes[static_cast<size_t>(need_layer(architecture, layer))] = 1;
  return nodes;
}

void throw_unknown_layer(const Architecture& architecture, const std::string& layer) {
  if (is_number(layer)) {
    throw Error(fmt::format("unknown layer {}", layer),
                fmt::format("layers count from 0 to {} without the input", architecture.size() - 2));
  }
  std::vector<std::string> names;
  for (const Node& node : architecture.nodes()) names.push_back(node.name);
  throw Error(fmt::format("unknown layer \"{}\"", layer), nearest_hint(layer, names));
}

}  // namespace striate
