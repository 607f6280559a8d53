#include "engine/network/layers/pooling.h"

namespace striate {
namespace {

class AvgPool : public layers::Pooling {
 public:
  std::string kind() const override { return kAvgPool.word; }
  void forward(Stream& stream, const LayerCall& call) const override {
    average_pool_forward(stream, shape(call.x[0].shape), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    average_pool_backward(stream, shape(call.x[0].shape), call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kAvgPool{"avgpool", "Average pooling", "avgpool SIZE [stride S] [pad P] [ceil] [without padding]",
                         "Each channel shrinks on its own: every window is replaced by its mean. The first networks "
                         "that read digits did this, "
                         "as if the map were looked at from further away. Unlike a maximum it also lets weak answers "
                         "count, and on the way back "
                         "every value of the window gets an equal share of the gradient. It has no weights.",
                         layers::parse_pooling<AvgPool>};

}  // namespace striate
