#include "engine/network/layers/kinds.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

class Flatten : public Layer {
 public:
  std::string kind() const override { return kFlatten.word; }
  std::string text() const override { return kFlatten.word; }
  Shape output(const std::vector<Shape>& inputs) const override {
    int64_t values = 1;
    for (int i = 1; i < inputs[0].rank(); ++i) values *= inputs[0][i];
    return Shape{inputs[0][0], values};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    copy(stream, call.y.count(), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) copy(stream, call.y.count(), call.dy, call.dx[0], call.dx_result[0]);
  }
};

}  // namespace

const LayerKind kFlatten{"flatten", "Flatten", "flatten",
                         "Writes channels, rows and columns one after the other into a single list, so that a dense "
                         "layer can read them. Nothing "
                         "is computed; what is lost is the knowledge of which values were neighbours.",
                         layers::parse_plain<Flatten>};

}  // namespace striate
