// Where a figure's boxes stand: pure arithmetic, no Ui.
#include "app/widgets/figure.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace striate {
namespace {

FigureStyle style() {
  FigureStyle style;
  style.index_width = [](int count) { return 7.0f * static_cast<float>(std::to_string(count - 1).size()) + 4; };
  style.text_width = [](std::string_view text) { return 7.0f * static_cast<float>(text.size()); };
  return style;
}

FigureGrid grid(const std::string& name, int rows, int columns) {
  FigureGrid made;
  made.name = name;
  made.rows = made.index_rows = rows;
  made.columns = made.index_columns = columns;
  made.captions = {name + " with all of its words", name};
  return made;
}

TEST(Figure, cells_have_one_size_and_grow_with_the_stage) {
  float before = 0;
  for (const float scale : {1.0f, 1.5f, 2.0f, 3.0f}) {
    Figure figure(style());
    const Figure::Box row = figure.row({figure.grid(grid("input", 2, 2)), figure.grid(grid("output", 1, 1))});
    const Rect area{220, 0, 720 * scale, 600 * scale};
    const Figure::Placed placed = figure.place({row}, area);
    EXPECT_GT(placed.cell, before);
    before = placed.cell;
    EXPECT_EQ(placed.at("input").cell, placed.at("output").cell);
    // Four cells fill the room, in one of its two directions.
    const float wide = placed.at("output").cells.right() - placed.at("input").cells.x;
    EXPECT_GE(std::max(wide / area.w, placed.at("input").cells.h / area.h), 0.9f);
  }
}

TEST(Figure, boxes_of_a_row_have_one_middle_and_those_of_a_column_too) {
  Figure figure(style());
  FigureGrid noted = grid("output", 2, 2);
  noted.notes = {"= 4"};
  const Figure::Box input = figure.grid(grid("input", 6, 6)), output = figure.grid(std::move(noted));
  const Figure::Placed beside = figure.place({figure.row({input, output})}, {0, 0, 1000, 700});
  EXPECT_NEAR(beside.at("input").cells.center().y, beside.at("output").cells.center().y, 1);
  EXPECT_GT(beside.at("output").cells.x, beside.at("input").cells.right());
  const Figure::Placed below = figure.place({figure.column({input, output})}, {0, 0, 700, 1000});
  EXPECT_NEAR(below.at("input").cells.center().x, below.at("output").cells.center().x, 16);
  EXPECT_GT(below.at("output").cells.y, below.at("input").cells.bottom());
}

TEST(Figure, the_first_arrangement_with_room_for_numbers_wins_else_the_one_with_larger_cells) {
  for (const auto& [area, beside] : {std::pair(Rect{0, 0, 1200, 800}, true), {Rect{0, 0, 400, 900}, false}}) {
    Figure figure(style());
    const Figure::Box a = figure.grid(grid("a", 12, 12)), b = figure.grid(grid("b", 12, 12));
    const Figure::Placed placed = figure.place({figure.row({a, b}), figure.column({a, b})}, area);
    EXPECT_EQ(placed.at("b").cells.y < placed.at("a").cells.bottom(), beside);
  }
}

TEST(Figure, captions_notes_and_numbers_at_the_edges_give_way) {
  const auto place = [](float width, int columns) {
    Figure figure(style());
    FigureGrid made = grid("input", columns, columns);
    made.notes = {"floor((6 + 2 - 3) / 1) + 1 = 6 columns"};
    return figure.place({figure.row({figure.grid(std::move(made)), figure.grid(grid("output", 2, 2))})},
                        {0, 0, width, 900});
  };
  const Figure::Placed wide = place(1200, 6), narrow = place(260, 6), tiny = place(260, 30);
  EXPECT_EQ(wide.at("input").caption, 0u);
  EXPECT_NEAR(wide.at("input").notes_at[0].x, wide.at("input").cells.center().x, 1);
  EXPECT_EQ(narrow.at("output").caption, 1u);
  EXPECT_NEAR(narrow.at("input").notes_at[0].x, 130, 1) << "the note stands below the whole figure";
  EXPECT_GT(narrow.at("input").notes_at[0].y, narrow.at("output").cells.bottom());
  EXPECT_TRUE(narrow.at("input").indices);
  EXPECT_FALSE(tiny.at("input").indices);
}

TEST(Figure, a_grid_that_is_larger_than_the_others_keeps_its_indices_and_those_of_a_column_stand_in_line) {
  Figure figure(style());
  FigureGrid window = grid("window", 3, 3), kernel = grid("kernel", 3, 3);
  window.wish = kernel.wish = 40;
  window.index_rows = window.index_columns = 128;  // it lies somewhere in what is larger
  const Figure::Box map = figure.grid(grid("map", 64, 64));
  const Figure::Box column = figure.column({figure.grid(std::move(window)), figure.grid(std::move(kernel))});
  const Figure::Placed placed = figure.place({figure.row({map, column})}, {0, 0, 480, 400});
  EXPECT_LT(placed.at("map").cell, 7);
  EXPECT_FALSE(placed.at("map").indices);
  EXPECT_TRUE(placed.at("kernel").indices);
  EXPECT_EQ(placed.at("window").cells.x, placed.at("kernel").cells.x);
  EXPECT_GE(placed.at("kernel").cells.y - placed.at("window").cells.bottom(), 16 + 22) << "no room for its indices";
}

TEST(Figure, a_grid_can_ask_for_cells_of_a_least_size_and_a_low_stage_is_told_how_high_it_has_to_be) {
  Figure figure(style());
  FigureGrid kernel = grid("kernel", 3, 3);
  kernel.least = 24;
  const Figure::Box row = figure.row({figure.grid(grid("input", 32, 32)), figure.grid(std::move(kernel))});
  EXPECT_EQ(figure.place({row}, {0, 0, 500, 400}).at("kernel").cell, 24);
  const float least = figure.least_height({row}, 500);
  EXPECT_GE(least, 32 * 9);
  EXPECT_GE(figure.place({row}, {0, 0, 500, least}).cell, 9);
}

TEST(Figure, what_a_grid_wishes_for_gives_way_before_the_others_get_too_small) {
  for (const auto& [width, all] : {std::pair(900.0f, true), {420.0f, false}}) {
    Figure figure(style());
    FigureGrid kernel = grid("kernel", 3, 3);
    kernel.least = 16;
    kernel.wish = 46;
    const Figure::Box map = figure.grid(grid("map", 28, 28)), out = figure.grid(grid("out", 26, 26));
    const Figure::Placed placed =
        figure.place({figure.row({map, figure.grid(std::move(kernel)), out})}, {0, 0, width, 400});
    EXPECT_EQ(placed.at("kernel").cell == 46, all) << width;
    EXPECT_GE(placed.at("kernel").cell, 16);
    EXPECT_GE(placed.cell, 4);
  }
}

TEST(Figure, rooms_stand_in_rows_and_columns_as_grids_do) {
  Figure figure(style());
  const Figure::Box whole =
      figure.column({figure.grid(grid("input", 4, 4)), figure.room("sum", 300, 60), figure.grid(grid("output", 2, 2))});
  const Figure::Placed placed = figure.place({whole}, {0, 0, 600, 800});
  const Rect sum = placed.at("sum").cells;
  EXPECT_EQ(sum.w, 300);
  EXPECT_EQ(sum.h, 60);
  EXPECT_GE(sum.y, placed.at("input").cells.bottom());
  EXPECT_LE(sum.bottom(), placed.at("output").cells.y);
}

TEST(Figure, rooms_grow_into_what_is_left_those_of_a_column_from_above) {
  const auto place = [](float high) {
    Figure figure(style());
    const Figure::Box left = figure.column({figure.room("plots", 300, 100, 1e6f), figure.room("filters", 300, 80)});
    const Figure::Box right = figure.column(
        {figure.room("matrix", 200, 90, 150), figure.room("probe", 200, 40), figure.room("maps", 200, 30, 60)});
    const Figure::Box whole = figure.row({left, right});
    EXPECT_EQ(figure.height(whole), 192);
    return figure.place({whole}, {10, 20, 600, high});
  };
  for (const float high : {192.0f, 230.0f, 270.0f, 400.0f}) {
    const Figure::Placed placed = place(high);
    EXPECT_NEAR(placed.at("plots").cells.y, 20, 0.01);
    EXPECT_NEAR(placed.at("filters").cells.bottom(), 20 + high, 0.01);
    EXPECT_NEAR(placed.at("plots").cells.h, high - 92, 0.01);
    EXPECT_NEAR(placed.at("matrix").cells.y, 20, 0.01);
    EXPECT_NEAR(placed.at("matrix").cells.h, std::min(150.0f, high - 94), 0.01);
    EXPECT_NEAR(placed.at("maps").cells.h, std::clamp(high - 214, 30.0f, 60.0f), 0.01);
    EXPECT_EQ(placed.at("probe").cells.h, 40);
    EXPECT_GE(placed.at("maps").cells.y, placed.at("probe").cells.bottom());
  }
}

// The stage of the convolution page in two thousand sizes.
TEST(Figure, grids_lie_inside_and_never_overlap) {
  std::mt19937 dice(6);
  const auto roll = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(dice); };
  for (int i = 0; i < 2000; ++i) {
    const int channels = roll(0, 1) ? 1 : 3, outputs = channels == 3 && roll(0, 1) ? 3 : 1;
    const int kernel_rows = roll(1, 5), kernel_columns = roll(1, 5);
    const int rows = roll(kernel_rows, 34), columns = roll(kernel_columns, 34);
    const int out_rows = roll(1, rows), out_columns = roll(1, columns);
    Figure figure(style());
    std::vector<Figure::Box> slices, results;
    for (int c = 0; c < channels; ++c) {
      slices.push_back(figure.grid(grid("input " + std::to_string(c), rows, columns)));
      FigureGrid kernel = grid("kernel " + std::to_string(c), kernel_rows, kernel_columns);
      kernel.index_rows = kernel.index_columns = 0;
      kernel.least = 24;
      kernel.notes = {"sum 12"};
      slices.push_back(figure.grid(std::move(kernel)));
    }
    for (int k = 0; k < outputs; ++k) {
      FigureGrid output = grid("output " + std::to_string(k), out_rows, out_columns);
      if (k + 1 == outputs) output.notes.assign(static_cast<size_t>(roll(1, 3)), std::string(roll(10, 40), 'x'));
      results.push_back(figure.grid(std::move(output)));
    }
    const Figure::Box left = figure.table(2, slices), right = figure.column(results);
    const std::vector<Figure::Box> ways = {figure.row({left, right}), figure.column({left, right})};
    const Rect area{220, 0, static_cast<float>(roll(680, 1300)), static_cast<float>(roll(560, 1000))};
    const float high = std::max(area.h, figure.least_height(ways, area.w));
    const Rect room{area.x, area.y, area.w, high};
    const Figure::Placed placed = figure.place(ways, room);
    ASSERT_EQ(placed.places.size(), static_cast<size_t>(2 * channels + outputs));
    EXPECT_GE(placed.cell, 2);
    for (size_t a = 0; a < placed.places.size(); ++a) {
      EXPECT_TRUE(room.inset(-1).contains(placed.places[a].cells)) << i << " " << placed.places[a].name;
      for (const Vec note : placed.places[a].notes_at) EXPECT_TRUE(room.contains(note)) << i;
      for (size_t b = a + 1; b < placed.places.size(); ++b) {
        EXPECT_FALSE(placed.places[a].cells.overlaps(placed.places[b].cells)) << i;
      }
    }
  }
}

}  // namespace
}  // namespace striate
