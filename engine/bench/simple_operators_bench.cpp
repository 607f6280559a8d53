#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/bench/operator_bench.h"
#include "engine/walk/update_walk.h"
#include "kernels/activation.h"
#include "kernels/dropout.h"
#include "kernels/early_layers.h"
#include "kernels/elementwise.h"
#include "kernels/loss.h"
#include "kernels/normalize.h"
#include "kernels/optimizer.h"
#include "kernels/pool.h"
#include "kernels/softmax.h"

namespace striate {
namespace {

using Forward = void (*)(Stream&, int64_t, const float*, float*);
using Backward = void (*)(Stream&, int64_t, const float*, const float*, float*, Result);

void leaky_forward(Stream& stream, int64_t count, const float* x, float* y) {
  leaky_relu_forward(stream, count, 0.01f, x, y);
}
void leaky_backward(Stream& stream, int64_t count, const float* x, const float* dy, float* dx, Result result) {
  leaky_relu_backward(stream, count, 0.01f, x, dy, dx, result);
}

// value: y of x. slope: dy/dx of x; `from_y`: what the backward pass reads is y, else x.
void activation(OperatorBench& bench, const char* name, int64_t count, Forward forward, Backward backward, bool from_y,
                double (*value)(double), double (*slope)(double)) {
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const double n = static_cast<double>(count);
  const std::string shape = fmt::format("{}", count);
  bench.time(
      name, shape, n, 8 * n, [&] { forward(bench.stream(), count, x.data(), y.data()); },
      [&] { return bench.agrees(y, [&](int64_t i) { return value(hx[static_cast<size_t>(i)]); }); });
  bench.time(
      std::string(name) + " backward", shape, n, 12 * n,
      [&] { backward(bench.stream(), count, from_y ? y.data() : x.data(), dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          return slope(hx[static_cast<size_t>(i)]) * static_cast<double>(hdy[static_cast<size_t>(i)]);
        });
      });
}

// What a ReLU passes back by the rules of explanations.
void relu_rules(OperatorBench& bench, int64_t count) {
  Buffer<float> x = bench.random(count), dy = bench.random(count), dx = bench.empty(count);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const double n = static_cast<double>(count);
  for (const BackwardRule rule : {BackwardRule::deconvnet, BackwardRule::guided}) {
    const bool guided = rule == BackwardRule::guided;
    bench.time(
        guided ? "relu guided" : "relu deconvnet", fmt::format("{}", count), n, (guided ? 12 : 8) * n,
        [&] {
          relu_backward_by_rule(bench.stream(), rule, std::numeric_limits<float>::infinity(), count, x.data(),
                                dy.data(), dx.data(), Result::overwrite);
        },
        [&] {
          return bench.agrees(dx, [&](int64_t i) {
            const auto at = static_cast<size_t>(i);
            return guided && !(hx[at] > 0) ? 0.0 : std::max(0.0, static_cast<double>(hdy[at]));
          });
        });
  }
}

double leaky(double v) { return v > 0 ? v : 0.01 * v; }
double leaky_slope(double v) { return v > 0 ? 1 : 0.01; }
double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
double sigmoid_slope(double v) { return sigmoid(v) * (1 - sigmoid(v)); }
double tanh_value(double v) { return std::tanh(v); }
double tanh_slope(double v) { return 1 - std::tanh(v) * std::tanh(v); }

void pooling(OperatorBench& bench, int n, int c, int size) {
  Pool2dShape s;
  s.n = n, s.c = c, s.h = s.w = size;
  Buffer<float> x = bench.random(s.x_size()), dy = bench.random(s.y_size());
  Buffer<float> y = bench.empty(s.y_size()), dx = bench.empty(s.x_size());
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const double in = static_cast<double>(s.x_size()), out = static_cast<double>(s.y_size());
  const int q = s.q();
  std::string shape = fmt::format("{}x{}x{}x{} 2x2", n, c, size, size);
  bench.time(
      "average_pool", shape, in, 4 * (in + out), [&] { average_pool_forward(bench.stream(), s, x.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const float* at = hx.data() + (i / q * 2) * size + i % q * 2;
          return (static_cast<double>(at[0]) + at[1] + at[size] + at[size + 1]) / 4;
        });
      });
  bench.time(
      "average_pool backward", shape, in, 4 * (in + out),
      [&] { average_pool_backward(bench.stream(), s, dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx,
                            [&](int64_t i) { return hdy[static_cast<size_t>(i / size / 2 * q + i % size / 2)] / 4.0; });
      });
  const int64_t pixels = static_cast<int64_t>(size) * size;
  shape = fmt::format("{}x{}x{}x{}", n, c, size, size);
  const double planes = static_cast<double>(n) * c;
  bench.time(
      "global_average_pool", shape, in, 4 * (in + planes),
      [&] { global_average_pool_forward(bench.stream(), n, c, pixels, x.data(), y.data()); },
      [&] {
        const std::vector<float> got = bench.host(y);
        for (int64_t i = 0; i < static_cast<int64_t>(n) * c; i += 7) {
          double sum = 0;
          for (int64_t j = 0; j < pixels; ++j) sum += static_cast<double>(hx[static_cast<size_t>(i * pixels + j)]);
          const double mean = sum / static_cast<double>(pixels);
          if (!(std::fabs(mean - static_cast<double>(got[static_cast<size_t>(i)])) <= 1e-5)) return false;
        }
        return true;
      });
  bench.time(
      "global_average_pool backward", shape, planes, 4 * (in + planes),
      [&] { global_average_pool_backward(bench.stream(), n, c, pixels, dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          return static_cast<double>(hdy[static_cast<size_t>(i / pixels)]) / static_cast<double>(pixels);
        });
      });
}

