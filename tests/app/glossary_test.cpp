// The glossary: its file, where its terms stand in a text, its figures, and asking for any word on the screen.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/glossary/figure.h"
#include "app/glossary/glossary.h"
#include "engine/training/optimizers/optimizer_kind.h"
#include "tests/app/shell_driver.h"

namespace striate {
namespace {

const Glossary& glossary() { return Glossary::built_in(); }

std::string problem_of(const std::string& text) {
  try {
    Glossary::parse(text, "test.md");
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(Glossary, explains_the_terms_of_the_field) {
  EXPECT_GE(glossary().entries().size(), 60u);
  for (const char* term : {"tensor",
                           "channel",
                           "pixel",
                           "kernel",
                           "stride",
                           "padding",
                           "dilation",
                           "convolution",
                           "cross-correlation",
                           "feature map",
                           "receptive field",
                           "pooling",
                           "activation",
                           "ReLU",
                           "dead ReLU unit",
                           "softmax",
                           "logit",
                           "probability",
                           "cross-entropy",
                           "loss",
                           "gradient",
                           "backpropagation",
                           "learning rate",
                           "learning-rate decay",
                           "momentum",
                           "SGD",
                           "Adam",
                           "epoch",
                           "batch",
                           "step",
                           "overfitting",
                           "validation",
                           "test split",
                           "confusion matrix",
                           "precision",
                           "recall",
                           "accuracy",
                           "weight",
                           "bias",
                           "trainable parameter",
                           "multiply-add",
                           "batch normalization",
                           "dropout",
                           "flatten",
                           "dense layer",
                           "bottleneck",
                           "residual connection",
                           "one-hot",
                           "random seed",
                           "normalization",
                           "histogram",
                           "luminance",
                           "gamma",
                           "RGB",
                           "HSV",
                           "YCbCr",
                           "Sobel",
                           "Gaussian",
                           "Laplacian",
                           "separable filter",
                           "norm",
                           "Fourier basis"}) {
    EXPECT_NE(glossary().find(term), nullptr) << term;
  }
  for (const OptimizerKind* kind : optimizer_kinds()) EXPECT_NE(glossary().find(kind->title), nullptr) << kind->title;
}

TEST(Glossary, is_short_and_leads_somewhere) {
  ShellDriver driver;
  std::set<std::string> pages;
  for (const auto& page : driver.app.pages()) pages.insert(page->info().id);
  const std::vector<std::string> figures = figure_names();
  std::set<std::string> used;
  for (const GlossaryEntry& entry : glossary().entries()) {
    EXPECT_LT(entry.text.size(), 420u) << entry.term << " takes more than three sentences";
    EXPECT_GT(entry.text.size(), 40u) << entry.term;
    EXPECT_FALSE(entry.first_sentence().empty());
    EXPECT_TRUE(entry.page.empty() || pages.contains(entry.page)) << entry.term << ": no page " << entry.page;
    if (entry.figure.empty()) continue;
    EXPECT_NE(std::find(figures.begin(), figures.end(), entry.figure), figures.end())
        << entry.term << ": " << entry.figure;
    used.insert(entry.figure);
  }
  for (const std::string& name : figures) EXPECT_TRUE(used.contains(name)) << "no term shows the figure " << name;
  EXPECT_GE(used.size(), 12u);
}

TEST(Glossary, its_file_says_what_is_wrong_with_it) {
  EXPECT_EQ(problem_of("words for writers:\n    ## Term\n    see: ...\n\n## One\n\nIts words.\n"), "");
  EXPECT_EQ(problem_of("## One\nsays: x\n\nWords.\n"), "test.md, line 2: 'says' says nothing about a term");
  EXPECT_EQ(problem_of("## One\n\n## Two\n\nWords.\n"), "test.md, line 1: 'One' has no words");
  EXPECT_EQ(problem_of("## One\nforms: x\n\nWords.\n\n## Two\nforms: x\n\nWords.\n"),
            "test.md: 'x' belongs to 'One' and to 'Two'");
  EXPECT_EQ(problem_of("## One\nforms: x\non: a\n\nWords.\n\n## Two\nforms: x\non: b\n\nWords.\n"), "");
  EXPECT_EQ(problem_of("## One\nsee: Three\n\nWords.\n"), "test.md: 'One' leads to 'Three', which is no term");
}

TEST(Glossary, finds_terms_in_a_text) {
  const std::string text = "The learning-rate decay; STRIDES, and a kernel.";
  const auto at = [&](const char* word, const char* page) {
    const auto match = glossary().at(text, text.find(word) + 1, page);
    return match ? match->entry->term + "|" + text.substr(match->begin, match->end - match->begin) : std::string();
  };
  EXPECT_EQ(at("learning", "train"), "Learning-rate decay|learning-rate decay");  // the longest is meant
  EXPECT_EQ(at("decay", "train"), "Learning-rate decay|learning-rate decay");
  EXPECT_EQ(at("STRIDES", "pixels"), "Stride|STRIDES");
  EXPECT_EQ(at("kernel", "pixels"), "Kernel|kernel");
  EXPECT_EQ(at("The", "train"), "");
  EXPECT_FALSE(glossary().at("strident", 2, "pixels"));
  // "Step" is a training step on the page of training alone.
  EXPECT_TRUE(glossary().at("step", 0, "train"));
  EXPECT_FALSE(glossary().at("Step a kernel", 0, "convolution"));
  EXPECT_EQ(glossary().in("a stride, a kernel, a stride", "pixels").size(), 2u);
  EXPECT_EQ(glossary().entry("biases").term, "Bias");
  EXPECT_THROW(glossary().entry("flower"), Error);
}

// Whatever a hand sets, every figure computes finite numbers; each number changes something.
TEST(Glossary, its_figures_compute) {
  for (const std::string& name : figure_names()) {
    SCOPED_TRACE(name);
    std::unique_ptr<GlossaryFigure> figure = make_figure(name);
    ASSERT_NE(figure, nullptr);
    EXPECT_FALSE(figure->numbers().empty());
    EXPECT_FALSE(figure->results().empty());
    const auto results = [&] {
      std::vector<double> values;
      for (const FigureResult& result : figure->results()) values.push_back(result.value);
      return values;
    };
    for (size_t i = 0; i < figure->numbers().size(); ++i) {
      const FigureNumber number = figure->numbers()[i];
      std::set<std::vector<double>> seen{results()};
      for (const double share : {0.0, 0.35, 0.7, 1.0}) {
        figure->set(number.name, number.minimum + share * (figure->numbers()[i].maximum - number.minimum));
        for (const double value : results()) EXPECT_TRUE(std::isfinite(value)) << number.name;
        seen.insert(results());
      }
      EXPECT_GT(seen.size(), 1u) << number.name << " changes nothing";
      EXPECT_THROW(figure->set(number.name, number.maximum + 1), Error);
      figure->set(number.name, std::min(number.value, figure->numbers()[i].maximum));
    }
    EXPECT_THROW(figure->set("nothing", 0), Error);
    EXPECT_THROW(figure->read("nothing"), Error);
  }
}

TEST(GlossaryFigures, a_number_goes_back_to_where_it_began) {
  const auto figure = make_figure("dropout");
  const double first = figure->numbers()[0].value;
  figure->set(figure->numbers()[0].name, figure->numbers()[0].minimum);
  EXPECT_NE(figure->numbers()[0].value, first);
  EXPECT_EQ(figure->numbers()[0].start, first);
}

double number_of(const std::string& figure, const std::vector<std::pair<const char*, double>>& set, const char* read) {
  const auto made = make_figure(figure);
  for (const auto& [name, value] : set) made->set(name, value);
  return made->read(read);
}

TEST(Glossary, its_figures_are_right) {
  // Rows 0 to 2, columns 0 to 2 of the figure's input, times 1 2 1; 2 4 2; 1 2 1.
  EXPECT_EQ(number_of("convolution", {{"place", 0}}, "sum"), 1 + 0 + 4 + 16 + 8 + 10 + 2 + 18 + 3);
  EXPECT_EQ(number_of("stride", {{"stride", 2}}, "rows"), 2);
  EXPECT_EQ(number_of("stride", {{"stride", 3}}, "rows"), 2);
  EXPECT_EQ(number_of("padding", {{"padding", 1}}, "rows"), 6);
  EXPECT_EQ(number_of("dilation", {{"dilation", 2}}, "rows"), 2);
  EXPECT_EQ(number_of("flip", {{"flip", 1}, {"place", 0}}, "sum"),
            -number_of("flip", {{"flip", 0}, {"place", 0}}, "sum"));
  EXPECT_EQ(number_of("pooling", {{"kind", 0}, {"place", 0}}, "value"), 8);
  EXPECT_EQ(number_of("pooling", {{"kind", 1}, {"place", 0}}, "value"), 2.75);
  EXPECT_EQ(number_of("field", {{"layers", 2}}, "field"), 5);
  EXPECT_EQ(number_of("field", {{"layers", 3}, {"stride", 2}}, "field"), 15);
  EXPECT_EQ(number_of("field", {{"layers", 1}, {"dilation", 2}}, "read"), 3);
  EXPECT_EQ(number_of("relu", {{"x", -2}}, "y"), 0);
  EXPECT_EQ(number_of("relu", {{"x", 2}}, "slope"), 1);
  EXPECT_NEAR(number_of("sigmoid", {{"x", 0}}, "y"), 0.5, 1e-6);
  EXPECT_NEAR(number_of("softmax", {{"cat", 0}, {"dog", 0}, {"owl", 0}}, "share-dog"), 1.0 / 3, 1e-6);
  EXPECT_NEAR(number_of("crossentropy", {{"cat", 0}, {"dog", 0}, {"owl", 0}}, "loss"), std::log(3.0), 1e-5);
  // (w - 1)^2: the gradient at -2 is -6; one step of 0.1 goes to -1.4.
  EXPECT_NEAR(number_of("gradient", {{"w", -2}}, "gradient"), -6, 1e-5);
  EXPECT_NEAR(number_of("rate", {{"w", -2}, {"rate", 0.1}, {"steps", 1}}, "weight"), -1.4, 1e-5);
  EXPECT_NEAR(number_of("rate", {{"w", -2}, {"rate", 1}, {"steps", 2}}, "weight"), -2, 1e-5) << "it jumps to and fro";
  EXPECT_EQ(number_of("confusion", {{"found", 3}, {"missed", 1}, {"wrong", 2}, {"rejected", 4}}, "precision"), 0.6);
  EXPECT_EQ(number_of("confusion", {{"found", 3}, {"missed", 1}, {"wrong", 2}, {"rejected", 4}}, "recall"), 0.75);
  EXPECT_NEAR(number_of("batchnorm", {{"scale", 1}}, "after"), 0, 1e-5);
  EXPECT_NEAR(number_of("batchnorm", {{"scale", 2}}, "deviation"), 2, 1e-3);
  EXPECT_EQ(number_of("parameters", {{"size", 5}, {"channels", 1}, {"filters", 6}}, "parameters"), 156);
  EXPECT_EQ(number_of("histogram", {}, "count"), 192);
  EXPECT_NEAR(number_of("gaussian", {}, "ksum"), 1, 1e-12);
  EXPECT_NEAR(number_of("luminance", {{"red", 253}, {"green", 235}, {"blue", 62}}, "gray"), 220.66, 0.01);
  EXPECT_NEAR(number_of("gamma", {}, "light"), 0.2195, 1e-3);
}

// ---- on the screen --------------------------------------------------------------------------------------------------

TEST(GlossaryView, opens_a_term_and_its_figure_moves) {
  ShellDriver driver;
  driver.run("glossary stride");
  EXPECT_EQ(driver.text("glossary.term"), "Stride");
  EXPECT_FALSE(driver.text("glossary.text").empty());
  EXPECT_GE(driver.number("glossary.terms"), 60);
  EXPECT_EQ(driver.number("glossary.number stride"), 2);
  driver.run("glossary.set stride 1");
  EXPECT_EQ(driver.number("glossary.number rows"), 4);
  driver.shell.ui().focus_on("stride");
  driver.settle();
  driver.key("Right");
  EXPECT_EQ(driver.number("glossary.number stride"), 2);
  driver.click("padding");  // what belongs to it
  EXPECT_EQ(driver.text("glossary.term"), "Padding");
  driver.click("Page: Step a kernel");
  EXPECT_EQ(driver.text("page"), "convolution");
  EXPECT_EQ(driver.text("glossary.term"), "");
  EXPECT_THROW(driver.app.run("glossary flower"), Error);
  EXPECT_THROW(driver.app.run("glossary.set stride 1"), Error);
}

TEST(GlossaryView, a_click_on_a_cell_moves_the_window_there) {
  ShellDriver driver;
  driver.run("glossary convolution");
  const Item* output = driver.shell.ui().find_item("figure output");
  ASSERT_NE(output, nullptr);
  driver.press_at({output->rect.x + output->rect.w * 0.99f, output->rect.y + output->rect.h * 0.99f});
  EXPECT_EQ(driver.number("glossary.number place"), 15);
}

TEST(GlossaryView, finds_by_typing) {
  ShellDriver driver;
  driver.run("glossary");
  driver.type("backprop");
  driver.key("Enter");
  EXPECT_EQ(driver.text("glossary.term"), "Backpropagation");
  driver.key("Escape");
  driver.key("Escape");
  EXPECT_EQ(driver.shell.ui().find_item("glossary background"), nullptr);
}

// Every entry is drawn, in the least window and while presenting, and nothing lies outside.
TEST(GlossaryView, draws_every_entry) {
  for (const Vec size : {kLeastWindow, Vec{1280, 800}}) {
    for (const bool presentation : {false, true}) {
      ShellDriver driver(size);
      driver.run(presentation ? "presentation on" : "presentation off");
      for (const GlossaryEntry& entry : glossary().entries()) {
        driver.app.run("glossary " + entry.term);
        driver.frame();
        driver.frame();
        for (const Item& item : driver.shell.ui().items()) {
          if (item.layer == 0 || item.visible.empty()) continue;
          const Rect window{0, 0, size.x, size.y};
          EXPECT_TRUE(window.inset(-0.5f).contains(item.visible)) << entry.term << ": " << item.label;
          EXPECT_NEAR(item.visible.w, item.rect.w, 1) << entry.term << ": '" << item.label << "' is cut";
        }
      }
    }
  }
}

// Where a word stands on the screen: the first place under which the mouse finds the term.
bool point_at(ShellDriver& driver, const std::string& term, const Rect& area) {
  for (float y = area.y + 4; y < area.bottom(); y += 7) {
    for (float x = area.x + 4; x < area.right(); x += 18) {
      driver.move({x, y});
      driver.frame();
      driver.frame();
      if (driver.shell.ui().term() && driver.shell.ui().term()->term == term) return true;
    }
  }
  return false;
}

TEST(GlossaryView, any_word_can_be_asked_for_in_labels_and_in_lessons) {
  ShellDriver driver;
  driver.run("page convolution");
  driver.shell.ui().focus_on("stride");  // scrolls it into view
  driver.settle();
  driver.shell.ui().leave_focus();
  ASSERT_TRUE(point_at(driver, "Stride", driver.shell.layout().inspector)) << "a slider's label";
  driver.queue.button(1, true);
  driver.queue.button(1, false);
  driver.settle();
  EXPECT_EQ(driver.text("glossary.term"), "Stride");
  driver.run("glossary.close");
  driver.run("lesson stride");
  ASSERT_TRUE(point_at(driver, "Kernel", driver.shell.layout().narration)) << "a lesson's prose";
  driver.key("Shift+F1");
  EXPECT_EQ(driver.text("glossary.term"), "Kernel");
  driver.run("glossary.close");
  driver.move({-1, -1});
  driver.settle();
  EXPECT_EQ(driver.shell.ui().term(), nullptr);
}

TEST(GlossaryView, Shift_F1_explains_what_has_the_keyboard_or_lists_what_is_on_the_screen) {
  ShellDriver driver;
  driver.run("page convolution");
  driver.shell.ui().focus_on("stride");
  driver.settle();
  driver.key("Shift+F1");
  EXPECT_EQ(driver.text("glossary.term"), "Stride");
  driver.run("glossary.close");
  driver.shell.ui().leave_focus();
  driver.settle();
  driver.run("glossary");
  // The terms on the screen stand before all others: "Kernel" above "Accuracy".
  const auto place = [&](const char* label) {
    const auto& items = driver.shell.ui().items();
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const Item& item) { return item.label == std::string("term ") + label; });
    return found == items.end() ? 1e9f : found->rect.y;
  };
  EXPECT_LT(place("Kernel"), place("Accuracy"));
}

TEST(GlossaryView, every_page_has_words_that_can_be_asked_for) {
  ShellDriver driver;
  for (const auto& page : driver.app.pages()) {
    if (page->info().chapter.empty()) continue;
    driver.run("page " + page->info().id);
    std::vector<std::string> texts;
    driver.shell.ui().record_texts(&texts);
    driver.frame();
    driver.shell.ui().record_texts(nullptr);
    std::string all;
    for (const std::string& text : texts) all += text + " ";
    EXPECT_GE(glossary().in(all, page->info().id).size(), 3u) << page->info().id;
  }
}

TEST(Palette, has_settings_with_their_values_and_terms) {
  ShellDriver driver;
  driver.key("Ctrl+K");
  driver.type("receptive");
  driver.key("Enter");
  EXPECT_EQ(driver.text("glossary.term"), "Receptive field");
  driver.run("glossary.close");
  driver.key("Ctrl+K");
  driver.type("motion");
  const Item* line = driver.shell.ui().find_item("motion");
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->kind, "command");
  driver.key("Enter");
  // Its words are offered, what it is not yet first.
  EXPECT_TRUE(driver.app.settings().motion);
  driver.key("Enter");
  EXPECT_FALSE(driver.app.settings().motion);
  EXPECT_EQ(driver.shell.ui().find_item("palette background"), nullptr);
}

}  // namespace
}  // namespace striate
