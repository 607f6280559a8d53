// Normalization over an axis and all behind it, and the two numbers it is made with: layernorm, layernormmean,
// layernormrstd.
#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/group_norm.h"

namespace striate {
namespace {

// What the three share: rows of all values from an axis on.
class FromAxis : public layers::Pointwise {
 public:
  int axis = 1;
  float epsilon = 1e-5f;

  std::string across_pictures(const std::vector<Shape>&) const override {
    return axis == 0 ? "its means go over axis 0" : "";
  }

 protected:
  void check_rank(const Shape& x) const {
    if (axis < x.rank()) return;
    throw Error(fmt::format("got {}, which has no axis {}", x.text(), axis),
                x.rank() == 0 ? "a single value has no axes"
                              : fmt::format("axes are counted from 0, the batch: 0 to {}", x.rank() - 1));
  }
  GroupNormShape shape(const Shape& x) const {
    GroupNormShape s;
    for (int i = 0; i < x.rank(); ++i) (i < axis ? s.n : s.channels) *= x[i];
    s.epsilon = epsilon;
    return s;
  }
  // The sizes before the axis, then ones.
  Shape row_shape(const Shape& x) const {
    std::vector<int64_t> sizes = x.sizes();
    for (size_t i = static_cast<size_t>(axis); i < sizes.size(); ++i) sizes[i] = 1;
    return Shape(sizes);
  }
};

class LayerNorm : public FromAxis {
 public:
  bool scaled = true, shifted = true;

