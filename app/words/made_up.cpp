// The made-up language: every letter of a text gets an accent, every vowel stands twice, brackets go around the whole.
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "app/words/languages.h"

namespace striate {
namespace {

// Of Latin-1, Latin Extended-A and Greek, which every font of the program has.
// áβčďéſĝĥíĵķĺμñóþðŕšţúνŵχýž
constexpr std::array<std::string_view, 26> kSmall = {
    "\u00e1", "\u03b2", "\u010d", "\u010f", "\u00e9", "\u017f", "\u011d", "\u0125", "\u00ed",
    "\u0135", "\u0137", "\u013a", "\u03bc", "\u00f1", "\u00f3", "\u00fe", "\u00f0", "\u0155",
    "\u0161", "\u0163", "\u00fa", "\u03bd", "\u0175", "\u03c7", "\u00fd", "\u017e"};
// ÁΒČĎÉΦĜĤÍĴĶĹΜÑÓÞØŔŠŢÚΛŴΧÝŽ
constexpr std::array<std::string_view, 26> kLarge = {
    "\u00c1", "\u0392", "\u010c", "\u010e", "\u00c9", "\u03a6", "\u011c", "\u0124", "\u00cd",
    "\u0134", "\u0136", "\u0139", "\u039c", "\u00d1", "\u00d3", "\u00de", "\u00d8", "\u0154",
    "\u0160", "\u0162", "\u00da", "\u039b", "\u0174", "\u03a7", "\u00dd", "\u017d"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_vowel(char c) { return std::string_view("aeiouAEIOU").find(c) != std::string_view::npos; }

// How much of the text stays as it is from here on: a placeholder, code, the target of a link.
size_t kept(std::string_view rest) {
  const auto until = [&](std::string_view end) {
    const size_t at = rest.find(end, 1);
    return at == std::string_view::npos ? size_t{0} : at + end.size();
  };
  if (rest.starts_with("{{") || rest.starts_with("}}")) return 2;
  if (rest.front() == '{') return until("}");
  if (rest.front() == '`') return until("`");
  if (rest.starts_with("](")) return until(")");
  return 0;
}

}  // namespace

std::string made_up(std::string_view text) {
  std::string out(kMadeUpBegin);
  for (size_t i = 0; i < text.size();) {
    if (const size_t length = kept(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
      continue;
    }
    const char c = text[i++];
    if (!is_letter(c)) {
      out += c;
      continue;
    }
    const bool small = c >= 'a';
    const auto at = static_cast<size_t>(small ? c - 'a' : c - 'A');
    out += small ? kSmall[at] : kLarge[at];
    if (is_vowel(c)) out += kSmall[at];
  }
  out += kMadeUpEnd;
  return out;
}

}  // namespace striate
