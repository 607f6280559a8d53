#include "engine/explain/part_network.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

constexpr float kShare = 0.2f;  // of what a function that is off is given all the same

struct Part {
  Architecture architecture;
  std::vector<int> source;
};

// `node` and all that it reads, directly or not. `alone`: joins of which one input alone is read.
Part part_of(const OpenNetworkInfo& info, int node, const Shape& picture, const std::map<int, int>& alone = {}) {
  const Architecture& whole = info.architecture;
  const auto inputs_of = [&](int n) {
    const auto found = alone.find(n);
    return found != alone.end() ? std::vector<int>{found->second} : whole.nodes()[static_cast<size_t>(n)].inputs;
  };
  std::vector<char> needed(whole.nodes().size());
  needed[0] = 1;
  needed[static_cast<size_t>(node)] = 1;
  for (int n = node; n > 0; --n) {
    if (!needed[static_cast<size_t>(n)]) continue;
    for (const int input : inputs_of(n)) needed[static_cast<size_t>(input)] = 1;
  }
  Part part;
  Shape input = whole.input();
  if (picture.rank() == 3 && picture != info.picture) {
    std::vector<int64_t> sizes = {picture[0], picture[1], picture[2]};
    if (info.channels_last) sizes = {picture[1], picture[2], picture[0]};
    if (whole.whole() && input.rank() == 4) sizes.insert(sizes.begin(), input[0]);
    input = Shape(sizes);
  }
  if (whole.whole()) {
    part.architecture.set_whole_input(input);
  } else {
    part.architecture.set_input(input);
  }
  std::vector<int> place(whole.nodes().size(), -1);
  place[0] = 0;
  part.source.push_back(0);
  for (int n = 1; n <= node; ++n) {
    if (!needed[static_cast<size_t>(n)]) continue;
    const Node& from = whole.nodes()[static_cast<size_t>(n)];
    std::vector<int> inputs;
    for (const int each : inputs_of(n)) inputs.push_back(place[static_cast<size_t>(each)]);
    const bool numbered = from.name == std::to_string(n - 1);
    const auto layer = alone.contains(n) ? parse_layer("identity") : from.layer;
    place[static_cast<size_t>(n)] = part.architecture.add(layer, numbered ? "" : from.name, inputs);
    part.source.push_back(n);
  }
  return part;
}

// The weights of every layer for a batch of one.
std::vector<Shape> weight_shapes(const Architecture& architecture, int node, const std::vector<Shape>& shapes) {
  std::vector<Shape> weights;
  const Node& here = architecture.nodes()[static_cast<size_t>(node)];
  if (!here.layer) return weights;
  const std::vector<Shape> inputs = architecture.input_shapes(node, shapes);
  for (const WeightSpec& each : here.layer->parameters(inputs)) weights.push_back(each.shape);
  for (const BufferSpec& each : here.layer->buffers(inputs)) weights.push_back(each.shape);
  return weights;
}

bool same_weights(const OpenNetworkInfo& info, const Part& part) {
  const std::vector<Shape> before = info.architecture.shapes(1), after = part.architecture.shapes(1);
  for (int n = 1; n < part.architecture.size(); ++n) {
    const int source = part.source[static_cast<size_t>(n)];
    if (weight_shapes(part.architecture, n, after) != weight_shapes(info.architecture, source, before)) return false;
  }
  return true;
}

}  // namespace

bool PartNetwork::fits(const OpenNetworkInfo& info, int node, const Shape& picture) {
  if (info.picture.rank() != 3 || picture[0] != info.picture[0]) return false;
  if (picture == info.picture) return true;
  try {
    return same_weights(info, part_of(info, node, picture));
  } catch (const Error&) {
    return false;  // a dense layer, a reshape, a window that has no room
  }
}

PartNetwork::PartNetwork(OpenNetwork& of, int node, const Shape& picture, Plan plan)
    : of_(&of), stream_(&of.session().stream()) {
  const OpenNetworkInfo& info = *of.info();
  if (picture.rank() == 3 && !fits(info, node, picture)) {
    throw Error(fmt::format("{} does not take pictures of {} x {} up to layer {}", info.name, picture[2], picture[1],
                            info.layers[static_cast<size_t>(node)].name),
                fmt::format("leave its own size: {} x {}", info.picture[2], info.picture[1]));
  }
  Part part = part_of(info, node, picture, of.joins_without_shortcut());
  source_ = std::move(part.source);
  const int last = part.architecture.size() - 1;
  if (plan.reuse) plan.keep = {part.architecture.nodes()[static_cast<size_t>(last)].name};
  network_ = std::make_unique<Network>(*stream_, part.architecture, plan);
  take_weights();
  for (const Lesion& each : of.all_lesions()) {
    const auto found = std::find(source_.begin(), source_.end(), each.node);
    if (found == source_.end()) continue;
    const int64_t channels = cells_of(info.layers[static_cast<size_t>(each.node)].shape)[0];
    const bool channels_last = each.node == 0 && info.channels_last;
    cuts_.push_back({static_cast<int>(found - source_.begin()), each.channel,
                     channels_last ? info.picture[0] : channels, channels_last});
  }
  ends_ = find_ends();
  inputs_ = network_->activation(0).shape.count() / plan.batch;
  const Shape& shape = network_->output().shape;
  values_ = shape.count() / plan.batch;
  std::vector<int64_t> sizes = shape.sizes();
  if (!part.architecture.whole() && !sizes.empty()) sizes.erase(sizes.begin());
  cells_ = cells_of(Shape(sizes));
}

