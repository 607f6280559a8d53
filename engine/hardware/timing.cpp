#include "engine/hardware/timing.h"

#include <algorithm>
#include <cmath>

#include "engine/hardware/teach_grid.h"
#include "engine/steady_seconds.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace {

// The same small numbers always; that they are written into memory before anything is timed brings the pages.
std::vector<float> numbers(int64_t count) {
  std::vector<float> values(static_cast<size_t>(count));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(static_cast<int>(i * 37 % 11) - 5);
  return values;
}

// The median of how long `run` takes, in milliseconds.
template <typename F>
double median_of(double seconds, const std::function<bool()>& goes_on, const F& run) {
  constexpr size_t kLeast = 3;
  std::vector<double> times;
  run();
  for (double sum = 0; times.size() < kLeast || sum < seconds;) {
    if (goes_on && !goes_on()) throw TimingEnded{};
    const double start = steady_seconds();
    run();
    times.push_back(steady_seconds() - start);
    sum += times.back();
  }
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return 1000 * times[times.size() / 2];
}

}  // namespace

VersionTimes time_version(TeachTask task, const std::string& version, const TeachSettings& settings, double seconds,
                          const std::function<bool()>& goes_on) {
  teach_grid(task, version, settings);
  const std::vector<float> a = numbers(teach_a(task, settings)), b = numbers(teach_b(task, settings));
  std::vector<float> c(static_cast<size_t>(teach_c(task, settings)));
  const auto count_a = static_cast<int64_t>(a.size()), count_b = static_cast<int64_t>(b.size());
  const auto count_c = static_cast<int64_t>(c.size());
  const int64_t room = std::max<int64_t>(teach_scratch(task, version, settings), 1);
  const auto launch = [&](Stream& stream, const float* from, const float* other, float* to, float* scratch) {
    teach(stream, task, version, settings, from, other, to, scratch, b.data());
    stream.synchronize();
  };
  VersionTimes times;
  Stream cpu(Device::cpu());
  Buffer<float> cpu_room(Device::cpu(), room, "a version's scratch");
  const auto on_cpu = [&] { launch(cpu, a.data(), b.data(), c.data(), cpu_room.data()); };
  {
    const OnOneThread alone;
    times.cpu1 = median_of(seconds, goes_on, on_cpu);
  }
  times.cpu = median_of(seconds, goes_on, on_cpu);
  for (const Device& device : Device::all()) {
    if (!device.is_cuda()) continue;
    Stream gpu(device);
    Buffer<float> from(device, count_a, "a picture"), other(device, std::max<int64_t>(count_b, 1), "a second input");
    Buffer<float> to(device, count_c, "a result"), gpu_room(device, room, "a version's scratch");
    upload(gpu, from, a.data(), count_a);
    if (count_b > 0) upload(gpu, other, b.data(), count_b);
    times.cuda =
        median_of(seconds, goes_on, [&] { launch(gpu, from.data(), other.data(), to.data(), gpu_room.data()); });
    times.cuda_copies = median_of(seconds, goes_on, [&] {
      upload(gpu, from, a.data(), count_a);
      if (count_b > 0) upload(gpu, other, b.data(), count_b);
      launch(gpu, from.data(), other.data(), to.data(), gpu_room.data());
      download(gpu, c.data(), to, count_c);
      gpu.synchronize();
    });
    break;
  }
  return times;
}

std::vector<SweepPoint> sweep_version(TeachTask task, const std::string& version, TeachSettings settings, int largest,
                                      double seconds, const std::function<bool(int n)>& goes_on) {
  std::vector<SweepPoint> points;
  for (settings.n = 32; settings.n <= largest; settings.n *= 2) {
    const int n = settings.n;
    points.push_back({n, time_version(task, version, settings, seconds, [&] { return !goes_on || goes_on(n); })});
  }
  return points;
}

std::optional<double> crossover(const std::vector<SweepPoint>& sweep) {
  const auto ahead = [](const SweepPoint& point) {
    return point.times.cuda_copies ? std::log(point.times.cpu / *point.times.cuda_copies) : -1.0;
  };
  for (size_t i = 0; i < sweep.size(); ++i) {
    const double here = ahead(sweep[i]);
    if (here <= 0) continue;
    if (i == 0) return sweep[0].n;
    const double before = ahead(sweep[i - 1]);
    const double share = before / (before - here);
    return std::exp2(std::log2(sweep[i - 1].n) + share * (std::log2(sweep[i].n) - std::log2(sweep[i - 1].n)));
  }
  return std::nullopt;
}

}  // namespace striate
