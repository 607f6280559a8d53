#include "engine/bench/filter_bench.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/bench/timing.h"
#include "engine/error.h"
#include "kernels/memory.h"
#include "kernels/threads.h"

namespace striate {
namespace {

// A small counter-based generator (splitmix64): the same picture on every machine.
void fill_random(uint8_t* bytes, size_t count, uint64_t seed) {
  for (size_t i = 0; i < count; i += 8) {
    uint64_t z = seed + 0x9e3779b97f4a7c15u * (i / 8 + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    for (size_t k = 0; k < 8 && i + k < count; ++k) bytes[i + k] = static_cast<uint8_t>(z >> (8 * k));
  }
}

// The plain sum, for checking: zero padding, three channels.
uint8_t reference(const FilterKernel& kernel, const std::vector<uint8_t>& in, int width, int height, int x, int y,
                  int c) {
  double sum = 0;
  for (int r = 0; r < kernel.height; ++r) {
    for (int s = 0; s < kernel.width; ++s) {
      const int yy = y + r - kernel.anchor_row(), xx = x + s - kernel.anchor_column();
      if (yy < 0 || xx < 0 || yy >= height || xx >= width) continue;
      sum +=
          kernel.taps[static_cast<size_t>(r) * kernel.width + s] * in[(static_cast<size_t>(yy) * width + xx) * 3 + c];
    }
  }
  return static_cast<uint8_t>(std::fmin(std::fmax(std::nearbyint(sum), 0), 255));
}

void validate(Stream& stream, const BenchKernel& each, uint64_t seed) {
  constexpr int kWidth = 331, kHeight = 97;
  std::vector<uint8_t> in(static_cast<size_t>(kWidth) * kHeight * 3), out(in.size());
  fill_random(in.data(), in.size(), seed);
  const int64_t count = static_cast<int64_t>(in.size());
  Buffer<uint8_t> input(stream.device(), count, "the check's picture");
  Buffer<uint8_t> output(stream.device(), count, "the check's result");
  upload(stream, input, in.data(), count);
  filter(stream, each.kernel, {}, {input.data(), kWidth * 3, kWidth, kHeight, 3, false}, {0, 0, kWidth, kHeight},
         output.data(), kWidth * 3);
  download(stream, out.data(), output, count);
  for (int64_t i = 0; i < count; ++i) {
    const int c = static_cast<int>(i % 3), x = static_cast<int>(i / 3 % kWidth), y = static_cast<int>(i / 3 / kWidth);
    const uint8_t expected = reference(each.kernel, in, kWidth, kHeight, x, y, c);
    if (out[static_cast<size_t>(i)] != expected) {
      throw Error(fmt::format("{} on {} is wrong at {},{}: {} instead of {}", each.name, stream.device().id(), x, y,
                              out[static_cast<size_t>(i)], expected),
                  "this is a mistake in the program: please report it");
    }
  }
}

}  // namespace

std::vector<BenchKernel> filter_bench_kernels() {
  const auto square = [](int size, std::vector<double> taps) {
    FilterKernel kernel;
    kernel.width = kernel.height = size;
    kernel.taps = std::move(taps);
    return kernel;
  };
  std::vector<double> one(7), gaussian;
  double sum = 0;
  for (int i = 0; i < 7; ++i) sum += one[static_cast<size_t>(i)] = std::exp(-(i - 3) * (i - 3) / (2 * 1.5 * 1.5));
  for (const double a : one) {
    for (const double b : one) gaussian.push_back(a * b / (sum * sum));
  }
  return {{"edge3", square(3, {-1, -1, -1, -1, 8, -1, -1, -1, -1})},
          {"sharpen3", square(3, {0, -1, 0, -1, 5, -1, 0, -1, 0})},
          {"blur3", square(3, std::vector<double>(9, 1.0 / 9))},
          {"gaussian7", square(7, gaussian)}};
}

std::vector<FilterBenchRow> bench_filter(Device device, int width, int height, int runs, uint64_t seed) {
  if (width < 1 || height < 1 || runs < 1) {
    throw Error(fmt::format("cannot time {} runs on a picture of {} x {}", runs, width, height), "use 1 or more");
  }
  Stream stream(device);
  const int64_t row = static_cast<int64_t>(width) * 3, count = row * height;
  Buffer<uint8_t> input(device, count, "the benchmark's picture");
  Buffer<uint8_t> output(device, count, "the benchmark's result");
  if (device.is_cpu()) {
    fill_random(input.data(), static_cast<size_t>(count), seed);
  } else {
    std::vector<uint8_t> host(static_cast<size_t>(count));
    fill_random(host.data(), host.size(), seed);
    upload(stream, input, host.data(), count);
  }
  std::vector<FilterBenchRow> rows;
  for (const BenchKernel& each : filter_bench_kernels()) {
    validate(stream, each, seed);
    const double seconds = median_seconds(stream, runs, [&] {
      filter(stream, each.kernel, {}, {input.data(), row, width, height, 3, false}, {0, 0, width, height},
             output.data(), row);
    });
    rows.push_back({each.name, device.id(), device.is_cpu() ? thread_count() : 0, width, height, seconds * 1e3});
  }
  return rows;
}

std::string filter_bench_header() { return "filter,device,threads,width,height,median_ms"; }

std::string filter_bench_line(const FilterBenchRow& row) {
  return fmt::format("{},{},{},{},{},{:.3f}", row.filter, row.device, row.threads, row.width, row.height,
                     row.median_ms);
}

}  // namespace striate
