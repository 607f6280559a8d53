// Sums, products and matrix products.
#include <algorithm>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

// numpy's broadcasting; before opset 7 the second input is laid along the first from `axis` on, where `broadcast` says.
void pair(Converter& c, const char* word) {
  const int a = c.node(0);
  int b = -1;
  const Dims x = c.dims(0), y = c.dims(1);
  if (is_whole(c.type(0)) && word == std::string("div") && c.known(0) == nullptr) {
    throw Error("it divides whole numbers",
                "striate computes in float32: export the model with a cast to float before");
  }
  const NodeView& op = c.op();
  if (c.opset() < 7 && op.flag("broadcast", false) && op.has("axis") && y.size() < x.size()) {
    const size_t axis = static_cast<size_t>(normal_axis(op.integer("axis", 0), x.size()));
    if (axis + y.size() > x.size())
      throw Error(fmt::format("{} from axis {} of {}", dims_text(y), axis, dims_text(x)), kBroken);
    Dims dims = y;
    dims.resize(x.size() - axis, 1);
    if (c.known(1) != nullptr) {
      b = c.constant_node(c.known(1)->with_dims(dims), op.node().inputs[1] + ".aligned");
    } else {
      b = c.reshape(c.node(1), dims, ".aligned");
    }
  } else {
    b = c.node(1);
  }
  broadcast_dims(x, c.node_dims(b));
  c.give(0, c.emit(word, {a, b}));
}
void add(Converter& c) { pair(c, "add"); }
void sub(Converter& c) { pair(c, "sub"); }
void mul(Converter& c) { pair(c, "mul"); }
void div(Converter& c) { pair(c, "div"); }

void sum(Converter& c) {
  std::vector<int> nodes;
  for (size_t i = 0; i < c.inputs(); ++i) nodes.push_back(c.node(i));
  if (nodes.empty()) throw Error("it has no inputs", kBroken);
  c.give(0, c.emit(nodes.size() == 1 ? "identity" : "add", nodes));
}

// A product with a known matrix is a dense layer.
void mat_mul(Converter& c) {
  const Dims x = c.dims(0), y = c.dims(1);
  const Constant* known = c.known(1);
  if (x.empty() || y.empty()) throw Error("one of its inputs is one value", kBroken);
  if (known != nullptr && c.known(0) == nullptr && x.size() == 2 && y.size() == 2 && x[1] == y[0] && x[0] > 0 &&
      y[0] > 0 && y[1] > 0 && y[1] <= 1 << 20) {
    const int node = c.emit(fmt::format("dense {} no bias", y[1]), {c.node(0)});
    c.transposed_weight(node, "weight", *known);
    return c.give(0, node);
  }
  const int a = c.node(0), b = c.node(1);
  // Axis 0 must not be summed over.
  if (x.size() == 1) c.keep_batch(a, 0, kMixes);
  if (y.size() <= 2) c.keep_batch(b, 0, kMixes);
  c.give(0, c.emit("matmul", {a, b}));
}

// alpha * A * B + beta * C, each of A and B transposed where told.
void gemm(Converter& c) {
  const NodeView& op = c.op();
  const double alpha = op.real("alpha", 1), beta = op.real("beta", 1);
  const bool a_turned = op.flag("transA", false), b_turned = op.flag("transB", false);
  const Dims a = c.dims(0), b = c.dims(1);
  if (a.size() != 2 || b.size() != 2) {
    throw Error(fmt::format("its inputs are {} and {}, needs matrices", dims_text(a), dims_text(b)), kBroken);
  }
  const int64_t neurons = b[b_turned ? 0 : 1], values = b[b_turned ? 1 : 0];
  const Constant *weights = c.known(1), *bias = c.known(2);
  const bool biased = c.has(2) && beta != 0;
  const Dims bias_dims = c.has(2) ? c.dims(2) : Dims();
  const bool row = bias_dims.size() <= 2 && bias != nullptr && bias->count() == neurons &&
                   (bias_dims.empty() || bias_dims.back() == neurons);
  if (weights != nullptr && c.known(0) == nullptr && !a_turned && values == a[1] && a[0] > 0 && values > 0 &&
      neurons > 0 && neurons <= 1 << 20 && (!biased || row)) {
    const int node = c.emit(fmt::format("dense {}{}", neurons, biased ? "" : " no bias"), {c.node(0)});
    if (b_turned) {
      c.weight(node, "weight", *weights, alpha);
    } else {
      c.transposed_weight(node, "weight", *weights, alpha);
    }
    if (biased) c.weight(node, "bias", *bias, beta);
    return c.give(0, node);
  }
  const auto scalar = [&](double value, const char* name) {
    return c.constant_node(Constant(HostTensor::scalar(OnnxType::float32, value)),
                           fmt::format("{}.{}", op.node().output(0), name));
  };
  int left = c.node(0), right = c.node(1);
  if (a_turned) {
    c.keep_batch(left, 0, kNotFirst);
    left = c.emit("transpose 1,0", {left}, ".a");
  }
  c.keep_batch(right, 0, kMixes);
  if (b_turned) right = c.emit("transpose 1,0", {right}, ".b");
  int result = c.emit("matmul", {left, right}, alpha == 1 && !biased ? "" : ".product");
  if (alpha != 1) result = c.emit("mul", {result, scalar(alpha, "alpha")}, biased ? ".scaled" : "");
  if (biased) {
    int third = c.node(2);
    if (beta != 1) third = c.emit("mul", {third, scalar(beta, "beta")}, ".c");
    result = c.emit("add", {result, third});
  }
  c.give(0, result);
}

void reduce_mean(Converter& c) {
  std::optional<std::vector<int64_t>> told;
  if (c.opset() >= 18) {
    if (c.has(1)) told = c.constant(1, "its axes").integers("its axes", 32);
  } else {
    told = c.op().integers("axes");
  }
  const size_t rank = c.rank(0);
  std::vector<int> axes = normal_axes(told.value_or(std::vector<int64_t>()), rank);
  const int x = c.node(0);
  if (axes.empty() && c.op().flag("noop_with_empty_axes", false)) return c.give(0, c.emit("identity", {x}));
  for (size_t i = 0; axes.size() < rank && i < rank && (!told || told->empty()); ++i)
    axes.push_back(static_cast<int>(i));
  std::sort(axes.begin(), axes.end());
  if (axes.empty()) return c.give(0, c.emit("identity", {x}));
  for (const int axis : axes) c.keep_batch(x, axis, kMixes);
  const bool keep = c.op().flag("keepdims", true);
  c.give(0, c.emit("reducemean " + list_text(std::vector<int64_t>(axes.begin(), axes.end())) + (keep ? " keep" : ""),
                   {x}));
}

}  // namespace

const OnnxOperators& arithmetic_operators() {
  static const OnnxOperators list = {
      {"Add", add}, {"Div", div}, {"Gemm", gemm}, {"MatMul", mat_mul}, {"Mul", mul}, {"ReduceMean", reduce_mean},
      {"Sub", sub}, {"Sum", sum},
  };
  return list;
}

}  // namespace striate
