#include "kernels/prelu.h"

#include <optional>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Prelu : public layers::Pointwise {
 public:
  bool shared = false;
  std::optional<std::vector<int64_t>> sizes;  // of the slopes; none: one for each channel, or one in all

  Shape output(const std::vector<Shape>& inputs) const override {
    if (!sizes && !shared && inputs[0].rank() < 2) {
      throw Error(fmt::format("got {}, needs channels behind the batch", inputs[0].text()),
                  "write prelu shared for one slope, or prelu shape SIZES");
    }
    prelu_shape(inputs[0].sizes(), slopes(inputs[0]));  // throws Error where they don't fit
    return inputs[0];
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>&, const CellBox& of) const override { return of; }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Shape shape = sizes ? Shape(*sizes) : Shape{shared ? 1 : inputs[0][1]};
    return {{"weight", shape, WeightSpec::Kind::slope, 1, 1}};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    const int64_t each = x.rank() == 0 || x[0] == 0 ? x.count() : x.count() / x[0];
    return {each, fmt::format("{}", each)};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    prelu_forward(stream, shape(call), call.x[0].data, call.weights[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const PreluShape s = shape(call);
    if (!call.dw.empty()) prelu_backward_slopes(stream, s, call.x[0].data, call.dy, call.dw[0]);
    if (call.dx[0] == nullptr) return;
    prelu_backward_input(stream, s, call.x[0].data, call.weights[0], call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  // The slopes' sizes as they lie over x, from the right.
  std::vector<int64_t> slopes(const Shape& x) const {
    if (sizes) return *sizes;
    if (shared) return {1};
    std::vector<int64_t> over(static_cast<size_t>(x.rank() - 1), 1);
    over[0] = x[1];
    return over;
  }
  PreluShape shape(const LayerCall& call) const {
    return prelu_shape(call.x[0].shape.sizes(), slopes(call.x[0].shape));
  }
};

constexpr LayerField kFields[] = {
    layers::turned_on<&Prelu::shared>("shared", "shared")
        .called("num_parameters=1", "shared_axes", kNoName)
        .explained("One slope for all values instead of one for each channel"),
    layers::after_as<layers::Maybe<layers::SizesForm>, &Prelu::sizes>("shape", "shape", "SIZES")
        .said_as("shape of the slopes")
        .between(1, static_cast<double>(int64_t{1} << 40))
        .not_beside("shared")
        .called(kNoName, "shared_axes", "slope")
        .explained("The sizes of the slopes, laid over what comes in from the last axis on")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const Prelu& prelu = n.as<Prelu>();
  if (!prelu.sizes) {
    to.module(n, fmt::format("nn.PReLU({})", prelu.shared ? 1 : n.in[0][1]));
    return layers::torch_apply(to, n);
  }
  to.helper("Values");
  to.module(n, fmt::format("Values(weight={})", python_list(*prelu.sizes)));
  to.line(n, fmt::format("torch.where({0} > 0, {0}, {1}.weight * {0})", to.x(n), to.layer(n)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Prelu& prelu = n.as<Prelu>();
  if (prelu.sizes) {
    const std::string x = to.x(n, KerasPage::Order::first);
    to.helper("Values");
    to.line(
        n, KerasPage::Order::first,
        fmt::format("ops.where({0} > 0, {0}, Values({1}, {2})({0}) * {0})", x, python_list(*prelu.sizes), to.name(n)));
    return to.weights(n, to.array(n, "weight"));
  }
  std::vector<int64_t> shared, shape;
  for (int i = 1; i < n.in[0].rank(); ++i) {
    const bool channels = !prelu.shared && i == layers::keras_axis(to, n, 1);
    if (!channels) shared.push_back(i);
    shape.push_back(channels ? -1 : 1);
  }
  const std::string axes = shared.empty() ? "" : "shared_axes=" + python_list(shared, false) + ", ";
  layers::keras_pointwise(to, n, fmt::format("layers.PReLU({}{})({})", axes, to.name(n), to.x(n)));
  to.weights(n, fmt::format("{}.reshape({})", to.array(n, "weight"), fmt::join(shape, ", ")));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Prelu& prelu = n.as<Prelu>();
  std::vector<int64_t> dims;
  if (!prelu.sizes && !prelu.shared) {  // one for each channel, laid over axis 1
    dims.assign(static_cast<size_t>(n.in[0].rank() - 1), 1);
    dims[0] = n.in[0][1];
  }
  to.op("PRelu", n, {to.input(n), to.array(n, "weight", dims)});
}

}  // namespace

extern const LayerKind kPrelu{
    .word = "prelu",
    .title = N_("Learned leaky ReLU"),
    .explanation = N_(
        "A leaky ReLU that learns how leaky it should be: negative values are multiplied by a slope, and the slope is "
        "a weight like any other, one for each channel unless said otherwise. It starts at 0.25. At 0 it is a ReLU, at "
        "1 it does nothing at all."),
    .make = layers::made<Prelu>,
    .fields = kFields,
    .torch = {"nn.PReLU", to_torch},
    .keras = {"layers.PReLU", to_keras},
    .onnx = {.name = "PRelu", .write = to_onnx},
};

}  // namespace striate
