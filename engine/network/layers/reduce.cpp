// Many values become one along some axes: their mean, sum, largest, or the root of the sum of their squares.
#include <algorithm>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/activations.h"

namespace striate {
namespace {

class Reduce : public Layer {
 public:
  std::vector<int64_t> axes;  // rising
  bool keep = false;

  Shape output(const std::vector<Shape>& inputs) const override {
    for (const int64_t axis : axes) layers::need_axis(axis, inputs[0]);
    std::vector<int64_t> sizes;
    for (int i = 0; i < inputs[0].rank(); ++i) {
      if (!summed(i)) {
        sizes.push_back(inputs[0][i]);
      } else if (keep) {
        sizes.push_back(1);
      }
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return summed(0) ? "what it makes one of goes over axis 0" : "";
  }

 protected:
  struct Parts {
    Box kept, sums;
    SumOperand x;
  };
  bool summed(int axis) const { return std::binary_search(axes.begin(), axes.end(), axis); }
  Parts parts(const TensorView& x) const {
    Parts p;
    p.x.values = x.data;
    const Strides own = dense_strides(layers::box_of(x.shape));
    for (int i = 0; i < x.shape.rank(); ++i) {
      Box& box = summed(i) ? p.sums : p.kept;
      const auto place = static_cast<size_t>(box.rank++);
      box.sizes[place] = x.shape[i];
      (summed(i) ? p.x.summed : p.x.kept)[place] = own[static_cast<size_t>(i)];
    }
    return p;
  }
  // Values that belong to an output, repeated for each input: a sum of one term at each place.
  SumOperand spread(const float* values, const Shape& shape) const {
    SumOperand operand;
    operand.values = values;
    int64_t step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      if (summed(i)) continue;
      operand.kept[static_cast<size_t>(i)] = step;
      step *= shape[i];
    }
    return operand;
  }
};

template <bool mean>
class ReduceSum : public Reduce {
 public:
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_sum(stream, SumTerm::value, p.kept, p.sums, p.x, {}, {}, factor(p), call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& shape = call.x[0].shape;
    strided_sum(stream, SumTerm::value, layers::box_of(shape), {}, spread(call.dy, shape), {}, {},
                factor(parts(call.x[0])), call.dx[0], call.dx_result[0]);
  }

 private:
  static float factor(const Parts& p) { return mean ? 1.0f / static_cast<float>(p.sums.count()) : 1.0f; }
};

class ReduceL2 : public Reduce {
 public:
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_sum(stream, SumTerm::product, p.kept, p.sums, p.x, p.x, {}, 1, call.y.data);
    activation_forward(stream, {ActivationKind::sqrt, 0, 0}, call.y.count(), call.y.data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& shape = call.x[0].shape;
    const Box box = layers::box_of(shape);
    SumOperand x;
    x.values = call.x[0].data, x.kept = dense_strides(box);
    strided_sum(stream, SumTerm::share_of_norm, box, {}, spread(call.dy, shape), x, spread(call.y.data, shape), 1,
                call.dx[0], call.dx_result[0]);
  }
};

class ReduceMax : public Reduce {
 public:
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"argmax", output(inputs), true}};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0]);
    strided_max(stream, p.kept, p.sums, p.x, call.y.data, reinterpret_cast<int32_t*>(call.saved[0]));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    strided_max_backward(stream, call.y.count(), reinterpret_cast<const int32_t*>(call.saved[0]), call.dy,
                         call.x[0].count(), call.dx[0], call.dx_result[0]);
  }
};

constexpr LayerField kFields[] = {layers::place_as<layers::ListForm<Shape::kMaxRank>, &Reduce::axes>("axes", "AXES")
                                      .must()
                                      .between(0, Shape::kMaxRank - 1)
                                      .called("dim", "axis", "axes")
                                      .explained("Which axes become one value; 0 is the batch"),
                                  layers::keep_field<&Reduce::keep>()};

void settle(Layer& layer, const SettingsSaid& said) {
  std::vector<int64_t>& axes = static_cast<Reduce&>(layer).axes;
  std::sort(axes.begin(), axes.end());
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end())
    said.fail("axes", "an axis twice", "name each axis once");
}

