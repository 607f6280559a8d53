// The stage of page `transfer`: the two sides with their layers and locks, and below them one of three views.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/network_words.h"
#include "app/pages/transfer/transfer.h"
#include "app/pages/transfer/transfer_draw.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kTabs = 34;
constexpr float kLeastView = 150;

void draw_lock(Ui& ui, Vec center, float size, bool closed, Color color) {
  const float w = size * 0.8f, h = size * 0.55f;
  const Rect body{center.x - w / 2, center.y, w, h};
  ui.fill(body, color, 1.5f);
  const float r = w * 0.32f;
  const float lift = closed ? 0 : size * 0.16f;
  ui.draw().PathArcTo({center.x, body.y - size * 0.08f - lift}, r, -3.14159265f, closed ? 0.0f : -0.6f, 10);
  ui.draw().PathStroke(color, 0, std::max(1.0f, size * 0.14f));
  ui.line({center.x - r, body.y - size * 0.08f - lift}, {center.x - r, body.y}, color, std::max(1.0f, size * 0.14f));
  if (closed)
    ui.line({center.x + r, body.y - size * 0.08f}, {center.x + r, body.y}, color, std::max(1.0f, size * 0.14f));
}

}  // namespace

std::string accuracy_text(const StudyResult& result) {
  const std::string mean = fmt::format("{:.1f} %", 100 * result.mean);
  return result.seeds > 1 ? fmt::format("{} \u00b1 {:.1f}", mean, 100 * result.spread) : mean;
}

void TransferPage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(20, 12);
  const bool own = state_.view == "own";
  if (own && (failed_ || !moment_)) {
    ui.next(rest.cut_top(kTabs));
    ui.setting("transfer.view", {.tabs = true});
    rest.cut_top(8);
    if (failed_) {
      ui.begin_panel("why not", rest.cut_top(std::min(rest.h * 0.3f, 4 * ui.text_size(Font::body))), 0);
      ui.error_note(failed_->what(), failed_->hint());
      ui.end_panel();
      rest.cut_top(8);
    }
    draw_own(ui, rest);
    return;
  }
  if (failed_) {
    ui.begin_panel("why not", rest, 0);
    ui.error_note(failed_->what(), failed_->hint());
    ui.end_panel();
    return;
  }
  if (!moment_) {
    ui.begin_panel("being opened", rest.centered(std::min(rest.w, 420.0f), 90.0f), 0, false);
    ui.progress(tr("Base and pictures are being opened"), -1, "");
    ui.end_panel();
    return;
  }
  const float least = ui.text_size(Font::caption) * 1.35f;
  const float side = std::min(8 * least + 96, std::max(rest.h * 0.5f, 5 * least + 60));
  // Short of room, on a projector for one, the sides give up their rows before the views give up theirs: a lesson
  // asks for what stands in them.
  const float views = kTabs + kLeastView + 18;
  // Shorter still, beside a lesson for one, a side is its name, its number and its locks.
  const float short_side = 4 * least + 52, shortest_side = 1.5f * least + 46;
  const bool tight = rest.h < short_side + views + 2 * least;
  Rect sides = rest.cut_top(tight ? shortest_side : std::min(side, std::max(rest.h - views, short_side)));
  const float half = std::floor((sides.w - 16) / 2);
  draw_side(ui, sides.cut_left(half), true, note);
  sides.cut_left(16);
  draw_side(ui, sides, false, note);
  rest.cut_top(10);
  if (rest.h > kTabs + 40) {
    ui.next(rest.cut_top(kTabs));
    ui.setting("transfer.view", {.tabs = true});
    rest.cut_top(8);
    if (state_.view == "examples") {
      draw_examples(ui, rest, note);
    } else if (state_.view == "space") {
      draw_space(ui, rest, note);
    } else if (own) {
      draw_own(ui, rest);
    } else {
      draw_curves(ui, rest, note);
    }
  }
  draw_hover_note(ui, note);
}

