// Heat maps: they are the derivatives and differences that they say they are, for pictures and networks of every form,
// their controls are made of the same network, and whoever cancels loses nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/explain/compare_rules.h"
#include "engine/explain/grad_cam.h"
#include "engine/explain/integrated_gradients.h"
#include "engine/explain/occlusion.h"
#include "engine/explain/randomize.h"
#include "engine/explain/saliency.h"
#include "engine/explain/sobel.h"
#include "engine/network/find_layer.h"
#include "engine/training/checkpoint.h"
#include "tests/engine/golden.h"
#include "tests/engine/onnx_builder.h"
#include "tests/failure.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 3x12x10 | c1: conv 4 3x3 pad 1 | bn: batchnorm | r1: relu | maxpool 2 | c2: conv 5 3x3 pad 1 | r2: relu | "
    "globalavgpool | flatten | fc: dense 3";

std::vector<float> waves(int64_t count, float step = 0.37f) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(std::sin(step * static_cast<float>(i + 1)));
  return values;
}

OpenNetwork opened(Stream& stream, const TestFolder& folder, const std::string& text = kNet) {
  ModelInfo info;
  info.architecture = Architecture::parse(text);
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  for (const NamedTensor& tensor : network.tensors()) {  // as if it were trained: its normalizations, too
    if (tensor.kind != TensorKind::weight) continue;
    std::vector<float> values = network.read_tensor(stream, tensor);
    for (size_t i = 0; i < values.size(); ++i) values[i] += 0.05f * std::sin(static_cast<float>(i));
    network.write_tensor(stream, tensor, values);
  }
  const std::string file = folder / "net.safetensors";
  save_model(file, stream, info, network);
  return OpenNetwork::open(stream, file);
}

int node_of(const OpenNetwork& network, const std::string& layer) {
  return need_layer(network.info()->architecture, layer);
}

double score_of(OpenNetwork& network, const std::vector<float>& input, const Target& target) {
  return target.value(network.run(input)->activations[static_cast<size_t>(target.node)].values);
}

// The gradient at some values against differences of the score.
void check_gradient(OpenNetwork& network, const std::vector<float>& input, const Target& target) {
  const Saliency map = *saliency(network, input, target, BackwardRule::gradient);
  EXPECT_NEAR(map.score, score_of(network, input, target), 1e-5);
  const Shape shape = map.shape;
  const OpenNetworkInfo& info = *network.info();
  constexpr float kStep = 2e-3f;
  for (int64_t c = 0; c < shape[0]; ++c) {
    for (int64_t y = 0; y < shape[1]; y += 3) {
      for (int64_t x = 0; x < shape[2]; x += 4) {
        const auto at = static_cast<size_t>(index_of(info, 0, c, y, x));
        std::vector<float> up = input, down = input;
        up[at] += kStep, down[at] -= kStep;
        const double slope = (score_of(network, up, target) - score_of(network, down, target)) / (2 * double{kStep});
        const float got = map.values[static_cast<size_t>((c * shape[1] + y) * shape[2] + x)];
        EXPECT_NEAR(got, slope, 2e-3) << c << " " << y << " " << x;
      }
    }
  }
}

}  // namespace

TEST(Explain, gradients_are_differences_of_the_score) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder);
    check_gradient(network, waves(360), class_target(*network.info(), 1));
    check_gradient(network, waves(360), class_target(*network.info(), 2, 0));
    check_gradient(network, waves(360), unit_target(*network.info(), node_of(network, "c2"), 3, 2, 1));
  });
}

