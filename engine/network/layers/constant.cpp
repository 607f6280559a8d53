#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Constant : public Layer {
 public:
  std::vector<int64_t> sizes;

  std::string kind() const override { return kConstant.word; }
  std::string text() const override { return std::string(kConstant.word) + ' ' + sizes_text(sizes); }
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

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Constant>();
  layer->sizes = words.sizes("size", 0, std::numeric_limits<int32_t>::max(), Shape::kMaxRank);
  try {
    (void)Shape(layer->sizes);
  } catch (const Error& error) {
    words.fail(error.what(), error.hint());
  }
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kConstant{"constant",
                          "Constant",
                          "constant SIZES",
                          "Numbers that don't depend on the picture: it reads no layer and gives the same values every "
                          "time. They are weights like all others and are learned in training. Imported networks hold "
                          "in it what their authors "
                          "computed before: means, scales, tables of positions.",
                          parse,
                          Takes::none};

}  // namespace striate
