#include "engine/network/layers/pooling.h"

namespace striate {
namespace {

class MaxPool : public layers::Pooling {
 public:
  std::string kind() const override { return flat() ? kMaxPool.word : kMaxPool3d.word; }
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

}  // namespace

const LayerKind kMaxPool{"maxpool", "Max pooling", "maxpool SIZE [stride S] [pad P] [dilation D] [ceil]",
                         "Each channel shrinks on its own: a window slides over it, usually without overlap, and only "
                         "the largest value of each "
                         "window is kept. What was found stays, its exact place is given up, so a picture shifted by a "
                         "pixel looks nearly the "
                         "same to the layers behind, and these have less to compute. It has no weights. On the way "
                         "back the gradient goes to "
                         "the value that won.",
                         layers::parse_pooling<MaxPool, 2, false>};

const LayerKind kMaxPool3d{"maxpool3d", "Max pooling of volumes",
                           "maxpool3d DxRxS [stride DxRxS] [pad P] [dilation DxRxS] [ceil]",
                           "Max pooling on three axes, for films and scans: a box slides through depth, height and "
                           "width, and only the largest value in it is kept. It has no weights. On the way back the "
                           "gradient goes to the value that won.",
                           layers::parse_pooling<MaxPool, 3, false>};

}  // namespace striate
