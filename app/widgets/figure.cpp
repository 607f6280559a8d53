#include "app/widgets/figure.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/error.h"

namespace striate {
namespace {

constexpr float kReadable = 26;     // a cell of this size has room for its number
constexpr float kLeastIndexed = 7;  // of a cell whose grid has indices at its edges, every fifth at least
constexpr float kOwnIndexed = 16;   // of one in a grid that is larger than the others
constexpr float kNarrow = 6;        // lines: no wider a note widens its grid's place
constexpr float kShared = 0.8f;     // of the gap beside a grid, for its captions and notes
constexpr float kWorth = 0.85f;     // of the cells' size, for captions in full
constexpr float kSmallest = 2;      // and are drawn only where the stage cannot scroll: it is too narrow

}  // namespace

const FigurePlace& Figure::Placed::at(std::string_view name) const {
  const auto found = std::find_if(places.begin(), places.end(), [&](const FigurePlace& p) { return p.name == name; });
  check(found != places.end(), "a figure has no box of this name");
  return *found;
}

Figure::Box Figure::grid(FigureGrid grid) {
  Node node;
  node.grid = std::move(grid);
  nodes_.push_back(std::move(node));
  return {static_cast<int>(nodes_.size()) - 1};
}

Figure::Box Figure::room(std::string name, float width, float height, float most) {
  Node node;
  node.grid.name = std::move(name);
  node.size = {width, height};
  node.most = most;
  nodes_.push_back(std::move(node));
  return {static_cast<int>(nodes_.size()) - 1};
}

Figure::Box Figure::table(int columns, const std::vector<Box>& boxes) {
  Node node;
  node.columns = std::max(1, columns);
  for (const Box box : boxes) node.boxes.push_back(box.index);
  nodes_.push_back(std::move(node));
  return {static_cast<int>(nodes_.size()) - 1};
}

// ---- measure --------------------------------------------------------------------------------------------------------

float Figure::caption_width(const FigureGrid& grid, size_t i) const {
  return i < grid.captions.size() && style_.text_width ? style_.text_width(grid.captions[i]) : 0;
}

bool Figure::wide(const FigureGrid& grid) const {
  return std::any_of(grid.notes.begin(), grid.notes.end(), [&](const std::string& note) {
    return style_.text_width && style_.text_width(note) > kNarrow * style_.line;
  });
}

float Figure::cell_of(const FigureGrid& grid, float cell, Gives gives) {
  return std::max({cell, grid.least, gives.wish * grid.wish});
}

bool Figure::indexed(const FigureGrid& grid, Gives gives) {
  return gives.indices == Indices::all || (gives.indices == Indices::own && cell_of(grid, 0, gives) >= kOwnIndexed);
}

float Figure::edge(const FigureGrid& grid, Gives gives) const {
  return indexed(grid, gives) && grid.index_rows > 0 && style_.index_width ? style_.index_width(grid.index_rows) : 0;
}

Figure::Lines Figure::lines(const Node& node, float cell, Gives gives) const {
  const auto columns = static_cast<size_t>(node.columns);
  Lines all;
  all.widths.assign(std::min(columns, node.boxes.size()), 0);
  all.edges = all.widths;
  for (size_t i = 0; i < node.boxes.size(); ++i) {
    const Extent box = measure(node.boxes[i], cell, gives);
    if (i % columns == 0) all.ups.push_back(0), all.downs.push_back(0);
    all.widths[i % columns] = std::max(all.widths[i % columns], box.w);
    const Node& inner = nodes_[static_cast<size_t>(node.boxes[i])];
    if (inner.columns == 0) all.edges[i % columns] = std::max(all.edges[i % columns], edge(inner.grid, gives));
    all.ups.back() = std::max(all.ups.back(), box.up);
    all.downs.back() = std::max(all.downs.back(), box.down);
  }
  return all;
}

Figure::Extent Figure::measure(int index, float cell, Gives gives) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  if (node.columns > 0) {
    const Lines all = lines(node, cell, gives);
    Extent whole;
    for (const float w : all.widths) whole.w += w;
    whole.w += style_.gap * static_cast<float>(std::max<size_t>(all.widths.size(), 1) - 1);
    if (all.ups.size() == 1) return {whole.w, all.ups[0], all.downs[0]};
    float high = style_.between * static_cast<float>(std::max<size_t>(all.ups.size(), 1) - 1);
    for (size_t i = 0; i < all.ups.size(); ++i) high += all.ups[i] + all.downs[i];
    return {whole.w, high / 2, high / 2};
  }
  if (node.size.y > 0) return {node.size.x, node.size.y / 2, node.size.y / 2};
  const FigureGrid& grid = node.grid;
  const float size = cell_of(grid, cell, gives);
  Extent box;
  box.w = size * static_cast<float>(grid.columns) + edge(grid, gives);
  if (!grid.captions.empty()) {
    const size_t caption = gives.words ? 0 : grid.captions.size() - 1;
    box.w = std::max(box.w, caption_width(grid, caption) - kShared * style_.gap);
  }
  if (style_.text_width && !wide(grid)) {
    for (const std::string& note : grid.notes) box.w = std::max(box.w, style_.text_width(note) - kShared * style_.gap);
  }
  box.up = box.down = size * static_cast<float>(grid.rows) / 2;
  if (indexed(grid, gives) && grid.index_columns > 0) box.up += style_.index_height;
  if (!grid.captions.empty()) box.up += style_.line;
  if (!gives.below || !wide(grid)) box.down += style_.line * static_cast<float>(grid.notes.size());
  return box;
}

