// Bent activations and PReLU against their formulas in double precision.
#include "kernels/activations.h"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

#include "kernels/error.h"
#include "kernels/prelu.h"
#include "tests/kernels/network_reference.h"

namespace striate {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct ActivationCase {
  const char* name;
  Activation activation;
  std::function<double(double)> value;
  std::vector<double> corners;  // where there is no one slope
  bool positive = false;        // only above 0
};
std::vector<ActivationCase> curves() {
  const auto elu = [](double a) { return [a](double x) { return x > 0 ? x : a * std::expm1(x); }; };
  const auto celu = [](double a) { return [a](double x) { return x > 0 ? x : a * std::expm1(x / a); }; };
  const auto kept = [](double x, double low, double high) { return std::min(std::max(x, low), high); };
  const double a = 1.67326319217681884765625, b = 1.05070102214813232421875;
  const auto fa = static_cast<float>(a), fb = static_cast<float>(b);
  return {
      {"elu", {ActivationKind::elu, 1, 0}, elu(1), {}},
      {"elu 0.3", {ActivationKind::elu, 0.3f, 0}, elu(static_cast<double>(0.3f)), {0}},
      {"selu", {ActivationKind::selu, fa, fb}, [=](double x) { return b * (x > 0 ? x : a * std::expm1(x)); }, {0}},
      {"celu", {ActivationKind::celu, 1, 0}, celu(1), {}},
      {"celu 2.5", {ActivationKind::celu, 2.5f, 0}, celu(2.5), {}},
      {"hard_sigmoid",
       {ActivationKind::hard_sigmoid, 0.25f, 0.5f},
       [=](double x) { return kept(0.25 * x + 0.5, 0, 1); },
       {-2, 2}},
      {"hard_swish",
       {ActivationKind::hard_swish, 0, 0},
       [=](double x) { return x * kept(x / 6 + 0.5, 0, 1); },
       {-3, 3}},
      {"gelu", {ActivationKind::gelu, 0, 0}, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }, {}},
      {"gelu_tanh",
       {ActivationKind::gelu_tanh, 0, 0},
       [](double x) {
         return 0.5 * x * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
       },
       {}},
      {"silu", {ActivationKind::silu, 0, 0}, [](double x) { return x / (1 + std::exp(-x)); }, {}},
      {"mish", {ActivationKind::mish, 0, 0}, [](double x) { return x * std::tanh(std::log1p(std::exp(x))); }, {}},
      {"softplus",
       {ActivationKind::softplus, 0, 0},
       [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); },
       {}},
      {"scaled_tanh",
       {ActivationKind::scaled_tanh, 1.7159f, 0.5f},
       [](double x) { return static_cast<double>(1.7159f) * std::tanh(0.5 * x); },
       {}},
      {"clip", {ActivationKind::clip, -1.5f, 2}, [=](double x) { return kept(x, -1.5, 2); }, {-1.5, 2}},
      {"clip open above", {ActivationKind::clip, 0, kInfinity}, [](double x) { return std::max(x, 0.0); }, {0}},
      {"clip crossed", {ActivationKind::clip, 2, 1}, [](double) { return 1.0; }, {1, 2}},
      {"erf", {ActivationKind::erf, 0, 0}, [](double x) { return std::erf(x); }, {}},
      {"exp", {ActivationKind::exp, 0, 0}, [](double x) { return std::exp(x); }, {}},
      {"log", {ActivationKind::log, 0, 0}, [](double x) { return std::log(x); }, {}, true},
      {"sqrt", {ActivationKind::sqrt, 0, 0}, [](double x) { return std::sqrt(x); }, {}, true},
      {"abs", {ActivationKind::abs, 0, 0}, [](double x) { return std::fabs(x); }, {0}},
  };
}

