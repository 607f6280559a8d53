// What is read from the screen rather than clicked: the numbers of rows and columns at the edge of grids, the numbers
// of the confusion matrix on a projector, names of layers that are the same everywhere, words that lead to where things
// are, and things that stand still while others change.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/app/shell_driver.h"

namespace striate {
namespace {

class Looks : public testing::Test {
 protected:
  explicit Looks(Vec size = {1280, 720}) : driver(size) {}

  std::vector<std::string> texts() {
    std::vector<std::string> drawn;
    driver.shell.ui().record_texts(&drawn);
    driver.frame();
    driver.shell.ui().record_texts(nullptr);
    return drawn;
  }
  int64_t count(const std::string& text) {
    const std::vector<std::string> drawn = texts();
    return std::count(drawn.begin(), drawn.end(), text);
  }
  std::string all() {
    std::string joined;
    for (const std::string& text : texts()) joined += text + " ";
    return joined;
  }
  Rect place(const std::string& label) {
    const Item* item = driver.shell.ui().find_item(label);
    EXPECT_NE(item, nullptr) << "nothing is called '" << label << "'";
    return item ? item->rect : Rect{};
  }
  void train(const std::string& data) {
    driver.run("train.data " + data);
    driver.run("train.model tiny");
    driver.run("train.batch 16");
    driver.run("train.step batch");
    driver.run("page train");
  }

