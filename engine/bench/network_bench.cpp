#include "engine/bench/network_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "engine/bench/operator_bench.h"
#include "engine/error.h"
#include "kernels/activation.h"
#include "kernels/conv2d.h"
#include "kernels/dense.h"
#include "kernels/initialize.h"
#include "kernels/loss.h"
#include "kernels/memory.h"
#include "kernels/normalize.h"
#include "kernels/pool.h"

namespace striate {
namespace {

class Bench : public OperatorBench {
 public:
  using OperatorBench::OperatorBench;

  void convolution(const std::string& where, const Conv2dShape& s, bool data_gradient, bool weight_gradient) {
    Buffer<float> x = random(s.x_size()), w = random(s.w_size()), b = random(s.k), dy = random(s.y_size());
    Buffer<float> y = empty(s.y_size()), dx = empty(s.x_size()), dw = empty(s.w_size()), db = empty(s.k);
    Buffer<float> scratch = empty(conv2d_scratch(s));
    const std::string shape = fmt::format("{} {}x{}x{}x{} k{} {}x{} s{} p{}", where, s.n, s.c, s.h, s.w, s.k, s.r, s.s,
                                          s.stride_y, s.pad_top);
    const double flops = 2.0 * static_cast<double>(s.multiply_adds());
    const double bytes = 4.0 * static_cast<double>(s.x_size() + s.w_size() + s.y_size());
    const Places places{s, host(x), host(w), host(b), host(dy)};
    time(
        "conv2d", shape, flops, bytes,
        [&] { conv2d_forward(stream_, s, x.data(), w.data(), b.data(), y.data(), scratch.data()); },
        [&] { return agrees(y, [&](int64_t i) { return places.y(i); }); });
    if (data_gradient) {
      time(
          "conv2d by input", shape, flops, bytes,
          [&] { conv2d_backward_input(stream_, s, dy.data(), w.data(), dx.data(), Result::overwrite, scratch.data()); },
          [&] { return agrees(dx, [&](int64_t i) { return places.dx(i); }); });
    }
    if (weight_gradient) {
      time(
          "conv2d by weights", shape, flops, bytes,
          [&] {
            conv2d_backward_weights(stream_, s, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite,
                                    scratch.data());
          },
          [&] {
            return agrees(dw, [&](int64_t i) { return places.dw(i); }) &&
                   agrees(db, [&](int64_t i) { return places.db(i); });
          });
    }
  }

  void dense(const std::string& where, int n, int c, int k) {
    const auto size = [](int a, int b) { return static_cast<int64_t>(a) * b; };
    Buffer<float> x = random(size(n, c)), w = random(size(k, c)), b = random(k), dy = random(size(n, k));
    Buffer<float> y = empty(size(n, k)), dx = empty(size(n, c)), dw = empty(size(k, c)), db = empty(k);
    Buffer<float> scratch = empty(dense_scratch(n, c, k));
    const std::vector<float> hx = host(x), hw = host(w), hb = host(b), hdy = host(dy);
    const std::string shape = fmt::format("{} {}x{} -> {}", where, n, c, k);
    const double flops = 2.0 * n * c * k, bytes = 4.0 * (size(n, c) + size(k, c) + size(n, k));
    time(
        "dense", shape, flops, bytes,
        [&] { dense_forward(stream_, n, c, k, x.data(), w.data(), b.data(), y.data(), scratch.data()); },
        [&] {
          return agrees(y, [&](int64_t i) {
            double sum = hb[i % k];
            for (int j = 0; j < c; ++j) sum += static_cast<double>(hx[i / k * c + j]) * hw[i % k * c + j];
            return sum;
          });
        });
    time(
        "dense by input", shape, flops, bytes,
        [&] {
          dense_backward_input(stream_, n, c, k, dy.data(), w.data(), dx.data(), Result::overwrite, scratch.data());
        },
        [&] {
          return agrees(dx, [&](int64_t i) {
            double sum = 0;
            for (int j = 0; j < k; ++j) sum += static_cast<double>(hdy[i / c * k + j]) * hw[size(j, c) + i % c];
            return sum;
          });
        });
    time(
        "dense by weights", shape, flops, bytes,
        [&] {
          dense_backward_weights(stream_, n, c, k, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite,
                                 scratch.data());
        },
        [&] {
          return agrees(dw, [&](int64_t i) {
            double sum = 0;
            for (int j = 0; j < n; ++j) sum += static_cast<double>(hdy[size(j, k) + i / c]) * hx[size(j, c) + i % c];
            return sum;
          });
        });
  }

