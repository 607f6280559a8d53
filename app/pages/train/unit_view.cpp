#include "app/pages/train/unit_view.h"

#include <algorithm>
#include <cmath>

#include "engine/error.h"

namespace striate {
namespace {

int clamped(int value, int count) { return std::clamp(value, 0, std::max(0, count - 1)); }

}  // namespace

// ------------------------------------------------------------------------------------------- what is looked at

void UnitView::arrange(Opened& o) {
  const Architecture& architecture = *o.values.architecture;
  const Node& node = architecture.nodes()[static_cast<size_t>(o.node)];
  o.input = node.inputs[0];
  o.out = unit_sizes(o.values.shapes[static_cast<size_t>(o.node)]);
  o.in = unit_sizes(o.values.shapes[static_cast<size_t>(o.input)]);
  const std::string kind = node.layer->kind();
  o.conv = kind == "conv";
  o.dense = kind == "dense";
  if (o.conv) {
    o.geometry = node.layer->geometry(o.values.input_shapes(o.node)).convolution;
    o.groups = o.geometry.groups;
    o.slices = o.geometry.c / o.groups;
    o.kernel_rows = o.geometry.r, o.kernel_columns = o.geometry.s;
    o.per_slice = o.kernel_rows * o.kernel_columns;
  } else if (o.dense) {
    const Node& before = architecture.nodes()[static_cast<size_t>(o.input)];
    if (before.layer && before.layer->kind() == "flatten") {
      o.in = unit_sizes(o.values.shapes[static_cast<size_t>(before.inputs[0])]);
    } else {  // a plain list, as a rectangle
      const int count = o.in.channels;
      o.in = {1, 1, count};
      for (int columns = static_cast<int>(std::ceil(std::sqrt(count))); columns <= count; ++columns) {
        if (count % columns != 0) continue;
        o.in.rows = count / columns, o.in.columns = columns;
        break;
      }
    }
    o.slices = o.in.channels;
    o.kernel_rows = o.in.rows, o.kernel_columns = o.in.columns;
    o.per_slice = o.in.rows * o.in.columns;
  }
  if (o.conv || o.dense) {
    const std::vector<WeightSpec> list = node.layer->parameters(o.values.input_shapes(o.node));
    o.weight_name = o.values.array_name(o.node, list[0].name);
    if (list.size() > 1) o.bias_name = o.values.array_name(o.node, list[1].name);
  }
}

void UnitView::print(Opened& o) {
  if (o.walk.form != UnitForm::products) return;
  std::vector<Term> terms;
  for (const UnitTerm& t : o.walk.terms) terms.push_back({static_cast<double>(t.x), static_cast<double>(t.w)});
  const auto bias = static_cast<double>(o.walk.bias);
  o.printed = print_short(terms, o.walk.has_bias ? &bias : nullptr, static_cast<double>(o.walk.value),
                          o.conv || o.dense ? o.slices : 1);
}

int64_t UnitView::Opened::weight_index(int r, int s) const {
  if (!conv && !dense) return -1;
  return (int64_t{1} * filter * slices + slice) * per_slice + int64_t{1} * r * kernel_columns + s;
}

const UnitTerm* UnitView::Opened::term(int r, int s) const {
  const size_t i = static_cast<size_t>(slice) * per_slice + static_cast<size_t>(r) * kernel_columns + s;
  return (conv || dense) && i < walk.terms.size() ? &walk.terms[i] : nullptr;
}

std::optional<UnitView::Opened> UnitView::open(const TrainSnapshot& now, std::string* why, bool hovered) const {
  if (!has_network(now)) return std::nullopt;
  Opened o;
  if (!state_.batch && (!now.probe || now.probe->activations.empty())) {
    *why = "The probe picture is on its way through the network.";
    return std::nullopt;
  }
  o.values = state_.batch ? batch_values(now) : probe_values(now);
  const int nodes = now.architecture->size();
  o.node = state_.node;
  if (o.node < 0) {
    const std::vector<int> weighted = weighted_nodes(now);
    o.node = weighted.empty() ? 1 : weighted[0];
  }
  o.node = std::min(o.node, nodes - 1);
  if (o.node < 1) {
    *why = "This network has no layer.";
    return std::nullopt;
  }
  arrange(o);
  o.filter = clamped(state_.filter, o.out.channels);
  o.row = clamped(state_.row < 0 ? o.out.rows / 2 : state_.row, o.out.rows);
  o.column = clamped(state_.column < 0 ? o.out.columns / 2 : state_.column, o.out.columns);
  if (hovered && hover_.kind == Hover::Kind::output && !o.dense) {
    o.row = clamped(hover_.row, o.out.rows), o.column = clamped(hover_.column, o.out.columns);
  }
  o.first_slice = o.conv ? o.filter / (o.geometry.k / o.groups) * o.slices : 0;
  o.slice = clamped(state_.slice, o.slices);
  o.weight_row = clamped(state_.weight_row, o.kernel_rows);
  o.weight_column = clamped(state_.weight_column, o.kernel_columns);
  const int sample = state_.batch ? clamped(state_.sample, o.values.samples()) : 0;
  try {
    o.walk = walk_unit(o.values, {o.node, sample, o.filter, o.row, o.column});
  } catch (const Error& error) {
    *why = fmt::format("{}: {}.", error.what(), error.hint());
    return std::nullopt;
  }
  print(o);
  return o;
}

UnitView::Opened UnitView::opened() const {
  std::string why = "Nothing is being trained yet";
  const TrainSnapshotPtr now = scene_.snapshot();
  std::optional<Opened> o = open(*now, &why, false);
  if (!o) throw Error("no unit is open: " + why, "start a training (train.start) and show the view (train.view unit)");
  o->values.activation = nullptr, o->values.gradient = nullptr, o->values.array = nullptr;  // they end with `now`
  return *std::move(o);
}

std::vector<std::pair<int, UnitWalk>> UnitView::chain(const Opened& o) const {
  std::vector<std::pair<int, UnitWalk>> list;
  if (!o.values.activation) return list;
  UnitPlace place = o.walk.place;
  for (const int node : pointwise_after(*o.values.architecture, o.node)) {
    place.node = node;
    try {
      list.emplace_back(node, walk_unit(o.values, place));
    } catch (const Error&) {
      break;  // its arrays come with the next snapshot
    }
  }
  return list;
}

// ------------------------------------------------------------------------------------------- life

bool UnitView::update(double) {
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!latest_ || latest_->run != now->run) previous_ = nullptr;
  if (latest_ && latest_->run == now->run && latest_->step != now->step) previous_ = latest_;
  latest_ = now;
  return false;
}

