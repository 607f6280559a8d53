// Layers as stateless descriptions. A layer knows its settings (6 filters of 5x5) and nothing else: what it needs, what
// it makes of which shape, how to compute forward and backward in memory that a Network (network.h) owns, what it
// costs. One file each in layers/. What its settings are called, how they are read and printed, explained to a student
// and written in other programs is its kind's part: layer_kind.h.
//
// To add one: copy layers/softplus.cpp (no weights) or layers/dense.cpp (weights), put its kind into the list in
// layers/kinds.h, give it a row in the table of tests/engine/network_layers_test.cpp, which holds its gradients to
// finite differences.
//
// Shapes are those of a whole batch: N x C x H x W, or N x F after a flatten; layers of tensors (reshape, transpose,
// matmul and their like) take any rank. Axes are counted from 0, which is the batch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/tensor.h"
#include "kernels/backward_rule.h"
#include "kernels/conv2d.h"
#include "kernels/epilogue.h"
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
  std::function<float(int64_t)> values = nullptr;  // of each value, where they don't all start the same
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
};

// Cells of one picture's map: from the first to the last, both with it. None where any last is before its first.
struct CellRange {
  int64_t first = 0, last = -1;
};
struct CellBox {
  CellRange channels, rows, columns;
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

  // Where takes_epilogue(): what forward() also does, for layers that then don't run. Nothing in most plans.
  Epilogue epilogue;
  const float* packed = nullptr;  // the weights once more, as pack_weights() laid them out; null: not there
  bool winograd = false;          // sums may be computed by Winograd's transforms (Plan::winograd), from packed weights

  // For backward() only.
  const float* dy = nullptr;                   // what each output changes in the loss
  std::vector<float*> dx;                      // one per input; null: nobody needs it
  std::vector<Result> dx_result;               // whether others have written there before
  std::vector<float*> dw;                      // as weights, replaced; empty: not computed
  BackwardRule rule = BackwardRule::gradient;  // what a ReLU passes back
};

// How many inputs a layer reads.
enum class Takes {
  none,  // constant
  one,   // most
  many   // add, concat: two or more
};

struct LayerKind;

class Layer {
 public:
  virtual ~Layer() = default;

  const LayerKind& info() const { return *kind_; }
  std::string kind() const;  // its word in an architecture: "conv"
  std::string text() const;  // what parse_layer() reads: "conv 6 5x5 pad 2", "concat axis 2" without names
  Takes takes() const;       // as its kind says

  // The output's shape. Throws Error that says what it got and what it needs; the caller puts the layer's name before.
  virtual Shape output(const std::vector<Shape>& inputs) const = 0;

  // All of the following are asked only for inputs that output() accepted.
  virtual std::vector<WeightSpec> parameters(const std::vector<Shape>&) const { return {}; }
  virtual std::vector<BufferSpec> buffers(const std::vector<Shape>&) const { return {}; }
  virtual std::vector<SavedTensor> saved_tensors(const std::vector<Shape>&) const { return {}; }
  virtual int64_t scratch(const std::vector<Shape>&) const { return 0; }  // floats, at most, on any device
  virtual bool uses_random() const { return false; }
  // Whether forward() in evaluation may be given the place of its input to write to: its kernel's contract says so.
  // Of several inputs: of any that has the output's shape, or all where they belong in it.
  virtual bool in_place() const { return false; }
  // Whether forward() does what LayerCall::epilogue says.
  virtual bool takes_epilogue() const { return false; }
  // Adds what it does in evaluation to the epilogue of a layer before it, whose output is its input number `input`.
  // False: an epilogue can't say it, or not after what it already says.
  virtual bool join(const LayerCall&, size_t /*input*/, Epilogue&) const { return false; }
  // The weights once more, in the order in which forward() uses them: worth it where they stay as they are for many
  // calls. Floats on this stream's device, the same for every batch size; 0: nothing is gained. With `winograd` for
  // calls with LayerCall::winograd.
  virtual int64_t packed_weights(const Stream&, const std::vector<Shape>&, bool /*winograd*/) const { return 0; }
  virtual void pack_weights(Stream&, const LayerCall&, float* /*packed*/) const {}
  // Whether backward() follows LayerCall::rule: a layer that cuts off what is below 0 and leaves the rest.
  virtual bool follows_rule() const { return false; }
  // What it does across axis 0, the pictures of a batch, so that what it gives for one depends on the others: "its
  // means go over axis 0". Empty: nothing. A batch normalization's statistics don't count: in use there are none.
  virtual std::string across_pictures(const std::vector<Shape>&) const { return ""; }
  virtual Counted parameter_count(const std::vector<Shape>& inputs) const;
  virtual Counted multiply_adds(const std::vector<Shape>& inputs) const;  // for one picture
  virtual LayerGeometry geometry(const std::vector<Shape>&) const { return {}; }
  // The cells of its first input, N x C x H x W, that some of its output are made of, for layers whose Follow does not
  // say it; they may lie outside of it. Nothing: of all.
  virtual std::optional<CellBox> cells_behind(const std::vector<Shape>&, const CellBox&) const { return std::nullopt; }
  // The pooling whose argmax' places it gives; null: it gives none.
  virtual std::shared_ptr<const Layer> winners_of() const { return nullptr; }

  virtual void forward(Stream& stream, const LayerCall& call) const = 0;
  // Writes or adds to dx, writes dw; reads dy and what the last forward() read and wrote. In Mode::evaluation the
  // running statistics are constants and their layer's dw is 0.
  virtual void backward(Stream& stream, const LayerCall& call) const = 0;

 private:
  friend std::shared_ptr<Layer> make_layer(const LayerKind& kind);
  const LayerKind* kind_ = nullptr;  // layers are made from their words alone
};

}  // namespace striate
