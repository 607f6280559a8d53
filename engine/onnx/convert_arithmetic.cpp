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
  const int a = c.any(0);
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
      b = c.reshape(c.any(1), dims, ".aligned");
    }
  } else {
    b = c.any(1);
  }
  broadcast_dims(x, c.node_dims(b));
  std::vector<int> both{a, b};
  c.bring_together(both);
  c.give(0, c.emit(word, both));
}
void add(Converter& c) { pair(c, "add"); }
void sub(Converter& c) { pair(c, "sub"); }
void mul(Converter& c) { pair(c, "mul"); }
void div(Converter& c) { pair(c, "div"); }

// The larger or smaller of any number of inputs, two at a time.
void extreme(Converter& c, const char* word) {
  if (c.inputs() == 0) throw Error("it has no inputs", kBroken);
  int result = c.any(0);
  for (size_t i = 1; i < c.inputs(); ++i) {
    std::vector<int> both{result, c.any(i)};
    c.bring_together(both);
    result = c.emit(word, both, i + 1 < c.inputs() ? fmt::format(".{}", i) : "");
  }
  c.give(0, c.inputs() == 1 ? c.emit("identity", {result}) : result);
}
void max_of(Converter& c) { extreme(c, "max"); }
void min_of(Converter& c) { extreme(c, "min"); }

// Squares, cubes and roots are what exporters write: they are computed as such.
void power(Converter& c) {
  const Constant* exponent = c.known(1);
  const bool repeats = exponent != nullptr && exponent->count() == 1 && exponent->dims().size() <= c.rank(0);
  const double value = repeats ? exponent->scalar("its exponent") : 0;
  if (value != 0.5 && value != 1 && value != 2 && value != 3) return pair(c, "pow");
  const int x = c.any(0);
  if (value == 0.5) return c.give(0, c.emit("sqrt", {x}));
  if (value == 1) return c.give(0, c.emit("identity", {x}));
  int result = c.emit("mul", {x, x}, value == 3 ? ".square" : "");
  if (value == 3) result = c.emit("mul", {result, x});
  c.give(0, result);
}

void sum(Converter& c) {
  std::vector<int> nodes;
  for (size_t i = 0; i < c.inputs(); ++i) nodes.push_back(c.any(i));
  c.bring_together(nodes);
  if (nodes.empty()) throw Error("it has no inputs", kBroken);
  c.give(0, c.emit(nodes.size() == 1 ? "identity" : "add", nodes));
}

// A product with a known matrix is a dense layer.
void mat_mul(Converter& c) {
  const Dims x = c.dims(0), y = c.dims(1);
  const Constant* known = c.known(1);
  if (x.empty() || y.empty()) throw Error("one of its inputs is one value", kBroken);
  int a = c.any(0);
  if (known != nullptr && c.known(0) == nullptr && x.size() == 2 && y.size() == 2 && x[1] == y[0] && x[0] > 0 &&
      y[0] > 0 && y[1] > 0 && y[1] <= 1 << 20 && (!c.lifted(a) || x[0] == 1)) {
    const int node = c.emit(fmt::format("dense {} no bias", y[1]), {c.node(0)});
    c.transposed_weight(node, "weight", *known);
    return c.give(0, node);
  }
  int b = c.any(1);
  if (c.lifted(a) || c.lifted(b)) {
    // A list of values has no axis to repeat along: only with a known matrix behind it are the pictures its rows.
    if ((x.size() < 2 && (known == nullptr || y.size() != 2)) || y.size() < 2) throw NotBatched{kNotFirst};
    std::vector<int> both{a, b};
    if (x.size() >= 2) c.bring_together(both);
    return c.give(0, c.emit("matmul", both));
  }
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
  // Rows that are not pictures: a dense layer has none, a product with a known matrix does.
  if (weights != nullptr && c.known(0) == nullptr && !a_turned && values == a[1] && c.lifted(c.any(0)) && a[0] != 1 &&
      (!biased || bias != nullptr)) {
    const std::string name = op.node().inputs[1];
    const int matrix = b_turned ? c.turned_constant(*weights, name + ".turned") : c.any(1);
    int product = c.emit("matmul", {c.any(0), matrix}, alpha == 1 && !biased ? "" : ".product");
    if (alpha != 1) product = c.emit("mul", {product, c.scalar_node(alpha, "alpha")}, biased ? ".scaled" : "");
    if (!biased) return c.give(0, product);
    int third = c.any(2);
    if (beta != 1) third = c.emit("mul", {third, c.scalar_node(beta, "beta")}, ".c");
    return c.give(0, c.emit("add", {product, third}));
  }
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
  int left = c.node(0), right = c.node(1);
  if (a_turned) {
    c.keep_batch(left, 0, kNotFirst);
    left = c.emit("transpose 1,0", {left}, ".a");
  }
  c.keep_batch(right, 0, kMixes);
  if (b_turned) right = c.emit("transpose 1,0", {right}, ".b");
  int result = c.emit("matmul", {left, right}, alpha == 1 && !biased ? "" : ".product");
  if (alpha != 1) result = c.emit("mul", {result, c.scalar_node(alpha, "alpha")}, biased ? ".scaled" : "");
  if (biased) {
    int third = c.node(2);
    if (beta != 1) third = c.emit("mul", {third, c.scalar_node(beta, "beta")}, ".c");
    result = c.emit("add", {result, third});
  }
  c.give(0, result);
}

}  // namespace

const OnnxOperators& arithmetic_operators() {
  static const OnnxOperators list = {
      {"Add", add},    {"Div", div}, {"Gemm", gemm}, {"MatMul", mat_mul}, {"Max", max_of},
      {"Min", min_of}, {"Mul", mul}, {"Pow", power}, {"Sub", sub},        {"Sum", sum},
  };
  return list;
}

}  // namespace striate
