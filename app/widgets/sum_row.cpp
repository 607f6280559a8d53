#include "app/widgets/sum_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace striate {
namespace {

// The text as large as it may be, smaller where the place is narrow, or not at all.
void fitted(Ui& ui, const Rect& place, std::string_view text, Font font, Color ink) {
  float size = ui.text_size(font);
  const float wide = ui.measure(font, text, size).x;
  if (wide > place.w - 4) size *= (place.w - 4) / wide;
  if (size >= 7) ui.label(place, text, font, ink, Align::center, size);
}

}  // namespace

int sum_row(Ui& ui, std::string_view name, const SumRow& row) {
  const int count = static_cast<int>(row.chips.size());
  const int lines = (count + row.columns - 1) / std::max(1, row.columns);
  const float gap = row.columns > 5 ? 2 : 6;
  const float wide =
      std::floor((ui.width() - gap * static_cast<float>(row.columns - 1)) / static_cast<float>(row.columns));
  const float chip_w = std::min(wide, 120.0f);
  // Factors over their product where there is room, else the product alone: the same for all numbers, so that nothing
  // below jumps while the window slides.
  const bool wide_chips = row.columns <= 3, products = row.columns <= 5;
  const float chip_h = products ? 36.0f : std::min(chip_w, 26.0f);
  const Rect grid = ui.take(static_cast<float>(lines) * (chip_h + gap) - gap);
  const auto place_of = [&](int i) {
    return Rect{grid.x + static_cast<float>(i % row.columns) * (chip_w + gap),
                grid.y + static_cast<float>(i / row.columns) * (chip_h + gap), chip_w, chip_h};
  };
  int under = -1;
  for (int i = 0; i < count; ++i) {
    if (place_of(i).contains(ui.input().mouse)) under = i;
  }
  const std::string tip = under >= 0 ? row.chips[static_cast<size_t>(under)].about : std::string();
  const Response r = ui.interact(grid, {.label = name,
                                        .command = row.prefix,
                                        .kind = "sum",
                                        .focusable = !row.prefix.empty(),
                                        .tooltip = tip.empty() ? std::string_view("The products of this cell") : tip,
                                        .takes_press = false});
  if (!r.hovered) under = -1;
  const int counted = row.walked < 0 ? count : std::min(row.walked, count);
  const int total = std::max(row.total, row.first + count);
  const auto count_to = [&](int n) {
    if (!row.prefix.empty()) ui.send(fmt::format("{} {}", row.prefix, std::clamp(n, 0, total)));
  };
  if (r.clicked && under >= 0) count_to(row.first + under + 1);
  if (r.focused) {
    const int from = row.first + (row.walked < 0 ? 0 : counted);
    if (ui.take_key("Right")) count_to(from + 1);
    if (ui.take_key("Left")) count_to(from - 1);
    if (ui.take_key("Down")) count_to(from + row.columns);
    if (ui.take_key("Up")) count_to(from - row.columns);
    if (ui.take_key("Home")) count_to(0);
    if (ui.take_key("End")) count_to(total);
  }
  const Theme& theme = ui.theme();
  for (int i = 0; i < count; ++i) {
    const SumChip& chip = row.chips[static_cast<size_t>(i)];
    const Rect place = place_of(i);
    const bool on = i < counted;
    const Color ground = on ? chip.color : mixed(theme.surface, chip.color, 0.18f);
    ui.fill(place, ground, products ? 5.0f : 3.0f);
    if (chip.dashed) ui.dashed(place, theme.secondary);
    const bool newest = row.walked >= 0 && i == counted - 1;
    if (i == under || i == row.lit || newest) ui.stroke(place, theme.text, products ? 5.0f : 3.0f, 2);
    const Color ink = on ? ink_on(ground) : theme.secondary;
    if (products) {
      Rect upper = place;
      const Rect lower = upper.cut_bottom(place.h / 2);
      const std::string times = wide_chips ? " \u00d7 " : "\u00d7";
      const std::string factors = chip.term->w.empty() ? chip.term->x : chip.term->x + times + chip.term->w;
      fitted(ui, upper.inset(0, 1), factors, Font::number, faded(ink, 0.8f));
      fitted(ui, lower.inset(0, 1), (wide_chips ? "= " : "") + chip.term->product, Font::number, ink);
    } else {
      fitted(ui, place, chip.term->product, Font::caption, ink);
    }
  }
  if (r.keyboard) ui.draw_focus(grid.inset(-1), 5);
  return under >= 0 ? under : (r.keyboard && row.walked > 0 ? counted - 1 : -1);
}

}  // namespace striate
