// Functions of one value that exporters take newer operators apart into, and the choice between a value and a constant.
#include <limits>

#include "engine/error.h"
#include "engine/network/layer_kind.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

// The logarithm of a softmax in one go keeps the digits of small shares, and is what a loss looks for at the end.
void logarithm(Converter& c) {
  const int x = c.any(0);
  const std::string before = c.layer_text(x);
  const LayerKind* kind = find_layer_kind(before.substr(0, before.find(' ')));
  if (kind != nullptr && kind->ending == Ending::shares) return c.give(0, c.emit("log" + before, {c.input_of(x)}));
  c.give(0, c.emit("log", {x}));
}
void negative(Converter& c) { c.give(0, c.emit("mul", {c.any(0), c.scalar_node(-1, "minus")})); }
void reciprocal(Converter& c) { c.give(0, c.emit("div", {c.scalar_node(1, "one"), c.any(0)})); }
void softsign(Converter& c) {
  const int x = c.any(0);
  const int size = c.emit("abs", {x}, ".abs"), more = c.emit("add", {size, c.scalar_node(1, "one")}, ".more");
  c.give(0, c.emit("div", {x, more}));
}

// Where a known mask says so the value stays, elsewhere it is a constant v: max(min(x, a), b) with a, b infinite where
// it stays, and both v elsewhere.
void where(Converter& c) {
  const Constant& mask = c.constant(0, "what it chooses by");
  const bool first = c.known(1) == nullptr, second = c.known(2) == nullptr;
  if (first && second) {
    throw Error("it chooses between two values that both depend on the picture, which is not supported",
                "striate has Where with one constant, as masks are written");
  }
  const Constant& fixed = *c.known(first ? 2 : 1);
  if (!fixed.real()) {
    throw Error(fmt::format("it chooses among {}", onnx_type_name(fixed.type())),
                "striate computes in float32: export the model with a cast to float before");
  }
  const auto bound = [&](double open) {
    const Constant infinite(HostTensor::scalar(fixed.type(), open));
    const std::vector<const Constant*> inputs{&mask, first ? &infinite : &fixed, first ? &fixed : &infinite};
    return find_fold("Where")(FoldCall{c.op(), inputs, c.budget()})[0];
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const std::string name = c.op().node().output(0);
  std::vector<int> nodes{c.any(first ? 1 : 2), c.constant_node(bound(kInfinity), name + ".most"),
                         c.constant_node(bound(-kInfinity), name + ".least")};
  c.bring_together(nodes);
  c.give(0, c.emit("max", {c.emit("min", {nodes[0], nodes[1]}, ".below"), nodes[2]}));
}

}  // namespace

const OnnxOperators& function_operators() {
  static const OnnxOperators list = {
      {"Log", logarithm}, {"Neg", negative}, {"Reciprocal", reciprocal}, {"Softsign", softsign}, {"Where", where},
  };
  return list;
}

}  // namespace striate