  void relu(const std::string& where, int64_t count) {
    Buffer<float> x = random(count), dy = random(count), y = empty(count), dx = empty(count);
    const std::vector<float> hx = host(x), hdy = host(dy);
    const double n = static_cast<double>(count);
    const std::string shape = fmt::format("{} {}", where, count);
    time(
        "relu", shape, n, 8 * n, [&] { relu_forward(stream_, count, x.data(), y.data()); },
        [&] { return agrees(y, [&](int64_t i) { return std::max(hx[i], 0.0f); }); });
    time(
        "relu backward", shape, n, 12 * n,
        [&] { relu_backward(stream_, count, y.data(), dy.data(), dx.data(), Result::overwrite); },
        [&] { return agrees(dx, [&](int64_t i) { return hx[i] > 0 ? hdy[i] : 0.0f; }); });
  }

  void max_pool(const std::string& where, int n, int c, int h, int w) {
    Pool2dShape s;
    s.n = n, s.c = c, s.h = h, s.w = w;
    Buffer<float> x = random(s.x_size()), dy = random(s.y_size()), y = empty(s.y_size()), dx = empty(s.x_size());
    Buffer<int32_t> argmax(stream_.device(), s.y_size(), "a benchmark");
    const std::vector<float> hx = host(x);
    const int p = s.p(), q = s.q();
    const double in = static_cast<double>(s.x_size()), out = static_cast<double>(s.y_size());
    const std::string shape = fmt::format("{} {}x{}x{}x{} 2x2", where, n, c, h, w);
    time(
        "max_pool", shape, in, 4 * in + 8 * out,
        [&] { max_pool_forward(stream_, s, x.data(), y.data(), argmax.data()); },
        [&] {
          return agrees(y, [&](int64_t i) {
            const float* at = hx.data() + i / q / p * h * w + i / q % p * 2 * w + i % q * 2;
            return std::max(std::max(at[0], at[1]), std::max(at[w], at[w + 1]));
          });
        });
    time(
        "max_pool backward", shape, in, 4 * in + 8 * out,
        [&] { max_pool_backward(stream_, s, dy.data(), argmax.data(), dx.data(), Result::overwrite); },
        [&] {
          const std::vector<float> hdy = host(dy);
          return agrees(dx, [&](int64_t i) {
            const int64_t row = i / w % h, column = i % w, plane = i / w / h;
            if (row / 2 >= p || column / 2 >= q) return 0.0;
            const float* at = hx.data() + plane * h * w + row / 2 * 2 * w + column / 2 * 2;
            const float most = std::max(std::max(at[0], at[1]), std::max(at[w], at[w + 1]));
            return hx[i] == most ? static_cast<double>(hdy[(plane * p + row / 2) * q + column / 2]) : 0.0;
          });
        });
  }

  void batch_norm(const std::string& where, int n, int c, int64_t pixels) {
    const BatchNormShape s{n, c, pixels};
    const int64_t count = n * c * pixels;
    Buffer<float> x = random(count), gamma = random(c), beta = random(c), mean = empty(c), inverse = empty(c);
    Buffer<float> running_mean = random(c), running_variance = random(c), y = empty(count), dy = random(count);
    Buffer<float> dx = empty(count), dgamma = empty(c), dbeta = empty(c), scratch = empty(batch_norm_scratch(s));
    const std::vector<float> hx = host(x), hg = host(gamma), hb = host(beta);
    const double values = static_cast<double>(count);
    const std::string shape = fmt::format("{} {}x{}x{}", where, n, c, pixels);
    time(
        "batch_norm", shape, 7 * values, 8 * values,
        [&] {
          batch_norm_forward_training(stream_, s, x.data(), gamma.data(), beta.data(), running_mean.data(),
                                      running_variance.data(), mean.data(), inverse.data(), y.data(), scratch.data());
        },
        [&] {
          const std::vector<float> m = host(mean), d = host(inverse);
          return agrees(y, [&](int64_t i) {
            const int64_t k = i / pixels % c;
            return (static_cast<double>(hx[i]) - m[k]) * d[k] * hg[k] + hb[k];
          });
        });
    time(
        "batch_norm backward", shape, 9 * values, 12 * values,
        [&] {
          batch_norm_backward(stream_, s, x.data(), gamma.data(), mean.data(), inverse.data(), dy.data(), dx.data(),
                              dgamma.data(), dbeta.data(), Result::overwrite, scratch.data());
        },
        [&] {
          const std::vector<float> m = host(mean), d = host(inverse), hdy = host(dy);
          std::vector<double> sum(static_cast<size_t>(c)), slope(static_cast<size_t>(c));
          for (int64_t i = 0; i < count; ++i) {
            const int64_t k = i / pixels % c;
            sum[k] += hdy[i];
            slope[k] += hdy[i] * (static_cast<double>(hx[i]) - m[k]) * d[k];
          }
          const double each = static_cast<double>(n) * static_cast<double>(pixels);
          return agrees(dgamma, [&](int64_t k) { return slope[k]; }) &&
                 agrees(dbeta, [&](int64_t k) { return sum[k]; }) && agrees(dx, [&](int64_t i) {
                   const int64_t k = i / pixels % c;
                   const double normal = (static_cast<double>(hx[i]) - m[k]) * d[k];
                   return hg[k] * d[k] * (hdy[i] - sum[k] / each - normal * slope[k] / each);
                 });
        });
  }

