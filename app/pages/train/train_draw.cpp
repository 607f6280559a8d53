// What the page shows itself: tabs, the empty and the failed state, the question before training is thrown away, the
// inspector's RUN section, the transport.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/train_page.h"
#include "app/widgets/curves.h"
#include "app/widgets/ui.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {
namespace {

using Status = TrainSnapshot::Status;

}  // namespace

void TrainPage::draw_stage(Ui& ui, const Rect& area) const {
  Rect rest = area;
  if (views_.size() > view_) {
    Rect top = rest.cut_top(48).inset(20, 0);
    draw_tabs(ui, top);
    if (!asides_.empty()) draw_aside(ui, rest);
    if (snapshot_->error) {
      // As high as its words need.
      const Error& error = *snapshot_->error;
      const float high = ui.error_note_height(error.what(), error.hint(), rest.w - 40);
      Rect band = rest.cut_top(high + 8).inset(20, 4);
      ui.begin_panel("error", band, 0, false);
      ui.error_note(error.what(), error.hint());
      ui.end_panel();
    }
    if (snapshot_->status == Status::preparing) {
      ui.begin_panel("reading", rest.centered(std::min(rest.w - 40, 420.0f), 90.0f), 0, false);
      ui.progress("reading pictures", snapshot_->progress > 0 ? snapshot_->progress : -1, "train.pause");
      ui.end_panel();
    } else {
      ui.push_id(views_[view_]->id());
      ui.push_clip(rest);
      views_[view_]->draw_stage(ui, rest, *snapshot_);
      draw_opening(ui, *scene_.opening);
      ui.pop_clip();
      ui.pop_id();
    }
  } else {
    ui.empty_state(rest, Icon::play, "Nothing is being trained yet", "Press Start, or Space.");
  }
  if (question_) draw_question(ui, area);
}

void TrainPage::draw_tabs(Ui& ui, const Rect& area) const {
  std::vector<Choice> choices;
  for (const auto& view : views_) choices.push_back({view->title(), view->id()});
  ui.next(area.centered(area.w, 34.0f));
  ui.tabs("views", choices, views_[view_]->id(), "train.view");  // not ui.setting: no error has room beside them
}

void TrainPage::draw_inspector(Ui& ui) const {
  if (views_.size() > view_) {
    // What is below stays where it is while the training goes on: only what a person chooses may move it.
    std::string chosen = snapshot_->architecture ? snapshot_->architecture->text() : "";
    for (const std::string& line : views_[view_]->state()) chosen += "\n" + line;
    ui.push_id(views_[view_]->id());
    ui.begin_reserved("inspector", std::hash<std::string>()(chosen));
    views_[view_]->draw_inspector(ui, *snapshot_);
    ui.end_reserved();
    ui.pop_id();
  }
  draw_run(ui);
  draw_lost(ui);
  draw_lines(ui);
  settings_.draw_network(ui, *snapshot_);
  settings_.draw_learning(ui, *snapshot_);
  files_.draw(ui, *snapshot_);
}

void TrainPage::draw_run(Ui& ui) const {
  const TrainSnapshot& s = *snapshot_;
  ui.section("RUN");
  if (!has_run()) {
    ui.note("Nothing is being trained yet. **Start** draws the starting weights and begins.");
    return;
  }
  // The same rows at the same heights whatever is known and whether it runs: what is looked at does not move away.
  // The number people look at keeps its size; on how many pictures it was measured stands beside or below.
  const int64_t samples = s.test    ? s.test->evaluation.samples
                          : s.split ? static_cast<int64_t>(s.split->test.size())
                                    : 0;
  const std::string accuracy = s.test ? fmt::format("{:.1f} %", 100 * s.test->evaluation.accuracy()) : "\u2026";
  const std::string of = ", " + format_tr("{} pictures", grouped(samples));
  std::string name = tr(of_part(s.test ? s.test->split : "test", N_("test accuracy"), N_("validation accuracy"),
                                N_("training accuracy")));
  const float widest = ui.measure(Font::big_number, "100.0 %").x;
  if (ui.measure(Font::control, name + of).x + widest + 8.0f <= ui.width()) name += of;
  ui.big_row(name, accuracy, Concept::activation);
  if (!name.ends_with(of)) ui.row("pictures it is measured on", grouped(samples));
  ui.row("measured after step", s.test ? grouped(s.test->step) : std::string(tr("is being measured")));
  ui.row("step: an update of the weights", grouped(s.step));
  ui.row("epoch: all pictures once", fmt::format("{:.2f}", s.epoch));
  ui.row("samples: pictures seen", grouped(s.step * s.config->batch));
  ui.row("batch: samples of a step", std::to_string(s.config->batch));
  const auto loss = static_cast<double>(s.loss);
  ui.row("loss of the batch", !std::isfinite(loss) ? "-"
                              : loss < 1e6         ? number_text(loss, 4)
                                                   : fmt::format("{:.3e}", loss));
  ui.row("learning rate", std::isfinite(s.rate) ? significant_text(static_cast<double>(s.rate), 4) : "-");
  ui.row("speed", s.images_per_second > 0 ? format_tr("{} images/s", grouped(std::llround(s.images_per_second))) : "-");
  ui.row("device", s.device);
  if (needs_new_run()) ui.note("The settings were changed: **Start** begins a new training with them.");
  ui.button("Begin again", "train.reset",
            {.icon = Icon::reset,
             .enabled = s.newest_step > s.first_step,
             .tooltip = N_("Forgets this training, after a question; Start then begins with new weights")});
  ui.hairline();
}

