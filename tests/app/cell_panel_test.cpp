// The panels of one cell of the open network, without a window: what they say, and what their buttons send.
#include "app/pages/architecture/cell_panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "app/network/network_worker.h"
#include "app/shell/fonts.h"
#include "app/widgets/input.h"
#include "app/widgets/textures.h"
#include "app/words/languages.h"
#include "engine/training/checkpoint.h"
#include "engine/training/data/dataset.h"
#include "tests/engine/random_models.h"
#include "tests/test_folder.h"

namespace striate {
namespace {

class CellPanels : public testing::Test {
 protected:
  // A network of this text with drawn weights, and what it answers.
  void open(const std::string& text, const std::vector<Lesion>& lesions = {}) {
    ModelInfo info;
    info.architecture = Architecture::parse(text);
    Network made(stream, info.architecture);
    made.initialize(stream, Initializer::pytorch, 5);
    const std::string file = folder / "net.safetensors";
    save_model(file, stream, info, made);
    network.emplace(OpenNetwork::open(stream, file));
    network->set_lesions(lesions);
    look(*network);
  }
  void look(OpenNetwork& at) {
    moment.version = 7;
    moment.info = at.info();
    std::vector<float> input(static_cast<size_t>(at.info()->layers[0].shape.count()));
    for (size_t i = 0; i < input.size(); ++i) input[i] = std::sin(0.37f * static_cast<float>(i)) + 0.2f;
    moment.answer = *at.run(input);
  }
  void select(const CellPlace& place, int k = 5) {
    Progress progress;
    panel = make_cell_panel(*network, moment, place, k, progress);
    ASSERT_TRUE(panel);
  }

  void frame() {
    now += 1.0 / 60;
    Ui::Frame f;
    f.input = queue.next();
    f.size = {400, 2400};
    f.now = now;
    f.motion = false;
    texts.clear();
    std::vector<Ui::WholeText> whole;
    ui.record_whole(&whole);
    ui.begin_frame(f);
    ui.begin_panel("inspector", {0, 0, 340, 2400}, 18);
    draw_cell(ui, *panel);
    term = draw_cell_sum(ui, *panel, shown);
    pointed = draw_strongest_inputs(ui, *panel);
    ui.end_panel();
    ui.end_frame();
    ui.record_whole(nullptr);
    for (const Ui::WholeText& each : whole) {
      texts.push_back(each.text);
      EXPECT_FALSE(each.cut) << each.text;
    }
    EXPECT_TRUE(ui.conflicts().empty()) << "two items with one label: " << ui.conflicts().front();
    for (std::string& line : ui.take_commands()) sent.push_back(std::move(line));
  }
  void draw() {
    frame();
    while (!queue.empty()) frame();
    frame();
  }
  void press(const std::string& label) {
    draw();
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    queue.move(item->rect.center());
    queue.button(0, true);
    queue.button(0, false);
    draw();
  }
  void point(const std::string& label) {
    draw();
    const Item* item = ui.find_item(label);
    ASSERT_NE(item, nullptr) << label;
    queue.move(item->rect.center());
    draw();
  }
  bool says(const std::string& text) const { return std::find(texts.begin(), texts.end(), text) != texts.end(); }
  std::string all_texts() const {
    std::string all;
    for (const std::string& each : texts) all += each + "\n";
    return all;
  }

  TestFolder folder;
  Stream stream{Device::cpu()};
  std::optional<OpenNetwork> network;
  NetworkMoment moment;
  CellPanelPtr panel;
  CellPanelLook shown;
  Registry registry;
  NoTextures textures;
  Ui ui{registry, textures};
  InputQueue queue;
  double now = 1;
  int term = -1, pointed = -1;
  std::vector<std::string> sent, texts;
};

const char* const kNet =
    "input 3x9x9 | conv1: conv 3 3x3 pad 1 | relu | maxpool 2 | conv 4 3x3 groups 1 | batchnorm | relu | flatten | "
    "dense 5 | softmax";

TEST_F(CellPanels, say_what_a_cell_of_a_convolution_is) {
  open(kNet);
  select({1, 2, 0, 4});
  draw();
  EXPECT_TRUE(says("layer conv1 (0), channel 2, row 0, column 4")) << all_texts();
  EXPECT_TRUE(says("3 x 9 x 9")) << all_texts();
  EXPECT_TRUE(says("3 filters")) << all_texts();
  EXPECT_TRUE(says("rows and columns: floor((9 + 2*1 - 3) / 1) + 1 = 9")) << all_texts();
  EXPECT_TRUE(says("3 \u00d7 3")) << all_texts();
  EXPECT_NE(all_texts().find("rows -1 to 1, columns 3 to 5"), std::string::npos) << all_texts();
  EXPECT_TRUE(says("84")) << all_texts();
  EXPECT_TRUE(says("(3*3*3 + 1)*3")) << all_texts();
  EXPECT_EQ(panel->value, value_at(*moment.info, moment.answer, 1, 2, 0, 4));
  EXPECT_EQ(panel->walk().value, panel->value);
  EXPECT_TRUE(says("STRONGEST INPUTS, 5 OF 18")) << all_texts();
  EXPECT_TRUE(says("13 more inputs are hidden.")) << all_texts();
  EXPECT_EQ(panel->version, 7U);
  ASSERT_EQ(panel->after.size(), 1U);
  EXPECT_EQ(panel->after[0].value, std::max(0.0f, panel->value));
}

TEST_F(CellPanels, send_the_slice_and_the_input_that_is_chosen) {
  open(kNet);
  select({4, 1, 1, 1}, 3);
  press("Next channel");
  press("sum of slice 2");
  EXPECT_EQ(sent, (std::vector<std::string>{"architecture.slice 1", "architecture.slice 2"}));
  sent.clear();
  shown.slice = 2;
  draw();
  ASSERT_NE(ui.find_item("Next channel"), nullptr);
  EXPECT_FALSE(ui.find_item("Next channel")->enabled);
  press("Channel before");
  press("strongest input 1");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0], "architecture.slice 1");
  const CellPlace& second = panel->inputs.inputs[1].place;
  EXPECT_EQ(sent[1], fmt::format("architecture.select 2 {} {} {}", second.channel, second.row, second.column));
  EXPECT_EQ(pointed, 1) << "the row under the mouse is told to the page";
}

