// The nearest training pictures beside a drawing's answer, on the page `train`: those that the engine finds with the
// weights of that step, found again for others, none while it trains on, and drawn at every size.
#include <string>
#include <vector>

#include "engine/explain/nearest_pictures.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

constexpr const char* kSeven = "train.draw 70 60 210 60 120 230";

class TrainNearest : public testing::Test {
 protected:
  TrainNearest() : driver("train") {
    for (const char* line : {"train.data digits:300", "train.model tiny", "train.view draw", "train.until 6"}) {
      driver.run(line);
    }
  }
  // Readouts whose weights are on their way say so by an error, as others of the view do.
  double number(const std::string& readout) {
    driver.settle();
    return driver.number("train.draw.nearest." + readout);
  }
  std::string why_not(const std::string& readout) {
    try {
      driver.value("train.draw.nearest." + readout);
    } catch (const Error& error) {
      EXPECT_FALSE(error.hint().empty());
      return error.what();
    }
    return {};
  }
  PageDriver driver;
};

}  // namespace

TEST_F(TrainNearest, are_those_that_the_engine_finds_with_the_weights_of_that_step) {
  EXPECT_EQ(why_not("searched"), "nothing is drawn");
  driver.run(kSeven);
  const double searched = number("searched");
  EXPECT_EQ(searched, 240);  // 80 % of 300
  std::vector<double> samples;
  for (const char* list : {"pixels", "features"}) {
    double last = 0;
    for (int n = 0; n < 5; ++n) {
      const double distance = number(fmt::format("{}.distance {}", list, n));
      EXPECT_GE(distance, last) << list << " " << n;
      last = distance;
      samples.push_back(number(fmt::format("{}.sample {}", list, n)));
    }
  }
  // The same asked of the engine.
  driver.app.document().training_wanted = true;
  driver.settle();
  const TrainedNetworkPtr training = driver.app.document().training;
  ASSERT_TRUE(training && training->weights);
  Stream stream(Device::cpu());
  NearestPictures near(stream, {training->architecture, training->weights, training->normalization, training->pictures,
                                training->split->training});
  std::vector<float> pixels;
  for (int y = 0; y < 28; ++y) {
    for (int x = 0; x < 28; ++x) {
      pixels.push_back(static_cast<float>(driver.number(fmt::format("train.draw.pixel {} {}", x, y))));
    }
  }
  const NearestFound found = *near.find(pixels, 5);
  EXPECT_EQ(driver.text("train.draw.nearest.layer"), near.layer());
  for (size_t n = 0; n < 5; ++n) {
    EXPECT_EQ(samples[n], static_cast<double>(found.by_pixels[n].sample));
    EXPECT_EQ(samples[5 + n], static_cast<double>(found.by_features[n].sample));
    EXPECT_EQ(number(fmt::format("pixels.distance {}", n)), found.by_pixels[n].distance);
    EXPECT_EQ(number(fmt::format("features.distance {}", n)), found.by_features[n].distance);
    EXPECT_EQ(driver.text(fmt::format("train.draw.nearest.features {}", n)),
              training->pictures->classes()[static_cast<size_t>(found.by_features[n].label)]);
  }
  EXPECT_NE(why_not("pixels 5"), "");
}

TEST_F(TrainNearest, other_weights_have_other_neighbors_in_the_layer_and_the_same_in_pixels) {
  driver.run(kSeven);
  const double pixels = number("pixels.distance 0"), features = number("features.distance 0");
  driver.run("train.until 30");
  EXPECT_EQ(number("pixels.distance 0"), pixels);
  EXPECT_NE(number("features.distance 0"), features);
  driver.run("train.scrub 6");
  EXPECT_EQ(number("features.distance 0"), features);
  // Another drawing.
  driver.run("train.draw 60 140 200 140");
  EXPECT_NE(number("pixels.distance 0"), pixels);
  driver.run("train.draw clear");
  EXPECT_EQ(why_not("searched"), "nothing is drawn");
}

TEST_F(TrainNearest, stand_beside_the_answer_and_a_click_makes_one_the_probe) {
  driver.run(kSeven);
  driver.settle();
  const Item* item = driver.ui.find_item("nearest in pixels");
  ASSERT_NE(item, nullptr);
  ASSERT_NE(driver.ui.find_item("nearest in the last hidden layer"), nullptr);
  const double nearest = number("pixels.sample 0");
  driver.log.clear();
  driver.click_at({item->rect.x + 12, item->rect.y + 12});
  EXPECT_EQ(driver.log, std::vector<std::string>{fmt::format("train.probe sample:{}", nearest)});
  driver.run("train.draw probe");
  driver.run("train.draw.nearest off");
  EXPECT_EQ(driver.ui.find_item("nearest in pixels"), nullptr);
  EXPECT_EQ(why_not("searched"), "nearest pictures are not looked for");
  driver.run("train.draw.nearest on");
  EXPECT_NE(driver.ui.find_item("nearest in pixels"), nullptr);
  driver.draw_states({{}, {"train.draw.width 60", "train.draw 30 30 40 250"}, {"train.draw clear"}});
}

}  // namespace striate