void TrainPage::draw_transport(Ui& ui, const Rect& area) const {
  const TrainSnapshot& s = *snapshot_;
  const bool runs = s.status == Status::running;
  const bool earlier = has_run() && !runs && s.step < s.newest_step;
  static const Choice speeds[] = {{N_("fastest"), "fastest"},       {N_("50 steps/s"), "batches 50"},
                                  {N_("10 steps/s"), "batches 10"}, {N_("2 steps/s"), "batches 2"},
                                  {N_("4 phases/s"), "phases 4"},   {N_("1 phase/s"), "phases 1"}};
  const std::string branch_label = N_("Branch here");
  const float digits = ui.measure(Font::number, std::to_string(std::max<int64_t>(s.newest_step, 10000))).x;
  const float until_wide = ui.measure(Font::control, tr("step")).x + digits + 32;
  float longest = 0;
  for (const Choice& choice : speeds)
    longest = std::max(longest, ui.measure(Font::control, tr(std::string_view(choice.label))).x);
  const float speed_name = ui.measure(Font::control, tr("speed")).x + 12;
  const auto button_wide = [&](const char* label, bool icon) {
    return ui.measure(Font::control, tr(label)).x + (icon ? 46.0f : 24.0f);
  };
  // Where the row is short for its type the words of this one give way to the time bar.
  const bool narrow = area.w < 900.0f;
  const float branch_wide = narrow ? 32.0f : std::max(112.0f, button_wide("Branch here", false));
  // The slider keeps a hand's width: what it needs, the words around it give up, one after the other.
  float speed_wide = longest + speed_name + 44.0f;
  // One width for both words: what stands beside them stays when they change.
  const float start_wide = std::max(button_wide("Pause", true), button_wide("Start", true));
  float room = area.w - start_wide - button_wide("Step", true) - button_wide("Phase", false) -
               button_wide("Epoch", false) - 4 * 12 - branch_wide - 8 - speed_wide - 10 - until_wide - 8;
  const float wanted = 100.0f;
  const bool short_speed = room < wanted;
  if (short_speed) speed_wide -= speed_name, room += speed_name;
  const bool icons = room < wanted;
  if (icons) room += start_wide + button_wide("Step", true) - 2 * 32.0f;
  const bool wordless = room < wanted;
  ui.begin_row(area);
  if (!icons) ui.next(ui.take(start_wide, 34.0f));
  if (runs || s.status == Status::preparing) {
    ui.button("Pause", "train.pause", {.style = ButtonStyle::primary, .icon = Icon::pause, .icon_only = icons});
  } else {
    ui.button("Start", "train.start", {.style = ButtonStyle::primary, .icon = Icon::play, .icon_only = icons});
  }
  ui.button("Step", "train.step batch", {.icon = Icon::step, .icon_only = icons});
  ui.button("Phase", "train.step phase");
  ui.button("Epoch", "train.step epoch", {.tooltip = N_("Every picture of the training part once")});
  Rect rest = ui.remaining();
  const Rect branch = rest.cut_right(branch_wide).centered(branch_wide, 34.0f);
  rest.cut_right(8);
  const Rect speed = rest.cut_right(speed_wide).centered(speed_wide, 34.0f);
  rest.cut_right(10);
  const Rect until = rest.cut_right(wordless ? 0 : until_wide).centered(until_wide, 34.0f);
  if (!wordless) rest.cut_right(8);
  ui.next(branch);
  ui.button(branch_label, "train.branch",
            {.icon = narrow ? Icon::forward : Icon::none,
             .enabled = earlier,
             .tooltip = N_("Branch here: goes another way from this step; what came after it is kept as a branch"),
             .icon_only = narrow});
  ui.next(speed);
  ui.dropdown("speed", speeds, pace_text(), "train.speed");
  if (!wordless) {
    // The step that is shown; a later one that is typed is trained up to.
    NumberSpec later;
    later.minimum = static_cast<double>(s.newest_step);
    later.maximum = 1e15;
    later.step = 10;
    later.decimals = 0;
    ui.next(until);
    ui.number_field("step", static_cast<double>(s.step), later, "train.until");
  }
  NumberSpec track;
  track.minimum = static_cast<double>(s.first_step);
  track.maximum = static_cast<double>(std::max(s.newest_step, s.first_step + 1));
  track.step = 1;
  track.decimals = 0;
  track.reset = track.maximum;
  ui.next(rest);
  if (has_run()) ui.bare_slider("position", static_cast<double>(s.step), track, "train.scrub");
  ui.end_row();
}

}  // namespace striate
