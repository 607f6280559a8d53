// What the network says to a drawing, and the numbers beside it: the view `draw`'s bars and inspector.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/pages/train/draw_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {

void DrawView::draw_answer(Ui& ui, Rect area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const Rect title = area.cut_top(24);
  const bool mine = answered(now);
  const bool other = !asked_;  // another probe is shown
  const bool cleared = asked_ && !has_content();
  const bool known = now.probe && !now.probe->probabilities.empty() && !cleared;
  const TrainProbe* probe = known && (mine || other) ? now.probe.get() : nullptr;
  const bool late = known && !probe;
  if (late) probe = now.probe.get();
  if (!probe || !now.data) {
    ui.label(title, tr("the network's answer"), Font::caption, theme.secondary);
    const bool none = !now.architecture;
    ui.next({area.x, area.y + 8, area.w, 60.0f});
    ui.paragraph(none            ? N_("No network yet: press **Start** below and draw while it learns.")
                 : has_content() ? N_("The answer is on its way.")
                                 : N_("Draw on the pad: it answers at every stroke."),
                 Font::control);
    return;
  }
  ui.label(title, other ? format_tr("answer to {}", probe_name(*probe)) : std::string(tr("the network's answer")),
           Font::caption, theme.secondary);
  const std::vector<std::string>& classes = now.data->classes();
  const auto count = std::min(classes.size(), probe->probabilities.size());
  // All classes in their order; of many the most likely ones.
  const std::string_view warning = tr("Softmax outputs: not the probability of being right.");
  const float words = ui.paragraph_height(warning, area.w, Font::caption);
  const float least = 14.0f;
  const auto fits = static_cast<size_t>(std::max(1.0f, (area.h - words - 6) / least));
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  if (count > fits) {
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return probe->probabilities[a] > probe->probabilities[b]; });
    order.resize(fits);
  }
  const float row = std::min((area.h - words - 6) / static_cast<float>(order.size()), 30.0f);
  float wide = 0;
  for (const size_t k : order) wide = std::max(wide, ui.measure(Font::control, classes[k]).x);
  wide = std::min(wide + 10, area.w * 0.38f);
  const float digits = ui.measure(Font::number, "0.000").x + 8;
  const auto best = static_cast<size_t>(std::max(0, probe->predicted()));
  for (const size_t k : order) {
    Rect line = area.cut_top(row);
    const float p = probe->probabilities[k];
    const Color tone = late ? theme.secondary : k == best ? theme.activation : theme.text;
    ui.label(line.cut_left(wide), classes[k], k == best && !late ? Font::strong : Font::control, tone);
    ui.label(line.cut_right(digits), std::isfinite(p) ? number_text(p, 3) : "nan", Font::number, tone, Align::right);
    const float high = std::min(line.h - 4, 14.0f);
    const Rect track{line.x, line.y + (line.h - high) / 2, line.w, high};
    ui.fill(track, theme.raised, 3);
    const float share = std::isfinite(p) ? ui.ease(fmt::format("draw.bar.{}", k), p, 0.2f) : 0;
    const Rect bar{track.x, track.y, track.w * share, track.h};
    ui.fill(bar, faded(k == best ? theme.activation : theme.secondary, late ? 0.4f : 1), 3);
    if (static_cast<int>(k) == probe->label) ui.stroke(track.inset(-1), theme.input, 4, 1.5f);
  }
  area.cut_top(6);
  ui.next({area.x, area.y, area.w, words});
  ui.note(warning);
}

void DrawView::draw_inspector(Ui& ui, const TrainSnapshot& now) const {
  if (!takes_pictures(reader_of(now).input)) return;
  const std::vector<InputStage>& stages = shown_stages(now);
  ui.section("DRAWING");
  // The same rows before it is answered: the pen's slider doesn't move away from under the hand.
  std::string taken_for = "-", output = "-";
  if (has_content() && answered(now) && now.data) {
    const TrainProbe& probe = *now.probe;
    const auto best = static_cast<size_t>(probe.predicted());
    taken_for = now.data->classes()[best];
    output = number_text(probe.probabilities[best], 3);
  }
  ui.big_row("taken for", taken_for, Concept::activation);
  ui.row("its softmax output", output);
  ui.setting("train.draw.width");
  ui.setting("train.draw.nearest");
  ui.begin_flow();
  ui.button("Use the open picture", "train.draw.image",
            {.icon = Icon::picture, .enabled = scene_.context.document.image != nullptr});
  if (has_content() && !asked_) ui.button("Use the drawing", "train.draw probe");
  ui.end_flow();
  draw_nearest_rows(ui);
  ui.hairline();
  ui.section("WHAT THE NETWORK RECEIVES");
  const FoundCell& pixel = ui.found().cell;  // the stage was drawn before
  const bool hovers = pixel.in("stage") && pixel.channel < static_cast<int>(stages.size());
  if (hovers) {
    const auto i = static_cast<size_t>(pixel.channel);
    const InputStage& stage = stages[i];
    ui.paragraph(fmt::format("**{}** {}", tr(std::string_view(stage.title)), tr(std::string_view(stage.words))),
                 Font::control);
    if (pixel.column < stage.shape[2] && pixel.row < stage.shape[1]) {
      std::string value;
      for (int64_t c = 0; c < stage.shape[0]; ++c) {
        const int64_t at = (c * stage.shape[1] + pixel.row) * stage.shape[2] + pixel.column;
        value += (c ? " " : "") + number_text(static_cast<double>(stage.pixels[static_cast<size_t>(at)]), 3);
      }
      ui.row(format_tr("row {}, column {}", pixel.row, pixel.column), value, Concept::input);
    }
  } else if (&stages != &input_.stages) {
    const bool prepared = now.probe->stages && now.probe->stages->size() > 1;
    ui.note(prepared ? format_tr("The network reads {}, prepared as a drawing is. Draw on the pad, and it reads your "
                                 "drawing.",
                                 probe_name(*now.probe))
                     : format_tr("The network reads {}. Draw on the pad, and it reads your drawing.",
                                 probe_name(*now.probe)));
  } else if (input_.as_digit) {
    ui.note(
        "As MNIST's digits were made: the box around the ink, fitted into 20 \u00d7 20, laid into 28 \u00d7 28 with "
        "its "
        "center of mass in the middle. Hover a picture for its numbers.");
  } else {
    ui.note("The middle part, resized to the network's input. Hover a picture for its numbers.");
  }
  if (!now.normalization.empty() && now.normalization.mean.size() == 1) {
    ui.note(format_tr(
        "Then every pixel x becomes (x \u2212 {}) / {}: mean and standard deviation of the training pictures.",
        significant_text(static_cast<double>(now.normalization.mean[0]), 3),
        significant_text(static_cast<double>(now.normalization.stddev[0]), 3)));
  } else if (!now.normalization.empty()) {
    ui.note("Then each channel is shifted and scaled by mean and standard deviation of the training pictures.");
  }
  ui.hairline();
}

}  // namespace striate
