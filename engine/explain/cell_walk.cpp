#include "engine/explain/cell_walk.h"

#include <algorithm>
#include <utility>

#include "engine/network/layer_kind.h"

namespace striate {

CellWalks::CellWalks(OpenNetwork& network, const NetworkAnswer& answer)
    : network_(&network),
      info_(network.info()),
      answer_(&answer),
      lesions_(network.all_lesions()),
      joins_(network.joins_without_shortcut()) {
  const Architecture& architecture = info_->architecture;
  const auto nodes = static_cast<size_t>(architecture.size());
  if (answer.activations.size() != nodes || answer.activations[0].values.empty()) {
    throw Error("the activations of this network are too many to be kept",
                "choose a smaller network, or smaller pictures");
  }
  values_.architecture = &architecture;
  values_.shapes = architecture.shapes(1);
  values_.order = summation_order(network.session().stream().device());
  values_.activation = [this](int node) -> const float* {
    const std::vector<float>& values = answer_->activations[static_cast<size_t>(node)].values;
    return values.empty() ? nullptr : values.data();
  };
  values_.array = [this](TensorKind kind, const std::string& name) { return array(kind, name); };
  for (int node = 0; node < architecture.size(); ++node) {
    constant_.push_back(striate::is_constant(architecture, node) ? 1 : 0);
    sizes_.push_back(unit_sizes(values_, node));
  }
}

const float* CellWalks::array(TensorKind kind, const std::string& name) {
  Network& network = network_->session().network();
  const NamedTensor* tensor = network.find(kind, name);
  if (tensor == nullptr) return nullptr;
  const float* stored = network.arena(kind) + tensor->offset;
  if (network.device().is_cpu()) return stored;
  const int64_t count = tensor->shape.count();
  const Layer& layer = *info_->architecture.nodes()[static_cast<size_t>(tensor->node)].layer;
  const bool by_row = kind == TensorKind::weight && tensor->part == 0 && multiplies(layer);
  const int64_t rows = by_row ? tensor->shape[0] : 1, row = by_row ? row_ : 0, length = count / rows;
  Copy& copy = copies_[{kind, name}];
  if (!copy.values) {
    copy.values = std::make_unique_for_overwrite<float[]>(static_cast<size_t>(count));
    copy.rows.resize(static_cast<size_t>(rows));
  }
  if (!copy.rows[static_cast<size_t>(row)]) {
    copy_bytes(network_->session().stream(), copy.values.get() + row * length, Device::cpu(), stored + row * length,
               network.device(), static_cast<size_t>(length) * sizeof(float));
    copy.rows[static_cast<size_t>(row)] = 1;
  }
  return copy.values.get();
}

UnitPlace CellWalks::unit_of(const CellPlace& place) const {
  if (place.node < 0 || place.node >= info_->architecture.size()) {
    throw Error(fmt::format("there is no layer {}", place.node - 1),
                fmt::format("layers count from 0 to {}", info_->architecture.size() - 2));
  }
  const int64_t at = index_of(*info_, place.node, place.channel, place.row, place.column);
  const UnitSizes& s = sizes_[static_cast<size_t>(place.node)];
  const int64_t plane = int64_t{1} * s.rows * s.columns, in = at % s.count();
  return {place.node, static_cast<int>(at / s.count()), static_cast<int>(in / plane),
          static_cast<int>(in % plane / s.columns), static_cast<int>(in % s.columns)};
}

CellPlace CellWalks::place_of(const UnitWalk& walk, const UnitTerm& term) const {
  const int node =
      info_->architecture.nodes()[static_cast<size_t>(walk.place.node)].inputs[static_cast<size_t>(term.input)];
  const UnitSizes& s = sizes_[static_cast<size_t>(node)];
  const int64_t at =
      s.count() * walk.place.sample + (int64_t{1} * term.channel * s.rows + term.row) * s.columns + term.column;
  if (node == 0 && info_->channels_last) {
    const int64_t channels = info_->picture[0], columns = info_->picture[2];
    return {node, at % channels, at / channels / columns, at / channels % columns};
  }
  const Shape cells = cells_of(info_->layers[static_cast<size_t>(node)].shape);
  return {node, at / (cells[1] * cells[2]), at / cells[2] % cells[1], at % cells[2]};
}

bool CellWalks::is_cut(const CellPlace& place) const {
  return std::any_of(lesions_.begin(), lesions_.end(), [&](const Lesion& lesion) {
    return lesion.node == place.node && (lesion.channel == -1 || lesion.channel == place.channel);
  });
}

float CellWalks::value(const CellPlace& place) const {
  return value_at(*info_, *answer_, place.node, place.channel, place.row, place.column);
}

// A block without its shortcut: what its layers gave goes on as it is.
void CellWalks::keep_side_alone(UnitWalk* walk) const {
  const auto join = joins_.find(walk->place.node);
  if (join == joins_.end()) return;
  const std::vector<int>& inputs = info_->architecture.nodes()[static_cast<size_t>(walk->place.node)].inputs;
  std::erase_if(walk->terms,
                [&](const UnitTerm& term) { return inputs[static_cast<size_t>(term.input)] != join->second; });
  walk->form = UnitForm::copied;
  walk->has_bias = false;
  if (!walk->terms.empty()) walk->value = walk->terms[0].x;
}

UnitWalk CellWalks::walk(const CellPlace& place, Followed followed) {
  const UnitPlace unit = unit_of(place);
  row_ = unit.channel;
  UnitWalk walk = walk_unit(values_, unit, followed);
  keep_side_alone(&walk);
  return walk;
}

}  // namespace striate
