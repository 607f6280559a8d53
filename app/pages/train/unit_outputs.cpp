// What goes out, on the stage of the view `unit`: the output of the opened filter, and all slices and filters of the
// layer as small maps to choose from.
#include <algorithm>

#include "app/pages/train/unit_view.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kGap = 24;

}  // namespace

LinkedGrid UnitView::output_grid(Ui& ui, const Opened& o) const {
  const Theme& theme = ui.theme();
  const Conv2dShape& g = o.geometry;
  const float* y = sample_values(o.values, o.node, o.walk.place.sample);
  ValueGrid grid;
  grid.tone = Concept::activation;
  if (o.listed) {
    grid.rows = o.out_rows, grid.columns = o.out_columns;
    grid.limit = largest_of(y, o.out.channels);
    grid.column_index = {0, grid.rows};  // from above, column by column
    grid.index_columns = grid.columns > 1 ? o.out.channels : -1;
    const auto index = [rows = grid.rows](int row, int column) { return column * rows + row; };
    const auto is_one = [=, &o](int row, int column) { return index(row, column) < o.out.channels; };
    grid.value = [=](int row, int column) { return is_one(row, column) ? y[index(row, column)] : 0.0f; };
    grid.blank = [=](int row, int column) { return !is_one(row, column); };
    grid.frame = [=, &o, &theme](int row, int column) { return index(row, column) == o.filter ? theme.activation : 0; };
    grid.tooltip = o.dense ? N_("The outputs of all neurons. Click one to open it.")
                           : N_("All values of the output. Click one to open it.");
    LinkedGrid linked = linked_values(ui, "output values", {}, std::move(grid));
    linked.caption = {tr("output"), {fmt::format(" {}", o.out.channels)}};
    linked.on_click = "train.unit.filter {row}";
    linked.takes = is_one;
    linked.stored = [index](int row, int column) { return std::pair(index(row, column), 0); };
    return linked;
  }
  const float* plane = y + int64_t{1} * o.filter * o.out.rows * o.out.columns;
  grid.rows = o.out.rows, grid.columns = o.out.columns;
  grid.limit = largest_of(plane, int64_t{1} * o.out.rows * o.out.columns);
  grid.value = [plane, &o](int row, int column) { return plane[row * o.out.columns + column]; };
  grid.frame = [this, &o, &g, &ui, &theme](int row, int column) -> Color {
    if (row == o.row && column == o.column) return theme.activation;
    if (!hover_.in("input") || !o.conv) return 0;
    // Every output that reads the hovered value, in the color of the tap that reads it.
    const int r = hover_.row + g.pad_top - row * g.stride_y, s = hover_.column + g.pad_left - column * g.stride_x;
    if (r < 0 || s < 0 || r % g.dilation_y != 0 || s % g.dilation_x != 0 || r / g.dilation_y >= g.r ||
        s / g.dilation_x >= g.s) {
      return 0;
    }
    const Color own = color_of_tap(ui, r / g.dilation_y * g.s + s / g.dilation_x, o.per_slice);
    return own ? own : theme.kernel;
  };
  grid.tooltip = N_("Hover: the window this value comes from. Click to stay there.");
  LinkedGrid linked = linked_values(ui, "output values", {"output"}, std::move(grid));
  const std::string size = " " + size_of_grid(o.out.rows, o.out.columns);
  linked.caption = {tr("output"), {size}};
  if (o.out.channels > 1) {
    linked.caption.rest = {" " + format_tr("filter {} of {},", o.filter, o.out.channels) + size, size};
  }
  linked.on_click = "train.unit.cursor {column} {row}";
  return linked;
}

// The slices of a unit that is neither conv nor dense, where there are several of one size.
void UnitView::gather(const Opened& o) {
  gathered_.clear();
  if (o.slices < 2) return;
  const int64_t plane = int64_t{1} * o.in.rows * o.in.columns;
  const std::vector<int>& inputs = o.values.architecture->nodes()[static_cast<size_t>(o.node)].inputs;
  for (const Opened::Source& source : o.sources) {
    const int node = inputs[static_cast<size_t>(source.input)];
    const UnitSizes s = unit_sizes(o.values, node);
    const float* from = sample_values(o.values, node, o.walk.place.sample);
    if (from == nullptr || s.rows != o.in.rows || s.columns != o.in.columns) return gathered_.clear();
    gathered_.insert(gathered_.end(), from + source.channel * plane, from + (source.channel + 1) * plane);
  }
}

