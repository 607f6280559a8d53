// Runs a kernel of blocks whose accesses are Observed, block by block, and adds up what they did.
#pragma once

#include <algorithm>
#include <atomic>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/hardware/observed.h"
#include "kernels/launch.h"
#include "kernels/threads.h"

namespace striate {
namespace detail {

inline void merge(Observation& into, Observation&& from) {
  into.loads += from.loads, into.stores += from.stores;
  into.shared_loads += from.shared_loads, into.shared_stores += from.shared_stores;
  into.bytes += from.bytes, into.flops += from.flops;
  into.load_requests += from.load_requests, into.store_requests += from.store_requests;
  into.load_sectors += from.load_sectors, into.store_sectors += from.store_sectors;
  into.branches += from.branches, into.divergent += from.divergent;
  into.races += from.races, into.outside += from.outside;
  into.ways = std::max(into.ways, from.ways);
  into.barriers = std::max(into.barriers, from.barriers);
  if (into.phases.size() < from.phases.size()) into.phases.resize(from.phases.size());
  for (size_t i = 0; i < from.phases.size(); ++i) {
    PhaseCounts& phase = into.phases[i];
    phase.line = from.phases[i].line, phase.barrier = from.phases[i].barrier;
    phase.divergent += from.phases[i].divergent;
    phase.ways = std::max(phase.ways, from.phases[i].ways);
  }
  for (const Race& race : from.some_races) {
    if (into.some_races.size() < kMostRaces) into.some_races.push_back(race);
  }
  into.worst_load = std::max(into.worst_load, from.worst_load);
  into.worst_store = std::max(into.worst_store, from.worst_store);
  if (!from.steps.empty()) into.steps = std::move(from.steps), into.all_steps = from.all_steps;
}

// One block of the launch.
template <typename K>
class ObservedRun {
 public:
  ObservedRun(const K& kernel, Grid grid, Observer& observer) : kernel_(kernel), grid_(grid), observer_(observer) {}

  void run(int block, bool barrier) {
    place_ = {block % grid_.x, block / grid_.x % grid_.y, block / grid_.x / grid_.y, &observer_};
    if (observer_.phase_lines().empty()) {
      pass(0, 0, 0, 0);  // which phases there are
      const std::vector<int>& lines = observer_.phase_lines();
      if (!barrier && lines.size() > 1) removed_ = lines[lines.size() - 2];
      observer_.remove_barrier(removed_);
    }
    observer_.begin_block(block);
    const std::vector<int>& lines = observer_.phase_lines();
    const auto phases = static_cast<int>(lines.size());
    if (removed_ == 0) return pass(0, kWarps, 0, phases);
    for (int first = 0, last = 0; first < phases; first = last) {
      last = first + 1;
      while (last < phases && lines[static_cast<size_t>(last) - 1] == removed_) ++last;
      for (int warp = 0; warp < kWarps; ++warp) pass(warp, warp + 1, first, last);
    }
  }

 private:
  static constexpr int kWarps = K::threads / kWarp;

  void pass(int first_warp, int last_warp, int first_phase, int last_phase) {
    observer_.begin_pass(first_warp, last_warp, first_phase, last_phase);
    kernel_(place_, *static_cast<typename K::Shared*>(observer_.shared_memory()));
  }

  const K& kernel_;
  Grid grid_;
  Observer& observer_;
  ObservedBlock<K::threads> place_{};
  int removed_ = 0;
};

}  // namespace detail

// Array::c is among the arrays, and the only one that is written.
template <typename K>
Observation observe_kernel(const K& kernel, Grid grid, const std::vector<ArrayMemory>& arrays,
                           const ObserveSettings& how) {
  Observation sum;
  const auto c = std::find_if(arrays.begin(), arrays.end(), [](const auto& one) { return one.array == Array::c; });
  WrittenWords written(c->bytes / 4);
  sum.grid[0] = grid.x, sum.grid[1] = grid.y, sum.grid[2] = grid.z;
  sum.threads = K::threads;
  sum.shared_bytes = std::is_empty_v<typename K::Shared> ? 0 : sizeof(typename K::Shared);
  const auto blocks = static_cast<int>(grid.count());
  const int pieces = std::min(blocks, 32);
  std::vector<Observation> parts(static_cast<size_t>(pieces));
  std::atomic<int> done{0};
  std::atomic<bool> ended{false};
  parallel_for(pieces, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      Observer observer(arrays, written, K::threads, sizeof(typename K::Shared), how);
      detail::ObservedRun<K> run(kernel, grid, observer);
      Observer* const before = std::exchange(Observer::here(), &observer);
      const int64_t last = (piece + 1) * blocks / pieces;
      for (int64_t block = piece * blocks / pieces; block < last && !ended; ++block) {
        run.run(static_cast<int>(block), how.barrier);
        if (how.goes_on && !how.goes_on(static_cast<double>(++done) / blocks)) ended = true;
      }
      Observer::here() = before;
      parts[static_cast<size_t>(piece)] = observer.take();
    }
  });
  if (ended) throw ObservationEnded{};
  for (Observation& part : parts) detail::merge(sum, std::move(part));
  return sum;
}

}  // namespace striate
