#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/bench/operator_bench.h"
#include "kernels/conv3d.h"
#include "kernels/conv_transpose2d.h"
#include "kernels/global_max_pool.h"
#include "kernels/pool3d.h"

namespace striate {
namespace {

double count(int64_t n) { return static_cast<double>(n); }
// Three places from one: depth, row, column.
std::array<int64_t, 3> places(int64_t i, const int (&sizes)[3]) {
  return {i / sizes[2] / sizes[1], i / sizes[2] % sizes[1], i % sizes[2]};
}

// Cases of stride 1 in their plain sums: `stride` and padding only where the formulas below say so.
void convolution(OperatorBench& bench, int n, int c, int size, int k) {
  Conv3dShape s;
  s.n = n, s.c = c, s.k = k;
  for (int a = 0; a < 3; ++a) s.in[a] = size, s.kernel[a] = 3, s.before[a] = s.after[a] = 1;
  Buffer<float> x = bench.random(s.x_size()), w = bench.random(s.w_size()), b = bench.random(k);
  Buffer<float> dy = bench.random(s.y_size()), y = bench.empty(s.y_size()), dx = bench.empty(s.x_size());
  Buffer<float> dw = bench.empty(s.w_size()), db = bench.empty(k), scratch = bench.empty(s.scratch_size());
  const std::vector<float> hx = bench.host(x), hw = bench.host(w), hb = bench.host(b), hdy = bench.host(dy);
  const int64_t volume = s.in_volume();
  // The value of a volume's channel at a place, 0 outside.
  const auto at = [&](const std::vector<float>& values, int64_t plane, int64_t z, int64_t r, int64_t q) {
    const bool inside = z >= 0 && r >= 0 && q >= 0 && z < size && r < size && q < size;
    return inside ? static_cast<double>(values[static_cast<size_t>(plane * volume + (z * size + r) * size + q)]) : 0;
  };
  const auto weight = [&](int64_t kernel, int64_t channel, int64_t t) {
    return static_cast<double>(hw[static_cast<size_t>((kernel * c + channel) * 27 + t)]);
  };
  const std::string shape = fmt::format("{}x{}x{}x{}x{} k{} 3x3x3 p1", n, c, size, size, size, k);
  const double flops = 2 * count(s.multiply_adds()), bytes = 4 * count(s.x_size() + s.w_size() + s.y_size());
  bench.time(
      "conv3d", shape, flops, bytes, [&] { conv3d_forward(bench.stream(), s, x.data(), w.data(), b.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t kernel = i / volume % k, image = i / volume / k;
          const auto [z, r, q] = places(i % volume, s.in);
          double sum = hb[static_cast<size_t>(kernel)];
          for (int64_t channel = 0; channel < c; ++channel) {
            for (int64_t t = 0; t < 27; ++t) {
              sum += weight(kernel, channel, t) *
                     at(hx, image * c + channel, z + t / 9 - 1, r + t / 3 % 3 - 1, q + t % 3 - 1);
            }
          }
          return sum;
        });
      });
  bench.time(
      "conv3d by input", shape, flops, bytes,
      [&] { conv3d_backward_input(bench.stream(), s, dy.data(), w.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          const int64_t channel = i / volume % c, image = i / volume / c;
          const auto [z, r, q] = places(i % volume, s.in);
          double sum = 0;
          for (int64_t kernel = 0; kernel < k; ++kernel) {
            for (int64_t t = 0; t < 27; ++t) {
              sum += weight(kernel, channel, t) *
                     at(hdy, image * k + kernel, z - t / 9 + 1, r - t / 3 % 3 + 1, q - t % 3 + 1);
            }
          }
          return sum;
        });
      });
  bench.time(
      "conv3d by weights", shape, flops, bytes,
      [&] {
        conv3d_backward_weights(bench.stream(), s, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite,
                                scratch.data());
      },
      [&] {
        return bench.agrees(dw, [&](int64_t i) {
          const int64_t t = i % 27, channel = i / 27 % c, kernel = i / 27 / c;
          double sum = 0;
          for (int64_t image = 0; image < n; ++image) {
            for (int64_t o = 0; o < volume; ++o) {
              const auto [z, r, q] = places(o, s.in);
              sum += static_cast<double>(hdy[static_cast<size_t>((image * k + kernel) * volume + o)]) *
                     at(hx, image * c + channel, z + t / 9 - 1, r + t / 3 % 3 - 1, q + t % 3 - 1);
            }
          }
          return sum;
        });
      });
}

