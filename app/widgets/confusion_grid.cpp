#include "app/widgets/confusion_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

struct Row {
  int64_t all = 0, right = 0;
};

std::vector<Row> rows_of(const ConfusionGrid& grid) {
  std::vector<Row> rows(static_cast<size_t>(grid.classes));
  for (int t = 0; t < grid.classes; ++t) {
    for (int p = 0; p < grid.classes; ++p) {
      const int64_t count =
          grid.counts[static_cast<size_t>(t) * static_cast<size_t>(grid.classes) + static_cast<size_t>(p)];
      rows[static_cast<size_t>(t)].all += count;
      if (t == p) rows[static_cast<size_t>(t)].right = count;
    }
  }
  return rows;
}

int digits_of(int64_t number) { return std::max(2, static_cast<int>(std::to_string(number).size())); }

bool has_numbers(const Ui& ui, float cell, int digits) { return cell >= 16.0f && ui.numbers_fit(cell, digits, 1); }

constexpr float kHeadHeight = 18;

std::string name_of(const ConfusionGrid& grid, int index) {
  const auto i = static_cast<size_t>(index);
  return i < grid.names.size() ? grid.names[i] : fmt::format("{}", index);
}

// Its row: the index of the class, and its name where that says more.
std::string head_of(const ConfusionGrid& grid, int index) {
  const std::string name = name_of(grid, index), number = std::to_string(index);
  return name == number ? name : number + " " + name;
}

}  // namespace

ConfusionLayout confusion_layout(const Rect& area, int classes, float names, float top, float totals) {
  ConfusionLayout layout;
  if (classes <= 0) return layout;
  const auto n = static_cast<float>(classes);
  layout.names = std::min(names, area.w * 0.3f);
  layout.totals = std::min(totals, area.w * 0.3f);
  float cell = std::min((area.w - layout.names - layout.totals) / n, (area.h - top) / n);
  if (cell >= 2) cell = std::floor(cell);
  layout.cell = std::max(0.0f, cell);
  layout.cells = {area.x + layout.names, area.y + top, layout.cell * n, layout.cell * n};
  return layout;
}

float confusion_height_with_numbers(const Ui& ui, int classes, int64_t most) {
  float cell = std::ceil(16.0f);
  while (cell < 64.0f && !has_numbers(ui, cell, digits_of(most))) ++cell;
  return kHeadHeight + cell * static_cast<float>(std::max(classes, 0));
}

Color confusion_color(double share, bool right, const Theme& theme) {
  if (!(share > 0)) return mixed(theme.background, theme.text, theme.dark ? 0.04f : 0.05f);
  const auto strength = static_cast<float>(std::sqrt(std::min(share, 1.0)));
  return mixed(theme.background, right ? theme.input : theme.kernel, 0.12f + 0.88f * strength);
}

