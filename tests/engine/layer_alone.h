// A network filled with numbers, and one of its layers run alone with a value of its inputs changed: which units change
// is the truth about what they are made of, whatever anybody says.
#pragma once

#include <bit>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/network/network.h"
#include "engine/walk/network_walk.h"
#include "kernels/random.h"

namespace striate {

// Everything that a network for one picture holds after a forward pass in evaluation, from numbers none of which is 0.
struct FilledNetwork {
  Stream stream{Device::cpu()};
  Architecture architecture;
  std::map<std::pair<TensorKind, std::string>, std::vector<float>> tensors;
  NetworkValues values;

  explicit FilledNetwork(const Architecture& of) : architecture(of) {
    Network network(stream, architecture, Plan{1, true, true, 0});
    network.initialize(stream, Initializer::pytorch, 3);
    Random random(4, 0);
    const auto scatter = [&](const NamedTensor& tensor, float low, float high) {
      std::vector<float> v(static_cast<size_t>(tensor.shape.count()));
      for (float& f : v) f = random.between(low, high) * (low < 0 || random.below(2) == 0 ? 1.0f : -1.0f);
      network.write_tensor(stream, tensor, v);
    };
    const std::vector<NamedTensor> all = network.tensors();
    for (const NamedTensor& tensor : all) {
      if (tensor.kind == TensorKind::weight) scatter(tensor, 0.2f, 1.3f);
      if (tensor.kind == TensorKind::buffer) {
        network.write_tensor(stream, tensor, std::vector<float>(static_cast<size_t>(tensor.shape.count()), 0.7f));
      }
    }
    scatter(network.activation(0), 0.2f, 1.3f);
    network.forward(stream, Mode::evaluation);
    for (const NamedTensor& tensor : all) tensors[{tensor.kind, tensor.name}] = network.read_tensor(stream, tensor);
    values.architecture = &architecture;
    values.shapes = architecture.shapes(1);
    values.order = summation_order(Device::cpu());
    values.array = [this](TensorKind kind, const std::string& name) -> const float* {
      const auto found = tensors.find({kind, name});
      return found == tensors.end() ? nullptr : found->second.data();
    };
    values.activation = [this](int node) {
      return values.array(TensorKind::activation, architecture.nodes()[static_cast<size_t>(node)].name);
    };
  }
  FilledNetwork(const FilledNetwork&) = delete;
  FilledNetwork& operator=(const FilledNetwork&) = delete;
};

// input of the node, channel, row, column there
using Source = std::tuple<int, int, int, int>;

// For each unit of a node, the values of its inputs that change it.
inline std::vector<std::set<Source>> sources_by_changing(const FilledNetwork& moment, int node) {
  const NetworkValues& values = moment.values;
  const Layer& layer = values.layer(node);
  const std::vector<Shape> shapes = values.input_shapes(node);
  const std::vector<int>& inputs = moment.architecture.nodes()[static_cast<size_t>(node)].inputs;
  const auto copy_of = [](const float* from, int64_t count) { return std::vector<float>(from, from + count); };
  std::vector<std::vector<float>> x, memory;
  LayerCall call;
  const auto take = [&](std::vector<float> v) {
    memory.push_back(std::move(v));
    return memory.back().data();
  };
  for (size_t i = 0; i < inputs.size(); ++i) {
    x.push_back(copy_of(values.activation(inputs[i]), shapes[i].count()));
    call.x.push_back({x[i].data(), shapes[i], Device::cpu()});
  }
  for (const WeightSpec& w : layer.parameters(shapes)) {
    call.weights.push_back(
        take(copy_of(values.array(TensorKind::weight, values.array_name(node, w.name)), w.shape.count())));
  }
  for (const BufferSpec& r : layer.buffers(shapes)) {
    call.buffers.push_back(
        take(copy_of(values.array(TensorKind::buffer, values.array_name(node, r.name)), r.shape.count())));
  }
  for (const SavedTensor& saved : layer.saved_tensors(shapes)) {
    call.saved.push_back(take(std::vector<float>(static_cast<size_t>(saved.shape.count()))));
  }
  call.scratch = take(std::vector<float>(static_cast<size_t>(layer.scratch(shapes)) + 1));
  const Shape& out = values.shapes[static_cast<size_t>(node)];
  std::vector<float> y(static_cast<size_t>(out.count()));
  call.y = {y.data(), out, Device::cpu()};
  Stream stream(Device::cpu());
  layer.forward(stream, call);
  const std::vector<float> before = y;
  std::vector<std::set<Source>> sources(y.size());
  for (size_t i = 0; i < x.size(); ++i) {
    const UnitSizes s = unit_sizes(values, inputs[i]);
    for (size_t k = 0; k < x[i].size(); ++k) {
      const float own = x[i][k];
      for (const float by : {0.05f, -0.05f, 5.0f, -5.0f, 200.0f, -200.0f}) {
        x[i][k] = own + by;
        layer.forward(stream, call);
        for (size_t u = 0; u < y.size(); ++u) {
          if (std::bit_cast<uint32_t>(y[u]) == std::bit_cast<uint32_t>(before[u])) continue;
          const int at = static_cast<int>(k);
          sources[u].insert({static_cast<int>(i), at / (s.rows * s.columns), at / s.columns % s.rows, at % s.columns});
        }
      }
      x[i][k] = own;
    }
  }
  return sources;
}

}  // namespace striate