// The usual doubling: 2x2 with stride 2, so that every output is one stamp's.
void transposed(OperatorBench& bench, int n, int c, int size, int k) {
  ConvTranspose2dShape t;
  t.n = n, t.c = c, t.h = t.w = size, t.k = k, t.r = t.s = t.stride_y = t.stride_x = 2;
  Buffer<float> x = bench.random(t.x_size()), w = bench.random(t.w_size()), b = bench.random(k);
  Buffer<float> dy = bench.random(t.y_size()), y = bench.empty(t.y_size()), dx = bench.empty(t.x_size());
  Buffer<float> dw = bench.empty(t.w_size()), db = bench.empty(k), scratch = bench.empty(conv_transpose2d_scratch(t));
  const std::vector<float> hx = bench.host(x), hw = bench.host(w), hb = bench.host(b), hdy = bench.host(dy);
  const int64_t wide = 2 * int64_t{size}, plane = int64_t{1} * size * size;
  const auto x_at = [&](int64_t image, int64_t channel, int64_t at) {
    return static_cast<double>(hx[static_cast<size_t>((image * c + channel) * plane + at)]);
  };
  // dy under tap t of the stamp of place `at`.
  const auto dy_at = [&](int64_t image, int64_t kernel, int64_t at, int64_t tap) {
    const int64_t row = at / size * 2 + tap / 2, column = at % size * 2 + tap % 2;
    return static_cast<double>(hdy[static_cast<size_t>(((image * k + kernel) * wide + row) * wide + column)]);
  };
  const std::string shape = fmt::format("{}x{}x{}x{} k{} 2x2 s2", n, c, size, size, k);
  const double flops = 2 * count(t.multiply_adds()), bytes = 4 * count(t.x_size() + t.w_size() + t.y_size());
  bench.time(
      "conv_transpose2d", shape, flops, bytes,
      [&] { conv_transpose2d_forward(bench.stream(), t, x.data(), w.data(), b.data(), y.data(), scratch.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t column = i % wide, row = i / wide % wide, kernel = i / wide / wide % k;
          const int64_t image = i / wide / wide / k, tap = row % 2 * 2 + column % 2;
          double sum = hb[static_cast<size_t>(kernel)];
          for (int64_t channel = 0; channel < c; ++channel) {
            sum += x_at(image, channel, row / 2 * size + column / 2) *
                   hw[static_cast<size_t>((channel * k + kernel) * 4 + tap)];
          }
          return sum;
        });
      });
  bench.time(
      "conv_transpose2d by input", shape, flops, bytes,
      [&] {
        conv_transpose2d_backward_input(bench.stream(), t, dy.data(), w.data(), dx.data(), Result::overwrite,
                                        scratch.data());
      },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          const int64_t channel = i / plane % c;
          double sum = 0;
          for (int64_t j = 0; j < int64_t{4} * k; ++j) {
            sum += dy_at(i / plane / c, j / 4, i % plane, j % 4) * hw[static_cast<size_t>(channel * k * 4 + j)];
          }
          return sum;
        });
      });
  bench.time(
      "conv_transpose2d by weights", shape, flops, bytes,
      [&] {
        conv_transpose2d_backward_weights(bench.stream(), t, x.data(), dy.data(), dw.data(), db.data(),
                                          Result::overwrite, scratch.data());
      },
      [&] {
        return bench.agrees(dw, [&](int64_t i) {
          const int64_t tap = i % 4, kernel = i / 4 % k, channel = i / 4 / k;
          double sum = 0;
          for (int64_t j = 0; j < n * plane; ++j) {
            sum += x_at(j / plane, channel, j % plane) * dy_at(j / plane, kernel, j % plane, tap);
          }
          return sum;
        });
      });
}

