#include "app/shell/banner.h"
#include "app/words/words.h"

#include <algorithm>

namespace striate {
namespace {

constexpr float kOutside = 20, kInside = 14, kGap = 8;

float button_width(const Ui& ui, const std::string& label) { return ui.measure(Font::control, tr(label)).x + 28.0f; }

float buttons_width(const Ui& ui, const PageBanner& banner) {
  float width = 0;
  for (const PageBanner::Button& button : banner.buttons) width += button_width(ui, button.label) + kGap;
  return width;
}

// Words and buttons side by side where at least half of the band is left for the words; else the buttons below.
struct Parts {
  bool beside;
  float words_width, words_height;
};
Parts parts(Ui& ui, const PageBanner& banner, float width) {
  const float inner = width - 2 * (kOutside + kInside), buttons = buttons_width(ui, banner);
  Parts p{inner - buttons >= inner / 2, inner, 0};
  if (p.beside) p.words_width = inner - buttons - kGap;
  p.words_height = ui.paragraph_height(banner.words, p.words_width, Font::control);
  return p;
}

}  // namespace

float banner_height(Ui& ui, const PageBanner& banner, float width) {
  if (width < 2 * (kOutside + kInside) + 120.0f) return 0;
  const Parts p = parts(ui, banner, width);
  const float row = 34.0f;
  return (p.beside ? std::max(p.words_height, row) : p.words_height + 4 + row) + 24;
}

void draw_banner(Ui& ui, const PageBanner& banner, const Rect& band) {
  ui.push_id("banner");
  const Theme& t = ui.theme();
  const Rect box = band.inset(kOutside, 4);
  ui.fill(box, t.surface, 6);
  ui.stroke(box, t.line, 6);
  ui.fill({box.x, box.y + 8, 3, box.h - 16}, t.warning, 1.5f);
  Rect inside = box.inset(kInside, 8);
  const Parts p = parts(ui, banner, band.w);
  const float row = 34.0f;
  Rect buttons = inside;
  if (p.beside) {
    buttons = inside.cut_right(buttons_width(ui, banner));
    ui.next({inside.x, inside.center().y - p.words_height / 2, p.words_width, p.words_height});
  } else {
    buttons = inside.cut_bottom(row);
    ui.next({inside.x, inside.y, p.words_width, p.words_height});
  }
  ui.paragraph(banner.words, Font::control);
  float x = p.beside ? buttons.x + kGap : buttons.x;
  const float y = buttons.center().y - row / 2;
  for (const PageBanner::Button& button : banner.buttons) {
    const float width = button_width(ui, button.label);
    ui.next({x, y, width, row});
    ButtonOptions options;
    options.tooltip = button.tooltip;
    if (button.primary) options.style = ButtonStyle::primary;
    ui.button(button.label, button.command, options);
    x += width + kGap;
  }
  ui.pop_id();
}

}  // namespace striate
