// The page sharing: its settings and readouts, every view drawn, what clicks do, learning begun, paused and gone on
// with, the map that fills in, the Neocognitron from digits and from a drawing.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/app/page_driver.h"

namespace striate {
namespace {

class SharingPageTest : public testing::Test {
 protected:
  SharingPageTest() : driver("sharing") { driver.size = {1280, 1000}; }
  void learn_until(int steps) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (driver.number("sharing.step") < steps) {
      driver.frame();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "does not learn";
    }
    driver.settle();
  }
  PageDriver driver;
};

}  // namespace

TEST_F(SharingPageTest, counts_the_numbers_of_each_layer) {
  EXPECT_EQ(driver.number("sharing.dense.parameters"), 4'821'600);
  EXPECT_EQ(driver.number("sharing.local.parameters"), 122'304);
  EXPECT_EQ(driver.number("sharing.convolution.parameters"), 156);
  driver.run("sharing.tie quadrants");
  EXPECT_EQ(driver.number("sharing.local.parameters"), 624);
  driver.run("sharing.tie shared");
  EXPECT_EQ(driver.number("sharing.local.parameters"), 156);
}

TEST_F(SharingPageTest, reads_the_digit_wherever_it_is_moved) {
  driver.run("sharing.digit 3");
  const double label = driver.number("sharing.label");
  driver.run("sharing.shift 4 -2");
  EXPECT_EQ(driver.text("sharing.shift"), "4 -2");
  EXPECT_EQ(driver.number("sharing.label"), label);
  for (const char* layer : {"dense", "local", "convolution"}) {
    const double digit = driver.number(fmt::format("sharing.{}.class", layer));
    EXPECT_GE(digit, 0);
    EXPECT_LE(digit, 9);
    EXPECT_GE(driver.number(fmt::format("sharing.{}.probability", layer)), 0.1);
    EXPECT_GE(driver.number(fmt::format("sharing.{}.accuracy", layer)), 0);
  }
  driver.run("sharing.still");
  EXPECT_EQ(driver.text("sharing.shift"), "0 0");
  EXPECT_NE(driver.failure("sharing.shift 15 0"), "");
  EXPECT_NE(driver.failure("sharing.data shapes").find("holds no digits"), std::string::npos);
}

TEST_F(SharingPageTest, learns_pauses_and_begins_anew) {
  EXPECT_THROW(driver.number("sharing.dense.loss"), Error);
  driver.run("sharing.start 6");
  learn_until(6);
  EXPECT_GT(driver.number("sharing.convolution.loss"), 0);
  EXPECT_GE(driver.number("sharing.dense.accuracy"), 0);
  driver.run("sharing.start 100000");
  driver.frames(3);
  driver.click("Pause");
  const double paused = driver.number("sharing.step");
  EXPECT_GE(paused, 6);
  driver.settle();
  EXPECT_EQ(driver.number("sharing.step"), paused);
  EXPECT_LT(paused, 5000);
  driver.click("Begin anew");
  driver.settle();
  EXPECT_EQ(driver.number("sharing.step"), 0);
}

TEST_F(SharingPageTest, the_shared_gradient_is_the_sum_of_the_local_ones) {
  driver.run("sharing.start 4");
  learn_until(4);
  for (const char* tie : {"shared", "quadrants", "free"}) {
    driver.run(fmt::format("sharing.tie {}", tie));
    driver.run("sharing.place 13 12");
    const double shared = driver.number("sharing.gradient.shared");
    EXPECT_NEAR(driver.number("sharing.gradient.sum"), shared, 1e-5 * (1e-3 + std::fabs(shared))) << tie;
    if (std::string(tie) == "free") {
      EXPECT_EQ(driver.number("sharing.gradient.local"), shared);
    }
  }
  driver.run("sharing.tap 1 4");
  EXPECT_EQ(driver.text("sharing.tap"), "1 4");
  EXPECT_NE(driver.failure("sharing.tap 5 0"), "");
}

TEST_F(SharingPageTest, the_map_of_shifts_fills_in_and_says_where_the_digit_is_read) {
  EXPECT_THROW(driver.number("sharing.dense.known"), Error);
  driver.run("sharing.view map");
  driver.settle();
  for (const char* layer : {"dense", "local", "convolution"}) {
    const double known = driver.number(fmt::format("sharing.{}.known", layer));
    EXPECT_GE(known, 0);
    EXPECT_LE(known, 841);
  }
  EXPECT_THROW(driver.number("sharing.neocognitron.known"), Error);
  driver.run("sharing.neocognitron.learn 10");
  EXPECT_LE(driver.number("sharing.neocognitron.known"), 841);
  // Another shift of the same digit leaves the maps as they are.
  const double before = driver.number("sharing.convolution.known");
  driver.run("sharing.shift 3 1");
  EXPECT_EQ(driver.number("sharing.convolution.known"), before);
  driver.run("sharing.still");
  // A click moves the digit there.
  const Item* map = driver.ui.find_item("map of the convolution layer");
  ASSERT_NE(map, nullptr);
  driver.click_at({map->rect.x + 24, map->rect.y + 24});
  EXPECT_EQ(driver.text("sharing.shift").substr(0, 1), "-");
}

TEST_F(SharingPageTest, the_neocognitron_learns_digits_and_prints_what_it_scores) {
  driver.run("sharing.view neocognitron");
  EXPECT_EQ(driver.number("sharing.neocognitron.planes S1"), 0);
  EXPECT_EQ(driver.number("sharing.neocognitron.class"), -1);
  EXPECT_THROW(driver.number("sharing.neocognitron.accuracy"), Error);
  EXPECT_THROW(driver.number("sharing.cell.value"), Error);
  driver.run("sharing.neocognitron.learn 20");
  driver.settle();
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 20);
  EXPECT_GT(driver.number("sharing.neocognitron.planes S1"), 4);
  EXPECT_GE(driver.number("sharing.neocognitron.planes S3"), 9);
  EXPECT_EQ(driver.number("sharing.neocognitron.planes 4"), driver.number("sharing.neocognitron.planes C3"));
  EXPECT_GT(driver.number("sharing.neocognitron.accuracy"), 0.1);
  driver.run("sharing.cell S2 0 3 3");
  EXPECT_EQ(driver.text("sharing.cell"), "S2 0 3 3");
  EXPECT_GE(driver.number("sharing.cell.value"), 0);
  driver.run("sharing.cell C1 0 9 9");
  EXPECT_GE(driver.number("sharing.cell.value"), 0);
  EXPECT_NE(driver.failure("sharing.cell S3 0 2 0").find("2 x 2"), std::string::npos);
  EXPECT_NE(driver.failure("sharing.cell S1 99 0 0").find("S1 has 24 planes at most"), std::string::npos);
  EXPECT_NE(driver.failure("sharing.neocognitron.selectivity S1 -1").find("the selectivity r"), std::string::npos);
  EXPECT_NE(driver.failure("sharing.cell S4 0 0 0").find("no layer S4"), std::string::npos);
  EXPECT_NE(driver.failure("sharing.neocognitron.selectivity C1 2").find("no selectivity"), std::string::npos);
  // So selective that nothing is like anything.
  driver.run("sharing.neocognitron.selectivity S1 20");
  EXPECT_EQ(driver.number("sharing.neocognitron.selectivity S1"), 20);
  driver.run("sharing.digit 5");
  driver.settle();
  EXPECT_EQ(driver.number("sharing.neocognitron.class"), -1);
  driver.run("sharing.neocognitron.forget");
  EXPECT_EQ(driver.number("sharing.neocognitron.planes S1"), 0);
}

