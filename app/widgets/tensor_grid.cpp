#include "app/widgets/tensor_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "app/widgets/color_map.h"
#include "app/widgets/sheet.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// An odd number of colors: one of them is exactly the middle.
constexpr size_t kColors = 257;
constexpr float kMiddle = 128, kTop = 256;
using Table = std::array<Color, kColors>;

const Table& table_of(bool is_signed, bool dark) {
  static const std::array<Table, 3> tables = [] {
    std::array<Table, 3> made{};
    const ColorMap maps[] = {ColorMap::viridis, ColorMap::signed_blue_orange, ColorMap::signed_dark};
    for (size_t m = 0; m < 3; ++m) {
      for (size_t i = 0; i < kColors; ++i) made[m][i] = map_color(maps[m], static_cast<float>(i) / kTop);
    }
    return made;
  }();
  return tables[!is_signed ? 0 : dark ? 2 : 1];
}

constexpr Color kNotFinite = rgb(0xB48EF0);

Color color_in(const Table& table, float value, float scale, float shift) {
  if (!std::isfinite(value)) return kNotFinite;
  const float at = std::clamp(value * scale + shift, 0.0f, kTop);
  return table[static_cast<size_t>(at + 0.5f)];
}

// Weights of three input channels as a color: gray where all are 0.
Color color_of_three(float r, float g, float b, float limit) {
  if (!std::isfinite(r + g + b)) return kNotFinite;
  const auto byte = [limit](float v) {
    return static_cast<uint32_t>(std::clamp(127.5f + 127.5f * v / limit, 0.0f, 255.0f) + 0.5f);
  };
  return rgb(byte(r) << 16 | byte(g) << 8 | byte(b));
}

std::string cell_number(float value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  const float size = std::abs(value);
  return number_text(static_cast<double>(value), size < 10 ? 2 : size < 100 ? 1 : 0);
}

void draw_numbers(Ui& ui, const TensorGrid& grid, const Rect& map_rect, int64_t map) {
  const TensorMaps& maps = grid.maps;
  const float cell = map_rect.w / static_cast<float>(maps.width);
  const float height = map_rect.h / static_cast<float>(maps.height);
  const float size = std::clamp(cell / 4, 8.0f, 15.0f);
  for (int row = 0; row < maps.height; ++row) {
    for (int column = 0; column < maps.width; ++column) {
      const float value = maps.at(map, 0, row, column);
      const Color ground = tensor_color(value, grid.scale.limit(map), grid.scale.is_signed, ui.theme().dark);
      ui.label(Rect{map_rect.x + static_cast<float>(column) * cell, map_rect.y + static_cast<float>(row) * height, cell,
                    height},
               cell_number(value), std::isfinite(value) ? Font::number : Font::caption, ink_on(ground), Align::center,
               size);
    }
  }
}

bool has_numbers(const Ui& ui, const TensorGrid& grid) {
  const float cell = grid.layout.width / static_cast<float>(grid.maps.width);
  const float height = grid.layout.height / static_cast<float>(grid.maps.height);
  // Of values that are all 0.00 the colors say more.
  const std::vector<float>& limits = grid.scale.limits;
  const bool small = !limits.empty() && *std::max_element(limits.begin(), limits.end()) < 0.02f;
  return grid.numbers && !small && grid.maps.channels == 1 && ui.numbers_fit(std::min(cell, height * 1.4f), 5, 1);
}

// The indices of columns above the maps of the first line, or of each where lines are that far apart; those of rows
// beside the first map of every line.
void draw_indices(Ui& ui, const std::string& label, const Rect& area, const TensorGrid& grid) {
  const TensorMaps& maps = grid.maps;
  const MapLayout& layout = grid.layout;
  const Vec at = area.min() + layout.edge;
  const Rect first{at.x, at.y, layout.width, layout.height};
  DrawnGrid drawn{label,
                  first,
                  {layout.width / static_cast<float>(maps.width), layout.height / static_cast<float>(maps.height)},
                  maps.height,
                  maps.width};
  drawn.numbers = has_numbers(ui, grid);
  const bool each = layout.gap >= ui.index_height();
  for (int64_t map = 0; map < maps.count && (layout.edge.x > 0 || layout.edge.y > 0); ++map) {
    if (!layout.has(map)) continue;
    const Vec from = layout.at(map);
    const Rect cells{area.x + from.x, area.y + from.y, layout.width, layout.height};
    if (layout.edge.y > 0 && (each || layout.line(map) == 0)) {
      drawn.column_axis = ui.column_indices(cells, maps.width, {}, maps.width);
    }
    if (layout.edge.x > 0 && layout.column(map) == 0)
      drawn.row_axis = ui.row_indices(cells, maps.height, {}, maps.height);
  }
  ui.drew_grid(std::move(drawn));
}

