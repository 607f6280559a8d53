#include "kernels/subsample.h"

#include <algorithm>
#include <optional>

#include "engine/network/layers/kinds.h"
#include "engine/network/layers/rows.h"

namespace striate {
namespace {

class Subsample : public Layer {
 public:
  int stride = 2;
  std::optional<int> channels;  // none: as many as come in

  Shape output(const std::vector<Shape>& inputs) const override {
    const layers::Pictures x = layers::pictures(inputs[0]);
    if (channels && *channels < x.c) {
      throw Error(fmt::format("got {} channels, needs {} or fewer", x.c, *channels),
                  "it adds channels of zeros, it can't take any away");
    }
    const SubsampleShape s = shape(inputs[0]);
    return layers::pictures_shape(s.n, s.k, s.p(), s.q());
  }
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const SubsampleShape s = shape(inputs[0]);
    const int64_t before = (s.k - s.c) / 2;
    const auto spread = [&](const CellRange& range) { return CellRange{range.first * stride, range.last * stride}; };
    return CellBox{
        {std::max<int64_t>(of.channels.first - before, 0), std::min<int64_t>(of.channels.last - before, s.c - 1)},
        spread(of.rows),
        spread(of.columns)};
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    subsample_forward(stream, shape(call.x[0].shape), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    subsample_backward(stream, shape(call.x[0].shape), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  SubsampleShape shape(const Shape& in) const {
    const layers::Pictures x = layers::pictures(in);
    SubsampleShape s;
    s.n = x.n, s.c = x.c, s.h = x.h, s.w = x.w, s.stride = stride;
    s.k = channels.value_or(x.c);
    return s;
  }
};

constexpr LayerField kFields[] = {layers::place<&Subsample::stride>("stride", "STRIDE")
                                      .must()
                                      .between(1, 1024)
                                      .called(kNoName, kNoName, "steps")
                                      .explained("Every so many rows and columns one is kept"),
                                  layers::after<&Subsample::channels>("channels", "channels", "K")
                                      .said_as("number of channels")
                                      .between(1, 65536)
                                      .called(kNoName, kNoName, "pads")
                                      .explained("How many channels to come to with zeros; as it was if empty")};

void to_torch(TorchPage& to, const ExportNode& n) {
  const int64_t more = n.out[1] - n.in[0][1];
  const std::string part = fmt::format("{0}[:, :, ::{1}, ::{1}]", to.x(n), n.as<Subsample>().stride);
  if (more == 0) return to.line(n, part);
  to.line(n, fmt::format("F.pad({}, (0, 0, 0, 0, {}, {}))", part, more / 2, more - more / 2));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const int64_t more = n.out[1] - n.in[0][1];
  std::string value = fmt::format("{0}[:, ::{1}, ::{1}]", to.x(n, KerasPage::Order::last), n.as<Subsample>().stride);
  if (more > 0) {
    value = fmt::format("ops.pad({}, [(0, 0), (0, 0), (0, 0), ({}, {})])", value, more / 2, more - more / 2);
  }
  to.line(n, KerasPage::Order::last, value);
}
// Every so-many-th row and column, then channels of zeros before and behind.
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const int64_t stride = n.as<Subsample>().stride, more = n.out[1] - n.in[0][1];
  const std::string from = to.integers(n, "from", {0, 0}), axes = to.integers(n, "axes", {2, 3});
  const std::string end = to.integers(n, "to", {n.in[0][2], n.in[0][3]});
  const std::string steps = to.integers(n, "steps", {stride, stride});
  const std::vector<std::string> inputs{to.input(n), from, end, axes, steps};
  if (more == 0) {
    to.op("Slice", n, inputs);
    return;
  }
  std::string part;
  to.step("Slice", n, "part", inputs, part);
  const std::string pads = to.integers(n, "pads", {0, more / 2, 0, 0, 0, more - more / 2, 0, 0});
  to.op("Pad", n, {part, pads}).with_text("mode", "constant");
}

}  // namespace

extern const LayerKind kSubsample{
    .word = "subsample",
    .title = N_("Subsample"),
    .explanation = N_(
        "Keeps every second row and column (or every third, ...) and puts channels of zeros before and behind, so that "
        "a shortcut fits a block whose pictures are smaller and whose channels are more. It is the shortcut without "
        "weights of the first residual networks for small pictures."),
    .make = layers::made<Subsample>,
    .fields = kFields,
    .first = "subsample 2",
    .follow = Follow::subsampled,
    .sign = Sign::as_it_came,
    .torch = {"x[:, :, ::2, ::2]", to_torch},
    .keras = {"x[:, ::2, ::2]", to_keras},
    .onnx = {.name = "Slice", .write = to_onnx},
};

}  // namespace striate
