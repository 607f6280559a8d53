// Curves of page `transfer`: how both sides learn, mean and spread over the seeds; and how good they are with how many
// examples.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "app/pages/transfer/transfer.h"
#include "app/pages/transfer/transfer_draw.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr float kTickSize = 13;

struct Axes {
  Rect plot;
  double left, right, low, high;
  bool log_x = false;
  Vec at(double x, double y) const {
    const double share = log_x ? std::log(x / left) / std::log(right / left) : (x - left) / (right - left);
    return {plot.x + static_cast<float>(share) * plot.w,
            plot.bottom() - static_cast<float>((std::clamp(y, low, high) - low) / (high - low)) * plot.h};
  }
};

void draw_axes(Ui& ui, const Axes& axes, bool percent, const std::vector<double>& xs) {
  const Theme& theme = ui.theme();
  for (const Tick& tick : ticks(axes.low, axes.high, axes.plot.h > 120 ? 5 : 2)) {
    const float y = axes.at(axes.left, tick.value).y;
    ui.line({axes.plot.x, y}, {axes.plot.right(), y}, theme.line);
    const std::string words = percent ? fmt::format("{:.0f} %", 100 * tick.value) : tick.text;
    ui.label(Rect{axes.plot.x - 52, y - 9, 46, 18}, words, Font::number, theme.secondary, Align::right, kTickSize);
  }
  for (const double x : xs) {
    const float at = axes.at(x, axes.low).x;
    ui.label(Rect{at - 24, axes.plot.bottom() + 2, 48, 18}, fmt::format("{:g}", x), Font::number, theme.secondary,
             Align::center, kTickSize);
  }
}

struct Band {
  double x = 0, mean = 0, spread = 0;
  int runs = 0;
};

// Of each epoch that was measured, over the runs that have come so far.
std::vector<Band> bands_of(const std::vector<StudyRun>& runs, float StudyEpoch::*field) {
  std::vector<Band> bands;
  size_t epochs = 0;
  for (const StudyRun& run : runs) epochs = std::max(epochs, run.epochs.size());
  for (size_t epoch = 0; epoch < epochs; ++epoch) {
    Band band{static_cast<double>(epoch + 1)};
    double squares = 0;
    for (const StudyRun& run : runs) {
      if (epoch >= run.epochs.size() || std::isnan(run.epochs[epoch].*field)) continue;
      const auto value = static_cast<double>(run.epochs[epoch].*field);
      ++band.runs, band.mean += value, squares += value * value;
    }
    if (band.runs == 0) continue;
    band.mean /= band.runs;
    band.spread =
        band.runs > 1 ? std::sqrt(std::max(0.0, (squares - band.runs * band.mean * band.mean) / (band.runs - 1))) : 0;
    bands.push_back(band);
  }
  return bands;
}

void draw_band(Ui& ui, const Axes& axes, const std::vector<Band>& bands, Color color, bool thin) {
  for (size_t i = 1; i < bands.size() && !thin; ++i) {
    const Band &a = bands[i - 1], &b = bands[i];
    const auto point = [&](const Band& band, double by) {
      const Vec p = axes.at(band.x, band.mean + by * band.spread);
      return ImVec2(p.x, p.y);
    };
    ui.draw().AddQuadFilled(point(a, -1), point(a, 1), point(b, 1), point(b, -1), faded(color, 0.22f));
  }
  std::vector<ImVec2> line;
  for (const Band& band : bands) {
    const Vec p = axes.at(band.x, band.mean);
    line.emplace_back(p.x, p.y);
  }
  if (line.size() == 1) ui.draw().AddCircleFilled(line[0], 3, color);
  ui.draw().AddPolyline(line.data(), static_cast<int>(line.size()), thin ? faded(color, 0.6f) : color, 0,
                        thin ? 1.2f : 2.4f);
}

Rect plot_in(Rect area) {
  area.cut_left(56);
  area.cut_right(10);
  area.cut_bottom(24);
  area.cut_top(6);
  return area;
}

