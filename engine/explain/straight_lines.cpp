#include "engine/explain/straight_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

constexpr size_t kMostLines = 8;  // of a function
constexpr int64_t kPlaces = 256;  // where it is asked

const Node& node_of(const Network& network, int node) {
  return network.architecture().nodes()[static_cast<size_t>(node)];
}

std::vector<float> weights_of(Stream& stream, const Network& network, int node, TensorKind kind,
                              const std::string& name) {
  return network.read_tensor(stream, *network.find(kind, node_of(network, node).name + "." + name));
}

// A function's layer alone, with its weights, at places of its input.
struct ValueAndSlope {
  std::vector<float> value, slope;
};
ValueAndSlope at_places(Stream& stream, const Network& network, int node, int batch, const std::vector<float>& x) {
  const Node& here = node_of(network, node);
  std::vector<int64_t> sizes = network.activation(here.inputs[0]).shape.sizes();
  Architecture alone;
  if (network.architecture().whole()) {
    alone.set_whole_input(Shape(sizes));
  } else {
    sizes.erase(sizes.begin());
    alone.set_input(Shape(sizes));
  }
  alone.add(here.layer);
  Stream host(Device::cpu());
  Network function(host, alone, Plan{batch, false, true});
  for (const NamedTensor& tensor : function.tensors()) {
    if (tensor.kind != TensorKind::weight) continue;
    const std::string part = tensor.name.substr(alone.nodes()[1].name.size() + 1);
    function.write_tensor(host, tensor, weights_of(stream, network, node, TensorKind::weight, part));
  }
  function.write_tensor(host, function.activation(0), x);
  function.forward(host, Mode::evaluation);
  function.write_tensor(host, *function.gradient(1), std::vector<float>(x.size(), 1.0f));
  function.backward(host);
  return {function.read_tensor(host, function.activation(1)), function.read_tensor(host, *function.gradient(0))};
}

Intercept of_function(Stream& stream, const Network& network, int node) {
  const Node& here = node_of(network, node);
  const int64_t count = network.activation(here.inputs[0]).shape.count() / network.batch();
  const int64_t batch = network.architecture().whole() ? 1 : std::max<int64_t>(1, (kPlaces + count - 1) / count);
  std::vector<float> x(static_cast<size_t>(count * batch));
  for (size_t i = 0; i < x.size(); ++i) {  // spread over -8 to 8
    const double turn = static_cast<double>(i % static_cast<size_t>(kPlaces)) * 0.6180339887498949;
    x[i] = static_cast<float>(16 * (turn - std::floor(turn)) - 8);
  }
  const ValueAndSlope made = at_places(stream, network, node, static_cast<int>(batch), x);
  std::set<int64_t> lines;
  for (size_t i = 0; i < x.size() && lines.size() <= kMostLines; ++i) {
    const double intercept = double{made.value[i]} - double{made.slope[i]} * double{x[i]};
    lines.insert(std::isfinite(intercept) ? std::llround(intercept * 1000) : static_cast<int64_t>(i) + (1LL << 40));
  }
  if (lines.size() > kMostLines) {
    throw Error(fmt::format("layer {} ({}) is no straight line, nor made of some", here.name, here.layer->text()),
                "unroll a layer behind it; values before it are not added up to the logit, they are bent");
  }
  return lines.size() == 1 && *lines.begin() == 0 ? Intercept::none : Intercept::of_function;
}

}  // namespace

Intercept need_straight(Stream& stream, const Network& network, int node) {
  const Node& here = node_of(network, node);
  const auto bias = [&] {
    return network.find(TensorKind::weight, here.name + ".bias") != nullptr ? Intercept::of_weights : Intercept::none;
  };
  switch (here.layer->info().follow) {
    case Follow::convolution:
    case Follow::dense:
      return bias();
    case Follow::normalized:
      return Intercept::of_weights;
    case Follow::function:
      return of_function(stream, network, node);
    case Follow::maximum:
    case Follow::average:
    case Follow::boxes:
    case Follow::whole_average:
    case Follow::whole_maximum:
    case Follow::dropped:
    case Follow::added:
    case Follow::joined:
    case Follow::flattened:
    case Follow::subsampled:
    case Follow::copied:
    case Follow::resampled:
      return Intercept::none;
    case Follow::linear:
      // Of what surrounds a picture only zeros leave the sum as it is.
      if (const LayerField* value = here.layer->info().find("value"); value != nullptr && value->value != nullptr) {
        const SettingValue around = value->value(*here.layer);
        const double* number = std::get_if<double>(&around);
        if (number != nullptr && *number != 0) break;
      }
      return bias();
    case Follow::computed:  // a function with weights of its own: a prelu
      if (here.inputs.size() == 1 && network.activation(node).shape == network.activation(here.inputs[0]).shape) {
        return of_function(stream, network, node);
      }
      break;
    default:
      break;
  }
  throw Error(fmt::format("layer {} ({}) does not only add up what it gets", here.name, here.layer->text()),
              "unroll a layer behind it");
}

double intercept_of(Stream& stream, const Network& network, int node, Intercept kind, const std::vector<float>& slopes,
                    const std::vector<float>& x) {
  if (kind == Intercept::none) return 0;
  const Node& here = node_of(network, node);
  double sum = 0;
  if (kind == Intercept::of_function) {
    const ValueAndSlope made = at_places(stream, network, node, 1, x);
    for (size_t i = 0; i < x.size(); ++i) {
      sum += double{slopes[i]} * (double{made.value[i]} - double{made.slope[i]} * double{x[i]});
    }
    return sum;
  }
  std::vector<double> bias;
  const std::vector<float> added = weights_of(stream, network, node, TensorKind::weight, "bias");
  bias.assign(added.begin(), added.end());
  if (here.layer->info().follow == Follow::normalized) {
    const std::vector<float> scale = weights_of(stream, network, node, TensorKind::weight, "weight");
    const std::vector<float> mean = weights_of(stream, network, node, TensorKind::buffer, "running_mean");
    const std::vector<float> variance = weights_of(stream, network, node, TensorKind::buffer, "running_var");
    const double epsilon = std::get<double>(setting_of(*here.layer, "epsilon"));
    for (size_t c = 0; c < bias.size(); ++c) {
      bias[c] -= double{scale[c]} * double{mean[c]} / std::sqrt(double{variance[c]} + epsilon);
    }
  }
  // A dense layer's neurons stand along the last axis, channels along the first of a picture's.
  const bool last = here.layer->info().follow == Follow::dense;
  const size_t plane = slopes.size() / bias.size();
  for (size_t i = 0; i < slopes.size(); ++i) sum += double{slopes[i]} * bias[last ? i % bias.size() : i / plane];
  return sum;
}

}  // namespace striate
