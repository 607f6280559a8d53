#include "kernels/softmax.h"

#include <limits>

#include "engine/network/layers/kinds.h"

namespace striate {
namespace {

// Which values share: those along one axis, or all from an axis on (ONNX before opset 13).
struct Sharing {
  int axis = 1;
  bool from = false;

  std::string text() const {
    return from ? fmt::format(" from {}", axis) : axis == 1 ? "" : fmt::format(" axis {}", axis);
  }
  static constexpr int64_t kMax = std::numeric_limits<int>::max();
  struct Sizes {
    int64_t before = 1, along = 1, behind = 1;
  };
  Sizes sizes(const Shape& x) const {
    Sizes s;
    for (int i = 0; i < x.rank(); ++i) (i < axis ? s.before : i == axis || from ? s.along : s.behind) *= x[i];
    return s;
  }
  void check_rank(const Shape& x) const {
    if (axis < x.rank()) {
      const Sizes s = sizes(x);
      if (s.before <= kMax && s.along <= kMax) return;
      throw Error(fmt::format("got {}, which is too large for it", x.text()),
                  "use a smaller input, or a smaller batch");
    }
    throw Error(fmt::format("got {}, which has no axis {}", x.text(), axis),
                x.rank() == 0 ? "a single value has no axes"
                              : fmt::format("axes are counted from 0, the batch: 0 to {}", x.rank() - 1));
  }
  void read(LayerWords& words) {
    if (words.take("axis")) {
      axis = words.whole("axis", 0, Shape::kMaxRank - 1);
    } else if (words.take("from")) {
      from = true;
      axis = words.whole("axis", 0, Shape::kMaxRank - 1);
    }
    if (words.more()) words.unknown({"axis", "from"});
  }
};

class Softmax : public layers::Pointwise {
 public:
  explicit Softmax(bool logarithm) : logarithm_(logarithm) {}
  Sharing sharing;

  std::string kind() const override { return logarithm_ ? kLogSoftmax.word : kSoftmax.word; }
  std::string text() const override { return kind() + sharing.text(); }
  Shape output(const std::vector<Shape>& inputs) const override {
    sharing.check_rank(inputs[0]);
    return inputs[0];
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return sharing.axis == 0 ? "its sums go over axis 0" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Sharing::Sizes s = sharing.sizes(call.y.shape);
    if (call.y.count() == 0) return;
    (logarithm_ ? log_softmax_forward : softmax_forward)(stream, static_cast<int>(s.before), static_cast<int>(s.along),
                                                         s.behind, call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr || call.y.count() == 0) return;
    const Sharing::Sizes s = sharing.sizes(call.y.shape);
    (logarithm_ ? log_softmax_backward : softmax_backward)(stream, static_cast<int>(s.before),
                                                           static_cast<int>(s.along), s.behind, call.y.data, call.dy,
                                                           call.dx[0], call.dx_result[0]);
  }

 private:
  bool logarithm_;
};

template <bool logarithm>
std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Softmax>(logarithm);
  layer->sharing.read(words);
  return layer;
}

}  // namespace

const LayerKind kSoftmax{
    "softmax", "Softmax", "softmax [axis AXIS | from AXIS]",
    "Turns a list of numbers into shares that are positive and add up to 1: each is exp(x) divided by the sum of all "
    "exp(x). The largest stays the largest. The shares look like probabilities, and networks are trained to make them "
    "so, "
    "but a network can be very sure and wrong: a share is not the chance of being right.",
    parse<false>};
const LayerKind kLogSoftmax{
    "logsoftmax", "Logarithm of softmax", "logsoftmax [axis AXIS | from AXIS]",
    "The logarithm of the softmax, computed in one go so that very small shares don't become 0. It goes with the loss "
    "that "
    "is called negative log likelihood; both together are what cross-entropy does from the raw numbers.",
    parse<true>};

}  // namespace striate
