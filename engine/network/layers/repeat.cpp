// One array for every picture of a batch: what is joined with pictures but does not depend on them, such as the class
// token of a vision transformer.
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Repeat : public Layer {
 public:
  std::string kind() const override { return kRepeat.word; }
  std::string text() const override { return kRepeat.word; }
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs.size() != 2) throw Error(fmt::format("got {} inputs, needs two", inputs.size()), "write repeat NAME");
    layers::need_axis(0, inputs[0]);
    layers::need_axis(0, inputs[1]);
    if (inputs[0][0] != 1) {
      throw Error(fmt::format("got {}, needs size 1 along axis 0, the batch", inputs[0].text()),
                  "only what is the same for all pictures can be repeated for each");
    }
    std::vector<int64_t> sizes = inputs[0].sizes();
    sizes[0] = inputs[1][0];
    return Shape(sizes);
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Box box = layers::box_of(call.y.shape);
    strided_copy(stream, box, call.x[0].data, layers::repeated(call.x[0].shape, call.y.shape), call.y.data,
                 dense_strides(box));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) {
      layers::broadcast_gradient(stream, SumTerm::value, 1, call.y.shape, call.x[0].shape, call.dy, {}, {}, call.dx[0],
                                 call.dx_result[0]);
    }
    // Of the other only the number of pictures counts.
    if (call.dx[1] != nullptr && call.dx_result[1] == Result::overwrite) fill(stream, call.x[1].count(), 0, call.dx[1]);
  }
};

}  // namespace

const LayerKind kRepeat{"repeat",
                        "Repeat for the batch",
                        "repeat NAME",
                        "The same values for every picture of the batch that the named layer has. Vision transformers "
                        "put a learned token in front of the patches of each picture this way. Its gradient is the sum "
                        "over all pictures, as for any number that they share.",
                        layers::parse_plain<Repeat>,
                        Takes::many};

}  // namespace striate
