#include "app/widgets/player_bar.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "app/words/words.h"

namespace striate {

void player_bar(Ui& ui, const Rect& area, const PlayerBar& bar) {
  ui.begin_row(area);
  if (bar.playing) {
    ui.button("Pause", bar.prefix + ".pause", {.style = ButtonStyle::primary, .icon = Icon::pause});
  } else {
    ui.button("Play", bar.prefix + ".play", {.style = ButtonStyle::primary, .icon = Icon::play});
  }
  ui.button("Step", bar.prefix + ".step", {.icon = Icon::step});
  static const Choice speeds[] = {{"1\u00d7", "1"},   {"2\u00d7", "2"},   {"4\u00d7", "4"},       {"8\u00d7", "8"},
                                  {"16\u00d7", "16"}, {"60\u00d7", "60"}, {N_("fastest"), "1000"}};
  const std::string now = number_text(bar.speed, bar.speed < 1 ? 1 : 0);
  const std::string where = format_marked(bar.unit, bar.position + 1, bar.count);
  const std::string widest = format_marked(bar.unit, bar.count, bar.count);
  Rect rest = ui.remaining();
  NumberSpec track;
  track.minimum = 0;
  track.maximum = bar.count > 1 ? bar.count - 1 : 1;
  track.step = 1;
  track.decimals = 0;
  if (bar.compact) {
    ui.next(rest);
    ui.bare_slider("position", bar.position, track, bar.prefix + ".scrub");
    return ui.end_row();
  }
  // Its name and its longest value, where that leaves the slider a hand's width.
  float longest = 0;
  for (const Choice& choice : speeds)
    longest = std::max(longest, ui.measure(Font::control, tr(std::string_view(choice.label))).x);
  const float needed = ui.measure(Font::control, tr("speed")).x + longest + 60.0f;
  const float speed_wide = rest.w > needed + 200.0f ? std::max(136.0f, needed) : 136.0f;
  const Rect speed = rest.cut_right(speed_wide).centered(speed_wide, 34.0f);
  rest.cut_right(12);
  const Rect words = rest.cut_right(ui.measure(Font::number, widest).x + 8);
  rest.cut_right(12);
  ui.next(speed);
  ui.dropdown("speed", speeds, now, bar.prefix + ".speed");
  ui.label(words, where, Font::number, ui.theme().secondary, Align::right);
  ui.next(rest);
  ui.bare_slider("position", bar.position, track, bar.prefix + ".scrub");
  ui.end_row();
}

}  // namespace striate
