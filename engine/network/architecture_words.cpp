#include "engine/network/architecture_words.h"

#include <algorithm>

namespace striate {

std::vector<std::vector<PlacedWord>> architecture_words(std::string_view text) {
  std::vector<std::vector<PlacedWord>> statements(1);
  int line = 1, column = 1;
  bool comment = false, in_word = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\t' || c == '\r';
    if (c == '\n') {
      comment = in_word = false;
      ++line;
      column = 0;
      statements.emplace_back();
    } else if (c == '#' || comment) {
      comment = true;
      in_word = false;
    } else if (c == '|') {
      in_word = false;
      statements.emplace_back();
    } else if (blank) {
      in_word = false;
    } else {
      if (!in_word) statements.back().push_back({"", line, column});
      statements.back().back().text += c;
      in_word = c != ':';
    }
    ++column;
  }
  std::erase_if(statements, [](const auto& words) { return words.empty(); });
  return statements;
}

bool is_layer_name(std::string_view name) {
  if (name.empty() || name.size() > 200 || name == "input" || name == kSettingsBegin) return false;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) || c == '_' || c == '.' || c == '-' || c == '/';
  };
  return std::all_of(name.begin(), name.end(), allowed) && !std::all_of(name.begin(), name.end(), digit);
}

}  // namespace striate
