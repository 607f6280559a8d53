// The page lenet: what it reads of drawings and rows, what its commands and clicks do, every state drawn.
#include <algorithm>
#include <string>
#include <vector>

#include "app/network/network_in_use.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

class LenetPageTest : public testing::Test {
 protected:
  LenetPageTest() : driver("lenet") {}
  PageDriver driver;
};

}  // namespace

TEST_F(LenetPageTest, without_a_drawing_everything_says_what_to_do) {
  driver.frames(2);
  for (const char* readout : {"lenet.class", "lenet.probability", "lenet.distance", "lenet.turned"}) {
    try {
      driver.app.registry().read(readout);
      ADD_FAILURE() << readout;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "nothing is drawn") << readout;
    }
  }
  EXPECT_THROW(driver.app.registry().read("lenet.string"), Error);
  EXPECT_NE(driver.failure("lenet.draw 10").find("is not a stroke"), std::string::npos);
  EXPECT_NE(driver.failure("lenet.draw 10 900").find("is not a stroke"), std::string::npos);
  EXPECT_NE(driver.failure("lenet.write seven").find("is not a number of digits"), std::string::npos);
  EXPECT_NE(driver.failure("lenet.write 12 0").find("is not a number of digits"), std::string::npos);
}

TEST_F(LenetPageTest, counts_what_the_articles_count) {
  const struct {
    const char* model;
    double parameters, connections;
  } models[] = {{"1989", 9'760, 64'660}, {"1998", 60'000, 340'908}};
  for (const auto& each : models) {
    driver.run(std::string("lenet.model ") + each.model);
    EXPECT_EQ(driver.number("lenet.parameters"), each.parameters);
    EXPECT_EQ(driver.number("lenet.connections"), each.connections);
    EXPECT_EQ(driver.number("network.parameters"), each.parameters);
    EXPECT_EQ(driver.text("network.source"), "given");
  }
  driver.run("lenet.model 1989");
  EXPECT_EQ(driver.number("lenet.multiply_adds"), 64'660 - 1'000);  // each of its 1,000 connections to a bias only adds
  driver.run("lenet.model modern");
  EXPECT_EQ(driver.number("lenet.parameters"), 61'706);
  EXPECT_EQ(driver.number("lenet.multiply_adds"), driver.number("network.multiply_adds"));
}

TEST_F(LenetPageTest, reads_what_is_drawn_as_the_open_network_does) {
  for (const char* model : {"1989", "1998", "modern"}) {
    driver.run(std::string("lenet.model ") + model);
    for (int digit = 0; digit < 10; ++digit) {
      driver.run(fmt::format("lenet.digit {} 3", digit));
      EXPECT_EQ(driver.text("lenet.class"), std::to_string(digit)) << model;
      EXPECT_EQ(driver.text("network.class"), driver.text("lenet.class")) << model;
    }
  }
  driver.run("lenet.model 1998");
  EXPECT_NEAR(driver.number("lenet.distance"), -driver.number("network.logit"), 1e-4);
  driver.run("lenet.model modern");
  EXPECT_GT(driver.number("lenet.probability"), 0.5);
  EXPECT_EQ(driver.text("lenet.class.1998"), "9");
}

TEST_F(LenetPageTest, a_drawing_is_moved_turned_and_scaled_and_comes_back) {
  driver.run("lenet.draw 90 70 190 70 130 220");
  EXPECT_EQ(driver.number("lenet.strokes"), 1);
  EXPECT_EQ(driver.text("lenet.class"), "7");
  driver.run("lenet.move 9 9");
  driver.run("lenet.scale 0.3");
  driver.run("lenet.rotate 180");
  EXPECT_NE(driver.text("lenet.class"), "7");
  EXPECT_EQ(driver.number("lenet.move.x"), 9);
  driver.run("lenet.upright");
  EXPECT_EQ(driver.number("lenet.scale"), 1);
  EXPECT_EQ(driver.text("lenet.class"), "7");
  driver.run("lenet.noise 0.1");
  driver.run("lenet.thickness 1.5");
  driver.run("lenet.second 4 12");
  EXPECT_EQ(driver.text("lenet.second"), "4");
  driver.run("lenet.second none");
  driver.run("lenet.noise 0");
  // Small, in a corner: it is centered, unless that is switched off.
  driver.run("lenet.clear");
  driver.run("lenet.draw 20 20 50 20 32 65");
  EXPECT_EQ(driver.text("lenet.class"), "7");
  driver.run("lenet.center off");
  driver.run("network.image drawing");
  driver.run("lenet.model modern");
  EXPECT_EQ(driver.text("network.class"), driver.text("lenet.class"));
}

TEST_F(LenetPageTest, the_ring_says_how_far_it_can_be_turned_and_scaled) {
  driver.run("lenet.digit 3 2");
  driver.run("lenet.view ring");
  const double turned = driver.number("lenet.turned"), least = driver.number("lenet.smallest");
  EXPECT_GT(turned, 4);
  EXPECT_LT(turned, 180);
  EXPECT_LT(least, 1);
  driver.run(fmt::format("lenet.rotate {}", turned));
  EXPECT_EQ(driver.text("lenet.class"), "3");
  driver.run("lenet.rotate 0");
  driver.run(fmt::format("lenet.scale {}", least));
  EXPECT_EQ(driver.text("lenet.class"), "3");
  driver.run("lenet.scale 1");
  ASSERT_NE(driver.ui.find_item("ring"), nullptr);
  const Rect disc = driver.ui.find_item("ring")->visible;
  driver.click_at({disc.x + disc.w * 0.85f, disc.y + disc.h / 2});
  EXPECT_EQ(driver.number("lenet.rotate"), 90);
  EXPECT_GT(driver.number("lenet.scale"), 1);
}

TEST_F(LenetPageTest, a_network_that_slides_reads_a_whole_number) {
  driver.run("lenet.write 1993 5");
  EXPECT_EQ(driver.text("lenet.slide"), "on");
  EXPECT_EQ(driver.text("lenet.string"), "1993");
  EXPECT_GT(driver.number("lenet.columns"), 10);
  EXPECT_GT(driver.number("lenet.saved"), 0.5);
  EXPECT_LT(driver.number("lenet.saved"), 1);
  driver.click("answer 3");
  EXPECT_EQ(driver.number("lenet.column"), 3);
  // Each answer has its number, and what it was is said.
  driver.run("lenet.write 77 4");
  for (const auto& [column, said] :
       {std::pair{4, "column 4: none of the ten, "}, std::pair{1, "column 1: taken for 7, "}}) {
    driver.run(fmt::format("lenet.column {}", column));
    const std::vector<std::string> texts = driver.texts();
    EXPECT_TRUE(std::any_of(texts.begin(), texts.end(), [said = said](const auto& text) {
      return text.starts_with(said);
    })) << said;
    for (int i = 0; i < static_cast<int>(driver.number("lenet.columns")); ++i) {
      EXPECT_NE(std::find(texts.begin(), texts.end(), std::to_string(i)), texts.end()) << i;
    }
  }
  // Taken back, it is one digit again that is read.
  driver.run("lenet.clear");
  driver.run("lenet.slide off");
  driver.run("lenet.digit 3");
  driver.run("lenet.write 12");
  driver.run("undo");
  EXPECT_EQ(driver.text("lenet.slide"), "off");
  EXPECT_EQ(driver.text("lenet.class"), "3");
  // What is drawn beside each other is a row, too.
  driver.run("lenet.clear");
  for (const char* line : {"lenet.pen 8", "lenet.draw 40 110 40 170", "lenet.draw 100 112 140 112 112 170",
                           "lenet.draw 220 112 180 140 222 140", "lenet.draw 210 110 206 172"}) {
    driver.run(line);
  }
  EXPECT_EQ(driver.text("lenet.string").size(), 3u) << driver.text("lenet.string");
  driver.run("lenet.model 1989");
  EXPECT_EQ(driver.text("lenet.slide"), "off");
  EXPECT_NE(driver.failure("lenet.slide on").find("can't slide"), std::string::npos);
}

TEST_F(LenetPageTest, a_row_is_changed_as_one_digit_is) {
  const auto read_with = [&](const char* line) {
    driver.run("lenet.upright");
    driver.run(line);
    return driver.text("lenet.string");
  };
  for (const char* what : {"lenet.digit 3", "lenet.write 1993 5"}) {
    driver.run(what);
    driver.run("lenet.slide on");
    const std::string plain = read_with("lenet.scale 1");
    EXPECT_EQ(read_with("lenet.move 4 1"), plain) << what;
    for (const char* line : {"lenet.noise 1", "lenet.rotate 90", "lenet.scale 0.2", "lenet.move 0 28"}) {
      EXPECT_NE(read_with(line), plain) << what << ", " << line;
    }
    EXPECT_EQ(read_with("lenet.second 7 20"), plain + "7") << what;
    EXPECT_EQ(read_with("lenet.second 1 -18"), "1" + plain) << what;
  }
}

TEST_F(LenetPageTest, a_digit_that_has_left_the_picture_is_not_read) {
  driver.run("lenet.digit 3");
  driver.run("lenet.view ring");
  EXPECT_EQ(driver.text("lenet.class"), "3");
  EXPECT_GT(driver.number("lenet.turned"), 0);
  driver.run("lenet.move 28 28");
  driver.settle();
  for (const char* readout : {"lenet.class", "lenet.class.1998", "lenet.distance", "lenet.turned", "lenet.largest"}) {
    try {
      driver.app.registry().read(readout);
      ADD_FAILURE() << readout;
    } catch (const Error& error) {
      EXPECT_STREQ(error.what(), "the digit has left the picture") << readout;
    }
  }
  driver.run("lenet.upright");
  EXPECT_EQ(driver.text("lenet.class"), "3");
}

TEST_F(LenetPageTest, only_answers_and_layers_that_are_there_can_be_looked_at) {
  EXPECT_NE(driver.failure("lenet.column 5").find("nothing is written"), std::string::npos);
  driver.run("lenet.write 1993 5");
  const double count = driver.number("lenet.columns");
  EXPECT_NE(driver.failure(fmt::format("lenet.column {}", count)).find("is not one of"), std::string::npos);
  driver.run(fmt::format("lenet.column {}", count - 1));
  driver.run("lenet.write 7");
  EXPECT_EQ(driver.number("lenet.column"), 0);
  EXPECT_NE(driver.failure("lenet.layer nowhere").find("unknown layer"), std::string::npos);
  driver.run("lenet.model 1998");
  driver.run("lenet.layer c5");
  driver.run("lenet.model 1989");  // has no such layer
  EXPECT_EQ(driver.text("lenet.layer"), "0");
}

TEST_F(LenetPageTest, clicks_choose_networks_digits_and_layers) {
  driver.click("7");
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.front(), "lenet.digit 7");
  driver.click("Write it again");
  EXPECT_EQ(driver.log.front(), "lenet.digit 7 2");
  EXPECT_EQ(driver.text("lenet.class"), "7");
  driver.click("Open this network");
  EXPECT_EQ(driver.text("network.name"), "lenet5");
  driver.run("lenet.layer 3");
  EXPECT_EQ(driver.text("lenet.layer"), "3");
  EXPECT_NE(driver.failure("lenet.layer nowhere").find("unknown layer"), std::string::npos);
  driver.click("LeNet-5 of 1998");
  EXPECT_EQ(driver.text("lenet.model"), "1998");
  driver.click("Glyphs");
  EXPECT_EQ(driver.text("lenet.view"), "glyphs");
  EXPECT_NE(driver.ui.find_item("layer F6"), nullptr);
}

