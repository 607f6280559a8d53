#include "engine/session/layer_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "engine/error.h"

namespace striate {

double LayerTimes::total() const { return std::accumulate(milliseconds.begin(), milliseconds.end(), 0.0); }

std::optional<LayerTimes> measure_layers(OpenNetwork& network, const std::vector<float>& input, int runs,
                                         const Session::Progress& progress) {
  return measure_layers(network.session().stream(), network.session().network(), input, runs, progress);
}

std::optional<LayerTimes> measure_layers(Stream& stream, Network& layers, const std::vector<float>& input, int runs,
                                         const Session::Progress& progress) {
  const Plan plan = Plan::inference(1);
  if (!(layers.plan() == plan)) layers.replan(stream, plan);
  const int64_t wanted = layers.activation(0).shape.count();
  if (static_cast<int64_t>(input.size()) != wanted) {
    throw Error(fmt::format("{} values for the network's input", input.size()), fmt::format("give {}", wanted));
  }
  const int last = layers.architecture().size() - 1;
  std::vector<std::vector<double>> taken(static_cast<size_t>(last) + 1);
  // The first pass only makes everything ready: memory that is touched, code that is loaded.
  for (int run = -1; run < runs; ++run) {
    layers.write_tensor(stream, layers.activation(0), input);
    stream.synchronize();
    for (int node = 1; node <= last; ++node) {
      if (progress && !progress((run + 1) * last + node - 1, (runs + 1) * last)) return std::nullopt;
      const auto begin = std::chrono::steady_clock::now();
      layers.forward(stream, Mode::evaluation, node, node);
      stream.synchronize();
      const std::chrono::duration<double, std::milli> passed = std::chrono::steady_clock::now() - begin;
      if (run >= 0) taken[static_cast<size_t>(node)].push_back(passed.count());
    }
  }
  LayerTimes times;
  times.runs = runs;
  times.milliseconds.resize(taken.size());
  for (size_t n = 1; n < taken.size(); ++n) {
    const auto middle = taken[n].begin() + static_cast<std::ptrdiff_t>(taken[n].size() / 2);
    std::nth_element(taken[n].begin(), middle, taken[n].end());
    times.milliseconds[n] = *middle;
  }
  return times;
}

}  // namespace striate
