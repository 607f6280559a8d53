// GLFW's keys under the names of widgets/input.h, as they are printed on whatever keyboard it is.
//
// Letters are named when the key goes down, signs and digits by what the key types (InputQueue::type): a `?` or a `1`
// is a key of its own on one keyboard and two keys on another.
#pragma once

#include <string>
#include <string_view>

namespace striate {

struct KeyEvent {
  int key = 0;               // GLFW's: its place, by what a US keyboard has there
  std::string_view printed;  // what the layout has there without Shift, UTF-8; empty: a dead key, or none that types
  int mods = 0;              // GLFW's, with the locks
  bool latin = true;         // the layout has Latin letters; Greek, Cyrillic, Hebrew and Arabic ones have none
};

// "Ctrl+Shift+Z"; empty for keys that have no name here, or get it by what they type.
std::string key_name(const KeyEvent& event);
// The same for what GLFW reports, with the layout that is in use now.
std::string key_name(int key, int scancode, int mods);

}  // namespace striate