void TransferPage::draw_side(Ui& ui, Rect area, bool scratch, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const TransferMoment& now = *moment_;
  const TransferMoment::Side& side = scratch ? now.scratch : now.transfer;
  const Color tone = side_color(theme, scratch);
  ui.fill(area, theme.surface, 6);
  ui.fill({area.x, area.y, area.w, 3}, tone, 2);
  Rect inside = area.inset(12, 8);
  const float line = ui.text_size(Font::caption) * 1.35f;
  const bool tight = area.h < 4 * line + 44;
  Rect title = inside.cut_top(line + 6);
  const std::string words(tr(scratch ? "From random weights" : N_("From a trained base")));
  // How good it is, or what it does.
  Rect score = tight ? title : inside.cut_top(line * 2);
  if (tight) score.cut_left(std::min(ui.measure(Font::strong, words).x + 16, score.w));
  ui.label(title, ui.fitted(words, Font::strong, title.w), Font::strong, theme.text);
  const bool features = !scratch && now.features_done >= 0;
  if (side.result.seeds > 0) {
    ui.label(score, accuracy_text(side.result), Font::heading, tone, tight ? Align::right : Align::left);
  } else {
    const char* state = !learning()          ? N_("has not learned yet")
                        : features           ? N_("features are being computed")
                        : !side.runs.empty() ? N_("learns")
                                             : N_("waits for its turn");
    ui.label(score, ui.fitted(tr(state), Font::caption, score.w), Font::caption, theme.secondary,
             tight ? Align::right : Align::left);
  }
  const std::string seeds = features ? format_tr("{} of {} pictures", now.features_done, now.facts.samples)
                            : side.result.seeds > 0 ? format_tr("{} of {} seeds, {} examples", side.result.seeds,
                                                                state_.seeds, now.of.settings.examples)
                                                    : "";
  if (tight) {
    // The picture below has the room.
  } else if (!seeds.empty() && inside.h > line) {
    ui.label(inside.cut_top(line), ui.fitted(seeds, Font::caption, inside.w), Font::caption, theme.secondary);
  } else {
    inside.cut_top(line);
  }
  inside.cut_top(4);
  const float rows = scratch ? 3 : 4;
  const float blocks = std::clamp(inside.h - rows * line - 6, 22.0f, 64.0f);
  draw_layers(ui, inside.cut_top(blocks), scratch, note);
  inside.cut_top(6);
  const auto row = [&](std::string_view name, const std::string& value, Color color) {
    if (inside.h < line - 2) return;
    Rect place = inside.cut_top(line);
    const float width = ui.measure(Font::caption, value).x + 8;
    ui.label(place.cut_right(width), value, Font::caption, color, Align::right);
    ui.label(place, ui.fitted(tr(name), Font::caption, place.w), Font::caption, theme.secondary);
  };
  const StudyFacts& facts = now.facts;
  if (scratch) {
    row(N_("trained parameters"), grouped(facts.scratch_parameters), theme.kernel);
    row(N_("multiply-adds per picture"), grouped(facts.scratch_multiply_adds), theme.text);
    row(N_("picture"), sizes_text(facts.tile), theme.text);
    return;
  }
  row(N_("trained parameters"), grouped(facts.trained_parameters), theme.kernel);
  row(N_("frozen parameters"), grouped(facts.frozen_parameters), theme.text);
  row(N_("multiply-adds per picture"), grouped(facts.multiply_adds), theme.text);
  if (facts.cached_layer.empty()) {
    row(N_("kept features"), std::string(tr("none")), theme.text);
  } else if (now.cached == 0) {
    row(N_("computed once"),
        share_text(static_cast<double>(facts.cached_multiply_adds) /
                   static_cast<double>(std::max<int64_t>(facts.multiply_adds, 1))),
        theme.text);
  } else {
    const double saved = static_cast<double>(now.saved_passes) * now.cached_seconds / static_cast<double>(now.cached);
    row(N_("saved by kept features"), fmt::format("{:.0f} s", saved), theme.activation);
  }
}

