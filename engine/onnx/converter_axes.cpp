// Where the pictures of a batch stand while a graph is converted: see converter.h.
#include <algorithm>

#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {

// `dims`: as ONNX has them for one picture.
int Converter::shaped(int node, const Dims& dims, bool lifted, const std::string& suffix) {
  if (dims.size() + (lifted ? 1 : 0) > static_cast<size_t>(Shape::kMaxRank)) throw NotBatched{kNotFirst};
  std::string text = "reshape batch";
  for (size_t i = lifted ? 0 : 1; i < dims.size(); ++i) text += ',' + std::to_string(dims[i]);
  const int made = emit(text, {node}, suffix);
  lifted_[static_cast<size_t>(made)] = lifted ? 1 : 0;
  return made;
}

int Converter::reshape(int node, const Dims& dims, const std::string& suffix) {
  if (!batched(node)) {
    return emit(dims.empty() ? "reshape scalar" : "reshape " + list_text(dims), {node}, suffix);
  }
  const bool first = !dims.empty() && dims[0] == 1;
  if (first && !lifted(node) && dims.size() == 2 && node_dims(node).size() > 2) return emit("flatten", {node}, suffix);
  return shaped(node, dims, !first, suffix);
}

std::string Converter::layer_text(int node) const {
  const Node& at = model_.architecture.nodes()[static_cast<size_t>(node)];
  return at.layer ? at.layer->text() : "";
}
int Converter::input_of(int node) const { return model_.architecture.nodes()[static_cast<size_t>(node)].inputs.at(0); }

// The pictures go from their own axis to ONNX's axis 0, which has size 1 for one picture.
int Converter::with_pictures_first(int node) {
  if (!lifted(node)) return node;
  const auto found = lowered_.find(node);
  if (found != lowered_.end()) return found->second;
  const Dims dims = node_dims(node);
  if (dims.empty() || dims[0] != 1) throw NotBatched{kNotFirst};
  const int made = shaped(node, dims, false, ".pictures");
  lowered_[node] = made;
  return made;
}

void Converter::lift(int& node) {
  if (!lifted(node)) node = shaped(node, node_dims(node), true, ".lifted");
}

void Converter::bring_together(std::vector<int>& nodes) {
  if (std::none_of(nodes.begin(), nodes.end(), [&](int node) { return lifted(node); })) return;
  size_t most = 0;
  for (const int node : nodes) most = std::max(most, node_dims(node).size());
  for (int& node : nodes) {
    Dims dims = node_dims(node);
    if (!batched(node) || (lifted(node) && dims.size() == most)) continue;
    dims.insert(dims.begin(), most - dims.size(), 1);
    node = shaped(node, dims, true, ".aligned");
  }
}

int Converter::repeated(int constant, int other) {
  if (!batched(other) || batched(constant)) return constant;
  Dims dims = node_dims(constant);
  if (lifted(other)) {
    dims.insert(dims.begin(), 1);
    constant = reshape(constant, dims, ".one");
  } else if (dims.empty() || dims[0] != 1) {
    return constant;
  }
  const int made = emit("repeat", {constant, other}, ".repeated");
  return made;
}

}  // namespace striate
