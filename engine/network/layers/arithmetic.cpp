// add, sub, mul, div, pow, max, min: two arrays value by value. Where a size is 1 or an axis is missing in one of them,
// its values are repeated, as numpy does.
#include <string_view>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Binary : public Layer {
 public:
  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs.size() > 2 && !many()) {
      throw Error(fmt::format("got {} inputs, needs two", inputs.size()), fmt::format("write {} NAME", kind()));
    }
    Shape shape = inputs[0];
    for (size_t i = 1; i < inputs.size(); ++i) shape = layers::broadcast(shape, inputs[i]);
    return shape;
  }

 protected:
  virtual bool many() const { return false; }
  static bool same(const LayerCall& call, size_t input) { return call.x[input].shape == call.y.shape; }
  static layers::Repeated operand(const LayerCall& call, size_t input) {
    return {call.x[input].data, call.x[input].shape};
  }
  static void apply(Stream& stream, Arithmetic operation, const LayerCall& call) {
    const Shape& y = call.y.shape;
    strided_arithmetic(stream, operation, layers::box_of(y), call.x[0].data, layers::repeated(call.x[0].shape, y),
                       call.x[1].data, layers::repeated(call.x[1].shape, y), call.y.data);
  }
  static void gradient(Stream& stream, const LayerCall& call, size_t input, SumTerm term, float factor,
                       const layers::Repeated& z, const layers::Repeated& w) {
    if (call.dx[input] == nullptr) return;
    layers::broadcast_gradient(stream, term, factor, call.y.shape, call.x[input].shape, call.dy, z, w, call.dx[input],
                               call.dx_result[input]);
  }
};

class Add : public Binary {
 public:
  bool in_place() const override { return true; }
  bool join(const LayerCall& call, size_t input, Epilogue& epilogue) const override {
    if (call.x.size() != 2 || !same(call, 0) || !same(call, 1) || call.x[0].data == call.x[1].data) return false;
    if (epilogue.addend != nullptr || epilogue.bend != Bend::none) return false;
    epilogue.addend = call.x[1 - input].data;
    return true;
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (same(call, 0) && same(call, 1)) {
      add(stream, call.y.count(), call.x[0].data, call.x[1].data, call.y.data);
    } else {
      apply(stream, Arithmetic::add, call);
    }
    for (size_t i = 2; i < call.x.size(); ++i) {
      if (same(call, i)) {
        copy(stream, call.y.count(), call.x[i].data, call.y.data, Result::accumulate);
      } else {
        const Box box = layers::box_of(call.y.shape);
        strided_copy(stream, box, call.x[i].data, layers::repeated(call.x[i].shape, call.y.shape), call.y.data,
                     dense_strides(box), Result::accumulate);
      }
    }
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    for (size_t i = 0; i < call.dx.size(); ++i) gradient(stream, call, i, SumTerm::value, 1, {}, {});
  }

 protected:
  bool many() const override { return true; }
};

class Subtract : public Binary {
 public:
  void forward(Stream& stream, const LayerCall& call) const override { apply(stream, Arithmetic::subtract, call); }
  void backward(Stream& stream, const LayerCall& call) const override {
    gradient(stream, call, 0, SumTerm::value, 1, {}, {});
    gradient(stream, call, 1, SumTerm::value, -1, {}, {});
  }
};

class Multiply : public Binary {
 public:
  void forward(Stream& stream, const LayerCall& call) const override { apply(stream, Arithmetic::multiply, call); }
  void backward(Stream& stream, const LayerCall& call) const override {
    gradient(stream, call, 0, SumTerm::product, 1, operand(call, 1), {});
    gradient(stream, call, 1, SumTerm::product, 1, operand(call, 0), {});
  }
};

class Divide : public Binary {
 public:
  void forward(Stream& stream, const LayerCall& call) const override { apply(stream, Arithmetic::divide, call); }
  void backward(Stream& stream, const LayerCall& call) const override {
    gradient(stream, call, 0, SumTerm::quotient, 1, operand(call, 1), {});
    gradient(stream, call, 1, SumTerm::slope_by_divisor, 1, operand(call, 0), operand(call, 1));
  }
};

class Power : public Binary {
 public:
  void forward(Stream& stream, const LayerCall& call) const override { apply(stream, Arithmetic::power, call); }
  void backward(Stream& stream, const LayerCall& call) const override {
    // Both slopes are made of base and exponent: each is read along the axes of the other's gradient.
    for (const size_t i : {size_t{0}, size_t{1}}) {
      gradient(stream, call, i, i == 0 ? SumTerm::power_by_base : SumTerm::power_by_exponent, 1, operand(call, 0),
               operand(call, 1));
    }
  }
};

