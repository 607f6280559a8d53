#include "kernels/softmax.h"

#include <limits>
#include <optional>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

// Which values share: those along one axis, or all from an axis on (ONNX before opset 13).
struct Sharing {
  int along = 1;            // this axis alone
  std::optional<int> from;  // instead: from this axis on

  int axis() const { return from.value_or(along); }
  static constexpr int64_t kMax = std::numeric_limits<int>::max();
  struct Sizes {
    int64_t before = 1, along = 1, behind = 1;
  };
  Sizes sizes(const Shape& x) const {
    Sizes s;
    for (int i = 0; i < x.rank(); ++i) (i < axis() ? s.before : i == axis() || from ? s.along : s.behind) *= x[i];
    return s;
  }
  void check_rank(const Shape& x) const {
    if (axis() < x.rank()) {
      const Sizes s = sizes(x);
      if (s.before <= kMax && s.along <= kMax) return;
      throw Error(fmt::format("got {}, which is too large for it", x.text()),
                  "use a smaller input, or a smaller batch");
    }
    throw Error(fmt::format("got {}, which has no axis {}", x.text(), axis()),
                x.rank() == 0 ? "a single value has no axes"
                              : fmt::format("axes are counted from 0, the batch: 0 to {}", x.rank() - 1));
  }
};

class Softmax : public layers::Pointwise {
 public:
  explicit Softmax(bool logarithm) : logarithm_(logarithm) {}
  Sharing sharing;

  Shape output(const std::vector<Shape>& inputs) const override {
    sharing.check_rank(inputs[0]);
    return inputs[0];
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return sharing.axis() == 0 ? "its sums go over axis 0" : "";
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

constexpr LayerField kFields[] = {layers::after<&Softmax::sharing, &Sharing::along>("axis", "axis", "AXIS")
                                      .between(0, Shape::kMaxRank - 1)
                                      .called("dim", "axis", "axis")
                                      .explained("Along which axis the shares add up to 1; 1 is the channels"),
                                  layers::after<&Softmax::sharing, &Sharing::from>("from", "from", "AXIS")
                                      .said_as("axis")
                                      .between(0, Shape::kMaxRank - 1)
                                      .not_beside("axis")
                                      .called(kNoName, kNoName, "axis")
                                      .explained("All values from this axis on share, as in ONNX before its opset 13")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const Sharing& sharing = n.as<Softmax>().sharing;
  const std::string function = n.layer->info().torch.name;  // F.softmax
  if (!sharing.from) return layers::torch_call(to, n, function, fmt::format("dim={}", sharing.along));
  to.line(n, fmt::format("{0}.flatten({1}).{2}({1}).reshape({0}.shape)", to.x(n), sharing.axis(), function.substr(2)));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Sharing& sharing = n.as<Softmax>().sharing;
  const std::string function = n.layer->info().keras.name;
  const int axis = sharing.axis();
  if (!sharing.from || axis + 1 == n.in[0].rank()) {
    return layers::keras_call(to, n, function, fmt::format("axis={}", layers::keras_axis(to, n, axis)));
  }
  std::vector<int64_t> rows = n.in[0].sizes();
  rows.resize(static_cast<size_t>(axis));
  if (n.batched && axis > 0) rows[0] = -1;
  rows.push_back(sharing.sizes(n.in[0]).along);
  const std::string x = to.x(n, KerasPage::Order::first);
  to.line(n, KerasPage::Order::first,
          fmt::format("ops.reshape({}(ops.reshape({}, {}), axis=-1), {})", function, x, python_list(rows),
                      layers::keras_sizes(n)));
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Sharing& sharing = n.as<Softmax>().sharing;
  const char* op = n.layer->info().onnx.name;
  const int64_t axis = sharing.axis();
  if (!sharing.from || axis + 1 == n.in[0].rank()) {
    to.op(op, n, {to.input(n)}).with("axis", axis);
    return;
  }
  // All axes from there on as one, and back. In ONNX a size of 0 is what the input has at that place.
  std::vector<int64_t> sizes = n.in[0].sizes();
  if (axis > 0) sizes[0] = 0;
  std::vector<int64_t> row(sizes.begin(), sizes.begin() + axis);
  row.push_back(-1);
  std::string rows, soft;
  const std::string row_sizes = to.integers(n, "row", row), all_sizes = to.integers(n, "sizes", sizes);
  to.step("Reshape", n, "rows", {to.input(n), row_sizes}, rows);
  to.step(op, n, "soft", {rows}, soft).with("axis", axis);
  to.op("Reshape", n, {soft, all_sizes});
}

}  // namespace

extern const LayerKind kSoftmax{
    .word = "softmax",
    .title = N_("Softmax"),
    .explanation = N_(
        "Turns a list of numbers into shares that are positive and add up to 1: each is exp(x) divided by the sum of "
        "all exp(x). The largest stays the largest. The shares look like probabilities, and networks are trained to "
        "make them so, but a network can be very sure and wrong: a share is not the chance of being right."),
    .make = layers::made<Softmax, false>,
    .fields = kFields,
    .first = "softmax",
    .follow = Follow::shares,
    .sign = Sign::never_negative,
    .ending = Ending::shares,
    .torch = {"F.softmax", to_torch},
    .keras = {"ops.softmax", to_keras},
    .onnx = {.name = "Softmax", .write = to_onnx},
};
extern const LayerKind kLogSoftmax{
    .word = "logsoftmax",
    .title = N_("Logarithm of softmax"),
    .explanation = N_(
        "The logarithm of the softmax, computed in one go so that very small shares don't become 0. It goes with the "
        "loss that is called negative log likelihood; both together are what cross-entropy does from the raw numbers."),
    .make = layers::made<Softmax, true>,
    .fields = kFields,
    .first = "logsoftmax",
    .follow = Follow::shares,
    .ending = Ending::logarithms_of_shares,
    .torch = {"F.log_softmax", to_torch},
    .keras = {"ops.log_softmax", to_keras},
    .onnx = {.name = "LogSoftmax", .write = to_onnx},
};

}  // namespace striate
