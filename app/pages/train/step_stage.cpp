// The stage of the view `step`: the five phases, and what the shown one does with the batch.
#include <algorithm>
#include <cmath>

#include "app/pages/train/step_view.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/tensor_grid.h"
#include "engine/error.h"

namespace striate {
namespace {

const char* const kPhases[] = {"batch", "forward", "loss", "backward", "update"};
const char* const kTitles[] = {"1 Batch", "2 Forward", "3 Loss", "4 Backward", "5 Update"};

}  // namespace

void StepView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!has_network(now)) {
    ui.empty_state(
        area, Icon::play, "No step yet",
        "Press Phase, or Shift+Right: the first batch is read, and every phase of the step shows its numbers.");
    return;
  }
  hover_ = hover_next_;
  hover_next_ = {};
  Rect room = area.inset(20, 10);
  const int shown = shown_phase(now);
  draw_phases(ui, room.cut_top(ui.em(58)), now, shown);
  room.cut_top(10);
  if (done_phase(now) < 0) {
    ui.empty_state(room, Icon::step, "The step has not begun",
                   "Press **Phase**: the first batch is read. Press it again for forward, loss, backward and update.");
    return;
  }
  draw_age(ui, room, now, shown);
  try {
    switch (shown) {
      case 0:
        draw_batch(ui, room, now);
        break;
      case 1:
        draw_layers(ui, room, now, false);
        break;
      case 2:
        draw_loss(ui, room, now);
        break;
      case 3:
        draw_backward(ui, room, now);
        break;
      default:
        draw_update(ui, room, now);
        break;
    }
  } catch (const Error& error) {
    ui.empty_state(room, Icon::picture, "The numbers are not at hand",
                   fmt::format("{}: {}.", error.what(), error.hint()));
  }
  if (!(hover_next_ == hover_)) ui.request_frame();
}

// Five boxes; what was done is bright, what comes is dimmed.
void StepView::draw_phases(Ui& ui, const Rect& area, const TrainSnapshot& now, int shown) const {
  const Theme& theme = ui.theme();
  const int done = done_phase(now);
  const float gap = 8, wide = (area.w - 4 * gap) / 5;
  const int64_t step = now.next_phase == Phase::batch ? now.step : now.step + 1;
  const auto detail = [&](int phase) -> std::string {
    if (phase > done) return phase == done + 1 ? "comes next" : "";
    switch (phase) {
      case 0:
        return fmt::format("{} pictures", now.recipe->batch);
      case 1:
        return fmt::format("{} layers", now.architecture->size() - 1);
      case 2:
        return std::isfinite(now.loss) ? "mean " + number_text(static_cast<double>(now.loss), 4) : "";
      case 3:
        return "gradients";
      default:
        return fmt::format("step {}", step);
    }
  };
  for (int i = 0; i < 5; ++i) {
    const Rect box{area.x + static_cast<float>(i) * (wide + gap), area.y, wide, area.h};
    const std::string command = fmt::format("train.step.look {}", kPhases[i]);
    const Response r = ui.interact(box, {.label = fmt::format("phase {}", kPhases[i]),
                                         .command = command,
                                         .kind = "button",
                                         .tooltip = "Look at this phase of the step"});
    const bool bright = i <= done;
    const bool lit = i == shown;
    ui.fill(box, lit ? mixed(theme.raised, theme.accent, 0.22f) : r.hovered ? theme.hovered : theme.surface, 6);
    ui.stroke(box, lit ? theme.accent : theme.line, 6, lit ? 2.0f : 1.0f);
    Rect text = box.inset(box.w < ui.em(110) ? 6.0f : 10.0f, 6);
    // The number is left out where the name alone fits.
    std::string_view title = kTitles[i];
    if (ui.measure(Font::control, title).x > text.w) title.remove_prefix(2);
    const Font font = ui.measure(Font::control, title).x > text.w ? Font::caption : Font::control;
    std::string words = detail(i);
    if (ui.measure(Font::caption, words).x > text.w) words = words.substr(words.rfind(' ') + 1);
    const Colour ink = bright ? theme.text : theme.secondary;
    ui.label(text.cut_top(text.h / 2), title, font, ink);
    ui.label(text, words, Font::caption, theme.secondary);
    if (i == done && state_.look >= 0 && i != shown) {
      ui.fill({box.x + 10, box.bottom() - 3, box.w - 20, 2}, theme.accent, 1);
    }
    if (r.clicked) ui.send(i == shown && state_.look >= 0 ? std::string("train.step.look now") : command);
  }
}

