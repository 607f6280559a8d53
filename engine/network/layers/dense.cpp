#include "kernels/dense.h"

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

class Dense : public Layer {
 public:
  int k = 1;
  bool bias = true;

  std::string kind() const override { return kDense.word; }
  std::string text() const override { return fmt::format("dense {}{}", k, bias ? "" : " no bias"); }

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (x.rank() != 2) {
      const std::vector<int64_t> all = x.sizes();
      const std::string each = x.rank() == 0   ? x.text()
                               : x.rank() == 1 ? "one value"
                                               : Shape(std::vector<int64_t>(all.begin() + 1, all.end())).text();
      throw Error(fmt::format("got {} for each picture, needs a plain list of values", each),
                  x.rank() > 2 ? "put a flatten layer before it" : "put reshape batch,1 before it");
    }
    return Shape{x[0], k};
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1];
    std::vector<WeightSpec> list{{"weight", Shape{k, c}, WeightSpec::Kind::weight, c, k}};
    if (bias) list.push_back({"bias", Shape{k}, WeightSpec::Kind::bias, c, k});
    return list;
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t c = inputs[0][1];
    if (!bias) return {c * k, fmt::format("{}*{}", c, k)};
    return {(c + 1) * k, fmt::format("({} + 1)*{}", c, k)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    return {inputs[0][1] * k, fmt::format("{}*{}", inputs[0][1], k)};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    return dense_scratch(static_cast<int>(inputs[0][0]), static_cast<int>(inputs[0][1]), k);
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels x = layers::channels(call.x[0].shape);
    dense_forward(stream, x.n, x.c, k, call.x[0].data, call.weights[0], bias ? call.weights[1] : nullptr, call.y.data,
                  call.scratch);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const layers::Channels x = layers::channels(call.x[0].shape);
    if (!call.dw.empty()) {
      dense_backward_weights(stream, x.n, x.c, k, call.x[0].data, call.dy, call.dw[0], bias ? call.dw[1] : nullptr,
                             Result::overwrite, call.scratch);
    }
    if (call.dx[0] != nullptr) {
      dense_backward_input(stream, x.n, x.c, k, call.dy, call.weights[0], call.dx[0], call.dx_result[0], call.scratch);
    }
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Dense>();
  layer->k = words.whole("number of neurons", 1, 1 << 20);
  while (words.more()) {
    if (words.take("no", "bias")) {
      layer->bias = false;
    } else {
      words.unknown({"no bias"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kDense{
    "dense", "Dense layer", "dense NEURONS [no bias]",
    "Every neuron looks at all values of the layer before: it multiplies each by a weight of its own, adds the "
    "products up "
    "and adds its bias. Nothing is shared and no neighborhood is known, so a dense layer needs many weights and would "
    "have "
    "to learn a shifted picture anew. At the end of a network it weighs what the convolutions have found and gives one "
    "number for each class.",
    parse};

}  // namespace striate
