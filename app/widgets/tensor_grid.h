// Many small maps of numbers: the weights of a layer (filters by slices), its activations, gradients. Signed values
// from blue over white (on dark: black) to orange, zero in the middle and the scale symmetric; unsigned ones in
// viridis. The scale says its scope. Maps are textures (sheet.h): hundreds of them cost little; the exact numbers stand
// in the cells where they are large enough and beside the mouse everywhere.
//
//   TensorMaps maps{.values = weights, .count = 8, .height = 3, .width = 3};
//   TensorGrid grid{.maps = maps, .key = "overview.layer1", .version = now.version};
//   grid.scale = scale_of(maps, ScaleScope::layer);
//   TensorAnswer answer = draw_tensor_grid(ui, "layer 1 filters", rect, grid);
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/shell/theme.h"
#include "app/widgets/geometry.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/picture.h"

namespace striate {

class Ui;

// `count` maps of height x width values, one after the other. `channels` 3: every map has three planes, shown together
// as red, green and blue.
struct TensorMaps {
  std::span<const float> values;
  int64_t count = 0;
  int height = 1, width = 1;
  int channels = 1;
  int64_t plane() const { return int64_t{height} * width; }
  float at(int64_t map, int channel, int row, int column) const {
    return values[static_cast<size_t>(((map * channels + channel) * height + row) * width + column)];
  }
};

// What the ends of a color scale are taken from.
enum class ScaleScope { map, layer, network, fixed };
const char* scope_name(ScaleScope scope);  // "each map", "this layer", "the network", "fixed"

struct TensorScale {
  ScaleScope scope = ScaleScope::layer;
  bool is_signed = true;      // -limit to limit; else 0 to limit
  std::vector<float> limits;  // scope map: one per map; else one
  std::string words = {};     // scale_text(); empty: what follows from the above
  float limit(int64_t map) const {
    return limits.empty() ? 1 : limits[limits.size() > 1 ? static_cast<size_t>(map) : 0];
  }
};
// The largest finite magnitude of each map, or of all. `is_signed` false: values below 0 count as 0. For the scopes
// network and fixed the caller gives `limit`. Limits are never 0.
TensorScale scale_of(const TensorMaps& maps, ScaleScope scope, bool is_signed = true, float limit = 0);
// "\u00b10.42, this layer", "0 to 1.2, this layer"
std::string scale_text(const TensorScale& scale);
// Where the colors of a scale end: "0.42", "640".
std::string limit_text(double limit);
// The color of a value; NaN and infinity have one of their own (the theme's bias color).
Color tensor_color(float value, float limit, bool is_signed, bool dark);

// How `count` maps of this aspect (height / width) stand in a rectangle: as large as they fit, within [least, most] for
// the longer side, and how many are shown where not all fit. Where their cells are large enough, the indices of rows
// and columns stand at the edges of all of them together.
struct MapLayout {
  int64_t shown = 0;
  int per_line = 1, lines = 0;
  float width = 0, height = 0;  // of a map
  float gap = 4;
  Vec edge;            // room for the indices of rows left of the maps and of columns above them; 0: there are none
  int64_t slices = 0;  // > 0: a column per filter of so many maps each, one below the other; `lines` of them are shown
  int64_t column(int64_t map) const { return slices > 0 ? map / slices : map % per_line; }
  int64_t line(int64_t map) const { return slices > 0 ? map % slices : map / per_line; }
  bool has(int64_t map) const { return slices > 0 ? column(map) < per_line && line(map) < lines : map < shown; }
  int64_t map_at(int64_t column, int64_t line) const {
    return slices > 0 ? column * slices + line : line * per_line + column;
  }
  Vec at(int64_t map) const {
    return edge + Vec{static_cast<float>(column(map)) * (width + gap), static_cast<float>(line(map)) * (height + gap)};
  }
  float total_width() const {
    return edge.x + static_cast<float>(slices > 0 ? per_line : std::min<int64_t>(per_line, shown)) * (width + gap) -
           gap;
  }
  float total_height() const { return lines > 0 ? edge.y + static_cast<float>(lines) * (height + gap) - gap : 0; }
};
// What the edges need; no Ui: nothing is measured.
Vec map_edge(int rows, int columns);
// `line` > 0: so many maps per line at most (a row per filter).
MapLayout fit_maps(int64_t count, int rows, int columns, float width, float height, float least, float most, float gap,
                   int line = 0);
// The same for a given width and as many lines as it takes.
MapLayout flow_maps(int64_t count, int rows, int columns, float width, float size, float gap, int line = 0);

// A column per filter, a line per slice; as many as fit at the least size.
MapLayout slice_layout(int64_t filters, int64_t slices, int rows, int columns, float width, float height, float least,
                       float most, float gap);

struct TensorGrid {
  TensorMaps maps;
  std::string key;       // of its texture; unique in the program
  uint64_t version = 0;  // counts up with the values
  TensorScale scale;
  MapLayout layout;
  int64_t selected = -1;  // framed
  Concept tone = Concept::none;
  std::function<std::string(int64_t map)> name;     // "filter 3": for the note
  std::function<std::string(int64_t map)> command;  // what a click sends; empty: nothing
  std::function<bool(int64_t map)> dimmed;          // a dead unit
  std::string hint;                                 // "click: open this filter"
  std::string tooltip = " ";
  bool numbers = true;  // in cells that are large enough
};

struct TensorAnswer {
  bool hovered = false;
  int64_t map = -1;
  int row = 0, column = 0;
  HoverNote note;
  Rect opened;               // of the map that was clicked in this frame; empty: none
  std::vector<Rect> beside;  // then: of the maps next to it
};

// "every 3rd value": what is shown of a map that is larger than a texture holds; empty: all of it.
std::string reduced_words(int height, int width);
// The maps of layout.shown, from the area's top left corner.
TensorAnswer draw_tensor_grid(Ui& ui, std::string_view label, const Rect& area, const TensorGrid& grid);
// What draw_scale needs: with the bar of colors, or for its words alone.
float scale_width(const Ui& ui, const TensorScale& scale, bool bar);
// A narrow bar of the scale's colors with its ends, right-aligned in `area`; returns its left edge.
float draw_scale(Ui& ui, const Rect& area, const TensorScale& scale);

}  // namespace striate