// What is shown may belong to the step before: it is said, never left to be guessed.
void StepView::draw_age(Ui& ui, Rect& area, const TrainSnapshot& now, int shown) const {
  const int done = done_phase(now);
  std::string text;
  if (shown > done) {
    if (now.step == now.first_step) {
      text = fmt::format("This phase comes later: press **Phase** until {}. Nothing of it was computed yet.",
                         kPhases[shown]);
    } else {
      text = fmt::format("This phase of step {} comes later; what stands here is what step {} left.", now.step + 1,
                         now.step);
    }
  } else if (done == 4) {
    text = fmt::format("Step {} is done. **Phase** begins step {}.", now.step, now.step + 1);
  } else {
    text =
        fmt::format("Step {}: {} is done, {} comes next (**Phase**).", now.step + 1, kPhases[done], kPhases[done + 1]);
  }
  const float h = ui.paragraph_height(text, area.w, Font::caption);
  ui.next(area.cut_top(h));
  ui.paragraph(text, Font::caption);
  area.cut_top(8);
}

void StepView::draw_batch(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!now.batch) {
    ui.empty_state(area, Icon::picture, "No batch yet", "Press Phase: it is read first.");
    return;
  }
  const TrainBatch& batch = *now.batch;
  const int64_t each = batch.shape.count();
  SampleGrid grid;
  grid.key = "step.batch";
  grid.version = static_cast<uint64_t>(now.step * 2 + (now.next_phase == Phase::batch ? 0 : 1)) + now.run * 1000003;
  grid.shape = batch.shape;
  grid.count = static_cast<int64_t>(batch.labels.size());
  grid.size = std::clamp(std::sqrt(area.w * area.h / (2.0f * static_cast<float>(std::max<int64_t>(grid.count, 1)))),
                         ui.em(40), ui.em(92));
  grid.pixels = [&](int64_t sample, int, float* pixels) {
    const float* from = batch.augmented.data() + sample * each;
    std::copy(from, from + each, pixels);
  };
  const int chosen = sample(now);
  grid.sample = [&](int64_t i) {
    Sample s;
    const auto at = static_cast<size_t>(i);
    s.words = now.data->classes()[static_cast<size_t>(batch.labels[at])];
    s.marked = i == chosen;
    s.title = fmt::format("sample {}: picture {}", i, batch.indices[at]);
    s.lines.push_back({"class", s.words, 0});
    s.command = fmt::format("train.step.sample {}", i);
    return s;
  };
  grid.hint = "click: follow this one through the step";
  Rect room = area;
  ui.label(room.cut_top(ui.em(22)), "the batch, as the network sees it: one step learns from all of these at once",
           Font::caption, ui.theme().input);
  ui.begin_panel("batch", room, 0, true);
  const SampleLayout layout = sample_layout(grid, room.w - 12, sample_line(ui), 0);
  const Rect place = ui.take(layout.total_height());
  const SampleAnswer answer = draw_samples(ui, "batch", place, grid, layout);
  ui.end_panel();
  if (answer.hovered && answer.note.shown()) draw_hover_note(ui, answer.note);
}

