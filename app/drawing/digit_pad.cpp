#include "app/drawing/digit_pad.h"

#include <fmt/format.h>

#include "app/command/registry.h"
#include "app/drawing/stroke_text.h"
#include "app/widgets/ink_pad.h"

namespace striate {
namespace {

constexpr const char* kOthers = "undo, clear, pen X Y";

}  // namespace

DigitPad::DigitPad(std::string command)
    : command_(std::move(command)), ink_(ink_of(drawing_)), pen_{kPadSide / 2.0f, kPadSide / 2.0f} {}

std::string DigitPad::syntax() {
  return fmt::format("X Y X Y ... from 0 to {}, x to the right and y down; undo, clear; pen X Y", kPadSide);
}

void DigitPad::draw(const std::string& text) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() == 1 && words[0] == "clear") {
    drawing_ = {};
  } else if (words.size() == 1 && words[0] == "undo") {
    drawing_.undo();
  } else if (words.size() == 3 && words[0] == "pen") {
    pen_ = parse_stroke(command_, text.substr(text.find("pen") + 3), kOthers)[0];
    return;
  } else {
    drawing_.add(parse_stroke(command_, text, kOthers), kPenWidth);
    pen_ = drawing_.pen();
  }
  ink_ = ink_of(drawing_);
  ++version_;
}

std::vector<std::string> DigitPad::state() const { return lines_of(drawing_); }

std::vector<std::string> DigitPad::lines_of(const Drawing& drawing) const {
  std::vector<std::string> lines{command_ + " clear"};
  for (const PenStroke& stroke : drawing.strokes) {
    lines.push_back(command_ + " " + stroke_text(stroke.points));
  }
  return lines;
}

void DigitPad::draw_pad(Ui& ui, std::string_view label, const Rect& area, std::string_view invitation) const {
  draw_ink_pad(ui, label, area,
               {.drawing = drawing_,
                .ink = ink_,
                .version = version_,
                .width = kPenWidth,
                .pen = pen_,
                .prefix = command_,
                .invitation = invitation});
}

}  // namespace striate
