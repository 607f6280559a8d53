#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

class Transpose : public Layer {
 public:
  std::vector<int64_t> axes;  // axis i of the output is axis axes[i] of the input

  std::string kind() const override { return kTranspose.word; }
  std::string text() const override { return std::string(kTranspose.word) + ' ' + list_text(axes); }
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs[0].rank() != static_cast<int>(axes.size())) {
      throw Error(fmt::format("got {}, which has {} axes, needs {}", inputs[0].text(), inputs[0].rank(), axes.size()),
                  "name every axis once; 0 is the batch");
    }
    std::vector<int64_t> sizes;
    for (const int64_t axis : axes) sizes.push_back(inputs[0][static_cast<int>(axis)]);
    return Shape(sizes);
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Box box = layers::box_of(call.y.shape);
    strided_copy(stream, box, call.x[0].data, along(call.x[0].shape), call.y.data, dense_strides(box));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    // Walked in the order of dx, so that what is written stands in a row.
    const Box box = layers::box_of(call.x[0].shape);
    const Strides dy = dense_strides(layers::box_of(call.y.shape));
    Strides from{};
    for (size_t i = 0; i < axes.size(); ++i) from[static_cast<size_t>(axes[i])] = dy[i];
    strided_copy(stream, box, call.dy, from, call.dx[0], dense_strides(box), call.dx_result[0]);
  }

 private:
  Strides along(const Shape& x) const {
    const Strides own = dense_strides(layers::box_of(x));
    Strides strides{};
    for (size_t i = 0; i < axes.size(); ++i) strides[i] = own[static_cast<size_t>(axes[i])];
    return strides;
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Transpose>();
  const LayerWords before = words;
  layer->axes = words.list("order of axes", 0, Shape::kMaxRank - 1, Shape::kMaxRank);
  std::vector<char> seen(layer->axes.size(), 0);
  for (const int64_t axis : layer->axes) {
    if (axis >= static_cast<int64_t>(seen.size()) || seen[static_cast<size_t>(axis)]++ != 0) {
      before.fail(fmt::format("\"{}\" does not name every axis once", list_text(layer->axes)),
                  "as in transpose 0,2,1: axis 0 stays, 1 and 2 change places");
    }
  }
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kTranspose{"transpose", "Transpose", "transpose AXES, as in transpose 0,2,3,1",
                           "The same values with their axes in another order: rows become columns, or channels come "
                           "last instead of first. Nothing is computed, but every value moves to another place in "
                           "memory. Libraries differ in the order they like; a network that was made with one of them "
                           "often brings such turns along.",
                           parse};

}  // namespace striate