TEST(Explain, gradients_are_those_of_a_network_with_lesions) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder);
  const std::vector<float> whole =
      saliency(network, waves(360), class_target(*network.info(), 1), BackwardRule::gradient)->values;
  network.set_lesions({{node_of(network, "c1"), 2}, {node_of(network, "r2"), 1}, {0, 1}});
  const Target target = class_target(*network.info(), 1);
  check_gradient(network, waves(360), target);
  const Saliency cut = *saliency(network, waves(360), target, BackwardRule::gradient);
  EXPECT_NE(cut.values, whole);
  // Nothing comes back to a channel of the picture that is cut out.
  EXPECT_TRUE(std::all_of(cut.values.begin() + 120, cut.values.begin() + 240, [](float v) { return v == 0; }));
  // The same lesions hold for a whole batch: occluded pictures and steps from the baseline.
  const IntegratedGradients made =
      *integrated_gradients(network, waves(360), target, {IntegratedSettings::Baseline::zeros, 200});
  EXPECT_NEAR(made.score, score_of(network, waves(360), target), 1e-5);
  EXPECT_LT(made.error, 0.01);
  const Occlusion covered = *occlusion(network, waves(360), target, {3, 2, 0.5f});
  std::vector<float> by_hand = waves(360);
  for (size_t c = 0; c < 3; ++c) {
    for (size_t y = 4; y < 7; ++y) {
      for (size_t x = 2; x < 5; ++x) by_hand[(c * 12 + y) * 10 + x] = 0.5f;
    }
  }
  EXPECT_NEAR(covered.score.at(2, 1), covered.whole - score_of(network, by_hand, target), 1e-5);
}

TEST(Explain, rules_side_by_side_give_their_maps_and_the_numbers_at_one_relu) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    for (const char* bend : {"relu", "clip 0 0.3"}) {
      OpenNetwork network = opened(stream, folder,
                                   std::string("input 3x12x10 | conv 4 3x3 pad 1 | r1: ") + bend +
                                       " | maxpool 2 | c2: conv 5 3x3 pad 1 | r2: relu | flatten | fc: dense 3");
      const OpenNetworkInfo& info = *network.info();
      const Target target = class_target(info, 1);
      EXPECT_EQ(relus_before(info, target.node), (std::vector<int>{node_of(network, "r2"), node_of(network, "r1")}));
      EXPECT_EQ(relu_to_show(info, target.node), node_of(network, "r1"));
      EXPECT_EQ(relu_to_show(info, node_of(network, "r1")), node_of(network, "r1"));
      EXPECT_EQ(relu_to_show(info, 1), -1);
      const RuleComparison made = *compare_rules(network, waves(360), target, node_of(network, "r1"));
      const std::vector<float> x = network.run(waves(360))->activations[1].values;
      EXPECT_EQ(made.x, x);
      EXPECT_EQ(made.cells, (Shape{4, 12, 10}));
      const float high = std::string(bend) == "relu" ? 1e9f : 0.3f;
      for (size_t r = 0; r < 3; ++r) {
        EXPECT_EQ(made.maps[r].values, saliency(network, waves(360), target, kBackwardRules[r])->values);
        for (size_t i = 0; i < x.size(); ++i) {
          const float g = made.arrives[r][i];
          const bool within = x[i] > 0 && x[i] <= high;
          const bool passes = (r == 1 || within) && (r == 0 || g > 0);
          EXPECT_EQ(made.passes[r][i], passes ? g : 0) << bend << " " << r << " " << i;
        }
      }
      EXPECT_NE(made.arrives[0], made.arrives[1]);
    }
    OpenNetwork plain = opened(stream, folder, "input 1x6x6 | flatten | dense 8 | tanh | dense 4");
    EXPECT_EQ(relu_to_show(*plain.info(), 4), -1);
    const RuleComparison none = *compare_rules(plain, waves(36), class_target(*plain.info(), 0), -1);
    EXPECT_TRUE(none.x.empty());
    EXPECT_EQ(none.maps[1].values, none.maps[0].values);
  });
}

TEST(Explain, pictures_of_one_channel_and_networks_without_relu_or_convolution) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder, "input 1x6x6 | flatten | dense 8 | tanh | dense 4 | softmax");
  const Target target = class_target(*network.info(), 3);
  check_gradient(network, waves(36), target);
  const Saliency gradient = *saliency(network, waves(36), target, BackwardRule::gradient);
  EXPECT_EQ(gradient.shape, (Shape{1, 6, 6}));
  EXPECT_EQ(gradient.note, "");
  for (const BackwardRule rule : {BackwardRule::deconvnet, BackwardRule::guided}) {
    const Saliency other = *saliency(network, waves(36), target, rule);
    EXPECT_EQ(other.values, gradient.values);
    EXPECT_NE(other.note.find("no ReLU"), std::string::npos);
  }
  EXPECT_EQ(failure([&] { grad_cam_layer(*network.info(), target.node); }),
            "no layer of net.safetensors has rows and columns before 3");
  EXPECT_EQ(occlusion(network, waves(36), target, {2, 2, 0})->done, 9);
  EXPECT_LT(integrated_gradients(network, waves(36), target)->error, 0.01);
}

