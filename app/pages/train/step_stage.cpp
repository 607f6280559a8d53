// The stage of the view `step`: the five phases, and what the shown one does with the batch.
#include <algorithm>
#include <cmath>
#include <utility>

#include "app/pages/train/step_view.h"
#include "app/widgets/sample_grid.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

const char* const kPhases[] = {"batch", "forward", "loss", "backward", "update"};
const char* const kTitles[] = {N_("1 Batch"), N_("2 Forward"), N_("3 Loss"), N_("4 Backward"), N_("5 Update")};
const char* const kShort[] = {N_("Batch"), N_("Forward"), N_("Loss"), N_("Backward"), N_("Update")};
// Whole sentences: what a language makes of a phase's name in them is its own affair.
const char* const kNotYet[] = {
    N_("This phase comes later: press **Phase** until batch. Nothing of it was computed yet."),
    N_("This phase comes later: press **Phase** until forward. Nothing of it was computed yet."),
    N_("This phase comes later: press **Phase** until loss. Nothing of it was computed yet."),
    N_("This phase comes later: press **Phase** until backward. Nothing of it was computed yet."),
    N_("This phase comes later: press **Phase** until update. Nothing of it was computed yet.")};
const char* const kDone[] = {N_("Step {}: batch is done, forward comes next (**Phase**)."),
                             N_("Step {}: forward is done, loss comes next (**Phase**)."),
                             N_("Step {}: loss is done, backward comes next (**Phase**)."),
                             N_("Step {}: backward is done, update comes next (**Phase**).")};

}  // namespace

void StepView::draw_stage(Ui& ui, const Rect& area, const TrainSnapshot& now) const {
  if (!has_network(now)) {
    ui.empty_state(
        area, Icon::play, "No step yet",
        "Press Phase, or Shift+Right: the first batch is read, and every phase of the step shows its numbers.");
    return;
  }
  Rect room = area.inset(20, 10);
  const int shown = shown_phase(now);
  draw_phases(ui, room.cut_top(58), now, shown);
  room.cut_top(10);
  if (done_phase(now) < 0) {
    ui.empty_state(room, Icon::step, "The step has not begun",
                   "Press **Phase**: the first batch is read. Press it again for forward, loss, backward and update.");
    return;
  }
  if (fast(now) && shown != 0 && shown != 2) {
    ui.empty_state(
        room, Icon::play, "Training is too fast to be followed",
        "Press Pause, then Phase; or choose 1 phase/s at the lower right: every phase then shows its numbers. "
        "Batch and loss are shown at any speed.");
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
  } catch (const Error&) {
    // Nothing was copied that this phase shows; the next steps bring it. The update needs the weights from before, too.
    const bool update = shown == 4;
    ui.empty_state(
        room, Icon::step, update ? N_("Go through a step to see its update") : N_("Take one step to see this phase"),
        update ? N_("Press **Phase** below five times: batch, forward, loss, backward, update. Then "
                    "every weight stands here before and after, with what moved it.")
               : N_("Press **Step** below, or the right arrow: one step is taken and its numbers stand here. "
                    "**Phase** goes through it one phase at a time."));
  }
}

// Five boxes; what was done is bright, what comes is dimmed.
void StepView::draw_phases(Ui& ui, const Rect& area, const TrainSnapshot& now, int shown) const {
  const Theme& theme = ui.theme();
  const int done = done_phase(now);
  const float gap = 8, wide = (area.w - 4 * gap) / 5;
  const int64_t step = now.next_phase == Phase::batch ? now.step : now.step + 1;
  // The words, and the number alone for where they have no room.
  using Detail = std::pair<std::string, std::string>;
  const auto detail = [&](int phase) -> Detail {
    if (phase > done) return {phase == done + 1 ? tr("comes next") : "", ""};
    switch (phase) {
      case 0:
        return {format_tr("{} pictures", now.config->batch), std::to_string(now.config->batch)};
      case 1:
        return {format_tr("{} layers", now.architecture->size() - 1), std::to_string(now.architecture->size() - 1)};
      case 2:
        if (!std::isfinite(now.loss)) return {};
        return {format_tr("mean {}", number_text(static_cast<double>(now.loss), 4)),
                number_text(static_cast<double>(now.loss), 4)};
      case 3:
        return {tr("gradients"), ""};
      default:
        return {format_tr("step {}", step), std::to_string(step)};
    }
  };
  float widest = 0;
  for (const char* title : kTitles) widest = std::max(widest, ui.measure(Font::control, tr(title)).x);
  for (int i = 0; i < 5; ++i) {
    const Rect box{area.x + static_cast<float>(i) * (wide + gap), area.y, wide, area.h};
    const std::string command = fmt::format("train.step.look {}", kPhases[i]);
    const Response r = ui.interact(box, {.label = fmt::format("phase {}", kPhases[i]),
                                         .command = command,
                                         .kind = "button",
                                         .tooltip = N_("Look at this phase of the step")});
    const bool bright = i <= done;
    const bool lit = i == shown;
    ui.fill(box, lit ? mixed(theme.raised, theme.accent, 0.22f) : r.hovered ? theme.hovered : theme.surface, 6);
    ui.stroke(box, lit ? theme.accent : theme.line, 6, lit ? 2.0f : 1.0f);
    if (r.keyboard) ui.draw_focus(box, 3);
    Rect text = box.inset(box.w < 110.0f ? 6.0f : 10.0f, 6);
    // All with their number, or none.
    const std::string title(widest > text.w ? tr(kShort[i]) : tr(kTitles[i]));
    const Font font = ui.measure(Font::control, title).x > text.w ? Font::caption : Font::control;
    auto [words, number] = detail(i);
    if (ui.measure(Font::caption, words).x > text.w) words = number;
    const Color ink = bright ? theme.text : theme.secondary;
    ui.label(text.cut_top(text.h / 2), title, font, ink);
    ui.label(text, words, Font::caption, theme.secondary);
    if (i == done && state_.look > 0 && i != shown) {
      ui.fill({box.x + 10, box.bottom() - 3, box.w - 20, 2}, theme.accent, 1);
    }
    if (r.clicked) ui.send(i == shown && state_.look > 0 ? std::string("train.step.look now") : command);
  }
}

