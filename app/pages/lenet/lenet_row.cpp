// Page `lenet`: the network that slides over a row of digits.
#include <algorithm>
#include <cmath>

#include "app/pages/lenet/lenet.h"
#include "app/pages/network_words.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void LenetPage::draw_row(Ui& ui, Rect area, HoverNote& /*note*/) const {
  const Theme& theme = ui.theme();
  const auto line = [&](const std::string& text, Font font, Color color) {
    ui.label(area.cut_top(font == Font::heading ? 40.0f : 22.0f), text, font, color);
  };
  if (state_.model == 0) {
    ui.empty_state(area, Icon::eye, "The network of 1989 can't slide",
                   tr("Its maps have borders of their own. Choose LeNet-5: lenet.model modern."));
    return;
  }
  if (text_.empty() && drawing_.empty()) {
    ui.empty_state(area, Icon::eye, "A number of several digits",
                   tr("Write one at the right, or draw several digits beside each other on the pad."));
    return;
  }
  if (!row_) return;
  const DigitReader::Row& read = row_->read;
  line(tr("one pass over the whole row, an answer every four columns"), Font::caption, theme.secondary);
  const float table = std::clamp(area.h * 0.36f, 30.0f, 180.0f);
  const float axis = area.h > 150 ? 15.0f : 0.0f;  // the columns' numbers
  const float pixel = std::min(
      {area.w / static_cast<float>(row_->picture.width), 9.0f, (area.h - table - axis - 30) / SlidingNetwork::kSide});
  if (pixel < 0.5f) return;
  const Rect picture{area.x, area.y, pixel * static_cast<float>(row_->picture.width), pixel * 32};
  PictureSource source;
  source.key = "lenet.row";
  source.version = row_->revision;
  source.width = row_->picture.width, source.height = 32;
  source.pixels = [this](int, CellRect rect) {
    TilePixels tile;
    for (int y = rect.y; y < rect.y + rect.h; ++y) {
      const auto row = row_->picture.pixels.begin() + static_cast<int64_t>(y) * row_->picture.width + rect.x;
      tile.values.insert(tile.values.end(), row, row + rect.w);
    }
    return tile;
  };
  ui.thumbnail(picture, source, false);
  ui.stroke(picture.inset(-1), faded(theme.input, 0.7f), 2, 1.5f);
  const auto count = static_cast<int>(read.columns.size());
  const float step = pixel * static_cast<float>(read.step);
  const auto center = [&](int column) { return picture.x + pixel * 16 + step * static_cast<float>(column); };
  // The window of the answer that is looked at.
  const int chosen = std::clamp(column_, 0, std::max(0, count - 1));
  const Rect window{picture.x + step * static_cast<float>(chosen), picture.y, pixel * 32, pixel * 32};
  ui.stroke(window, theme.kernel, 2, 2);
  area.cut_top(picture.h + (axis > 0 ? 2 : 6));
  Rect numbers = area.cut_top(axis);
  const int each = step >= 16 ? 1 : step >= 4 ? 5 : 10;
  for (int column = 0; column < count && axis > 0; column += each) {
    ui.label(Rect{center(column) - 12, numbers.y, 24, axis}, std::to_string(column), Font::number,
             column == chosen ? theme.kernel : theme.secondary, Align::center, 12);
  }

  // A column of ten cells for each answer, as dark as it is sure.
  const Rect cells = area.cut_top(table);
  const float high = cells.h / 10;
  for (int column = 0; column < count; ++column) {
    for (int digit = 0; digit < 10; ++digit) {
      const float share = read.columns[static_cast<size_t>(column)].probabilities[static_cast<size_t>(digit)];
      const Rect cell{center(column) - step / 2 + 0.5f, cells.y + high * static_cast<float>(digit), step - 1, high - 1};
      ui.fill(cell, mixed(theme.surface, theme.activation, std::clamp(share, 0.0f, 1.0f)));
    }
    const Rect bar{center(column) - step / 2, cells.y, step, cells.h};
    const Response r = ui.interact(
        bar, {.label = fmt::format("answer {}", column),
              .command = fmt::format("lenet.column {}", column),
              .kind = "cell",
              .focusable = false,
              .tooltip = N_("One answer: the probabilities of 0 to 9, from above; what they leave of 1 is no digit")});
    if (r.clicked) ui.send(fmt::format("lenet.column {}", column));
    if (column == chosen) ui.stroke(bar, theme.kernel, 1, 1.5f);
  }
  for (int digit = 0; digit < 10 && high >= ui.least_number(); ++digit) {
    ui.label(Rect{picture.x, cells.y + high * static_cast<float>(digit), 14, high}, std::to_string(digit), Font::number,
             theme.secondary, Align::left, std::min(12.0f, high));
  }
  // Where each digit was found.
  const Rect found = area.cut_top(24);
  for (int column = 0; column < count; ++column) {
    const int digit = read.columns[static_cast<size_t>(column)].digit;
    if (digit < 0) continue;
    int last = column;
    while (last + 1 < count && read.columns[static_cast<size_t>(last + 1)].digit == digit) ++last;
    const float left = center(column) - step / 2, right = center(last) + step / 2;
    ui.line({left, found.y + 3}, {right, found.y + 3}, theme.activation, 2);
    const float middle = (left + right) / 2;
    ui.label(Rect{middle - 12, found.y + 4, 24, 20}, std::to_string(digit), Font::strong, theme.activation,
             Align::center);
    column = last;
  }
}

// What was read, and what sliding saved.
void LenetPage::draw_string(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  ui.label(area.cut_top(22), tr("what the network reads while it slides"), Font::caption, theme.secondary);
  if (state_.model == 0 || !row_ || (text_.empty() && drawing_.empty())) return;
  const DigitReader::Row& read = row_->read;
  const std::string words = read.text.empty() ? std::string(tr("no digit")) : read.text;
  const bool right = text_.empty() || read.text == text_;
  const Color color = right ? theme.activation : theme.warning;
  // A long number becomes smaller before it is cut.
  float big = std::clamp(area.h * 0.4f, 24.0f, 72.0f);
  const float wide = ui.measure(Font::heading, words, big * 0.75f).x;
  if (wide > area.w) big = std::max(20.0f, big * area.w / wide);
  ui.label(area.cut_top(big), words, Font::heading, color, Align::left, big * 0.75f);
  if (!right && area.h > 44) ui.label(area.cut_top(22), format_tr("written: {}", text_), Font::caption, theme.text);
  if (area.h < 44) return;
  const double saved = 1 - static_cast<double>(read.work) / static_cast<double>(read.work_of_windows);
  ui.label(area.cut_top(22),
           format_tr("{} answers, {} of the multiply-adds saved", read.columns.size(), share_text(saved)),
           Font::caption, theme.text);
  const int chosen = std::clamp(column_, 0, static_cast<int>(read.columns.size()) - 1);
  const DigitReader::Column& column = read.columns[static_cast<size_t>(chosen)];
  float none = 1;
  for (const float share : column.probabilities) none -= share;
  const std::string at =
      column.digit < 0
          ? format_tr("column {}: none of the ten, {}", chosen,
                      share_text(std::clamp(static_cast<double>(none), 0.0, 1.0)))
          : format_tr("column {}: taken for {}, {}", chosen, column.digit,
                      share_text(static_cast<double>(column.probabilities[static_cast<size_t>(column.digit)])));
  ui.label(area.cut_top(22), at, Font::caption, theme.kernel);
}

}  // namespace striate