TEST(Explain, a_network_that_stores_channels_last_gives_maps_in_the_order_of_the_picture) {
  const TestFolder folder;
  Stream stream;
  OnnxBuilder b;
  b.input("x", {1, 6, 5, 3}).output("y");
  b.floats("w", {2, 3, 3, 3}, waves(54)).floats("d", {2, 2}, {1, -2, 0.5f, 1});
  with(b.node("Transpose", {"x"}, {"t"}), "perm", OnnxDims{0, 3, 1, 2});
  b.node("Conv", {"t", "w"}, {"c"});
  b.node("Relu", {"c"}, {"r"});
  b.node("GlobalAveragePool", {"r"}, {"p"});
  b.node("Flatten", {"p"}, {"f"});
  b.node("Gemm", {"f", "d"}, {"y"});
  std::ofstream(folder / "last.onnx", std::ios::binary) << b.model.SerializeAsString();
  OpenNetwork network = OpenNetwork::open(stream, folder / "last.onnx");
  ASSERT_TRUE(network.info()->channels_last);
  const Target target = class_target(*network.info(), 1);
  check_gradient(network, waves(90), target);
  EXPECT_EQ(saliency(network, waves(90), target, BackwardRule::guided)->shape, (Shape{3, 6, 5}));
  const int node = grad_cam_layer(*network.info(), target.node);
  EXPECT_EQ(grad_cam(network, waves(90), target, node)->map.rows, 4);
  const Occlusion covered = *occlusion(network, waves(90), target, {2, 1, 0});
  std::vector<float> by_hand = waves(90);
  for (size_t y = 3; y < 5; ++y) {
    for (size_t x = 1; x < 3; ++x) std::fill_n(by_hand.begin() + static_cast<std::ptrdiff_t>((y * 5 + x) * 3), 3, 0.0f);
  }
  EXPECT_NEAR(covered.score.at(3, 1), covered.whole - score_of(network, by_hand, target), 1e-6);
}

TEST(Explain, integrated_gradients_add_up_to_what_the_score_gains) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder, "input 3x8x8 | conv 4 3x3 | relu | flatten | dense 3");
    const Target target = class_target(*network.info(), 2);
    for (const auto baseline : {IntegratedSettings::Baseline::black, IntegratedSettings::Baseline::zeros}) {
      const IntegratedGradients made = *integrated_gradients(network, waves(192), target, {baseline, 400});
      double sum = 0;
      for (const float v : made.values) sum += static_cast<double>(v);
      EXPECT_NEAR(sum, made.sum, 1e-4);
      EXPECT_NEAR(made.sum, made.score - made.baseline_score, 0.01 * std::fabs(made.score - made.baseline_score));
      EXPECT_LT(made.error, 0.01);
      EXPECT_NEAR(made.score, score_of(network, waves(192), target), 1e-5);
      // One step is the gradient in the middle: an error that is told.
      const IntegratedGradients coarse = *integrated_gradients(network, waves(192), target, {baseline, 1});
      EXPECT_GT(coarse.error, made.error);
    }
    EXPECT_NE(failure([&] { integrated_gradients(network, waves(192), target, {{}, -1}); }), "no error");
    // Left to itself it takes three times as many until it is right: the same as if they had been asked for.
    const IntegratedGradients by_itself = *integrated_gradients(network, waves(192), target, {{}, 0});
    EXPECT_LT(by_itself.error, 0.01);
    EXPECT_TRUE(by_itself.steps == 50 || by_itself.steps == 150 || by_itself.steps == 450);
    const IntegratedGradients asked = *integrated_gradients(network, waves(192), target, {{}, by_itself.steps});
    for (size_t i = 0; i < asked.values.size(); ++i) EXPECT_NEAR(by_itself.values[i], asked.values[i], 1e-6);
  });
}

