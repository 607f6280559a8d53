// Activation, softmax, batch normalization, dropout and the moves of whole arrays.
#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/activation.h"
#include "kernels/dropout.h"
#include "kernels/elementwise.h"
#include "kernels/error.h"
#include "kernels/normalize.h"
#include "kernels/random.h"
#include "kernels/softmax.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

struct ActivationCase {
  const char* name;
  double (*f)(double);
  std::function<void(Stream&, int64_t, const float*, float*)> forward;
  std::function<void(Stream&, int64_t, const float*, const float*, const float*, float*, Result)> backward;
};
const float kSlope = 0.01f;
std::vector<ActivationCase> activations() {
  return {
      {"relu", [](double x) { return x > 0 ? x : 0; }, relu_forward,
       [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx, Result r) {
         relu_backward(s, n, y, dy, dx, r);
       }},
      {"leaky_relu", [](double x) { return x > 0 ? x : kSlope * x; },
       [](Stream& s, int64_t n, const float* x, float* y) { leaky_relu_forward(s, n, kSlope, x, y); },
       [](Stream& s, int64_t n, const float* x, const float*, const float* dy, float* dx, Result r) {
         leaky_relu_backward(s, n, kSlope, x, dy, dx, r);
       }},
      {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, sigmoid_forward,
       [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx, Result r) {
         sigmoid_backward(s, n, y, dy, dx, r);
       }},
      {"tanh", [](double x) { return std::tanh(x); }, tanh_forward,
       [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx, Result r) {
         tanh_backward(s, n, y, dy, dx, r);
       }},
  };
}

// What a ReLU passes back of g by the rules beside the derivative.
double passed_back(BackwardRule rule, double x, double high, double g) {
  const bool within = x > 0 && x <= high;
  if (rule == BackwardRule::guided && !within) return 0;
  return std::isnan(g) ? g : std::max(g, 0.0);
}

// softmax or its logarithm over K of (N, K, pixels).
Doubles softmax_reference(int n, int k, int64_t pixels, const Doubles& x, bool logarithm) {
  Doubles y(x.size());
  for (int64_t i = 0; i < n * pixels; ++i) {
    const int64_t first = i / pixels * k * pixels + i % pixels;
    double most = x[first], sum = 0;
    for (int j = 0; j < k; ++j) most = std::max(most, x[first + j * pixels]);
    for (int j = 0; j < k; ++j) sum += std::exp(x[first + j * pixels] - most);
    for (int j = 0; j < k; ++j) {
      const double z = x[first + j * pixels] - most - std::log(sum);
      y[first + j * pixels] = logarithm ? z : std::exp(z);
    }
  }
  return y;
}

struct BatchNormReference {
  Doubles y, mean, variance;
};
BatchNormReference batch_norm_reference(const BatchNormShape& s, const Doubles& x, const Doubles& gamma,
                                        const Doubles& beta) {
  BatchNormReference r{Doubles(x.size()), Doubles(s.c), Doubles(s.c)};
  const double count = static_cast<double>(s.n) * static_cast<double>(s.pixels);
  const auto channel = [&](size_t i) { return i / s.pixels % s.c; };
  for (size_t i = 0; i < x.size(); ++i) r.mean[channel(i)] += x[i] / count;
  for (size_t i = 0; i < x.size(); ++i) r.variance[channel(i)] += std::pow(x[i] - r.mean[channel(i)], 2) / count;
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = channel(i);
    r.y[i] = (x[i] - r.mean[c]) / std::sqrt(r.variance[c] + s.epsilon) * gamma[c] + beta[c];
  }
  return r;
}

}  // namespace

