// Settings, commands and readouts of the view `unit`.
#include <algorithm>

#include "app/pages/train/figure_parts.h"
#include "app/pages/train/unit_view.h"
#include "app/words/words.h"
#include "engine/error.h"

namespace striate {
namespace {

constexpr double kMax = 1 << 20;

int clamped(int value, int count) { return std::clamp(value, 0, std::max(0, count - 1)); }

}  // namespace

void UnitView::declare(Registry& registry) {
  registry_ = &registry;
  declare_settings();
  settings_.declare(registry);
  declare_commands(registry);
  declare_readouts(registry);
}

void UnitView::declare_settings() {
  const SettingRange from_0{"N", "from 0", 0, kMax};
  const auto shows = [this](Setting& setting, const char* help, auto value) {
    setting.readout_help = help;
    setting.shown = [this, value] { return ReadoutValue(static_cast<double>(value(opened()))); };
  };
  const auto last = [this](auto count) {  // nothing before something is opened
    return [this, count] { return opened_ ? Setting::Now{.last = count(*opened_) - 1} : Setting::Now(); };
  };
  Setting& layer = settings_.text(
      "layer", "opened layer", "The layer that is opened",
      Parameter::word("LAYER", "its number, from 0 without the input, or its name; -1: the first with weights"),
      [](const State& s) { return std::to_string(std::max(-1, s.node - 1)); },
      [this](State& s, const std::string& which) {
        const int node = node_of_layer(*scene_.snapshot(), which);
        s.node = node == 0 ? 1 : node;
        s.row = s.column = s.walked = -1;
      });
  shows(layer, "number of the opened layer, from 0 without the input", [](const Opened& o) { return o.node - 1; });
  layer.now = [this] {
    Setting::Now now;
    if (!opened_) return now;
    for (int i = 1; i < latest_->architecture->size(); ++i)
      now.offers.emplace_back(node_text(*latest_, i), std::to_string(i - 1));
    now.value = std::to_string(opened_->node - 1);
    return now;
  };
  // Of another one all products are counted.
  const auto number = [&](const char* name, const char* help, int State::*field) -> Setting& {
    return settings_.integer(
        name, name, help, from_0, [field](const State& s) { return s.*field; },
        [field](State& s, int64_t n) { s.*field = static_cast<int>(n), s.walked = -1; });
  };
  Setting& filter = number("filter", "The filter, channel or neuron of the layer", &State::filter);
  shows(filter, "number of the opened filter", [](const Opened& o) { return o.filter; });
  filter.now = last([](const Opened& o) { return o.out.channels; });
  Setting& slice = number("slice", "The input channel whose products are shown", &State::slice);
  shows(slice, "number of the shown input channel", [](const Opened& o) { return o.slice; });
  slice.now = last([](const Opened& o) { return o.slices; });
  settings_.also([this] {
    const State& s = state_;
    std::vector<std::string> lines;
    if (s.row >= 0) lines.push_back(fmt::format("train.unit.cursor {} {}", s.column, s.row));
    lines.push_back(fmt::format("train.unit.weight {} {}", s.weight_column, s.weight_row));
    return lines;
  });
  settings_
      .choice("source", "values of", "Whose values are multiplied: the probe's, or those of a sample of the batch",
              Parameter::choice("WHICH", "which picture", {"probe", "batch"}), &State::batch)
      .labels = {N_("the probe"), N_("the batch")};
  settings_.integer("sample", "sample", "Which sample of the batch", from_0, &State::sample).now =
      last([](const Opened& o) { return o.values.samples(); });
  settings_.integer("walk", "counted products", "How many products are counted; -1: all", {"N", "products", -1, kMax},
                    &State::walked);
  settings_
      .choice("show", "shown", "A convolution's filter: one window with its numbers, or a row per input channel",
              Parameter::choice("WHAT", "what the stage shows", {"window", "channels"}), &State::channels)
      .labels = {N_("one window"), N_("all channels")};
}

void UnitView::declare_commands(Registry& registry) {
  const auto command = [&](std::string name, std::string help, std::vector<Parameter> parameters, auto apply) {
    registry.add(Command{std::move(name), std::move(help), std::move(parameters), apply});
  };
  const auto whole = [](const Arguments& a, size_t i) { return static_cast<int>(a.integer(i)); };
  const auto number = [](const char* name, const char* help, double low) {
    return Parameter::integer(name, help, low, kMax);
  };
  command(
      "train.unit.open", N_("Opens a unit or filter of a layer, and shows the view"),
      {Parameter::word("LAYER", "its number, from 0 without the input, or its name"),
       number("FILTER", "filter, channel or neuron, from 0", 0), number("SLICE", "input channel, from 0", 0).or_none()},
      [this, whole](const Arguments& a) {
        const TrainSnapshotPtr now = scene_.snapshot();
        State next = state_;
        next.node = std::max(1, node_of_layer(*now, a.text(0)));
        next.filter = whole(a, 1);
        next.slice = a.has(2) ? whole(a, 2) : 0;
        next.row = next.column = next.walked = -1;
        state_ = next;
        if (registry_->find_command("train.view") != nullptr) registry_->run("train.view unit");
      });
  command("train.unit.cursor", N_("The output cell whose sum is shown"),
          {number("X", "column, from 0", 0), number("Y", "row, from 0", 0)}, [this, whole](const Arguments& a) {
            state_.column = whole(a, 0), state_.row = whole(a, 1), state_.walked = -1;
          });
  command("train.unit.move", N_("Moves to a neighboring output cell"),
          {number("DX", "columns", -kMax), number("DY", "rows", -kMax)}, [this, whole](const Arguments& a) {
            const Opened o = opened();
            state_.column = clamped(o.column + whole(a, 0), o.out.columns);
            state_.row = clamped(o.row + whole(a, 1), o.out.rows);
            state_.walked = -1;
          });
  command("train.unit.turn", N_("The next or last filter, slice or layer"),
          {Parameter::choice("WHAT", "what", {"filter", "slice", "layer"}), number("BY", "how many further", -kMax)},
          [this, whole](const Arguments& a) {
            const Opened o = opened();
            const int by = whole(a, 1);
            state_.walked = -1;
            if (a.text(0) == "filter") {
              state_.filter = clamped(o.filter + by, o.out.channels);
            } else if (a.text(0) == "slice") {
              state_.slice = clamped(o.slice + by, o.slices);
            } else {
              state_.node = std::clamp(o.node + by, 1, o.values.architecture->size() - 1);
            }
          });
  command("train.unit.weight", N_("The weight whose card is shown"),
          {number("X", "column of the kernel, from 0", 0), number("Y", "row, from 0", 0)},
          [this, whole](const Arguments& a) { state_.weight_column = whole(a, 0), state_.weight_row = whole(a, 1); });
}

std::string UnitView::lit(const Opened& o) {
  std::string text;
  const std::vector<int> taps = o.taps();
  for (size_t i = 0; i < taps.size(); ++i) {
    if (taps[i] < 0) continue;
    const auto columns = static_cast<size_t>(o.in.columns);
    text += text.empty() ? "" : " ";
    const size_t value = i + (o.dense ? static_cast<size_t>(o.slice) * taps.size() : 0);
    text += o.flat || o.dense ? fmt::format("{},0,0", value)
                              : fmt::format("{},{},{}", o.channel(), i / columns, i % columns);
  }
  return text;
}

void UnitView::declare_readouts(Registry& registry) {
  const auto add = [&](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("train.unit.") + name, help, std::move(value)});
  };
  const auto real = [](float v) { return ReadoutValue(static_cast<double>(v)); };
  add("slices", "how many slices the unit reads",
      [this] { return ReadoutValue(static_cast<double>(opened().slices)); });
  add("input", "number of the layer whose slice is drawn as the input; -1: the network's input",
      [this] { return ReadoutValue(opened().input - 1.0); });
  add("lit", "the cells of the drawn slice that the unit is made of: slice,row,column ... as the input counts them",
      [this] { return ReadoutValue(lit(opened())); });
  add("sum", "the unit's sum, as the trainer's operators add it", [this, real] { return real(opened().walk.value); });
  add("bias", "the unit's bias; 0 where it has none", [this, real] { return real(opened().walk.bias); });
  add("value", "what the network holds for the unit", [this, real] {
    const Opened o = opened();
    return real(o.walk.stored ? *o.walk.stored : o.walk.value);
  });
  add("terms", "the unit's sum as it is printed: 0.5*2 + ...", [this] {
    const Opened o = opened();
    return ReadoutValue(o.printed.factors() + " = " + o.printed.result);
  });
  add("activation", "the unit's value after the layers that follow it value by value", [this, real] {
    std::string why;
    const TrainSnapshotPtr now = scene_.snapshot();
    const std::optional<Opened> o = open(*now, &why, false);
    if (!o) throw Error("no unit is open", "start a training: train.start");
    const auto list = chain(*o);
    return real(list.empty() ? o->walk.value : list.back().second.value);
  });
  add("weight.name", "tensor and index of the shown weight: what train.edit takes", [this] {
    const Opened o = opened();
    if (o.weight_name.empty()) throw Error("this layer has no weights", "choose a conv or dense layer");
    return ReadoutValue(fmt::format("{} {}", o.weight_name, o.weight_index(o.weight_row, o.weight_column)));
  });
  add("weight.value", "the shown weight", [this, real] {
    const Opened o = opened();
    const UnitTerm* t = o.term(o.weight_row, o.weight_column);
    if (t == nullptr) throw Error("this layer has no weights", "choose a conv or dense layer");
    return real(t->w);
  });
  add("weight.gradient", "what the loss of the batch changes by with the shown weight", [this, real] {
    const Opened o = opened();
    const TrainSnapshotPtr now = scene_.snapshot();
    const TensorValues* tensor = now->tensor(TensorKind::weight_gradient, o.weight_name);
    if (tensor == nullptr) throw Error("the gradient is not available", "show the view: train.view unit");
    return real(tensor->values[static_cast<size_t>(o.weight_index(o.weight_row, o.weight_column))]);
  });
}

}  // namespace striate
