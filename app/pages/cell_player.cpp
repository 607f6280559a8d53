#include "app/pages/cell_player.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/widgets/player_bar.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {

CellPlayer::CellPlayer(std::string prefix, double speed, std::function<void()> moved)
    : prefix_(std::move(prefix)),
      moved_to_(std::move(moved)),
      pace_{speed},
      settings_(prefix_, pace_, [this](Pace pace) { pace_ = pace; }) {}

void CellPlayer::set_size(int columns, int rows) {
  columns_ = columns;
  rows_ = rows;
  column_ = std::clamp(column_, 0, columns - 1);
  row_ = std::clamp(row_, 0, rows - 1);
}

void CellPlayer::go(int column, int row) {
  column_ = column;
  row_ = row;
  if (moved_to_) moved_to_();
}

void CellPlayer::begin_again(int column, int row) {
  playing_ = pace_.fill = false;
  go(column, row);
}

void CellPlayer::leap(int index) {
  pace_.fill = true;
  go(index % columns_, index / columns_);
}

void CellPlayer::declare(Registry& registry) {
  const auto name = [this](const char* noun) { return prefix_ + "." + noun; };
  const auto to_cell = [this](const Arguments& arguments) {
    const int64_t x = arguments.integer(0), y = arguments.integer(1);
    if (x >= columns_ || y >= rows_) {
      throw Error(fmt::format("the output has no cell {} {}", x, y),
                  fmt::format("it has columns 0 to {} and rows 0 to {}", columns_ - 1, rows_ - 1));
    }
    playing_ = false;
    go(static_cast<int>(x), static_cast<int>(y));
  };
  const std::vector<Parameter> cell = {Parameter::integer("X", "column of the output, from 0", 0, 999),
                                       Parameter::integer("Y", "row of the output, from 0", 0, 999)};
  registry.add(Command{name("cursor"), N_("Lays the window where one output cell comes from"), cell, to_cell});
  registry.add(Command{name("output"), N_("The same: goes to one output cell"), cell, to_cell});
  registry.add(Command{
      name("move"),
      N_("Moves the cursor over the output"),
      {Parameter::integer("DX", "columns", -999, 999), Parameter::integer("DY", "rows", -999, 999)},
      [this](const Arguments& arguments) {
        playing_ = false;
        go(static_cast<int>(std::clamp<int64_t>(column_ + arguments.integer(0), 0, columns_ - 1)),
           static_cast<int>(std::clamp<int64_t>(row_ + arguments.integer(1), 0, rows_ - 1)));
      },
  });
  registry.add(Command{name("step"),
                       N_("The next output cell, in reading order; after the last one the first"),
                       {},
                       [this](const Arguments&) {
                         playing_ = false;
                         leap((index() + 1) % count());
                       }});
  const auto play = [this](const Arguments&) {
    if (index() + 1 == count()) go(0, 0);
    pace_.fill = true;
    playing_ = true;
    moved_ = now_;
  };
  registry.add(Command{name("play"), N_("Lets the window slide on by itself"), {}, play});
  registry.add(Command{name("pause"), N_("Stops it"), {}, [this](const Arguments&) { playing_ = false; }});
  registry.add(Command{name("toggle"), N_("Plays or pauses"), {}, [this, play](const Arguments& arguments) {
                         if (playing_) {
                           playing_ = false;
                         } else {
                           play(arguments);
                         }
                       }});
  registry.add(Command{
      name("scrub"),
      N_("Goes to an output cell by its number in reading order"),
      {Parameter::integer("N", "from 0", 0, 9999)},
      [this](const Arguments& arguments) {
        if (arguments.integer(0) >= count()) {
          throw Error(fmt::format("the output has no cell number {}", arguments.integer(0)),
                      fmt::format("it has cells 0 to {}", count() - 1));
        }
        playing_ = false;
        leap(static_cast<int>(arguments.integer(0)));
      },
  });
  settings_
      .number(
          "speed", N_("speed"), N_("How fast it slides"), {"S", "output cells a second", 0.1, 1000},
          [](auto& pace) -> auto& { return pace.speed; })
      .undo = Undo::none;
  settings_
      .on_off(
          "fill", N_("fill as it slides"),
          N_("Leaves the output cells after the cursor empty, as if they were not computed yet"),
          "on: the output fills as the window slides", [](auto& pace) -> auto& { return pace.fill; })
      .undo = Undo::none;
  settings_.declare(registry);
  registry.add(
      Readout{name("column"), "column of the cursor, from 0", [this] { return ReadoutValue(double(column_)); }});
  registry.add(Readout{name("row"), "row of the cursor, from 0", [this] { return ReadoutValue(double(row_)); }});
  registry.add(Readout{name("cell"), "number of the output cell at the cursor in reading order, from 0",
                       [this] { return ReadoutValue(double(index())); }});
}

bool CellPlayer::update(double now) {
  now_ = now;
  if (!playing_) return false;
  const double steps = std::floor((now - moved_) * pace_.speed);
  if (steps >= 1) {
    moved_ += steps / pace_.speed;
    leap(static_cast<int>(std::min<double>(index() + steps, count() - 1)));
    if (index() + 1 == count()) playing_ = false;
  }
  return true;
}

std::vector<std::string> CellPlayer::state() const {
  std::vector<std::string> lines = settings_.state();
  lines.push_back(fmt::format("{}.cursor {} {}", prefix_, column_, row_));
  return lines;
}

std::vector<Page::Key> CellPlayer::keys() const {
  return {{"Left", prefix_ + ".move -1 0", N_("one output cell to the left")},
          {"Right", prefix_ + ".move 1 0", N_("one output cell to the right")},
          {"Up", prefix_ + ".move 0 -1", N_("one output cell up")},
          {"Down", prefix_ + ".move 0 1", N_("one output cell down")},
          {"Space", prefix_ + ".toggle", N_("play or pause")},
          {"Enter", prefix_ + ".step", N_("the next output cell")},
          {"Home", prefix_ + ".scrub 0", N_("the first output cell")}};
}

void CellPlayer::draw_transport(Ui& ui, const Rect& area) const {
  PlayerBar bar;
  bar.prefix = prefix_;
  bar.playing = playing_;
  bar.position = index();
  bar.count = count();
  bar.unit = N_("cell {} of {}");
  bar.speed = pace_.speed;
  player_bar(ui, area, bar);
}

}  // namespace striate