void exercise_layers(Stream& stream) {
  const int64_t n = 24;
  const auto x = on_device(stream, random_floats(n, 1)), dy = on_device(stream, random_floats(n, 2));
  Guarded<float> y(stream, n), dx(stream, n);
  for (const ActivationCase& a : activations()) {
    a.forward(stream, n, x.data(), y.data());
    a.backward(stream, n, x.data(), y.data(), dy.data(), dx.data(), Result::overwrite);
  }
  for (const BackwardRule rule : {BackwardRule::deconvnet, BackwardRule::guided})
    relu_backward_by_rule(stream, rule, 6, n, x.data(), dy.data(), dx.data(), Result::overwrite);
  softmax_forward(stream, 2, 4, 3, x.data(), y.data());
  softmax_backward(stream, 2, 4, 3, y.data(), dy.data(), dx.data(), Result::overwrite);
  log_softmax_forward(stream, 2, 4, 3, x.data(), y.data());
  log_softmax_backward(stream, 2, 4, 3, y.data(), dy.data(), dx.data(), Result::overwrite);
  fill(stream, n, 1, y.data());
  copy(stream, n, x.data(), y.data());
  copy(stream, n, x.data(), y.data(), Result::accumulate);
  add(stream, n, x.data(), dy.data(), y.data());
  scale(stream, n, 2, x.data(), y.data());
  copy_rows(stream, 2, 3, x.data(), 4, y.data(), 5);
  copy_rows(stream, 2, 3, x.data(), 4, y.data(), 5, Result::accumulate);
  const auto indices = on_device(stream, std::vector<int32_t>{2, 0});
  gather_rows(stream, 2, 3, x.data(), indices.data(), y.data());
  BatchNormShape s;
  s.n = 2, s.c = 3, s.pixels = 4;
  auto values = on_device(stream, Floats(3, 1.0f)), more = on_device(stream, Floats(3, 1.0f));
  Guarded<float> mean(stream, 3), inverse(stream, 3), scratch(stream, batch_norm_scratch(s)), dg(stream, 3),
      db(stream, 3);
  batch_norm_forward_training(stream, s, x.data(), nullptr, nullptr, values.data(), more.data(), mean.data(),
                              inverse.data(), y.data(), scratch.data());
  batch_norm_backward(stream, s, x.data(), nullptr, mean.data(), inverse.data(), dy.data(), dx.data(), dg.data(),
                      db.data(), Result::overwrite, scratch.data());
  auto sequence = on_device(stream, std::vector<uint64_t>{3});
  dropout_forward(stream, n, 0.5f, 1, sequence.data(), x.data(), y.data(), dx.data());
  dropout_backward(stream, n, y.data(), dy.data(), dx.data(), Result::overwrite);
  dropout_next(stream, sequence.data());
}

TEST(Activation, relu_passes_back_by_the_rule_that_is_asked_for) {
  const float infinity = std::numeric_limits<float>::infinity();
  on_every_device([&](Stream& stream) {
    for (const int64_t count : {1, 3, 4, 5, 7, 8, 9, 1003}) {
      Floats x = random_floats(count, 1), dy = random_floats(count, 2);
      if (count > 8) {
        x[0] = 0, x[1] = -0.0f, x[2] = infinity, x[3] = 0.5f, dy[4] = 0, x[5] = NAN, x[6] = 0.25f, dy[6] = NAN;
      }
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      for (const BackwardRule rule : {BackwardRule::deconvnet, BackwardRule::guided}) {
        for (const float high : {0.5f, infinity}) {
          Doubles want;
          for (size_t i = 0; i < x.size(); ++i) want.push_back(passed_back(rule, x[i], high, dy[i]));
          Guarded<float> dx(stream, count);
          relu_backward_by_rule(stream, rule, high, count, dev_x.data(), dev_dy.data(), dx.data(), Result::overwrite);
          expect_close(dx.read(stream), want, 0, "dx");
          relu_backward_by_rule(stream, rule, high, count, dev_x.data(), dev_dy.data(), dx.data(), Result::accumulate);
          for (double& each : want) each *= 2;
          expect_close(dx.read(stream), want, 0, "dx, added");
          // In the gradient's own place.
          auto place = on_device(stream, dy);
          relu_backward_by_rule(stream, rule, high, count, dev_x.data(), place.data(), place.data(), Result::overwrite);
          Floats got(x.size());
          download(stream, got.data(), place, count);
          for (double& each : want) each /= 2;
          expect_close(got, want, 0, "dx in the place of dy");
        }
      }
    }
  });
}

