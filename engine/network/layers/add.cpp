#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Add : public Layer {
 public:
  std::string kind() const override { return kAdd.word; }
  std::string text() const override { return kAdd.word; }
  Shape output(const std::vector<Shape>& inputs) const override {
    for (const Shape& shape : inputs) {
      if (shape != inputs[0]) {
        throw Error(fmt::format("got {} and {}, needs inputs of one shape", inputs[0].text(), shape.text()),
                    "give both branches the same number of channels and the same stride");
      }
    }
    return inputs[0];
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    add(stream, call.y.count(), call.x[0].data, call.x[1].data, call.y.data);
    for (size_t i = 2; i < call.x.size(); ++i) {
      copy(stream, call.y.count(), call.x[i].data, call.y.data, Result::add);
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    for (size_t i = 0; i < call.dx.size(); ++i) {
      if (call.dx[i] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[i], call.dx_result[i]);
    }
  }
};

}  // namespace

const LayerKind kAdd{"add",
                     "Add",
                     "add NAME...",
                     "Adds the outputs of two or more layers, value by value. In a residual network one of them is the "
                     "block's own input, "
                     "carried past its layers: the block then only has to learn what should change, and the gradient "
                     "finds a way back around "
                     "it. That made networks of a hundred layers trainable.",
                     layers::parse_plain<Add>,
                     Takes::many};

}  // namespace striate
