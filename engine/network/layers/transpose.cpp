#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

class Transpose : public Layer {
 public:
  std::vector<int64_t> axes;  // axis i of the output is axis axes[i] of the input

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

constexpr LayerField kFields[] = {layers::place_as<layers::ListForm<Shape::kMaxRank>, &Transpose::axes>("axes", "AXES")
                                      .must()
                                      .said_as("order of axes")
                                      .between(0, Shape::kMaxRank - 1)
                                      .called("dims", "axes", "perm")
                                      .explained("Which axis of what comes in each axis of what goes out is")};

void settle(Layer& layer, const SettingsSaid& said) {
  const std::vector<int64_t>& axes = static_cast<const Transpose&>(layer).axes;
  std::vector<char> seen(axes.size(), 0);
  for (const int64_t axis : axes) {
    if (axis >= static_cast<int64_t>(seen.size()) || seen[static_cast<size_t>(axis)]++ != 0) {
      said.fail("axes", fmt::format("\"{}\" does not name every axis once", list_text(axes)),
                "as in transpose 0,2,1: axis 0 stays, 1 and 2 change places");
    }
  }
}

void to_torch(TorchPage& to, const ExportNode& n) {
  to.line(n, fmt::format("{}.permute({})", to.x(n), fmt::join(n.as<Transpose>().axes, ", ")));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(n, KerasPage::Order::first, fmt::format("ops.transpose({}, {})", x, python_list(n.as<Transpose>().axes)));
}

}  // namespace

extern const LayerKind kTranspose{
    .word = "transpose",
    .title = N_("Transpose"),
    .explanation = N_(
        "The same values with their axes in another order: rows become columns, or channels come last instead of "
        "first. Nothing is computed, but every value moves to another place in memory. Libraries differ in the order "
        "they like; a network that was made with one of them often brings such turns along."),
    .make = layers::made<Transpose>,
    .fields = kFields,
    .settle = settle,
    .example = "transpose 0,2,3,1",
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .torch = {"torch.permute", to_torch},
    .keras = {"ops.transpose", to_keras},
    .onnx = {"Transpose"},
};

}  // namespace striate
