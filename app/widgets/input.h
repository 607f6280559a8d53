// What hands did since the last frame. The window fills it from GLFW, tests fill it by hand: no widget reads anything
// else, so a test's click is a real click, with any version of Dear ImGui.
#pragma once

#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "app/widgets/geometry.h"

namespace striate {

// "A", "1", "F1", "Left", "Space", "Enter", "Escape", "Tab", "Backspace", "Delete", "Insert", "Home", "End", "PageUp",
// "PageDown", "Plus", "Minus", "?" and other signs, with "Ctrl+", "Shift+", "Alt+" before it, in this order.
struct KeyPress {
  std::string name;
  bool repeat = false;
};

struct Input {
  Vec mouse{-1, -1};
  bool left = false, right = false, middle = false;  // held down
  Vec wheel;                                         // notches; y > 0 is away from the user
  bool shift = false, ctrl = false, alt = false;
  double pressed_at = -1;  // when the last button went down, in seconds; negative: in this frame, as far as is known
  std::vector<KeyPress> keys;
  std::string text;  // typed characters, UTF-8
};

// Events in the order they came, handed out so that no frame sees a press before the cursor has been over its place for
// one frame, nor press and release together, nor two keys: a key finds done what the key before it did.
class InputQueue {
 public:
  void move(Vec to);
  // 0 left, 1 right, 2 middle. `time` in the frames' seconds: frames can be slow, a double-click is not.
  void button(int index, bool down, double time = -1);
  void scroll(Vec by);
  void key(KeyPress press);
  void modifiers(bool shift, bool ctrl, bool alt);
  void text(const std::string& utf8);
  // A character that a key typed. Digits and signs are keys by what they are, wherever a keyboard has them and whether
  // or not it wants Shift for them.
  void type(const std::string& utf8, bool repeat = false);

  Input next();  // for one frame
  bool empty() const { return events_.empty(); }

 private:
  struct Move {
    Vec to;
  };
  struct Button {
    int index;
    bool down;
    double time;
  };
  struct Scroll {
    Vec by;
  };
  struct Modifiers {
    bool shift, ctrl, alt;
  };
  struct Text {
    std::string utf8;
  };
  using Event = std::variant<Move, Button, Scroll, KeyPress, Modifiers, Text>;
  std::deque<Event> events_;
  Input state_;
};

}  // namespace striate
