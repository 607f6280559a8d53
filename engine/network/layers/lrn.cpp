#include "kernels/lrn.h"

#include <algorithm>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class LocalResponse : public layers::Pointwise {
 public:
  int size = 5;
  float alpha = 1e-4f, beta = 0.75f, k = 1;

  Shape output(const std::vector<Shape>& inputs) const override {
    if (inputs[0].rank() < 2) {
      throw Error(fmt::format("got {}, needs channels behind the batch", inputs[0].text()),
                  "lrn compares channels: put it behind a convolution");
    }
    return inputs[0];
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const CellRange channels{std::max<int64_t>(of.channels.first - (size - 1) / 2, 0),
                             std::min<int64_t>(of.channels.last + size / 2, inputs[0][1] - 1)};
    return CellBox{channels, of.rows, of.columns};
  }
  std::vector<SavedTensor> saved_tensors(const std::vector<Shape>& inputs) const override {
    return {{"sum", inputs[0], false}};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const layers::Channels s = layers::channels(inputs[0]);
    return {s.c * s.pixels * (size + 2), fmt::format("{}*{}*({} + 2)", s.c, s.pixels, size)};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    lrn_forward(stream, shape(call.y.shape), call.x[0].data, call.saved[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    lrn_backward(stream, shape(call.y.shape), call.x[0].data, call.saved[0], call.y.data, call.dy, call.dx[0],
                 call.dx_result[0]);
  }

 private:
  LrnShape shape(const Shape& x) const {
    const layers::Channels c = layers::channels(x);
    return {c.n, c.c, c.pixels, size, alpha, beta, k};
  }
};

constexpr LayerField kFields[] = {layers::place<&LocalResponse::size>("channels", "CHANNELS")
                                      .must()
                                      .said_as("number of channels")
                                      .between(1, 65536)
                                      .called("size", "depth_radius * 2 + 1", "size")
                                      .explained("How many channels beside one another damp each other"),
                                  layers::after<&LocalResponse::alpha>("alpha", "alpha", "A")
                                      .between(-1e30, 1e30)
                                      .usually(0, 1)
                                      .called("alpha", "alpha * size", "alpha")
                                      .explained("How strongly they do"),
                                  layers::after<&LocalResponse::beta>("beta", "beta", "B")
                                      .between(-1e3, 1e3)
                                      .usually(0, 2)
                                      .called("beta", "beta", "beta")
                                      .explained("The power that the sum is raised to"),
                                  layers::after<&LocalResponse::k>("k", "k", "K")
                                      .between(-1e30, 1e30)
                                      .usually(0, 10)
                                      .called("k", "bias", "bias")
                                      .explained("What is added to the sum, so that nothing is divided by 0")};

std::string numbers_of(const LocalResponse& layer) {
  return fmt::format("{}, {}, {}, {}", layer.size, python_number(layer.alpha), python_number(layer.beta),
                     python_number(layer.k));
}
// PyTorch's own has one channel more on one side where the number is even.
void to_torch(TorchPage& to, const ExportNode& n) {
  const bool odd = n.as<LocalResponse>().size % 2 == 1 && n.in[0].rank() > 2;
  if (!odd) to.helper("local_response");
  layers::torch_call(to, n, odd ? "F.local_response_norm" : "local_response", numbers_of(n.as<LocalResponse>()));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  to.helper("local_response");
  layers::keras_call(to, n, "local_response",
                     fmt::format("{}, {}", layers::keras_axis(to, n, 1), numbers_of(n.as<LocalResponse>())));
}

}  // namespace

extern const LayerKind kLrn{
    .word = "lrn",
    .title = N_("Local response normalization"),
    .explanation = N_(
        "Each value is divided by how strongly the channels beside it respond at the same pixel: x / (K + A/CHANNELS * "
        "sum of squares)^B. A strong response damps its neighbors, as nerve cells beside each other do. AlexNet had "
        "two such layers in 2012; batch normalization took their place."),
    .make = layers::made<LocalResponse>,
    .fields = kFields,
    .torch = {"F.local_response_norm", to_torch},
    .keras = {"local_response", to_keras},
    .onnx = {"LRN"},
};

}  // namespace striate