template <bool larger>
class Extreme : public Binary {
 public:
  void forward(Stream& stream, const LayerCall& call) const override {
    apply(stream, larger ? Arithmetic::maximum : Arithmetic::minimum, call);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    for (const size_t i : {size_t{0}, size_t{1}}) {
      gradient(stream, call, i, larger ? SumTerm::where_larger : SumTerm::where_smaller, 1, operand(call, i),
               operand(call, 1 - i));
    }
  }
};

void add_to_onnx(OnnxPage& to, const ExportNode& n) {
  const std::vector<std::string> inputs = layers::onnx_inputs(to, n);
  to.op(inputs.size() == 2 ? "Add" : "Sum", n, inputs);
}

}  // namespace

extern const LayerKind kAdd{
    .word = "add",
    .title = N_("Add"),
    .explanation = N_(
        "Adds the outputs of two or more layers, value by value. In a residual network one of them is the block's own "
        "input, carried past its layers: the block then only has to learn what should change, and the gradient finds a "
        "way back around it. That made networks of a hundred layers trainable."),
    .make = layers::made<Add>,
    .takes = Takes::many,
    .joins = "NAME...",
    .first = "add",
    .follow = Follow::added,
    .sign = Sign::as_it_came,
    .torch = {"+", layers::torch_operator},
    .keras = {"+", layers::keras_operator},
    .onnx = {.name = "Add", .write = add_to_onnx},
};

extern const LayerKind kSub{
    .word = "sub",
    .title = N_("Subtract"),
    .explanation = N_(
        "The layer before minus the named one, value by value; where one of them has size 1 along an axis its values "
        "are repeated. A mean that is taken from a picture is such a difference. The gradient reaches the second with "
        "its sign changed."),
    .make = layers::made<Subtract>,
    .takes = Takes::many,
    .joins = "NAME",
    .first = "sub",
    .follow = Follow::linear,
    .torch = {"-", layers::torch_operator},
    .keras = {"-", layers::keras_operator},
    .onnx = {"Sub"},
};

extern const LayerKind kMul{
    .word = "mul",
    .title = N_("Multiply"),
    .explanation = N_(
        "The layer before times the named one, value by value; where one of them has size 1 along an axis its values "
        "are repeated. With one number per channel it weighs channels against each other: a network can learn to turn "
        "some up and others down, picture by picture."),
    .make = layers::made<Multiply>,
    .takes = Takes::many,
    .joins = "NAME",
    .first = "mul",
    .torch = {"*", layers::torch_operator},
    .keras = {"*", layers::keras_operator},
    .onnx = {"Mul"},
};

extern const LayerKind kDiv{
    .word = "div",
    .title = N_("Divide"),
    .explanation =
        N_("The layer before divided by the named one, value by value; where one of them has size 1 along an axis its "
           "values are repeated. Scaling by a deviation is such a division. A divisor near 0 makes both values and "
           "gradients very large; 0 itself gives infinity or no number."),
    .make = layers::made<Divide>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"/", layers::torch_operator},
    .keras = {"/", layers::keras_operator},
    .onnx = {"Div"},
};

extern const LayerKind kPow{
    .word = "pow",
    .title = N_("Power"),
    .explanation = N_(
        "The layer before to the power of the named one, value by value; where one of them has size 1 along an axis "
        "its values are repeated. Squares and cubes come in with networks from elsewhere. A negative value has a power "
        "only where the exponent is a whole number."),
    .make = layers::made<Power>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"torch.pow"},
    .keras = {"ops.power"},
    .onnx = {"Pow"},
};

extern const LayerKind kMax{
    .word = "max",
    .title = N_("Larger of two"),
    .explanation = N_(
        "The larger of the layer before and the named one, value by value; where one of them has size 1 along an axis "
        "its values are repeated. The gradient goes to the larger one, and to both in halves where they are equal. A "
        "ReLU is the larger of x and 0."),
    .make = layers::made<Extreme<true>>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"torch.maximum"},
    .keras = {"ops.maximum"},
    .onnx = {"Max"},
};

extern const LayerKind kMin{
    .word = "min",
    .title = N_("Smaller of two"),
    .explanation = N_(
        "The smaller of the layer before and the named one, value by value; where one of them has size 1 along an axis "
        "its values are repeated. The gradient goes to the smaller one, and to both in halves where they are equal."),
    .make = layers::made<Extreme<false>>,
    .takes = Takes::many,
    .joins = "NAME",
    .torch = {"torch.minimum"},
    .keras = {"ops.minimum"},
    .onnx = {"Min"},
};

}  // namespace striate
