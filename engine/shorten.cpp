#include "engine/shorten.h"

#include <algorithm>

#include "engine/utf8.h"

namespace striate {
namespace {

constexpr size_t kLongestQuote = 160;
constexpr size_t kLongestLine = 1000;  // a hint that lists 60 names is still whole
constexpr std::string_view kGap = " ... ";

}  // namespace

std::string shortened(std::string_view text, size_t most) {
  std::string all(text);
  std::replace(all.begin(), all.end(), '\n', ' ');
  if (all.size() <= most || most <= kGap.size()) return all;
  // More of the beginning: that is what people know it by.
  size_t begin = (most - kGap.size()) * 2 / 3;
  size_t end = all.size() - (most - kGap.size() - begin);
  while (begin > 0 && continues_character(all[begin])) --begin;
  while (end < all.size() && continues_character(all[end])) ++end;
  return all.substr(0, begin) + std::string(kGap) + all.substr(end);
}

std::string readable_line(std::string_view message) {
  std::string line;
  for (size_t at = 0; at < message.size();) {
    const char mark = message[at];
    // An apostrophe within a word opens no quote.
    const bool opens = mark == '"' || (mark == '\'' && (at == 0 || message[at - 1] == ' ' || message[at - 1] == '('));
    const size_t close = opens ? message.find(mark, at + 1) : std::string_view::npos;
    if (close == std::string_view::npos) {
      line += message[at++];
      continue;
    }
    line += mark;
    line += shortened(message.substr(at + 1, close - at - 1), kLongestQuote);
    line += mark;
    at = close + 1;
  }
  return shortened(line, kLongestLine);
}

}  // namespace striate
