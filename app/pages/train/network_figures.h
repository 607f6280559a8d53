// What of a network can be drawn and how: facts about every layer, which weights are filters, which are pictures of the
// input, which are a plain matrix, and where the first layer's answers stand. A function of the architecture alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/explain/composed_filters.h"
#include "engine/network/architecture.h"

namespace striate {

struct LayerFacts {
  int node = 0;
  std::string name, kind, text;  // "0", "conv", "conv 8 3x3"; the input: "input", "input", ""
  Shape in, out;                 // of one picture, without the batch
  std::string weight, bias;      // tensors: "0.weight"; empty: none
  Shape weight_shape, bias_shape;
  int64_t parameters = 0;
  bool never_negative = false;          // what it gives: ReLU, and pooling of it
  bool passes_on = false;               // it only passes values on: flatten, dropout
  bool may_die = false;                 // its units can end up giving 0 for every picture: ReLU
  bool first_input_is_picture = false;  // dense on the flattened input: a row of its weights is a picture
};
// "layer 0", "layer stem": as PyTorch counts, from 0 without the input.
std::string layer_words(const LayerFacts& layer);
std::string layer_label(const LayerFacts& layer);  // the same in English, for ids
std::vector<LayerFacts> layer_facts(const Architecture& architecture);

// How a weight array is drawn: count x slices maps of height x width.
struct WeightMaps {
  enum class Kind { none, filters, pictures, matrix } kind = Kind::none;
  int64_t count = 0, slices = 1;
  int height = 1, width = 1;
};
// `input`: (C, H, W) of a picture.
WeightMaps weight_maps(const LayerFacts& layer, const Shape& input);
// How an activation is drawn: (C, H, W) as C maps, (F) as F units.
WeightMaps activation_maps(const Shape& out);

struct NetworkFigures {
  std::vector<LayerFacts> layers;
  int first = -1;    // node of the first layer with weights
  int second = -1;   // of the second
  int answers = -1;  // whose activation says what the first layer answers: behind its normalization and activation
  ConvolutionPair pair;
  const LayerFacts& layer(int node) const { return layers[static_cast<size_t>(node)]; }
};
NetworkFigures network_figures(const Architecture& architecture);

// The figures of the architecture that is shown: kept by update() until it is another one, looked up by drawing.
class FiguresOf {
 public:
  using Ptr = std::shared_ptr<const NetworkFigures>;
  void keep(const std::shared_ptr<const Architecture>& architecture);
  Ptr of(const std::shared_ptr<const Architecture>& architecture) const;  // never null; made where it is not kept

 private:
  std::shared_ptr<const Architecture> architecture_;
  Ptr figures_;
};

// "8 \u00d7 26 \u00d7 26"
std::string size_words(const Shape& shape);

}  // namespace striate
