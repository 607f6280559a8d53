// Subsampling that learns, as in LeNet-5 of 1998.
#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/early_layers.h"

namespace striate {
namespace {

class SumPool : public Layer {
 public:
  int size = 2;

  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    if (x.h < size || x.w < size) {
      throw Error(fmt::format("got pictures of {} x {}, needs {} x {} or more", x.h, x.w, size, size),
                  "use a smaller window, or less pooling before");
    }
    return layers::pictures_shape(x.n, x.c, x.h / size, x.w / size);
  }
  std::vector<WeightSpec> parameters(const std::vector<Shape>& inputs) const override {
    const Shape each{inputs[0][1]};
    const int64_t window = int64_t{1} * size * size;
    return {{"weight", each, WeightSpec::Kind::weight, window, 1}, {"bias", each, WeightSpec::Kind::bias, window, 1}};
  }
  Counted parameter_count(const std::vector<Shape>& inputs) const override {
    return {2 * inputs[0][1], fmt::format("2*{}", inputs[0][1])};
  }
  Counted multiply_adds(const std::vector<Shape>& inputs) const override {
    const SumPoolShape s = shape(inputs[0]);
    return {layers::product({size, size, s.c, s.p(), s.q()}),
            fmt::format("{}*{}*{}*{}", size, size, s.c, layers::product({s.p(), s.q()}))};
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>&, const CellBox& of) const override {
    const auto spread = [&](const CellRange& range) {
      return CellRange{range.first * size, range.last * size + size - 1};
    };
    return CellBox{of.channels, spread(of.rows), spread(of.columns)};
  }
  int64_t scratch(const std::vector<Shape>& inputs) const override {
    const SumPoolShape s = shape(inputs[0]);
    return s.y_size() + s.c;
  }

  void forward(Stream& stream, const LayerCall& call) const override {
    sum_pool_forward(stream, shape(call.x[0].shape), call.x[0].data, call.weights[0], call.weights[1], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    const SumPoolShape s = shape(call.x[0].shape);
    if (!call.dw.empty()) {
      sum_pool_backward_weights(stream, s, call.x[0].data, call.dy, call.dw[0], call.dw[1], call.scratch);
    }
    if (call.dx[0] == nullptr) return;
    sum_pool_backward_input(stream, s, call.dy, call.weights[0], call.dx[0], call.dx_result[0]);
  }

 private:
  SumPoolShape shape(const Shape& in) const {
    const layers::Pictures x = layers::pictures(in);
    return {x.n, x.c, x.h, x.w, size};
  }
};

constexpr LayerField kFields[] = {layers::place<&SumPool::size>("size", "SIZE")
                                      .must()
                                      .said_as("size of the window")
                                      .between(1, 1024)
                                      .usually(1, 8)
                                      .called("kernel_size", "pool_size", "kernel_shape")
                                      .explained("Height and width of a window; windows lie side by side")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const int size = n.as<SumPool>().size;
  to.helper("Values");
  to.module(n, fmt::format("Values(weight=[{0}], bias=[{0}])", n.in[0][1]));
  to.line(n, fmt::format("{0} * {0} * F.avg_pool2d({1}, {0}) * {2}.weight[:, None, None] + {2}.bias[:, None, None]",
                         size, to.x(n), to.layer(n)));
}
// A convolution of each channel on its own, all weights of a window the same.
void to_keras(KerasPage& to, const ExportNode& n) {
  const int size = n.as<SumPool>().size;
  const int64_t c = n.in[0][1];
  to.line(n, KerasPage::Order::last,
          fmt::format("layers.Conv2D({0}, {1}, strides={1}, groups={0}, {2})({3})", c, size, to.name(n),
                      to.x(n, KerasPage::Order::last)));
  to.helper("kernel");
  to.weights(n, fmt::format("kernel({0}.reshape(-1, 1, 1, 1).repeat({1}, 2).repeat({1}, 3), 2), {2}",
                            to.array(n, "weight"), size, to.array(n, "bias")));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const int64_t size = n.as<SumPool>().size, c = n.in[0][1];
  std::string mean, sum, weighted;
  to.step("AveragePool", n, "mean", {to.input(n)}, mean)
      .with("kernel_shape", std::vector<int64_t>{size, size})
      .with("strides", std::vector<int64_t>{size, size});
  to.step("Mul", n, "sum", {mean, to.reals(n, "count", {static_cast<float>(size * size)}, true)}, sum);
  to.step("Mul", n, "weighted", {sum, to.array(n, "weight", {c, 1, 1})}, weighted);
  to.op("Add", n, {weighted, to.array(n, "bias", {c, 1, 1})});
}

}  // namespace

extern const LayerKind kSumPool{
    .word = "sumpool",
    .title = N_("Trainable subsampling"),
    .explanation = N_(
        "Each channel shrinks on its own: the values of a window are added up, the sum is multiplied by one learned "
        "number and another is added, the same two for the whole channel. LeNet-5 of 1998 makes its maps smaller so, "
        "with a squashing function behind: a small factor blurs, a large one decides like an AND or an OR of the "
        "window. Later networks found that a mean or a maximum without weights is enough."),
    .make = layers::made<SumPool>,
    .fields = kFields,
    .first = "sumpool 2",
    .follow = Follow::linear,
    .torch = {"F.avg_pool2d", to_torch},
    .keras = {"layers.Conv2D", to_keras},
    .onnx = {.name = "AveragePool", .write = to_onnx},
};

}  // namespace striate