TEST_F(CellPanels, tell_which_product_is_pointed_at_and_count_only_where_the_page_does) {
  open(kNet);
  select({4, 1, 1, 1});
  shown.slice = 1;
  point("products");
  ASSERT_GE(term, 9);
  EXPECT_LT(term, 18);
  const CellPlace& place = panel->places[static_cast<size_t>(term)];
  EXPECT_EQ(place.node, 3);
  EXPECT_EQ(place.channel, 1);
  press("products");
  EXPECT_TRUE(sent.empty()) << sent[0];
  shown.can_walk = true;
  press("products");
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0], fmt::format("architecture.walk {}", term + 1));
}

TEST_F(CellPanels, draw_every_form_of_every_layer) {
  open(kNet);
  for (int node = 0; node < static_cast<int>(moment.info->layers.size()); ++node) {
    SCOPED_TRACE(moment.info->layers[static_cast<size_t>(node)].text);
    const Shape cells = cells_of(moment.info->layers[static_cast<size_t>(node)].shape);
    for (const int k : {0, 1, 30}) {
      select({node, cells[0] - 1, cells[1] - 1, cells[2] - 1}, k);
      draw();
      const auto rows = std::count_if(ui.items().begin(), ui.items().end(),
                                      [](const Item& item) { return item.label.starts_with("strongest input"); });
      EXPECT_EQ(static_cast<size_t>(rows), panel->inputs.inputs.size());
      if (node == 0) {
        EXPECT_FALSE(says("HOW IT IS COMPUTED"));
        continue;
      }
      EXPECT_TRUE(says(panel->walk().form == UnitForm::products ? "ITS SUM" : "HOW IT IS COMPUTED"));
      EXPECT_FALSE(panel->why) << panel->why->what();
    }
  }
}

TEST_F(CellPanels, of_a_dense_layer_list_the_largest_products) {
  open(kNet);
  const int dense = 8;
  select({dense, 3, 0, 0}, 4);
  draw();
  EXPECT_EQ(cell_title(*moment.info, panel->place), "layer 7, channel 3");
  EXPECT_EQ(panel->slices, 1);
  for (const StrongestInputs::Input& each : panel->inputs.inputs) {
    EXPECT_TRUE(says(fmt::format("value {}", each.place.channel))) << all_texts();
    EXPECT_TRUE(says("5 neurons"));
  }
}

TEST_F(CellPanels, name_the_layer_where_there_are_several) {
  open("input 2x5x5 | a: conv 4 3x3 pad 1 | b: conv 4 3x3 pad 1 | add a | relu");
  select({3, 1, 2, 2});
  draw();
  EXPECT_TRUE(says("a: channel 1, row 2, column 2")) << all_texts();
  EXPECT_TRUE(says("b: channel 1, row 2, column 2")) << all_texts();
  EXPECT_TRUE(says("The same as that of its input."));
}

TEST_F(CellPanels, say_that_a_cell_was_cut_out) {
  open(kNet, {{1, 2}});
  select({1, 2, 0, 4});
  draw();
  EXPECT_TRUE(panel->cut);
  EXPECT_EQ(panel->value, 0);
  EXPECT_NE(panel->walk().value, 0);
  EXPECT_NE(all_texts().find("It was cut out"), std::string::npos);
  EXPECT_TRUE(panel->inputs.inputs.empty());
  EXPECT_FALSE(says("the network holds"));
}

TEST_F(CellPanels, of_long_sums_are_printed_without_adding_them_up_by_hand) {
  open("input 3x60x60 | flatten | dense 2");
  select({2, 1, 0, 0}, 6);
  draw();
  ASSERT_EQ(panel->printed.terms.size(), 10800U);
  EXPECT_FALSE(panel->printed.reproduces);
  EXPECT_EQ(panel->inputs.inputs.size(), 6U);
  EXPECT_NE(all_texts().find("Rounded; exactly"), std::string::npos);
}

