// The pixels page: drawn in every state, clicked by label, read against the picture's bytes.
#include <algorithm>

#include "tests/app/page_driver.h"

namespace striate {
namespace {

TEST(PixelsPage, every_state_is_drawn) {
  PageDriver driver("pixels");
  std::vector<ImagePtr> pictures = {nullptr, portrait()};
  for (int channels = 1; channels <= 4; ++channels) {
    pictures.push_back(made_picture(1, 1, channels));
    pictures.push_back(made_picture(40, 30, channels));
    pictures.push_back(made_picture(31, 300, channels, 16));
  }
  for (const ImagePtr& picture : pictures) {
    driver.show(picture);
    for (const char* space : {"rgb", "gray", "hsv", "ycbcr"}) {
      driver.run(std::string("pixels.space ") + space);
      for (const char* panel : {"spaces", "weights", "types", "picture"})
        driver.run(std::string("pixels.panel ") + panel);
      for (const char* component : {"all", "2"}) {
        driver.run(std::string("pixels.component ") + component);
        for (const char* format : {"decimal", "hex", "unit"}) driver.run(std::string("pixels.format ") + format);
      }
    }
    if (!picture) continue;
    driver.run("pixels.dtype wrap");
    for (const char* zoom : {"0.2", "40", "256"}) driver.run(std::string("pixels.zoom ") + zoom);
    driver.run("pixels.dtype none");
    driver.run("pixels.fit");
  }
  driver.size = {1024, 700};
  driver.frames(3);
}

TEST(PixelsPage, a_frame_of_33_megapixels_asks_for_what_is_seen_alone) {
  PageDriver driver("pixels");
  WatchedPicture picture(7020, 4700, 3);
  driver.show(picture.image());
  driver.run("pixels.cursor 6000 4000");
  driver.run("pixels.zoom 60");
  EXPECT_EQ(driver.number("pixels.red"), picture.image()->at(6000, 4000)[0]);
  const int64_t stage = static_cast<int64_t>(driver.size.x * driver.size.y);
  for (int i = 0; i < 40; ++i) {
    driver.app.run(i % 2 ? "pixels.move 7 3" : "pixels.zoom.by 0.9");
    picture.watch();
    const int64_t before = driver.textures.pixels;
    driver.frame();
    EXPECT_LT(picture.bytes_read(), picture.size() / 50) << "frame " << i;
    EXPECT_LT(driver.textures.pixels - before, 4 * stage) << "frame " << i;
  }
}

TEST(PixelsPage, readouts_are_the_bytes_of_the_picture) {
  PageDriver driver("pixels");
  driver.run("pixels.cursor 6 7");
  EXPECT_EQ(driver.number("pixels.width"), 12);
  EXPECT_EQ(driver.number("pixels.height"), 16);
  for (const char* name : {"pixels.red", "pixels.green", "pixels.blue", "pixels.gray"}) {
    EXPECT_EQ(driver.number(name), 134) << name;
  }
  EXPECT_EQ(driver.number("pixels.alpha"), 255);
  driver.run("pixels.cursor 9 2");
  EXPECT_EQ(driver.number("pixels.red"), 106);

  driver.show(made_picture(9, 5, 4));
  driver.run("pixels.cursor 8 4");
  const uint8_t* pixel = driver.app.document().image->at(8, 4);
  EXPECT_EQ(driver.number("pixels.red"), pixel[0]);
  EXPECT_EQ(driver.number("pixels.green"), pixel[1]);
  EXPECT_EQ(driver.number("pixels.blue"), pixel[2]);
  EXPECT_EQ(driver.number("pixels.alpha"), pixel[3]);
  EXPECT_NEAR(driver.number("pixels.gray"), 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2], 0.001);
  EXPECT_NEAR(driver.number("pixels.luma"), driver.number("pixels.gray"), 0.001);
  EXPECT_EQ(driver.number("pixels.value"), *std::max_element(pixel, pixel + 3));
}

TEST(PixelsPage, sixteen_bits_are_read_as_stored) {
  PageDriver driver("pixels");
  EXPECT_THROW(driver.number("pixels.red16"), Error);
  driver.show(made_picture(9, 5, 3, 16));
  driver.run("pixels.cursor 3 2");
  EXPECT_EQ(driver.number("pixels.bits"), 16);
  EXPECT_EQ(driver.number("pixels.green16"), driver.number("pixels.green") * 257);
}

TEST(PixelsPage, a_cursor_beyond_the_edge_is_an_error_with_the_legal_range) {
  PageDriver driver("pixels");
  EXPECT_EQ(driver.failure("pixels.cursor 12 0"),
            "the picture has no pixel 12 0 / it is 12 x 16: columns 0 to 11, rows 0 to 15");
  EXPECT_EQ(driver.number("pixels.x"), 6);
  driver.run("pixels.move 100 -100");
  EXPECT_EQ(driver.number("pixels.x"), 11);
  EXPECT_EQ(driver.number("pixels.y"), 0);
}

TEST(PixelsPage, without_a_picture_commands_say_what_to_do) {
  PageDriver driver("pixels");
  driver.show(nullptr);
  EXPECT_EQ(driver.failure("pixels.cursor 0 0"), "no picture is open / open one: open FILE, or open portrait");
  EXPECT_THROW(driver.number("pixels.red"), Error);
  for (const std::string& line : driver.app.page().state()) EXPECT_EQ(driver.failure(line), "") << line;
}

TEST(PixelsPage, the_mouse_leads_the_cursor_and_a_click_pins_it) {
  PageDriver driver("pixels");
  driver.settle();
  driver.hands.move(driver.on_screen("pixels", 2, 3));
  driver.settle();
  EXPECT_EQ(driver.number("pixels.red"), 5);  // row 4, column 3
  driver.click_at(driver.on_screen("pixels", 4, 14));
  EXPECT_EQ(driver.number("pixels.red"), 0);
  driver.hands.move(driver.on_screen("pixels", 0, 0));
  driver.settle();
  EXPECT_EQ(driver.number("pixels.x"), 4) << "a pinned cursor stays";
  driver.run("pixels.pin off");
  driver.run("pixels.cursor 1 1");
  driver.frames(5);
  EXPECT_EQ(driver.number("pixels.x"), 1) << "a mouse at rest does not take the cursor away from a script";
  driver.hands.move(driver.on_screen("pixels", 11, 15));
  driver.settle();
  EXPECT_EQ(driver.number("pixels.red"), 218);
}

TEST(PixelsPage, widgets_send_the_commands_they_are_named_for) {
  PageDriver driver("pixels");
  driver.show(made_picture(40, 30, 3));
  const std::pair<const char*, const char*> cases[] = {
      {"Hex", "pixels.format hex"},    {"0 to 1", "pixels.format unit"},
      {"HSV", "pixels.space hsv"},     {"Hue", "pixels.component 1"},
      {"YCbCr", "pixels.space ycbcr"}, {"Gray", "pixels.space gray"},
      {"RGB", "pixels.space rgb"},     {"Fit", "pixels.fit"},
  };
  for (const auto& [label, command] : cases) {
    driver.click(label);
    EXPECT_EQ(std::count(driver.log.begin(), driver.log.end(), command), 1) << label;
  }
}

TEST(PixelsPage, cells_print_the_space_and_format_that_is_chosen) {
  PageDriver driver("pixels");
  driver.run("pixels.cursor 6 7");
  EXPECT_EQ(driver.text("pixels.cell"), "134");
  driver.run("pixels.format hex");
  EXPECT_EQ(driver.text("pixels.cell"), "86");
  driver.run("pixels.format unit");
  EXPECT_EQ(driver.text("pixels.cell"), "0.53");
  driver.run("pixels.format decimal");
  driver.run("pixels.space hsv");
  EXPECT_EQ(driver.text("pixels.cell"), "0 0.00 134");
  driver.run("pixels.space ycbcr");
  EXPECT_EQ(driver.text("pixels.cell"), "134 128 128");
}

TEST(PixelsPage, the_zoom_stays_within_the_picture_and_the_cursor_in_view) {
  PageDriver driver("pixels");
  driver.show(made_picture(3000, 2000, 3));
  driver.run("pixels.cursor 2990 10");
  driver.run("pixels.zoom 50");
  EXPECT_NEAR(driver.number("pixels.zoom"), 50, 1e-3);
  driver.run("pixels.cursor 5 1995");
  driver.settle();
  EXPECT_NEAR(driver.number("pixels.zoom"), 50, 1e-3);
  driver.run("pixels.fit");
  EXPECT_LT(driver.number("pixels.zoom"), 1);
}

TEST(PixelsPage, number_types_overflow_as_real_ones_do) {
  PageDriver driver("pixels");
  EXPECT_EQ(driver.number("pixels.dtype.wraps"), 44);
  EXPECT_EQ(driver.number("pixels.dtype.saturates"), 255);
  EXPECT_EQ(driver.number("pixels.dtype.float"), 300);
  driver.run("pixels.dtype.operation subtract");
  driver.run("pixels.dtype.operands 100 200");
  EXPECT_EQ(driver.number("pixels.dtype.wraps"), 156);
  EXPECT_EQ(driver.number("pixels.dtype.saturates"), 0);
  EXPECT_EQ(driver.number("pixels.dtype.float"), -100);
  driver.run("pixels.dtype.operation add");
  driver.run("pixels.dtype.operands 200 200");
  driver.run("pixels.dtype wrap");
  driver.run("pixels.cursor 6 7");
  EXPECT_EQ(driver.text("pixels.cell"), std::to_string((134 + 200) % 256));
  EXPECT_EQ(driver.number("pixels.red"), 134) << "the picture itself is untouched";
}

TEST(PixelsPage, edits_are_undone) {
  PageDriver driver("pixels");
  driver.run("pixels.cursor 6 7");
  driver.run("pixels.weights 1 1 0");
  EXPECT_EQ(driver.number("pixels.gray"), 268);
  driver.run("undo");
  EXPECT_EQ(driver.number("pixels.gray"), 134);
  driver.run("redo");
  EXPECT_EQ(driver.number("pixels.gray"), 268);
}

TEST(PixelsPage, state_brings_another_program_to_the_same_page) {
  PageDriver driver("pixels");
  for (const char* line : {"pixels.space hsv", "pixels.component 2", "pixels.format unit", "pixels.weights 0.2 0.7 0.1",
                           "pixels.dtype saturate", "pixels.panel types", "pixels.dtype.operation multiply",
                           "pixels.dtype.operands 3 9", "pixels.view 4 5 33.5", "pixels.cursor 3 4", "pixels.pin on"}) {
    driver.run(line);
  }
  PageDriver other("pixels");
  for (const std::string& line : driver.app.page().state()) other.app.run(line);
  EXPECT_EQ(other.app.page().state(), driver.app.page().state());
  EXPECT_EQ(other.number("pixels.x"), 3);
}

TEST(PixelsPage, statistics_follow_the_space) {
  PageDriver driver("pixels");
  driver.settle();
  EXPECT_EQ(driver.number("pixels.minimum"), 0);
  EXPECT_EQ(driver.number("pixels.maximum"), 255);
  const Image& image = *driver.app.document().image;
  double sum = 0;
  for (uint8_t value : image.bytes) sum += value;
  EXPECT_NEAR(driver.number("pixels.mean"), sum / 192, 1e-9);
  driver.run("pixels.space hsv");
  EXPECT_EQ(driver.number("pixels.maximum"), 0) << "grays have hue 0";
}

TEST(PixelsPage, its_lesson_says_what_is_true) {
  PageDriver driver("pixels");
  play_lesson(driver, "pixels");
}

}  // namespace
}  // namespace striate
