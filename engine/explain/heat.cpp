#include "engine/explain/heat.h"

#include <fmt/format.h>

#include "engine/error.h"
#include "engine/explain/grad_cam.h"
#include "engine/explain/saliency.h"
#include "engine/nearest_word.h"

namespace striate {
namespace {

constexpr const char* kNames[] = {"gradient", "deconvnet", "guided", "integrated", "occlusion", "gradcam"};

BackwardRule rule_of(HeatMethod method) {
  if (method == HeatMethod::deconvnet) return BackwardRule::deconvnet;
  return method == HeatMethod::guided ? BackwardRule::guided : BackwardRule::gradient;
}

std::optional<Heat> by_occlusion(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                 const HeatSettings& settings, const HeatProgress& progress) {
  if (settings.softmax && target.node != network.info()->logits) {
    throw Error("a unit has no probability", "ask for the drop of its value");
  }
  Heat made;
  made.has_sign = true;
  const auto take = [&](const Occlusion& from) {
    made.map = settings.softmax ? from.softmax : from.score;
    made.score = from.whole;
    if (target.node == network.info()->logits) made.facts = {{"probability", from.whole_softmax}};
  };
  int64_t taken = -1;
  const std::optional<Occlusion> result =
      occlusion(network, input, target, settings.occlusion, [&](const Occlusion& so_far) {
        if (!progress) return true;
        if (so_far.done != taken) take(so_far);
        taken = so_far.done;
        return progress(made, so_far.done, so_far.all);
      });
  if (!result) return std::nullopt;
  take(*result);
  return made;
}

std::optional<Heat> by_gradient(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                const HeatSettings& settings, const Session::Progress& progress) {
  const std::optional<Saliency> result = saliency(network, input, target, rule_of(settings.method), progress);
  if (!result) return std::nullopt;
  Heat made;
  made.map = over_channels(result->shape, result->values, settings.over);
  made.has_sign = settings.over == OverChannels::sum;
  made.score = result->score;
  made.note = result->note;
  return made;
}

std::optional<Heat> by_integration(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                   const HeatSettings& settings, const Session::Progress& progress) {
  const std::optional<IntegratedGradients> result =
      integrated_gradients(network, input, target, settings.integrated, progress);
  if (!result) return std::nullopt;
  Heat made;
  made.map = over_channels(result->shape, result->values, OverChannels::sum);
  made.has_sign = true;
  made.score = result->score;
  made.steps = result->steps;
  made.facts = {
      {"baseline", result->baseline_score}, {"steps", static_cast<double>(result->steps)}, {"error", result->error}};
  if (result->error > 0.01) {
    made.note = fmt::format("the {} steps miss {:.3g} % of what the score gains: more would miss less", result->steps,
                            100 * result->error);
  }
  return made;
}

std::optional<Heat> by_grad_cam(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                                const HeatSettings& settings, const Session::Progress& progress) {
  const int node = settings.layer >= 0 ? settings.layer : grad_cam_layer(*network.info(), target.node);
  std::optional<GradCam> result = grad_cam(network, input, target, node, progress);
  if (!result) return std::nullopt;
  Heat made;
  made.map = std::move(result->map);
  made.large = std::move(result->large);
  made.score = result->score;
  made.layer = node;
  made.facts = {{"cut_below_0", result->against}};
  made.note = result->note;
  return made;
}

}  // namespace

const char* heat_method_name(HeatMethod method) { return kNames[static_cast<int>(method)]; }

const std::vector<HeatMethod>& heat_methods() {
  static const std::vector<HeatMethod> methods{HeatMethod::gradient,   HeatMethod::deconvnet, HeatMethod::guided,
                                               HeatMethod::integrated, HeatMethod::occlusion, HeatMethod::gradcam};
  return methods;
}

HeatMethod parse_heat_method(const std::string& name) {
  std::vector<std::string> names;
  for (const HeatMethod method : heat_methods()) {
    if (name == heat_method_name(method)) return method;
    names.emplace_back(heat_method_name(method));
  }
  throw Error(fmt::format("unknown method \"{}\"", name), nearest_hint(name, names));
}

std::optional<Heat> heat(OpenNetwork& network, const std::vector<float>& input, const Target& target,
                         const HeatSettings& settings, const HeatProgress& progress) {
  const Heat nothing;
  Session::Progress plain;
  if (progress) plain = [&](int done, int all) { return progress(nothing, done, all); };
  std::optional<Heat> made;
  switch (settings.method) {
    case HeatMethod::occlusion:
      made = by_occlusion(network, input, target, settings, progress);
      break;
    case HeatMethod::integrated:
      made = by_integration(network, input, target, settings, plain);
      break;
    case HeatMethod::gradcam:
      made = by_grad_cam(network, input, target, settings, plain);
      break;
    default:
      made = by_gradient(network, input, target, settings, plain);
  }
  if (made) made->sum = made->map.sum();
  return made;
}

HeatSettings as_asked(const HeatSettings& settings, const Heat& map) {
  HeatSettings same = settings;
  if (map.steps > 0) same.integrated.steps = map.steps;
  return same;
}

StrongestPlace strongest_place(const OpenNetworkInfo& info, const std::vector<float>& activation, int node,
                               int64_t channel) {
  index_of(info, node, channel, 0, 0);  // throws
  const Shape cells = node == 0 ? picture_shape(info) : cells_of(info.layers[static_cast<size_t>(node)].shape);
  StrongestPlace found;
  bool first = true;
  for (int64_t row = 0; row < cells[1]; ++row) {
    for (int64_t column = 0; column < cells[2]; ++column) {
      const float value = activation[static_cast<size_t>(index_of(info, node, channel, row, column))];
      if (first || value > found.value) found = {row, column, value};
      first = false;
    }
  }
  return found;
}

}  // namespace striate