  ShellDriver driver;
};

TEST_F(Looks, rows_and_columns_of_a_picture_are_numbered_from_0_at_its_edge) {
  for (const char* page : {"pixels", "channels", "filters"}) {
    driver.run(std::string("page ") + page);
    driver.run("open portrait");
    driver.run("presentation off");
    for (const char* mode : {"presentation off", "presentation on"}) {
      driver.run(mode);
      EXPECT_EQ(count("15"), 1) << page << ", " << mode << ": the last row";
      EXPECT_EQ(count("11"), 2) << page << ", " << mode << ": the last column, and a row";
    }
    driver.run("presentation off");
  }
  driver.run("page pixels");
  driver.run("pixels.cursor 6 7");
  driver.run("pixels.zoom 8");
  EXPECT_EQ(count("15"), 0) << "where cells have no numbers, rows have none";
}

TEST_F(Looks, rows_and_columns_of_a_zoomed_picture_are_numbered_at_the_edge_of_the_stage) {
  driver.run("open sample:balloons");
  driver.run("pixels.cursor 235 150");
  driver.run("pixels.zoom 60");
  for (const char* number : {"233", "236", "149", "152"}) EXPECT_EQ(count(number), 1) << number;
}

TEST_F(Looks, rows_and_columns_of_grids_are_numbered_and_the_padding_is_not) {
  driver.run("page convolution");
  driver.run("convolution.reset");
  driver.run("convolution.input 77 77 77 77 77; 77 77 77 77 77; 77 77 77 77 77; 77 77 77 77 77; 77 77 77 77 77");
  driver.run("convolution.mode replicate");
  driver.run("convolution.kernel 9 9 9; 9 9 9; 9 9 9");
  driver.run("convolution.padding 1");
  driver.run("inspector off");
  driver.run("navigation off");
  EXPECT_EQ(count("4"), 4) << "rows and columns of input and output";
  EXPECT_EQ(count("5"), 0);
  EXPECT_EQ(count("-1"), 0) << "cells of the padding have no number";
  driver.run("page pooling");
  driver.run("pooling.reset");
  driver.run("pooling.input 77 77 77 77; 77 77 77 77; 77 77 77 77; 77 77 77 77");
  EXPECT_EQ(count("3"), 2) << "the input's last row and column";
  EXPECT_EQ(count("0"), 4);
}

TEST_F(Looks, the_confusion_matrix_has_its_numbers_on_a_projector) {
  train("digits:2000");
  for (const Vec size : {Vec{1280, 720}, Vec{1280, 800}, Vec{1920, 1080}}) {
    driver.resize(size);
    for (const char* mode : {"presentation off", "presentation on"}) {
      driver.run(mode);
      driver.run("train.view overview");
      // 20 pictures a class: the largest numbers of a column are above 9 after one step, and the labels end at 9.
      const std::vector<std::string> drawn = texts();
      const auto head = std::find(drawn.begin(), drawn.end(), "what is taken for what");
      const auto end = std::find(head, drawn.end(), "probe:");
      ASSERT_NE(end, drawn.end()) << size.x << " x " << size.y;
      const int64_t large = std::count_if(head, end, [](const std::string& text) {
        return text.size() == 2 && text.find_first_not_of("0123456789") == std::string::npos;
      });
      EXPECT_GT(large, 0) << mode << " at " << size.x << " x " << size.y;
    }
  }
}

TEST_F(Looks, a_layer_has_one_number_wherever_it_is_named) {
  train("digits:200");
  driver.run("train.view overview");
  const std::string overview = all();
  EXPECT_NE(overview.find("layer 0:"), std::string::npos) << overview;
  EXPECT_NE(overview.find("layer 3:"), std::string::npos) << overview;
  EXPECT_NE(overview.find("gradients of layer 0"), std::string::npos) << overview;
  EXPECT_EQ(overview.find("layer 2"), std::string::npos) << "that is a pooling: " << overview;
  driver.run("train.view draw");
  EXPECT_NE(all().find("what layer 0"), std::string::npos) << all();
}

TEST_F(Looks, words_that_lead_to_the_inspector_say_how_it_is_opened_where_it_is_folded) {
  driver.run("page train");
  for (const char* view : {"overview", "data"}) {
    driver.run(std::string("train.view ") + view);
    driver.run("inspector on");
    EXPECT_EQ(all().find("(Ctrl+I)"), std::string::npos) << view;
    driver.run("inspector off");
    EXPECT_NE(all().find("(Ctrl+I)"), std::string::npos) << view << ": " << all();
  }
}

TEST_F(Looks, next_stands_still_from_step_to_step_and_words_have_the_whole_width) {
  driver.run("lesson padding");
  const int steps = driver.app.lessons().step_count();
  const Rect first = place("Next");
  for (int step = 1; step < steps; ++step) {
    driver.run("lesson.step " + std::to_string(step));
    const Rect here = place("Next");
    EXPECT_EQ(here.x, first.x) << step;
    EXPECT_EQ(here.y, first.y) << step;
    EXPECT_GT(driver.shell.layout().narration.h, here.h + 20);
    // At most six lines; a question with its answers and the reason of one needs three more.
    const float most = driver.app.lessons().question() ? 270 : 200;
    EXPECT_LT(driver.shell.layout().narration.h, most) << "step " << step;
  }
}

TEST_F(Looks, nothing_below_the_products_jumps_while_the_window_slides) {
  driver.run("page convolution");
  driver.run("convolution.reset");
  driver.run("convolution.cursor 2 2");
  const Rect before = place("edge");
  driver.run("convolution.cursor 3 2");  // longer products
  EXPECT_EQ(place("edge").y, before.y);
  driver.run("convolution.kernel edge");
  EXPECT_EQ(place("edge").y, before.y);
}

TEST_F(Looks, every_side_of_the_padding_has_its_minus_and_plus) {
  driver.run("page convolution");
  for (const char* side : {"top", "bottom", "left", "right"}) {
    EXPECT_NE(driver.shell.ui().find_item(std::string(side) + " more"), nullptr) << side;
  }
}

TEST_F(Looks, a_share_in_a_lesson_is_written_as_on_the_page) {
  const std::vector<ProseSpan> spans = parse_prose("Right are {train.test_accuracy %} now, {=train.accuracy %} then.");
  ASSERT_EQ(spans.size(), 5u);
  EXPECT_EQ(spans[1].readout, "train.test_accuracy");
  EXPECT_TRUE(spans[1].percent && spans[1].is_live() && spans[3].percent && spans[3].frozen);
  driver.run("lesson overfitting");
  const std::string prose = driver.text("lesson.prose");
  EXPECT_NE(prose.find("\u00a0% of the test"), std::string::npos) << prose;
}

TEST_F(Looks, the_second_of_two_rules_completes_the_step_about_both) {
  driver.run("lesson pixels");
  driver.run("lesson.step 6");
  driver.run("pixels.dtype wrap");
  EXPECT_FALSE(driver.app.lessons().tried());
  driver.run("pixels.dtype saturate");
  EXPECT_TRUE(driver.app.lessons().tried());
  EXPECT_EQ(driver.text("pixels.dtype"), "saturate");
}

}  // namespace
}  // namespace striate
