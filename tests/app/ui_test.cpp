// The widgets alone: what they send for what hands do.
#include "app/widgets/ui.h"

#include <gtest/gtest.h>

#include "app/shell/fonts.h"
#include "app/widgets/textures.h"

namespace striate {
namespace {

class Widgets : public testing::Test {
 protected:
  Registry registry;
  NoTextures textures;
  Ui ui{registry, textures};
  InputQueue queue;
  double now = 1;
  std::vector<std::string> sent;

  // One frame in a panel of 300 x 600.
  template <typename Draw>
  void frame(Draw draw) {
    now += 1.0 / 60;
    Ui::Frame f;
    f.input = queue.next();
    f.size = {800, 600};
    f.now = now;
    ui.begin_frame(f);
    ui.begin_panel("panel", {0, 0, 300, 600});
    draw();
    ui.end_panel();
    ui.end_frame();
    for (std::string& line : ui.take_commands()) sent.push_back(std::move(line));
  }
  template <typename Draw>
  void play(Draw draw) {
    frame(draw);
    while (!queue.empty()) frame(draw);
    frame(draw);
  }
  void press(const char* label, int times = 1) {
    Rect rect = ui.find_item(label)->rect;
    for (int i = 0; i < times; ++i) {
      queue.move(rect.center());
      queue.button(0, true);
      queue.button(0, false);
    }
  }
};

TEST_F(Widgets, a_button_sends_its_command_once) {
  auto draw = [&] { ui.button("Fit", "pixels.fit"); };
  frame(draw);
  press("Fit");
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"pixels.fit"});
}

TEST_F(Widgets, a_disabled_button_sends_nothing) {
  auto draw = [&] { ui.button("Fit", "pixels.fit", {.enabled = false}); };
  frame(draw);
  press("Fit");
  play(draw);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Widgets, a_release_elsewhere_is_no_click) {
  auto draw = [&] { ui.button("Fit", "pixels.fit"); };
  frame(draw);
  queue.move(ui.find_item("Fit")->rect.center());
  queue.button(0, true);
  queue.move({700, 500});
  queue.button(0, false);
  play(draw);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Widgets, toggle_and_choices_add_their_value) {
  const Choice choices[] = {{"Zero", "zero"}, {"Wrap", "wrap"}};
  auto draw = [&] {
    ui.toggle("flip", false, "p.flip");
    ui.segmented("mode", choices, "zero", "p.mode");
  };
  frame(draw);
  press("flip");
  play(draw);
  press("Wrap");
  play(draw);
  EXPECT_EQ(sent, (std::vector<std::string>{"p.flip on", "p.mode wrap"}));
}

TEST_F(Widgets, a_slider_sends_while_it_is_dragged_and_resets_on_a_double_click) {
  double value = 0.5;
  auto draw = [&] { ui.bare_slider("strength", value, {.minimum = 0, .maximum = 1, .reset = 0.25}, "p.strength"); };
  frame(draw);
  Rect rect = ui.find_item("strength")->rect;
  queue.move(rect.center());
  queue.button(0, true);
  queue.move(rect.center() + Vec{30, 0});
  frame(draw), frame(draw), frame(draw);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.back().substr(0, 11), "p.strength ");
  EXPECT_GT(std::stod(sent.back().substr(11)), 0.5);
  queue.button(0, false);
  play(draw);
  now += 1;
  sent.clear();
  press("strength", 2);
  play(draw);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.back(), "p.strength 0.25");
}

TEST_F(Widgets, a_slider_moves_by_keys_when_it_has_the_focus) {
  auto draw = [&] { ui.bare_slider("size", 3, {.minimum = 1, .maximum = 15, .step = 1, .decimals = 0}, "p.size"); };
  frame(draw);
  queue.key({"Right", false});
  play(draw);
  EXPECT_TRUE(sent.empty());
  queue.key({"Tab", false});
  play(draw);
  queue.key({"Right", false});
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"p.size 4"});
}

TEST_F(Widgets, a_number_is_typed) {
  auto draw = [&] { ui.number_field("divisor", 1, {.minimum = -100, .maximum = 100, .decimals = 3}, "p.divisor"); };
  frame(draw);
  press("divisor");
  play(draw);
  EXPECT_TRUE(ui.editing());
  queue.text("16,5");
  queue.key({"Enter", false});
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"p.divisor 16.5"});
  EXPECT_FALSE(ui.editing());
}

TEST_F(Widgets, escape_leaves_a_number_as_it_was) {
  auto draw = [&] { ui.number_field("divisor", 1, {.minimum = -100, .maximum = 100}, "p.divisor"); };
  frame(draw);
  press("divisor");
  play(draw);
  queue.text("7");
  queue.key({"Escape", false});
  play(draw);
  EXPECT_TRUE(sent.empty());
}

