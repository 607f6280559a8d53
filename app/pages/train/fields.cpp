#include "app/pages/train/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/words/words.h"
#include "engine/network/layer_words.h"

namespace striate {

void named_text(Ui& ui, std::string_view name, std::string_view value, std::string_view prefix,
                std::string_view placeholder) {
  Rect rect = ui.take(34);
  const float words = std::min(ui.measure(Font::control, tr(name)).x + 14.0f, rect.w / 2);
  ui.label(rect.cut_left(words), tr(name), Font::control, ui.theme().secondary);
  ui.next(rect);
  ui.text_field(name, value, prefix, placeholder);
}

void size_field(Ui& ui, std::string_view name, const std::string& value, const NumberSpec& spec,
                std::string_view prefix) {
  int64_t number = 0;
  if (read_whole(value, number)) {
    ui.number_field(name, static_cast<double>(number), spec, prefix);
    return;
  }
  const size_t cross = value.find('x');  // 5x5 is one number, too
  int64_t columns = 0;
  if (cross != std::string::npos && read_whole(std::string_view(value).substr(0, cross), number) &&
      read_whole(std::string_view(value).substr(cross + 1), columns) && number == columns) {
    ui.number_field(name, static_cast<double>(number), spec, prefix);
    return;
  }
  named_text(ui, name, value, prefix);
}

void power_slider(Ui& ui, std::string_view name, double value, double low, double high, double reset,
                  std::string_view prefix) {
  NumberSpec spec;
  spec.minimum = low;
  spec.maximum = high;
  spec.reset = reset;
  spec.logarithmic = true;
  spec.decimals = value > 0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(value))), 0, 8) : 4;
  ui.slider(name, value, spec, prefix);
}

std::string output_words(const Shape& shape) {
  std::string text;
  for (int i = 1; i < shape.rank(); ++i) text += (i > 1 ? " \u00d7 " : "") + std::to_string(shape[i]);
  return text;
}

std::string memory_words(int64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (value < 1e3) return trn("one byte", "{} bytes", static_cast<int64_t>(bytes));
  const char* units[] = {"kB", "MB", "GB", "TB"};
  double scaled = value / 1e3;
  int unit = 0;
  while (scaled >= 999.5 && unit < 3) scaled /= 1e3, ++unit;
  return scaled < 10 ? fmt::format("{:.1f} {}", scaled, units[unit]) : fmt::format("{:.0f} {}", scaled, units[unit]);
}

std::string first_sentence(std::string_view text) {
  const size_t end = text.find(". ");
  return std::string(end == std::string_view::npos ? text : text.substr(0, end + 1));
}

}  // namespace striate
