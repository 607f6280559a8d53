// The nodes of an ONNX graph before they become protobuf's messages: what the writers of layers (onnx_layers.cpp) give
// to the writer of the file (onnx_writer.cpp). Names of values are names of layers; what a layer needs besides is
// called LAYER.what.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/export/export_graph.h"

namespace striate {

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

// An initializer: an array of the network, or a few values.
struct WrittenTensor {
  std::string name;
  std::vector<int64_t> dims;
  const NamedTensor* source = nullptr;  // its values, float32; null: the following
  std::vector<int64_t> integers;        // int64
  std::vector<float> reals;             // float32, where there are no integers
  bool whole = false;                   // int64 although there may be no values
};

class OnnxNodes {
 public:
  // The lowest set of operators that is written: every version since stays within what Debian 12's checker knows for
  // the operators that have not changed.
  static constexpr int kLowest = 13;

  // `opset`: what the nodes are written for. Where they turn out to need a later one, needed() says so.
  OnnxNodes(const ExportGraph& graph, const Network& network, int opset);

  const ExportGraph& graph() const { return graph_; }
  int opset() const { return opset_; }
  int needed() const { return needed_; }
  const std::string& needed_for() const { return needed_for_; }  // the operator that asked for it
  void need(int opset, const std::string& op);

  // A node that writes the value of a layer's name.
  WrittenNode& op(const std::string& op, const ExportNode& node, std::vector<std::string> inputs);
  // One whose output is called LAYER.suffix; `output` receives the name.
  WrittenNode& step(const std::string& op, const ExportNode& node, const std::string& suffix,
                    std::vector<std::string> inputs, std::string& output);
  std::string input(const ExportNode& node, size_t i = 0) const;  // the name of the value that it reads
  // Initializers; they return their names. Dims empty: as the array has them.
  std::string array(const ExportNode& node, const std::string& part, std::vector<int64_t> dims = {});
  std::string integers(const ExportNode& node, const std::string& what, const std::vector<int64_t>& values,
                       bool scalar = false);
  std::string integers_of_shape(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims,
                                const std::vector<int64_t>& values);
  std::string reals(const ExportNode& node, const std::string& what, const std::vector<float>& values, bool scalar);
  // Sizes in which one may be kBatchSize: the name of a value with them, computed where they are not known.
  std::string sizes(const ExportNode& node, const std::string& what, const std::vector<int64_t>& list);
  std::string unique(const std::string& name);

  std::vector<WrittenNode> nodes;
  std::vector<WrittenTensor> tensors;

 private:
  const ExportGraph& graph_;
  const Network& network_;
  int opset_, needed_ = kLowest;
  std::string needed_for_;
  std::set<std::string> names_;
};

// Writes what one layer does. Null: no writer knows the kind.
using WriteOnnxLayer = void (*)(OnnxNodes& to, const ExportNode& node);
WriteOnnxLayer find_onnx_layer(const std::string& kind);

}  // namespace striate
