#include "app/widgets/code_block.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/utf8.h"

namespace striate {
namespace {

constexpr size_t kTab = 4;
constexpr float kPadding = 8;

float line_height(const Ui& ui) { return std::round(ui.text_size(Font::number) * 1.4f); }

int columns_of(const Ui& ui, float width) {
  const float sign = ui.measure(Font::number, "0").x;
  return std::max(1, static_cast<int>((width - 2 * kPadding) / std::max(sign, 1.0f)));
}

}  // namespace

std::vector<std::string> lines_of_code(std::string_view code, int columns) {
  const auto most = static_cast<size_t>(std::max(columns, 1));
  std::vector<std::string> lines(1);
  size_t count = 0, indentation = 0;  // signs of the present line; spaces that the written line begins with
  bool only_spaces = true;
  for (size_t at = 0; at < code.size();) {
    const size_t length = next_character(code, at) - at;
    const std::string_view sign = code.substr(at, length);
    at += length;
    if (sign == "\n") {
      lines.emplace_back();
      count = indentation = 0;
      only_spaces = true;
      continue;
    }
    if (count >= most) {
      const size_t inwards = indentation + 2 < most / 2 ? indentation + 2 : 0;
      lines.emplace_back(inwards, ' ');
      count = inwards;
    }
    const size_t wide = sign == "\t" ? std::min(kTab - count % kTab, most - count) : 1;
    if (sign == "\t")
      lines.back().append(wide, ' ');
    else
      lines.back() += sign;
    count += wide;
    only_spaces = only_spaces && (sign == " " || sign == "\t");
    if (only_spaces) indentation = count;
  }
  return lines;
}

float code_block_height(const Ui& ui, std::string_view code, float width) {
  const size_t lines = lines_of_code(code, columns_of(ui, width)).size();
  return static_cast<float>(lines) * line_height(ui) + 2 * kPadding;
}

void code_block(Ui& ui, std::string_view code) {
  const Rect rect = ui.take(code_block_height(ui, code, ui.width()));
  ui.fill(rect, ui.theme().raised, 4);
  Vec at{rect.x + kPadding, rect.y + kPadding};
  for (const std::string& line : lines_of_code(code, columns_of(ui, rect.w))) {
    ui.label(at, line, Font::number, ui.theme().text);
    at.y += line_height(ui);
  }
}

}  // namespace striate
