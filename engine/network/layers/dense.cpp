#include "kernels/dense.h"

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Dense : public Layer {
 public:
  int k = 1;
  bool bias = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (x.rank() != 2) {
      const std::vector<int64_t> all = x.sizes();
      const std::string each = x.rank() == 0   ? x.text()
                               : x.rank() == 1 ? "one value"
                                               : Shape(std::vector<int64_t>(all.begin() + 1, all.end())).text();
      throw Error(fmt::format("got {} for each picture, needs a plain list of values", each),
                  x.rank() > 2 ? "put a flatten layer before it" : "put reshape batch,1 before it");
    }
    return Shape{x[0], k};
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1];
    std::vector<WeightSpec> list{{"weight", Shape{k, c}, WeightSpec::Kind::weight, c, k}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, c, k});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1];
    if (!bias) return {c * k, fmt::format("{}*{}", c, k)};
    return {(c + 1) * k, fmt::format("({} + 1)*{}", c, k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    return {inputs[0][1] * k, fmt::format("{}*{}", inputs[0][1], k)};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    return dense_scratch(static_cast<int>(inputs[0][0]), static_cast<int>(inputs[0][1]), k);
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels x = layers::channels(call.x[0].shape);
    dense_forward(stream, x.n, x.c, k, call.x[0].data, call.weights[0], bias ? call.weights[1] : nullptr, call.y.data,
                  call.scratch);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels x = layers::channels(call.x[0].shape);
    if (!call.dw.empty()) {
      dense_backward_weights(stream, x.n, x.c, k, call.x[0].data, call.dy, call.dw[0], bias ? call.dw[1] : nullptr,
                             Result::overwrite, call.scratch);
    }
    if (call.dx[0] != nullptr) {
      dense_backward_input(stream, x.n, x.c, k, call.dy, call.weights[0], call.dx[0], call.dx_result[0], call.scratch);
    }
  }
};

constexpr LayerField kFields[] = {layers::place<&Dense::k>("neurons", "NEURONS")
                                      .must()
                                      .said_as("number of neurons")
                                      .between(1, 1 << 20)
                                      .called("out_features", "units", "B")
                                      .explained("How many neurons: each gives one value"),
                                  layers::bias_field<&Dense::bias>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  const Dense& dense = n.as<Dense>();
  to.module(n, fmt::format("nn.Linear({}, {}{})", n.in[0][1], dense.k, dense.bias ? "" : ", bias=False"));
  layers::torch_apply(to, n);
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Dense& dense = n.as<Dense>();
  to.line(
      n, KerasPage::Order::first,
      fmt::format("layers.Dense({}{}, {})({})", dense.k, dense.bias ? "" : ", use_bias=False", to.name(n), to.x(n)));
  to.weights(n, to.array(n, "weight") + ".T" + (dense.bias ? ", " + to.array(n, "bias") : ""));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  std::vector<std::string> inputs{to.input(n), to.array(n, "weight")};
  if (n.as<Dense>().bias) inputs.push_back(to.array(n, "bias"));
  to.op("Gemm", n, inputs).with("transB", int64_t{1});
}

}  // namespace

extern const LayerKind kDense{
    .word = "dense",
    .title = N_("Dense layer"),
    .explanation =
        N_("Every neuron looks at all values of the layer before: it multiplies each by a weight of its own, adds the "
           "products up and adds its bias. Nothing is shared and no neighborhood is known, so a dense layer needs many "
           "weights and would have to learn a shifted picture anew. At the end of a network it weighs what the "
           "convolutions have found and gives one number for each class."),
    .make = layers::made<Dense>,
    .fields = kFields,
    .first = "dense 32",
    .follow = Follow::dense,
    .torch = {"nn.Linear", to_torch},
    .keras = {"layers.Dense", to_keras},
    .onnx = {.name = "Gemm", .write = to_onnx},
};

}  // namespace striate
