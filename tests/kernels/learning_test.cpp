// Losses, optimizers, starting weights, metrics.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/error.h"
#include "kernels/initialize.h"
#include "kernels/loss.h"
#include "kernels/metrics.h"
#include "kernels/optimizer.h"
#include "kernels/random.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

double cross_entropy(int n, int k, const Doubles& x, const std::vector<int32_t>& target, double smoothing = 0) {
  double sum = 0;
  for (int i = 0; i < n; ++i) {
    double most = x[i * k], total = 0;
    for (int j = 0; j < k; ++j) most = std::max(most, x[i * k + j]);
    for (int j = 0; j < k; ++j) total += std::exp(x[i * k + j] - most);
    for (int j = 0; j < k; ++j) {
      const double share = (1 - smoothing) * (j == target[i] ? 1 : 0) + smoothing / k;
      sum += share * (most + std::log(total) - x[i * k + j]);
    }
  }
  return sum / n;
}

struct ValueLoss {
  const char* name;
  double (*value)(double x, double t);
  void (*run)(Stream&, int64_t, const float*, const float*, float*, float*, float*);
};
constexpr ValueLoss kValueLosses[] = {
    {"mse", [](double x, double t) { return (x - t) * (x - t); }, mean_squared_error},
    {"bce", [](double x, double t) { return -(t * std::log(x) + (1 - t) * std::log(1 - x)); }, binary_cross_entropy},
    {"bce with logits",
     [](double x, double t) { return std::max(x, 0.0) - x * t + std::log1p(std::exp(-std::fabs(x))); },
     binary_cross_entropy_with_logits},
};

// An optimizer as its kernel and as its plain reference: one weight w, its gradient g, its two arrays a and b, step t.
struct OptimizerCase {
  const char* name;
  void (*run)(Stream&, int64_t n, const StepState* state, const float* g, float* w, float* a, float* b);
  void (*reference)(double rate, int t, double g, double& w, double& a, double& b);
};
constexpr OptimizerCase kOptimizers[] = {
    {"sgd",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float*, float*) {
       sgd(stream, Sgd{}, n, state, g, w, nullptr);
     },
     [](double rate, int, double g, double& w, double&, double&) { w -= rate * g; }},
    {"momentum",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float*) {
       sgd(stream, Sgd{0.9f, 0, false}, n, state, g, w, a);
     },
     [](double rate, int t, double g, double& w, double& a, double&) {
       a = t == 1 ? g : 0.9 * a + g;
       w -= rate * a;
     }},
    {"nesterov, decay",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float*) {
       sgd(stream, Sgd{0.9f, 0.01f, true}, n, state, g, w, a);
     },
     [](double rate, int t, double g, double& w, double& a, double&) {
       const double d = g + 0.01 * w;
       a = t == 1 ? d : 0.9 * a + d;
       w -= rate * (d + 0.9 * a);
     }},
    {"adagrad",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float*) {
       adagrad(stream, Adagrad{1e-10f, 0.1f, 0.01f}, n, state, g, w, a);
     },
     [](double rate, int, double g, double& w, double& a, double&) {
       const double d = g + 0.01 * w;
       a += d * d;
       w -= rate * d / (std::sqrt(0.1 + a) + 1e-10);
     }},
    {"rmsprop",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float*) {
       rmsprop(stream, RmsProp{0.9f, 1e-8f, 0.01f}, n, state, g, w, a);
     },
     [](double rate, int, double g, double& w, double& a, double&) {
       const double d = g + 0.01 * w;
       a = 0.9 * a + 0.1 * d * d;
       w -= rate * d / (std::sqrt(a) + 1e-8);
     }},
    {"adam",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float* b) {
       adam(stream, Adam{0.9f, 0.999f, 1e-8f, 0.01f, false}, n, state, g, w, a, b);
     },
     [](double rate, int t, double g, double& w, double& a, double& b) {
       const double d = g + 0.01 * w;
       a = 0.9 * a + 0.1 * d;
       b = 0.999 * b + 0.001 * d * d;
       w -= rate * a / (1 - std::pow(0.9, t)) / (std::sqrt(b / (1 - std::pow(0.999, t))) + 1e-8);
     }},
    {"adamw",
     [](Stream& stream, int64_t n, const StepState* state, const float* g, float* w, float* a, float* b) {
       adam(stream, Adam{0.9f, 0.999f, 1e-8f, 0.01f, true}, n, state, g, w, a, b);
     },
     [](double rate, int t, double g, double& w, double& a, double& b) {
       w -= rate * 0.01 * w;
       a = 0.9 * a + 0.1 * g;
       b = 0.999 * b + 0.001 * g * g;
       w -= rate * a / (1 - std::pow(0.9, t)) / (std::sqrt(b / (1 - std::pow(0.999, t))) + 1e-8);
     }},
};

}  // namespace

