// Normalization of each picture by itself, in groups of channels or channel by channel: groupnorm, instancenorm.
#include "engine/network/layers/kinds.h"
#include "kernels/group_norm.h"

namespace striate {
namespace {

class GroupNorm : public layers::Pointwise {
 public:
  explicit GroupNorm(bool instances) : instances_(instances) {}
  int groups = 1;  // not for instances: there each channel is one
  float epsilon = 1e-5f;

  std::string kind() const override { return instances_ ? kInstanceNorm.word : kGroupNorm.word; }
  std::string text() const override {
    std::string text = instances_ ? std::string(kInstanceNorm.word) : fmt::format("groupnorm {}", groups);
    if (epsilon != 1e-5f) text += " epsilon " + number_text(epsilon);
    return text;
  }
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

void read_epsilon(LayerWords& words, GroupNorm& layer) {
  while (words.more()) {
    if (!words.take("epsilon")) words.unknown({"epsilon"});
    layer.epsilon = static_cast<float>(words.number("epsilon", 0, 1e6));
  }
}
std::shared_ptr<const Layer> parse_groups(LayerWords& words) {
  auto layer = std::make_shared<GroupNorm>(false);
  layer->groups = words.whole("number of groups", 1, 65536);
  read_epsilon(words, *layer);
  return layer;
}
std::shared_ptr<const Layer> parse_instances(LayerWords& words) {
  auto layer = std::make_shared<GroupNorm>(true);
  read_epsilon(words, *layer);
  return layer;
}

}  // namespace

const LayerKind kGroupNorm{
    "groupnorm", "Group normalization", "groupnorm GROUPS [epsilon E]",
    "The channels of a picture are put into groups, and each group is shifted and scaled so that its mean is 0 and its "
    "deviation 1; then each channel gets a learned scale and shift. Batch normalization asks the other pictures of the "
    "batch, this one does not: it works with batches of one or two and is the same in training and in use.",
    parse_groups};
const LayerKind kInstanceNorm{
    "instancenorm", "Instance normalization", "instancenorm [epsilon E]",
    "Each channel of each picture is shifted and scaled by itself, so that its mean over the pixels is 0 and its "
    "deviation "
    "1; then each channel gets a learned scale and shift. What is lost is how bright and how rich in contrast the "
    "picture was: just what networks that change a picture's style want to forget.",
    parse_instances};

}  // namespace striate
