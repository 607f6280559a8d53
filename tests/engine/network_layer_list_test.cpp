// Networks that are being written: any text gives a list, a list prints what parses to it, and any sequence of edits
// gives an architecture or says what is wrong.
#include "engine/network/layer_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <span>

#include "engine/network/layer_settings.h"
#include "engine/network/layer_words.h"
#include "engine/network/models.h"

namespace striate {
namespace {

std::string failure(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return std::string(error.what()) + " / " + error.hint();
  }
  return {};
}

TEST(LayerList, every_model_is_read_and_printed_as_the_parser_reads_it) {
  for (const Model& model : models()) {
    const Architecture architecture = build_model(model.name);
    const LayerList list = LayerList::parse(architecture.text());
    EXPECT_EQ(list.text(), architecture.text()) << model.name;
    EXPECT_EQ(LayerList::parse(list.text("\n")), list) << model.name;
    const LayerList::Checked checked = list.check({}, model.classes);
    ASSERT_TRUE(checked.good) << model.name;
    EXPECT_EQ(checked.good->text(), architecture.text());
    Architecture::Totals totals;
    const std::vector<Shape> shapes = architecture.shapes(1);
    for (int i = 0; i < list.size(); ++i) {
      const LayerList::Row& row = checked.rows[static_cast<size_t>(i)];
      EXPECT_EQ(*row.output, shapes[static_cast<size_t>(i) + 1]);
      EXPECT_FALSE(row.unread) << model.name << " " << i;
      totals.parameters += row.parameters.value;
      totals.multiply_adds += row.multiply_adds.value;
    }
    EXPECT_EQ(totals.parameters, architecture.totals().parameters);
    EXPECT_EQ(totals.multiply_adds, architecture.totals().multiply_adds);
  }
}

TEST(LayerList, a_layer_is_inserted_and_taken_out_of_a_chain) {
  LayerList list = LayerList::parse("conv 6 5x5 | relu | flatten | dense 10");
  EXPECT_EQ(list.insert(2, "maxpool 2"), 2);
  EXPECT_EQ(list.text(), "conv 6 5x5 | relu | maxpool 2 | flatten | dense 10");
  list.insert(5, "relu");
  list.insert(0, "identity");
  EXPECT_EQ(list.text(), "identity | conv 6 5x5 | relu | maxpool 2 | flatten | dense 10 | relu");
  list.remove(0);
  list.remove(5);
  list.remove(2);
  EXPECT_EQ(list.text(), "conv 6 5x5 | relu | flatten | dense 10");
  EXPECT_TRUE(list.check({1, 28, 28}, 10).good);
}

TEST(LayerList, joins_follow_their_layers_whatever_is_added_before_them) {
  LayerList list = LayerList::parse("conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | add 1 | from 0 | relu | add 3");
  EXPECT_EQ(list.size(), 6);
  list.insert(0, "identity");
  EXPECT_EQ(list.text(), "identity | conv 8 3x3 pad 1 | relu | conv 8 3x3 pad 1 | add 2 | from 1 | relu | add 4");
  list.insert(3, "batchnorm");
  EXPECT_EQ(list.text(),
            "identity | conv 8 3x3 pad 1 | relu | batchnorm | conv 8 3x3 pad 1 | add 2 | from 1 | relu | add 5");
  // What read the relu reads what it read.
  list.remove(2);
  EXPECT_EQ(list.text(), "identity | conv 8 3x3 pad 1 | batchnorm | conv 8 3x3 pad 1 | add 1 | from 1 | relu | add 4");
  EXPECT_TRUE(list.check({1, 8, 8}).good);
  // The first layer of a branch: the next one reads what it read.
  list.remove(5);
  EXPECT_EQ(list.text(), "identity | conv 8 3x3 pad 1 | batchnorm | conv 8 3x3 pad 1 | add 1 | from 1 | add 4");
  EXPECT_TRUE(list.check({1, 8, 8}).good);
  // The first layer of all: what joined it joins the input.
  list.remove(0);
  list.remove(0);
  EXPECT_EQ(list.text(), "batchnorm | conv 8 3x3 pad 1 | add input | from input | add 2");
  EXPECT_TRUE(list.check({8, 8, 8}).good);
  EXPECT_EQ(list.check({2, 8, 8}).wrong(), 2) << "8 channels and 2";
}

TEST(LayerList, moving_a_layer_takes_its_name_along_and_names_who_comes_too_early) {
  LayerList list = LayerList::parse("a: conv 4 3x3 pad 1 | relu | b: conv 4 3x3 pad 1 | add a | relu");
  list.move(4, 2);
  EXPECT_EQ(list.text(), "a: conv 4 3x3 pad 1 | relu | relu | b: conv 4 3x3 pad 1 | add a");
  EXPECT_TRUE(list.check({3, 9, 9}).good);
  list.move(4, 0);
  EXPECT_EQ(list.text(), "add a | a: conv 4 3x3 pad 1 | relu | relu | b: conv 4 3x3 pad 1");
  const LayerList::Checked checked = list.check({3, 9, 9});
  EXPECT_FALSE(checked.good);
  EXPECT_EQ(checked.wrong(), 0);
  EXPECT_STREQ(checked.rows[0].error->what(), "no layer before this one is called \"a\"");
  EXPECT_FALSE(checked.rows[1].error) << "only the first mistake is one";
  EXPECT_FALSE(checked.rows[1].output) << "and nothing is known behind it";
  list.move(0, 4);
  EXPECT_TRUE(list.check({3, 9, 9}).good);
  list.move(1, 1);
  EXPECT_EQ(list.text(), "a: conv 4 3x3 pad 1 | relu | relu | b: conv 4 3x3 pad 1 | add a");
}

TEST(LayerList, settings_names_and_sources_are_changed_one_by_one) {
  LayerList list = LayerList::parse("conv 6 5x5 | relu | conv 6 3x3 pad 1 | add 1");
  list.rename(1, "stem");
  EXPECT_EQ(list.text(), "conv 6 5x5 | stem: relu | conv 6 3x3 pad 1 | add stem");
  list.replace(1, "tanh");
  EXPECT_EQ(list.text(), "conv 6 5x5 | stem: tanh | conv 6 3x3 pad 1 | add stem");
  list.replace(3, "concat stem 0");
  EXPECT_EQ(list.text(), "conv 6 5x5 | stem: tanh | conv 6 3x3 pad 1 | concat stem 0");
  list.replace(3, "add");
  EXPECT_EQ(list.text(), "conv 6 5x5 | stem: tanh | conv 6 3x3 pad 1 | add stem 0");
  list.replace(0, "first: conv 6 3x3");
  EXPECT_EQ(list.text(), "first: conv 6 3x3 | stem: tanh | conv 6 3x3 pad 1 | add stem first");
  list.set_source(2, "first");
  EXPECT_EQ(list.text(), "first: conv 6 3x3 | stem: tanh | from first | conv 6 3x3 pad 1 | add stem first");
  list.set_source(2, "");
  list.rename(0, "");
  EXPECT_EQ(list.text(), "conv 6 3x3 | stem: tanh | conv 6 3x3 pad 1 | add stem 0");
  EXPECT_TRUE(list.check({1, 12, 12}).good);

  EXPECT_EQ(failure([&] { list.rename(0, "stem"); }), "layer 1 is called \"stem\" already / give each its own name");
  EXPECT_EQ(failure([&] { list.rename(0, "two words"); }),
            "\"two words\" can't be a layer's name / use letters, digits, _ . - and /, not digits alone, and not "
            "\"input\"");
  EXPECT_EQ(failure([&] { list.rename(0, "7"); }).substr(0, 9), "\"7\" can't");
  EXPECT_EQ(failure([&] { list.remove(4); }), "there is no layer number 4 / they go from 0 to 3");
  EXPECT_EQ(failure([&] { list.move(0, -1); }), "there is no layer number -1 / they go from 0 to 3");
  EXPECT_EQ(failure([&] { list.insert(9, "relu"); }), "there is no layer number 9 / they go from 0 to 3");
  EXPECT_EQ(failure([&] { list.insert(1, "relu | relu"); }),
            "\"relu | relu\" is not one layer / write one layer, as in conv 6 5x5 or relu");
  EXPECT_EQ(failure([&] { list.replace(1, "input 3"); }).substr(0, 9), "\"input 3\"");
  EXPECT_EQ(failure([&] { list.insert(0, "stem: relu"); }),
            "two layers would be called \"stem\" / give each its own name");
  EXPECT_EQ(failure([&] { list.set_source(0, "a|b"); }).substr(0, 5), "\"a|b\"");
  EXPECT_EQ(list.text(), "conv 6 3x3 | stem: tanh | conv 6 3x3 pad 1 | add stem 0") << "nothing changed";
}

struct Wrong {
  const char* text;
  int line;  // -1: the list as a whole
  const char* what;
  const char* hint;
};

TEST(LayerList, says_beside_which_layer_what_is_wrong) {
  const Wrong cases[] = {
      {"", -1, "an architecture without layers", "add one, or write: conv 6 5x5 | relu | flatten | dense 10"},
      {"# only a comment", -1, "an architecture without layers",
       "add one, or write: conv 6 5x5 | relu | flatten | dense 10"},
      {"relu | conf 6 5x5 | flatten", 1, "unknown layer \"conf\"", "did you mean"},
      {"conv 6 | relu", 0, "conv needs its kernel size", "write conv FILTERS"},
      {"conv 6 5x5 strid 2", 0, "\"strid\" is not understood after conv", "did you mean \"stride\"?"},
      {"conv 6 5x5 | flatten | conv 6 5x5", 2, "got 3456 values for each picture", "put it before the flatten layer"},
      {"conv 6 5x5 | relu | add nobody", 2, "no layer before this one is called \"nobody\"", ""},
      {"relu | add", 1, "add needs the name of another layer", "say which layer to join: add NAME"},
      {"relu | from 0 | flatten | from 1", 2, "a branch without a layer", "write from NAME"},
      {"relu | from 0 | from input | flatten", 1, "a branch without a layer", "write from NAME"},
      {"a: relu | a: relu", 1, "two layers are called \"a\"", "give each its own name"},
      {"7: relu", 0, "\"7\" can't be a layer's name", "use letters"},
      {"a:", 0, "a name without a layer", "write a layer behind it"},
      {"relu | input 1x28x28", 1, "an input between layers", "write it once"},
      {"input 1x28x28x1x1 | relu", -1, "an input of 5 sizes", "write input CHANNELSxHEIGHTxWIDTH"},
      {"input 3x28x28 | relu", -1, "the network takes 3x28x28, the data set has 1x28x28", "change its input"},
      {"flatten | dense 12", 1, "the last layer gives 12 values, the data set has 10 classes",
       "end the network with dense 10"},
      {"conv 10 3x3", 0, "the last layer gives 10 x 26 x 26 values, the data set has 10 classes",
       "end the network with flatten | dense 10"},
      {"flatten | dense 10 | reshape 10", 2, "the last layer gives 10 values in all, not a row of 10 values for each",
       "keep the first axis"},
      {"flatten | dense 10 | reshape batch,10,1,1", 2, "the last layer gives 10 x 1 x 1 values for each picture, not a",
       "end the network with flatten"},
  };
  for (const Wrong& wrong : cases) {
    const LayerList list = LayerList::parse(wrong.text);
    const LayerList::Checked checked = list.check({1, 28, 28}, 10);
    EXPECT_FALSE(checked.good) << wrong.text;
    EXPECT_EQ(checked.rows.size(), static_cast<size_t>(list.size()));
    if (wrong.line < 0) {
      ASSERT_TRUE(checked.error) << wrong.text;
    } else {
      ASSERT_EQ(checked.wrong(), wrong.line) << wrong.text;
    }
    const Error& error = wrong.line < 0 ? *checked.error : *checked.rows[static_cast<size_t>(wrong.line)].error;
    EXPECT_EQ(std::string(error.what()).rfind(wrong.what, 0), 0u) << wrong.text << ": " << error.what();
    EXPECT_EQ(std::string(error.hint()).rfind(wrong.hint, 0), 0u) << wrong.text << ": " << error.hint();
  }
}

TEST(LayerList, names_a_layer_that_nothing_reads) {
  const LayerList list = LayerList::parse("a: relu | tanh | from a | flatten | dense 10");
  const LayerList::Checked checked = list.check({1, 4, 4}, 10);
  EXPECT_TRUE(checked.good);
  EXPECT_FALSE(checked.rows[0].unread);
  EXPECT_TRUE(checked.rows[1].unread);
  EXPECT_FALSE(checked.rows[3].unread) << "the last one is the answer";
}

// Edits as hands make them, sensible or not, from every model on.
namespace {

// Whether the parser or the shapes refuse it, or pictures of a batch are mixed.
bool is_refused(const std::string& text, const Shape& input) {
  try {
    Architecture parsed = Architecture::parse(text);
    parsed.set_input(input);
    for (const int64_t n : {1, 2, 3}) {
      for (const Shape& shape : parsed.shapes(n)) {
        if (shape.rank() == 0 || shape[0] != n) return true;
      }
    }
  } catch (const Error&) {
    return true;
  }
  return false;
}

}  // namespace

TEST(LayerList, a_name_that_no_layer_had_is_that_of_one_that_gets_it_later) {
  LayerList list = LayerList::parse("relu | from x | tanh");
  EXPECT_EQ(list.check(Shape{1, 4, 4}).wrong(), 1);
  list.rename(0, "x");
  EXPECT_TRUE(list.check(Shape{1, 4, 4}).good);
  ASSERT_EQ(list.text(), "x: relu | from x | tanh");
}

TEST(LayerList, any_sequence_of_edits_gives_an_architecture_or_a_named_error) {
  std::mt19937 random(7);
  const auto pick = [&](int count) { return static_cast<int>(random() % static_cast<uint32_t>(count)); };
  int good = 0, bad = 0, refused = 0;
  for (int run = 0; run < 60; ++run) {
    const Model& model = models()[static_cast<size_t>(run) % models().size()];
    const Shape input{model.channels, model.height, model.width};
    LayerList list = LayerList::parse(model.text(input, model.classes));
    for (int step = 0; step < 40; ++step) {
      const LayerList before = list;
      const int n = list.size();
      try {
        switch (pick(7)) {
          case 0: {
            const std::vector<const LayerKind*> kinds = kinds_to_add();
            const LayerKind& kind = *kinds[static_cast<size_t>(pick(static_cast<int>(kinds.size())))];
            std::string words = std::string(kind.first);
            if (kind.takes == Takes::many) words += ' ' + list.name_of(pick(n + 1) - 1);
            list.insert(pick(n + 1), words);
            break;
          }
          case 1:
            list.remove(pick(n + 1));
            break;
          case 2:
            list.move(pick(n + 1), pick(n + 1));
            break;
          case 3:
            list.rename(pick(n + 1), pick(4) == 0 ? "bad name" : fmt::format("n{}", pick(6)));
            break;
          case 4:
            list.set_source(pick(n + 1), pick(3) == 0 ? "" : list.name_of(pick(n + 1) - 1));
            break;
          case 5:
            list.replace(pick(n + 1), kinds_to_add()[static_cast<size_t>(pick(18))]->first);
            break;
          default: {
            if (n == 0) break;
            const int line = pick(n);
            const std::string words = list.lines()[static_cast<size_t>(line)].words;
            const std::span<const LayerField> settings = layer_settings(LayerLine{{}, words, {}, {}}.kind());
            if (settings.empty()) break;
            const LayerField& setting = settings[static_cast<size_t>(pick(static_cast<int>(settings.size())))];
            const char* values[] = {"1", "2", "3", "0", "on", "off", "x", "5x3", "0.5"};
            list.replace(line, with_layer_setting(words, setting.name, values[pick(9)]));
          }
        }
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()), "");
        EXPECT_NE(std::string(error.hint()), "") << error.what();
        EXPECT_EQ(list, before) << "a refused edit changes nothing";
        ++refused;
        continue;
      }
      ASSERT_EQ(LayerList::parse(list.text()).text(), list.text());
      const LayerList::Checked checked = list.check(input);
      ASSERT_EQ(checked.rows.size(), static_cast<size_t>(list.size()));
      if (checked.good) {
        ++good;
        // What the parser reads from the text is what was built here.
        Architecture parsed = Architecture::parse(list.text());
        parsed.set_input(input);
        ASSERT_EQ(parsed.text(), checked.good->text());
        ASSERT_EQ(parsed.shapes(1).back(), *checked.rows.back().output);
      } else {
        ++bad;
        ASSERT_TRUE(checked.error || checked.wrong() >= 0) << list.text();
        const Error why = checked.error ? *checked.error : *checked.rows[static_cast<size_t>(checked.wrong())].error;
        EXPECT_TRUE(is_refused(list.text(), input)) << list.text() << ": " << why.what();
      }
    }
  }
  EXPECT_GT(good, 100);
  EXPECT_GT(bad, 100);
  EXPECT_GT(refused, 100);
}

