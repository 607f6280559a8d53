#include "app/pages/neuron/neuron_moment.h"

#include <algorithm>
#include <atomic>
#include <cmath>

namespace striate {
namespace {

uint8_t on_scale(double share) {
  return static_cast<uint8_t>(std::lround(127 + 127 * std::clamp(std::isfinite(share) ? share : 0.0, -1.0, 1.0)));
}

}  // namespace

double surface_share(const PointNetwork& network, double output) {
  if (network.classes() == 0) return output;
  if (network.model().loss == PointLoss::cross_entropy && network.output().activation == PointActivation::linear) {
    return 2 / (1 + std::exp(-output)) - 1;
  }
  return (2 * output - network.low() - network.high()) / (network.high() - network.low());
}

NeuronMomentPtr make_moment(const PointTraining& training) {
  static std::atomic<uint64_t> serial{0};
  auto moment = std::make_shared<NeuronMoment>();
  moment->step = training.step();
  moment->version = ++serial;
  const PointNetwork& network = training.network();
  moment->neurons = network.neurons();
  if (network.pictures()) return moment;
  constexpr int small = NeuronMoment::kSmall, large = NeuronMoment::kLarge;
  const PointSurface maps = make_surface(network, training.parameters(), small);
  for (int neuron = 0; neuron < network.neurons(); ++neuron) {
    const float* const map = maps.map(neuron);
    // The output of two classes has the colors of the surface.
    if (network.classes() == 2 && static_cast<size_t>(neuron) == network.output().values) {
      for (int i = 0; i < small * small; ++i) {
        moment->small.push_back(on_scale(surface_share(network, static_cast<double>(map[i]))));
      }
      continue;
    }
    float limit = 0;
    for (int i = 0; i < small * small; ++i) {
      if (std::isfinite(map[i])) limit = std::max(limit, std::fabs(map[i]));
    }
    // tanh and sigmoid have their own ends.
    for (const PointLayer& layer : network.layers()) {
      const bool bounded = layer.activation == PointActivation::tanh || layer.activation == PointActivation::sigmoid ||
                           layer.activation == PointActivation::softmax;
      const auto at = static_cast<size_t>(neuron);
      if (bounded && at >= layer.values && at < layer.values + static_cast<size_t>(layer.units)) limit = 1;
    }
    if (limit <= 0) limit = 1;
    for (int i = 0; i < small * small; ++i) {
      moment->small.push_back(on_scale(static_cast<double>(map[i]) / static_cast<double>(limit)));
    }
  }
  const PointSurface surface = make_surface(network, training.parameters(), large);
  const auto first = static_cast<int>(network.output().values);
  for (int i = 0; i < large * large; ++i) {
    if (network.classes() <= 2) {
      moment->large.push_back(on_scale(surface_share(network, static_cast<double>(surface.map(first)[i]))));
      continue;
    }
    int best = 0;
    for (int j = 1; j < network.outputs(); ++j) {
      if (surface.map(first + j)[i] > surface.map(first + best)[i]) best = j;
    }
    moment->winner.push_back(static_cast<uint8_t>(best));
    moment->share.push_back(
        static_cast<uint8_t>(std::lround(255 * std::clamp(surface.map(first + best)[i], 0.0f, 1.0f))));
  }
  return moment;
}

}  // namespace striate
