// A trained network under a new head: what the base is, which of its layers stay, features that are computed once.
#include "engine/transfer/base_network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/sources.h"
#include "engine/training/metrics.h"
#include "engine/training/split.h"
#include "engine/training/trainer.h"
#include "engine/transfer/feature_set.h"
#include "tests/engine/training_data.h"
#include "tests/failure.h"
#include "tests/reference.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

// A file with random weights.
std::string saved(const TestFolder& folder, const std::string& name, const std::string& text) {
  Stream stream;
  Network network(stream, Architecture::parse(text));
  network.initialize(stream, Initializer::pytorch, 3);
  ModelInfo info;
  info.architecture = network.architecture();
  info.classes = {"a", "b", "c"};
  if (network.architecture().input()[0] == 1) info.normalization = {{0.2f}, {0.5f}};
  save_model(folder / name, stream, info, network);
  return folder / name;
}

const char* kVector =
    "input 1x8x8 | c1: conv 4 3x3 | bn: batchnorm | relu | conv 6 3x3 | relu | flatten | dense 9 | relu | dropout 0.5 "
    "| "
    "dense 3";
const char* kMaps = "input 1x8x8 | conv 4 3x3 | relu | dropout 0.5 | conv 3 1x1 | relu | globalavgpool | flatten";
// The second join is passed by: from `a` on all goes through one node alone, `b`.
const char* kResidual =
    "input 1x8x8 | conv 4 3x3 pad 1 | a: relu | conv 4 3x3 pad 1 | relu | b: add a | conv 5 3x3 | relu | "
    "globalavgpool | flatten | dense 3";

std::vector<float> tensor(Stream& stream, const Network& network, const std::string& name) {
  const NamedTensor* found = network.find(TensorKind::weight, name);
  if (found == nullptr) found = network.find(TensorKind::buffer, name);
  return network.read_tensor(stream, *found);
}

}  // namespace

TEST(BaseNetwork, ends_with_what_its_own_head_reads) {
  const TestFolder folder;
  const BaseNetwork vector = BaseNetwork::open(saved(folder, "vector.safetensors", kVector));
  EXPECT_EQ(vector.features(), (Shape{9}));
  EXPECT_EQ(vector.usual_head(5), "dense 5");
  EXPECT_EQ(vector.normalization().mean, std::vector<float>{0.2f});
  const BaseNetwork maps = BaseNetwork::open(saved(folder, "maps.safetensors", kMaps));
  EXPECT_EQ(maps.features(), (Shape{4, 6, 6}));
  EXPECT_EQ(maps.usual_head(5), "globalavgpool | dense 5");
  const BaseNetwork squeezenet = BaseNetwork::open("squeezenet1_1");
  EXPECT_EQ(squeezenet.picture(), (Shape{3, 224, 224}));
  EXPECT_EQ(squeezenet.features(), (Shape{512, 13, 13}));

  const Architecture whole = maps.with_head("", 7);
  EXPECT_EQ(whole.nodes().back().name, "head.1");
  EXPECT_EQ(whole.shapes(2).back(), (Shape{2, 7}));
  EXPECT_EQ(maps.with_head("flatten | hidden: dense 4 | relu | dense 7", 7).nodes()[4].name, "hidden");
  for (const char* head : {"dense 7 |", "input 4x6x6 | dense 7", "conv 7 9x9", ""}) {
    if (*head == 0) continue;
    EXPECT_NE(failure([&] { (void)maps.with_head(head, 7); }), "no error") << head;
  }
}

TEST(BaseNetwork, what_can_not_be_one_says_why) {
  const TestFolder folder;
  const auto why = [&](const char* text) {
    return failure([&] { (void)BaseNetwork::open(saved(folder, "wrong.safetensors", text)); });
  };
  EXPECT_NE(why("input 1x8x8 | flatten | dense 9 | relu | dense 3").find("no convolution"), std::string::npos);
  EXPECT_NE(why("input 12 | dense 9 | relu | dense 3").find("takes no pictures"), std::string::npos)
      << why("input 12 | dense 9 | relu | dense 3");
  EXPECT_NE(why("input 1x8x8 | conv 3 8x8 | flatten").find("no convolution"), std::string::npos);
  EXPECT_NE(why("input 3x1x1 | maxpool 1 | flatten").find("no head"), std::string::npos)
      << why("input 3x1x1 | maxpool 1 | flatten");
  EXPECT_NE(failure([&] { (void)BaseNetwork::open(folder / "nowhere.onnx"); }), "no error");
  EXPECT_NE(failure([&] { (void)BaseNetwork::open("tiny"); }).find("tiny can't be a base by its name alone"),
            std::string::npos);
  EXPECT_NE(failure([&] { (void)BaseNetwork::open("squeezenet1_2"); }).find("no base \"squeezenet1_2\""),
            std::string::npos);
}