TEST_F(Widgets, a_kernel_cell_is_typed_and_the_rows_are_sent) {
  std::vector<float> kernel = {0, -1, 0, -1, 5, -1, 0, -1, 0};
  auto draw = [&] { ui.kernel_editor("kernel", 3, 3, kernel, "filters.kernel"); };
  frame(draw);
  press("kernel 1,1");
  play(draw);
  queue.text("9");
  queue.key({"Enter", false});
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"filters.kernel 0 -1 0; -1 9 -1; 0 -1 0"});
}

TEST_F(Widgets, a_kernel_of_fifteen_has_a_cell_for_each_number) {
  std::vector<float> kernel(225, 1.0f / 9);
  auto draw = [&] { ui.kernel_editor("kernel", 15, 15, kernel, "filters.kernel"); };
  frame(draw);
  EXPECT_EQ(ui.items().size(), 225u);
  EXPECT_TRUE(ui.conflicts().empty());
}

TEST_F(Widgets, a_drop_down_opens_and_chooses) {
  const Choice choices[] = {{"Gray", "gray"}, {"HSV", "hsv"}};
  auto draw = [&] {
    ui.dropdown("space", choices, "gray", "pixels.space");
    ui.button("below", "b");
  };
  frame(draw);
  EXPECT_EQ(ui.find_item("HSV"), nullptr);
  press("space");
  play(draw);
  ASSERT_NE(ui.find_item("HSV"), nullptr);
  press("HSV");
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"pixels.space hsv"});
  EXPECT_EQ(ui.find_item("HSV"), nullptr);
}

TEST_F(Widgets, the_arrows_belong_to_a_drop_down_that_a_click_opened) {
  const Choice choices[] = {{"Gray", "gray"}, {"HSV", "hsv"}};
  int left_over = 0;
  auto draw = [&] {
    ui.dropdown("space", choices, "gray", "pixels.space");
    left_over += ui.take_key("Down");
  };
  frame(draw);
  press("space");
  play(draw);
  ASSERT_NE(ui.find_item("HSV"), nullptr);
  for (int i = 0; i < 3; ++i) queue.key({"Down", false});  // on what is chosen, to the next one, and nowhere
  play(draw);
  EXPECT_EQ(left_over, 0);
  queue.key({"Enter", false});
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"pixels.space hsv"});
  EXPECT_EQ(ui.find_item("HSV"), nullptr);
}

TEST_F(Widgets, a_brush_over_the_histogram_sends_its_range) {
  std::vector<double> bins(256, 1.0);
  auto draw = [&] {
    HistogramSpec spec;
    spec.series = {{bins, ui.theme().gray}};
    ui.histogram("red", spec, "channels.brush r");
  };
  frame(draw);
  Rect rect = ui.find_item("red")->rect;
  queue.move({rect.x, rect.center().y});
  queue.button(0, true);
  queue.move({rect.x + rect.w / 2, rect.center().y});
  queue.button(0, false);
  play(draw);
  ASSERT_FALSE(sent.empty());
  EXPECT_EQ(sent.back(), "channels.brush r 0 128");
}

TEST_F(Widgets, a_text_field_sends_quoted_text) {
  auto draw = [&] { ui.text_field("name", "a", "p.name"); };
  frame(draw);
  press("name");
  play(draw);
  queue.text("bc dx");
  queue.key({"Left", false});
  queue.key({"Delete", false});
  queue.key({"Enter", false});
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"p.name \"abc d\""});
}

TEST_F(Widgets, the_same_label_twice_is_a_conflict) {
  frame([&] {
    ui.button("Fit", "a");
    ui.button("Fit", "b");
  });
  EXPECT_EQ(ui.conflicts(), std::vector<std::string>{"Fit"});
  frame([&] {
    ui.button("Fit", "a");
    ui.push_id("other");
    ui.button("Fit", "b");
    ui.pop_id();
  });
  EXPECT_TRUE(ui.conflicts().empty());
}

TEST_F(Widgets, an_overlay_keeps_the_mouse_from_what_is_below) {
  bool open = true;
  auto draw = [&] {
    ui.button("below", "below");
    if (!open) return;
    ui.begin_layer(Ui::kOverlayLayer, {0, 0, 800, 600});
    ui.next({400, 400, 80, 32});
    ui.button("above", "above");
    ui.end_layer();
  };
  frame(draw);
  press("below");
  play(draw);
  EXPECT_TRUE(sent.empty());
  press("above");
  play(draw);
  EXPECT_EQ(sent, std::vector<std::string>{"above"});
}

TEST_F(Widgets, a_linked_word_lights_its_concept_and_the_thing_its_word) {
  float lit = 0;
  auto draw = [&] {
    ui.paragraph("[kernel](kernel)");
    lit = ui.lit(Concept::kernel);
  };
  frame(draw);
  EXPECT_EQ(lit, 0);
  queue.move({30, 24});
  play(draw);
  EXPECT_EQ(lit, 1);
}

