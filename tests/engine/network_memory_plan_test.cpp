// Inference in little memory: the same values, bit for bit, as with every activation kept. What is free holds NaN here,
// so that a place that is used again too early shows.
#include "engine/network/memory_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/network/batch_size.h"
#include "engine/network/models.h"
#include "engine/network/network.h"
#include "kernels/elementwise.h"
#include "kernels/threads.h"
#include "tests/engine/golden.h"
#include "tests/engine/random_models.h"

namespace striate {
namespace {

class Checked {
 public:
  Checked() : before_(debug_checks()) { set_debug_checks(true); }
  ~Checked() { set_debug_checks(before_); }

 private:
  bool before_;
};

std::vector<float> waves(int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(std::sin(0.7f * static_cast<float>(i)));
  return values;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// Output, kept layers, and every layer while it is there, against the plan that keeps all.
// `brief`: the output alone.
void compare(Stream& stream, const Architecture& architecture, int batch, const std::vector<std::string>& kept,
             bool brief = false) {
  Plan keeping;
  keeping.batch = batch;
  Network whole(stream, architecture, keeping);
  whole.initialize(stream, Initializer::he_normal, 3);
  const std::vector<float> input = waves(whole.activation(0).shape.count());
  whole.write_tensor(stream, whole.activation(0), input);
  whole.forward(stream, Mode::evaluation);
  Network little(stream, architecture, Plan::inference(batch, kept));
  little.copy_weights(stream, whole);
  little.write_tensor(stream, little.activation(0), input);
  EXPECT_LE(little.arena_size(TensorKind::activation), whole.arena_size(TensorKind::activation));
  const auto same = [&](int node) {
    return same_bits(whole.read_tensor(stream, whole.activation(node)),
                     little.read_tensor(stream, little.activation(node)));
  };
  for (int round = 0; round < (brief ? 1 : 2); ++round) {  // the input is still there
    little.forward(stream, Mode::evaluation);
    EXPECT_TRUE(same(architecture.size() - 1));
    for (const std::string& name : kept) EXPECT_TRUE(same(architecture.find(name))) << name;
    EXPECT_TRUE(same(0));
  }
  for (int node = 1; node < architecture.size() && !brief; ++node) {
    little.forward(stream, Mode::evaluation, node, node);
    ASSERT_TRUE(same(node)) << architecture.describe(node);
  }
}

// Branches, joins, layers in place and layers that nobody reads.
Architecture random_graph(uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto whole = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  std::string text = "input 2x5x4";
  std::vector<std::string> names = {"input"};
  std::vector<int> channels = {2};
  for (int i = 0; i < 14; ++i) {
    size_t from = names.size() - 1;
    if (whole(0, 3) == 0) from = static_cast<size_t>(whole(0, static_cast<int>(from)));
    if (from != names.size() - 1) text += " | from " + names[from];
    const char* const plain[] = {"relu", "sigmoid", "identity", "dropout 0.5", "batchnorm", "elu", "leakyrelu"};
    int out = channels[from];
    std::string layer = plain[whole(0, 6)];
    const size_t other = static_cast<size_t>(whole(0, static_cast<int>(names.size()) - 1));
    switch (whole(0, 5)) {
      case 0:
        out = whole(1, 5);
        layer = "conv " + std::to_string(out) + " 3x3 pad 1";
        break;
      case 1:
        if (channels[other] == out && other != from) layer = "add " + names[other];
        break;
      case 2:
        if (other != from) layer = "concat " + names[other], out += channels[other];
        break;
      default:
        break;
    }
    names.push_back("l" + std::to_string(i));
    channels.push_back(out);
    text += " | " + names.back() + ": " + layer;
  }
  return Architecture::parse(text + " | flatten | dense 3");
}

}  // namespace

TEST(MemoryPlan, gives_the_same_bits_for_all_models_of_the_list) {
  const Checked checked;
  Stream stream(Device::cpu());
  for (const Model& model : models()) {
    SCOPED_TRACE(model.name);
    compare(stream, build_model(model.name), 2, {});
  }
  for (const Model& model : large_models()) {
    SCOPED_TRACE(model.name);
    const std::string name = model.name;
    const bool any_size = name.rfind("resnet", 0) == 0 || name.rfind("squeezenet", 0) == 0;
    compare(stream, build_model(name, any_size ? Shape{3, 64, 64} : Shape{}, 10), 1, {}, !any_size);
  }
}

TEST(MemoryPlan, gives_the_same_bits_for_random_graphs) {
  const Checked checked;
  on_all_devices([](Stream& stream) {
    for (uint64_t seed = 1; seed <= 60; ++seed) {
      SCOPED_TRACE(seed);
      const Architecture architecture = random_graph(seed);
      compare(stream, architecture, 2,
              seed % 2 == 0 ? std::vector<std::string>{"l3", "l9"} : std::vector<std::string>{});
    }
  });
}

TEST(MemoryPlan, gives_the_same_bits_for_every_kind_of_layer) {
  const Checked checked;
  Stream stream(Device::cpu());
  int compared = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const std::string text = RandomModel(seed, Shape{1, 12, 10}).text();
    SCOPED_TRACE(text);
    Architecture architecture;
    try {
      architecture = architecture_from(text, Shape{1, 12, 10}, 0);
      if (plan_tensors(architecture, Plan{3}).bytes() > 1 << 24) continue;
    } catch (const Error&) {  // a text that is no network
      continue;
    }
    if (architecture.totals().multiply_adds > 2'000'000) continue;
    compare(stream, architecture, 3, {});
    ++compared;
  }
  EXPECT_GE(compared, 50);
}

TEST(MemoryPlan, values_that_live_at_the_same_time_have_places_of_their_own) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    const Architecture architecture = random_graph(seed);
    std::vector<char> kept(static_cast<size_t>(architecture.size()), 0);
    kept[seed % kept.size()] = 1;
    const std::vector<Shape> shapes = architecture.shapes(3);
    const ActivationPlan plan = plan_activations(architecture, shapes, kept);
    int64_t most = 0;
    for (size_t a = 0; a < plan.places.size(); ++a) {
      EXPECT_GE(plan.places[a].size, shapes[a].count());
      EXPECT_LE(plan.places[a].offset + plan.places[a].size, plan.size);
      int64_t alive = 0;
      for (size_t b = 0; b < plan.places.size(); ++b) {
        const auto &p = plan.places[a], &q = plan.places[b];
        const int first = static_cast<int>(a);
        if (q.written <= first && first <= q.until) alive += q.size;
        if (a == b || p.written > q.until || q.written > p.until) continue;
        EXPECT_TRUE(p.offset + p.size <= q.offset || q.offset + q.size <= p.offset) << a << " and " << b;
      }
      most = std::max(most, alive);
    }
    EXPECT_GE(plan.size, most);
    EXPECT_LE(plan.size, most + most / 2);  // greedy, not perfect
  }
}

