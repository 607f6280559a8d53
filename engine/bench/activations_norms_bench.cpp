// The benchmark rows of kernels/activations.h, prelu.h, group_norm.h and lrn.h.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/bench/operator_bench.h"
#include "kernels/activations.h"
#include "kernels/group_norm.h"
#include "kernels/lrn.h"
#include "kernels/prelu.h"

namespace striate {
namespace {

double at(const std::vector<float>& values, int64_t i) { return static_cast<double>(values[static_cast<size_t>(i)]); }

// `positive`: of values from 1/2 to 3/2 instead of -1 to 1.
void curve(OperatorBench& bench, const char* name, const Activation& c, int64_t count, double (*value)(double),
           bool positive = false) {
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  if (positive) {
    std::vector<float> moved = bench.host(x);
    for (float& v : moved) v = 1 + 0.5f * v;
    upload(bench.stream(), x, moved.data(), count);
    bench.stream().synchronize();
  }
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const auto n = static_cast<double>(count);
  const std::string shape = fmt::format("{}", count);
  bench.time(
      name, shape, n, 8 * n, [&] { activation_forward(bench.stream(), c, count, x.data(), y.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return value(at(hx, i)); }); });
  bench.time(
      std::string(name) + " backward", shape, n, 12 * n,
      [&] { activation_backward(bench.stream(), c, count, x.data(), dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(
            dx, [&](int64_t i) { return (value(at(hx, i) + 1e-6) - value(at(hx, i) - 1e-6)) / 2e-6 * at(hdy, i); });
      });
}

double elu(double x) { return x > 0 ? x : std::expm1(x); }
double hard_swish(double x) { return x * (x / 6 + 0.5); }  // within -3 .. 3
double hard_sigmoid(double x) { return 0.2 * x + 0.5; }
double gelu(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double gelu_tanh(double x) {
  return x / (1 + std::exp(-2 * std::sqrt(2 / 3.14159265358979) * (x + 0.044715 * x * x * x)));
}
double silu(double x) { return x / (1 + std::exp(-x)); }
double mish(double x) { return x * std::tanh(std::log1p(std::exp(x))); }
double scaled_tanh(double x) { return 1.7159 * std::tanh(2.0 / 3 * x); }
double softplus(double x) { return std::log1p(std::exp(x)); }
double clip(double x) { return std::min(std::max(x, 0.0), 6.0); }

void prelu(OperatorBench& bench, int n, int c, int64_t pixels) {
  const int64_t count = n * c * pixels;
  const PreluShape s = prelu_shape({n, c, pixels}, {c, 1});
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  Buffer<float> slopes = bench.random(c), dslopes = bench.empty(c);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy), hs = bench.host(slopes);
  const auto values = static_cast<double>(count);
  const std::string shape = fmt::format("{}x{}x{}", n, c, pixels);
  const auto slope = [&](int64_t i) { return at(hx, i) > 0 ? 1.0 : at(hs, i / pixels % c); };
  bench.time(
      "prelu", shape, values, 8 * values, [&] { prelu_forward(bench.stream(), s, x.data(), slopes.data(), y.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return at(hx, i) * slope(i); }); });
  bench.time(
      "prelu by input", shape, values, 12 * values,
      [&] {
        prelu_backward_input(bench.stream(), s, x.data(), slopes.data(), dy.data(), dx.data(), Result::overwrite);
      },
      [&] { return bench.agrees(dx, [&](int64_t i) { return at(hdy, i) * slope(i); }); });
  bench.time(
      "prelu by slopes", shape, 2 * values, 8 * values,
      [&] { prelu_backward_slopes(bench.stream(), s, x.data(), dy.data(), dslopes.data()); },
      [&] {
        return bench.agrees(dslopes, [&](int64_t channel) {
          double sum = 0;
          for (int64_t i = 0; i < count; ++i) {
            if (i / pixels % c == channel && at(hx, i) <= 0) sum += at(hx, i) * at(hdy, i);
          }
          return sum;
        });
      });
}

void group_norm(OperatorBench& bench, const char* name, const GroupNormShape& s) {
  const int64_t count = s.rows() * s.row(), channels = s.groups * s.channels;
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  Buffer<float> scale = bench.random(channels), shift = bench.random(channels), dscale = bench.empty(channels),
                dshift = bench.empty(channels), mean = bench.empty(s.rows()), inverse = bench.empty(s.rows()),
                scratch = bench.empty(group_norm_scratch(s));
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy), hg = bench.host(scale), hb = bench.host(shift);
  const auto values = static_cast<double>(count);
  const std::string shape = fmt::format("{}x{}x{}x{}", s.n, s.groups, s.channels, s.pixels);
  const auto channel = [&](int64_t i) { return i / s.row() % s.groups * s.channels + i % s.row() / s.pixels; };
  struct Row {
    double mean = 0, inverse = 0, first = 0, second = 0;
  };
  const auto row_of = [&](int64_t i) {
    const int64_t begin = i / s.row() * s.row();
    const auto size = static_cast<double>(s.row());
    Row row;
    double variance = 0;
    for (int64_t j = begin; j < begin + s.row(); ++j) row.mean += at(hx, j) / size;
    for (int64_t j = begin; j < begin + s.row(); ++j) variance += std::pow(at(hx, j) - row.mean, 2) / size;
    row.inverse = 1 / std::sqrt(variance + 1e-5);
    for (int64_t j = begin; j < begin + s.row(); ++j) {
      const double g = at(hdy, j) * at(hg, channel(j));
      row.first += g / size;
      row.second += g * (at(hx, j) - row.mean) * row.inverse / size;
    }
    return row;
  };
  bench.time(
      name, shape, 6 * values, 8 * values,
      [&] {
        group_norm_forward(bench.stream(), s, x.data(), scale.data(), shift.data(), mean.data(), inverse.data(),
                           y.data());
      },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const Row row = row_of(i);
          return (at(hx, i) - row.mean) * row.inverse * at(hg, channel(i)) + at(hb, channel(i));
        });
      });
  bench.time(
      std::string(name) + " backward", shape, 12 * values, 12 * values,
      [&] {
        group_norm_backward(bench.stream(), s, x.data(), scale.data(), mean.data(), inverse.data(), dy.data(),
                            dx.data(), dscale.data(), dshift.data(), Result::overwrite, scratch.data());
      },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          const Row row = row_of(i);
          const double xhat = (at(hx, i) - row.mean) * row.inverse;
          return row.inverse * (at(hdy, i) * at(hg, channel(i)) - row.first - xhat * row.second);
        });
      });
}