void PartNetwork::take_weights() {
  const Network& from = of_->session().network();
  std::map<std::tuple<TensorKind, int, int>, const NamedTensor*> there;
  for (const NamedTensor& each : from.tensors()) there[{each.kind, each.node, each.part}] = &each;
  for (const NamedTensor& each : network_->tensors()) {
    if (each.kind != TensorKind::weight && each.kind != TensorKind::buffer) continue;
    const NamedTensor* source = there.at({each.kind, source_[static_cast<size_t>(each.node)], each.part});
    copy(*stream_, each.shape.count(), from.arena(each.kind) + source->offset,
         network_->arena(each.kind) + each.offset);
  }
  stream_->synchronize();
}

void PartNetwork::cut(const NamedTensor& tensor, const Cut& cut) {
  float* data = network_->view(tensor).data;
  const int64_t count = tensor.shape.count();
  if (cut.channel < 0) return fill(*stream_, count, 0, data);
  if (cut.last) {  // of a picture's own channels, once
    std::vector<float> values = network_->read_tensor(*stream_, tensor);
    for (size_t i = static_cast<size_t>(cut.channel); i < values.size(); i += static_cast<size_t>(cut.channels)) {
      values[i] = 0;
    }
    return network_->write_tensor(*stream_, tensor, values);
  }
  const int64_t one = count / network_->batch(), plane = one / cut.channels;
  for (int64_t begin = 0; begin < count; begin += one) fill(*stream_, plane, 0, data + begin + cut.channel * plane);
}

std::vector<float> PartNetwork::forward(const std::vector<float>& input) {
  Network& network = *network_;
  const int last = network.architecture().size() - 1;
  network.write_tensor(*stream_, network.activation(0), input);
  int next = 1;
  const auto cut_at = [&](int node) {
    for (const Cut& each : cuts_)
      if (each.node == node) cut(network.activation(node), each);
  };
  cut_at(0);
  for (int node = 1; node <= last; ++node) {
    const bool here = std::any_of(cuts_.begin(), cuts_.end(), [&](const Cut& each) { return each.node == node; });
    if (!here && node < last) continue;
    network.forward(*stream_, Mode::evaluation, next, node);
    if (here) cut_at(node);
    next = node + 1;
  }
  return network.read_tensor(*stream_, network.output());
}

std::vector<char> PartNetwork::find_ends() const {
  const std::vector<Node>& nodes = network_->architecture().nodes();
  std::vector<char> of_layer(nodes.size()), ends(nodes.size());
  of_layer.back() = 1;
  for (size_t node = nodes.size() - 1; node > 0; --node) {
    if (!of_layer[node]) continue;
    switch (nodes[node].layer->info().follow) {
      case Follow::function:
        ends[node] = 1;
        break;
      case Follow::joined:
      case Follow::maximum:
      case Follow::average:
      case Follow::dropped:
      case Follow::copied:
        for (const int input : nodes[node].inputs) of_layer[static_cast<size_t>(input)] = 1;
        break;
      default:
        break;
    }
  }
  return ends;
}

void PartNetwork::free_function(int node, bool value_by_value) {
  const Node& here = network_->architecture().nodes()[static_cast<size_t>(node)];
  if (!here.layer || here.layer->info().follow != Follow::function) return;
  const int input = here.inputs[0];
  const auto is_not_0 = [](float v) { return v != 0; };
  std::vector<float> from = network_->read_tensor(*stream_, *network_->gradient(node));
  std::vector<float> passed = network_->read_tensor(*stream_, *network_->gradient(input));
  if (std::none_of(from.begin(), from.end(), is_not_0)) return;
  if (!value_by_value && std::any_of(passed.begin(), passed.end(), is_not_0)) return;
  const float share = value_by_value ? kShare : 1;
  for (size_t i = 0; i < from.size(); ++i) from[i] = passed[i] != 0 ? passed[i] : share * std::max(from[i], 0.0f);
  network_->write_tensor(*stream_, *network_->gradient(input), from);
}

std::vector<float> PartNetwork::backward(const std::vector<float>& gradient, Freed freed) {
  Network& network = *network_;
  const int last = network.architecture().size() - 1;
  network.write_tensor(*stream_, *network.gradient(last), gradient);
  network.backward_begin(*stream_, last);
  for (int node = last; node >= 0; --node) {
    for (const Cut& each : cuts_)
      if (each.node == node) cut(*network.gradient(node), each);
    network.backward_node(*stream_, node);
    const bool ends = ends_[static_cast<size_t>(node)] != 0;
    if (node > 0 && (freed == Freed::all || (freed == Freed::ends && ends))) free_function(node, ends);
  }
  return network.read_tensor(*stream_, *network.gradient(0));
}

}  // namespace striate
