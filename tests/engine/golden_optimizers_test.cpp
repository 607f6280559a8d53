#include "kernels/optimizer.h"
#include "tests/engine/golden.h"

namespace striate {

// The settings stand in the file's metadata as words; they are repeated here, and a case without settings fails.
TEST(Golden, optimizers) {
  STRIATE_NEEDS_REFERENCE("golden/optimizers.safetensors");
  const Golden golden("optimizers.safetensors");
  const std::vector<float> gradients = golden.floats("grads");
  const std::vector<float> start = golden.floats("p0");
  const auto count = static_cast<int64_t>(start.size());
  const auto steps = static_cast<int64_t>(gradients.size()) / count;
  ASSERT_FALSE(golden.cases().empty());
  for (const std::string& name : golden.cases()) {
    SCOPED_TRACE(name);
    const float rate = name == "rmsprop" || name == "adam" || name == "adamw" ? 0.01f : 0.05f;
    on_all_devices([&](Stream& stream) {
      DeviceArray w(stream, start), a(stream, std::vector<float>(start.size())), b(stream, a.read());
      Buffer<StepState> state(stream.device(), 1, "a test's state");
      const StepState first{rate, 0, 1, 1};
      upload(stream, state, &first, 1);
      std::vector<float> got;
      for (int64_t t = 0; t < steps; ++t) {
        DeviceArray g(stream, std::vector<float>(gradients.begin() + t * count, gradients.begin() + (t + 1) * count));
        next_step(stream, state.data());
        if (name == "sgd") {
          sgd(stream, Sgd{}, count, state.data(), g.data(), w.data(), nullptr);
        } else if (name == "momentum") {
          sgd(stream, Sgd{0.9f, 0, false}, count, state.data(), g.data(), w.data(), a.data());
        } else if (name == "nesterov") {
          sgd(stream, Sgd{0.9f, 0, true}, count, state.data(), g.data(), w.data(), a.data());
        } else if (name == "weight_decay") {
          sgd(stream, Sgd{0.9f, 0.01f, false}, count, state.data(), g.data(), w.data(), a.data());
        } else if (name == "rmsprop") {
          rmsprop(stream, RmsProp{0.9f, 1e-8f, 0}, count, state.data(), g.data(), w.data(), a.data());
        } else if (name == "adam" || name == "adamw") {
          const bool decoupled = name == "adamw";
          adam(stream, Adam{0.9f, 0.999f, 1e-8f, decoupled ? 0.01f : 0.0f, decoupled}, count, state.data(), g.data(),
               w.data(), a.data(), b.data());
        } else {
          FAIL() << "no test knows the case " << name;
        }
        const std::vector<float> now = w.read();
        got.insert(got.end(), now.begin(), now.end());
      }
      expect_golden(got, golden.floats(name + ".p"), "weights after each step");
    });
  }
}

}  // namespace striate
