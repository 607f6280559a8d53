// The kernel's own source, as it was compiled and observed: the line that acts, its phases, and the barriers between.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "app/embedded.h"
#include "app/pages/hardware/hardware.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// A part of a line that stands in one row; a line that is too long goes on in the next.
struct SourceRow {
  int number;  // of the line, from 1
  std::string_view text;
  int indent;  // of a part that goes on, in characters
  bool comment;
};

std::vector<SourceRow> rows_of(std::string_view source, int columns) {
  std::vector<SourceRow> rows;
  int number = 0;
  for (std::string_view line : lines_of(source)) {
    ++number;
    const size_t first = std::min(line.find_first_not_of(' '), line.size());
    const bool comment = line.substr(first).starts_with("//");
    int indent = 0;
    while (indent + static_cast<int>(line.size()) > columns) {
      const auto room = static_cast<size_t>(std::max(columns - indent, 8));
      size_t end = std::min(line.rfind(' ', room), line.size());
      if (end <= (indent == 0 ? first : 0) || end == line.size()) end = std::min(room, line.size());
      rows.push_back({number, line.substr(0, end), indent, comment});
      line.remove_prefix(end);
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      indent = static_cast<int>(first) + (comment ? 0 : 4);
      if (line.empty()) break;
    }
    if (!line.empty() || indent == 0) rows.push_back({number, line, indent, comment});
  }
  return rows;
}

}  // namespace

void HardwarePage::draw_source(Ui& ui, Rect area, const HardwareMoment& moment) const {
  const Theme& theme = ui.theme();
  const std::string file = "kernels/" + teach_source(state_.task, state_.version);
  const std::string_view source = embedded_file(file);
  const WarpStep* step = moment.seen.steps.empty() ? nullptr : &moment.seen.steps[static_cast<size_t>(step_of(moment))];
  const float caption = ui.text_size(Font::caption) * 1.35f;
  Rect title = area.cut_top(caption);
  const std::string words =
      step ? format_tr("the kernel as it runs: {}, phase {} of {}", file, step->phase, moment.seen.phases.size())
           : format_tr("the kernel as it runs: {}", file);
  ui.label(title, ui.fitted(words, Font::caption, title.w), Font::caption, theme.secondary);
  area.cut_top(4);
  if (source.empty()) return;
  ui.fill(area, theme.surface, 6);
  Rect inside = area.inset(4, 6);
  // As large as lets most lines of this window stand whole.
  const int acting = step ? step->line : 1;
  float size = std::clamp(ui.text_size(Font::number) - 2, 9.0f, 15.0f);
  const float wanted = 92;
  const float sign = ui.measure(Font::number, "0", size).x;
  const float least = std::max(ui.least_number() + 2, 9.0f);
  if (wanted * sign > inside.w) size = std::max(least, size * inside.w / (wanted * sign));
  const float row = std::round(size * 1.42f);
  const float gutter = ui.measure(Font::number, "000", size).x + 10;
  // Of a whole line: that of a single sign is rounded.
  const float advance = ui.measure(Font::number, std::string(64, '0'), size).x / 64;
  const std::vector<SourceRow> lines =
      rows_of(source, std::max(20, static_cast<int>((inside.w - gutter) / advance) - 2));
  const int rows = std::max(1, static_cast<int>(inside.h / row));
  const auto count = static_cast<int>(lines.size());
  const auto is_it = [&](const SourceRow& each) { return each.number >= acting; };
  const auto there = static_cast<int>(std::find_if(lines.begin(), lines.end(), is_it) - lines.begin());
  // The window begins above the line that acts, not before the end allows.
  const int begin = std::clamp(there - (rows - 1) / 2, 0, std::max(0, count - rows));
  ui.push_clip(inside);
  for (int i = 0; i < rows && begin + i < count; ++i) {
    const SourceRow& each = lines[static_cast<size_t>(begin + i)];
    const int number = each.number;
    const bool begins = begin + i == 0 || lines[static_cast<size_t>(begin + i) - 1].number != number;
    Rect place{inside.x, inside.y + row * static_cast<float>(i), inside.w, row};
    const bool acts = step != nullptr && number == acting;
    if (acts) {
      ui.fill(place, faded(theme.kernel, 0.22f), 3);
      ui.fill({place.x, place.y, 3, place.h}, theme.kernel);
    }
    // A phase begins here; the line above it says what lies before.
    for (size_t p = 0; p < moment.seen.phases.size(); ++p) {
      if (moment.seen.phases[p].line != number || !begins) continue;
      if (p == 0) break;
      const bool barrier = moment.seen.phases[p - 1].barrier;
      const Color color = barrier ? theme.bias : theme.gradient;
      const std::string name(barrier ? tr("barrier") : tr("no barrier"));
      const float width = ui.measure(Font::number, name, size).x + 8;
      if (barrier) {
        ui.line({place.x + gutter, place.y}, {place.right() - width, place.y}, color, 1.5f);
      } else {
        for (float x = place.x + gutter; x < place.right() - width; x += 8)
          ui.line({x, place.y}, {x + 4, place.y}, color, 1.5f);
      }
      ui.label(Rect{place.right() - width, std::max(place.y - row / 2, inside.y), width, row}, name, Font::number,
               color, Align::right, size);
      break;
    }
    ui.label(place.cut_left(gutter - 6), begins ? fmt::format("{}", number) : std::string(), Font::number,
             acts ? theme.kernel : faded(theme.secondary, 0.7f), Align::right, size);
    place.cut_left(6);
    const float from = place.x + advance * static_cast<float>(each.indent);
    ui.label(Vec{from, place.y + (row - size) / 2 - 1}, each.text, Font::number,
             each.comment ? theme.secondary
             : acts       ? theme.text
                          : mixed(theme.secondary, theme.text, 0.75f),
             size);
  }
  ui.pop_clip();
}

}  // namespace striate
