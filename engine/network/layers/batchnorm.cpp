#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"
#include "kernels/normalize.h"

namespace striate {
namespace {

class BatchNorm : public layers::Pointwise {
 public:
  float epsilon = 1e-5f, momentum = 0.1f;

  std::string kind() const override { return kBatchNorm.word; }
  std::string text() const override {
    std::string text = kBatchNorm.word;
    if (epsilon != 1e-5f) text += " epsilon " + number_text(epsilon);
    if (momentum != 0.1f) text += " momentum " + number_text(momentum);
    return text;
  }
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

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<BatchNorm>();
  while (words.more()) {
    if (words.take("epsilon")) {
      layer->epsilon = static_cast<float>(words.number("epsilon", 0, 1e6));
    } else if (words.take("momentum")) {
      layer->momentum = static_cast<float>(words.number("momentum", 0, 1));
    } else {
      words.unknown({"epsilon", "momentum"});
    }
  }
  return layer;
}

}  // namespace

const LayerKind kBatchNorm{"batchnorm", "Batch normalization", "batchnorm [epsilon E] [momentum M]",
                           "Each channel is shifted and scaled so that over the batch its mean is 0 and its deviation "
                           "1; then it is scaled and "
                           "shifted again by two learned numbers. Layers behind it see values of a steady size, which "
                           "allows larger learning rates "
                           "and deeper networks. A single picture has no batch: for use, running averages of mean and "
                           "variance, gathered while "
                           "training, take the batch's place.",
                           parse};

}  // namespace striate
