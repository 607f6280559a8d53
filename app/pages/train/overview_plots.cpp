// The view `overview`: curves of loss and accuracy, what is taken for what, units that stay silent.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/overview.h"
#include "app/widgets/confusion_grid.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
void OverviewView::draw_curves(Ui& ui, Rect area, const Places& p, const TrainSnapshot& now, HoverNote& note) const {
  Rect loss = area.cut_top(p.caption + std::round((area.h - 2 * p.caption - p.gap) * 0.56f)), accuracy = area;
  accuracy.cut_top(p.gap);
  const float caption = p.caption;
  const Theme& theme = ui.theme();
  // Controls at the right end of the caption.
  Rect head = loss.cut_top(caption);
  const float high = 22.0f;
  const auto control = [&](float wide) {
    Rect at = head.cut_right(wide);
    head.cut_right(6);
    return Rect{at.x, at.center().y - high / 2, at.w, high};
  };
  const auto room = [&](const char* words, float least) {
    return std::max(least, (ui.measure(Font::control, words).x + 12.0f) / 1.0f);
  };
  ui.next(control(room(tr("log"), 44)));
  ui.button("log", log_->next_line(), {.style = ButtonStyle::quiet, .selected = look_.log});
  // Every step, or the mean of 5, 20, 100: the next one.
  const int next_smoothing = look_.smoothing < 5 ? 5 : look_.smoothing < 20 ? 20 : look_.smoothing < 100 ? 100 : 1;
  const std::string smoothing =
      look_.smoothing > 1 ? format_tr("mean of {}", look_.smoothing) : std::string(tr("every step"));
  ui.next(control(room(smoothing.c_str(), 92)));
  ui.button(look_.smoothing > 1 ? fmt::format("mean of {}", look_.smoothing) : std::string("every step"),
            fmt::format("train.curves.smooth {}", next_smoothing),
            {.style = ButtonStyle::quiet,
             .selected = look_.smoothing > 1,
             .tooltip = N_("What the line of the training batches is: every step, or the mean of its last steps. Click "
                           "for another."),
             .words = smoothing});
  draw_caption(ui, head, {"", tr("loss"), now.config ? now.config->loss : std::string(), theme.text});

  CurvePlot plot;
  plot.begin = std::min(0.0, static_cast<double>(curves_.first()) - 1);
  if (curves_.first() > 1) plot.begin = curves_.first() - 1;
  plot.last = std::max(static_cast<double>(now.newest_step), plot.begin + 1);
  plot.window = look_.window;
  plot.shown = static_cast<double>(now.step);
  plot.smoothing = look_.smoothing;
  plot.window_command = "train.curves.window";
  plot.pick_command = "train.scrub";
  plot.pick_hint = tr("click: show this step; wheel: zoom; double-click: all");
  plot.pick_keys = "Left, Right";
  plot.pending = &pending_[0];
  plot.hovered_at = hovered_step_;
  const auto color_of = [&](const std::string& split) {
    return split == "test" ? theme.kernel : split == "validation" ? theme.bias : theme.input;
  };
  const auto series_of = [&](const CurveStore& store, bool is_loss, bool other) {
    CurveSeries training;
    training.name = other ? tr("other") : tr("training");
    training.color = other ? faded(theme.input, 0.75f) : theme.input;
    training.dense = is_loss ? &store.loss() : &store.accuracy();
    training.first = store.first();
    training.dashed = other;
    if (training.dense->size() > 0) plot.series.push_back(training);
    for (const auto& [split, points] : store.splits()) {
      if (split == "training") continue;
      CurveSeries series;
      series.name =
          other ? format_tr("other: {}", tr(std::string_view(split))) : std::string(tr(std::string_view(split)));
      series.color = color_of(split);
      series.points = is_loss ? &points.loss : &points.accuracy;
      series.dashed = other;
      plot.series.push_back(series);
    }
  };
  series_of(curves_, true, false);
  if (now.other) series_of(other_, true, true);
  plot.log = look_.log;
  const CurveAnswer first = draw_curve_plot(ui, "loss curve", loss, plot);

  plot.series.clear();
  plot.log = false, plot.percent = true;
  plot.pending = &pending_[1];
  series_of(curves_, false, false);
  if (now.other) series_of(other_, false, true);
  draw_caption(ui, accuracy.cut_top(caption), {"", tr("accuracy"), tr("share of right answers"), theme.text});
  const CurveAnswer second = draw_curve_plot(ui, "accuracy curve", accuracy, plot);
  if (first.hovered) note = first.note;
  if (second.hovered) note = second.note;
  const double step = first.hovered ? first.at : second.hovered ? second.at : -1;
  if (step >= 0) ui.found().numbers["overview.step"] = step;
}

