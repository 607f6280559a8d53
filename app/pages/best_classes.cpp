#include "app/pages/best_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/pages/network_words.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr size_t kBest = 5;
constexpr float kLeastRow = 21;

}  // namespace

void draw_best_classes(Ui& ui, Rect area, const BestClasses& best) {
  const Theme& theme = ui.theme();
  const NetworkMoment& moment = *best.moment;
  const OpenNetworkInfo& info = *moment.info;
  const NetworkAnswer& answer = moment.answer;
  if (answer.order.empty()) {
    ui.begin_panel(best.key + ".none", area, 0, false);
    ui.note(format_tr("It gives {}, not one value for each class. Its layers and their maps can be looked at.",
                      sizes_text(info.layers.back().shape)));
    ui.end_panel();
    return;
  }
  Rect head = area.cut_top(22);
  // Fewer where they would not be legible.
  const auto fit = static_cast<size_t>(std::clamp(area.h / kLeastRow, 1.0f, static_cast<float>(kBest)));
  const size_t shown = std::min(fit, answer.order.size());
  std::vector<double> shares;
  for (size_t i = 0; i < shown; ++i) {
    shares.push_back(static_cast<double>(answer.probabilities[static_cast<size_t>(answer.order[i])]));
  }
  const int decimals = share_decimals(shares);
  const float share =
      std::max(ui.measure(Font::number, "< 0.001 %").x + 6, ui.measure(Font::caption, tr(best.share)).x + 2);
  // Where it is narrow the names need the room more than the logits.
  const bool has_logits = area.w >= (best.title.empty() ? 250 : 330);
  const float logit = !has_logits ? -18.0f
                                  : std::max(ui.measure(Font::number, "-000.00").x + 4,
                                             ui.measure(Font::caption, tr("logit")).x - 18.0f + 6);
  ui.label(head.cut_right(share), tr(best.share), Font::caption, theme.secondary, Align::right);
  if (has_logits) ui.label(head.cut_right(logit + 18.0f), tr("logit"), Font::caption, theme.secondary, Align::right);
  if (!best.title.empty()) {
    ui.label(head, ui.fitted(best.title, Font::strong, head.w - 6), Font::strong, theme.text);
  } else {
    const char* title = info.named ? tr("best classes") : tr("best classes, which have no names");
    for (const char* shorter : {title, tr("best classes"), tr("classes")}) {
      if (ui.measure(Font::caption, shorter).x > head.w) continue;
      ui.label(head, shorter, Font::caption, theme.secondary);
      break;
    }
  }
  const float row = std::min(area.h / static_cast<float>(fit), 42.0f);
  for (size_t i = 0; i < shown; ++i) {
    const auto c = static_cast<size_t>(answer.order[i]);
    Rect line = area.cut_top(row);
    const float p = std::clamp(answer.probabilities[c], 0.0f, 1.0f);
    const bool right = static_cast<int>(c) == moment.picture.label;
    const Color tone = i == 0 ? theme.activation : theme.text;
    if (best.on_click) {
      const std::string label = fmt::format("{} {}", best.key, i), command = best.on_click(static_cast<int>(c));
      const Response r =
          ui.interact(line.inset(-4, 0), {.label = label, .command = command, .kind = "row", .tooltip = best.tooltip});
      if (r.clicked) ui.send(command);
      if (r.hovered) ui.fill(line.inset(-4, 0), faded(theme.raised, 0.6f), 4);
      if (r.keyboard) ui.draw_focus(line.inset(-2, 1), 4);
    }
    const Rect track = line.cut_bottom(row < 28 ? 3.0f : std::min(6.0f, row * 0.2f));
    if (row < 28) line.cut_bottom(1.5f);
    ui.label(line.cut_right(share), share_text(shares[i], decimals), Font::number, tone, Align::right);
    if (has_logits) {
      ui.label(line.cut_right(logit + 18.0f), number_text(static_cast<double>(answer.logits[c]), 2), Font::number,
               theme.secondary, Align::right);
    }
    const Font font = i == 0 ? Font::strong : Font::control;
    const std::string name = ui.fitted(info.classes[c], font, line.w - 22.0f);
    ui.label(line, name, font, tone);
    if (right) {
      const float x = line.x + ui.measure(font, name).x + 6, side = 14.0f;
      ui.icon(Icon::tick, {x, line.center().y - side / 2, side, side}, theme.activation);
    }
    ui.fill(track, theme.raised, 2);
    ui.fill({track.x, track.y, track.w * ui.ease(fmt::format("{}.bar.{}", best.key, i), p), track.h},
            i == 0 ? theme.activation : theme.secondary, 2);
  }
}

}  // namespace striate