TEST(MemoryPlan, resnet50_in_batches_of_32_takes_well_under_a_third) {
  const Architecture resnet = build_model("resnet50");
  Plan keeping;
  keeping.batch = 32;
  const int64_t little = plan_tensors(resnet, Plan::inference(32)).bytes(), all = plan_tensors(resnet, keeping).bytes();
  EXPECT_LT(little * 5, all) << little << " of " << all;
  // And what is asked for is added, no more.
  const int64_t with_one = plan_tensors(resnet, Plan::inference(32, {"layer1.0"})).bytes();
  EXPECT_GT(with_one, little);
  EXPECT_LE(with_one, little + 2 * resnet.shapes(32)[static_cast<size_t>(resnet.find("layer1.0"))].count() * 4);
}

TEST(MemoryPlan, what_is_not_kept_cannot_be_looked_at) {
  Stream stream;
  const Architecture architecture = Architecture::parse("input 4 | dense 8 | relu | dense 6 | tanh | dense 3");
  Network network(stream, architecture, Plan::inference(2, {"1"}));
  const auto failure = [&](int node) -> std::string {
    try {
      network.read_tensor(stream, network.activation(node));
      network.view(network.activation(node));
      return "";
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
  };
  EXPECT_NE(failure(5).find("layer 4"), std::string::npos);  // nothing was computed yet
  network.write_tensor(stream, network.activation(0), waves(8));
  network.forward(stream, Mode::evaluation);
  EXPECT_EQ(failure(0), "");
  EXPECT_EQ(failure(2), "");
  EXPECT_EQ(failure(5), "");
  EXPECT_EQ(failure(3), "the activation of layer 2 (dense 6) is not kept: this network reuses its memory");
  EXPECT_THROW(network.write_tensor(stream, network.activation(3), std::vector<float>(12)), Error);
  network.replan(stream, Plan{2});
  EXPECT_EQ(failure(3), "");
  EXPECT_THROW(plan_tensors(architecture, Plan::inference(2, {"nine"})), Error);
}

TEST(MemoryPlan, allows_larger_batches_in_the_same_memory) {
  const Architecture architecture = build_model("tinyvgg");
  constexpr int64_t kBudget = int64_t{8} << 20;
  EXPECT_GT(2 * batch_within(architecture, Plan::inference(1), kBudget, 1000),
            3 * batch_within(architecture, Plan{}, kBudget, 1000));
}

// Weights are laid out for the convolutions once two pictures have the same ones; whoever changes one is seen.
TEST(MemoryPlan, weights_laid_out_once_are_laid_out_anew_when_they_change) {
  Stream stream;
  const Architecture architecture = Architecture::parse("input 16x20x20 | conv 64 3x3 pad 1 | relu | conv 32 3x3");
  const auto output = [&](Network& network) {
    network.write_tensor(stream, network.activation(0), waves(network.activation(0).shape.count()));
    network.forward(stream, Mode::evaluation);
    return network.read_tensor(stream, network.output());
  };
  Network network(stream, architecture, Plan::inference(1));
  network.initialize(stream, Initializer::he_normal, 3);
  const auto expected = [&] {
    Network keeping(stream, architecture);
    keeping.copy_weights(stream, network);
    return output(keeping);
  };
  const int64_t bytes = network.bytes();
  EXPECT_TRUE(same_bits(output(network), expected()));
  EXPECT_EQ(network.bytes(), bytes) << "for one picture it isn't worth it";
  const std::vector<float> first = output(network);
  EXPECT_GT(network.bytes(), bytes);
  EXPECT_TRUE(same_bits(output(network), first));
  const NamedTensor& weight = *network.find(TensorKind::weight, "0.weight");
  std::vector<float> values = network.read_tensor(stream, weight);
  for (float& value : values) value = -2 * value;
  for (const bool through_view : {false, true}) {
    if (through_view) {
      fill(stream, weight.shape.count(), 0.5f, network.view(weight).data);
    } else {
      network.write_tensor(stream, weight, values);
    }
    for (int round = 0; round < 3; ++round) {
      const std::vector<float> changed = output(network);
      EXPECT_FALSE(same_bits(changed, first));
      EXPECT_TRUE(same_bits(changed, expected())) << through_view << " " << round;
    }
  }
}

// With Winograd's transforms the same numbers come within rounding, from the first picture on and for every batch.
TEST(MemoryPlan, the_fastest_plan_gives_the_same_answer_within_rounding) {
  Stream stream;
  const Architecture architecture =
      Architecture::parse("input 32x20x20 | conv 64 3x3 pad 1 | batchnorm | relu | conv 32 3x3 | flatten | dense 5");
  constexpr int kBatch = 3;
  Network network(stream, architecture, Plan::inference(kBatch));
  network.initialize(stream, Initializer::he_normal, 3);
  const auto output = [&](Network& of) {
    of.write_tensor(stream, of.activation(0), waves(of.activation(0).shape.count()));
    of.forward(stream, Mode::evaluation);
    return of.read_tensor(stream, of.output());
  };
  const auto expect_near = [](const std::vector<float>& got, const std::vector<float>& want) {
    float largest = 0;
    for (const float value : want) largest = std::max(largest, std::abs(value));
    for (size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5f * largest);
  };
  const std::vector<float> direct = output(network);
  network.replan(stream, Plan::fastest(kBatch));
  const std::vector<float> first = output(network);
  expect_near(first, direct);
  EXPECT_FALSE(same_bits(first, direct)) << "no layer was transformed";
  EXPECT_TRUE(same_bits(output(network), first));

  Network alone(stream, architecture, Plan::fastest(1));
  alone.copy_weights(stream, network);
  const std::vector<float> one = output(alone);
  EXPECT_TRUE(same_bits(one, {first.begin(), first.begin() + static_cast<int64_t>(one.size())}));

  const NamedTensor& weight = *network.find(TensorKind::weight, "0.weight");
  std::vector<float> values = network.read_tensor(stream, weight);
  for (float& value : values) value *= -2;
  network.write_tensor(stream, weight, values);
  const std::vector<float> changed = output(network);
  network.replan(stream, Plan::inference(kBatch));
  expect_near(changed, output(network));
  expect_near(output(network), changed);
  EXPECT_FALSE(same_bits(changed, first));
}

}  // namespace striate