// And about as many where all of them stand elsewhere.
TEST_F(SharingPageTest, winners_of_the_neocognitron_are_looked_at_window_by_window) {
  driver.run("sharing.view neocognitron");
  driver.size = {1280, 3000};
  driver.run("sharing.neocognitron.learn 20");
  driver.settle();
  // S1 and S3 learn by new planes alone.
  EXPECT_EQ(driver.number("sharing.neocognitron.winners S1"), 0);
  EXPECT_EQ(driver.number("sharing.neocognitron.winners S3"), 0);
  const int winners = static_cast<int>(driver.number("sharing.neocognitron.winners S2"));
  ASSERT_GT(winners, 1);
  driver.run("sharing.cell S1 0 0 0");
  driver.settle();
  EXPECT_EQ(driver.ui.find_item("Next winner"), nullptr);
  driver.run("sharing.cell S2 0 0 0");
  std::set<std::string> planes;
  std::pair<int, int> before{-1, -1};
  for (int i = 0; i < winners; ++i) {
    driver.settle();
    driver.click("Next winner");
    driver.settle();
    int plane = 0, row = 0, column = 0;
    ASSERT_EQ(std::sscanf(driver.text("sharing.cell").c_str(), "S2 %d %d %d", &plane, &row, &column), 3);
    planes.insert(std::to_string(plane));
    const std::pair<int, int> window{row / 5, column / 5};
    EXPECT_GT(window, before) << "each window has one winner at most";
    before = window;
    EXPECT_GT(driver.number("sharing.cell.value"), 0);
  }
  EXPECT_EQ(static_cast<int>(planes.size()), winners) << "one of each plane";
}

