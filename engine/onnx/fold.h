// Constant folding: what an operator gives where all its inputs are known, in ONNX's own number types. Meant for the
// arithmetic on shapes that exporters leave in a graph, and for whole numbers, which the network itself does not
// compute with. For the files of this folder only.
//
// To add an operator: a function beside its like in fold_arithmetic.cpp or fold_shape.cpp, and its line in the list
// there.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/onnx/constant.h"
#include "engine/onnx/node_view.h"

namespace striate {

// How much may be computed: a file of 1 kB can ask for petabytes.
class FoldBudget {
 public:
  explicit FoldBudget(int64_t values) : left_(values) {}
  // Before a tensor of these sizes is made. Returns their product. Throws Error.
  int64_t spend(const Dims& dims);
  // The same before one value is repeated, which takes memory only where a network has it as a weight.
  int64_t fill(const Dims& dims);

 private:
  int64_t left_;
  int64_t left_to_fill_ = int64_t{1} << 28;  // VGG-19, the largest of ONNX's own models, has 144 million
};

struct FoldCall {
  const NodeView& node;
  const std::vector<const Constant*>& inputs;  // null: left out
  FoldBudget& budget;

  bool has(size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  const Constant& input(size_t i) const;  // throws Error where it is left out
};

using Folded = std::vector<Constant>;  // one for each output, from the first
using FoldFunction = Folded (*)(const FoldCall&);
using FoldList = std::map<std::string, FoldFunction>;

const FoldList& arithmetic_folds();
const FoldList& shape_folds();
FoldFunction find_fold(const std::string& op);  // null: none

// Shared by both lists: an empty tensor of this type and these sizes, with room for its values.
HostTensor folded_tensor(const FoldCall& call, OnnxType type, const Dims& dims);

}  // namespace striate