void exercise_losses(Stream& stream) {
  const auto x = on_device(stream, random_floats(12, 1, 0.1f, 0.9f)), t = on_device(stream, random_floats(12, 2, 0, 1));
  const auto classes = on_device(stream, std::vector<int32_t>{0, 1, 2});
  Guarded<float> loss(stream, 1), each(stream, 12), p(stream, 12), dx(stream, 12);
  softmax_cross_entropy(stream, 3, 4, x.data(), classes.data(), loss.data(), each.data(), p.data(), dx.data());
  softmax_cross_entropy(stream, 3, 4, x.data(), classes.data(), loss.data(), each.data(), p.data(), dx.data(), 0.1f);
  negative_log_likelihood(stream, 3, 4, x.data(), classes.data(), loss.data(), each.data(), dx.data());
  maximum_a_posteriori(stream, 3, 4, 0.1f, x.data(), classes.data(), loss.data(), each.data(), p.data(), dx.data());
  for (const ValueLoss& l : kValueLosses) l.run(stream, 12, x.data(), t.data(), loss.data(), each.data(), dx.data());
}

void exercise_optimizers(Stream& stream) {
  auto w = on_device(stream, random_floats(9, 1)), g = on_device(stream, random_floats(9, 2));
  auto a = on_device(stream, Floats(9)), b = on_device(stream, Floats(9));
  auto state = on_device(stream, std::vector<StepState>(1));
  next_step(stream, state.data());
  const auto norm = on_device(stream, Floats{2});
  l1_gradient(stream, 0.1f, 9, g.data(), w.data(), a.data());
  clip_by_norm(stream, 1, norm.data(), 9, a.data());
  for (const OptimizerCase& c : kOptimizers) c.run(stream, 9, state.data(), g.data(), w.data(), a.data(), b.data());
}

void exercise_initialize(Stream& stream) {
  Guarded<float> y(stream, 9);
  initialize(stream, Initializer::pytorch, 4, 4, 9, 1, 2, y.data());
  initialize(stream, Initializer::he_normal, 4, 4, 9, 1, 2, y.data());
}

void exercise_metrics(Stream& stream) {
  const auto x = on_device(stream, random_floats(12, 1));
  const auto classes = on_device(stream, std::vector<int32_t>{0, 1, 2});
  Guarded<int32_t> index(stream, 3), count(stream, 4);
  auto counts = on_device(stream, std::vector<int64_t>(16));
  Guarded<float> changed(stream, 1);
  Buffer<ArrayStatistics> result(stream.device(), 1, "a test");
  Buffer<double> scratch(stream.device(), array_statistics_scratch(12) / 8 + 1, "a test");
  argmax_rows(stream, 3, 4, x.data(), index.data());
  count_correct(stream, 3, index.data(), classes.data(), count.data());
  add_confusion(stream, 3, 4, index.data(), classes.data(), counts.data());
  array_statistics(stream, 12, x.data(), result.data(), scratch.data());
  relative_change(stream, 12, x.data(), x.data(), changed.data(), scratch.data());
  count_active(stream, 1, 4, 3, x.data(), count.data());
}