TEST(LayerSettings, every_kind_begins_with_words_that_parse_to_themselves) {
  for (const LayerKind* offered : kinds_to_add()) {
    const LayerKind& kind = *offered;
    const std::string words = std::string(kind.first);
    EXPECT_EQ(parse_layer(words)->text(), words);
    // Every setting, written with its own value, leaves them as they are.
    for (const LayerField& setting : layer_settings(kind.word)) {
      const std::string value = layer_setting(words, setting.name);
      if (setting.needed) {
        EXPECT_NE(value, "") << kind.word << " " << setting.name;
      }
      EXPECT_EQ(with_layer_setting(words, setting.name, value), words) << kind.word << " " << setting.name;
    }
  }
}

TEST(LayerSettings, each_setting_is_read_and_written_where_the_layer_prints_it) {
  struct Case {
    const char *words, *name, *value, *result;
  };
  const Case cases[] = {
      {"conv 6 5x5", "filters", "12", "conv 12 5x5"},
      {"conv 6 5x5", "kernel", "3x3", "conv 6 3x3"},
      {"conv 6 5x5 pad 2", "stride", "2x1", "conv 6 5x5 stride 2x1 pad 2"},
      {"conv 6 5x5", "padding", "0,1,0,1", "conv 6 5x5 pad 0,1,0,1"},
      {"conv 6 5x5 pad 2", "dilation", "2", "conv 6 5x5 pad 2 dilation 2"},
      {"conv 6 5x5 no bias", "groups", "2", "conv 6 5x5 groups 2 no bias"},
      {"conv 6 5x5", "bias", "off", "conv 6 5x5 no bias"},
      {"conv 6 5x5 no bias", "bias", "on", "conv 6 5x5"},
      {"dense 10", "neurons", "20", "dense 20"},
      {"dense 10", "bias", "off", "dense 10 no bias"},
      {"maxpool 2", "window", "3", "maxpool 3"},
      {"maxpool 2", "stride", "1", "maxpool 2 stride 1"},
      {"maxpool 3 stride 1", "stride", "", "maxpool 3"},
      {"maxpool 3", "padding", "1", "maxpool 3 pad 1"},
      {"maxpool 3 ceil", "dilation", "2x1", "maxpool 3 dilation 2x1 ceil"},
      {"maxpool 3", "partial-windows", "on", "maxpool 3 ceil"},
      {"avgpool 2", "window", "3x2", "avgpool 3x2"},
      {"avgpool 2", "stride", "1", "avgpool 2 stride 1"},
      {"avgpool 3", "padding", "1", "avgpool 3 pad 1"},
      {"avgpool 3 pad 1", "dilation", "2", "avgpool 3 pad 1 dilation 2"},
      {"avgpool 3", "partial-windows", "on", "avgpool 3 ceil"},
      {"avgpool 3 pad 1", "count-padding", "off", "avgpool 3 pad 1 without padding"},
      {"leakyrelu", "slope", "0.2", "leakyrelu 0.2"},
      {"batchnorm", "epsilon", "0.001", "batchnorm epsilon 0.001"},
      {"batchnorm epsilon 0.001", "momentum", "0.5", "batchnorm epsilon 0.001 momentum 0.5"},
      {"dropout 0.5", "probability", "0.2", "dropout 0.2"},
      {"flatten", "axis", "2", "flatten axis 2"},
      {"concat", "axis", "2", "concat axis 2"},
      {"softmax", "axis", "2", "softmax axis 2"},
      {"softmax axis 2", "from", "1", "softmax from 1"},
      {"logsoftmax from 2", "axis", "3", "logsoftmax axis 3"},
      {"logsoftmax", "from", "2", "logsoftmax from 2"},
      {"globalavgpool", "keep", "on", "globalavgpool keep"},
      {"local 4 3x3", "filters", "8", "local 8 3x3"},
      {"local 4 3x3", "kernel", "5x3", "local 4 5x3"},
      {"local 4 3x3 sets 2x3", "stride", "2", "local 4 3x3 stride 2 sets 2x3"},
      {"local 4 3x3", "padding", "1", "local 4 3x3 pad 1"},
      {"local 4 3x3", "dilation", "2", "local 4 3x3 dilation 2"},
      {"local 4 3x3 no bias", "sets", "2x3", "local 4 3x3 sets 2x3 no bias"},
      {"local 4 3x3", "bias", "off", "local 4 3x3 no bias"},
      {"scaledtanh 0.5 1", "gain", "2", "scaledtanh 2 1"},
      {"scaledtanh 0.5 1", "slope", "2", "scaledtanh 0.5 2"},
      {"sumpool 2", "size", "3", "sumpool 3"},
      {"rbf 10", "neurons", "3", "rbf 3"},
      {"rbf 3", "negative", "on", "rbf 3 negative"},
      {"subsample 2", "channels", "8", "subsample 2 channels 8"},
      {"subsample 2 channels 8", "stride", "3", "subsample 3 channels 8"},
  };
  std::vector<std::string> written;
  for (const Case& c : cases) {
    const std::string result = with_layer_setting(c.words, c.name, c.value);
    EXPECT_EQ(result, c.result);
    EXPECT_EQ(layer_setting(result, c.name), c.value) << c.result;
    const LayerKind& kind = layer_kind(result.substr(0, result.find(' ')));
    EXPECT_EQ(parse_layer(result)->text(), result);
    written.push_back(std::string(kind.word) + '.' + c.name);
  }
  for (const LayerKind* kind : kinds_to_add()) {  // for all others: layer_schema_test.cpp
    for (const LayerField& setting : kind->fields) {
      const std::string name = std::string(kind->word) + '.' + setting.name;
      EXPECT_NE(std::find(written.begin(), written.end(), name), written.end()) << name << " has no case here";
    }
  }
}

