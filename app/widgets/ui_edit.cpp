// Text that is typed: one line with a caret, a selection and the clipboard.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>

#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

size_t before(const std::string& text, size_t at) {
  if (at == 0) return 0;
  --at;
  while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

size_t after(const std::string& text, size_t at) {
  if (at >= text.size()) return text.size();
  ++at;
  while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) ++at;
  return at;
}

size_t word_before(const std::string& text, size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  while (at > 0 && text[at - 1] != ' ' && text[at - 1] != '/') --at;
  return at;
}

size_t word_after(const std::string& text, size_t at) {
  while (at < text.size() && text[at] != ' ' && text[at] != '/') ++at;
  while (at < text.size() && (text[at] == ' ' || text[at] == '/')) ++at;
  return at;
}

}  // namespace

void Ui::start_edit(uint64_t id, std::string_view text, bool select_all) {
  edit_.id = id;
  edit_.text = text;
  edit_.caret = edit_.text.size();
  edit_.anchor = select_all ? 0 : edit_.caret;
  edit_.scroll = 0;
  edit_.since = frame_.now;
  focus_ = id;
}

void Ui::apply_edit_keys(bool* entered, bool* canceled) {
  std::string& text = edit_.text;
  auto erase_selection = [&] {
    size_t from = std::min(edit_.caret, edit_.anchor), to = std::max(edit_.caret, edit_.anchor);
    text.erase(from, to - from);
    edit_.caret = edit_.anchor = from;
    return to > from;
  };
  auto insert = [&](std::string_view words) {
    erase_selection();
    std::string line;
    for (char c : words) {
      if (static_cast<uint8_t>(c) >= 32 && c != 127) line += c;
    }
    text.insert(edit_.caret, line);
    edit_.caret = edit_.anchor = edit_.caret + line.size();
  };
  std::vector<KeyPress> rest;
  for (KeyPress& key : input_.keys) {
    std::string name = key.name;
    bool select = false;
    if (size_t shift = name.find("Shift+"); shift != std::string::npos && name != "Shift+Tab") {
      select = true;
      name.erase(shift, 6);
    }
    size_t old = edit_.caret;
    bool moved = true;
    if (name == "Left")
      edit_.caret =
          !select && edit_.caret != edit_.anchor ? std::min(edit_.caret, edit_.anchor) : before(text, edit_.caret);
    else if (name == "Right")
      edit_.caret =
          !select && edit_.caret != edit_.anchor ? std::max(edit_.caret, edit_.anchor) : after(text, edit_.caret);
    else if (name == "Ctrl+Left")
      edit_.caret = word_before(text, edit_.caret);
    else if (name == "Ctrl+Right")
      edit_.caret = word_after(text, edit_.caret);
    else if (name == "Home")
      edit_.caret = 0;
    else if (name == "End")
      edit_.caret = text.size();
    else
      moved = false;
    if (moved) {
      if (!select) edit_.anchor = edit_.caret;
    } else if (name == "Backspace" || name == "Delete" || name == "Ctrl+Backspace") {
      if (!erase_selection()) {
        edit_.anchor = name == "Delete"      ? after(text, old)
                       : name == "Backspace" ? before(text, old)
                                             : word_before(text, old);
        erase_selection();
      }
    } else if (name == "Ctrl+A") {
      edit_.anchor = 0, edit_.caret = text.size();
    } else if (name == "Ctrl+C" || name == "Ctrl+X") {
      size_t from = std::min(edit_.caret, edit_.anchor), to = std::max(edit_.caret, edit_.anchor);
      if (to > from) ImGui::SetClipboardText(text.substr(from, to - from).c_str());
      if (name == "Ctrl+X") erase_selection();
    } else if (name == "Ctrl+V") {
      if (const char* pasted = ImGui::GetClipboardText()) insert({pasted, std::strlen(pasted)});
    } else if (name == "Enter") {
      *entered = true;
    } else if (name == "Escape") {
      *canceled = true;
    } else if (name == "Up" || name == "Down" || name == "PageUp" || name == "PageDown" ||
               name.find("Tab") != std::string::npos || name.starts_with("Ctrl+") || name.starts_with("Alt+") ||
               (name.size() > 1 && name[0] == 'F' && std::isdigit(static_cast<uint8_t>(name[1])))) {
      rest.push_back(key);
      continue;
    } else {
      continue;  // the key of a typed character
    }
    edit_.since = frame_.now;
  }
  input_.keys = std::move(rest);
  if (!input_.text.empty()) {
    insert(input_.text);
    input_.text.clear();
    edit_.since = frame_.now;
  }
}

// Draws the text that is edited and feeds it keys and mouse. True when Enter was pressed.
bool Ui::edit_text(const Rect& rect, uint64_t id, Font font, Vec padding, bool* canceled) {
  bool entered = false;
  apply_edit_keys(&entered, canceled);
  Rect inner = rect.inset(padding.x, padding.y);
  auto x_of = [&](size_t at) { return measure(font, std::string_view(edit_.text).substr(0, at)).x; };
  if (input_.left && (active_ == id || rect.contains(press_.at)) && press_.id == id) {
    float x = input_.mouse.x - inner.x + edit_.scroll;
    size_t best = 0;
    for (size_t at = 0;; at = after(edit_.text, at)) {
      if (std::abs(x_of(at) - x) <= std::abs(x_of(best) - x)) best = at;
      if (at >= edit_.text.size()) break;
    }
    bool pressed_now = !before_.left;
    if (pressed_now && press_.count == 2) {
      edit_.anchor = 0, edit_.caret = edit_.text.size();
    } else if (pressed_now) {
      edit_.caret = edit_.anchor = best;
    } else if (press_.moved) {
      edit_.caret = best;
    }
  }
  float caret = x_of(edit_.caret);
  if (caret - edit_.scroll > inner.w) edit_.scroll = caret - inner.w;
  if (caret - edit_.scroll < 0) edit_.scroll = caret;
  push_clip(rect.inset(2, 0));
  Vec extent = measure(font, edit_.text.empty() ? "0" : edit_.text);
  float y = inner.center().y - extent.y / 2;
  if (edit_.caret != edit_.anchor) {
    float from = x_of(std::min(edit_.caret, edit_.anchor)), to = x_of(std::max(edit_.caret, edit_.anchor));
    fill({inner.x + from - edit_.scroll, y - 1, to - from, extent.y + 2}, faded(theme().accent, 0.35f), 2);
  }
  label(Vec{inner.x - edit_.scroll, y}, edit_.text, font, theme().text);
  // A steady caret: nothing blinks here, and an idle window can sleep.
  fill({std::round(inner.x + caret - edit_.scroll), y - 1, 1.5f, extent.y + 2}, theme().accent);
  pop_clip();
  return entered;
}

bool Ui::text_field(std::string_view name, std::string_view value, std::string_view prefix,
                    std::string_view placeholder) {
  Rect rect = take(em(34));
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
    if ((done || left) && !canceled && edit_.text != value) {
      send(std::string(prefix) + " " + striate::quoted(edit_.text));
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
  Rect rect = take(em(34));
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
    if (edit_.text != value) {  // its owner changed it (completion)
      edit_.text = value;
      edit_.caret = edit_.anchor = value.size();
    }
    bool canceled = false;
    done = edit_text(rect, r.id, Font::control, {10, 4}, &canceled);
    value = edit_.text;
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