TEST(Explain, black_is_what_a_black_picture_is_prepared_to) {
  const TestFolder folder;
  Stream stream;
  ModelInfo info;
  info.architecture = Architecture::parse("input 1x4x4 | flatten | dense 2");
  info.normalization.mean = {0.25f}, info.normalization.stddev = {0.5f};
  Network network(stream, info.architecture);
  network.initialize(stream, Initializer::pytorch, 5);
  save_model(folder / "net.safetensors", stream, info, network);
  OpenNetwork open = OpenNetwork::open(stream, folder / "net.safetensors");
  const Target target = class_target(*open.info(), 1);
  EXPECT_NEAR(integrated_gradients(open, waves(16), target)->baseline_score,
              score_of(open, std::vector<float>(16, -0.5f), target), 1e-6);
}

TEST(Explain, grad_cam_of_average_pooling_and_a_dense_layer_is_cam) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder);
    const Target target = class_target(*network.info(), 0, 2);
    const int node = grad_cam_layer(*network.info(), target.node);
    EXPECT_EQ(node, node_of(network, "r2"));
    const GradCam made = *grad_cam(network, waves(360), target, node);
    Network& inside = network.session().network();
    const std::vector<float> w = inside.read_tensor(stream, *inside.find(TensorKind::weight, "fc.weight"));
    const std::vector<float> maps = network.run(waves(360))->activations[static_cast<size_t>(node)].values;
    // Each channel's mean goes into the logit by its weight; a cell of the map has 1 / (rows * columns) of the mean.
    std::vector<float> cam(30);
    double largest = 0;
    for (size_t i = 0; i < 30; ++i) {
      double sum = 0;
      for (size_t k = 0; k < 5; ++k) sum += (double{w[k]} - double{w[10 + k]}) * double{maps[k * 30 + i]};
      cam[i] = static_cast<float>(std::max(sum, 0.0) / 30);
      largest = std::max(largest, double{cam[i]});
    }
    ASSERT_EQ(made.map.rows, 6);
    ASSERT_EQ(made.map.columns, 5);
    ASSERT_GT(largest, 0);
    for (size_t i = 0; i < 30; ++i) EXPECT_NEAR(made.map.values[i], cam[i], 1e-5 * largest);
    EXPECT_EQ(made.large.rows, 12);
    EXPECT_EQ(made.large.columns, 10);
  });
}

TEST(Explain, a_map_where_nothing_speaks_for_the_class_is_zeros_and_says_so) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder);
  Network& inside = network.session().network();
  const NamedTensor& weight = *inside.find(TensorKind::weight, "fc.weight");
  std::vector<float> w = inside.read_tensor(stream, weight);
  for (float& each : w) each = -std::fabs(each);
  inside.write_tensor(stream, weight, w);
  const GradCam made = *grad_cam(network, waves(360), class_target(*network.info(), 1), node_of(network, "r2"));
  EXPECT_EQ(made.map.values, std::vector<float>(30, 0.0f));
  EXPECT_EQ(made.large.values, std::vector<float>(120, 0.0f));
  EXPECT_LT(made.against, 0);
  EXPECT_EQ(made.note, "no cell of r2 speaks for it: the map is 0 everywhere");
  // Only of layers that lie before the score, and have places.
  const Target unit = unit_target(*network.info(), node_of(network, "c1"), 0, 0, 0);
  EXPECT_NE(failure([&] { grad_cam(network, waves(360), unit, node_of(network, "r2")); }).find("no part in c1"),
            std::string::npos);
  EXPECT_NE(failure([&] {
              grad_cam(network, waves(360), class_target(*network.info(), 1), node_of(network, "7"));
            }).find("no rows and columns"),
            std::string::npos);
}

