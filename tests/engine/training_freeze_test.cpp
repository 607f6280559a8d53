// Freezing any set of layers: what is frozen keeps its bits, what is trained has the right gradients, and below what is
// trained nothing is computed backward or kept for it.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/files/safetensors.h"
#include "engine/network/head.h"
#include "engine/network/layer_set.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/trainer.h"
#include "tests/engine/golden.h"
#include "tests/engine/training_data.h"
#include "tests/optimizers.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kNet =
    "input 1x8x8 | c1: conv 3 3x3 | bn: batchnorm | tanh | c2: conv 4 3x3 | bn2: batchnorm | t2: tanh | flatten | "
    "d: dense 5 | t3: tanh | fc: dense 4";

LayerSet layers(const std::string& text) { return LayerSet::parse(text, Architecture::parse(kNet)); }

std::vector<float> waves(int64_t count, float step) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(std::sin(step * static_cast<float>(i + 1)));
  return values;
}

TrainerSettings settings_with(const LayerSet& frozen, const std::string& optimizer) {
  TrainerSettings settings;
  settings.batch = 12;
  settings.rate = 0.02;
  settings.seed = 7;
  settings.frozen = frozen;
  settings.optimizer = OptimizerSettings::parse(optimizer);
  return settings;
}

// Weights and running statistics by name.
std::map<std::string, std::vector<float>> arrays_of(Stream& stream, const Network& network) {
  std::map<std::string, std::vector<float>> arrays;
  for (const NamedTensor& tensor : network.tensors()) {
    if (tensor.kind == TensorKind::weight || tensor.kind == TensorKind::buffer)
      arrays[tensor.name] = network.read_tensor(stream, tensor);
  }
  return arrays;
}

std::string layer_of(const std::string& array) { return array.substr(0, array.rfind('.')); }

}  // namespace

TEST(Freeze, names_numbers_ranges_and_stars_name_layers) {
  const Architecture net = Architecture::parse(kNet);
  const auto numbers = [&](const char* text) { return LayerSet::parse(text, net).numbers(); };
  EXPECT_EQ(numbers(""), "");
  EXPECT_EQ(numbers("c2"), "3");
  EXPECT_EQ(numbers("3"), "3");
  EXPECT_EQ(numbers("0-2, c2,7"), "0-3,7");
  EXPECT_EQ(numbers("c1-bn2"), "0-4");
  EXPECT_EQ(numbers("bn-4"), "1-4");
  EXPECT_EQ(numbers("bn*"), "1,4");
  EXPECT_EQ(numbers("all"), "0-9");
  EXPECT_EQ(numbers("backbone"), "0-8");
  EXPECT_EQ(LayerSet::parse("c1-bn2,fc", net).names(net), "c1 to bn2, fc");
  EXPECT_EQ(LayerSet(3), LayerSet::parse("0-2", net));
  EXPECT_EQ(LayerSet::from_numbers("0-3,7"), LayerSet::parse("0-3,7", net));
  EXPECT_EQ(LayerSet::from_numbers(""), LayerSet());
  const Architecture dashed = Architecture::parse("input 4 | a-b: dense 4 | c-d: dense 4 | relu | dense 2");
  EXPECT_EQ(LayerSet::parse("a-b", dashed).numbers(), "0");
  EXPECT_EQ(LayerSet::parse("a-b-c-d", dashed).numbers(), "0-1");
  for (const char* wrong : {"10", "c3", "c1-c9", "c2-c1", "x*", "0-10", "-1", "input"}) {
    try {
      LayerSet::parse(wrong, net);
      ADD_FAILURE() << wrong;
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty()) << wrong;
    }
  }
  EXPECT_THROW(LayerSet::from_numbers("3-1"), Error);
  EXPECT_THROW(LayerSet::from_numbers("c1"), Error);
}

TEST(Freeze, frozen_layers_keep_their_bits_and_their_running_statistics) {
  const auto data = bars(48, 8, 4);
  on_all_devices([&](Stream& stream) {
    for (const std::string& optimizer : test_optimizers(" decay 0.1")) {
      for (const char* frozen : {"bn,c2", "c2-t2,fc", "0-4", "d", "bn*"}) {
        SCOPED_TRACE(std::string(optimizer) + ": " + frozen);
        const LayerSet set = layers(frozen);
        Network network(stream, Architecture::parse(kNet));
        Trainer trainer(stream, network, *data, all_of(*data), {}, settings_with(set, optimizer));
        const auto before = arrays_of(stream, network);
        for (int s = 0; s < 5; ++s) trainer.step();
        for (const auto& [name, values] : arrays_of(stream, network)) {
          const bool is_frozen = set.contains(network.architecture().find(layer_of(name)));
          // A bias before a batch normalization has no gradient but rounding errors; the others move.
          EXPECT_EQ(values == before.at(name), is_frozen) << name;
        }
      }
    }
  });
}

