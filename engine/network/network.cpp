#include "engine/network/network.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "engine/error.h"
#include "kernels/elementwise.h"
#include "kernels/threads.h"

namespace striate {
namespace {

// Sequences below 2^40 are those of starting weights; every layer that draws has its own 2^40 behind them.
uint64_t first_counter(int node) { return (static_cast<uint64_t>(node) + 1) << 40; }

size_t at(TensorKind kind) { return static_cast<size_t>(kind); }

}  // namespace

Network::Network(Stream& stream, const Architecture& architecture, const Plan& plan)
    : architecture_(architecture), device_(stream.device()) {
  replan(stream, plan);
  set_seed(stream, 0);
}

void Network::replan(Stream& stream, const Plan& plan) {
  TensorPlan layout = plan_tensors(architecture_, plan, optimizer_states_);
  const auto renew = [&](TensorKind kind, bool keep) {
    const int64_t size = layout.arena[at(kind)];
    if (arenas_[at(kind)].size() == size && (keep || size == 0)) return;
    if (!keep) arenas_[at(kind)] = Buffer<float>();  // the old one first: both may not fit
    Buffer<float> fresh(device_, size, tensor_kind_name(kind));
    fill(stream, size, 0, fresh.data());
    arenas_[at(kind)] = std::move(fresh);
  };
  stream.synchronize();
  renew(TensorKind::weight, true);
  renew(TensorKind::buffer, true);
  renew(TensorKind::optimizer_state, plan.frozen == plan_.frozen);
  for (const TensorKind kind :
       {TensorKind::activation, TensorKind::activation_gradient, TensorKind::weight_gradient, TensorKind::saved}) {
    renew(kind, false);
  }
  if (scratch_.size() != layout.scratch) {
    scratch_ = Buffer<float>();
    scratch_ = Buffer<float>(device_, layout.scratch, "a network's scratch");
  }
  if (!plan.reuse) packed_ = Buffer<float>();
  unchanged_ = 0;
  layout_ = std::move(layout);
  plan_ = plan;
  build_calls();
}

void Network::set_optimizer_states(Stream& stream, const std::vector<std::string>& names) {
  optimizer_states_ = names;
  TensorPlan layout = plan_tensors(architecture_, plan_, names);
  stream.synchronize();
  const int64_t size = layout.arena[at(TensorKind::optimizer_state)];
  if (arenas_[at(TensorKind::optimizer_state)].size() != size) {
    arenas_[at(TensorKind::optimizer_state)] = Buffer<float>();
    arenas_[at(TensorKind::optimizer_state)] =
        Buffer<float>(device_, size, tensor_kind_name(TensorKind::optimizer_state));
  }
  fill(stream, size, 0, arena(TensorKind::optimizer_state));
  layout_ = std::move(layout);
  build_calls();
}

void Network::build_calls() {
  const size_t n = static_cast<size_t>(architecture_.size());
  if (counters_.size() == 0) counters_ = Buffer<uint64_t>(device_, architecture_.size(), "random counters");
  calls_.assign(n, {});
  activation_.assign(n, -1);
  gradient_.assign(n, -1);
  written_.assign(n, 0);
  trained_.clear();
  ran_ = 0;
  std::vector<const NamedTensor*> weights;  // of all that are trained
  size_t gradients = 0;
  // Tensors come in the same order in both kinds, with the padding behind each.
  const auto add_trained = [&](const NamedTensor& weight, const NamedTensor& gradient) {
    if (!trained_.empty()) {
      TrainedRange& before = trained_.back();
      before.count = std::max(before.count, gradient.offset - before.gradient);
      if (before.weight + before.count == weight.offset) {
        before.count += gradient.shape.count();
        return;
      }
    }
    trained_.push_back({weight.offset, gradient.offset, gradient.shape.count()});
  };
  for (size_t i = 0; i < layout_.tensors.size(); ++i) {
    const NamedTensor& tensor = layout_.tensors[i];
    const size_t node = static_cast<size_t>(tensor.node);
    LayerCall& call = calls_[node];
    call.winograd = plan_.reuse && plan_.winograd;
    float* place = arena(tensor.kind) + tensor.offset;
    switch (tensor.kind) {
      case TensorKind::activation:
        activation_[node] = static_cast<int>(i);
        call.y = {place, tensor.shape, device_};
        break;
      case TensorKind::activation_gradient:
        gradient_[node] = static_cast<int>(i);
        call.dy = place;
        break;
      case TensorKind::weight:
        call.weights.push_back(place);
        if (!plan_.frozen.contains(tensor.node)) weights.push_back(&tensor);
        break;
      case TensorKind::weight_gradient:
        call.dw.push_back(place);
        add_trained(*weights[gradients++], tensor);
        break;
      case TensorKind::saved:
        call.saved.push_back(place);
        break;
      case TensorKind::buffer:
        call.buffers.push_back(place);
        break;
      case TensorKind::optimizer_state:
        break;
    }
  }
  for (size_t i = 1; i < n; ++i) {
    LayerCall& call = calls_[i];
    const Node& node = architecture_.nodes()[i];
    const bool runs = static_cast<int>(i) > plan_.from;
    for (const int input : runs ? node.inputs : std::vector<int>()) {
      const LayerCall& from = calls_[static_cast<size_t>(input)];
      call.x.push_back(from.y);
      call.dx.push_back(const_cast<float*>(from.dy));
      call.dx_result.push_back(Result::overwrite);
    }
    if (call.saved.empty()) call.saved.assign(4, nullptr);  // a plan without gradients keeps nothing
    call.scratch = scratch_.data();
    call.seed = seed_;
    call.counter = node.layer->uses_random() ? counters_.data() + i : nullptr;
  }
  joined_.assign(n, {});
  for (size_t i = 0; i < n; ++i) joined_[i] = joined_with(static_cast<int>(i));
}

const NamedTensor* Network::find(TensorKind kind, const std::string& name) const {
  for (const NamedTensor& tensor : layout_.tensors) {
    if (tensor.kind == kind && tensor.name == name) return &tensor;
  }
  return nullptr;
}

const NamedTensor& Network::activation(int node) const {
  const int index = activation_[static_cast<size_t>(node)];
  check(index >= 0, "the activation of {}: this network begins behind it", architecture_.describe(node));
  return layout_.tensors[static_cast<size_t>(index)];
}

Shape Network::picture() const {
  if (plan_.from == 0) return architecture_.input();
  const std::vector<int64_t> sizes = input().shape.sizes();
  return Shape(std::vector<int64_t>(sizes.begin() + 1, sizes.end()));
}

const NamedTensor* Network::gradient(int node) const {
  const int index = gradient_[static_cast<size_t>(node)];
  return index < 0 ? nullptr : &layout_.tensors[static_cast<size_t>(index)];
}

void Network::need_readable(const NamedTensor& tensor) const {
  if (!plan_.reuse || tensor.kind != TensorKind::activation || tensor.node == 0) return;
  const ActivationPlan::Place& place = layout_.activations.places[static_cast<size_t>(tensor.node)];
  if (ran_ >= place.written && ran_ <= place.until) return;
  throw Error(
      fmt::format("the activation of {} is not kept: this network reuses its memory",
                  architecture_.describe(tensor.node)),
      ran_ < place.written ? "run the network first" : "ask for that layer to be kept, or keep all activations");
}

// Debug: what is free once `node` has run holds NaN, so that a layer that still reads it is noticed. Node 0: all.
void Network::forget_freed(Stream& stream, int node) {
  if (!plan_.reuse || !debug_checks()) return;
  for (const ActivationPlan::Place& place : layout_.activations.places) {
    if (node == 0 ? place.written == 0 : !place.freed || place.until != node) continue;
    fill(stream, place.size, std::numeric_limits<float>::quiet_NaN(), arena(TensorKind::activation) + place.offset);
  }
}

TensorView Network::view(const NamedTensor& tensor) {
  need_readable(tensor);
  return {arena(tensor.kind) + tensor.offset, tensor.shape, device_};
}

std::vector<float> Network::read_tensor(Stream& stream, const NamedTensor& tensor) const {
  need_readable(tensor);
  std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
  const size_t bytes = values.size() * sizeof(float);
  copy_bytes(stream, values.data(), Device::cpu(), arena(tensor.kind) + tensor.offset, device_, bytes);
  if (tensor.integers) {
    std::vector<int32_t> integers(values.size());
    std::memcpy(integers.data(), values.data(), bytes);
    std::transform(integers.begin(), integers.end(), values.begin(), [](int32_t v) { return static_cast<float>(v); });
  }
  return values;
}

void Network::write_tensor(Stream& stream, const NamedTensor& tensor, const std::vector<float>& values) {
  if (static_cast<int64_t>(values.size()) != tensor.shape.count()) {
    throw Error(fmt::format("{} values for {} \"{}\" of {}", values.size(), tensor_kind_name(tensor.kind), tensor.name,
                            tensor.shape.text()),
                fmt::format("give {}", tensor.shape.count()));
  }
  check(!tensor.integers, "{} holds integers", tensor.name);
  need_readable(tensor);
  copy_bytes(stream, arena(tensor.kind) + tensor.offset, device_, values.data(), Device::cpu(),
             values.size() * sizeof(float));
}

void Network::initialize(Stream& stream, Initializer how, uint64_t seed) {
  const std::vector<Shape> shapes = architecture_.shapes(plan_.batch);
  uint64_t sequence = 0;
  for (const NamedTensor& tensor : layout_.tensors) {
    if (tensor.kind != TensorKind::weight) continue;
    const Layer& layer = *architecture_.nodes()[static_cast<size_t>(tensor.node)].layer;
    const WeightSpec p =
        layer.parameters(architecture_.input_shapes(tensor.node, shapes))[static_cast<size_t>(tensor.part)];
    if (p.kind == WeightSpec::Kind::slope) {
      fill(stream, tensor.shape.count(), 0.25f, arena(TensorKind::weight) + tensor.offset);
      continue;
    }
    Initializer mine = how;
    if (p.kind == WeightSpec::Kind::scale) mine = Initializer::ones;
    if (p.kind == WeightSpec::Kind::shift) mine = Initializer::zeros;
    if (p.kind == WeightSpec::Kind::bias && how != Initializer::pytorch) mine = Initializer::zeros;
    striate::initialize(stream, mine, p.fan_in, p.fan_out, tensor.shape.count(), seed, sequence++,
                        arena(TensorKind::weight) + tensor.offset);
  }
  for (const NamedTensor& tensor : layout_.tensors) {
    if (tensor.kind != TensorKind::buffer) continue;
    const Layer& layer = *architecture_.nodes()[static_cast<size_t>(tensor.node)].layer;
    const BufferSpec r =
        layer.buffers(architecture_.input_shapes(tensor.node, shapes))[static_cast<size_t>(tensor.part)];
    if (r.values) {
      std::vector<float> values(static_cast<size_t>(tensor.shape.count()));
      for (size_t i = 0; i < values.size(); ++i) values[i] = r.values(static_cast<int64_t>(i));
      write_tensor(stream, tensor, values);
      continue;
    }
    fill(stream, tensor.shape.count(), r.start, arena(TensorKind::buffer) + tensor.offset);
  }
  fill(stream, arena_size(TensorKind::optimizer_state), 0, arena(TensorKind::optimizer_state));
  set_seed(stream, seed);
}

void Network::copy_weights(Stream& stream, const Network& from) {
  check(from.arena_size(TensorKind::weight) == arena_size(TensorKind::weight), "weights of another network");
  copy(stream, arena_size(TensorKind::weight), from.arena(TensorKind::weight), arena(TensorKind::weight));
  copy(stream, arena_size(TensorKind::buffer), from.arena(TensorKind::buffer), arena(TensorKind::buffer));
}

void Network::set_seed(Stream& stream, uint64_t seed) {
  seed_ = seed;
  std::vector<uint64_t> start;
  for (int i = 0; i < architecture_.size(); ++i) start.push_back(first_counter(i));
  upload(stream, counters_, start.data(), static_cast<int64_t>(start.size()));
  for (LayerCall& call : calls_) call.seed = seed;
}

std::vector<uint64_t> Network::read_counters(Stream& stream) const {
  std::vector<uint64_t> counters(static_cast<size_t>(counters_.size()));
  download(stream, counters.data(), counters_, counters_.size());
  return counters;
}

void Network::write_counters(Stream& stream, const std::vector<uint64_t>& counters) {
  if (static_cast<int64_t>(counters.size()) != counters_.size()) {
    throw Error(fmt::format("{} random counters for a network of {} layers", counters.size(), counters_.size()),
                "the file was made by another architecture");
  }
  upload(stream, counters_, counters.data(), counters_.size());
}

void Network::forward(Stream& stream, Mode mode, int first, int last) {
  if (last < 0) last = architecture_.size() - 1;
  first = std::max(first, plan_.from + 1);
  if (plan_.reuse) {
    check(first == 1 || first == ran_ + 1, "forward from node {} after node {} in reused memory", first, ran_);
    check(mode == Mode::evaluation, "training in reused memory");
    if (first == plan_.from + 1 && unchanged_ < 2 && ++unchanged_ == packs_at()) pack_weights(stream);
  }
  for (int i = first; i <= last; ++i) {
    LayerCall& call = calls_[static_cast<size_t>(i)];
    call.mode = plan_.frozen.contains(i) ? Mode::evaluation : mode;
    forget_freed(stream, i - 1);
    const Joined& joined = joined_[static_cast<size_t>(i)];
    const bool joins = joined.last > i && joined.last <= last;
    call.epilogue = joins ? joined.epilogue : Epilogue();
    if (unchanged_ < packs_at()) call.packed = nullptr;
    architecture_.nodes()[static_cast<size_t>(i)].layer->forward(stream, call);
    for (; joins && i < joined.last; ++i) forget_freed(stream, i);
    ran_ = i;
  }
}

void Network::pack_weights(Stream& stream) {
  std::vector<int64_t> sizes(calls_.size(), 0);
  int64_t floats = 0;
  const std::vector<Shape> shapes = architecture_.shapes(plan_.batch);
  for (int i = plan_.from + 1; i < architecture_.size(); ++i) {
    const Layer& layer = *architecture_.nodes()[static_cast<size_t>(i)].layer;
    int64_t& size = sizes[static_cast<size_t>(i)];
    size = aligned(layer.packed_weights(stream, architecture_.input_shapes(i, shapes), plan_.winograd));
    floats += size;
  }
  if (packed_.size() != floats) {
    packed_ = Buffer<float>();
    packed_ = Buffer<float>(device_, floats, "a network's packed weights");
  }
  float* place = packed_.data();
  for (size_t i = 0; i < calls_.size(); ++i) {
    if (sizes[i] == 0) continue;
    architecture_.nodes()[i].layer->pack_weights(stream, calls_[i], place);
    calls_[i].packed = place;
    place += sizes[i];
  }
}

Network::Joined Network::joined_with(int node) const {
  const std::vector<Node>& nodes = architecture_.nodes();
  Joined joined{node, {}};
  if (!plan_.reuse || node == 0 || !nodes[static_cast<size_t>(node)].layer->takes_epilogue()) return joined;
  const float* const place = calls_[static_cast<size_t>(node)].y.data;
  for (int next = node + 1; next < architecture_.size(); ++next) {
    const Node& behind = nodes[static_cast<size_t>(next)];
    const LayerCall& call = calls_[static_cast<size_t>(next)];
    const auto input = std::find(behind.inputs.begin(), behind.inputs.end(), joined.last);
    if (call.y.data != place || input == behind.inputs.end()) break;
    if (!behind.layer->join(call, static_cast<size_t>(input - behind.inputs.begin()), joined.epilogue)) break;
    joined.last = next;
  }
  return joined;
}

void Network::backward_begin(Stream& stream, int from, BackwardRule rule) {
  if (from < 0) from = architecture_.size() - 1;
  check(gradient(from) != nullptr, "backward from {}, which has no gradient tensor", architecture_.describe(from));
  check(from > plan_.from, "backward from {}, which is given", architecture_.describe(from));
  std::fill(written_.begin(), written_.end(), char{0});
  written_[static_cast<size_t>(from)] = 1;
  for (LayerCall& call : calls_) call.rule = rule;
  // What comes behind `from` has no part in it.
  for (int i = from + 1; i < architecture_.size(); ++i) backward_node(stream, i);
}

void Network::backward_node(Stream& stream, int node) {
  LayerCall& call = calls_[static_cast<size_t>(node)];
  if (!written_[static_cast<size_t>(node)]) {
    if (const NamedTensor* tensor = gradient(node)) fill(stream, tensor->shape.count(), 0, view(*tensor).data);
    for (size_t part = 0; part < call.dw.size(); ++part) {
      const NamedTensor* tensor = nullptr;
      for (const NamedTensor& s : layout_.tensors) {
        if (s.kind == TensorKind::weight_gradient && s.node == node && s.part == static_cast<int>(part)) tensor = &s;
      }
      fill(stream, tensor->shape.count(), 0, call.dw[part]);
    }
    return;
  }
  if (node == 0) return;
  const std::vector<int>& inputs = architecture_.nodes()[static_cast<size_t>(node)].inputs;
  bool wanted = !call.dw.empty();
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (call.dx[i] == nullptr) continue;
    char& written = written_[static_cast<size_t>(inputs[i])];
    call.dx_result[i] = written ? Result::accumulate : Result::overwrite;
    written = 1;
    wanted = true;
  }
  if (wanted) architecture_.nodes()[static_cast<size_t>(node)].layer->backward(stream, call);
}

void Network::backward(Stream& stream, int from, BackwardRule rule) {
  if (from < 0) from = architecture_.size() - 1;
  backward_begin(stream, from, rule);
  for (int i = from; i > plan_.from; --i) backward_node(stream, i);
  if (plan_.from == 0) backward_node(stream, 0);
}

}  // namespace striate
