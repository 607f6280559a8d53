// The view "input" of the page `pretrained`: every step from the picture to what the network receives, with its
// numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "app/pages/pretrained/pretrained.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

// All numbers of a step have as many decimals: none where they are whole, as pixels are.
int decimals_of(const PreprocessingStep& step) {
  bool whole = true;
  double largest = 0;
  const auto take = [&](double value) {
    whole = whole && value == std::round(value);
    largest = std::max(largest, std::abs(value));
  };
  for (const double value : step.minimum) take(value);
  for (const double value : step.maximum) take(value);
  for (const std::vector<float>& values : step.first) {
    for (const float value : values) take(static_cast<double>(value));
  }
  if (whole && largest > 1) return 0;
  return largest >= 100 ? 1 : largest >= 10 ? 2 : 3;
}

}  // namespace

void PretrainedPage::draw_input(Ui& ui, Rect area, const NetworkMoment& moment) const {
  const Theme& theme = ui.theme();
  ui.begin_panel("steps", area, 0);
  if (moment.input.steps.empty()) {
    ui.note(moment.input.words);
    ui.end_panel();
    return;
  }
  if (moment.info->prepared_as.empty() && !moment.info->weights_lack) {
    ui.note("The file does not say how its pictures are prepared: this is a guess.");
  }
  const bool wide = ui.width() > 520;
  float widest = 74;
  for (const char* title : {tr("smallest"), tr("mean"), tr("largest")}) {
    widest = std::max(widest, ui.measure(Font::caption, title).x + 8);
  }
  for (size_t i = 0; i < moment.input.steps.size(); ++i) {
    const PreprocessingStep& step = moment.input.steps[i];
    const size_t channels = step.channels.size();
    const int decimals = decimals_of(step);
    const float row = 22;
    // Words, the sizes, and a line for each channel.
    const std::string words = step.words;
    const float words_width = wide ? std::max(180.0f, ui.width() * 0.34f) : ui.width();
    const float words_height = ui.paragraph_height(words, words_width - 16, Font::caption) + 22;
    const float table = static_cast<float>(channels + 1) * row;
    Rect place = ui.take(wide ? std::max(words_height, table) + 8 : words_height + table + 8);
    Rect left = wide ? place.cut_left(words_width) : place.cut_top(words_height);
    ui.label(left.cut_top(22), fmt::format("{}. {}", i, step.name), Font::strong,
             i + 1 == moment.input.steps.size() ? theme.input : theme.text);
    ui.next({left.x, left.y, left.w - 16, left.h});
    ui.paragraph(words, Font::caption);
    // channel, smallest, mean, largest, the first values
    const float letter = 26, column = std::min(widest, (place.w - letter) / 3);
    const auto cells = [&](const std::string& name, const std::string& a, const std::string& b, const std::string& c,
                           const std::string& first, Font font, Color tone) {
      Rect line = place.cut_top(row);
      ui.label(line.cut_left(letter), name, Font::number, theme.secondary);
      for (const std::string* text : {&a, &b, &c}) ui.label(line.cut_left(column), *text, font, tone, Align::right);
      line.cut_left(14);
      ui.label(line, first, font, theme.secondary);
    };
    cells("", tr("smallest"), tr("mean"), tr("largest"), fmt::format("{} \u00d7 {}", step.width, step.height),
          Font::caption, theme.secondary);
    const float room = place.w - letter - 3 * column - 14;
    for (size_t c = 0; c < channels && c < step.mean.size(); ++c) {
      std::string first;  // as many of the first values as there is room for
      for (const float value : step.first[c]) {
        const std::string more =
            first + (first.empty() ? "" : "  ") + number_text(static_cast<double>(value), decimals);
        if (ui.measure(Font::number, more + " \u2026").x > room) break;
        first = more;
      }
      cells(std::string(1, step.channels[c]), number_text(step.minimum[c], decimals),
            number_text(step.mean[c], std::max(decimals, 1)), number_text(step.maximum[c], decimals),
            first.empty() ? "" : first + " \u2026", Font::number, theme.text);
    }
    ui.hairline();
  }
  ui.note("The numbers of each channel after the step: smallest, mean and largest value, and the first ones of row 0.");
  ui.end_panel();
}

}  // namespace striate