TEST(Loss, softmax_cross_entropy_and_its_gradient) {
  for (const auto& [n, k] : {std::pair{6, 10}, std::pair{1, 1}, std::pair{129, 3}, std::pair{2, 1000}}) {
    const Floats x = random_floats(n * k, 1, -5, 5);
    std::vector<int32_t> target(n);
    for (int i = 0; i < n; ++i) target[i] = i * 7 % k;
    const double want = cross_entropy(n, k, doubles(x), target);
    const Doubles dx =
        n * k < 1000 ? finite_differences(
                           doubles(x), [&, n = n, k = k](const Doubles& v) { return cross_entropy(n, k, v, target); })
                     : Doubles();
    on_every_device([&, n = n, k = k](Stream& stream) {
      const auto dev_x = on_device(stream, x);
      const auto dev_target = on_device(stream, target);
      Guarded<float> loss(stream, 1), each(stream, n), p(stream, n * k), gradient(stream, n * k);
      softmax_cross_entropy(stream, n, k, dev_x.data(), dev_target.data(), loss.data(), each.data(), p.data(),
                            gradient.data());
      EXPECT_NEAR(loss.read(stream)[0], want, 2e-6 * std::max(1.0, std::fabs(want)));
      const Floats probabilities = p.read(stream), got = gradient.read(stream);
      for (int i = 0; i < n; ++i) {
        double sum = 0;
        for (int j = 0; j < k; ++j) sum += probabilities[i * k + j];
        EXPECT_NEAR(sum, 1, 1e-5);
      }
      if (k > 1 && !dx.empty()) expect_close(got, dx, 2e-5, "dx");
    });
  }
}

TEST(Loss, smoothed_labels_share_a_part_among_all_classes) {
  for (const auto& [n, k] : {std::pair{6, 10}, std::pair{1, 1}, std::pair{3, 2}, std::pair{129, 3}}) {
    const Floats x = random_floats(n * k, 1, -5, 5);
    std::vector<int32_t> target(n);
    for (int i = 0; i < n; ++i) target[i] = i * 7 % k;
    for (const float smoothing : {0.1f, 0.75f}) {
      const auto e = static_cast<double>(smoothing);
      const double want = cross_entropy(n, k, doubles(x), target, e);
      const Doubles dx = finite_differences(
          doubles(x), [&, n = n, k = k](const Doubles& v) { return cross_entropy(n, k, v, target, e); });
      on_every_device([&, n = n, k = k](Stream& stream) {
        const auto dev_x = on_device(stream, x);
        const auto dev_target = on_device(stream, target), wrong = on_device(stream, std::vector<int32_t>(n, k));
        Guarded<float> loss(stream, 1), each(stream, n), p(stream, n * k), gradient(stream, n * k);
        softmax_cross_entropy(stream, n, k, dev_x.data(), dev_target.data(), loss.data(), each.data(), p.data(),
                              gradient.data(), smoothing);
        EXPECT_NEAR(loss.read(stream)[0], want, 2e-6 * std::max(1.0, std::fabs(want)));
        if (k > 1) expect_close(gradient.read(stream), dx, 2e-5, "dx");
        softmax_cross_entropy(stream, n, k, dev_x.data(), wrong.data(), loss.data(), each.data(), nullptr, nullptr,
                              smoothing);
        EXPECT_TRUE(std::isnan(loss.read(stream)[0]));
      });
    }
  }
}

TEST(Loss, maximum_a_posteriori_is_cross_entropy_with_a_class_that_is_none) {
  for (const auto& [n, k] : {std::pair{6, 10}, std::pair{1, 1}, std::pair{129, 3}}) {
    const Floats x = random_floats(n * k, 1, -5, 1);
    std::vector<int32_t> target(n);
    for (int i = 0; i < n; ++i) target[i] = i * 7 % (k + 1);  // k: none of them
    const auto value = [&, n = n, k = k](const Doubles& v) {
      Doubles wider;
      for (int i = 0; i < n; ++i) {
        wider.insert(wider.end(), v.begin() + i * k, v.begin() + (i + 1) * k);
        wider.push_back(-0.5);
      }
      return cross_entropy(n, k + 1, wider, target);
    };
    const Doubles dx = finite_differences(doubles(x), value);
    on_every_device([&, n = n, k = k](Stream& stream) {
      const auto dev_x = on_device(stream, x);
      const auto dev_target = on_device(stream, target), wrong = on_device(stream, std::vector<int32_t>(n, k + 1));
      Guarded<float> loss(stream, 1), each(stream, n), p(stream, n * k), gradient(stream, n * k);
      maximum_a_posteriori(stream, n, k, 0.5f, dev_x.data(), dev_target.data(), loss.data(), each.data(), p.data(),
                           gradient.data());
      EXPECT_NEAR(loss.read(stream)[0], value(doubles(x)), 2e-6);
      expect_close(gradient.read(stream), dx, 2e-5, "dx");
      const Floats probabilities = p.read(stream);
      double sum = 0;
      for (int j = 0; j < k; ++j) sum += probabilities[j];
      EXPECT_LT(sum, 1);  // the rest is none of them
      maximum_a_posteriori(stream, n, k, 0.5f, dev_x.data(), wrong.data(), loss.data(), each.data(), nullptr, nullptr);
      EXPECT_TRUE(std::isnan(loss.read(stream)[0]));
    });
  }
}