// All slices that come in and all channels that go out, as small maps.
void UnitView::draw_strips(Ui& ui, const Rect& area, const TrainSnapshot& now, const Opened& o) const {
  Rect room = area;
  uint64_t gathered = 0;
  const auto strip = [&](const char* label, const char* title, const char* brief, Concept tone, Rect place,
                         TensorMaps maps, std::string key, int64_t selected, const char* command) {
    // The short words where the whole ones would be cut; clear of the frame about the chosen map.
    const std::string_view words =
        ui.measure(Font::caption, tr(title)).x <= place.w ? std::string_view(tr(title)) : std::string_view(tr(brief));
    ui.label(place.cut_top(18), words, Font::caption, ui.theme().of(tone));
    place.cut_top(4);
    TensorGrid grid;
    grid.maps = maps;
    grid.key = std::move(key);
    grid.version = now.version * 4099 + static_cast<uint64_t>(o.batch ? o.walk.place.sample + 1 : 0) * 131 +
                   static_cast<uint64_t>(o.node) * 17 + static_cast<uint64_t>(o.first_slice) + gathered;
    grid.scale = scale_of(maps, ScaleScope::layer);
    grid.layout = fit_maps(maps.count, maps.height, maps.width, place.w, place.h - 4, 10, 52.0f, 4);
    grid.selected = selected;
    grid.tone = tone;
    grid.name = [label](int64_t map) { return format_marked(label, map); };
    grid.command = [command](int64_t map) { return fmt::format("{} {}", command, map); };
    grid.hint = tr("click: look at this one");
    grid.numbers = false;
    TensorAnswer answer = draw_tensor_grid(ui, title, place, grid);
    if (grid.layout.shown < maps.count) {
      ui.label(Rect{place.x, place.y - 18.0f - 4, place.w, 18.0f}, format_tr("{} of {}", grid.layout.shown, maps.count),
               Font::caption, ui.theme().secondary, Align::right);
    }
    return answer;
  };
  const bool kernel = o.conv || o.dense;
  const float* x = sample_values(o.values, o.input, o.walk.place.sample);
  const float* y = sample_values(o.values, o.node, o.walk.place.sample);
  HoverNote note;
  if (kernel) {
    x += int64_t{1} * o.first_slice * o.in.rows * o.in.columns;
  } else {
    x = gathered_.empty() ? nullptr : gathered_.data();
    gathered = static_cast<uint64_t>((o.filter * 1009 + o.row) * 1009 + o.column) * 8191;
  }
  const bool both = x != nullptr && y != nullptr && !o.listed;
  // Beside each other, each as wide as its number of maps asks for.
  const auto in_count = static_cast<float>(std::clamp(o.slices, 2, 24));
  const auto out_count = static_cast<float>(std::clamp(o.out.channels, 2, 24));
  const float share = std::clamp(in_count / (in_count + out_count), 0.22f, 0.7f);
  if (x != nullptr) {
    const int64_t plane = int64_t{1} * o.in.rows * o.in.columns;
    TensorMaps maps;
    maps.values = {x, static_cast<size_t>(o.slices * plane)};
    maps.count = o.slices, maps.height = o.in.rows, maps.width = o.in.columns;
    const Rect place = both ? room.cut_left((room.w - kGap) * share) : room;
    room.cut_left(kGap);
    const TensorAnswer a = strip(N_("slice {}"), N_("slices that come in"), N_("slices in"), Concept::input, place,
                                 maps, "unit.in", o.slice, "train.unit.slice");
    if (a.hovered) note = a.note;
  }
  if (y != nullptr && !o.listed) {
    TensorMaps maps;
    maps.values = {y, static_cast<size_t>(o.out.count())};
    maps.count = o.out.channels, maps.height = o.out.rows, maps.width = o.out.columns;
    const TensorAnswer a = strip(N_("filter {}"), N_("what each filter gives"), N_("outputs"), Concept::activation,
                                 room, maps, "unit.out", o.filter, "train.unit.filter");
    if (a.hovered) note = a.note;
  }
  if (note.shown()) draw_hover_note(ui, note);
}

}  // namespace striate
