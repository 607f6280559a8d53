#include "app/widgets/ink_pad.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "app/shell/theme.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kLeastMove = 1.5f;  // units of the pad between two points of a line
constexpr float kKeyStep = 14;      // units of an arrow key: half a pixel of a digit as high as the pad

// Tenths of a unit: what is sent reads back as the same point.
std::string text_of(Point p) { return fmt::format("{:.1f} {:.1f}", p.x, p.y); }
Point rounded(Point p) {
  const auto tenth = [](float v) { return std::round(std::clamp(v, 0.0f, static_cast<float>(kPadSide)) * 10) / 10; };
  return {tenth(p.x), tenth(p.y)};
}

void move_by_keys(Ui& ui, const InkPad& pad) {
  const struct {
    const char* key;
    float x, y;
  } moves[] = {{"Left", -1, 0}, {"Right", 1, 0}, {"Up", 0, -1}, {"Down", 0, 1}};
  Point pen = pad.pen;
  for (const auto& move : moves) {
    for (const bool draws : {false, true}) {
      if (!ui.take_key((draws ? "Shift+" : "") + std::string(move.key))) continue;
      const Point next = rounded({pen.x + move.x * kKeyStep, pen.y + move.y * kKeyStep});
      ui.send(draws ? fmt::format("{} {} {}", pad.prefix, text_of(pen), text_of(next))
                    : fmt::format("{} pen {}", pad.prefix, text_of(next)));
      pen = next;
    }
  }
  if (ui.take_key("Backspace") && !pad.drawing.empty()) ui.send(fmt::format("{} undo", pad.prefix));
  if (ui.take_key("Delete") && !pad.drawing.empty()) ui.send(fmt::format("{} clear", pad.prefix));
}

}  // namespace

void draw_ink_pad(Ui& ui, std::string_view label, const Rect& area, const InkPad& pad) {
  const Theme& theme = ui.theme();
  const Response r = ui.interact(area, {.label = label,
                                        .command = pad.prefix,
                                        .kind = "pad",
                                        .enabled = pad.enabled,
                                        .tooltip = N_("Draw with the mouse. With the keyboard: arrows move the pen, "
                                                      "Shift+arrows draw, Enter makes a dot, Backspace takes the last "
                                                      "stroke away, Delete clears.")});
  const float unit = area.w / kPadSide;
  const auto on_pad = [&](Vec at) { return rounded({(at.x - area.x) / unit, (at.y - area.y) / unit}); };
  const auto on_screen = [&](Point p) { return Vec{area.x + p.x * unit, area.y + p.y * unit}; };

  if (r.pressed) {
    ui.send(fmt::format("{} {}", pad.prefix, text_of(on_pad(ui.input().mouse))));
  } else if (r.held || r.released) {
    // From where the line has come to: a frame or two may pass until a piece of it is drawn.
    const Point from = rounded(pad.drawing.pen()), to = on_pad(ui.input().mouse);
    const float moved = std::hypot(to.x - from.x, to.y - from.y);
    if (!pad.drawing.empty() && moved >= (r.released ? 0.1f : kLeastMove)) {
      ui.send(fmt::format("{} {} {}", pad.prefix, text_of(from), text_of(to)));
    }
  } else if (r.clicked) {  // Enter
    ui.send(fmt::format("{} {}", pad.prefix, text_of(pad.pen)));
  }
  if (r.focused && pad.enabled) move_by_keys(ui, pad);

  const Color paper = rgb(0x000000), white = rgb(0xFFFFFF);
  ui.fill(area, paper, 4);
  if (pad.drawing.empty()) {
    ui.label(area, pad.invitation, Font::strong, faded(white, 0.62f), Align::center);
  } else {
    PictureSource source;
    source.key = "ink." + std::string(pad.prefix);
    source.version = pad.version;
    source.width = source.height = kPadSide;
    source.pixels = [&](int, CellRect rect) {
      TilePixels tile;
      for (int y = rect.y; y < rect.y + rect.h; ++y) {
        const auto row = pad.ink.begin() + static_cast<int64_t>(y) * kPadSide + rect.x;
        tile.values.insert(tile.values.end(), row, row + rect.w);
      }
      return tile;
    };
    ui.thumbnail(area, source);
  }
  ui.stroke(area, faded(theme.secondary, 0.7f), 4);
  ui.push_clip(area);
  const Color mark = faded(dark_theme().input, 0.9f);
  const auto ring = [&](Vec at) {
    const float radius = std::max(2.0f, pad.width * unit / 2);
    ui.draw().AddCircle(ImVec2(at.x, at.y), radius, mark, 0, 1.5f);
  };
  if (r.hovered && !r.held) {
    ring(ui.input().mouse);
  } else if (r.keyboard) {
    const Vec at = on_screen(pad.pen);
    ring(at);
    ui.line({at.x - 5, at.y}, {at.x + 5, at.y}, mark, 1.5f);
    ui.line({at.x, at.y - 5}, {at.x, at.y + 5}, mark, 1.5f);
  }
  ui.pop_clip();
  if (r.keyboard) ui.draw_focus(area, 3);
}

}  // namespace striate