void draw_legend(Ui& ui, const Rect& area) {
  float x = area.x;
  for (const bool scratch : {true, false}) {
    const std::string words(tr(scratch ? "from random weights" : N_("from a trained base")));
    ui.line({x, area.center().y}, {x + 16, area.center().y}, side_color(ui.theme(), scratch), 3);
    const float width = ui.measure(Font::caption, words).x;
    ui.label(Rect{x + 22, area.y, area.right() - x - 22, area.h}, words, Font::caption, ui.theme().text);
    x += width + 44;
  }
}

}  // namespace

void draw_features_progress(Ui& ui, const Rect& area, const TransferMoment& now) {
  ui.begin_panel("features", area.centered(std::min(area.w, 420.0f), 90.0f), 0, false);
  ui.progress(
      tr("The base looks at each picture once"),
      now.features_done < 0 ? -1.0f : static_cast<float>(now.features_done) / static_cast<float>(now.facts.samples),
      "transfer.pause");
  ui.end_panel();
}

void TransferPage::draw_curves(Ui& ui, Rect area, HoverNote& note) const {
  const TransferMoment& now = *moment_;
  if (now.scratch.runs.empty() && now.transfer.runs.empty()) {
    if (learning()) {
      draw_features_progress(ui, area, now);
    } else {
      ui.empty_state(area, Icon::play, "Nothing has learned yet",
                     format_tr("Press \u201cLearn\u201d {}: both sides see the same few pictures.", ui.at_the_right()));
    }
    return;
  }
  const float line = ui.text_size(Font::caption) * 1.35f;
  draw_legend(ui, area.cut_top(line + 4));
  const bool beside = area.w > 560 || area.h < 220;
  const float gap = 12;
  Rect first = beside ? area.cut_left((area.w - gap) / 2) : area.cut_top((area.h - gap) / 2);
  (beside ? area.cut_left(gap) : area.cut_top(gap));
  const struct {
    const char *title, *label;
    Rect place;
    bool percent;
  } plots[] = {{N_("loss on the examples, by epoch"), "loss curves", first, false},
               {N_("accuracy by epoch; thin: on the examples"), "accuracy curves", area, true}};
  for (const auto& each : plots) {
    Rect place = each.place;
    ui.label(place.cut_top(line), ui.fitted(tr(each.title), Font::caption, place.w), Font::caption,
             ui.theme().secondary);
    Axes axes{plot_in(place), 1, static_cast<double>(kStudyEpochs + (now.facts.tuned ? kTunedEpochs : 0)), 0, 1};
    if (axes.plot.h < 30 || axes.plot.w < 60) continue;
    std::vector<Band> bands[2], training[2];
    double top = 0.1;
    for (const bool scratch : {true, false}) {
      const std::vector<StudyRun>& runs = scratch ? now.scratch.runs : now.transfer.runs;
      bands[scratch] = bands_of(runs, each.percent ? &StudyEpoch::test : &StudyEpoch::loss);
      if (each.percent) training[scratch] = bands_of(runs, &StudyEpoch::training);
      for (const Band& band : bands[scratch]) top = std::max(top, band.mean + band.spread);
    }
    if (!each.percent) axes.high = top;
    draw_axes(ui, axes, each.percent, {1, 10, 20, 30, 40, 50});
    if (now.facts.tuned) {
      const float x = axes.at(kStudyEpochs + 0.5, 0).x;
      ui.line({x, axes.plot.y}, {x, axes.plot.bottom()}, faded(ui.theme().text, 0.4f));
    }
    ui.push_clip(axes.plot.inset(-4));
    for (const bool scratch : {true, false}) {
      draw_band(ui, axes, training[scratch], side_color(ui.theme(), scratch), true);
      draw_band(ui, axes, bands[scratch], side_color(ui.theme(), scratch), false);
    }
    ui.pop_clip();
    const Response r = ui.interact(axes.plot, {.label = each.label,
                                               .kind = "plot",
                                               .focusable = false,
                                               .tooltip = N_("Mean over the seeds, and around it their standard "
                                                             "deviation")});
    if (!r.hovered) continue;
    const double x =
        axes.left + static_cast<double>((ui.input().mouse.x - axes.plot.x) / axes.plot.w) * (axes.right - axes.left);
    note.title = format_tr("epoch {}", static_cast<int>(std::lround(x)));
    for (const bool scratch : {true, false}) {
      const Band* nearest = nullptr;
      for (const Band& band : bands[scratch]) {
        if (nearest == nullptr || std::fabs(band.x - x) < std::fabs(nearest->x - x)) nearest = &band;
      }
      if (nearest == nullptr || std::fabs(nearest->x - x) > 3) continue;
      note.lines.push_back(
          {std::string(tr(scratch ? "from random weights" : N_("from a trained base"))),
           each.percent ? fmt::format("{:.1f} %", 100 * nearest->mean) : fmt::format("{:.4f}", nearest->mean),
           side_color(ui.theme(), scratch)});
    }
  }
}