TEST(Loss, stays_finite_at_ten_thousand_and_shows_a_target_that_is_no_class) {
  const Floats x = {1e4f, -1e4f, 0, -1e4f, 1e4f, 3};
  on_every_device([&](Stream& stream) {
    const auto dev_x = on_device(stream, x);
    const auto target = on_device(stream, std::vector<int32_t>{1, 1}),
               wrong = on_device(stream, std::vector<int32_t>{1, 3});
    Guarded<float> loss(stream, 1), each(stream, 2), dx(stream, 6);
    softmax_cross_entropy(stream, 2, 3, dev_x.data(), target.data(), loss.data(), each.data(), nullptr, dx.data());
    EXPECT_FLOAT_EQ(loss.read(stream)[0], 1e4f);
    for (const float v : dx.read(stream)) EXPECT_TRUE(std::isfinite(v));
    softmax_cross_entropy(stream, 2, 3, dev_x.data(), wrong.data(), loss.data(), each.data(), nullptr, nullptr);
    EXPECT_TRUE(std::isnan(loss.read(stream)[0]));
    negative_log_likelihood(stream, 2, 3, dev_x.data(), wrong.data(), loss.data(), each.data(), nullptr);
    EXPECT_TRUE(std::isnan(loss.read(stream)[0]));
    const auto t = on_device(stream, Floats{1, 0, 1, 0, 1, 0});
    Guarded<float> values(stream, 6);
    binary_cross_entropy_with_logits(stream, 6, dev_x.data(), t.data(), loss.data(), values.data(), dx.data());
    EXPECT_TRUE(std::isfinite(loss.read(stream)[0]));
  });
}

TEST(Loss, losses_of_values_and_their_gradients) {
  for (const int64_t n : {1, 24, 300}) {
    for (const ValueLoss& l : kValueLosses) {
      SCOPED_TRACE(l.name);
      const Floats x = random_floats(n, 1, 0.05f, 0.95f), t = random_floats(n, 2, 0, 1);
      const auto loss_of = [&](const Doubles& v) {
        double sum = 0;
        for (int64_t i = 0; i < n; ++i) sum += l.value(v[i], t[i]);
        return sum / static_cast<double>(n);
      };
      const Doubles dx = finite_differences(doubles(x), loss_of, 1e-6);
      on_every_device([&](Stream& stream) {
        const auto dev_x = on_device(stream, x), dev_t = on_device(stream, t);
        Guarded<float> loss(stream, 1), each(stream, n), gradient(stream, n);
        l.run(stream, n, dev_x.data(), dev_t.data(), loss.data(), each.data(), gradient.data());
        EXPECT_NEAR(loss.read(stream)[0], loss_of(doubles(x)), 1e-6);
        expect_close(gradient.read(stream), dx, 1e-5, "dx");
      });
    }
  }
}

