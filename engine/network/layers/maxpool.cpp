#include "engine/network/layers/pooling.h"

namespace striate {
namespace {

class MaxPool : public layers::Pooling {
 public:
  std::string kind() const override { return kMaxPool.word; }
  std::vector<Kept> kept(const std::vector<Shape>& inputs) const override {
    return {{"winners", output(inputs), true}};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    max_pool_forward(stream, shape(call.x[0].shape), call.x[0].data, call.y.data,
                     reinterpret_cast<int32_t*>(call.kept[0]));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    max_pool_backward(stream, shape(call.x[0].shape), call.dy, reinterpret_cast<const int32_t*>(call.kept[0]),
                      call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kMaxPool{"maxpool", "Max pooling", "maxpool SIZE [stride S] [pad P] [ceil]",
                         "Each channel shrinks on its own: a window slides over it, usually without overlap, and only "
                         "the largest value of each "
                         "window is kept. What was found stays, its exact place is given up, so a picture shifted by a "
                         "pixel looks nearly the "
                         "same to the layers behind, and these have less to compute. It has no weights. On the way "
                         "back the gradient goes to "
                         "the value that won.",
                         layers::parse_pooling<MaxPool>};

}  // namespace striate
