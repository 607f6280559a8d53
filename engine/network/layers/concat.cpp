#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Concat : public Layer {
 public:
  int axis = 1;

  std::string kind() const override { return kConcat.word; }
  std::string text() const override {
    return axis == 1 ? kConcat.word : std::string(kConcat.word) + " axis " + std::to_string(axis);
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    layers::need_axis(axis, inputs[0]);
    int64_t sum = 0;
    for (const Shape& shape : inputs) {
      bool fits = shape.rank() == inputs[0].rank();
      for (int i = 0; fits && i < shape.rank(); ++i) fits = i == axis || shape[i] == inputs[0][i];
      if (!fits) {
        throw Error(fmt::format("got {} and {}, needs {}", inputs[0].text(), shape.text(),
                                axis == 1 ? "inputs of one height and width" : "equal sizes along all other axes"),
                    "give both branches the same stride and padding");
      }
      sum += shape[axis];
    }
    std::vector<int64_t> sizes = inputs[0].sizes();
    sizes[static_cast<size_t>(axis)] = sum;
    return Shape(sizes);
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const auto [outer, inner] = layers::around(call.y.shape, axis);
    const int64_t all = call.y.shape[axis] * inner;
    int64_t at = 0;
    for (const TensorView& x : call.x) {
      const int64_t values = x.shape[axis] * inner;
      copy_rows(stream, outer, values, x.data, values, call.y.data + at, all);
      at += values;
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const auto [outer, inner] = layers::around(call.y.shape, axis);
    const int64_t all = call.y.shape[axis] * inner;
    int64_t at = 0;
    for (size_t i = 0; i < call.x.size(); ++i) {
      const int64_t values = call.x[i].shape[axis] * inner;
      if (call.dx[i] != nullptr) {
        copy_rows(stream, outer, values, call.dy + at, all, call.dx[i], values, call.dx_result[i]);
      }
      at += values;
    }
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Concat>();
  if (words.take("axis")) layer->axis = words.whole("axis", 0, Shape::kMaxRank - 1);
  if (words.more()) words.unknown({"axis"});
  return layer;
}

}  // namespace

const LayerKind kConcat{"concat",
                        "Concatenate",
                        "concat NAME... [axis A]",
                        "Puts the channels of two or more layers one after the other, so that the next layer sees all "
                        "of them: results of large "
                        "and small kernels side by side, or early details beside late meanings. Nothing is computed.",
                        parse,
                        Takes::many};

}  // namespace striate
