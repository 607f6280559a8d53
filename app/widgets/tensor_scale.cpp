// The scales of tensor_grid.h and how its maps stand in a rectangle.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "app/widgets/sheet.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

const char* scope_name(ScaleScope scope) {
  switch (scope) {
    case ScaleScope::map:
      return N_("each map");
    case ScaleScope::layer:
      return N_("this layer");
    case ScaleScope::network:
      return N_("the network");
    case ScaleScope::fixed:
      break;
  }
  return N_("fixed");
}

TensorScale scale_of(const TensorMaps& maps, ScaleScope scope, bool is_signed, float limit) {
  TensorScale scale;
  scale.scope = scope;
  scale.is_signed = is_signed;
  // Layers may have tens of millions of values, and this is drawn each frame: the bits of floats without a sign are in
  // the order of their values, and whole numbers are compared many at once.
  const auto largest = [&](std::span<const float> values) {
    constexpr int32_t kInfinity = 0x7F800000;
    const int32_t kept = is_signed ? 0x7FFFFFFF : -1;
    int32_t most = 0;
    for (const float v : values) {
      const int32_t bits = std::bit_cast<int32_t>(v) & kept;
      most = std::max(most, bits < kInfinity ? bits : 0);
    }
    return most > 0 ? std::bit_cast<float>(most) : 1.0f;
  };
  if (scope == ScaleScope::map) {
    const auto each = static_cast<size_t>(maps.plane() * maps.channels);
    for (int64_t i = 0; i < maps.count; ++i) {
      scale.limits.push_back(largest(maps.values.subspan(static_cast<size_t>(i) * each, each)));
    }
  } else {
    scale.limits.push_back(scope == ScaleScope::layer ? largest(maps.values) : limit > 0 ? limit : 1.0f);
  }
  return scale;
}

std::string limit_text(double limit) {
  if (limit < 1e-3 || limit >= 1e6) return fmt::format("{:.0e}", limit);
  return limit < 100 ? fmt::format("{:.2g}", limit) : fmt::format("{:.0f}", limit);
}

std::string scale_text(const TensorScale& scale) {
  if (!scale.words.empty()) return scale.words;
  if (scale.scope == ScaleScope::map)
    return scale.is_signed ? tr("0 in the middle, each map its own") : tr("each map its own");
  const std::string end = limit_text(static_cast<double>(scale.limit(0)));
  const char* scope = tr(scope_name(scale.scope));
  return scale.is_signed ? fmt::format("\u00b1{}, {}", end, scope) : format_tr("0 to {}, {}", end, scope);
}

namespace {

MapLayout flow(int64_t count, int rows, int columns, float width, float size, float gap, int line) {
  MapLayout layout;
  layout.gap = gap;
  const int longer = std::max(rows, columns);
  const float unit = size / static_cast<float>(longer);
  layout.width = std::max(1.0f, std::floor(unit * static_cast<float>(columns) + 0.01f));
  layout.height = std::max(1.0f, std::floor(unit * static_cast<float>(rows) + 0.01f));
  layout.shown = count;
  layout.per_line = std::max(1, static_cast<int>((width + gap + 0.01f) / (layout.width + gap)));
  if (line > 0) layout.per_line = std::min(layout.per_line, line);
  layout.lines = static_cast<int>((count + layout.per_line - 1) / layout.per_line);
  return layout;
}

MapLayout fit(int64_t count, int rows, int columns, float width, float height, float least, float most, float gap,
              int line) {
  MapLayout best;
  if (count <= 0 || width <= 0) return best;
  // The largest that fit; but a line less where that costs little: fewer maps stand alone in the last one.
  bool found = false;
  float largest = 0;
  for (float size = std::floor(most); size >= least && size >= 0.72f * largest; size -= 1) {
    const MapLayout layout = flow(count, rows, columns, width, size, gap, line);
    if (layout.total_height() > height + 0.01f || layout.width > width + 0.01f) continue;
    if (!found) largest = size;
    if (!found || layout.lines < best.lines) best = layout;
    found = true;
  }
  if (found) {
    // Lines of the same length.
    if (line <= 0) best.per_line = static_cast<int>((count + best.lines - 1) / best.lines);
    return best;
  }
  best = flow(count, rows, columns, width, least, gap, line);
  const int lines = std::max(1, static_cast<int>((height + gap) / (best.height + gap)));
  if (lines < best.lines) {
    best.lines = lines;
    best.shown = std::min<int64_t>(count, int64_t{lines} * best.per_line);
  }
  return best;
}

MapLayout columns_of(int64_t filters, int64_t slices, int rows, int columns, float width, float height, float least,
                     float most, float gap) {
  MapLayout layout;
  if (filters <= 0 || slices <= 0) return layout;
  const auto longer = static_cast<float>(std::max(rows, columns));
  const float across = (width + gap) / static_cast<float>(filters) - gap,
              down = (height + gap) / static_cast<float>(slices) - gap;
  float size = std::clamp(
      std::min(across * longer / static_cast<float>(columns), down * longer / static_cast<float>(rows)), least, most);
  const float unit = size / longer;
  layout.gap = gap;
  layout.slices = slices;
  layout.width = std::max(1.0f, std::floor(unit * static_cast<float>(columns) + 0.01f));
  layout.height = std::max(1.0f, std::floor(unit * static_cast<float>(rows) + 0.01f));
  layout.per_line = static_cast<int>(
      std::clamp<int64_t>(static_cast<int64_t>((width + gap + 0.01f) / (layout.width + gap)), 1, filters));
  layout.lines = static_cast<int>(
      std::clamp<int64_t>(static_cast<int64_t>((height + gap + 0.01f) / (layout.height + gap)), 1, slices));
  layout.shown = int64_t{layout.per_line} * layout.lines;
  return layout;
}

constexpr float kIndexed = 12;  // of a cell with indices beside it: one digit

// The first of two layouts, with indices, where its cells have room for them and nothing is missing that the other has.
MapLayout indexed(MapLayout with, const MapLayout& without, int rows, int columns) {
  const float cell = std::min(with.width / static_cast<float>(columns), with.height / static_cast<float>(rows));
  const bool as_many = with.shown >= without.shown;
  if (cell < kIndexed || !as_many) return without;
  with.edge = map_edge(rows, columns);
  return with;
}

}  // namespace

