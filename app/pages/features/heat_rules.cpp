// What happens at one ReLU on the way back, by the three rules: its input x, the gradient g that arrives, and what
// passes, of one channel; for the cell under the mouse, or where most arrives, in words and numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "app/pages/features/heat_method.h"
#include "app/pages/features/heat_panel.h"
#include "app/widgets/curves.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kLeastMap = 24;  // sides; below that only words are left
constexpr float kHead = 20, kLine = 18, kWordsBeside = 520;

// The channel where most arrives, and of a channel the place.
int64_t strongest(std::span<const float> values) {
  size_t at = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    if (std::fabs(values[i]) > std::fabs(values[at])) at = i;
  }
  return static_cast<int64_t>(at);
}

std::string rule_words(BackwardRule rule, float x, float g, float passes) {
  const std::string from = fmt::format("g = {:.3g}", g);
  const char* why = nullptr;
  if (rule == BackwardRule::gradient) why = x > 0 ? N_("x is above 0") : N_("x is not above 0");
  if (rule == BackwardRule::deconvnet) why = g > 0 ? N_("g is above 0") : N_("g is not above 0");
  if (rule == BackwardRule::guided) {
    why = x > 0 && g > 0 ? N_("both are above 0") : x > 0 ? N_("g is not above 0") : N_("x is not above 0");
  }
  return format_tr("{}: {}; passes {}", from, tr(why), fmt::format("{:.3g}", passes));
}

// Above the two maps of each rule.
void draw_rule_names(Ui& ui, const Rect& line, float w) {
  for (size_t i = 0; i < kBackwardRules.size(); ++i) {
    const Rect at{line.x + static_cast<float>(2 * i + 1) * (w + 6), line.y, 2 * w + 6, line.h};
    ui.label(at, ui.fitted(tr(std::string_view(rule_name(kBackwardRules[i]))), Font::caption, at.w), Font::caption,
             ui.theme().secondary);
  }
}

}  // namespace

float arithmetic_height(float width) {
  const float maps = kHead + 2 * kLine;
  return width > kWordsBeside ? maps + std::clamp(width / 10, 48.0f, 130.0f) : maps + 4 * kLine + 48;
}

void HeatMapsMethod::draw_arithmetic(Ui& ui, Rect area, HoverNote& note) const {
  const RuleComparison& rules = *view_->rules;
  const Theme& theme = ui.theme();
  const auto plane = static_cast<size_t>(rules.cells[1] * rules.cells[2]);
  int64_t channel = state_.rule_channel;
  if (channel < 0 || channel >= rules.cells[0]) {
    channel = strongest(rules.arrives[0]) / static_cast<int64_t>(std::max<size_t>(plane, 1));
  }
  const auto of = [&](const std::vector<float>& values) {
    return std::span<const float>(values).subspan(static_cast<size_t>(channel) * plane, plane);
  };
  const OpenLayer& layer = view_->of.moment->info->layers[static_cast<size_t>(rules.relu)];
  Rect head = area.cut_top(kHead);
  ui.label(
      head,
      ui.fitted(format_tr("what passes back through layer {} ({}), channel {}", rules.relu - 1, layer.text, channel),
                Font::caption, head.w),
      Font::caption, theme.secondary);
  // x, then for each rule what arrives and what passes.
  const Rect whole = area;
  Rect words = area.w > kWordsBeside ? area.cut_right(std::max(250.0f, area.w * 0.4f)) : area.cut_bottom(4 * kLine);
  if (area.w > 8) area.cut_right(12);
  const float tall = static_cast<float>(rules.cells[1]), wide = static_cast<float>(rules.cells[2]);
  const float w = (area.w - 6 * 6) / 7;
  const float scale = std::max(0.01f, std::min(w / wide, (area.h - 2 * kLine) / tall));
  const bool drawn = scale * tall >= kLeastMap;
  if (!drawn) words = whole;
  if (drawn) draw_rule_names(ui, area.cut_top(kLine), w);
  int64_t cell = strongest(of(rules.arrives[0]));
  std::vector<Rect> places;
  const char* const labels[] = {"x of the ReLU",       "g of gradient", "passed by gradient", "g of deconvnet",
                                "passed by deconvnet", "g of guided",   "passed by guided"};
  float limit = 0;
  for (const auto& list : {std::cref(rules.arrives), std::cref(rules.passes)}) {
    for (const std::vector<float>& values : list.get()) {
      for (const float v : of(values)) limit = std::max(limit, std::fabs(v));
    }
  }
  for (size_t i = 0; drawn && i < 7; ++i) {
    const std::vector<float>& values = i == 0       ? rules.x
                                       : i % 2 == 1 ? rules.arrives[(i - 1) / 2]
                                                    : rules.passes[(i - 1) / 2];
    Rect at{area.x + static_cast<float>(i) * (w + 6), area.y, w, area.h};
    ui.label(at.cut_top(kLine),
             i == 0       ? "x"
             : i % 2 == 1 ? "g"
                          : tr("passes"),
             Font::caption, i == 0 ? theme.activation : theme.gradient);
    const Rect place{at.x, at.y, std::max(1.0f, std::floor(scale * wide)), std::max(1.0f, std::floor(scale * tall))};
    TensorGrid grid;
    grid.maps = {of(values), 1, static_cast<int>(rules.cells[1]), static_cast<int>(rules.cells[2]), 1};
    grid.key = fmt::format("features.relu.{}", i);
    grid.version = version_ * 4096 + static_cast<uint64_t>(channel);
    grid.scale = scale_of(grid.maps, ScaleScope::map, true);
    if (i > 0 && limit > 0) grid.scale.limits = {limit};  // of all rules one scale: what one cuts off is seen
    grid.layout.shown = grid.layout.per_line = grid.layout.lines = 1;
    grid.layout.width = place.w, grid.layout.height = place.h, grid.layout.gap = 0;
    grid.numbers = false;
    grid.tone = i == 0 ? Concept::activation : Concept::gradient;
    grid.name = [name = std::string(labels[i])](int64_t) { return std::string(tr(std::string_view(name))); };
    const TensorAnswer hit = draw_tensor_grid(ui, labels[i], place, grid);
    if (hit.hovered) {
      cell = int64_t{hit.row} * rules.cells[2] + hit.column;
      note = hit.note;
    }
    places.push_back(place);
  }
  if (drawn && words.y > area.y) words.y = places[0].bottom() + 6;
  const int64_t row = cell / rules.cells[2], column = cell % rules.cells[2];
  for (const Rect& place : places) {
    const float cw = place.w / wide, ch = place.h / tall;
    const Rect mark{place.x + cw * static_cast<float>(column), place.y + ch * static_cast<float>(row), cw, ch};
    ui.stroke(mark.inset(-1.5f), theme.accent, 1, 1.5f);
  }
  const float x = of(rules.x)[static_cast<size_t>(cell)];
  const auto line = [&](std::string_view name, const std::string& text, Color color) {
    Rect at = words.cut_top(kLine);
    ui.label(at.cut_left(76), name, Font::caption, theme.secondary);
    ui.label(at, ui.fitted(text, Font::caption, at.w), Font::caption, color);
  };
  line(format_tr("cell {} {}", row, column), fmt::format("x = {:.3g}", x), theme.activation);
  for (size_t i = 0; i < kBackwardRules.size(); ++i) {
    line(tr(std::string_view(rule_name(kBackwardRules[i]))),
         rule_words(kBackwardRules[i], x, of(rules.arrives[i])[static_cast<size_t>(cell)],
                    of(rules.passes[i])[static_cast<size_t>(cell)]),
         theme.gradient);
  }
}

}  // namespace striate
