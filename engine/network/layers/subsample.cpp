#include "kernels/subsample.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

class Subsample : public Layer {
 public:
  int stride = 2;
  int channels = 0;  // 0: as many as come in

  std::string kind() const override { return kSubsample.word; }
  std::string text() const override {
    return fmt::format("subsample {}{}", stride, channels > 0 ? fmt::format(" channels {}", channels) : "");
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    if (channels > 0 && channels < x.c) {
      throw Error(fmt::format("got {} channels, needs {} or fewer", x.c, channels),
                  "it adds channels of zeros, it can't take any away");
    }
    const SubsampleShape s = shape(inputs[0]);
    return layers::pictures_shape(s.n, s.k, s.p(), s.q());
  }
  LayerGeometry geometry(const std::vector<Shape>&) const override {
    LayerGeometry geometry;
    geometry.stride = stride;
    return geometry;
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    subsample_forward(stream, shape(call.x[0].shape), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    subsample_backward(stream, shape(call.x[0].shape), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  SubsampleShape shape(const Shape& in) const {
    const layers::Pictures x = layers::pictures(in);
    SubsampleShape s;
    s.n = x.n, s.c = x.c, s.h = x.h, s.w = x.w, s.stride = stride;
    s.k = channels > 0 ? channels : x.c;
    return s;
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Subsample>();
  layer->stride = words.whole("stride", 1, 1024);
  while (words.more()) {
    if (words.take("channels")) {
      layer->channels = words.whole("number of channels", 1, 65536);
    } else {
      words.unknown({"channels"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kSubsample{
    "subsample", "Subsample", "subsample STRIDE [channels K]",
    "Keeps every second row and column (or every third, ...) and puts channels of zeros before and behind, so that a "
    "shortcut fits a block whose pictures are smaller and whose channels are more. It is the shortcut without weights "
    "of "
    "the first residual networks for small pictures.",
    parse};

}  // namespace striate