// LeNet-5's first subsampling, its biggest table and its outputs.
void early_layers(OperatorBench& bench, int n) {
  const SumPoolShape s{n, 6, 28, 28, 2};
  Buffer<float> x = bench.random(s.x_size()), w = bench.random(84 * 10), y = bench.empty(s.y_size());
  const std::vector<float> hx = bench.host(x), hw = bench.host(w);
  const auto at = [](const std::vector<float>& values, int64_t i) {
    return static_cast<double>(values[static_cast<size_t>(i)]);
  };
  const auto in = static_cast<double>(s.x_size()), out = static_cast<double>(s.y_size());
  bench.time(
      "sum_pool", fmt::format("{}x6x28x28", n), in + 2 * out, 4 * (in + out),
      [&] { sum_pool_forward(bench.stream(), s, x.data(), w.data(), w.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          const int64_t plane = i / 196, corner = (plane * 28 + i / 14 % 14 * 2) * 28 + i % 14 * 2;
          const double sum = at(hx, corner) + at(hx, corner + 1) + at(hx, corner + 28) + at(hx, corner + 29);
          return at(hw, plane % 6) * (sum + 1);
        });
      });
  const double cells = 84.0 * n;
  Buffer<float> distances = bench.empty(int64_t{10} * n);
  bench.time(
      "rbf", fmt::format("{}x84 to 10", n), 30 * cells, 4 * (cells + 840 + 10.0 * n),
      [&] { rbf_forward(bench.stream(), n, 10, 84, 1, x.data(), w.data(), distances.data()); },
      [&] {
        return bench.agrees(distances, [&](int64_t i) {
          double sum = 0;
          for (int64_t j = 0; j < 84; ++j) sum += std::pow(at(hx, i / 10 * 84 + j) - at(hw, i % 10 * 84 + j), 2);
          return sum;
        });
      });
}

void dropout(OperatorBench& bench, int64_t count) {
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  Buffer<float> mask = bench.empty(count);
  Buffer<uint64_t> sequence(bench.stream().device(), 1, "a benchmark");
  const uint64_t first = 1;
  upload(bench.stream(), sequence, &first, 1);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const double n = static_cast<double>(count);
  const std::string shape = fmt::format("{}", count);
  const auto times_mask = [&](const Buffer<float>& result, const std::vector<float>& values) {
    const std::vector<float> m = bench.host(mask);
    int64_t kept = 0;
    for (const float factor : m) {
      if (factor != 0.0f && factor != 2.0f) return false;
      kept += factor != 0.0f;
    }
    const double expected = n / 2;
    return std::fabs(static_cast<double>(kept) - expected) < 5 * std::sqrt(n) / 2 &&
           bench.agrees(result, [&](int64_t i) {
             return static_cast<double>(values[static_cast<size_t>(i)]) *
                    static_cast<double>(m[static_cast<size_t>(i)]);
           });
  };
  bench.time(
      "dropout", shape, n, 12 * n,
      [&] { dropout_forward(bench.stream(), count, 0.5f, 1, sequence.data(), x.data(), mask.data(), y.data()); },
      [&] { return times_mask(y, hx); });
  bench.time(
      "dropout backward", shape, n, 12 * n,
      [&] { dropout_backward(bench.stream(), count, mask.data(), dy.data(), dx.data(), Result::overwrite); },
      [&] { return times_mask(dx, hdy); });
}

