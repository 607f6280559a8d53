// One step with its numbers, for the chosen neuron: forward, loss, backward, update. It shows the step that comes next;
// pressing its button does just that.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/pages/neuron/neuron_draw.h"
#include "app/words/words.h"
#include "engine/training/optimizers/optimizer_kind.h"

namespace striate {

// Of many inputs those with the largest products, and the one whose weight is chosen.
std::vector<int> NeuronPage::shown_inputs(const double* values) const {
  constexpr size_t kMost = 8;
  std::vector<int> all(static_cast<size_t>(network().layers()[static_cast<size_t>(state_.layer)].inputs));
  std::iota(all.begin(), all.end(), 0);
  if (all.size() <= kMost) return all;
  const auto size = [&](int input) {
    return std::abs(values[input] * training_.parameters()[weight_at(state_.layer, input, state_.unit)]);
  };
  std::swap(all[0], all[static_cast<size_t>(state_.from)]);
  std::partial_sort(all.begin() + 1, all.begin() + kMost, all.end(), [&](int a, int b) { return size(a) > size(b); });
  all.resize(kMost);
  std::sort(all.begin(), all.end());
  return all;
}

// sample_shown: the network stands above, with the sample in it.
void NeuronPage::draw_step(Ui& ui, Rect area, bool sample_shown) const {
  const std::vector<double>& weights = training_.parameters();
  const std::vector<int> samples = step_samples();
  const int sample = shown_sample();
  const double target = data().targets[static_cast<size_t>(sample)];
  PointPass pass;
  std::vector<double> mean, own(weights.size(), 0.0);
  const double batch_loss = batch_gradient(network(), weights, data(), samples, pass, mean);
  network().forward(weights.data(), data().sample(sample), pass);
  const double loss = network().loss(pass, target);
  network().backward(weights.data(), target, pass, 1, own.data());

  const PointLayer& layer = network().layers()[static_cast<size_t>(state_.layer)];
  const auto unit = static_cast<size_t>(state_.unit);
  const size_t at = layer.values + unit;
  const double* const from = state_.layer > 0
                                 ? pass.values.data() + network().layers()[static_cast<size_t>(state_.layer) - 1].values
                                 : pass.input.data();
  const size_t weight = weight_at(state_.layer, state_.from, state_.unit);
  const bool of_pixels = data().pictures() && state_.layer == 0;

  // What the step is of.
  Rect head = area.cut_top(38);
  ui.begin_row(head);
  ui.setting("neuron.step.single");
  ui.button("Do this step", state_.step_single ? "neuron.step sample" : "neuron.step batch",
            {.style = ButtonStyle::primary, .icon = Icon::step, .tooltip = N_("Learns from these samples")});
  if (ui.remaining().w > 150) {
    ui.button("Next sample", fmt::format("neuron.sample {}", (followed() + 1) % static_cast<int>(samples.size())),
              {.enabled = samples.size() > 1, .tooltip = N_("Follows another sample of this batch")});
  }
  ui.end_row();
  area.cut_top(6);
  const bool two = area.w > 560;
  Rect left = area, right;
  if (two) {
    right = left.cut_right(std::floor(area.w / 2 - 10));
    left.cut_right(20);
  }
  ui.begin_panel("forward numbers", left, 10);
  const auto number = [](double value) { return short_number(value); };
  const std::string what = state_.layer + 1 == static_cast<int>(network().layers().size())
                               ? format_tr("output {}", state_.unit)
                               : format_tr("layer {}, neuron {}", state_.layer, state_.unit);
  ui.paragraph(trn("The next step, {1}, learns from **one sample**, number {2} of the training set. These are its "
                   "numbers in **{3}**.",
                   "The next step, {1}, learns from **{0} samples**. These are the numbers of **sample {4}** of them, "
                   "number {2} of the training set, in **{3}**.",
                   static_cast<int64_t>(samples.size()), training_.step() + 1, training_row(), what, followed()),
               Font::control);
  if (!sample_shown && data().pictures()) draw_picture(ui, sample, ui.take(64).cut_left(64));

  ui.section("FORWARD");
  if (of_pixels) {
    ui.note(
        format_tr("A pixel is the mean brightness of 2 x 2 of the drawing's, 0 black, 1 white. They count row by row, "
                  "{} in a row: pixel 0 is at the upper left.",
                  kDigitSide));
  }
  const std::vector<int> shown = shown_inputs(from);
  for (const int f : shown) {
    const double w = weights[weight_at(state_.layer, f, state_.unit)];
    ui.row(format_tr("{} times its weight", input_name(state_.layer, f)),
           fmt::format("{} \u00b7 {} = {}", number(from[f]), number(w), number(from[f] * w)),
           f == state_.from ? Concept::kernel : Concept::input);
  }
  if (const int more = layer.inputs - static_cast<int>(shown.size()); more > 0) {
    ui.note(trn("and one more product, which is smaller", "and {} more products, which are smaller", more));
  }
  ui.row("bias", number(weights[bias_at(state_.layer, state_.unit)]), Concept::bias);
  ui.row("z, their sum", number(pass.sums[at]), Concept::kernel);
  ui.row(format_tr("a = {}(z), the neuron's value", name_of(layer.activation)), number(pass.values[at]),
         Concept::activation);

  ui.section("LOSS");
  std::string outputs;
  for (int j = 0; j < network().outputs(); ++j) {
    outputs += (j > 0 ? "  " : "") + number(network().output_of(pass)[static_cast<size_t>(j)]);
  }
  ui.row("output", outputs, Concept::activation);
  ui.row("target", data().regression() ? number(target)
                   : network().classes() == 2
                       ? format_tr("class {}: {}", data().label(sample),
                                   number(data().label(sample) == 1 ? network().high() : network().low()))
                       : format_tr("class {}", data().label(sample)));
  ui.row(format_tr("L, loss of this sample ({})", name_of(state_.model.loss)), number(loss), Concept::gradient);
  ui.row("mean loss of the step's samples", number(batch_loss), Concept::gradient);

  if (two) {
    ui.end_panel();
    ui.begin_panel("backward numbers", right, 10);
  }
  ui.section("BACKWARD");
  ui.note(format_tr("Derivatives of the loss L with respect to the value a, the sum z and the weight w of {}.",
                    input_name(state_.layer, state_.from)));
  ui.row("dL/da", number(pass.value_gradients[at]), Concept::gradient);
  if (layer.activation != PointActivation::softmax) {
    ui.row(format_tr("da/dz, the slope of {}", name_of(layer.activation)),
           number(activation_slope(layer.activation, pass.sums[at])));
    ui.row("dL/dz, their product", number(pass.sum_gradients[at]), Concept::gradient);
  } else {
    ui.row("dL/dz, through all outputs of the softmax", number(pass.sum_gradients[at]), Concept::gradient);
  }
  ui.row(
      format_tr("dL/dw = dL/dz \u00b7 {}", input_name(state_.layer, state_.from)),
      fmt::format("{} \u00b7 {} = {}", number(pass.sum_gradients[at]), number(from[state_.from]), number(own[weight])),
      Concept::gradient);
  ui.row("dL/dw, mean over the step's samples", number(mean[weight]), Concept::gradient);

  ui.section("UPDATE");
  PointTraining next = training_;
  if (state_.step_single) {
    next.advance_sample();
  } else {
    next.advance(1);
  }
  const OptimizerSettings settings = settings_of(training_.learning().optimizer);
  UpdateNumbers numbers;
  numbers.weight = weights[weight], numbers.gradient = mean[weight], numbers.rate = training_.learning().rate;
  numbers.step = training_.step() + 1;
  numbers.before = {training_.state().first[weight], training_.state().second[weight]};
  numbers.after = {next.state().first[weight], next.state().second[weight]};
  numbers.weight_after = next.parameters()[weight];
  numbers.text = number;
  settings.kind->lines(settings, numbers);
  for (const UpdateLine& line : numbers.lines) {
    ui.row(line.name, number(line.value), line.name == "weight" ? Concept::kernel : Concept::none);
    ui.label(ui.take(20), line.formula, Font::caption, ui.theme().secondary);
    ui.label(ui.take(20), line.numbers, Font::number, ui.theme().secondary, Align::left, 13);
  }
  ui.end_panel();
}

}  // namespace striate