TEST(Freeze, gradients_of_the_others_agree_with_finite_differences) {
  on_all_devices([](Stream& stream) {
    for (const char* frozen : {"bn,c2", "bn,bn2,d", "c1,bn", ""}) {
      SCOPED_TRACE(frozen);
      const LayerSet set = layers(frozen);
      Plan plan{3, true, false};
      plan.frozen = set;
      Network network(stream, Architecture::parse(kNet), plan);
      network.initialize(stream, Initializer::he_normal, 5);
      // Running statistics that are not those of the batch.
      for (const NamedTensor& tensor : std::vector<NamedTensor>(network.tensors())) {
        if (tensor.kind != TensorKind::buffer) continue;
        std::vector<float> values = waves(tensor.shape.count(), 1.3f);
        for (float& value : values) value = 1 + 0.3f * value;
        network.write_tensor(stream, tensor, values);
      }
      network.write_tensor(stream, network.activation(0), waves(3 * 64, 0.37f));
      const std::vector<float> dy = waves(network.output().shape.count(), 0.9f);
      const auto loss = [&] {
        network.forward(stream, Mode::training);
        const std::vector<float> y = network.read_tensor(stream, network.output());
        double sum = 0;
        for (size_t i = 0; i < y.size(); ++i) sum += double{y[i]} * double{dy[i]};
        return sum;
      };
      loss();
      network.write_tensor(stream, *network.output_gradient(), dy);
      network.backward(stream);
      int checked = 0;
      for (const NamedTensor& tensor : std::vector<NamedTensor>(network.tensors())) {
        if (tensor.kind != TensorKind::weight) continue;
        const NamedTensor* gradient = network.find(TensorKind::weight_gradient, tensor.name);
        EXPECT_EQ(gradient == nullptr, set.contains(tensor.node)) << tensor.name;
        if (gradient == nullptr) continue;
        const std::vector<float> dw = network.read_tensor(stream, *gradient), w = network.read_tensor(stream, tensor);
        for (size_t i = 0; i < w.size(); i += 1 + w.size() / 5) {
          constexpr float kStep = 1e-2f;
          std::vector<float> moved = w;
          moved[i] = w[i] + kStep;
          network.write_tensor(stream, tensor, moved);
          const double up = loss();
          moved[i] = w[i] - kStep;
          network.write_tensor(stream, tensor, moved);
          const double slope = (up - loss()) / (2 * double{kStep});
          network.write_tensor(stream, tensor, w);
          EXPECT_NEAR(dw[i], slope, 4e-3 + 0.02 * std::abs(slope)) << tensor.name << " " << i;
          ++checked;
        }
      }
      EXPECT_GE(checked, 10);
    }
  });
}

TEST(Freeze, what_is_trained_is_updated_as_if_all_were) {
  const auto data = bars(48, 8, 4);
  Stream stream;
  // Without layers that compute otherwise in training the first step is the same for what is trained.
  const char* plain = "input 1x8x8 | conv 3 3x3 | relu | conv 4 3x3 | relu | flatten | dense 6 | relu | dense 4";
  for (const std::string& optimizer : test_optimizers()) {
    Network all(stream, Architecture::parse(plain)), some(stream, Architecture::parse(plain));
    Trainer a(stream, all, *data, all_of(*data), {}, settings_with({}, optimizer));
    Trainer b(stream, some, *data, all_of(*data), {}, settings_with(LayerSet::from_numbers("2,5"), optimizer));
    EXPECT_EQ(some.trained().size(), 2u);
    a.step();
    b.step();
    const auto trained = arrays_of(stream, all);
    for (const auto& [name, values] : arrays_of(stream, some)) {
      if (name[0] == '2' || name[0] == '5') continue;
      EXPECT_EQ(values, trained.at(name)) << name;
    }
  }
}

