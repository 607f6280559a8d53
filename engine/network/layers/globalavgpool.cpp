#include "engine/network/layers/global_pooling.h"
#include "kernels/pool.h"

namespace striate {
namespace {

// The result is N x C: what follows is a dense layer. Or it keeps the rank, with sizes of 1.
class GlobalAvgPool : public Layer {
 public:
  bool keep = false;
  std::string kind() const override { return kGlobalAvgPool.word; }
  std::string text() const override { return kind() + (keep ? " keep" : ""); }
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

}  // namespace

const LayerKind kGlobalAvgPool{
    "globalavgpool", "Global average pooling", "globalavgpool [keep]",
    "Every channel becomes a single number, its mean over the whole picture: how much of what this channel looks for "
    "is "
    "there, wherever it is. It replaces large dense layers in newer networks, has no weights, and lets a network take "
    "pictures of any size.",
    layers::parse_global<GlobalAvgPool>};

}  // namespace striate
