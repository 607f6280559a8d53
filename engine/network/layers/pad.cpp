#include "kernels/pad.h"

#include <algorithm>
#include <array>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

constexpr std::array<const char*, 4> kModes = {"constant", "edge", "reflect", "wrap"};

class Pad : public Layer {
 public:
  PadMode mode = PadMode::constant;
  std::vector<int64_t> pads;  // before each axis, then behind each
  double value = 0;

  Shape output(const std::vector<Shape>& inputs) const override {
    const Shape& x = inputs[0];
    if (static_cast<size_t>(x.rank()) * 2 != pads.size()) {
      throw Error(fmt::format("got {}, needs {} axes: one for each pair of the padding", x.text(), pads.size() / 2),
                  "write how much comes before each axis, then how much behind each; axis 0 is the batch");
    }
    std::vector<int64_t> sizes = x.sizes();
    for (size_t i = 0; i < sizes.size(); ++i) {
      const int64_t before = pads[i], behind = pads[i + sizes.size()], size = sizes[i];
      sizes[i] += before + behind;
      if (sizes[i] < 0) {
        throw Error(fmt::format("got {}, {} of axis {} cut off {}", x.text(), -before - behind, i, size),
                    "cut off no more than there is");
      }
      if (size == 0 && sizes[i] > 0 && mode != PadMode::constant) {
        throw Error(fmt::format("got {}, nothing to repeat along axis {}", x.text(), i), "pad with constant");
      }
    }
    return Shape(sizes);
  }
  // Not of what is turned or wrapped around: that may come from far away.
  std::optional<CellBox> cells_behind(const std::vector<Shape>& inputs, const CellBox& of) const override {
    const Shape& x = inputs[0];
    if (x.rank() != 4 || mode == PadMode::reflect || mode == PadMode::wrap) return std::nullopt;
    const auto moved = [&](int axis, const CellRange& range) {
      const int64_t before = pads[static_cast<size_t>(axis)], last = x[axis] - 1;
      const CellRange from{range.first - before, range.last - before};
      if (mode == PadMode::constant && axis > 1) return from;
      if (mode == PadMode::constant) return CellRange{std::max<int64_t>(from.first, 0), std::min(from.last, last)};
      return CellRange{std::clamp<int64_t>(from.first, 0, last), std::clamp<int64_t>(from.last, 0, last)};
    };
    return CellBox{moved(1, of.channels), moved(2, of.rows), moved(3, of.columns)};
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return pads[0] != 0 || pads[pads.size() / 2] != 0 ? "it adds some before or behind them" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    pad_forward(stream, shape(call), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] != nullptr) pad_backward(stream, shape(call), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  PadShape shape(const LayerCall& call) const {
    PadShape s{mode, layers::box_of(call.x[0].shape), layers::box_of(call.y.shape), {}, static_cast<float>(value)};
    for (size_t i = 0; i < pads.size() / 2; ++i) s.begin[i] = pads[i];
    return s;
  }
};

constexpr LayerField kFields[] = {
    layers::place_as<layers::OneOf<kModes>, &Pad::mode>("mode", "constant|edge|reflect|wrap")
        .must()
        .called("mode", "mode", "mode")
        .explained("What is put around: one value, the edge again and again, the mirror image, the other side"),
    layers::place_as<layers::ListForm<2 * Shape::kMaxRank>, &Pad::pads>("padding", "BEFORE,...,BEHIND,...")
        .must()
        .between(-65536, 65536)
        .called("pad", "pad_width", "pads")
        .explained("How much comes before each axis, then how much behind each; negative: is cut off"),
    layers::after_as<layers::AnyNumber, &Pad::value>("value", "value", "V")
        .usually(-1, 1)
        .called("value", "constant_values", "constant_value")
        .explained("The value that is put around")};

void settle(Layer& layer, const SettingsSaid& said) {
  const size_t count = static_cast<const Pad&>(layer).pads.size();
  if (count % 2 != 0) {
    said.fail("padding", fmt::format("{} numbers of padding", count),
              "give how much comes before each axis, then how much behind each");
  }
}

void to_torch(TorchPage& to, const ExportNode& n) {
  const Pad& pad = n.as<Pad>();
  const size_t rank = pad.pads.size() / 2;
  if (pad.mode == PadMode::constant) {  // the last axis first
    std::vector<int64_t> pads;
    for (size_t a = rank; a-- > 0;) pads.push_back(pad.pads[a]), pads.push_back(pad.pads[a + rank]);
    const std::string value = pad.value != 0 ? ", value=" + python_number(pad.value) : "";
    return layers::torch_call(to, n, "F.pad", python_list(pads) + value);
  }
  to.helper("pad_axis");
  std::string value = to.x(n);
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t before = pad.pads[axis], after = pad.pads[axis + rank];
    if (before == 0 && after == 0) continue;
    value = fmt::format("pad_axis({}, {}, {}, {}, {})", value, axis, before, after,
                        python_text(kModes[static_cast<size_t>(pad.mode)]));
  }
  to.line(n, value);
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Pad& pad = n.as<Pad>();
  const size_t rank = pad.pads.size() / 2;
  if (pad.mode == PadMode::constant) {
    std::vector<std::string> pairs(rank);
    for (size_t a = 0; a < rank; ++a) {
      pairs[static_cast<size_t>(layers::keras_axis(to, n, static_cast<int64_t>(a)))] =
          fmt::format("({}, {})", pad.pads[a], pad.pads[a + rank]);
    }
    to.helper("pad");
    const std::string value = pad.value != 0 ? ", " + python_number(pad.value) : std::string();
    return layers::keras_call(to, n, "pad", fmt::format("[{}]{}", fmt::join(pairs, ", "), value));
  }
  to.helper("pad_axis");
  std::string value = to.x(n);
  for (size_t a = 0; a < rank; ++a) {
    if (pad.pads[a] == 0 && pad.pads[a + rank] == 0) continue;
    value = fmt::format("pad_axis({}, {}, {}, {}, {})", value, layers::keras_axis(to, n, static_cast<int64_t>(a)),
                        pad.pads[a], pad.pads[a + rank], python_text(kModes[static_cast<size_t>(pad.mode)]));
  }
  layers::keras_pointwise(to, n, value);
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Pad& pad = n.as<Pad>();
  if (pad.mode == PadMode::wrap) to.need(19, "Pad that wraps around");
  std::vector<std::string> inputs{to.input(n), to.integers(n, "pads", pad.pads)};
  if (pad.value != 0) inputs.push_back(to.reals(n, "value", {static_cast<float>(pad.value)}, true));
  to.op("Pad", n, inputs).with_text("mode", kModes[static_cast<size_t>(pad.mode)]);
}

}  // namespace

extern const LayerKind kPad{
    .word = "pad",
    .title = N_("Pad"),
    .explanation = N_(
        "Puts values around an array: one and the same value, its edge again and again, its mirror image, or its other "
        "side. A convolution behind it then sees something beyond the border. Negative numbers cut off instead. Going "
        "back, a value that was repeated gets the sum of the gradients of all its copies."),
    .make = layers::made<Pad>,
    .fields = kFields,
    .settle = settle,
    .follow = Follow::linear,
    .torch = {"F.pad", to_torch},
    .keras = {"ops.pad", to_keras},
    .onnx = {.name = "Pad", .write = to_onnx},
};

}  // namespace striate