void add_two(OperatorBench& bench, int64_t count) {
  Buffer<float> a = bench.random(count), b = bench.random(count), y = bench.empty(count);
  const std::vector<float> ha = bench.host(a), hb = bench.host(b);
  const double n = static_cast<double>(count);
  bench.time(
      "add", fmt::format("{}", count), n, 12 * n, [&] { add(bench.stream(), count, a.data(), b.data(), y.data()); },
      [&] {
        return bench.agrees(y, [&](int64_t i) {
          return static_cast<double>(ha[static_cast<size_t>(i)]) + static_cast<double>(hb[static_cast<size_t>(i)]);
        });
      });
}

void softmax(OperatorBench& bench, int n, int k) {
  const int64_t count = static_cast<int64_t>(n) * k;
  Buffer<float> x = bench.random(count), dy = bench.random(count), y = bench.empty(count), dx = bench.empty(count);
  const std::vector<float> hx = bench.host(x), hdy = bench.host(dy);
  const double values = static_cast<double>(count);
  const std::string shape = fmt::format("{}x{}", n, k);
  const auto of = [&](int64_t i) {
    double sum = 0;
    for (int64_t j = i / k * k; j < i / k * k + k; ++j)
      sum += std::exp(static_cast<double>(hx[static_cast<size_t>(j)]));
    return std::exp(static_cast<double>(hx[static_cast<size_t>(i)])) / sum;
  };
  bench.time(
      "softmax", shape, 3 * values, 8 * values, [&] { softmax_forward(bench.stream(), n, k, 1, x.data(), y.data()); },
      [&] { return bench.agrees(y, of); });
  bench.time(
      "softmax backward", shape, 4 * values, 12 * values,
      [&] { softmax_backward(bench.stream(), n, k, 1, y.data(), dy.data(), dx.data(), Result::overwrite); },
      [&] {
        return bench.agrees(dx, [&](int64_t i) {
          double sum = 0;
          for (int64_t j = i / k * k; j < i / k * k + k; ++j)
            sum += of(j) * static_cast<double>(hdy[static_cast<size_t>(j)]);
          return of(i) * (static_cast<double>(hdy[static_cast<size_t>(i)]) - sum);
        });
      });
}

// Losses of single values; `value` of (x, target).
using ValueLoss = void (*)(Stream&, int64_t, const float*, const float*, float*, float*, float*);
void value_loss(OperatorBench& bench, const char* name, int64_t count, bool squashed, ValueLoss loss,
                double (*value)(double, double)) {
  Buffer<float> x = bench.random(count), target = bench.random(count);
  std::vector<float> hx = bench.host(x), ht = bench.host(target);
  for (float& v : ht) v = v > 0 ? 1.0f : 0.0f;
  if (squashed) {
    for (float& v : hx) v = 0.5f + 0.4f * v;
  }
  upload(bench.stream(), x, hx.data(), count);
  upload(bench.stream(), target, ht.data(), count);
  Buffer<float> mean = bench.empty(1), each = bench.empty(count), dx = bench.empty(count);
  const double n = static_cast<double>(count);
  bench.time(
      name, fmt::format("{}", count), 4 * n, 16 * n,
      [&] { loss(bench.stream(), count, x.data(), target.data(), mean.data(), each.data(), dx.data()); },
      [&] {
        const auto of = [&](int64_t i, double shift) {
          return value(static_cast<double>(hx[static_cast<size_t>(i)]) + shift,
                       static_cast<double>(ht[static_cast<size_t>(i)]));
        };
        return bench.agrees(each, [&](int64_t i) { return of(i, 0); }) &&
               bench.agrees(dx, [&](int64_t i) { return (of(i, 1e-5) - of(i, -1e-5)) / 2e-5 / n; });
      });
}

double squared(double x, double t) { return (x - t) * (x - t); }
double binary(double x, double t) { return -(t * std::log(x) + (1 - t) * std::log(1 - x)); }
double binary_logits(double x, double t) { return std::log1p(std::exp(x)) - t * x; }