// One block for each layer with weights, as high as it has many; those of the base have a lock.
void TransferPage::draw_layers(Ui& ui, const Rect& area, bool scratch, HoverNote& note) const {
  const Theme& theme = ui.theme();
  std::vector<const StudyLayer*> layers;
  for (const StudyLayer& layer : scratch ? moment_->facts.scratch : moment_->facts.layers) {
    if (layer.parameters > 0) layers.push_back(&layer);
  }
  if (layers.empty()) return;
  const float step = std::min(area.w / static_cast<float>(layers.size()), 44.0f);
  const float gap = step > 10 ? 2 : 1;
  const auto block = [&](size_t i) {
    const float share = std::clamp(std::log10(static_cast<float>(layers[i]->parameters) + 1) / 7, 0.0f, 1.0f);
    const float height = std::max(18.0f, area.h * (0.4f + 0.6f * share));
    return Rect{area.x + static_cast<float>(i) * step, area.bottom() - height, step - gap, height};
  };
  for (size_t i = 0; i < layers.size(); ++i) {
    const StudyLayer& layer = *layers[i];
    const Rect place = block(i);
    const bool locks = !scratch && !layer.head, frozen = locks && is_frozen(layer);
    const std::string command =
        locks ? fmt::format("transfer.{} {}", frozen ? "unfreeze" : "freeze", layer.number) : std::string();
    const std::string label = fmt::format("{} {}",
                                          scratch ? "scratch layer"
                                          : locks ? "layer"
                                                  : "head layer",
                                          layer.number);
    const Response r = ui.interact(
        {place.x, area.y, place.w, area.h},
        {.label = label,
         .command = command,
         .kind = "lock",
         .enabled = locks && !layer.counts,
         .focusable = locks && !layer.counts,
         .tooltip = !locks         ? std::string_view(N_("This layer is trained"))
                    : layer.counts ? std::string_view(N_("A batch normalization of the base always stays"))
                    : frozen ? std::string_view(N_("Unfreezes this layer; drag over others to unfreeze them, too"))
                             : std::string_view(N_("Freezes this layer; drag over others to freeze them, too"))});
    Color color = frozen ? mixed(theme.raised, theme.secondary, 0.25f) : faded(theme.kernel, 0.85f);
    if (layer.head) color = theme.activation;
    ui.fill(place, color, 2);
    if (r.hovered) ui.stroke(place, theme.text, 2, 1);
    if (locks && step >= 8) {
      const float size = std::min(step - 3, 13.0f);
      draw_lock(ui, {place.x + place.w / 2, place.bottom() - size}, size, frozen,
                frozen ? theme.text : ink_on(theme.kernel));
    }
    if (!command.empty() && (r.pressed || (r.clicked && !r.released))) ui.send(command);
    if (r.held && locks && std::fabs(r.dragged.x) >= step) {
      // All that a drag passes becomes what the press made of the first one.
      const auto last = static_cast<int>(layers.size()) - 1, self = static_cast<int>(i);
      const int under = std::clamp(static_cast<int>((ui.input().mouse.x - area.x) / step), 0, last);
      for (int k = std::min(under, self); k <= std::max(under, self); ++k) {
        const StudyLayer& passed = *layers[static_cast<size_t>(k)];
        if (passed.head || passed.counts || is_frozen(passed) == frozen) continue;
        ui.send(fmt::format("transfer.{} {}", frozen ? "freeze" : "unfreeze", passed.number));
      }
    }
    if (r.keyboard) ui.draw_focus({place.x, area.y, place.w, area.h}, 2);
    if (!r.hovered) continue;
    note.title = layer.head ? format_tr("head, layer {}", layer.number) : format_tr("layer {}", layer.name);
    note.lines = {{"", layer.text, 0},
                  {std::string(tr("parameters")), grouped(layer.parameters), 0},
                  {std::string(tr("multiply-adds")), grouped(layer.multiply_adds), 0}};
    note.lines.push_back({"", std::string(tr(frozen ? N_("stays as it is") : N_("is trained"))), color});
    if (locks && !layer.counts) {
      note.hint = tr(frozen ? "click: unfreeze this layer" : N_("click: freeze this layer"));
      note.command = command;
    }
  }
}

}  // namespace striate
