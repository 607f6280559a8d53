#include "engine/network/layers/pooling.h"

namespace striate {
namespace {

class AvgPool : public layers::Pooling {
 public:
  std::string kind() const override { return flat() ? kAvgPool.word : kAvgPool3d.word; }
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

}  // namespace

const LayerKind kAvgPool{"avgpool", "Average pooling",
                         "avgpool SIZE [stride S] [pad P] [dilation D] [ceil] [without padding]",
                         "Each channel shrinks on its own: every window is replaced by its mean. The first networks "
                         "that read digits did this, "
                         "as if the map were looked at from further away. Unlike a maximum it also lets weak answers "
                         "count, and on the way back "
                         "every value of the window gets an equal share of the gradient. It has no weights.",
                         layers::parse_pooling<AvgPool, 2, true>};

const LayerKind kAvgPool3d{"avgpool3d", "Average pooling of volumes",
                           "avgpool3d DxRxS [stride DxRxS] [pad P] [dilation DxRxS] [ceil] [without padding]",
                           "Average pooling on three axes, for films and scans: every box of depth, height and width "
                           "is replaced by its mean. On the way back every value in it gets an equal share of the "
                           "gradient. It has no weights.",
                           layers::parse_pooling<AvgPool, 3, true>};

}  // namespace striate
