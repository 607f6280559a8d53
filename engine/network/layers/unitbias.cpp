// One bias for each unit instead of one for each map, as in the network of 1989.
#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/channel_sums.h"
#include "kernels/early_layers.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class UnitBias : public layers::Pointwise {
 public:
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs[0].rank() < 2) {
      throw Error(fmt::format("got {}, needs units behind the batch", inputs[0].text()),
                  "the input's first size is the batch");
    }
    layers::check_sizes(inputs[0]);
    if (units(inputs[0]) > int64_t{1} << 30) {
      throw Error(fmt::format("got {} units for each picture", units(inputs[0])), "use a smaller input");
    }
    return inputs[0];
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const std::vector<int64_t> all = inputs[0].sizes();
    return {{"bias", Shape(std::vector<int64_t>(all.begin() + 1, all.end())), WeightSpec::Kind::shift, 1, 1}};
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    std::string formula;
    for (int i = 1; i < inputs[0].rank(); ++i) formula += fmt::format("{}{}", i > 1 ? "*" : "", inputs[0][i]);
    return {units(inputs[0]), formula};
  }
  bool in_place() const override { return true; }

  void forward(Stream& stream, const LayerCall& call) const override {
    unit_bias_forward(stream, call.y.shape[0], units(call.y.shape), call.x[0].data, call.weights[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const Shape& shape = call.y.shape;
    if (!call.dw.empty()) {
      channel_sums(stream, static_cast<int>(shape[0]), static_cast<int>(units(shape)), 1, call.dy, call.dw[0],
                   Result::overwrite, call.scratch);
    }
    if (call.dx[0] != nullptr) copy(stream, shape.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return units(inputs[0]); }

 private:
  static int64_t units(const Shape& shape) {
    int64_t count = 1;
    for (int i = 1; i < shape.rank(); ++i) count = layers::product({count, shape[i]});
    return count;
  }
};

std::vector<int64_t> sizes_of(const ExportNode& n) {
  const std::vector<int64_t> all = n.in[0].sizes();
  return {all.begin() + 1, all.end()};
}
void to_torch(TorchPage& to, const ExportNode& n) {
  to.helper("Values");
  to.module(n, fmt::format("Values(bias={})", python_list(sizes_of(n))));
  to.line(n, fmt::format("{} + {}.bias", to.x(n), to.layer(n)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::first);
  to.helper("Values");
  to.line(n, KerasPage::Order::first,
          fmt::format("{0} + Values({1}, {2})({0})", x, python_list(sizes_of(n)), to.name(n)));
  to.weights(n, to.array(n, "bias"));
}
void to_onnx(OnnxPage& to, const ExportNode& n) { to.op("Add", n, {to.input(n), to.array(n, "bias")}); }

}  // namespace

extern const LayerKind kUnitBias{
    .word = "unitbias",
    .title = N_("Bias of each unit"),
    .explanation =
        N_("Adds a learned number to every value, each place with its own. The network of 1989 shared the weights of a "
           "map's units but not their biases: it stands behind a convolution without bias. Later convolutions have one "
           "bias for a whole map, because what is looked for is the same everywhere."),
    .make = layers::made<UnitBias>,
    .first = "unitbias",
    .follow = Follow::linear,
    .torch = {"x + bias", to_torch},
    .keras = {"x + bias", to_keras},
    .onnx = {.name = "Add", .write = to_onnx},
};

}  // namespace striate