// 3x3 windows with a dilation of 2 on pictures, stride 1, by the general form.
void pooling(OperatorBench& bench, int n, int c, int size) {
  Pool3dShape s;
  s.n = n, s.c = c;
  for (int a = 1; a < 3; ++a) s.in[a] = size, s.window[a] = 3, s.dilation[a] = 2, s.before[a] = s.after[a] = 2;
  Buffer<float> x = bench.random(s.x_size()), dy = bench.random(s.y_size());
  Buffer<float> y = bench.empty(s.y_size()), dx = bench.empty(s.x_size());
  Buffer<int32_t> argmax(bench.stream().device(), s.y_size(), "a benchmark");
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const std::string shape = fmt::format("{}x{}x{}x{} 3x3 d2 p2", n, c, size, size);
  const double in = count(s.x_size()), out = count(s.y_size());
  // use(place) for every value around place i, itself included.
  const auto around = [&](int64_t i, const auto& use) {
    const int64_t row = i / size % size, column = i % size, first = i - row * size - column;
    for (int64_t t = 0; t < 9; ++t) {
      const int64_t r = row + t / 3 * 2 - 2, q = column + t % 3 * 2 - 2;
      if (r >= 0 && r < size && q >= 0 && q < size) use(static_cast<size_t>(first + r * size + q));
    }
  };
  const auto largest = [&](int64_t i) {
    size_t best = static_cast<size_t>(i);
    around(i, [&](size_t at) { best = hx[at] > hx[best] ? at : best; });
    return best;
  };
  bench.time(
      "max_pool3d", shape, 9 * out, 4 * in + 8 * out,
      [&] { max_pool3d_forward(bench.stream(), s, x.data(), y.data(), argmax.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return hx[largest(i)]; }); });
  bench.time(
      "max_pool3d backward", shape, 9 * in, 4 * in + 8 * out,
      [&] { max_pool3d_backward(bench.stream(), s, dy.data(), argmax.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          double sum = 0;
          around(i, [&](size_t at) {
            if (largest(static_cast<int64_t>(at)) == static_cast<size_t>(i)) sum += hdy[at];
          });
          return sum;
        });
      });
  bench.time(
      "max_pool3d places", shape, 9 * out, 4 * in + 4 * out,
      [&] { max_pool3d_argmax(bench.stream(), s, false, x.data(), y.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return static_cast<double>(largest(i)); }); });
  s.count_include_pad = false;
  bench.time(
      "average_pool3d", shape, 9 * out, 4 * in + 4 * out,
      [&] { average_pool3d_forward(bench.stream(), s, x.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          double sum = 0, places_inside = 0;
          around(i, [&](size_t at) { sum += hx[at], places_inside += 1; });
          return sum / places_inside;
        });
      });
  bench.time(
      "average_pool3d backward", shape, 9 * in, 4 * in + 4 * out,
      [&] { average_pool3d_backward(bench.stream(), s, dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          double sum = 0;
          around(i, [&](size_t at) {
            double places_inside = 0;
            around(static_cast<int64_t>(at), [&](size_t) { places_inside += 1; });
            sum += hdy[at] / places_inside;
          });
          return sum;
        });
      });
}

void global_maximum(OperatorBench& bench, int n, int c, int64_t pixels) {
  const int64_t values = n * c * pixels;
  Buffer<float> x = bench.random(values), dy = bench.random(int64_t{1} * n * c), y = bench.empty(int64_t{1} * n * c);
  Buffer<float> dx = bench.empty(values);
  Buffer<int32_t> argmax(bench.stream().device(), int64_t{1} * n * c, "a benchmark");
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const auto largest = [&](int64_t plane) {
    return *std::max_element(hx.begin() + plane * pixels, hx.begin() + (plane + 1) * pixels);
  };
  const std::string shape = fmt::format("{}x{}x{}", n, c, pixels);
  bench.time(
      "global_max_pool", shape, count(values), 4 * count(values),
      [&] { global_max_pool_forward(bench.stream(), n, c, pixels, x.data(), y.data(), argmax.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return largest(i); }); });
  bench.time(
      "global_max_pool backward", shape, count(values), 4 * count(values),
      [&] {
        global_max_pool_backward(bench.stream(), n, c, pixels, dy.data(), argmax.data(), dx.data(), Result::overwrite);
      },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          const int64_t plane = i / pixels;
          return hx[static_cast<size_t>(i)] == largest(plane) ? hdy[static_cast<size_t>(plane)] : 0.0f;
        });
      });
}

}  // namespace

void bench_volumes(OperatorBench& bench, int batch) {
  convolution(bench, 1, 16, 20, 32);
  transposed(bench, 1, 128, 28, 64);
  pooling(bench, 1, 64, 56);
  global_maximum(bench, batch, 512, 49);
}

}  // namespace striate
