// The benchmark of a forward pass: its formula of weights and its check of every layer.
#include "engine/bench/infer_bench.h"

#include <gtest/gtest.h>

#include "engine/error.h"
#include "engine/network/models.h"

namespace striate {
namespace {

TEST(InferBench, weights_are_the_formula_that_another_program_builds) {
  Stream stream;
  Network network(stream, Architecture::parse("input 3x224x224 | conv1: conv 6 5x5 | bn: batchnorm"));
  fill_by_formula(stream, network, 1);
  // Computed by the numpy form of the formula.
  const std::vector<float> input = network.read_tensor(stream, network.activation(0));
  EXPECT_EQ(input.front(), -0x1.9bd584p-1f);
  EXPECT_EQ(input[1], -0x1.68fb6p-1f);
  EXPECT_EQ(input.back(), -0x1.6c9acp-5f);
  const std::vector<float> mean = network.read_tensor(stream, *network.find(TensorKind::buffer, "bn.running_mean"));
  const std::vector<float> variance = network.read_tensor(stream, *network.find(TensorKind::buffer, "bn.running_var"));
  const std::vector<float> scale = network.read_tensor(stream, *network.find(TensorKind::weight, "bn.weight"));
  EXPECT_FLOAT_EQ(variance[0], 1 + 0.25f * 0.31320586800575256f);
  for (size_t i = 0; i < scale.size(); ++i) {
    EXPECT_LE(std::abs(mean[i]), 0.4331f);  // sqrt(3 / 16)
    EXPECT_GE(scale[i], 0.39f);
    EXPECT_LE(scale[i], 0.61f);
  }
}

TEST(InferBench, weights_of_another_seed_are_others) {
  Stream stream;
  Network network(stream, Architecture::parse("input 4 | dense 3"));
  fill_by_formula(stream, network, 1);
  const std::vector<float> one = network.read_tensor(stream, network.tensors()[2]);
  fill_by_formula(stream, network, 2);
  EXPECT_NE(one, network.read_tensor(stream, network.tensors()[2]));
}

TEST(InferBench, checks_every_layer_of_the_models_by_name_before_it_times_them) {
  for (const char* name : {"lenet5", "lenet5-tanh", "resnet20"}) {
    std::vector<InferLayerTime> profile;
    const InferBenchRow row = bench_infer(Device::cpu(), name, build_model(name), 2, 3, 1, &profile);
    EXPECT_EQ(row.checked_layers, row.layers) << name;
    EXPECT_EQ(row.layers, build_model(name).size() - 1);
    EXPECT_GE(row.checked_values, 10 * row.layers);
    EXPECT_TRUE(row.unchecked_kinds.empty());
    EXPECT_LT(row.largest_difference, 2e-5);
    EXPECT_GT(row.median_ms, 0);
    EXPECT_EQ(profile.size(), static_cast<size_t>(row.layers));
    EXPECT_EQ(infer_bench_line(row).rfind(std::string(name) + ",cpu,", 0), 0u);
  }
  EXPECT_EQ(infer_bench_header(), "model,device,threads,batch,median_ms");
}

TEST(InferBench, says_which_layers_it_has_no_formula_for) {
  const InferBenchRow row =
      bench_infer(Device::cpu(), "a text", Architecture::parse("input 1x6x6 | leakyrelu | flatten"), 1, 1, 1);
  EXPECT_EQ(row.checked_layers, 1);
  EXPECT_EQ(row.unchecked_kinds, std::vector<std::string>{"leakyrelu"});
  // Kinds that only some settings of can be followed: values that are repeated, another axis than the channels.
  const InferBenchRow other = bench_infer(
      Device::cpu(), "a text",
      Architecture::parse("input 2x3x4 | x: relu | m: globalavgpool keep | from x | add m | softmax axis 3"), 1, 1, 1);
  EXPECT_EQ(other.checked_layers, 2);
  EXPECT_EQ(other.unchecked_kinds, (std::vector<std::string>{"add", "softmax"}));
}

TEST(InferBench, looking_at_a_large_network_takes_its_weights_its_activations_and_a_tenth) {
  // (resnet18 takes an eighth: room to pack the weights of its largest layer, which a processor leaves untouched.)
  for (const char* name : {"alexnet", "resnet50", "squeezenet1_1", "vgg16"}) {
    const TensorPlan plan = plan_tensors(build_model(name), Plan{});
    const int64_t needed = plan.arena[static_cast<size_t>(TensorKind::weight)] +
                           plan.arena[static_cast<size_t>(TensorKind::buffer)] +
                           plan.arena[static_cast<size_t>(TensorKind::activation)];
    EXPECT_LE(plan.bytes(), needed * 4 * 11 / 10) << name;
    EXPECT_EQ(plan.arena[static_cast<size_t>(TensorKind::activation_gradient)], 0) << name;
    EXPECT_EQ(plan.arena[static_cast<size_t>(TensorKind::saved)], 0) << name;
  }
}

TEST(InferBench, a_forward_pass_allocates_nothing) {
  Stream stream;
  Network network(stream, build_model("squeezenet1_1"));
  fill_by_formula(stream, network, 1);
  const MemoryUse before = memory_use();
  network.forward(stream, Mode::evaluation);
  EXPECT_EQ(memory_use().allocations, before.allocations);
  EXPECT_EQ(before.bytes, network.bytes() + 8 * network.architecture().size());  // and the counters of random numbers
}

TEST(InferBench, weights_may_come_from_elsewhere) {
  bool loaded = false;
  const InferBenchRow row = bench_infer(Device::cpu(), "a text", Architecture::parse("input 4 | dense 3"), 1, 1, 1,
                                        nullptr, [&](Stream& stream, Network& network) {
                                          loaded = true;
                                          const NamedTensor& weight = *network.find(TensorKind::weight, "0.weight");
                                          network.write_tensor(stream, weight, std::vector<float>(12, 0.5f));
                                        });
  EXPECT_TRUE(loaded);
  EXPECT_EQ(row.checked_layers, 1);
}

TEST(InferBench, a_layer_that_gives_another_value_is_named) {
  Stream stream;
  Network network(stream, Architecture::parse("input 1x4x4 | conv 2 3x3 | norm: batchnorm epsilon 1 | relu"));
  fill_by_formula(stream, network, 1);
  network.forward(stream, Mode::evaluation);
  InferBenchRow row;
  check_layers(stream, network, 1, row);
  EXPECT_EQ(row.checked_layers, 3);
  std::vector<float> values = network.read_tensor(stream, network.activation(2));
  values.back() *= 1.0001f;  // the last place is among those that are looked at
  network.write_tensor(stream, network.activation(2), values);
  try {
    check_layers(stream, network, 1, row);
    FAIL() << "a wrong value was not seen";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("layer norm (batchnorm epsilon 1)"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("channel 1, row 1, column 1"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace striate
