// Small letters, for comparing names. ASCII only, whatever the locale: 'I' is 'i' in Turkey, too.
#pragma once

#include <string>
#include <string_view>

namespace striate {

inline std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

}  // namespace striate
