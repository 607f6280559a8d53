#include <algorithm>
#include <limits>

#include "engine/network/layers/tensors.h"
#include "kernels/elementwise.h"

namespace striate {
namespace {

constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
constexpr const char *kAxis = "axis", *kStep = "step";

// [from : to : step] along one axis as Python and ONNX read it.
class Slice : public Layer {
 public:
  int64_t axis = 0, from = 0, to = 0, step = 1;

  std::string kind() const override { return kSlice.word; }
  std::string text() const override {
    std::string text = fmt::format("{} axis {} from {} to {}", kSlice.word, axis, from, to);
    if (step != 1) text += fmt::format(" step {}", step);
    return text;
  }
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

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Slice>();
  const auto read = [&](const char* word, int64_t low) {
    if (!words.more())
      words.fail(fmt::format("slice needs its \"{}\"", word), "write slice axis A from B to E [step S]");
    if (!words.take(word)) words.unknown({word});
    const LayerWords before = words;
    const int64_t value = words.whole64(word, low, word == kAxis ? Shape::kMaxRank - 1 : kFar);
    if (value == 0 && word == kStep)
      before.fail("a step of 0", "1 takes every value, 2 every second, -1 walks backwards");
    return value;
  };
  layer->axis = read(kAxis, 0);
  layer->from = read("from", -kFar - 1);
  layer->to = read("to", -kFar - 1);
  if (words.more()) layer->step = read(kStep, -kFar);
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kSlice{"slice", "Slice", "slice axis A from B to E [step S]",
                       "A part of the values along one axis: from B up to but not including E, every S-th of them. "
                       "Negative places count from the end and a negative step walks backwards, as in Python. What is "
                       "left out gets no gradient: it had no say in the result.",
                       parse};

}  // namespace striate
