// One value of a network followed down to its arithmetic, as data: which values of which layers it was made of, with
// which weights, bias and activation. The value comes from the operators that the network runs, or, for the long sums
// of convolutions and dense layers, from the order in which they add (kernels/summation.h): it equals the network's
// tensor bit for bit, on the device that computed it. Where a stored value is at hand it stands beside it, so that a
// caller shows a difference and never hides one (weights that changed since, another device's exp()).
//
// Pure: it reads arrays that the caller has (a TrainSnapshot's, a Network's copies) and keeps nothing.
// The way back, gradients: gradient_walk.h.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/network/network.h"
#include "kernels/summation.h"

namespace striate {

enum class Follow;  // network/layer_kind.h

// The numbers of a network at one moment. Functions may return null for what is not available.
struct NetworkValues {
  const Architecture* architecture = nullptr;
  std::vector<Shape> shapes;     // of every node, for the batch that the arrays hold: architecture->shapes(N)
  Mode mode = Mode::evaluation;  // how the activations were computed
  SummationOrder order;          // summation_order() of the device that computed them
  std::function<const float*(int node)> activation;  // (shapes[node])
  std::function<const float*(int node)> gradient;    // the same: of the loss, by each activation
  std::function<const float*(TensorKind kind, const std::string& name)> array;  // any other tensor, integers as floats

  int samples() const { return static_cast<int>(shapes[0][0]); }
  const Layer& layer(int node) const { return *architecture->nodes()[static_cast<size_t>(node)].layer; }
  std::vector<Shape> input_shapes(int node) const { return architecture->input_shapes(node, shapes); }
  // "0.weight": of a node's parameter or other array.
  std::string array_name(int node, const std::string& name) const {
    return architecture->nodes()[static_cast<size_t>(node)].name + '.' + name;
  }
};

// Channel, rows, columns of a node's value per sample: (F) counts as F channels of one cell, (C, L) as C of one row,
// (C, D, H, W) as C of D*H rows.
struct UnitSizes {
  int channels = 1, rows = 1, columns = 1;
  int64_t count() const { return int64_t{1} * channels * rows * columns; }
};
UnitSizes unit_sizes(const Shape& batch_shape);
// Of one node: what no picture reaches (a constant, or what is computed of constants alone) has no batch in front of
// its sizes, and is the same for every sample.
bool is_constant(const Architecture& architecture, int node);
UnitSizes unit_sizes(const NetworkValues& values, int node);
// Where a sample's values of a node begin; null where they are not available.
const float* sample_values(const NetworkValues& values, int node, int sample);

struct UnitPlace {
  int node = 0, sample = 0;
  int channel = 0, row = 0, column = 0;
};

// What becomes of the terms.
enum class UnitForm {
  given,       // the input: no terms
  products,    // the sum of x * w, and the bias
  maximum,     // the largest x; `winner`
  average,     // the sum of x, divided by `divisor`
  normalized,  // (x - mean) * rstd * scale + shift
  sum,         // of x
  function,    // of one x: relu, sigmoid ...
  softmax,     // of one x among all
  computed,    // of all x together, as the layer's words say
  copied       // one x, or none (a number that was put there)
};

struct UnitTerm {
  int input = 0;                         // which of the node's inputs
  int channel = 0, row = 0, column = 0;  // there; outside it in the padding
  bool padding = false;                  // x is the 0 of the padding
  int64_t weight = -1;                   // index in the weight's tensor; -1: none
  int kernel_row = 0, kernel_column = 0;
  float x = 0, w = 1;
  float slope = 1;  // of what was found by the layer's own operators: by how much x moves the value
  double product() const { return static_cast<double>(x) * w; }  // exact: 24 bits times 24 bits
};

struct UnitWalk {
  UnitPlace place;
  UnitForm form = UnitForm::given;
  std::string kind;             // the layer's word: "conv"
  std::vector<UnitTerm> terms;  // in the order in which a convolution adds them: channel, row, column
  int channels = 1;             // runs of equal length in `terms`, one per input channel
  int first_channel = 0;        // of the input: where the unit's group begins
  bool has_bias = false;
  float bias = 0;
  int winner = -1;  // a maximum's term, or the term whose place is told; -1: all is padding
  int divisor = 1;
  float mean = 0, rstd = 1, scale = 1, shift = 0;
  float value = 0;              // computed here
  std::optional<float> stored;  // what the network's tensor holds
  // The two are the same number, or both are NaN. True where nothing is stored.
  bool agrees() const;
};

// Which terms a layer without an order of its own is followed to: all that can take part, for which it is run many
// times; or those alone that this value moves with now, by one backward pass: of a maximum the winner. A linear layer's
// value is then the stored one, and what it adds to its products is left out.
enum class Followed { all, moving };

// Throws Error: a place outside the layer, with what is legal; an array that is not available, by its name.
UnitWalk walk_unit(const NetworkValues& values, const UnitPlace& place, Followed followed = Followed::all);

// The value of UnitWalk after `counted` of its terms (and the bias first, as the operators do), for a total that fills:
// only of form `products`, of a convolution.
float running_value(const NetworkValues& values, const UnitWalk& walk, int counted);

// Each value from the one at its place: a function, a batch normalization in use, dropout, a copy.
bool is_pointwise(Follow how);

// The pointwise nodes that a node's value goes straight into, in order: conv -> batchnorm -> relu. Ends where the value
// goes two ways or meets another.
std::vector<int> pointwise_after(const Architecture& architecture, int node);

// Nodes that read `node`, in running order.
std::vector<int> readers_of(const Architecture& architecture, int node);

}  // namespace striate