TEST(Optimizer, follows_its_formula_for_ten_steps) {
  for (const int64_t n : {1, 7, 9, 777}) {
    const Floats w0 = random_floats(n, 1);
    for (const OptimizerCase& c : kOptimizers) {
      SCOPED_TRACE(std::string(c.name) + " of " + std::to_string(n));
      const double rate = 0.05;
      Doubles w = doubles(w0), first(n), second(n);
      for (int t = 1; t <= 10; ++t) {
        const Floats g = random_floats(n, 50 + t);
        for (int64_t i = 0; i < n; ++i) c.reference(rate, t, static_cast<double>(g[i]), w[i], first[i], second[i]);
      }
      on_every_device([&](Stream& stream) {
        auto weights = on_device(stream, w0), a = on_device(stream, Floats(n)), b = on_device(stream, Floats(n));
        auto state = on_device(stream, std::vector<StepState>{{static_cast<float>(rate), 0, 1, 1}});
        for (int t = 1; t <= 10; ++t) {
          const auto g = on_device(stream, random_floats(n, 50 + t));
          next_step(stream, state.data());
          c.run(stream, n, state.data(), g.data(), weights.data(), a.data(), b.data());
        }
        Floats got(n);
        download(stream, got.data(), weights, n);
        expect_close(got, w, 1e-5, "w");
      });
    }
  }
  Stream stream;
  EXPECT_THROW(sgd(stream, Sgd{0, 0, true}, 0, nullptr, nullptr, nullptr, nullptr), Error);
}

TEST(Optimizer, gradients_take_an_l1_penalty_and_are_clipped_by_the_norm_of_all) {
  for (const int64_t n : {1, 7, 9, 777, 40000}) {
    Floats w = random_floats(n, 1);
    const Floats g = random_floats(n, 2);
    w[0] = 0;  // no slope there
    if (n > 1) w[1] = -0.0f;
    Doubles penalized;
    double squares = 0;
    for (int64_t i = 0; i < n; ++i) {
      penalized.push_back(g[i] + 0.25 * (w[i] > 0 ? 1 : w[i] < 0 ? -1 : 0));
      squares += penalized.back() * penalized.back();
    }
    const double norm = std::sqrt(squares);
    for (const double limit : {0.5 * norm, 2 * norm}) {
      Doubles clipped = penalized;
      for (double& v : clipped) v *= std::min(1.0, limit / (norm + 1e-6));
      on_every_device([&](Stream& stream) {
        const auto dev_w = on_device(stream, w), dev_g = on_device(stream, g);
        Guarded<float> to(stream, n);
        Buffer<ArrayStatistics> all(stream.device(), 1, "a test");
        Buffer<double> scratch(stream.device(), array_statistics_scratch(n) / 8 + 1, "a test");
        l1_gradient(stream, 0.25f, n, dev_g.data(), dev_w.data(), to.data());
        const Floats before = to.read(stream);
        expect_close(before, penalized, 1e-6, "with the penalty");
        EXPECT_EQ(before[0], g[0]);
        array_statistics(stream, n, to.data(), all.data(), scratch.data());
        clip_by_norm(stream, static_cast<float>(limit), &all.data()->norm, n, to.data());
        expect_close(to.read(stream), clipped, 1e-6, "clipped");
        if (limit > norm) {
          EXPECT_EQ(to.read(stream), before);  // short enough: bit for bit as it was
        }
      });
    }
  }
}

TEST(Optimizer, adagrad_gives_the_values_of_pytorch) {
  // torch.optim.Adagrad of PyTorch 2.15, lr 0.05, three steps; then with weight_decay 0.01, initial_accumulator_value
  // 0.1.
  const Floats gradients[] = {{0.1f, -0.4f, 2, 0}, {-0.3f, -0.2f, 1, 1e-6f}, {0.7f, 0.5f, -4, 0}};
  const Floats plain = {0.451868027f, -0.96490711f, 1.97128296f, 0.200004995f},
               with = {0.475116879f, -0.974640667f, 1.97165525f, 0.248815939f};
  on_every_device([&](Stream& stream) {
    for (const bool more : {false, true}) {
      auto w = on_device(stream, Floats{0.5f, -1, 2, 0.25f}), sum = on_device(stream, Floats(4));
      auto state = on_device(stream, std::vector<StepState>{{0.05f, 0, 1, 1}});
      for (const Floats& g : gradients) {
        const auto there = on_device(stream, g);
        next_step(stream, state.data());
        adagrad(stream, more ? Adagrad{1e-10f, 0.1f, 0.01f} : Adagrad{}, 4, state.data(), there.data(), w.data(),
                sum.data());
      }
      Floats got(4);
      download(stream, got.data(), w, 4);
      expect_close(got, doubles(more ? with : plain), 3e-7, "w");
    }
  });
}

