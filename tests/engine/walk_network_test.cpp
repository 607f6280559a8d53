// Walks of units and gradients against the network's own tensors, bit for bit, and against plain double sums, over
// random networks; on every device, in its own order of adding.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>

#include "engine/error.h"
#include "engine/training/loss_head.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "engine/walk/channel_walk.h"
#include "engine/walk/gradient_walk.h"
#include "engine/walk/update_walk.h"
#include "kernels/optimizer.h"
#include "tests/engine/golden.h"
#include "tests/optimizers.h"

namespace striate {
namespace {

bool same_bits(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) || (a == 0 && b == 0);
}

// A network that has run forward and backward, with everything copied out.
struct Scene {
  Stream stream;
  Architecture architecture;
  std::map<std::pair<TensorKind, std::string>, std::vector<float>> tensors;
  NetworkValues values;

  Scene(const std::string& text, int batch, Mode mode, unsigned seed, Device device = Device::cpu(),
        bool explaining = true)
      : stream(device), architecture(Architecture::parse(text)) {
    Network network(stream, architecture, Plan{batch, true, explaining, 0});
    network.initialize(stream, Initializer::pytorch, seed);
    std::mt19937 random(seed);
    std::uniform_real_distribution<float> any(-1, 1);
    const auto scatter = [&](const NamedTensor& tensor) {
      std::vector<float> v(static_cast<size_t>(tensor.shape.count()));
      for (float& f : v) f = any(random);
      network.write_tensor(stream, tensor, v);
    };
    scatter(network.activation(0));
    for (const NamedTensor& tensor : network.tensors()) {
      if (tensor.kind == TensorKind::weight && tensor.name.find("bias") != std::string::npos) scatter(tensor);
    }
    // Running statistics that are not those of the start.
    if (mode == Mode::evaluation) network.forward(stream, Mode::training);
    network.forward(stream, mode);
    scatter(*network.output_gradient());
    network.backward(stream);
    for (const NamedTensor& tensor : network.tensors())
      tensors[{tensor.kind, tensor.name}] = network.read_tensor(stream, tensor);
    values.architecture = &architecture;
    values.shapes = architecture.shapes(batch);
    values.mode = mode;
    values.order = summation_order(device);
    const auto find = [this](TensorKind kind, const std::string& name) -> const float* {
      const auto found = tensors.find({kind, name});
      return found == tensors.end() ? nullptr : found->second.data();
    };
    const auto name = [this](int node) { return architecture.nodes()[static_cast<size_t>(node)].name; };
    values.activation = [=](int node) { return find(TensorKind::activation, name(node)); };
    values.gradient = [=](int node) { return find(TensorKind::activation_gradient, name(node)); };
    values.array = find;
  }

  void every_unit_agrees() {
    for (int node = 0; node < architecture.size(); ++node) {
      const UnitSizes s = unit_sizes(values.shapes[static_cast<size_t>(node)]);
      for (int n = 0; n < values.samples(); ++n) {
        for (int64_t i = 0; i < s.count(); ++i) {
          const UnitPlace place{node, n, static_cast<int>(i / s.columns / s.rows),
                                static_cast<int>(i / s.columns % s.rows), static_cast<int>(i % s.columns)};
          const UnitWalk walk = walk_unit(values, place);
          ASSERT_TRUE(walk.stored.has_value());
          ASSERT_TRUE(same_bits(walk.value, *walk.stored))
              << architecture.describe(node) << " unit " << i << ": " << walk.value << ", stored " << *walk.stored;
          ASSERT_TRUE(walk.agrees());
          if (walk.form != UnitForm::products) continue;
          double sum = walk.bias, size = std::fabs(walk.bias);
          for (const UnitTerm& t : walk.terms) sum += t.product(), size += std::fabs(t.product());
          ASSERT_NEAR(walk.value, sum, 1e-6 * (size + 1e-3));
        }
      }
    }
  }

