// From a graph of ONNX operators to an Architecture. A Converter walks through the graph once; what each operator
// becomes stands in convert_*.cpp, one function each, which asks for its inputs and emits layers in the words of
// architecture.h. For the files of this folder only.
//
// To add an operator: a function in the convert_ file of its family, and its line in the list at that file's end.
//
// Two forms (onnx_model.h). In the form for batches the converter holds on to one rule: whatever depends on the input
// has the batch as axis 0, and no operator mixes values along it. Where a graph breaks it, NotBatched is thrown, and
// the graph is converted again as a whole.
//
// Vision transformers turn and join that axis for a while (windows of all pictures in one row, tokens before pictures).
// Such a value is `lifted`: its sizes are those that ONNX has for one picture, and the pictures get an axis of their
// own in front of them. Operators that know of it ask for any() and place(); the others get what node() gives, where
// the pictures are axis 0 again.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/error.h"
#include "engine/onnx/fold.h"
#include "engine/onnx/node_view.h"
#include "engine/onnx/onnx_model.h"

namespace striate {

// Why the graph does not have the form for batches. `what`: in words for people, "it mixes ..."; empty: it was never
// meant for batches.
struct NotBatched {
  std::string what;
};
constexpr const char* kMixes = "it mixes the pictures of a batch";
constexpr const char* kPicks = "it takes the pictures of a batch by their numbers";
constexpr const char* kNumbers = "it numbers the places of its maxima through a whole batch";
constexpr const char* kNotFirst = "it does not keep the pictures of a batch along its first axis";

// What goes into one weight or running statistic of the network.
struct WeightPlan {
  int node = 0;
  TensorKind kind = TensorKind::weight;
  std::string part;  // "weight", "running_mean"
  Constant values;
  bool transposed = false;  // the file has rows x columns, the network columns x rows
  int64_t rows = 0, columns = 0;
  double scale = 1;
};

class OnnxWeights {
 public:
  std::vector<WeightPlan> plans;
};

// A value of the graph: known, or a node of the architecture.
struct ConvertedValue {
  OnnxType type = OnnxType::float32;
  int node = -1;  // -1: the constant
  Constant constant;
};

class Converter {
 public:
  Converter(const OnnxGraph& graph, const OnnxOptions& options, bool batched);
  OnnxModel run();  // throws Error, NotBatched

  // ---- for operators; all throw Error without the node's name ----
  const NodeView& op() const { return *op_; }
  int64_t opset() const { return op_->opset(); }
  size_t inputs() const { return op_->node().inputs.size(); }
  bool has(size_t i) const;                                    // given, not left out
  const Constant* known(size_t i) const;                       // null: left out, or depends on the network's input
  const Constant& constant(size_t i, const char* what) const;  // Error where it depends on the network's input
  int node(size_t i);                                          // a constant becomes a layer `constant`; not lifted
  int any(size_t i);                                           // the same, but it may be lifted
  Dims dims(size_t i) const;
  OnnxType type(size_t i) const;
  size_t rank(size_t i) const { return dims(i).size(); }
  Dims node_dims(int node) const;

  // Appends a layer. It is called as output 0 of the operator, with `suffix` behind it where the operator becomes
  // several: the last one has none.
  int emit(const std::string& layer, const std::vector<int>& inputs, const std::string& suffix = "");
  // The values of one of its weights or running statistics, whose sizes may be written otherwise.
  void weight(int node, const std::string& part, const Constant& values, double scale = 1);
  void transposed_weight(int node, const std::string& part, const Constant& values, double scale = 1);
  int constant_node(const Constant& values, const std::string& name);
  int turned_constant(const Constant& matrix, const std::string& name);  // its rows become columns
  // One value; called as the operator's output with `suffix` behind it.
  int scalar_node(double value, const std::string& suffix);
  // The same values with other sizes: those that ONNX has for one picture.
  int reshape(int node, const Dims& dims, const std::string& suffix = "");

  // What the operator writes.
  bool wanted(size_t output) const;
  void give(size_t output, int node);
  void give(size_t output, Constant values);
  // In the form for batches: nothing is done to `node`, which depends on the input, along this axis: not `what`, said
  // of the model ("it mixes the pictures of a batch").
  void keep_batch(int node, int axis, const char* what) const;
  bool lifted(int node) const { return lifted_[static_cast<size_t>(node)] != 0; }
  // Where axis `axis` of ONNX's stands in the network's array.
  int place(int node, int axis) const { return axis + (lifted(node) ? 1 : 0); }
  // Nodes that go into one operator: all lifted where one is, and then of one rank, with sizes of 1 in front, so that
  // they repeat each other as ONNX says. Constants stay as they are.
  void bring_together(std::vector<int>& nodes);
  // A node that depends on the picture with the sizes `dims`, which ONNX has for one picture; lifted, or with axis 0 of
  // size 1.
  int shaped(int node, const Dims& dims, bool lifted, const std::string& suffix);
  std::string layer_text(int node) const;  // "softmax axis 2"; empty for the input
  int input_of(int node) const;            // its first
  void lift(int& node);                    // one that depends on the picture, and is no scalar
  // A constant of size 1 along axis 0 for every picture that `other` has; as it is where `other` is no batch.
  int repeated(int constant, int other);
  bool batched(int node) const { return batched_ && depends_[static_cast<size_t>(node)]; }
  void note(const std::string& text) { notes_.insert(text); }
  FoldBudget& budget() { return budget_; }

 private:
  void choose_input();
  void find_wanted();
  void convert(const OnnxNode& node);
  bool fold(const OnnxNode& node);
  const ConvertedValue& value(size_t i) const;
  std::string legal_name(const std::string& name);
  void plan(WeightPlan plan);
  int with_pictures_first(int node);
  OnnxModel finish();

  const OnnxGraph& graph_;
  const OnnxOptions& options_;
  const bool batched_;
  OnnxModel model_;
  std::vector<WeightPlan> plans_;
  std::vector<Shape> shapes_, shapes_of_two_;  // per node: of a batch of 1, and, in the form for batches, of 2
  std::vector<char> depends_;                  // per node: on the network's input
  std::vector<char> lifted_;                   // per node: the pictures have an axis in front of ONNX's own
  std::map<int, int> lowered_;                 // by node: the same with the pictures along ONNX's axis 0
  std::map<std::string, ConvertedValue> values_;
  std::map<std::string, int> constant_nodes_;  // by the value's name
  std::set<std::string> wanted_, names_, notes_;
  std::string suggested_;  // the name of the next layer
  FoldBudget budget_;
  const NodeView* op_ = nullptr;
};

// An operator of ONNX and what it becomes.
struct OnnxOperator {
  const char* name;
  void (*convert)(Converter& c);
};
using OnnxOperators = std::vector<OnnxOperator>;
const OnnxOperators& window_operators();
const OnnxOperators& activation_operators();
const OnnxOperators& normalization_operators();
const OnnxOperators& arithmetic_operators();
const OnnxOperators& shape_operators();
const OnnxOperators& resize_operators();
const OnnxOperators& function_operators();
const OnnxOperators& reduce_operators();
const OnnxOperators& place_operators();
const OnnxOperators& attention_operators();
const OnnxOperators& plain_operators();  // as the kinds of layers say; the others come before them
const OnnxOperator* find_onnx_operator(const std::string& name);  // null: not supported
std::vector<std::string> onnx_operator_names();                   // in alphabetical order

// What an error tells when the graph is no picture classifier at all: a training graph, a detector, a model of words.
Error explained(const OnnxGraph& graph, const Error& error);

}  // namespace striate
