// Radial basis functions: outputs that are distances, as in LeNet-5 of 1998.
#include "engine/network/digit_glyphs.h"
#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/early_layers.h"

namespace striate {
namespace {

class Rbf : public Layer {
 public:
  int k = 1;
  bool negative = false;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (x.rank() != 2) {
      throw Error(fmt::format("got {}, needs a plain list of values for each picture", x.text()),
                  "put a flatten layer before it");
    }
    return Shape{x[0], k};
  }
  // Fixed: the digits' glyphs where they fit, else signs that differ from class to class.
  std::vector<BufferSpec> buffers(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1];
    BufferSpec centers{"weight", Shape{k, c}, 0};
    const bool digits = c == kGlyphCells && k <= static_cast<int>(digit_glyphs().size());
    centers.values = [=](int64_t i) {
      if (digits) return digit_glyphs()[static_cast<size_t>(i / c)][static_cast<size_t>(i % c)] == '#' ? 1.0f : -1.0f;
      const uint64_t mixed = (static_cast<uint64_t>(i) + 1) * 0x9E3779B97F4A7C15U;
      return (mixed >> 40 & 1U) != 0 ? 1.0f : -1.0f;
    };
    return {centers};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    return {inputs[0][1] * k, fmt::format("{}*{}", inputs[0][1], k)};
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels x = layers::channels(call.x[0].shape);
    rbf_forward(stream, x.n, k, x.c, factor(), call.x[0].data, call.buffers[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const layers::Channels x = layers::channels(call.x[0].shape);
    rbf_backward(stream, x.n, k, x.c, factor(), call.x[0].data, call.buffers[0], call.dy, call.dx[0],
                 call.dx_result[0]);
  }

 private:
  float factor() const { return negative ? -1.0f : 1.0f; }
};

constexpr LayerField kFields[] = {layers::place<&Rbf::k>("neurons", "NEURONS")
                                      .must()
                                      .said_as("number of neurons")
                                      .between(1, 1 << 20)
                                      .called("out_features", "units", "B")
                                      .explained("How many neurons: each gives the distance from its own center"),
                                  layers::turned_on<&Rbf::negative>("negative", "negative")
                                      .called(kNoName, kNoName, kNoName)
                                      .explained("Gives minus the distance, so that the nearest is the largest")};

const char* sign(const ExportNode& n) { return n.as<Rbf>().negative ? "-" : ""; }
void to_torch(TorchPage& to, const ExportNode& n) {
  to.helper("Values");
  to.module(n, fmt::format("Values(weight=[{}, {}])", n.as<Rbf>().k, n.in[0][1]));
  to.line(n, fmt::format("{}((({}[:, None] - {}.weight) ** 2).sum(-1))", sign(n), to.x(n), to.layer(n)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::first);
  to.helper("Values");
  to.line(n, KerasPage::Order::first,
          fmt::format("{0}ops.sum((ops.expand_dims({1}, 1) - Values([{2}, {3}], {4})({1})) ** 2, -1)", sign(n), x,
                      n.as<Rbf>().k, n.in[0][1], to.name(n)));
  to.weights(n, to.array(n, "weight"));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  std::string row, away, square, sum;
  to.step("Unsqueeze", n, "row", {to.input(n), to.integers(n, "axis", {1})}, row);
  to.step("Sub", n, "away", {row, to.array(n, "weight")}, away);
  to.step("Mul", n, "square", {away, away}, square);
  const std::vector<std::string> inputs{square, to.integers(n, "axes", {2})};
  if (!n.as<Rbf>().negative) {
    to.op("ReduceSum", n, inputs).with("keepdims", int64_t{0});
    return;
  }
  to.step("ReduceSum", n, "sum", inputs, sum).with("keepdims", int64_t{0});
  to.op("Neg", n, {sum});
}

}  // namespace

extern const LayerKind kRbf{
    .word = "rbf",
    .title = N_("Radial basis functions"),
    .explanation = N_(
        "Every neuron has a center, a fixed list of 1 and -1, and gives the squared distance of what comes in from it: "
        "the smallest wins. In LeNet-5 of 1998 the 84 values before it are meant to be a picture of the digit, 7 cells "
        "wide and 12 high, and the centers are the ten digits drawn so. What is near no center is no digit, which a "
        "softmax can't say. With other sizes the centers are signs that differ from neuron to neuron. Nothing in it is "
        "learned."),
    .make = layers::made<Rbf>,
    .fields = kFields,
    .first = "rbf 10",
    .torch = {"((x - centers) ** 2).sum", to_torch},
    .keras = {"ops.sum((x - centers) ** 2)", to_keras},
    .onnx = {.name = "ReduceSum", .write = to_onnx},
};

}  // namespace striate
