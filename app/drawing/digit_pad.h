// A drawing that a page holds: what its draw command was given, its ink, and the pad that draws and sends it
// (widgets/ink_pad.h). The page declares the command, and hands its words on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/drawing/drawing.h"

namespace striate {

class Ui;
struct Rect;

class DigitPad {
 public:
  explicit DigitPad(std::string command);  // "sharing.neocognitron.draw"
  // "X Y X Y ...", "clear", "undo", "pen X Y". Throws Error that names the command; nothing has changed then.
  void draw(const std::string& words);
  static std::string syntax();                                      // of its words, for the command's help
  std::vector<std::string> state() const;                           // lines that draw the same
  std::vector<std::string> lines_of(const Drawing& drawing) const;  // the same for another drawing
  const Drawing& drawing() const { return drawing_; }
  bool empty() const { return drawing_.empty(); }
  uint64_t version() const { return version_; }  // counts up with the ink
  // `area` is square. Its label is that of the pad as an item.
  void draw_pad(Ui& ui, std::string_view label, const Rect& area, std::string_view invitation) const;

 private:
  std::string command_;
  Drawing drawing_;
  std::vector<float> ink_;
  Point pen_;
  uint64_t version_ = 1;
};

}  // namespace striate
