// Trains the networks of page `lenet`, each into DIR/NAME.safetensors: on MNIST where it is given, and on the program's
// own digits. Deterministic on one kind of device. scripts/lenet.sh builds it and runs it.
//
//   make_models DIR MNIST|none [lenet1989|lenet5-1998|lenet5] [WINDOWS]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "engine/error.h"
#include "engine/network/models.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/digit_windows.h"
#include "engine/training/data/digits.h"
#include "engine/training/data/sources.h"
#include "engine/training/metrics.h"
#include "engine/training/trainer.h"

namespace striate {
namespace {

struct Recipe {
  const char* model;
  const char* learns;  // the network that is trained, where it is not the model for windows of 32 x 32
  int side;
  Loss loss;
  const char* normalization;
  const char* preprocessing;
  double rate;
  int64_t windows;  // how many it sees
  WindowStyle style;
};

std::vector<Recipe> recipes() {
  WindowStyle alone;  // digits as they are, moved and turned a little
  alone.turn = 5, alone.scale = 0.06f, alone.slant = 0.08f, alone.shift = 1, alone.thicken = 0.1f;
  alone.neighbors = 0, alone.none = 0, alone.noise = 0, alone.plain = 0.3f;
  WindowStyle row;
  row.plain = 0.15f;
  WindowStyle classic = row;
  classic.turn = 7, classic.scale = 0.09f, classic.slant = 0.12f, classic.noise = 0.1f, classic.neighbors = 0.35f;
  classic.none = 0.15f, classic.plain = 0.35f;
  return {
      {"lenet1989", "", 28, Loss::mean_squared_error, "mean 0.5 std 0.5", "digit | mean 0.5 | std 0.5", 2e-3, 900'000,
       alone},
      {"lenet5-1998", "", 32, Loss::maximum_a_posteriori, "mean 0.078431373 std 0.784313725",
       "digit | mean 0.078431373 | std 0.784313725", 1.5e-3, 1'500'000, classic},
      {"lenet5",
       "conv 6 5x5 | relu | maxpool 2 | conv 16 5x5 | relu | maxpool 2 | flatten | dense 120 | relu | dense 84 | relu "
       "| "
       "dense 10",
       32, Loss::maximum_a_posteriori, "mean 0 std 0.5", "digit | mean 0 | std 0.5", 1.5e-3, 1'800'000, row},
  };
}

double errors(Stream& stream, const Network& trained, const Recipe& recipe, const Dataset& data, int64_t first) {
  const Architecture architecture = build_model(recipe.model);
  constexpr int kBatch = 100;
  Network network(stream, architecture, Plan{kBatch, false, false, 0});
  network.copy_weights(stream, trained);
  const Normalization normalization = Normalization::parse(recipe.normalization);
  int64_t wrong = 0, seen = 0;
  std::vector<float> pixels(int64_t{kBatch} * 784);
  for (int64_t begin = first; begin + kBatch <= data.size(); begin += kBatch) {
    std::vector<int64_t> some;
    for (int64_t i = begin; i < begin + kBatch; ++i) some.push_back(i);
    Trainer::read_samples(data, some, normalization, nullptr, 0, 0, pixels.data());
    network.write_tensor(stream, network.activation(0), pixels);
    network.forward(stream, Mode::evaluation);
    const std::vector<float> y = network.read_tensor(stream, network.output());
    for (int i = 0; i < kBatch; ++i) {
      const float* row = y.data() + i * 10;
      wrong += std::max_element(row, row + 10) - row != data.label(begin + i) ? 1 : 0;
    }
    seen += kBatch;
  }
  return static_cast<double>(wrong) / static_cast<double>(std::max<int64_t>(1, seen));
}

void make(const Recipe& recipe, const std::string& folder, const std::string& mnist_folder, int64_t windows) {
  DigitPool pool;
  std::shared_ptr<const Dataset> mnist;
  const auto drawn = std::make_shared<const Digits>(30'000, 1);
  if (mnist_folder != "none") {
    mnist = open_dataset("mnist:" + mnist_folder);
    pool.sets.push_back(mnist);
    for (int64_t i = 0; i < mnist->training_size(); ++i) pool.samples.emplace_back(0, i);
  }
  pool.sets.push_back(drawn);
  const int set = static_cast<int>(pool.sets.size()) - 1;
  const int64_t own = mnist ? 16'000 : drawn->size();
  for (int64_t i = 0; i < own; ++i) pool.samples.emplace_back(set, i);
  const DigitWindows data(pool, windows, 11, recipe.style, recipe.side);
  Stream stream(Device::cpu());
  const Shape input{1, recipe.side, recipe.side};
  Architecture architecture =
      *recipe.learns != 0 ? Architecture::parse(recipe.learns) : build_model(recipe.model, input);
  architecture.set_input(input);
  Network network(stream, architecture);
  TrainerSettings settings;
  settings.batch = 64;
  settings.loss = recipe.loss;
  settings.rate = recipe.rate;
  const int64_t steps = windows / settings.batch;
  settings.schedule = Schedule::parse(fmt::format("warm-up 200 cosine {}", steps - 200));
  settings.keyframes = false;
  settings.history_budget = 1 << 20;
  settings.augment = nullptr;
  std::vector<int64_t> all(static_cast<size_t>(windows));
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int64_t>(i);
  const Normalization normalization = Normalization::parse(recipe.normalization);
  Trainer trainer(stream, network, data, all, normalization, settings);
  double loss = 0;
  const Digits unseen(4'000, 77);
  const auto report = [&] {
    fmt::print("{} step {}: errors {:.2f} % of the program's digits", recipe.model, trainer.steps(),
               100 * errors(stream, network, recipe, unseen, 0));
    if (mnist)
      fmt::print(", {:.2f} % of MNIST's test digits",
                 100 * errors(stream, network, recipe, *mnist, mnist->training_size()));
    fmt::print("\n");
    std::fflush(stdout);
  };
  for (int64_t step = 0; step < steps; ++step) {
    trainer.step();
    loss += static_cast<double>(trainer.loss());
    if ((step + 1) % 1000 == 0) {
      fmt::print("{} step {} of {}: loss {:.4f}\n", recipe.model, step + 1, steps, loss / 1000);
      std::fflush(stdout);
      loss = 0;
    }
    if ((step + 1) % 4000 == 0) report();
  }
  report();
  ModelInfo info;
  info.model = recipe.model;
  info.data = mnist ? "MNIST and the program's digits" : "the program's digits";
  info.architecture = build_model(recipe.model);
  for (int i = 0; i < 10; ++i) info.classes.push_back(std::to_string(i));
  info.normalization = normalization;
  info.seed = settings.seed, info.step = trainer.steps();
  Network whole(stream, info.architecture);
  whole.copy_weights(stream, network);
  save_model(folder + "/" + recipe.model + ".safetensors", stream, info, whole,
             {{"loss", loss_name(recipe.loss)}, {"preprocessing", recipe.preprocessing}});
}

}  // namespace
}  // namespace striate

int main(int argc, char** argv) {
  using namespace striate;
  if (argc < 3 || argc > 5) {
    std::fputs("make_models DIR MNIST|none [NAME] [WINDOWS]\n", stderr);
    return 2;
  }
  try {
    for (const Recipe& recipe : recipes()) {
      if (argc > 3 && argv[3] != std::string(recipe.model)) continue;
      make(recipe, argv[1], argv[2], argc > 4 ? std::atoll(argv[4]) : recipe.windows);
    }
  } catch (const Error& error) {
    std::fputs(fmt::format("{}\n{}\n", error.what(), error.hint()).c_str(), stderr);
    return 1;
  }
  return 0;
}
