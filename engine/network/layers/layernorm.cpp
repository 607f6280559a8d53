// Normalization over an axis and all behind it, and the two numbers it is made with: layernorm, layernormmean,
// layernormdeviation.
#include "engine/network/layers/kinds.h"
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

  std::string kind() const override { return kLayerNorm.word; }
  std::string text() const override {
    std::string text = fmt::format("layernorm from {}", axis);
    if (epsilon != 1e-5f) text += " epsilon " + number_text(epsilon);
    if (!scaled) text += " no scale";
    if (!shifted) text += " no bias";
    return text;
  }
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
  std::string kind() const override { return kLayerNormMean.word; }
  std::string text() const override { return fmt::format("layernormmean from {}", axis); }
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

class LayerNormDeviation : public FromAxis {
 public:
  std::string kind() const override { return kLayerNormDeviation.word; }
  std::string text() const override {
    std::string text = fmt::format("layernormdeviation from {}", axis);
    if (epsilon != 1e-5f) text += " epsilon " + number_text(epsilon);
    return text;
  }
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

template <typename L>
std::shared_ptr<L> read_axis(LayerWords& words) {
  auto layer = std::make_shared<L>();
  if (!words.take("from")) words.fail("the first axis is missing", std::string("write ") + words.kind() + " from AXIS");
  layer->axis = words.whole("axis", 0, Shape::kMaxRank - 1);
  return layer;
}
float read_epsilon(LayerWords& words) { return static_cast<float>(words.number("epsilon", 0, 1e6)); }

std::shared_ptr<const Layer> parse_norm(LayerWords& words) {
  auto layer = read_axis<LayerNorm>(words);
  while (words.more()) {
    if (words.take("epsilon")) {
      layer->epsilon = read_epsilon(words);
    } else if (words.take("no", "scale")) {
      layer->scaled = false;
    } else if (words.take("no", "bias")) {
      layer->shifted = false;
    } else {
      words.unknown({"epsilon", "no scale", "no bias"});
    }
  }
  return layer;
}
std::shared_ptr<const Layer> parse_mean(LayerWords& words) {
  auto layer = read_axis<LayerNormMean>(words);
  if (words.more()) words.unknown({});
  return layer;
}
std::shared_ptr<const Layer> parse_deviation(LayerWords& words) {
  auto layer = read_axis<LayerNormDeviation>(words);
  while (words.more()) {
    if (!words.take("epsilon")) words.unknown({"epsilon"});
    layer->epsilon = read_epsilon(words);
  }
  return layer;
}

}  // namespace

const LayerKind kLayerNorm{"layernorm", "Layer normalization", "layernorm from AXIS [epsilon E] [no scale] [no bias]",
                           "All values from the axis on (from 1: all of a picture) are shifted and scaled together so "
                           "that their mean is 0 and "
                           "their deviation 1; then each place gets a learned scale and shift. It asks no other "
                           "picture of the batch and is the "
                           "same in training and in use. Transformers have one in front of every block.",
                           parse_norm};
const LayerKind kLayerNormMean{
    "layernormmean", "Mean of a layer normalization", "layernormmean from AXIS",
    "The mean that a layer normalization takes away, one number for all values from the axis on. Networks that were "
    "exported for training ask for it.",
    parse_mean};
const LayerKind kLayerNormDeviation{"layernormdeviation", "Factor of a layer normalization",
                                    "layernormdeviation from AXIS [epsilon E]",
                                    "What a layer normalization multiplies by: 1 / sqrt(variance + epsilon) of all "
                                    "values from the axis on. Networks that "
                                    "were exported for training ask for it.",
                                    parse_deviation};

}  // namespace striate