float Figure::notes_height(int index) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  float high = wide(node.grid) ? style_.line * static_cast<float>(node.grid.notes.size()) : 0;
  for (const int box : node.boxes) high += notes_height(box);
  return high;
}

bool Figure::fits(int index, float cell, Gives gives, const Rect& area) const {
  const Extent box = measure(index, cell, gives);
  return box.w <= area.w && box.up + box.down + (gives.below ? notes_height(index) : 0) <= area.h;
}

float Figure::largest(int index, Gives gives, const Rect& area) const {
  float low = kSmallest, high = std::max({area.w, area.h, kSmallest});
  for (int i = 0; i < 24; ++i) {
    const float middle = (low + high) / 2;
    (fits(index, middle, gives, area) ? low : high) = middle;
  }
  return low > 4 ? std::floor(low + 0.01f) : low;
}

float Figure::least_height(const std::vector<Box>& arrangements, float width) const {
  float least = 1e9f, narrow = 1e9f;
  for (const Box box : arrangements) {
    const Extent whole = measure(box.index, least_cell_, {Indices::none, true, 0});
    const float high = whole.up + whole.down + notes_height(box.index);
    if (whole.w <= width) least = std::min(least, high);
    narrow = std::min(narrow, high);
  }
  return least < 1e9f ? least : narrow;
}

// ---- place ----------------------------------------------------------------------------------------------------------

float Figure::height(Box box) const {
  const Extent whole = measure(box.index, 0, {});
  return whole.up + whole.down;
}

float Figure::growth(int index) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  if (node.columns == 0) return std::max(0.0f, node.most - node.size.y);
  float all = 0;
  for (const int box : node.boxes) all = node.columns == 1 ? all + growth(box) : std::max(all, growth(box));
  return all;
}

