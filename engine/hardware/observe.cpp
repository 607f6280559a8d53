#include <algorithm>
#include <atomic>
#include <limits>
#include <type_traits>
#include <utility>

#include "engine/hardware/observed.h"
#include "engine/hardware/teach_grid.h"
#include "kernels/channel_sums.h"
#include "kernels/conv2d.h"
#include "kernels/memory.h"
#include "kernels/teach_choice.h"
#include "kernels/threads.h"

namespace striate {
namespace {

constexpr int kPieces = 32;

void merge(Observation& into, Observation&& from) {
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

// A flat launch (launch.h) as blocks of one phase.
template <typename K>
struct FlatAsBlocks {
  static constexpr int threads = kFlatThreads;
  struct Shared {};
  K kernel;
  int64_t n;
  template <class B>
  void operator()(B block, Shared&) const {
    block.phase([&](int thread) {
      for (int64_t i = int64_t{block.x} * threads + thread; i < n; i += int64_t{flat_blocks(n)} * threads) kernel(i);
    });
  }
};

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
  const int pieces = std::min(blocks, kPieces);
  std::vector<Observation> parts(static_cast<size_t>(pieces));
  std::atomic<int> done{0};
  std::atomic<bool> ended{false};
  parallel_for(pieces, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      Observer observer(arrays, written, K::threads, sizeof(typename K::Shared), how);
      ObservedRun<K> run(kernel, grid, observer);
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
  for (Observation& part : parts) merge(sum, std::move(part));
  return sum;
}

ArrayMemory memory(const std::vector<float>& of, Array array) {
  return {of.data(), static_cast<int64_t>(of.size() * sizeof(float)), array};
}

template <typename K>
Observation observe_flat(const K& kernel, int64_t n, const std::vector<ArrayMemory>& arrays,
                         const ObserveSettings& how) {
  return observe_kernel(FlatAsBlocks<K>{kernel, n}, {flat_blocks(n)}, arrays, how);
}

// The program's own convolution, as it runs on a GPU: what it prepares is prepared by the emulated one, the sum itself
// is observed.
Observation observe_convolution(const TeachSettings& settings, const std::vector<float>& a, const std::vector<float>& b,
                                std::vector<float>& c, const ObserveSettings& how) {
  const Conv2dShape shape = teach_convolution(settings);
  Stream stream(Device::parse("emulated"));
  Buffer<float> scratch(stream.device(), conv2d_scratch(shape), "a convolution's scratch");
  const ImplicitGemmArguments sum = conv2d_forward_sum(stream, shape, a.data(), b.data(), c.data(), scratch.data());
  stream.synchronize();
  const auto kernel = ShippedConvolution<Observed>::of(sum);
  const int64_t weights = int64_t{kTeachOutputs} * sum.j;
  const std::vector<ArrayMemory> arrays = {{sum.x, sum.x_image * 4, Array::a},
                                           {sum.weights, weights * 4, Array::b},
                                           memory(c, Array::c),
                                           {sum.offsets, int64_t{sum.j} * 4, Array::offsets}};
  return observe_flat(kernel, kernel.tiles, arrays, how);
}

// The program's own sums of equal length; of a last one that is shorter, the rest is zeros.
Observation observe_sums(const TeachSettings& settings, std::vector<float> a, std::vector<float>& c,
                         const ObserveSettings& how) {
  const TeachSums sums = teach_sums(settings);
  a.resize(static_cast<size_t>(sums.count * sums.values));
  const ShippedSums<Observed> kernel{channel_sum_rows(1, sums.count, sums.values, a.data(), c.data())};
  return observe_kernel(kernel, {sums.count}, {memory(a, Array::a), memory(c, Array::c)}, how);
}

Observation observe_shipped(TeachTask task, const TeachSettings& settings, const std::vector<float>& a,
                            const std::vector<float>& b, std::vector<float>& c, const ObserveSettings& how) {
  const std::vector<ArrayMemory> arrays = {memory(a, Array::a), memory(b, Array::b), memory(c, Array::c)};
  switch (task) {
    case TeachTask::copy:
      return observe_flat(ShippedCopy<Observed>{a.data(), c.data()}, teach_c(task, settings), arrays, how);
    case TeachTask::transpose: {
      const TeachTranspose t = teach_transpose(settings);
      const auto map = ShippedTranspose<Observed>::of(t.box, a.data(), t.from, a.data(), t.from, c.data(), t.to);
      return observe_flat(map, map.indices(), arrays, how);
    }
    case TeachTask::filter: {
      const int n = settings.n;
      const Region all{0, 0, n, n};
      const ShippedFilter<Observed> kernel{filtering::make_arguments(teach_filter(b.data()), teach_filter_options()),
                                           Picture<const float>{a.data(), n, n, n, 1}, all, c.data(), n};
      return observe_kernel(kernel, filtering::grid_of(all), arrays, how);
    }
    case TeachTask::matmul: {
      const auto product =
          ShippedProduct<Observed>::of(teach_matmul(settings), a.data(), b.data(), c.data(), Result::overwrite);
      return observe_flat(product, product.row_tiles * product.column_tiles, arrays, how);
    }
    case TeachTask::reduce:
      return observe_sums(settings, a, c, how);
    case TeachTask::convolution:
      return observe_convolution(settings, a, b, c, how);
  }
  return {};
}

}  // namespace

Observation observe(TeachTask task, const std::string& version, const TeachSettings& settings,
                    const std::vector<float>& a, const std::vector<float>& b, const ObserveSettings& how) {
  teach_grid(task, version, settings).check_warp(how.warp);
  std::vector<float> c(static_cast<size_t>(teach_c(task, settings)), std::numeric_limits<float>::quiet_NaN());
  Observation sum;
  if (teach_is_shipped(version)) {
    sum = observe_shipped(task, settings, a, b, c, how);
  } else {
    const std::vector<ArrayMemory> arrays = {memory(a, Array::a), memory(b, Array::b), memory(c, Array::c)};
    with_version<Observed>(task, version, settings.width * settings.height, [&](auto kernel) {
      kernel.t = {settings.n, settings.width, settings.height, settings.stride, a.data(), b.data(), c.data()};
      sum = observe_kernel(kernel, kernel.grid(), arrays, how);
    });
  }
  sum.result = std::move(c);
  return sum;
}

}  // namespace striate
