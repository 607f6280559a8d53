// Normalization of each picture by itself, in groups of channels or channel by channel: groupnorm, instancenorm.
#include <algorithm>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/group_norm.h"

namespace striate {
namespace {

class GroupNorm : public layers::Pointwise {
 public:
  explicit GroupNorm(bool instances) : instances_(instances) {}
  int groups = 1;  // not for instances: there each channel is one
  float epsilon = 1e-5f;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (x.rank() < (instances_ ? 3 : 2)) {
      throw Error(fmt::format("got {}, needs batch x channels{}", x.text(), instances_ ? " x pixels" : ""),
                  "for a list of values take layernorm from 1");
    }
    if (!instances_ && x[1] % groups != 0) {
      throw Error(fmt::format("{} channels don't fall into {} groups of one size", x[1], groups),
                  fmt::format("take a number of groups that divides {}", x[1]));
    }
    return x;
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Shape each{inputs[0][1]};
    return {{"weight", each, WeightSpec::Kind::scale, 1, 1}, {"bias", each, WeightSpec::Kind::shift, 1, 1}};
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    const Shape rows{inputs[0][0], groups_of(inputs[0])};
    return {{"mean", rows, false}, {"rstd", rows, false}};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return group_norm_scratch(shape(inputs[0])); }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    return {2 * inputs[0][1], fmt::format("2*{}", inputs[0][1])};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Channels s = layers::channels(inputs[0]);
    return {s.c * s.pixels, fmt::format("{}*{}", s.c, s.pixels)};
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const GroupNormShape s = shape(call.y.shape);
    // Without gradients nobody asks for the two numbers later.
    float* mean = call.saved[0] != nullptr ? call.saved[0] : call.scratch;
    float* inverse = call.saved[1] != nullptr ? call.saved[1] : call.scratch + s.rows();
    group_norm_forward(stream, s, call.x[0].data, call.weights[0], call.weights[1], mean, inverse, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    group_norm_backward(stream, shape(call.y.shape), call.x[0].data, call.weights[0], call.saved[0], call.saved[1],
                        call.dy, call.dx[0], call.dw.empty() ? nullptr : call.dw[0],
                        call.dw.empty() ? nullptr : call.dw[1], call.dx_result[0], call.scratch);
  }

 private:
  bool instances_;
  int64_t groups_of(const Shape& x) const { return instances_ ? x[1] : groups; }
  GroupNormShape shape(const Shape& x) const {
    const layers::Channels c = layers::channels(x);
    GroupNormShape s;
    s.n = c.n, s.groups = groups_of(x), s.channels = s.groups == 0 ? 0 : c.c / s.groups, s.pixels = c.pixels;
    s.epsilon = epsilon;
    return s;
  }
};

constexpr LayerField kGroupFields[] = {layers::place<&GroupNorm::groups>("groups", "GROUPS")
                                           .must()
                                           .said_as("number of groups")
                                           .between(1, 65536)
                                           .called("num_groups", "groups", "num_groups")
                                           .explained("Into how many groups of one size the channels are put"),
                                       layers::epsilon_field<&GroupNorm::epsilon>()};
constexpr LayerField kInstanceFields[] = {layers::epsilon_field<&GroupNorm::epsilon>()};

void group_to_torch(TorchPage& to, const ExportNode& n) {
  const GroupNorm& norm = n.as<GroupNorm>();
  to.module(n, fmt::format("nn.GroupNorm({}, {}{})", norm.groups, n.in[0][1], layers::torch_epsilon(norm.epsilon)));
  layers::torch_apply(to, n);
}
void instance_to_torch(TorchPage& to, const ExportNode& n) {
  to.module(n, fmt::format("nn.InstanceNorm{}d({}{}, affine=True)", std::clamp(n.in[0].rank() - 2, 1, 3), n.in[0][1],
                           layers::torch_epsilon(n.as<GroupNorm>().epsilon)));
  layers::torch_apply(to, n);
}
// -1: each channel is a group.
void to_keras(KerasPage& to, const ExportNode& n, int groups) {
  const std::string x = to.x(n, KerasPage::Order::last);
  to.line(n, KerasPage::Order::last,
          fmt::format("layers.GroupNormalization({}, epsilon={}, {})({})", groups,
                      python_number(n.as<GroupNorm>().epsilon), to.name(n), x));
  to.weights(n, to.array(n, "weight") + ", " + to.array(n, "bias"));
}
void group_to_keras(KerasPage& to, const ExportNode& n) { to_keras(to, n, n.as<GroupNorm>().groups); }
void instance_to_keras(KerasPage& to, const ExportNode& n) { to_keras(to, n, -1); }
void instance_to_onnx(OnnxPage& to, const ExportNode& n) {
  to.op("InstanceNormalization", n, {to.input(n), to.array(n, "weight"), to.array(n, "bias")})
      .with_real("epsilon", n.as<GroupNorm>().epsilon);
}
void group_to_onnx(OnnxPage& to, const ExportNode& n) {
  const GroupNorm& norm = n.as<GroupNorm>();
  to.need(21, "GroupNormalization");
  to.op("GroupNormalization", n, {to.input(n), to.array(n, "weight"), to.array(n, "bias")})
      .with_real("epsilon", norm.epsilon)
      .with("num_groups", int64_t{norm.groups});
}

}  // namespace

extern const LayerKind kGroupNorm{
    .word = "groupnorm",
    .title = N_("Group normalization"),
    .explanation = N_(
        "The channels of a picture are put into groups, and each group is shifted and scaled so that its mean is 0 and "
        "its deviation 1; then each channel gets a learned scale and shift. Batch normalization asks the other "
        "pictures of the batch, this one does not: it works with batches of one or two and is the same in training and "
        "in use."),
    .make = layers::made<GroupNorm, false>,
    .fields = kGroupFields,
    .torch = {"nn.GroupNorm", group_to_torch},
    .keras = {"layers.GroupNormalization", group_to_keras},
    .onnx = {.name = "GroupNormalization", .write = group_to_onnx},
};
extern const LayerKind kInstanceNorm{
    .word = "instancenorm",
    .title = N_("Instance normalization"),
    .explanation = N_(
        "Each channel of each picture is shifted and scaled by itself, so that its mean over the pixels is 0 and its "
        "deviation 1; then each channel gets a learned scale and shift. What is lost is how bright and how rich in "
        "contrast the picture was: just what networks that change a picture's style want to forget."),
    .make = layers::made<GroupNorm, true>,
    .fields = kInstanceFields,
    .torch = {"nn.InstanceNorm2d", instance_to_torch},
    .keras = {"layers.GroupNormalization(-1)", instance_to_keras},
    .onnx = {.name = "InstanceNormalization", .write = instance_to_onnx},
};

}  // namespace striate