TEST(BaseNetwork, its_weights_are_those_of_the_file_and_the_heads_are_drawn) {
  const TestFolder folder;
  const std::string file = saved(folder, "vector.safetensors", kVector);
  Stream stream;
  const BaseNetwork base = BaseNetwork::open(file);
  Network network(stream, base.with_head("", 5));
  network.initialize(stream, Initializer::pytorch, 8);
  const std::vector<float> drawn = tensor(stream, network, "head.0.weight");
  base.load(stream, network);
  const SafeTensors weights = SafeTensors::read(file);
  for (const char* name : {"c1.weight", "c1.bias", "bn.weight", "bn.running_var", "3.weight", "6.bias"}) {
    EXPECT_EQ(tensor(stream, network, name), weights.floats(name)) << name;
  }
  EXPECT_EQ(tensor(stream, network, "head.0.weight"), drawn);
}

TEST(BaseNetwork, layers_stay_by_number_by_name_or_all_and_batch_normalizations_always) {
  const TestFolder folder;
  const BaseNetwork base = BaseNetwork::open(saved(folder, "vector.safetensors", kVector));
  const Architecture whole = base.with_head("", 5);
  const auto numbers = [&](const char* text) { return base.frozen(text, whole).numbers(); };
  EXPECT_EQ(numbers("all"), "0-7");
  EXPECT_EQ(numbers("4"), "0-3");
  EXPECT_EQ(numbers("0"), "1");
  EXPECT_EQ(numbers("c1,3"), "0-1,3");
  EXPECT_NE(failure([&] { numbers("9"); }), "no error");
  EXPECT_NE(failure([&] { numbers("nowhere"); }), "no error");
}

TEST(FeatureSet, begins_at_the_last_node_that_no_step_changes) {
  const TestFolder folder;
  const auto node_of = [&](const char* text, const char* freeze, const std::string& head = "") {
    const BaseNetwork base = BaseNetwork::open(saved(folder, "base.safetensors", text));
    const Architecture whole = base.with_head(head, 3);
    const int node = last_fixed_node(whole, base.frozen(freeze, whole));
    return whole.nodes()[static_cast<size_t>(node)].name;
  };
  EXPECT_EQ(node_of(kVector, "all"), "7");
  EXPECT_EQ(node_of(kMaps, "all"), "head.0");  // the mean, too
  EXPECT_EQ(node_of(kMaps, "all", "dropout 0.2 | flatten | dense 3"), "1");
  EXPECT_EQ(node_of(kVector, "2"), "2");
  EXPECT_EQ(node_of(kVector, "0"), "input");
  EXPECT_EQ(node_of(kResidual, "5"), "b");
  EXPECT_EQ(node_of(kResidual, "4"), "b");  // relu and the join have no weights
  EXPECT_EQ(node_of(kResidual, "2"), "a");
}

// The claim of it: the same weights, bit for bit.
TEST(FeatureSet, trains_to_the_very_weights_that_it_trains_to_without) {
  const TestFolder folder;
  for (const auto& [text, freeze] :
       {std::pair{kVector, "all"}, {kVector, "4"}, {kMaps, "all"}, {kResidual, "all"}, {kResidual, "5"}}) {
    SCOPED_TRACE(std::string(text) + ", frozen: " + freeze);
    Stream stream;
    const BaseNetwork base = BaseNetwork::open(saved(folder, "base.safetensors", text));
    const Architecture whole = base.with_head("", 3);
    const std::shared_ptr<const Dataset> data = bars(45, 8, 3);
    TrainerSettings settings;
    settings.batch = 9;
    settings.frozen = base.frozen(freeze, whole);
    std::vector<std::vector<float>> weights[2];
    Evaluation judged[2];
    for (const bool cached : {false, true}) {
      Network network(stream, whole);
      network.initialize(stream, settings.initializer, settings.seed);
      base.load(stream, network);
      std::shared_ptr<const Dataset> from = data;
      Normalization normalization = base.normalization();
      if (cached) {
        const int node = last_fixed_node(whole, settings.frozen);
        ASSERT_GT(node, 0);
        from = FeatureSet::compute(stream, network, node, data, normalization, all_of(*data));
        normalization = {};
        network.replan(stream, {.batch = 1, .frozen = settings.frozen, .from = node});
        EXPECT_EQ(network.picture(), from->shape());
      }
      Trainer trainer(stream, network, *from, all_of(*from), normalization, settings, true);
      for (int step = 0; step < 12; ++step) trainer.step();
      Evaluator evaluator(stream, network);
      judged[cached] = evaluator.evaluate(stream, network, *from, all_of(*from), normalization);
      for (const NamedTensor& each : network.tensors()) {
        if (each.kind == TensorKind::weight || each.kind == TensorKind::buffer)
          weights[cached].push_back(network.read_tensor(stream, each));
      }
    }
    EXPECT_EQ(weights[0], weights[1]);
    EXPECT_EQ(judged[0].loss_sum, judged[1].loss_sum);
    EXPECT_EQ(judged[0].probability, judged[1].probability);
    // And what stays has stayed.
    Network begin(stream, whole);
    begin.initialize(stream, settings.initializer, settings.seed);
    base.load(stream, begin);
    size_t i = 0, frozen = 0, trained = 0;
    for (const NamedTensor& each : begin.tensors()) {
      if (each.kind != TensorKind::weight && each.kind != TensorKind::buffer) continue;
      const bool same = begin.read_tensor(stream, each) == weights[1][i++];
      if (settings.frozen.contains(each.node)) {
        EXPECT_TRUE(same) << each.name;
        ++frozen;
      } else {
        EXPECT_FALSE(same) << each.name;
        ++trained;
      }
    }
    EXPECT_GT(frozen, 0u);
    EXPECT_GT(trained, 0u);
  }
}

