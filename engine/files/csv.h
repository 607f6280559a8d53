// Fields of a file of values with commas between them (RFC 4180): with quotes where they hold commas, quotes or ends of
// lines.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace striate {

inline std::string quoted_csv(const std::string& field) {
  if (field.find_first_of(",\"\n\r") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

// The fields of the line that begins at `*at`; `*at` is then where the next one begins, or the text's size.
inline std::vector<std::string> csv_fields(const std::string& text, size_t* at) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  while (*at < text.size()) {
    const char c = text[(*at)++];
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (*at < text.size() && text[*at] == '"') {
        fields.back() += text[(*at)++];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      break;
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

}  // namespace striate
