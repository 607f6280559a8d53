// Every page in the made-up language, whose texts are longer and stand in brackets: what is drawn is one whole text of
// a template, or data; nothing is put together from pieces, and nothing is cut: not in any language that there is
// either. That things don't overlap or leave the window in it is looked at in window_sizes_test.cpp.
//
// Where this fails: a text that stands in English is not asked for (tr, app/words/words.h), or is missing from a
// template (scripts/catalogs.sh); "pieces" are two texts without a sign between them: one text with placeholders.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/command/setting.h"
#include "app/glossary/glossary.h"
#include "app/network/network_in_use.h"
#include "app/network/network_moment.h"
#include "app/shell/lesson_prose.h"
#include "app/shell/samples.h"
#include "app/words/languages.h"
#include "app/words/words.h"
#include "engine/filter.h"
#include "engine/network/layer_kind.h"
#include "engine/network/layer_settings.h"
#include "engine/network/models.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

// Words that are the same in every language: proper names, units, keys, types, letters of formulas.
const std::set<std::string, std::less<>> kNames = {
    "Striate", "PyTorch", "NumPy",     "Keras",  "ONNX",    "CUDA", "CPU",   "GPU",    "MNIST",    "CIFAR",
    "Adam",    "SGD",     "ReLU",      "GELU",   "Tanh",    "RGB",  "HSV",   "YCbCr",  "Cb",       "Cr",
    "HWC",     "CHW",     "BGR",       "PNG",    "JPEG",    "BMP",  "GIF",   "WebP",   "ms",       "kB",
    "MB",      "GB",      "px",        "dL",     "dy",      "dx",   "max",   "min",    "mod",      "uint",
    "float",   "NaN",     "nan",       "inf",    "ln",      "Ctrl", "Shift", "Tab",    "Escape",   "Enter",
    "Space",   "Home",    "End",       "Left",   "Right",   "Up",   "Down",  "PageUp", "PageDown", "Plus",
    "Minus",   "Delete",  "Backspace", "argmax", "softmax", "tanh", "exp",   "floor",  "ceil"};

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// Names of things of the moment: files, classes, layers, kernels, commands.
class Data {
 public:
  explicit Data(ShellDriver& driver) {
    const App& app = driver.app;
    // Lessons and the glossary are files of their own for each language.
    for (const LessonEntry& lesson : LessonSession::entries()) whole(lesson.title);
    for (const GlossaryEntry& entry : Glossary::built_in().entries()) {
      whole(entry.term);
      whole(entry.text);
      whole(entry.first_sentence());
    }
    if (app.lessons().is_open()) {
      for (const LessonStep& step : app.lessons().lesson().steps) whole(step.heading);
    }
    for (const SamplePicture& sample : samples()) words(sample.name);
    for (const std::vector<Model>* list : {&models(), &large_models()}) {
      for (const Model& model : *list) words(model.name);
    }
    for (const auto& [name, command] : app.registry().commands()) {
      whole(command.usage());
      for (const std::string& choice :
           command.parameters.empty() ? std::vector<std::string>() : command.parameters[0].choices)
        whole(name + " " + quoted(choice));
    }
    if (app.document().image) words(app.document().image->name + " " + app.document().image->format);
  }

  void whole(const std::string& text) { wholes_.insert(text); }
  void words(std::string_view text) {
    for (size_t i = 0; i < text.size();) {
      size_t end = i;
      while (end < text.size() && is_letter(text[end])) ++end;
      if (end > i) words_.insert(std::string(text.substr(i, end - i)));
      i = end + 1;
    }
  }
  bool knows(const std::string& text) const { return wholes_.contains(text); }
  bool knows_word(std::string_view word) const { return words_.contains(word) || kNames.contains(word); }

 private:
  std::set<std::string> wholes_;
  std::set<std::string, std::less<>> words_;
};

// Signs that set a name or a number apart from the words around it, so that it need not bend with them.
bool sets_apart(std::string_view between) {
  return between.find_first_of(".:,;()/|+=-0123456789!?\n") != std::string_view::npos ||
         between.find("\u00d7") != std::string_view::npos || between.find("\u00b7") != std::string_view::npos ||
         between.find("\u2013") != std::string_view::npos || between.find("\u2192") != std::string_view::npos;
}

constexpr const char* kOpen = "a text that does not end";

// Whether a text is of this program, not a name of the moment, which may be as long as it likes.
bool is_words(const std::string& text, const Data& data) {
  return !data.knows(text) && !data.knows_word(text) && std::any_of(text.begin(), text.end(), is_letter);
}