void UnitView::subscribe(const TrainSnapshot& now, TrainSubscription& subscription) const {
  if (!has_network(now)) return;
  subscription.probe = true;
  int node = state_.node;
  if (node < 0) {
    const std::vector<int> weighted = weighted_nodes(now);
    node = weighted.empty() ? 1 : weighted[0];
  }
  node = std::min(node, now.architecture->size() - 1);
  if (node < 1) return;
  std::vector<int> nodes = pointwise_after(*now.architecture, node);
  nodes.push_back(node);
  for (const int each : nodes) {
    subscribe_arrays(now, each, state_.batch, subscription);
    if (state_.batch) subscribe_activation(now, each, false, subscription);
  }
  if (!state_.batch) return;
  subscription.batch = true;
  for (const int input : now.architecture->nodes()[static_cast<size_t>(node)].inputs) {
    subscribe_activation(now, input, false, subscription);
    const Node& before = now.architecture->nodes()[static_cast<size_t>(input)];
    if (before.layer && before.layer->kind() == "flatten") {
      subscribe_activation(now, before.inputs[0], false, subscription);
    }
  }
}

std::vector<std::string> UnitView::state() const {
  const State& s = state_;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("train.unit.layer {}", s.node));
  lines.push_back(fmt::format("train.unit.filter {}", s.filter));
  lines.push_back(fmt::format("train.unit.slice {}", s.slice));
  if (s.row >= 0) lines.push_back(fmt::format("train.unit.cursor {} {}", s.column, s.row));
  lines.push_back(fmt::format("train.unit.weight {} {}", s.weight_column, s.weight_row));
  lines.push_back(fmt::format("train.unit.source {}", s.batch ? "batch" : "probe"));
  lines.push_back(fmt::format("train.unit.sample {}", s.sample));
  lines.push_back(fmt::format("train.unit.walk {}", s.walked));
  return lines;
}

std::vector<Page::Key> UnitView::keys() const {
  return {{"]", "train.unit.turn filter 1", "the next filter"},
          {"[", "train.unit.turn filter -1", "the filter before"},
          {".", "train.unit.turn slice 1", "the next slice"},
          {",", "train.unit.turn slice -1", "the slice before"},
          {"Ctrl+Right", "train.unit.move 1 0", "the output cell at the right"},
          {"Ctrl+Left", "train.unit.move -1 0", "the output cell at the left"},
          {"Ctrl+Down", "train.unit.move 0 1", "the output cell below"},
          {"Ctrl+Up", "train.unit.move 0 -1", "the output cell above"}};
}

// ------------------------------------------------------------------------------------------- commands

void UnitView::declare(Registry& registry) {
  registry_ = &registry;
  declare_commands(registry);
  declare_readouts(registry);
}

