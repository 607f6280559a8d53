#include "app/widgets/hover_note.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void draw_hover_note(Ui& ui, const HoverNote& note) {
  if (!note.shown()) return;
  const Theme& theme = ui.theme();
  const float line = 20.0f, mark = 14.0f, padding = 10;
  float names = 0, values = 0;
  bool marks = false;
  for (const HoverNote::Line& each : note.lines) {
    names = std::max(names, ui.measure(Font::caption, tr(std::string_view(each.name))).x);
    values = std::max(values, ui.measure(Font::number, each.value).x);
    marks = marks || each.color != 0;
  }
  const float gap = names > 0 && values > 0 ? 16.0f : 0.0f;
  float inner = std::max(ui.measure(Font::caption, tr(std::string_view(note.title))).x,
                         (marks ? mark : 0) + names + gap + values);
  if (!note.hint.empty()) inner = std::max(inner, ui.measure(Font::caption, tr(std::string_view(note.hint))).x);
  const float small = 12.5f;
  if (!note.command.empty()) inner = std::max(inner, ui.measure(Font::number, note.command, small).x);
  const auto rows =
      static_cast<float>(1 + note.lines.size() + (note.hint.empty() ? 0 : 1) + (note.command.empty() ? 0 : 1));
  // What it explains is small and under the mouse; what the stage clips is not drawn.
  const Vec mouse = ui.input().mouse;
  const Vec size{std::ceil(inner) + 2 * padding, rows * line + 12};
  const Rect about = Rect{mouse.x, mouse.y, 0, 0}.centered(20, 20);
  const Rect box = ui.place_note(about, size, mouse, ui.clip());
  if (box.empty()) return;
  ui.keep_tip(box, about);
  ui.fill(box.moved({0, 2}).inset(-1), faded(theme.shadow, 0.6f), 7);
  ui.fill(box, theme.surface, 6);
  ui.stroke(box, theme.line, 6);
  Rect row{box.x + padding, box.y + 6, inner, line};
  ui.label(row, tr(std::string_view(note.title)), Font::caption, theme.secondary);
  for (const HoverNote::Line& each : note.lines) {
    row.y += line;
    float x = row.x;
    if (each.color) ui.fill({x, row.y + line / 2 - 1.5f, mark - 5, 3}, each.color, 1.5f);
    if (marks) x += mark;
    ui.label(Rect{x, row.y, names + 2, line}, tr(std::string_view(each.name)), Font::caption, theme.text);
    ui.label(Rect{row.right() - values - 2, row.y, values + 2, line}, each.value, Font::number, theme.text,
             Align::right);
  }
  if (!note.hint.empty()) {
    row.y += line;
    ui.label(row, tr(std::string_view(note.hint)), Font::caption, theme.accent);
  }
  if (!note.command.empty()) {
    row.y += line;
    ui.label(row, note.command, Font::number, theme.secondary, Align::left, small);
  }
}

}  // namespace striate
