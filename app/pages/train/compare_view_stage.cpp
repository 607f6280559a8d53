// What the view `compare` shows: the curves of both runs over each other, the filters of both and their difference.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/train/compare_view.h"
#include "app/pages/train/figure_parts.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/tensor_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

constexpr float kName = 84;  // the width of what a row is
constexpr const char* kOther = N_("the other");

float largest(const std::vector<float>& values) {
  float most = 0;
  for (const float value : values) most = std::max(most, std::isfinite(value) ? std::fabs(value) : 0.0f);
  return most;
}

// How the weights of a layer are laid out as small pictures.
struct FilterMaps {
  int64_t count = 0;
  int64_t planes = 1;
  int width = 1, height = 1;
};
FilterMaps maps_of(const Shape& weights, const Shape& input) {
  FilterMaps maps;
  maps.count = weights[0];
  if (weights.rank() == 4) {
    maps.planes = weights[1];
    maps.height = static_cast<int>(weights[2]);
    maps.width = static_cast<int>(weights[3]);
  } else if (input.rank() == 3 && weights[1] == input.count()) {  // a dense layer over pictures: a weight per pixel
    maps.planes = input[0];
    maps.height = static_cast<int>(input[1]);
    maps.width = static_cast<int>(input[2]);
  } else {
    maps.width = static_cast<int>(weights[1]);
  }
  return maps;
}

// One run's: smaller where they would not all fit, but not too small to be seen; of many slices the first.
MapLayout row_of(const FilterMaps& maps, float width, float height) {
  MapLayout layout = slice_layout(maps.count, 1, maps.height, maps.width, width - kName, height, 28, height, 6);
  if (maps.planes != 3) layout.slices = maps.planes;
  return layout;
}

}  // namespace

void CompareView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!now.architecture) {
    ui.empty_state(area, Icon::play, "Nothing to compare yet",
                   "Press Start: a second run can then be set beside this one.");
    return;
  }
  if (!now.other) {
    ui.empty_state(area, Icon::plus, "One run so far",
                   format_tr("Choose one thing to change, {}. A second run begins at the same start, with "
                             "everything else the same, and follows this one step by step.",
                             ui.at_the_right()));
    return;
  }
  HoverNote note;
  Rect room = area.inset(20, 12);
  // Which is which, once, in its color.
  const Theme& theme = ui.theme();
  Rect legend = room.cut_top(26);
  for (const bool other : {false, true}) {
    const std::string words = other ? now.other_change : std::string(tr(kThisRun));
    const float wide = ui.measure(Font::strong, words).x;
    const Rect line = legend.cut_left(26);
    if (other) {
      for (int i = 0; i < 3; ++i) {
        ui.fill({line.x + static_cast<float>(i) * 8, line.center().y - 1, 5, 2.5f}, tone_of(theme, true));
      }
    } else {
      ui.fill({line.x, line.center().y - 1, 21, 2.5f}, tone_of(theme, false));
    }
    ui.label(legend.cut_left(std::min(wide + 28, legend.w)), words, Font::strong, tone_of(theme, other));
  }
  if (now.other->error && now.other->step != now.step) {
    ui.label(legend, format_tr("stopped at step {}: it could not go on", grouped(now.other->step)), Font::strong,
             theme.warning, Align::right);
  } else if (now.other->step != now.step) {
    ui.label(legend, format_tr("catching up: step {}", grouped(now.other->step)), Font::caption, theme.secondary,
             Align::right);
  }
  // What of both is shown.
  float tabs = 0;
  for (const char* each : {N_("curves"), N_("weights"), N_("pictures")})
    tabs += ui.measure(Font::control, tr(each)).x + 28;
  Rect choice = room.cut_top(36);
  ui.next(choice.cut_left(std::min(tabs, choice.w)).centered(std::min(tabs, choice.w), 32.0f));
  ui.setting("train.compare.show");
  room.cut_top(8);
  if (look_.show != Show::curves) {
    if (look_.show == Show::weights) {
      draw_weights(ui, room, now, note);
    } else {
      draw_different(ui, room, now, note);
    }
    draw_hover_note(ui, note);
    return;
  }
  const bool high = room.h > 300.0f;
  draw_plots(ui, room.cut_top(high ? room.h * 0.56f : room.h), now, note);
  if (high) {
    room.cut_top(14);
    draw_filters(ui, room, now, note);
  }
  draw_hover_note(ui, note);
}

