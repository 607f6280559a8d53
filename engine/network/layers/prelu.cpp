#include "kernels/prelu.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

class Prelu : public layers::Pointwise {
 public:
  bool shared = false;
  bool shaped = false;
  std::vector<int64_t> sizes;  // where shaped

  std::string kind() const override { return kPrelu.word; }
  std::string text() const override {
    if (shaped) return "prelu shape " + sizes_text(sizes);
    return shared ? "prelu shared" : kPrelu.word;
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    if (!shaped && !shared && inputs[0].rank() < 2) {
      throw Error(fmt::format("got {}, needs channels behind the batch", inputs[0].text()),
                  "write prelu shared for one slope, or prelu shape SIZES");
    }
    prelu_shape(inputs[0].sizes(), slopes(inputs[0]));  // throws Error where they don't fit
    return inputs[0];
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Shape shape = shaped ? Shape(sizes) : Shape{shared ? 1 : inputs[0][1]};
    return {{"weight", shape, WeightSpec::Kind::slope, 1, 1}};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    const int64_t each = x.rank() == 0 || x[0] == 0 ? x.count() : x.count() / x[0];
    return {each, fmt::format("{}", each)};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    prelu_forward(stream, shape(call), call.x[0].data, call.weights[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const PreluShape s = shape(call);
    if (!call.dw.empty()) prelu_backward_slopes(stream, s, call.x[0].data, call.dy, call.dw[0]);
    if (call.dx[0] == nullptr) return;
    prelu_backward_input(stream, s, call.x[0].data, call.weights[0], call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  // The slopes' sizes as they lie over x, from the right.
  std::vector<int64_t> slopes(const Shape& x) const {
    if (shaped) return sizes;
    if (shared) return {1};
    std::vector<int64_t> over(static_cast<size_t>(x.rank() - 1), 1);
    over[0] = x[1];
    return over;
  }
  PreluShape shape(const LayerCall& call) const {
    return prelu_shape(call.x[0].shape.sizes(), slopes(call.x[0].shape));
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Prelu>();
  if (words.take("shared")) {
    layer->shared = true;
  } else if (words.take("shape")) {
    layer->shaped = true;
    layer->sizes = words.sizes("shape of the slopes", 1, int64_t{1} << 40, Shape::kMaxRank);
  }
  if (words.more()) words.unknown({"shared", "shape"});
  return layer;
}

}  // namespace

const LayerKind kPrelu{
    "prelu", "Learned leaky ReLU", "prelu [shared | shape SIZES]",
    "A leaky ReLU that learns how leaky it should be: negative values are multiplied by a slope, and "
    "the slope is a weight like any other, one for each channel unless said otherwise. It starts at "
    "0.25. At 0 it is a ReLU, at 1 it does nothing at all.",
    parse};

}  // namespace striate
