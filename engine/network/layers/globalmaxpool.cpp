#include "engine/network/layers/global_pooling.h"
#include "kernels/global_max_pool.h"

namespace striate {
namespace {

// The result is N x C, or keeps the rank with sizes of 1.
class GlobalMaxPool : public Layer {
 public:
  bool keep = false;
  std::string kind() const override { return kGlobalMaxPool.word; }
  std::string text() const override { return kind() + (keep ? " keep" : ""); }
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

}  // namespace

const LayerKind kGlobalMaxPool{
    "globalmaxpool", "Global max pooling", "globalmaxpool [keep]",
    "Every channel becomes a single number, the largest it has anywhere in the picture: whether what this channel "
    "looks "
    "for is there at all, not how much of it. It has no weights, and lets a network take pictures of any size. On the "
    "way back the gradient goes to the one value that won.",
    layers::parse_global<GlobalMaxPool>};

}  // namespace striate
