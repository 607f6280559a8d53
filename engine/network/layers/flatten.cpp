#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Flatten : public Layer {
 public:
  int axis = 1;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (axis > x.rank()) layers::need_axis(axis, x);
    int64_t before = 1, behind = 1;
    for (int i = 0; i < x.rank(); ++i) (i < axis ? before : behind) *= x[i];
    return Shape{before, behind};
  }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.y.data != call.x[0].data) copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {
    layers::after<&Flatten::axis>("axis", "axis", "A")
        .between(0, Shape::kMaxRank)
        .called("start_dim", kNoName, "axis")
        .explained("All axes from here on become one, those before it another; 0 is the batch")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const int axis = n.as<Flatten>().axis;
  if (axis == 1) return to.line(n, to.x(n) + ".flatten(1)");
  // The rows are the batch and what stands before the axis.
  to.line(n, fmt::format("{}.reshape({}, {})", to.x(n), axis == 0 ? 1 : -1, axis == 0 ? -1 : n.out[1]));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  if (n.as<Flatten>().axis != 1 || !n.batched) return layers::keras_reshape(to, n);
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(n, KerasPage::Order::first, fmt::format("layers.Flatten()({})", x));
}

}  // namespace

extern const LayerKind kFlatten{
    .word = "flatten",
    .title = N_("Flatten"),
    .explanation =
        N_("Writes channels, rows and columns one after the other into a single list, so that a dense layer can read "
           "them. Nothing is computed; what is lost is the knowledge of which values were neighbors."),
    .make = layers::made<Flatten>,
    .fields = kFields,
    .first = "flatten",
    .follow = Follow::flattened,
    .sign = Sign::as_it_came,
    .passes_on = true,
    .torch = {"torch.flatten", to_torch},
    .keras = {"layers.Flatten", to_keras},
    .onnx = {"Flatten"},
};

}  // namespace striate