void lrn(OperatorBench& bench, int n, int c, int64_t pixels) {
  const LrnShape s{n, c, pixels, 5, 0.5f, 0.75f, 1};
  const int64_t count = n * c * pixels;
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count),
                sums = bench.empty(count);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const auto values = static_cast<double>(count);
  const std::string shape = fmt::format("{}x{}x{}", n, c, pixels);
  // The values of the channels around that are there.
  const auto around = [&](int64_t i, const std::function<void(int64_t)>& f) {
    const int64_t channel = i / pixels % c;
    for (int64_t d = -2; d <= 2; ++d) {
      if (channel + d >= 0 && channel + d < c) f(i + d * pixels);
    }
  };
  const auto sum_of = [&](int64_t i) {
    double sum = 0;
    around(i, [&](int64_t j) { sum += at(hx, j) * at(hx, j); });
    return 1 + 0.1 * sum;
  };
  bench.time(
      "lrn", shape, 12 * values, 12 * values, [&] { lrn_forward(bench.stream(), s, x.data(), sums.data(), y.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return at(hx, i) * std::pow(sum_of(i), -0.75); }); });
  bench.time(
      "lrn backward", shape, 20 * values, 20 * values,
      [&] {
        lrn_backward(bench.stream(), s, x.data(), sums.data(), y.data(), dy.data(), dx.data(), Result::overwrite);
      },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          double sum = 0;
          around(i, [&](int64_t j) { sum += at(hdy, j) * at(hx, j) * std::pow(sum_of(j), -1.75); });
          return at(hdy, i) * std::pow(sum_of(i), -0.75) - 2 * 0.1 * 0.75 * at(hx, i) * sum;
        });
      });
}

}  // namespace

void bench_curves_and_norms(OperatorBench& bench, int batch) {
  const int64_t values = static_cast<int64_t>(batch) * 6 * 28 * 28;
  curve(bench, "elu", {ActivationKind::elu, 1, 0}, values, elu);
  curve(bench, "hard_sigmoid", {ActivationKind::hard_sigmoid, 0.2f, 0.5f}, values, hard_sigmoid);
  curve(bench, "hard_swish", {ActivationKind::hard_swish, 0, 0}, values, hard_swish);
  curve(bench, "gelu", {ActivationKind::gelu, 0, 0}, values, gelu);
  curve(bench, "gelu tanh", {ActivationKind::gelu_tanh, 0, 0}, values, gelu_tanh);
  curve(bench, "silu", {ActivationKind::silu, 0, 0}, values, silu);
  curve(bench, "scaled_tanh", {ActivationKind::scaled_tanh, 1.7159f, 2.0f / 3}, values, scaled_tanh);
  curve(bench, "mish", {ActivationKind::mish, 0, 0}, values, mish);
  curve(bench, "softplus", {ActivationKind::softplus, 0, 0}, values, softplus);
  curve(bench, "clip", {ActivationKind::clip, 0, 6}, values, clip);
  curve(bench, "erf", {ActivationKind::erf, 0, 0}, values, [](double x) { return std::erf(x); });
  curve(bench, "exp", {ActivationKind::exp, 0, 0}, values, [](double x) { return std::exp(x); });
  curve(
      bench, "log", {ActivationKind::log, 0, 0}, values, [](double x) { return std::log(x); }, true);
  curve(
      bench, "sqrt", {ActivationKind::sqrt, 0, 0}, values, [](double x) { return std::sqrt(x); }, true);
  curve(bench, "abs", {ActivationKind::abs, 0, 0}, values, [](double x) { return std::fabs(x); });
  prelu(bench, batch, 6, 28 * 28);
  group_norm(bench, "group_norm", {batch, 8, 4, 14 * 14});
  group_norm(bench, "instance_norm", {batch, 6, 1, 28 * 28});
  group_norm(bench, "layer_norm", {static_cast<int64_t>(batch) * 49, 1, 96, 1});
  lrn(bench, batch, 16, 27 * 27);
}

}  // namespace striate