// What is wrong with a drawn text; empty: nothing.
std::string problem_of(const std::string& text, const Data& data) {
  if (data.knows(text)) return {};
  std::string word, between;
  int depth = 0;
  bool after_one = false, coded = false;
  for (size_t i = 0; i <= text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (i < text.size() && is_letter(text[i])) {
      if (word.empty() && i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9') coded = true;  // 0xBF, 3x3
      word += text[i];
      continue;
    }
    if (word.size() > 1 && !coded && !data.knows_word(word)) return "'" + word + "' is in English";
    if (word.size() > 1 && depth == 0 && after_one) between += word;
    word.clear();
    coded = false;
    if (rest.starts_with(kMadeUpBegin)) {
      if (depth == 0 && after_one && !sets_apart(between)) return "two texts without a sign between them";
      ++depth;
      if (depth > 1) {
        // A name within a sentence: at its beginning or end, or set apart.
        const std::string_view before = std::string_view(text).substr(0, i);
        const size_t outer = before.rfind(kMadeUpBegin), inner_end = text.find(kMadeUpEnd, i);
        const std::string_view after =
            std::string_view(text).substr(std::min(text.size(), inner_end + kMadeUpEnd.size()));
        const bool first = before.substr(outer + kMadeUpBegin.size()).find_first_not_of(" *") == std::string_view::npos;
        const bool last = after.starts_with(kMadeUpEnd) || after.starts_with(".") || after.starts_with("**");
        const std::string_view sign = before.substr(before.size() >= 3 ? before.size() - 3 : 0);
        const bool apart = sets_apart(sign) || sets_apart(after.substr(0, 2));
        if (!first && !last && !apart) return "a text within a text";
      }
      between.clear();
      i += kMadeUpBegin.size() - 1;
    } else if (rest.starts_with(kMadeUpEnd)) {
      --depth;
      if (depth < 0) return "a text that ends twice";
      after_one = true;
      between = i > 0 ? std::string(1, text[i - 1]) : "";
      i += kMadeUpEnd.size() - 1;
    } else if (depth == 0 && after_one && i < text.size()) {
      between += text[i];
    }
  }
  return depth != 0 ? kOpen : "";
}

// Every page in the made-up language and in each that there is.
class PagesInLanguage : public testing::TestWithParam<std::string> {
 protected:
  // One window for all tests of a language.
  static ShellDriver& driver() {
    static std::map<std::string, std::unique_ptr<ShellDriver>> windows;
    std::unique_ptr<ShellDriver>& window = windows[GetParam()];
    if (!window) {
      Settings settings;
      settings.language = GetParam();
      window = std::make_unique<ShellDriver>(Vec{1280, 800}, settings);
    }
    return *window;
  }
  static bool made_up_here() { return GetParam() == kMadeUpLanguage; }
  void SetUp() override {
    use_language(GetParam());
    driver().run("page pixels");
    driver().run("open portrait");
  }
  void TearDown() override { use_language("en"); }

  // Everything that the next frame writes.
  static std::vector<Ui::WholeText> written() {
    std::vector<Ui::WholeText> texts;
    driver().shell.ui().record_whole(&texts);
    driver().frame();
    driver().shell.ui().record_whole(nullptr);
    return texts;
  }

  // `code`: what stands in the face of numbers is a program's source.
  void look(const std::string& where, const std::function<void(Data&)>& more = {}, bool code = false) {
    Data data(driver());
    if (more) more(data);
    const std::vector<Ui::WholeText> texts = written();
    EXPECT_FALSE(texts.empty()) << where;
    for (size_t i = 0; i < texts.size(); ++i) {
      Ui::WholeText text = texts[i];
      if (code && text.font == Font::number) continue;
      // A text may be drawn in parts, one after another: those of another color.
      while (made_up_here() && problem_of(text.text, data) == kOpen && i + 1 < texts.size())
        text.text += " " + texts[++i].text;
      const std::string problem = made_up_here() ? problem_of(text.text, data) : "";
      if (!problem.empty() && told_.insert(text.text).second)
        ADD_FAILURE() << where << ": " << problem << ": " << text.text;
      const bool has_words = made_up_here() ? text.text.find(kMadeUpBegin) != std::string::npos
                                            : text.font != Font::number && is_words(text.text, data);
      if (has_words && text.cut && told_.insert("cut " + text.text).second) {
        ADD_FAILURE() << where << ": cut: " << text.text;
      }
    }
  }
  void run_and_look(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      driver().run(line);
      look(line);
    }
  }

 private:
  std::set<std::string> told_;
};

