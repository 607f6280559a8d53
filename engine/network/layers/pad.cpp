#include "kernels/pad.h"

#include <array>

#include "engine/network/across_pictures.h"
#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

constexpr std::array<const char*, 4> kModes = {"constant", "edge", "reflect", "wrap"};

class Pad : public Layer, public AcrossPictures {
 public:
  PadMode mode = PadMode::constant;
  std::vector<int64_t> pads;  // before each axis, then behind each
  double value = 0;

  std::string kind() const override { return kPad.word; }
  std::string text() const override {
    std::string text = fmt::format("{} {} {}", kPad.word, kModes[static_cast<size_t>(mode)], list_text(pads));
    if (value != 0) text += " value " + number_text(value);
    return text;
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (static_cast<size_t>(x.rank()) * 2 != pads.size()) {
      throw Error(fmt::format("got {}, needs {} axes: one for each pair of the padding", x.text(), pads.size() / 2),
                  "write how much comes before each axis, then how much behind each; axis 0 is the batch");
    }
    std::vector<int64_t> sizes = x.sizes();
    for (size_t i = 0; i < sizes.size(); ++i) {
      const int64_t before = pads[i], behind = pads[i + sizes.size()], size = sizes[i];
      sizes[i] += before + behind;
      if (sizes[i] < 0) {
        throw Error(fmt::format("got {}, {} of axis {} cut off {}", x.text(), -before - behind, i, size),
                    "cut off no more than there is");
      }
      if (size == 0 && sizes[i] > 0 && mode != PadMode::constant) {
        throw Error(fmt::format("got {}, nothing to repeat along axis {}", x.text(), i), "pad with constant");
      }
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return pads[0] != 0 || pads[pads.size() / 2] != 0 ? "it adds some before or behind them" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    pad_forward(stream, shape(call), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) pad_backward(stream, shape(call), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  PadShape shape(const LayerCall& call) const {
    PadShape s{mode, layers::box_of(call.x[0].shape), layers::box_of(call.y.shape), {}, static_cast<float>(value)};
    for (size_t i = 0; i < pads.size() / 2; ++i) s.begin[i] = pads[i];
    return s;
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Pad>();
  size_t mode = 0;
  while (mode < kModes.size() && !words.take(kModes[mode])) ++mode;
  if (mode == kModes.size()) {
    if (words.more()) words.unknown({kModes.begin(), kModes.end()});
    words.fail("pad needs its mode", "write constant, edge, reflect or wrap");
  }
  layer->mode = static_cast<PadMode>(mode);
  const LayerWords before = words;
  layer->pads = words.list("padding", -65536, 65536, 2 * Shape::kMaxRank);
  if (layer->pads.size() % 2 != 0) {
    before.fail(fmt::format("{} numbers of padding", layer->pads.size()),
                "give how much comes before each axis, then how much behind each");
  }
  if (words.take("value")) layer->value = words.value("value");
  if (words.more()) words.unknown({"value"});
  return layer;
}

}  // namespace

const LayerKind kPad{"pad", "Pad", "pad constant|edge|reflect|wrap BEFORE,...,BEHIND,... [value V]",
                     "Puts values around an array: one and the same value, its edge again and again, its mirror image, "
                     "or its other side. A convolution behind it then sees something beyond the border. Negative "
                     "numbers cut off instead. Going back, a value that was repeated gets the sum of the gradients of "
                     "all its copies.",
                     parse};

}  // namespace striate
