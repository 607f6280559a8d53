#include "engine/explain/randomize.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/error.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

// A control with the seed of a training would have the very weights that it began with.
constexpr uint64_t kControl = 0x636f6e74726f6c;

}  // namespace

std::vector<int> layers_with_weights(const OpenNetworkInfo& info) {
  std::vector<int> nodes;
  for (int n = static_cast<int>(info.layers.size()) - 1; n > 0; --n) {
    if (info.layers[static_cast<size_t>(n)].parameters > 0) nodes.push_back(n);
  }
  return nodes;
}

LayerSet cascade(const OpenNetworkInfo& info, int node) {
  std::vector<int> nodes;
  for (int n = static_cast<int>(info.layers.size()) - 1; n >= std::max(node, 1); --n) nodes.push_back(n);
  return LayerSet::of(nodes);
}

RandomizedWeights::RandomizedWeights(OpenNetwork& network, const LayerSet& layers, uint64_t seed)
    : network_(network), layers_(layers), seed_(seed) {
  const OpenNetworkInfo& info = *network.info();
  const std::vector<int> all = layers_with_weights(info);
  if (std::none_of(all.begin(), all.end(), [&](int node) { return layers.contains(node); })) {
    throw Error(fmt::format("none of these layers of {} has weights to draw", info.name),
                all.empty()
                    ? "choose a network with weights"
                    : fmt::format("the last one that has is {}", info.layers[static_cast<size_t>(all[0])].name));
  }
  Stream& stream = network.session().stream();
  const Network& from = network.session().network();
  const auto keep = [&](TensorKind kind, Buffer<float>& to) {
    if (from.arena_size(kind) == 0) return;
    to = Buffer<float>(stream.device(), from.arena_size(kind), "the weights beside drawn ones");
    copy(stream, from.arena_size(kind), from.arena(kind), to.data());
  };
  keep(TensorKind::weight, weights_);
  keep(TensorKind::buffer, buffers_);
  network.session().draw_weights(layers, seed ^ kControl);
}

void RandomizedWeights::go_on_while_off(const std::vector<float>& input, const Target& target) {
  const std::string& name = network_.info()->layers[static_cast<size_t>(target.node)].name;
  for (const uint64_t last = seed_ + kMostSeeds - 1; seed_ < last;) {
    SessionRequest request = network_.request_of(input);
    request.output = false;
    request.activations = {name};
    if (target.value(network_.session().run(request)->activations.at(name).values) != 0) return;
    network_.session().draw_weights(layers_, ++seed_ ^ kControl);
  }
}

RandomizedWeights::~RandomizedWeights() {
  Stream& stream = network_.session().stream();
  Network& to = network_.session().network();
  if (weights_.size() > 0) copy(stream, weights_.size(), weights_.data(), to.arena(TensorKind::weight));
  if (buffers_.size() > 0) copy(stream, buffers_.size(), buffers_.data(), to.arena(TensorKind::buffer));
  stream.synchronize();  // before they go
}

}  // namespace striate
