#include "engine/explain/contributions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <utility>
#include <variant>

#include "engine/error.h"
#include "engine/explain/straight_lines.h"
#include "engine/network/blocks.h"
#include "engine/network/find_layer.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

double sum_of(const std::vector<Contributions::Part>& parts) {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const auto& part) { return sum + part.value; });
}

// What lies between a layer and the logits.
struct Between {
  std::vector<char> from;  // per node: whether it depends on the layer, itself included, and the logits depend on it
  std::vector<std::pair<int, int>> beside;  // a node of these, and one of its inputs that does not depend on the layer
};

Between between(const OpenNetwork& network, int node) {
  const OpenNetworkInfo& info = *network.info();
  const std::vector<Node>& nodes = info.architecture.nodes();
  const std::vector<char> behind = nodes_behind(info.architecture, info.logits);
  std::vector<std::pair<int, int>> left_out;
  for (const auto& [layer, input] : network.request_of({}).no_gradient) {
    left_out.emplace_back(need_layer(info.architecture, layer), need_layer(info.architecture, input));
  }
  const auto counts = [&](int n, int input) {
    return std::find(left_out.begin(), left_out.end(), std::pair(n, input)) == left_out.end();
  };
  Between made{std::vector<char>(nodes.size()), {}};
  made.from[static_cast<size_t>(node)] = 1;
  for (int n = node + 1; n <= info.logits; ++n) {
    if (!behind[static_cast<size_t>(n)]) continue;
    for (const int input : nodes[static_cast<size_t>(n)].inputs) {
      if (made.from[static_cast<size_t>(input)] && counts(n, input)) made.from[static_cast<size_t>(n)] = 1;
    }
    if (!made.from[static_cast<size_t>(n)]) continue;
    for (const int input : nodes[static_cast<size_t>(n)].inputs) {
      if (!made.from[static_cast<size_t>(input)] && counts(n, input)) made.beside.emplace_back(n, input);
    }
  }
  return made;
}

// Where an input's values lie among those of a join, one channel's plane after the other.
double joined_part(const OpenNetworkInfo& info, int join, int input, const std::vector<float>& gradient,
                   const std::vector<float>& values) {
  const Node& node = info.architecture.nodes()[static_cast<size_t>(join)];
  if (node.layer->info().follow == Follow::added) {
    if (values.size() != gradient.size()) {
      throw Error(fmt::format("layer {} repeats one of its inputs", node.name), "unroll a layer behind it");
    }
    return std::inner_product(values.begin(), values.end(), gradient.begin(), 0.0, std::plus<>(),
                              [](float a, float b) { return double{a} * double{b}; });
  }
  if (std::get<int64_t>(setting_of(*node.layer, "axis")) != 1) {
    throw Error(fmt::format("layer {} joins along another axis than the channels", node.name),
                "unroll a layer behind it");
  }
  double sum = 0;
  size_t begin = 0;
  for (const int each : node.inputs) {
    const auto count = static_cast<size_t>(info.layers[static_cast<size_t>(each)].shape.count());
    for (size_t i = 0; each == input && i < count; ++i) sum += double{values[i]} * double{gradient[begin + i]};
    begin += count;
  }
  return sum;
}

// A layer's place as people see it has rows and columns.
bool has_places(const OpenNetworkInfo& info, int node) {
  const Shape cells = cells_of(info, node);
  return cells[1] * cells[2] > 1;
}

}  // namespace

double Contributions::sum() const { return std::accumulate(values.begin(), values.end(), 0.0); }
double Contributions::bias() const { return sum_of(biases); }
double Contributions::past() const { return sum_of(around); }

