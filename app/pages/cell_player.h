// The cursor of a page that steps through the cells of an output grid: going to a cell, stepping, playing, scrubbing.
// Convolution and pooling share it; its commands and readouts stand under the page's own prefix:
//   P.cursor X Y  P.output X Y  P.move DX DY  P.step  P.play  P.pause  P.toggle  P.speed S  P.scrub N  P.fill on|off
//   readouts: P.column  P.row  P.cell  P.speed  P.fill
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/command/setting.h"
#include "app/pages/page.h"

namespace striate {

class CellPlayer {
 public:
  // `moved` is called whenever the cursor was set. `speed` in cells a second.
  CellPlayer(std::string prefix, double speed, std::function<void()> moved = {});

  void declare(Registry& registry);
  void set_size(int columns, int rows);  // of the output, 1 or more; keeps the cursor inside
  void go(int column, int row);
  void begin_again(int column, int row);  // goes there, stands still, nothing is hidden
  void pause() { playing_ = false; }

  int column() const { return column_; }
  int row() const { return row_; }
  int index() const { return row_ * columns_ + column_; }  // in reading order
  int count() const { return columns_ * rows_; }
  bool playing() const { return playing_; }
  double speed() const { return pace_.speed; }
  // Whether this cell is still empty, because the output fills as the window slides.
  bool hidden(int column, int row) const { return pace_.fill && row * columns_ + column > index(); }

  bool update(double now);  // as Page::update
  std::vector<std::string> state() const;
  std::vector<Page::Key> keys() const;
  void draw_transport(Ui& ui, const Rect& area) const;

 private:
  void leap(int index);  // to a cell by its number, with the output filling

  std::string prefix_;
  std::function<void()> moved_to_;
  int columns_ = 1, rows_ = 1;
  int column_ = 0, row_ = 0;
  struct Pace {
    double speed = 4;  // cells a second
    bool fill = false;
  };
  Pace pace_;
  SettingsOf<Pace> settings_;
  bool playing_ = false;
  double moved_ = 0;  // when playing last moved, seconds
  double now_ = 0;
};

}  // namespace striate