void CompareView::draw_plots(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) const {
  const Theme& theme = ui.theme();
  Rect left = area;
  Rect right = left.cut_right((area.w - 24) / 2);
  left.cut_right(24);
  const std::string part = now.test ? now.test->split : "test";
  for (const bool accuracy : {false, true}) {
    Rect room = accuracy ? right : left;
    const std::string words = tr(accuracy ? of_part(part, N_("accuracy on the test part; faint: training batches"),
                                                    N_("accuracy on the validation part; faint: training batches"),
                                                    N_("accuracy on the training part; faint: training batches"))
                                          : of_part(part, N_("loss on the test part; faint: training batches"),
                                                    N_("loss on the validation part; faint: training batches"),
                                                    N_("loss on the training part; faint: training batches")));
    ui.label(room.cut_top(24), words, Font::caption, theme.secondary);
    CurvePlot plot;
    // The batches first: what is measured on the part lies over them.
    for (const bool batches : {true, false}) {
      for (const bool other : {false, true}) {
        const CurveStore& store = other ? others_ : mine_;
        CurveSeries series;
        series.name = std::string(tr(other ? kOther : kThisRun)) + (batches ? std::string(", ") + tr("batches") : "");
        series.color = batches ? faded(tone_of(theme, other), 0.35f) : tone_of(theme, other);
        series.dashed = other;
        series.unnamed = batches;
        series.first = store.first();
        if (batches) {
          series.dense = accuracy ? &store.accuracy() : &store.loss();
        } else {
          const auto found = store.splits().find(part);
          if (found == store.splits().end()) continue;
          series.points = accuracy ? &found->second.accuracy : &found->second.loss;
        }
        plot.series.push_back(std::move(series));
      }
    }
    plot.smoothing = static_cast<int>(std::clamp<int64_t>(mine_.loss().size() / 50, 1, 1000));
    plot.begin = static_cast<double>(now.first_step);
    plot.last = static_cast<double>(std::max<int64_t>(now.newest_step, 1));
    plot.window = look_.window;
    plot.shown = static_cast<double>(now.step);
    plot.percent = accuracy;
    plot.hovered_at = hovered_at_;
    plot.window_command = "train.compare.window";
    plot.pick_command = "train.scrub";
    plot.pick_hint = tr("click: show this step");
    const CurveAnswer answer = draw_curve_plot(ui, accuracy ? "accuracy of both" : "loss of both", room, plot);
    if (answer.hovered) {
      ui.found().numbers["compare.step"] = answer.at;
      note = answer.note;
    }
  }
}

void CompareView::draw_filters(Ui& ui, const Rect& area, const TrainSnapshot& now, HoverNote& note) {
  const Theme& theme = ui.theme();
  const TensorValues* a = first_weights(now);
  const TensorValues* b = first_weights(*now.other);
  if (!a || !b) {
    ui.label(Rect{area.x, area.y, area.w, 24.0f}, tr("the weights are on their way"), Font::caption, theme.secondary);
    return;
  }
  const bool same = a->tensor.shape == b->tensor.shape;
  const float most = std::max(largest(a->values), largest(b->values));
  Rect room = area;
  const Rect title = room.cut_top(24);
  TensorValues difference{a->tensor, {}};
  float apart = 0;
  if (same) {
    for (size_t i = 0; i < a->values.size(); ++i) difference.values.push_back(b->values[i] - a->values[i]);
    apart = largest(difference.values);
  }
  const std::string layer = a->tensor.name.substr(0, a->tensor.name.rfind('.'));  // of "0.weight"
  std::string words = format_tr("weights of layer {} \u00b7 both on one scale, \u00b1{}", layer,
                                significant_text(static_cast<double>(most), 2));
  words += " \u00b7 " + (same ? format_tr("difference \u00b1{}", significant_text(static_cast<double>(apart), 2))
                              : std::string(tr("the networks differ: there is no difference to show")));
  if (maps_of(a->tensor.shape, now.architecture->input()).planes == 3)
    words += std::string(" \u00b7 ") + tr("gray is 0");
  ui.label(title, words, Font::caption, theme.secondary);
  const float rows = same ? 3 : 2;
  const FilterMaps maps = maps_of(a->tensor.shape, now.architecture->input());
  const float high = row_of(maps, room.w, std::min((room.h - (rows - 1) * 8) / rows, 96.0f)).total_height();
  draw_row(ui, room.cut_top(high), kThisRun, tone_of(theme, false), now, *a, most, note);
  room.cut_top(8);
  draw_row(ui, room.cut_top(high), kOther, tone_of(theme, true), *now.other, *b, most, note);
  if (!same) return;
  room.cut_top(8);
  draw_row(ui, room.cut_top(high), N_("difference"), theme.text, now, difference, apart, note);
}

void CompareView::draw_row(Ui& ui, Rect area, const std::string& what, Color tone, const TrainSnapshot& now,
                           const TensorValues& values, float most, HoverNote& note) {
  const FilterMaps maps = maps_of(values.tensor.shape, now.architecture->input());
  const bool colors = maps.planes == 3;
  TensorGrid grid;
  grid.maps = {values.values, colors ? maps.count : maps.count * maps.planes, maps.height, maps.width, colors ? 3 : 1};
  grid.key = "compare." + what;
  grid.version = now.version;
  grid.scale = {ScaleScope::fixed, true, {most > 0 ? most : 1}};
  grid.layout = row_of(maps, area.w, area.h);
  grid.name = [&](int64_t map) {
    return format_tr("{}: filter {}", tr(std::string_view(what)), grid.layout.column(map));
  };
  grid.numbers = false;
  const MapLayout& layout = grid.layout;
  ui.label({area.x, area.y + layout.edge.y, kName, layout.height}, tr(std::string_view(what)), Font::control, tone);
  area.cut_left(kName);
  const TensorAnswer answer = draw_tensor_grid(ui, "weights, " + what, area, grid);
  if (answer.hovered) note = answer.note;
  if (layout.per_line == maps.count) return;
  area.cut_left(layout.total_width() + 8);
  ui.label(area, fmt::format("+{}", maps.count - layout.per_line), Font::caption, ui.theme().secondary);
}

}  // namespace striate