TEST_F(LenetPageTest, its_pad_draws_with_the_mouse) {
  const Item* pad = driver.ui.find_item("pad");
  driver.settle();
  pad = driver.ui.find_item("pad");
  ASSERT_NE(pad, nullptr);
  const Rect area = pad->visible;
  driver.hands.move(area.center() - Vec{0, area.h * 0.3f});
  driver.hands.button(0, true);
  for (int i = 1; i <= 6; ++i)
    driver.hands.move(area.center() + Vec{0, area.h * (-0.3f + 0.1f * static_cast<float>(i))});
  driver.hands.button(0, false);
  driver.settle();
  EXPECT_EQ(driver.number("lenet.strokes"), 1);
  EXPECT_EQ(driver.text("lenet.class"), "1");
}

TEST_F(LenetPageTest, state_brings_another_program_to_the_same_place) {
  for (const char* line :
       {"lenet.digit 8 5", "lenet.rotate 12", "lenet.scale 0.9", "lenet.move 2 -1", "lenet.second 3 10",
        "lenet.noise 0.05", "lenet.view glyphs", "lenet.model 1998", "lenet.layer c3"}) {
    driver.run(line);
  }
  const std::string read = driver.text("lenet.class");
  PageDriver fresh("lenet");
  for (const std::string& line : driver.app.page().state()) ASSERT_NO_FATAL_FAILURE(fresh.run(line)) << line;
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
  EXPECT_EQ(fresh.text("lenet.class"), read);
  EXPECT_EQ(fresh.text("network.name"), driver.text("network.name"));
}

