#include "engine/onnx/fold.h"

#include "engine/error.h"

namespace striate {

namespace {

int64_t take(const Dims& dims, int64_t& left) {
  int64_t count = 0;
  if (!count_of(dims, count) || count > left) {
    throw Error(fmt::format("it computes a constant of {} while the model is read, which is too much", dims_text(dims)),
                "such a file is damaged or not a picture classifier; else export it with constants folded");
  }
  left -= count + 1;
  return count;
}

}  // namespace

int64_t FoldBudget::spend(const Dims& dims) { return take(dims, left_); }
int64_t FoldBudget::fill(const Dims& dims) { return take(dims, left_to_fill_); }

const Constant& FoldCall::input(size_t i) const {
  if (!has(i)) {
    throw Error(fmt::format("input {} is missing", i), "the file breaks ONNX's rules: export the model again");
  }
  return *inputs[i];
}

FoldFunction find_fold(const std::string& op) {
  for (const FoldList* list : {&arithmetic_folds(), &shape_folds()}) {
    const auto found = list->find(op);
    if (found != list->end()) return found->second;
  }
  return nullptr;
}

HostTensor folded_tensor(const FoldCall& call, OnnxType type, const Dims& dims) {
  HostTensor tensor;
  tensor.type = type;
  tensor.dims = dims;
  const size_t count = static_cast<size_t>(call.budget.spend(dims));
  if (tensor.real()) {
    tensor.reals.resize(count);
  } else {
    tensor.integers.resize(count);
  }
  return tensor;
}

}  // namespace striate