TEST_F(SharingPageTest, the_neocognitron_reads_more_than_four_of_five_unseen_digits) {
  driver.run("sharing.view neocognitron");
  driver.run("sharing.neocognitron.until 500");
  driver.run("sharing.neocognitron.until 1000");
  EXPECT_GT(driver.number("sharing.neocognitron.accuracy"), 0.8);
  driver.run("sharing.shift 4 0");
  EXPECT_GT(driver.number("sharing.neocognitron.accuracy"), 0.75);
}

TEST_F(SharingPageTest, the_neocognitron_learns_what_is_drawn) {
  driver.run("sharing.view neocognitron");
  EXPECT_NE(driver.failure("sharing.neocognitron.teach 1").find("nothing is drawn"), std::string::npos);
  driver.run("sharing.neocognitron.draw 140 40 140 240");
  EXPECT_EQ(driver.text("sharing.neocognitron.drawing"), "on");
  driver.click("a 1");
  driver.settle();
  EXPECT_EQ(driver.number("sharing.neocognitron.planes S3"), 1);
  driver.run("sharing.neocognitron.draw clear");
  driver.run("sharing.neocognitron.draw 60 140 220 140 220 60 60 60 60 240 220 240");
  driver.run("sharing.neocognitron.teach 2");
  EXPECT_EQ(driver.number("sharing.neocognitron.class"), 2);
  driver.run("sharing.neocognitron.draw clear");
  driver.run("sharing.neocognitron.draw 140 40 140 240");
  EXPECT_EQ(driver.number("sharing.neocognitron.class"), 1);
  // And, with those, digits of the set.
  driver.run("sharing.neocognitron.learn 3");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 5);
  EXPECT_EQ(driver.number("sharing.neocognitron.drawn"), 2);
  EXPECT_GT(driver.number("sharing.neocognitron.planes S3"), 2);
  EXPECT_NE(driver.failure("sharing.neocognitron.draw 1 2 3").find("is not a stroke"), std::string::npos);
}

TEST_F(SharingPageTest, a_drawn_digit_that_was_taught_counts_as_learned) {
  driver.run("sharing.view neocognitron");
  driver.run("sharing.neocognitron.draw 60 60 220 60 120 240");
  driver.run("sharing.neocognitron.drawing on");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 0);
  driver.run("sharing.neocognitron.teach 7");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 1);
  EXPECT_EQ(driver.number("sharing.neocognitron.drawn"), 1);
  // Counted by `until` as well, and no digit of the set is one too few.
  driver.run("sharing.neocognitron.until 3");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 3);
}

TEST_F(SharingPageTest, what_was_forgotten_comes_back_by_undo) {
  driver.run("sharing.view neocognitron");
  for (const char* line : {"sharing.neocognitron.draw 60 60 220 60 120 240", "sharing.neocognitron.draw 20 20 40 40",
                           "sharing.neocognitron.teach 7", "sharing.neocognitron.learn 12"}) {
    driver.run(line);
  }
  const std::vector<const char*> readouts = {"sharing.neocognitron.learned", "sharing.neocognitron.drawn",
                                             "sharing.neocognitron.planes S2", "sharing.neocognitron.planes S3",
                                             "sharing.neocognitron.accuracy"};
  std::vector<double> before;
  for (const char* readout : readouts) before.push_back(driver.number(readout));
  EXPECT_EQ(before[0], 13);
  driver.frame();
  driver.click("Forget");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 0);
  driver.run("undo");
  for (size_t i = 0; i < readouts.size(); ++i) EXPECT_EQ(driver.number(readouts[i]), before[i]) << readouts[i];
  // One by one, and forward again.
  driver.run("undo");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 1);
  driver.run("undo");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 0);
  driver.run("redo");
  driver.run("redo");
  for (size_t i = 0; i < readouts.size(); ++i) EXPECT_EQ(driver.number(readouts[i]), before[i]) << readouts[i];
}

