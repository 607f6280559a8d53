// What every page looks like in its main states, in both themes, beside a picture of it that somebody has looked at.
// The pictures are a quarter of the size: fonts and drivers of other systems move edges by a pixel, and that is no
// change; a panel that is missing, text that is cut, a color of the other theme is.
//
// Made anew, after a look at what changed: scripts/golden.sh
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "app/cli/script_run.h"
#include "app/pages/page.h"
#include "app/shell/app.h"
#include "app/shell/offscreen.h"
#include "engine/error.h"
#include "engine/files/image_file.h"
#include "kernels/resize.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

constexpr Vec kWindow{1280, 800};
constexpr int kSmaller = 4;
// Of 255: what a picture may differ on the average, and from where on a pixel counts as another one, and how many may.
constexpr double kMostOnAverage = 2.5;
constexpr int kOther = 48;
constexpr double kMostOthers = 0.03;

struct State {
  const char* name;
  std::vector<const char*> commands;
};

const std::vector<State>& states() {
  static const std::vector<State> list = {
      {"pixels", {"page pixels"}},
      {"pixels-photo", {"open sample:balloons", "page pixels", "pixels.cursor 100 80"}},
      {"channels", {"open sample:balloons", "page channels"}},
      {"channels-gray", {"page channels"}},
      {"filters", {"open sample:still-life", "page filters", "filters.kernel edge", "filters.split 0.5"}},
      {"filters-median", {"page filters", "filters.kernel median", "filters.cursor 4 7", "filters.tab pixel"}},
      {"filters-chain",
       {"open sample:still-life", "page filters", "filters.kernel median size 5", "filters.add canny",
        "filters.cursor 214 131", "filters.tab pixel"}},
      {"filters-layers", {"open sample:still-life", "page filters", "filters.tab layers"}},
      {"convolution", {"page convolution"}},
      {"convolution-stride", {"page convolution", "convolution.stride 2", "convolution.padding 1"}},
      {"pooling", {"page pooling"}},
      {"pooling-gradient", {"page pooling", "pooling.view gradient"}},
      {"train", {"page train"}},
      {"train-overview", {"page train", "train.data digits:2000", "train.view overview", "train.until 40"}},
      {"train-unit", {"page train", "train.data digits:2000", "train.view unit", "train.until 20"}},
      {"train-step", {"page train", "train.data digits:2000", "train.view step", "train.step batch"}},
      {"train-layers", {"page train", "train.data digits:2000", "train.view layers", "train.until 20"}},
      {"train-tests", {"page train", "train.data digits:2000", "train.view tests", "train.until 40"}},
      {"train-draw", {"page train", "train.view draw"}},
      {"train-draw-nearest",
       {"page train", "train.data digits:2000", "train.view draw", "train.until 40",
        "train.draw 70 60 210 60 120 230"}},
      {"train-build", {"page train", "train.view build"}},
      {"train-data", {"page train", "train.data digits:2000", "train.view data"}},
      {"features-filters",
       {"page features", "network.open lenet5", "network.image sample:balloons", "features.method filters"}},
      {"features-field",
       {"page features", "network.open lenet5", "network.image sample:balloons", "features.layer 3",
        "features.method field"}},
      {"features-maximize",
       {"page features", "network.open lenet5", "network.image sample:balloons", "features.layer 3",
        "features.method maximize", "features.steps 4", "features.start all"}},
      {"features-patches",
       {"page features", "network.open lenet5", "network.image sample:balloons", "features.layer 3",
        "features.method patches", "features.start"}},
      {"features-fgsm",
       {"open sample:ball-and-orange", "page features", "network.open squeezenet1_1", "network.image picture",
        "features.method fgsm", "features.attack.epsilon 2", "features.start"}},
      {"features-pgd",
       {"lenet.digit 7", "lenet.model modern", "page features", "features.method pgd", "features.attack.epsilon 32",
        "features.attack.step 6", "features.attack.target 3"}},
      {"home", {"page home"}},
      {"network", {"page network", "network.open lenet5", "network.image sample:balloons", "network.select 3"}},
      {"network-none", {"page network"}},  // features, pretrained and architecture have the same
      {"neuron", {"page neuron", "neuron.step epoch 60"}},
      {"neuron-classes",
       {"page neuron", "neuron.data gauss", "neuron.classes 4", "neuron.loss cross-entropy", "neuron.layers 6 6",
        "neuron.optimizer adam", "neuron.rate 0.01", "neuron.step epoch 20"}},
      {"neuron-digits",
       {"page neuron", "neuron.data digits", "neuron.layers 8", "neuron.loss cross-entropy", "neuron.rate 0.1",
        "neuron.step epoch 10"}},
      {"neuron-step", {"page neuron", "neuron.view step", "neuron.optimizer adam", "neuron.step epoch 3"}},
      {"neuron-losses", {"page neuron", "neuron.view losses", "neuron.loss cross-entropy"}},
      {"neuron-race", {"page neuron", "neuron.layers 2", "neuron.race on"}},
      {"architecture", {"architecture.model lenet5", "network.image sample:balloons", "page architecture"}},
      {"architecture-cell",
       {"architecture.model lenet5", "network.image sample:balloons", "page architecture",
        "architecture.select 3 5 4 6"}},
      {"lenet", {"page lenet", "lenet.digit 5 2", "lenet.model 1998", "lenet.layer c3"}},
      {"lenet-glyphs", {"page lenet", "lenet.digit 5 2", "lenet.view glyphs"}},
      {"lenet-ring", {"page lenet", "lenet.digit 5 2", "lenet.view ring"}},
      {"lenet-row", {"page lenet", "lenet.write 1993 5", "lenet.column 5"}},
      {"satellite", {"page satellite"}},
      {"satellite-split", {"page satellite", "satellite.split geographic", "satellite.view split"}},
      {"satellite-map",
       {"page satellite", "satellite.epochs 20", "satellite.train", "satellite.view map", "satellite.cell 345 95"}},
      {"hardware", {"page hardware", "hardware.version coalesced", "hardware.warp 330"}},
      {"hardware-banks",
       {"page hardware", "hardware.kernel transpose", "hardware.version tiled", "hardware.barrier off",
        "hardware.step 13"}},
      {"hardware-platform", {"page hardware", "hardware.view platform"}},
      {"architecture-plan",
       {"architecture.model resnet20", "network.image sample:balloons", "page architecture", "architecture.plan on"}},
      {"sharing", {"page sharing", "sharing.digit 3", "sharing.shift 2 1"}},
      {"transfer", {"page transfer", "transfer.unfreeze 54-58"}},
      {"sharing-map", {"page sharing", "sharing.view map"}},
      {"sharing-neocognitron",
       {"page sharing", "sharing.view neocognitron", "sharing.neocognitron.learn 60", "sharing.cell S1 3 6 7"}},
      {"pretrained-input",
       {"page pretrained", "pretrained.open lenet5", "pretrained.image sample:balloons", "pretrained.crop 60 20 120",
        "pretrained.view input"}},
      {"pretrained-block",
       {"page pretrained", "pretrained.open resnet20", "pretrained.image sample:balloons",
        "pretrained.block layer1.1.add", "pretrained.skip layer1.1.add on"}},
      {"pretrained-unroll",
       {"page pretrained", "pretrained.open resnet20", "pretrained.image sample:balloons", "pretrained.unroll best"}},
      {"pretrained-history", {"page pretrained", "pretrained.view history"}},
      {"glossary", {"page convolution", "glossary stride"}},
      {"lesson", {"lesson convolution", "lesson.step 2"}},
      {"palette", {"page pixels", "palette on"}},
      {"help", {"page filters", "help on"}},
  };
  return list;
}

