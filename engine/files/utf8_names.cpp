#include "engine/files/utf8_names.h"

#include <cstddef>
#include <cstdint>

namespace striate {
namespace {

constexpr char kDigits[] = "0123456789ABCDEF";

// How many bytes the sign at `at` has; 0: it is none (RFC 3629: no longer forms than needed, no surrogates, no more
// than U+10FFFF).
size_t sign_at(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : uint8_t{0}; };
  const auto follows = [&](size_t i) { return byte(i) >= 0x80 && byte(i) < 0xC0; };
  const uint8_t first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const bool allowed = !(first == 0xE0 && second < 0xA0) && !(first == 0xED && second >= 0xA0);
    return allowed && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const bool allowed = !(first == 0xF0 && second < 0x90) && !(first == 0xF4 && second >= 0x90);
    return allowed && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string utf8_name(const std::string& bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = sign_at(bytes, i);
    if (length > 0) {
      text.append(bytes, i, length);
      i += length;
      continue;
    }
    const uint8_t byte = static_cast<uint8_t>(bytes[i++]);
    text += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
  }
  return text;
}

std::string name_bytes(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool written = i + 3 < text.size() && text[i] == '\\' && text[i + 1] == 'x' && digit(text[i + 2]) >= 8 &&
                         digit(text[i + 3]) >= 0;
    bytes += written ? static_cast<char>(digit(text[i + 2]) * 16 + digit(text[i + 3])) : text[i];
    if (written) i += 3;
  }
  return bytes;
}

}  // namespace striate