// PyTorch: x.mean(dim=(2, 3)), or torch.linalg.vector_norm(x, dim=...).
void to_torch(TorchPage& to, const ExportNode& n) {
  const Reduce& reduce = n.as<Reduce>();
  to.line(n, fmt::format("{}.{}(dim={}{})", to.x(n), n.layer->info().torch.name + 6, python_list(reduce.axes),
                         reduce.keep ? ", keepdim=True" : ""));
}
void length_to_torch(TorchPage& to, const ExportNode& n) {
  const Reduce& reduce = n.as<Reduce>();
  layers::torch_call(to, n, "torch.linalg.vector_norm",
                     fmt::format("dim={}{}", python_list(reduce.axes), reduce.keep ? ", keepdim=True" : ""));
}
// Without all pixels, what is left has its axes in Striate's order only if the input has.
struct KerasReduced {
  std::string x, arguments;
  KerasPage::Order order;
};
KerasReduced keras_reduced(KerasPage& to, const ExportNode& n) {
  const Reduce& reduce = n.as<Reduce>();
  const std::vector<int64_t>& axes = reduce.axes;
  const bool pixels = !axes.empty() && axes[0] == 2 && static_cast<int>(axes.size()) == n.in[0].rank() - 2;
  const bool as_is = reduce.keep || pixels;
  const std::string x = as_is ? to.x(n) : to.x(n, KerasPage::Order::first);
  std::vector<int64_t> at = axes;
  for (int64_t& axis : at) axis = as_is ? layers::keras_axis(to, n, axis) : axis;
  return {x, python_list(at) + (reduce.keep ? ", keepdims=True" : ""), as_is ? to.order(n) : KerasPage::Order::first};
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const KerasReduced reduced = keras_reduced(to, n);
  to.line(n, reduced.order, fmt::format("{}({}, {})", n.layer->info().keras.name, reduced.x, reduced.arguments));
}
void length_to_keras(KerasPage& to, const ExportNode& n) {
  const KerasReduced reduced = keras_reduced(to, n);
  to.line(n, reduced.order, fmt::format("ops.sqrt(ops.sum(ops.square({}), {}))", reduced.x, reduced.arguments));
}
// The axes became an input with opset 13 for a sum, 18 for the others.
void reduce_to_onnx(OnnxPage& to, const ExportNode& n, int axes_are_an_input_since) {
  const Reduce& reduce = n.as<Reduce>();
  const bool an_input = to.opset() >= axes_are_an_input_since;
  std::vector<std::string> inputs{to.input(n)};
  if (an_input) inputs.push_back(to.integers(n, "axes", reduce.axes));
  WrittenNode& node = to.op(n.layer->info().onnx.name, n, inputs);
  if (!an_input) node.with("axes", reduce.axes);
  node.with("keepdims", int64_t{reduce.keep});
}
void to_onnx(OnnxPage& to, const ExportNode& n) { reduce_to_onnx(to, n, 18); }
void sum_to_onnx(OnnxPage& to, const ExportNode& n) { reduce_to_onnx(to, n, 13); }

}  // namespace

extern const LayerKind kReduceMean{
    .word = "reducemean",
    .title = N_("Mean over axes"),
    .explanation = N_(
        "The mean of all values along the named axes, which then are gone, or, with keep, have size 1. Over rows and "
        "columns it is global average pooling: one number per channel says how much of a feature there is, not where. "
        "Each value gets an equal share of the gradient."),
    .make = layers::made<ReduceSum<true>>,
    .fields = kFields,
    .settle = settle,
    .example = "reducemean 2,3",
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .torch = {"torch.mean", to_torch},
    .keras = {"ops.mean", to_keras},
    .onnx = {.name = "ReduceMean", .write = to_onnx},
};

extern const LayerKind kReduceSum{
    .word = "reducesum",
    .title = N_("Sum over axes"),
    .explanation = N_(
        "The sum of all values along the named axes, which then are gone, or, with keep, have size 1. Unlike a mean it "
        "grows with how many there are. Each value gets the whole gradient."),
    .make = layers::made<ReduceSum<false>>,
    .fields = kFields,
    .settle = settle,
    .example = "reducesum 2,3",
    .sign = Sign::as_it_came,
    .torch = {"torch.sum", to_torch},
    .keras = {"ops.sum", to_keras},
    .onnx = {.name = "ReduceSum", .write = sum_to_onnx},
};
extern const LayerKind kReduceMax{
    .word = "reducemax",
    .title = N_("Largest over axes"),
    .explanation =
        N_("The largest of all values along the named axes, which then are gone, or, with keep, have size 1. Over rows "
           "and columns it says how strong a feature is where it is strongest. Only the winner gets a gradient: the "
           "others had no say."),
    .make = layers::made<ReduceMax>,
    .fields = kFields,
    .settle = settle,
    .example = "reducemax 2,3",
    .sign = Sign::as_it_came,
    .torch = {"torch.amax", to_torch},
    .keras = {"ops.max", to_keras},
    .onnx = {.name = "ReduceMax", .write = to_onnx},
};
extern const LayerKind kReduceL2{
    .word = "reducel2",
    .title = N_("Length over axes"),
    .explanation = N_(
        "The root of the sum of the squares of all values along the named axes: the length of a list of numbers as an "
        "arrow. Divided by it a list has length 1 and keeps its direction. Each value gets the gradient times its "
        "share of the length."),
    .make = layers::made<ReduceL2>,
    .fields = kFields,
    .settle = settle,
    .example = "reducel2 1",
    .sign = Sign::never_negative,
    .torch = {"torch.linalg.vector_norm", length_to_torch},
    .keras = {"ops.norm", length_to_keras},
    .onnx = {.name = "ReduceL2", .write = to_onnx},
};

}  // namespace striate