  void cross_entropy(const std::string& where, int n, int k) {
    Buffer<float> x = random(static_cast<int64_t>(n) * k), loss = empty(1), each = empty(n), p = empty(n * k);
    Buffer<float> dx = empty(static_cast<int64_t>(n) * k);
    Buffer<int32_t> target(stream_.device(), n, "a benchmark");
    std::vector<int32_t> classes(n);
    for (int i = 0; i < n; ++i) classes[i] = i % k;
    upload(stream_, target, classes.data(), n);
    const std::vector<float> hx = host(x);
    time(
        "softmax_cross_entropy", fmt::format("{} {}x{}", where, n, k), 6.0 * n * k, 12.0 * n * k,
        [&] {
          softmax_cross_entropy(stream_, n, k, x.data(), target.data(), loss.data(), each.data(), p.data(), dx.data());
        },
        [&] {
          return agrees(each, [&](int64_t i) {
            double sum = 0;
            for (int j = 0; j < k; ++j) sum += std::exp(static_cast<double>(hx[i * k + j]));
            return std::log(sum) - hx[i * k + classes[i]];
          });
        });
  }

 private:
  // Single values of a convolution's results, as the definition has them.
  struct Places {
    Conv2dShape s;
    std::vector<float> x, w, b, dy;
    int64_t x_at(int64_t n, int64_t c, int64_t row, int64_t column) const {
      return ((n * s.c + c) * s.h + row) * s.w + column;
    }
    bool inside(int64_t row, int64_t column) const { return row >= 0 && row < s.h && column >= 0 && column < s.w; }
    double y(int64_t i) const {
      const int q = s.q(), p = s.p();
      const int64_t column = i % q * s.stride_x - s.pad_left, row = i / q % p * s.stride_y - s.pad_top;
      const int64_t k = i / q / p % s.k, n = i / q / p / s.k;
      double sum = b[static_cast<size_t>(k)];
      for (int64_t c = 0; c < s.c; ++c) {
        for (int r = 0; r < s.r; ++r) {
          for (int t = 0; t < s.s; ++t) {
            if (!inside(row + r, column + t)) continue;
            sum += static_cast<double>(x[x_at(n, c, row + r, column + t)]) * w[((k * s.c + c) * s.r + r) * s.s + t];
          }
        }
      }
      return sum;
    }
    double dx(int64_t i) const {  // stride 1
      const int q = s.q(), p = s.p();
      const int64_t column = i % s.w, row = i / s.w % s.h, c = i / s.w / s.h % s.c, n = i / s.w / s.h / s.c;
      double sum = 0;
      for (int64_t k = 0; k < s.k; ++k) {
        for (int r = 0; r < s.r; ++r) {
          for (int t = 0; t < s.s; ++t) {
            const int64_t pp = row + s.pad_top - r, qq = column + s.pad_left - t;
            if (pp < 0 || pp >= p || qq < 0 || qq >= q) continue;
            sum += static_cast<double>(dy[((n * s.k + k) * p + pp) * q + qq]) * w[((k * s.c + c) * s.r + r) * s.s + t];
          }
        }
      }
      return sum;
    }
    double db(int64_t k) const {
      const int64_t plane = static_cast<int64_t>(s.p()) * s.q();
      double sum = 0;
      for (int64_t n = 0; n < s.n; ++n) {
        for (int64_t at = 0; at < plane; ++at) sum += dy[(n * s.k + k) * plane + at];
      }
      return sum;
    }
    double dw(int64_t i) const {
      const int q = s.q(), p = s.p();
      const int64_t t = i % s.s, r = i / s.s % s.r, c = i / s.s / s.r % s.c, k = i / s.s / s.r / s.c;
      double sum = 0;
      for (int64_t n = 0; n < s.n; ++n) {
        for (int64_t at = 0; at < static_cast<int64_t>(p) * q; ++at) {
          const int64_t row = at / q * s.stride_y - s.pad_top + r, column = at % q * s.stride_x - s.pad_left + t;
          if (!inside(row, column)) continue;
          sum += static_cast<double>(dy[(n * s.k + k) * p * q + at]) * x[x_at(n, c, row, column)];
        }
      }
      return sum;
    }
  };
};

Conv2dShape square(int n, int c, int size, int k, int kernel, int stride = 1, int pad = 0) {
  Conv2dShape s;
  s.n = n, s.c = c, s.h = s.w = size, s.k = k, s.r = s.s = kernel;
  s.stride_y = s.stride_x = stride;
  s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = pad;
  return s;
}

}  // namespace

std::vector<KernelBenchRow> bench_network(Device device, int runs, uint64_t seed, const DeviceLimits& limits,
                                          int batch) {
  if (runs < 1 || batch < 1)
    throw Error(fmt::format("cannot time {} runs of {} pictures", runs, batch), "use 1 or more");
  Bench bench(device, runs, seed, limits);
  const int n = batch;
  bench.convolution("lenet5", square(n, 1, 28, 6, 5, 1, 2), false, true);
  bench.relu("lenet5", static_cast<int64_t>(n) * 6 * 28 * 28);
  bench.max_pool("lenet5", n, 6, 28, 28);
  bench.convolution("lenet5", square(n, 6, 14, 16, 5), true, true);
  bench.relu("lenet5", static_cast<int64_t>(n) * 16 * 10 * 10);
  bench.max_pool("lenet5", n, 16, 10, 10);
  bench.dense("lenet5", n, 400, 120);
  bench.dense("lenet5", n, 120, 84);
  bench.dense("lenet5", n, 84, 10);
  bench.cross_entropy("lenet5", n, 10);

  bench.convolution("tinyvgg", square(n, 3, 64, 10, 3), false, true);
  bench.relu("tinyvgg", static_cast<int64_t>(n) * 10 * 62 * 62);
  bench.convolution("tinyvgg", square(n, 10, 62, 10, 3), true, true);
  bench.relu("tinyvgg", static_cast<int64_t>(n) * 10 * 60 * 60);
  bench.max_pool("tinyvgg", n, 10, 60, 60);
  bench.convolution("tinyvgg", square(n, 10, 30, 10, 3), true, true);
  bench.convolution("tinyvgg", square(n, 10, 28, 10, 3), true, true);
  bench.max_pool("tinyvgg", n, 10, 26, 26);
  bench.dense("tinyvgg", n, 1690, 10);
  bench.batch_norm("resnet20", n, 16, 32 * 32);
  bench_simple_operators(bench, n);
  bench_volumes(bench, n);
  bench_sharing(bench, n);
  bench_curves_and_norms(bench, n);
  bench_tensors(bench, n);

  const int resnet[][6] = {{3, 224, 64, 7, 2, 3},    {64, 56, 64, 1, 1, 0},   {64, 56, 64, 3, 1, 1},
                           {64, 56, 256, 1, 1, 0},   {256, 56, 128, 1, 1, 0}, {128, 56, 128, 3, 2, 1},
                           {128, 28, 128, 3, 1, 1},  {256, 28, 512, 1, 2, 0}, {256, 14, 256, 3, 1, 1},
                           {1024, 14, 256, 1, 1, 0}, {512, 7, 512, 3, 1, 1},  {2048, 7, 512, 1, 1, 0}};
  for (const auto& r : resnet) {
    bench.convolution("resnet50", square(1, r[0], r[1], r[2], r[3], r[4], r[5]), false, false);
  }
  return bench.rows;
}

}  // namespace striate
