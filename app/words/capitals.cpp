#include "app/words/capitals.h"

#include <cstddef>
#include <cstdint>

#include "engine/utf8.h"

namespace striate {
namespace {

uint32_t capital(uint32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= 0xE0 && c <= 0xFE && c != 0xF7)) return c - 32;
  if ((c >= 0x100 && c <= 0x137 && c != 0x131) || (c >= 0x14A && c <= 0x177)) return c & ~1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 0 ? c - 1 : c;
  if (c == 0x3C2) return 0x3A3;
  if (c >= 0x3B1 && c <= 0x3C9) return c - 32;
  if (c >= 0x430 && c <= 0x44F) return c - 32;
  if (c >= 0x450 && c <= 0x45F) return c - 80;
  return c;
}

// The two bytes of a sign below U+0800, or one below U+0080; what is longer stays as it is.
size_t take(std::string_view text, std::string* out) {
  const auto first = static_cast<uint8_t>(text[0]);
  if (first < 0x80) {
    *out += static_cast<char>(capital(first));
    return 1;
  }
  if (first >= 0xC2 && first < 0xE0 && text.size() > 1) {
    append_utf8(*out, capital((first & 0x1Fu) << 6 | (static_cast<uint8_t>(text[1]) & 0x3Fu)));
    return 2;
  }
  *out += text[0];
  return 1;
}

}  // namespace

std::string in_capitals(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) i += take(text.substr(i), &out);
  return out;
}

}  // namespace striate
