#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Concat : public Layer {
 public:
  std::string kind() const override { return kConcat.word; }
  std::string text() const override { return kConcat.word; }
  Shape output(const std::vector<Shape>& inputs) const override {
    int64_t channels = 0;
    for (const Shape& shape : inputs) {
      bool fits = shape.rank() == inputs[0].rank();
      for (int i = 2; fits && i < shape.rank(); ++i) fits = shape[i] == inputs[0][i];
      if (!fits) {
        throw Error(fmt::format("got {} and {}, needs inputs of one height and width", inputs[0].text(), shape.text()),
                    "give both branches the same stride and padding");
      }
      channels += shape[1];
    }
    std::vector<int64_t> sizes;
    for (int i = 0; i < inputs[0].rank(); ++i) sizes.push_back(i == 1 ? channels : inputs[0][i]);
    return Shape(sizes);
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const int64_t n = call.y.shape[0], all = call.y.count() / n;
    int64_t at = 0;
    for (const TensorView& x : call.x) {
      const int64_t values = x.count() / n;
      copy_rows(stream, n, values, x.data, values, call.y.data + at, all);
      at += values;
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const int64_t n = call.y.shape[0], all = call.y.count() / n;
    int64_t at = 0;
    for (size_t i = 0; i < call.x.size(); ++i) {
      const int64_t values = call.x[i].count() / n;
      if (call.dx[i] != nullptr) {
        copy_rows(stream, n, values, call.dy + at, all, call.dx[i], values, call.dx_result[i]);
      }
      at += values;
    }
  }
};

}  // namespace

const LayerKind kConcat{"concat",
                        "Concatenate",
                        "concat NAME...",
                        "Puts the channels of two or more layers one after the other, so that the next layer sees all "
                        "of them: results of large "
                        "and small kernels side by side, or early details beside late meanings. Nothing is computed.",
                        layers::parse_plain<Concat>,
                        Takes::many};

}  // namespace striate
