#include "app/pages/features/maximize_job.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace striate {
namespace {

constexpr std::chrono::milliseconds kBetweenPictures(40);

void run(NetworkWorker& worker, MaximizeRequest request, MaximizeLive& live, const Progress& progress,
         const std::function<void()>& wake) {
  const auto ended = [&] { return live.stop || progress.canceled; };
  const size_t all = request.moments.size() * request.channels.size();
  size_t done = 0;
  for (size_t moment = 0; moment < request.moments.size() && !ended(); ++moment) {
    OpenNetwork& network = worker.network_of(request.moments[moment]);
    std::optional<Maximizer> maximizer;
    for (const int64_t channel : request.channels) {
      if (ended()) return;
      const Objective objective = channel_objective(*network.info(), request.node, channel, request.over);
      if (maximizer) {
        maximizer->begin(objective, request.options.seed);
      } else {
        maximizer.emplace(network, objective, request.options);
      }
      auto shown = std::chrono::steady_clock::now() - kBetweenPictures;
      while (maximizer->done() < request.options.steps && !ended()) {
        maximizer->step();
        live.share = (static_cast<float>(done) +
                      static_cast<float>(maximizer->done()) / static_cast<float>(request.options.steps)) /
                     static_cast<float>(all);
        const auto now = std::chrono::steady_clock::now();
        if (now - shown < kBetweenPictures) continue;
        shown = now;
        live.put({moment, channel, maximizer->glimpse()});
        wake();
      }
      live.put({moment, channel, maximizer->picture()});
      wake();
      ++done;
    }
  }
}

}  // namespace

void MaximizeLive::put(MaximizeResult result) {
  std::lock_guard lock(mutex);
  if (!results.empty() && !results.back().picture.finished && results.back().moment == result.moment &&
      results.back().channel == result.channel) {
    results.pop_back();
  }
  results.push_back(std::move(result));
}

void MaximizeJob::start(MaximizeRequest request) { begin(std::move(request), run); }

float MaximizeJob::share() const { return live().share; }

}  // namespace striate