void OverviewView::draw_confusion(Ui& ui, Rect area, float caption, const TrainSnapshot& now, HoverNote& note) {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(caption);
  if (!now.test) {
    draw_caption(ui, head, {"", tr("what is taken for what"), "", theme.text});
    const float side = std::min(area.w, area.h - 12.0f);
    return draw_waiting(
        ui, {area.x, area.y, area.w, std::max(side, 60.0f)},
        now.step > 0 ? N_("the test pictures are being looked at") : N_("comes with the first measurement"));
  }
  const TrainTest& test = *now.test;
  draw_caption(ui, head,
               {"", tr("what is taken for what"),
                format_tr("{}, step {}", tr(std::string_view(test.split)), grouped(test.step)), theme.text});
  ConfusionGrid grid;
  grid.classes = test.evaluation.classes;
  grid.counts = test.evaluation.confusion;
  if (now.data) grid.names = now.data->classes();
  grid.command = ui.registry().find_command("train.tests.open") ? "train.tests.open" : "";
  grid.hint = tr("blue is right, orange is wrong; click: see these pictures");
  area.h -= 6.0f;
  const ConfusionAnswer answer = striate::draw_confusion(ui, "confusion", area, grid);
  if (answer.hovered) note = answer.note;
  // What the colors mean, where cells leave room for it.
  const float under = answer.cells.bottom() + 3.0f;
  if (!answer.cells.empty() && area.bottom() - under >= 17.0f) {
    draw_confusion_colors(ui, {answer.cells.x, under, area.right() - answer.cells.x, 20.0f});
  }
}

void OverviewView::draw_dead(Ui& ui, Rect area, float caption, const TrainSnapshot& now,
                             const NetworkFigures& figures) const {
  const Theme& theme = ui.theme();
  const Rect head = area.cut_top(caption);
  draw_caption(ui, head, {"", tr("silent units"), tr("0 on the whole batch"), theme.text});
  if (now.dead_units.empty()) {
    return draw_waiting(ui, {area.x, area.y, area.w, 24.0f}, N_("are counted with the first step"));
  }
  // The three layers with the largest share of them.
  std::vector<const DeadUnits*> worst;
  for (const DeadUnits& units : now.dead_units) worst.push_back(&units);
  const auto share = [](const DeadUnits& units) {
    return units.units > 0 ? static_cast<double>(units.dead) / static_cast<double>(units.units) : 0;
  };
  std::stable_sort(worst.begin(), worst.end(),
                   [&](const DeadUnits* a, const DeadUnits* b) { return share(*a) > share(*b); });
  worst.resize(std::min<size_t>(worst.size(), 3));
  std::sort(worst.begin(), worst.end(), [](const DeadUnits* a, const DeadUnits* b) { return a->node < b->node; });
  for (const DeadUnits* units : worst) {
    Rect line = area.cut_top(20);
    const std::string count = format_tr("{} of {}", units->dead, units->units);
    const LayerFacts& layer = figures.layer(units->node);
    // A name that somebody gave says enough; a number does not.
    const bool number = layer.name.find_first_not_of("0123456789") == std::string::npos;
    const std::string name = number ? format_tr("{} (layer {})", layer.kind, layer.name) : layer.name;
    const float named = std::max(112.0f, std::min(ui.measure(Font::caption, name).x + 4, line.w - 130.0f));
    ui.label(line.cut_left(named), name, Font::caption, theme.secondary);
    ui.label(line.cut_right(84), count, Font::caption, theme.text, Align::right);
    const Rect bar{line.x + 8, std::round(line.center().y - 3), std::max(0.0f, line.w - 20), 6};
    ui.fill(bar, theme.raised, 3);
    ui.fill({bar.x, bar.y, bar.w * static_cast<float>(share(*units)), bar.h}, theme.kernel, 3);
  }
}

}  // namespace striate