TEST_F(LenetPageTest, answers_have_their_bars_where_the_stage_is_low) {
  driver.run("lenet.digit 3");
  for (const Vec size : {Vec{1280, 800}, Vec{1280, 470}}) {
    driver.size = size;
    driver.settle();
    const std::vector<std::string> texts = driver.texts();
    // One 9 beside the bars of each network, and one on the button that draws it.
    EXPECT_EQ(std::count(texts.begin(), texts.end(), "9"), 4) << size.y;
  }
}

TEST_F(LenetPageTest, draws_every_state_in_every_size) {
  driver.draw_states({
      {"lenet.clear"},
      {"lenet.digit 5"},
      {"lenet.model modern", "lenet.view layers", "lenet.layer 0"},
      {"lenet.model 1998", "lenet.view glyphs"},
      {"lenet.view ring"},
      {"lenet.write 31415926", "lenet.column 4"},
      {"lenet.clear", "lenet.slide on"},
  });
}

TEST_F(LenetPageTest, its_lessons_are_true) {
  for (const char* lesson : {"lenet-reads", "whole-number", "lenet-1993"}) {
    SCOPED_TRACE(lesson);
    PageDriver fresh("lenet");
    play_lesson(fresh, lesson);
  }
}

TEST_F(LenetPageTest, lets_the_network_learn_on_page_train) {
  driver.run("lenet.model 1998");
  driver.run("lenet.train");
  EXPECT_EQ(driver.text("page"), "train");
  EXPECT_GT(driver.number("train.step"), -1);
  driver.run("train.pause");
}

}  // namespace striate