void UnitView::declare_commands(Registry& registry) {
  constexpr double kMost = 1 << 20;
  const auto command = [&](std::string name, std::string help, std::vector<Parameter> parameters, auto apply) {
    registry.add(Command{std::move(name), std::move(help), std::move(parameters), apply});
  };
  const auto whole = [](const Arguments& a, size_t i) { return static_cast<int>(a.integer(i)); };
  const auto number = [](const char* name, const char* help, double low) {
    return Parameter::integer(name, help, low, kMost);
  };
  command(
      "train.unit.open", "Opens a unit or filter of a layer, and shows the view",
      {number("LAYER", "number of the layer in running order; 0 is the input", 0),
       number("FILTER", "filter, channel or neuron, from 0", 0), number("SLICE", "input channel, from 0", 0).or_none()},
      [this, whole](const Arguments& a) {
        const TrainSnapshotPtr now = scene_.snapshot();
        if (has_network(*now) && whole(a, 0) >= now->architecture->size()) {
          throw Error(fmt::format("there is no layer {}", whole(a, 0)),
                      fmt::format("the last one is {}", now->architecture->size() - 1));
        }
        State next = state_;
        next.node = std::max(1, whole(a, 0));
        next.filter = whole(a, 1);
        next.slice = a.has(2) ? whole(a, 2) : 0;
        next.row = next.column = next.walked = -1;
        state_ = next;
        if (registry_->find_command("train.view") != nullptr) registry_->run("train.view unit");
      });
  command("train.unit.layer", "The layer that is opened",
          {number("N", "its number in running order; -1: the first with weights", -1)},
          [this, whole](const Arguments& a) {
            state_.node = whole(a, 0) == 0 ? 1 : whole(a, 0);
            state_.row = state_.column = state_.walked = -1;
          });
  command("train.unit.filter", "The filter, channel or neuron of the layer", {number("N", "from 0", 0)},
          [this, whole](const Arguments& a) { state_.filter = whole(a, 0), state_.walked = -1; });
  command("train.unit.slice", "The input channel whose products are shown", {number("N", "from 0", 0)},
          [this, whole](const Arguments& a) { state_.slice = whole(a, 0), state_.walked = -1; });
  command("train.unit.cursor", "The output cell whose sum is shown",
          {number("X", "column, from 0", 0), number("Y", "row, from 0", 0)}, [this, whole](const Arguments& a) {
            state_.column = whole(a, 0), state_.row = whole(a, 1), state_.walked = -1;
          });
  command("train.unit.move", "Moves to a neighbouring output cell",
          {number("DX", "columns", -kMost), number("DY", "rows", -kMost)}, [this, whole](const Arguments& a) {
            const Opened o = opened();
            state_.column = clamped(o.column + whole(a, 0), o.out.columns);
            state_.row = clamped(o.row + whole(a, 1), o.out.rows);
            state_.walked = -1;
          });
  command("train.unit.turn", "The next or last filter, slice or layer",
          {Parameter::choice("WHAT", "what", {"filter", "slice", "layer"}), number("BY", "how many further", -kMost)},
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
  command("train.unit.weight", "The weight whose card is shown",
          {number("X", "column of the kernel, from 0", 0), number("Y", "row, from 0", 0)},
          [this, whole](const Arguments& a) { state_.weight_column = whole(a, 0), state_.weight_row = whole(a, 1); });
  command("train.unit.source", "Whose values are multiplied: the probe's, or those of a sample of the batch",
          {Parameter::choice("WHICH", "which picture", {"probe", "batch"})},
          [this](const Arguments& a) { state_.batch = a.text(0) == "batch"; });
  command("train.unit.sample", "Which sample of the batch", {number("N", "from 0", 0)},
          [this, whole](const Arguments& a) { state_.sample = whole(a, 0); });
  command("train.unit.walk", "How many products are counted; -1: all", {number("N", "products", -1)},
          [this, whole](const Arguments& a) { state_.walked = whole(a, 0); });
}

void UnitView::declare_readouts(Registry& registry) {
  const auto add = [&](const char* name, const char* help, std::function<ReadoutValue()> value) {
    registry.add(Readout{std::string("train.unit.") + name, help, std::move(value)});
  };
  const auto real = [](float v) { return ReadoutValue(static_cast<double>(v)); };
  add("layer", "number of the opened layer", [this] { return ReadoutValue(static_cast<double>(opened().node)); });
  add("filter", "number of the opened filter", [this] { return ReadoutValue(static_cast<double>(opened().filter)); });
  add("slice", "number of the shown input channel",
      [this] { return ReadoutValue(static_cast<double>(opened().slice)); });
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
  add("weight.name", "slot and index of the shown weight: what train.edit takes", [this] {
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
    const SlotValues* slot = now->slot(Role::weight_gradient, o.weight_name);
    if (slot == nullptr) throw Error("the gradient is not at hand", "show the view: train.view unit");
    return real(slot->values[static_cast<size_t>(o.weight_index(o.weight_row, o.weight_column))]);
  });
}

std::unique_ptr<TrainView> make_unit_view(const TrainScene& scene) { return std::make_unique<UnitView>(scene); }

}  // namespace striate
