// A training that begins with given weights, a new head, frozen layers: what its config says is done, saved and gone on
// with.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/export/onnx_writer.h"
#include "engine/network/head.h"
#include "engine/training/checkpoint.h"
#include "engine/training/starting_weights.h"
#include "engine/training/training_run.h"
#include "tests/engine/training_data.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

const char* kBase = "input 1x8x8 | c1: conv 4 3x3 | bn: batchnorm | relu | flatten | d: dense 6 | relu | fc: dense 3";

// A base that has learned three classes, saved with its training.
std::string trained_base(Stream& stream, const TestFolder& folder) {
  const auto data = bars(36, 8, 3);
  TrainerSettings settings;
  settings.batch = 12;
  Network network(stream, Architecture::parse(kBase));
  Trainer trainer(stream, network, *data, all_of(*data), Normalization{{0.2f}, {0.5f}}, settings);
  for (int s = 0; s < 5; ++s) trainer.step();
  ModelInfo info;
  info.architecture = network.architecture();
  info.classes = data->classes();
  const std::string path = folder / "base.safetensors";
  save_training(path, info, trainer);
  write_onnx(stream, network, {}, folder / "base.onnx");
  return path;
}

TrainingConfig transfer(const std::string& weights) {
  TrainingConfig config;
  config.model = kBase;
  config.weights = weights;
  config.head = 5;
  config.freeze = "backbone";
  config.normalization = "mean 0.2 std 0.5";
  config.batch = 8;
  config.split = "0.8,0.2";
  return config;
}

std::vector<float> weights_of(Stream& stream, const Network& network, const char* name) {
  const NamedTensor* tensor = network.find(TensorKind::weight, name);
  if (tensor == nullptr) tensor = network.find(TensorKind::buffer, name);
  return network.read_tensor(stream, *tensor);
}

