#include "engine/explain/compare_rules.h"

#include <algorithm>

#include "engine/error.h"
#include "engine/explain/explain_batch.h"
#include "kernels/elementwise.h"
#include "kernels/memory.h"

namespace striate {
namespace {

// What the layer itself passes back of the gradient at its output: its own kernel, on the session's device.
std::vector<float> passed_by(Stream& stream, const Layer& layer, const Shape& shape, const std::vector<float>& x,
                             const std::vector<float>& arrives, BackwardRule rule) {
  const int64_t count = shape.count();
  Buffer<float> in(stream.device(), count, "a layer's input"), out(stream.device(), count, "its output"),
      dy(stream.device(), count, "its gradient"), dx(stream.device(), count, "what passes");
  upload(stream, in, x.data(), count);
  upload(stream, dy, arrives.data(), count);
  LayerCall call;
  call.x = {{in.data(), shape, stream.device()}};
  call.y = {out.data(), shape, stream.device()};
  layer.forward(stream, call);
  call.dy = dy.data();
  call.dx = {dx.data()};
  call.dx_result = {Result::overwrite};
  call.rule = rule;
  layer.backward(stream, call);
  std::vector<float> passes(static_cast<size_t>(count));
  download(stream, passes.data(), dx, count);
  return passes;
}

}  // namespace

std::vector<int> relus_before(const OpenNetworkInfo& info, int node) {
  const std::vector<Node>& nodes = info.architecture.nodes();
  std::vector<char> reached(nodes.size(), 0);
  reached[static_cast<size_t>(node)] = 1;
  std::vector<int> found;
  for (int n = node; n > 0; --n) {
    if (!reached[static_cast<size_t>(n)]) continue;
    if (nodes[static_cast<size_t>(n)].layer->follows_rule()) found.push_back(n);
    for (const int input : nodes[static_cast<size_t>(n)].inputs) reached[static_cast<size_t>(input)] = 1;
  }
  return found;
}

int relu_to_show(const OpenNetworkInfo& info, int node) {
  const std::vector<int> all = relus_before(info, node);
  std::vector<int> with_places;
  for (const int n : all) {
    const Shape cells = cells_of(info.layers[static_cast<size_t>(n)].shape);
    if (cells[1] > 1 && cells[2] > 1) with_places.push_back(n);
  }
  if (with_places.size() > 1) return with_places[1];
  if (!with_places.empty()) return with_places[0];
  return all.empty() ? -1 : all[std::min<size_t>(1, all.size() - 1)];
}

std::optional<RuleComparison> compare_rules(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                            int relu, const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  const std::string& from = info->layers[static_cast<size_t>(target.node)].name;
  const std::string& at_input = info->layers[0].name;
  RuleComparison made;
  made.relu = relu;
  for (size_t i = 0; i < kBackwardRules.size(); ++i) {
    SessionRequest request = network.request_of(input);
    request.output = false;
    request.activations = {from};
    request.from = from;
    request.gradient = target.gradient(*info);
    request.gradients = {at_input};
    request.rule = kBackwardRules[i];
    std::string at, before;
    if (relu > 0) {
      at = info->layers[static_cast<size_t>(relu)].name;
      before = info->layers[static_cast<size_t>(info->layers[static_cast<size_t>(relu)].inputs[0])].name;
      request.gradients.push_back(at);
      request.activations.push_back(before);
    }
    std::optional<SessionResult> result = network.session().run(request, inside(progress, static_cast<int>(i), 3));
    if (!result) return std::nullopt;
    Saliency& map = made.maps[i];
    map.shape = picture_shape(*info);
    map.values = in_picture_order(*info, result->gradients.at(at_input).values);
    map.score = target.value(result->activations.at(from).values);
    if (relu <= 0) continue;
    made.cells = cells_of(info->layers[static_cast<size_t>(relu)].shape);
    made.x = std::move(result->activations.at(before).values);
    made.arrives[i] = std::move(result->gradients.at(at).values);
    made.passes[i] =
        passed_by(network.session().stream(), *info->architecture.nodes()[static_cast<size_t>(relu)].layer,
                  info->layers[static_cast<size_t>(relu)].shape, made.x, made.arrives[i], kBackwardRules[i]);
  }
  if (progress) progress(3, 3);
  return made;
}

}  // namespace striate
