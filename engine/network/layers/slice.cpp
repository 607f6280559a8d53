#include <algorithm>
#include <limits>

#include "engine/network/layers/rows.h"
#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

constexpr int64_t kFar = std::numeric_limits<int64_t>::max();

// [from : to : step] along one axis as Python and ONNX read it.
class Slice : public Layer {
 public:
  int64_t axis = 0, from = 0, to = 0, step = 1;

  Shape output(const std::vector<Shape>& inputs) const override {
    layers::need_axis(axis, inputs[0]);
    std::vector<int64_t> sizes = inputs[0].sizes();
    sizes[static_cast<size_t>(axis)] = taken(inputs[0]).count;
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    constexpr int64_t kMaxPictures = 65536;  // of a batch: network.h
    const bool all = (from == 0 || from <= -kMaxPictures) && to >= kMaxPictures && step == 1;
    return axis != 0 || all ? "" : "it takes some of them, or in another order";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Box box = layers::box_of(call.y.shape);
    const auto [first, strides] = walk(call.x[0].shape);
    strided_copy(stream, box, call.x[0].data + first, strides, call.y.data, dense_strides(box));
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    if (call.dx_result[0] == Result::overwrite) fill(stream, call.x[0].count(), 0, call.dx[0]);
    const Box box = layers::box_of(call.y.shape);
    const auto [first, strides] = walk(call.x[0].shape);
    strided_copy(stream, box, call.dy, dense_strides(box), call.dx[0] + first, strides, Result::accumulate);
  }

 private:
  struct Taken {
    int64_t first, count;
  };
  Taken taken(const Shape& x) const {
    const int64_t size = x[static_cast<int>(axis)];
    const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    const auto inside = [&](int64_t place) { return std::clamp(place < 0 ? place + size : place, low, high); };
    const int64_t begin = inside(from), end = inside(to);
    const int64_t length = step > 0 ? end - begin : begin - end;
    // -(step + 1) + 1 is -step, also for the smallest of all numbers.
    const uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : static_cast<uint64_t>(-(step + 1)) + 1;
    if (length <= 0) return {0, 0};
    return {begin, static_cast<int64_t>((static_cast<uint64_t>(length) - 1) / stride) + 1};
  }
  struct Walk {
    int64_t first;
    Strides strides;
  };
  Walk walk(const Shape& x) const {
    Walk walk{0, dense_strides(layers::box_of(x))};
    const Taken part = taken(x);
    int64_t& stride = walk.strides[static_cast<size_t>(axis)];
    walk.first = part.first * stride;
    stride = part.count > 1 ? stride * step : 0;
    return walk;
  }
};

constexpr double kAll = static_cast<double>(kFar);
constexpr LayerField kFields[] = {layers::after<&Slice::axis>("axis", "axis", "A")
                                      .must()
                                      .between(0, Shape::kMaxRank - 1)
                                      .called(kNoName, kNoName, "axes")
                                      .explained("Along which axis; 0 is the batch"),
                                  layers::after<&Slice::from>("from", "from", "B")
                                      .must()
                                      .between(-kAll, kAll)
                                      .called(kNoName, kNoName, "starts")
                                      .explained("The first place that is taken; negative: from the end"),
                                  layers::after<&Slice::to>("to", "to", "E")
                                      .must()
                                      .between(-kAll, kAll)
                                      .called(kNoName, kNoName, "ends")
                                      .explained("The first place that is not taken any more; negative: from the end"),
                                  layers::after<&Slice::step>("step", "step", "S")
                                      .between(-kAll, kAll)
                                      .called(kNoName, kNoName, "steps")
                                      .explained("Every so many of them; negative: backwards")};

void settle(Layer& layer, const SettingsSaid& said) {
  if (static_cast<const Slice&>(layer).step == 0) {
    said.fail("step", "a step of 0", "1 takes every value, 2 every second, -1 walks backwards");
  }
}

void to_torch(TorchPage& to, const ExportNode& n) {
  const Slice& s = n.as<Slice>();
  std::string before = to.x(n) + "[";
  for (int64_t i = 0; i < s.axis; ++i) before += ":, ";
  if (s.step > 0) {
    const std::string by = s.step == 1 ? "" : fmt::format(":{}", s.step);
    return to.line(n, fmt::format("{}{}:{}{}]", before, s.from, s.to, by));
  }
  // PyTorch's slices don't walk backwards.
  to.line(n, fmt::format("{}list(range({}.shape[{}])[{}:{}:{}])]", before, to.x(n), s.axis, s.from, s.to, s.step));
}
void to_keras(KerasPage& to, const ExportNode& n) {
  const Slice& s = n.as<Slice>();
  const int64_t axis = layers::keras_axis(to, n, s.axis), size = n.in[0][static_cast<int>(s.axis)];
  if (s.step < 0) {  // one by one: not every library walks backwards, and their ends differ
    std::vector<int64_t> places;
    const int64_t first = std::clamp<int64_t>(s.from < 0 ? s.from + size : s.from, -1, size - 1);
    for (int64_t i = 0; i < n.out[static_cast<int>(s.axis)]; ++i) places.push_back(first + i * s.step);
    return layers::keras_pointwise(to, n,
                                   fmt::format("ops.take({}, {}, axis={})", to.x(n), python_list(places, false), axis));
  }
  // Ends far outside are too much for TensorFlow.
  const auto near = [&](int64_t end) { return std::clamp(end, -size - 1, size + 1); };
  std::string text = to.x(n) + "[";
  for (int64_t i = 0; i < axis; ++i) text += ":, ";
  text += fmt::format("{}:{}{}]", near(s.from), near(s.to), s.step == 1 ? "" : fmt::format(":{}", s.step));
  layers::keras_pointwise(to, n, text);
}
void to_onnx(OnnxPage& to, const ExportNode& n) {
  const Slice& s = n.as<Slice>();
  const std::string from = to.integers(n, "from", {s.from}), end = to.integers(n, "to", {s.to}),
                    axes = to.integers(n, "axes", {s.axis});
  std::vector<std::string> inputs{to.input(n), from, end, axes};
  if (s.step != 1) inputs.push_back(to.integers(n, "steps", {s.step}));
  to.op("Slice", n, inputs);
}

}  // namespace

extern const LayerKind kSlice{
    .word = "slice",
    .title = N_("Slice"),
    .explanation = N_(
        "A part of the values along one axis: from B up to but not including E, every S-th of them. Negative places "
        "count from the end and a negative step walks backwards, as in Python. What is left out gets no gradient: it "
        "had no say in the result."),
    .make = layers::made<Slice>,
    .fields = kFields,
    .settle = settle,
    .follow = Follow::linear,
    .sign = Sign::as_it_came,
    .torch = {"x[:, 0:4]", to_torch},
    .keras = {"x[:, 0:4]", to_keras},
    .onnx = {.name = "Slice", .write = to_onnx},
};

}  // namespace striate
