#include "engine/bench/kernel_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/bench/filter_bench.h"
#include "engine/bench/timing.h"
#include "engine/error.h"
#include "engine/filter.h"
#include "kernels/canny.h"
#include "kernels/color.h"
#include "kernels/limits.h"
#include "kernels/memory.h"
#include "kernels/resize.h"
#include "kernels/statistics.h"
#include "kernels/threads.h"
#include "kernels/window_filter.h"

namespace striate {
namespace {

constexpr int kWidth = 3000, kHeight = 2000, kSmallWidth = 750, kSmallHeight = 500;
constexpr int64_t kPixels = static_cast<int64_t>(kWidth) * kHeight;

struct Operator {
  std::string name;
  double flops;  // of the whole picture, by definition
  double bytes;  // read once and written once
  std::function<void()> run;
  std::function<bool()> right;  // after run(): whether a few values are as the definition has them
};

}  // namespace

DeviceLimits measure_limits(Device device, int runs) {
  Stream stream(device);
  DeviceLimits limits;
  const int64_t n = device.is_cuda() ? int64_t{1} << 27 : int64_t{1} << 25;
  {
    Buffer<float> from(device, n, "a bandwidth measurement"), to(device, n, "a bandwidth measurement");
    const double seconds = median_seconds(stream, runs, [&] { copy_floats(stream, from.data(), to.data(), n); });
    limits.gbytes_per_second = 8.0 * static_cast<double>(n) / seconds * 1e-9;
  }
  const int lanes = device.is_cuda() ? 1 << 18 : 64 * thread_count();
  Buffer<float> out(device, lanes, "a rate measurement");
  int64_t operations = 0;
  const double seconds =
      median_seconds(stream, runs, [&] { operations = multiply_add_chains(stream, lanes, 4096, out.data()); });
  limits.gflops = static_cast<double>(operations) / seconds * 1e-9;
  return limits;
}

std::vector<KernelBenchRow> bench_kernels(Device device, int runs, uint64_t seed, const DeviceLimits& limits) {
  if (runs < 1) throw Error(fmt::format("cannot time {} runs", runs), "use 1 or more");
  Stream stream(device);
  std::vector<uint8_t> host(3 * kPixels);
  for (size_t i = 0; i < host.size(); ++i) {
    host[i] = static_cast<uint8_t>(((i + seed) * 0x9e3779b97f4a7c15u) >> 56);
  }
  Buffer<uint8_t> input(device, 3 * kPixels, "the benchmark's picture");
  Buffer<uint8_t> bytes(device, 3 * kPixels, "the benchmark's result");
  Buffer<float> floats(device, 3 * kPixels, "the benchmark's result");
  upload(stream, input, host.data(), 3 * kPixels);
  const Picture<const uint8_t> picture{input.data(), 3 * kWidth, kWidth, kHeight, 3, false};
  const Region all{0, 0, kWidth, kHeight};

  const auto first_bytes = [&](int64_t n) {
    std::vector<uint8_t> values(static_cast<size_t>(n));
    download(stream, values.data(), bytes, n);
    return values;
  };
  const auto first_floats = [&](int64_t n) {
    std::vector<float> values(static_cast<size_t>(n));
    download(stream, values.data(), floats, n);
    return values;
  };
  // A pixel away from the border, so that the sum below needs no padding.
  constexpr int kX = 17, kY = 1;
  const auto filter_is_right = [&](const FilterKernel& kernel) {
    const Region one{kX, kY + 10, 1, 1};
    Buffer<uint8_t> pixel(device, 3, "the check's result");
    filter(stream, kernel, {}, picture, one, pixel.data(), 3);
    uint8_t alone[3];
    download(stream, alone, pixel, 3);
    const std::vector<uint8_t> whole = first_bytes(3 * kWidth * (kY + 11));
    for (int c = 0; c < 3; ++c) {
      double sum = 0;
      for (int r = 0; r < kernel.height; ++r) {
        for (int s = 0; s < kernel.width; ++s) {
          const size_t at =
              (static_cast<size_t>(kY + 10 + r - kernel.anchor_row()) * kWidth + kX + s - kernel.anchor_column()) * 3 +
              c;
          sum += kernel.taps[static_cast<size_t>(r) * kernel.width + s] * host[at];
        }
      }
      const double expected = std::fmin(std::fmax(std::nearbyint(sum), 0), 255);
      if (alone[c] != expected || whole[(static_cast<size_t>(kY + 10) * kWidth + kX) * 3 + c] != expected) return false;
    }
    return true;
  };

  std::vector<Operator> operators;
  for (const BenchKernel& each : filter_bench_kernels()) {
    const FilterKernel kernel = each.kernel;
    operators.push_back({"filter " + each.name, 2.0 * kernel.taps.size() * 3 * kPixels, 6.0 * kPixels,
                         [&, kernel] { filter(stream, kernel, {}, picture, all, bytes.data(), 3 * kWidth); },
                         [&, kernel] { return filter_is_right(kernel); }});
  }
  // Median, morphology and the others by their definition at one pixel; its arithmetic is that of the tests' reference.
  for (const char* text : {"median size 3", "median size 5", "dilation size 3", "bilateral size 5 sigma 2 range 30",
                           "unsharp size 5 sigma 1"}) {
    const FilterStage stage = parse_filter(text);
    const WindowFilter window = window_filter_of(stage.kind, stage.own);
    const auto is_right = [&, stage] {
      const FilterKernel& k = stage.kernel;
      const auto at = [&](int r, int s, int c) -> double {
        return host[(static_cast<size_t>(kY + 10 + r) * kWidth + kX + s) * 3 + c];
      };
      const std::vector<float> whole = first_floats(3 * kWidth * (kY + 11));
      for (int c = 0; c < 3; ++c) {
        std::vector<double> values;
        double sum = 0, weights = 0;
        for (int r = -k.anchor_row(); r <= k.anchor_row(); ++r) {
          for (int s = -k.anchor_column(); s <= k.anchor_column(); ++s) {
            double weight = k.taps[static_cast<size_t>(r + k.anchor_row()) * k.width + s + k.anchor_column()];
            double apart = 0;
            for (int i = 0; i < 3; ++i) apart += std::fabs(at(r, s, i) - at(0, 0, i));
            if (stage.kind == FilterKind::bilateral)
              weight *= std::exp(-apart * apart / (2 * stage.own.range * stage.own.range));
            values.push_back(at(r, s, c));
            sum += weight * values.back();
            weights += weight;
          }
        }
        std::sort(values.begin(), values.end());
        const double expected = stage.kind == FilterKind::median      ? values[values.size() / 2]
                                : stage.kind == FilterKind::dilation  ? values.back()
                                : stage.kind == FilterKind::bilateral ? sum / weights
                                                                      : 2 * at(0, 0, c) - sum / weights;
        if (std::fabs(whole[(static_cast<size_t>(kY + 10) * kWidth + kX) * 3 + c] - expected) > 1e-3) return false;
      }
      return true;
    };
    operators.push_back(
        {std::string("filter ") + (stage.kind == FilterKind::bilateral ? "bilateral size 5" : text), 0, 15.0 * kPixels,
         [&, window] { window_filter(stream, window, Border::replicate, picture, all, floats.data(), 3 * kWidth); },
         is_right});
  }
  Buffer<CannyState> states(device, kPixels, "the benchmark's result");
  operators.push_back({"canny", 0, 4.0 * kPixels,
                       [&] {
                         canny_states(stream, {}, picture, states.data());
                         canny_follow(stream, kWidth, kHeight, states.data());
                       },
                       [&] {
                         // No weak pixel is left beside a strong one.
                         std::vector<CannyState> rows(2 * kWidth);
                         download(stream, rows.data(), states, 2 * kWidth);
                         for (size_t x = 0; x + 1 < kWidth; ++x) {
                           for (const size_t other : {x + 1, x + kWidth, x + kWidth + 1}) {
                             if ((rows[x] == CannyState::weak && rows[other] == CannyState::strong) ||
                                 (rows[x] == CannyState::strong && rows[other] == CannyState::weak))
                               return false;
                           }
                         }
                         return std::count(rows.begin(), rows.end(), CannyState::strong) > 0;
                       }});
  operators.push_back({"gray", 5.0 * kPixels, 4.0 * kPixels,
                       [&] { gray(stream, {}, input.data(), 3, kPixels, bytes.data()); },
                       [&] { return first_bytes(1)[0] == std::nearbyint(gray_of({}, host[0], host[1], host[2])); }});
  operators.push_back({"hsv", 8.0 * kPixels, 15.0 * kPixels,
                       [&] { hsv(stream, input.data(), 3, kPixels, floats.data()); },
                       [&] {
                         float one[3];
                         hsv_of(host[0], host[1], host[2], one);
                         return first_floats(1)[0] == one[0];
                       }});
  operators.push_back({"ycbcr", 17.0 * kPixels, 15.0 * kPixels,
                       [&] { ycbcr(stream, input.data(), 3, kPixels, floats.data()); },
                       [&] {
                         float one[3];
                         ycbcr_of(host[0], host[1], host[2], one);
                         return first_floats(1)[0] == one[0];
                       }});
  operators.push_back({"split_channel", 0, 4.0 * kPixels,
                       [&] { split_channel(stream, input.data(), 3, 1, kPixels, bytes.data()); },
                       [&] { return first_bytes(2)[1] == host[4]; }});
  operators.push_back({"apply_gains", 3.0 * kPixels, 6.0 * kPixels,
                       [&] {
                         apply_gains(stream, Gains{{0.5f, 1, 1}}, input.data(), 3, kPixels, bytes.data());
                       },
                       [&] { return first_bytes(1)[0] == std::nearbyint(host[0] * 0.5); }});
  const double small = 3.0 * kSmallWidth * kSmallHeight;
  operators.push_back({"resize_area", 6.0 * kPixels, 3.0 * kPixels + small,
                       [&] {
                         resize(stream, Resample::area, input.data(), kHeight, kWidth, 3, bytes.data(), kSmallHeight,
                                kSmallWidth);
                       },
                       [&] {
                         double sum = 0;
                         for (size_t y = 0; y < 4; ++y) {
                           for (size_t x = 0; x < 4; ++x) sum += host[(y * kWidth + x) * 3];
                         }
                         return first_bytes(1)[0] == std::nearbyint(sum / 16);
                       }});
  operators.push_back(
      {"resize_bilinear", 8.0 * small, 5.0 * small,
       [&] {
         resize(stream, Resample::bilinear, input.data(), kHeight, kWidth, 3, bytes.data(), kSmallHeight, kSmallWidth);
       },
       [&] {
         const size_t row = 3 * kWidth;
         const double mean = (host[row + 3] + host[row + 6] + host[2 * row + 3] + host[2 * row + 6]) / 4.0;
         return first_bytes(1)[0] == std::nearbyint(mean);
       }});
  std::vector<ChannelStatistics> counted;
  operators.push_back({"statistics", 0, 3.0 * kPixels, [&] { counted = statistics(stream, input.data(), 3, kPixels); },
                       [&] {
                         int64_t zeros = 0;
                         for (int64_t i = 0; i < kPixels; ++i) zeros += host[static_cast<size_t>(3 * i)] == 0;
                         return counted[0].histogram[0] == zeros;
                       }});

  std::vector<KernelBenchRow> rows;
  for (const Operator& each : operators) {
    each.run();
    if (!each.right()) {
      throw Error(fmt::format("{} on {} gives a wrong value", each.name, device.id()),
                  "this is a mistake in the program: please report it");
    }
    const double seconds = median_seconds(stream, runs, each.run);
    KernelBenchRow row;
    row.op = each.name;
    row.shape = fmt::format("{}x{}x3", kHeight, kWidth);
    row.device = device.id();
    row.median_us = seconds * 1e6;
    row.gflops = each.flops / seconds * 1e-9;
    row.gbytes_per_second = each.bytes / seconds * 1e-9;
    row.limit_share = std::max(row.gflops / limits.gflops, row.gbytes_per_second / limits.gbytes_per_second);
    rows.push_back(row);
  }
  return rows;
}

std::string kernel_bench_header() { return "operator,shape,device,median_us,gflops,gbytes_per_second,limit_share"; }

std::string kernel_bench_line(const KernelBenchRow& row) {
  return fmt::format("{},{},{},{:.2f},{:.3f},{:.3f},{:.4f}", row.op, row.shape, row.device, row.median_us, row.gflops,
                     row.gbytes_per_second, row.limit_share);
}

}  // namespace striate
