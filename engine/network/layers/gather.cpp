#include "kernels/gather.h"

#include <limits>

#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

constexpr int kMaxIndices = 65536;

class Gather : public Layer {
 public:
  int axis = 0;
  bool listed = true;          // the indices form a list: no shape was said
  std::vector<int64_t> shape;  // of the indices, otherwise
  std::vector<int64_t> indices;

  std::string kind() const override { return kGather.word; }
  std::string text() const override {
    std::string text = fmt::format("{} axis {}", kGather.word, axis);
    if (!listed) text += " shape " + sizes_text(shape);
    return indices.empty() ? text : text + ' ' + list_text(indices);
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    layers::need_axis(axis, inputs[0]);
    for (const int64_t index : indices) {
      if (index < -inputs[0][axis] || index >= inputs[0][axis]) {
        throw Error(fmt::format("got {}, which has no place {} along axis {}", inputs[0].text(), index, axis),
                    fmt::format("places go from 0 to {}", inputs[0][axis] - 1));
      }
    }
    std::vector<int64_t> sizes = inputs[0].sizes();
    const auto at = sizes.begin() + axis;
    if (listed) {
      *at = static_cast<int64_t>(indices.size());
    } else {
      sizes.insert(sizes.erase(at), shape.begin(), shape.end());
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return axis == 0 ? "it takes some of them, by their numbers" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Shape& x = call.x[0].shape;
    const auto [outer, inner] = layers::around(x, axis);
    gather_forward(stream, outer, x[axis], inner, places(x), call.x[0].data, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    const Shape& x = call.x[0].shape;
    const auto [outer, inner] = layers::around(x, axis);
    gather_backward(stream, outer, x[axis], inner, places(x), call.dy, call.dx[0], call.dx_result[0]);
  }

 private:
  std::vector<int32_t> places(const Shape& x) const {
    std::vector<int32_t> result;
    for (const int64_t i : indices) result.push_back(static_cast<int32_t>(i < 0 ? i + x[axis] : i));
    return result;
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<Gather>();
  constexpr int64_t kMax = std::numeric_limits<int32_t>::max();
  if (!words.take("axis")) {
    if (words.more()) words.unknown({"axis"});
    words.fail("gather needs its axis", "write gather axis A 0,2,1");
  }
  layer->axis = words.whole("axis", 0, Shape::kMaxRank - 1);
  if (words.take("shape")) {
    layer->shape = words.sizes("shape", 0, kMax, Shape::kMaxRank);
    layer->listed = false;
  }
  const LayerWords before = words;
  int64_t count = 1;
  for (const int64_t size : layer->shape) {
    if (__builtin_mul_overflow(count, size, &count)) count = kMax;
  }
  if (layer->listed || count > 0) layer->indices = words.list("places", -kMax, kMax, kMaxIndices);
  if (!layer->listed && count != static_cast<int64_t>(layer->indices.size())) {
    before.fail(fmt::format("{} places for a shape of {}", layer->indices.size(), sizes_text(layer->shape)),
                "give as many as the shape has values");
  }
  if (words.more()) words.unknown({});
  return layer;
}

}  // namespace

const LayerKind kGather{"gather", "Gather", "gather axis A [shape SIZES] PLACES, as in gather axis 1 0,2,1",
                        "Chooses places along one axis by their numbers, in any order, some perhaps several times: "
                        "channels 2, 1, 0 turn blue, green, red into red, green, blue. Nothing is computed; going "
                        "back, a place that was chosen several times gets the sum of their gradients.",
                        parse};

}  // namespace striate
