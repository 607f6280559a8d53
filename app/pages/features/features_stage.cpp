// The stage of the page `features`: layers, units, the chosen unit large.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/features/features.h"
#include "app/pages/features/unit_grid.h"
#include "app/pages/network_states.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void FeaturesPage::draw_stage(Ui& ui, const Rect& area) const {
  Rect rest = area.inset(20, 12);
  if (!draw_network_state(ui, area, rest, network())) return;
  if (!look_) {
    ui.request_frame();
    return;
  }
  const FeatureLook& look = *look_;
  if (look.moment->why && look.info().picture.rank() == 3) {
    const float high = 92;
    ui.begin_panel("why", rest.cut_bottom(high), 0, false);
    ui.error_note(look.moment->why->what(), look.moment->why->hint());
    ui.end_panel();
    rest.cut_bottom(8);
  }
  HoverNote note;
  const float list = rest.w >= 760 ? 208.0f : rest.w >= 600 ? 164.0f : rest.w >= 420 ? 132.0f : 96.0f;
  if (method().has_units()) {
    draw_layers(ui, rest.cut_left(list), look);
    rest.cut_left(16);
  }
  if (method().fills_stage()) {
    method().draw_large(ui, rest, look, note);
    return draw_hover_note(ui, note);
  }
  if (rest.w > rest.h * 1.25f) {
    Rect units = rest.cut_left(rest.w * 0.46f);
    rest.cut_left(20);
    method().draw_units(ui, units, look, note);
  } else {
    // What few units leave is for the large one; single values may have pictures that are larger.
    const float most = std::floor(rest.h * 0.46f);
    const bool maps = look.cells[1] * look.cells[2] > 1;
    Rect units =
        rest.cut_top(maps ? unit_grid_height(std::min(look.cells[0], kMostUnits), static_cast<int>(look.cells[1]),
                                             static_cast<int>(look.cells[2]), rest.w, most)
                          : most);
    rest.cut_top(12);
    method().draw_units(ui, units, look, note);
  }
  method().draw_large(ui, rest, look, note);
  draw_hover_note(ui, note);
}

void FeaturesPage::draw_layers(Ui& ui, Rect area, const FeatureLook& look) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = look.info();
  ui.label(area.cut_top(24), tr("layers"), Font::caption, theme.secondary);
  ui.begin_panel("layers", area, 0);
  const Rect seen = ui.clip();
  const float number = std::max(28.0f, ui.measure(Font::number, std::to_string(info.layers.size())).x + 8);
  for (size_t n = 0; n < info.layers.size(); ++n) {
    const OpenLayer& layer = info.layers[n];
    if (n > 0) ui.space(-8);  // no gap between rows
    const Rect line = ui.take(26);
    const std::string no = n == 0 ? "" : std::to_string(n - 1);
    const std::string command = n == 0 ? std::string("features.layer input") : "features.layer " + no;
    const std::string tip =
        n == 0 ? std::string(tr("The picture itself, channel by channel"))
               : format_tr("{}: {}, gives {}", tr(std::string_view(layer.title)), layer.name, layer.shape.text());
    const Response r = ui.interact(line, {.label = n == 0 ? std::string("input of the network") : "layer " + no,
                                          .command = command,
                                          .kind = "row",
                                          .tooltip = tip});
    if (r.clicked) ui.send(command);
    const bool chosen = static_cast<int>(n) == look.node;
    if (chosen) {
      if (revealed_ != look.node) ui.reveal(line);
      ui.found().numbers["features.revealed"] = look.node;
    }
    if (!line.overlaps(seen)) continue;
    if (chosen) {
      ui.fill(line, theme.raised, 4);
      ui.fill({line.x, line.y + 5, 3, line.h - 10}, theme.accent, 1.5f);
    } else if (r.hovered) {
      ui.fill(line, faded(theme.raised, 0.6f), 4);
    }
    Rect inner = line.inset(8, 0);
    ui.label(inner.cut_left(number), no, Font::number, theme.secondary);
    const bool cut = std::any_of(look.moment->lesions.begin(), look.moment->lesions.end(),
                                 [&](const Lesion& each) { return each.node == static_cast<int>(n); });
    const std::string words = n == 0 ? std::string(tr("input")) : layer.text;
    ui.label(inner, words, Font::control, cut ? theme.warning : theme.text);
    if (r.keyboard) ui.draw_focus(line.inset(3), 1);
  }
  ui.end_panel();
}

}  // namespace striate