// Every layer's values for the followed sample, or the gradients that flow back, in the order in which they are made.
void StepView::draw_layers(Ui& ui, const Rect& area, const TrainSnapshot& now, bool gradients) const {
  const Theme& theme = ui.theme();
  const NetworkValues values = batch_values(now);
  const int chosen = sample(now), nodes = now.architecture->size();
  HoverNote note;
  ui.begin_panel("layers", area, 0, true);
  for (int step = 0; step < nodes; ++step) {
    const int node = gradients ? nodes - 1 - step : step;
    const float* all = gradients ? values.gradient(node) : values.activation(node);
    const UnitSizes s = unit_sizes(values.shapes[static_cast<size_t>(node)]);
    const Rect head = ui.take(ui.em(20));
    const std::string size = s.rows * s.columns > 1
                                 ? fmt::format("{} \u00d7 {} \u00d7 {}", s.channels, s.rows, s.columns)
                                 : fmt::format("{} values", s.channels);
    ui.label(head, node_text(now, node), Font::caption, theme.text);
    Rect right = head;
    right.cut_right(12);
    if (all == nullptr) {
      ui.label(right, gradients && node == 0 ? "nobody needs the input's gradient: it is not computed" : "on its way",
               Font::caption, theme.secondary, Align::right);
      continue;
    }
    TensorGrid grid;
    grid.maps.values = {all + s.count() * chosen, static_cast<size_t>(s.count())};
    if (s.rows * s.columns > 1) {
      grid.maps.count = s.channels, grid.maps.height = s.rows, grid.maps.width = s.columns;
    } else {
      grid.maps.count = 1, grid.maps.width = s.channels;
    }
    grid.key = fmt::format("step.{}.{}", gradients ? "gradient" : "value", node);
    grid.version = now.version * 4099 + static_cast<uint64_t>(chosen);
    grid.scale = scale_of(grid.maps, ScaleScope::layer);
    grid.tone = gradients ? Concept::gradient : node == 0 ? Concept::input : Concept::activation;
    grid.numbers = false;
    if (s.rows * s.columns > 1) {
      grid.name = [&now, node](int64_t map) { return fmt::format("{}, channel {}", node_text(now, node), map); };
      if (!gradients && node > 0) {
        grid.command = [node](int64_t map) { return fmt::format("train.unit.open {} {}", node, map); };
        grid.hint = "click: open this unit";
      } else if (gradients && has_weights(now, node)) {
        grid.command = [node](int64_t) { return fmt::format("train.step.layer {}", node); };
        grid.hint = "click: this layer's gradients";
      }
    } else {
      grid.name = [&now, node](int64_t) { return node_text(now, node); };
    }
    const float wide = area.w - 16;
    if (s.rows * s.columns > 1) {
      grid.layout = flow_maps(grid.maps.count, s.rows, s.columns, wide,
                              std::min(s.channels > 12 ? ui.em(44) : ui.em(58), wide / 6), 4);
    } else {
      grid.layout.shown = 1, grid.layout.per_line = 1, grid.layout.lines = 1;
      grid.layout.width = std::min(wide, static_cast<float>(s.channels) * ui.em(18));
      grid.layout.height = ui.em(18);
    }
    const float shown = draw_scale(ui, right, grid.scale);
    ui.label(Rect{head.x, head.y, shown - head.x - 8, head.h}, size, Font::caption, theme.secondary, Align::right);
    const Rect place = ui.take(grid.layout.total_height());
    const TensorAnswer answer = draw_tensor_grid(ui, fmt::format("layer {}", node), place, grid);
    if (answer.hovered) note = answer.note;
    ui.space(4);
  }
  ui.end_panel();
  if (note.shown()) draw_hover_note(ui, note);
}

// A bar per sample, up or down from zero; a click follows the sample.
void StepView::draw_bars(Ui& ui, const Rect& area, const std::string& label, const std::vector<double>& values,
                         int selected) {
  const Theme& theme = ui.theme();
  if (values.empty()) return;
  double high = 0, low = 0;
  for (const double v : values) {
    if (std::isfinite(v)) high = std::max(high, v), low = std::min(low, v);
  }
  const double range = std::max(high - low, 1e-30);
  const float each = area.w / static_cast<float>(values.size());
  const float zero = area.y + area.h * static_cast<float>(high / range);
  const int under = area.contains(ui.input().mouse) ? std::min(static_cast<int>((ui.input().mouse.x - area.x) / each),
                                                               static_cast<int>(values.size()) - 1)
                                                    : -1;
  const std::string tip = under >= 0 ? fmt::format("sample {}: {}. Click to follow it.", under,
                                                   significant_text(values[static_cast<size_t>(under)], 6))
                                     : "";
  const Response r =
      ui.interact(area, {.label = label, .command = "train.step.sample", .kind = "bars", .tooltip = tip});
  for (size_t i = 0; i < values.size(); ++i) {
    const float h = area.h * static_cast<float>(std::abs(values[i]) / range);
    const Rect bar{area.x + static_cast<float>(i) * each + 0.5f, values[i] >= 0 ? zero - h : zero,
                   std::max(1.0f, each - 1.5f), std::max(h, 1.0f)};
    const bool on = static_cast<int>(i) == selected;
    ui.fill(bar, on ? theme.accent : faded(theme.gradient, static_cast<int>(i) == under && r.hovered ? 1.0f : 0.7f), 1);
  }
  ui.line({area.x, zero}, {area.right(), zero}, theme.line);
  if (r.clicked && under >= 0) ui.send(fmt::format("train.step.sample {}", under));
  if (r.focused) {
    const int last = static_cast<int>(values.size()) - 1;
    if (ui.take_key("Right")) ui.send(fmt::format("train.step.sample {}", std::min(last, selected + 1)));
    if (ui.take_key("Left")) ui.send(fmt::format("train.step.sample {}", std::max(0, selected - 1)));
  }
}

