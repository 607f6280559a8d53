// What a hand draws on a pad: lines of a soft pen, as data. The pad is 280 x 280 units, ten for each pixel of a digit,
// so that a drawing is the same on every screen and can stand in a script. Pure.
#pragma once

#include <vector>

#include "engine/training/data/strokes.h"

namespace striate {

constexpr int kPadSide = 280;    // units, and pixels of its ink
constexpr float kPenWidth = 24;  // the usual one, in units: 1.7 of 20 pixels for a digit as high as the pad
constexpr float kThinnestPen = 4, kThickestPen = 80;
constexpr int kMaxStrokes = 500;    // of one drawing, and
constexpr int kMaxPoints = 20'000;  // of all its strokes together

struct PenStroke {
  Stroke points;  // units of the pad, x to the right, y down; a single one is a dot
  float width = kPenWidth;
  friend bool operator==(const PenStroke& a, const PenStroke& b);
};

struct Drawing {
  std::vector<PenStroke> strokes;
  // What a network of digits receives of it, (28, 28), where somebody has placed it (placed_drawing.h); empty: it is
  // fitted and centered as MNIST's digits are.
  std::vector<float> placed = {};

  bool empty() const { return strokes.empty(); }
  int points() const;
  // Where the pen is: the end of the last stroke; the middle of the pad before there is one.
  Point pen() const;
  // Adds a piece of a line. One that begins exactly where the last stroke of the same width ended goes on with it, so
  // that a line which is sent in pieces while the hand moves is one stroke. Points outside the pad are moved to its
  // edge. Throws Error where there would be too many points or strokes; nothing has changed then. `piece` has 1 point
  // or more.
  void add(const Stroke& piece, float width);
  void undo();  // takes the last stroke away; nothing where there is none
  friend bool operator==(const Drawing& a, const Drawing& b) { return a.strokes == b.strokes && a.placed == b.placed; }
};

// The drawing as ink, (kPadSide, kPadSide), 0 to 1: 1 within a line, falling to 0 across its edge.
std::vector<float> ink_of(const Drawing& drawing);

}  // namespace striate
