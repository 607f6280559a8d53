// Text that is typed: one line with a caret and a selection (line_edit.h), the clipboard and the mouse.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// Keys that a field leaves to what is around it: lists are walked and pages turned while one types.
bool is_not_for_text(const std::string& name) {
  return name == "Up" || name == "Down" || name == "PageUp" || name == "PageDown" ||
         name.find("Tab") != std::string::npos || name.starts_with("Ctrl+") || name.starts_with("Alt+") ||
         (name.size() > 1 && name[0] == 'F' && std::isdigit(static_cast<uint8_t>(name[1])) != 0);
}

}  // namespace

void Ui::start_edit(uint64_t id, std::string_view text, bool select_all) {
  edit_.id = id;
  edit_.line.begin(text, select_all);
  edit_.scroll = 0;
  focus_ = id;
}

void Ui::apply_edit_keys(bool* entered, bool* canceled) {
  LineEdit& line = edit_.line;
  const auto copy = [&] {
    if (line.has_selection()) ImGui::SetClipboardText(line.selected().c_str());
  };
  std::vector<KeyPress> rest;
  for (KeyPress& key : input_.keys) {
    const std::string& name = key.name;
    if (name == "Ctrl+C" || name == "Ctrl+Insert") {
      copy();
    } else if (name == "Ctrl+X" || name == "Shift+Delete") {
      copy();
      line.erase_selection();
    } else if (name == "Ctrl+V" || name == "Shift+Insert") {
      if (const char* pasted = ImGui::GetClipboardText()) line.insert({pasted, std::strlen(pasted)}, false);
    } else if (name == "Enter") {
      *entered = true;
    } else if (name == "Escape") {
      *canceled = true;
    } else if (!line.key(name) && is_not_for_text(name)) {
      rest.push_back(std::move(key));
    }
  }
  input_.keys = std::move(rest);
  if (!input_.text.empty()) line.insert(std::exchange(input_.text, {}), true);
}

// Draws the text that is edited and feeds it keys and mouse. True when Enter was pressed.
bool Ui::edit_text(const Rect& rect, uint64_t id, Font font, Vec padding, bool* canceled) {
  bool entered = false;
  apply_edit_keys(&entered, canceled);
  LineEdit& line = edit_.line;
  const Rect inner = rect.inset(padding.x, padding.y);
  const auto x_of = [&](size_t at) { return measure(font, std::string_view(line.text()).substr(0, at)).x; };
  if (input_.left && (active_ == id || rect.contains(press_.at)) && press_.id == id) {
    const float x = input_.mouse.x - inner.x + edit_.scroll;
    const LineEdit::Width width = [&](std::string_view character) { return measure(font, character).x; };
    if (before_.left) {
      if (press_.moved && press_.count < 3) line.drag(x, width);
    } else if (press_.count == 1) {
      line.press(x, input_.shift, width);
    } else if (press_.count == 2) {
      line.press_word(x, width);
    } else {
      line.press_all();
    }
  }
  const float caret = x_of(line.caret());
  if (caret - edit_.scroll > inner.w) edit_.scroll = caret - inner.w;
  if (caret - edit_.scroll < 0) edit_.scroll = caret;
  push_clip(rect.inset(2, 0));
  const Vec extent = measure(font, line.text().empty() ? "0" : line.text());
  const float y = inner.center().y - extent.y / 2;
  if (line.has_selection()) {
    const float from = x_of(line.selection_begin()), to = x_of(line.selection_end());
    fill({inner.x + from - edit_.scroll, y - 1, to - from, extent.y + 2}, faded(theme().accent, 0.35f), 2);
  }
  label(Vec{inner.x - edit_.scroll, y}, line.text(), font, theme().text);
  // A steady caret: nothing blinks here, and an idle window can sleep.
  fill({std::round(inner.x + caret - edit_.scroll), y - 1, 1.5f, extent.y + 2}, theme().accent);
  pop_clip();
  return entered;
}

bool Ui::text_field(std::string_view name, std::string_view value, std::string_view prefix,
                    std::string_view placeholder) {
  if (skipped(prefix)) return false;
  Rect rect = take(34);
  Response r = interact(rect, {.label = name, .command = prefix, .kind = "text"});
  bool editing_this = edit_.id == r.id;
  if (!editing_this && (r.pressed || r.clicked || (r.keyboard && !input_.text.empty()))) {
    start_edit(r.id, value, r.keyboard);
    editing_this = true;
  }
  fill(rect, theme().raised, 6);
  stroke(rect, editing_this ? theme().accent : hover_color(r, theme().line, theme().secondary), 6);
  bool sent = false;
  if (editing_this) {
    bool canceled = false;
    bool done = edit_text(rect, r.id, Font::control, {10, 4}, &canceled);
    bool left = focus_ != r.id;
    if ((done || left) && !canceled && edit_.line.text() != value) {
      send(std::string(prefix) + " " + striate::quoted(edit_.line.text()));
      sent = true;
    }
    if (done || left || canceled) edit_ = {};
    if (done) keyboard_ = false;  // the keys are the page's again: Space plays. Tab goes on from here
  } else {
    label(rect.inset(10, 4), value.empty() ? tr(placeholder) : value, Font::control,
          value.empty() ? theme().secondary : theme().text);
    if (r.keyboard) draw_focus(rect);
  }
  return sent;
}

bool Ui::live_text(std::string_view name, std::string& value, std::string_view placeholder, bool take_focus) {
  Rect rect = take(34);
  Response r = interact(rect, {.label = name, .kind = "text"});
  if (edit_.id != r.id && (take_focus || r.pressed || r.clicked || (r.focused && !input_.text.empty()))) {
    start_edit(r.id, value, r.keyboard);
  }
  bool editing_this = edit_.id == r.id && focus_ == r.id;
  if (edit_.id == r.id && !editing_this) edit_ = {};
  fill(rect, theme().raised, 6);
  stroke(rect, editing_this ? theme().accent : hover_color(r, theme().line, theme().secondary), 6);
  bool done = false;
  if (editing_this) {
    if (edit_.line.text() != value) edit_.line.replace(value);  // its owner changed it (completion)
    bool canceled = false;
    done = edit_text(rect, r.id, Font::control, {10, 4}, &canceled);
    value = edit_.line.text();
    if (canceled) {
      edit_ = {};
      input_.keys.push_back({"Escape", false});  // the dialog around it closes
    }
    if (value.empty()) label(rect.inset(14, 4), tr(placeholder), Font::control, theme().secondary);
  } else {
    label(rect.inset(10, 4), value.empty() ? tr(placeholder) : value, Font::control,
          value.empty() ? theme().secondary : theme().text);
    if (r.keyboard) draw_focus(rect);
  }
  return done;
}

}  // namespace striate
