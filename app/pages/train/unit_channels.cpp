// The rows of the view `unit`: a convolution's filter with one row per input channel (map, kernel, product), and beside
// them what becomes of the rows: their sum, the bias, the result, what the activation makes of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/unit_view.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"

namespace striate {
namespace {

// The products of one map that are worked out on the window's thread, once per snapshot; a larger filter gets words.
constexpr int64_t kMaxProducts = int64_t{1} << 22;

// A map as large as it fits, with its indices where its cells have room for them, and never too thin to be seen.
struct Fitted {
  Vec size, edge;
};
Fitted fit(int rows, int columns, Vec box) {
  const auto cell = [&](Vec room) {
    return std::min(room.x / static_cast<float>(columns), room.y / static_cast<float>(rows));
  };
  Vec edge = map_edge(rows, columns);
  if (cell(box - edge) < Ui::kIndexed) edge = {};
  const float side = cell(box - edge);
  return {{std::max(4.0f, side * static_cast<float>(columns)), std::max(4.0f, side * static_cast<float>(rows))}, edge};
}

void draw_words(Ui& ui, const Rect& line, const std::string& name, Concept tone, const std::string& rest) {
  const float wide = ui.measure(Font::caption, name).x + 6.0f;
  ui.label(line, name, Font::caption, ui.theme().of(tone));
  Rect after = line;
  after.cut_left(std::min(line.w, wide));
  if (ui.measure(Font::caption, rest).x <= after.w) ui.label(after, rest, Font::caption, ui.theme().secondary);
}

// One map, alone.
TensorGrid one_map(const std::vector<float>& values, int rows, int columns, const Fitted& fitted) {
  TensorGrid grid;
  grid.maps.values = values;
  grid.maps.count = 1, grid.maps.height = rows, grid.maps.width = columns;
  grid.scale = scale_of(grid.maps, ScaleScope::map);
  grid.layout.shown = 1, grid.layout.per_line = 1, grid.layout.lines = 1;
  grid.layout.width = fitted.size.x, grid.layout.height = fitted.size.y;
  grid.layout.edge = fitted.edge;
  grid.tone = Concept::activation;
  return grid;
}

}  // namespace

// Null: too many products.
const ChannelWalk* UnitView::channel_walk(const Opened& o) const {
  return channel_products(o.values, o.node) > kMaxProducts ? nullptr : &channels_;
}

void UnitView::walk_rows(const TrainSnapshot& now, const Opened& o) {
  if (channel_walk(o) == nullptr) return;
  const ChannelKey key{now.run,
                       now.version,
                       o.values.activation(o.input),
                       o.values.array(TensorKind::weight, o.weight_name),
                       o.node,
                       o.walk.place.sample,
                       o.filter};
  if (!(key == channel_key_)) {
    channels_ = walk_channels(o.values, o.node, o.walk.place.sample, o.filter);
    channel_key_ = key;
    ++channel_version_;
  }
}

void UnitView::draw_channels(Ui& ui, const Rect& area, const Opened& o) const {
  const ChannelWalk* walk = channel_walk(o);
  if (walk == nullptr) {
    ui.empty_state(area, Icon::picture, "Too much for one figure",
                   format_tr("All rows together are {} products; up to {} are worked out at every step. One window "
                             "at a time is shown under one window, {}.",
                             channel_products(o.values, o.node), kMaxProducts, ui.at_the_right()));
    leave_place(ui, "figure", area);
    return;
  }
  HoverNote note;
  Rect room = area;
  const float line = 22.0f;
  const std::string exactness =
      walk->rounding > 0
          ? format_tr("The rows and the bias add up to the result to within {}: each sum is rounded on its own.",
                      short_value(walk->rounding, 2))
          : std::string(tr("The rows and the bias add up to the result, without any rounding."));
  const bool whole = ui.measure(Font::caption, exactness).x <= room.w;
  const float high = whole ? line : ui.paragraph_height(exactness, room.w, Font::caption) + 3;
  const Rect words = room.cut_bottom(high);
  if (whole) {
    ui.label(words, exactness, Font::caption, ui.theme().secondary);
  } else {
    ui.next(words);
    ui.paragraph(exactness, Font::caption);
  }
  const Rect sums = room.cut_right(std::clamp(room.w * 0.25f, 120.0f, 300.0f));
  room.cut_right(24);
  draw_channel_rows(ui, room, o, *walk, note);
  draw_channel_sum(ui, sums, o, *walk, note);
  if (note.shown()) draw_hover_note(ui, note);
}

void UnitView::draw_channel_rows(Ui& ui, const Rect& area, const Opened& o, const ChannelWalk& walk,
                                 HoverNote& note) const {
  const Theme& theme = ui.theme();
  const float line = 22.0f, sign_wide = 20.0f;
  const float name_wide =
                  std::max(58.0f, ui.measure(Font::caption, format_tr("slice {}", walk.channels - 1)).x + 14.0f),
              number_wide = std::max(72.0f, ui.measure(Font::caption, format_tr("at {}, {}", o.column, o.row)).x + 4);
  Rect room = area;
  Rect head = room.cut_top(line);
  const float third = std::max(8.0f, (room.w - name_wide - 2 * sign_wide - number_wide - 12.0f) / 3);
  const float* x = o.values.activation(o.input) +
                   (int64_t{1} * o.walk.place.sample * o.in.channels + walk.first_channel) * o.in.rows * o.in.columns;
  const float* w = o.values.array(TensorKind::weight, o.weight_name);
  const auto scale_to = [](float limit) { return TensorScale{ScaleScope::layer, true, {limit}}; };
  struct Column {
    const char* label;
    const char* key;
    const char* name;
    const char* of_slice;
    const char* sign;
    Concept tone;
    const float* values;
    int rows, columns;
    TensorScale scale;
    std::string scope;
    Vec size, edge;  // of a map, and of its indices
    float left;      // of the maps
  };
  const int64_t weights = int64_t{1} * o.out.channels * walk.channels * o.per_slice;
  std::vector<Column> columns = {
      {"channel maps",
       "unit.channel.in",
       N_("channel"),
       N_("channel of slice {}"),
       "",
       Concept::input,
       x,
       o.in.rows,
       o.in.columns,
       scale_to(largest_of(x, int64_t{1} * walk.channels * o.in.rows * o.in.columns)),
       "",
       {},
       {},
       0},
      {"channel kernels",
       "unit.channel.kernel",
       N_("kernel"),
       N_("kernel of slice {}"),
       "\u00d7",
       Concept::kernel,
       walk.kernels.data(),
       walk.kernel_rows,
       walk.kernel_columns,
       scale_to(largest_of(w, weights)),
       "",
       {},
       {},
       0},
      {"channel products",
       "unit.channel.product",
       N_("product"),
       N_("product of slice {}"),
       "=",
       Concept::activation,
       walk.products.data(),
       walk.out.rows,
       walk.out.columns,
       scale_to(largest_of(walk.products.data(), static_cast<int64_t>(walk.products.size()))),
       "",
       {},
       {},
       0}};
  columns[0].scope = scale_text(columns[0].scale);
  columns[1].scope = scale_text(columns[1].scale);
  columns[2].scope = format_tr("\u00b1{}, all rows", short_value(static_cast<double>(columns[2].scale.limit(0)), 2));
  // As close together as the maps are wide, but no closer than their captions: on one line, or the scale below.
  const auto words_of = [&](const Column& column, bool one_line) {
    const float name = ui.measure(Font::caption, tr(column.name)).x, scope = ui.measure(Font::caption, column.scope).x;
    return one_line ? name + scope + 12.0f : std::max(name, scope) + 2;
  };
  const bool one_line = std::all_of(columns.begin(), columns.end(),
                                    [&](const Column& column) { return words_of(column, true) <= third; });
  for (Column& column : columns) {
    const std::string_view long_words = tr(N_("this layer"));
    const size_t at = column.scope.find(long_words);
    if (!one_line && at != std::string::npos && words_of(column, false) > third)
      column.scope.replace(at, long_words.size(), tr("layer"));
    // The end of the scale alone, where its words have no room.
    if (!one_line && words_of(column, false) > third) {
      column.scope = "\u00b1" + short_value(static_cast<double>(column.scale.limit(0)), 2);
    }
  }
  const Rect below = one_line ? head : room.cut_top(18);
  const float pitch = std::clamp(std::min(room.h / static_cast<float>(walk.channels), third + 12), 54.0f, 260.0f);
  float left = area.x + name_wide;
  for (Column& column : columns) {
    const Fitted fitted = fit(column.rows, column.columns, {third, pitch - 12});
    column.size = fitted.size, column.edge = fitted.edge;
    if (column.sign[0] != 0) left += sign_wide;
    column.left = left + column.edge.x;
    const float wide = std::min(third, std::max(column.edge.x + column.size.x, words_of(column, one_line)));
    draw_words(ui, {left, head.y, wide, line}, tr(column.name), column.tone, one_line ? column.scope : std::string());
    if (!one_line) ui.label({left, below.y, wide + 1, below.h}, column.scope, Font::caption, theme.secondary);
    left += wide;
  }
  const Rect numbers{left + 12.0f, head.y, number_wide, line};
  if (o.printed.channel_sums.size() == static_cast<size_t>(walk.channels)) {
    ui.label(numbers, format_tr("at {}, {}", o.column, o.row), Font::caption, theme.secondary, Align::right);
  }

  ui.begin_panel("channel rows", room, 0);
  const Rect all = ui.take(pitch * static_cast<float>(walk.channels));
  const Rect seen = ui.clip().inset(0, -40);  // the next one, too: Tab goes on to it
  const int first = std::clamp(static_cast<int>(std::floor((seen.y - all.y) / pitch)), 0, walk.channels - 1);
  const int end = std::clamp(static_cast<int>(std::ceil((seen.bottom() - all.y) / pitch)), first + 1, walk.channels);
  const auto row_of = [&](int c) { return Rect{all.x, all.y + pitch * static_cast<float>(c), all.w, pitch}; };
  for (int c = first; c < end; ++c) {
    const Rect row = row_of(c);
    const std::string name = fmt::format("channel row {}", c);
    const std::string command = fmt::format("train.unit.slice {}", c);
    const Response r =
        ui.interact(row.inset(0, 2), {.label = name,
                                      .command = command,
                                      .kind = "row",
                                      .tooltip = N_("What this input channel adds, through its own part of "
                                                    "the kernel. Click: look at its products")});
    if (r.hovered || c == o.slice) ui.fill(row.inset(0, 2), theme.raised, 6);
    if (c == o.slice) ui.fill({row.x, row.y + 2, 3, row.h - 4}, theme.kernel, 1);
    if (r.keyboard) ui.draw_focus(row.inset(4, 6), 3);
    if (r.clicked) ui.send(command);
    ui.label({row.x + 10.0f, row.y, name_wide - 10.0f, row.h}, format_tr("slice {}", c), Font::caption,
             c == o.slice ? theme.text : theme.secondary);
    if (o.printed.channel_sums.size() == static_cast<size_t>(walk.channels)) {
      ui.label({numbers.x, row.y, numbers.w, row.h}, o.printed.channel_sums[static_cast<size_t>(c)], Font::number,
               theme.text, Align::right);
    }
  }
  for (const Column& column : columns) {
    const int64_t plane = int64_t{1} * column.rows * column.columns;
    TensorGrid grid;
    grid.maps.values = {column.values + first * plane, static_cast<size_t>((end - first) * plane)};
    grid.maps.count = end - first, grid.maps.height = column.rows, grid.maps.width = column.columns;
    grid.key = column.key;
    grid.version = channel_version_ * 8191 + static_cast<uint64_t>(first);
    grid.scale = column.scale;
    grid.layout.shown = grid.layout.lines = end - first;
    grid.layout.per_line = 1;
    grid.layout.width = column.size.x, grid.layout.height = column.size.y;
    grid.layout.gap = pitch - column.size.y;
    grid.layout.edge = column.edge;
    grid.name = [&column, first](int64_t map) { return format_marked(column.of_slice, first + map); };
    grid.command = [first](int64_t map) { return fmt::format("train.unit.slice {}", first + map); };
    grid.hint = tr("click: choose this slice");
    const auto top_of = [&](int c) { return row_of(c).y + (pitch - column.size.y + column.edge.y) / 2; };
    const Rect place{column.left - column.edge.x, top_of(first) - column.edge.y, column.size.x, all.h};
    const TensorAnswer a = draw_tensor_grid(ui, column.label, place, grid);
    if (a.hovered) note = a.note;
    if (a.hovered && column.tone == Concept::activation) ui.found().cell = {"output", 0, a.row, a.column};
    const Vec cell{column.size.x / static_cast<float>(column.columns), column.size.y / static_cast<float>(column.rows)};
    for (int c = first; c < end; ++c) {
      const Rect map{column.left, top_of(c), column.size.x, column.size.y};
      if (column.sign[0] != 0) {
        ui.label({place.x - sign_wide, map.y, sign_wide - 4.0f, map.h}, column.sign, Font::control, theme.secondary,
                 Align::center);
      }
      // Where the chosen value of the output stands, and the window that it reads.
      const Conv2dShape& g = o.geometry;
      if (column.tone == Concept::activation) {
        ui.stroke(
            {map.x + cell.x * static_cast<float>(o.column), map.y + cell.y * static_cast<float>(o.row), cell.x, cell.y},
            theme.activation, 1, 1.5f);
      } else if (column.tone == Concept::input) {
        const Rect window{map.x + cell.x * static_cast<float>(o.column * g.stride_x - g.pad_left),
                          map.y + cell.y * static_cast<float>(o.row * g.stride_y - g.pad_top),
                          cell.x * static_cast<float>(g.dilation_x * (g.s - 1) + 1),
                          cell.y * static_cast<float>(g.dilation_y * (g.r - 1) + 1)};
        const Rect inside = intersection(window, map);
        if (!inside.empty()) ui.stroke(inside, theme.kernel, 1, 1.5f);
      }
    }
  }
  if (revealed_slice_ != o.slice) ui.reveal(row_of(o.slice));
  ui.found().numbers["unit.revealed"] = o.slice;
  ui.end_panel();
}

void UnitView::draw_channel_sum(Ui& ui, const Rect& area, const Opened& o, const ChannelWalk& walk,
                                HoverNote& note) const {
  const Theme& theme = ui.theme();
  const float line = 24.0f;
  std::vector<int> after;
  if (o.walk.agrees()) {
    for (const int node : pointwise_after(*o.values.architecture, o.node)) {
      if (o.values.activation(node) != nullptr && after.size() < 2) after.push_back(node);
    }
  }
  const auto maps = static_cast<float>(2 + after.size());
  const Fitted fitted =
      fit(walk.out.rows, walk.out.columns,
          {area.w, std::max(8.0f, (area.h - line * (maps + (walk.has_bias ? 1.0f : 0.0f))) / maps - 4)});
  const Vec size = fitted.size, edge = fitted.edge;
  const int64_t plane = int64_t{1} * walk.out.rows * walk.out.columns;
  Rect room = area;
  const auto map = [&](const char* label, const std::string& name, const std::vector<float>& values, uint64_t version) {
    const Rect head = room.cut_top(line);
    const Rect place = room.cut_top(edge.y + size.y + 4);
    TensorGrid grid = one_map(values, walk.out.rows, walk.out.columns, fitted);
    grid.key = fmt::format("unit.channel.{}", label);
    grid.version = version;
    grid.name = [&name](int64_t) { return name; };
    draw_words(ui, head, name, Concept::activation,
               "\u00b1" + short_value(static_cast<double>(grid.scale.limit(0)), 2));
    const TensorAnswer a = draw_tensor_grid(ui, label, place, grid);
    if (a.hovered) note = a.note, ui.found().cell = {"output", 0, a.row, a.column};
    const Vec cell{size.x / static_cast<float>(walk.out.columns), size.y / static_cast<float>(walk.out.rows)};
    ui.stroke({place.x + edge.x + cell.x * static_cast<float>(o.column),
               place.y + edge.y + cell.y * static_cast<float>(o.row), cell.x, cell.y},
              theme.activation, 1, 1.5f);
  };
  map("sum of the rows", trn("sum of the row", "sum of the {} rows", walk.channels), walk.sum, channel_version_);
  if (walk.has_bias) {
    const Rect bias = room.cut_top(line);
    ui.interact(bias, {.label = "bias of the filter",
                       .kind = "row",
                       .focusable = false,
                       .tooltip = N_("The same number is added to every value of the sum")});
    draw_words(ui, bias, format_tr("+ bias {}", full_value(walk.bias)), Concept::bias, "");
  }
  room.cut_top(line);
  const Rect result = Rect{room.cut_top(edge.y + size.y + 4)}.moved(edge);
  if (sample_values(o.values, o.node, o.walk.place.sample) != nullptr) {
    LinkedGrids(ui, hover_).draw_at(output_grid(ui, o), result.min(), size.x / static_cast<float>(walk.out.columns));
  }
  leave_place(ui, "figure", {result.x, result.y, size.x, size.y});
  for (size_t i = 0; i < after.size(); ++i) {
    const float* y =
        o.values.activation(after[i]) + (int64_t{1} * o.walk.place.sample * o.out.channels + o.filter) * plane;
    const std::vector<float> values(y, y + plane);
    map(i == 0 ? "after the activation" : "after the second activation",
        fmt::format("\u2192 {}", o.values.layer(after[i]).text()), values, channel_version_);
  }
}

}  // namespace striate
