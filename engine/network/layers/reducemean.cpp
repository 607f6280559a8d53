#include <algorithm>

#include "engine/network/across_pictures.h"
#include "engine/network/layers/tensors.h"

namespace striate {
namespace {

class ReduceMean : public Layer, public AcrossPictures {
 public:
  std::vector<int64_t> axes;  // rising
  bool keep = false;

  std::string kind() const override { return kReduceMean.word; }
  std::string text() const override {
    return std::string(kReduceMean.word) + ' ' + list_text(axes) + (keep ? " keep" : "");
  }
  Shape output(const std::vector<Shape>& inputs) const override {
    for (const int64_t axis : axes) layers::need_axis(axis, inputs[0]);
    std::vector<int64_t> sizes;
    for (int i = 0; i < inputs[0].rank(); ++i) {
      if (!summed(i)) {
        sizes.push_back(inputs[0][i]);
      } else if (keep) {
        sizes.push_back(1);
      }
    }
    return Shape(sizes);
  }
  std::string across_pictures(const std::vector<Shape>&) const override {
    return summed(0) ? "its means go over axis 0" : "";
  }
  void forward(Stream& stream, const LayerCall& call) const override {
    const Parts p = parts(call.x[0].shape);
    SumOperand x;
    x.values = call.x[0].data, x.kept = p.kept_strides, x.summed = p.summed_strides;
    strided_sum(stream, SumTerm::value, p.kept, p.sums, x, {}, {}, p.factor, call.y.data);
  }
  void backward(Stream& stream, const LayerCall& call) const override {
    if (call.dx[0] == nullptr) return;
    // dx = factor * dy, repeated: a sum of one term at each place.
    const Shape& shape = call.x[0].shape;
    SumOperand dy;
    dy.values = call.dy;
    int64_t step = 1;
    for (int i = shape.rank() - 1; i >= 0; --i) {
      if (summed(i)) continue;
      dy.kept[static_cast<size_t>(i)] = step;
      step *= shape[i];
    }
    strided_sum(stream, SumTerm::value, layers::box_of(shape), {}, dy, {}, {}, parts(shape).factor, call.dx[0],
                call.dx_result[0]);
  }

 private:
  struct Parts {
    Box kept, sums;
    Strides kept_strides{}, summed_strides{};
    float factor = 1;
  };
  bool summed(int axis) const { return std::binary_search(axes.begin(), axes.end(), axis); }
  Parts parts(const Shape& x) const {
    Parts p;
    const Strides own = dense_strides(layers::box_of(x));
    for (int i = 0; i < x.rank(); ++i) {
      Box& box = summed(i) ? p.sums : p.kept;
      const auto place = static_cast<size_t>(box.rank++);
      box.sizes[place] = x[i];
      (summed(i) ? p.summed_strides : p.kept_strides)[place] = own[static_cast<size_t>(i)];
    }
    p.factor = 1.0f / static_cast<float>(p.sums.count());
    return p;
  }
};

std::shared_ptr<const Layer> parse(LayerWords& words) {
  auto layer = std::make_shared<ReduceMean>();
  const LayerWords before = words;
  layer->axes = words.list("axes", 0, Shape::kMaxRank - 1, Shape::kMaxRank);
  std::sort(layer->axes.begin(), layer->axes.end());
  if (std::adjacent_find(layer->axes.begin(), layer->axes.end()) != layer->axes.end()) {
    before.fail("an axis twice", "name each axis once");
  }
  layer->keep = words.take("keep");
  if (words.more()) words.unknown({"keep"});
  return layer;
}

}  // namespace

const LayerKind kReduceMean{
    "reducemean", "Mean over axes", "reducemean AXES [keep], as in reducemean 2,3",
    "The mean of all values along the named axes, which then are gone, or, with keep, have "
    "size 1. Over rows and columns it is global average pooling: one number per channel says "
    "how much of a feature there is, not where. Each value gets an equal share of the gradient.",
    parse};

}  // namespace striate