TEST(Split, few_samples_of_each_class_are_learned_from_and_the_rest_is_the_test_part) {
  const auto data = bars(30, 8, 3);
  const Split five = split_few(*data, 5, {}, 1), two = split_few(*data, 2, {}, 1);
  EXPECT_EQ(five.training.size(), 15u);
  EXPECT_EQ(five.test.size(), 15u);
  EXPECT_TRUE(five.validation.empty());
  std::vector<int> count(3);
  for (const int64_t i : five.training) ++count[static_cast<size_t>(data->label(i))];
  EXPECT_EQ(count, (std::vector<int>{5, 5, 5}));
  EXPECT_TRUE(std::includes(five.training.begin(), five.training.end(), two.training.begin(), two.training.end()));
  EXPECT_NE(split_few(*data, 5, {}, 2).training, five.training);
  EXPECT_EQ(failure([&] { split_few(*data, 10, {}, 1); }),
            "bars: class \"row 0\" has 10 samples to choose 10 from, and one must be left to test");
  // West learns, east is tested: whatever is not chosen in the west is left out.
  std::vector<int> regions;
  for (int i = 0; i < 30; ++i) regions.push_back(i < 18 ? 0 : 1);
  data->set_regions({"west", "east"}, regions);
  const Split by_region = split_few(*data, 2, SplitShares::parse("0.6,0,0.4"), 1, SplitBy::region);
  EXPECT_EQ(by_region.training.size(), 6u);
  EXPECT_TRUE(by_region.test.size() == 12 || by_region.test.size() == 18);
}

// Tiles of seven classes, the head alone, five seeds.
TEST(BaseNetwork, squeezenet_tells_satellite_tiles_apart_from_few_examples) {
  STRIATE_NEEDS_REFERENCE("data/satellite/Forest");
  Stream stream;
  const BaseNetwork base = BaseNetwork::open("squeezenet1_1");
  SourceOptions options;
  options.width = options.height = 224;
  const std::shared_ptr<const Dataset> data = open_dataset("folder:" + reference_path("data/satellite"), options);
  ASSERT_EQ(data->classes().size(), 7u);
  const Architecture whole = base.with_head("", 7);
  TrainerSettings settings;
  settings.frozen = base.frozen("all", whole);
  const int node = last_fixed_node(whole, settings.frozen);
  Network network(stream, whole);
  base.load(stream, network);
  const std::shared_ptr<const FeatureSet> features =
      FeatureSet::compute(stream, network, node, data, base.normalization(), all_of(*data));
  EXPECT_EQ(features->shape(), (Shape{512}));
  for (const auto& [examples, wanted] : {std::pair{10, 0.62}, {50, 0.75}}) {
    double sum = 0;
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      const Split parts = split_few(*data, examples, {}, seed);
      settings.seed = seed;
      settings.batch = 32;
      Network learns(stream, whole, {.batch = 1, .frozen = settings.frozen, .from = node});
      learns.initialize(stream, settings.initializer, seed);
      Trainer trainer(stream, learns, *features, parts.training, {}, settings, true);
      while (trainer.epoch() < 50) trainer.step();
      Evaluator evaluator(stream, learns);
      sum += evaluator.evaluate(stream, learns, *features, parts.test, {}).accuracy() / 5;
    }
    EXPECT_GE(sum, wanted) << examples << " examples of each class";
    RecordProperty(fmt::format("accuracy_{}", examples), fmt::format("{:.4f}", sum));
  }
}

}  // namespace striate
