#include "engine/explain/integrated_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/error.h"
#include "engine/explain/explain_batch.h"

namespace striate {
namespace {

std::vector<float> baseline_of(const OpenNetwork& network, const std::vector<float>& input,
                               IntegratedSettings::Baseline baseline) {
  if (baseline == IntegratedSettings::Baseline::zeros) return std::vector<float>(input.size(), 0.0f);
  NetworkPicture black;
  black.name = "black";
  black.shape = network.info()->picture;
  black.pixels.assign(input.size(), 0.0f);
  return network.look_at(black).values;
}

// Sums of gradients at points on the way, several in one batch.
class Way {
 public:
  Way(OpenNetwork& network, const std::vector<float>& input, const std::vector<float>& baseline, const Target& target)
      : network_(network), input_(input), baseline_(baseline), target_(target), sums_(input.size()) {}

  // Adds the points (i + 1/2) / steps, without every third one from 1 on where they are there already. False:
  // canceled.
  bool add(int steps, bool without_third, const Session::Progress& progress) {
    const OpenNetworkInfo& info = *network_.info();
    std::vector<double> shares;
    for (int i = 0; i < steps; ++i) {
      if (!without_third || i % 3 != 1) shares.push_back((static_cast<double>(i) + 0.5) / static_cast<double>(steps));
    }
    const auto points = static_cast<int>(shares.size());
    const int most = std::min(explain_batch(info, true, 16), points), parts = (points + most - 1) / most;
    const std::string& from = info.layers[static_cast<size_t>(target_.node)].name;
    const std::string& at_input = info.layers[0].name;
    for (int part = 0, at = 0; part < parts; ++part) {
      // Batches as even as can be, so that one of another size is needed at most once.
      const int count = (points - at + (parts - part) - 1) / (parts - part);
      SessionRequest request = network_.request_of({}, count);
      request.input.reserve(input_.size() * static_cast<size_t>(count));
      for (int i = 0; i < count; ++i, ++at) {
        for (size_t v = 0; v < input_.size(); ++v) {
          const auto begin = static_cast<double>(baseline_[v]), way = static_cast<double>(input_[v]) - begin;
          request.input.push_back(static_cast<float>(begin + shares[static_cast<size_t>(at)] * way));
        }
      }
      request.output = false;
      request.from = from;
      request.gradient = repeated(target_.gradient(info), count);
      request.gradients = {at_input};
      const std::optional<SessionResult> result =
          network_.session().run(request, inside(progress, 1 + part, 1 + parts));
      if (!result) return false;
      const std::vector<float>& gradients = result->gradients.at(at_input).values;
      for (size_t i = 0; i < gradients.size(); ++i) sums_[i % sums_.size()] += static_cast<double>(gradients[i]);
    }
    return true;
  }
  double value(size_t v, int steps) const {
    return (static_cast<double>(input_[v]) - static_cast<double>(baseline_[v])) * sums_[v] / static_cast<double>(steps);
  }

 private:
  OpenNetwork& network_;
  const std::vector<float>&input_, &baseline_;
  const Target& target_;
  std::vector<double> sums_;
};

}  // namespace

std::optional<IntegratedGradients> integrated_gradients(OpenNetwork& network, const std::vector<float>& input,
                                                        const Target& target, const IntegratedSettings& settings,
                                                        const Session::Progress& progress) {
  if (settings.steps < 0 || settings.steps > 10000) {
    throw Error(fmt::format("{} steps from the baseline to the picture", settings.steps),
                "1 to 10000, or 0: as many as it takes");
  }
  const OpenNetworkInfoPtr info = network.info();
  const std::string& from = info->layers[static_cast<size_t>(target.node)].name;
  const std::vector<float> baseline = baseline_of(network, input, settings.baseline);
  IntegratedGradients made;
  for (const auto& [values, score] : {std::pair{&input, &made.score}, {&baseline, &made.baseline_score}}) {
    SessionRequest request = network.request_of(*values);
    request.output = false;
    request.activations = {from};
    const std::optional<SessionResult> result = network.session().run(request, inside(progress, 0, settings.steps + 2));
    if (!result) return std::nullopt;
    *score = target.value(result->activations.at(from).values);
  }
  if (!std::isfinite(made.score) || !std::isfinite(made.baseline_score)) {
    throw Error(
        fmt::format("the score of the {} is no finite number", std::isfinite(made.score) ? "baseline" : "picture"),
        "choose another baseline, or a method that needs none: gradient, occlusion");
  }
  const double difference = made.score - made.baseline_score;
  Way way(network, input, baseline, target);
  made.steps = settings.steps > 0 ? settings.steps : IntegratedSettings::kFirstSteps;
  for (bool more = false;; more = true) {
    if (more) made.steps *= 3;
    if (!way.add(made.steps, more, progress)) return std::nullopt;
    made.sum = 0;
    for (size_t v = 0; v < input.size(); ++v) made.sum += way.value(v, made.steps);
    const double size = std::max(std::fabs(made.sum), std::fabs(difference));
    made.error = size > 0 ? std::fabs(made.sum - difference) / size : 0;
    if (settings.steps > 0 || made.error < 0.01 || made.steps * 3 > IntegratedSettings::kMostSteps) break;
  }
  std::vector<float> values(input.size());
  for (size_t v = 0; v < values.size(); ++v) values[v] = static_cast<float>(way.value(v, made.steps));
  made.shape = picture_shape(*info);
  made.values = in_picture_order(*info, values);
  if (progress) progress(1, 1);
  return made;
}

}  // namespace striate
