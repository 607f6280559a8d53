#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Flatten : public Layer {
 public:
  int axis = 1;

  std::string kind() const override { return kFlatten.word; }
  std::string text() const override {
    return axis == 1 ? kFlatten.word : std::string(kFlatten.word) + " axis " + std::to_string(axis);
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (axis > x.rank()) layers::need_axis(axis, x);
    int64_t before = 1, behind = 1;
    for (int i = 0; i < x.rank(); ++i) (i < axis ? before : behind) *= x[i];
    return Shape{before, behind};
  }
  bool in_place() const override { return true; }
  void forward(Stream& stream, const LayerCall& call) const override {
    if (call.y.data != call.x[0].data) copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Flatten>();
  if (words.take("axis")) layer->axis = words.whole("axis", 0, Shape::kMaxRank);
  if (words.more()) words.unknown({"axis"});
  return layer;
}

}  // namespace

const LayerKind kFlatten{"flatten", "Flatten", "flatten [axis A]",
                         "Writes channels, rows and columns one after the other into a single list, so that a dense "
                         "layer can read them. Nothing "
                         "is computed; what is lost is the knowledge of which values were neighbors.",
                         parse};

}  // namespace striate
