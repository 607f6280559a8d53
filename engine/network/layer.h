// Layers as stateless descriptions. A layer knows its settings (6 filters of 5x5) and nothing else: what it needs, what
// it makes of which shape, how to compute forward and backward in memory that a Network (network.h) owns, what it
// costs, and how it is explained to a student. One file each in layers/; kinds are listed in layers/kinds.cpp, in one
// place.
//
// To add one: copy layers/relu.cpp (no weights) or layers/dense.cpp (weights), put its kind into layers/kinds.cpp, give
// it a row in the table of tests/engine/network_layers_test.cpp, which holds its gradients to finite differences.
//
// Shapes are those of a whole batch: N x C x H x W, or N x F after a flatten; layers of tensors (reshape, transpose,
// matmul and their like) take any rank. Axes are counted from 0, which is the batch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tensor.h"
#include "kernels/conv2d.h"
#include "kernels/initialize.h"
#include "kernels/pool.h"
#include "kernels/result.h"

namespace striate {

// Training: batch normalization uses the batch's own statistics and dropout drops. Evaluation: neither.
enum class Mode { training, evaluation };

// An array that is learned. Starting values: `scale` ones, `shift` zeros, `slope` (of a prelu) 0.25, `weight` and
// `bias` as the initializer says (PyTorch's default for a bias is uniform like its weight's; He and Glorot start it at
// 0).
struct WeightSpec {
  enum class Kind { weight, bias, scale, shift, slope };
  std::string name;  // "weight", "bias": PyTorch's names
  Shape shape;
  Kind kind = Kind::weight;
  int64_t fan_in = 1, fan_out = 1;
};

// An array that training writes but no gradient reaches: running statistics.
struct BufferSpec {
  std::string name;  // "running_mean"
  Shape shape;
  float start = 0;
};

// What a forward pass leaves for its backward pass: the argmax of a maximum, a dropout mask. Values of 4 bytes.
struct SavedTensor {
  std::string name;  // "argmax", "mask", "mean"
  Shape shape;
  bool integers = false;  // int32 instead of float32
};

// A number together with the arithmetic that gives it: 156, "(5*5*1 + 1)*6".
struct Counted {
  int64_t value = 0;
  std::string formula;  // empty: a plain 0
};

// The numbers behind a layer's arithmetic, for whoever follows a single value through it (engine/walk/network_walk.h).
// A layer fills in what it has.
struct LayerGeometry {
  Conv2dShape convolution;  // conv
  Pool2dShape pooling;      // maxpool, avgpool
  int stride = 1;           // subsample
};

// Everything a layer computes with: pointers into a network's arenas, set up once, on the stream's device.
struct LayerCall {
  Mode mode = Mode::evaluation;
  std::vector<TensorView> x;    // its inputs
  TensorView y;                 // its output, written by forward()
  std::vector<float*> weights;  // as parameters() lists them
  std::vector<float*> buffers;  // as buffers() lists them
  std::vector<float*> saved;  // as saved_tensors() lists them; all null in a network that is planned without gradients
  float* scratch = nullptr;   // scratch() floats, no meaning before or after
  uint64_t seed = 0;
  uint64_t* counter = nullptr;  // only where uses_random(): the sequence for the next draw, on the device

  // For backward() only.
  const float* dy = nullptr;      // what each output changes in the loss
  std::vector<float*> dx;         // one per input; null: nobody needs it
  std::vector<Result> dx_result;  // whether others have written there before
  std::vector<float*> dw;         // as weights, replaced; empty: not computed
};

// How many inputs a layer reads.
enum class Takes {
  none,  // constant
  one,   // most
  many   // add, concat: two or more
};

class Layer {
 public:
  virtual ~Layer() = default;

  virtual std::string kind() const = 0;  // the word in an architecture: "conv"
  virtual std::string text() const = 0;  // what parse_layer() reads: "conv 6 5x5 pad 2", "concat axis 2" without names
  Takes takes() const;                   // as its kind says

  // The output's shape. Throws Error that says what it got and what it needs; the caller puts the layer's name before.
  virtual Shape output(const std::vector<Shape>& inputs) const = 0;

  // All of the following are asked only for inputs that output() accepted.
  virtual std::vector<WeightSpec> parameters(const std::vector<Shape>&) const { return {}; }
  virtual std::vector<BufferSpec> buffers(const std::vector<Shape>&) const { return {}; }
  virtual std::vector<SavedTensor> saved_tensors(const std::vector<Shape>&) const { return {}; }
  virtual int64_t scratch(const std::vector<Shape>&) const { return 0; }  // floats, at most, on any device
  virtual bool uses_random() const { return false; }
  // Whether forward() in evaluation may be given the place of its input to write to: its kernel's contract says so.
  virtual bool in_place() const { return false; }
  // What it does across axis 0, the pictures of a batch, so that what it gives for one depends on the others: "its
  // means go over axis 0". Empty: nothing. A batch normalization's statistics don't count: in use there are none.
  virtual std::string across_pictures(const std::vector<Shape>&) const { return ""; }
  virtual Counted parameter_count(const std::vector<Shape>& inputs) const;
  virtual Counted multiply_adds(const std::vector<Shape>& inputs) const;  // for one picture
  virtual LayerGeometry geometry(const std::vector<Shape>&) const { return {}; }

  virtual void forward(Stream& stream, const LayerCall& call) const = 0;
  // Writes or adds to dx, writes dw; reads dy and what the last forward() read and wrote. In Mode::evaluation the
  // running statistics are constants and their layer's dw is 0.
  virtual void backward(Stream& stream, const LayerCall& call) const = 0;
};

// The first unread words of one layer in an architecture's text. Errors carry the place and what was expected.
class LayerWords;

// One kind of layer, for the parser, the list of layers in the window, and the summary.
struct LayerKind {
  const char* word;         // "conv"
  const char* title;        // "Convolution"
  const char* syntax;       // "conv K RxS [stride S] [pad P] ..."
  const char* explanation;  // one paragraph for a student
  std::shared_ptr<const Layer> (*parse)(LayerWords& words);
  Takes takes = Takes::one;
};

const std::vector<LayerKind>& layer_kinds();              // in the order in which they are offered
const LayerKind& layer_kind(const std::string& word);     // of a layer's kind()
const LayerKind* find_layer_kind(std::string_view word);  // null: no layer is called so

}  // namespace striate