  Shape output(const std::vector<Shape>& inputs) const override {
    check_rank(inputs[0]);
    return inputs[0];
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const std::vector<int64_t> sizes = inputs[0].sizes();
    const Shape each(std::vector<int64_t>(sizes.begin() + axis, sizes.end()));
    std::vector<WeightSpec> list;
    if (scaled) list.push_back({"weight", each, WeightSpec::Kind::scale, 1, 1});
    if (shifted) list.push_back({"bias", each, WeightSpec::Kind::shift, 1, 1});
    return list;
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    const Shape rows = row_shape(inputs[0]);
    return {{"mean", rows, false}, {"rstd", rows, false}};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return group_norm_scratch(shape(inputs[0])); }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    const int64_t each = shape(inputs[0]).channels, arrays = (scaled ? 1 : 0) + (shifted ? 1 : 0);
    if (arrays == 0) return {};
    return {arrays * each, arrays == 2 ? fmt::format("2*{}", each) : fmt::format("{}", each)};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    const int64_t each = axis == 0 || x[0] == 0 ? x.count() : x.count() / x[0];
    return {each, fmt::format("{}", each)};
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const GroupNormShape s = shape(call.y.shape);
    // Without gradients nobody asks for the two numbers later.
    float* mean = call.saved[0] != nullptr ? call.saved[0] : call.scratch;
    float* inverse = call.saved[1] != nullptr ? call.saved[1] : call.scratch + s.rows();
    group_norm_forward(stream, s, call.x[0].data, scaled ? call.weights[0] : nullptr,
                       shifted ? call.weights.back() : nullptr, mean, inverse, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const bool learns = !call.dw.empty();
    group_norm_backward(stream, shape(call.y.shape), call.x[0].data, scaled ? call.weights[0] : nullptr, call.saved[0],
                        call.saved[1], call.dy, call.dx[0], learns && scaled ? call.dw[0] : nullptr,
                        learns && shifted ? call.dw.back() : nullptr, call.dx_result[0], call.scratch);
  }
};

class LayerNormMean : public FromAxis {
 public:
  Shape output(const std::vector<Shape>& inputs) const override {
    check_rank(inputs[0]);
    return row_shape(inputs[0]);
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return shape(inputs[0]).rows(); }
  void forward(Stream& stream, const LayerCall& call) const override {
    const GroupNormShape s = shape(call.x[0].shape);
    row_statistics(stream, s.rows(), s.row(), s.epsilon, call.x[0].data, call.y.data, call.scratch);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const GroupNormShape s = shape(call.x[0].shape);
    row_mean_backward(stream, s.rows(), s.row(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

class LayerNormRstd : public FromAxis {
 public:
  Shape output(const std::vector<Shape>& inputs) const override {
    check_rank(inputs[0]);
    return row_shape(inputs[0]);
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"mean", row_shape(inputs[0]), false}};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return shape(inputs[0]).rows(); }
  void forward(Stream& stream, const LayerCall& call) const override {
    const GroupNormShape s = shape(call.x[0].shape);
    float* mean = call.saved[0] != nullptr ? call.saved[0] : call.scratch;
    row_statistics(stream, s.rows(), s.row(), s.epsilon, call.x[0].data, mean, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const GroupNormShape s = shape(call.x[0].shape);
    row_rstd_backward(stream, s.rows(), s.row(), call.x[0].data, call.saved[0], call.y.data, call.dy, call.dx[0],
                      call.dx_result[0]);
  }
};

constexpr LayerField kFrom =
    layers::after<&FromAxis::axis>("from", "axis", "AXIS")
        .must()
        .between(0, Shape::kMaxRank - 1)
        .called("normalized_shape", "axis", "axis")
        .explained("The first axis of those that are normalized together, up to the last; 0 is the batch");
constexpr LayerField kEpsilon = layers::epsilon_field<&FromAxis::epsilon>();
constexpr LayerField kNormFields[] = {kFrom, kEpsilon,
                                      layers::turned_off<&LayerNorm::scaled>("scale", "no scale")
                                          .called("weight", "scale", "Scale")
                                          .explained("A learned factor for each place"),
                                      layers::turned_off<&LayerNorm::shifted>("bias", "no bias")
                                          .called("bias", "center", "B")
                                          .explained("A learned number added at each place")};
constexpr LayerField kMeanFields[] = {kFrom};
constexpr LayerField kDeviationFields[] = {kFrom, kEpsilon};

std::vector<int64_t> axes_from(const ExportNode& n) {
  std::vector<int64_t> axes;
  for (int i = n.as<FromAxis>().axis; i < n.in[0].rank(); ++i) axes.push_back(i);
  return axes;
}
std::vector<int64_t> sizes_from(const ExportNode& n) {
  std::vector<int64_t> sizes = n.in[0].sizes();
  sizes.erase(sizes.begin(), sizes.begin() + n.as<FromAxis>().axis);
  return sizes;
}
void norm_to_torch(TorchPage& to, const ExportNode& n) {
  const LayerNorm& norm = n.as<LayerNorm>();
  const std::string shape = python_list(sizes_from(n));
  if (norm.scaled && norm.shifted) {
    to.module(n, fmt::format("nn.LayerNorm({}{})", shape, layers::torch_epsilon(norm.epsilon)));
    return layers::torch_apply(to, n);
  }
  if (norm.scaled || norm.shifted) {
    to.helper("Values");
    to.module(n, fmt::format("Values({}={})", norm.scaled ? "weight" : "bias", shape));
  }
  to.line(
      n, fmt::format("F.layer_norm({}, {}, {}, {}, {})", to.x(n), shape, norm.scaled ? to.layer(n) + ".weight" : "None",
                     norm.shifted ? to.layer(n) + ".bias" : "None", python_number(norm.epsilon)));
}
void norm_to_keras(KerasPage& to, const ExportNode& n) {
  const LayerNorm& norm = n.as<LayerNorm>();
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(n, KerasPage::Order::first,
          fmt::format("layers.LayerNormalization({}, epsilon={}{}{}, {})({})", python_list(axes_from(n), false),
                      python_number(norm.epsilon), norm.scaled ? "" : ", scale=False",
                      norm.shifted ? "" : ", center=False", to.name(n), x));
  std::string list;
  if (norm.scaled) list = to.array(n, "weight");
  if (norm.shifted) list += (list.empty() ? "" : ", ") + to.array(n, "bias");
  if (!list.empty()) to.weights(n, list);
}
void norm_to_onnx(OnnxPage& to, const ExportNode& n) {
  const LayerNorm& norm = n.as<LayerNorm>();
  to.need(17, "LayerNormalization");
  std::vector<std::string> inputs{to.input(n)};
  inputs.push_back(norm.scaled ? to.array(n, "weight") : to.ones(n, "ones", sizes_from(n)));
  if (norm.shifted) inputs.push_back(to.array(n, "bias"));
  to.op("LayerNormalization", n, inputs).with("axis", int64_t{norm.axis}).with_real("epsilon", norm.epsilon);
}

void mean_to_torch(TorchPage& to, const ExportNode& n) {
  to.line(n, fmt::format("{}.mean(dim={}, keepdim=True)", to.x(n), python_list(axes_from(n))));
}
void deviation_to_torch(TorchPage& to, const ExportNode& n) {
  to.line(n, fmt::format("({}.var(dim={}, unbiased=False, keepdim=True) + {}).rsqrt()", to.x(n),
                         python_list(axes_from(n)), python_number(n.as<FromAxis>().epsilon)));
}
// "ops.mean(x, (1, 2), keepdims=True)"
std::string keras_over_axes(KerasPage& to, const ExportNode& n, const char* function) {
  const std::string x = to.x(n, KerasPage::Order::first);
  return fmt::format("{}({}, {}, keepdims=True)", function, x, python_list(axes_from(n)));
}
void mean_to_keras(KerasPage& to, const ExportNode& n) {
  to.line(n, KerasPage::Order::first, keras_over_axes(to, n, "ops.mean"));
}
void deviation_to_keras(KerasPage& to, const ExportNode& n) {
  to.line(
      n, KerasPage::Order::first,
      fmt::format("ops.rsqrt({} + {})", keras_over_axes(to, n, "ops.var"), python_number(n.as<FromAxis>().epsilon)));
}
// The second and third output of a LayerNormalization.
void part_to_onnx(OnnxPage& to, const ExportNode& n, bool third) {
  to.need(17, "LayerNormalization");
  std::string whole;
  const std::string scale = to.ones(n, "ones", sizes_from(n));
  WrittenNode& node = to.step("LayerNormalization", n, "normalized", {to.input(n), scale}, whole);
  node.with("axis", int64_t{n.as<FromAxis>().axis}).with_real("epsilon", n.as<FromAxis>().epsilon);
  if (third) node.outputs.push_back("");
  const std::string part = to.unique(n.name + ".part");
  node.outputs.push_back(part);
  to.op("Identity", n, {part});
}
void mean_to_onnx(OnnxPage& to, const ExportNode& n) { part_to_onnx(to, n, false); }
void deviation_to_onnx(OnnxPage& to, const ExportNode& n) { part_to_onnx(to, n, true); }

}  // namespace

extern const LayerKind kLayerNorm{
    .word = "layernorm",
    .title = N_("Layer normalization"),
    .explanation = N_(
        "All values from the axis on (from 1: all of a picture) are shifted and scaled together so that their mean is "
        "0 and their deviation 1; then each place gets a learned scale and shift. It asks no other picture of the "
        "batch and is the same in training and in use. Transformers have one in front of every block."),
    .make = layers::made<LayerNorm>,
    .fields = kNormFields,
    .torch = {"nn.LayerNorm", norm_to_torch},
    .keras = {"layers.LayerNormalization", norm_to_keras},
    .onnx = {.name = "LayerNormalization", .write = norm_to_onnx},
};
extern const LayerKind kLayerNormMean{
    .word = "layernormmean",
    .title = N_("Mean of a layer normalization"),
    .explanation =
        N_("The mean that a layer normalization takes away, one number for all values from the axis on. Networks that "
           "were exported for training ask for it."),
    .make = layers::made<LayerNormMean>,
    .fields = kMeanFields,
    .torch = {"torch.mean", mean_to_torch},
    .keras = {"ops.mean", mean_to_keras},
    .onnx = {.name = "LayerNormalization", .write = mean_to_onnx},
};
extern const LayerKind kLayerNormRstd{
    .word = "layernormrstd",
    .title = N_("Factor of a layer normalization"),
    .explanation =
        N_("What a layer normalization multiplies by: 1 / sqrt(variance + epsilon) of all values from the axis on. "
           "Networks that were exported for training ask for it."),
    .make = layers::made<LayerNormRstd>,
    .fields = kDeviationFields,
    .torch = {"torch.rsqrt", deviation_to_torch},
    .keras = {"ops.rsqrt", deviation_to_keras},
    .onnx = {.name = "LayerNormalization", .write = deviation_to_onnx},
};

}  // namespace striate