// What is shown may belong to the step before: it is said, never left to be guessed.
void StepView::draw_age(Ui& ui, Rect& area, const TrainSnapshot& now, int shown) const {
  const int done = done_phase(now);
  std::string text;
  if (shown > done) {
    if (now.step == now.first_step) {
      text = tr(kNotYet[shown]);
    } else {
      text = format_tr("This phase of step {} comes later; what stands here is what step {} left.", now.step + 1,
                       now.step);
    }
  } else if (done == 4) {
    text = format_tr("Step {} is done. **Phase** begins step {}.", now.step, now.step + 1);
  } else {
    text = format_marked(kDone[done], now.step + 1);
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
                         40.0f, 92.0f);
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
    s.title = format_tr("sample {}: picture {}", i, batch.indices[at]);
    s.lines.push_back({N_("class"), s.words, 0});
    s.command = fmt::format("train.step.sample {}", i);
    return s;
  };
  grid.hint = tr("click: follow this one through the step");
  Rect room = area;
  ui.label(room.cut_top(22), tr("the batch, as the network sees it: one step learns from all of these at once"),
           Font::caption, ui.theme().input);
  ui.begin_panel("batch", room, 0, true);
  const SampleLayout layout = sample_layout(grid, room.w - 12, kSampleLine, 0);
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
    const Rect head = ui.take(20);
    const std::string size = s.rows * s.columns > 1
                                 ? fmt::format("{} \u00d7 {} \u00d7 {}", s.channels, s.rows, s.columns)
                                 : format_tr("{} values", s.channels);
    ui.label(head, node_text(now, node), Font::caption, theme.text);
    Rect right = head;
    right.cut_right(12);
    if (all == nullptr) {
      ui.label(right,
               gradients && node == 0 ? tr("nobody needs the input's gradient: it is not computed") : tr("on its way"),
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
      grid.name = [&now, node](int64_t map) { return format_tr("{}, channel {}", node_text(now, node), map); };
      if (!gradients && node > 0) {
        grid.command = [node](int64_t map) { return fmt::format("train.unit.open {} {}", node - 1, map); };
        grid.hint = tr("click: open this unit");
      } else if (gradients && has_weights(now, node)) {
        grid.command = [node](int64_t) { return fmt::format("train.step.layer {}", node - 1); };
        grid.hint = tr("click: this layer's gradients");
      }
    } else {
      grid.name = [&now, node](int64_t) { return node_text(now, node); };
    }
    const float wide = area.w - 16;
    if (s.rows * s.columns > 1) {
      grid.layout =
          flow_maps(grid.maps.count, s.rows, s.columns, wide, std::min(s.channels > 12 ? 44.0f : 58.0f, wide / 6), 4);
    } else {
      grid.layout.shown = 1, grid.layout.per_line = 1, grid.layout.lines = 1;
      grid.layout.width = std::min(wide, static_cast<float>(s.channels) * 18.0f);
      grid.layout.height = 18.0f;
      if (grid.layout.width >= Ui::kIndexed * static_cast<float>(s.channels))
        grid.layout.edge = map_edge(1, s.channels);
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
  const std::string tip = under >= 0 ? format_tr("sample {}: {}. Click to follow it.", under,
                                                 short_value(values[static_cast<size_t>(under)], 6))
                                     : "";
  const Response r =
      ui.interact(area, {.label = label, .command = "train.step.sample", .kind = "bars", .tooltip = tip});
  for (size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
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

}  // namespace striate
