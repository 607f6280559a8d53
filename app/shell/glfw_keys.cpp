#include "app/shell/glfw_keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <cctype>

namespace striate {

std::string key_name(int key, int scancode, int mods) {
  struct Named {
    int key;
    const char* name;
  };
  static constexpr Named named[] = {
      {GLFW_KEY_SPACE, "Space"},   {GLFW_KEY_ENTER, "Enter"},       {GLFW_KEY_KP_ENTER, "Enter"},
      {GLFW_KEY_ESCAPE, "Escape"}, {GLFW_KEY_TAB, "Tab"},           {GLFW_KEY_BACKSPACE, "Backspace"},
      {GLFW_KEY_DELETE, "Delete"}, {GLFW_KEY_LEFT, "Left"},         {GLFW_KEY_RIGHT, "Right"},
      {GLFW_KEY_UP, "Up"},         {GLFW_KEY_DOWN, "Down"},         {GLFW_KEY_HOME, "Home"},
      {GLFW_KEY_END, "End"},       {GLFW_KEY_PAGE_UP, "PageUp"},    {GLFW_KEY_PAGE_DOWN, "PageDown"},
      {GLFW_KEY_KP_ADD, "Plus"},   {GLFW_KEY_KP_SUBTRACT, "Minus"}, {GLFW_KEY_MINUS, "Minus"},
  };
  std::string base;
  for (const Named& entry : named) {
    if (entry.key == key) base = entry.name;
  }
  bool shift = mods & GLFW_MOD_SHIFT;
  if (base.empty() && key >= GLFW_KEY_F1 && key <= GLFW_KEY_F12) base = "F" + std::to_string(key - GLFW_KEY_F1 + 1);
  if (base.empty() && key >= GLFW_KEY_0 && key <= GLFW_KEY_9)
    base = std::string(1, static_cast<char>('0' + key - GLFW_KEY_0));
  if (base.empty()) {
    const char* printed = glfwGetKeyName(key, scancode);
    if (!printed || !printed[0] || printed[1]) return {};  // dead keys, modifiers
    base = std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(printed[0]))));
    if (base == "+") base = "Plus";
    if (base == "-") base = "Minus";
    if (base == "=" && shift) base = "Plus", shift = false;
  }
  std::string prefix;
  if (mods & GLFW_MOD_CONTROL) prefix += "Ctrl+";
  if (shift) prefix += "Shift+";
  if (mods & GLFW_MOD_ALT) prefix += "Alt+";
  return prefix + base;
}

std::string utf8(unsigned code) {
  std::string out;
  auto put = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  }
  return out;
}

}  // namespace striate
