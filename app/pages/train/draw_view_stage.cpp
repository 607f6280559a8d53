// What the view `draw` shows: the pad, the stages of the input, what the first convolution makes of it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/draw_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/widgets/hover_note.h"
#include "app/widgets/ink_pad.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/network/layer_kind.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr float kGap = 16;

// Where everything stands, from the room there is. Pure.
struct DrawLayout {
  Rect pad, answer, stages, maps;  // pad with its caption and buttons; maps may be empty
};

DrawLayout layout_of(const Rect& area, int stages) {
  DrawLayout out;
  Rect room = area.inset(20, 12);
  const float captions = 24, controls = 42;
  // Where the stage is low the pad comes first: it is drawn on.
  const bool with_stages = room.h > 190, with_maps = room.h > 430;
  const int rows = with_maps ? 2 : with_stages ? 1 : 0;
  const float rest = room.h - captions * static_cast<float>(rows + 1) - controls - kGap * static_cast<float>(rows);
  const auto n = static_cast<float>(std::max(stages, 1));
  const float tile =
      with_stages ? std::floor(std::clamp(rest * (with_maps ? 0.26f : 0.34f), 24.0f, (room.w - (n - 1) * 12) / n)) : 0;
  const float maps = with_maps ? std::clamp(rest * 0.15f, 30.0f, 96.0f) : 0;
  const float side = std::floor(std::min(rest - tile - maps, room.w * 0.46f));
  Rect top = room.cut_top(captions + side + controls);
  out.pad = top.cut_left(side);
  top.cut_left(24);
  out.answer = top;
  room.cut_top(kGap);
  if (with_stages) out.stages = room.cut_top(captions + tile);
  if (with_maps) {
    room.cut_top(kGap);
    out.maps = room.cut_top(captions + maps);
  }
  return out;
}

// A small picture whose values are 0..1: gray, or in color.
PictureSource source_of(const std::string& key, uint64_t version, const InputStage& stage) {
  PictureSource source;
  source.key = key;
  source.version = version;
  source.width = static_cast<int>(stage.shape[2]);
  source.height = static_cast<int>(stage.shape[1]);
  source.pixels = [&stage](int, CellRect rect) {
    TilePixels tile;
    const auto plane = static_cast<size_t>(stage.shape[1] * stage.shape[2]);
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      for (int x = rect.x; x < rect.x + rect.w; ++x) {
        const size_t at = static_cast<size_t>(y) * static_cast<size_t>(stage.shape[2]) + static_cast<size_t>(x);
        for (size_t c = 0; c < 3; ++c) {
          const float value = stage.pixels[(stage.shape[0] == 3 ? c * plane : 0) + at];
          tile.bytes.push_back(static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255)));
        }
        tile.bytes.push_back(255);
      }
    }
    return tile;
  };
  return source;
}

}  // namespace

const std::vector<InputStage>& DrawView::shown_stages(const TrainSnapshot& now) const {
  if (asked_ || (has_content() && !now.probe)) return input_.stages;
  if (!now.probe || !takes_pictures(now.probe->shape)) return input_.stages;
  return now.probe->stages ? *now.probe->stages : probe_stage_;
}

void DrawView::keep_probe_stage(const TrainSnapshot& now) {
  if (!now.probe || now.probe->stages || !takes_pictures(now.probe->shape)) return;
  probe_stage_.resize(1);
  InputStage& probe = probe_stage_[0];
  probe.id = "input";
  probe.title = fmt::format("{} \u00d7 {}", now.probe->shape[2], now.probe->shape[1]);
  probe.words = format_tr("{}, as the network receives it.", probe_name(*now.probe));
  probe.shape = now.probe->shape;
  if (probe.pixels != now.probe->pixels) probe.pixels = now.probe->pixels;
}