TEST(Activation, values_and_slopes) {
  Floats x = random_floats(1003, 1, -6, 6);
  x[0] = 0, x[1] = 100, x[2] = -100, x[3] = -0.0f, x[4] = 1e-5f;
  const Floats dy = random_floats(1003, 2);
  for (const ActivationCase& a : activations()) {
    SCOPED_TRACE(a.name);
    Doubles y(x.size()), dx(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      y[i] = a.f(x[i]);
      const bool corner = std::fabs(x[i]) < 1e-6;  // relu's slope at 0 is 0, leaky relu's its slope
      const double h = 1e-6;
      dx[i] = corner && a.f(-1) <= 0 && a.f(1) == 1 ? (a.f(-1) < 0 ? kSlope : 0.0) * dy[i]
                                                    : (a.f(x[i] + h) - a.f(x[i] - h)) / (2 * h) * dy[i];
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> got(stream, y.size()), gradient(stream, y.size());
      a.forward(stream, got.read(stream).size(), dev_x.data(), got.data());
      expect_close(got.read(stream), y, 1e-6, "y");
      a.backward(stream, y.size(), dev_x.data(), got.data(), dev_dy.data(), gradient.data(), Result::overwrite);
      expect_close(gradient.read(stream), dx, 1e-6, "dx");
      a.backward(stream, y.size(), dev_x.data(), got.data(), dev_dy.data(), gradient.data(), Result::accumulate);
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      expect_close(gradient.read(stream), twice, 1e-6, "dx added");
    });
  }
}

TEST(Activation, a_nan_stays_a_nan) {
  for (const ActivationCase& a : activations()) {
    on_every_device([&](Stream& stream) {
      auto x = on_device(stream, Floats(40, NAN));
      a.forward(stream, 40, x.data(), x.data());  // in place, too
      Floats y(40);
      download(stream, y.data(), x, 40);
      for (const float v : y) EXPECT_TRUE(std::isnan(v)) << a.name;
    });
  }
}

TEST(Softmax, values_and_gradients) {
  struct Case {
    int n, k;
    int64_t pixels;
  };
  for (const Case c : {Case{4, 9, 1}, Case{2, 3, 35}, Case{1, 1, 1}, Case{3, 1000, 1}}) {
    const int64_t size = c.n * c.k * c.pixels;
    const Floats x = random_floats(size, 1, -4, 4), dy = random_floats(size, 2);
    for (const bool logarithm : {false, true}) {
      const Doubles y = softmax_reference(c.n, c.k, c.pixels, doubles(x), logarithm);
      const auto loss = [&](const Doubles& v) {
        return dot(softmax_reference(c.n, c.k, c.pixels, v, logarithm), doubles(dy));
      };
      const Doubles dx = c.k < 1000 ? finite_differences(doubles(x), loss) : Doubles();
      on_every_device([&](Stream& stream) {
        const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
        Guarded<float> got(stream, size), gradient(stream, size);
        (logarithm ? log_softmax_forward : softmax_forward)(stream, c.n, c.k, c.pixels, dev_x.data(), got.data());
        expect_close(got.read(stream), y, 2e-6, "y");
        (logarithm ? log_softmax_backward : softmax_backward)(stream, c.n, c.k, c.pixels, got.data(), dev_dy.data(),
                                                              gradient.data(), Result::overwrite);
        const Floats once = gradient.read(stream);
        if (c.k > 1 && c.k < 1000) expect_close(once, dx, 2e-5, "dx");
        (logarithm ? log_softmax_backward : softmax_backward)(stream, c.n, c.k, c.pixels, got.data(), dev_dy.data(),
                                                              gradient.data(), Result::accumulate);
        Doubles twice = doubles(once);
        for (double& v : twice) v *= 2;
        expect_close(gradient.read(stream), twice, 1e-6, "dx added");
      });
    }
  }
}

TEST(Softmax, logits_of_ten_thousand_do_not_overflow) {
  const Floats x = {1e4f, -1e4f, 0, 1e4f, 1e4f, -1e4f};
  const Doubles y = softmax_reference(2, 3, 1, doubles(x), false);
  on_every_device([&](Stream& stream) {
    auto values = on_device(stream, x);
    softmax_forward(stream, 2, 3, 1, values.data(), values.data());
    Floats got(6);
    download(stream, got.data(), values, 6);
    expect_close(got, y, 1e-6, "y");
  });
}

