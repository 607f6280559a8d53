// What the page shows itself: tabs, the empty and the failed state, the question before training is thrown away, the
// inspector's RUN section, the transport.
#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/train_page.h"
#include "app/widgets/ui.h"

namespace striate {
namespace {

using Status = TrainSnapshot::Status;

std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (int at = static_cast<int>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), " ");
  return text;
}

}  // namespace

void TrainPage::draw_stage(Ui& ui, const Rect& area) const {
  drawn_ = now_;
  Rect rest = area;
  if (views_.size() > view_) {
    Rect top = rest.cut_top(ui.em(48)).inset(20, 0);
    draw_tabs(ui, top);
    if (!lost_.newest().empty() && recovering_.empty()) draw_lost(ui, rest);
    if (!asides_.empty()) draw_aside(ui, rest);
    if (snapshot_->error) {
      // As high as its words need.
      const Error& error = *snapshot_->error;
      const float inner = rest.w - 40 - 24 - ui.em(20);
      const float high = ui.paragraph_height(error.what(), inner, Font::control) +
                         ui.paragraph_height(error.hint(), inner, Font::caption) + 20;
      Rect band = rest.cut_top(high + 8).inset(20, 4);
      ui.begin_panel("error", band, 0, false);
      ui.error_note(error.what(), error.hint());
      ui.end_panel();
    }
    if (snapshot_->status == Status::preparing) {
      ui.begin_panel("reading", rest.centred(std::min(rest.w - 40, ui.em(420)), ui.em(90)), 0, false);
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
  ui.next(area.centred(area.w, ui.em(34)));
  ui.tabs("views", choices, views_[view_]->id(), "train.view");
}

void TrainPage::draw_inspector(Ui& ui) const {
  if (views_.size() > view_) {
    ui.push_id(views_[view_]->id());
    views_[view_]->draw_inspector(ui, *snapshot_);
    ui.pop_id();
  }
  draw_run(ui);
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
  if (s.test) {
    // The number people look at keeps its size; on how many pictures it was measured stands beside or below.
    const std::string accuracy = fmt::format("{:.1f} %", 100 * s.test->evaluation.accuracy());
    const std::string of = fmt::format(", {} pictures", grouped(s.test->evaluation.samples));
    std::string name = s.test->split + " accuracy";
    if (ui.measure(Font::control, name + of).x + ui.measure(Font::big_number, accuracy).x + ui.em(8) <= ui.width()) {
      name += of;
    }
    ui.big_row(name, accuracy, Concept::activation);
    if (!name.ends_with(of)) ui.row("pictures it is measured on", grouped(s.test->evaluation.samples));
    if (s.test->step != s.step) ui.note(fmt::format("measured after step {}", grouped(s.test->step)));
  } else {
    ui.row("test accuracy", "is being measured");
  }
  ui.row("step: an update of the weights", grouped(s.step));
  ui.row("epoch: all pictures once", fmt::format("{:.2f}", s.epoch));
  ui.row("samples: pictures seen", grouped(s.step * s.recipe->batch));
  ui.row("batch: samples of a step", std::to_string(s.recipe->batch));
  if (std::isfinite(s.loss)) {
    const auto loss = static_cast<double>(s.loss);
    ui.row("loss of the batch", loss < 1e6 ? number_text(loss, 4) : fmt::format("{:.3e}", loss));
  }
  if (std::isfinite(s.rate)) ui.row("learning rate", shortest_text(s.rate));
  ui.row("speed", s.images_per_second > 0 ? grouped(std::llround(s.images_per_second)) + " images/s" : "-");
  ui.row("device", s.device);
  if (needs_new_run()) ui.note("The settings were changed: **Start** begins a new training with them.");
  ui.hairline();
}

void TrainPage::draw_transport(Ui& ui, const Rect& area) const {
  const TrainSnapshot& s = *snapshot_;
  const bool runs = s.status == Status::running;
  const bool earlier = has_run() && !runs && s.step < s.newest_step;
  static const Choice speeds[] = {{"fastest", "fastest"},       {"50 steps/s", "batches 50"},
                                  {"10 steps/s", "batches 10"}, {"2 steps/s", "batches 2"},
                                  {"4 phases/s", "phases 4"},   {"1 phase/s", "phases 1"}};
  const std::string branch_label = "Branch here";
  const std::string where = fmt::format("step {}", grouped(s.step));
  const float words_wide =
      ui.measure(Font::number, fmt::format("step {}", grouped(std::max<int64_t>(s.newest_step, 10000)))).x + 8;
  float longest = 0;
  for (const Choice& choice : speeds) longest = std::max(longest, ui.measure(Font::control, choice.label).x);
  const float speed_name = ui.measure(Font::control, "speed").x + 12;
  const auto button_wide = [&](const char* label, bool icon) {
    return ui.measure(Font::control, label).x + ui.em(icon ? 46 : 24);
  };
  // The slider keeps a hand's width: what it needs, the words around it give up, one after the other.
  float speed_wide = longest + speed_name + ui.em(44);
  float room = area.w - button_wide(runs ? "Pause" : "Start", true) - button_wide("Step", true) -
               button_wide("Phase", false) - 3 * 12 - ui.em(112) - 8 - speed_wide - 10 - words_wide - 8;
  const float wanted = ui.em(100);
  const bool short_speed = room < wanted;
  if (short_speed) speed_wide -= speed_name, room += speed_name;
  const bool icons = room < wanted;
  if (icons) room += button_wide(runs ? "Pause" : "Start", true) + button_wide("Step", true) - 2 * ui.em(32);
  const bool wordless = room < wanted;
  ui.begin_row(area);
  if (runs || s.status == Status::preparing) {
    ui.button("Pause", "train.pause", {.style = ButtonStyle::primary, .icon = Icon::pause, .icon_only = icons});
  } else {
    ui.button("Start", "train.start", {.style = ButtonStyle::primary, .icon = Icon::play, .icon_only = icons});
  }
  ui.button("Step", "train.step batch", {.icon = Icon::step, .icon_only = icons});
  ui.button("Phase", "train.step phase");
  Rect rest = ui.remaining();
  const Rect branch = rest.cut_right(ui.em(112)).centred(ui.em(112), ui.em(34));
  rest.cut_right(8);
  const Rect speed = rest.cut_right(speed_wide).centred(speed_wide, ui.em(34));
  rest.cut_right(10);
  const Rect words = rest.cut_right(wordless ? 0 : words_wide);
  if (!wordless) rest.cut_right(8);
  ui.next(branch);
  ui.button(branch_label, "train.branch",
            {.enabled = earlier, .tooltip = "Goes another way from this step; what came after it is kept as a branch"});
  ui.next(speed);
  ui.dropdown("speed", speeds, pace_text(), "train.speed");
  if (!wordless) {
    ui.label(words, where, Font::number, earlier ? ui.theme().kernel : ui.theme().secondary, Align::right);
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
