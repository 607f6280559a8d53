// The help: what the page shows, its keys, and the shell's.
#include <algorithm>

#include "app/shell/frame.h"
#include "app/words/words.h"

namespace striate {

void Shell::draw_help(Vec size) {
  const Theme& t = ui_.theme();
  Rect window{0, 0, size.x, size.y};
  ui_.begin_layer(Ui::kOverlayLayer, window);
  ui_.push_id("help");
  ui_.fill(window, rgb(0x000000, t.dark ? 0.55f : 0.35f));
  Rect box = window.centered(std::min(size.x - 48, 900.0f), std::min(size.y - 48, 600.0f));
  box = {std::round(box.x), std::round(box.y), std::round(box.w), std::round(box.h)};
  Response outside =
      ui_.interact(window, {.label = "help background", .kind = "surface", .focusable = false, .tooltip = " "});
  if (outside.clicked && !box.contains(ui_.input().mouse)) ui_.send("help off");
  ui_.fill(box.moved({0, 6}).inset(-4), t.shadow, 12);
  ui_.fill(box, t.surface, 8);
  ui_.stroke(box, t.line, 8);
  Rect rest = box;
  Rect head = rest.cut_top(56).inset(24, 0);
  const PageInfo& info = app_.page().info();
  ui_.label(head, tr(std::string_view(info.title)), Font::heading, t.text);
  ui_.next({head.right() - 32.0f, head.center().y - 16.0f, 32.0f, 32.0f});
  ui_.button(
      "Close", "help off",
      {.style = ButtonStyle::quiet, .icon = Icon::cross, .tooltip = N_("Closes the help (Escape)"), .icon_only = true});
  ui_.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);
  ui_.begin_panel("words", rest, 24, true);
  ui_.paragraph(info.help);
  ui_.space(8);
  auto line = [&](const std::string& key, const std::string& what) {
    const float wide = ui_.measure(Font::caption, key).x + 16, column = std::max(wide + 10, 104.0f);
    const float words = ui_.paragraph_height(what, ui_.width() - column, Font::caption), one = 28.0f;
    const Rect rect = ui_.take(std::max(one, words + 8));
    const Rect cap{rect.x, rect.y + 2, wide, one - 4};
    ui_.fill(cap, t.raised, 4);
    ui_.stroke(cap, t.line, 4);
    ui_.label(cap, key, Font::caption, t.text, Align::center);
    ui_.next({rect.x + column, rect.y + std::max(0.0f, (rect.h - words) / 2), rect.w - column, words});
    ui_.paragraph(what, Font::caption);
  };
  ui_.section("Keys of this page");
  ui_.begin_columns(2, 24);
  for (const Page::Key& key : app_.page().keys()) line(key.key, key.help);
  line(tr("Wheel"), N_("zooms about the cursor"));
  line(tr("Drag"), N_("moves the picture; a double-click fits it"));
  ui_.end_columns();
  ui_.section("Keys everywhere");
  ui_.begin_columns(2, 24);
  for (const KeyBinding& binding : keys_.shell()) {
    if (binding.shown) line(binding.key == "1" ? std::string(tr("1 to 9")) : binding.key, binding.help);
  }
  line("Tab", N_("the next thing; Enter uses it"));
  line("Escape", N_("closes what is open"));
  ui_.end_columns();
  ui_.section(N_("Settings"));
  ui_.begin_columns(2, 24);
  for (const char* name : {"theme", "scale", "presentation", "motion", "language"}) ui_.setting(name);
  ui_.end_columns();
  ui_.space(8);
  ui_.note(
      "Everything that can be done is a command: point at something to see its name, or find it with Ctrl+K. "
      "A picture, a model file or a lesson that is dropped on the window opens.");
  ui_.end_panel();
  ui_.pop_id();
  ui_.end_layer();
}

}  // namespace striate