struct PreluCase {
  std::vector<int64_t> x, slopes;
};
const PreluCase kPrelus[] = {
    {{2, 3, 4, 5}, {3, 1, 1}},
    {{2, 3, 4, 5}, {1}},
    {{2, 3, 4, 5}, {}},
    {{5, 17}, {17}},
    {{2, 3, 4, 5}, {5}},
    {{2, 3, 4, 5}, {3, 4, 5}},
    {{2, 3, 4, 5}, {2, 1, 4, 1}},
    {{1, 1}, {1, 1}},
    {{2, 300, 3}, {300, 1}},
    {{3, 2, 1, 259}, {2, 1, 259}},
    {{}, {}},
    {{2, 2, 2, 2, 2, 2, 2, 2}, {2, 1, 2, 1, 2, 1, 2, 1}},
};

// The place of the slope that serves value i of x.
std::vector<int64_t> slope_places(const PreluCase& c) {
  int64_t count = 1;
  for (const int64_t size : c.x) count *= size;
  std::vector<int64_t> places(count);
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i, stride = 1;
    for (size_t back = 1; back <= c.x.size(); ++back) {
      const int64_t size = c.x[c.x.size() - back], at = rest % size;
      rest /= size;
      if (back > c.slopes.size()) continue;
      const int64_t own = c.slopes[c.slopes.size() - back];
      places[i] += own == 1 ? 0 : at * stride;
      stride *= own;
    }
  }
  return places;
}

}  // namespace

void exercise_curves(Stream& stream) {
  const int64_t n = 24;
  const auto x = on_device(stream, random_floats(n, 1)), dy = on_device(stream, random_floats(n, 2));
  const auto slopes = on_device(stream, random_floats(4, 3));
  Guarded<float> y(stream, n), dx(stream, n), dslopes(stream, 4);
  for (const ActivationCase& c : curves()) {
    activation_forward(stream, c.activation, n, x.data(), y.data());
    activation_backward(stream, c.activation, n, x.data(), dy.data(), dx.data(), Result::overwrite);
  }
  const PreluShape shape = prelu_shape({2, 4, 3}, {4, 1});
  prelu_forward(stream, shape, x.data(), slopes.data(), y.data());
  prelu_backward_input(stream, shape, x.data(), slopes.data(), dy.data(), dx.data(), Result::overwrite);
  prelu_backward_slopes(stream, shape, x.data(), dy.data(), dslopes.data());
}

TEST(Activations, values_and_slopes) {
  Floats x = random_floats(1003, 1, -7, 7);
  const Floats edges = {0, -0.0f, 1e-6f, -1e-6f, 100, -100, -30, -12, 13, 2, -2, 3, -3, 1, -1.5f};
  std::copy(edges.begin(), edges.end(), x.begin());
  const Floats dy = random_floats(1003, 2), anywhere = x;
  for (const ActivationCase& c : curves()) {
    SCOPED_TRACE(c.name);
    x = anywhere;
    if (c.positive) {
      for (float& v : x) v = std::fabs(v) + 0.1f;
    }
    if (c.activation.kind == ActivationKind::exp) {
      for (float& v : x) v = std::min(v, 20.0f);  // beyond, its neighbors are measured by the largest
    }
    Doubles y(x.size()), dx(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      const auto v = static_cast<double>(x[i]);
      y[i] = c.value(v);
      const double h = 1e-5;
      dx[i] = (c.value(v + h) - c.value(v - h)) / (2 * h) * static_cast<double>(dy[i]);
      for (const double corner : c.corners) {
        if (std::fabs(v - corner) < 2 * h) dx[i] = std::nan("");  // judged by a test of its own
      }
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_dy = on_device(stream, dy);
      Guarded<float> got(stream, x.size()), gradient(stream, x.size());
      activation_forward(stream, c.activation, x.size(), dev_x.data(), got.data());
      expect_close(got.read(stream), y, 3e-7, "y");
      Doubles want = dx;
      for (const Result result : {Result::overwrite, Result::accumulate}) {
        activation_backward(stream, c.activation, x.size(), dev_x.data(), dev_dy.data(), gradient.data(), result);
        Floats read = gradient.read(stream);
        for (size_t i = 0; i < want.size(); ++i) {
          if (std::isnan(want[i])) read[i] = NAN;
        }
        expect_close(read, want, 1e-6, "dx");
        for (double& v : want) v *= 2;
      }
    });
  }
}

