// What stands beside the mouse while it is over a small thing: what it is, and its exact value. A widget returns one;
// the view draws it last, so that nothing covers it.
#pragma once

#include <string>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"

namespace striate {

class Ui;

struct HoverNote {
  struct Line {
    std::string name;   // "training"; may be empty
    std::string value;  // "0.23110554"; monospaced
    Color color = 0;    // of a mark before the name; 0: none
  };
  std::string title;  // "filter 3, row 1, column 2"; empty: nothing to show
  std::vector<Line> lines;
  std::string hint;     // "click: open this filter"
  std::string command;  // what that sends: "train.unit.open 0 3"; as tooltips show it
  bool shown() const { return !title.empty(); }
};

// Beside the mouse, within the window.
void draw_hover_note(Ui& ui, const HoverNote& note);

}  // namespace striate
