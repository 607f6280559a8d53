#include "app/pages/features/patches_job.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>

#include "app/pages/features/unit_grid.h"

namespace striate {
namespace {

constexpr std::chrono::milliseconds kBetweenFindings(250);

// Of all units only this one.
std::shared_ptr<const Patches> of_channel(Patches all, int64_t channel) {
  auto one = std::make_shared<Patches>();
  const auto size = static_cast<std::ptrdiff_t>(all.keep * all.small.count());
  one->best.push_back(std::move(all.best[static_cast<size_t>(channel)]));
  const auto first = all.thumbnails.begin() + channel * size;
  one->thumbnails.assign(first, first + size);
  one->node = all.node, one->small = all.small, one->keep = all.keep;
  one->seen = all.seen, one->all = all.all, one->unreadable = all.unreadable, one->finished = all.finished;
  return one;
}

// The strongest place of each unit.
std::vector<float> units_of(const Patches& found) {
  const auto count = std::min<int64_t>(static_cast<int64_t>(found.best.size()), kMostUnits);
  std::vector<float> pictures;
  for (int64_t c = 0; c < count; ++c) {
    const std::vector<float> one = found.thumbnail(c, 0);
    pictures.insert(pictures.end(), one.begin(), one.end());
  }
  return as_colors(pictures, found.small);
}

void run(NetworkWorker& worker, PatchesRequest request, PatchesLive& live, const Progress& progress,
         const std::function<void()>& wake) {
  if (!request.source) request.source = patches_in(request.folder);
  const bool film = request.moments.size() > 1;
  {
    std::lock_guard lock(live.mutex);
    live.source = request.source;
  }
  live.all = request.source->size() * static_cast<int64_t>(request.moments.size());
  for (size_t moment = 0; moment < request.moments.size(); ++moment) {
    if (live.stop || progress.canceled) return;
    OpenNetwork& network = worker.network_of(request.moments[moment]);
    const int64_t before = static_cast<int64_t>(moment) * request.source->size();
    auto shown = std::chrono::steady_clock::now();
    const auto put = [&](std::shared_ptr<const Patches> found) {
      std::vector<float> units;
      if (!film) units = units_of(*found);
      {
        std::lock_guard lock(live.mutex);
        if (!live.results.empty() && live.results.back().moment == moment) live.results.pop_back();
        live.results.push_back({moment, std::move(found), std::move(units)});
      }
      wake();
    };
    Patches found = find_patches(network, request.node, *request.source, request.options, [&](const Patches& so_far) {
      live.seen = before + so_far.seen;
      const auto now = std::chrono::steady_clock::now();
      if (!film && !so_far.finished && so_far.seen > 0 && now - shown >= kBetweenFindings) {
        put(std::make_shared<Patches>(so_far));
        shown = std::chrono::steady_clock::now();
      }
      return !live.stop && !progress.canceled;
    });
    put(film ? of_channel(std::move(found), request.channel) : std::make_shared<const Patches>(std::move(found)));
  }
}

}  // namespace

void PatchesJob::start(PatchesRequest request) { begin(std::move(request), run); }

std::pair<int64_t, int64_t> PatchesJob::pictures() const { return {live().seen, live().all}; }

std::shared_ptr<const PatchSource> PatchesJob::source() const {
  const std::lock_guard lock(live().mutex);
  return live().source;
}

}  // namespace striate
