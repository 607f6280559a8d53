// GLFW's keys under the names of widgets/input.h.
#pragma once

#include <string>

namespace striate {

// "Ctrl+Shift+Z"; empty for keys that have no name here. Letters by the keyboard's layout, digits by their place.
std::string key_name(int key, int scancode, int mods);
std::string utf8(unsigned code);

}  // namespace striate