std::string path_of(const std::string& state, bool dark) {
  return source_dir() + "/tests/golden/" + state + (dark ? "-dark.png" : "-light.png");
}

Image smaller(const Image& image) {
  Image small;
  small.width = image.width / kSmaller;
  small.height = image.height / kSmaller;
  small.channels = image.channels;
  small.bytes.resize(small.value_count());
  Stream stream(Device::cpu());
  resize(stream, Resample::area, image.bytes.data(), image.height, image.width, image.channels, small.bytes.data(),
         small.height, small.width);
  stream.synchronize();
  return small;
}

struct Difference {
  double average = 0;  // of 255
  double others = 0;   // share of the pixels
};

Difference difference(const Image& a, const Image& b) {
  double sum = 0;
  int64_t others = 0;
  const size_t pixels = static_cast<size_t>(a.width) * static_cast<size_t>(a.height);
  for (size_t i = 0; i < pixels; ++i) {
    int most = 0;
    for (size_t c = 0; c < 3; ++c) {
      const int apart = std::abs(int{a.bytes[i * static_cast<size_t>(a.channels) + c]} -
                                 int{b.bytes[i * static_cast<size_t>(b.channels) + c]});
      most = std::max(most, apart);
      sum += apart;
    }
    others += most > kOther;
  }
  return {sum / (3.0 * static_cast<double>(pixels)), static_cast<double>(others) / static_cast<double>(pixels)};
}