std::string failure(const std::function<void()>& f, std::string* hint = nullptr) {
  try {
    f();
  } catch (const Error& error) {
    if (hint != nullptr) *hint = error.hint();
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(Transfer, begins_with_the_weights_of_the_base_and_a_head_of_its_own) {
  const TestFolder folder;
  Stream stream;
  const std::string base = trained_base(stream, folder);
  const SafeTensors file = SafeTensors::read(base);
  const std::shared_ptr<const Dataset> data = bars(60, 8, 5);
  for (const std::string& weights : {base, folder / "base.onnx"}) {
    SCOPED_TRACE(weights);
    TrainingRun run(stream, transfer(weights), data);
    EXPECT_EQ(run.architecture().shapes(1).back(), (Shape{1, 5}));
    for (const char* name : {"c1.weight", "bn.running_var", "d.bias"}) {
      EXPECT_EQ(weights_of(stream, run.network(), name), file.floats(name)) << name;
    }
    const std::vector<float> head = weights_of(stream, run.network(), "fc.weight");
    for (int s = 0; s < 4; ++s) run.advance_step();
    for (const char* name : {"c1.weight", "bn.running_var", "d.bias"}) {
      EXPECT_EQ(weights_of(stream, run.network(), name), file.floats(name)) << name;
    }
    EXPECT_NE(weights_of(stream, run.network(), "fc.weight"), head);
    EXPECT_EQ(run.normalization().mean, std::vector<float>{0.2f});
    // Back to the start, and the same again.
    const std::vector<float> learned = weights_of(stream, run.network(), "fc.weight");
    run.go_to(0);
    EXPECT_EQ(weights_of(stream, run.network(), "fc.weight"), head);
    run.go_to(4);
    EXPECT_EQ(weights_of(stream, run.network(), "fc.weight"), learned);
  }
}

TEST(Transfer, is_saved_and_goes_on_with_the_same_bits_without_the_base) {
  const TestFolder folder;
  Stream stream;
  const std::string base = trained_base(stream, folder);
  const std::shared_ptr<const Dataset> data = bars(60, 8, 5);
  TrainingRun run(stream, transfer(base), data);
  for (int s = 0; s < 3; ++s) run.advance_step();
  const std::string saved = folder / "half.safetensors";
  run.save(saved);
  for (int s = 0; s < 3; ++s) run.advance_step();
  std::filesystem::remove(base);
  const auto again = TrainingRun::open(stream, saved, [&](const TrainingConfig& config) {
    EXPECT_EQ(config.freeze, "backbone");
    EXPECT_EQ(config.head, 5);
    EXPECT_EQ(config.weights, base);
    EXPECT_EQ(config.normalization, "mean 0.2 std 0.5");
    return data;
  });
  for (int s = 0; s < 3; ++s) again->advance_step();
  for (const char* name : {"c1.weight", "bn.running_mean", "fc.weight", "fc.bias"}) {
    EXPECT_EQ(weights_of(stream, again->network(), name), weights_of(stream, run.network(), name)) << name;
  }
}

TEST(Transfer, weights_must_fit_exactly_unless_part_of_them_is_asked_for) {
  const TestFolder folder;
  Stream stream;
  const std::string base = trained_base(stream, folder);
  const std::shared_ptr<const Dataset> data = bars(60, 8, 3), five = bars(60, 8, 5);
  TrainingConfig config = transfer(base);
  config.head = 0;
  config.freeze = "";
  TrainingRun same(stream, config, data);  // with its own head
  EXPECT_EQ(weights_of(stream, same.network(), "fc.weight"), SafeTensors::read(base).floats("fc.weight"));
  std::string hint;
  config.model = "input 1x8x8 | c1: conv 4 3x3 | bn: batchnorm | relu | flatten | d: dense 6 | relu | fc: dense 5";
  EXPECT_NE(failure([&] { TrainingRun(stream, config, five); }, &hint).find("fc.weight is 3 x 6 instead of 5 x 6"),
            std::string::npos);
  EXPECT_NE(hint.find("--head 5"), std::string::npos) << hint;
  config.partial = true;
  TrainingRun partly(stream, config, five);
  EXPECT_EQ(weights_of(stream, partly.network(), "d.weight"), SafeTensors::read(base).floats("d.weight"));
  // A head that does not fit the data, a layer that is not there.
  config = transfer(base);
  config.head = 4;
  EXPECT_NE(failure([&] { TrainingRun(stream, config, five); }).find("5 classes"), std::string::npos);
  config = transfer(base);
  config.freeze = "c1,c7";
  EXPECT_EQ(failure([&] { TrainingRun(stream, config, five); }), "unknown layer \"c7\"");
}

TEST(Transfer, the_report_has_the_words_of_pytorch) {
  WeightsFit fit;
  fit.tensor = {{"a.weight", "a.weight"}, {"a.bias", "a.bias"}};
  fit.missing = {"b.weight"};
  fit.mismatched = {{"fc.weight", "fc.weight", {3, 6}, {5, 6}}};
  EXPECT_EQ(weights_report(fit),
            "weights.loaded 2\nweights.missing 1\n  b.weight\nweights.unexpected 0\nweights.mismatched 1\n"
            "  fc.weight is 3 x 6 instead of 5 x 6\n");
}

TEST(Transfer, a_normalization_is_a_text) {
  const Normalization n{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
  EXPECT_EQ(n.text(), "mean 0.485,0.456,0.406 std 0.229,0.224,0.225");
  EXPECT_EQ(Normalization::parse(n.text()).mean, n.mean);
  EXPECT_EQ(Normalization::parse(n.text()).stddev, n.stddev);
  EXPECT_TRUE(Normalization::parse("none").empty());
  for (const char* wrong : {"", "mean 1", "mean 1 std 0", "mean 1,2 std 1", "1,2", "mean x std 1"}) {
    EXPECT_NE(failure([&] { Normalization::parse(wrong); }), "no error") << wrong;
  }
}

}  // namespace striate
