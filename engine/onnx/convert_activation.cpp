// Activations that need more than a plain layer with numbers (convert_plain.cpp): gelu, swish, clip, prelu,
// softmax.
#include <cmath>

#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";

void plain(Converter& c, const std::string& text) { c.give(0, c.emit(text, {c.any(0)})); }

void gelu(Converter& c) {
  const std::string how = c.op().text("approximate", "none");
  if (how != "none" && how != "tanh") {
    throw Error(fmt::format("its approximation \"{}\" is not known", how), "ONNX knows none and tanh");
  }
  plain(c, how == "tanh" ? "gelu tanh" : "gelu");
}

// x * sigmoid(alpha * x)
void swish(Converter& c) {
  const double alpha = c.op().real("alpha", 1);
  if (alpha == 1) return plain(c, "silu");
  const int x = c.any(0), steep = c.emit("mul", {x, c.scalar_node(alpha, "alpha")}, ".steep");
  c.give(0, c.emit("mul", {x, c.emit("sigmoid", {steep}, ".share")}));
}

// Bounds are attributes before opset 11, then inputs; one that is left out or infinite is open.
void clip(Converter& c) {
  std::string bounds;
  const auto bound = [&](double value, bool given) {
    // float32's own largest numbers stood for "open" before opset 11.
    if (std::isnan(value)) throw Error("one of its bounds is not a number", kBroken);
    bounds += !given || std::abs(value) >= 3.4028234663852886e38 ? " none" : ' ' + number_text(value);
  };
  for (size_t i = 1; i <= 2; ++i) {
    if (c.opset() < 11) {
      const char* name = i == 1 ? "min" : "max";
      const auto found = c.op().node().attributes.find(name);
      const bool given = found != c.op().node().attributes.end();
      bound(given && found->second.kind == OnnxAttribute::Kind::real ? static_cast<double>(found->second.real) : 0,
            given);
    } else if (!c.has(i)) {
      bound(0, false);
    } else {
      const double value = c.constant(i, "its bound").scalar("its bound");
      const bool closed = i == 1 ? value == INFINITY : value == -INFINITY;
      if (closed) throw Error("it leaves no value but infinity", kBroken);
      bound(value, true);
    }
  }
  plain(c, "clip" + bounds);
}

void prelu(Converter& c) {
  const Constant& slope = c.constant(1, "its slope");
  const Dims x = c.dims(0);
  Dims dims = slope.dims();
  std::string text = "prelu";
  const bool channels = x.size() >= 2 && slope.count() == x[1];
  bool per_channel = channels && c.opset() < 7 && dims.size() == 1;
  if (channels && dims.size() == x.size() - 1) {
    per_channel = dims[0] == x[1];  // C x 1 x 1
  }
  if (channels && dims.size() == x.size()) per_channel = dims[1] == x[1];
  if (slope.count() == 1) {
    text += " shared";
  } else if (!per_channel) {
    if (broadcast_dims(x, dims) != x) {
      throw Error(fmt::format("its slope is {}, its input {}", dims_text(dims), dims_text(x)), kBroken);
    }
    text += " shape " + sizes_text(dims);
    if (dims.size() == x.size() && dims[0] != 1) c.keep_batch(c.node(0), 0, kPicks);
  }
  const int node = c.emit(text, {c.node(0)});
  c.weight(node, "weight", slope);
  c.give(0, node);
}

// Before opset 13 all axes from `axis` on count as one.
void softmax_as(Converter& c, const std::string& word) {
  const size_t rank = c.rank(0);
  const int node = c.any(0);
  const bool one = c.opset() >= 13;
  if (rank == 0) throw Error("its input is one value", kBroken);
  const int axis = normal_axis(c.op().integer("axis", one ? -1 : 1), rank);
  c.keep_batch(node, axis, kMixes);
  const bool last = axis + 1 == static_cast<int>(rank);
  c.give(0, c.emit(fmt::format("{} {} {}", word, one || last ? "axis" : "from", c.place(node, axis)), {node}));
}
void softmax(Converter& c) { softmax_as(c, "softmax"); }
void log_softmax(Converter& c) { softmax_as(c, "logsoftmax"); }

}  // namespace

const OnnxOperators& activation_operators() {
  static const OnnxOperators list = {
      {"Clip", clip},   {"Gelu", gelu},       {"LogSoftmax", log_softmax},
      {"PRelu", prelu}, {"Softmax", softmax}, {"Swish", swish},
  };
  return list;
}

}  // namespace striate
