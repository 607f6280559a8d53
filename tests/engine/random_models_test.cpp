// No text crashes: random architectures (random_models.h), right ones and wrong ones, are built, trained for two steps
// at an odd batch, judged and saved. Each either works or is refused with an Error of two lines.
//
//   STRIATE_RANDOM_MODELS=10000   how many (600); with the address sanitizer for the long run
//   STRIATE_RANDOM_SEED=7         the first one's seed (1); each model has the seed of the one before + 1
//   STRIATE_RANDOM_SHOW=1         prints each seed and text before it runs: the last one is what crashed
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>

#include "engine/network/layer_kind.h"
#include "engine/network/layer_list.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/digits.h"
#include "engine/training/metrics.h"
#include "engine/training/trainer.h"
#include "tests/engine/random_models.h"
#include "tests/engine/training_data.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

constexpr int64_t kMaxBytes = int64_t{64} << 20, kMaxWork = 20'000'000;

int64_t told(const char* name, int64_t usual) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != '\0' ? std::atoll(text) : usual;
}

// What became of a text.
enum class Fate { refused, large, trained };

Fate run(Stream& stream, const std::string& text, const Dataset& data, uint64_t seed, const std::string& file) {
  constexpr int kBatch = 7, kEvaluation = 5;
  const std::vector<int64_t> all = all_of(data);
  const LayerList list = LayerList::parse(text);
  const bool good = list.check(data.shape(), 10).good.has_value();
  Architecture architecture;
  try {
    architecture = architecture_from(text, data.shape(), 10);
    EXPECT_TRUE(good) << "the list in the window refuses it";
  } catch (const Error&) {
    EXPECT_FALSE(good) << "the list in the window takes it";
    throw;
  }
  const Plan plan{kBatch, true, false, 0};
  if (plan_tensors(architecture, plan).bytes() > kMaxBytes || architecture.totals().multiply_adds > kMaxWork) {
    return Fate::large;
  }
  EXPECT_EQ(Architecture::parse(architecture.text()).text(), architecture.text());
  const std::vector<Loss> losses = {Loss::cross_entropy, Loss::cross_entropy, Loss::mean_squared_error,
                                    Loss::binary_cross_entropy_logits};
  TrainerSettings settings;
  settings.batch = kBatch;
  settings.seed = seed;
  settings.loss = losses[seed % losses.size()];
  settings.frozen = seed % 11 == 0 ? 1 : 0;
  Network network(stream, architecture);
  Trainer trainer(stream, network, data, all, {}, settings);
  trainer.step();
  trainer.step();
  dead_units(stream, network);
  norms(stream, network);
  trainer.keyframe();
  Evaluator evaluator(stream, architecture, kEvaluation, settings.loss);
  EXPECT_EQ(evaluator.evaluate(stream, network, data, all, {}).samples, data.size());
  ModelInfo info;
  info.architecture = architecture;
  info.classes = data.classes();
  save_training(file, info, trainer);
  const SafeTensors saved = SafeTensors::read(file);
  Network again(stream, read_model_info(saved, file).architecture);
  load_weights(stream, saved, file, again);
  return Fate::trained;
}

TEST(RandomModels, work_or_are_refused) {
  const TestFolder folder;
  const int64_t count = told("STRIATE_RANDOM_MODELS", 600), first = told("STRIATE_RANDOM_SEED", 1);
  const bool show = told("STRIATE_RANDOM_SHOW", 0) != 0;
  Stream stream(Device::cpu());
  const Digits digits(12);
  const std::unique_ptr<MemoryDataset> small = bars(10, 12, 10);
  int64_t refused = 0, large = 0, trained = 0;
  std::set<std::string> kinds;
  for (int64_t i = 0; i < count; ++i) {
    const uint64_t seed = static_cast<uint64_t>(first + i);
    const Dataset& data = seed % 4 == 0 ? static_cast<const Dataset&>(digits) : *small;
    const std::string text = RandomModel(seed, data.shape()).text();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + text);
    if (show) std::cerr << seed << ": " << text << std::endl;
    try {
      const Fate fate = run(stream, text, data, seed, folder / "model.safetensors");
      (fate == Fate::large ? large : trained) += 1;
      const Architecture architecture = Architecture::parse(text);
      for (int n = 1; n < architecture.size(); ++n) {
        kinds.insert(architecture.nodes()[static_cast<size_t>(n)].layer->kind());
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_STRNE(error.what(), "");
      EXPECT_FALSE(error.hint().empty()) << error.what();
      if (show) std::cerr << "  " << error.what() << std::endl;
    } catch (const std::exception& other) {
      ADD_FAILURE() << "not an Error: " << other.what();
    }
    if (HasFailure()) break;
  }
  std::cout << trained << " trained, " << refused << " refused, " << large << " too large for a test" << std::endl;
  if (count < 300) return;
  EXPECT_GT(trained, count / 4);
  EXPECT_GT(refused, count / 10);
  EXPECT_LT(large, count / 20);
  for (const LayerKind& kind : layer_kinds()) EXPECT_TRUE(kinds.contains(kind.word)) << kind.word << " never ran";
}

}  // namespace
}  // namespace striate
