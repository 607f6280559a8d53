// The spaces around a word: " ", tab and line ends, as they stand in the files and lines that people write.
#pragma once

#include <algorithm>
#include <string_view>

namespace striate {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Without the spaces in front.
inline std::string_view skip_spaces(std::string_view text) {
  text.remove_prefix(static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_space) - text.begin()));
  return text;
}

// Without the spaces at both ends.
inline std::string_view trimmed(std::string_view text) {
  text = skip_spaces(text);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace striate
