// The loss and the update phase of the view `step`: outputs, shares and gradients of a sample; the optimizer's formula
// with its numbers.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/words/words.h"

namespace striate {

void StepView::draw_loss(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const LossNumbers numbers = loss_numbers(now);
  const int chosen = sample(now), k = numbers.classes;
  const TensorValues& logits = *now.tensor(TensorKind::activation, node_name(now, now.architecture->size() - 1));
  const float* row = logits.values.data() + int64_t{1} * chosen * k;
  const float* p = numbers.probabilities.data();
  const auto classes = static_cast<int>(now.data->classes().size());
  const float* own = p + int64_t{1} * chosen * static_cast<int64_t>(numbers.probabilities.size()) /
                             static_cast<int64_t>(numbers.per_sample.size());
  const int label = now.batch->labels[static_cast<size_t>(chosen)];
  Rect room = area;
  const Rect bars = room.cut_bottom(std::clamp(room.h * 0.26f, 60.0f, 110.0f));
  ui.label(room.cut_bottom(24), format_tr("loss of every sample; their mean is {}", full_value(numbers.mean)),
           Font::caption, theme.gradient);
  std::vector<double> each(numbers.per_sample.begin(), numbers.per_sample.end());
  draw_bars(ui, bars, "loss of every sample", each, chosen);
  const bool softmax = now.config->loss == "cross-entropy";
  if (softmax) ui.label(room.cut_bottom(26), softmax_line(now), Font::caption, theme.activation);
  const float name_w = std::min(110.0f, room.w * 0.22f), number_w = (room.w - name_w) / 4;
  Rect head = room.cut_top(24);
  const auto column = [&](Rect line, int i) {
    return Rect{line.x + name_w + static_cast<float>(i) * number_w, line.y, number_w - 8, line.h};
  };
  ui.label(column(head, 0), softmax ? tr("logit") : tr("output"), Font::caption, theme.activation, Align::right);
  ui.label(column(head, 1), softmax ? tr("softmax") : tr("as a share"), Font::caption, theme.secondary, Align::right);
  ui.label(column(head, 2), tr("target"), Font::caption, theme.secondary, Align::right);
  ui.label(column(head, 3), tr("gradient"), Font::caption, theme.gradient, Align::right);
  ui.begin_panel("loss", room, 0, true);
  const double smoothing = now.config->label_smoothing;
  for (int i = 0; i < k; ++i) {
    const Rect line = ui.take(24);
    if (softmax) {
      const std::string name = fmt::format("class {}", i);
      const std::string command = fmt::format("train.step.class {}", i);
      const Response r = ui.interact(
          line, {.label = name, .command = command, .kind = "row", .tooltip = N_("Its softmax, term by term")});
      if (r.hovered) {
        ui.fill(line, theme.raised, 4);
        ui.found().cell = {"class", 0, i, 0};
      }
      if (r.clicked) ui.send(command);
    }
    if (i == label) ui.fill(line, faded(theme.activation, 0.16f), 4);
    const auto share = i < classes ? static_cast<double>(own[i]) : 0.0;
    const Rect bar = column(line, 1);
    ui.fill({bar.x + 4, bar.y + 3, (bar.w - 4) * static_cast<float>(share), bar.h - 6}, faded(theme.activation, 0.35f),
            3);
    ui.label(Rect{line.x + 6, line.y, name_w - 6, line.h},
             i < classes ? now.data->classes()[static_cast<size_t>(i)] : std::to_string(i), Font::control, theme.text);
    ui.label(column(line, 0), rounded_text(static_cast<double>(row[i]), 4), Font::number, theme.text, Align::right);
    ui.label(column(line, 1), rounded_text(share, 4), Font::number, theme.text, Align::right);
    const double target = (i == label ? 1 - smoothing : 0) + smoothing / k;
    ui.label(column(line, 2), rounded_text(target, 4, true), Font::number, theme.secondary, Align::right);
    ui.label(column(line, 3),
             rounded_text(static_cast<double>(numbers.gradient[static_cast<size_t>(chosen) * k + i]), 5), Font::number,
             theme.gradient, Align::right);
  }
  ui.end_panel();
}

void StepView::draw_update(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const Update update = update_numbers(now);
  const UpdateWalk& walk = update.walk;
  const Place at = place(now);
  Rect room = area;
  // Before, gradient, after: the chosen filter's slice.
  const TrainSnapshot& from = now.next_phase == Phase::update ? now : *before_;
  const TensorValues* before = from.tensor(TensorKind::weight, at.weight_name);
  const TensorValues* gradient = from.tensor(TensorKind::weight_gradient, at.weight_name);
  const TensorValues* after = update.done ? now.tensor(TensorKind::weight, at.weight_name) : nullptr;
  const int64_t first = at.index - int64_t{1} * at.weight_row * at.g.s - at.weight_column;
  if (at.conv && before != nullptr && gradient != nullptr) {
    LinkedGrids grids(ui, hover_);
    std::vector<Figure::Box> boxes;
    const auto add = [&](const char* name, const char* caption, Concept tone, const TensorValues& tensor) {
      const float* own = tensor.values.data() + first;
      ValueGrid grid;
      grid.rows = at.g.r, grid.columns = at.g.s;
      grid.limit = largest_of(own, int64_t{1} * at.g.r * at.g.s);
      grid.value = [own, &at](int row, int column) { return own[row * at.g.s + column]; };
      grid.frame = [&](int row, int column) -> Color {
        return row == at.weight_row && column == at.weight_column ? theme.kernel : 0;
      };
      grid.tone = tone;
      grid.caption = caption;
      grid.tooltip = N_("Click: the update of this weight");
      LinkedGrid linked = linked_values(ui, name, {}, std::move(grid));
      linked.on_click = "train.step.weight {column} {row}";
      boxes.push_back(grids.add(std::move(linked)));
    };
    add("weights before", N_("weights before"), Concept::kernel, *before);
    add("gradient values", N_("gradient"), Concept::gradient, *gradient);
    if (after != nullptr) add("weights after", N_("weights after"), Concept::kernel, *after);
    grids.draw(room.cut_top(std::min(room.h * 0.4f, 200.0f)), {grids.figure().row(boxes)});
    room.cut_top(12);
  }
  // What goes in, side by side; then the formula, line by line, with its numbers under it.
  struct Given {
    std::string name, value;
    Color tone;
  };
  std::vector<Given> given = {{N_("weight before"), full_value(walk.before), theme.kernel},
                              {N_("gradient"), full_value(walk.gradient), theme.gradient},
                              {N_("learning rate"), full_value(walk.rate), theme.text}};
  for (size_t i = 0; i < walk.states.size(); ++i) {
    given.push_back({format_tr("{} before", walk.states[i]), full_value(walk.state_before[i]), theme.secondary});
  }
  float longest = 120.0f;
  for (const Given& each : given) {
    longest = std::max(longest, ui.measure(Font::caption, tr(std::string_view(each.name))).x + 4);
  }
  const int per_line = room.w / static_cast<float>(given.size()) < longest
                           ? std::clamp(static_cast<int>(room.w / longest), 1, 3)
                           : static_cast<int>(given.size());
  const float each_w = room.w / static_cast<float>(per_line);
  for (size_t i = 0; i < given.size(); i += static_cast<size_t>(per_line)) {
    Rect top = room.cut_top(44);
    for (size_t k = i; k < std::min(given.size(), i + static_cast<size_t>(per_line)); ++k) {
      Rect cell = top.cut_left(each_w).inset(0, 2);
      ui.label(cell.cut_top(20), tr(std::string_view(given[k].name)), Font::caption, given[k].tone);
      ui.label(cell, given[k].value, Font::number, theme.text);
    }
  }
  room.cut_top(4);
  ui.begin_panel("update", room, 0, true);
  const auto line = [&](std::string_view name, std::string_view formula, std::string_view numbers,
                        std::string_view value, Color tone) {
    const float size = ui.text_size(Font::number) * 0.88f;
    const float most = std::max(ui.measure(Font::number, formula, size).x, ui.measure(Font::number, numbers, size).x);
    const float name_w = 86.0f, value_w = 124.0f, high = 20.0f;
    const bool beside = name_w + most + value_w + 12 <= ui.width();
    const float lines = static_cast<float>((numbers.empty() ? 1 : 2) + (beside ? 0 : 1));
    Rect rect = ui.take(high * lines);
    rect.cut_right(12);
    Rect head = beside ? rect : rect.cut_top(high);
    ui.label(head.cut_left(name_w), name, Font::control, tone);
    ui.label(head.cut_right(value_w), value, Font::number, theme.text, Align::right);
    if (beside) rect = head;
    ui.label(numbers.empty() ? rect : rect.cut_top(high), formula, Font::number, theme.text, Align::left, size);
    if (!numbers.empty()) ui.label(rect, numbers, Font::number, theme.secondary, Align::left, size);
  };
  for (const UpdateWalk::Line& each : walk.lines) {
    const bool last = &each == &walk.lines.back();
    line(each.name, "= " + each.formula, "= " + each.numbers,
         each.exact ? full_value(static_cast<float>(each.value)) : short_value(each.value, 7),
         last ? theme.kernel : theme.text);
  }
  if (update.done && update.stored != walk.after) {
    line(tr("weight"), tr("the network holds"), "", full_value(update.stored), theme.gradient);
  }
  ui.end_panel();
}

}  // namespace striate
