// The views of page `satellite`, and above them the two numbers that it is about.
#include <algorithm>

#include "app/pages/network_words.h"
#include "app/pages/satellite/satellite.h"
#include "app/widgets/curve_plot.h"
#include "app/widgets/curves.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"

namespace striate {
namespace {

constexpr int64_t kShownOfAClass = 12;

}  // namespace

void SatellitePage::draw_stage(Ui& ui, const Rect& area) const {
  HoverNote note;
  Rect rest = area.inset(16, 12);
  ui.push_clip(area);
  ui.next(rest.cut_top(34));
  ui.setting("satellite.view", {.tabs = true});
  rest.cut_top(8);
  draw_numbers(ui, rest.cut_top(52));
  rest.cut_top(8);
  if (!tiles_) {
    draw_missing(ui, rest);
  } else if (state_.view == "data") {
    draw_data(ui, rest, note);
  } else if (state_.view == "split") {
    draw_split(ui, rest, note);
  } else if (!draw_untrained(ui, rest)) {
    if (state_.view == "training") draw_training(ui, rest, note);
    if (state_.view == "confusion") draw_confusion_view(ui, rest, note);
    if (state_.view == "map") draw_map(ui, rest, note);
    if (state_.view == "errors") draw_errors(ui, rest, note);
  }
  ui.pop_clip();
  draw_hover_note(ui, note);
}

// What a random split promises, and what a geographic one keeps.
void SatellitePage::draw_numbers(Ui& ui, const Rect& area) const {
  const Theme& theme = ui.theme();
  const struct {
    const char* name;
    size_t of;
  } all[] = {{N_("random split"), 0}, {N_("west learns, east tests"), 1}, {N_("east learns, west tests"), 2}};
  const float wide = std::floor((area.w - 16) / 3);
  for (size_t i = 0; i < 3; ++i) {
    Rect card{area.x + static_cast<float>(i) * (wide + 8), area.y, wide, area.h};
    const bool current = i == split_index(state_.split);
    ui.fill(card, theme.surface, 6);
    if (current) ui.stroke(card, theme.accent, 6, 1.5f);
    Rect inside = card.inset(10, 4);
    Rect words = inside.cut_top(18);
    ui.label(words, ui.fitted(tr(all[i].name), Font::caption, words.w), Font::caption, theme.secondary);
    const auto now = moment();
    const bool shown_now = current && now && !now->done && now->epoch > 0;
    const std::optional<double> value = shown_now ? std::optional(now->accuracy()) : accuracies_[all[i].of];
    ui.label(inside, value ? share_text(*value) : std::string("\u2013"), Font::number,
             shown_now ? theme.secondary : theme.text, Align::left, 22);
  }
}

void SatellitePage::draw_missing(Ui& ui, const Rect& area) const {
  ui.begin_panel("tiles", area.centered(std::min(area.w, 460.0f), std::min(area.h, 110.0f)), 0, false);
  if (tiles_why_) {
    ui.error_note(tiles_why_->what(), tiles_why_->hint());
  } else {
    ui.progress(tr("The tiles are cut, and their features computed"), tiles_work_.progress(), "");
  }
  ui.end_panel();
}

bool SatellitePage::draw_untrained(Ui& ui, const Rect& area) const {
  const auto now = moment();
  if (now && now->epoch > 0) return false;
  if (learning_why_) {
    ui.begin_panel("why nothing is trained", area, 0, false);
    ui.error_note(learning_why_->what(), learning_why_->hint());
    ui.end_panel();
    return true;
  }
  ui.empty_state(area, Icon::play, "Nothing has been trained with this split",
                 format_tr("Press \u201cTrain\u201d {}: it takes seconds.", ui.at_the_right()));
  return true;
}

void SatellitePage::draw_data(Ui& ui, const Rect& area, HoverNote& note) const {
  const std::vector<std::string>& classes = tiles_->classes();
  std::vector<std::vector<int64_t>> of(classes.size());
  for (int64_t tile = 0; tile < tiles_->size(); ++tile) {
    std::vector<int64_t>& some = of[static_cast<size_t>(tiles_->data->label(tile))];
    if (static_cast<int64_t>(some.size()) < kShownOfAClass) some.push_back(tile);
  }
  ui.begin_panel("data", area, 0, true);
  std::string what = format_tr("{} tiles of {} classes, {} pixels.", grouped(tiles_->size()), classes.size(),
                               tiles_->data->shape()[2]);
  if (tiles_->world) what += " " + std::string(tr("At least four fifths of a tile are covered by its class."));
  ui.note(what);
  for (size_t label = 0; label < classes.size(); ++label) {
    ui.push_id(classes[label]);
    Rect line = ui.take(24);
    ui.fill(line.cut_left(14).centered(12, 12), satellite_color(*tiles_, static_cast<int>(label)), 2);
    line.cut_left(6);
    ui.label(line, classes[label], Font::strong, ui.theme().text);
    SampleGrid grid;
    grid.key = fmt::format("satellite.tiles.{}", label);
    grid.version = tiles_->serial;
    grid.shape = tiles_->data->shape();
    grid.size = 48;
    grid.count = static_cast<int64_t>(of[label].size());
    grid.pixels = [this, &of, label](int64_t i, int, float* pixels) {
      tiles_->data->read(of[label][static_cast<size_t>(i)], pixels);
    };
    grid.sample = [this, &of, label](int64_t i) {
      Sample sample;
      sample.title = tiles_->classes()[label];
      sample.lines = {{tiles_->data->describe(of[label][static_cast<size_t>(i)]), "", 0}};
      return sample;
    };
    SampleLayout layout = sample_layout(grid, ui.width(), 0, 48);
    grid.count = std::min<int64_t>(grid.count, layout.per_line);
    layout = sample_layout(grid, ui.width(), 0, 48);
    const Rect place = ui.take(layout.total_height());
    if (const SampleAnswer hit = draw_samples(ui, fmt::format("tiles of {}", classes[label]), place, grid, layout);
        hit.hovered) {
      note = hit.note;
    }
    ui.pop_id();
  }
  ui.end_panel();
}

void SatellitePage::draw_training(Ui& ui, Rect area, HoverNote& note) const {
  const auto now = moment();
  CurvePlot plot;
  plot.series = {{.name = tr("training"), .color = ui.theme().input, .points = &now->training},
                 {.name = tr("test"), .color = ui.theme().gradient, .points = &now->test}};
  plot.begin = 1;
  plot.last = std::max(learning()->epochs(), 2);
  plot.percent = true;
  plot.x_name = N_("epoch");
  const Rect curves = area.cut_top(std::min(area.h * 0.42f, 300.0f));
  const CurveAnswer hit = draw_curve_plot(ui, "accuracy", curves, plot);
  if (hit.hovered) note = hit.note;
  area.cut_top(8);
  if (area.h > 120) draw_map(ui, area, note);
}

}  // namespace striate
