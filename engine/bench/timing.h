// Timing for the benchmarks: median of several runs after one to warm up.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "kernels/stream.h"

namespace striate {

// Seconds of run(), the stream's queue waited for.
template <typename F>
double median_seconds(Stream& stream, int runs, const F& run) {
  run();
  stream.synchronize();
  std::vector<double> times;
  for (int i = 0; i < runs; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    stream.synchronize();
    times.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  const size_t middle = times.size() / 2;
  return times.size() % 2 == 1 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
}

}  // namespace striate
