// The stage of the page `neuron`: its head, the curves, the code beside the figure, the transport.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"
#include "engine/walk/printed_sum.h"

namespace striate {

std::string short_number(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "NaN" : value > 0 ? "inf" : "-inf";
  if (value != 0 && std::abs(value) < 1e-4) return fmt::format("{:.3e}", value);
  return significant_text(value, 4);
}

std::string loss_text(double value) { return curve_text(CurvePlot{}, value); }

void mark_topic(Ui& ui, const Rect& place, int topic, int lit) {
  if (place.contains(ui.input().mouse)) ui.found().numbers["neuron.topic"] = topic;
  if (topic != kTopicNone && topic == lit) ui.stroke(place.inset(-4), ui.theme().accent, 6, 2);
}

void NeuronPage::draw_stage(Ui& ui, const Rect& area) const {
  Rect rest = area.inset(area.w > 560 ? 20.0f : 8.0f, 10);
  draw_head(ui, rest.cut_top(36));
  rest.cut_top(6);
  HoverNote note;
  if (state_.view == "step") {
    // The network goes along: there the neuron is chosen whose numbers stand below.
    const bool network = rest.h > 420;
    if (network) {
      draw_network(ui, rest.cut_top(rest.h * 0.42f), note);
      rest.cut_top(10);
    }
    draw_step(ui, rest, network);
  } else if (state_.view == "losses") {
    draw_losses(ui, rest, note);
  } else if (state_.view == "race") {
    draw_race(ui, rest, note);
  } else {
    // What stands below gives way first. The surface is a square of half the width: what it cannot use is for curves
    // and code.
    Rect below;
    if (rest.h > 330) {
      const float left = rest.h - (rest.w * 0.5f + 54);
      below = rest.cut_bottom(std::clamp(std::max(left, rest.h * 0.3f), 130.0f, rest.h * 0.42f));
      rest.cut_bottom(14);
    }
    draw_network(ui, rest, note);
    Rect code;
    if (below.w > 480) {
      code = below.cut_right(std::round(below.w * 0.58f));
      below.cut_right(20);
    }
    if (!below.empty()) draw_curves(ui, below, note);
    if (!code.empty()) draw_code(ui, code);
  }
  draw_hover_note(ui, note);
}

void NeuronPage::draw_head(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  const PointTraining::Point& now = now_point();
  const Rect tabs = area.cut_left(std::min(area.w, std::max(300.0f, area.w * 0.42f)));
  ui.next({tabs.x, tabs.y, tabs.w, 34});
  ui.setting("neuron.view", {.tabs = true});
  struct Part {
    std::string name, value, most;  // most: as wide as it gets
    Color color;
  };
  const auto parts = [&](bool with_loss) {
    const auto score = [&](const PointScore& of) {
      if (data().regression()) return loss_text(of.loss);
      return with_loss ? fmt::format("{}, {:.1f} %", loss_text(of.loss), 100 * of.accuracy)
                       : fmt::format("{:.1f} %", 100 * of.accuracy);
    };
    const std::string most = data().regression() ? "0.0000" : with_loss ? "0.0000, 100.0 %" : "100.0 %";
    const std::string epoch = grouped(training_.state().epoch);
    return std::vector<Part>{{tr("epoch"), epoch, std::max(epoch, std::string("100")), theme.secondary},
                             {tr("training"), score(now.training), most, theme.input},
                             {tr("test"), score(now.test), most, theme.kernel}};
  };
  // In one line with losses, without them, or with each name over its number.
  constexpr float kGap = 18, kSmall = 12;
  for (const bool with_loss : {true, false}) {
    const std::vector<Part> all = parts(with_loss);
    float needed = 0;
    std::vector<float> widths;
    for (const Part& part : all) {
      widths.push_back(ui.measure(Font::caption, part.name).x + 8 +
                       std::max(ui.measure(Font::number, part.most).x, ui.measure(Font::number, part.value).x) + 4);
      needed += widths.back() + kGap;
    }
    if (needed > area.w) continue;
    for (size_t i = all.size(); i-- > 0;) {
      Rect place = area.cut_right(widths[i]);
      area.cut_right(kGap);
      ui.label(place.cut_left(ui.measure(Font::caption, all[i].name).x + 8), all[i].name, Font::caption, all[i].color);
      ui.label(place, all[i].value, Font::number, theme.text);
    }
    return;
  }
  const std::vector<Part> all = parts(false);
  area.cut_left(4);
  for (size_t i = all.size(); i-- > 0;) {
    const Part& part = all[i];
    const float width =
        std::max(ui.measure(Font::caption, part.name, kSmall).x, ui.measure(Font::number, part.value, kSmall).x);
    if (width > area.w) break;
    Rect place = area.cut_right(width);
    area.cut_right(9);
    ui.label(place.cut_top(area.h / 2), part.name, Font::caption, part.color, Align::right, kSmall);
    ui.label(place, part.value, Font::number, theme.text, Align::right, kSmall);
  }
}

void NeuronPage::draw_curves(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const Rect whole = area;
  Rect head = area.cut_top(26);
  const bool loss = state_.curve == "loss" || data().regression();
  if (!data().regression()) {
    const float wide =
        std::max(ui.measure(Font::control, tr("accuracy")).x, ui.measure(Font::control, tr("loss")).x) + 24;
    if (head.w > wide + 90) {
      ui.next(head.cut_right(wide));
      ui.button(loss ? N_("accuracy") : N_("loss"), loss ? "neuron.curve accuracy" : "neuron.curve loss",
                {.style = ButtonStyle::quiet, .tooltip = N_("What the curves show over the steps")});
    }
  }
  const std::string caption = loss ? format_tr("loss: {}", name_of(state_.model.loss)) : std::string(tr("accuracy"));
  ui.label(head, ui.fitted(caption, Font::caption, head.w), Font::caption, theme.secondary);
  CurvePlot plot;
  plot.begin = 0;
  plot.last = std::max<double>(1, static_cast<double>(training_.last()));
  plot.shown = static_cast<double>(training_.step());
  plot.percent = !loss;
  plot.pick_command = "neuron.scrub";
  plot.pick_hint = tr("click: back to this step");
  plot.pick_keys = "Left, Right";
  plot.series.push_back({.name = tr("training"), .color = theme.input, .points = &curves_[loss ? 0 : 2]});
  plot.series.push_back({.name = tr("test"), .color = theme.kernel, .points = &curves_[loss ? 1 : 3]});
  const CurveAnswer answer = draw_curve_plot(ui, "loss over steps", area, plot);
  if (answer.hovered) note = answer.note;
  mark_topic(ui, whole, kTopicTest, lit_);
}

void NeuronPage::draw_code(Ui& ui, Rect area) const {
  const Theme& theme = ui.theme();
  Rect head = area.cut_top(26);
  ui.label(head, tr("the same as Keras code"), Font::caption, theme.secondary);
  ui.fill(area, theme.surface, 6);
  size_t longest = 40;
  for (const KerasLine& line : code_) longest = std::max(longest, line.text.size());
  const float normal = ui.text_size(Font::number), each = ui.measure(Font::number, "m").x;
  const float size =
      std::clamp(normal * (area.w - 28) / (each * static_cast<float>(longest)), normal * 0.7f, normal * 0.92f);
  const float high = std::round(size * 1.42f);
  ui.begin_panel("code", area, 8);
  int index = 0;
  bool shown = false;
  for (const KerasLine& line : code_) {
    if (index > 0) ui.space(-8);
    const Rect place = ui.take(high);
    const int topic = topic_of(line.topic);
    ++index;
    if (topic != kTopicNone) {
      const bool layer = topic >= kTopicLayer;
      const std::string command = layer ? fmt::format("neuron.select {} 0", topic - kTopicLayer) : std::string();
      const Response r =
          ui.interact(place, {.label = fmt::format("line {} of the code", index),
                              .command = command,
                              .kind = "row",
                              .focusable = layer,
                              .tooltip = layer ? N_("Chooses this layer") : N_("Lights what this line means")});
      if (layer && r.clicked) ui.send(command);
      if (r.hovered || r.keyboard) ui.found().numbers["neuron.topic"] = topic;
      if (lit_ == topic) {
        ui.fill(place.inset(-4, 0), mixed(theme.surface, theme.accent, 0.28f), 3);
        // The thing that it means is elsewhere under the mouse: the line comes into sight.
        if (newly_lit_ && !shown && !area.contains(ui.input().mouse)) ui.reveal(place), shown = true;
      }
      if (r.keyboard) ui.draw_focus(place.inset(-2, 0), 2);
    }
    // What follows a # is said more quietly.
    const size_t remark = line.text.find("  # ");
    const std::string code = line.text.substr(0, remark);
    ui.label(place, code, Font::number, topic != kTopicNone ? theme.text : theme.secondary, Align::left, size);
    if (remark != std::string::npos) {
      Rect after = place;
      after.cut_left(ui.measure(Font::number, code, size).x);
      ui.label(after, line.text.substr(remark), Font::number, theme.secondary, Align::left, size);
    }
  }
  ui.end_panel();
}

void NeuronPage::draw_transport(Ui& ui, const Rect& area) const {
  ui.begin_row(area);
  if (running_) {
    ui.button("Pause", "neuron.pause", {.style = ButtonStyle::primary, .icon = Icon::pause});
  } else {
    ui.button("Learn", "neuron.start", {.style = ButtonStyle::primary, .icon = Icon::play});
  }
  ui.button("Back to the start", "neuron.scrub 0",
            {.icon = Icon::reset,
             .enabled = training_.step() > 0,
             .tooltip = N_("Goes back to step 0, with the same weights as before"),
             .icon_only = true});
  const bool words = ui.remaining().w > 520;
  if (ui.remaining().w > 260) {
    ui.button("Sample", "neuron.step sample", {.icon = Icon::step, .tooltip = N_("Learns from one sample")});
    ui.button("Batch", "neuron.step batch", {.icon = Icon::step, .tooltip = N_("Learns from one batch")});
    ui.button("Epoch", "neuron.step epoch", {.icon = Icon::step, .tooltip = N_("Learns to the end of the epoch")});
    for (const char* name : {"Batch", "Epoch"}) {
      if (const Item* item = ui.find_item(name)) mark_topic(ui, item->visible, kTopicBatch, lit_);
    }
  }
  Rect rest = ui.remaining();
  if (words) {
    const std::string now = format_tr("step {}", grouped(training_.step()));
    const float wide = std::max(ui.measure(Font::number, now).x, ui.measure(Font::number, "step 100 000").x) + 8;
    ui.label(rest.cut_right(wide), now, Font::number, ui.theme().secondary, Align::right);
    rest.cut_right(10);
  }
  if (rest.w > 60) {
    NumberSpec track;
    track.maximum = std::max<double>(1, static_cast<double>(training_.last()));
    track.step = 1;
    track.decimals = 0;
    track.reset = track.maximum;
    ui.next(rest);
    ui.bare_slider("step of the training", static_cast<double>(training_.step()), track, "neuron.scrub");
  }
  ui.end_row();
}

}  // namespace striate
