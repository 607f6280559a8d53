#include "app/widgets/cell_card.h"

#include <algorithm>
#include <cmath>

#include "app/words/words.h"

namespace striate {
namespace {

void draw_picture(Ui& ui, const std::vector<CardGrid>& grids) {
  const float height = 44.0f, sign_width = 22.0f;
  const Rect room = ui.take(height);
  float wide = 0;
  const auto cell_of = [&](const CardGrid& grid) {
    return std::max(2.0f,
                    std::floor(std::min({height / static_cast<float>(std::max(grid.rows, grid.columns)), 14.0f})));
  };
  for (const CardGrid& grid : grids) {
    wide += cell_of(grid) * static_cast<float>(grid.columns) + (grid.sign.empty() ? 0 : sign_width);
  }
  float x = std::round(room.x + std::max(0.0f, (room.w - wide) / 2));
  for (const CardGrid& grid : grids) {
    const float cell = cell_of(grid);
    if (!grid.sign.empty()) {
      ui.label(Rect{x, room.y, sign_width, room.h}, grid.sign, Font::number, ui.theme().secondary, Align::center);
      x += sign_width;
    }
    const float y = std::round(room.center().y - cell * static_cast<float>(grid.rows) / 2);
    for (int row = 0; row < grid.rows; ++row) {
      for (int column = 0; column < grid.columns; ++column) {
        const auto index = static_cast<size_t>(row * grid.columns + column);
        if (index >= grid.cells.size()) continue;
        ui.fill({x + cell * static_cast<float>(column), y + cell * static_cast<float>(row), cell - 1, cell - 1},
                grid.cells[index]);
      }
    }
    const Rect whole{x, y, cell * static_cast<float>(grid.columns), cell * static_cast<float>(grid.rows)};
    ui.stroke(whole.inset(-1), grid.tone == Concept::none ? ui.theme().secondary : ui.theme().of(grid.tone), 2, 1.5f);
    x += whole.w;
  }
}

}  // namespace

void cell_card(Ui& ui, const CellCard& card) {
  ui.begin_card(card.title);
  const Rect head = ui.take(24);
  Rect words = head;
  if (!card.unpin.empty()) {
    ui.next(words.cut_right(24));
    ui.button(
        "Unpin " + card.title, card.unpin,
        {.style = ButtonStyle::quiet, .icon = Icon::cross, .tooltip = N_("Takes this card away"), .icon_only = true});
  }
  ui.label(words, card.words.empty() ? card.title : card.words, Font::control,
           card.tone == Concept::none ? ui.theme().text : ui.theme().of(card.tone));
  if (!card.picture.empty()) draw_picture(ui, card.picture);
  if (!card.formula.empty()) ui.note(card.formula);
  if (!card.numbers.empty()) ui.note("`" + card.numbers + "`");
  ui.row(card.shape, card.result, card.tone);
  if (!card.exact.empty()) ui.note(format_tr("Rounded; exactly {}", card.exact));
  ui.end_card();
}

}  // namespace striate
