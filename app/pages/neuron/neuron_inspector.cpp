// The inspector of the page `neuron`: the chosen neuron's numbers to be typed, the data, the layers, how it learns.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/pages/neuron/neuron_draw.h"
#include "app/words/words.h"

namespace striate {

// The setting's widget; it is framed while the line of the code that means it is under the mouse, and lights that line.
void NeuronPage::draw_lit_setting(Ui& ui, std::string_view name, int topic) const {
  ui.setting(name, {.list = true});
  if (const Item* item = ui.find_item(name)) mark_topic(ui, item->visible, topic, lit_);
}

void NeuronPage::draw_inspector(Ui& ui) const {
  draw_unit(ui);
  ui.hairline();
  draw_data(ui);
  ui.hairline();
  draw_layers(ui);
  ui.hairline();
  draw_learning(ui);
}

void NeuronPage::draw_unit(Ui& ui) const {
  const PointLayer& layer = network().layers()[static_cast<size_t>(state_.layer)];
  const bool last = static_cast<size_t>(state_.layer) + 1 == network().layers().size();
  ui.section("NEURON");
  ui.row("chosen", last ? layer.units > 1 ? format_tr("output {}", state_.unit) : std::string(tr("the output"))
                        : format_tr("layer {}, neuron {}", state_.layer, state_.unit));
  NumberSpec spec;
  spec.minimum = -5, spec.maximum = 5, spec.step = 0.1, spec.decimals = 3;
  const auto weight = [&](int from) {
    spec.reset = training_.start()[weight_at(state_.layer, from, state_.unit)];
    spec.label = state_.layer > 0 ? format_tr("weight of neuron {}", from)
                 : data().pictures()
                     ? format_tr("weight of pixel {}", from)
                     : format_tr("weight of {}", name_of(state_.model.features[static_cast<size_t>(from)]));
    ui.slider(fmt::format("weight {}", from), training_.parameters()[weight_at(state_.layer, from, state_.unit)], spec,
              fmt::format("neuron.weight {} {} {}", state_.layer, from, state_.unit));
  };
  if (layer.inputs <= 8) {
    for (int from = 0; from < layer.inputs; ++from) weight(from);
  } else {
    weight(state_.from);
  }
  spec.label.clear();
  spec.reset = training_.start()[bias_at(state_.layer, state_.unit)];
  ui.slider("bias", training_.parameters()[bias_at(state_.layer, state_.unit)], spec,
            fmt::format("neuron.bias {} {}", state_.layer, state_.unit));
  double place[2];
  PointPass pass;
  network().forward(training_.parameters().data(), sample_looked_at(place), pass);
  const size_t at = layer.values + static_cast<size_t>(state_.unit);
  const bool step = state_.view == "step";
  if (step) ui.row("sample followed", format_tr("{} of the batch", followed()), Concept::input);
  if (!data().pictures()) {
    const double* const looked_at = sample_looked_at(place);
    ui.row(step ? N_("its place") : N_("place looked at"), fmt::format("{:.2f}, {:.2f}", looked_at[0], looked_at[1]),
           Concept::input);
  }
  ui.row("weighted sum", short_number(pass.sums[at]), Concept::kernel);
  ui.row(name_of(layer.activation), short_number(pass.values[at]), Concept::activation);
  ui.error_beside("neuron.weight");
}

void NeuronPage::draw_data(Ui& ui) const {
  ui.section("DATA");
  draw_lit_setting(ui, "neuron.data", kTopicData);
  if (has_more_classes(state_.source.kind)) ui.setting("neuron.classes");
  ui.setting("neuron.noise");
  ui.note(noise_words(state_.source.kind));
  draw_lit_setting(ui, "neuron.split", kTopicSplit);
  ui.note(format_tr("{} samples to learn from, {} for the test, which is never learned from.", data().train.size(),
                    data().test.size()));
  ui.setting("neuron.seed", {.field = true});
  if (data().pictures()) {
    if (state_.view != "step") ui.setting("neuron.sample", {.field = true});
  } else {
    ui.setting("neuron.tests");
  }
}

void NeuronPage::draw_layers(Ui& ui) const {
  ui.section("LAYERS");
  std::string list;
  for (const int units : state_.model.hidden) list += (list.empty() ? "" : " ") + std::to_string(units);
  ui.setting("neuron.layers", {.placeholder = N_("none: the output alone")});
  ui.begin_flow();
  ui.button("One layer more", "neuron.layers " + list + (list.empty() ? "2" : " 2"),
            {.icon = Icon::plus,
             .enabled = state_.model.hidden.size() < 8,
             .tooltip = N_("A hidden layer of two neurons before the output"),
             .words = tr("layer")});
  const std::string shorter =
      list.find(' ') == std::string::npos ? std::string("\"\"") : list.substr(0, list.rfind(' '));
  ui.button("One layer less", "neuron.layers " + shorter,
            {.icon = Icon::minus,
             .enabled = !state_.model.hidden.empty(),
             .tooltip = N_("Takes the last hidden layer away"),
             .words = tr("layer")});
  ui.end_flow();
  // The value of a choice says its layer, too: "tanh 1".
  for (size_t l = 0; l < network().layers().size(); ++l) {
    const PointLayer& layer = network().layers()[l];
    if (layer.activation == PointActivation::softmax) {
      ui.row("activation of the output", "softmax");
      continue;
    }
    std::vector<Choice> choices;
    for (const std::string& name : point_activation_names()) choices.push_back({name, fmt::format("{} {}", name, l)});
    const std::string label =
        l + 1 == network().layers().size() ? std::string("output's activation") : fmt::format("activation {}", l);
    ui.dropdown(label, choices, fmt::format("{} {}", name_of(layer.activation), l), "neuron.activation");
  }
  if (network().layers().size() > 1) {
    std::vector<Choice> choices;
    for (const std::string& name : point_activation_names()) choices.push_back({name, name});
    ui.dropdown("activation of all layers", choices, name_of(state_.model.activations.front()), "neuron.activation");
  }
  if (network().output().activation == PointActivation::relu && network().classes() == 2) {
    ui.note(
        "An output with ReLU that is 0 everywhere has no gradient, and stays so. sigmoid or tanh at the output learn.");
  }
  ui.row("parameters", std::to_string(network().parameters()));
}

void NeuronPage::draw_learning(Ui& ui) const {
  ui.section("LEARNING");
  draw_lit_setting(ui, "neuron.loss", kTopicLoss);
  if (state_.model.loss == PointLoss::cross_entropy) {
    ui.note(
        "A sample's cross-entropy ends at 100 here, as in PyTorch. Keras keeps probabilities within 1e-7 and 1 - 1e-7: "
        "its loss ends at 16.1. The script says where that differs.");
  }
  draw_lit_setting(ui, "neuron.optimizer", kTopicOptimizer);
  ui.setting("neuron.rate");
  draw_lit_setting(ui, "neuron.batch", kTopicBatch);
  ui.setting("neuron.speed");
  ui.button(
      "Begin again", "neuron.reset",
      {.icon = Icon::reset, .tooltip = N_("Step 0 with the weights of the seed; what was set by hand is forgotten")});
  ui.button("Keras script", fmt::format("browse.save neuron.export {}.py", name_of(data().source.kind)),
            {.icon = Icon::file, .tooltip = N_("Writes a script that runs, with these samples and weights in it")});
  ui.error_beside("neuron.export");
}

}  // namespace striate