TEST(MadeUp, a_rule_that_finds_nothing_is_noticed) {
  Settings settings;
  settings.language = kMadeUpLanguage;
  ShellDriver driver({1280, 800}, settings);
  const Data data(driver);
  EXPECT_EQ(problem_of("«Óþéñ»", data), "");
  EXPECT_EQ(problem_of("« ŕóẁ {}: 3» 12.5 ms", data), "");
  EXPECT_EQ(problem_of("«Ŕóŵ 3.» «Ţŵó» ", data), "");
  EXPECT_NE(problem_of("Open", data), "");
  EXPECT_NE(problem_of("«Óþéñ» now", data), "");
  EXPECT_NE(problem_of("«Óþéñ» «ñóŵ»", data), "");
  EXPECT_NE(problem_of("«ğŕáý ĭš «ďáŕķ» ñóŵ»", data), "");
  EXPECT_NE(problem_of("«Óþéñ", data), "");
  use_language("en");
}

// What tooltips, the palette and the help say.
TEST_P(PagesInLanguage, help_of_commands_settings_keys_and_pages_is_in_the_catalogs) {
  const auto expect_known = [](const std::string& text, const std::string& of) {
    const bool has_letters = std::any_of(text.begin(), text.end(), is_letter);
    if (!has_letters) return;
    EXPECT_NE(tr(std::string_view(text)).data(), text.data()) << of << ": " << text;
  };
  for (const auto& [name, command] : driver().app.registry().commands()) {
    expect_known(command.help, name);
    const Setting* setting = driver().app.registry().find_setting(name);
    if (setting) expect_known(setting->label, name);
  }
  for (const auto& page : driver().app.pages()) {
    driver().run("page " + page->info().id);
    for (const std::string& text : {page->info().title, page->info().chapter, page->info().help}) {
      expect_known(text, page->info().id);
    }
    for (const Page::Key& key : driver().app.page().keys()) expect_known(key.help, page->info().id + " " + key.key);
  }
}

TEST_P(PagesInLanguage, pixels) {
  run_and_look({"page pixels", "pixels.panel spaces", "pixels.panel weights", "pixels.weights 1 1 1", "pixels.reset",
                "pixels.panel types", "pixels.dtype wrap", "pixels.dtype saturate", "pixels.dtype none",
                "pixels.panel picture", "pixels.space hsv", "pixels.component 2", "pixels.space ycbcr",
                "pixels.space gray", "open sample:balloons", "pixels.pin on", "open portrait", "pixels.space rgb"});
}

TEST_P(PagesInLanguage, channels) {
  run_and_look({"page channels", "channels.panel memory", "channels.panel mix", "open sample:balloons",
                "channels.brush r 10 60", "channels.panel memory", "channels.order chw", "channels.order bgr",
                "channels.show r", "channels.gain r 1.5", "channels.brush.clear", "open portrait"});
}

TEST_P(PagesInLanguage, filters) {
  run_and_look({"page filters", "filters.show minmax", "filters.show abs", "filters.show offset", "filters.kernel blur",
                "filters.add", "filters.repeat 2", "filters.strength 0.5", "filters.divisor 2", "filters.offset 10",
                "filters.tab pixel", "filters.walk 3", "filters.size 7", "filters.kernel 1 2; 3 4",
                "filters.tab filter", "filters.reset", "open sample:balloons", "filters.tab pixel",
                "filters.channel green"});
  for (const char* line : {"filters.tab code", "filters.source numpy"}) {
    driver().run(line);
    look(line, {}, true);
  }
  for (const char* line : {"filters.tab filter", "open portrait", "filters.reset"}) driver().run(line);
}

TEST_P(PagesInLanguage, convolution) {
  run_and_look({"page convolution",           "convolution.stride 2",
                "convolution.padding 2",      "convolution.mode reflect",
                "convolution.mode wrap",      "convolution.mode replicate",
                "convolution.bias 2",         "convolution.divisor 3",
                "convolution.offset 5",       "convolution.clamp on",
                "convolution.pin 0 0",        "convolution.pin 1 1 input",
                "convolution.pin 1 1 kernel", "convolution.walk 3",
                "convolution.show minmax",    "open sample:balloons",
                "convolution.reset",          "convolution.input image",
                "convolution.color on",       "convolution.groups 3",
                "convolution.reset",          "open portrait"});
}

TEST_P(PagesInLanguage, pooling) {
  run_and_look({"page pooling", "pooling.pin 0 0", "pooling.pin 1 1 input", "pooling.view gradient",
                "pooling.view shift", "pooling.view forward", "pooling.kind average", "pooling.padding 1",
                "pooling.kind global", "pooling.input image", "pooling.tool paint", "pooling.reset"});
}

