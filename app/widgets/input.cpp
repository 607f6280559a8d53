#include "app/widgets/input.h"

#include <string>
#include <type_traits>
#include <utility>

namespace striate {

void InputQueue::move(Vec to) {
  if (!events_.empty() && std::holds_alternative<Move>(events_.back())) {
    std::get<Move>(events_.back()).to = to;
  } else {
    events_.emplace_back(Move{to});
  }
}
void InputQueue::button(int index, bool down, double time) { events_.emplace_back(Button{index, down, time}); }
void InputQueue::scroll(Vec by) {
  if (!events_.empty() && std::holds_alternative<Scroll>(events_.back())) {
    Scroll& last = std::get<Scroll>(events_.back());
    last.by = last.by + by;
  } else {
    events_.emplace_back(Scroll{by});
  }
}
void InputQueue::key(KeyPress press) {
  // A key that is held does not pile up where frames are slow: its repeats end when the hand lets go.
  if (press.repeat && !events_.empty() && std::holds_alternative<KeyPress>(events_.back())) {
    const KeyPress& last = std::get<KeyPress>(events_.back());
    if (last.repeat && last.name == press.name) return;
  }
  events_.emplace_back(std::move(press));
}
void InputQueue::modifiers(bool shift, bool ctrl, bool alt) { events_.emplace_back(Modifiers{shift, ctrl, alt}); }
void InputQueue::text(const std::string& utf8) { events_.emplace_back(Text{utf8}); }

void InputQueue::type(const std::string& utf8, bool repeat) {
  const char sign = utf8.size() == 1 ? utf8[0] : ' ';
  const bool letter = (sign >= 'a' && sign <= 'z') || (sign >= 'A' && sign <= 'Z');
  if (sign > ' ' && sign < 127 && !letter) {
    key({sign == '+' || sign == '=' ? "Plus" : sign == '-' ? "Minus" : std::string(1, sign), repeat});
  }
  text(utf8);
}

Input InputQueue::next() {
  state_.keys.clear();
  state_.text.clear();
  state_.wheel = {};
  bool moved = false, pressed = false;
  while (!events_.empty()) {
    Event& event = events_.front();
    if (std::holds_alternative<Move>(event)) {
      if (pressed) break;  // where the button changed must be seen first
      moved = true;
      state_.mouse = std::get<Move>(event).to;
    } else if (std::holds_alternative<Button>(event)) {
      if (moved || pressed) break;
      pressed = true;
      Button button = std::get<Button>(event);
      (button.index == 0 ? state_.left : button.index == 1 ? state_.right : state_.middle) = button.down;
      if (button.down) state_.pressed_at = button.time;
    } else if (std::holds_alternative<Scroll>(event)) {
      state_.wheel = state_.wheel + std::get<Scroll>(event).by;
    } else if (std::holds_alternative<KeyPress>(event)) {
      // A key and the character that it types stay together. The next key waits for the next frame: what the first one
      // did, to the focus or to a value, is seen by then, however slow frames are.
      if (!state_.text.empty() || !state_.keys.empty()) break;
      state_.keys.push_back(std::get<KeyPress>(event));
    } else if (std::holds_alternative<Modifiers>(event)) {
      Modifiers held = std::get<Modifiers>(event);
      state_.shift = held.shift, state_.ctrl = held.ctrl, state_.alt = held.alt;
    } else {
      state_.text += std::get<Text>(event).utf8;
    }
    events_.pop_front();
  }
  return state_;
}

}  // namespace striate
