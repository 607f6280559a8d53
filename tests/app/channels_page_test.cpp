// The channels page: drawn in every state, clicked by label, read against the picture's bytes.
#include <algorithm>

#include "engine/memory_order.h"
#include "tests/app/page_driver.h"

namespace striate {
namespace {

double mean_of(const Image& image, int c) {
  double sum = 0;
  for (size_t i = static_cast<size_t>(c); i < image.bytes.size(); i += static_cast<size_t>(image.channels)) {
    sum += image.bytes[i];
  }
  return sum / (static_cast<double>(image.bytes.size()) / image.channels);
}

TEST(ChannelsPage, every_state_is_drawn) {
  PageDriver driver("channels");
  std::vector<ImagePtr> pictures = {nullptr, portrait(), made_picture(5000, 3, 3)};
  for (int channels = 1; channels <= 4; ++channels) {
    pictures.push_back(made_picture(1, 1, channels));
    pictures.push_back(made_picture(40, 30, channels));
    pictures.push_back(made_picture(31, 300, channels, 16));
  }
  for (const ImagePtr& picture : pictures) {
    driver.show(picture);
    for (const char* line :
         {"channels.show r", "channels.tint on", "channels.brush g 10 99", "channels.order chw", "channels.gain b 1.5",
          "channels.misread on", "channels.show all", "channels.tint off", "channels.order bgr", "channels.brush.clear",
          "channels.gain.reset", "channels.panel mix", "channels.misread off"}) {
      driver.run(line);
    }
    if (!picture) continue;
    for (const char* zoom : {"0.2", "40", "256"}) driver.run(std::string("channels.zoom ") + zoom);
    driver.run("channels.fit");
  }
  driver.size = {1024, 700};
  driver.frames(3);
}

TEST(ChannelsPage, means_are_those_of_the_bytes) {
  PageDriver driver("channels");
  for (int channels : {1, 2, 3, 4}) {
    driver.show(made_picture(123, 77, channels));
    const Image& image = *driver.app.document().image;
    EXPECT_NEAR(driver.number("channels.mean.red"), mean_of(image, 0), 1e-9) << channels;
    EXPECT_NEAR(driver.number("channels.mean.green"), mean_of(image, channels >= 3 ? 1 : 0), 1e-9) << channels;
    EXPECT_NEAR(driver.number("channels.mean.blue"), mean_of(image, channels >= 3 ? 2 : 0), 1e-9) << channels;
    EXPECT_EQ(driver.number("channels.planes"), channels >= 3 ? 3 : 1);
  }
}

TEST(ChannelsPage, a_gain_multiplies_rounds_and_clamps_every_value) {
  PageDriver driver("channels");
  driver.show(made_picture(50, 40, 3));
  driver.run("channels.gain g 1.5");
  const Image& image = *driver.app.document().image;
  double sum = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 50; ++x) sum += std::min(255.0, std::nearbyint(image.at(x, y)[1] * 1.5));
  }
  EXPECT_NEAR(driver.number("channels.mean.green"), sum / 2000, 1e-9);
  EXPECT_NEAR(driver.number("channels.mean.red"), mean_of(image, 0), 1e-9);
  driver.run("undo");
  EXPECT_NEAR(driver.number("channels.mean.green"), mean_of(image, 1), 1e-9);
  EXPECT_EQ(driver.number("channels.gain.green"), 1);
}

TEST(ChannelsPage, the_brush_counts_the_pixels_that_it_lights) {
  PageDriver driver("channels");
  driver.show(made_picture(50, 40, 3));
  EXPECT_EQ(driver.number("channels.lit"), 2000);
  driver.run("channels.brush b 20 90");
  const Image& image = *driver.app.document().image;
  int count = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 50; ++x) count += image.at(x, y)[2] >= 20 && image.at(x, y)[2] <= 90;
  }
  EXPECT_EQ(driver.number("channels.lit"), count);
  EXPECT_EQ(driver.failure("channels.brush r 9 3"),
            "channels.brush: 9 to 3 is no range / the smaller value first: channels.brush r 3 9");
  EXPECT_EQ(driver.number("channels.lit"), count);
  driver.run("channels.brush.clear");
  EXPECT_EQ(driver.number("channels.lit"), 2000);
  driver.run("undo");
  EXPECT_EQ(driver.number("channels.lit"), count);
}

