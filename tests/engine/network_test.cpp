// Tensors, arenas, plans: where a network keeps what, and that nothing is lost or overwritten.
#include "engine/network/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "engine/error.h"
#include "engine/network/models.h"
#include "tests/engine/golden.h"

namespace striate {
namespace {

const char* kResidual =
    "input 2x6x6 | a: conv 4 3x3 pad 1 | batchnorm | relu | conv 4 3x3 pad 1 | add a | out: relu | maxpool 2 | dropout "
    "0.5 "
    "| flatten | dense 3";

Network residual(Stream& stream, const Plan& plan) {
  Network network(stream, Architecture::parse(kResidual), plan);
  network.initialize(stream, Initializer::he_normal, 4);
  return network;
}

std::vector<float> ramp(int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(std::sin(static_cast<float>(i)));
  return values;
}

}  // namespace

TEST(Network, tensors_of_a_role_are_aligned_and_apart) {
  Stream stream;
  const Network network = residual(stream, Plan{3, true, true, 0});
  std::map<TensorKind, int64_t> end;
  for (const NamedTensor& tensor : network.tensors()) {
    EXPECT_EQ(tensor.offset % 16, 0) << tensor.name;
    EXPECT_GE(tensor.offset, end[tensor.kind]) << tensor.name;
    end[tensor.kind] = tensor.offset + tensor.shape.count();
    EXPECT_LE(end[tensor.kind], network.arena_size(tensor.kind));
  }
  EXPECT_NE(network.find(TensorKind::weight, "a.weight"), nullptr);
  EXPECT_NE(network.find(TensorKind::buffer, "1.running_var"), nullptr);
  EXPECT_TRUE(network.find(TensorKind::saved, "6.argmax")->integers);
  EXPECT_EQ(network.find(TensorKind::activation, "out")->shape, (Shape{3, 4, 6, 6}));
  EXPECT_EQ(network.find(TensorKind::activation, "nothing"), nullptr);
}

TEST(Network, the_plan_says_what_memory_is_used) {
  Stream stream;
  const Architecture a = build_model("lenet5");
  Network network(stream, a, Plan{64, true, false, 0});
  network.set_optimizer_states(stream, {"mean", "square"});
  const TensorPlan plan = plan_tensors(a, Plan{64, true, false, 0}, {"mean", "square"});
  EXPECT_EQ(plan.bytes(), network.bytes());
  EXPECT_EQ(plan.arena[static_cast<size_t>(TensorKind::optimizer_state)], 2 * network.arena_size(TensorKind::weight));
  EXPECT_EQ(plan_tensors(a, Plan{64, false, false, 0}).arena[static_cast<size_t>(TensorKind::activation_gradient)], 0);
  EXPECT_EQ(plan_tensors(a, Plan{64, false, false, 0}).arena[static_cast<size_t>(TensorKind::saved)], 0);
}

TEST(Network, gradients_exist_only_where_they_are_asked_for) {
  Stream stream;
  EXPECT_EQ(residual(stream, Plan{2, false, false, 0}).output_gradient(), nullptr);
  const Network training = residual(stream, Plan{2, true, false, 0});
  EXPECT_EQ(training.gradient(0), nullptr);  // nothing to learn before the first layer
  EXPECT_NE(training.gradient(1), nullptr);
  const Network explaining = residual(stream, Plan{2, false, true, 0});
  EXPECT_NE(explaining.gradient(0), nullptr);
  EXPECT_EQ(explaining.find(TensorKind::weight_gradient, "a.weight"), nullptr);
  const Network frozen = residual(stream, Plan{2, true, false, 9});
  EXPECT_EQ(frozen.gradient(8), nullptr);
  EXPECT_NE(frozen.output_gradient(), nullptr);
  EXPECT_EQ(frozen.find(TensorKind::weight_gradient, "a.weight"), nullptr);
  EXPECT_NE(frozen.find(TensorKind::weight_gradient, "9.weight"), nullptr);
}

TEST(Network, weights_outlive_another_plan) {
  Stream stream;
  Network network = residual(stream, Plan{2, true, false, 0});
  network.set_optimizer_states(stream, {"mean"});
  const std::vector<float> weights = network.read_tensor(stream, *network.find(TensorKind::weight, "3.weight"));
  network.write_tensor(stream, *network.find(TensorKind::buffer, "1.running_mean"), {1, 2, 3, 4});
  network.write_tensor(stream, *network.find(TensorKind::optimizer_state, "a.bias.mean"), {5, 6, 7, 8});
  network.replan(stream, Plan{17, false, true, 0});
  EXPECT_EQ(network.output().shape, (Shape{17, 3}));
  EXPECT_EQ(network.read_tensor(stream, *network.find(TensorKind::weight, "3.weight")), weights);
  EXPECT_EQ(network.read_tensor(stream, *network.find(TensorKind::buffer, "1.running_mean")),
            (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(network.read_tensor(stream, *network.find(TensorKind::optimizer_state, "a.bias.mean")),
            (std::vector<float>{5, 6, 7, 8}));
  network.forward(stream, Mode::evaluation);
}

TEST(Network, each_sample_is_computed_on_its_own_in_evaluation) {
  on_all_devices([](Stream& stream) {
    Network many = residual(stream, Plan{5, false, false, 0});
    Network one = residual(stream, Plan{1, false, false, 0});
    const std::vector<float> x = ramp(5 * 72);
    many.write_tensor(stream, many.activation(0), x);
    many.forward(stream, Mode::evaluation);
    const std::vector<float> all = many.read_tensor(stream, many.output());
    for (int i = 0; i < 5; ++i) {
      one.write_tensor(stream, one.activation(0), {x.begin() + i * 72, x.begin() + (i + 1) * 72});
      one.forward(stream, Mode::evaluation);
      const std::vector<float> y = one.read_tensor(stream, one.output());
      for (int k = 0; k < 3; ++k) EXPECT_NEAR(y[k], all[i * 3 + k], 1e-5);
    }
  });
}

TEST(Network, backward_from_the_middle_leaves_zeros_behind_it) {
  Stream stream;
  Network network = residual(stream, Plan{2, true, true, 0});
  network.write_tensor(stream, network.activation(0), ramp(2 * 72));
  network.forward(stream, Mode::evaluation);
  const int from = network.architecture().find("2");  // the relu inside the block
  network.write_tensor(stream, *network.gradient(from), ramp(2 * 4 * 36));
  network.backward(stream, from);
  const auto sum = [&](const NamedTensor& tensor) {
    double total = 0;
    for (const float v : network.read_tensor(stream, tensor)) total += std::fabs(v);
    return total;
  };
  EXPECT_EQ(sum(*network.output_gradient()), 0);
  EXPECT_EQ(sum(*network.find(TensorKind::weight_gradient, "9.weight")), 0);
  EXPECT_EQ(sum(*network.find(TensorKind::weight_gradient, "3.weight")), 0);
  EXPECT_GT(sum(*network.find(TensorKind::weight_gradient, "a.weight")), 0);
  EXPECT_GT(sum(*network.gradient(0)), 0);
}

TEST(Network, starting_weights_depend_on_the_seed_alone) {
  Stream stream;
  const auto weights = [&](Initializer how, uint64_t seed, int batch) {
    Network network(stream, build_model("tiny"), Plan{batch, true, false, 0});
    network.initialize(stream, how, seed);
    return network.read_tensor(stream, *network.find(TensorKind::weight, "3.weight"));
  };
  EXPECT_EQ(weights(Initializer::pytorch, 1, 2), weights(Initializer::pytorch, 1, 64));
  EXPECT_NE(weights(Initializer::pytorch, 1, 2), weights(Initializer::pytorch, 2, 2));
  for (const float w : weights(Initializer::pytorch, 1, 2)) EXPECT_LE(std::fabs(w), 1 / std::sqrt(72.0f));
  double squares = 0;
  const std::vector<float> he = weights(Initializer::he_normal, 1, 2);
  for (const float w : he) squares += static_cast<double>(w) * w;
  EXPECT_NEAR(squares / static_cast<double>(he.size()), 2.0 / 72, 0.3 * 2.0 / 72);
}

TEST(Network, wrong_sizes_are_refused) {
  Stream stream;
  Network network = residual(stream, Plan{2, false, false, 0});
  EXPECT_THROW(network.write_tensor(stream, network.activation(0), {1, 2, 3}), Error);
  EXPECT_THROW(network.write_counters(stream, {1, 2, 3}), Error);
  EXPECT_THROW(network.replan(stream, Plan{0, false, false, 0}), Error);
  EXPECT_THROW(Network(stream, Architecture::parse("input 3x2x2 | conv 1 5x5")), Error);
}

}  // namespace striate
