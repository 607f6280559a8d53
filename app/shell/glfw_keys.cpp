#include "app/shell/glfw_keys.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <array>
#include <string>

namespace striate {
namespace {

struct Named {
  int key;
  const char* name;
};
constexpr std::array<Named, 16> kNamed = {{{GLFW_KEY_SPACE, "Space"},
                                           {GLFW_KEY_ENTER, "Enter"},
                                           {GLFW_KEY_KP_ENTER, "Enter"},
                                           {GLFW_KEY_ESCAPE, "Escape"},
                                           {GLFW_KEY_TAB, "Tab"},
                                           {GLFW_KEY_BACKSPACE, "Backspace"},
                                           {GLFW_KEY_DELETE, "Delete"},
                                           {GLFW_KEY_INSERT, "Insert"},
                                           {GLFW_KEY_LEFT, "Left"},
                                           {GLFW_KEY_RIGHT, "Right"},
                                           {GLFW_KEY_UP, "Up"},
                                           {GLFW_KEY_DOWN, "Down"},
                                           {GLFW_KEY_HOME, "Home"},
                                           {GLFW_KEY_END, "End"},
                                           {GLFW_KEY_PAGE_UP, "PageUp"},
                                           {GLFW_KEY_PAGE_DOWN, "PageDown"}}};
// The number block where it types nothing.
constexpr std::array<Named, 10> kWithoutNumLock = {{{GLFW_KEY_KP_0, "Insert"},
                                                    {GLFW_KEY_KP_1, "End"},
                                                    {GLFW_KEY_KP_2, "Down"},
                                                    {GLFW_KEY_KP_3, "PageDown"},
                                                    {GLFW_KEY_KP_4, "Left"},
                                                    {GLFW_KEY_KP_6, "Right"},
                                                    {GLFW_KEY_KP_7, "Home"},
                                                    {GLFW_KEY_KP_8, "Up"},
                                                    {GLFW_KEY_KP_9, "PageUp"},
                                                    {GLFW_KEY_KP_DECIMAL, "Delete"}}};

template <size_t kCount>
std::string name_in(const std::array<Named, kCount>& table, int key) {
  for (const Named& entry : table) {
    if (entry.key == key) return entry.name;
  }
  return {};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char upper(char c) { return static_cast<char>(c & ~0x20); }

// Signs that keys are bound to: where one of them shares its key with a digit, it is the sign that is meant.
bool is_bound_sign(char c) { return c == '+' || c == '-' || c == '=' || c == '.' || c == ',' || c == '?'; }

bool layout_is_latin() {
  for (int key = GLFW_KEY_A; key <= GLFW_KEY_Z; ++key) {
    const char* printed = glfwGetKeyName(key, 0);
    if (printed && is_letter(printed[0]) && !printed[1]) return true;
  }
  return false;
}

}  // namespace

std::string key_name(const KeyEvent& event) {
  const auto [key, printed, mods, latin] = event;
  const bool commands = (mods & (GLFW_MOD_CONTROL | GLFW_MOD_ALT)) != 0;  // then nothing is typed
  const char sign = printed.size() == 1 ? printed[0] : '\0';
  bool shift = (mods & GLFW_MOD_SHIFT) != 0;
  std::string base = name_in(kNamed, key);
  if (base.empty() && !(mods & GLFW_MOD_NUM_LOCK)) base = name_in(kWithoutNumLock, key);
  if (base.empty() && key >= GLFW_KEY_F1 && key <= GLFW_KEY_F12) {
    base = "F" + std::to_string(key - GLFW_KEY_F1 + 1);
  }
  if (base.empty() && is_letter(sign)) base = upper(sign);
  // Where there are no Latin letters, the one that a Latin keyboard has in this place.
  if (base.empty() && !latin && key >= GLFW_KEY_A && key <= GLFW_KEY_Z) base = static_cast<char>(key);
  if (base.empty() && key >= GLFW_KEY_0 && key <= GLFW_KEY_9) {
    // A keyboard whose digits need Shift: they count without it, too. The others type their digit.
    const bool digit_above = !is_digit(sign) && !is_bound_sign(sign);
    if (commands) {
      base = is_digit(sign) ? sign : static_cast<char>(key);
      if (!is_digit(sign)) shift = false;
    } else if (digit_above && !shift) {
      base = static_cast<char>(key);
    }
  }
  if (base.empty() && commands) {
    if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9) base = static_cast<char>('0' + key - GLFW_KEY_KP_0);
    if (key == GLFW_KEY_KP_ADD || sign == '+' || (sign == '=' && shift)) base = "Plus", shift = false;
    if (key == GLFW_KEY_KP_SUBTRACT || sign == '-') base = "Minus";
    if (base.empty() && sign > ' ' && sign < 127) base = sign;
  }
  if (base.empty()) return {};
  std::string prefix;
  if (mods & GLFW_MOD_CONTROL) prefix += "Ctrl+";
  if (shift) prefix += "Shift+";
  if (mods & GLFW_MOD_ALT) prefix += "Alt+";
  return prefix + base;
}

std::string key_name(int key, int scancode, int mods) {
  const char* name = glfwGetKeyName(key, scancode);
  const std::string_view printed = name ? name : "";
  const bool letter = key >= GLFW_KEY_A && key <= GLFW_KEY_Z;
  const bool shown = printed.size() == 1 && is_letter(printed[0]);
  return key_name({key, printed, mods, !letter || shown || layout_is_latin()});
}

}  // namespace striate
