#include "app/drawing/stroke_text.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "app/command/registry.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr size_t kMostWords = 4000;  // of one line

}  // namespace

Stroke parse_stroke(std::string_view command, const std::string& text, std::string_view others) {
  const auto no_stroke = [&] {
    return Error(fmt::format("{}: \"{}\" is not a stroke", command, shown(text)),
                 fmt::format("pairs of numbers from 0 to {} (X Y X Y ...), or {}", kPadSide, others));
  };
  const std::vector<std::string> words = split_words(text);
  if (words.empty() || words.size() % 2 != 0 || words.size() > kMostWords) throw no_stroke();
  Stroke stroke;
  for (size_t i = 0; i < words.size(); i += 2) {
    double x = 0, y = 0;
    if (!parse_number(words[i], &x) || !parse_number(words[i + 1], &y) || x < 0 || y < 0 || x > kPadSide ||
        y > kPadSide) {
      throw no_stroke();
    }
    stroke.push_back({static_cast<float>(x), static_cast<float>(y)});
  }
  return stroke;
}

std::string stroke_text(const Stroke& stroke) {
  std::string text;
  for (const Point& p : stroke) {
    text += (text.empty() ? "" : " ") + to_text(std::round(static_cast<double>(p.x) * 10) / 10) + " " +
            to_text(std::round(static_cast<double>(p.y) * 10) / 10);
  }
  return text;
}

}  // namespace striate
