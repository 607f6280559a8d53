// Losses as curves over the output, for a target, with the point of the chosen sample on each: how dear it is to be
// wrong, and to be wrong and sure.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"

namespace striate {

void NeuronPage::draw_losses(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const bool classes = network().classes() > 0;
  // The place that is looked at, taken for a sample of class 1, or for one of class 0; a picture has its own label.
  double place[2];
  PointPass pass;
  network().forward(training_.parameters().data(), sample_looked_at(place), pass);
  double share = classes ? network().probability(pass, 1) : network().output_of(pass)[0];
  if (network().classes() > 2) share = network().probability(pass, data().pictures() ? data().label(state_.sample) : 0);
  const double low = classes ? 0 : -2, high = classes ? 1 : 2, top = classes ? 5 : 4;
  ui.begin_panel("loss words", area.cut_top(64), 0, false);
  ui.note(classes
              ? tr("Each curve says what an output costs where the right answer is class 1: across, what the output "
                   "gives class 1, from 0 to 1; upwards, the loss. The points are at the place that is looked at.")
              : tr("Each curve says what an output costs where the right number is 0: across, the output; upwards, "
                   "the loss. The points are at the place that is looked at."));
  ui.end_panel();
  struct Kind {
    const char* name;
    PointLoss loss;
    Color color;
  };
  std::vector<Kind> kinds{{N_("mean squared error"), PointLoss::mse, theme.input},
                          {N_("mean absolute error"), PointLoss::mae, theme.bias},
                          {"Huber", PointLoss::huber, theme.activation}};
  if (classes) kinds.push_back({N_("cross-entropy"), PointLoss::cross_entropy, theme.gradient});
  const auto value = [&](PointLoss loss, double output) {
    return loss_value(loss, classes ? PointActivation::sigmoid : PointActivation::linear, output, classes ? 1 : 0);
  };
  Rect names = area.cut_bottom(std::min(static_cast<float>(kinds.size()) * 26 + 38, area.h * 0.55f));
  Rect plot = area.inset(8, 4);
  plot.cut_left(34);
  plot.cut_bottom(22);
  const auto at = [&](double x, double y) {
    return Vec{plot.x + static_cast<float>((x - low) / (high - low)) * plot.w,
               plot.bottom() - static_cast<float>(std::min(y, top) / top) * plot.h};
  };
  for (const Tick& tick : ticks(0, top, 6)) {
    const float y = at(low, tick.value).y;
    ui.line({plot.x, y}, {plot.right(), y}, theme.line);
    ui.label(Rect{plot.x - 40, y - 9, 34, 18}, tick.text, Font::number, theme.secondary, Align::right, 13);
  }
  for (const Tick& tick : ticks(low, high, 6)) {
    const float x = at(tick.value, 0).x;
    ui.label(Rect{x - 24, plot.bottom() + 2, 48, 18}, tick.text, Font::number, theme.secondary, Align::center, 13);
  }
  ui.push_clip(plot.inset(-6));
  for (const Kind& kind : kinds) {
    std::vector<ImVec2> points;
    for (int i = 0; i <= 240; ++i) {
      const double x = low + (high - low) * i / 240;
      const double y = value(kind.loss, x);
      if (y > top) continue;
      const Vec p = at(x, y);
      points.emplace_back(p.x, p.y);
    }
    const bool chosen = kind.loss == state_.model.loss;
    ui.draw().AddPolyline(points.data(), static_cast<int>(points.size()), chosen ? kind.color : faded(kind.color, 0.6f),
                          0, chosen ? 3.5f : 2.0f);
  }
  const double x = std::clamp(share, low, high);
  ui.line(at(x, 0), at(x, top), faded(theme.text, 0.4f));
  for (const Kind& kind : kinds) {
    const Vec p = at(x, value(kind.loss, share));
    ui.draw().AddCircleFilled({p.x, p.y}, 6, theme.background, 20);
    ui.draw().AddCircleFilled({p.x, p.y}, 4.5f, kind.color, 20);
  }
  ui.pop_clip();
  names.cut_top(6);
  ui.begin_panel("losses", names, 0);
  ui.label(ui.take(24),
           classes ? format_tr("here the output gives class 1 {}", short_number(share))
                   : format_tr("here the output is {}", short_number(share)),
           Font::control, theme.text);
  for (const Kind& kind : kinds) {
    ui.space(-8);
    Rect line = ui.take(26);
    const std::string command = fmt::format("neuron.loss {}", name_of(kind.loss));
    ui.push_id(name_of(kind.loss));
    const Response r = ui.interact(line, {.label = fmt::format("loss {}", name_of(kind.loss)),
                                          .command = command,
                                          .kind = "row",
                                          .tooltip = N_("Learns with this loss")});
    ui.pop_id();
    if (r.clicked) ui.send(command);
    if (r.hovered) ui.fill(line, theme.raised, 4);
    if (r.keyboard) ui.draw_focus(line, 4);
    ui.fill(line.cut_left(22).centered(14, 4), kind.color, 2);
    const std::string cost = short_number(value(kind.loss, share));
    ui.label(line.cut_left(std::min(line.w * 0.55f, 260.0f)), tr(std::string_view(kind.name)), Font::control,
             kind.loss == state_.model.loss ? theme.text : theme.secondary);
    ui.label(line, cost, Font::number, theme.text);
  }
  ui.end_panel();
  if (plot.contains(ui.input().mouse)) {
    const double over = low + (high - low) * static_cast<double>((ui.input().mouse.x - plot.x) / plot.w);
    note.title =
        classes ? format_tr("output {:.3f} for class 1", over) : format_tr("output {:.3f} for the number 0", over);
    for (const Kind& kind : kinds) {
      note.lines.push_back(
          {std::string(tr(std::string_view(kind.name))), short_number(value(kind.loss, over)), kind.color});
    }
  }
}

}  // namespace striate
