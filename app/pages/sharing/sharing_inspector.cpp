// The inspector of the page sharing.
#include <fmt/format.h>

#include <cmath>

#include "app/pages/sharing/sharing_page.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {

void SharingPage::draw_inspector(Ui& ui) const {
  draw_move(ui);
  ui.hairline();
  if (of_neocognitron()) {
    draw_teaching(ui);
  } else {
    draw_learning(ui);
  }
}

void SharingPage::draw_move(Ui& ui) const {
  ui.section("DIGIT");
  ui.setting("sharing.digit", {.field = true});
  NumberSpec spec;
  spec.minimum = -kMostShift, spec.maximum = kMostShift, spec.decimals = 0, spec.step = 1;
  ui.number_field("to the right", state_.move.dx, spec, fmt::format("sharing.shift {{}} {}", state_.move.dy));
  ui.number_field("down", state_.move.dy, spec, fmt::format("sharing.shift {} {{}}", state_.move.dx));
  ui.setting("sharing.scale");
  ui.setting("sharing.turn");
  ui.button("As it was", "sharing.still", {.enabled = !state_.move.still()});
}

void SharingPage::draw_learning(Ui& ui) const {
  ui.section("LEARNING");
  ui.begin_flow();
  if (learning()) {
    ui.button("Pause", "sharing.pause", {.style = ButtonStyle::primary, .icon = Icon::pause});
  } else {
    ui.button("Learn", "sharing.start", {.style = ButtonStyle::primary, .icon = Icon::play});
  }
  ui.button("Begin anew", "sharing.restart", {.icon = Icon::reset, .enabled = moment_ && moment_->step > 0});
  ui.end_flow();
  const int64_t step = moment_ && moment_->of.start == start_ ? moment_->step : 0;
  ui.row("batches", until_ > step ? format_tr("{} of {}", step, until_) : std::to_string(step));
  if (moment_ && step > 0) {
    static constexpr const char* names[] = {N_("loss, dense"), N_("loss, local"), N_("loss, convolution")};
    for (size_t i = 0; i < 3; ++i) {
      ui.row(names[i], std::isnan(moment_->loss[i]) ? std::string("\u2013") : fmt::format("{:.3f}", moment_->loss[i]));
    }
  }
  ui.setting("sharing.data");
  ui.hairline();
  ui.section("SHARING");
  ui.setting("sharing.tie");
  ui.note(
      "The middle layer from one set of weights for all places to one for each of 28 \u00d7 28. Untied places begin "
      "with what they shared, tied ones with the weights of the one in their middle; who goes back before anything is "
      "learned has the old weights.");
  if (state_.view != 0) return;
  ui.hairline();
  ui.section("GRADIENTS");
  ui.setting("sharing.strongest");
  ui.setting("sharing.filter", {.field = true});
  const auto field = [&](std::string_view label, int value, int count, const std::string& prefix) {
    NumberSpec spec;
    spec.maximum = count - 1, spec.decimals = 0, spec.step = 1;
    ui.number_field(label, value, spec, prefix);
  };
  field(N_("row of the weight"), state_.tap_row, kSharingWindow, fmt::format("sharing.tap {{}} {}", state_.tap_column));
  field(N_("column of the weight"), state_.tap_column, kSharingWindow,
        fmt::format("sharing.tap {} {{}}", state_.tap_row));
  field(N_("row of the place"), state_.row, kSharingPlaces, fmt::format("sharing.place {{}} {}", state_.column));
  field(N_("column of the place"), state_.column, kSharingPlaces, fmt::format("sharing.place {} {{}}", state_.row));
}

void SharingPage::draw_teaching(Ui& ui) const {
  ui.section("NEOCOGNITRON");
  ui.begin_flow();
  ui.button("Learn 200 digits", "sharing.neocognitron.learn 200", {.style = ButtonStyle::primary, .icon = Icon::play});
  ui.button("Forget", "sharing.neocognitron.forget", {.icon = Icon::reset, .enabled = !acts_.empty()});
  ui.end_flow();
  ui.note(
      "Where something is seen and no cell answers, a plane is made from what is there. In S2 the winner of each plane "
      "also adds its window to the plane's weights. Only the planes of the last layer are told which digit they were "
      "made from.");
  ui.section("YOUR DIGIT");
  ui.setting("sharing.neocognitron.drawing");
  ui.note("Teach it the drawing as:");
  ui.begin_flow(4);
  for (int digit = 0; digit < 10; ++digit) {
    ui.push_id(fmt::format("teach {}", digit));
    ui.button(format_tr("a {}", digit), fmt::format("sharing.neocognitron.teach {}", digit),
              {.enabled = !pad_.empty()});
    ui.pop_id();
  }
  ui.button("Clear the pad", "sharing.neocognitron.draw clear", {.enabled = !pad_.empty()});
  ui.end_flow();
  ui.section("SELECTIVITY");
  ui.note("How alike a window must be to what a cell has learned: it answers where their cosine is above r/(1 + r).");
  static constexpr const char* names[] = {N_("r of S1"), N_("r of S2"), N_("r of S3")};
  const NeocognitronSettings usual = neocognitron_settings();
  for (size_t i = 0; i < 3; ++i) {
    NumberSpec spec;
    spec.minimum = 0.05, spec.maximum = 8, spec.logarithmic = true;
    spec.reset = static_cast<double>(usual.stages[i].selectivity);
    ui.slider(names[i], state_.selectivity[i], spec, fmt::format("sharing.neocognitron.selectivity S{}", i + 1));
  }
  draw_formulas(ui);
  if (neocognitron_ && neocognitron_->planes[0] > 0) {
    ui.row("numbers learned", fmt::format("{}", neocognitron_->weights));
    ui.row("learning took", fmt::format("{:.1f} s", neocognitron_->seconds));
  }
}

void SharingPage::draw_formulas(Ui& ui) const {
  ui.section("A WRONG FORMULA");
  ui.setting("sharing.neocognitron.formula");
  static constexpr const char* what[kNeocognitronFormulas] = {
      N_("Mistakes that public programs make which rebuild it. Choose one: it learns the same digits again, and is "
         "measured."),
      N_("The V-cell squares the window in place, and the S-cells then see u\u00b2. Black and white stay as they are, "
         "gray "
         "becomes fainter: no window is like its own memory any more."),
      N_("Without parentheses r/r + 1 is 2 for every r. No cosine is above 2: every S-cell is silent."),
      N_("(1 + e/h) \u2212 1 stands for (1 + e)/(1 + h) \u2212 1. No threshold is left: nearly every S-cell answers, "
         "and hardly "
         "a plane is made."),
      N_("All planes compute with the weights a of the first: they are one plane, and all answer to one feature.")};
  ui.note(what[static_cast<size_t>(state_.formula)]);
}

}  // namespace striate
