// How a layer is written in other programs' words: what its kind (layer_kind.h) says about PyTorch, Keras and ONNX, and
// the three pages on which that is written. The pages are interfaces, so that the layers need to know nothing of files
// and scripts: engine/export/ has the writers behind them.
//
// A row is a name, for people and for what is a plain call of it; where more must be said than a call with the settings
// as arguments, a function writes it. One for whom a program has no word is written with others; its name says so.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/network/layer.h"

namespace striate {

struct NamedTensor;

// A layer where it stands in a network that is written.
struct ExportNode {
  int index = 0;
  std::string name;
  std::shared_ptr<const Layer> layer;  // null for the input, node 0
  std::vector<int> inputs;             // nodes
  std::vector<Shape> in;               // their shapes for one picture
  Shape out, two;                      // for one picture, and for two: sizes that differ are the batch
  bool batched = false;                // some differ

  // The layer with its settings, for the functions beside it.
  template <typename L>
  const L& as() const {
    return static_cast<const L&>(*layer);
  }
};

// ---- PyTorch: modules in __init__, lines in forward(x).
class TorchPage {
 public:
  virtual ~TorchPage() = default;
  virtual std::string x(const ExportNode& node, size_t i = 0) const = 0;  // the variable of its input
  virtual std::string layer(const ExportNode& node) const = 0;            // self.layer["conv1"]
  virtual void module(const ExportNode& node, const std::string& code) = 0;
  virtual void line(const ExportNode& node, const std::string& expression) = 0;  // its value
  virtual void helper(const std::string& name) = 0;  // a function that the script brings along
};

struct TorchRow {
  const char* name = nullptr;                                      // "nn.Conv2d", "F.relu"
  void (*write)(TorchPage& to, const ExportNode& node) = nullptr;  // null: name(x, setting=value, ...)
};

// ---- Keras: layers called one after the other, channels last where a layer allows it.
class KerasPage {
 public:
  // Where the channels of a value stand.
  enum class Order { first, last };

  virtual ~KerasPage() = default;
  virtual Order order(const ExportNode& node, size_t i = 0) const = 0;  // of its input, as it is
  bool last(const ExportNode& node, size_t i = 0) const { return order(node, i) == Order::last; }
  virtual std::string x(const ExportNode& node, size_t i = 0) const = 0;  // the variable of its input, as it is
  virtual std::string x(const ExportNode& node, Order order, size_t i = 0) = 0;
  virtual std::string name(const ExportNode& node) const = 0;  // `name="conv1"`, for a layer with weights
  // Its value: in `order` where it has channels and pixels.
  virtual void line(const ExportNode& node, Order order, const std::string& expression) = 0;
  // The arrays of a layer that is called by name: "[kernel(arrays["conv1.weight"]), arrays["conv1.bias"]]" without [].
  virtual void weights(const ExportNode& node, const std::string& list) = 0;
  virtual std::string array(const ExportNode& node, const std::string& part) const = 0;  // arrays["conv1.weight"]
  virtual void helper(const std::string& name) = 0;
  virtual bool whole() const = 0;  // the network's input has no batch in front
};

struct KerasRow {
  const char* name = nullptr;                                      // "layers.Conv2D", "ops.relu"
  void (*write)(KerasPage& to, const ExportNode& node) = nullptr;  // null: name(x, setting=value, ...), any order
};

// ---- ONNX: nodes and initializers. Names of values are names of layers; what a layer needs besides is LAYER.what.
struct WrittenAttribute {
  enum class Kind { integer, real, text, integers };
  std::string name;
  Kind kind = Kind::integer;
  int64_t integer = 0;
  float real = 0;
  std::string text;
  std::vector<int64_t> integers;
};

struct WrittenNode {
  std::string op, name;
  std::vector<std::string> inputs, outputs;  // an empty input is one left out
  std::vector<WrittenAttribute> attributes;

  WrittenNode& with(const std::string& attribute, int64_t value);
  WrittenNode& with(const std::string& attribute, const std::vector<int64_t>& value);
  WrittenNode& with_real(const std::string& attribute, double value);
  WrittenNode& with_text(const std::string& attribute, const std::string& value);
};

class OnnxPage {
 public:
  // The lowest set of operators that is written: every version since stays within what Debian 12's checker knows for
  // the operators that have not changed.
  static constexpr int kLowest = 13;

  virtual ~OnnxPage() = default;
  virtual int opset() const = 0;
  virtual void need(int opset, const std::string& op) = 0;  // it came with this set of operators
  // A node that writes the value of a layer's name.
  virtual WrittenNode& op(const std::string& op, const ExportNode& node, std::vector<std::string> inputs) = 0;
  // One whose output is called LAYER.suffix; `output` receives the name.
  virtual WrittenNode& step(const std::string& op, const ExportNode& node, const std::string& suffix,
                            std::vector<std::string> inputs, std::string& output) = 0;
  virtual std::string input(const ExportNode& node, size_t i = 0) const = 0;  // the name of the value that it reads
  // Initializers; they return their names. Dims empty: as the array has them.
  virtual std::string array(const ExportNode& node, const std::string& part, std::vector<int64_t> dims = {}) = 0;
  virtual std::string integers(const ExportNode& node, const std::string& what, const std::vector<int64_t>& values,
                               bool scalar = false) = 0;
  virtual std::string integers_of_shape(const ExportNode& node, const std::string& what,
                                        const std::vector<int64_t>& dims, const std::vector<int64_t>& values) = 0;
  virtual std::string reals(const ExportNode& node, const std::string& what, const std::vector<float>& values,
                            bool scalar) = 0;
  virtual std::string reals_of_shape(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims,
                                     const std::vector<float>& values) = 0;
  virtual std::string ones(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims) = 0;
  // Sizes in which one may be kBatchSize: the name of a value with them, computed where they are not known.
  virtual std::string sizes(const ExportNode& node, const std::string& what, const std::vector<int64_t>& list) = 0;
  virtual std::string unique(const std::string& name) = 0;
};

struct OnnxRow {
  const char* name = nullptr;     // "Conv", "Relu"
  int since = OnnxPage::kLowest;  // the set of operators that it came with, where it is a plain call
  void (*write)(OnnxPage& to, const ExportNode& node) = nullptr;  // null: the operator with the settings as attributes
};

constexpr int64_t kBatchSize = -2;  // in a list of sizes: "batch"

}  // namespace striate
