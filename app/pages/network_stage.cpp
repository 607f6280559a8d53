// The stage of the page `network`: what the network receives and its best classes, its layers as a list that scrolls,
// and the maps of the layer that is chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/best_classes.h"
#include "app/pages/network.h"
#include "app/pages/network_states.h"
#include "app/pages/network_words.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void NetworkPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(20, 12);
  if (!draw_network_state(ui, area, rest, network())) return;
  const NetworkMomentPtr& moment = network().moment();
  const OpenNetworkInfo& info = *moment->info;
  // Where the stage is low the list keeps three rows, and what stands above it gives way.
  const float three = 23 + 3 * 26;
  const float top = std::min(std::clamp(rest.h * 0.3f, 132.0f, 280.0f), rest.h - 12 - three);
  if (top >= 64.0f) {
    draw_top(ui, rest.cut_top(top), *moment);
    rest.cut_top(12);
  }
  if (rest.h > 330.0f) {
    // What a short list leaves is for the maps.
    const float list = 32.0f + static_cast<float>(info.layers.size()) * kLayerRow;
    const float least = std::clamp(rest.h * 0.4f, 132.0f, 360.0f);
    Rect maps = rest.cut_bottom(std::max(least, rest.h - 12 - list));
    rest.cut_bottom(12);
    draw_layer_maps(ui, maps, *moment, shown_, chosen_node(*moment), "network", note);
  }
  draw_layer_table(
      ui, rest, *moment,
      {.page = "network", .command = "network.select", .chosen = chosen_node(*moment), .revealed = revealed_});
  draw_hover_note(ui, note);
}

// ------------------------------------------------------------------------------------------------- picture, answer

void NetworkPage::draw_top(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  const OpenNetworkInfo& info = *moment.info;
  if (moment.why) {
    ui.begin_panel("why", area, 0, false);
    ui.error_note(moment.why->what(), moment.why->hint());
    ui.end_panel();
    return;
  }
  const Rect words = area.cut_bottom(20);
  const float aspect = static_cast<float>(info.picture[2]) / static_cast<float>(info.picture[1]);
  const float wide = std::min(area.h * aspect, area.w * 0.4f);
  const Rect picture{area.x, area.y, std::round(wide), std::round(wide / aspect)};
  draw_sample_picture(ui, picture, "network.input", moment.version, info.picture, [&](float* pixels) {
    std::copy(moment.input.pixels.begin(), moment.input.pixels.end(), pixels);
  });
  ui.stroke(picture.inset(-1), faded(theme.input, 0.7f), 2, 1.5f);
  const std::string received = format_tr("What the network receives: {}", moment.input.words);
  const Response hover = ui.interact(
      picture, {.label = "what the network receives", .kind = "picture", .focusable = false, .tooltip = received});
  if (hover.hovered) ui.light(Concept::input);
  ui.label(Rect{words.x, picture.bottom() + 2, area.w, words.h},
           format_tr("{}: {} as the network receives it", moment.picture.name, sizes_text(info.picture)), Font::caption,
           theme.secondary);
  area.cut_left(picture.w + 24);
  draw_best_classes(ui, area, {.key = "network.best", .moment = &moment});
}

}  // namespace striate
