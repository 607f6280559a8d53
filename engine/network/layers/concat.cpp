#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Concat : public Layer {
 public:
  int axis = 1;

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
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    const auto [outer, inner] = layers::around(call.y.shape, axis);
    const int64_t all = call.y.shape[axis] * inner;
    int64_t at = 0;
    for (const TensorView& x : call.x) {
      const int64_t values = x.shape[axis] * inner;
      if (x.data != call.y.data + at) copy_rows(stream, outer, values, x.data, values, call.y.data + at, all);
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

constexpr LayerField kFields[] = {
    layers::after<&Concat::axis>("axis", "axis", "A")
        .between(0, Shape::kMaxRank - 1)
        .called("dim", "axis", "axis")
        .explained("Along which axis they are put one behind the other; 1 is the channels")};

void to_torch(TorchPage& to, const ExportNode& n) {
  std::string list;
  for (size_t i = 0; i < n.inputs.size(); ++i) list += (i > 0 ? ", " : "") + to.x(n, i);
  to.line(n, fmt::format("torch.cat([{}], dim={})", list, n.as<Concat>().axis));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const KerasPage::Order order = layers::keras_common_order(to, n, false);
  const int64_t axis = n.as<Concat>().axis;
  const int64_t at = order == KerasPage::Order::first || axis == 0 ? axis : axis == 1 ? n.out.rank() - 1 : axis - 1;
  std::string list;
  for (size_t i = 0; i < n.inputs.size(); ++i) list += (i > 0 ? ", " : "") + to.x(n, order, i);
  to.line(n, order, fmt::format("ops.concatenate([{}], axis={})", list, at));
}

}  // namespace

extern const LayerKind kConcat{
    .word = "concat",
    .title = N_("Concatenate"),
    .explanation = N_(
        "Puts the channels of two or more layers one after the other, so that the next layer sees all of them: results "
        "of large and small kernels side by side, or early details beside late meanings. Nothing is computed."),
    .make = layers::made<Concat>,
    .fields = kFields,
    .takes = Takes::many,
    .joins = "NAME...",
    .first = "concat",
    .follow = Follow::joined,
    .sign = Sign::as_it_came,
    .torch = {"torch.cat", to_torch},
    .keras = {"ops.concatenate", to_keras},
    .onnx = {"Concat"},
};

}  // namespace striate
