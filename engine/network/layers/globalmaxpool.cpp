#include "engine/network/layers/global_pooling.h"
#include "kernels/global_max_pool.h"

namespace striate {
namespace {

// The result is N x C, or keeps the rank with sizes of 1.
class GlobalMaxPool : public Layer {
 public:
  bool keep = false;
  Shape output(const std::vector<Shape>& inputs) const override { return layers::global_shape(inputs[0], keep); }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"argmax", output(inputs), true}};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels s = layers::channels(call.x[0].shape);
    global_max_pool_forward(stream, s.n, s.c, s.pixels, call.x[0].data, call.y.data,
                            reinterpret_cast<int32_t*>(call.saved[0]));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const layers::Channels s = layers::channels(call.x[0].shape);
    global_max_pool_backward(stream, s.n, s.c, s.pixels, call.dy, reinterpret_cast<const int32_t*>(call.saved[0]),
                             call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {layers::keep_field<&GlobalMaxPool::keep>()};

void to_torch(TorchPage& to, const ExportNode& n) {
  std::vector<int64_t> axes;
  for (int i = 2; i < n.in[0].rank(); ++i) axes.push_back(i);
  to.line(n, fmt::format("{}.amax(dim={}{})", to.x(n), python_list(axes),
                         n.as<GlobalMaxPool>().keep ? ", keepdim=True" : ""));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::last);
  to.line(n, KerasPage::Order::last,
          fmt::format("layers.GlobalMaxPooling{}D({})({})", n.in[0].rank() - 2,
                      n.as<GlobalMaxPool>().keep ? "keepdims=True" : "", x));
}
void to_onnx(OnnxPage& to, const ExportNode& n) { layers::global_to_onnx(to, n, n.as<GlobalMaxPool>().keep); }

}  // namespace

extern const LayerKind kGlobalMaxPool{
    .word = "globalmaxpool",
    .title = N_("Global max pooling"),
    .explanation = N_(
        "Every channel becomes a single number, the largest it has anywhere in the picture: whether what this channel "
        "looks for is there at all, not how much of it. It has no weights, and lets a network take pictures of any "
        "size. On the way back the gradient goes to the one value that won."),
    .make = layers::made<GlobalMaxPool>,
    .fields = kFields,
    .follow = Follow::whole_maximum,
    .sign = Sign::as_it_came,
    .torch = {"nn.AdaptiveMaxPool2d(1)", to_torch},
    .keras = {"layers.GlobalMaxPooling2D", to_keras},
    .onnx = {.name = "GlobalMaxPool", .write = to_onnx},
};

}  // namespace striate