  void every_gradient_agrees() {
    for (int node = 1; node < architecture.size(); ++node) {
      const std::string kind = values.layer(node).kind();
      if (kind != "conv" && kind != "dense") continue;
      const std::vector<WeightSpec> list = values.layer(node).parameters(values.input_shapes(node));
      for (int part = 0; part < static_cast<int>(list.size()); ++part) {
        for (int64_t i = 0; i < list[static_cast<size_t>(part)].shape.count(); ++i) {
          const WeightGradient walk = walk_weight_gradient(values, {node, part, i});
          ASSERT_TRUE(walk.stored.has_value());
          ASSERT_TRUE(same_bits(walk.value, *walk.stored))
              << walk.name << '[' << i << "]: " << walk.value << ", stored " << *walk.stored;
          double sum = 0, size = 0;
          for (int n = 0; n < values.samples(); ++n) {
            double own = 0;
            for (const WeightGradientTerm& t : weight_gradient_terms(values, {node, part, i}, n)) {
              own += t.product(), size += std::fabs(t.product());
            }
            ASSERT_DOUBLE_EQ(own, walk.samples[static_cast<size_t>(n)]);
            sum += own;
          }
          ASSERT_NEAR(walk.sum, sum, 1e-12);
          ASSERT_NEAR(walk.value, sum, 2e-6 * (size + 1e-3));
        }
      }
      const int input = architecture.nodes()[static_cast<size_t>(node)].inputs[0];
      const UnitSizes s = unit_sizes(values.shapes[static_cast<size_t>(input)]);
      const bool shared = readers_of(architecture, input).size() > 1;
      for (int64_t i = 0; i < s.count(); ++i) {
        const UnitPlace place{input, values.samples() - 1, static_cast<int>(i / s.columns / s.rows),
                              static_cast<int>(i / s.columns % s.rows), static_cast<int>(i % s.columns)};
        const InputGradient walk = walk_input_gradient(values, node, place);
        ASSERT_EQ(walk.shared, shared);
        ASSERT_TRUE(walk.agrees());
        ASSERT_TRUE(walk.stored.has_value());
        if (!shared) {
          ASSERT_TRUE(same_bits(walk.value, *walk.stored))
              << "dx of " << architecture.describe(node) << ", " << i << ": " << walk.value << ", " << *walk.stored;
        }
        double sum = 0;
        for (const InputGradientTerm& t : walk.terms) sum += t.product();
        ASSERT_DOUBLE_EQ(sum, walk.sum);
        ASSERT_EQ(walk.terms.size() % static_cast<size_t>(walk.filters), 0U);
      }
    }
  }
};

// The CPU has its own order of adding, GPUs have theirs.
void on_each_device(const std::function<void(Device)>& test) {
  for (const Device& device : Device::all_for_tests()) {
    SCOPED_TRACE(device.id());
    test(device);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

const char* const kNetworks[] = {
    "input 1x9x9 | conv 3 3x3 pad 1 | relu | maxpool 2 | conv 4 2x2 | tanh | flatten | dense 7 | sigmoid | dense 3",
    "input 3x7x8 | conv 6 3x2 stride 2x1 pad 1,0,2,1 dilation 1x2 groups 3 | leakyrelu 0.2 | avgpool 2 pad 1 | "
    "globalavgpool | dense 4 | softmax",
    "input 2x9x10 | maxpool 2 stride 1x2 pad 1 dilation 2x3 | conv 3 2x2 | avgpool 2 stride 1 dilation 2 ceil | tanh",
    "input 3x12 | conv 4 1x3 pad 0,0,2,0 stride 1x2 | relu | maxpool 1x2 ceil | batchnorm | globalavgpool | dense 2",
    "input 2x6x6 | a: conv 4 3x3 pad 1 no bias | batchnorm | relu | conv 4 3x3 pad 1 | add a | b: relu | "
    "s: subsample 2 channels 8 | from b | conv 8 1x1 stride 2 | add s | c: tanh | from s | identity | concat c | "
    "globalavgpool | dense 3",
    "input 3x5x5 | conv 5 1x1 | maxpool 3 stride 2 pad 1 ceil | avgpool 2 stride 1 without padding | flatten | "
    "dropout 0.4 | dense 3 no bias | logsoftmax",
    // Large enough for tiles on a GPU: the gradients of the second convolution, the first dense layer.
    "input 1x14x14 | conv 6 3x3 pad 1 | conv 24 3x3 | relu | avgpool 2 | flatten | dense 64 | dense 600 | "
    "dense 450 | dense 2",
};

TEST(NetworkWalk, every_unit_of_a_network_is_the_value_of_its_tensor) {
  on_each_device([](Device device) {
    for (const Mode mode : {Mode::training, Mode::evaluation}) {
      for (const char* text : kNetworks) {
        SCOPED_TRACE(text);
        Scene(text, 3, mode, 5, device).every_unit_agrees();
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
  });
}

// Followed by their own operators, of any picture of the batch, with constants that all pictures share.
TEST(NetworkWalk, every_unit_of_layers_without_a_walk_of_their_own_is_the_value_of_its_tensor) {
  for (const char* text :
       {("input 3x2x4 | a: tanh | c: constant 3x1x1 | from a | mul c | sub a | prelu | groupnorm 3 | pad edge "
         "0,0,1,1,0,0,0,1"),
        "input 2x3x4 | convtranspose 3 2x3 stride 2 | resize linear batch,3,4,5 | transpose 0,2,3,1 | reducemean 2",
        "input 2x3x4x5 | conv3d 2 2x2x2 | maxpool3d 2x2x2 stride 1x1x1 | globalmaxpool",
        "input 2x5x6 | local 3 3x2 stride 2x1 pad 1 | local 2 2x2 sets 2",
        "input 2x5x5 | maxpoolindices 3 stride 2 pad 1"}) {
    SCOPED_TRACE(text);
    on_each_device([&](Device device) { Scene(text, 3, Mode::evaluation, 5, device).every_unit_agrees(); });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

// Small planes of many channels, whose gradients by the weights a processor sums in order: in one piece and in several.
TEST(NetworkWalk, gradients_of_many_weights_at_few_positions_add_up_to_their_bits) {
  struct {
    const char* text;
    int batch;
    int64_t step;  // between the weights that are walked
  } const cases[] = {{"input 24x3x4 | conv 40 3x3 pad 1", 6, 61},
                     {"input 32x7x7 | conv 48 3x3 stride 2", 9, 173},
                     {"input 64x16x16 | conv 64 3x3 pad 1", 7, 4099}};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.text);
    on_each_device([&](Device device) {
      const Scene scene(each.text, each.batch, Mode::training, 11, device);
      for (int part = 0; part < 2; ++part) {
        const int64_t count = scene.values.layer(1).parameters(scene.values.input_shapes(1))[part].shape.count();
        for (int64_t i = 0; i < count; i += part == 0 ? each.step : 7) {
          const WeightGradient walk = walk_weight_gradient(scene.values, {1, part, i});
          ASSERT_TRUE(walk.stored.has_value());
          ASSERT_TRUE(same_bits(walk.value, *walk.stored)) << walk.name << i << ": " << walk.value << *walk.stored;
        }
      }
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(ChannelWalk, products_of_the_channels_and_the_bias_add_up_to_what_the_network_holds) {
  int convolutions = 0;
  on_each_device([&](Device device) {
    for (const char* text : kNetworks) {
      const Scene scene(text, 2, Mode::evaluation, 9, device);
      for (int node = 1; node < scene.architecture.size(); ++node) {
        if (scene.values.layer(node).kind() != "conv") continue;
        ++convolutions;
        const UnitSizes s = unit_sizes(scene.values.shapes[static_cast<size_t>(node)]);
        const int64_t plane = int64_t{1} * s.rows * s.columns;
        for (int filter = 0; filter < s.channels; ++filter) {
          SCOPED_TRACE(fmt::format("{}: node {}, filter {}", text, node, filter));
          const ChannelWalk walk = walk_channels(scene.values, node, 1, filter);
          ASSERT_EQ(walk.products.size(), static_cast<size_t>(walk.channels * plane));
          ASSERT_LT(walk.rounding, 4e-6);
          const float* stored = scene.values.activation(node) + (int64_t{1} * s.channels + filter) * plane;
          for (int64_t i = 0; i < plane; ++i) {
            const auto at = static_cast<size_t>(i);
            ASSERT_TRUE(same_bits(walk.result[at], stored[i])) << i;
            double sum = 0;
            for (int c = 0; c < walk.channels; ++c) {
              sum += static_cast<double>(walk.products[static_cast<size_t>(c * plane + i)]);
            }
            ASSERT_EQ(walk.sum[at], static_cast<float>(sum));
            ASSERT_LE(std::fabs(sum + static_cast<double>(walk.bias) - static_cast<double>(stored[i])), walk.rounding);
            // Each channel's own part, against its terms.
            const UnitWalk unit = walk_unit(
                scene.values, {node, 1, filter, static_cast<int>(i / s.columns), static_cast<int>(i % s.columns)});
            const size_t taps = unit.terms.size() / static_cast<size_t>(walk.channels);
            for (size_t c = 0; c < static_cast<size_t>(walk.channels); ++c) {
              double own = 0;
              for (size_t k = 0; k < taps; ++k) {
                own += unit.terms[c * taps + k].product();
                ASSERT_EQ(walk.kernels[c * taps + k], unit.terms[c * taps + k].w);
              }
              ASSERT_NEAR(static_cast<double>(walk.products[c * static_cast<size_t>(plane) + at]), own, 1e-6);
            }
          }
        }
        EXPECT_GT(channel_products(scene.values, node), 0);
      }
    }
  });
  EXPECT_GT(convolutions, 8);
}

TEST(ChannelWalk, what_is_no_convolution_or_outside_is_named) {
  const Scene scene(kNetworks[0], 2, Mode::evaluation, 9);
  EXPECT_EQ(channel_products(scene.values, 2), 0);
  EXPECT_THROW(walk_channels(scene.values, 2, 0, 0), Error);
  EXPECT_THROW(walk_channels(scene.values, 0, 0, 0), Error);
  EXPECT_THROW(walk_channels(scene.values, 99, 0, 0), Error);
  EXPECT_THROW(walk_channels(scene.values, 1, 2, 0), Error);
  EXPECT_THROW(walk_channels(scene.values, 1, 0, 3), Error);
}

TEST(GradientWalk, every_gradient_of_a_network_is_the_value_of_its_tensor) {
  on_each_device([](Device device) {
    for (const char* text : kNetworks) {
      SCOPED_TRACE(text);
      Scene(text, 3, Mode::training, 7, device).every_gradient_agrees();
      if (::testing::Test::HasFatalFailure()) return;
    }
    Scene(
        "input 2x6x6 | a: conv 4 3x3 pad 1 no bias | batchnorm | relu | conv 4 3x3 pad 1 | add a | relu | flatten | "
        "dense 3",
        9, Mode::training, 8, device)
        .every_gradient_agrees();
  });
}

// Convolutions of every kind, with batches that are cut into pieces and planes that count as one row.
TEST(GradientWalk, random_convolutions_agree_with_the_operators) {
  std::mt19937 random(20);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  int tried = 0;
  while (tried < 60) {
    const int groups = pick(1, 3), c = groups * pick(1, 2), k = groups * pick(1, 3);
    const int r = pick(1, 4), s = pick(1, 4), dy = pick(1, 3), dx = pick(1, 3);
    const std::string text =
        fmt::format("input {}x{}x{} | conv {} {}x{} stride {}x{} pad {},{},{},{} dilation {}x{} groups {}{}", c,
                    pick(1, 9), pick(1, 20), k, r, s, pick(1, 4), pick(1, 4), pick(0, 3), pick(0, 3), pick(0, 3),
                    pick(0, 3), dy, dx, groups, pick(0, 3) == 0 ? " no bias" : "");
    try {
      (void)Architecture::parse(text).shapes(1);
    } catch (const Error&) {
      continue;  // the kernel does not fit
    }
    ++tried;
    SCOPED_TRACE(text);
    const int batch = pick(1, 20);
    on_each_device([&](Device device) {
      Scene scene(text, batch, Mode::training, static_cast<unsigned>(tried), device);
      scene.every_unit_agrees();
      if (!::testing::Test::HasFatalFailure()) scene.every_gradient_agrees();
    });
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(GradientWalk, says_that_training_needs_no_gradient_of_the_input) {
  Scene scene("input 1x5x5 | conv 2 3x3 | flatten | dense 3", 2, Mode::training, 3, Device::cpu(), false);
  const InputGradient walk = walk_input_gradient(scene.values, 1, {0, 0, 0, 2, 2});
  EXPECT_FALSE(walk.stored.has_value());
  EXPECT_TRUE(walk.agrees());
  EXPECT_EQ(walk.terms.size(), 18U);
}

TEST(GradientWalk, a_value_that_several_layers_read_is_shared) {
  Scene scene("input 1x5x5 | a: conv 2 3x3 pad 1 | tanh | conv 2 3x3 pad 1 | add a | flatten | dense 2", 2,
              Mode::training, 4);
  EXPECT_TRUE(walk_input_gradient(scene.values, 3, {2, 0, 0, 2, 2}).agrees());
  EXPECT_FALSE(walk_input_gradient(scene.values, 3, {2, 0, 0, 2, 2}).shared);
  EXPECT_EQ(readers_of(scene.architecture, 1).size(), 2U);
}

TEST(NetworkWalk, a_running_value_starts_with_the_bias_and_ends_with_the_value) {
  Scene scene("input 2x5x5 | conv 2 3x3", 1, Mode::evaluation, 9);
  const UnitWalk walk = walk_unit(scene.values, {1, 0, 1, 1, 2});
  ASSERT_EQ(walk.terms.size(), 18U);
  EXPECT_EQ(walk.channels, 2);
  EXPECT_EQ(running_value(scene.values, walk, 0), walk.bias);
  EXPECT_EQ(running_value(scene.values, walk, 18), walk.value);
  EXPECT_EQ(walk.terms[10].kernel_row, 0);
  EXPECT_EQ(walk.terms[10].kernel_column, 1);
  EXPECT_EQ(walk.terms[10].channel, 1);
}

TEST(NetworkWalk, follows_what_comes_straight_after_a_layer) {
  const Architecture a = Architecture::parse(
      "input 1x6x6 | conv 2 3x3 | batchnorm | r: relu | maxpool 2 | flatten | "
      "dense 2");
  EXPECT_EQ(pointwise_after(a, 1), (std::vector<int>{2, 3}));
  EXPECT_TRUE(pointwise_after(a, 6).empty());
}

TEST(NetworkWalk, what_is_missing_or_outside_is_named) {
  Scene scene("input 1x5x5 | conv 2 3x3 | flatten | dense 3", 2, Mode::training, 3);
  const auto message = [&](const std::function<void()>& f) -> std::string {
    try {
      f();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message([&] {
              walk_unit(scene.values, {1, 0, 0, 0, 3});
            }),
            "layer 0 (conv 2 3x3) has no unit 0 at column 3, row 0");
  EXPECT_EQ(message([&] { walk_unit(scene.values, {9, 0, 0, 0, 0}); }), "there is no layer 9");
  EXPECT_EQ(message([&] { walk_unit(scene.values, {1, 2, 0, 0, 0}); }), "there is no sample 2");
  EXPECT_EQ(message([&] {
              walk_weight_gradient(scene.values, {2, 0, 0});
            }),
            "layer 1 (flatten) has no weights that multiply");
  EXPECT_EQ(message([&] { walk_weight_gradient(scene.values, {1, 0, 18}); }), "there is no value 18 in 0.weight");
  EXPECT_EQ(message([&] { walk_weight_gradient(scene.values, {1, 2, 0}); }), "layer 0 (conv 2 3x3) has no parameter 2");
  scene.values.array = nullptr;
  EXPECT_EQ(message([&] { walk_unit(scene.values, {1, 0, 0, 0, 0}); }), "the weight 0.weight is not available");
}

// Every optimizer, many steps: the walk of one weight makes what the operator makes of a whole arena.
TEST(UpdateWalk, one_weight_follows_the_operator_over_many_steps) {
  constexpr int64_t kCount = 37;
  on_each_device([&](Device device) {
    std::vector<std::string> texts = test_optimizers();
    for (const std::string& text : test_optimizers_with_all_settings()) texts.push_back(text);
    for (const std::string& text : texts) {
      SCOPED_TRACE(text);
      const OptimizerSettings settings = OptimizerSettings::parse(text);
      Stream stream(device);
      std::mt19937 random(3);
      std::uniform_real_distribution<float> any(-1, 1);
      // Weights, gradients and the two states of an optimizer: here, and on the device.
      std::vector<float> w(kCount), g(kCount), first(kCount), second(kCount);
      for (float& v : w) v = any(random);
      StepState state;
      state.rate = 0.01f;
      Buffer<StepState> state_there(device, 1, "a step's state");
      upload(stream, state_there, &state, 1);
      std::vector<Buffer<float>> there;
      for (const std::vector<float>* values : {&w, &g, &first, &second}) {
        there.emplace_back(device, kCount, "an optimizer's values");
        upload(stream, there.back(), values->data(), kCount);
      }
      float *dw = there[0].data(), *dg = there[1].data(), *dfirst = there[2].data(), *dsecond = there[3].data();
      for (int step = 1; step <= 12; ++step) {
        for (float& v : g) v = any(random);
        upload(stream, there[1], g.data(), kCount);
        const auto i = static_cast<size_t>(step * 3);
        std::vector<float> own;
        if (!settings.states().empty()) own.push_back(first[i]);
        if (settings.states().size() > 1) own.push_back(second[i]);
        const UpdateWalk walk = walk_update(settings, state.rate, step, w[i], g[i], own);
        begin_update(stream, settings, state_there.data());
        float* const arrays[] = {dfirst, dsecond};
        settings.kind->update(stream, settings, kCount, state_there.data(), dg, dw, arrays);
        download(stream, w.data(), there[0], kCount);
        download(stream, first.data(), there[2], kCount);
        download(stream, second.data(), there[3], kCount);
        ASSERT_TRUE(same_bits(walk.after, w[i])) << step;
        ASSERT_EQ(walk.lines.back().value, walk.after);
        if (!own.empty()) {
          ASSERT_TRUE(same_bits(walk.state_after[0], first[i])) << step;
        }
        if (own.size() > 1) {
          ASSERT_TRUE(same_bits(walk.state_after[1], second[i])) << step;
        }
        // The lines in double precision lead to the same weight: nothing is missing from the formula.
        for (const UpdateWalk::Line& line : walk.lines) {
          if (line.name != "step") continue;
          const double decay = settings.kind == &kAdamW ? 0.01 * settings["decay"] * walk.before : 0;
          ASSERT_NEAR(walk.before - decay - line.value, walk.after, 2e-6);
        }
      }
    }
  });
}

}  // namespace
}  // namespace striate