TEST_P(PagesInLanguage, network) {
  const auto layers = [](Data& data) {
    const NetworkMomentPtr& moment = driver().app.document().network->moment();
    if (!moment || !moment->info) return;
    for (const OpenLayer& layer : moment->info->layers) data.words(layer.text + " " + layer.name);
    for (const std::string& name : moment->info->classes) data.words(name);
    data.words(moment->info->name + " " + moment->picture.name);
    // How a picture is prepared is said by the engine, with its numbers.
    for (const PreprocessingStep& step : moment->input.steps)
      data.whole(step.name + " " + step.words), data.whole(step.words);
    data.words("NEC UIUC XRCE AlexNet SuperVision Clarifai GoogLeNet VGG ResNet");  // who won
    data.words("picture resize gray scale");
  };
  for (const char* line :
       {"page network", "network.open lenet5", "network.select 3", "network.lesion 0 1", "network.restore",
        "network.image sample:balloons", "page pretrained", "pretrained.open resnet20", "pretrained.view input",
        "pretrained.view block", "pretrained.unroll best", "pretrained.view against", "pretrained.view folder",
        "pretrained.view history"}) {
    driver().run(line);
    look(line, layers);
  }
}

// Terms of the glossary are in its own file for each language; so are the classes of its figures.
void add_entry(Data& data, const GlossaryEntry& entry) {
  for (const std::string& form : entry.forms) data.words(form);
  for (const std::string& other : entry.see) data.whole(Glossary::built_in().entry(other).term), data.whole(other);
  data.words("cat dog owl");
}

// The layers of the network that is built, as their text has them; names of its tensors, data and losses, and of what
// optimizers keep: the words of formulas and commands.
void add_network(Data& data) {
  data.words(
      "conv relu maxpool flatten dense tiny digits cross entropy weight bias threads number of seed "
      "pad stride no add subsample batchnorm "
      "mean square velocity beta epsilon rate step adam sgd momentum gradient");
}

TEST_P(PagesInLanguage, home_help_palette_glossary_browser_and_notices) {
  run_and_look({"page home", "help on", "help off"});
  for (const char* line : {"page train", "help on", "help off"}) {
    driver().run(line);
    look(line, add_network);
  }
  run_and_look({"page pixels", "palette on", "palette off", "glossary"});
  for (const char* term : {"stride", "softmax"}) {
    driver().run(std::string("glossary ") + term);
    look(term, [&](Data& data) { add_entry(data, Glossary::built_in().entry(term)); });
  }
  driver().run("glossary.close");
  const auto files = [](Data& data) {
    for (const auto& entry : std::filesystem::directory_iterator(".")) data.words(entry.path().filename().string());
    data.words(std::filesystem::current_path().string() + " portrait-pixels.png");
  };
  for (const char* line : {"browse open", "browse save"}) {
    driver().run(line);
    look(line, files);
    driver().run("browse close");
  }
  driver().app.send("open /nonexistent/folder/picture.png");
  driver().settle();
  look("a notice of an error", [](Data& data) { data.words("/nonexistent/folder/picture.png"); });
  driver().run("notice.dismiss");
}

TEST_P(PagesInLanguage, glossary_figures) {
  for (const GlossaryEntry& entry : Glossary::built_in().entries()) {
    if (entry.figure.empty()) continue;
    driver().run("glossary " + quoted(entry.term));
    look("glossary " + entry.term, [&](Data& data) { add_entry(data, entry); });
  }
  driver().run("glossary.close");
}

TEST_P(PagesInLanguage, a_lesson_keeps_its_own_words_and_the_band_around_them_is_translated) {
  driver().run("lesson stride");
  look("lesson stride", [](Data& data) {
    for (const LessonStep& step : driver().app.lessons().lesson().steps) {
      for (const ProseBlock& block : step.prose) data.words(plain_words(std::vector<ProseBlock>{block}));
      if (step.question) data.words(plain_words(step.question->words));
    }
  });
  driver().run("lesson.close");
}