// The first step of every optimizer, against the same step of one weight alone.
void optimizers(OperatorBench& bench, int64_t count) {
  const double n = static_cast<double>(count);
  std::vector<std::string> texts = optimizer_names();
  texts.emplace_back("sgd momentum 0.9");
  for (const std::string& text : texts) {
    const OptimizerSettings settings = OptimizerSettings::parse(text);
    const std::vector<float> zeros(static_cast<size_t>(count));
    Buffer<float> g = bench.random(count), w = bench.random(count);
    const std::vector<float> hw = bench.host(w), hg = bench.host(g);
    std::vector<Buffer<float>> arrays;
    std::vector<float*> own;
    for (size_t i = 0; i < settings.states().size(); ++i) {
      arrays.push_back(bench.empty(count));
      upload(bench.stream(), arrays.back(), zeros.data(), count);
      own.push_back(arrays.back().data());
    }
    Buffer<StepState> state(bench.stream().device(), 1, "a benchmark");
    const StepState first;
    upload(bench.stream(), state, &first, 1);
    bool started = false;
    const double many = static_cast<double>(own.size());
    bench.time(  // about 2 operations for the weight and 5 for each array
        text, fmt::format("{}", count), (2 + 5 * many) * n, (12 + 8 * many) * n,
        [&] {
          if (!started) begin_update(bench.stream(), settings, state.data());
          started = true;
          settings.kind->update(bench.stream(), settings, count, state.data(), g.data(), w.data(), own.data());
        },
        [&] {
          return bench.agrees(w, [&](int64_t i) {
            const auto at = static_cast<size_t>(i);
            return static_cast<double>(
                walk_update(settings, first.rate, 1, hw[at], hg[at], std::vector<float>(own.size())).after);
          });
        });
  }
}

// What is done to gradients before an optimizer takes them.
void gradient_changes(OperatorBench& bench, int64_t count) {
  const double n = static_cast<double>(count);
  Buffer<float> g = bench.random(count), w = bench.random(count), to = bench.empty(count);
  const std::vector<float> hg = bench.host(g), hw = bench.host(w);
  bench.time(
      "l1_gradient", fmt::format("{}", count), 2 * n, 12 * n,
      [&] { l1_gradient(bench.stream(), 0.1f, count, g.data(), w.data(), to.data()); },
      [&] {
        return bench.agrees(to, [&](int64_t i) {
          const auto at = static_cast<size_t>(i);
          return static_cast<double>(hg[at]) + 0.1 * (hw[at] > 0 ? 1 : hw[at] < 0 ? -1 : 0);
        });
      });
  // A norm below the limit, so that each run does the same.
  const float small = 0.5f;
  Buffer<float> norm(bench.stream().device(), 1, "a benchmark");
  upload(bench.stream(), norm, &small, 1);
  bench.time(
      "clip_by_norm", fmt::format("{}", count), n, 8 * n,
      [&] { clip_by_norm(bench.stream(), 1, norm.data(), count, g.data()); },
      [&] { return bench.agrees(g, [&](int64_t i) { return static_cast<double>(hg[static_cast<size_t>(i)]); }); });
}

}  // namespace

void bench_simple_operators(OperatorBench& bench, int batch) {
  const int64_t values = static_cast<int64_t>(batch) * 6 * 28 * 28;
  activation(bench, "leaky_relu", values, leaky_forward, leaky_backward, false, leaky, leaky_slope);
  activation(bench, "sigmoid", values, sigmoid_forward, sigmoid_backward, true, sigmoid, sigmoid_slope);
  activation(bench, "tanh", values, tanh_forward, tanh_backward, true, tanh_value, tanh_slope);
  relu_rules(bench, values);
  pooling(bench, batch, 6, 28);
  early_layers(bench, batch);
  dropout(bench, values);
  add_two(bench, values);
  softmax(bench, batch, 10);
  value_loss(bench, "mean_squared_error", static_cast<int64_t>(batch) * 10, false, mean_squared_error, squared);
  value_loss(bench, "binary_cross_entropy", static_cast<int64_t>(batch) * 10, true, binary_cross_entropy, binary);
  value_loss(bench, "binary_cross_entropy logits", static_cast<int64_t>(batch) * 10, false,
             binary_cross_entropy_with_logits, binary_logits);
  optimizers(bench, 61706);
  gradient_changes(bench, 61706);
}

}  // namespace striate
