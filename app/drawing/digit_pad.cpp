#include "app/drawing/digit_pad.h"

#include <fmt/format.h>

#include <cmath>

#include "app/command/registry.h"
#include "app/widgets/ink_pad.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr size_t kMostWords = 4000;

Stroke stroke_of(const std::string& command, const std::vector<std::string>& words, const std::string& text) {
  const Error no_stroke(fmt::format("{}: \"{}\" is not a stroke", command, shown(text)),
                        fmt::format("{}", DigitPad::syntax()));
  if (words.empty() || words.size() % 2 != 0 || words.size() > kMostWords) throw no_stroke;
  Stroke stroke;
  for (size_t i = 0; i < words.size(); i += 2) {
    double x = 0, y = 0;
    if (!parse_number(words[i], &x) || !parse_number(words[i + 1], &y) || x < 0 || y < 0 || x > kPadSide ||
        y > kPadSide) {
      throw no_stroke;
    }
    stroke.push_back({static_cast<float>(x), static_cast<float>(y)});
  }
  return stroke;
}

}  // namespace

DigitPad::DigitPad(std::string command)
    : command_(std::move(command)), ink_(ink_of(drawing_)), pen_{kPadSide / 2.0f, kPadSide / 2.0f} {}

std::string DigitPad::syntax() {
  return fmt::format("X Y X Y ... from 0 to {}, x to the right and y down; undo, clear; pen X Y", kPadSide);
}

void DigitPad::draw(const std::string& text) {
  std::vector<std::string> words = split_words(text);
  if (words.size() == 1 && words[0] == "clear") {
    drawing_ = {};
  } else if (words.size() == 1 && words[0] == "undo") {
    drawing_.undo();
  } else if (words.size() == 3 && words[0] == "pen") {
    words.erase(words.begin());
    pen_ = stroke_of(command_, words, text)[0];
    return;
  } else {
    drawing_.add(stroke_of(command_, words, text), kPenWidth);
    pen_ = drawing_.pen();
  }
  ink_ = ink_of(drawing_);
  ++version_;
}

std::vector<std::string> DigitPad::state() const { return lines_of(drawing_); }

std::vector<std::string> DigitPad::lines_of(const Drawing& drawing) const {
  std::vector<std::string> lines{command_ + " clear"};
  for (const PenStroke& stroke : drawing.strokes) {
    std::string line = command_;
    for (const Point& p : stroke.points) {
      line += " " + to_text(std::round(static_cast<double>(p.x) * 10) / 10) + " " +
              to_text(std::round(static_cast<double>(p.y) * 10) / 10);
    }
    lines.push_back(line);
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