// `extra`: how much higher the box is than it measures; what stands in it that cannot grow stays at its top.
// `left` is kept free for indices: grids of one column stand in line.
bool Figure::put(int index, float cell, Gives gives, const Rect& slot, float left, float middle, float extra,
                 Placed* placed) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  if (node.columns > 0) {
    const Lines all = lines(node, cell, gives);
    const Extent whole = measure(index, cell, gives);
    const auto columns = static_cast<size_t>(node.columns);
    float y = middle - whole.up - extra / 2;
    bool good = true;
    for (size_t line = 0; line < all.ups.size(); ++line) {
      float x = slot.x + (slot.w - whole.w) / 2, grows = 0;
      const size_t first = line * columns, end = std::min(first + columns, node.boxes.size());
      for (size_t i = first; i < end; ++i) grows = std::max(grows, growth(node.boxes[i]));
      grows = std::min(grows, extra);
      extra -= grows;
      const float high = all.ups[line] + all.downs[line] + grows;
      for (size_t i = first; i < end; ++i) {
        const float w = all.widths[i % columns];
        const Extent box = measure(node.boxes[i], cell, gives);
        const bool fills = growth(node.boxes[i]) > 0;
        good &= put(node.boxes[i], cell, gives, {x, y, w, 0}, all.edges[i % columns],
                    fills ? y + high / 2 : y + all.ups[line], fills ? high - box.up - box.down : 0, placed);
        x += w + style_.gap;
      }
      y += high + style_.between;
    }
    return good;
  }
  const FigureGrid& grid = node.grid;
  FigurePlace place;
  place.name = grid.name;
  const Vec center{slot.center().x, middle};
  if (node.size.y > 0) {
    const float h = node.size.y + std::min(extra, growth(index));
    place.cells = {center.x - node.size.x / 2, center.y - (node.size.y + extra) / 2, node.size.x, h};
    placed->places.push_back(std::move(place));
    return true;
  }
  place.cell = cell_of(grid, cell, gives);
  if (place.cell > 4) place.cell = std::floor(place.cell);
  place.indices = indexed(grid, gives) && (grid.index_rows > 0 || grid.index_columns > 0);
  const float w = place.cell * static_cast<float>(grid.columns), h = place.cell * static_cast<float>(grid.rows);
  // The indices at the left count as a part of the grid. Whole pixels: grid lines stay sharp.
  const float x = std::max(center.x - w / 2, slot.x + std::max(left, edge(grid, gives)));
  place.cells = {std::round(std::min(x, slot.right() - w)), std::round(center.y - h / 2), w, h};
  const float room = slot.w + kShared * style_.gap + 1;
  while (place.caption + 1 < grid.captions.size() && caption_width(grid, place.caption) > room) ++place.caption;
  const float margin = place.indices && grid.index_columns > 0 ? style_.index_height : 0;
  place.caption_at = {place.cells.center().x, place.cells.y - margin - 0.55f * style_.line};
  bool good = true;
  for (size_t i = 0; i < grid.notes.size(); ++i) {
    good &= !wide(grid) || style_.text_width(grid.notes[i]) <= room;
    place.notes_at.push_back(
        {place.cells.center().x, place.cells.bottom() + (static_cast<float>(i) + 0.65f) * style_.line});
  }
  placed->places.push_back(std::move(place));
  return good;
}

void Figure::put_below(int index, float* y, const Rect& area, Placed* placed) const {
  const Node& node = nodes_[static_cast<size_t>(index)];
  for (const int box : node.boxes) put_below(box, y, area, placed);
  if (!wide(node.grid)) return;
  const auto place = std::find_if(placed->places.begin(), placed->places.end(),
                                  [&](const FigurePlace& p) { return p.name == node.grid.name; });
  for (Vec& at : place->notes_at) at = {area.center().x, *y + 0.65f * style_.line}, *y += style_.line;
}

Figure::Placed Figure::solve(int index, const Rect& area) const {
  // Notes stand below their grid unless one is too wide for that; indices at the edges are the first to go.
  for (Gives gives : {Gives{Indices::all, false},
                      {Indices::all, true},
                      {Indices::own, false},
                      {Indices::own, true},
                      {Indices::none, false},
                      {Indices::none, true}}) {
    Placed placed;
    for (gives.wish = 1;; gives.wish -= 0.125f) {
      placed.cell = largest(index, gives, area);
      if (gives.wish <= 0 || placed.cell >= kTold) break;
    }
    placed.wish = gives.wish;
    gives.words = true;
    const float worded = largest(index, gives, area);
    const float indexed_from = std::max(kLeastIndexed, least_cell_);
    const bool keeps_indices = placed.cell < indexed_from || worded >= indexed_from;
    gives.words = worded >= kWorth * placed.cell && keeps_indices;
    if (gives.words) placed.cell = worded;
    if (gives.indices == Indices::all && placed.cell < indexed_from) continue;
    if (gives.indices == Indices::own && placed.cell < kTold) continue;
    const Extent whole = measure(index, placed.cell, gives);
    const float notes = gives.below ? notes_height(index) : 0, high = whole.up + whole.down;
    const float extra = std::clamp(area.h - high - notes, 0.0f, growth(index));
    const float top = area.y + std::max(0.0f, (area.h - high - notes - extra) / 2);
    const Rect slot{area.x + std::max(0.0f, (area.w - whole.w) / 2), top, whole.w, high};
    const bool good = put(index, placed.cell, gives, slot, 0, top + whole.up + extra / 2, extra, &placed);
    if (!good && !gives.below) continue;
    float y = top + high + extra;
    if (gives.below) put_below(index, &y, area, &placed);
    return placed;
  }
  return {};  // the last one always returns
}

Figure::Placed Figure::place(const std::vector<Box>& arrangements, const Rect& area) const {
  Placed best;
  for (const Box box : arrangements) {
    Placed placed = solve(box.index, area);
    if (placed.cell >= kReadable) return placed;
    if (best.places.empty() || std::pair(placed.wish, placed.cell) > std::pair(best.wish, best.cell)) {
      best = std::move(placed);
    }
  }
  return best;
}

}  // namespace striate