TEST_F(Widgets, a_paragraph_wraps_within_its_width) {
  frame([&] {
    float one = ui.paragraph_height("word", 200);
    EXPECT_GT(ui.paragraph_height("many **bold** and `12` words that do not fit into one line of this width", 200),
              2 * one);
    EXPECT_EQ(ui.paragraph_height("an unclosed **mark stays as it is", 2000), one);
  });
}

TEST_F(Widgets, the_wheel_zooms_a_picture_about_the_cursor_and_a_drag_moves_it) {
  PictureSource source;
  source.key = "test";
  source.width = 100;
  source.height = 100;
  int tiles = 0;
  source.pixels = [&](int, CellRect rect) {
    ++tiles;
    TilePixels tile;
    tile.bytes.assign(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h) * 4, 255);
    return tile;
  };
  View view;
  PictureResponse last;
  bool changed = false;
  auto draw = [&] {
    last = ui.picture("picture", {0, 0, 300, 500}, source, view);
    if (last.view_changed) view = last.view, changed = true;
  };
  frame(draw);
  EXPECT_TRUE(last.settled);
  EXPECT_EQ(tiles, 1);
  queue.move({150, 200});
  frame(draw);
  PixelAt before = last.pixel;
  EXPECT_TRUE(before.inside);
  queue.scroll({0, 3});
  play(draw);
  EXPECT_TRUE(changed);
  EXPECT_EQ(last.pixel.x, before.x);
  EXPECT_EQ(last.pixel.y, before.y);
  Vec center = view.center;
  queue.button(0, true);
  queue.move({180, 200});
  queue.button(0, false);
  play(draw);
  EXPECT_LT(view.center.x, center.x);
  EXPECT_EQ(tiles, 1);  // what was there already was not made again
}

TEST_F(Widgets, only_visible_tiles_of_the_needed_level_are_made) {
  PictureSource source;
  source.key = "large";
  source.width = 7000;
  source.height = 4700;
  source.levels = 14;
  std::vector<std::pair<int, CellRect>> asked;
  source.pixels = [&](int level, CellRect rect) {
    asked.emplace_back(level, rect);
    TilePixels tile;
    tile.bytes.assign(static_cast<size_t>(rect.w) * static_cast<size_t>(rect.h) * 4, 128);
    return tile;
  };
  View view;
  auto draw = [&] { ui.picture("picture", {300, 0, 500, 500}, source, view); };
  for (int i = 0; i < 50; ++i) frame(draw);
  size_t fitted = asked.size();
  EXPECT_LE(fitted, 30u);
  for (auto& [level, rect] : asked) {
    EXPECT_GE(level, 3);
    EXPECT_LE(rect.w, 258);
  }
  asked.clear();
  view = {{3500, 2350}, 40};
  for (int i = 0; i < 10; ++i) frame(draw);
  EXPECT_LE(asked.size(), 4u);
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked.back().first, 0);
}

TEST_F(Widgets, numbers_are_drawn_only_where_they_fit) {
  frame([&] {
    EXPECT_FALSE(ui.numbers_fit(8, 3, 1));
    EXPECT_TRUE(ui.numbers_fit(24, 3, 1));
    EXPECT_FALSE(ui.numbers_fit(24, 3, 3));
    EXPECT_TRUE(ui.numbers_fit(48, 3, 3));
  });
}

TEST_F(Widgets, a_grid_says_whether_a_number_would_be_drawn_in_its_cells) {
  frame([&] {
    EXPECT_FALSE(ui.grid_number_fits(12, 1)) << "smaller than type can be read";
    EXPECT_TRUE(ui.grid_number_fits(20, 1));
    EXPECT_FALSE(ui.grid_number_fits(20, 5));
    EXPECT_TRUE(ui.grid_number_fits(40, 5));
  });
}

TEST_F(Widgets, text_has_the_size_of_its_role) {
  frame([&] {
    // A capital M of Inter is about 0.9 em wide, a digit of JetBrains Mono exactly 0.6 em.
    EXPECT_NEAR(ui.measure(Font::number, "0").x, 9, 0.5f);
    EXPECT_GT(ui.measure(Font::body, "M").x, 13);
    EXPECT_LT(ui.measure(Font::body, "M").x, 17);
  });
}

TEST(NumberText, has_no_negative_zero) {
  EXPECT_EQ(number_text(-0.001, 2), "0.00");
  EXPECT_EQ(number_text(-0.0, 0), "0");
  EXPECT_EQ(number_text(-1.5, 1), "-1.5");
  EXPECT_EQ(shortest_text(-0.0f), "0");
  EXPECT_EQ(shortest_text(0.1f), "0.1");
}

}  // namespace
}  // namespace striate
