// The characters of UTF-8, in bytes that may also be something else (names of files need not be UTF-8).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace striate {

// A later byte of a character.
inline bool continues_character(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// Where the character after the one that begins at `at` does.
inline size_t next_character(std::string_view text, size_t at) {
  ++at;
  while (at < text.size() && continues_character(text[at])) ++at;
  return at;
}

inline size_t count_characters(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

// Where each of them begins.
inline std::vector<size_t> character_begins(std::string_view text) {
  std::vector<size_t> begins;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!continues_character(text[i])) begins.push_back(i);
  }
  return begins;
}

// `code`: up to 0x10FFFF.
inline void append_utf8(std::string& out, char32_t code) {
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<uint8_t>(byte)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6), put(0x80 | (code & 63));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  } else {
    put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 63)), put(0x80 | (code >> 6 & 63)), put(0x80 | (code & 63));
  }
}

}  // namespace striate
