#include "kernels/lrn.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

class LocalResponse : public layers::Pointwise {
 public:
  int size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;

  std::string kind() const override { return kLrn.word; }
  std::string text() const override {
    std::string text = fmt::format("lrn {}", size);
    if (alpha != 1e-4f) text += " alpha " + number_text(alpha);
    if (beta != 0.75f) text += " beta " + number_text(beta);
    if (k != 1.0f) text += " k " + number_text(k);
    return text;
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs[0].rank() < 2) {
      throw Error(fmt::format("got {}, needs channels behind the batch", inputs[0].text()),
                  "lrn compares channels: put it behind a convolution");
    }
    return inputs[0];
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"sum", inputs[0], false}};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Channels s = layers::channels(inputs[0]);
    return {s.c * s.pixels * (size + 2), fmt::format("{}*{}*({} + 2)", s.c, s.pixels, size)};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    lrn_forward(stream, shape(call.y.shape), call.x[0].data, call.saved[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    lrn_backward(stream, shape(call.y.shape), call.x[0].data, call.saved[0], call.y.data, call.dy, call.dx[0],
                 call.dx_result[0]);
  }

 private:
  LrnShape shape(const Shape& x) const {
    const layers::Channels c = layers::channels(x);
    return {c.n, c.c, c.pixels, size, alpha, beta, k};
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<LocalResponse>();
  layer->size = words.whole("number of channels", 1, 65536);
  while (words.more()) {
    if (words.take("alpha")) {
      layer->alpha = static_cast<float>(words.number("alpha", -1e30, 1e30));
    } else if (words.take("beta")) {
      layer->beta = static_cast<float>(words.number("beta", -1e3, 1e3));
    } else if (words.take("k")) {
      layer->k = static_cast<float>(words.number("k", -1e30, 1e30));
    } else {
      words.unknown({"alpha", "beta", "k"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kLrn{"lrn", "Local response normalization", "lrn CHANNELS [alpha A] [beta B] [k K]",
                     "Each value is divided by how strongly the channels beside it respond at the same pixel: x / (K + "
                     "A/CHANNELS * sum of "
                     "squares)^B. A strong response damps its neighbors, as nerve cells beside each other do. AlexNet "
                     "had two such layers "
                     "in 2012; batch normalization took their place.",
                     parse};

}  // namespace striate
