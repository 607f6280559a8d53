#include "engine/explain/saliency.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace striate {

const char* rule_name(BackwardRule rule) {
  static const char* const names[] = {"gradient", "deconvnet", "guided"};
  return names[static_cast<int>(rule)];
}

int64_t layers_that_follow_rules(const OpenNetworkInfo& info, int node) {
  const std::vector<Node>& nodes = info.architecture.nodes();
  std::vector<char> reached(nodes.size(), 0);
  reached[static_cast<size_t>(node)] = 1;
  int64_t count = 0;
  for (int n = node; n > 0; --n) {
    if (!reached[static_cast<size_t>(n)]) continue;
    const Node& here = nodes[static_cast<size_t>(n)];
    count += here.layer->follows_rule() ? 1 : 0;
    for (const int input : here.inputs) reached[static_cast<size_t>(input)] = 1;
  }
  return count;
}

std::optional<Saliency> saliency(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                 BackwardRule rule, const Session::Progress& progress) {
  const OpenNetworkInfoPtr info = network.info();
  const std::string& from = info->layers[static_cast<size_t>(target.node)].name;
  SessionRequest request = network.request_of(input);
  request.output = false;
  request.activations = {from};
  request.from = from;
  request.gradient = target.gradient(*info);
  request.rule = rule;
  request.gradients = {info->layers[0].name};
  std::optional<SessionResult> result = network.session().run(request, progress);
  if (!result) return std::nullopt;
  Saliency made;
  made.shape = picture_shape(*info);
  made.values = in_picture_order(*info, result->gradients.at(info->layers[0].name).values);
  made.score = target.value(result->activations.at(from).values);
  if (rule != BackwardRule::gradient && layers_that_follow_rules(*info, target.node) == 0) {
    made.note =
        fmt::format("no ReLU stands between the picture and {}: {} is the gradient itself", from, rule_name(rule));
  } else if (std::all_of(made.values.begin(), made.values.end(), [](float v) { return v == 0; })) {
    made.note = "nothing passes back: no small change of the picture changes the score";
  }
  return made;
}

}  // namespace striate
