// The last seconds before a kiosk begins anew, over everything that is open.
#include <algorithm>
#include <cmath>

#include "app/shell/frame.h"
#include "app/words/words.h"

namespace striate {

void Shell::draw_countdown(Vec size) {
  if (countdown_ <= 0) return;
  const Theme& t = ui_.theme();
  const std::string what = trn("Back to the start in one second", "Back to the start in {} seconds", countdown_);
  const std::string hint = tr("Move the mouse or press a key to go on");
  const float width =
      std::min(size.x - 32, std::max(ui_.measure(Font::heading, what).x, ui_.measure(Font::control, hint).x) + 64);
  const Rect box{std::round((size.x - width) / 2), 24, std::round(width), 84};
  ui_.push_id("countdown");
  ui_.begin_layer(Ui::kPopupLayer, box);
  ui_.fill(box.moved({0, 3}).inset(-2), t.shadow, 8);
  ui_.fill(box, t.surface, 6);
  ui_.stroke(box, t.accent, 6);
  ui_.label({box.x + 16, box.y + 12, box.w - 32, 30}, what, Font::heading, t.text, Align::center);
  ui_.label({box.x + 16, box.y + 46, box.w - 32, 24}, hint, Font::control, t.secondary, Align::center);
  ui_.end_layer();
  ui_.pop_id();
}

}  // namespace striate
