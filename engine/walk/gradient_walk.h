// The backward pass followed down to its products, as data. For a loss L and a layer y = x * w + b:
//
//   dL/dw  a weight's gradient: what it multiplied, times the gradient of what that gave, summed over every position of
//          every sample of the batch.        dw[k][c][r][s] = sum over n, p, q of x[n][c][p+r][q+s] * dy[n][k][p][q]
//   dL/dx  an input value's gradient: the weights it was multiplied with, times the gradients of where they took it:
//   the
//          kernel, flipped, over dy.         dx[c][y][x] = sum over k, r, s of w[k][c][r][s] * dy[k][y-r][x-s]
//   dL/db  a bias's gradient: dy, summed over every position of every sample.
// (with stride, padding, dilation and groups as in kernels/conv2d.h)
//
// `value` is added in the order of the operators (kernels/summation.h) and equals the network's tensor bit for bit on
// the device that computed it; `sum` is the same sum in double precision, from exact products. A float sum of thousands
// of products is off in its last digits: what is printed says which of the two it is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/walk/network_walk.h"

namespace striate {

// One weight: of a node's parameter number `part` (as Layer::parameters() lists them), at `index` of its tensor.
struct WeightPlace {
  int node = 0;
  int part = 0;
  int64_t index = 0;
};

struct WeightGradient {
  WeightPlace place;
  std::string name;           // of the tensor: "0.weight"
  bool is_bias = false;       // x is 1 everywhere
  int filter = 0, slice = 0;  // k, and c within its group (dense: the input's number)
  int kernel_row = 0, kernel_column = 0;
  std::vector<double> samples;  // what each sample of the batch gives, in double precision
  double sum = 0;               // of all
  float value = 0;              // as the operators add
  std::optional<float> stored;
  bool agrees() const;
};
// Of a conv or dense layer. Throws Error: another kind of layer, an index outside the tensor, arrays not available.
WeightGradient walk_weight_gradient(const NetworkValues& values, const WeightPlace& place);

// The products of one sample, (P, Q) in row-major order; one for a dense layer.
struct WeightGradientTerm {
  int p = 0, q = 0;         // of dy
  int row = 0, column = 0;  // of x, counted from the input's first cell; outside in the padding
  bool padding = false;
  float x = 0, dy = 0;
  double product() const { return static_cast<double>(x) * dy; }
};
std::vector<WeightGradientTerm> weight_gradient_terms(const NetworkValues& values, const WeightPlace& place,
                                                      int sample);

struct InputGradientTerm {
  int filter = 0;                         // k
  int kernel_row = 0, kernel_column = 0;  // of the kernel as it is stored
  int p = 0, q = 0;                       // of dy
  bool outside = false;                   // there is no such output: dy counts as 0
  int64_t weight = 0;                     // index in the weight's tensor
  float w = 0, dy = 0;
  double product() const { return static_cast<double>(w) * dy; }
};
struct InputGradient {
  UnitPlace place;                       // of the input: its node is the layer's input
  int reader = 0;                        // the layer that is walked through
  std::vector<InputGradientTerm> terms;  // by filter, then kernel row and column ascending: the order of the operator
  int filters = 1;                       // runs of equal length in `terms`
  double sum = 0;
  float value = 0;              // this layer's share, as the operators add
  std::optional<float> stored;  // the whole gradient of the value; none where training needs none (the input's)
  bool shared = false;          // other layers read the value, too, and add their shares: `stored` is more than `value`
  bool agrees() const;          // true where shared, or nothing is stored
};
// Through a conv or dense layer `reader`, to one value that it reads. Throws Error as above.
InputGradient walk_input_gradient(const NetworkValues& values, int reader, const UnitPlace& place);

}  // namespace striate
