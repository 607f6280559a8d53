// The one declaration of each kind of layer: whole, and what follows from it, is what it says.
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <set>

#include "engine/error.h"
#include "engine/network/architecture.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_settings.h"
#include "engine/network/layer_words.h"
#include "tests/source_dir.h"

namespace striate {
namespace {

// Texts that were accepted, and what they were printed as, before there were declarations: TEXT => PRINTED.
TEST(LayerSchema, texts_are_accepted_and_printed_as_they_always_were) {
  std::ifstream file(source_dir() + "/tests/engine/layer_texts.txt");
  std::set<std::string> kinds;
  std::string line;
  while (std::getline(file, line)) {
    const size_t arrow = line.find(" => ");
    ASSERT_NE(arrow, std::string::npos) << line;
    const std::string text = line.substr(0, arrow), printed = line.substr(arrow + 4);
    const std::shared_ptr<const Layer> layer = parse_layer(text);
    EXPECT_EQ(layer->text(), printed) << text;
    EXPECT_EQ(parse_layer(printed)->text(), printed);
    kinds.insert(layer->kind());
  }
  for (const LayerKind& kind : layer_kinds()) {
    EXPECT_TRUE(kinds.contains(kind.word)) << kind.word << ": add some of its texts to layer_texts.txt";
  }
}

TEST(LayerSchema, every_kind_says_what_it_is_here_and_elsewhere) {
  std::set<std::string> words;
  for (const LayerKind& kind : layer_kinds()) {
    EXPECT_TRUE(words.insert(kind.word).second) << kind.word << " twice";
    EXPECT_NE(std::string(kind.title), "") << kind.word;
    EXPECT_EQ(make_layer(kind)->kind(), kind.word);
    EXPECT_NE(kind.torch.name, nullptr) << kind.word << " has no row for PyTorch";
    EXPECT_NE(kind.keras.name, nullptr) << kind.word << " has no row for Keras";
    EXPECT_NE(kind.onnx.name, nullptr) << kind.word << " has no row for ONNX";
    EXPECT_EQ(kind.takes == Takes::many, *kind.joins != '\0') << kind.word << ": what it joins stands in its syntax";
    const std::string first = kind.first;
    if (!first.empty()) {
      EXPECT_EQ(parse_layer(first)->text(), first);
    }
    EXPECT_EQ(syntax_of(kind).rfind(kind.word, 0), 0u);
  }
}

TEST(LayerSchema, every_setting_says_what_it_is_here_and_elsewhere) {
  for (const LayerKind& kind : layer_kinds()) {
    std::set<std::string> names;
    for (const LayerField& field : kind.fields) {
      const std::string where = std::string(kind.word) + ' ' + field.name;
      EXPECT_TRUE(names.insert(field.name).second) << where << " twice";
      EXPECT_NE(std::string(field.name), "") << where;
      EXPECT_EQ(std::string(field.name).find(' '), std::string::npos) << where << ": one word, for commands";
      EXPECT_GT(std::string(field.help).size(), 10u) << where << " has no help";
      EXPECT_TRUE(std::isupper(static_cast<unsigned char>(*field.help)) != 0) << where;
      EXPECT_NE(field.names.torch, nullptr) << where << ": its name in PyTorch, or kNoName";
      EXPECT_NE(field.names.keras, nullptr) << where << ": its name in Keras, or kNoName";
      EXPECT_NE(field.names.onnx, nullptr) << where << ": its name in ONNX, or kNoName";
      EXPECT_LE(field.low, field.high) << where;
      EXPECT_LE(field.usual_low, field.usual_high) << where;
      for (const char* other : {field.instead_of, field.follows}) {
        if (other != nullptr) {
          EXPECT_NE(kind.find(other), nullptr) << where << ": " << other;
        }
      }
      // What is left out and what is shown in a syntax follow from it.
      EXPECT_TRUE(field.keyword != nullptr || *field.shown != '\0') << where;
    }
  }
}

TEST(LayerSchema, the_syntax_follows_from_the_settings) {
  const auto syntax = [](const char* word) { return syntax_of(layer_kind(word)); };
  EXPECT_EQ(syntax("relu"), "relu");
  EXPECT_EQ(syntax("conv"), "conv FILTERS ROWSxCOLUMNS [stride S] [pad P] [dilation D] [groups G] [no bias]");
  EXPECT_EQ(syntax("maxpool3d"), "maxpool3d DxRxS [stride DxRxS] [pad P] [dilation DxRxS] [ceil]");
  EXPECT_EQ(syntax("selu"), "selu [A GAIN]");
  EXPECT_EQ(syntax("softmax"), "softmax [axis AXIS | from AXIS]");
  EXPECT_EQ(syntax("prelu"), "prelu [shared | shape SIZES]");
  EXPECT_EQ(syntax("concat"), "concat NAME... [axis A]");
  EXPECT_EQ(syntax("slice"), "slice axis A from B to E [step S]");
  EXPECT_EQ(syntax("gather"), "gather axis A [shape SIZES] PLACES, as in gather axis 1 0,2,1");
  EXPECT_EQ(syntax("clip"), "clip LOW|none HIGH|none");
}

// The value of a setting as the exporters, the walk and the bench get it: with its type, not as text.
TEST(LayerSchema, settings_have_their_types) {
  const auto value = [](const char* text, const char* name) { return setting_of(*parse_layer(text), name); };
  EXPECT_EQ(value("conv 6 5x5 groups 2", "filters"), SettingValue(int64_t{6}));
  EXPECT_EQ(value("conv 6 5x5 groups 2", "groups"), SettingValue(int64_t{2}));
  EXPECT_EQ(value("conv 6 5x5 no bias", "bias"), SettingValue(false));
  EXPECT_EQ(value("conv 6 5x5", "kernel"), SettingValue(std::string("5x5")));
  EXPECT_EQ(value("leakyrelu 0.25", "slope"), SettingValue(0.25));
  EXPECT_EQ(value("gelu tanh", "approximation"), SettingValue(true));
  EXPECT_EQ(value("transpose 0,2,1", "axes"), SettingValue(std::vector<int64_t>{0, 2, 1}));
  EXPECT_EQ(value("pad reflect 0,1", "mode"), SettingValue(std::string("reflect")));
  EXPECT_EQ(value("resize linear 4,4 scales 1,0.5", "scales"), SettingValue(std::vector<double>{1, 0.5}));
}

// Every setting of every kind, changed by its name in words that say all that must be said.
TEST(LayerSchema, every_setting_can_be_read_and_changed_by_its_name) {
  std::ifstream file(source_dir() + "/tests/engine/layer_texts.txt");
  std::set<std::string> changed;
  std::string line;
  while (std::getline(file, line)) {
    const std::string words = line.substr(line.find(" => ") + 4);
    const LayerKind& kind = parse_layer(words)->info();
    for (const LayerField& field : kind.fields) {
      const std::string value = layer_setting(words, field.name);
      const std::string kept =
          with_layer_setting(words, field.name, value.empty() ? layer_fallback(kind, field) : value);
      EXPECT_EQ(kept, words) << field.name;
      if (value != layer_fallback(kind, field) && !field.needed) {
        // Without it, and with it again.
        const std::string without = with_layer_setting(words, field.name, layer_fallback(kind, field));
        EXPECT_NE(without, words) << field.name;
        EXPECT_EQ(with_layer_setting(without, field.name, value), words) << field.name << " " << value;
        changed.insert(std::string(kind.word) + ' ' + field.name);
      } else if (!value.empty()) {
        changed.insert(std::string(kind.word) + ' ' + field.name);
      }
    }
  }
  for (const LayerKind& kind : layer_kinds()) {
    for (const LayerField& field : kind.fields) {
      const std::string name = std::string(kind.word) + ' ' + field.name;
      EXPECT_TRUE(changed.contains(name)) << name << ": give layer_texts.txt a text that says it";
    }
  }
}

TEST(LayerSchema, mistakes_name_the_nearest_word_and_the_syntax) {
  const auto wrong = [](const char* text) {
    try {
      parse_layer(text);
      return std::string();
    } catch (const Error& error) {
      return std::string(error.what()) + " / " + error.hint();
    }
  };
  EXPECT_EQ(wrong("dense 10 no bais"),
            "line 1, column 10: \"no\" is not understood after dense / did you mean \"no bias\"? write dense NEURONS "
            "[no bias]");
  EXPECT_TRUE(
      wrong("conv 6 5x5 stried 2").ends_with("did you mean \"stride\"? write " + syntax_of(layer_kind("conv"))));
  EXPECT_EQ(wrong("layernorm"),
            "line 1, column 10: layernorm needs its \"from\" / write layernorm from AXIS [epsilon E] "
            "[no scale] [no bias]");
  EXPECT_TRUE(
      wrong("softmax axis 1 from 2").starts_with("line 1, column 16: \"from\" is not understood after softmax"));
  EXPECT_EQ(wrong("pad"), "line 1, column 4: pad needs its mode / write one of constant, edge, reflect, wrap");
}

TEST(LayerSchema, names_elsewhere_are_told_to_people) {
  EXPECT_EQ(names_elsewhere(layer_kind("conv")), "PyTorch nn.Conv2d, Keras layers.Conv2D, ONNX Conv");
  EXPECT_EQ(names_elsewhere(layer_kind("conv").find("filters")->names), "PyTorch out_channels, Keras filters, ONNX W");
  EXPECT_EQ(names_elsewhere(layer_kind("selu").find("gain")->names), "ONNX gamma");
}

}  // namespace
}  // namespace striate