TEST_P(PagesInLanguage, train) {
  driver().run("page train");
  look("page train", add_network);
  for (const char* line : {"train.data digits:120", "train.model tiny", "train.batch 16", "train.step batch"}) {
    driver().run(line);
  }
  for (const char* tab : {"overview", "layers", "tests", "draw", "compare", "step", "unit", "build", "data"}) {
    driver().run(std::string("train.view ") + tab);
    look(std::string("train.view ") + tab, add_network);
  }
  for (const char* line : {"train.view layers",
                           "train.layers.gradients on",
                           "train.layers.all on",
                           "train.layers.scale map",
                           "train.view tests",
                           "train.tests.show batch",
                           "train.tests.show mistakes",
                           "train.tests.cell 1 9",
                           "train.view draw",
                           "train.draw 60 60 120 200",
                           "train.draw clear",
                           "train.view unit",
                           "train.unit.show channels",
                           "train.unit.show window",
                           "train.unit.source batch",
                           "train.unit.walk 3",
                           "train.unit.open 3 1",
                           "train.unit.layer 1",
                           "train.unit.layer 2",
                           "train.unit.layer 7",
                           "train.view step",
                           "train.step phase",
                           "train.step phase",
                           "train.step phase",
                           "train.step phase",
                           "train.step.way weights",
                           "train.step.walk 4",
                           "train.step.way input",
                           "train.step.layer 7",
                           "train.step.way weights",
                           "train.step.way layers",
                           "train.step phase",
                           "train.augment shift 2",
                           "train.schedule step 100 0.5",
                           "train.optimizer sgd momentum 0.9",
                           "train.view data",
                           "train.data.sample 4",
                           "train.view overview",
                           "train.curves.smooth 5"}) {
    driver().run(line);
    look(line, add_network);
  }
  // The first sentence of a layer's explanation, and its words in a network's text.
  const auto kinds = [](Data& data) {
    add_network(data);
    for (const LayerKind* kind : kinds_to_add()) {
      data.words(syntax_of(*kind));
      const std::string whole = made_up(kind->explanation);
      data.whole(whole.substr(0, whole.find(". ") + 1));
      data.words(names_elsewhere(*kind));
      for (const LayerField& field : kind->fields) data.words(field.name);
    }
  };
  for (const char* line : {"train.view build", "train.build.menu on", "train.build.menu off", "train.build.select 0",
                           "train.build.select 2"}) {
    driver().run(line);
    look(line, kinds);
  }
  for (const char* line : {"train.reset", "train.discard no", "train.view compare", "train.compare rate 0.1"}) {
    driver().run(line);
    look(line, kinds);
  }
  driver().run("train.compare off");
}

// The other pages as they open, and their tabs. What stands in fields is typed: it is the same in every language.
TEST_P(PagesInLanguage, neuron) {
  const auto functions = [](Data& data) { data.words("sin mse Huber RMSprop"); };
  for (const char* line : {"page neuron", "neuron.view step", "neuron.view losses", "neuron.view race"}) {
    driver().run(line);
    look(line, functions, true);
  }
}
TEST_P(PagesInLanguage, sharing) {
  driver().run("page sharing");
  look("page sharing", [](Data& data) { data.whole("digits"); });
}
TEST_P(PagesInLanguage, lenet) { run_and_look({"page lenet"}); }
TEST_P(PagesInLanguage, architecture) {
  driver().run("page architecture");
  look("page architecture", add_network);
}
TEST_P(PagesInLanguage, pretrained) {
  driver().run("page pretrained");
  look("page pretrained", [](Data& data) {
    add_network(data);
    data.words("NEC UIUC XRCE AlexNet SuperVision Clarifai GoogLeNet VGG ResNet");  // the challenge's winners
  });
}
TEST_P(PagesInLanguage, features) {
  driver().run("page features");
  look("page features", [](Data& data) {
    add_network(data);
    data.words("maps-0-0.png");
    for (const char* layer : {"conv 16 3x3 pad 1 no bias", "conv 32 3x3 stride 2 pad 1 no bias"}) data.whole(layer);
  });
}
TEST_P(PagesInLanguage, transfer) {
  driver().run("page transfer");
  look("page transfer", [](Data& data) { data.whole("usual"); });
}
TEST_P(PagesInLanguage, satellite) {
  driver().run("page satellite");
  look("page satellite", [](Data& data) {
    data.words("barren cropland forest grassland savanna shrubland snow urban water world color");  // classes
  });
}
TEST_P(PagesInLanguage, hardware) {
  driver().run("page hardware");
  look(
      "page hardware", [](Data& data) { data.words("kernels/teach_copy.h strided"); }, true);
}

std::vector<std::string> shown_languages() {
  std::vector<std::string> all = languages();
  all[0] = kMadeUpLanguage;  // English is looked at everywhere else
  return all;
}
INSTANTIATE_TEST_SUITE_P(All, PagesInLanguage, testing::ValuesIn(shown_languages()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace striate