ConfusionAnswer draw_confusion(Ui& ui, std::string_view label, const Rect& area, const ConfusionGrid& grid) {
  ConfusionAnswer answer;
  const auto n = static_cast<size_t>(std::max(grid.classes, 0));
  if (n == 0 || grid.counts.size() < n * n) return answer;
  const Theme& theme = ui.theme();
  const std::vector<Row> rows = rows_of(grid);
  const float small = 12.0f;
  float names = 0;
  for (int i = 0; i < grid.classes; ++i) {
    names = std::max(names, ui.measure(Font::caption, head_of(grid, i), small).x);
  }
  // As wide as the longest of both columns: the share of a class that is found whole, and the largest class.
  const float found_wide = std::max({50.0f, ui.measure(Font::number, "100.0 %", small).x + 6.0f,
                                     ui.measure(Font::caption, tr("found"), small).x + 6.0f});
  int64_t most = 0;
  for (const Row& row : rows) most = std::max(most, row.all);
  const float counts_wide =
      std::max(ui.measure(Font::number, grouped(most), small).x, ui.measure(Font::caption, tr("of"), small).x);
  const float totals = grid.totals ? std::max(94.0f, 10 + found_wide + counts_wide + 4.0f) : 0;
  const float top = kHeadHeight;
  const ConfusionLayout layout = confusion_layout(area, grid.classes, names + 8, top, totals);
  const Rect& cells = layout.cells;
  if (layout.cell <= 0) return answer;
  answer.cells = cells;
  const float gap = layout.cell >= 10 ? 1.0f : 0.0f;
  const bool named = layout.cell >= 11.0f;
  const Response r = ui.interact(cells, {.label = label,
                                         .command = grid.command,
                                         .kind = "confusion",
                                         .focusable = !grid.command.empty(),
                                         .tooltip = grid.tooltip});
  int hovered_row = -1, hovered_column = -1;
  if (r.hovered) {
    hovered_row = std::clamp(static_cast<int>((ui.input().mouse.y - cells.y) / layout.cell), 0, grid.classes - 1);
    hovered_column = std::clamp(static_cast<int>((ui.input().mouse.x - cells.x) / layout.cell), 0, grid.classes - 1);
  }
  const auto rect_of = [&](int row, int column) {
    return Rect{cells.x + static_cast<float>(column) * layout.cell, cells.y + static_cast<float>(row) * layout.cell,
                layout.cell - gap, layout.cell - gap};
  };
  // One size for all numbers: that of the longest.
  int64_t largest = 0;
  for (const int64_t count : grid.counts) largest = std::max(largest, count);
  const int digits = digits_of(largest);
  const bool numbers = has_numbers(ui, layout.cell, digits);
  const float size = std::clamp(layout.cell * 0.9f / (0.62f * static_cast<float>(digits)), 8.0f, 15.0f);
  // Cells without a picture are most of them: one ground with lines between them, instead of a rectangle each.
  ui.fill({cells.x, cells.y, cells.w - gap, cells.h - gap}, confusion_color(0, false, theme));
  for (int i = 1; gap > 0 && i < grid.classes; ++i) {
    const float at = layout.cell * static_cast<float>(i) - gap;
    ui.fill({cells.x, cells.y + at, cells.w, gap}, theme.background);
    ui.fill({cells.x + at, cells.y, gap, cells.h}, theme.background);
  }
  for (int t = 0; t < grid.classes; ++t) {
    const Row& row = rows[static_cast<size_t>(t)];
    for (int p = 0; p < grid.classes; ++p) {
      const int64_t count = grid.counts[static_cast<size_t>(t) * n + static_cast<size_t>(p)];
      const double share = row.all > 0 ? static_cast<double>(count) / static_cast<double>(row.all) : 0;
      const Color color = confusion_color(share, t == p, theme);
      const Rect cell = rect_of(t, p);
      if (count > 0) ui.fill(cell, color);  // square: rounding would cost each cell many triangles
      if (numbers && count > 0) {
        ui.label(cell, std::to_string(count), Font::number, ink_on(color), Align::center, size);
      }
    }
    if (named) {
      const bool lit = t == hovered_row || t == grid.true_class;
      ui.label(Rect{cells.x - layout.names, rect_of(t, 0).y, layout.names - 8, layout.cell - gap}, head_of(grid, t),
               Font::caption, lit ? theme.text : theme.secondary, Align::right, small);
    }
    if (grid.totals && layout.cell >= 14.0f) {
      Rect place{cells.right() + 10, rect_of(t, 0).y, layout.totals - 10, layout.cell - gap};
      const std::string found =
          row.all > 0 ? fmt::format("{:.1f} %", 100 * static_cast<double>(row.right) / static_cast<double>(row.all))
                      : std::string("\u2013");
      ui.label(place.cut_right(found_wide), found, Font::number, theme.text, Align::right, small);
      ui.label(place, grouped(row.all), Font::number, theme.secondary, Align::right, small);
    }
  }
  if (named) {
    float widest = 0;
    for (int p = 0; p < grid.classes; ++p) {
      widest = std::max(widest, ui.measure(Font::caption, head_of(grid, p), small).x);
    }
    for (int p = 0; p < grid.classes; ++p) {
      const bool lit = p == hovered_column || p == grid.predicted;
      // Names that are wider than their column stand beside the rows alone.
      const std::string text = widest <= layout.cell ? head_of(grid, p) : std::to_string(p);
      ui.label(Rect{rect_of(0, p).x, area.y, layout.cell - gap, top - 2}, text, Font::caption,
               lit ? theme.text : theme.secondary, Align::center, small);
    }
  }
  const int axis = named ? 0 : -1;
  ui.drew_grid(
      {std::string(label), cells, {layout.cell, layout.cell}, grid.classes, grid.classes, 0, 0, numbers, axis, axis});
  if (grid.totals && layout.cell >= 14.0f && layout.totals > 76.0f) {
    Rect head{cells.right() + 10, area.y, layout.totals - 10, top - 2};
    ui.label(head.cut_right(found_wide), tr("found"), Font::caption, theme.secondary, Align::right, small);
    ui.label(head, tr("of"), Font::caption, theme.secondary, Align::right, small);
  }
  if (grid.true_class >= 0 && grid.predicted >= 0 && grid.true_class < grid.classes && grid.predicted < grid.classes) {
    ui.stroke(rect_of(grid.true_class, grid.predicted).inset(-2), theme.text, 3, 2);
  }
  if (hovered_row >= 0) {
    answer.hovered = true;
    answer.true_class = hovered_row, answer.predicted = hovered_column;
    ui.stroke(rect_of(hovered_row, hovered_column).inset(-1), theme.text, 2, 1.5f);
    const Row& row = rows[static_cast<size_t>(hovered_row)];
    const int64_t count = grid.counts[static_cast<size_t>(hovered_row) * n + static_cast<size_t>(hovered_column)];
    answer.note.title = hovered_row == hovered_column
                            ? format_tr("{} taken for what it is", name_of(grid, hovered_row))
                            : format_tr("{} taken for {}", name_of(grid, hovered_row), name_of(grid, hovered_column));
    answer.note.lines.push_back({format_tr("of {}", grouped(row.all)), grouped(count), 0});
    if (!grid.command.empty() && count > 0) {
      answer.note.hint = grid.hint;
      answer.note.command = fmt::format("{} {} {}", grid.command, hovered_row, hovered_column);
    }
    if (r.clicked && !grid.command.empty()) {
      ui.send(fmt::format("{} {} {}", grid.command, hovered_row, hovered_column));
    }
  }
  if (r.keyboard && !grid.command.empty()) {
    int t = std::max(grid.true_class, 0), p = std::max(grid.predicted, 0);
    const int before = t * grid.classes + p;
    if (ui.take_key("Left")) --p;
    if (ui.take_key("Right")) ++p;
    if (ui.take_key("Up")) --t;
    if (ui.take_key("Down")) ++t;
    t = std::clamp(t, 0, grid.classes - 1), p = std::clamp(p, 0, grid.classes - 1);
    if (t * grid.classes + p != before || (r.clicked && hovered_row < 0)) {
      ui.send(fmt::format("{} {} {}", grid.command, t, p));
    }
    ui.draw_focus(cells.inset(-1), 3);
  }
  return answer;
}

}  // namespace striate