TEST(LayerSettings, says_what_cannot_be_set) {
  EXPECT_EQ(failure([] { layer_setting("conv 6 5x5", "filter"); }),
            "conv has no setting \"filter\" / did you mean \"filters\"?");
  EXPECT_EQ(failure([] { layer_setting("relu", "slope"); }), "relu has no settings / there is nothing to set");
  EXPECT_EQ(failure([] { layer_settings("conf"); }).substr(0, 20), "unknown layer \"conf\"");
  EXPECT_EQ(failure([] { with_layer_setting("conv 6 5x5", "filters", "1 | relu"); }),
            "invalid filters \"1 | relu\" for conv / How many kernels: each gives one channel of the output");
  EXPECT_EQ(failure([] { with_layer_setting("conv 6 5x5", "bias", "perhaps"); }).substr(0, 22),
            "invalid bias \"perhaps\"");
  EXPECT_EQ(failure([] { with_layer_setting("conv 6 5x5", "filters", ""); }).substr(0, 18), "invalid filters \"\"");
  // A value that is not a number is the parser's to tell, beside its line.
  EXPECT_EQ(with_layer_setting("conv 6 5x5", "filters", "many"), "conv many 5x5");
  EXPECT_EQ(LayerList::parse("conv many 5x5").check().wrong(), 0);
}

}  // namespace
}  // namespace striate
