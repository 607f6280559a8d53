#include <algorithm>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/elementwise.h"
#include "kernels/normalize.h"

namespace striate {
namespace {

class BatchNorm : public layers::Pointwise {
 public:
  float epsilon = 1e-5f, momentum = 0.1f;

  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs[0].rank() >= 2) return inputs[0];
    throw Error(fmt::format("got {}, needs channels behind the batch", inputs[0].text()),
                "the input's first size is the batch, its second the channels");
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Shape each{inputs[0][1]};
    return {{"weight", each, WeightSpec::Kind::scale, 1, 1}, {"bias", each, WeightSpec::Kind::shift, 1, 1}};
  }
  std::vector<BufferSpec> buffers(const std::vector<Shape>& inputs) const override {
    const Shape each{inputs[0][1]};
    return {{"running_mean", each, 0}, {"running_var", each, 1}};
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    const Shape each{inputs[0][1]};
    return {{"mean", each, false}, {"rstd", each, false}};
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    return {2 * inputs[0][1], fmt::format("2*{}", inputs[0][1])};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Channels s = layers::channels(inputs[0]);
    return {s.c * s.pixels, fmt::format("{}*{}", s.c, s.pixels)};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override { return batch_norm_scratch(shape(inputs[0])); }

  bool in_place() const override { return true; }
  bool join(const LayerCall& call, size_t, Epilogue& epilogue) const override {
    if (!epilogue.nothing()) return false;
    epilogue.gamma = call.weights[0], epilogue.beta = call.weights[1];
    epilogue.mean = call.buffers[0], epilogue.variance = call.buffers[1];
    epilogue.epsilon = shape(call.y.shape).epsilon;
    return true;
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    const BatchNormShape s = shape(call.y.shape);
    if (call.mode == Mode::evaluation) {
      batch_norm_forward_evaluation(stream, s, call.x[0].data, call.weights[0], call.weights[1], call.buffers[0],
                                    call.buffers[1], call.y.data);
      return;
    }
    check(call.saved[0] != nullptr, "batch normalization in training mode in a network without gradients");
    batch_norm_forward_training(stream, s, call.x[0].data, call.weights[0], call.weights[1], call.buffers[0],
                                call.buffers[1], call.saved[0], call.saved[1], call.y.data, call.scratch);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const BatchNormShape s = shape(call.y.shape);
    if (call.mode == Mode::evaluation) {
      for (float* dw : call.dw) fill(stream, s.c, 0, dw);
      if (call.dx[0] == nullptr) return;
      batch_norm_backward_evaluation(stream, s, call.weights[0], call.buffers[1], call.dy, call.dx[0],
                                     call.dx_result[0]);
      return;
    }
    float* dgamma = call.dw.empty() ? nullptr : call.dw[0];
    float* dbeta = call.dw.empty() ? nullptr : call.dw[1];
    if (dgamma != nullptr && call.dx_result[0] == Result::accumulate) {  // the operator would add to these, too
      fill(stream, s.c, 0, dgamma);
      fill(stream, s.c, 0, dbeta);
    }
    batch_norm_backward(stream, s, call.x[0].data, call.weights[0], call.saved[0], call.saved[1], call.dy, call.dx[0],
                        dgamma, dbeta, call.dx_result[0], call.scratch);
  }

 private:
  BatchNormShape shape(const Shape& x) const {
    const layers::Channels c = layers::channels(x);
    BatchNormShape s;
    s.n = c.n, s.c = c.c, s.pixels = c.pixels, s.epsilon = epsilon, s.momentum = momentum;
    return s;
  }
};

constexpr LayerField kFields[] = {layers::epsilon_field<&BatchNorm::epsilon>(),
                                  layers::after<&BatchNorm::momentum>("momentum", "momentum", "M")
                                      .between(0, 1)
                                      .called("momentum", "1 - momentum", "1 - momentum")
                                      .explained("How much of each batch goes into the running averages")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const BatchNorm& norm = n.as<BatchNorm>();
  std::string code = fmt::format("nn.BatchNorm{}d({}{}", std::clamp(n.in[0].rank() - 2, 1, 3), n.in[0][1],
                                 layers::torch_epsilon(norm.epsilon));
  if (norm.momentum != 0.1f) code += ", momentum=" + python_number(norm.momentum);
  to.module(n, code + ")");
  layers::torch_apply(to, n);
}
// The others keep a share of what was, PyTorch takes a share of what comes.
double kept_share(const BatchNorm& norm) { return 1 - double{norm.momentum}; }
void to_keras(KerasPage& to, const ExportNode& n) {
  const BatchNorm& norm = n.as<BatchNorm>();
  layers::keras_pointwise(
      to, n,
      fmt::format("layers.BatchNormalization({}, momentum={}, epsilon={}, {})({})", layers::keras_axis(to, n, 1),
                  python_number(kept_share(norm)), python_number(norm.epsilon), to.name(n), to.x(n)));
  to.weights(n, fmt::format("{}, {}, {}, {}", to.array(n, "weight"), to.array(n, "bias"), to.array(n, "running_mean"),
                            to.array(n, "running_var")));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const BatchNorm& norm = n.as<BatchNorm>();
  std::vector<std::string> inputs{to.input(n)};
  for (const char* part : {"weight", "bias", "running_mean", "running_var"}) inputs.push_back(to.array(n, part));
  to.op("BatchNormalization", n, inputs).with_real("epsilon", norm.epsilon).with_real("momentum", kept_share(norm));
}

}  // namespace

extern const LayerKind kBatchNorm{
    .word = "batchnorm",
    .title = N_("Batch normalization"),
    .explanation = N_(
        "Each channel is shifted and scaled so that over the batch its mean is 0 and its deviation 1; then it is "
        "scaled and shifted again by two learned numbers. Layers behind it see values of a steady size, which allows "
        "larger learning rates and deeper networks. A single picture has no batch: for use, running averages of mean "
        "and variance, gathered while training, take the batch's place."),
    .make = layers::made<BatchNorm>,
    .fields = kFields,
    .first = "batchnorm",
    .follow = Follow::normalized,
    .torch = {"nn.BatchNorm2d", to_torch},
    .keras = {"layers.BatchNormalization", to_keras},
    .onnx = {.name = "BatchNormalization", .write = to_onnx},
};

}  // namespace striate
