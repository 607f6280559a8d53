#include "engine/bench/operator_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/bench/timing.h"
#include "engine/error.h"
#include "kernels/initialize.h"

namespace striate {

Buffer<float> OperatorBench::random(int64_t count) {
  Buffer<float> buffer = empty(count);
  fill_uniform(stream_, count, -1, 1, seed_, sequence_++, buffer.data());
  return buffer;
}

std::vector<float> OperatorBench::host(const Buffer<float>& buffer) {
  std::vector<float> values(static_cast<size_t>(buffer.size()));
  download(stream_, values.data(), buffer, buffer.size());
  return values;
}

bool OperatorBench::agrees(const Buffer<float>& result, const std::function<double(int64_t)>& want, double tolerance) {
  const std::vector<float> got = host(result);
  const int64_t step = std::max<int64_t>(1, result.size() / 97);
  double largest = 0, worst = 0;
  for (int64_t i = 0; i < result.size(); i += step) {
    const double value = want(i), difference = std::fabs(value - static_cast<double>(got[static_cast<size_t>(i)]));
    if (!std::isfinite(difference)) return false;
    largest = std::max(largest, std::fabs(value));
    worst = std::max(worst, difference);
  }
  return worst <= tolerance * largest;
}

void OperatorBench::time(const std::string& name, const std::string& shape, double flops, double bytes,
                         const std::function<void()>& run, const std::function<bool()>& right) {
  run();
  if (!right()) {
    throw Error(fmt::format("{} of {} on {} gives a wrong value", name, shape, stream_.device().id()),
                "this is a mistake in the program: please report it");
  }
  const double seconds = median_seconds(stream_, runs_, run);
  KernelBenchRow row;
  row.op = name;
  row.shape = shape;
  row.device = stream_.device().id();
  row.median_us = seconds * 1e6;
  row.gflops = flops / seconds * 1e-9;
  row.gbytes_per_second = bytes / seconds * 1e-9;
  row.limit_share = std::max(row.gflops / limits_.gflops, row.gbytes_per_second / limits_.gbytes_per_second);
  rows.push_back(row);
}

}  // namespace striate
