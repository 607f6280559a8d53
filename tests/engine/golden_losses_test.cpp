#include "kernels/loss.h"
#include "tests/engine/golden.h"

namespace striate {

TEST(Golden, losses) {
  STRIATE_NEEDS_REFERENCE("golden/losses.safetensors");
  const Golden golden("losses.safetensors");
  ASSERT_FALSE(golden.cases().empty());
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE(name);
    const bool entropy = name.rfind("cross_entropy", 0) == 0, likelihood = name.rfind("nll", 0) == 0;
    const std::string input = entropy ? ".logits" : likelihood ? ".log_probabilities" : ".x";
    const std::vector<int> shape = golden.shape(name + input);
    const int n = shape[0], k = shape[1];
    on_all_devices([&](Stream& stream) {
      DeviceArray x(stream, golden.floats(name + input)), loss(stream, 1), each(stream, n * k), dx(stream, n * k);
      if (entropy || likelihood) {
        const std::vector<int32_t> target = golden.ints(name + ".target");
        Buffer<int32_t> classes(stream.device(), n, "a test's targets");
        upload(stream, classes, target.data(), n);
        if (entropy) {
          softmax_cross_entropy(stream, n, k, x.data(), classes.data(), loss.data(), each.data(), nullptr, dx.data());
        } else {
          negative_log_likelihood(stream, n, k, x.data(), classes.data(), loss.data(), each.data(), dx.data());
        }
      } else {
        DeviceArray target(stream, golden.floats(name + ".target"));
        const bool mse = name.rfind("mse", 0) == 0, logits = name.rfind("bce_logits", 0) == 0;
        ASSERT_TRUE(mse || name.rfind("bce", 0) == 0) << "no test knows the case " << name;
        const auto run = mse ? mean_squared_error : logits ? binary_cross_entropy_with_logits : binary_cross_entropy;
        run(stream, n * k, x.data(), target.data(), loss.data(), each.data(), dx.data());
      }
      expect_golden(loss.read(), golden.floats(name + ".loss"), "loss");
      expect_golden(dx.read(), golden.floats(name + (entropy ? ".dlogits" : ".dx")), "dx");
    });
  }
}

}  // namespace striate