TEST(ChannelsPage, dragging_over_a_histogram_brushes_it) {
  PageDriver driver("channels");
  driver.show(made_picture(50, 40, 3));
  const Item* item = driver.ui.find_item("Green histogram");
  ASSERT_NE(item, nullptr);
  const Rect rect = item->rect;
  driver.hands.move({rect.x + rect.w * 0.25f, rect.center().y});
  driver.hands.button(0, true);
  driver.hands.move({rect.x + rect.w * 0.4f, rect.center().y});
  driver.hands.move({rect.x + rect.w * 0.5f, rect.center().y});
  driver.hands.button(0, false);
  driver.settle();
  ASSERT_FALSE(driver.log.empty());
  EXPECT_EQ(driver.log.back().rfind("channels.brush g ", 0), 0u) << driver.log.back();
  EXPECT_LT(driver.number("channels.lit"), 2000);
}

TEST(ChannelsPage, clicking_a_plane_shows_it_and_again_shows_all) {
  PageDriver driver("channels");
  driver.show(made_picture(50, 40, 3));
  driver.click("Green plane");
  EXPECT_EQ(driver.log.front(), "channels.show g");
  driver.click("Green plane");
  EXPECT_EQ(driver.log.front(), "channels.show all");
  driver.click("Blue");
  EXPECT_EQ(driver.log.front(), "channels.show b");
  driver.click("planes in their color");
  EXPECT_EQ(driver.log.front(), "channels.tint on");
}

TEST(ChannelsPage, an_index_in_memory_holds_the_value_that_it_says) {
  for (int channels : {1, 2, 3, 4}) {
    const ImagePtr image = made_picture(7, 5, channels);
    for (MemoryOrder order : {MemoryOrder::hwc, MemoryOrder::chw, MemoryOrder::bgr}) {
      std::vector<bool> seen(image->value_count());
      for (int y = 0; y < 5; ++y) {
        for (int x = 0; x < 7; ++x) {
          for (int c = 0; c < channels; ++c) {
            const int64_t index = memory_index(order, 7, 5, channels, x, y, c);
            ASSERT_LT(static_cast<size_t>(index), seen.size());
            EXPECT_FALSE(seen[static_cast<size_t>(index)]) << "two values at one place";
            seen[static_cast<size_t>(index)] = true;
            EXPECT_EQ(byte_at(*image, order, index), image->at(x, y)[c]);
          }
        }
      }
    }
  }
  EXPECT_EQ(index_formula(MemoryOrder::hwc, 12, 16, 3, 6, 7, 1), "(7 * 12 + 6) * 3 + 1");
  EXPECT_EQ(memory_index(MemoryOrder::hwc, 12, 16, 3, 6, 7, 1), 271);
}

TEST(ChannelsPage, state_brings_another_program_to_the_same_page) {
  PageDriver driver("channels");
  for (const char* line : {"channels.show g", "channels.tint on", "channels.gain r 0.25", "channels.brush b 7 200",
                           "channels.order bgr", "channels.view 3 4 20", "channels.cursor 5 6", "channels.pin on"}) {
    driver.run(line);
  }
  PageDriver other("channels");
  for (const std::string& line : driver.app.page().state()) other.app.run(line);
  EXPECT_EQ(other.app.page().state(), driver.app.page().state());
  EXPECT_EQ(other.number("channels.x"), 5);
}

TEST(ChannelsPage, its_lesson_says_what_is_true) {
  PageDriver driver("channels");
  play_lesson(driver, "channels");
}

}  // namespace
}  // namespace striate
