// A stage of linked grids, as CONTRIBUTING.md shows one: what lies under the mouse in one grid lights its partner in
// the other, hands send commands, and drawing changes nothing by itself.
#include "app/widgets/linked_grids.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "app/widgets/input.h"
#include "app/widgets/textures.h"
#include "app/widgets/ui.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

class DoublingPage {
 public:
  void draw_stage(Ui& ui, const Rect& area) const {
    LinkedGrids grids(ui, hover_);
    const Figure::Box input = grids.add(grid("input", Concept::input, 1));
    const Figure::Box output = grids.add(grid("output", Concept::activation, 2));
    Figure& figure = grids.figure();
    grids.draw(area, {figure.row({input, output}), figure.column({input, output})});
  }
  void drawn(const Drawn& frame) { hover_ = frame.cell; }

  LinkedGrid grid(const std::string& name, Concept tone, double factor) const {
    LinkedGrid grid;
    grid.name = name;
    grid.family = {name};
    grid.caption = {name, {" " + size_of_grid(2, 2) + ", every number times " + exact_text(factor)}};
    grid.cells.rows = grid.cells.index_rows = 2;
    grid.cells.columns = grid.cells.index_columns = 2;
    grid.cells.tone = tone;
    const auto value = [=, this](int row, int column) {
      return factor * values_[static_cast<size_t>(2 * row + column)];
    };
    grid.cells.cell = [=](int row, int column) { return GridCell{.text = exact_text(value(row, column))}; };
    grid.cells.frame = [this](int row, int column) -> Color {
      return !hover_.grid.empty() && hover_.row == row && hover_.column == column ? rgb(0xF2A541) : 0;
    };
    grid.on_click = "doubling.cursor {column} {row}";
    grid.on_pin = "doubling.pin {column} {row} " + name;
    if (factor == 1) grid.on_edit = "doubling.cell {column} {row} {value}", grid.cells.value = value, grid.key = "I";
    return grid;
  }

  std::vector<double> values_ = {1, 2, 3, 4};
  FoundCell hover_;
};

class LinkedGridsTest : public testing::Test {
 protected:
  Registry registry;
  NoTextures textures;
  Ui ui{registry, textures};
  InputQueue hands;
  DoublingPage page;
  Vec size{1280, 800};
  double now = 1;
  std::vector<std::string> sent;

  void frame() {
    now += 1.0 / 60;
    Ui::Frame f;
    f.input = hands.next();
    f.size = size;
    f.now = now;
    f.motion = false;
    ui.begin_frame(f);
    const DoublingPage& const_page = page;
    const_page.draw_stage(ui, {0, 0, size.x, size.y});
    ui.end_frame();
    for (std::string& line : ui.take_commands()) sent.push_back(std::move(line));
    page.drawn(ui.drawn());
  }
  void settle() {
    do frame();
    while (!hands.empty());
    frame();
  }
  Vec cell(const char* grid, int row, int column) {
    const Rect all = ui.find_item(grid)->rect;
    return {all.x + all.w * (static_cast<float>(column) + 0.5f) / 2,
            all.y + all.h * (static_cast<float>(row) + 0.5f) / 2};
  }
};

TEST_F(LinkedGridsTest, what_is_hovered_is_told_to_the_page_and_asks_for_a_frame) {
  settle();
  EXPECT_FALSE(ui.wants_frame());
  hands.move(cell("output", 1, 0));
  frame();
  EXPECT_TRUE(ui.wants_frame()) << "the other grid follows in the next frame";
  EXPECT_EQ(page.hover_, (FoundCell{"output", 0, 1, 0}));
  hands.move({1, 1});
  frame();
  EXPECT_TRUE(ui.wants_frame());
  EXPECT_EQ(page.hover_, FoundCell());
  frame();
  EXPECT_FALSE(ui.wants_frame()) << "nothing is hovered, nothing moves";
}

TEST_F(LinkedGridsTest, hands_send_commands_with_the_cell_filled_in) {
  settle();
  hands.move(cell("output", 0, 1));
  hands.button(0, true);
  hands.button(0, false);
  settle();
  EXPECT_EQ(sent, std::vector<std::string>{"doubling.cursor 1 0"});
  sent.clear();
  hands.move(cell("input", 1, 1));
  hands.button(1, true);
  hands.button(1, false);
  settle();
  EXPECT_EQ(sent, std::vector<std::string>{"doubling.pin 1 1 input"});
  sent.clear();
  hands.move({1, 1});
  hands.key({"I", false});
  settle();
  EXPECT_EQ(ui.focused(), ui.find_item("input")->id);
  hands.text("7.5");
  hands.key({"Enter", false});
  settle();
  EXPECT_EQ(sent.back(), "doubling.cell 0 0 7.5");
}

TEST_F(LinkedGridsTest, four_cells_fill_the_room_on_every_screen) {
  for (const Vec screen : {Vec{800, 500}, Vec{1280, 800}, Vec{1920, 1080}}) {
    size = screen;
    settle();
    const Rect input = ui.find_item("input")->rect, output = ui.find_item("output")->rect;
    EXPECT_EQ(input.w, output.w);
    EXPECT_GE(std::max((output.right() - input.x) / size.x, input.h / size.y), 0.85f) << size.x;
  }
}

TEST_F(LinkedGridsTest, captions_give_way) {
  std::vector<std::string> texts;
  ui.record_texts(&texts);
  const auto drawn = [&](const char* words) {
    texts.clear();
    settle();
    return std::find(texts.begin(), texts.end(), words) != texts.end();
  };
  EXPECT_TRUE(drawn(" 2 \u00d7 2, every number times 2"));
  size = {260, 240};
  EXPECT_FALSE(drawn(" 2 \u00d7 2, every number times 2"));
  EXPECT_TRUE(drawn("output"));
  ui.record_texts(nullptr);
}

}  // namespace
}  // namespace striate
