#include "engine/network/layers/pooling.h"
#include "engine/network/layers/pooling_rows.h"

namespace striate {
namespace {

class MaxPool : public layers::Pooling {
 public:
  using Pooling::Pooling;
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"argmax", output(inputs), true}};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    auto* argmax = reinterpret_cast<int32_t*>(call.saved[0]);
    const Shape& in = call.x[0].shape;
    if (flat()) return max_pool_forward(stream, plane(in), call.x[0].data, call.y.data, argmax);
    max_pool3d_forward(stream, volume(in), call.x[0].data, call.y.data, argmax);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const auto* argmax = reinterpret_cast<const int32_t*>(call.saved[0]);
    const Shape& in = call.x[0].shape;
    if (flat()) return max_pool_backward(stream, plane(in), call.dy, argmax, call.dx[0], call.dx_result[0]);
    max_pool3d_backward(stream, volume(in), call.dy, argmax, call.dx[0], call.dx_result[0]);
  }
};

template <int axes>
constexpr LayerField kFields[] = {
    layers::pool_window_field<axes>(),
    layers::pool_stride_field<axes>(),
    layers::padding_field<axes, &layers::Pooling::windows>(),
    layers::pool_dilation_field<axes>(),
    layers::ceil_field(),
};

void to_torch(TorchPage& to, const ExportNode& n) {
  const MaxPool& pool = n.as<MaxPool>();
  const layers::WindowFacts w = layers::window_facts(pool.windows, n.in[0]);
  const bool same = layers::torch_pools_so(w, pool.ceil, n);
  std::string x = to.x(n);
  if (!same) {
    const std::string pads = python_list(layers::torch_pads(w.before, layers::pooling_after(w, n)));
    x = fmt::format("F.pad({}, {}, value=-float(\"inf\"))", x, pads);
  }
  std::string value = fmt::format("F.max_pool{}d({}, {}", w.axes(), x, python_brief(w.size));
  if (w.stride != w.size) value += ", stride=" + python_brief(w.stride);
  if (same && w.padded()) value += ", padding=" + python_brief(w.before);
  if (w.dilated()) value += ", dilation=" + python_brief(w.dilation);
  if (same && pool.ceil) value += ", ceil_mode=True";
  to.line(n, value + ")");
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const layers::WindowFacts w = layers::window_facts(n.as<MaxPool>().windows, n.in[0]);
  if (layers::keras_pools_so(w, n)) return layers::keras_pool(to, n, "Max", w);
  to.helper("max_pool");
  const std::string x = to.x(n, KerasPage::Order::last);
  const layers::Ints after = layers::at_least_0(layers::pooling_after(w, n));
  to.line(n, KerasPage::Order::last, fmt::format("max_pool({}, {})", x, layers::keras_pool_arguments(w, after, n)));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  bool ceil = false;
  const layers::WindowFacts w = layers::onnx_pooling(n.as<MaxPool>(), n, false, ceil);
  WrittenNode& node = to.op("MaxPool", n, {to.input(n)});
  layers::onnx_window(node, w);
  if (ceil) node.with("ceil_mode", int64_t{1});
}

}  // namespace

extern const LayerKind kMaxPool{
    .word = "maxpool",
    .title = N_("Max pooling"),
    .explanation = N_(
        "Each channel shrinks on its own: a window slides over it, usually without overlap, and only the largest value "
        "of each window is kept. What was found stays, its exact place is given up, so a picture shifted by a pixel "
        "looks nearly the same to the layers behind, and these have less to compute. It has no weights. On the way "
        "back the gradient goes to the value that won."),
    .make = layers::made<MaxPool, 2>,
    .fields = kFields<2>,
    .settle = layers::settle_stride,
    .first = "maxpool 2",
    .follow = Follow::maximum,
    .sign = Sign::as_it_came,
    .torch = {"F.max_pool2d", to_torch},
    .keras = {"layers.MaxPooling2D", to_keras},
    .onnx = {.name = "MaxPool", .write = to_onnx},
};

extern const LayerKind kMaxPool3d{
    .word = "maxpool3d",
    .title = N_("Max pooling of volumes"),
    .explanation =
        N_("Max pooling on three axes, for films and scans: a box slides through depth, height and width, and only the "
           "largest value in it is kept. It has no weights. On the way back the gradient goes to the value that won."),
    .make = layers::made<MaxPool, 3>,
    .fields = kFields<3>,
    .settle = layers::settle_stride,
    .follow = Follow::boxes,
    .sign = Sign::as_it_came,
    .torch = {"F.max_pool3d", to_torch},
    .keras = {"layers.MaxPooling3D", to_keras},
    .onnx = {.name = "MaxPool", .write = to_onnx},
};

}  // namespace striate