// Near 0 and far to the left, where a formula taken at its word loses every digit.
TEST(Activations, small_results_keep_their_digits) {
  Floats x;
  for (float v = 1e-30f; v < 12; v *= 1.37f) x.push_back(-v), x.push_back(v);
  for (const ActivationCase& c : curves()) {
    if (!c.corners.empty() || c.activation.kind == ActivationKind::gelu_tanh) continue;
    SCOPED_TRACE(c.name);
    on_every_device([&](Stream& stream) {
      const auto dev = on_device(stream, x);
      Guarded<float> got(stream, x.size());
      activation_forward(stream, c.activation, x.size(), dev.data(), got.data());
      const Floats y = got.read(stream);
      for (size_t i = 0; i < x.size(); ++i) {
        if (c.positive && x[i] < 0) continue;
        const double want = c.value(static_cast<double>(x[i]));
        ASSERT_NEAR(static_cast<double>(y[i]), want, 1e-6 * std::fabs(want) + 1e-38) << x[i];
      }
    });
  }
}

TEST(Activations, slopes_in_corners_and_at_infinity) {
  struct Corner {
    Activation activation;
    float x, slope;
  };
  const std::vector<Corner> corners = {
      {{ActivationKind::elu, 0.3f, 0}, 0, 0.3f},
      {{ActivationKind::hard_sigmoid, 0.25f, 0.5f}, -2, 0},
      {{ActivationKind::hard_sigmoid, 0.25f, 0.5f}, 2, 0},
      {{ActivationKind::hard_swish, 0, 0}, -3, -0.5f},
      {{ActivationKind::hard_swish, 0, 0}, 3, 1.5f},
      {{ActivationKind::clip, -1.5f, 2}, -1.5f, 1},
      {{ActivationKind::clip, -1.5f, 2}, 2, 1},
      {{ActivationKind::clip, 2, 1}, 1.5f, 0},
      {{ActivationKind::gelu, 0, 0}, 14, 1},
      {{ActivationKind::gelu_tanh, 0, 0}, kInfinity, 1},
      {{ActivationKind::silu, 0, 0}, kInfinity, 1},
      {{ActivationKind::silu, 0, 0}, -kInfinity, 0},
      {{ActivationKind::mish, 0, 0}, kInfinity, 1},
      {{ActivationKind::mish, 0, 0}, -kInfinity, 0},
      {{ActivationKind::softplus, 0, 0}, kInfinity, 1},
      {{ActivationKind::softplus, 0, 0}, -kInfinity, 0},
      {{ActivationKind::elu, 1, 0}, -kInfinity, 0},
      {{ActivationKind::celu, 2, 0}, -kInfinity, 0},
      {{ActivationKind::abs, 0, 0}, 0, 0},
      {{ActivationKind::abs, 0, 0}, -kInfinity, -1},
      {{ActivationKind::erf, 0, 0}, 0, 1.12837917f},
      {{ActivationKind::erf, 0, 0}, kInfinity, 0},
      {{ActivationKind::exp, 0, 0}, -kInfinity, 0},
      {{ActivationKind::log, 0, 0}, 0, kInfinity},
      {{ActivationKind::sqrt, 0, 0}, 0, kInfinity},
  };
  on_every_device([&](Stream& stream) {
    const auto dy = on_device(stream, Floats{1});
    for (const Corner& c : corners) {
      const auto x = on_device(stream, Floats{c.x});
      Guarded<float> dx(stream, 1);
      activation_backward(stream, c.activation, 1, x.data(), dy.data(), dx.data(), Result::overwrite);
      EXPECT_FLOAT_EQ(dx.read(stream)[0], c.slope) << static_cast<int>(c.activation.kind) << " at " << c.x;
    }
  });
}

