// The view `step`, phase loss, class by class: how the share of one class comes from all logits, term by term. The
// class is the one under the mouse, or the chosen one (train.step.class), or the followed sample's own.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/pages/train/step_view.h"
#include "app/widgets/tap_colors.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr int kMaxChips = 49;
const char* const kUnknown = "\u2026";

}  // namespace

int StepView::chosen_class(const TrainSnapshot& now) const {
  const auto classes = static_cast<int>(now.data->classes().size());
  if (hover_.in("class") && hover_.row < classes) return hover_.row;
  if (state_.of_class >= 0) return std::min(state_.of_class, classes - 1);
  if (!now.batch) return 0;
  return std::clamp(static_cast<int>(now.batch->labels[static_cast<size_t>(sample(now))]), 0, classes - 1);
}

SoftmaxWalk StepView::softmax_walk(const TrainSnapshot& now, int of) const {
  if (now.config->loss != "cross-entropy") {
    throw Error("this loss has no softmax", "softmax belongs to cross-entropy: train.loss cross-entropy");
  }
  const TensorValues* logits = now.tensor(TensorKind::activation, node_name(now, now.architecture->size() - 1));
  if (logits == nullptr || !now.batch) throw Error("there is no batch yet", "train one step: train.step batch");
  const auto n = static_cast<int>(now.batch->labels.size());
  const int k = n > 0 ? static_cast<int>(logits->values.size()) / n : 0;
  if (of >= k) throw Error("the output is of another batch", "train one step: train.step batch");
  return walk_softmax(logits->values.data() + int64_t{1} * sample(now) * k, k, of);
}

// The whole way in one line, for the stage: where the inspector is too low for all of it.
std::string StepView::softmax_line(const TrainSnapshot& now) const {
  const int of = chosen_class(now);
  const SoftmaxWalk walk = softmax_walk(now, of);
  const auto text = [](float v) { return significant_text(static_cast<double>(v), 5); };
  return format_tr("class {}: e^({} - {}) / {} = {} / {} = {}; \u2212ln of it = {}",
                   now.data->classes()[static_cast<size_t>(of)], text(walk.z),
                   walk.largest < 0 ? "(" + text(walk.largest) + ")" : text(walk.largest), text(walk.sum),
                   text(walk.terms[static_cast<size_t>(of)]), text(walk.sum), text(walk.share), text(walk.minus_log));
}

void StepView::draw_softmax_rows(Ui& ui, const TrainSnapshot& now, bool known) const {
  const int of = chosen_class(now);
  const auto classes = static_cast<int>(now.data->classes().size());
  SoftmaxWalk walk;
  if (known) {
    walk = softmax_walk(now, of);
  } else {
    walk.terms.resize(static_cast<size_t>(classes));
  }
  const auto count = static_cast<int>(walk.terms.size());
  const auto value = [&](float v) { return known ? full_value(v) : std::string(kUnknown); };
  ui.section(format_tr("SOFTMAX OF CLASS {}", now.data->classes()[static_cast<size_t>(of)]));
  ui.row("its logit z", value(walk.z), Concept::activation);
  ui.row("z \u2212 the largest logit", value(walk.difference));
  ui.row("e to that", value(walk.terms[static_cast<size_t>(of)]), Concept::activation);
  ui.note("The sum of the same of every class:");
  std::vector<Term> factors;
  for (const float term : walk.terms) factors.push_back({static_cast<double>(term), 1});
  const double total = std::accumulate(walk.terms.begin(), walk.terms.end(), 0.0);
  PrintedSum printed = print_short(factors, nullptr, total);
  if (count > kMaxChips) {
    std::vector<int> order(walk.terms.size());
    std::iota(order.begin(), order.end(), 0);
    const int shown = std::min(count, 8);
    std::partial_sort(order.begin(), order.begin() + shown, order.end(), [&](int a, int b) {
      return walk.terms[static_cast<size_t>(a)] > walk.terms[static_cast<size_t>(b)];
    });
    for (int i = 0; i < shown; ++i) {
      const auto at = static_cast<size_t>(order[static_cast<size_t>(i)]);
      ui.row(format_tr("class {}", at), value(walk.terms[at]));
    }
    ui.note(format_tr("and {} more", count - shown));
  } else {
    SumRow row;
    row.columns = std::min(count, 4);
    row.lit = of;
    for (int i = 0; i < count; ++i) {
      const auto at = static_cast<size_t>(i);
      PrintedTerm& term = printed.terms[at];
      const double exponent = known ? std::log(static_cast<double>(walk.terms[at])) : 0;
      term.x = "e^" + (std::isfinite(exponent) ? significant_text(exponent, 2) : std::string("-\u221e"));
      term.w.clear();
      SumChip chip;
      chip.term = &term;
      chip.color = tap_color(i, count, ui.theme().dark);
      chip.about = fmt::format("{}: {}", now.data->classes()[at], value(walk.terms[at]));
      row.chips.push_back(std::move(chip));
    }
    const int under = sum_row(ui, "terms of the softmax", row);
    if (under >= 0) ui.found().cell = {"class", 0, under, 0};
  }
  ui.row("sum", known ? printed.result : std::string(kUnknown));
  ui.big_row("share: e to that / sum", value(walk.share), Concept::activation);
  ui.row("\u2212ln of the share", value(walk.minus_log), Concept::gradient);
  ui.begin_reserved("rounded terms");
  if (known && !printed.reproduces) {
    ui.note(format_tr("Rounded; exactly {}", exact_text(total)));
  } else if (known && printed.result != full_value(walk.sum)) {
    ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", full_value(walk.sum)));
  }
  ui.end_reserved(ui.height_of(
      [&] { ui.note(format_tr("Rounded so that what stands above adds up. Exactly {}.", "-0.0000000000")); }));
  if (const double e = now.config->label_smoothing; e > 0) {
    ui.note(
        format_tr("Labels are smoothed: the loss is {} times \u2212ln of the own class's share plus {} times that "
                  "of every class.",
                  rounded_text(1 - e, 4, true), rounded_text(e / std::max(1, count), 4, true)));
  }
}

}  // namespace striate
