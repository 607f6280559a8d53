// Losses as curves over the output, with the point of the place that is looked at on each: how dear it is to be wrong,
// and to be wrong and sure. Targets are those that the network learns, so that every number is one it could have as its
// own loss.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/neuron/neuron_draw.h"
#include "app/widgets/curves.h"
#include "app/words/words.h"

namespace striate {
namespace {

// What an output can be, and where it is of interest.
std::pair<double, double> output_range(PointActivation activation) {
  switch (activation) {
    case PointActivation::sigmoid:
    case PointActivation::softmax:
      return {0, 1};
    case PointActivation::tanh:
      return {-1, 1};
    case PointActivation::relu:
    case PointActivation::softplus:
      return {0, 3};
    case PointActivation::linear:
      return {-3, 3};
    default:
      return {-1, 3};
  }
}

bool is_probability(PointActivation activation) {
  return activation == PointActivation::sigmoid || activation == PointActivation::softmax;
}

}  // namespace

double NeuronPage::right_answer() const {
  if (data().pictures()) return data().label(picture_looked_at());
  if (!data().regression()) return 1;
  double place[2];
  const double* const at = sample_looked_at(place);
  return regression_target(state_.source.kind, at[0], at[1]);
}

double NeuronPage::cost(PointLoss loss) const {
  double place[2];
  PointPass pass;
  network().forward(training_.parameters().data(), sample_looked_at(place), pass);
  return network().loss(loss, pass, right_answer());
}

void NeuronPage::draw_losses(Ui& ui, Rect area, HoverNote& note) const {
  const Theme& theme = ui.theme();
  const bool classes = network().classes() > 0;
  const PointActivation activation = network().output().activation;
  double place[2];
  PointPass pass;
  network().forward(training_.parameters().data(), sample_looked_at(place), pass);
  const double right = right_answer();
  const int label = static_cast<int>(right);
  const double output = network().output_of(pass)[network().classes() > 2 ? static_cast<size_t>(right) : 0];
  const auto [low, high] = output_range(activation);
  const double top = classes ? 5 : 4;
  std::string words;
  if (!classes) {
    words = format_tr(
        "Each curve says what an output costs where the right number is {}, as at the place that is looked at: across, "
        "the output; upwards, the loss.",
        short_number(right));
  } else if (network().classes() > 2) {
    words = format_tr(
        "Each curve says what an output costs where class {} is right: across, the probability that it is given, while "
        "the others share the rest as they do now; upwards, the loss.",
        label);
  } else {
    words = format_tr(
        "Each curve says what an output costs where class 1 is right, whose target is {}: across, the output, upwards, "
        "the loss. The points are at the place that is looked at.",
        short_number(network().high()));
  }
  ui.begin_panel("loss words", area.cut_top(64), 0, false);
  ui.note(words);
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
  const auto value = [&](PointLoss loss, double at) { return network().loss_at(loss, pass, right, at); };
  Rect names = area.cut_bottom(std::min(static_cast<float>(kinds.size()) * 26 + 38, area.h * 0.55f));
  Rect plot = area.inset(8, 4);
  plot.cut_left(34);
  plot.cut_bottom(22);
  const double from = low, to = high;
  const auto at = [&](double x, double y) {
    return Vec{plot.x + static_cast<float>((x - from) / (to - from)) * plot.w,
               plot.bottom() - static_cast<float>(std::min(y, top) / top) * plot.h};
  };
  for (const Tick& tick : ticks(0, top, 6)) {
    const float y = at(from, tick.value).y;
    ui.line({plot.x, y}, {plot.right(), y}, theme.line);
    ui.label(Rect{plot.x - 40, y - 9, 34, 18}, tick.text, Font::number, theme.secondary, Align::right, 13);
  }
  for (const Tick& tick : ticks(from, to, 6)) {
    const float x = at(tick.value, 0).x;
    ui.label(Rect{x - 24, plot.bottom() + 2, 48, 18}, tick.text, Font::number, theme.secondary, Align::center, 13);
  }
  ui.push_clip(plot.inset(-6));
  for (const Kind& kind : kinds) {
    std::vector<ImVec2> points;
    for (int i = 0; i <= 240; ++i) {
      const double x = from + (to - from) * i / 240;
      const double y = value(kind.loss, x);
      if (y > top) continue;
      const Vec p = at(x, y);
      points.emplace_back(p.x, p.y);
    }
    const bool chosen = kind.loss == state_.model.loss;
    ui.draw().AddPolyline(points.data(), static_cast<int>(points.size()), chosen ? kind.color : faded(kind.color, 0.6f),
                          0, chosen ? 3.5f : 2.0f);
  }
  const double x = std::clamp(output, from, to);
  ui.line(at(x, 0), at(x, top), faded(theme.text, 0.4f));
  for (const Kind& kind : kinds) {
    const Vec p = at(x, network().loss(kind.loss, pass, right));
    ui.draw().AddCircleFilled({p.x, p.y}, 6, theme.background, 20);
    ui.draw().AddCircleFilled({p.x, p.y}, 4.5f, kind.color, 20);
  }
  ui.pop_clip();
  names.cut_top(6);
  ui.begin_panel("losses", names, 0);
  const std::string here =
      !classes || !is_probability(activation)
          ? format_tr("here the output is {}, the target {}", short_number(output),
                      short_number(classes ? network().high() : right))
          : format_tr("here the output is a probability of {} for class {}", short_number(output), label);
  ui.label(ui.take(24), ui.fitted(here, Font::control, names.w), Font::control, theme.text);
  float longest = 0;
  for (const Kind& kind : kinds)
    longest = std::max(longest, ui.measure(Font::control, tr(std::string_view(kind.name))).x);
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
    const std::string cost = short_number(network().loss(kind.loss, pass, right));
    ui.label(line.cut_left(std::min(line.w * 0.6f, longest + 16.0f)), tr(std::string_view(kind.name)), Font::control,
             kind.loss == state_.model.loss ? theme.text : theme.secondary);
    ui.label(line.cut_left(90), cost, Font::number, theme.text);
    if (kind.loss != PointLoss::cross_entropy || is_probability(activation)) continue;
    const std::string share = short_number(network().probability(pass, 1));
    std::string read = format_tr("reads the output as a probability of {}", share);
    if (ui.measure(Font::caption, read).x > line.w) read = format_tr("probability {}", share);
    ui.label(line, ui.fitted(read, Font::caption, line.w), Font::caption, theme.secondary);
  }
  ui.end_panel();
  if (plot.contains(ui.input().mouse)) {
    const double over = from + (to - from) * static_cast<double>((ui.input().mouse.x - plot.x) / plot.w);
    note.title = classes ? format_tr("output {:.3f} for class {}", over, label)
                         : format_tr("output {:.3f} for the number {}", over, short_number(right));
    for (const Kind& kind : kinds) {
      note.lines.push_back(
          {std::string(tr(std::string_view(kind.name))), short_number(value(kind.loss, over)), kind.color});
    }
  }
}

}  // namespace striate
