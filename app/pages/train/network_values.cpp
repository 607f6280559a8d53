#include "app/pages/train/network_values.h"

#include <algorithm>
#include <cmath>

#include "app/widgets/tap_colors.h"
#include "app/widgets/tensor_grid.h"
#include "app/words/words.h"
#include "engine/error.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

NetworkValues values_of(const TrainSnapshot& now, int batch, Mode mode) {
  NetworkValues values;
  values.architecture = now.architecture.get();
  values.shapes = now.architecture->shapes(batch);
  values.mode = mode;
  const bool emulated = now.device.starts_with("Emulated"), cuda = !emulated && !now.device.starts_with("CPU");
  values.order = summation_order(emulated ? Device::emulated() : cuda ? Device{Device::Kind::cuda, 0} : Device::cpu());
  values.array = [&now](TensorKind kind, const std::string& name) -> const float* {
    const TensorValues* tensor = now.tensor(kind, name);
    return tensor ? tensor->values.data() : nullptr;
  };
  return values;
}

}  // namespace

bool has_network(const TrainSnapshot& now) {
  return now.config && now.architecture && now.architecture->input().rank() > 0;
}

NetworkValues probe_values(const TrainSnapshot& now) {
  NetworkValues values = values_of(now, 1, Mode::evaluation);
  const auto of = [&now](const std::vector<TensorValuesPtr>& list, int node) -> const float* {
    const auto i = static_cast<size_t>(node);
    return i < list.size() && list[i] ? list[i]->values.data() : nullptr;
  };
  values.activation = [&now, of](int node) { return now.probe ? of(now.probe->activations, node) : nullptr; };
  values.gradient = [&now, of](int node) { return now.probe ? of(now.probe->gradients, node) : nullptr; };
  return values;
}

NetworkValues batch_values(const TrainSnapshot& now) {
  NetworkValues values = values_of(now, now.config->batch, Mode::training);
  const auto of = [&now](TensorKind kind, int node) -> const float* {
    const TensorValues* tensor = now.tensor(kind, node_name(now, node));
    return tensor ? tensor->values.data() : nullptr;
  };
  values.activation = [of](int node) { return of(TensorKind::activation, node); };
  values.gradient = [of](int node) { return of(TensorKind::activation_gradient, node); };
  return values;
}

bool batch_is_current(const TrainSnapshot& now) {
  return now.next_phase == Phase::loss || now.next_phase == Phase::backward || now.next_phase == Phase::update;
}

const std::string& node_name(const TrainSnapshot& now, int node) {
  return now.architecture->nodes()[static_cast<size_t>(node)].name;
}

std::string node_text(const TrainSnapshot& now, int node) {
  if (node == 0) return tr("input");
  return fmt::format("{}: {}", node_name(now, node),
                     now.architecture->nodes()[static_cast<size_t>(node)].layer->text());
}

bool gives_list(const NetworkValues& values, int node) {
  const Node& from = values.architecture->nodes()[static_cast<size_t>(node)];
  const UnitSizes s = unit_sizes(values, node);
  return s.rows * s.columns == 1 && (!from.layer || from.layer->info().follow != Follow::flattened);
}

bool has_weights(const TrainSnapshot& now, int node) {
  if (node < 1 || node >= now.architecture->size()) return false;
  return multiplies(*now.architecture->nodes()[static_cast<size_t>(node)].layer);
}

std::vector<int> weighted_nodes(const TrainSnapshot& now) {
  std::vector<int> nodes;
  for (int i = 1; i < now.architecture->size(); ++i) {
    if (has_weights(now, i)) nodes.push_back(i);
  }
  return nodes;
}

void subscribe_arrays(const TrainSnapshot& now, int node, bool batch, TrainSubscription& subscription) {
  if (node < 1) return;
  const Layer& layer = *now.architecture->nodes()[static_cast<size_t>(node)].layer;
  const std::vector<Shape> inputs = now.architecture->input_shapes(node, now.architecture->shapes(1));
  const std::string prefix = node_name(now, node) + '.';
  for (const WeightSpec& spec : layer.parameters(inputs)) {
    subscription.tensors.insert({TensorKind::weight, prefix + spec.name});
    subscription.tensors.insert({TensorKind::weight_gradient, prefix + spec.name});
  }
  for (const BufferSpec& buffer : layer.buffers(inputs)) {
    subscription.tensors.insert({TensorKind::buffer, prefix + buffer.name});
  }
  if (!batch) return;
  for (const SavedTensor& saved : layer.saved_tensors(inputs))
    subscription.tensors.insert({TensorKind::saved, prefix + saved.name});
}