void DrawView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  const Reader reader = reader_of(now);
  if (!takes_pictures(reader.input)) {
    ui.empty_state(
        area, Icon::picture, "This network does not read pictures",
        format_tr("It reads {} numbers. Choose data that are pictures: digits, letters, shapes or satellite.",
                  reader.input.text()));
    return;
  }
  const std::vector<InputStage>& stages = shown_stages(now);
  const DrawLayout layout = layout_of(area, std::max(5, static_cast<int>(stages.size())));
  draw_pad(ui, layout.pad, now);
  Rect answer = layout.answer;
  if (const float below = nearest_height(answer, now); below > 0) {
    draw_nearest(ui, answer.cut_bottom(below), now);
    answer.cut_bottom(8);
  }
  draw_answer(ui, answer, now);
  const bool own = &stages == &input_.stages;
  if (!layout.stages.empty()) draw_stages(ui, layout.stages, stages, own ? version_ : now.version);
  const bool cleared = asked_ && !has_content();  // nothing of what was drawn stays
  if (!layout.maps.empty() && !cleared) draw_maps(ui, layout.maps, now);
}

void DrawView::draw_pad(Ui& ui, const Rect& area, const TrainSnapshot&) const {
  Rect room = area;
  const Rect title = room.cut_top(24);
  ui.label(title, picture_ ? content_name() : std::string(tr("your drawing")), Font::caption, ui.theme().secondary);
  const Rect square{room.x, room.y, room.w, room.w};
  const InkPad pad{drawing_,
                   ink_,
                   version_,
                   pen_width(),
                   pen_,
                   "train.draw",
                   !reader_.writing  ? tr("Draw")
                   : reader_.letters ? tr("Draw a letter")
                                     : tr("Draw a digit"),
                   true};
  if (picture_ && !input_.stages.empty()) {
    // A picture lies on the pad until somebody draws over it.
    static const Drawing nothing;
    const InkPad over{nothing, ink_, version_, pen_width(), pen_, "train.draw", "", true};
    draw_ink_pad(ui, "pad", square, over);
    ui.thumbnail(square.inset(2), source_of("draw.picture", version_, input_.stages.front()));
  } else {
    draw_ink_pad(ui, "pad", square, pad);
  }
  Rect buttons{room.x, square.bottom() + 8, room.w, 34.0f};
  ui.begin_row(buttons, 8);
  ui.button("Undo stroke", "train.draw undo",
            {.icon = Icon::back,
             .enabled = !picture_ && !drawing_.empty(),
             .tooltip = N_("Takes the last stroke away (Backspace)"),
             .icon_only = square.w < 216.0f});
  ui.button("Clear", "train.draw clear", {.enabled = has_content(), .tooltip = N_("An empty pad (Delete)")});
  ui.end_row();
}