HoverNote note_of(const TensorGrid& grid, int64_t map, int row, int column) {
  const TensorMaps& maps = grid.maps;
  HoverNote note;
  note.title = grid.name ? grid.name(map) : format_tr("map {}", map);
  if (maps.plane() > 1) {
    note.title += ", " + (maps.height > 1 ? format_tr("row {}, column {}", row, column) : format_tr("unit {}", column));
  }
  const char* const channel_names[] = {N_("red"), N_("green"), N_("blue")};
  for (int c = 0; c < maps.channels; ++c) {
    note.lines.push_back(
        {maps.channels == 3 ? tr(channel_names[c]) : "", shortest_text(maps.at(map, c, row, column)), 0});
  }
  const std::string reduced = reduced_words(maps.height, maps.width);
  if (!reduced.empty()) note.lines.push_back({format_tr("the picture shows: {}", reduced), "", 0});
  if (grid.command) {
    note.hint = grid.hint;
    note.command = grid.command(map);
  }
  return note;
}

}  // namespace

Color tensor_color(float value, float limit, bool is_signed, bool dark) {
  const Table& table = table_of(is_signed, dark);
  return is_signed ? color_in(table, value, kMiddle / limit, kMiddle) : color_in(table, value, kTop / limit, 0);
}

TensorAnswer draw_tensor_grid(Ui& ui, std::string_view label, const Rect& area, const TensorGrid& grid) {
  TensorAnswer answer;
  const TensorMaps& maps = grid.maps;
  const MapLayout& layout = grid.layout;
  if (layout.shown <= 0 || maps.count <= 0 ||
      static_cast<int64_t>(maps.values.size()) < maps.count * maps.channels * maps.plane())
    return answer;
  const Theme& theme = ui.theme();
  const bool dark = theme.dark;
  const Sheet sheet(maps.count, maps.width, maps.height);
  const Table& table = table_of(grid.scale.is_signed, dark);
  // The span stays valid while this frame is drawn; tiles are made within Ui::parts().
  const PaintMap paint = [&](int64_t map, Color* out) {
    const float limit = grid.scale.limit(map);
    const float scale = (grid.scale.is_signed ? kMiddle : kTop) / limit, shift = grid.scale.is_signed ? kMiddle : 0;
    const float* values = maps.values.data() + map * maps.channels * maps.plane();
    const int step = sheet.reduce();
    for (int y = 0; y < maps.height; y += step) {
      const float* row = values + static_cast<int64_t>(y) * maps.width;
      for (int x = 0; x < maps.width; x += step) {
        *out++ = maps.channels == 3 ? color_of_three(row[x], row[x + maps.plane()], row[x + 2 * maps.plane()], limit)
                                    : color_in(table, row[x], scale, shift);
      }
    }
  };
  uint64_t version = grid.version * 4 + (dark ? 1 : 0) + (grid.scale.is_signed ? 2 : 0);
  version = version * 31 + static_cast<uint64_t>(grid.scale.scope) + static_cast<uint64_t>(maps.count) * 1000003 +
            static_cast<uint64_t>(maps.plane()) * 7919;
  const PictureSource source = sheet_source(grid.key, version, sheet, paint);
  std::vector<PicturePart> parts;
  parts.reserve(static_cast<size_t>(std::min(layout.shown, maps.count)));
  const auto rect_of = [&](int64_t map) {
    const Vec at = layout.at(map);
    return Rect{area.x + at.x, area.y + at.y, layout.width, layout.height};
  };
  for (int64_t i = 0; i < maps.count; ++i) {
    if (layout.has(i)) parts.push_back({sheet.place(i), rect_of(i)});
  }
  ui.parts(source, parts);
  if (has_numbers(ui, grid)) {
    for (int64_t i = 0; i < maps.count; ++i) {
      if (layout.has(i) && rect_of(i).overlaps(ui.clip())) draw_numbers(ui, grid, rect_of(i), i);
    }
  }
  if (grid.dimmed) {
    for (int64_t i = 0; i < maps.count; ++i) {
      if (!layout.has(i) || !grid.dimmed(i)) continue;
      ui.fill(rect_of(i), faded(theme.background, 0.6f));
      ui.line(rect_of(i).min(), rect_of(i).max(), faded(theme.secondary, 0.8f));
    }
  }

  draw_indices(ui, std::string(label), area, grid);

  const Vec corner = area.min() + layout.edge;
  const Rect all{corner.x, corner.y, layout.total_width() - layout.edge.x, layout.total_height() - layout.edge.y};
  const std::string first = grid.command ? grid.command(std::max<int64_t>(grid.selected, 0)) : std::string();
  const Response r = ui.interact(all, {.label = label,
                                       .command = std::string_view(first).substr(0, first.find(' ')),
                                       .kind = "maps",
                                       .focusable = static_cast<bool>(grid.command),
                                       .tooltip = grid.tooltip});
  const Vec mouse = ui.input().mouse - corner;
  const auto column_of = static_cast<int64_t>(std::floor(mouse.x / (layout.width + layout.gap)));
  const auto line_of = static_cast<int64_t>(std::floor(mouse.y / (layout.height + layout.gap)));
  const int64_t map = layout.map_at(column_of, line_of);
  if (r.hovered && column_of >= 0 && column_of < layout.per_line && line_of >= 0 && line_of < layout.lines &&
      map < maps.count && layout.has(map) && rect_of(map).contains(ui.input().mouse)) {
    const Vec at = ui.input().mouse - rect_of(map).min();
    answer.hovered = true;
    answer.map = map;
    answer.row =
        std::clamp(static_cast<int>(at.y / layout.height * static_cast<float>(maps.height)), 0, maps.height - 1);
    answer.column =
        std::clamp(static_cast<int>(at.x / layout.width * static_cast<float>(maps.width)), 0, maps.width - 1);
    answer.note = note_of(grid, map, answer.row, answer.column);
    ui.stroke(rect_of(map).inset(-1), theme.text, 2, 1.5f);
    if (grid.tone != Concept::none) ui.light(grid.tone);
    if (r.clicked && grid.command) {
      ui.send(grid.command(map));
      answer.opened = rect_of(map);
      const Rect near = answer.opened.inset(-1.5f * layout.width, -1.5f * layout.height);
      for (int64_t i = 0; i < maps.count; ++i) {
        if (i != map && layout.has(i) && rect_of(i).overlaps(near)) answer.beside.push_back(rect_of(i));
      }
    }
  }
  if (grid.selected >= 0 && grid.selected < maps.count && layout.has(grid.selected)) {
    ui.stroke(rect_of(grid.selected).inset(-2), grid.tone == Concept::none ? theme.accent : theme.of(grid.tone), 3, 2);
  }
  const float glow = grid.tone == Concept::none ? 0 : ui.lit(grid.tone);
  if (glow > 0) ui.stroke(all.inset(-4), faded(theme.of(grid.tone), glow), 6, 2);
  if (r.keyboard && grid.command) {
    const int64_t now = std::max<int64_t>(grid.selected, 0);
    int64_t column = layout.column(now), line = layout.line(now);
    if (ui.take_key("Left")) --column;
    if (ui.take_key("Right")) ++column;
    if (ui.take_key("Up")) --line;
    if (ui.take_key("Down")) ++line;
    int64_t next = layout.map_at(std::clamp<int64_t>(column, 0, layout.per_line - 1),
                                 std::clamp<int64_t>(line, 0, std::max(layout.lines - 1, 0)));
    if (next < 0 || next >= maps.count || !layout.has(next)) next = now;
    if (next != now || (r.clicked && !answer.hovered)) ui.send(grid.command(next));
    ui.draw_focus(all.inset(-1), 3);
  }
  return answer;
}

}  // namespace striate
