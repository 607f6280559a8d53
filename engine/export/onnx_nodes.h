// The nodes of an ONNX graph before they become protobuf's messages: what the layers give (engine/network/elsewhere.h)
// to the writer of the file (onnx_writer.cpp). Names of values are names of layers; what a layer needs besides is
// called LAYER.what.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/export/export_graph.h"

namespace striate {

// An initializer: an array of the network, or a few values.
struct WrittenTensor {
  std::string name;
  std::vector<int64_t> dims;
  const NamedTensor* source = nullptr;  // its values, float32; null: the following
  std::vector<int64_t> integers;        // int64
  std::vector<float> reals;             // float32, where there are no integers
  bool whole = false;                   // int64 although there may be no values
};

class OnnxNodes : public OnnxPage {
 public:
  // `opset`: what the nodes are written for. Where they turn out to need a later one, needed() says so.
  OnnxNodes(const ExportGraph& graph, const Network& network, int opset);

  const ExportGraph& graph() const { return graph_; }
  int needed() const { return needed_; }
  const std::string& needed_for() const { return needed_for_; }  // the operator that asked for it

  int opset() const override { return opset_; }
  void need(int opset, const std::string& op) override;
  WrittenNode& op(const std::string& op, const ExportNode& node, std::vector<std::string> inputs) override;
  WrittenNode& step(const std::string& op, const ExportNode& node, const std::string& suffix,
                    std::vector<std::string> inputs, std::string& output) override;
  std::string input(const ExportNode& node, size_t i = 0) const override;
  std::string array(const ExportNode& node, const std::string& part, std::vector<int64_t> dims = {}) override;
  std::string integers(const ExportNode& node, const std::string& what, const std::vector<int64_t>& values,
                       bool scalar = false) override;
  std::string integers_of_shape(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims,
                                const std::vector<int64_t>& values) override;
  std::string reals(const ExportNode& node, const std::string& what, const std::vector<float>& values,
                    bool scalar) override;
  std::string reals_of_shape(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims,
                             const std::vector<float>& values) override;
  std::string ones(const ExportNode& node, const std::string& what, const std::vector<int64_t>& dims) override;
  std::string sizes(const ExportNode& node, const std::string& what, const std::vector<int64_t>& list) override;
  std::string unique(const std::string& name) override;

  std::vector<WrittenNode> nodes;
  std::vector<WrittenTensor> tensors;

 private:
  const ExportGraph& graph_;
  const Network& network_;
  int opset_, needed_ = kLowest;
  std::string needed_for_;
  std::set<std::string> names_;
};

}  // namespace striate
