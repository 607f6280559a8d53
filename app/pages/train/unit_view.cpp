#include "app/pages/train/unit_view.h"

#include <algorithm>
#include <cmath>

#include "app/pages/train/figure_parts.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

int clamped(int value, int count) { return std::clamp(value, 0, std::max(0, count - 1)); }

// A plain list, as a rectangle.
UnitSizes rectangle(int count) {
  for (int columns = static_cast<int>(std::ceil(std::sqrt(count))); columns <= count; ++columns) {
    if (count % columns == 0) return {1, count / columns, columns};
  }
  return {1, 1, std::max(1, count)};
}

}  // namespace

// ------------------------------------------------------------------------------------------- what is looked at

void UnitView::arrange(Opened& o) {
  const Architecture& architecture = *o.values.architecture;
  const Node& node = architecture.nodes()[static_cast<size_t>(o.node)];
  o.input = node.inputs[0];
  o.out = unit_sizes(o.values, o.node);
  o.in = unit_sizes(o.values, o.input);
  o.conv = node.layer->info().follow == Follow::convolution;
  o.dense = node.layer->info().follow == Follow::dense;
  o.listed = o.dense || (o.out.rows == 1 && o.out.columns == 1 && o.out.channels > 1);
  o.out_rows = o.out.rows, o.out_columns = o.out.columns;
  if (o.listed) {  // in a column or two
    const int side = static_cast<int>(std::ceil(std::sqrt(o.out.channels)));
    o.out_rows = std::min(o.out.channels, std::max(20, side));
    o.out_columns = (o.out.channels + o.out_rows - 1) / o.out_rows;
  }
  if (o.conv) {
    o.geometry = node.layer->geometry(o.values.input_shapes(o.node)).convolution;
    o.groups = o.geometry.groups;
    o.slices = o.geometry.c / o.groups;
    o.kernel_rows = o.geometry.r, o.kernel_columns = o.geometry.s;
    o.per_slice = o.kernel_rows * o.kernel_columns;
  } else if (o.dense) {
    const Node& before = architecture.nodes()[static_cast<size_t>(o.input)];
    if (before.layer && before.layer->info().follow == Follow::flattened) {
      o.in = unit_sizes(o.values, before.inputs[0]);
    } else {  // a plain list, as a rectangle
      o.in = rectangle(o.in.channels);
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

// What a layer without a kernel reads: one slice for each input channel that any of the terms stands in.
void UnitView::arrange_sources(Opened& o) const {
  if (o.conv || o.dense) return;
  const std::vector<int>& inputs = o.values.architecture->nodes()[static_cast<size_t>(o.node)].inputs;
  std::vector<char> flat;
  for (const int input : inputs) {
    const UnitSizes s = unit_sizes(o.values, input);
    flat.push_back(s.rows == 1 && s.columns == 1 && s.channels > 1);
  }
  std::vector<std::vector<char>> seen(inputs.size());
  for (const UnitTerm& t : o.walk.terms) {
    const auto input = static_cast<size_t>(t.input);
    const int channel = flat[input] ? 0 : t.channel;
    if (seen[input].empty()) seen[input].resize(static_cast<size_t>(unit_sizes(o.values, inputs[input]).channels));
    if (seen[input][static_cast<size_t>(channel)]++ == 0) o.sources.push_back({t.input, channel});
  }
  if (o.sources.empty()) o.sources.push_back({0, flat[0] ? 0 : clamped(o.filter, o.in.channels)});
  o.slices = static_cast<int>(o.sources.size());
  o.slice = clamped(state_.slice, o.slices);
  const auto shown = static_cast<size_t>(o.sources[static_cast<size_t>(o.slice)].input);
  o.input = inputs[shown];
  o.flat = flat[shown] != 0;
  o.in = unit_sizes(o.values, o.input);
  if (o.flat) o.in = rectangle(o.in.channels);
}

int UnitView::Opened::channel() const {
  if (conv) return first_slice + slice;
  return dense ? slice : sources[static_cast<size_t>(slice)].channel;
}

bool UnitView::Opened::place_of(const UnitTerm& t, int* at_row, int* at_column) const {
  if (dense) {  // a flat input that is drawn as slices
    const int plane = in.rows * in.columns;
    *at_row = t.channel % plane / in.columns, *at_column = t.channel % in.columns;
    return t.channel / plane == slice;
  }
  *at_row = flat ? t.channel / in.columns : t.row;
  *at_column = flat ? t.channel % in.columns : t.column;
  if (!conv && t.input != sources[static_cast<size_t>(slice)].input) return false;
  return flat || t.channel == channel();
}

std::vector<int> UnitView::Opened::taps() const {
  std::vector<int> taps(static_cast<size_t>(in.rows) * in.columns, -1);
  for (int i = 0; i < terms_shown() && static_cast<size_t>(first_term() + i) < walk.terms.size(); ++i) {
    const UnitTerm& t = walk.terms[static_cast<size_t>(first_term() + i)];
    int at_row = 0, at_column = 0;
    if (t.padding || !place_of(t, &at_row, &at_column)) continue;
    taps[static_cast<size_t>(at_row) * in.columns + at_column] = i;
  }
  return taps;
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

std::optional<UnitView::Opened> UnitView::open(const TrainSnapshot& now, std::string* why, bool hovered) {
  if (!has_network(now)) return std::nullopt;
  Opened o;
  if (!state_.batch && (!now.probe || now.probe->activations.empty())) {
    *why = N_("The probe picture is on its way through the network.");
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
    *why = N_("This network has no layer.");
    return std::nullopt;
  }
  if (now.architecture->nodes()[static_cast<size_t>(o.node)].inputs.empty()) {
    *why = fmt::format("Nothing is computed in {}: it reads no layer.", now.architecture->describe(o.node));
    return std::nullopt;
  }
  arrange(o);
  o.batch = state_.batch;
  o.rows = state_.channels && o.conv;
  o.filter = clamped(state_.filter, o.out.channels);
  o.row = clamped(state_.row < 0 ? o.out.rows / 2 : state_.row, o.out.rows);
  o.column = clamped(state_.column < 0 ? o.out.columns / 2 : state_.column, o.out.columns);
  if (hovered && hover_.in("output") && !o.listed) {
    o.row = clamped(hover_.row, o.out.rows), o.column = clamped(hover_.column, o.out.columns);
  }
  o.first_slice = o.conv ? o.filter / (o.geometry.k / o.groups) * o.slices : 0;
  o.slice = clamped(state_.slice, o.slices);
  o.weight_row = clamped(state_.weight_row, o.kernel_rows);
  o.weight_column = clamped(state_.weight_column, o.kernel_columns);
  const int sample = state_.batch ? clamped(state_.sample, o.values.samples()) : 0;
  try {
    o.walk = walk_at(now, o, {o.node, sample, o.filter, o.row, o.column});
  } catch (const Error& error) {
    *why = fmt::format("{}: {}.", error.what(), error.hint());
    return std::nullopt;
  }
  arrange_sources(o);
  print(o);
  return o;
}

// Readouts ask often, and some layers are run to find out.
const UnitWalk& UnitView::walk_at(const TrainSnapshot& now, const Opened& o, const UnitPlace& place) {
  const WalkKey key{&now,         now.run,     now.version,  o.values.activation(place.node),
                    state_.batch, place.node,  place.sample, place.channel,
                    place.row,    place.column};
  if (!(key == walk_key_)) {
    walk_key_ = {};
    walk_ = walk_unit(o.values, place);
    walk_key_ = key;
  }
  return walk_;
}

UnitView::Opened UnitView::opened() {
  std::string why = N_("Nothing is being trained yet");
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

void UnitView::drawn(const Drawn& frame) {
  hover_ = frame.cell;
  revealed_slice_ = static_cast<int>(frame.number("unit.revealed", revealed_slice_));
  const Rect figure = place_of(frame, "figure");
  if (figure.empty()) return;
  MapOpening& opening = *scene_.opening;
  if (opening.figure.empty() && opening.since >= 0) opening.since = now_;  // its numbers had to come first
  opening.figure = figure;
}

bool UnitView::update(double seconds) {
  now_ = seconds;
  const TrainSnapshotPtr now = scene_.snapshot();
  if (!latest_ || latest_->run != now->run) previous_ = nullptr;
  if (latest_ && latest_->run == now->run && latest_->step != now->step) previous_ = latest_;
  latest_ = now;
  // A map that was just clicked opens with all its channels; a kernel with its window.
  const MapOpening& opening = *scene_.opening;
  if (opening.since >= 0 && !opening.back && opening.figure.empty()) {
    state_.channels = opening.tone == Concept::activation;
  }
  why_ = N_("The network's numbers come with the next step.");
  opened_ = open(*now, &why_);
  if (!opened_) return false;
  if (opened_->rows) walk_rows(*now, *opened_);
  if (!opened_->conv && !opened_->dense) gather(*opened_);
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
    if (before.layer && before.layer->info().follow == Follow::flattened) {
      subscribe_activation(now, before.inputs[0], false, subscription);
    }
  }
}

std::vector<Page::Key> UnitView::keys() const {
  std::vector<Page::Key> keys = {{"Shift+Down", "train.unit.turn filter 1", N_("the next filter")},
                                 {"Shift+Up", "train.unit.turn filter -1", N_("the filter before")},
                                 {".", "train.unit.turn slice 1", N_("the next slice")},
                                 {",", "train.unit.turn slice -1", N_("the slice before")},
                                 {"Ctrl+Right", "train.unit.move 1 0", N_("the output cell at the right")},
                                 {"Ctrl+Left", "train.unit.move -1 0", N_("the output cell at the left")},
                                 {"Ctrl+Down", "train.unit.move 0 1", N_("the output cell below")},
                                 {"Ctrl+Up", "train.unit.move 0 -1", N_("the output cell above")}};
  if (!scene_.opening->view.empty()) {
    keys.push_back({"Escape", "train.view " + scene_.opening->view, N_("back to where it was opened")});
  }
  return keys;
}

std::unique_ptr<TrainView> make_unit_view(const TrainScene& scene) { return std::make_unique<UnitView>(scene); }

}  // namespace striate