bool alike(const Difference& d) { return d.average <= kMostOnAverage && d.others <= kMostOthers; }

Image picture_of(const State& state, bool dark) {
  Settings settings = settings_for_scripts();
  settings.dark = dark;
  App app(Device::cpu(), settings);
  Offscreen screen(app, kWindow);
  Script script;
  for (const char* line : state.commands) script.actions.push_back(command_action(line));
  screen.play(std::move(script), "");
  return smaller(screen.settle_and_capture());
}

class GoldenImages : public ::testing::TestWithParam<bool> {};

TEST_P(GoldenImages, are_what_the_pages_look_like) {
  const bool dark = GetParam();
  for (const State& state : states()) {
    SCOPED_TRACE(state.name);
    Image now;
    try {
      now = picture_of(state, dark);
    } catch (const Error& error) {
      if (&state == &states().front()) GTEST_SKIP() << "no OpenGL to draw with: " << error.what();
      FAIL() << error.what() << " / " << error.hint();
    }
    const std::string path = path_of(state.name, dark);
    if (std::getenv("STRIATE_MAKE_GOLDEN") != nullptr) {
      write_image(path, now);
      continue;
    }
    ASSERT_TRUE(std::filesystem::exists(path)) << "make it, and look at it: scripts/golden.sh";
    const ImagePtr before = read_image(path);
    ASSERT_EQ(before->width, now.width);
    ASSERT_EQ(before->height, now.height);
    const Difference d = difference(*before, now);
    EXPECT_TRUE(alike(d)) << "differs by " << d.average << " on the average (" << kMostOnAverage << " is allowed), "
                          << 100 * d.others << " % of its pixels are others (" << 100 * kMostOthers << " %)";
  }
}

INSTANTIATE_TEST_SUITE_P(Themes, GoldenImages, testing::Values(true, false),
                         [](const auto& theme) { return std::string(theme.param ? "dark" : "light"); });

TEST(GoldenPictures, are_there_of_every_page) {
  for (const PageKind& kind : page_kinds()) {
    const std::string line = "page " + kind.info.id;
    EXPECT_TRUE(std::ranges::any_of(
        states(), [&](const State& state) { return std::ranges::find(state.commands, line) != state.commands.end(); }))
        << kind.info.id << " has none: give it a line in states(), then scripts/golden.sh";
  }
}

// The comparison tells every state from every other, and one theme from the other: it can fail.
TEST(GoldenPictures, are_told_from_each_other) {
  std::vector<ImagePtr> all;
  for (const State& state : states()) {
    for (const bool dark : {true, false}) {
      if (std::filesystem::exists(path_of(state.name, dark))) all.push_back(read_image(path_of(state.name, dark)));
    }
  }
  ASSERT_EQ(all.size(), 2 * states().size());
  for (size_t a = 0; a < all.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      EXPECT_FALSE(alike(difference(*all[a], *all[b])))
          << states()[a / 2].name << " and " << states()[b / 2].name << " look alike";
    }
  }
}

}  // namespace
}  // namespace striate
