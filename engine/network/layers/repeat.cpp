// One array for every picture of a batch: what is joined with pictures but does not depend on them, such as the class
// token of a vision transformer.
#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Repeat : public Layer {
 public:
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

void to_torch(TorchPage& to, const ExportNode& n) {
  std::string rest;
  for (int i = 1; i < n.out.rank(); ++i) rest += ", -1";
  to.line(n, fmt::format("{}.expand({}.shape[0]{})", to.x(n), to.x(n, 1), rest));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  to.helper("Repeat");
  const std::string x = to.x(n, KerasPage::Order::first, 0);
  to.line(n, KerasPage::Order::first, fmt::format("Repeat()([{}, {}])", x, to.x(n, 1)));
}
// As many pictures as the other input has: its shape's first number, then the sizes that are known.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  std::vector<int64_t> rest = n.out.sizes();
  rest.erase(rest.begin());
  std::string shape, batch;
  const std::string from = to.integers(n, "from", {0}), end = to.integers(n, "to", {1}),
                    behind = to.integers(n, "rest", rest);
  to.step("Shape", n, "shape", {to.input(n, 1)}, shape);
  to.step("Slice", n, "batch", {shape, from, end}, batch);
  std::string sizes = batch;
  if (!rest.empty()) to.step("Concat", n, "sizes", {batch, behind}, sizes).with("axis", int64_t{0});
  to.op("Expand", n, {to.input(n), sizes});
}

}  // namespace

extern const LayerKind kRepeat{
    .word = "repeat",
    .title = N_("Repeat for the batch"),
    .explanation = N_(
        "The same values for every picture of the batch that the named layer has. Vision transformers put a learned "
        "token in front of the patches of each picture this way. Its gradient is the sum over all pictures, as for any "
        "number that they share."),
    .make = layers::made<Repeat>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"torch.Tensor.expand", to_torch},
    .keras = {"ops.repeat", to_keras},
    .onnx = {.name = "Expand", .write = to_onnx},
};

}  // namespace striate