TEST(Random, is_philox_as_its_authors_published_it) {
  // Known answers of the authors' Random123 distribution, philox4x32 with 10 rounds.
  const Random4 zeros = philox(0, 0, 0);
  EXPECT_EQ(zeros.v[0], 0x6627e8d5u);
  EXPECT_EQ(zeros.v[1], 0xe169c58du);
  EXPECT_EQ(zeros.v[2], 0xbc57ac4cu);
  EXPECT_EQ(zeros.v[3], 0x9b00dbd8u);
  const uint64_t ones = ~uint64_t{0};
  const Random4 all = philox(ones, ones, ones);
  EXPECT_EQ(all.v[0], 0x408f276du);
  EXPECT_EQ(all.v[1], 0x41c83b0eu);
  EXPECT_EQ(all.v[2], 0xa20bc7c6u);
  EXPECT_EQ(all.v[3], 0x6d5451fdu);
}

TEST(Random, the_host_draws_the_same_numbers_and_can_go_back) {
  Random random(7, 3);
  Floats drawn(10);
  for (float& v : drawn) v = random.unit();
  for (size_t i = 0; i < drawn.size(); ++i) EXPECT_EQ(drawn[i], random_unit(7, 3, i));
  random.seek(6);
  EXPECT_EQ(random.unit(), drawn[6]);
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(10), 10u);
}

TEST(Initialize, has_the_mean_and_deviation_it_says) {
  const int64_t n = 40001;
  struct Case {
    Initializer how;
    double deviation, bound;
  };
  const Case cases[] = {{Initializer::pytorch, 1 / std::sqrt(25.0) / std::sqrt(3.0), 1 / std::sqrt(25.0)},
                        {Initializer::he_normal, std::sqrt(2.0 / 25), 10},
                        {Initializer::he_uniform, std::sqrt(2.0 / 25), std::sqrt(6.0 / 25)},
                        {Initializer::glorot_normal, std::sqrt(2.0 / 100), 10},
                        {Initializer::glorot_uniform, std::sqrt(2.0 / 100), std::sqrt(6.0 / 100)},
                        {Initializer::zeros, 0, 0}};
  for (const Case& c : cases) {
    Floats before;
    on_every_device([&](Stream& stream) {
      Guarded<float> y(stream, n);
      initialize(stream, c.how, 25, 75, n, 42, 7, y.data());
      const Floats got = y.read(stream);
      double mean = 0, square = 0;
      for (const float v : got) {
        mean += v / static_cast<double>(n);
        square += static_cast<double>(v) * v / static_cast<double>(n);
        ASSERT_LE(std::fabs(v), c.bound * (1 + 1e-6));
      }
      EXPECT_NEAR(mean, 0, 0.02 * c.deviation + 1e-12);
      EXPECT_NEAR(std::sqrt(square), c.deviation, 0.02 * c.deviation + 1e-12);
      if (!before.empty() && stream.device().is_cpu()) {
        EXPECT_EQ(before, got);
      }
      before = got;
    });
  }
}

TEST(Metrics, classes_are_counted_exactly) {
  const int n = 1000, k = 7;
  Floats x = random_floats(n * k, 1);
  x[3] = NAN;
  std::vector<int32_t> target(n), best(n);
  std::vector<int64_t> confusion(k * k, 1);
  int32_t correct = 0;
  for (int i = 0; i < n; ++i) {
    target[i] = i == 5 ? 99 : i * 3 % k;
    double most = -INFINITY;
    for (int j = 0; j < k; ++j) {
      if (x[i * k + j] > most) most = x[i * k + j], best[i] = j;
    }
    correct += best[i] == target[i] ? 1 : 0;
    if (target[i] < k) ++confusion[target[i] * k + best[i]];
  }
  on_every_device([&](Stream& stream) {
    const auto dev_x = on_device(stream, x);
    const auto dev_target = on_device(stream, target);
    Guarded<int32_t> index(stream, n), count(stream, 1);
    auto counts = on_device(stream, std::vector<int64_t>(k * k, 1));
    argmax_rows(stream, n, k, dev_x.data(), index.data());
    EXPECT_EQ(index.read(stream), best);
    count_correct(stream, n, index.data(), dev_target.data(), count.data());
    EXPECT_EQ(count.read(stream)[0], correct);
    add_confusion(stream, n, k, index.data(), dev_target.data(), counts.data());
    std::vector<int64_t> got(k * k);
    download(stream, got.data(), counts, k * k);
    EXPECT_EQ(got, confusion);
  });
}

