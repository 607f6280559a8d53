#include "engine/network/layers/global_pooling.h"
#include "kernels/pool.h"

namespace striate {
namespace {

// The result is N x C: what follows is a dense layer. Or it keeps the rank, with sizes of 1.
class GlobalAvgPool : public Layer {
 public:
  bool keep = false;
  Shape output(const std::vector<Shape>& inputs) const override { return layers::global_shape(inputs[0], keep); }
  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels s = layers::channels(call.x[0].shape);
    global_average_pool_forward(stream, s.n, s.c, s.pixels, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const layers::Channels s = layers::channels(call.x[0].shape);
    global_average_pool_backward(stream, s.n, s.c, s.pixels, call.dy, call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {layers::keep_field<&GlobalAvgPool::keep>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  std::vector<int64_t> axes;
  for (int i = 2; i < n.in[0].rank(); ++i) axes.push_back(i);
  to.line(n, fmt::format("{}.mean(dim={}{})", to.x(n), python_list(axes),
                         n.as<GlobalAvgPool>().keep ? ", keepdim=True" : ""));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::last);
  to.line(n, KerasPage::Order::last,
          fmt::format("layers.GlobalAveragePooling{}D({})({})", n.in[0].rank() - 2,
                      n.as<GlobalAvgPool>().keep ? "keepdims=True" : "", x));
}
void to_onnx(OnnxPage& to, const ExportNode& n) { layers::global_to_onnx(to, n, n.as<GlobalAvgPool>().keep); }

}  // namespace

extern const LayerKind kGlobalAvgPool{
    .word = "globalavgpool",
    .title = N_("Global average pooling"),
    .explanation = N_(
        "Every channel becomes a single number, its mean over the whole picture: how much of what this channel looks "
        "for is there, wherever it is. It replaces large dense layers in newer networks, has no weights, and lets a "
        "network take pictures of any size."),
    .make = layers::made<GlobalAvgPool>,
    .fields = kFields,
    .first = "globalavgpool",
    .follow = Follow::whole_average,
    .sign = Sign::as_it_came,
    .torch = {"nn.AdaptiveAvgPool2d(1)", to_torch},
    .keras = {"layers.GlobalAveragePooling2D", to_keras},
    .onnx = {.name = "GlobalAveragePool", .write = to_onnx},
};

}  // namespace striate