Vec map_edge(int rows, int columns) {
  constexpr float kDigit = 7, kGap = 4, kAbove = 16;
  const auto digits = static_cast<float>(std::to_string(rows - 1).size());
  return {rows > 1 ? digits * kDigit + kGap : 0, columns > 1 ? kAbove : 0};
}

MapLayout flow_maps(int64_t count, int rows, int columns, float width, float size, float gap, int line) {
  return indexed(flow(count, rows, columns, width - map_edge(rows, columns).x, size, gap, line),
                 flow(count, rows, columns, width, size, gap, line), rows, columns);
}

MapLayout fit_maps(int64_t count, int rows, int columns, float width, float height, float least, float most, float gap,
                   int line) {
  const Vec edge = map_edge(rows, columns);
  return indexed(fit(count, rows, columns, width - edge.x, height - edge.y, least, most, gap, line),
                 fit(count, rows, columns, width, height, least, most, gap, line), rows, columns);
}

MapLayout slice_layout(int64_t filters, int64_t slices, int rows, int columns, float width, float height, float least,
                       float most, float gap) {
  const Vec edge = map_edge(rows, columns);
  return indexed(columns_of(filters, slices, rows, columns, width - edge.x, height - edge.y, least, most, gap),
                 columns_of(filters, slices, rows, columns, width, height, least, most, gap), rows, columns);
}

std::string reduced_words(int height, int width) {
  const int reduce = Sheet(1, width, height).reduce();
  if (reduce <= 1) return {};
  return format_tr("one value of {}", reduce);
}

float scale_width(const Ui& ui, const TensorScale& scale, bool bar) {
  return ui.measure(Font::caption, scale_text(scale), 12.0f).x + 2 + (bar ? 40.0f + 8 : 0);
}

float draw_scale(Ui& ui, const Rect& area, const TensorScale& scale) {
  const Theme& theme = ui.theme();
  const std::string text = scale_text(scale);
  const float size = 12.0f, bar = 40.0f;
  const float words = ui.measure(Font::caption, text, size).x + 2;
  if (words > area.w) return area.right();
  const bool with_bar = words + bar + 8 <= area.w;
  ui.label(Rect{area.right() - words, area.y, words, area.h}, text, Font::caption, theme.secondary, Align::left, size);
  if (!with_bar) return area.right() - words;
  const float left = area.right() - words - 8 - bar, y = std::round(area.center().y - 4);
  constexpr int kPieces = 20;
  for (int i = 0; i < kPieces; ++i) {
    const float share = (static_cast<float>(i) + 0.5f) / kPieces;
    const float value = scale.is_signed ? 2 * share - 1 : share;
    const float x0 = left + bar * static_cast<float>(i) / kPieces;
    ui.fill({x0, y, bar / kPieces + 0.5f, 8}, tensor_color(value, 1, scale.is_signed, theme.dark));
  }
  return left;
}

}  // namespace striate