TEST_F(SharingPageTest, what_it_learned_can_be_said_as_a_text) {
  driver.run("sharing.neocognitron.memory \"60 60 220 60 120 240 / 20 20 40 40 is 7; 5; 140 40 140 240 is 1\"");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 7);
  EXPECT_EQ(driver.number("sharing.neocognitron.drawn"), 2);
  for (const char* wrong : {"7; ", "0", "3001", "2000; 2000", "1 2 3 is 4", "clear is 4", "1 2 is 10", "many"}) {
    EXPECT_NE(driver.failure(fmt::format("sharing.neocognitron.memory \"{}\"", wrong)), "") << wrong;
  }
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 7);
  driver.run("sharing.neocognitron.memory nothing");
  EXPECT_EQ(driver.number("sharing.neocognitron.learned"), 0);
}

TEST_F(SharingPageTest, a_tie_is_taken_back_with_its_weights) {
  driver.run("sharing.until 3");
  learn_until(3);
  const double before = driver.number("sharing.local.probability");
  driver.run("sharing.tie shared");
  EXPECT_EQ(driver.number("sharing.local.parameters"), 156);
  EXPECT_NE(driver.number("sharing.local.probability"), before);
  driver.run("undo");
  EXPECT_EQ(driver.text("sharing.tie"), "free");
  EXPECT_EQ(driver.number("sharing.local.probability"), before);
}

TEST_F(SharingPageTest, opens_where_gradients_are) {
  for (const char* line : {"sharing.digit 0", "sharing.digit 3", "sharing.filter 4", "sharing.shift 5 -3"}) {
    driver.run(line);
    EXPECT_NE(driver.number("sharing.gradient.local"), 0) << line;
  }
  EXPECT_EQ(driver.text("sharing.strongest"), "on");
  driver.run("sharing.place 0 0");  // without ink: chosen by hand it stays
  EXPECT_EQ(driver.text("sharing.strongest"), "off");
  EXPECT_EQ(driver.text("sharing.place"), "0 0");
  EXPECT_EQ(driver.number("sharing.gradient.local"), 0);
}

TEST_F(SharingPageTest, every_view_is_drawn_small_and_large) {
  for (const Vec size : {Vec{800, 500}, Vec{1280, 800}, Vec{1920, 1080}}) {
    driver.size = size;
    for (const char* view : {"layers", "map", "neocognitron"}) {
      driver.run(fmt::format("sharing.view {}", view));
      driver.settle();
      EXPECT_FALSE(driver.ui.items().empty());
    }
  }
}

TEST_F(SharingPageTest, a_recording_begins_with_what_was_learned) {
  for (const char* line : {"sharing.neocognitron.draw 140 40 140 240", "sharing.neocognitron.teach 1",
                           "sharing.neocognitron.learn 3", "sharing.neocognitron.draw clear", "sharing.until 2"}) {
    driver.run(line);
  }
  learn_until(2);
  PageDriver fresh("sharing");
  for (const std::string& line : driver.app.page().replay()) fresh.run(line);
  for (const char* readout :
       {"sharing.neocognitron.planes S3", "sharing.neocognitron.learned", "sharing.neocognitron.class"}) {
    EXPECT_EQ(fresh.number(readout), driver.number(readout)) << readout;
  }
  while (fresh.number("sharing.step") < 2) fresh.frame();
  EXPECT_EQ(fresh.number("sharing.convolution.probability"), driver.number("sharing.convolution.probability"));
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
}

TEST_F(SharingPageTest, its_state_brings_a_fresh_page_to_the_same) {
  for (const char* line :
       {"sharing.digit 7", "sharing.shift -3 5", "sharing.scale 0.8", "sharing.turn 20", "sharing.tie quadrants",
        "sharing.filter 2", "sharing.tap 0 3", "sharing.place 4 20", "sharing.neocognitron.selectivity S2 1.2",
        "sharing.cell C2 3 1 2", "sharing.neocognitron.draw 20 30 100 110", "sharing.view neocognitron"}) {
    driver.run(line);
  }
  PageDriver fresh("sharing");
  for (const std::string& line : driver.app.page().state()) fresh.run(line);
  EXPECT_EQ(fresh.app.page().state(), driver.app.page().state());
}

}  // namespace striate