TEST(BatchNorm, training_and_evaluation_forward_and_backward) {
  for (const BatchNormShape s : {BatchNormShape{4, 3, 30}, BatchNormShape{1, 1, 1}, BatchNormShape{8, 5, 1},
                                 BatchNormShape{3, 2, 1027}, BatchNormShape{2, 2, 17}}) {
    SCOPED_TRACE(std::to_string(s.n) + " x " + std::to_string(s.c) + " x " + std::to_string(s.pixels));
    const int64_t size = s.n * s.c * s.pixels;
    Floats x = random_floats(size, 1);
    for (float& v : x) v += 10;  // a mean far from 0: the variance must not cancel
    const Floats gamma = random_floats(s.c, 2, 0.5f, 2), beta = random_floats(s.c, 3), dy = random_floats(size, 4);
    const Floats mean0 = random_floats(s.c, 5), variance0 = random_floats(s.c, 6, 0.5f, 2);
    const BatchNormReference want = batch_norm_reference(s, doubles(x), doubles(gamma), doubles(beta));
    const auto loss = [&](const Doubles& v, const Doubles& g, const Doubles& b) {
      return dot(batch_norm_reference(s, v, g, b).y, doubles(dy));
    };
    const bool small = size < 1000 && size > 1;
    Doubles dx, dgamma, dbeta;
    if (small) {
      dx = finite_differences(doubles(x), [&](const Doubles& v) { return loss(v, doubles(gamma), doubles(beta)); });
      dgamma = finite_differences(doubles(gamma), [&](const Doubles& v) { return loss(doubles(x), v, doubles(beta)); });
      dbeta = finite_differences(doubles(beta), [&](const Doubles& v) { return loss(doubles(x), doubles(gamma), v); });
    }
    const double count = static_cast<double>(s.n) * static_cast<double>(s.pixels);
    Doubles running_mean(s.c), running_variance(s.c), y_evaluation(size), dx_evaluation(size);
    for (int c = 0; c < s.c; ++c) {
      running_mean[c] = 0.9 * mean0[c] + 0.1 * want.mean[c];
      running_variance[c] = 0.9 * variance0[c] + 0.1 * (count > 1 ? want.variance[c] * count / (count - 1) : 0);
    }
    for (int64_t i = 0; i < size; ++i) {
      const int64_t c = i / s.pixels % s.c;
      const double factor = gamma[c] / std::sqrt(static_cast<double>(variance0[c]) + 1e-5);
      y_evaluation[i] = (x[i] - static_cast<double>(mean0[c])) * factor + beta[c];
      dx_evaluation[i] = dy[i] * factor;
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_gamma = on_device(stream, gamma), dev_dy = on_device(stream, dy);
      const auto dev_beta = on_device(stream, beta);
      auto mean_now = on_device(stream, mean0), variance_now = on_device(stream, variance0);
      Guarded<float> y(stream, size), mean(stream, s.c), inverse(stream, s.c), gx(stream, size), gg(stream, s.c),
          gb(stream, s.c), scratch(stream, batch_norm_scratch(s));
      batch_norm_forward_evaluation(stream, s, dev_x.data(), dev_gamma.data(), dev_beta.data(), mean_now.data(),
                                    variance_now.data(), y.data());
      expect_close(y.read(stream), y_evaluation, 2e-6, "y in evaluation");
      batch_norm_backward_evaluation(stream, s, dev_gamma.data(), variance_now.data(), dev_dy.data(), gx.data(),
                                     Result::overwrite);
      expect_close(gx.read(stream), dx_evaluation, 2e-6, "dx in evaluation");
      batch_norm_forward_training(stream, s, dev_x.data(), dev_gamma.data(), dev_beta.data(), mean_now.data(),
                                  variance_now.data(), mean.data(), inverse.data(), y.data(), scratch.data());
      expect_close(y.read(stream), want.y, 2e-5, "y");
      expect_close(mean.read(stream), want.mean, 1e-6, "mean");
      Floats now(s.c);
      download(stream, now.data(), mean_now, s.c);
      expect_close(now, running_mean, 1e-6, "running mean");
      download(stream, now.data(), variance_now, s.c);
      expect_close(now, running_variance, 1e-6, "running variance");
      batch_norm_backward(stream, s, dev_x.data(), dev_gamma.data(), mean.data(), inverse.data(), dev_dy.data(),
                          gx.data(), gg.data(), gb.data(), Result::overwrite, scratch.data());
      scratch.read(stream);
      if (!small) return;
      expect_close(gx.read(stream), dx, 1e-4, "dx");
      expect_close(gg.read(stream), dgamma, 1e-5, "dgamma");
      expect_close(gb.read(stream), dbeta, 1e-5, "dbeta");
    });
  }
}