TEST(Metrics, statistics_find_the_first_value_that_is_not_a_number) {
  for (const int64_t n : {1, 4095, 4096, 4097, 50000}) {
    Floats x = random_floats(n, 1);
    for (int64_t i = 0; i < n; i += 5) x[i] = 0;
    const int64_t bad = n > 4097 ? 4100 : -1;
    if (bad >= 0) x[bad] = NAN, x[bad + 700] = INFINITY;
    double sum = 0, squares = 0, low = INFINITY, high = -INFINITY;
    int64_t zeros = 0;
    for (const float v : x) {
      if (!std::isfinite(v)) continue;
      sum += v, squares += static_cast<double>(v) * v;
      low = std::min<double>(low, v), high = std::max<double>(high, v);
      zeros += v == 0 ? 1 : 0;
    }
    Floats y = x;
    double difference = 0, base = 0;
    for (int64_t i = 0; i < n; ++i) {
      if (!std::isfinite(x[i])) x[i] = 1;
    }
    const Floats other = random_floats(n, 8);
    for (int64_t i = 0; i < n; ++i) {
      difference += std::pow(static_cast<double>(x[i]) - other[i], 2);
      base += static_cast<double>(other[i]) * other[i];
    }
    on_every_device([&](Stream& stream) {
      const auto dev_y = on_device(stream, y), dev_x = on_device(stream, x), dev_other = on_device(stream, other);
      Buffer<ArrayStatistics> result(stream.device(), 1, "a test's result");
      Buffer<double> scratch(stream.device(), array_statistics_scratch(n) / 8 + 1, "a test's scratch");
      array_statistics(stream, n, dev_y.data(), result.data(), scratch.data());
      ArrayStatistics got;
      download(stream, &got, result, 1);
      const int64_t finite = bad < 0 ? n : n - 2;
      EXPECT_EQ(got.minimum, low);
      EXPECT_EQ(got.maximum, high);
      EXPECT_NEAR(got.mean, sum / static_cast<double>(finite), 1e-6);
      EXPECT_NEAR(got.norm, std::sqrt(squares), 1e-5 * std::sqrt(squares));
      EXPECT_EQ(got.zeros, zeros);
      EXPECT_EQ(got.not_finite, n - finite);
      EXPECT_EQ(got.first_not_finite, bad);
      Guarded<float> changed(stream, 1);
      relative_change(stream, n, dev_x.data(), dev_other.data(), changed.data(), scratch.data());
      EXPECT_NEAR(changed.read(stream)[0], std::sqrt(difference / base), 1e-5);
    });
  }
}

TEST(Metrics, dead_channels_are_those_without_a_positive_value) {
  const int n = 3, c = 4, pixels = 77;
  Floats y = random_floats(n * c * pixels, 1);
  std::vector<int32_t> want(c);
  for (int i = 0; i < n * c * pixels; ++i) {
    const int channel = i / pixels % c;
    y[i] = channel == 2 ? 0.0f : std::max(y[i], 0.0f);
    want[channel] += y[i] > 0 ? 1 : 0;
  }
  on_every_device([&](Stream& stream) {
    const auto dev_y = on_device(stream, y);
    Guarded<int32_t> active(stream, c);
    count_active(stream, n, c, pixels, dev_y.data(), active.data());
    EXPECT_EQ(active.read(stream), want);
    EXPECT_EQ(want[2], 0);
  });
}

}  // namespace striate