TEST(Freeze, backward_stops_where_nothing_below_is_trained) {
  const Architecture net = Architecture::parse(kNet);
  Plan plan{12, true, false}, whole = plan;
  plan.frozen = layers("0-5");
  Stream stream;
  const Network network(stream, net, plan);
  for (int node = 0; node < net.size(); ++node) {
    EXPECT_EQ(network.gradient(node) != nullptr, node > 7) << net.describe(node);
  }
  EXPECT_EQ(network.arena_size(TensorKind::weight_gradient), plan_tensors(net, plan).trained);
  EXPECT_LT(plan_tensors(net, plan, {"mean", "square"}).bytes(), plan_tensors(net, whole, {"mean", "square"}).bytes());
  // A large base that is frozen has neither gradients nor an optimizer's state.
  const Architecture resnet = build_model("resnet50");
  Plan transfer{1, true, false}, full = transfer;
  transfer.frozen = LayerSet::parse("backbone", resnet);
  const TensorPlan little = plan_tensors(resnet, transfer, {"mean", "square"});
  EXPECT_EQ(little.trained, 1000 * 2048 + 1008);  // the head, in places of 16
  EXPECT_LT(little.bytes() * 2, plan_tensors(resnet, full, {"mean", "square"}).bytes());
  // In the middle gradients go through, to what is trained below.
  plan.frozen = layers("bn-t3");
  const Network through(stream, net, plan);
  EXPECT_EQ(through.gradient(0), nullptr);
  for (int node = 1; node < net.size(); ++node) EXPECT_NE(through.gradient(node), nullptr) << net.describe(node);
}

TEST(Freeze, a_stopped_training_goes_on_with_the_same_bits) {
  const TestFolder folder;
  const auto data = bars(48, 8, 4);
  const std::string file = folder / "half.safetensors";
  Stream stream;
  const TrainerSettings settings = settings_with(layers("bn,c2"), "adam");
  ModelInfo info;
  info.architecture = Architecture::parse(kNet);
  info.classes = data->classes();
  Network network(stream, info.architecture);
  Trainer trainer(stream, network, *data, all_of(*data), {}, settings);
  for (int s = 0; s < 6; ++s) trainer.step();
  save_training(file, info, trainer);
  for (int s = 0; s < 6; ++s) trainer.step();
  const SafeTensors saved = SafeTensors::read(file);
  EXPECT_EQ(saved.metadata().at("freeze"), "1,3");
  EXPECT_FALSE(saved.has("optimizer.c2.weight.mean"));
  TrainerSettings back = read_training_settings(saved, file);
  EXPECT_EQ(back.frozen, settings.frozen);
  Network again(stream, info.architecture);
  load_weights(stream, saved, file, again);
  Trainer goes_on(stream, again, *data, all_of(*data), {}, back, true);
  resume_training(saved, file, goes_on);
  for (int s = 0; s < 6; ++s) goes_on.step();
  EXPECT_EQ(arrays_of(stream, again), arrays_of(stream, network));
}

TEST(Freeze, files_that_say_how_many_layers_from_the_first_stay_readable) {
  SafeTensorsWriter writer;
  writer.metadata = {{"training", "1"},     {"seed", "1"},   {"batch", "4"},   {"loss", "mse"},
                     {"optimizer", "adam"}, {"rate", "0.1"}, {"schedule", ""}, {"frozen", "4"}};
  const float one = 1;
  writer.add("a", {1}, &one, 1);
  const std::vector<uint8_t> bytes = writer.to_memory();
  const SafeTensors old = SafeTensors::read(bytes.data(), bytes.size(), "old");
  EXPECT_EQ(read_training_settings(old, "old").frozen.numbers(), "0-3");
}

// ---------------------------------------------------------------------------------------------------------- the head

TEST(Head, is_the_last_dense_layer_or_convolution_that_the_output_needs) {
  for (const std::vector<Model>* list : {&models(), &large_models()}) {
    for (const Model& model : *list) {
      SCOPED_TRACE(model.name);
      const Architecture ours = with_head(build_model(model.name), 7);
      EXPECT_EQ(ours.shapes(1).back(), (Shape{1, 7}));
      EXPECT_EQ(ours.text(), build_model(model.name, {}, 7).text());
    }
  }
  const Architecture squeezenet = build_model("squeezenet1_1");
  EXPECT_EQ(squeezenet.nodes()[static_cast<size_t>(head_node(squeezenet))].name, "classifier.1");
  const Architecture more =
      Architecture::parse("input 4 | dense 6 | relu | fc: dense 3 no bias | bn: batchnorm | relu");
  EXPECT_EQ(head_nodes(more), (std::vector<int>{3, 4}));
  EXPECT_EQ(with_head(more, 2).text(), "input 4 | dense 6 | relu | fc: dense 2 no bias | bn: batchnorm | relu");
  // A branch that nobody reads has no head.
  const Architecture branch = Architecture::parse("input 4 | a: dense 6 | side: dense 9 | from a | dense 3");
  EXPECT_EQ(head_node(branch), 3);
}

TEST(Head, that_cannot_be_replaced_is_refused) {
  EXPECT_THROW(head_node(Architecture::parse("input 4 | relu")), Error);
  EXPECT_THROW(with_head(Architecture::parse("input 4 | dense 2"), 0), Error);
  EXPECT_THROW(with_head(Architecture::parse("input 4 | dense 4 | reshape batch,2,2"), 3), Error);
}

}  // namespace striate
