// What exporters took apart into single operators before ONNX had one for it: GELU (by its error function or its
// tangent) before opset 20, layer normalization before opset 17. They are found in the graph before it is converted, so
// that a network has the one layer that its author wrote. A group that differs in anything - another constant, a value
// between that somebody else reads, axes that are not the last ones - stays as it is. For the files of this folder
// only.
//
// To add one: a file like taken_apart_norm.cpp with a function that returns the group, called in the constructor.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/onnx/graph.h"
#include "engine/onnx/node_view.h"

namespace striate {

// A group of nodes that is one operator.
struct WholeOperator {
  OnnxNode node;           // the operator, with the output of the group's last
  std::set<size_t> parts;  // places in the graph's list
  size_t last = 0;         // of them
};

class TakenApart {
 public:
  explicit TakenApart(const OnnxGraph& graph);

  // The group that node number i may be a part of; -1: none.
  int group_of(size_t i) const;
  // What the group is where its input has the sizes `x`; nothing: it stays apart.
  std::optional<WholeOperator> whole(int group, const Dims& x) const;
  const std::string& input(int group) const { return groups_[static_cast<size_t>(group)].x; }

 private:
  struct Group {
    std::string x;
    std::set<size_t> parts;
    size_t last = 0;
    size_t least_rank = 0;    // of x: more axes than a constant has
    bool tangent = false;     // GELU
    bool normalizes = false;  // layer normalization; what follows is about it
    std::vector<int64_t> axes;
    double epsilon = 0;
    std::optional<size_t> scaled, shifted;  // nodes behind it that may belong to it
    std::string scale, bias;
  };
  struct Scalar {
    double value = 0;
    size_t rank = 0;
  };
  // A polynomial in the group's input and its curve: powers of both, and the factor.
  using Polynomial = std::map<std::pair<int, int>, double>;
  struct Search {
    std::string x, curve;  // names of the two
    std::set<size_t> parts;
    size_t rank = 0;
  };

  const OnnxNode* maker(const std::string& name, const char* op, size_t inputs) const;
  // Of the node `Constant` of that name; null: there is none, or it has no such attribute.
  const OnnxAttribute* constant(const std::string& name, const char* key, OnnxAttribute::Kind kind) const;
  // The tensor of that name, an initializer or a `Constant`; null: it is neither.
  std::shared_ptr<const StoredTensor> stored(const std::string& name) const;
  std::optional<Scalar> scalar(const std::string& name) const;
  std::optional<std::vector<int64_t>> integers(const std::string& name) const;
  std::optional<std::vector<int64_t>> mean_axes(const OnnxNode& node) const;
  std::optional<Dims> constant_dims(const std::string& name) const;
  std::optional<Polynomial> polynomial(const std::string& name, Search& search, int depth) const;
  std::vector<std::string> behind(const std::string& name) const;
  std::vector<std::string> before(const std::string& name) const;
  bool closed(const std::set<size_t>& parts, size_t last) const;
  std::optional<Group> gelu(size_t curve) const;
  std::optional<Group> layer_normalization(size_t root) const;
  void extend(Group& group) const;
  bool belongs(const std::string& constant, const Dims& x, size_t axis) const;

  const OnnxGraph& graph_;
  std::map<std::string, size_t> makers_;
  std::map<std::string, std::vector<size_t>> readers_;  // a node that reads it twice stands there twice
  std::set<std::string> outputs_;
  std::vector<Group> groups_;
  std::map<size_t, int> group_of_;
};

}  // namespace striate