TEST(Explain, what_is_not_there_is_said) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder);
  EXPECT_EQ(failure([&] { class_target(*network.info(), 3); }), "net.safetensors has no class 3");
  EXPECT_EQ(failure([&] { class_target(*network.info(), 1, 1); }), "class 1 against itself");
  EXPECT_EQ(failure([&] { unit_target(*network.info(), node_of(network, "c2"), 5); }), "layer c2 has no channel 5");
  const Target target = class_target(*network.info(), 1);
  EXPECT_EQ(failure([&] {
              occlusion(network, waves(360), target, {11, 2, 0});
            }),
            "a square of 11 pixels on a picture of 10 x 12");
  EXPECT_EQ(failure([&] { occlusion(network, waves(360), target, {3, 0, 0}); }), "a stride of 0 pixels");
  EXPECT_EQ(failure([&] { occlusion(network, waves(3), target); }), "a square of 16 pixels on a picture of 10 x 12");
  EXPECT_EQ(failure([&] { saliency(network, waves(3), target, BackwardRule::gradient); }),
            "3 values for the network's input");
  EXPECT_EQ(failure([&] { RandomizedWeights(network, LayerSet::of({node_of(network, "r1")}), 1); }),
            "none of these layers of net.safetensors has weights to draw");
  OpenNetwork plain = opened(stream, folder, "input 1x4x4 | relu | flatten");
  EXPECT_EQ(failure([&] { RandomizedWeights(plain, LayerSet(9), 1); }),
            "none of these layers of net.safetensors has weights to draw");
}

TEST(Explain, an_occlusion_fills_in_and_never_looks_finished_before) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder);
  const Target target = unit_target(*network.info(), node_of(network, "c2"), 1, 2, 2);
  int64_t seen = 0, calls = 0;
  const Occlusion whole = *occlusion(network, waves(360), target, {2, 1, 0}, [&](const Occlusion& so_far) {
    EXPECT_GE(so_far.done, seen);
    EXPECT_EQ(so_far.score.finished(), so_far.done == so_far.all);
    for (int64_t i = 0; i < so_far.all; ++i) {
      EXPECT_EQ(std::isnan(so_far.score.values[static_cast<size_t>(i)]), i >= so_far.done);
    }
    seen = so_far.done;
    ++calls;
    return true;
  });
  EXPECT_EQ(seen, 99);
  EXPECT_GT(calls, 6);
  EXPECT_TRUE(whole.score.finished());
  EXPECT_TRUE(whole.softmax.values.empty());  // a unit has no probability
  // A square that the unit does not see changes nothing.
  EXPECT_EQ(whole.score.at(10, 8), 0);
  EXPECT_NE(whole.score.at(5, 5), 0);
}

TEST(Explain, the_cascade_draws_what_is_named_and_gives_it_back_to_the_bit) {
  const TestFolder folder;
  on_all_devices([&](Stream& stream) {
    OpenNetwork network = opened(stream, folder);
    const OpenNetworkInfo& info = *network.info();
    EXPECT_EQ(layers_with_weights(info), (std::vector<int>{node_of(network, "fc"), node_of(network, "c2"),
                                                           node_of(network, "bn"), node_of(network, "c1")}));
    const NetworkAnswer given = *network.run(waves(360));
    const auto answers = [&](const LayerSet& layers, uint64_t seed) {
      const RandomizedWeights control(network, layers, seed);
      return *network.run(waves(360));
    };
    for (const int node : layers_with_weights(info)) {
      const NetworkAnswer drawn = answers(cascade(info, node), 7);
      EXPECT_NE(drawn.logits, given.logits);
      // Layers before it are as they were, those from it on are not.
      for (int n = 1; n < node; ++n) {
        EXPECT_EQ(drawn.activations[static_cast<size_t>(n)].values, given.activations[static_cast<size_t>(n)].values);
      }
      EXPECT_NE(drawn.activations[static_cast<size_t>(node)].values,
                given.activations[static_cast<size_t>(node)].values);
      EXPECT_EQ(network.run(waves(360))->logits, given.logits);  // and back again
    }
    EXPECT_EQ(answers(cascade(info, 0), 7).logits, answers(LayerSet(100), 7).logits);
    EXPECT_NE(answers(cascade(info, 0), 8).logits, answers(cascade(info, 0), 7).logits);
    EXPECT_EQ(network.info()->weights, WeightsFrom::given);
    // Also where something fails meanwhile.
    EXPECT_NE(failure([&] {
                const RandomizedWeights control(network, cascade(info, 0), 7);
                class_target(info, 99);
              }),
              "no error");
    EXPECT_EQ(network.run(waves(360))->logits, given.logits);
  });
}

