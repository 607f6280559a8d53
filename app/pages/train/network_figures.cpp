#include "app/pages/train/network_figures.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/words/words.h"
#include "engine/network/layer_kind.h"

namespace striate {
namespace {

Shape without_batch(const Shape& shape) {
  std::vector<int64_t> sizes;
  for (int i = 1; i < shape.rank(); ++i) sizes.push_back(shape[i]);
  return Shape(sizes);
}

}  // namespace

std::string layer_words(const LayerFacts& layer) { return format_tr("layer {}", layer.name); }
std::string layer_label(const LayerFacts& layer) { return "layer " + layer.name; }

std::vector<LayerFacts> layer_facts(const Architecture& architecture) {
  const std::vector<Shape> shapes = architecture.shapes(1);
  std::vector<LayerFacts> list;
  std::vector<char> input_as_it_is;  // the node's values are the input's, in their order
  for (int node = 0; node < architecture.size(); ++node) {
    const Node& here = architecture.nodes()[static_cast<size_t>(node)];
    LayerFacts facts;
    facts.node = node;
    facts.name = here.name;
    facts.out = without_batch(shapes[static_cast<size_t>(node)]);
    if (!here.layer) {
      facts.kind = "input";
      facts.in = facts.out;
      list.push_back(std::move(facts));
      input_as_it_is.push_back(1);
      continue;
    }
    facts.kind = here.layer->kind();
    facts.text = here.layer->text();
    const std::vector<Shape> in = architecture.input_shapes(node, shapes);
    if (!in.empty()) facts.in = without_batch(in[0]);
    facts.parameters = here.layer->parameter_count(in).value;
    for (const WeightSpec& spec : here.layer->parameters(in)) {
      if (spec.kind == WeightSpec::Kind::weight)
        facts.weight = here.name + "." + spec.name, facts.weight_shape = spec.shape;
      if (spec.kind == WeightSpec::Kind::bias) facts.bias = here.name + "." + spec.name, facts.bias_shape = spec.shape;
    }
    const auto from = here.inputs.empty() ? size_t{0} : static_cast<size_t>(here.inputs[0]);
    const bool all_inputs_positive = std::all_of(here.inputs.begin(), here.inputs.end(),
                                                 [&](int i) { return list[static_cast<size_t>(i)].never_negative; });
    const LayerKind& kind = here.layer->info();
    facts.never_negative =
        kind.sign == Sign::never_negative || (all_inputs_positive && !in.empty() && kind.sign == Sign::as_it_came);
    facts.passes_on = kind.passes_on;
    facts.may_die = kind.may_die;
    facts.first_input_is_picture = kind.follow == Follow::dense && input_as_it_is[from] != 0;
    const bool as_it_is = kind.passes_on && kind.follow != Follow::dropped;
    input_as_it_is.push_back(static_cast<char>(input_as_it_is[from] && as_it_is));
    list.push_back(std::move(facts));
  }
  return list;
}

WeightMaps weight_maps(const LayerFacts& layer, const Shape& input) {
  WeightMaps maps;
  if (layer.weight.empty()) return maps;
  const Shape& shape = layer.weight_shape;
  if (shape.rank() == 4) {
    maps.kind = WeightMaps::Kind::filters;
    maps.count = shape[0], maps.slices = shape[1];
    maps.height = static_cast<int>(shape[2]), maps.width = static_cast<int>(shape[3]);
  } else if (shape.rank() == 2 && layer.first_input_is_picture && input.rank() == 3 && shape[1] == input.count()) {
    maps.kind = WeightMaps::Kind::pictures;
    maps.count = shape[0], maps.slices = input[0];
    maps.height = static_cast<int>(input[1]), maps.width = static_cast<int>(input[2]);
  } else if (shape.rank() == 2) {
    maps.kind = WeightMaps::Kind::matrix;
    maps.count = 1;
    maps.height = static_cast<int>(shape[0]), maps.width = static_cast<int>(shape[1]);
  }
  return maps;
}

WeightMaps activation_maps(const Shape& out) {
  WeightMaps maps;
  maps.kind = WeightMaps::Kind::filters;
  maps.count = out.rank() > 0 ? out[0] : 1;
  if (out.rank() == 3) maps.height = static_cast<int>(out[1]), maps.width = static_cast<int>(out[2]);
  return maps;
}

NetworkFigures network_figures(const Architecture& architecture) {
  NetworkFigures figures;
  figures.layers = layer_facts(architecture);
  figures.pair = find_convolution_pair(architecture);
  for (const LayerFacts& layer : figures.layers) {
    if (layer.weight.empty()) continue;
    if (figures.first < 0) {
      figures.first = layer.node;
    } else if (figures.second < 0) {
      figures.second = layer.node;
    }
  }
  figures.answers = figures.first;
  // On through what follows it alone and keeps its units.
  for (int node = figures.first + 1; figures.first > 0 && node < architecture.size(); ++node) {
    const Node& here = architecture.nodes()[static_cast<size_t>(node)];
    if (here.inputs.size() != 1 || here.inputs[0] != figures.answers) continue;
    const Follow how = here.layer->info().follow;
    if (how != Follow::normalized && how != Follow::function) break;
    figures.answers = node;
    if (how != Follow::normalized) break;
  }
  return figures;
}

void FiguresOf::keep(const std::shared_ptr<const Architecture>& architecture) {
  figures_ = of(architecture);
  architecture_ = architecture;
}

FiguresOf::Ptr FiguresOf::of(const std::shared_ptr<const Architecture>& architecture) const {
  return figures_ && architecture == architecture_ ? figures_
                                                   : std::make_shared<NetworkFigures>(network_figures(*architecture));
}

std::string size_words(const Shape& shape) {
  std::string words;
  for (int i = 0; i < shape.rank(); ++i) words += (i > 0 ? " \u00d7 " : "") + std::to_string(shape[i]);
  return words;
}

}  // namespace striate
