#include <limits>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Constant : public Layer {
 public:
  std::vector<int64_t> sizes;

  Shape output(const std::vector<Shape>&) const override { return Shape(sizes); }
  std::vector<WeightSpec> parameters(const std::vector<Shape>&) const override {
    return {{"value", Shape(sizes), WeightSpec::Kind::weight, 1, 1}};
  }
  Counted parameter_count(const std::vector<Shape>&) const override {
    return {Shape(sizes).count(), sizes.empty() ? "1" : fmt::format("{}", fmt::join(sizes, "*"))};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    copy(stream, call.y.count(), call.weights[0], call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (!call.dw.empty()) copy(stream, call.y.count(), call.dy, call.dw[0]);
  }
};

constexpr LayerField kFields[] = {layers::place_as<layers::SizesForm, &Constant::sizes>("sizes", "SIZES")
                                      .must()
                                      .said_as("size")
                                      .between(0, std::numeric_limits<int32_t>::max())
                                      .called(kNoName, kNoName, "value")
                                      .explained("How many numbers along each axis")};

void settle(Layer& layer, const SettingsSaid& said) {
  try {
    (void)Shape(static_cast<const Constant&>(layer).sizes);
  } catch (const Error& error) {
    said.fail("sizes", error.what(), error.hint());
  }
}

void to_torch(TorchPage& to, const ExportNode& n) {
  to.helper("Values");
  to.module(n, fmt::format("Values(value={})", python_list(n.out.sizes())));
  to.line(n, to.layer(n) + ".value");
}
void to_keras(KerasPage& to, const ExportNode& n) {
  to.helper("Values");
  to.line(n, KerasPage::Order::first, fmt::format("Values({}, {})(x)", python_list(n.out.sizes()), to.name(n)));
  to.weights(n, to.array(n, "value"));
}
void to_onnx(OnnxPage& to, const ExportNode& n) { to.op("Identity", n, {to.array(n, "value")}); }

}  // namespace

extern const LayerKind kConstant{
    .word = "constant",
    .title = N_("Constant"),
    .explanation = N_(
        "Numbers that don't depend on the picture: it reads no layer and gives the same values every time. They are "
        "weights like all others and are learned in training. Imported networks hold in it what their authors computed "
        "before: means, scales, tables of positions."),
    .make = layers::made<Constant>,
    .fields = kFields,
    .settle = settle,
    .takes = Takes::none,
    .follow = Follow::linear,
    .torch = {"nn.Parameter", to_torch},
    .keras = {"add_weight", to_keras},
    .onnx = {.name = "Constant", .write = to_onnx},
};

}  // namespace striate