TEST(Explain, can_be_canceled_at_every_step_and_the_network_used_as_before) {
  const TestFolder folder;
  Stream stream;
  OpenNetwork network = opened(stream, folder);
  const std::vector<float> input = waves(360);
  const Target target = class_target(*network.info(), 1);
  const int node = node_of(network, "r2");
  using Ask = std::function<bool()>;
  const auto plain = [](const Ask& ask) { return Session::Progress([&ask](int, int) { return ask(); }); };
  // What a method gives; nothing where it was canceled.
  using Method = std::function<std::optional<std::vector<float>>(const Ask&)>;
  const auto values = [](auto made) {
    return made ? std::optional(made->values) : std::optional<std::vector<float>>();
  };
  const Method methods[] = {
      [&](const Ask& ask) { return values(saliency(network, input, target, BackwardRule::guided, plain(ask))); },
      [&](const Ask& ask) {
        return values(integrated_gradients(network, input, target, {{}, 20}, plain(ask)));
      },
      [&](const Ask& ask) {
        const auto made = grad_cam(network, input, target, node, plain(ask));
        return made ? std::optional(made->large.values) : std::optional<std::vector<float>>();
      },
      [&](const Ask& ask) {
        const auto made = occlusion(network, input, target, {4, 2, 0}, [&](const Occlusion&) { return ask(); });
        return made ? std::optional(made->softmax.values) : std::optional<std::vector<float>>();
      },
      [&](const Ask& ask) {
        const RandomizedWeights control(network, cascade(*network.info(), 0), 3);
        return values(saliency(network, input, target, BackwardRule::gradient, plain(ask)));
      }};
  for (const Method& method : methods) {
    int calls = 0;
    const std::vector<float> whole = *method([&] { return ++calls > 0; });
    EXPECT_TRUE(std::none_of(whole.begin(), whole.end(), [](float v) { return std::isnan(v); }));
    for (int stop = 0; stop + 1 < calls; ++stop) {
      int asked = 0;
      const std::optional<std::vector<float>> made = method([&] { return asked++ < stop; });
      // Nothing; at the end, when all is done, perhaps all of it, but never a part.
      EXPECT_TRUE(!made || (stop + 3 >= calls && *made == whole)) << stop << " of " << calls;
    }
    EXPECT_EQ(*method([] { return true; }), whole);
  }
}

TEST(Explain, sobel_is_the_size_of_the_slope_of_brightness) {
  on_all_devices([](Stream& stream) {
    // Brightness x / 10 in every channel: a slope of 8 / 10 after Sobel's weights, half of it at the sides.
    std::vector<float> pixels;
    for (int c = 0; c < 3; ++c) {
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 5; ++x) pixels.push_back(static_cast<float>(x) / 10);
      }
    }
    const HeatMap map = sobel(stream, Shape{3, 4, 5}, pixels);
    for (int64_t y = 0; y < 4; ++y) {
      for (int64_t x = 0; x < 5; ++x) EXPECT_NEAR(map.at(y, x), x == 0 || x == 4 ? 0.4 : 0.8, 1e-6);
    }
    const HeatMap cells = mean_over_cells(map, even_grid({1, 4, 5}, 2, 2));
    EXPECT_NEAR(cells.at(1, 0), (0.4 + 0.8 + 0.5 * 0.8) / 2.5, 1e-6);
  });
}

TEST(Explain, one_map_of_all_channels) {
  const std::vector<float> values{1, -2, 0, 3, -4, 1, 0, -3};
  EXPECT_EQ(over_channels({2, 2, 2}, values, OverChannels::largest).values, (std::vector<float>{4, 2, 0, 3}));
  EXPECT_EQ(over_channels({2, 2, 2}, values, OverChannels::sum).values, (std::vector<float>{-3, -1, 0, 0}));
  EXPECT_EQ(over_channels({2, 2, 2}, values, OverChannels::sum).sum(), -4);
}

}  // namespace striate
