// Where the grids of a stage stand: a figure is measured and placed, nobody computes pixels by hand. Boxes are grids of
// cells and rooms of a given size; tables, rows and columns of them are boxes too. All cells have one size, the largest
// with which the whole fits: the figure grows with its stage. What gives way where there is no room: captions are
// worded shorter, notes move from below their grid to below the figure, the indices at a grid's edges go. Pure; no Ui.
//
//   Figure figure(style);
//   const Figure::Box input = figure.grid({.name = "input", .rows = 6, .columns = 6, .captions = {"input 6 x 6"}});
//   const Figure::Box output = figure.grid({.name = "output", .rows = 4, .columns = 4});
//   const auto placed = figure.place({figure.row({input, output}), figure.column({input, output})}, area);
//   placed.at("output").cells
//
// widgets/linked_grids.h draws one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/widgets/geometry.h"

namespace striate {

// Sizes that come from the type.
struct FigureStyle {
  float gap = 36;                               // between boxes side by side
  float between = 12;                           // and under each other
  float line = 22;                              // of a caption or note
  float index_height = 16;                      // of the numbers of columns above a grid
  std::function<float(int count)> index_width;  // of the numbers of `count` rows beside it; empty: 0
  std::function<float(std::string_view text)> text_width;
};

struct FigureGrid {
  std::string name;
  int rows = 1, columns = 1;
  int index_rows = 0, index_columns = 0;  // indices below this stand at its edges
  std::vector<std::string> captions;      // the line above it: the first that has room; the last is always drawn
  std::vector<std::string> notes;         // lines below it
  float least = 0;                        // its cells are no smaller than this: numbers that are edited
  float wish = 0;                         // nor than this, where there is room for it
};

struct FigurePlace {
  std::string name;
  Rect cells;  // without the indices at its edges; of a room: all of it
  float cell = 0;
  bool indices = false;  // there is room for the indices at its edges
  size_t caption = 0;    // which of its captions
  Vec caption_at;        // its middle
  std::vector<Vec> notes_at;
};

class Figure {
 public:
  struct Box {
    int index = -1;
  };
  struct Placed {
    float cell = 0;
    float wish = 1;  // the share of what they wish for that all cells have
    std::vector<FigurePlace> places;
    const FigurePlace& at(std::string_view name) const;  // there is one
  };

  explicit Figure(FigureStyle style) : style_(std::move(style)) {}

  // Cells that hold no numbers can be told apart when they are smaller than others: a lower stage need not scroll.
  void allow_small_cells() { least_cell_ = kTold; }
  Box grid(FigureGrid grid);
  // For something else: a legend, a sum, a plot. Where the figure is lower than its area rooms grow up to `most`, those
  // of a column from above.
  Box room(std::string name, float width, float height, float most = 0);
  Box table(int columns, const std::vector<Box>& boxes);  // line by line; each in the middle of its place
  Box row(const std::vector<Box>& boxes) { return table(static_cast<int>(boxes.size()), boxes); }
  Box column(const std::vector<Box>& boxes) { return table(1, boxes); }

  // The first arrangement whose cells have room for numbers, else the one whose cells have most of what they wish
  // for, or are largest.
  Placed place(const std::vector<Box>& arrangements, const Rect& area) const;
  // Below this height cells can't be told apart: a lower stage scrolls.
  float least_height(const std::vector<Box>& arrangements, float width) const;
  float height(Box box) const;  // of rooms, before they grow

 private:
  struct Node {
    FigureGrid grid;  // a leaf
    Vec size;         // of a room; 0: it is a grid
    float most = 0;   // and how high it may grow
    int columns = 0;  // of a table; 0: a leaf
    std::vector<int> boxes;
  };
  // What a box takes: its width, and how far it reaches above and below its middle, which is that of its cells.
  struct Extent {
    float w = 0, up = 0, down = 0;
  };
  // Indices stand at all edges; or only where cells are larger than those of the figure; or nowhere.
  enum class Indices { all, own, none };
  struct Gives {
    Indices indices = Indices::all;
    bool below = false;  // long notes stand below the whole figure
    float wish = 1;      // the share of what cells wish for that they get
    bool words = false;  // captions have their longest wording
  };
  struct Lines {
    std::vector<float> widths, ups, downs;
    std::vector<float> edges;  // of a column: the widest of its grids' indices
  };
  Lines lines(const Node& node, float cell, Gives gives) const;
  Extent measure(int node, float cell, Gives gives) const;
  float caption_width(const FigureGrid& grid, size_t i) const;
  static float cell_of(const FigureGrid& grid, float cell, Gives gives);
  static bool indexed(const FigureGrid& grid, Gives gives);
  float edge(const FigureGrid& grid, Gives gives) const;  // the width of the indices at its left
  bool wide(const FigureGrid& grid) const;  // its notes move where they do not fit; else its box is as wide as they
  float notes_height(int node) const;       // of those that move
  bool fits(int node, float cell, Gives gives, const Rect& area) const;
  float largest(int node, Gives gives, const Rect& area) const;
  Placed solve(int node, const Rect& area) const;
  // False: a note that can move is wider than its place.
  bool put(int node, float cell, Gives gives, const Rect& slot, float left, float middle, float extra,
           Placed* placed) const;
  float growth(int node) const;
  void put_below(int node, float* y, const Rect& area, Placed* placed) const;

  static constexpr float kTold = 4;  // of a map without numbers: its shapes can be told

  FigureStyle style_;
  float least_cell_ = 9;  // smaller ones can't be told apart
  std::vector<Node> nodes_;
};

}  // namespace striate