TEST(Activations, a_nan_stays_a_nan_and_infinity_goes_where_the_formula_says) {
  for (const ActivationCase& c : curves()) {
    SCOPED_TRACE(c.name);
    on_every_device([&](Stream& stream) {
      auto x = on_device(stream, Floats(40, NAN));
      activation_forward(stream, c.activation, 40, x.data(), x.data());  // in place, too
      Floats y(40);
      download(stream, y.data(), x, 40);
      for (const float v : y) EXPECT_TRUE(std::isnan(v));
      x = on_device(stream, Floats(40, kInfinity));
      activation_forward(stream, c.activation, 40, x.data(), x.data());
      download(stream, y.data(), x, 40);
      const auto want = static_cast<float>(c.value(static_cast<double>(kInfinity)));
      for (const float v : y) EXPECT_EQ(v, want);
    });
  }
}

TEST(Prelu, slopes_of_any_shape_forward_and_backward) {
  for (const PreluCase& c : kPrelus) {
    const std::vector<int64_t> places = slope_places(c);
    const auto count = static_cast<int64_t>(places.size());
    const PreluShape shape = prelu_shape(c.x, c.slopes);
    ASSERT_EQ(shape.count(), count);
    ASSERT_EQ(shape.slopes(), 1 + *std::max_element(places.begin(), places.end()));
    SCOPED_TRACE(std::to_string(count) + " values, " + std::to_string(shape.slopes()) + " slopes");
    Floats x = random_floats(count, 1);
    if (count > 20) x[7] = 0, x[11] = -0.0f;
    const Floats slopes = random_floats(shape.slopes(), 2), dy = random_floats(count, 3);
    Doubles y(count), dx(count), dslopes(slopes.size());
    for (int64_t i = 0; i < count; ++i) {
      const double v = x[i], d = dy[i], slope = slopes[places[i]];
      y[i] = v > 0 ? v : slope * v;
      dx[i] = v > 0 ? d : slope * d;
      dslopes[places[i]] += v > 0 ? 0 : v * d;
    }
    on_every_device([&](Stream& stream) {
      const auto dev_x = on_device(stream, x), dev_slopes = on_device(stream, slopes), dev_dy = on_device(stream, dy);
      Guarded<float> got(stream, count), gradient(stream, count), by_slopes(stream, shape.slopes());
      prelu_forward(stream, shape, dev_x.data(), dev_slopes.data(), got.data());
      expect_close(got.read(stream), y, 1e-7, "y");
      prelu_backward_input(stream, shape, dev_x.data(), dev_slopes.data(), dev_dy.data(), gradient.data(),
                           Result::overwrite);
      expect_close(gradient.read(stream), dx, 1e-7, "dx");
      prelu_backward_input(stream, shape, dev_x.data(), dev_slopes.data(), dev_dy.data(), gradient.data(),
                           Result::accumulate);
      Doubles twice = dx;
      for (double& v : twice) v *= 2;
      expect_close(gradient.read(stream), twice, 2e-7, "dx added");
      prelu_backward_slopes(stream, shape, dev_x.data(), dev_dy.data(), by_slopes.data());
      expect_close(by_slopes.read(stream), dslopes, 1e-6, "dslopes");
    });
  }
}

TEST(Prelu, slopes_that_dont_fit_are_an_error_and_a_nan_stays) {
  for (const auto& slopes : {std::vector<int64_t>{2}, {3, 1, 1, 1, 1}, {3, 1}}) {
    try {
      prelu_shape({2, 3, 4, 5}, slopes);
      FAIL();
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("2 x 3 x 4 x 5"), std::string::npos) << error.what();
      EXPECT_FALSE(error.hint().empty());
    }
  }
  EXPECT_THROW(prelu_shape(std::vector<int64_t>(9, 1), {}), Error);
  on_every_device([&](Stream& stream) {
    auto x = on_device(stream, Floats(40, NAN));
    const auto slopes = on_device(stream, Floats{0});
    prelu_forward(stream, prelu_shape({40}, {1}), x.data(), slopes.data(), x.data());
    Floats y(40);
    download(stream, y.data(), x, 40);
    for (const float v : y) EXPECT_TRUE(std::isnan(v));
  });
}

}  // namespace striate