std::optional<Contributions> contributions(OpenNetwork& network, const std::vector<float>& input, int of, int node,
                                           const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  const Target target = class_target(*info, of);
  const std::vector<Node>& nodes = info->architecture.nodes();
  const auto name = [&](int n) -> const std::string& { return nodes[static_cast<size_t>(n)].name; };
  const Between way = between(network, node);
  if (node > info->logits || !way.from[static_cast<size_t>(info->logits)]) {
    throw Error(fmt::format("the logits do not depend on layer {}", name(node)),
                fmt::format("choose a layer before {}", name(info->logits)));
  }
  Network& layers = network.session().network();
  Stream& stream = network.session().stream();
  SessionRequest request = network.request_of(input);
  request.from = name(info->logits);
  request.gradient = target.gradient(*info);
  request.activations = {name(node), name(info->logits)};
  request.gradients = {name(node)};
  std::vector<std::pair<int, Intercept>> intercepts;
  for (int n = node + 1; n <= info->logits; ++n) {
    if (!way.from[static_cast<size_t>(n)]) continue;
    const Intercept intercept = need_straight(stream, layers, n);
    if (intercept == Intercept::none) continue;
    intercepts.emplace_back(n, intercept);
    request.gradients.push_back(name(n));
    if (intercept == Intercept::of_function)
      request.activations.push_back(name(nodes[static_cast<size_t>(n)].inputs[0]));
  }
  for (const auto& [join, beside] : way.beside) {
    const Follow follow = nodes[static_cast<size_t>(join)].layer->info().follow;
    if (follow != Follow::added && follow != Follow::joined) {
      throw Error(fmt::format("layer {} brings in values that come past layer {}", name(join), name(node)),
                  "unroll a layer that everything passes");
    }
    request.gradients.push_back(name(join));
    request.activations.push_back(name(beside));
  }
  const std::optional<SessionResult> result = network.session().run(request, progress);
  if (!result) return std::nullopt;

  Contributions made;
  made.node = node;
  made.of = of;
  made.activation = result->activations.at(name(node)).values;
  made.logit = target.value(result->activations.at(name(info->logits)).values);
  const std::vector<float>& slopes = result->gradients.at(name(node)).values;
  made.values.resize(slopes.size());
  for (size_t i = 0; i < slopes.size(); ++i) made.values[i] = double{made.activation[i]} * double{slopes[i]};
  const auto gradient_of = [&](int n) -> const std::vector<float>& { return result->gradients.at(name(n)).values; };
  for (const auto& [n, kind] : intercepts) {
    const std::string& before = name(nodes[static_cast<size_t>(n)].inputs[0]);
    const bool of_function = kind == Intercept::of_function;
    const std::vector<float> x = of_function ? result->activations.at(before).values : std::vector<float>();
    made.biases.push_back({n, intercept_of(stream, layers, n, kind, gradient_of(n), x)});
  }
  for (const auto& [join, beside] : way.beside) {
    const double part =
        joined_part(*info, join, beside, gradient_of(join), result->activations.at(name(beside)).values);
    made.around.push_back({beside, part});
  }
  return made;
}

int contributing_layer(const OpenNetworkInfo& info) {
  if (info.class_count == 0) {
    throw Error(fmt::format("{} does not name what a picture shows", info.name),
                "open a network with classes: network.open NAME, or network.open FILE");
  }
  const std::vector<Node>& nodes = info.architecture.nodes();
  const std::vector<char> behind = nodes_behind(info.architecture, info.logits);
  int weights = info.logits;  // the last that multiplies: before it, channels are not yet classes
  while (weights > 0 && !multiplies(*nodes[static_cast<size_t>(weights)].layer)) --weights;
  int at = std::max(0, (weights > 0 ? weights : info.logits) - 1);
  while (at > 0 && !(behind[static_cast<size_t>(at)] && has_places(info, at) &&
                     everything_passes(info.architecture, behind, info.logits, at))) {
    --at;
  }
  while (at > 0) {
    const Node& node = nodes[static_cast<size_t>(at)];
    const Follow follow = node.layer->info().follow;
    const bool pools = follow == Follow::maximum || follow == Follow::average || follow == Follow::boxes;
    if (!pools && !node.layer->info().passes_on && follow != Follow::dropped) break;
    at = node.inputs[0];
  }
  return at;
}

std::optional<int> one_layer_up(const OpenNetworkInfo& info, int node) {
  const std::vector<char> behind = nodes_behind(info.architecture, std::max(info.logits, node));
  for (int n = node - 1; n >= 0; --n) {
    if (!behind[static_cast<size_t>(n)]) continue;
    const Layer* layer = info.architecture.nodes()[static_cast<size_t>(n)].layer.get();
    const bool same = layer != nullptr && (layer->info().passes_on || layer->info().follow == Follow::dropped);
    if (!same && everything_passes(info.architecture, behind, std::max(info.logits, node), n)) return n;
  }
  return std::nullopt;
}

}  // namespace striate
