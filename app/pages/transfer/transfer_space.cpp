// The map of page `transfer`: every tile a point where the features put it, and beside it the tile that is looked at.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/network_words.h"
#include "app/pages/transfer/transfer.h"
#include "app/pages/transfer/transfer_draw.h"
#include "app/widgets/class_colors.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

const FeatureSpace* TransferPage::space() const {
  const std::optional<FeatureSpace>& shown = state_.space == "after" ? moment_->after : moment_->before;
  return shown ? &*shown : nullptr;
}

// Which color is which class, in one line. False: there is not enough room, and nothing is drawn.
bool TransferPage::draw_classes_in(Ui& ui, Rect row) const {
  const std::vector<std::string>& classes = moment_->facts.classes;
  const auto width = [&](const std::string& name) { return ui.measure(Font::caption, name).x + 32; };
  float all = 0;
  for (const std::string& name : classes) all += width(name);
  if (all > row.w) return false;
  for (size_t i = 0; i < classes.size(); ++i) {
    Rect each = row.cut_left(width(classes[i]));
    ui.draw().AddCircleFilled({each.x + 10, each.center().y}, 5, class_color(static_cast<int64_t>(i)), 14);
    each.cut_left(20);
    ui.label(each, classes[i], Font::caption, ui.theme().secondary);
  }
  return true;
}

void TransferPage::draw_space(Ui& ui, Rect area, HoverNote& note) const {
  const TransferMoment& now = *moment_;
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  ui.begin_row(area.cut_top(34), 8);
  static const Choice choices[] = {{N_("Before"), "before"}, {N_("After"), "after"}};
  ui.segmented("features", choices, state_.space, "transfer.space");
  const bool named = draw_classes_in(ui, ui.remaining());
  ui.end_row();
  area.cut_top(4);
  const FeatureSpace* shown = space();
  if (shown == nullptr) {
    if (learning()) {
      draw_features_progress(ui, area, now);
    } else {
      ui.empty_state(
          area, Icon::eye, "Where the base puts the tiles",
          format_tr("Press \u201cLearn\u201d {}: the features of each tile are computed, and drawn as a point.",
                    ui.at_the_right()));
    }
    return;
  }
  const std::string what = shown->layer.empty() ? format_tr("{} logits on a plane that shows {} of their variance",
                                                            shown->values, share_text(shown->plane.explained))
                                                : format_tr("{} features on a plane that shows {} of their variance",
                                                            shown->values, share_text(shown->plane.explained));
  ui.label(area.cut_top(line), ui.fitted(what, Font::caption, area.w), Font::caption, theme.secondary);
  area.cut_top(4);
  if (area.h < 3 * line) return;
  Rect words = area.cut_right(std::clamp(area.w * 0.3f, 96.0f, 220.0f));
  area.cut_right(12);
  ui.fill(area, theme.surface, 6);
  const Rect plot = area.inset(14);
  float low_x = 0, high_x = 0, low_y = 0, high_y = 0;
  for (size_t i = 0; i < shown->samples.size(); ++i) {
    low_x = std::min(low_x, shown->plane.x[i]), high_x = std::max(high_x, shown->plane.x[i]);
    low_y = std::min(low_y, shown->plane.y[i]), high_y = std::max(high_y, shown->plane.y[i]);
  }
  // One scale for both axes: distances are true.
  const float scale = std::min(plot.w / std::max(high_x - low_x, 1e-6f), plot.h / std::max(high_y - low_y, 1e-6f));
  const auto at = [&](size_t i) {
    return Vec{plot.center().x + (shown->plane.x[i] - (low_x + high_x) / 2) * scale,
               plot.center().y - (shown->plane.y[i] - (low_y + high_y) / 2) * scale};
  };
  const Response r = ui.interact(area, {.label = "feature map",
                                        .command = "transfer.tile",
                                        .kind = "map",
                                        .tooltip = N_("Each point is a picture; filled: the first seed learns from it. "
                                                      "Click: look at it. Left and Right: the next one")});
  const float radius = ui.frame().presentation ? 3.5f : 4.5f;
  size_t nearest = shown->samples.size(), chosen = nearest;
  float distance = 14;
  ui.push_clip(area);
  for (size_t i = 0; i < shown->samples.size(); ++i) {
    const Vec p = at(i);
    const Color color = class_color(now.tiles->label(shown->samples[i]));
    if (shown->learned[i]) {
      ui.draw().AddCircleFilled({p.x, p.y}, radius + 1, theme.text, 14);
      ui.draw().AddCircleFilled({p.x, p.y}, radius, color, 14);
    } else {
      ui.draw().AddCircle({p.x, p.y}, radius, color, 14, 1.8f);
    }
    if (shown->samples[i] == state_.tile) chosen = i;
    const Vec away = ui.input().mouse - p;
    if (r.hovered && std::hypot(away.x, away.y) < distance) distance = std::hypot(away.x, away.y), nearest = i;
  }
  const size_t looked = nearest < shown->samples.size() ? nearest : chosen;
  if (looked < shown->samples.size()) {
    const Vec p = at(looked);
    ui.draw().AddCircle({p.x, p.y}, radius + 4, theme.text, 18, 2);
  }
  ui.pop_clip();
  if (r.clicked && nearest < shown->samples.size()) {
    ui.send(fmt::format("transfer.tile {}", shown->samples[nearest]));
  }
  if (r.keyboard) {
    ui.draw_focus(area);
    const size_t count = shown->samples.size();
    if (ui.take_key("Right")) ui.send(fmt::format("transfer.tile {}", shown->samples[(chosen + 1) % count]));
    if (ui.take_key("Left")) {
      ui.send(fmt::format("transfer.tile {}", shown->samples[chosen < count ? (chosen + count - 1) % count : 0]));
    }
  }
  const int64_t tile = looked < shown->samples.size() ? shown->samples[looked] : state_.tile;
  if (nearest < shown->samples.size()) {
    note.title = format_tr("picture {}", tile);
    note.lines = {
        {"", now.tiles->classes()[static_cast<size_t>(now.tiles->label(tile))], class_color(now.tiles->label(tile))}};
    note.hint = tr("click: look at it");
    note.command = fmt::format("transfer.tile {}", tile);
  }
  // The tile, and which color is which class.
  const auto classes = static_cast<int64_t>(now.facts.classes.size());
  if (tile < now.tiles->size()) {
    const float side = std::min({words.w, words.h * 0.45f, 160.0f});
    const Rect place = words.cut_top(side);
    if (side > 24) {
      draw_sample_picture(ui, {place.x, place.y, side, side}, fmt::format("transfer.tile.{}", now.material),
                          static_cast<uint64_t>(tile) + 1, now.tiles->shape(),
                          [&](float* pixels) { now.tiles->read(tile, pixels); });
    }
    words.cut_top(4);
    if (words.h > line) {
      ui.label(words.cut_top(line),
               ui.fitted(now.tiles->classes()[static_cast<size_t>(now.tiles->label(tile))], Font::caption, words.w),
               Font::caption, theme.text);
    }
    words.cut_top(6);
  }
  for (int64_t i = 0; !named && i < classes && words.h >= line; ++i) {
    Rect row = words.cut_top(line);
    ui.draw().AddCircleFilled({row.x + 6, row.center().y}, 5, class_color(i), 14);
    row.cut_left(18);
    ui.label(row, ui.fitted(now.facts.classes[static_cast<size_t>(i)], Font::caption, row.w), Font::caption,
             theme.secondary);
  }
}

}  // namespace striate
