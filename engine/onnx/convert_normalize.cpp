// Normalizations, as they are used after training.
#include "engine/error.h"
#include "engine/network/layer_words.h"
#include "engine/onnx/converter.h"

namespace striate {
namespace {

const char* const kBroken = "the file breaks ONNX's rules: export the model again";
const char* const kTraining =
    "this graph is for training: export the model for use (in PyTorch: model.eval() before torch.onnx.export, "
    "training=TrainingMode.EVAL)";

std::string epsilon_words(Converter& c, const char* name = "epsilon") {
  const double epsilon = c.op().real(name, 1e-5f);
  if (epsilon < 0 || epsilon > 1)
    throw Error(fmt::format("its epsilon is {}", epsilon), "it is a small number, 0 to 1");
  return " epsilon " + number_text(epsilon);
}

void batch_normalization(Converter& c) {
  const NodeView& op = c.op();
  bool statistics = op.flag("training_mode", false) && c.opset() >= 14;
  // Before opset 14 it is the number of outputs that says training, also where nobody reads them: PyTorch calls them
  // batch_norm_dead_output.
  for (size_t i = 1; i < op.node().outputs.size() && c.opset() < 14; ++i) {
    statistics = statistics || !op.node().outputs[i].empty();
  }
  if (c.opset() < 7 && !op.flag("is_test", false)) {
    // Opset 6 asks for training unless told otherwise; a graph with nothing but the picture coming out means use.
    statistics = statistics || op.node().outputs.size() > 1;
    c.note("BatchNormalization without is_test is taken as it is used after training");
  }
  if (statistics) throw Error("it normalizes with the batch's own statistics, which only training does", kTraining);
  if (c.opset() < 9 && op.integer("spatial", 1) == 0) {
    throw Error("it normalizes every pixel by itself (spatial 0), which is not supported", "use one scale a channel");
  }
  const Dims dims = c.dims(0);
  if (dims.size() < 2) throw Error(fmt::format("its input is {}, needs channels", dims_text(dims)), kBroken);
  const int node = c.emit("batchnorm" + epsilon_words(c), {c.node(0)});
  c.weight(node, "weight", c.constant(1, "its scale"));
  c.weight(node, "bias", c.constant(2, "its bias"));
  c.weight(node, "running_mean", c.constant(3, "its mean"));
  c.weight(node, "running_var", c.constant(4, "its variance"));
  c.give(0, node);
}

void instance_normalization(Converter& c) {
  const int node = c.emit("instancenorm" + epsilon_words(c), {c.node(0)});
  c.weight(node, "weight", c.constant(1, "its scale"));
  c.weight(node, "bias", c.constant(2, "its bias"));
  c.give(0, node);
}

// Scale and bias may be smaller than the axes they belong to.
Constant spread(Converter& c, const Constant& values, const Dims& dims) {
  if (values.count() == [&] {
        int64_t count = 0;
        return count_of(dims, count) ? count : -1;
      }()) {
    return values;
  }
  const OnnxNode expand{"Expand", "", "", {}, {}, {}};
  const Constant shape(HostTensor::of_integers(dims));
  const std::vector<const Constant*> inputs{&values, &shape};
  return find_fold("Expand")(FoldCall{NodeView(expand, c.opset()), inputs, c.budget()})[0];
}

void layer_normalization(Converter& c) {
  const Dims dims = c.dims(0);
  const int x = c.any(0);
  const int axis = normal_axis(c.op().integer("axis", -1), dims.size());
  c.keep_batch(x, axis, kMixes);
  const Dims normalized(dims.begin() + axis, dims.end());
  const std::string from = fmt::format(" from {}", c.place(x, axis)), epsilon = epsilon_words(c);
  if (c.wanted(1)) c.give(1, c.emit("layernormmean" + from, {x}, ".mean"));
  if (c.wanted(2)) c.give(2, c.emit("layernormrstd" + from + epsilon, {x}, ".rstd"));
  const Constant* scale = c.has(1) ? &c.constant(1, "its scale") : nullptr;
  const Constant* bias = c.has(2) ? &c.constant(2, "its bias") : nullptr;
  const int node = c.emit("layernorm" + from + epsilon + (scale ? "" : " no scale") + (bias ? "" : " no bias"), {x});
  if (scale) c.weight(node, "weight", spread(c, *scale, normalized));
  if (bias) c.weight(node, "bias", spread(c, *bias, normalized));
  c.give(0, node);
}

// Opset 18 has one scale for each group, opset 21 one for each channel.
void group_normalization(Converter& c) {
  const Dims dims = c.dims(0);
  const int64_t groups = c.op().integer("num_groups", 0);
  if (dims.size() < 2 || groups < 1 || dims[1] % groups != 0) {
    throw Error(fmt::format("its input is {}, its groups {}", dims_text(dims), groups), kBroken);
  }
  const int node = c.emit(fmt::format("groupnorm {}{}", groups, epsilon_words(c)), {c.node(0)});
  const auto per_channel = [&](const Constant& values) {
    if (values.count() == dims[1] || values.count() != groups) return values;
    const Constant column = values.with_dims({groups, 1});
    return spread(c, column, {groups, dims[1] / groups});
  };
  c.weight(node, "weight", per_channel(c.constant(1, "its scale")));
  c.weight(node, "bias", per_channel(c.constant(2, "its bias")));
  c.give(0, node);
}

void lrn(Converter& c) {
  const NodeView& op = c.op();
  c.give(0, c.emit(fmt::format("lrn {} alpha {} beta {} k {}", op.integer("size", 0),
                               number_text(op.real("alpha", 0.0001f)), number_text(op.real("beta", 0.75)),
                               number_text(op.real("bias", 1))),
                   {c.node(0)}));
}

// After training it does nothing; its mask is true everywhere.
void dropout(Converter& c) {
  double rate = c.opset() < 12 ? c.op().real("ratio", 0.5) : 0.5;
  if (c.opset() >= 12 && c.known(1) != nullptr) rate = c.known(1)->scalar("its ratio");
  const bool training = c.opset() >= 12 && c.has(2) && c.constant(2, "its mode").scalar("its training_mode") != 0;
  if (training && rate != 0) throw Error("it drops values at random, which only training does", kTraining);
  const bool usual = rate > 0 && rate < 1;
  if (c.wanted(1)) {
    HostTensor mask;
    mask.type = c.opset() < 10 ? c.type(0) : OnnxType::boolean;
    mask.dims = c.dims(0);
    const size_t count = static_cast<size_t>(c.budget().spend(mask.dims));
    (mask.real() ? mask.reals.resize(count, 1) : mask.integers.resize(count, 1));
    c.give(1, Constant(std::move(mask)));
  }
  c.give(0, c.emit(usual ? "dropout " + number_text(rate) : "identity", {c.any(0)}));
}

}  // namespace

const OnnxOperators& normalization_operators() {
  static const OnnxOperators list = {
      {"BatchNormalization", batch_normalization},
      {"Dropout", dropout},
      {"GroupNormalization", group_normalization},
      {"InstanceNormalization", instance_normalization},
      {"LRN", lrn},
      {"LayerNormalization", layer_normalization},
  };
  return list;
}

}  // namespace striate