TEST_F(CellPanels, are_those_of_a_training_too) {
  const auto data =
      std::make_shared<const MemoryDataset>("made", Shape{2, 9, 9}, std::vector<float>(2 * 162, 0.25f),
                                            std::vector<int>{0, 1}, std::vector<std::string>{"ant", "bee"});
  Network trained(stream, Architecture::parse("input 2x9x9 | conv 3 3x3 | relu | flatten | dense 2"));
  trained.initialize(stream, Initializer::pytorch, 3);
  auto made = std::make_shared<TrainedNetwork>();
  made->architecture = std::make_shared<const Architecture>(trained.architecture());
  made->weights = std::make_shared<const AllWeights>(read_all_weights(stream, trained));
  made->loss = "cross-entropy";
  made->run = 1, made->step = 10;
  made->pictures = data;
  network.emplace(OpenNetwork(stream, made));
  look(*network);
  select({4, 1, 0, 0});
  draw();
  EXPECT_EQ(panel->walk().value, panel->value);
  EXPECT_TRUE(says("STRONGEST INPUTS, 5 OF " + std::to_string(panel->inputs.cells[0].inputs))) << all_texts();
}

TEST_F(CellPanels, stop_where_nobody_waits_for_them) {
  open(kNet);
  Progress progress;
  progress.canceled = true;
  EXPECT_EQ(make_cell_panel(*network, moment, {4, 1, 1, 1}, 5, progress), nullptr);
  progress.canceled = false;
  EXPECT_THROW(make_cell_panel(*network, moment, {4, 9, 1, 1}, 5, progress), Error);
  moment.why = Error("there is no picture", "open one");
  EXPECT_THROW(make_cell_panel(*network, moment, {4, 1, 1, 1}, 5, progress), Error);
}

// Names of layers and what their texts say are no words; neither are functions in formulas.
TEST_F(CellPanels, say_everything_in_the_readers_language) {
  open(
      "input 3x9x9 | conv1: conv 3 3x3 pad 1 | a: relu | maxpool 2 | c: conv 4 3x3 pad 1 | batchnorm | avgpool 2 ceil "
      "| "
      "b: conv 4 2x2 | add b | flatten | reshape batch,2,2,1,1,1 | reshape batch,4 | dense 5 | softmax");
  std::set<std::string> data = {"floor", "ceil", "exp", "std"};
  const auto words_of = [](const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ") {
      if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
        word += c;
      } else {
        if (word.size() > 1) words.push_back(word);
        word.clear();
      }
    }
    return words;
  };
  for (const OpenLayer& layer : moment.info->layers) {
    for (const std::string& word : words_of(layer.name + " " + layer.text)) data.insert(word);
  }
  use_language(kMadeUpLanguage);
  for (int node = 0; node < static_cast<int>(moment.info->layers.size()); ++node) {
    const Shape cells = cells_of(moment.info->layers[static_cast<size_t>(node)].shape);
    select({node, cells[0] - 1, cells[1] - 1, cells[2] - 1}, 3);
    draw();
    for (const std::string& text : texts) {
      for (const std::string& word : words_of(text)) EXPECT_TRUE(data.contains(word)) << text;
    }
  }
  use_language("en");
}

TEST_F(CellPanels, of_random_networks_are_there_or_refused_with_words) {
  int made = 0;
  for (uint64_t seed = 1; seed <= 80; ++seed) {
    const std::string text = RandomModel(seed, Shape{3, 9, 8}).text();
    SCOPED_TRACE(fmt::format("seed {}: {}", seed, text));
    try {
      const Architecture architecture = Architecture::parse("input 3x9x8 | " + text);
      if (plan_tensors(architecture, Plan::inference(1)).bytes() > int64_t{4} << 20) continue;
      if (architecture.totals().multiply_adds > 1'000'000) continue;
      open(architecture.text());
    } catch (const Error&) {
      continue;
    }
    for (int node = 0; node < static_cast<int>(moment.info->layers.size()); ++node) {
      const Shape cells = cells_of(moment.info->layers[static_cast<size_t>(node)].shape);
      if (cells.count() == 0) continue;
      SCOPED_TRACE(moment.info->layers[static_cast<size_t>(node)].text);
      try {
        select({node, cells[0] - 1, cells[1] - 1, cells[2] - 1});
      } catch (const Error& error) {
        EXPECT_FALSE(error.hint().empty());
        continue;
      }
      frame();
      ++made;
    }
  }
  EXPECT_GT(made, 100);
}

TEST_F(CellPanels, say_what_commands_take) {
  EXPECT_EQ(cell_arguments({0, 2, 3, 4}), "input 2 3 4");
  EXPECT_EQ(cell_arguments({5, 2, 3, 4}), "4 2 3 4");
  EXPECT_EQ(field_words({0, 0, 1, 1, false}), "row 0, column 0");
  EXPECT_EQ(field_words({-1, 3, 4, 5, false}), "rows -1 to 2, columns 3 to 7");
  EXPECT_EQ(field_words({0, 0, 4, 5, true}), "the whole picture");
}

}  // namespace
}  // namespace striate
