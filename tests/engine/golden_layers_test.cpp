#include "kernels/activation.h"
#include "kernels/dense.h"
#include "kernels/normalize.h"
#include "kernels/softmax.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

// Checks y and dx of a layer without weights.
template <typename Forward, typename Backward>
void check_layer(const Golden& golden, const std::string& name, const Forward& forward, const Backward& backward) {
  SCOPED_TRACE(name);
  on_all_devices([&](Stream& stream) {
    DeviceArray x(stream, golden.floats(name + ".x")), dy(stream, golden.floats(name + ".dy"));
    const auto count = static_cast<int64_t>(golden.floats(name + ".x").size());
    DeviceArray y(stream, count), dx(stream, count);
    forward(stream, count, x.data(), y.data());
    backward(stream, count, x.data(), y.data(), dy.data(), dx.data());
    expect_golden(y.read(), golden.floats(name + ".y"), "y");
    expect_golden(dx.read(), golden.floats(name + ".dx"), "dx");
  });
}

}  // namespace

TEST(Golden, layers_without_weights) {
  STRIATE_NEEDS_REFERENCE("golden/layers.safetensors");
  const Golden golden("layers.safetensors");
  for (const std::string& name : golden.cases()) {
    if (name.rfind("relu", 0) == 0) {
      check_layer(golden, name, relu_forward,
                  [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx) {
                    relu_backward(s, n, y, dy, dx, Result::overwrite);
                  });
    } else if (name.rfind("leaky_relu", 0) == 0) {
      check_layer(
          golden, name, [](Stream& s, int64_t n, const float* x, float* y) { leaky_relu_forward(s, n, 0.01f, x, y); },
          [](Stream& s, int64_t n, const float* x, const float*, const float* dy, float* dx) {
            leaky_relu_backward(s, n, 0.01f, x, dy, dx, Result::overwrite);
          });
    } else if (name.rfind("sigmoid", 0) == 0) {
      check_layer(golden, name, sigmoid_forward,
                  [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx) {
                    sigmoid_backward(s, n, y, dy, dx, Result::overwrite);
                  });
    } else if (name.rfind("tanh", 0) == 0) {
      check_layer(golden, name, tanh_forward,
                  [](Stream& s, int64_t n, const float*, const float* y, const float* dy, float* dx) {
                    tanh_backward(s, n, y, dy, dx, Result::overwrite);
                  });
    } else if (name.rfind("softmax", 0) == 0) {
      const std::vector<int> shape = golden.shape(name + ".x");
      int64_t pixels = 1;
      for (size_t i = 2; i < shape.size(); ++i) pixels *= shape[i];
      check_layer(
          golden, name,
          [&](Stream& s, int64_t, const float* x, float* y) { softmax_forward(s, shape[0], shape[1], pixels, x, y); },
          [&](Stream& s, int64_t, const float*, const float* y, const float* dy, float* dx) {
            softmax_backward(s, shape[0], shape[1], pixels, y, dy, dx, Result::overwrite);
          });
    } else {
      ASSERT_TRUE(name.rfind("dense", 0) == 0 || name.rfind("bn", 0) == 0) << "no test knows the case " << name;
    }
  }
}

TEST(Golden, dense_layers) {
  STRIATE_NEEDS_REFERENCE("golden/layers.safetensors");
  const Golden golden("layers.safetensors");
  ASSERT_FALSE(golden.cases("dense").empty());
  for (const std::string& name : golden.cases("dense")) {
    SCOPED_TRACE(name);
    const int n = golden.shape(name + ".x")[0], c = golden.shape(name + ".x")[1], k = golden.shape(name + ".w")[0];
    on_all_devices([&](Stream& stream) {
      DeviceArray x(stream, golden.floats(name + ".x")), w(stream, golden.floats(name + ".w"));
      DeviceArray b(stream, golden.floats(name + ".b")), dy(stream, golden.floats(name + ".dy"));
      DeviceArray y(stream, n * k), dx(stream, n * c), dw(stream, k * c), db(stream, k);
      DeviceArray scratch(stream, dense_scratch(n, c, k));
      dense_forward(stream, n, c, k, x.data(), w.data(), b.data(), y.data(), scratch.data());
      dense_backward_input(stream, n, c, k, dy.data(), w.data(), dx.data(), Result::overwrite, scratch.data());
      dense_backward_weights(stream, n, c, k, x.data(), dy.data(), dw.data(), db.data(), Result::overwrite,
                             scratch.data());
      expect_golden(y.read(), golden.floats(name + ".y"), "y");
      expect_golden(dx.read(), golden.floats(name + ".dx"), "dx");
      expect_golden(dw.read(), golden.floats(name + ".dw"), "dw");
      expect_golden(db.read(), golden.floats(name + ".db"), "db");
    });
  }
}

TEST(Golden, batch_normalization) {
  STRIATE_NEEDS_REFERENCE("golden/layers.safetensors");
  const Golden golden("layers.safetensors");
  ASSERT_FALSE(golden.cases("bn").empty());
  for (const std::string& name : golden.cases("bn")) {
    SCOPED_TRACE(name);
    const std::vector<int> shape = golden.shape(name + ".x");
    BatchNormShape s;
    s.n = shape[0], s.c = shape[1], s.pixels = 1;
    for (size_t i = 2; i < shape.size(); ++i) s.pixels *= shape[i];
    const int64_t count = s.n * s.c * s.pixels;
    on_all_devices([&](Stream& stream) {
      DeviceArray x(stream, golden.floats(name + ".x")), gamma(stream, golden.floats(name + ".gamma"));
      DeviceArray beta(stream, golden.floats(name + ".beta")), dy(stream, golden.floats(name + ".dy"));
      DeviceArray mean0(stream, golden.floats(name + ".running_mean0"));
      DeviceArray variance0(stream, golden.floats(name + ".running_var0"));
      DeviceArray y(stream, count), dx(stream, count), mean(stream, s.c), inverse(stream, s.c);
      DeviceArray dgamma(stream, s.c), dbeta(stream, s.c), scratch(stream, batch_norm_scratch(s));
      if (golden.has(name + ".y_eval")) {  // with the running values of before the training step
        batch_norm_forward_evaluation(stream, s, x.data(), gamma.data(), beta.data(), mean0.data(), variance0.data(),
                                      y.data());
        expect_golden(y.read(), golden.floats(name + ".y_eval"), "y in evaluation");
      }
      batch_norm_forward_training(stream, s, x.data(), gamma.data(), beta.data(), mean0.data(), variance0.data(),
                                  mean.data(), inverse.data(), y.data(), scratch.data());
      expect_golden(y.read(), golden.floats(name + ".y"), "y");
      expect_golden(mean0.read(), golden.floats(name + ".running_mean1"), "running mean");
      expect_golden(variance0.read(), golden.floats(name + ".running_var1"), "running variance");
      batch_norm_backward(stream, s, x.data(), gamma.data(), mean.data(), inverse.data(), dy.data(), dx.data(),
                          dgamma.data(), dbeta.data(), Result::overwrite, scratch.data());
      expect_golden(dx.read(), golden.floats(name + ".dx"), "dx");
      expect_golden(dgamma.read(), golden.floats(name + ".dgamma"), "dgamma");
      expect_golden(dbeta.read(), golden.floats(name + ".dbeta"), "dbeta");
    });
  }
}

}  // namespace striate
