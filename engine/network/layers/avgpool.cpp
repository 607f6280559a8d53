#include "engine/network/layers/pooling.h"
#include "engine/network/layers/pooling_rows.h"

namespace striate {
namespace {

class AvgPool : public layers::Pooling {
 public:
  using Pooling::Pooling;
  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& in = call.x[0].shape;
    if (flat()) return average_pool_forward(stream, plane(in), call.x[0].data, call.y.data);
    average_pool3d_forward(stream, volume(in), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& in = call.x[0].shape;
    if (flat()) return average_pool_backward(stream, plane(in), call.dy, call.dx[0], call.dx_result[0]);
    average_pool3d_backward(stream, volume(in), call.dy, call.dx[0], call.dx_result[0]);
  }
};

template <int axes>
constexpr LayerField kFields[] = {
    layers::pool_window_field<axes>(),
    layers::pool_stride_field<axes>(),
    layers::padding_field<axes, &layers::Pooling::windows>(),
    layers::pool_dilation_field<axes>(),
    layers::ceil_field(),
    layers::turned_off<&layers::Pooling::count_padding>("count-padding", "without padding")
        .called("count_include_pad", kNoName, "count_include_pad")
        .explained("Whether the zeros of the padding count in the mean"),
};

// What the last window reaches over the padding.
layers::Ints beyond_padding(const layers::WindowFacts& w, const ExportNode& n) {
  layers::Ints beyond = layers::pooling_after(w, n);
  for (size_t a = 0; a < w.axes(); ++a) beyond[a] -= w.after[a];
  return beyond;
}
void to_torch(TorchPage& to, const ExportNode& n) {
  const AvgPool& pool = n.as<AvgPool>();
  const layers::WindowFacts w = layers::window_facts(pool.windows, n.in[0]);
  if (w.dilated() || !layers::torch_pools_so(w, pool.ceil, n)) {
    to.helper("average_pool");
    to.line(n, fmt::format("average_pool({}, {}, {}, {}, {}, {}, {}, {})", to.x(n), python_list(w.size),
                           python_list(w.stride), python_list(w.before), python_list(w.after), python_list(w.dilation),
                           layers::yes(pool.count_padding), python_list(beyond_padding(w, n))));
    return;
  }
  std::string value = fmt::format("F.avg_pool{}d({}, {}", w.axes(), to.x(n), python_brief(w.size));
  if (w.stride != w.size) value += ", stride=" + python_brief(w.stride);
  if (w.padded()) value += ", padding=" + python_brief(w.before);
  if (pool.ceil) value += ", ceil_mode=True";
  if (w.padded() && !pool.count_padding) value += ", count_include_pad=False";
  to.line(n, value + ")");
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const AvgPool& pool = n.as<AvgPool>();
  const layers::WindowFacts w = layers::window_facts(pool.windows, n.in[0]);
  if (layers::keras_pools_so(w, n)) return layers::keras_pool(to, n, "Average", w);
  to.helper("average_pool");
  const std::string x = to.x(n, KerasPage::Order::last);
  to.line(n, KerasPage::Order::last,
          fmt::format("average_pool({}, {}, {}, {})", x, layers::keras_pool_arguments(w, w.after, n),
                      layers::yes(pool.count_padding), python_list(beyond_padding(w, n))));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const AvgPool& pool = n.as<AvgPool>();
  bool ceil = false;
  const layers::WindowFacts w = layers::onnx_pooling(pool, n, pool.count_padding, ceil);
  if (w.dilated()) to.need(19, "AveragePool with dilations");
  WrittenNode& node = to.op("AveragePool", n, {to.input(n)});
  layers::onnx_window(node, w);
  if (ceil) node.with("ceil_mode", int64_t{1});
  node.with("count_include_pad", int64_t{pool.count_padding});
}

}  // namespace

extern const LayerKind kAvgPool{
    .word = "avgpool",
    .title = N_("Average pooling"),
    .explanation = N_(
        "Each channel shrinks on its own: every window is replaced by its mean. The first networks that read digits "
        "did this, as if the map were looked at from further away. Unlike a maximum it also lets weak answers count, "
        "and on the way back every value of the window gets an equal share of the gradient. It has no weights."),
    .make = layers::made<AvgPool, 2>,
    .fields = kFields<2>,
    .settle = layers::settle_stride,
    .first = "avgpool 2",
    .follow = Follow::average,
    .sign = Sign::as_it_came,
    .torch = {"F.avg_pool2d", to_torch},
    .keras = {"layers.AveragePooling2D", to_keras},
    .onnx = {.name = "AveragePool", .write = to_onnx},
};

extern const LayerKind kAvgPool3d{
    .word = "avgpool3d",
    .title = N_("Average pooling of volumes"),
    .explanation = N_(
        "Average pooling on three axes, for films and scans: every box of depth, height and width is replaced by its "
        "mean. On the way back every value in it gets an equal share of the gradient. It has no weights."),
    .make = layers::made<AvgPool, 3>,
    .fields = kFields<3>,
    .settle = layers::settle_stride,
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .torch = {"F.avg_pool3d", to_torch},
    .keras = {"layers.AveragePooling3D", to_keras},
    .onnx = {.name = "AveragePool", .write = to_onnx},
};

}  // namespace striate