void StepView::draw_loss(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  const Theme& theme = ui.theme();
  const LossNumbers numbers = loss_numbers(now);
  const int chosen = sample(now), k = numbers.classes;
  const SlotValues& logits = *now.slot(Role::activation, node_name(now, now.architecture->size() - 1));
  const float* row = logits.values.data() + int64_t{1} * chosen * k;
  const float* p = numbers.probabilities.data();
  const auto classes = static_cast<int>(now.data->classes().size());
  const float* own = p + int64_t{1} * chosen * static_cast<int64_t>(numbers.probabilities.size()) /
                             static_cast<int64_t>(numbers.per_sample.size());
  const int label = now.batch->labels[static_cast<size_t>(chosen)];
  Rect room = area;
  const Rect bars = room.cut_bottom(std::clamp(room.h * 0.26f, ui.em(60), ui.em(110)));
  ui.label(room.cut_bottom(ui.em(24)), fmt::format("loss of every sample; their mean is {}", full_value(numbers.mean)),
           Font::caption, theme.gradient);
  std::vector<double> each(numbers.per_sample.begin(), numbers.per_sample.end());
  draw_bars(ui, bars, "loss of every sample", each, chosen);
  const bool softmax = now.recipe->loss == "cross-entropy";
  const float name_w = std::min(ui.em(110), room.w * 0.22f), number_w = (room.w - name_w) / 4;
  Rect head = room.cut_top(ui.em(24));
  const auto column = [&](Rect line, int i) {
    return Rect{line.x + name_w + static_cast<float>(i) * number_w, line.y, number_w - 8, line.h};
  };
  ui.label(column(head, 0), softmax ? "logit" : "output", Font::caption, theme.activation, Align::right);
  ui.label(column(head, 1), softmax ? "softmax" : "as a share", Font::caption, theme.secondary, Align::right);
  ui.label(column(head, 2), "target", Font::caption, theme.secondary, Align::right);
  ui.label(column(head, 3), "gradient", Font::caption, theme.gradient, Align::right);
  ui.begin_panel("loss", room, 0, true);
  for (int i = 0; i < k; ++i) {
    const Rect line = ui.take(ui.em(24));
    if (i == label) ui.fill(line, faded(theme.activation, 0.16f), 4);
    const auto share = i < classes ? static_cast<double>(own[i]) : 0.0;
    const Rect bar = column(line, 1);
    ui.fill({bar.x + 4, bar.y + 3, (bar.w - 4) * static_cast<float>(share), bar.h - 6}, faded(theme.activation, 0.35f),
            3);
    ui.label(Rect{line.x + 6, line.y, name_w - 6, line.h},
             i < classes ? now.data->classes()[static_cast<size_t>(i)] : std::to_string(i), Font::control, theme.text);
    ui.label(column(line, 0), rounded_text(static_cast<double>(row[i]), 4), Font::number, theme.text, Align::right);
    ui.label(column(line, 1), rounded_text(share, 4), Font::number, theme.text, Align::right);
    ui.label(column(line, 2), i == label ? "1" : "0", Font::number, theme.secondary, Align::right);
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
  const SlotValues* before = from.slot(Role::weight, at.weight_name);
  const SlotValues* gradient = from.slot(Role::weight_gradient, at.weight_name);
  const SlotValues* after = update.done ? now.slot(Role::weight, at.weight_name) : nullptr;
  const int64_t first = at.index - int64_t{1} * at.weight_row * at.g.s - at.weight_column;
  if (at.conv && before != nullptr && gradient != nullptr) {
    const int grids = update.done ? 3 : 2;
    Rect strip = room.cut_top(std::min(room.h * 0.36f, ui.em(160)));
    const float share = strip.w / static_cast<float>(grids);
    const float cell = std::floor(std::min(
        {(strip.h - ui.em(26)) / static_cast<float>(at.g.r), ui.em(48), (share - 16) / static_cast<float>(at.g.s)}));
    const float wide = cell * static_cast<float>(at.g.s);
    const auto draw = [&](int i, const char* name, const char* caption, Concept tone, const SlotValues* slot) {
      ValueGrid grid;
      grid.rows = at.g.r, grid.columns = at.g.s;
      grid.size = cell;
      grid.origin = {strip.x + share * static_cast<float>(i) + (share - wide) / 2, strip.y + ui.em(26)};
      grid.limit = largest_of(slot->values.data() + first, int64_t{1} * at.g.r * at.g.s);
      grid.value = [&, slot](int row, int column) {
        return slot->values[static_cast<size_t>(first + int64_t{1} * row * at.g.s + column)];
      };
      grid.frame = [&](int row, int column) -> Colour {
        return row == at.weight_row && column == at.weight_column ? theme.kernel : 0;
      };
      grid.tone = tone;
      grid.caption = caption;
      grid.command = "train.step.weight";
      grid.tooltip = "Click: the update of this weight";
      const GridResponse r = draw_value_grid(ui, name, grid);
      if (r.clicked || r.moved) ui.send(fmt::format("train.step.weight {} {}", r.column, r.row));
    };
    draw(0, "weights before", "weights before", Concept::kernel, before);
    draw(1, "gradient values", "gradient", Concept::gradient, gradient);
    if (after != nullptr) draw(2, "weights after", "weights after", Concept::kernel, after);
    room.cut_top(12);
  }
  // What goes in, side by side; then the formula, line by line, with its numbers under it.
  struct Given {
    std::string name, value;
    Colour tone;
  };
  std::vector<Given> given = {{"weight before", full_value(walk.before), theme.kernel},
                              {"gradient", full_value(walk.gradient), theme.gradient},
                              {"learning rate", full_value(walk.rate), theme.text}};
  for (size_t i = 0; i < walk.states.size(); ++i) {
    given.push_back({walk.states[i] + " before", full_value(walk.state_before[i]), theme.secondary});
  }
  const int per_line = room.w / static_cast<float>(given.size()) < ui.em(120) ? 3 : static_cast<int>(given.size());
  const float each_w = room.w / static_cast<float>(per_line);
  for (size_t i = 0; i < given.size(); i += static_cast<size_t>(per_line)) {
    Rect top = room.cut_top(ui.em(44));
    for (size_t k = i; k < std::min(given.size(), i + static_cast<size_t>(per_line)); ++k) {
      Rect cell = top.cut_left(each_w).inset(0, 2);
      ui.label(cell.cut_top(ui.em(20)), given[k].name, Font::caption, given[k].tone);
      ui.label(cell, given[k].value, Font::number, theme.text);
    }
  }
  room.cut_top(4);
  ui.begin_panel("update", room, 0, true);
  const auto line = [&](std::string_view name, std::string_view formula, std::string_view numbers,
                        std::string_view value, Colour tone) {
    const float size = ui.text_size(Font::number) * 0.88f;
    const float most = std::max(ui.measure(Font::number, formula, size).x, ui.measure(Font::number, numbers, size).x);
    const float name_w = ui.em(86), value_w = ui.em(124), high = ui.em(20);
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
         each.exact ? full_value(static_cast<float>(each.value)) : significant_text(each.value, 7),
         last ? theme.kernel : theme.text);
  }
  if (update.done && update.stored != walk.after) {
    line("weight", "the network holds", "", full_value(update.stored), theme.gradient);
  }
  ui.end_panel();
}

}  // namespace striate
