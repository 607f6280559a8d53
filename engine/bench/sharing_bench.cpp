// Locally connected layers and the Neocognitron's cells: see operator_bench.h.
#include <fmt/format.h>

#include <cmath>

#include "engine/bench/operator_bench.h"
#include "kernels/local2d.h"
#include "kernels/neocognitron.h"

namespace striate {
namespace {

double count(int64_t n) { return static_cast<double>(n); }

// Weights of their own at every place, stride 1, no padding.
void local(OperatorBench& bench, int n, int c, int size, int k) {
  constexpr int window = 5;
  Local2dShape s;
  s.plane.n = n, s.plane.c = c, s.plane.h = s.plane.w = size, s.plane.k = k, s.plane.r = s.plane.s = window;
  const int64_t p = s.plane.p(), taps = int64_t{window} * window;
  s.sets_y = s.sets_x = s.plane.p();
  Buffer<float> x = bench.random(s.plane.x_size()), w = bench.random(s.w_size()), b = bench.random(s.b_size());
  Buffer<float> dy = bench.random(s.plane.y_size()), y = bench.empty(s.plane.y_size());
  Buffer<float> dx = bench.empty(s.plane.x_size()), dw = bench.empty(s.w_size()), db = bench.empty(s.b_size());
  const std::vector<float> hx = bench.host(x), hw = bench.host(w), hb = bench.host(b), hdy = bench.host(dy);
  const auto pixel = [&](int64_t image, int64_t channel, int64_t row, int64_t column) {
    return static_cast<double>(hx[static_cast<size_t>(((image * c + channel) * size + row) * size + column)]);
  };
  const auto slope = [&](int64_t image, int64_t map, int64_t row, int64_t column) {
    return static_cast<double>(hdy[static_cast<size_t>(((image * k + map) * p + row) * p + column)]);
  };
  const auto weight = [&](int64_t place, int64_t map, int64_t channel, int64_t tap) {
    return static_cast<double>(hw[static_cast<size_t>(((place * k + map) * c + channel) * taps + tap)]);
  };
  const std::string shape = fmt::format("{}x{}x{}x{} k{} 5x5", n, c, size, size, k);
  const double flops = 2 * count(s.plane.multiply_adds());
  const double bytes = 4 * count(s.plane.x_size() + s.w_size() + s.plane.y_size());
  bench.time(
      "local2d", shape, flops, bytes,
      [&] { local2d_forward(bench.stream(), s, x.data(), w.data(), b.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t column = i % p, row = i / p % p, map = i / p / p % k, image = i / p / p / k;
          double sum = hb[static_cast<size_t>((row * p + column) * k + map)];
          for (int64_t t = 0; t < c * taps; ++t) {
            sum += pixel(image, t / taps, row + t % taps / window, column + t % window) *
                   weight(row * p + column, map, t / taps, t % taps);
          }
          return sum;
        });
      });
  bench.time(
      "local2d by input", shape, flops, bytes,
      [&] { local2d_backward_input(bench.stream(), s, dy.data(), w.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          const int64_t column = i % size, row = i / size % size, channel = i / size / size % c;
          double sum = 0;
          for (int64_t j = 0; j < k * taps; ++j) {
            const int64_t up = row - j % taps / window, left = column - j % window;
            if (up < 0 || left < 0 || up >= p || left >= p) continue;
            sum += slope(i / size / size / c, j / taps, up, left) * weight(up * p + left, j / taps, channel, j % taps);
          }
          return sum;
        });
      });
  bench.time(
      "local2d by weights", shape, flops, bytes,
      [&] {
        local2d_backward_weights(bench.stream(), s, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite);
      },
      [&] {
        return bench.agrees(dw, [&](int64_t i) {
          const int64_t tap = i % taps, channel = i / taps % c, map = i / taps / c % k, place = i / taps / c / k;
          double sum = 0;
          for (int64_t image = 0; image < n; ++image) {
            sum += slope(image, map, place / p, place % p) *
                   pixel(image, channel, place / p + tap / window, place % p + tap % window);
          }
          return sum;
        });
      });
}

// S-cells without padding: random weights are negative, too, which changes nothing of the formula.
void s_cells(OperatorBench& bench, int n, int j, int size, int k) {
  const SCellShape s{n, j, size, size, k, 5, 0};
  const int64_t p = s.p(), taps = s.taps();
  Buffer<float> u = bench.random(int64_t{1} * n * j * size * size), a = bench.random(k * taps), b = bench.random(k);
  Buffer<float> v = bench.random(n * p * p), us = bench.empty(n * k * p * p);
  const std::vector<float> hu = bench.host(u), ha = bench.host(a);
  std::vector<float> hb = bench.host(b), hv = bench.host(v);
  for (float& each : hb) each = std::fabs(each);
  for (float& each : hv) each = std::fabs(each);
  upload(bench.stream(), b, hb.data(), b.size());
  upload(bench.stream(), v, hv.data(), v.size());
  bench.time(
      "neocognitron_s", fmt::format("{}x{}x{}x{} k{} 5x5", n, j, size, size, k), 2 * count(us.size() * taps),
      4 * count(u.size() + a.size() + us.size()),
      [&] { neocognitron_s(bench.stream(), s, 1.5f, u.data(), a.data(), b.data(), v.data(), us.data()); },
      [&] {
        return bench.agrees(us, [&](int64_t i) {
          const int64_t column = i % p, row = i / p % p, plane = i / p / p % k, image = i / p / p / k;
          double sum = 1;
          for (int64_t t = 0; t < taps; ++t) {
            const int64_t at = ((image * j + t / 25) * size + row + t % 25 / 5) * size + column + t % 5;
            sum += static_cast<double>(ha[static_cast<size_t>(plane * taps + t)]) *
                   static_cast<double>(hu[static_cast<size_t>(at)]);
          }
          const double inhibits = 1.2 * static_cast<double>(hb[static_cast<size_t>(plane)]) *
                                  static_cast<double>(hv[static_cast<size_t>((image * p + row) * p + column)]);
          return 1.5 * std::fmax(0.0, sum / (1 + inhibits) - 1);
        });
      });
}

}  // namespace

void bench_sharing(OperatorBench& bench, int batch) {
  local(bench, batch, 1, 32, 6);
  local(bench, batch, 16, 16, 16);
  s_cells(bench, batch, 24, 16, 80);
}

}  // namespace striate