void TransferPage::draw_examples(Ui& ui, Rect area, HoverNote& note) const {
  const TransferMoment& now = *moment_;
  const Theme& theme = ui.theme();
  const float line = ui.text_size(Font::caption) * 1.35f;
  if (now.curve.empty()) {
    if (learning()) {
      draw_curves(ui, area, note);
    } else {
      ui.empty_state(
          area, Icon::play, "How many examples does it take?",
          format_tr("Press \u201cCurve\u201d {}: both sides learn from 1, 2, 5, 10, 20 and 50 of each class.",
                    ui.at_the_right()));
    }
    return;
  }
  draw_legend(ui, area.cut_top(line + 4));
  ui.label(area.cut_top(line),
           ui.fitted(tr("accuracy on all other pictures, over examples of each class; mean and spread of the seeds"),
                     Font::caption, area.w),
           Font::caption, theme.secondary);
  Axes axes{plot_in(area), 1, 50, 0, 1, true};
  if (axes.plot.h < 30 || axes.plot.w < 60) return;
  axes.right = std::max(50.0, static_cast<double>(now.curve.back().examples));
  std::vector<double> sizes(kStudySizes.begin(), kStudySizes.end());
  draw_axes(ui, axes, true, sizes);
  for (const bool scratch : {true, false}) {
    const Color color = side_color(theme, scratch);
    std::vector<ImVec2> points;
    for (const TransferMoment::Point& point : now.curve) {
      const StudyResult& result = scratch ? point.scratch : point.transfer;
      if (result.seeds == 0) continue;
      const auto x = static_cast<double>(point.examples);
      const Vec p = axes.at(x, result.mean);
      ui.line(axes.at(x, result.mean - result.spread), axes.at(x, result.mean + result.spread), faded(color, 0.5f), 5);
      points.emplace_back(p.x, p.y);
    }
    ui.draw().AddPolyline(points.data(), static_cast<int>(points.size()), color, 0, 2.4f);
    for (const ImVec2& point : points) ui.draw().AddCircleFilled(point, 5, color, 16);
  }
  const Response r = ui.interact(axes.plot, {.label = "accuracy over examples",
                                             .command = "transfer.examples",
                                             .kind = "plot",
                                             .tooltip = N_("Click a number of examples: that one is looked at")});
  if (r.keyboard) ui.draw_focus(axes.plot);
  const auto walk = [&](int by) {
    auto at = std::lower_bound(kStudySizes.begin(), kStudySizes.end(), state_.examples) - kStudySizes.begin() + by;
    at = std::clamp<std::ptrdiff_t>(at, 0, static_cast<std::ptrdiff_t>(kStudySizes.size()) - 1);
    ui.send(fmt::format("transfer.examples {}", kStudySizes[static_cast<size_t>(at)]));
  };
  if (r.keyboard && ui.take_key("Left")) walk(-1);
  if (r.keyboard && ui.take_key("Right")) walk(1);
  if (!r.hovered) return;
  const TransferMoment::Point* nearest = nullptr;
  float distance = 0;
  for (const TransferMoment::Point& point : now.curve) {
    const float away = std::fabs(axes.at(static_cast<double>(point.examples), 0).x - ui.input().mouse.x);
    if (nearest == nullptr || away < distance) nearest = &point, distance = away;
  }
  note.title = format_tr("{} examples of each class", nearest->examples);
  for (const bool scratch : {true, false}) {
    const StudyResult& result = scratch ? nearest->scratch : nearest->transfer;
    if (result.seeds == 0) continue;
    note.lines.push_back({std::string(tr(scratch ? "from random weights" : N_("from a trained base"))),
                          accuracy_text(result), side_color(theme, scratch)});
  }
  if (r.clicked) ui.send(fmt::format("transfer.examples {}", nearest->examples));
}

}  // namespace striate
