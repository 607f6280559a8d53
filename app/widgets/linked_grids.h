// A stage of grids that belong together: where they stand is a Figure's business, what lies under the mouse in one
// lights what belongs to it in the others. A page says what its grids hold and what hands on them do; hovering,
// pinning, typing, painting, the keyboard, numbers at the edges, captions and the window that slides come from here.
//
//   void MyPage::draw_stage(Ui& ui, const Rect& area) const {
//     LinkedGrids grids(ui, hover_);
//     const auto input = grids.add(input_grid()), output = grids.add(output_grid());
//     grids.draw(area, {grids.figure().row({input, output})});
//   }
//   void MyPage::drawn(const Drawn& frame) { hover_ = frame.cell; }
//
// app/pages/pooling_draw.cpp is a whole one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/widgets/drawn.h"
#include "app/widgets/figure.h"
#include "app/widgets/ui.h"

namespace striate {

// Words above a grid: in the color of what it is, then the longest of these that has room.
struct GridCaption {
  std::string name;
  std::vector<std::string> rest;
};

// A frame of rows x columns cells that lies over a grid and moves from cell to cell.
struct GridWindow {
  int row = 0, column = 0;  // of its upper left cell, counted from the first one that is drawn
  int rows = 1, columns = 1;
  float seconds = 0.25f;
};

struct LinkedGrid {
  std::string name;       // its label: unique on the stage
  FoundCell family = {};  // what its cells are to the others; empty: nothing. Row and column are not looked at
  GridSpec cells;         // everything but origin and size, which the figure gives, and the words below
  GridCaption caption;    //
  std::string tooltip;    //
  std::vector<std::string> notes = {};    // below it
  Color note_color = 0;                   // 0: secondary
  float least = 0;                        // its cells are no smaller than this
  float wish = 0;                         // nor than this, where there is room for it
  int characters = 0;                     // numbers in all cells or, where so many do not fit, in none; 0: each
  std::string key = {};                   // "I": brings the keyboard here
  std::optional<GridWindow> window = {};  // framed in the color of the kernel
  bool outlined = false;                  // in its tone
  // What hands send: "pooling.cursor {column} {row}", with {row}, {column} and, of an edit, {value} filled in.
  std::string on_click = {};  // also by the arrows
  std::string on_edit = {};
  std::string on_pin = {};                              // the right button, and P
  std::function<bool(int row, int column)> takes = {};  // the cells that are clicked and pinned; empty: every one
  // Where a cell is to be found in what the commands mean, if not where it is drawn: a kernel that is turned.
  std::function<std::pair<int, int>(int row, int column)> stored = {};
  std::function<void(Ui& ui, const FigurePlace& place)> instead = {};  // draws the cells by itself: no hands
};

class LinkedGrids {
 public:
  // `hovered`: what the last frame found.
  LinkedGrids(Ui& ui, FoundCell hovered);

  Figure& figure() { return figure_; }
  Figure::Box add(LinkedGrid grid);
  // `focus`: a command gave the keyboard to this grid, or to another thing of the page; empty: none did. A stage that
  // is too low for all of them scrolls. What stands in `rooms` is drawn by the caller, at the returned places.
  Figure::Placed draw(const Rect& area, const std::vector<Figure::Box>& arrangements, std::string_view focus = {});
  // One alone, where the caller has room for it, its caption and, from Ui::kIndexed on, its indices.
  void draw_at(LinkedGrid grid, Vec origin, float cell);
  const GridResponse& response(std::string_view name) const;  // after draw()

 private:
  GridResponse draw_one(const LinkedGrid& grid, const FigurePlace& place);
  void draw_words(const LinkedGrid& grid, const FigurePlace& place);
  void send(const LinkedGrid& grid, const std::string& line, int row, int column, double value = 0) const;

  Ui& ui_;
  FoundCell hovered_;
  Figure figure_;
  std::vector<LinkedGrid> grids_;
  std::vector<GridResponse> responses_;
};

// Words for a caption or a tooltip: "3 \u00d7 4".
std::string size_of_grid(int columns, int rows);

}  // namespace striate