void subscribe_states(const TrainSnapshot& now, int node, const std::vector<std::string>& states,
                      TrainSubscription& subscription) {
  if (node < 1) return;
  const Layer& layer = *now.architecture->nodes()[static_cast<size_t>(node)].layer;
  for (const WeightSpec& spec : layer.parameters(now.architecture->input_shapes(node, now.architecture->shapes(1)))) {
    for (const std::string& state : states) {
      subscription.tensors.insert(
          {TensorKind::optimizer_state, fmt::format("{}.{}.{}", node_name(now, node), spec.name, state)});
    }
  }
}

void subscribe_activation(const TrainSnapshot& now, int node, bool gradient, TrainSubscription& subscription) {
  subscription.tensors.insert({TensorKind::activation, node_name(now, node)});
  if (gradient) subscription.tensors.insert({TensorKind::activation_gradient, node_name(now, node)});
}

float largest_of(const float* values, int64_t count) {
  float most = 0;
  for (int64_t i = 0; values != nullptr && i < count; ++i) {
    if (std::isfinite(values[i])) most = std::max(most, std::abs(values[i]));
  }
  return most > 0 ? most : 1;
}

Color color_of_tap(const Ui& ui, int index, int count) {
  constexpr int kMax = 49;
  return count <= kMax ? tap_color(index, count, ui.theme().dark) : 0;
}

void index_as_list(ValueGrid* grid, int count) {
  grid->row_index = {0, grid->columns};
  grid->index_rows = grid->rows > 1 ? count : -1;
}

LinkedGrid linked_values(const Ui& ui, std::string label, const FoundCell& family, ValueGrid values) {
  LinkedGrid linked;
  linked.name = std::move(label);
  linked.family = family;
  linked.tooltip = values.tooltip;
  linked.caption = {std::string(tr(std::string_view(values.caption))), {values.rest}};
  linked.characters = 5;  // -0.12; a few short numbers among cells that are too small for the others say nothing
  GridSpec& spec = linked.cells;
  spec.rows = values.rows;
  spec.columns = values.columns;
  spec.first_row = values.first_row;
  spec.first_column = values.first_column;
  const auto indices = [](int below, int first, int count) {
    return below != 0 ? below : count > 1 ? first + count : -1;
  };
  spec.index_rows = indices(values.index_rows, values.first_row, values.rows);
  spec.index_columns = indices(values.index_columns, values.first_column, values.columns);
  spec.row_index = values.row_index, spec.column_index = values.column_index;
  spec.tone = values.tone;
  spec.command = values.command;
  spec.takes_wheel = values.editable;
  spec.step = 0.05;
  spec.frame = values.frame;
  if (values.editable) {
    spec.value = [value = values.value](int row, int column) { return static_cast<double>(value(row, column)); };
  }
  spec.cell = [grid = std::move(values), &theme = ui.theme()](int row, int column) {
    GridCell look;
    if (grid.blank && grid.blank(row, column)) return look;
    const bool padding = grid.padding && grid.padding(row, column);
    const float value = grid.value(row, column);
    look.text = cell_value(value);
    look.fill = padding ? 0 : tensor_color(value, grid.limit, true, theme.dark);
    look.dashed = padding;
    const bool faint = grid.faint && grid.faint(row, column);
    if (faint && look.fill) look.fill = mixed(theme.background, look.fill, 0.3f);
    if (const Color tap = grid.color ? grid.color(row, column) : 0) {
      look.fill = mixed(look.fill ? look.fill : theme.background, tap, faint ? 0.25f : grid.strength);
    }
    look.ink = look.fill ? ink_on(look.fill) : theme.secondary;
    return look;
  };
  return linked;
}

}  // namespace striate