TEST(Dropout, keeps_the_share_it_says_and_the_same_one_every_time) {
  const int64_t n = 40003;
  const Floats x = random_floats(n, 1), dy = random_floats(n, 2);
  on_every_device([&](Stream& stream) {
    const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
    auto sequence = on_device(stream, std::vector<uint64_t>{5});
    Guarded<float> mask(stream, n), y(stream, n), dx(stream, n);
    dropout_forward(stream, n, 0.3f, 99, sequence.data(), dev_x.data(), mask.data(), y.data());
    dropout_backward(stream, n, mask.data(), dev_dy.data(), dx.data(), Result::overwrite);
    const Floats m = mask.read(stream), out = y.read(stream), gradient = dx.read(stream);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; ++i) {
      const bool keep = random_unit(99, 5, static_cast<uint64_t>(i)) >= 0.3f;
      kept += keep ? 1 : 0;
      ASSERT_EQ(m[i], keep ? 1 / 0.7f : 0.0f);
      ASSERT_EQ(out[i], x[i] * m[i]);
      ASSERT_EQ(gradient[i], dy[i] * m[i]);
    }
    EXPECT_NEAR(static_cast<double>(kept) / static_cast<double>(n), 0.7, 0.01);
    dropout_next(stream, sequence.data());
    dropout_forward(stream, n, 0.3f, 99, sequence.data(), dev_x.data(), mask.data(), y.data());
    EXPECT_NE(mask.read(stream), m);
    EXPECT_THROW(dropout_forward(stream, n, 1.0f, 99, sequence.data(), dev_x.data(), mask.data(), y.data()), Error);
  });
}

TEST(Arrays, are_copied_added_scaled_joined_and_gathered) {
  const int64_t n = 1009;
  const Floats a = random_floats(n, 1), b = random_floats(n, 2);
  on_every_device([&](Stream& stream) {
    const auto da = on_device(stream, a), db = on_device(stream, b);
    Guarded<float> y(stream, n);
    const auto expect = [&](const std::function<float(int64_t)>& want) {
      const Floats got = y.read(stream);
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(got[i], want(i)) << i;
    };
    fill(stream, n, 3, y.data());
    expect([&](int64_t) { return 3.0f; });
    copy(stream, n, da.data(), y.data());
    expect([&](int64_t i) { return a[i]; });
    copy(stream, n, db.data(), y.data(), Result::accumulate);
    expect([&](int64_t i) { return a[i] + b[i]; });
    add(stream, n, da.data(), db.data(), y.data());
    expect([&](int64_t i) { return a[i] + b[i]; });
    scale(stream, n, 0.5f, da.data(), y.data());
    expect([&](int64_t i) { return 0.5f * a[i]; });

    // Two pictures of 2 and 3 channels of 7 values become one of 5 channels, and come apart again.
    Guarded<float> joined(stream, 2 * 5 * 7);
    copy_rows(stream, 2, 14, da.data(), 14, joined.data(), 35);
    copy_rows(stream, 2, 21, db.data(), 21, joined.data() + 14, 35);
    const Floats both = joined.read(stream);
    for (int64_t i = 0; i < 70; ++i) {
      const int64_t row = i / 35, place = i % 35;
      ASSERT_EQ(both[i], place < 14 ? a[row * 14 + place] : b[row * 21 + place - 14]);
    }
    Guarded<float> apart(stream, 42);
    copy_rows(stream, 2, 21, joined.data() + 14, 35, apart.data(), 21);
    copy_rows(stream, 2, 21, joined.data() + 14, 35, apart.data(), 21, Result::accumulate);
    const Floats part = apart.read(stream);
    for (int64_t i = 0; i < 42; ++i) ASSERT_EQ(part[i], b[i] + b[i]);

    const auto indices = on_device(stream, std::vector<int32_t>{4, 0, 4});
    Guarded<float> rows(stream, 30);
    gather_rows(stream, 3, 10, da.data(), indices.data(), rows.data());
    const Floats gathered = rows.read(stream);
    for (int64_t i = 0; i < 30; ++i) ASSERT_EQ(gathered[i], a[(i / 10 == 1 ? 0 : 40) + i % 10]);
  });
}

}  // namespace striate
