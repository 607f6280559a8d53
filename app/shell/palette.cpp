// The palette: type part of a command's name or help, choose, give its values, Enter.
#include <algorithm>
#include <cctype>

#include "app/shell/frame.h"
#include "engine/error.h"

namespace striate {
namespace {

// Every typed word stands in the name or the help; names that begin with the first word come first.
std::vector<const Command*> matches(const Registry& registry, const std::string& typed) {
  auto lower = [](std::string_view s) {
    std::string out(s);
    for (char& c : out) c = static_cast<char>(std::tolower(static_cast<uint8_t>(c)));
    return out;
  };
  std::string text = lower(typed);
  std::string first = text.substr(0, text.find(' '));
  std::vector<const Command*> list;
  for (const auto& [name, command] : registry.commands()) {
    std::string place = lower(name + " " + command.help);
    bool all = true;
    if (registry.find_command(first)) {
      all = name == first;  // its values are being typed
    } else {
      size_t at = 0;
      while (at < text.size()) {
        size_t end = std::min(text.find(' ', at), text.size());
        if (end > at && place.find(text.substr(at, end - at)) == std::string::npos) all = false;
        at = end + 1;
      }
    }
    if (all) list.push_back(&command);
  }
  std::stable_partition(list.begin(), list.end(), [&](const Command* c) { return lower(c->name).starts_with(first); });
  return list;
}

}  // namespace

void Shell::draw_palette(Vec size) {
  const Theme& t = ui_.theme();
  Rect window{0, 0, size.x, size.y};
  ui_.begin_layer(Ui::kOverlayLayer, window);
  ui_.push_id("palette");
  ui_.fill(window, rgb(0x000000, t.dark ? 0.45f : 0.25f));
  Response outside =
      ui_.interact(window, {.label = "palette background", .kind = "surface", .focusable = false, .tooltip = " "});
  Rect box{std::round(size.x / 2 - std::min(size.x - 48, ui_.em(640)) / 2), std::round(size.y * 0.12f),
           std::min(size.x - 48, ui_.em(640)), std::min(size.y * 0.7f, ui_.em(440))};
  bool close = outside.clicked && !box.contains(ui_.input().mouse);
  ui_.fill(box.moved({0, 6}).inset(-4), t.shadow, 12);
  ui_.fill(box, t.surface, 8);
  ui_.stroke(box, t.line, 8);
  std::vector<const Command*> list = matches(app_.registry(), palette_text_);
  bool walked = false;
  if (ui_.take_key("Down")) ++palette_line_, walked = true;
  if (ui_.take_key("Up")) --palette_line_, walked = true;
  palette_line_ = std::clamp(palette_line_, 0, std::max(0, static_cast<int>(list.size()) - 1));
  auto complete = [&](const Command& command) {
    palette_text_ = command.name + (command.parameters.empty() ? "" : " ");
    palette_line_ = 0;
  };
  if (ui_.editing() && ui_.take_key("Tab") && !list.empty()) complete(*list[static_cast<size_t>(palette_line_)]);

  Rect rest = box;
  Rect field = rest.cut_top(ui_.em(58)).inset(12);
  ui_.next(field);
  std::string before = palette_text_;
  bool entered =
      ui_.live_text("command", palette_text_, "what do you want to do?", std::exchange(palette_fresh_, false));
  if (palette_text_ != before) palette_line_ = 0;
  if (ui_.take_key("Escape")) close = true;

  std::string problem, hint;
  std::string first = palette_text_.substr(0, palette_text_.find(' '));
  bool named = app_.registry().find_command(first) != nullptr;
  if (entered) {
    if (!named && !list.empty()) {
      const Command& chosen = *list[static_cast<size_t>(palette_line_)];
      bool needs = std::any_of(chosen.parameters.begin(), chosen.parameters.end(),
                               [](const Parameter& p) { return !p.optional; });
      complete(chosen);
      if (!needs) {
        ui_.send(chosen.name);
        close = true;
      }
      named = true;
    } else {
      try {
        app_.registry().check(palette_text_);
        ui_.send(palette_text_);
        close = true;
      } catch (const Error& error) {
        (void)error;  // it stands below the field, see there
      }
    }
  }
  if (named && palette_text_.size() > first.size()) {
    try {
      app_.registry().check(palette_text_);
    } catch (const Error& error) {
      problem = error.what();
      hint = error.hint();
    }
  }
  if (!problem.empty()) {
    ui_.next(rest.cut_bottom(ui_.em(72)).inset(12, 6));
    ui_.error_note(problem, hint);
  }
  ui_.fill({rest.x, rest.y, rest.w, 1}, t.line);
  rest.cut_top(1);
  ui_.begin_panel("list", rest, 8, true);
  if (list.empty()) ui_.note("No command has all these words. Type less.");
  for (size_t i = 0; i < list.size(); ++i) {
    const Command& command = *list[i];
    Rect rect = ui_.take(ui_.em(44));
    ui_.space(-6);
    Response r = ui_.interact(rect, {.label = command.name, .kind = "command", .tooltip = " "});
    bool current = static_cast<int>(i) == palette_line_;
    if (current || r.hovered) ui_.fill(rect, current ? t.raised : faded(t.raised, 0.6f), 6);
    if (current && walked) ui_.reveal(rect);
    Rect inside = rect.inset(10, 4);
    Rect top = inside.cut_top(inside.h / 2);
    ui_.label(top, command.usage(), Font::number, t.text, Align::left, ui_.em(14));
    ui_.label(inside, command.help, Font::caption, t.secondary);
    if (r.keyboard) ui_.stroke(rect, t.accent, 6, 2);
    if (r.clicked) {
      bool needs = std::any_of(command.parameters.begin(), command.parameters.end(),
                               [](const Parameter& p) { return !p.optional; });
      complete(command);
      palette_fresh_ = true;
      if (!needs) {
        ui_.send(command.name);
        close = true;
      }
    }
  }
  ui_.end_panel();
  if (close) palette_open_ = false, ui_.request_frame();
  ui_.pop_id();
  ui_.end_layer();
}

}  // namespace striate
