// A pad to draw on. The mouse draws a line in pieces, one command each, so that whoever listens sees the line grow; a
// script replays them (engine/drawing/drawing.h joins pieces into strokes).
//
// Sends, with the prefix "train.draw":
//   train.draw X Y              a dot: the pen comes down
//   train.draw X Y X Y          the line goes on from where it ended
//   train.draw pen X Y          the keyboard's pen moves without drawing
//   train.draw undo             the last stroke is taken away
//   train.draw clear
// Keyboard, while the pad has the focus: arrows move the pen, Shift+arrows draw, Enter makes a dot, Backspace takes the
// last stroke away, Delete clears.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/drawing/drawing.h"

namespace striate {

class Ui;
struct Rect;

struct InkPad {
  const Drawing& drawing;
  const std::vector<float>& ink;  // ink_of(drawing)
  uint64_t version = 0;           // counts up when the ink changes
  float width = kPenWidth;        // of the pen
  Point pen;                      // where the keyboard's pen is
  std::string_view prefix;        // of its commands
  std::string_view invitation;    // what stands on an empty pad: "Draw a digit"
  bool enabled = true;
};

// `area` is square. White ink on black in both themes: that is what a network of digits receives.
void draw_ink_pad(Ui& ui, std::string_view label, const Rect& area, const InkPad& pad);

}  // namespace striate