void DrawView::draw_stages(Ui& ui, const Rect& area, const std::vector<InputStage>& stages, uint64_t version) const {
  const Theme& theme = ui.theme();
  if (stages.empty()) return;
  const float caption = 24.0f;
  const float side = area.h - caption;
  const auto n = static_cast<float>(std::max<size_t>(stages.size(), 5));
  const float gap = std::min(40.0f, (area.w - n * side) / (n - 1));
  for (size_t i = 0; i < stages.size(); ++i) {
    const InputStage& stage = stages[i];
    const float x = area.x + static_cast<float>(i) * (side + gap);
    const Rect tile{std::round(x), area.y + caption, side, side};
    const bool last = i + 1 == stages.size();
    const std::string title = fmt::format("{} {}", i + 1, tr(std::string_view(stage.title)));
    const Response r = ui.interact(
        tile, {.label = "stage " + stage.id, .kind = "picture", .focusable = false, .tooltip = stage.words});
    ui.label(Rect{tile.x, area.y, side + gap - 4, caption}, stages.size() == 1 ? stage.title : title, Font::caption,
             last ? theme.input : theme.secondary);
    ui.fill(tile, rgb(0x000000), 3);
    const float unit = side / static_cast<float>(std::max(stage.shape[1], stage.shape[2]));
    const Rect shown =
        tile.centered(unit * static_cast<float>(stage.shape[2]), unit * static_cast<float>(stage.shape[1]));
    ui.thumbnail(shown, source_of("draw.stage." + stage.id, version * 2 + (asked_ ? 1 : 0), stage),
                 stage.shape[2] > 64);
    // Marks lie over black ink in both themes.
    const Theme& dark = dark_theme();
    if (stage.box) {
      ui.stroke(
          {shown.x + stage.box->x * unit, shown.y + stage.box->y * unit, stage.box->w * unit, stage.box->h * unit},
          stage.id == "input" && stage.mass ? faded(dark.kernel, 0.45f) : dark.kernel, 0, 1.5f);
    }
    if (stage.mass) {
      const Vec at{shown.x + stage.mass->x * unit, shown.y + stage.mass->y * unit};
      const float reach = std::max(5.0f, side * 0.07f);
      if (stage.id == "input") {  // the middle of the 28 x 28
        ui.line({shown.center().x, shown.y}, {shown.center().x, shown.bottom()}, faded(dark.text, 0.25f));
        ui.line({shown.x, shown.center().y}, {shown.right(), shown.center().y}, faded(dark.text, 0.25f));
      }
      ui.line({at.x - reach, at.y}, {at.x + reach, at.y}, dark.gradient, 2);
      ui.line({at.x, at.y - reach}, {at.x, at.y + reach}, dark.gradient, 2);
    }
    ui.stroke(tile, last ? theme.input : theme.line, 3, last ? 2.0f : 1.0f);
    if (r.hovered && shown.contains(ui.input().mouse)) {
      const int column = static_cast<int>((ui.input().mouse.x - shown.x) / unit);
      const int row = static_cast<int>((ui.input().mouse.y - shown.y) / unit);
      ui.found().cell = {"stage", static_cast<int>(i), row, column};
      if (unit >= 3) {
        ui.stroke({shown.x + static_cast<float>(column) * unit, shown.y + static_cast<float>(row) * unit, unit, unit},
                  theme.accent, 0, 1.5f);
      }
      if (last) ui.light(Concept::input);
    }
    if (!last && gap > 22) {  // on to the next
      const float y = tile.center().y, from = tile.right() + 5, to = tile.right() + gap - 5;
      ui.line({from, y}, {to, y}, theme.secondary);
      ui.line({to - 4, y - 4}, {to, y}, theme.secondary, 1.5f);
      ui.line({to - 4, y + 4}, {to, y}, theme.secondary, 1.5f);
    }
  }
}

void DrawView::draw_maps(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!now.architecture || !now.probe) return;
  // The first layer that looks for something, as the probe goes through it.
  const std::vector<Node>& nodes = now.architecture->nodes();
  size_t node = 1;
  while (node < nodes.size() && nodes[node].layer->info().follow != Follow::convolution) ++node;
  if (node >= nodes.size() || node >= now.probe->activations.size() || !now.probe->activations[node]) return;
  const TensorValues& maps = *now.probe->activations[node];
  const Shape& shape = maps.tensor.shape;
  if (shape.rank() != 4) return;
  Rect room = area;
  const Rect title = room.cut_top(24);
  TensorGrid grid;
  grid.maps = {maps.values, shape[1], static_cast<int>(shape[2]), static_cast<int>(shape[3])};
  grid.key = "draw.maps";
  grid.version = now.version;
  grid.scale = scale_of(grid.maps, ScaleScope::layer);
  // Smaller where they would not all fit, but not too small to be seen.
  grid.layout = slice_layout(shape[1], 1, grid.maps.height, grid.maps.width, room.w, room.h, 40, room.h, 6);
  grid.name = [](int64_t map) { return format_tr("channel {}", map); };
  const TensorAnswer answer = draw_tensor_grid(ui, "maps of the drawing", room, grid);
  if (answer.hovered) draw_hover_note(ui, answer.note);
  const int64_t shown = grid.layout.per_line;
  const auto most = static_cast<double>(grid.scale.limit(0));
  const std::string hidden = shown < shape[1] ? " \u00b7 " + format_tr("{} of {} shown", shown, shape[1]) : "";
  const std::string scale =
      " \u00b7 " + format_tr("blue {} to orange {}", significant_text(-most, 2), significant_text(most, 2));
  // As much as fits; what the colors mean comes last to go.
  const std::string whole = format_tr("what layer {} ({}) makes of it{}{}, scale of the layer", nodes[node].name,
                                      nodes[node].layer->text(), hidden, scale);
  const std::string brief = format_tr("what layer {} makes of it{}", nodes[node].name, scale);
  ui.label(title, ui.measure(Font::caption, whole).x <= title.w ? whole : brief, Font::caption, ui.theme().secondary);
}

}  // namespace striate
